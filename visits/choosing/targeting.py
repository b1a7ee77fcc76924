"""Whom to visit first: facts of a person, points with reasons, an ordered list, cases."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased, selectinload

from visits.cases.coming import make_for
from visits.choosing.audience import audience_of, known_of
from visits.choosing.further import More, find_more
from visits.choosing.scoring import Scale, Score, score
from visits.ground.db import take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Invalid, NotFound
from visits.ground.folding import fold
from visits.mapping.points import refresh_map
from visits.models.cases import Case, CaseState, WayIn
from visits.models.people import AccessKind, Person
from visits.models.portfolio import Dwelling, Residence
from visits.programmes import Programme
from visits.programmes.published import refuse_new_case, version_of
from visits.sight.access_log import log_access
from visits.sight.reach import Viewer, visible_persons

MOST_AT_ONCE = 5_000
CHUNK = 500


@dataclass(frozen=True)
class Filters:
    """What narrows the list. `enrolled` None is both; `text` is in the name, address or city."""

    city: str | None = None
    territory_id: uuid.UUID | None = None
    minimum_score: int = 0
    enrolled: bool | None = None
    text: str = ""


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
    """One page of the ordered list, and how many there are in all."""

    total: int
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class _Judge:
    """What scores persons one after the other, and says of those that are shown why."""

    programme: Programme
    today: date
    more: More
    scale: Scale

    def explain(self, row: Row[Any]) -> Score:
        _age, facts = known_of(row, today=self.today, more=self.more)
        return score(facts, self.programme)


class _Scored(NamedTuple):
    row: Row[Any]
    age: int
    points: int
    judge: _Judge

    @property
    def score(self) -> Score:
        return self.judge.explain(self.row)


NO_FILTERS = Filters()


def rank_candidates(
    session: Session, programme: Programme, viewer: Viewer, *, now: datetime,
    filters: Filters = NO_FILTERS, limit: int = 50, offset: int = 0,
) -> Ranking:  # fmt: skip
    """Order the programme's audience by score, then age, then name.

    Protected persons out of the viewer's reach and those not to be contacted are left out.
    """
    ranked = _ranked(session, programme, viewer, today=today_in_paris(now), filters=filters)
    page = ranked[max(0, offset) : max(0, offset) + max(0, limit)]
    return Ranking(total=len(ranked), candidates=_candidates(session, page))


def count_candidates(
    session: Session, programme: Programme, viewer: Viewer, *, now: datetime
) -> tuple[int, int]:
    """Count the programme's audience, and those of it who are enrolled."""
    if programme.audience.when:
        found = _scored(session, programme, viewer, today=today_in_paris(now))
        return len(found), sum(one.row.case_id is not None for one in found)
    audience = _everybody(programme, viewer, today=today_in_paris(now))
    counts = audience.with_only_columns(
        func.count(Person.id.distinct()), func.count(Case.person_id.distinct())
    )
    everybody, enrolled = session.execute(counts).one()
    return everybody, enrolled


def cities_of_candidates(
    session: Session, programme: Programme, viewer: Viewer, *, now: datetime
) -> list[str]:
    """List the cities where the programme's audience lives, for a filter."""
    if programme.audience.when:
        found = _scored(session, programme, viewer, today=today_in_paris(now))
        return sorted({one.row.city for one in found}, key=fold)
    statement = audience_of(
        programme.code, programme.audience, viewer, today=today_in_paris(now)
    ).with_only_columns(Residence.city)
    return sorted(session.scalars(statement.distinct()), key=fold)


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
    found = _scored(session, programme, viewer, today=today_in_paris(now), only=left)
    if {scored.row.person_id for scored in found} != left:
        raise NotFound("person_not_found")
    return [*already.values(), *_enrol(session, programme, found, viewer=viewer, now=now)]


def enrol_top(
    session: Session, programme: Programme, number: int, *, viewer: Viewer, now: datetime,
    filters: Filters = NO_FILTERS,
) -> list[Case]:  # fmt: skip
    """Enrol the `number` highest scores among those who are not enrolled yet: 1 to 5,000."""
    if not 1 <= number <= MOST_AT_ONCE:
        raise Invalid({"number": "out_of_range"}, "out_of_range")
    refuse_new_case(session, programme, WayIn.TARGETING)
    take_turn(session, f"enrol {programme.code}")
    filters = Filters(**{**vars(filters), "enrolled": False})
    ranked = _ranked(session, programme, viewer, today=today_in_paris(now), filters=filters)
    return _enrol(session, programme, ranked[:number], viewer=viewer, now=now)


