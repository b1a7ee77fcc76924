"""A case opened for one person: whom the programme is for, and the points she has in it."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from visits.cases.cases import NOTE_LENGTH, Points, home_of, open_case
from visits.choosing.audience import everybody_at_home, homes_of, known_of
from visits.choosing.further import find_more
from visits.choosing.scoring import Score, holds, score
from visits.ground.deadlines import age_on, today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.cases import Case, WayIn
from visits.models.people import AccessKind, Person
from visits.models.portfolio import Dwelling, Tenancy
from visits.programmes import Audience, Programme
from visits.programmes.facts import Facts
from visits.programmes.published import WAYS_BY_HAND, find_programme, programme_of
from visits.sight import Viewer
from visits.sight.access_log import log_access

AGE = "age"


@dataclass(frozen=True)
class Fit:
    """What of a programme's public does not hold for a person, and what of it is not known."""

    against: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def fit_of(
    session: Session, person: Person, programme: Programme, *, viewer: Viewer, now: datetime
) -> Fit:
    """Tell whether a programme is for a person, by the facts that its public names."""
    home, today = home_of(session, person), today_in_paris(now)
    facts = _facts_of(session, person, home, programme, viewer, today)
    return _fit(person, programme, facts, today)


def open_by_hand(
    session: Session, person: Person, programme: str, *, way_in: WayIn = WayIn.REQUEST,
    motive: str = "", outside: str = "", viewer: Viewer, now: datetime,
) -> tuple[Case, Fit]:  # fmt: skip
    """Open a case of one person with the home she has today, or none; gives it, and how it fits.

    Her points come of the same facts as in the list of whom to visit. `outside` says why she has a
    case although the programme's public leaves her out. Raises what opening a case does, and what
    `refuse_unfit` does, and Invalid for a motive that is none of those the programme lists; none
    is asked of whoever comes from another programme or asks for a place: she said it there.
    """
    today = today_in_paris(now)
    target, home = find_programme(session, programme), home_of(session, person)
    facts = _facts_of(session, person, home, target, viewer, today)
    fit = _fit(person, target, facts, today)
    refuse_unfit(fit, way_in, why=outside)
    asks = target.motives and target.admission is None and way_in in WAYS_BY_HAND
    if asks and motive not in {one.code for one in target.motives}:
        raise Invalid({"motive": "motive_not_listed" if motive.strip() else "motive_required"})
    case = open_case(
        session, person, programme, home=home, points=points_of(score(facts, target), target),
        way_in=way_in, motive=motive, viewer=viewer, now=now,
    )  # fmt: skip
    if fit.against:
        case.outside = {"facts": list(fit.against), "why": outside.strip()}
        session.flush()
    return case, fit


def score_case(session: Session, case: Case, *, viewer: Viewer, now: datetime) -> None:
    """Give an open case the points that those opened today get: nobody knew hers.

    By what its own version asks, in the home of the case. A tier it has stays. Raises Conflict when
    it is closed or has its points already.
    """
    if not case.is_open:
        raise Conflict("case_closed")
    if case.scored_at is not None:
        raise Conflict("case_scored")
    programme = programme_of(session, case) or find_programme(session, case.programme)
    today = today_in_paris(now)
    facts = _facts_of(session, case.person, case.dwelling_id, programme, viewer, today)
    points = points_of(score(facts, programme), programme)
    case.score, case.reasons, case.scored_at = points.score, points.reasons, now
    case.sealed_reasons, case.tier = points.sealed_reasons, case.tier or points.tier
    session.flush()
    log_access(
        session, user_id=viewer.user_id, persons=[case.person_id], kind=AccessKind.WRITE,
        what="case_scored", now=now,
    )  # fmt: skip


def refuse_unfit(fit: Fit, way_in: WayIn, *, why: str = "") -> None:
    """Refuse whom a programme is not for.

    Who is not of its ages never comes in: Conflict. What else its public asks may be passed over
    for somebody who asks or of whom somebody speaks, if it is said why: else Invalid.
    """
    if AGE in fit.against or (fit.against and way_in not in WAYS_BY_HAND):
        raise Conflict("case_does_not_fit", facts=fit.against)
    if fit.against and not why.strip():
        raise Invalid({"outside": "case_outside_public"}, facts=fit.against)
    if fit.against and len(why.strip()) > NOTE_LENGTH:
        raise Invalid({"outside": "too_long"})


def points_of(told: Score, programme: Programme) -> Points:
    """Give a score as a case keeps it: what is confidential of its reasons apart."""
    reasons, sealed = told.as_json(), programme.sealed_criteria
    tier = programme.tier_of(told.points)
    return Points(
        score=told.points,
        reasons=[one for one in reasons if one["criterion"] not in sealed],
        sealed_reasons=[one for one in reasons if one["criterion"] in sealed] or None,
        tier=tier.code if tier else None,
    )


def _fit(person: Person, programme: Programme, facts: Facts, today: date) -> Fit:
    public = programme.audience
    of_age = _is_of_age(person, public, today)
    against, unknown = [AGE] * (of_age is False), [AGE] * (of_age is None)
    for condition in public.when:
        held = holds((condition,), facts)
        if held is None:
            unknown.append(condition.fact)
        elif not held:
            against.append(condition.fact)
    return Fit(tuple(dict.fromkeys(against)), tuple(dict.fromkeys(unknown)))


def _is_of_age(person: Person, public: Audience, today: date) -> bool | None:
    """Compare her age with a programme's; of a year alone it may be one or the other."""
    if person.born_on is None and person.birth_year is None:
        return None
    year = person.birth_year or 0
    youngest = age_on(today, born=person.born_on or date(year, 12, 31))
    oldest = age_on(today, born=person.born_on or date(year, 1, 1))
    upper = public.age_max if public.age_max is not None else oldest
    if oldest < public.age_min or youngest > upper:
        return False
    return True if public.age_min <= youngest and oldest <= upper else None


def _facts_of(
    session: Session, person: Person, home: uuid.UUID | None, programme: Programme,
    viewer: Viewer, today: date,
) -> Facts:  # fmt: skip
    """Say what is known of a person and her home, of her alone where she has none here."""
    statement = everybody_at_home(programme.code, viewer).where(Person.id == person.id)
    more = find_more(session, programme.facts_asked, viewer, homes_of(statement))
    lived_in = statement.where(Dwelling.id == home).order_by(Tenancy.started_on.desc(), Tenancy.id)
    row = session.execute(lived_in).first() if home else None
    if row is not None:
        return known_of(row, today=today, more=more)
    facts = more.of(person.id, None)
    if person.born_on is None and person.birth_year is None:
        return facts
    born = person.born_on or date(person.birth_year or 0, 12, 31)
    return {**facts, AGE: age_on(today, born=born)}
