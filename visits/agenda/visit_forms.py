"""The forms of a visit: which must be filled, which may be, which have arrived."""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.forms.published import current_forms
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict
from visits.models.cases import Task, TaskState
from visits.models.portfolio import FormVersion
from visits.models.visits import COUNTED, Submission, Visit
from visits.programmes import Programme
from visits.programmes.published import programme_of


@dataclass(frozen=True)
class VisitForm:
    """A form of a visit; `received` once a submission of it has arrived for this visit."""

    form: FormVersion
    required: bool
    received: bool

    @property
    def form_id(self) -> str:
        """Which form."""
        return self.form.form_id

    @property
    def version(self) -> str:
        """Which version new visits are filled with."""
        return self.form.version


def missing_forms(
    session: Session, visit: Visit, arrived: Collection[str] | None = None
) -> set[str]:
    """Name the required forms that have not arrived for a visit; `arrived` if it is known."""
    programme = programme_of(session, visit.case)
    if arrived is None:
        arrived = received_forms(session, [visit.id]).get(visit.id, set())
    return set(programme.visit_kind(visit.kind).forms if programme else ()) - set(arrived)


def received_forms(session: Session, visit_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, set[str]]:
    """Name by visit the forms that have arrived whole and were not set aside."""
    statement = (
        select(Submission.visit_id, FormVersion.form_id)
        .join(Submission.form_version)
        .where(Submission.visit_id.in_(visit_ids), Submission.state.in_(COUNTED))
    )
    found: dict[uuid.UUID, set[str]] = {}
    for visit_id, form_id in session.execute(statement):
        assert visit_id is not None
        found.setdefault(visit_id, set()).add(form_id)
    return found


def forms_of_visits(
    session: Session, visits: Sequence[Visit], *, until: datetime
) -> dict[uuid.UUID, list[VisitForm]]:
    """List the forms of visits, the required ones first.

    The follow-up form is among them where something promised is due before `until`. Raises
    Conflict when a required form is not published.
    """
    current = current_forms(session)
    received = received_forms(session, [visit.id for visit in visits])
    due = _followed_up(session, {visit.case_id for visit in visits}, until)
    return {
        visit.id: list(
            _forms(
                programme_of(session, visit.case),
                visit.kind,
                current,
                received=received.get(visit.id, set()),
                follow_up=visit.case_id in due,
            )
        )
        for visit in visits
    }


def forms_to_come(
    session: Session, asked: Collection[tuple[Programme | None, str]]
) -> list[list[VisitForm]]:
    """List the forms of visits that are not there yet, by programme and kind of visit.

    One that needs a form which is not published has none: it cannot be answered.
    """
    current = current_forms(session)
    return [
        list(_forms(programme, kind, current, received=set(), follow_up=False))
        if programme and set(programme.visit_kind(kind).forms) <= current.keys()
        else []
        for programme, kind in asked
    ]


def _forms(
    programme: Programme | None,
    kind: str,
    current: Mapping[str, FormVersion],
    *,
    received: set[str],
    follow_up: bool,
) -> Iterator[VisitForm]:
    if programme is None:
        return
    required_forms = programme.visit_kind(kind).forms
    for name in _names(programme, kind, follow_up=follow_up):
        required = name in required_forms
        if name in current:
            yield VisitForm(current[name], required, name in received)
        elif required:
            raise Conflict("form_not_published", form=name)


def _names(programme: Programme, kind: str, *, follow_up: bool) -> Iterator[str]:
    chosen = programme.visit_kind(kind)
    offered = [*chosen.forms]
    if follow_up and programme.follow_up.form:
        offered.append(programme.follow_up.form)
    yield from dict.fromkeys([*offered, *chosen.optional_forms])


def _followed_up(session: Session, cases: Collection[uuid.UUID], until: datetime) -> set[uuid.UUID]:
    due = select(Task.case_id).where(
        Task.case_id.in_(cases), Task.consequence_id.is_not(None),
        Task.state == TaskState.OPEN, Task.not_before < today_in_paris(until),
    )  # fmt: skip
    return set(session.scalars(due))
