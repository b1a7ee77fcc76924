"""Wishes of visits in rounds: who may go, on which days, at which hours, or why nobody can."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from visits.agenda.fitting import can_do, hours_of_wish
from visits.agenda.visit_wishes import standing_visit_wishes, wish_of
from visits.agenda.working_time import Terms
from visits.ground.unusual_hours import EARLIEST, LATEST
from visits.models.agenda import VisitWish
from visits.models.rounds import LeftWhy
from visits.rounds.candidates import Candidate


def as_wished(
    session: Session, candidates: Sequence[Candidate], terms: Mapping[uuid.UUID, Terms]
) -> list[Candidate]:
    """Narrow each candidate to what is asked of its visit; left out, where nothing is left."""
    noted = standing_visit_wishes(session, [one.case_id for one in candidates])
    return [
        _narrowed(one, noted[one.case_id], terms)
        if one.case_id in noted and one.left is None
        else one
        for one in candidates
    ]


def not_agreed_upon(session: Session, movable: Sequence[Candidate]) -> list[Candidate]:
    """Leave out planned visits of which something was asked: their hour was agreed by it."""
    noted = standing_visit_wishes(session, [one.case_id for one in movable])
    return [one for one in movable if one.case_id not in noted]


def _narrowed(one: Candidate, noted: VisitWish, terms: Mapping[uuid.UUID, Terms]) -> Candidate:
    wish = wish_of(noted, one.minutes)
    going = frozenset(each for each in one.going if can_do(terms[each], wish))
    if not going:
        return replace(one, going=going, left=LeftWhy.NOBODY_ABLE)
    days = frozenset(day for day in one.days if day.weekday() not in wish.not_on)
    first, last = hours_of_wish(wish)
    first, last = max(first or EARLIEST, EARLIEST), min(last or LATEST, LATEST)
    too_short = datetime.combine(datetime.min, last) - datetime.combine(
        datetime.min, first
    ) < timedelta(minutes=one.minutes)
    left = LeftWhy.NOT_AS_WISHED if (one.days and not days) or too_short else None
    return replace(
        one, going=going, days=days, from_time=first, until_time=last, wished=True, left=left
    )
