"""When somebody was tried, when she answered, what she asks: whether this is her hour."""

import enum
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    cast,
    extract,
    false,
    or_,
    select,
)
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from visits.models.calls import CallWish, Channel, ContactAttempt, Disposition, WishKind
from visits.models.cases import Case
from visits.sight.reach import Viewer, visible_cases

# The parts of a day in which calls are made, by their first moment (Paris). Our choice.
PARTS = {"morning": time(8), "midday": time(12), "afternoon": time(14), "evening": time(17)}
LAST = time(20)
HOUR = 3_600
# Our choice: how somebody lived a season ago tells little of her hours today.
LOOKS_BACK = timedelta(days=60)


class Hour(enum.StrEnum):
    """What is known of this hour, the best first: asked for, answered at, nothing, rung in vain."""

    WISHED = "wished"
    ANSWERED = "answered"
    UNKNOWN = "unknown"
    IN_VAIN = "in_vain"


RANK = {hour: rank for rank, hour in enumerate(Hour)}
# A wrong number tells nothing of her hours.
_IN_VAIN = (Disposition.NO_ANSWER, Disposition.WRONG_NUMBER)
_ANSWERS = tuple(one for one in Disposition if one not in _IN_VAIN)


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
        code = _part_of_moment(at)
        if code:
            found[code][0] += 1
            found[code][1] += disposition is not Disposition.NO_ANSWER
    return [Part(code, tries, answered) for code, (tries, answered) in found.items()]


def hour_rank(now: datetime) -> ColumnElement[int]:
    """Give on `Case` how good this hour is, the lowest best; its own calls tell, and her wish."""
    return sql_case(
        (Case.person_id.in_(_wished(now)), RANK[Hour.WISHED]),
        (_rung(now, _ANSWERS), RANK[Hour.ANSWERED]),
        (_rung(now, (Disposition.NO_ANSWER,)), RANK[Hour.IN_VAIN]),
        else_=RANK[Hour.UNKNOWN],
    )


def _rung(now: datetime, with_answer: Collection[Disposition]) -> ColumnElement[bool]:
    """Give the condition on `Case` for those lately rung in this part of the day with some answers.

    Asked of each that is put in order: of a country's calls of two months there are many more.
    """
    at = ContactAttempt.at
    # Of its day in UTC, whatever the database's own clock is set to.
    second = cast(extract("epoch", at), BigInteger) % (24 * HOUR)
    spells = [
        and_(at >= since, at < until, second >= begin, second < end)
        for since, until, begin, end in _spells(now)
    ]
    rung = (
        select(ContactAttempt.id)
        .where(ContactAttempt.case_id == Case.id, at >= now - LOOKS_BACK)
        .where(ContactAttempt.disposition.in_(with_answer))
        .where(ContactAttempt.channel == Channel.PHONE, ContactAttempt.taken_back_at.is_(None))
        .where(or_(false(), *spells))
    )
    # No EXISTS: of that PostgreSQL would gather the calls of everybody first.
    return rung.limit(1).correlate(Case).scalar_subquery().is_not(None)


def hour_of(
    session: Session, case: Case, attempts: Iterable[ContactAttempt], now: datetime
) -> Hour:
    """Say of one case, with some of its attempts, what `hour_rank` orders by."""
    if session.scalar(_wished(now).where(CallWish.person_id == case.person_id)):
        return Hour.WISHED
    code = _part_of_moment(now)
    rung = {
        one.disposition
        for one in attempts
        if one.channel is Channel.PHONE and one.taken_back_at is None
        if code and one.at >= now - LOOKS_BACK and _part_of_moment(one.at) == code
    } - {Disposition.WRONG_NUMBER}
    if rung - {Disposition.NO_ANSWER}:
        return Hour.ANSWERED
    return Hour.IN_VAIN if rung else Hour.UNKNOWN


def _wished(now: datetime) -> Select[uuid.UUID]:
    """Select who asks to be rung between hours that this one is among: few, found by index."""
    hour = now.astimezone(PARIS).hour
    return select(CallWish.person_id).where(
        CallWish.kind == WishKind.HOURS,
        CallWish.withdrawn_at.is_(None),
        CallWish.from_hour <= hour,
        CallWish.to_hour > hour,
    )


def _spells(now: datetime) -> list[tuple[datetime, datetime, int, int]]:
    """Give the days looked back on, and where this part lies in a day of UTC, in seconds.

    Days go together that are as far from UTC in Paris: the clock changes at night, when nobody is
    called. None at night.
    """
    code = _part_of_moment(now)
    if not code:
        return []
    firsts = [*PARTS.values(), LAST]
    part = PARTS[code], firsts[list(PARTS).index(code) + 1]
    today = now.astimezone(PARIS).date()
    days = [today - timedelta(days=back) for back in range(LOOKS_BACK.days, -1, -1)]
    spells = []
    for _, alike in groupby(days, key=lambda day: _in_utc(day, part[0]).time()):
        known = list(alike)
        begin, end = (_in_utc(known[0], edge) for edge in part)
        spells.append((begin, _in_utc(known[-1], part[1]), begin.hour * HOUR, end.hour * HOUR))
    return spells


def _in_utc(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, PARIS).astimezone(UTC)


def _part_of_moment(moment: datetime) -> str:
    return part_of(moment.astimezone(PARIS).time())


def part_of(moment: time) -> str:
    """Name the part of the day of a moment in Paris; empty where nobody is called."""
    begun = [code for code, first in PARTS.items() if first <= moment < LAST]
    return begun[-1] if begun else ""
