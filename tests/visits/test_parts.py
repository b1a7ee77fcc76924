"""Parts of works: carried by technicians, taken for orders, at home afterwards, called back."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.factories import (
    NOW,
    make_case,
    make_person,
    make_user,
    make_viewer,
    make_visit,
)
from tests.visits.test_orders_by_hand import Desk
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import Role, User
from visits.models.stock import Article
from visits.models.works import HoldWhy, WorkOrderState
from visits.people.protection import protect
from visits.sight import Reach, Viewer
from visits.sight.homes import find_home
from visits.sight.listing import Wanted
from visits.stock.articles import ArticleSaid, add_article, change_article, retire_article
from visits.stock.bags import parts_in_bags
from visits.stock.central import (
    count_article,
    count_low,
    hand_to_bag,
    in_stock,
    lose,
    receive,
    stock_of,
    withdraw,
)
from visits.stock.movements import (
    Movement,
    MovementFilter,
    bag_holders,
    in_home,
    list_movements,
    part_carriers,
    recall,
)
from visits.works.history import steps_of, take_step_back
from visits.works.moves import MoveSaid, move_work_order
from visits.works.parts import finds_its_part, parts_of, parts_offered, take_part_back, use_part
from visits.works.work_list import PART_THERE, count_awaiting

THERMOCOUPLE = ArticleSaid("part", "Thermocouple", "600 mm", "", "12,50", "3")


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session, NOW)


@pytest.fixture
def part(desk: Desk) -> Article:
    article = add_article(desk.session, THERMOCOUPLE, viewer=desk.viewer)
    receive(desk.session, article, 5, batch="T1", viewer=desk.viewer, now=NOW)
    return article


def take(desk: Desk, part: Article, number: int = 1, *, bag: bool = False) -> None:
    use_part(desk.session, desk.leak, part, number, from_bag=bag, viewer=desk.viewer, now=NOW)


def carried(desk: Desk, part: Article) -> int:
    return parts_in_bags(desk.session, [desk.technician.id])[desk.technician.id][part.id]


def test_an_order_takes_parts_out_of_stock_at_what_they_cost_then(
    desk: Desk, part: Article
) -> None:
    take(desk, part, 2)
    change_article(
        desk.session, part, ArticleSaid("part", "Thermocouple", "", "", "20"), viewer=desk.viewer
    )
    take(desk, part)
    used = parts_of(desk.session, desk.leak)
    assert in_stock(desk.session, part) == 2
    assert [one.cents for one in used.movements] == [1250, 2000]
    assert (used.cents, used.unpriced) == (4500, 0)
    told = steps_of(desk.session, desk.leak, desk.viewer)[0]
    assert (told.what, told.note, told.cents) == ("part_used", "1 × Thermocouple", 2000)
    assert desk.leak.cost_cents is None


def test_a_part_of_no_known_price_is_told_apart_from_one_that_costs_nothing(desk: Desk) -> None:
    free = add_article(desk.session, ArticleSaid("part", "Joint"), viewer=desk.viewer)
    take(desk, free)
    used = parts_of(desk.session, desk.leak)
    assert (used.cents, used.unpriced) == (0, 1)


def test_parts_go_into_the_bags_of_technicians_and_kit_items_into_those_of_visitors(
    desk: Desk, part: Article
) -> None:
    session, visitor = desk.session, make_user(desk.session, role=Role.VISITOR)
    bulb = add_article(session, ArticleSaid("led", "LED"), viewer=desk.viewer)
    receive(session, bulb, 5, viewer=desk.viewer, now=NOW)
    for article, holder in ((part, visitor), (bulb, desk.technician)):
        with pytest.raises(Invalid) as refused:
            hand_to_bag(session, article, holder.id, 1, viewer=desk.viewer, now=NOW)
        assert refused.value.fields == {"visitor_id": "not_for_this_bag"}
    hand_to_bag(session, part, desk.technician.id, 3, viewer=desk.viewer, now=NOW)
    assert (in_stock(session, part), carried(desk, part)) == (2, 3)
    with pytest.raises(Invalid) as refused:
        hand_to_bag(session, part, desk.technician.id, -4, viewer=desk.viewer, now=NOW)
    assert refused.value.fields == {"quantity": "more_than_in_bag"}


def test_one_part_does_not_stand_for_another_in_a_bag(desk: Desk, part: Article) -> None:
    tap = add_article(desk.session, ArticleSaid("part", "Robinet"), viewer=desk.viewer)
    hand_to_bag(desk.session, part, desk.technician.id, 3, viewer=desk.viewer, now=NOW)
    with pytest.raises(Invalid):
        hand_to_bag(desk.session, tap, desk.technician.id, -1, viewer=desk.viewer, now=NOW)


def test_more_than_the_stock_says_is_taken_and_stands_as_a_difference(
    desk: Desk, part: Article
) -> None:
    session = desk.session
    take(desk, part, 7)
    take(desk, part, 1, bag=True)
    assert (in_stock(session, part), carried(desk, part)) == (-2, -1)
    assert count_low(session, desk.viewer) == 1
    lost = count_article(session, part, 10, viewer=desk.viewer, now=NOW)
    assert (lost.quantity, in_stock(session, part)) == (12, 10)
    hand_to_bag(session, part, desk.technician.id, 1, viewer=desk.viewer, now=NOW)
    assert carried(desk, part) == 0


def test_what_left_a_stock_below_zero_is_still_taken_back_and_comes_back(
    desk: Desk, part: Article
) -> None:
    session = desk.session
    hand_to_bag(session, part, desk.technician.id, 2, viewer=desk.viewer, now=NOW)
    lost = lose(session, part, 1, "Cassé", viewer=desk.viewer, now=NOW)
    take(desk, part, 7)
    assert in_stock(session, part) == -5
    withdraw(session, lost.act_id, "Retrouvé", viewer=desk.viewer, now=NOW)
    hand_to_bag(session, part, desk.technician.id, -2, viewer=desk.viewer, now=NOW)
    assert in_stock(session, part) == -2


def test_a_part_is_put_back_to_where_it_was_on_the_order_alone(desk: Desk, part: Article) -> None:
    session = desk.session
    hand_to_bag(session, part, desk.technician.id, 2, viewer=desk.viewer, now=NOW)
    take(desk, part, 2, bag=True)
    take(desk, part)
    bag, central = parts_of(session, desk.leak).movements
    with pytest.raises(Conflict):
        withdraw(session, central.act_id, "Erreur", viewer=desk.viewer, now=NOW)
    for one in (bag, central):
        take_part_back(session, desk.leak, one.id, viewer=desk.viewer, now=NOW)
    assert (in_stock(session, part), carried(desk, part)) == (3, 2)
    assert parts_of(session, desk.leak).movements == []
    with pytest.raises(NotFound):
        take_part_back(session, desk.leak, bag.id, viewer=desk.viewer, now=NOW)


@pytest.mark.parametrize("number", [0, -1, 501])
def test_a_number_of_parts_that_cannot_be_is_refused(
    desk: Desk, part: Article, number: int
) -> None:
    with pytest.raises(Invalid) as refused:
        take(desk, part, number)
    assert refused.value.fields == {"used_number": "bad_part_number"}


def test_a_kit_item_is_no_part_of_an_order(desk: Desk) -> None:
    bulb = add_article(desk.session, ArticleSaid("led", "LED"), viewer=desk.viewer)
    with pytest.raises(Invalid) as refused:
        take(desk, bulb)
    assert refused.value.fields == {"used_part": "bad_choice"}
    assert parts_offered(desk.session, desk.viewer) == []


def test_what_is_fitted_is_noted_at_a_closed_order_too(desk: Desk, part: Article) -> None:
    said = MoveSaid(note="Changé")
    move_work_order(desk.session, desk.leak, WorkOrderState.DONE, said, viewer=desk.viewer, now=NOW)
    take(desk, part)
    assert in_stock(desk.session, part) == 4


def test_the_parts_offered_are_those_kept_and_what_is_left_of_others(
    desk: Desk, part: Article
) -> None:
    hand_to_bag(desk.session, part, desk.technician.id, 2, viewer=desk.viewer, now=NOW)
    (offered,) = parts_offered(desk.session, desk.viewer)
    assert (offered.article, offered.central, offered.bag) == (part, 3, 2)
    colleague = make_viewer(make_user(desk.session, role=Role.TECHNICIAN))
    assert [one.bag for one in parts_offered(desk.session, colleague)] == [0]
    retire_article(part, retired=True, now=NOW)
    assert len(parts_offered(desk.session, desk.viewer)) == 1
    elsewhere = make_user(desk.session, role=Role.TECHNICIAN, organisation="Ailleurs")
    assert parts_offered(desk.session, make_viewer(elsewhere)) == []


def test_bags_of_parts_are_told_of_ones_own_technicians(desk: Desk) -> None:
    session = desk.session
    elsewhere = make_user(session, role=Role.TECHNICIAN, organisation="Ailleurs")
    gone = make_user(session, role=Role.TECHNICIAN, active=False)
    found = part_carriers(session, desk.viewer)
    assert desk.technician in found
    assert elsewhere not in found and gone not in found
    assert desk.technician not in bag_holders(session, desk.viewer)


def at_home(desk: Desk, viewer: Viewer) -> list[tuple[str, int, str]]:
    assert desk.leak.dwelling is not None
    found = in_home(desk.session, viewer, desk.leak.dwelling)
    return [(one.item, one.quantity, one.order.reference if one.order else "") for one in found]


def test_what_an_order_took_stands_with_the_dwelling_for_who_looks_after_homes(
    desk: Desk, part: Article
) -> None:
    take(desk, part, 2)
    told = [("part", 2, desk.leak.reference)]
    assert at_home(desk, desk.viewer) == told
    visitor = make_user(desk.session, role=Role.VISITOR, organisation="Ailleurs")
    case = make_case(desk.session, by=desk.technician, dwelling=desk.home)
    make_visit(desk.session, case=case, visitor=visitor)
    seeing = make_viewer(visitor, Reach.OWN)
    assert find_home(desk.session, seeing, desk.home.id) == desk.home
    assert at_home(desk, seeing) == []
    (used,) = parts_of(desk.session, desk.leak).movements
    take_part_back(desk.session, desk.leak, used.id, viewer=desk.viewer, now=NOW)
    assert at_home(desk, desk.viewer) == []


def test_a_batch_called_back_finds_the_homes_of_the_orders_that_took_of_it(
    desk: Desk, part: Article
) -> None:
    session = desk.session
    take(desk, part, 1)
    hand_to_bag(session, part, desk.technician.id, 2, viewer=desk.viewer, now=NOW)
    take(desk, part, 2, bag=True)
    found = recall(session, desk.viewer, part, "t1")
    assert [(one.dwelling, one.quantity) for one in found] == [
        (desk.leak.dwelling, 1), (desk.leak.dwelling, 2),
    ]  # fmt: skip
    receive(session, part, 5, batch="T2", viewer=desk.viewer, now=NOW + timedelta(days=1))
    assert recall(session, desk.viewer, part, "T2") == []


def test_a_protected_home_is_found_by_no_recall_nor_its_order_in_the_movements(
    desk: Desk, part: Article
) -> None:
    session = desk.session
    take(desk, part)
    reader = make_viewer(make_user(session))
    lives_there = make_person(session, dwelling=desk.home)
    numbers = [one.order for one in moved(session, reader)]
    assert desk.leak.reference in numbers
    protect(session, lives_there, by=desk.technician.id, now=NOW)
    assert recall(session, reader, part, "T1") == []
    assert {one.order for one in moved(session, reader)} == {""}


def moved(session: Session, viewer: Viewer) -> list[Movement]:
    wanted = Wanted(sort="at", descending=True)
    return list(list_movements(session, viewer, only=MovementFilter(), wanted=wanted).rows)


def test_stock_counts_parts_like_all_else(desk: Desk, part: Article) -> None:
    take(desk, part, 3)
    (stocked,) = stock_of(desk.session, desk.viewer)
    assert (stocked.number, stocked.is_low) == (2, True)


def test_whoever_was_given_an_order_reads_nothing_of_our_stock(
    desk: Desk, part: Article, session: Session
) -> None:
    take(desk, part)
    contractor: User = make_user(session, role=Role.CONTRACTOR, organisation="Plomberie")
    seen = steps_of(session, desk.leak, make_viewer(contractor, Reach.GIVEN))
    assert [one for one in seen if one.what == "part_used"] == []


def hold(desk: Desk, **said: Any) -> None:
    """Put the leak on hold for a part."""
    told = {"hold_why": HoldWhy.PART, "hold_until": desk.now.date()} | said
    move_work_order(
        desk.session, desk.leak, WorkOrderState.ON_HOLD, MoveSaid(**told), viewer=desk.viewer,
        now=desk.now,
    )  # fmt: skip
    desk.session.flush()


def test_an_order_on_hold_says_for_how_many_of_which_part_and_forgets_it_when_it_goes_on(
    desk: Desk, part: Article
) -> None:
    hold(desk, hold_article=part, hold_number=2, note="Commandé")
    assert (desk.leak.hold_article_id, desk.leak.hold_number) == (part.id, 2)
    (held, *_) = steps_of(desk.session, desk.leak, desk.viewer)
    assert held.note == "2 × Thermocouple · Commandé"
    assert desk.leak.closing_note == "Commandé"
    move_work_order(
        desk.session, desk.leak, WorkOrderState.STARTED, MoveSaid(), viewer=desk.viewer,
        now=desk.now,
    )  # fmt: skip
    desk.session.flush()
    assert (desk.leak.hold_article_id, desk.leak.hold_number) == (None, None)
    (begun, *_) = steps_of(desk.session, desk.leak, desk.viewer)
    take_step_back(desk.session, desk.leak, begun.id, viewer=desk.viewer, now=desk.now)
    assert (desk.leak.hold_article_id, desk.leak.hold_number) == (part.id, 2)


def test_one_part_is_awaited_where_nobody_says_how_many(desk: Desk, part: Article) -> None:
    hold(desk, hold_article=part)
    assert desk.leak.hold_number == 1


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"hold_why": "access"}, {"hold_article": "part_not_awaited"}),
        ({"hold_number": 0}, {"hold_number": "bad_part_number"}),
        ({"hold_number": 501}, {"hold_number": "bad_part_number"}),
        ({"hold_number": 2, "hold_article": None}, {"hold_article": "required"}),
    ],
)
def test_a_wait_that_cannot_be_is_refused_on_its_field(
    desk: Desk, part: Article, said: dict[str, Any], fields: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        hold(desk, **({"hold_article": part} | said))
    assert refused.value.fields == fields


def test_orders_whose_part_came_are_listed_and_stand_as_they_stood(
    desk: Desk, part: Article
) -> None:
    session = desk.session
    take(desk, part, 4)
    hold(desk, hold_article=part, hold_number=2)
    there = {"state": PART_THERE}
    assert desk.listed(desk.viewer, **there) == set()
    assert not finds_its_part(session, desk.leak)
    assert desk.listed(desk.viewer, part=str(part.id)) == {desk.leak}
    hand_to_bag(session, part, desk.technician.id, 1, viewer=desk.viewer, now=NOW)
    receive(session, part, 1, viewer=desk.viewer, now=NOW)
    assert desk.listed(desk.viewer, **there) == set(), "what is in a bag is not there for it"
    receive(session, part, 1, viewer=desk.viewer, now=NOW)
    assert desk.listed(desk.viewer, **there) == {desk.leak}
    assert finds_its_part(session, desk.leak)
    assert desk.leak.state is WorkOrderState.ON_HOLD


def test_orders_that_wait_are_counted_as_their_list_has_them(desk: Desk, part: Article) -> None:
    hold(desk, hold_article=part)
    counted = count_awaiting(desk.session, desk.viewer, now=NOW)
    assert counted == {part.id: ("Thermocouple", 1)}
    nowhere = make_viewer(make_user(desk.session), Reach.TERRITORY)
    assert count_awaiting(desk.session, nowhere, now=NOW) == {}


def test_whoever_was_given_an_order_finds_nothing_by_what_is_in_our_stock(
    desk: Desk, part: Article
) -> None:
    hold(desk, hold_article=part)
    contractor = make_user(desk.session, role=Role.CONTRACTOR, organisation="Plomberie")
    desk.leak.given_to_id, desk.leak.given_at = contractor.organisation_id, NOW
    desk.session.flush()
    seeing = make_viewer(contractor, Reach.GIVEN)
    assert desk.listed(seeing) == {desk.leak}
    assert desk.listed(seeing, state=PART_THERE) == set()
    assert desk.listed(seeing, part=str(part.id)) == set()
