"""When somebody was tried, and when she answered: what is left to try."""

import uuid
from dataclasses import dataclass
from datetime import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from visits.models.calls import Channel, ContactAttempt, Disposition
from visits.models.cases import Case
from visits.sight.reach import Viewer, visible_cases

# The parts of a day in which calls are made, by their first moment (Paris). Our choice.
PARTS = {"morning": time(8), "midday": time(12), "afternoon": time(14), "evening": time(17)}
LAST = time(20)


@dataclass(frozen=True)
class Part:
    """A part of the day: how often she was rung then, and how often somebody answered."""

    code: str
    tries: int = 0
    answered: int = 0


def parts_tried(session: Session, viewer: Viewer, person_id: uuid.UUID) -> list[Part]:
    """Give each part of the day with the calls made then, in all of a person's cases one may see.

    Wrong numbers tell nothing of her hours and count nowhere, nor does what was taken back.
    """
    rung = (
        select(ContactAttempt.at, ContactAttempt.disposition)
        .join(Case, Case.id == ContactAttempt.case_id)
        .join(Case.person)
        .where(Case.person_id == person_id, visible_cases(viewer))
        .where(ContactAttempt.channel == Channel.PHONE, ContactAttempt.taken_back_at.is_(None))
        .where(ContactAttempt.disposition != Disposition.WRONG_NUMBER)
    )
    found = {code: [0, 0] for code in PARTS}
    for at, disposition in session.execute(rung):
        code = part_of(at.astimezone(PARIS).time())
        if code:
            found[code][0] += 1
            found[code][1] += disposition is not Disposition.NO_ANSWER
    return [Part(code, tries, answered) for code, (tries, answered) in found.items()]


def part_of(moment: time) -> str:
    """Name the part of the day of a moment in Paris; empty where nobody is called."""
    begun = [code for code, first in PARTS.items() if first <= moment < LAST]
    return begun[-1] if begun else ""
