"""Services ordered of partners for residences: listed, ordered, answered, judged, taken back."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, Refused
from visits.models.surroundings import OrderedService, OrderedState
from visits.sight.homes import find_residence
from visits.surroundings.delivering import told_by_visit
from visits.surroundings.kinds import ORDERED
from visits.surroundings.ordered_list import LISTS, OPEN, OrderedFilter, list_ordered, seen_case
from visits.surroundings.ordering import (
    WORDS_LENGTH,
    OrderSaid,
    cases_at,
    find_ordered,
    latest_move,
    move_ordered,
    order_service,
    partners_for,
    take_back,
)
from visits.surroundings.path import WHOSE, WITH_WHY, Side, ways_on
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import day
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import stands_at, wanted_by
from webapp.office.frame.moments import optional_day
from webapp.office.frame.programmes import programme_names
from webapp.words import word

ordered_services = Blueprint("ordered", __name__, url_prefix="/surroundings/orders")


@ordered_services.get("/")
@requires(Action.SEE_ORDERED)
def index() -> ResponseReturnValue:
    """List the ordered services, what is due first at the top."""
    only, today = _only(), today_in_paris(now())
    with reading() as session:
        return render_template(
            "surroundings/orders.html",
            listed=list_ordered(session, viewer(), only=only, wanted=wanted_by("due"), today=today),
            only=only,
            lists=LISTS,
            day_now=today,
        )


@ordered_services.get("/orders.csv")
@requires(Action.SEE_ORDERED)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike."""
    with reading() as session:
        asked = whole(wanted_by("due"))
        listed = list_ordered(
            session, viewer(), only=_only(), wanted=asked, today=today_in_paris(now())
        )
        return list_file("ordered-services.csv", _lines(listed.rows), of=listed)


def _only() -> OrderedFilter:
    return OrderedFilter(request.args.get("state", OPEN), None, request.args.get("q", ""))


def _lines(rows: Sequence[OrderedService]) -> Iterator[Sequence[object]]:
    yield (
        _("Reference"), _("What is ordered"), _("Address"), _("City"), _("Partner"), _("Due"),
        _("State"), _("Since"),
    )  # fmt: skip
    for one in rows:
        state = "delivered" if one.is_delivered else one.state
        yield (
            one.reference, word("ordered_kind", one.kind), one.residence.address,
            one.residence.city, one.organisation.name, day(one.due_on),
            word("ordered_state", state), day(one.since),
        )  # fmt: skip


@ordered_services.get("/new/<uuid:residence_id>")
@requires(Action.ORDER_SERVICES)
def new(residence_id: uuid.UUID) -> ResponseReturnValue:
    """Ask what is to be ordered for a residence, and of whom."""
    return _new(residence_id)


@ordered_services.post("/new/<uuid:residence_id>")
@requires(Action.ORDER_SERVICES)
def order(residence_id: uuid.UUID) -> ResponseReturnValue:
    """Order a service for a residence."""
    typed = request.form
    try:
        said = OrderSaid(
            kind=typed.get("kind", ""),
            organisation_id=_chosen("organisation"),
            case_id=_chosen("case"),
            due_on=optional_day(typed.get("due_on", ""), field="due_on"),
            what_for=typed.get("what_for", "").replace("\r\n", "\n"),
        )
        with transaction() as session:
            residence = find_residence(session, viewer(), residence_id)
            made = order_service(session, residence, said, viewer=viewer(), now=now())
    except Invalid as refused:
        return _new(residence_id, refused), 422
    flash(_("Ordered: the partner answers on this page."), "success")
    return redirect(url_for(".show", ordered_id=made.id))


def _chosen(name: str) -> uuid.UUID | None:
    return request.form.get(name, type=uuid.UUID)


