"""The list of work orders: as a table, a board or a file, saved by name, and acts on several."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from urllib.parse import parse_qsl, urlencode

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import pgettext
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Forbidden, Invalid, NotFound
from visits.models.works import HoldWhy, Severity, WorkOrder, WorkOrderState
from visits.sight.homes import find_residence
from visits.sight.listing import Listed, Wanted
from visits.sight.reach import Reach
from visits.works.assigning import (
    assign_order,
    assigned_in_use,
    teams_in_use,
    teams_run,
    technicians_run,
)
from visits.works.giving import contractors, give_order
from visits.works.lateness import REASONS, days_late, reasons_of
from visits.works.moves import MoveSaid, move_work_order
from visits.works.saved_lists import (
    NAME_LENGTH,
    put_list_back,
    save_list,
    saved_lists,
    withdraw_list,
)
from visits.works.together import do_together
from visits.works.work_list import (
    LATE,
    OPEN_ALL,
    STANDINGS,
    Column,
    WorkOrderFilter,
    agencies_in_use,
    board_of,
    contractors_in_use,
    count_awaiting,
    count_late,
    list_work_orders,
    trades_in_use,
)
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import day, pick
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.landlords import (
    landlord_cells,
    landlord_chosen,
    landlord_heads,
)
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import pairs, stands_at, wanted_by
from webapp.office.works.work_orders import typed_assignee, typed_contractor, work_orders
from webapp.words import word

# The pages of one order and those of the list are one blueprint.
__all__ = ["work_orders"]

ON_THE_BOARD = 25
Act = Callable[[WorkOrder], None]


# Filters that are one of what there is to choose.
CHOSEN = {
    "state": (_l("State"), STANDINGS),
    "severity": (_l("Severity"), tuple(Severity)),
    "late_why": (_l("Why it is late"), REASONS),
    "hold_why": (_l("Why it waits"), tuple(HoldWhy)),
}


def _dropped() -> str:
    """Say which filters of the address are not understood; nothing when all are."""
    said = [
        f"{label} ({typed[:100]})"
        for name, (label, known) in CHOSEN.items()
        if (typed := request.args.get(name, "")) and typed not in known
    ]
    if not said:
        return ""
    return str(_("Not understood, and left out of the filters: %(what)s.", what=", ".join(said)))


def _asked() -> WorkOrderFilter:
    asked = request.args
    state = asked.get("state", OPEN_ALL)
    return WorkOrderFilter(
        state=state if state in STANDINGS else OPEN_ALL,
        severity=asked.get("severity", ""),
        trade=asked.get("trade", ""),
        text=asked.get("q", ""),
        agency=asked.get("agency", ""),
        residence=asked.get("residence", ""),
        contractor=asked.get("contractor", ""),
        late_why=asked.get("late_why", ""),
        hold_why=asked.get("hold_why", ""),
        part=asked.get("part", ""),
    )


@work_orders.get("/")
@requires(Action.SEE_WORKS)
def index() -> ResponseReturnValue:
    """List work orders, the most urgent first."""
    return _page()


def _page(errors: dict[str, str] | None = None) -> str:
    only, board = _asked(), request.args.get("view") == "board"
    stands_at("work_orders.index")
    with showing("work_orders") as (session, shown):
        wanted = wanted_by("urgency")
        seeing = viewer(Action.SEE_WORKS)
        columns = _board(session, only) if board else []
        if board:
            rows = [order for column in columns for order in column.listed.rows]
            listed = Listed(rows, sum(column.listed.total for column in columns), wanted)
        else:
            listed = list_work_orders(session, seeing, only=only, wanted=wanted, now=now())
        shown.update(order.person_id for order in listed.rows)
        ours = seeing.reach is not Reach.GIVEN
        return render_template(
            "work_orders/index.html",
            listed=listed,
            columns=columns,
            board=board,
            only=only,
            dropped=_dropped(),
            residence=_residence_said(session, only),
            ours=ours,
            why_late=reasons_of(session, listed.rows, now=now()),
            days_late=partial(days_late, now=now()),
            reasons=REASONS,
            counts=_counts(session, only),
            trades=trades_in_use(session, seeing),
            agencies=pairs(agencies_in_use(session, seeing), "id", "name"),
            done_by=_done_by(session) if ours else [],
            awaited=_awaited(session) if ours else [],
            to_give=pairs(contractors(session), "id", "name") if may(Action.GIVE_WORKS) else [],
            **_to_assign(session),
            saved=saved_lists(session, seeing),
            withdrawn=saved_lists(session, seeing, withdrawn=True),
            asked=_written(only, "view"),
            name_length=NAME_LENGTH,
            errors=errors or {},
            typed=request.form,
            day_now=today_in_paris(now()),
            now=now(),
        )


def _residence_said(session: Session, only: WorkOrderFilter) -> str:
    """Say the residence that is asked for as somebody would type it."""
    try:
        asked = uuid.UUID(only.residence)
    except ValueError:
        return only.residence
    try:
        residence = find_residence(session, viewer(Action.SEE_WORKS), asked)
    except NotFound:
        return only.residence
    return residence.reference or residence.address


def _counts(session: Session, only: WorkOrderFilter) -> dict[str, int]:
    """Count the reasons where the late ones are listed."""
    if only.state != LATE and not only.late_why:
        return {}
    return count_late(session, viewer(Action.SEE_WORKS), only=only, now=now())


def _board(session: Session, only: WorkOrderFilter) -> list[Column]:
    wanted = Wanted(1, "urgency", False, ON_THE_BOARD)
    return board_of(session, viewer(Action.SEE_WORKS), only=only, wanted=wanted, now=now())


def _done_by(session: Session) -> list[tuple[object, str]]:
    known = pairs(contractors_in_use(session, viewer(Action.SEE_WORKS)), "id", "name")
    ours = (("own", str(_("Our own service"))), ("link", str(_("By a link, without an account"))))
    teams = pairs(teams_in_use(session, viewer(Action.SEE_WORKS)), "id", "name")
    people = pairs(assigned_in_use(session, viewer(Action.SEE_WORKS)), "id", "name")
    return [*ours, *known, *teams, *people]


def _awaited(session: Session) -> list[tuple[object, str]]:
    """List the parts that orders wait for."""
    counted = count_awaiting(session, viewer(Action.SEE_WORKS), now=now())
    return [(article_id, name) for article_id, (name, _number) in counted.items()]


def _to_assign(session: Session) -> dict[str, object]:
    if not may(Action.GIVE_WORKS):
        return {"technicians": [], "teams": []}
    seeing = viewer(Action.GIVE_WORKS)
    return {"technicians": technicians_run(session, seeing), "teams": teams_run(session, seeing)}


def _written(only: WorkOrderFilter, *more: str) -> str:
    """Write what is asked as it stands in an address, to be saved under a name."""
    beside = {name: request.args.get(name, "") for name in (*more, "sort", "desc")}
    asked = asdict(only) | beside
    asked |= {"q": asked.pop("text"), "landlord": str(landlord_chosen() or "")}
    return urlencode({name: said for name, said in asked.items() if said})[:1000]


@work_orders.get("/orders.csv")
@requires(Action.SEE_WORKS)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike; of very many the first, and says so."""
    with showing("work_orders") as (session, shown):
        asked = whole(wanted_by("urgency"))
        listed = list_work_orders(session, viewer(), only=_asked(), wanted=asked, now=now())
        shown.update(order.person_id for order in listed.rows)
        reasons = reasons_of(session, listed.rows, now=now())
        lines, dropped = [*_lines(listed.rows, reasons)], _dropped()
        told = [*lines, (dropped,)] if dropped else lines
        return list_file("bons-de-travaux.csv", told, of=listed)


