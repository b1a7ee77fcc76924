"""What works cost: quotes side by side, one accepted under a ceiling, what they came to."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from tests.factories import NOW
from tests.visits.test_orders_by_hand import Desk
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.works import WorkOrder, WorkOrderState
from visits.models.works_history import WorkOrderQuote
from visits.sight import Reach, Viewer
from visits.sight.listing import Wanted
from visits.works.costs import (
    CostSaid,
    accept_quote,
    ceiling_of,
    note_cost,
    note_estimate,
    quote_order,
    quotes_of,
    set_ceiling,
    unaccept_quote,
    withdraw_quote,
)
from visits.works.history import steps_of, take_step_back
from visits.works.moves import MoveSaid, move_work_order
from visits.works.work_list import WorkOrderFilter, list_work_orders


@pytest.fixture
def desk(session: Session, now: datetime) -> Desk:
    return Desk(session, now)


def quoted(desk: Desk, typed: str, name: str = "Plomberie") -> WorkOrderQuote:
    """Note a quote for the leak."""
    by = desk.technician.id
    return quote_order(desk.session, desk.leak, typed, "", contractor=name, by=by, now=NOW)


def accept(desk: Desk, quote: WorkOrderQuote, why: str = "", *, exceed: bool = False) -> None:
    """Accept a quote for the leak."""
    by = {"viewer": desk.viewer, "may_exceed": exceed, "now": NOW}
    accept_quote(desk.session, desk.leak, quote.id, why, **by)


def test_what_is_done_under_guarantee_costs_nothing_and_says_so(desk: Desk) -> None:
    order = desk.leak
    note_cost(order, CostSaid(cost="0"), by=desk.viewer.user_id, now=NOW)
    assert order.cost_cents == 0
    with pytest.raises(Invalid) as refused:
        note_cost(order, CostSaid(cost="-3"), by=desk.viewer.user_id, now=NOW)
    assert refused.value.fields == {"cost": "cost_out_of_range"}


@pytest.mark.parametrize(
    ("typed", "cents"), [("1 234,50", 123450), ("80", 8000), ("80.5", 8050), ("0,01", 1)]
)
def test_an_amount_is_read_as_people_write_it(desk: Desk, typed: str, cents: int) -> None:
    assert quoted(desk, typed).cents == cents


@pytest.mark.parametrize("typed", ["-3", "0", "0,00", "1,234", "abc", "1e3", "²", "9" * 20, "nan"])
def test_an_amount_that_cannot_be_is_refused(desk: Desk, typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        quoted(desk, typed)
    assert list(refused.value.fields) == ["quote"]
    if typed not in ("0", "0,00"):
        with pytest.raises(Invalid) as refused:
            note_cost(desk.leak, CostSaid(typed), by=desk.technician.id, now=NOW)
        assert list(refused.value.fields) == ["cost"]


def test_of_several_quotes_the_cheapest_is_first_and_one_is_accepted(desk: Desk) -> None:
    dear, cheap = quoted(desk, "300", "Delmotte"), quoted(desk, "250", "Lenoir")
    assert quotes_of(desk.session, desk.leak) == [cheap, dear]
    accept(desk, dear)
    with pytest.raises(Conflict) as refused:
        accept(desk, cheap)
    assert refused.value.code == "another_quote_accepted"
    with pytest.raises(Conflict):
        withdraw_quote(desk.session, desk.leak, dear.id, reader=desk.viewer, now=NOW)
    unaccept_quote(desk.session, desk.leak, dear.id, viewer=desk.viewer, now=NOW)
    with pytest.raises(Conflict):
        unaccept_quote(desk.session, desk.leak, dear.id, viewer=desk.viewer, now=NOW)
    withdraw_quote(desk.session, desk.leak, dear.id, reader=desk.viewer, now=NOW)
    accept(desk, cheap)
    assert quotes_of(desk.session, desk.leak) == [cheap]
    with pytest.raises(NotFound):
        accept(desk, dear)


def test_a_quote_over_the_ceiling_is_accepted_by_whoever_may_with_a_reason(desk: Desk) -> None:
    assert ceiling_of(desk.session, desk.leak) == 100_000
    over = quoted(desk, "1000,01")
    with pytest.raises(Conflict) as refused:
        accept(desk, over, "Urgent")
    assert refused.value.code == "quote_over_ceiling"
    with pytest.raises(Invalid) as missing:
        accept(desk, over, " ", exceed=True)
    assert missing.value.fields == {"accept_why": "required"}
    accept(desk, over, "Seule entreprise disponible", exceed=True)
    assert over.accepted_why == "Seule entreprise disponible"


def test_an_order_may_have_a_ceiling_of_its_own(desk: Desk) -> None:
    set_ceiling(desk.leak, "200", viewer=desk.viewer, now=NOW)
    quote = quoted(desk, "250")
    with pytest.raises(Conflict):
        accept(desk, quote)
    set_ceiling(desk.leak, "250", viewer=desk.viewer, now=NOW)
    accept(desk, quote)


def test_what_came_to_more_than_the_ceiling_is_listed_unless_its_quote_was_accepted(
    desk: Desk,
) -> None:
    def over(viewer: Viewer | None = None) -> list[WorkOrder]:
        only, eyes = WorkOrderFilter(state="over_ceiling"), viewer or desk.viewer
        found = list_work_orders(desk.session, eyes, only=only, wanted=Wanted(), now=NOW)
        return list(found.rows)

    for order, cost in ((desk.leak, "1000,01"), (desk.lamp, "1000")):
        note_cost(order, CostSaid(cost), by=desk.technician.id, now=NOW)
    assert over() == [desk.leak]
    assert over(replace(desk.viewer, reach=Reach.GIVEN)) == []
    set_ceiling(desk.lamp, "500", viewer=desk.viewer, now=NOW)
    set_ceiling(desk.leak, "1100", viewer=desk.viewer, now=NOW)
    assert over() == [desk.lamp]
    accept(desk, less := quoted(desk, "1000"))
    set_ceiling(desk.leak, "200", viewer=desk.viewer, now=NOW)
    assert set(over()) == {desk.leak, desk.lamp}
    unaccept_quote(desk.session, desk.leak, less.id, viewer=desk.viewer, now=NOW)
    accept(desk, quoted(desk, "1000,01"), "Rien de moins cher", exceed=True)
    assert over() == [desk.lamp]


def test_what_works_came_to_is_kept_and_taken_back(desk: Desk) -> None:
    by = desk.technician.id
    note_estimate(desk.leak, "120", viewer=desk.viewer, now=NOW)
    note_cost(desk.leak, CostSaid("98,40", "45", "Un joint"), by=by, now=NOW)
    kept = (desk.leak.cost_cents, desk.leak.labour_minutes, desk.leak.parts)
    assert (desk.leak.estimate_cents, kept) == (12000, (9840, 45, "Un joint"))
    note_cost(desk.leak, CostSaid(labour="60"), by=by, now=NOW)
    assert (desk.leak.cost_cents, desk.leak.labour_minutes) == (9840, 60)
    (latest, *_) = steps_of(desk.session, desk.leak, desk.viewer)
    take_step_back(desk.session, desk.leak, latest.id, viewer=desk.viewer, now=NOW)
    assert desk.leak.labour_minutes == 45
    for said, fields in (
        (CostSaid(), {"cost": "required"}),
        (CostSaid(labour="-5"), {"labour": "no_minutes"}),
        (CostSaid(labour="1.5", parts="a" * 501), {"labour": "no_minutes", "parts": "too_long"}),
    ):
        with pytest.raises(Invalid) as refused:
            note_cost(desk.leak, said, by=by, now=NOW)
        assert refused.value.fields == fields


def test_what_is_closed_gets_no_quote_and_what_was_cancelled_no_cost(desk: Desk) -> None:
    told = MoveSaid(note="En double")
    quote = quoted(desk, "100")
    move_work_order(
        desk.session, desk.leak, WorkOrderState.CANCELLED, told, viewer=desk.viewer, now=NOW
    )
    for refused in (
        lambda: quoted(desk, "100"),
        lambda: accept(desk, quote),
        lambda: note_estimate(desk.leak, "100", viewer=desk.viewer, now=NOW),
        lambda: note_cost(desk.leak, CostSaid("100"), by=desk.technician.id, now=NOW),
    ):
        with pytest.raises(Conflict):
            refused()
