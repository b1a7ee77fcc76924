"""What is known beyond the landlord's lists of homes: money, answers about homes, earlier cases.

It is read only where a programme asks for it, and of what the viewer may see.
"""

import re
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from diagnostics.facts import DWELLING
from visits.forms.listing import confidential_names
from visits.models.cases import Case
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, FormVersion, Residence, Tenancy
from visits.models.visits import COUNTED, Submission, Visit
from visits.programmes.facts import (
    ANSWER,
    MONEY,
    NO_CASE,
    OUTCOME,
    SERVICE_DISTANCE,
    Fact,
    Facts,
)
from visits.sight.reach import Viewer, visible_cases
from visits.surroundings.around import NOTHING, around

NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]+)?")
Key = tuple[uuid.UUID, uuid.UUID]
AT_ONCE = 500


@dataclass(frozen=True)
class More:
    """Facts that were `asked` for, by the person in her home, by the home and by the person."""

    asked: frozenset[str] = frozenset()
    leases: Mapping[Key, Facts] = field(default_factory=dict)
    homes: Mapping[uuid.UUID, Facts] = field(default_factory=dict)
    persons: Mapping[uuid.UUID, Facts] = field(default_factory=dict)
    known: "More | None" = None  # what was found before, and asked for no more

    def missing(self, facts: Collection[str]) -> frozenset[str]:
        """Give those of some facts that are beyond the lists of homes and not found yet."""
        beyond = {
            one
            for one in facts
            if one in (*MONEY, SERVICE_DISTANCE) or one.startswith((ANSWER, OUTCOME))
        }
        return frozenset(beyond - self.asked)

    def of(self, person_id: uuid.UUID, dwelling_id: uuid.UUID | None) -> dict[str, Fact]:
        """Give what was asked of somebody in her home, if any; what is not known is None."""
        return {one: self.told(one, person_id, dwelling_id) for one in self.asked}

    def told(self, fact: str, person_id: uuid.UUID, dwelling_id: uuid.UUID | None) -> Fact:
        """Give one fact of somebody in her home, if she has one here."""
        if self.known and fact in self.known.asked:
            return self.known.told(fact, person_id, dwelling_id)
        if fact.startswith(OUTCOME):
            return self.persons.get(person_id, {}).get(fact, NO_CASE)
        if dwelling_id is None:
            return None
        if fact.startswith(ANSWER) or fact == SERVICE_DISTANCE:
            return self.homes.get(dwelling_id, {}).get(fact)
        return self.leases.get((person_id, dwelling_id), {}).get(fact)


NOTHING_MORE = More()


def find_more(
    session: Session, facts: Collection[str], viewer: Viewer, homes: Select[uuid.UUID],
    *, known: More = NOTHING_MORE,
) -> More:  # fmt: skip
    """Find what some facts ask for that a row of the audience does not hold.

    `homes` selects the dwellings of those it is asked of: what is encrypted is opened of no other.
    `known` is what was found of them before.
    """
    asked = known.missing(facts)
    if not asked:
        return known

    def wanted(prefix: str) -> frozenset[str]:
        return frozenset(one.removeprefix(prefix) for one in asked if one.startswith(prefix))

    of_homes = _asked_of(_answers(session, wanted(ANSWER), viewer, homes), wanted(ANSWER))
    for home, facts_of_it in _asked_of(
        _distances(session, homes), asked & {SERVICE_DISTANCE}
    ).items():
        of_homes[home] = {**of_homes.get(home, {}), **facts_of_it}
    money = sorted(asked & set(MONEY))
    return More(
        asked | known.asked,
        _asked_of(_money(session, money, homes), money),
        of_homes,
        _asked_of(_outcomes(session, wanted(OUTCOME), viewer), wanted(OUTCOME)),
        known,
    )


def _asked_of(found: Iterator[tuple[Any, Facts]], asked: Collection[str]) -> dict[Any, Facts]:
    """Put facts by what they are about, the later over the earlier; nothing is read unasked."""
    by_thing: dict[Any, dict[str, Fact]] = {}
    if asked:
        for thing, facts in found:
            by_thing.setdefault(thing, {}).update(facts)
    return {**by_thing}


def _distances(session: Session, homes: Select[uuid.UUID]) -> Iterator[tuple[uuid.UUID, Facts]]:
    """Give how far services are from homes: as the landlord says, else as worked out."""
    found = select(Dwelling.id, Dwelling.residence_id, Residence.service_distance)
    found = found.join(Dwelling.residence).where(Dwelling.id.in_(homes)).order_by(Dwelling.id)
    rows = session.execute(found).all()
    silent = select(Dwelling.residence_id).join(Dwelling.residence)
    silent = silent.where(Dwelling.id.in_(homes), Residence.service_distance.is_(None))
    known = around(session, silent)
    for dwelling_id, residence_id, said in rows:
        worked_out = known.get(residence_id, NOTHING).distance
        yield dwelling_id, {SERVICE_DISTANCE: worked_out if said is None else said}