def _lines(
    found: Sequence[WorkOrder], reasons: Mapping[uuid.UUID, str]
) -> Iterator[Sequence[object]]:
    heads = (
        _("Order"), _("Severity"), _("Trade"), _("What to do"), _("Address"), _("City"),
        _("Dwelling"), _("State"), _("Given to"),
    )  # fmt: skip
    days = (_("Opened"), _("Due"), pgettext("a work order", "Planned"), _("Closed"))
    why = (_("Days late"), _("Why it is late"), _("Why it waits"), _("Until"))
    yield *days, *heads, *why, *landlord_heads()
    for order in found:
        house = order.stands_in
        moments = (order.opened_at, order.due_at, order.planned_on, order.closed_at)
        yield (
            *(day(one) if one else "" for one in moments),
            order.reference,
            word("severity", order.severity),
            word("trade", order.trade),
            pick(order.label).replace("**", ""),
            house.address if house else "",
            house.city if house else "",
            order.dwelling.reference if order.dwelling else "",
            word("work_order", order.state),
            order.who_does_it.name if order.who_does_it else "",
            days_late(order, now=now()) if order.id in reasons else "",
            word("late_why", reasons[order.id]) if order.id in reasons else "",
            _why_it_waits(order),
            day(order.hold_until) if order.hold_until else "",
            *landlord_cells(house.landlord_id if house else None),
        )


