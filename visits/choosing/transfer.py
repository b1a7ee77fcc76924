"""A case moved to another programme: hers is closed and one is opened there, or nothing is done."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from visits.cases.cases import NOTE_LENGTH, close_case, open_case
from visits.choosing.audience import audience_of, known_of
from visits.choosing.further import find_more
from visits.choosing.scoring import holds
from visits.ground.deadlines import age_on, today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.cases import Case, WayIn
from visits.models.people import Person
from visits.programmes import Programme
from visits.programmes.facts import Facts
from visits.programmes.published import find_programme, load_programmes, retired_codes
from visits.sight import Viewer


@dataclass(frozen=True)
class Fit:
    """What of a programme's public does not hold for a person, and what of it is not known."""

    against: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def open_to_transfers(session: Session, case: Case) -> list[Programme]:
    """List the programmes that a case may be moved to, whomever they are for."""
    retired = retired_codes(session)
    return [
        one
        for one in load_programmes(session).values()
        if one.code != case.programme and one.code not in retired and WayIn.TRANSFER in one.ways_in
    ]


def fit_of(
    session: Session, person: Person, programme: Programme, *, viewer: Viewer, now: datetime
) -> Fit:
    """Tell whether a programme is for a person, by the facts that its public names."""
    today, public = today_in_paris(now), programme.audience
    facts = _facts_of(session, person, programme, viewer, today)
    age, against, unknown = facts.get("age"), [], []
    if age is None:
        unknown.append("age")
    elif not public.age_min <= int(age) <= (public.age_max or int(age)):
        against.append("age")
    for condition in public.when:
        held = holds((condition,), facts)
        if held is None:
            unknown.append(condition.fact)
        elif not held:
            against.append(condition.fact)
    return Fit(tuple(dict.fromkeys(against)), tuple(dict.fromkeys(unknown)))


def transfer_case(
    session: Session, case: Case, programme: str, *, outcome: str, why: str, viewer: Viewer,
    now: datetime,
) -> tuple[Case, Fit]:  # fmt: skip
    """Close a case with an outcome and open one in another programme; gives it, and how it fits.

    Raises what closing and opening do, and Conflict when the programme is not for her; what is
    not known of her is told, not guessed. Closing the new one and opening the former again undoes
    it.
    """
    fields = {}
    if programme not in {one.code for one in open_to_transfers(session, case)}:
        fields["programme"] = "bad_choice"
    if not why.strip():
        fields["why"] = "required"
    elif len(why.strip()) > NOTE_LENGTH:
        fields["why"] = "too_long"
    if fields:
        raise Invalid(fields)
    target = find_programme(session, programme)
    fit = fit_of(session, case.person, target, viewer=viewer, now=now)
    if fit.against:
        raise Conflict("case_does_not_fit", facts=fit.against)
    close_case(session, case, outcome=outcome, note=why, viewer=viewer, now=now)
    moved = open_case(
        session, case.person, programme, way_in=WayIn.TRANSFER, motive=why, viewer=viewer, now=now
    )
    return moved, fit


def _facts_of(
    session: Session, person: Person, programme: Programme, viewer: Viewer, today: date
) -> Facts:
    """Say what is known of a person and her home, of her alone where she has none here."""
    anybody = replace(programme.audience, age_min=0, age_max=None)
    statement = audience_of(programme.code, anybody, viewer, today=today)
    row = session.execute(statement.where(Person.id == person.id)).first()
    if row is not None:
        more = find_more(session, programme.facts_asked, viewer)
        return known_of(row, today=today, more=more)
    if person.born_on is None and person.birth_year is None:
        return {}
    born = person.born_on or date(person.birth_year or 0, 12, 31)
    return {"age": age_on(today, born=born)}
