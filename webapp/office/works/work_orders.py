"""Work orders: the technical service's list, and one order with its history, to be moved on."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from visits.adaptations.works import ended_without
from visits.cases.cases import home_of
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Invalid, NotFound
from visits.intake.alert_list import alert_of_work_order
from visits.intake.seen import photos_seen
from visits.messages.of_orders import day_named, messages_of_order, untold_because
from visits.models.stock import Article
from visits.models.works import OrderStep, WorkOrder, WorkOrderState
from visits.models.works_history import WorkOrderEvent
from visits.sight.reach import Reach, Viewer
from visits.sight.withdrawing import WHY_LENGTH
from visits.stock.articles import find_article
from visits.works.assigning import assign_order, teams_for, technicians_for
from visits.works.at_the_door import measures_for
from visits.works.by_hand import ACCESS_LENGTH, may_name_tenant, may_take_back, note_access
from visits.works.calling import call_of, note_reached
from visits.works.costs import ceiling_of, quotes_of
from visits.works.counting import lines_of
from visits.works.delays import change_deadline
from visits.works.exchanges import their_reference
from visits.works.giving import contractors, give_order, standing_link
from visits.works.history import may_take_back as may_take_step_back
from visits.works.history import read_just_now, steps_of, take_step_back, turn_of
from visits.works.interventions import interventions_of
from visits.works.links import DAYS, why_no_link
from visits.works.moves import MOVES, PARTS, SCORES, MoveSaid, move_work_order, moves_of
from visits.works.parts import finds_its_part, parts_of, parts_offered
from visits.works.photos import photos_missing, photos_of
from visits.works.proposals import standing_proposal
from visits.works.recurring import EVERY
from visits.works.same_order import findings_seen, may_be_same, told_with
from visits.works.work_orders import find_work_order
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.deaths import deaths_of
from webapp.office.intake.answers import told_causes
from webapp.office.works.typed import day_in, every_words, tenant_typed, tenants_to_ring
from webapp.words import named, words_of

work_orders = Blueprint("work_orders", __name__, url_prefix="/work-orders")
# Of which order a link was made just now, and its address: shown once, to whoever made it.
MADE_LINK = "made_link"


@work_orders.get("/<uuid:order_id>")
@requires(Action.SEE_WORKS)
def show(order_id: uuid.UUID) -> ResponseReturnValue:
    """Show a work order: where, what, by when, and what caused it.

    Whoever was called for it is reached by that.
    """
    made_for, address = cookie.pop(MADE_LINK, ("", ""))
    page = order_page(order_id, made_link=address if made_for == str(order_id) else "")
    with reading() as session:
        call = call_of(session, find_work_order(session, viewer(), order_id), viewer())
    if call is not None and call.reached_at is None:
        with transaction() as session:
            order = find_work_order(session, viewer(), order_id, to_change=True)
            note_reached(session, order, call.id, viewer=viewer(), now=now())
    return page


@work_orders.post("/<uuid:order_id>")
@requires(Action.DO_WORKS)
def move(order_id: uuid.UUID) -> ResponseReturnValue:
    """Move a work order on, or open it again."""
    try:
        with transaction() as session:
            order = order_read(session, order_id)
            state, said = _typed_move(session)
            move_work_order(session, order, state, said, viewer=viewer(), now=now())
    except Invalid as refused:
        return order_page(order_id, refused, of=request.form.get("state", "")), 422
    flash(_("Work order %(reference)s is up to date.", reference=order.reference), "success")
    return redirect(url_for(".show", order_id=order_id))


@work_orders.post("/<uuid:order_id>/steps/<uuid:step_id>/back")
@requires(Action.DO_WORKS)
def step_back(order_id: uuid.UUID, step_id: uuid.UUID) -> ResponseReturnValue:
    """Take back the latest step of a work order."""
    with transaction() as session:
        order = find_work_order(session, viewer(), order_id, to_change=True)
        take_step_back(session, order, step_id, viewer=viewer(), now=now())
    flash(_("It is taken back: the order stands as before."), "success")
    return redirect(url_for(".show", order_id=order_id))


@work_orders.post("/<uuid:order_id>/deadline")
@requires(Action.GIVE_WORKS)
def deadline(order_id: uuid.UUID) -> ResponseReturnValue:
    """Let a work order be due on another day, for a reason."""
    try:
        with transaction() as session:
            order = order_read(session, order_id)
            day, why = day_in("due_on"), request.form.get("due_why", "")
            change_deadline(session, order, day, why, viewer=viewer(), now=now())
    except Invalid as refused:
        return order_page(order_id, refused), 422
    flash(_("Work order %(reference)s is up to date.", reference=order.reference), "success")
    return redirect(url_for(".show", order_id=order_id))


@work_orders.post("/<uuid:order_id>/access")
@requires(Action.OPEN_WORKS)
def access(order_id: uuid.UUID) -> ResponseReturnValue:
    """Note how to get in and when somebody is there."""
    try:
        with transaction() as session:
            order = order_read(session, order_id)
            said = request.form.get("access", "").replace("\r\n", "\n")
            names = may(Action.SEE_PERSONS) and may_name_tenant(order)
            person = tenant_typed(session, order.dwelling) if names else order.person
            note_access(session, order, said, person, viewer=viewer(), now=now())
    except Invalid as refused:
        return order_page(order_id, refused), 422
    flash(_("Work order %(reference)s is up to date.", reference=order.reference), "success")
    return redirect(url_for(".show", order_id=order_id))


@work_orders.post("/<uuid:order_id>/given")
@requires(Action.GIVE_WORKS)
def give(order_id: uuid.UUID) -> ResponseReturnValue:
    """Give an order to a contractor, or take it back."""
    try:
        with transaction() as session:
            order = order_read(session, order_id)
            give_order(session, order, typed_contractor(), viewer=viewer(), now=now())
    except Invalid as refused:
        return order_page(order_id, refused), 422
    flash(_("Work order %(reference)s is up to date.", reference=order.reference), "success")
    return redirect(url_for(".show", order_id=order_id))


@work_orders.post("/<uuid:order_id>/assigned")
@requires(Action.GIVE_WORKS)
def assign(order_id: uuid.UUID) -> ResponseReturnValue:
    """Assign an order to a technician or a team, or to our whole service again."""
    try:
        with transaction() as session:
            order = order_read(session, order_id)
            assign_order(session, order, typed_assignee(), viewer=viewer(), now=now())
    except Invalid as refused:
        return order_page(order_id, refused), 422
    flash(_("Work order %(reference)s is up to date.", reference=order.reference), "success")
    return redirect(url_for(".show", order_id=order_id))


def order_read(session: Session, order_id: uuid.UUID) -> WorkOrder:
    """Find an order to change, as the page that was sent showed it. Raises Conflict, NotFound."""
    order = find_work_order(session, viewer(), order_id, to_change=True)
    turn = request.form.get("turn")
    if turn is not None:  # one that no page of ours sent is of no turn of the order
        read_just_now(session, order, int(turn) if turn.isascii() and turn.isdecimal() else -1)
    return order


def _typed_move(session: Session) -> tuple[WorkOrderState, MoveSaid]:
    """Read where an order is moved, and what is said with it. Raises Invalid."""
    typed = request.form
    if typed.get("state") not in tuple(WorkOrderState):
        raise Invalid({"state": "bad_choice"})
    score = typed.get("tenant_score", "")
    if score and score not in [str(one) for one in SCORES]:
        raise Invalid({"tenant_score": "bad_choice"})
    said = MoveSaid(
        note=typed.get("note", "").replace("\r\n", "\n"),
        planned_on=day_in("planned_on"),
        planned_part=typed.get("planned_part", ""),
        told_how=typed.get("told_how", ""),
        told_on=day_in("told_on"),
        hold_why=typed.get("hold_why", ""),
        hold_until=day_in("hold_until"),
        hold_article=_typed_awaited(session),
        hold_number=_typed_number("hold_number"),
        checked_how=typed.get("checked_how", ""),
        tenant_score=int(score) if score else None,
    )
    return WorkOrderState(typed["state"]), said


def _typed_awaited(session: Session) -> Article | None:
    """Read which part of our stock an order waits for: whoever was given it knows none of that."""
    article_id = _typed_id("hold_article")
    if article_id is None:
        return None
    if not may(Action.GIVE_WORKS):
        raise Invalid({"hold_article": "bad_choice"})
    return find_article(session, viewer(Action.GIVE_WORKS), article_id)


def _typed_number(name: str) -> int | None:
    text = request.form.get(name, "").strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def typed_contractor() -> uuid.UUID | None:
    """Read which contractor is chosen; none is our own service."""
    return _typed_id("organisation")


def typed_assignee() -> uuid.UUID | None:
    """Read which technician or team is chosen; none is all of them."""
    return _typed_id("assignee")


def _typed_id(name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.form[name]) if request.form.get(name) else None
    except ValueError:
        raise Invalid({name: "bad_choice"}) from None


def _has_left(session: Session, order: WorkOrder) -> bool:
    """Tell whether whom an order names lives in its home no longer."""
    if order.person is None or order.dwelling_id is None:
        return False
    return home_of(session, order.person) != order.dwelling_id


def _with_whom(session: Session, order: WorkOrder, *, ours: bool) -> dict[str, Any]:
    """Give with whom an order is, and with whom it may be."""
    link = standing_link(session, order) if ours else None
    ours_to_do = ours and order.given_to is None and link is None
    to_give = may(Action.GIVE_WORKS) and order.is_open
    return {
        "link": link,
        "no_link": why_no_link(session, order) if to_give and ours else None,
        "assignee": order.assignee if ours_to_do else None,
        "contractors": contractors(session) if to_give else [],
        "technicians": technicians_for(session, order) if to_give and ours_to_do else [],
        "teams": teams_for(session, order) if to_give and ours_to_do else [],
    }


def _found_at(order: WorkOrder) -> datetime | None:
    """Give when somebody saw at the door what an order is about; None for one told by hand."""
    sent = order.consequence.submission if order.consequence is not None else None
    return (sent.ended_at or sent.received_at) if sent is not None else None


def _on_tablets(session: Session, order: WorkOrder | None) -> dict[str, Any]:
    """Give what technicians noted on their tablets, and why some of it could not be done."""
    noted = interventions_of(session, order) if order is not None else []
    refusals = {one.id: [(part, sentence(why)) for part, why in one.refusals] for one in noted}
    return {"interventions": noted, "refusals": refusals}


def _costs(session: Session, order: WorkOrder, seeing: Viewer) -> dict[str, Any]:
    """Give what an order costs and takes out of stock, as far as the viewer is told."""
    ours = seeing.reach is not Reach.GIVEN
    lines = lines_of(session, order) if ours else []
    offered = parts_offered(session, seeing) if may(Action.GIVE_WORKS) else []
    return {
        "quotes": quotes_of(session, order, seeing),
        "withdrawn": quotes_of(session, order, seeing, withdrawn=True),
        "lines": lines,
        "counted": sum(one.cents for one in lines),
        "ceiling": ceiling_of(session, order) if ours else None,
        "used": parts_of(session, order) if ours else None,
        "offered_parts": offered,
        "awaitable": [(one.article.id, f"{one.article.name} ({one.central})") for one in offered],
        "part_there": ours and finds_its_part(session, order),
    }


def _told(session: Session, order: WorkOrder | None) -> dict[str, Any]:
    """Give what is written to the person of an order, and why nothing is of a day she knows not."""
    of_home = order is not None and order.residence_id is None
    told = messages_of_order(session, order.id) if order is not None and of_home else []
    return {
        "told": told,
        "days_named": {one.id: day.on for one in told if (day := day_named(one)) is not None},
        "untold_because": untold_because(session, order, now=now()) if order is not None else "",
        "stop_why_length": WHY_LENGTH,
    }


def _done_before_check(order: WorkOrder, steps: Sequence[WorkOrderEvent]) -> str:
    """Say what was done to an order that was checked since: its note is what was said then."""
    if order.state is not WorkOrderState.CHECKED:
        return ""
    done = (one for one in steps if one.what is OrderStep.DONE and one.stands)
    return next((one.note or "" for one in done), "")


def _to_ring(
    session: Session, order: WorkOrder, shown: set[uuid.UUID | None]
) -> list[tuple[uuid.UUID, str]]:
    """List who may be named to be rung about an order."""
    tenants = tenants_to_ring(session, order.dwelling) if may_name_tenant(order) else []
    shown.update(one.id for one in tenants)
    return [(one.id, one.name) for one in tenants]


def _goes_on_as(session: Session, order: WorkOrder) -> WorkOrder | None:
    """Give the order that goes on for this one, if it may be seen."""
    if order.same_as_id is None:
        return None
    try:
        return find_work_order(session, viewer(Action.SEE_WORKS), order.same_as_id)
    except NotFound:
        return None


def order_page(
    order_id: uuid.UUID, refused: Invalid | None = None, *, of: str = "", made_link: str = ""
) -> str:
    """Render the page of an order, with why a change of it was refused.

    `of` names the move whose fields are meant: each move has a form of its own. `made_link` is the
    address of a link that was made just now: it is shown this once.
    """
    with showing("work_order") as (session, shown):
        order = find_work_order(session, viewer(Action.SEE_WORKS), order_id)
        shown.add(order.person_id)
        fields = refused.fields if refused else {}
        before = f"{of}-" if of in (*MOVES, "accept") else ""
        errors = {f"{before}{name}": sentence(code) for name, code in fields.items()}
        return _page(session, order, errors, made_link, shown)


def _page(
    session: Session,
    order: WorkOrder,
    errors: dict[str, str],
    made_link: str,
    shown: set[uuid.UUID | None],
) -> str:
    # A contractor is told what to do and where, not what the visit found out or who was called.
    seeing = viewer(Action.SEE_WORKS)
    ours = seeing.reach is not Reach.GIVEN
    findings = findings_seen(session, order, seeing) if ours else []
    steps = steps_of(session, order, seeing)
    return render_template(
        "work_orders/show.html",
        order=order,
        deaths=deaths_of(session, [order.person] if order.person else []),
        left=_has_left(session, order),
        adaptation=ended_without(session, seeing, order) if ours else None,
        alert=alert_of_work_order(session, order) if ours else None,
        findings=[(one, told_causes(session, one)) for one in findings],
        seen=photos_seen(session, order, seeing),
        told_with=told_with(session, order, seeing) if ours else [],
        same_as=_goes_on_as(session, order) if ours else None,
        may_be_same=may_be_same(session, seeing, order) if may(Action.OPEN_WORKS) else [],
        **_with_whom(session, order, ours=ours),
        moves={state: MOVES[state] for state in moves_of(order, seeing)},
        notes=words_of("order_note"),
        parts=named("part_of_day", PARTS),
        every=[(one, every_words(one)) for one in EVERY],
        scores=[(one, str(one)) for one in SCORES],
        typed=request.form if errors else {},
        found_at=_found_at(order),
        measures=measures_for(session, order),
        made_link=made_link,
        link_days=[(one, ngettext("%(num)d day", "%(num)d days", one)) for one in DAYS],
        photos=photos_of(session, order),
        photos_needed=photos_missing(session, [order], now=now())[order.id],
        **_on_tablets(session, order if ours else None),
        **_told(session, order if ours else None),
        **_costs(session, order, seeing),
        theirs=their_reference(session, order) if ours else "",
        called=call_of(session, order, seeing) if ours else None,
        proposed=standing_proposal(steps) if order.proposed_on else None,
        access_length=ACCESS_LENGTH,
        to_ring=_to_ring(session, order, shown),
        day_now=today_in_paris(now()),
        steps=steps,
        done_note=_done_before_check(order, steps),
        turn=turn_of(session, order),
        undoable=may_take_step_back(steps, seeing) if may(Action.DO_WORKS) else None,
        may_take_back=may_take_back(order) and not may(Action.DO_WORKS) and may(Action.OPEN_WORKS),
        errors=errors,
        now=now(),
    )