def _money(
    session: Session, asked: Sequence[str], homes: Select[uuid.UUID]
) -> Iterator[tuple[Key, Facts]]:
    statement: Select[*tuple[Any, ...]] = (
        select(Occupancy.person_id, Tenancy.dwelling_id, *(getattr(Tenancy, one) for one in asked))
        .join(Tenancy, Tenancy.id == Occupancy.tenancy_id)
        .where(Occupancy.ended_on.is_(None), Tenancy.ended_on.is_(None))
        .where(or_(Tenancy.income_band.is_not(None), Tenancy.arrears.is_not(None)))
        .where(Tenancy.dwelling_id.in_(homes))
        .order_by(Occupancy.id)
    )
    for person_id, dwelling_id, *said in session.execute(statement):
        yield (person_id, dwelling_id), dict(zip(asked, said, strict=True))


def _answers(
    session: Session, names: Collection[str], viewer: Viewer, homes: Select[uuid.UUID]
) -> Iterator[tuple[uuid.UUID, Facts]]:
    """Give the newest answers about homes; none that only some may read.

    What was said in a protected person's visit is told at her own visits only, and not here.
    Answers are encrypted: of each home the newest are opened, older ones for what these leave out.
    """
    forms = _forms_asking(session, names)
    marked = confidential_names(session, {form_id for form_id in forms.values()})
    left = _newest_first(session, list(forms), viewer, homes)
    told: dict[uuid.UUID, dict[str, Fact]] = {}
    while left:
        opened = _opened(session, [(of.pop(), home) for home, of in left.items()])
        for home, version_id, findings in opened:
            known, hidden = told.setdefault(home, {}), marked[forms[version_id]]
            said = (findings or {}).get("facts") or {}
            for name in names:
                if name in said and said[name]["about"] == DWELLING and name not in hidden:
                    known.setdefault(f"{ANSWER}{name}", _read(said[name]["value"]))
        left = {home: of for home, of in left.items() if of and len(told[home]) < len(names)}
    yield from told.items()


def _forms_asking(session: Session, names: Collection[str]) -> dict[uuid.UUID, str]:
    """Give the versions of forms in which a name stands at all, each with its form."""
    versions = session.execute(select(FormVersion.id, FormVersion.form_id, FormVersion.xform))
    wanted = [name.encode() for name in names]
    return {id: form_id for id, form_id, xform in versions if any(one in xform for one in wanted)}


def _newest_first(
    session: Session, versions: Sequence[uuid.UUID], viewer: Viewer, homes: Select[uuid.UUID]
) -> dict[uuid.UUID, list[uuid.UUID]]:
    """List by home the counted submissions of some forms that the viewer may see, newest last."""
    answered_at = func.coalesce(Submission.ended_at, Submission.received_at).label("answered_at")

    def said_in(
        home: InstrumentedAttribute[uuid.UUID | None], *only: ColumnElement[bool]
    ) -> Select[*tuple[Any, ...]]:
        return (
            select(home.label("home"), Submission.id.label("id"), answered_at)
            .join(Submission.visit)
            .join(Visit.case)
            .join(Case.person)
            .where(Submission.state.in_(COUNTED), Submission.form_version_id.in_(versions))
            .where(home.in_(homes), *only)
            .where(visible_cases(viewer), Person.protected.is_(False))
        )

    # Either home by its own index: of a few homes not all visits are looked through.
    there, at_her_case = (
        said_in(Visit.was_in_id),
        said_in(Case.dwelling_id, Visit.was_in_id.is_(None)),
    )
    statement = union_all(there, at_her_case).order_by("answered_at", "id")
    found: dict[uuid.UUID, list[uuid.UUID]] = {}
    for dwelling_id, submission_id, _at in session.execute(statement):
        found.setdefault(dwelling_id, []).append(submission_id)
    return found


def _opened(
    session: Session, wanted: Sequence[tuple[uuid.UUID, uuid.UUID]]
) -> Iterator[tuple[uuid.UUID, uuid.UUID, Any]]:
    """Open what was found in some submissions, each about a home."""
    about = dict(wanted)
    ids = list(about)
    for start in range(0, len(ids), AT_ONCE):
        some = Submission.id.in_(ids[start : start + AT_ONCE])
        found = select(Submission.id, Submission.form_version_id, Submission.findings).where(some)
        for submission_id, version_id, findings in session.execute(found):
            yield about[submission_id], version_id, findings


def _read(value: str) -> Fact:
    """Read an answer as a criterion compares it: yes or no, a number, a word."""
    if value in ("yes", "no"):
        return value == "yes"
    return float(value) if NUMBER.fullmatch(value) else value


def _outcomes(
    session: Session, programmes: Collection[str], viewer: Viewer
) -> Iterator[tuple[uuid.UUID, Facts]]:
    """Give how the cases of some programmes ended that the viewer may see, the last one last."""
    statement = (
        select(Case.person_id, Case.programme, Case.outcome)
        .join(Case.person)
        .where(Case.programme.in_(programmes), Case.closed_on.is_not(None))
        .where(Case.outcome.is_not(None), visible_cases(viewer))
        .order_by(Case.closed_on, Case.id)
    )
    for person_id, programme, outcome in session.execute(statement):
        yield person_id, {f"{OUTCOME}{programme}": outcome}
