"""What a visitor's tablet carries beside the visits themselves."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, exists, or_, select
from sqlalchemy.orm import Session, defer, selectinload

from diagnostics.facts import DWELLING, PERSON
from visits.following.every_kind import KINDS, opened_by
from visits.following.kinds import Due, Opened
from visits.forms.listing import confidential_names
from visits.ground.deadlines import today_in_paris
from visits.models.cases import Case
from visits.models.people import NamedAccess, Person
from visits.models.portfolio import FormVersion
from visits.models.visits import COUNTED, Submission, Visit
from visits.people.answers import agreed_to_health
from visits.sight.homes import took_place_in
from visits.sight.reach import Viewer


@dataclass(frozen=True)
class Earlier:
    """An answer of an earlier visit about the dwelling or the person."""

    name: str
    value: str
    about: str
    question: dict[str, str]
    shown: dict[str, str]
    answered_on: date


@dataclass(frozen=True)
class Sent:
    """A submission as its sender may follow it; `person_name` is empty for one without a visit."""

    submission: Submission
    form_id: str
    person_id: uuid.UUID | None
    person_name: str
    opened: list[Due]


def earlier_answers(session: Session, visits: Sequence[Visit]) -> dict[uuid.UUID, list[Earlier]]:
    """Give for each visit the newest answer of each name about its dwelling and its person.

    Answers about a person are hers alone, and only while her last word on health questions is yes.
    One that a version of its form marks as confidential is offered to nobody.
    What was said in a protected person's visit is told at her own visits only.
    """
    persons = {visit.case.person_id for visit in visits}
    dwellings = {visit.case.dwelling_id for visit in visits}
    said = session.execute(
        select(Case.person_id, took_place_in.label("dwelling_id"), Person.protected)
        .add_columns(Submission.received_at, Submission.ended_at, Submission.findings)
        .add_columns(FormVersion.form_id)
        .join(Submission.form_version)
        .join(Submission.visit)
        .join(Visit.case)
        .join(Case.person)
        .where(or_(Case.person_id.in_(persons), took_place_in.in_(dwellings)))
        .where(Submission.state.in_(COUNTED))
    ).all()
    agreed = agreed_to_health(session, persons)
    oldest_first = sorted(said, key=_answered_at)
    marked = confidential_names(session, {row.form_id for row in said})
    return {visit.id: _newest(visit, oldest_first, agreed, marked) for visit in visits}


def _answered_at(row: Row[Any]) -> datetime:
    answered_at: datetime = row.ended_at or row.received_at
    return answered_at


def _newest(
    visit: Visit,
    rows: Iterable[Row[Any]],
    agreed: set[uuid.UUID],
    marked: Mapping[str, Collection[str]],
) -> list[Earlier]:
    case = visit.case
    found: dict[str, Earlier] = {}
    for row in rows:
        same_person = row.person_id == case.person_id
        same_dwelling = row.dwelling_id == case.dwelling_id
        told = {
            DWELLING: same_dwelling and (same_person or not row.protected),
            PERSON: same_person and row.person_id in agreed,
        }
        for name, fact in ((row.findings or {}).get("facts") or {}).items():
            if told.get(fact["about"], False) and name not in marked[row.form_id]:
                answered_on = today_in_paris(_answered_at(row))
                found[name] = Earlier(name=name, answered_on=answered_on, **fact)
    return list(found.values())


def due_in_homes(session: Session, visits: Sequence[Visit]) -> dict[uuid.UUID, list[Due]]:
    """Give for each visit what is open in the home and may be told there, kind by kind."""
    found = [(kind, kind.due_in(session, visits)) for kind in KINDS]
    return {
        visit.id: [kind.told(one) for kind, open_now in found for one in open_now[visit.id]]
        for visit in visits
    }


def sent_since(session: Session, viewer: Viewer, since: datetime) -> list[Sent]:
    """List what the viewer sent since a moment, the latest first, with what became of it.

    What concerns a person protected from her meanwhile is left out.
    """
    named = exists().where(
        NamedAccess.person_id == Person.id, NamedAccess.user_id == viewer.user_id
    )
    statement = (
        select(Submission, FormVersion.form_id, Person)
        .join(Submission.form_version)
        .outerjoin(Visit, Visit.id == Submission.visit_id)
        .outerjoin(Case, Case.id == Visit.case_id)
        .outerjoin(Person, Person.id == Case.person_id)
        .where(Submission.sent_by_id == viewer.user_id, Submission.received_at >= since)
        .where(or_(Person.id.is_(None), Person.protected.is_(False), named))
        .options(
            defer(Submission.xml),
            defer(Submission.findings),
            selectinload(Submission.consequences),
        )
        .order_by(Submission.received_at.desc(), Submission.id.desc())
    )
    rows = session.execute(statement).all()
    called = [one.id for row in rows for one in row[0].consequences]
    opened = opened_by(session, called)
    return [
        Sent(
            submission=submission,
            form_id=form_id,
            person_id=person.id if person is not None else None,
            person_name=person.name if person is not None else "",
            opened=[_told(opened[one.id]) for one in submission.consequences if one.id in opened],
        )
        for submission, form_id, person in rows
    ]


def _told(opened: Opened) -> Due:
    return opened.kind.told(opened.thing)
