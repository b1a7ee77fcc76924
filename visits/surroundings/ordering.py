"""A service is ordered of a partner, and goes its way: each step logged, the latest taken back."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from visits.cases.tasks import make_task, take_up
from visits.cases.tasks import withdraw as withdraw_task
from visits.ground.db import new_id
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import Organisation
from visits.models.cases import Case, TaskKind, TaskState
from visits.models.mandates import Mandate, Right
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.surroundings import OrderedMove, OrderedService
from visits.models.surroundings import OrderedState as State
from visits.programmes.published import programme_of
from visits.sight import Viewer, visible_cases
from visits.sight.mandates import in_force
from visits.sight.ordered import seen_ordered
from visits.surroundings.kinds import ORDERED
from visits.surroundings.path import WHOSE, WITH_WHY, Side, ways_on

WORDS_LENGTH = 500
FURTHEST = timedelta(days=366)


@dataclass(frozen=True)
class OrderSaid:
    """What is ordered of whom: by when, what for, at whose home; as it was chosen."""

    kind: str
    organisation_id: uuid.UUID | None
    case_id: uuid.UUID | None
    due_on: date | None
    what_for: str


def order_service(
    session: Session, residence: Residence, said: OrderSaid, *, viewer: Viewer, now: datetime
) -> OrderedService:
    """Order a service of a partner for a residence, to be done at a visit of a tenant there.

    Raises Invalid, field by field: the organisation works there by a mandate that lets it visit,
    the programme of the case has a visit with the form of the service.
    """
    today = today_in_paris(now)
    fields = _wrong(said, today=today)
    case = _case(session, residence, said.case_id, viewer)
    if case is None:
        fields["case"] = "required" if said.case_id is None else "bad_choice"
    elif said.kind in ORDERED and visit_kind_for(session, case, said.kind) is None:
        fields["case"] = "ordered_no_such_visit"
    organisation = session.get(Organisation, said.organisation_id) if said.organisation_id else None
    if organisation is None:
        fields["organisation"] = "required"
    elif case is not None and not _may_visit(session, organisation, case, residence, today):
        fields["organisation"] = "ordered_without_mandate"
    if fields or case is None or organisation is None or said.due_on is None:
        raise Invalid(fields)
    ordered = OrderedService(
        id=new_id(),
        reference=f"PR-{uuid.uuid4().hex[:8].upper()}",
        residence_id=residence.id,
        organisation_id=organisation.id,
        case_id=case.id,
        kind=said.kind,
        what_for=said.what_for.strip(),
        due_on=said.due_on,
        state=State.ORDERED,
        since=now,
        ordered_at=now,
        ordered_by_id=viewer.user_id,
    )
    session.add(ordered)
    session.flush()
    return ordered


def _wrong(said: OrderSaid, *, today: date) -> dict[str, str]:
    fields = {}
    if said.kind not in ORDERED:
        fields["kind"] = "bad_choice" if said.kind else "required"
    if said.due_on is None:
        fields["due_on"] = "required"
    elif said.due_on < today:
        fields["due_on"] = "must_not_be_past"
    elif said.due_on > today + FURTHEST:
        fields["due_on"] = "ordered_too_far_ahead"
    if not said.what_for.strip():
        fields["what_for"] = "required"
    elif len(said.what_for.strip()) > WORDS_LENGTH:
        fields["what_for"] = "too_long"
    return fields


def visit_kind_for(session: Session, case: Case, kind: str) -> str | None:
    """Give the kind of visit of a case’s programme whose form delivers a service."""
    programme, form = programme_of(session, case), ORDERED[kind].form
    kinds = programme.visit_kinds if programme else ()
    return next((one.code for one in kinds if form in one.forms), None)


def cases_at(session: Session, residence: Residence, viewer: Viewer) -> Sequence[Case]:
    """List the open cases of who lives in a residence, of those the viewer may see, by name.

    Only those count in whose programme a service can be ordered.
    """
    found = _at(residence).where(visible_cases(viewer)).order_by(Person.name_key, Case.id)
    return [
        one
        for one in session.scalars(found)
        if any(visit_kind_for(session, one, kind) for kind in ORDERED)
    ]


def _at(residence: Residence) -> Select[Case]:
    return (
        select(Case)
        .join(Case.person)
        .join(Case.dwelling)
        .where(Dwelling.residence_id == residence.id, Case.closed_on.is_(None))
    )


def _case(
    session: Session, residence: Residence, case_id: uuid.UUID | None, viewer: Viewer
) -> Case | None:
    if case_id is None:
        return None
    found = _at(residence).where(Case.id == case_id, visible_cases(viewer))
    return session.scalars(found).one_or_none()


def partners_for(
    session: Session, residence: Residence, programmes: Sequence[str], *, today: date
) -> Sequence[Organisation]:
    """List by name the organisations that may visit in one of some programmes at a residence."""
    held = [
        one
        for one in session.scalars(_mandates(residence, programmes, today))
        if Right.VISIT in one.rights
    ]
    ids = {one.organisation_id for one in held}
    named = select(Organisation).where(Organisation.id.in_(ids))
    return session.scalars(named.order_by(Organisation.name, Organisation.id)).all()


def _mandates(residence: Residence, programmes: Sequence[str], today: date) -> Select[Mandate]:
    here = or_(Mandate.territory_id.is_(None), Mandate.territory_id == residence.territory_id)
    return (
        select(Mandate)
        .where(Mandate.landlord_id == residence.landlord_id, Mandate.programme.in_(programmes))
        .where(here, *in_force(today))
        .order_by(Mandate.id)
    )


def _may_visit(
    session: Session, organisation: Organisation, case: Case, residence: Residence, today: date
) -> bool:
    return organisation in partners_for(session, residence, [case.programme], today=today)


def move_ordered(
    session: Session,
    ordered: OrderedService,
    state: State,
    *,
    side: Side,
    turn: int,
    said: str = "",
    viewer: Viewer,
    now: datetime,
) -> OrderedMove:
    """Bring an ordered service on; accepted or sent back, a visit of its case is due.

    Raises Conflict when somebody moved it meanwhile or it cannot come there, Invalid without why.
    """
    _read_just_now(ordered, turn)
    if state not in ways_on(ordered, side):
        raise Conflict("ordered_cannot_move")
    if state in WITH_WHY and not said.strip():
        raise Invalid({"said": "required"})
    if len(said.strip()) > WORDS_LENGTH:
        raise Invalid({"said": "too_long"})
    move = OrderedMove(
        id=new_id(),
        was=ordered.state,
        state=state,
        task_was_id=ordered.task_id,
        at=now,
        by_id=viewer.user_id,
        said=said.strip() or None,
    )
    if state is State.WITHDRAWN:
        _let_visit_go(ordered, viewer=viewer, now=now)
    elif state in (State.ACCEPTED, State.SENT_BACK):
        _ask_for_visit(session, ordered, viewer=viewer, now=now)
    ordered.moves.append(move)
    ordered.state, ordered.since, ordered.turn = state, now, ordered.turn + 1
    session.flush()
    return move


def _ask_for_visit(
    session: Session, ordered: OrderedService, *, viewer: Viewer, now: datetime
) -> None:
    """Let a visit with the form of the service be due in its case."""
    kind = visit_kind_for(session, ordered.case, ordered.kind)
    if kind is None:
        raise Conflict("ordered_no_such_visit")
    due_on = max(ordered.due_on, today_in_paris(now))
    task = make_task(
        session, ordered.case, TaskKind.VISIT, what=ordered.reference, due_on=due_on,
        visit_kind=kind, viewer=viewer, now=now,
    )  # fmt: skip
    ordered.task = task


def _let_visit_go(ordered: OrderedService, *, viewer: Viewer, now: datetime) -> None:
    task = ordered.task
    if task is None or task.state is not TaskState.OPEN:
        return
    if task.visit_id is not None:
        raise Conflict("ordered_visit_planned")
    withdraw_task(task, why=ordered.reference, by=viewer.user_id, now=now)


def latest_move(ordered: OrderedService) -> OrderedMove | None:
    """Give the move that may be taken back: the last one that stands."""
    return next((one for one in reversed(ordered.moves) if one.stands), None)


def take_back(
    session: Session,
    ordered: OrderedService,
    *,
    side: Side,
    turn: int,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Take back the latest step, by the side whose it was; what was due before is due again.

    Raises Conflict when there is none of theirs, somebody moved it meanwhile, or a visit is
    planned for what was asked, or did it.
    """
    _read_just_now(ordered, turn)
    move = latest_move(ordered)
    if move is None or WHOSE[move.state] is not side:
        raise Conflict("ordered_nothing_to_take_back")
    if move.state in (State.ACCEPTED, State.SENT_BACK):
        if ordered.task is not None and ordered.task.state is TaskState.DONE:
            raise Conflict("ordered_visit_planned")
        _let_visit_go(ordered, viewer=viewer, now=now)
    elif move.state is State.WITHDRAWN and ordered.task is not None:
        if not ordered.case.is_open:
            raise Conflict("case_closed")
        take_up(ordered.task)
    ordered.task_id = move.task_was_id
    ordered.state, ordered.turn = move.was, ordered.turn + 1
    before = [one for one in ordered.moves if one.stands and one.id != move.id]
    ordered.since = before[-1].at if before else ordered.ordered_at
    move.taken_back_at, move.taken_back_by_id = now, viewer.user_id
    session.flush()
    session.refresh(ordered, ["task"])


def _read_just_now(ordered: OrderedService, turn: int) -> None:
    if ordered.turn != turn:
        raise Conflict("ordered_moved_meanwhile")


def find_ordered(
    session: Session, viewer: Viewer, ordered_id: uuid.UUID, *, to_change: bool = False
) -> OrderedService:
    """Find an ordered service the viewer may see; `to_change` waits. Raises NotFound."""
    if to_change:
        held = select(OrderedService.id).where(OrderedService.id == ordered_id)
        session.execute(held.with_for_update(key_share=True))
    found = seen_ordered(viewer).where(OrderedService.id == ordered_id)
    ordered = session.scalars(found).one_or_none()
    if ordered is None:
        raise NotFound("ordered_not_found")
    return ordered