def _why_it_waits(order: WorkOrder) -> str:
    if not order.hold_why:
        return ""
    why = word("hold_why", order.hold_why)
    if order.hold_article is None or viewer(Action.SEE_WORKS).reach is Reach.GIVEN:
        return why
    return f"{why} · {order.hold_number} × {order.hold_article.name}"


@work_orders.post("/together")
@requires(Action.DO_WORKS)
def together() -> ResponseReturnValue:
    """Acknowledge, give or cancel several orders; says what was done, what was not, and why."""
    try:
        ids = [uuid.UUID(one) for one in request.form.getlist("ids")]
        with transaction() as session:
            outcomes = do_together(session, ids, _act(session), viewer=viewer())
            told = [(one.order.id, one.order.reference, one.why) for one in outcomes]
    except ValueError:
        return _page({"ids": sentence("none_chosen")}), 422
    except Invalid as refused:
        return _page({name: sentence(code) for name, code in refused.fields.items()}), 422
    done = [(one, name) for one, name, why in told if not why]
    left = [(one, name, sentence(why)) for one, name, why in told if why]
    back = f"{url_for('.index')}?{_written(_asked(), 'page')}"
    return render_template("work_orders/together.html", done=done, left=left, back=back)


def _act(session: Session) -> Act:
    """Read what is to be done to each. Raises Invalid, Forbidden."""
    what, note = request.form.get("act", ""), request.form.get("note", "")
    if what == "give":
        if not may(Action.GIVE_WORKS):
            raise Forbidden("forbidden")
        to = typed_contractor()
        return lambda order: give_order(session, order, to, viewer=viewer(), now=now())
    if what == "assign":
        if not may(Action.GIVE_WORKS):
            raise Forbidden("forbidden")
        one = typed_assignee()
        return lambda order: assign_order(session, order, one, viewer=viewer(), now=now())
    states = {"acknowledge": WorkOrderState.ACKNOWLEDGED, "cancel": WorkOrderState.CANCELLED}
    if what not in states:
        raise Invalid({"act": "bad_choice"})
    said = MoveSaid(note=note)
    return lambda order: move_work_order(
        session, order, states[what], said, viewer=viewer(), now=now()
    )


@work_orders.post("/saved")
@requires(Action.SEE_WORKS)
def save() -> ResponseReturnValue:
    """Save the list as it is filtered, under a name."""
    try:
        with transaction() as session:
            name, asked = request.form.get("list_name", ""), request.form.get("query", "")
            query = urlencode(parse_qsl(asked, keep_blank_values=True))
            saved = save_list(session, name, query, viewer=viewer(), now=now())
            address = f"{url_for('.index')}?{saved.query}"
    except Invalid as refused:
        return _page({name: sentence(code) for name, code in refused.fields.items()}), 422
    except Conflict as refused:
        return _page({"list_name": sentence(refused.code)}), 409
    flash(_("The list is saved: it stands above the list of orders."), "success")
    return redirect(address)


@work_orders.post("/saved/<uuid:list_id>/withdrawal")
@requires(Action.SEE_WORKS)
def let_go(list_id: uuid.UUID) -> ResponseReturnValue:
    """Let a saved list go, or stand again after all."""
    back = request.form.get("do") == "back"
    with transaction() as session:
        if back:
            put_list_back(session, list_id, viewer=viewer())
        else:
            withdraw_list(session, list_id, viewer=viewer(), now=now())
    said = _("The list is saved: it stands above the list of orders.")
    flash(said if back else _("The saved list is withdrawn."), "success")
    return redirect(url_for(".index"))