def _everybody(programme: Programme, viewer: Viewer, *, today: date) -> Select[*tuple[Any, ...]]:
    return audience_of(programme.code, programme.audience, viewer, today=today)


def _ranked(
    session: Session, programme: Programme, viewer: Viewer, *, today: date, filters: Filters
) -> list[_Scored]:
    scored = _scored(session, programme, viewer, today=today, filters=filters)
    return sorted(scored, key=_order)


def _order(one: _Scored) -> tuple[int, int, str, uuid.UUID]:
    return -one.points, -one.age, one.row.name_key, one.row.person_id


def _scored(
    session: Session, programme: Programme, viewer: Viewer, *, today: date,
    filters: Filters = NO_FILTERS, only: set[uuid.UUID] | None = None,
) -> list[_Scored]:  # fmt: skip
    statement = _filtered(
        audience_of(programme.code, programme.audience, viewer, today=today), programme, filters
    )
    more, asked = find_more(session, programme.facts_asked, viewer), programme.facts_asked
    judge = _Judge(programme, today, more, Scale(programme))
    found: dict[uuid.UUID, _Scored] = {}
    for row in _rows(session, statement, only):
        if row.person_id in found or not _matches(row, filters):
            continue
        age, facts = known_of(row, today=today, more=more, only=asked)
        if not judge.scale.is_for(facts):
            continue
        points = judge.scale.points(facts)
        if points >= filters.minimum_score:
            found[row.person_id] = _Scored(row, age, points, judge)
    return list(found.values())


def _rows(
    session: Session, statement: Select[*tuple[Any, ...]], only: set[uuid.UUID] | None
) -> Iterable[Row[Any]]:
    if only is None:
        yield from session.execute(statement)
        return
    ids = iter(only)
    while chunk := list(islice(ids, CHUNK)):
        yield from session.execute(statement.where(Person.id.in_(chunk)))


def _had_a_case(programme: Programme) -> ColumnElement[bool]:
    earlier = aliased(Case)
    of_her = (earlier.person_id == Person.id, earlier.programme == programme.code)
    return exists().where(*of_her, earlier.closed_on.is_not(None)).correlate(Person)


def _filtered(
    statement: Select[*tuple[Any, ...]], programme: Programme, filters: Filters
) -> Select[*tuple[Any, ...]]:
    if filters.city:
        statement = statement.where(Residence.city == filters.city)
    if filters.territory_id:
        statement = statement.where(Residence.territory_id == filters.territory_id)
    if filters.enrolled is not None:
        missing = Case.id.is_(None)
        # Whoever had a case before gets another only when somebody chooses her by name.
        new = and_(missing, ~_had_a_case(programme))
        statement = statement.where(~missing if filters.enrolled else new)
    return statement


def _matches(row: Row[Any], filters: Filters) -> bool:
    words = fold(filters.text).split()
    if not words:
        return True
    text = f"{row.name_key} {fold(row.address)} {fold(row.city)}"
    return all(word in text for word in words)


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
    version, sealed = version_of(session, programme.code), programme.sealed_criteria
    cases = []
    for scored in chosen:
        told = scored.score
        reasons = told.as_json()
        case = Case(
            programme=programme.code,
            programme_version_id=version.id,
            person_id=scored.row.person_id,
            dwelling_id=scored.row.dwelling_id,
            state=CaseState.TO_CALL,
            score=told.points,
            reasons=[one for one in reasons if one["criterion"] not in sealed],
            sealed_reasons=[one for one in reasons if one["criterion"] in sealed] or None,
            tier=tier.code if (tier := programme.tier_of(told.points)) else None,
            risk=0,
            opened_at=now,
            opened_by_id=viewer.user_id,
        )
        cases.append(case)
    session.add_all(cases)
    session.flush()
    make_for(session, cases, now=now)
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
