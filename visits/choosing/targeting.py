"""Whom to visit first: facts of a person, points with reasons, an ordered list, cases."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session, selectinload

from visits.cases.coming import make_for
from visits.choosing.audience import audience_of, homes_of, known_of
from visits.choosing.further import NOTHING_MORE, More, find_more
from visits.choosing.opening import points_of
from visits.choosing.scoring import Score, holds, score
from visits.choosing.survey import NO_FILTERS, Filters, Place, known_by, survey
from visits.ground.db import take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Invalid, NotFound
from visits.ground.statistics import look_anew
from visits.mapping.points import refresh_map
from visits.models.cases import Case, CaseState, WayIn
from visits.models.people import AccessKind, Person
from visits.models.portfolio import Dwelling, Residence
from visits.programmes import Programme
from visits.programmes.facts import is_sealed
from visits.programmes.published import refuse_new_case, version_of
from visits.sight.access_log import log_access
from visits.sight.reach import Viewer, visible_persons

MOST_AT_ONCE = 5_000
CHUNK = 500
MANY = 1_000  # cases at once, after which the database looks at its tables anew


@dataclass(frozen=True)
class Candidate:
    """A person a programme is for, with her home, her score and her case if she has one."""

    person: Person
    dwelling: Dwelling
    residence: Residence
    age: int
    score: Score
    enrolled: bool
    case_id: uuid.UUID | None


@dataclass(frozen=True)
class Ranking:
    """One page of the ordered list, and how many there are in all.

    Of the programme's whole audience, whatever the filters: how many there are, how many of them
    are enrolled, and the cities where they live; beside it how many are of its ages, and of how
    many it is not known whether they are in it.
    """

    total: int
    candidates: tuple[Candidate, ...]
    of_age: int
    unknown: int
    everybody: int
    enrolled: int
    cities: tuple[str, ...]


@dataclass(frozen=True)
class _Scored:
    """Somebody in her home, with what is known of both and the points of it."""

    row: Row[Any]
    age: int
    score: Score

    @property
    def place(self) -> Place:
        row = self.row
        return (-self.score.points, -self.age, row.name_key, row.person_id, row.dwelling_id)


def rank_candidates(
    session: Session, programme: Programme, viewer: Viewer, *, now: datetime,
    filters: Filters = NO_FILTERS, limit: int = 50, offset: int = 0,
) -> Ranking:  # fmt: skip
    """Order the programme's audience by score, then age, then name.

    Protected persons out of the viewer's reach and those not to be contacted are left out. Of
    several homes of one person, the one that gives her most counts.
    """
    today = today_in_paris(now)
    more = _further(session, programme, viewer, today=today)
    found = survey(session, programme, viewer, more, today=today, filters=filters)
    page = _explained(session, programme, viewer, more, found.first(limit, offset), today=today)
    return Ranking(
        len(found.places), _candidates(session, page), found.of_age, found.unknown,
        found.everybody, found.enrolled, found.cities,
    )  # fmt: skip


def enrol(
    session: Session, programme: Programme, person_ids: Iterable[uuid.UUID], *, viewer: Viewer,
    now: datetime,
) -> list[Case]:  # fmt: skip
    """Enrol persons with their score of today; one who is enrolled already stays as she is.

    Raises NotFound, enrolling nobody, when one of them is not in the programme's audience or not
    within the viewer's reach.
    """
    refuse_new_case(session, programme, WayIn.TARGETING)
    wanted = list(dict.fromkeys(person_ids))
    take_turn(session, f"enrol {programme.code}")
    already = _enrolled(session, programme, wanted, viewer=viewer)
    left = set(wanted) - already.keys()
    found: dict[uuid.UUID, _Scored] = {}
    today = today_in_paris(now)
    for scored in _scored(session, programme, viewer, NOTHING_MORE, left, today=today):
        person_id = scored.row.person_id
        found[person_id] = min(found.get(person_id, scored), scored, key=_order)
    if found.keys() != left:
        raise NotFound("person_not_found")
    return [
        *already.values(),
        *_enrol(session, programme, list(found.values()), viewer=viewer, now=now),
    ]


def enrol_top(
    session: Session, programme: Programme, number: int, *, viewer: Viewer, now: datetime,
    filters: Filters = NO_FILTERS,
) -> list[Case]:  # fmt: skip
    """Enrol the `number` highest scores among those who are not enrolled yet: 1 to 5,000."""
    if not 1 <= number <= MOST_AT_ONCE:
        raise Invalid({"number": "out_of_range"}, "out_of_range")
    refuse_new_case(session, programme, WayIn.TARGETING)
    take_turn(session, f"enrol {programme.code}")
    filters, today = replace(filters, enrolled=False), today_in_paris(now)
    more = _further(session, programme, viewer, today=today)
    found = survey(session, programme, viewer, more, today=today, filters=filters)
    chosen = _explained(session, programme, viewer, more, found.first(number), today=today)
    return _enrol(session, programme, chosen, viewer=viewer, now=now)


def _further(session: Session, programme: Programme, viewer: Viewer, *, today: date) -> More:
    """Find of the whole audience what the programme asks beyond the lists of homes.

    What is sealed is opened here where it says who is in the audience at all, not for points.
    """
    audience = audience_of(programme.code, programme.audience, viewer, today=today)
    public = {one.fact for one in programme.audience.when}
    asked = [one for one in programme.facts_asked if one in public or not is_sealed(one)]
    return find_more(session, asked, viewer, homes_of(audience))


def _order(one: _Scored) -> Place:
    return one.place


def _explained(
    session: Session,
    programme: Programme,
    viewer: Viewer,
    more: More,
    places: Sequence[Place],
    *,
    today: date,
) -> list[_Scored]:
    """Say of each place why it is hers: the same points again, this time with their reasons."""
    found: dict[tuple[uuid.UUID, uuid.UUID], _Scored] = {}
    wanted = [known_by(place) for place in places]
    persons = {person for person, _dwelling in wanted}
    for scored in _scored(session, programme, viewer, more, persons, today=today):
        key = (scored.row.person_id, scored.row.dwelling_id)
        found[key] = min(found.get(key, scored), scored, key=_order)
    return [found[key] for key in wanted if key in found]


def _scored(
    session: Session, programme: Programme, viewer: Viewer, more: More,
    persons: Iterable[uuid.UUID], *, today: date,
) -> Iterator[_Scored]:  # fmt: skip
    """Score some persons one by one, in each of their homes, if the programme is for them.

    `more` is what was found before of them and others.
    """
    statement = audience_of(programme.code, programme.audience, viewer, today=today)
    ids = list(persons)
    for start in range(0, len(ids), CHUNK):
        some = statement.where(Person.id.in_(ids[start : start + CHUNK]))
        found = find_more(session, programme.facts_asked, viewer, homes_of(some), known=more)
        for row in session.execute(some):
            facts = known_of(row, today=today, more=found)
            if holds(programme.audience.when, facts):
                yield _Scored(row, int(facts["age"] or 0), score(facts, programme))


def _candidates(session: Session, page: Sequence[_Scored]) -> tuple[Candidate, ...]:
    persons = _by_id(session, select(Person).where(Person.id.in_([s.row.person_id for s in page])))
    homes = select(Dwelling).options(selectinload(Dwelling.residence))
    dwellings = _by_id(session, homes.where(Dwelling.id.in_([s.row.dwelling_id for s in page])))
    return tuple(
        Candidate(
            person=persons[scored.row.person_id],
            dwelling=dwellings[scored.row.dwelling_id],
            residence=dwellings[scored.row.dwelling_id].residence,
            age=scored.age,
            score=scored.score,
            enrolled=scored.row.case_id is not None,
            case_id=scored.row.case_id,
        )
        for scored in page
    )


def _by_id(session: Session, statement: Select[*tuple[Any, ...]]) -> dict[uuid.UUID, Any]:
    return {found.id: found for found in session.scalars(statement)}


def _enrolled(
    session: Session, programme: Programme, person_ids: Sequence[uuid.UUID], *, viewer: Viewer
) -> dict[uuid.UUID, Case]:
    found: dict[uuid.UUID, Case] = {}
    for start in range(0, len(person_ids), CHUNK):
        statement = (
            select(Case)
            .join(Case.person)
            .where(Case.programme == programme.code, Case.closed_on.is_(None))
            .where(visible_persons(viewer))
            .where(Case.person_id.in_(person_ids[start : start + CHUNK]))
        )
        found |= {case.person_id: case for case in session.scalars(statement)}
    return found


def _enrol(
    session: Session, programme: Programme, chosen: Sequence[_Scored], *, viewer: Viewer,
    now: datetime,
) -> list[Case]:  # fmt: skip
    version = version_of(session, programme.code)
    cases = []
    for scored in chosen:
        points = points_of(scored.score, programme)
        case = Case(
            programme=programme.code,
            programme_version_id=version.id,
            person_id=scored.row.person_id,
            landlord_id=scored.row.landlord_id,
            dwelling_id=scored.row.dwelling_id,
            state=CaseState.TO_CALL,
            score=points.score,
            reasons=points.reasons,
            sealed_reasons=points.sealed_reasons,
            tier=points.tier,
            scored_at=now,
            risk=0,
            opened_at=now,
            opened_by_id=viewer.user_id,
        )
        cases.append(case)
    session.add_all(cases)
    session.flush()
    make_for(session, cases, now=now)
    if len(cases) >= MANY:
        look_anew(session, ("case_file", "task"))
    refresh_map(session, {case.dwelling_id for case in cases})
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[case.person_id for case in cases],
        kind=AccessKind.WRITE,
        what="enrolled",
        now=now,
    )
    return cases