def _new(residence_id: uuid.UUID, refused: Refused | None = None) -> str:
    stands_at("ordered.new", residence_id=residence_id)
    with showing("ordered_new") as (session, shown):
        residence = find_residence(session, viewer(), residence_id)
        cases = cases_at(session, residence, viewer())
        shown.update(one.person_id for one in cases)
        programmes = sorted({one.programme for one in cases})
        today = today_in_paris(now())
        return render_template(
            "surroundings/order_new.html",
            residence=residence,
            cases=cases,
            partners=partners_for(session, residence, programmes, today=today),
            programme_names=programme_names(session),
            kinds=list(ORDERED),
            words_length=WORDS_LENGTH,
            day_now=today,
            **_refused(refused),
        )


@ordered_services.get("/<uuid:ordered_id>")
@requires(Action.SEE_ORDERED)
def show(ordered_id: uuid.UUID) -> ResponseReturnValue:
    """Show an ordered service: where it stands, what it delivered, each step."""
    return _page(ordered_id)


@ordered_services.post("/<uuid:ordered_id>")
@requires(Action.SEE_ORDERED)
def move(ordered_id: uuid.UUID) -> ResponseReturnValue:
    """Bring an ordered service on: the partner answers, the landlord judges."""

    def do(session: Session, one: OrderedService) -> str:
        try:
            state = OrderedState(request.form.get("state", ""))
        except ValueError:
            raise Conflict("ordered_cannot_move") from None
        said = request.form.get("said", "").replace("\r\n", "\n")
        move_ordered(
            session, one, state, side=_side(), turn=_turn(), said=said, viewer=viewer(), now=now()
        )
        return str(_("Noted."))

    return _change(ordered_id, do)


@ordered_services.post("/<uuid:ordered_id>/back")
@requires(Action.SEE_ORDERED)
def back(ordered_id: uuid.UUID) -> ResponseReturnValue:
    """Take back one's latest step."""

    def do(session: Session, one: OrderedService) -> str:
        take_back(session, one, side=_side(), turn=_turn(), viewer=viewer(), now=now())
        return str(_("The step is taken back."))

    return _change(ordered_id, do)


def _side() -> Side:
    """Tell for which side the reader speaks: whoever cannot order does what was ordered."""
    return Side.LANDLORD if may(Action.JUDGE_ORDERED) else Side.PARTNER


def _turn() -> int:
    return request.form.get("turn", -1, type=int)


def _change(
    ordered_id: uuid.UUID, do: Callable[[Session, OrderedService], str]
) -> ResponseReturnValue:
    try:
        with transaction() as session:
            said = do(session, find_ordered(session, viewer(), ordered_id, to_change=True))
    except (Invalid, Conflict) as refused:
        return _page(ordered_id, refused), 422 if isinstance(refused, Invalid) else 409
    flash(said, "success")
    return redirect(url_for(".show", ordered_id=ordered_id))


def _page(ordered_id: uuid.UUID, refused: Refused | None = None) -> str:
    stands_at("ordered.show", ordered_id=ordered_id)
    with showing("ordered") as (session, shown):
        one = find_ordered(session, viewer(Action.SEE_ORDERED), ordered_id)
        eyes = viewer(Action.SEE_CASES) if may(Action.SEE_CASES) else None
        case, side, last = seen_case(session, eyes, one), _side(), latest_move(one)
        shown.add(case.person_id if case else None)
        return render_template(
            "surroundings/order.html",
            ordered=one,
            case=case,
            ways=ways_on(one, side),
            with_why=WITH_WHY,
            may_take_back=last is not None and WHOSE[last.state] is side,
            told=told_by_visit(session, one),
            words_length=WORDS_LENGTH,
            day_now=today_in_paris(now()),
            **_refused(refused),
        )


def _refused(refused: Refused | None) -> dict[str, Any]:
    fields = refused.fields if isinstance(refused, Invalid) else {}
    return {
        "typed": request.form if refused else {},
        "errors": {name: sentence(code) for name, code in fields.items()},
        "said": sentence(refused.code) if isinstance(refused, Conflict) else "",
    }
