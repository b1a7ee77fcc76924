"""Who is in reach of a programme: whom it is for, at home, and what is known of each."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, Subquery, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from visits.choosing.further import NOTHING_MORE, More, find_more
from visits.choosing.scoring import holds
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import Territory
from visits.models.cases import Case
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, Residence, Tenancy
from visits.programmes import Audience, Condition
from visits.programmes.facts import Facts, facts_of
from visits.sight.left_alone import wants_none_of
from visits.sight.reach import Viewer, open_to, visible_persons

LEASE, LIVING = aliased(Tenancy), aliased(Occupancy)
OCCUPANTS = func.count(LIVING.person_id.distinct())


@dataclass(frozen=True)
class Kept:
    """How many persons some conditions keep, how many not, of how many that is not known."""

    yes: int = 0
    no: int = 0
    unknown: int = 0


@dataclass(frozen=True)
class Counted:
    """How many are of age, in the audience, and what each condition and criterion keeps.

    Conditions are counted among those of age, criteria among the audience.
    """

    of_age: int
    audience: int
    conditions: tuple[Kept, ...]
    criteria: tuple[Kept, ...]


def count_kept(
    session: Session, audience: Audience, criteria: Sequence[Sequence[Condition]], viewer: Viewer,
    *, now: datetime,
) -> Counted:  # fmt: skip
    """Count whom an audience and each of some criteria keep, of those the viewer may see."""
    today = today_in_paris(now)
    seen, inside = set[object](), 0
    conditions = [*audience.when, *(one for each in criteria for one in each)]
    everybody = audience_of("", audience, viewer, today=today)
    more = find_more(session, {one.fact for one in conditions}, viewer, homes_of(everybody))
    asked = [_Tally([one]) for one in audience.when]
    met = [_Tally(one) for one in criteria]
    for row in session.execute(everybody):
        if row.person_id in seen:
            continue
        seen.add(row.person_id)
        facts = known_of(row, today=today, more=more)
        for tally in asked:
            tally.note(facts)
        if holds(audience.when, facts):
            inside += 1
            for tally in met:
                tally.note(facts)
    return Counted(len(seen), inside, *(tuple(one.kept for one in of) for of in (asked, met)))


class _Tally:
    def __init__(self, conditions: Sequence[Condition]) -> None:
        self._conditions = conditions
        self._counts: dict[bool | None, int] = {True: 0, False: 0, None: 0}

    def note(self, facts: Facts) -> None:
        self._counts[holds(self._conditions, facts)] += 1

    @property
    def kept(self) -> Kept:
        return Kept(self._counts[True], self._counts[False], self._counts[None])


def known_of(row: Row[Any], *, today: date, more: More = NOTHING_MORE) -> Facts:
    """Say what is known of somebody and her home, `more` of it when asked for."""
    facts = facts_of(row, today=today)
    return {**facts, **more.of(row.person_id, row.dwelling_id)} if more.asked else facts


def audience_of(
    code: str, audience: Audience, viewer: Viewer, *, today: date
) -> Select[*tuple[Any, ...]]:
    """Select whom a programme's ages are for, at home, a row per person and open occupancy.

    What the audience asks for beyond ages is for `known_of` to tell.
    """
    return (
        everybody_at_home(code, viewer)
        .where(*_of_age(audience, today))
        .where(Person.do_not_contact.is_(False), Person.id.not_in(wants_none_of(code)))
        .where(Person.died_on.is_(None))
    )


def everybody_at_home(code: str, viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """Select all that the viewer may see with what is known of their homes, of any age."""
    case = and_(Case.person_id == Person.id, Case.programme == code, Case.closed_on.is_(None))
    statement: Select[*tuple[Any, ...]] = (
        select(
            Person.id.label("person_id"), Person.landlord_id, Person.name_key, Person.born_on,
            Person.birth_year, Dwelling.id.label("dwelling_id"), Dwelling.floor, Dwelling.has_bath,
            Dwelling.is_adapted, Dwelling.rooms, Dwelling.surface,
            Territory.name.label("territory"), Residence.territory_id,
            Residence.address, Residence.city, Residence.has_lift,
            Residence.built_year, Residence.storeys,
            func.coalesce(Dwelling.energy_label, Residence.energy_label).label("energy_label"),
            Residence.reference.label("residence_reference"),
            Residence.priority_district, Tenancy.started_on, Tenancy.lives_alone,
            Case.id.label("case_id"), _occupants(viewer).label("occupants"),
        )
        .join(Occupancy, and_(Occupancy.person_id == Person.id, Occupancy.ended_on.is_(None)))
        .join(Tenancy, and_(Tenancy.id == Occupancy.tenancy_id, Tenancy.ended_on.is_(None)))
        .join(Dwelling, Tenancy.dwelling_id == Dwelling.id)
        .join(Residence, Dwelling.residence_id == Residence.id)
        .outerjoin(Territory, Residence.territory_id == Territory.id)
        .outerjoin(Case, case)
        .where(visible_persons(viewer))
    )  # fmt: skip
    return statement


def homes_of(audience: Select[*tuple[Any, ...]]) -> Select[uuid.UUID]:
    """Select the dwellings of an audience, or of a part of it."""
    return audience.with_only_columns(Dwelling.id, maintain_column_froms=True).correlate(None)


def shared_homes(viewer: Viewer) -> Subquery:
    """Select the dwellings where several live, and how many: `dwelling_id` and `occupants`.

    As `audience_of` counts them home by home; in any other home of an audience lives one alone.
    """
    several = _living(viewer, LEASE.dwelling_id, OCCUPANTS.label("occupants"))
    return several.group_by(LEASE.dwelling_id).having(OCCUPANTS > 1).subquery()


def _occupants(viewer: Viewer) -> ScalarSelect[int]:
    """Count who lives in a dwelling of the audience."""
    here = _living(viewer, OCCUPANTS).where(LEASE.dwelling_id == Tenancy.dwelling_id)
    return here.correlate(Tenancy).scalar_subquery()


def _living(viewer: Viewer, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Select who lives in some dwelling, of those not protected from the viewer."""
    return (
        select(*columns)
        .select_from(LIVING)
        .join(LEASE, LEASE.id == LIVING.tenancy_id)
        .join(Person, Person.id == LIVING.person_id)
        .where(LIVING.ended_on.is_(None), LEASE.ended_on.is_(None))
        .where(open_to(viewer.user_id), Person.died_on.is_(None))
    )


def _of_age(audience: Audience, today: date) -> list[ColumnElement[bool]]:
    """Bound the birth date; of a year alone, every day must be within, as nobody knows which."""
    oldest_out = _years_before(today, audience.age_min)
    bounds = [or_(Person.born_on <= oldest_out, Person.birth_year < oldest_out.year)]
    if audience.age_max is not None:
        youngest = _years_before(today, audience.age_max + 1)
        bounds.append(or_(Person.born_on > youngest, Person.birth_year > youngest.year))
    return bounds


def _years_before(today: date, years: int) -> date:
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    return date(today.year - years, today.month, day)
