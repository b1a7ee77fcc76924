"""The central stock: received, handed out, given, counted, lost, and taken back."""

import uuid
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.diagnostics.filling import shipped_form
from tests.factories import (
    make_case,
    make_dwelling,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
)
from tests.submissions import fill_shipped
from visits.forms.published import publish_form
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.file_store import FileStore
from visits.intake.submissions import record_submission
from visits.models.accounts import Role, User
from visits.models.stock import Article
from visits.people.protection import protect
from visits.sight import Reach, Viewer
from visits.sight.listing import Wanted
from visits.stock.articles import ArticleSaid, add_article, change_article, retire_article
from visits.stock.bags import bag_of, in_bag, put_in_bag
from visits.stock.central import (
    count_article,
    count_bag,
    count_low,
    hand_to_bag,
    in_stock,
    lose,
    receive,
    stock_of,
    withdraw,
)
from visits.stock.giving_out import (
    Giving,
    Homes,
    check_given,
    give_out,
    homes_listed,
    homes_of,
    plan_giving,
)
from visits.stock.movements import MovementFilter, in_home, list_movements, recall
from visits.stock.ordering import (
    OrderState,
    cancel_order,
    find_order,
    list_orders,
    order_article,
    receive_order,
)

TODAY = date(2026, 3, 10)
PART = ArticleSaid("part", "Mitigeur", "", "", "32,00", "")
BULB = ArticleSaid("led", "LED E27", "E27", "7", "1,85", "20")


@pytest.fixture
def viewer(session: Session) -> Viewer:
    return make_viewer(make_user(session))


@pytest.fixture
def visitor(session: Session) -> User:
    return make_user(session, role=Role.VISITOR)


@pytest.fixture
def bulb(session: Session, viewer: Viewer) -> Article:
    return add_article(session, BULB, viewer=viewer)


def test_an_article_is_kept_as_it_is_said(bulb: Article) -> None:
    assert (bulb.item, bulb.name, bulb.fitting) == ("led", "LED E27", "E27")
    assert (bulb.rating, bulb.cost, bulb.low_at) == (7.0, 185, 20)


@pytest.mark.parametrize("other", [{"rating": "5"}, {"fitting": "E14"}, {"name": "Ball"}])
def test_articles_of_one_name_differ_in_cap_and_power(
    session: Session, viewer: Viewer, bulb: Article, other: dict[str, str]
) -> None:
    said = {"item": "led", "name": bulb.name, "fitting": bulb.fitting, "rating": "7"} | other
    kept = add_article(session, ArticleSaid(**said), viewer=viewer)
    with pytest.raises(Invalid) as refused:
        change_article(session, kept, ArticleSaid("led", bulb.name, "e27", "7,0"), viewer=viewer)
    assert refused.value.fields == {"name": "article_kept_already"}


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"item": "gold"}, "item", "bad_choice"),
        ({"name": "  "}, "name", "required"),
        ({"name": "x" * 81}, "name", "text_too_long"),
        ({"name": "led  e27"}, "name", "article_kept_already"),
        ({"name": "other", "fitting": "x" * 21}, "fitting", "text_too_long"),
        ({"name": "other", "rating": "bright"}, "rating", "no_number"),
        ({"name": "other", "cost": "-3"}, "cost", "number_too_far"),
        ({"name": "other", "low_at": "1e9"}, "low_at", "no_number"),
        ({"name": "other", "item": "rug_tape"}, "rating", "item_not_rated"),
    ],
)
def test_an_article_that_is_not_well_said_is_refused_on_its_field(
    session: Session, viewer: Viewer, bulb: Article, change: dict[str, str], field: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        add_article(session, ArticleSaid(**{**vars(BULB), **change}), viewer=viewer)
    assert refused.value.fields == {field: code}


def test_an_article_changes_but_for_its_kind(
    session: Session, viewer: Viewer, bulb: Article
) -> None:
    change_article(session, bulb, ArticleSaid("led", "LED E14", "E14", "4"), viewer=viewer)
    assert (bulb.name, bulb.rating, bulb.cost) == ("LED E14", 4.0, None)
    with pytest.raises(Invalid):
        change_article(session, bulb, ArticleSaid("aerator", "M22", "M22"), viewer=viewer)


def test_what_came_is_handed_out_counted_and_lost(
    session: Session, viewer: Viewer, visitor: User, bulb: Article, now: datetime
) -> None:
    receive(session, bulb, 100, batch="A1", viewer=viewer, now=now)
    hand_to_bag(session, bulb, visitor.id, 30, viewer=viewer, now=now)
    hand_to_bag(session, bulb, visitor.id, -10, viewer=viewer, now=now)
    counted = count_article(session, bulb, 77, viewer=viewer, now=now)
    lose(session, bulb, 7, "Cassées dans le transport", viewer=viewer, now=now)
    assert (counted.quantity, counted.counted) == (-3, 77)
    assert in_stock(session, bulb) == 70
    assert bag_of(session, visitor.id) == {"led": 20}


def test_a_bag_is_counted_and_the_count_taken_back_by_who_looks_after_it(
    session: Session, viewer: Viewer, visitor: User, bulb: Article, now: datetime
) -> None:
    put_in_bag(session, visitor.id, "led", 12, viewer=viewer, now=now)
    technician = make_user(session, role=Role.TECHNICIAN)
    tap = add_article(session, PART, viewer=viewer)
    receive(session, tap, 5, viewer=viewer, now=now)
    hand_to_bag(session, tap, technician.id, 3, viewer=viewer, now=now)
    counted = count_bag(session, visitor.id, "led", 9, viewer=viewer, now=now)
    of_parts = count_bag(session, technician.id, tap, 4, viewer=viewer, now=now)
    assert [(one.quantity, one.counted) for one in (counted, of_parts)] == [(-3, 9), (1, 4)]
    assert bag_of(session, visitor.id) == {"led": 9}
    assert (in_bag(session, technician.id, tap), in_stock(session, tap)) == (4, 2)
    for holder, kept, number in (
        (technician.id, "led", 1), (visitor.id, tap, 1), (visitor.id, "led", -1),
        (visitor.id, "led", 1_000_001), (make_user(session).id, "led", 1),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            count_bag(session, holder, kept, number, viewer=viewer, now=now)
    act = counted.act_id
    with pytest.raises(NotFound):
        withdraw(session, act, "Pas à moi", bags={technician.id}, viewer=viewer, now=now)
    withdraw(session, act, "Mal compté", bags={visitor.id}, viewer=viewer, now=now)
    assert bag_of(session, visitor.id) == {"led": 12}


def test_no_more_leaves_the_stock_or_a_bag_than_is_there(
    session: Session, viewer: Viewer, visitor: User, bulb: Article, now: datetime
) -> None:
    receive(session, bulb, 5, viewer=viewer, now=now)
    for wrong, code in ((6, "more_than_in_stock"), (-1, "more_than_in_bag"), (0, "number_too_far")):
        with pytest.raises(Invalid) as refused:
            hand_to_bag(session, bulb, visitor.id, wrong, viewer=viewer, now=now)
        assert refused.value.fields == {"quantity": code}
    with pytest.raises(Invalid):
        lose(session, bulb, 6, "Volées", viewer=viewer, now=now)
    with pytest.raises(Invalid):
        lose(session, bulb, 1, " ", viewer=viewer, now=now)
    assert (in_stock(session, bulb), bag_of(session, visitor.id)) == (5, {})


def test_too_few_of_a_kept_article_are_told(
    session: Session, viewer: Viewer, bulb: Article, now: datetime
) -> None:
    receive(session, bulb, 19, viewer=viewer, now=now)
    assert (count_low(session, viewer), stock_of(session, viewer)[0].is_low) == (1, True)
    receive(session, bulb, 1, viewer=viewer, now=now)
    assert count_low(session, viewer) == 0
    lose(session, bulb, 20, "Périmées", viewer=viewer, now=now)
    retire_article(bulb, retired=True, now=now)
    assert (count_low(session, viewer), stock_of(session, viewer)) == (0, [])


def test_an_act_is_taken_back_whole_once_and_only_while_it_is_there(
    session: Session, viewer: Viewer, visitor: User, bulb: Article, now: datetime
) -> None:
    came = receive(session, bulb, 10, viewer=viewer, now=now)
    handed = hand_to_bag(session, bulb, visitor.id, 10, viewer=viewer, now=now)
    with pytest.raises(Conflict, match="stock_used_since"):
        withdraw(session, came.act_id, "Erreur", viewer=viewer, now=now)
    withdraw(session, handed.act_id, "Erreur", viewer=viewer, now=now)
    assert (in_stock(session, bulb), bag_of(session, visitor.id)) == (10, {})
    with pytest.raises(Conflict, match="movement_not_withdrawn"):
        withdraw(session, handed.act_id, "Encore", viewer=viewer, now=now)
    stranger = make_viewer(make_user(session, organisation="Autre"))
    with pytest.raises(NotFound):
        withdraw(session, came.act_id, "Pas à moi", viewer=stranger, now=now)
    withdraw(session, came.act_id, "Erreur", viewer=viewer, now=now)
    assert in_stock(session, bulb) == 0


def test_an_order_comes_in_parts_is_late_and_may_be_given_up(
    session: Session, viewer: Viewer, bulb: Article, now: datetime
) -> None:
    order = order_article(
        session, bulb, 50, supplier="Grossiste", expected_on=TODAY, viewer=viewer, now=now,
        today=TODAY,
    )  # fmt: skip
    found = find_order(session, viewer, order.id, today=TODAY)
    receive_order(session, found, 20, batch="B7", viewer=viewer, now=now)
    assert stock_of(session, viewer)[0].on_order == 30
    late = find_order(session, viewer, order.id, today=TODAY + timedelta(days=1))
    assert (late.came, late.missing, late.state) == (20, 30, OrderState.LATE)
    cancel_order(late, cancelled=True, viewer=viewer, now=now)
    given_up = find_order(session, viewer, order.id, today=TODAY)
    with pytest.raises(Conflict):
        receive_order(session, given_up, 30, batch="", viewer=viewer, now=now)
    assert list_orders(session, viewer, open_only=True, wanted=Wanted(), today=TODAY).total == 0
    cancel_order(given_up, cancelled=False, viewer=viewer, now=now)
    again = find_order(session, viewer, order.id, today=TODAY)
    receive_order(session, again, 31, batch="B8", viewer=viewer, now=now)
    whole = list_orders(session, viewer, open_only=False, wanted=Wanted(), today=TODAY)
    assert [(one.came, one.state) for one in whole.rows] == [(51, OrderState.RECEIVED)]


def test_a_kit_for_many_homes_is_one_act_and_nobody_is_given_it_twice(
    session: Session, viewer: Viewer, bulb: Article, now: datetime
) -> None:
    residence = make_residence(session)
    homes = [make_dwelling(session, residence=residence) for _ in range(3)]
    receive(session, bulb, 10, viewer=viewer, now=now)
    listed = homes_listed(session, viewer, f"{homes[0].reference}; X9\n{homes[0].reference}")
    assert (list(listed.ids), list(listed.unknown)) == ([homes[0].id], ["X9"])
    give_out(
        session, plan_giving(session, listed, [(bulb, 2)], again=False), viewer=viewer, now=now
    )
    plan = plan_giving(session, homes_of(session, viewer, residence), [(bulb, 2)], again=False)
    assert (len(plan.homes.ids), plan.before, plan.needs[0].needed) == (2, 1, 4)
    act = give_out(session, plan, viewer=viewer, now=now)
    assert in_stock(session, bulb) == 4
    assert [one.quantity for one in in_home(session, viewer, homes[2])] == [2]
    again = plan_giving(session, homes_of(session, viewer, residence), [(bulb, 2)], again=True)
    with pytest.raises(Invalid) as refused:
        give_out(session, again, viewer=viewer, now=now)
    assert refused.value.fields == {"kit": "more_than_in_stock"}
    withdraw(session, act, "Pas distribué", viewer=viewer, now=now)
    assert (in_stock(session, bulb), in_home(session, viewer, homes[2])) == (8, [])


def test_what_is_given_out_names_its_day_and_batch_so_that_no_other_batch_is_called_back(
    session: Session, viewer: Viewer, bulb: Article, now: datetime
) -> None:
    first, second = make_dwelling(session), make_dwelling(session)
    day = timedelta(days=1)
    for batch in ("A1", "A2"):
        receive(session, bulb, 10, batch=batch, viewer=viewer, now=now - 3 * day)
    for home, batch in ((first, " A1 "), (second, "A2")):
        plan = plan_giving(session, Homes([home.id]), [(bulb, 1)], again=False)
        given = Giving(now.date() - 3 * day, {bulb.id: batch})
        give_out(session, plan, given, viewer=viewer, now=now)
    (found,) = recall(session, viewer, bulb, "a1")
    assert (found.dwelling, today_in_paris(found.at)) == (first, now.date() - 3 * day)
    for wrong, code in (
        (Giving(now.date() + day), {"given_on": "must_not_be_future"}),
        (Giving(date(1990, 1, 1)), {"given_on": "too_long_ago"}),
        (Giving(None, {bulb.id: "a" * 41}), {f"batch-{bulb.id}": "text_too_long"}),
    ):
        with pytest.raises(Invalid) as refused:
            check_given(wrong, now=now)
        assert refused.value.fields == code


@pytest.mark.parametrize("each", [-1, 51])
def test_nonsense_is_not_given_out(
    session: Session, viewer: Viewer, bulb: Article, each: int
) -> None:
    with pytest.raises(Invalid):
        plan_giving(session, Homes([uuid.uuid4()]), [(bulb, each)], again=False)
    with pytest.raises(Invalid):
        plan_giving(session, Homes([uuid.uuid4()]), [(bulb, 0)], again=False)
    with pytest.raises(Invalid):
        homes_listed(session, viewer, " , ")


def fit(session: Session, visitor: User, folder: Path, now: datetime) -> uuid.UUID | None:
    """Fit four bulbs in a home; gives the home."""
    case = make_case(session, by=visitor)
    visit = make_visit(session, case=case, visitor=visitor)
    record_submission(
        session, FileStore(folder), files=(), now=now, visit_id=visit.id,
        xml=fill_shipped("home_visit", visit_agreed="yes", led_fitted="4"),
        viewer=make_viewer(visitor, Reach.OWN),
    )  # fmt: skip
    return case.dwelling_id


def test_a_batch_is_called_back_from_where_it_may_be_and_from_no_hidden_home(
    session: Session, viewer: Viewer, visitor: User, bulb: Article, tmp_path: Path, now: datetime
) -> None:
    publish_form(session, shipped_form("home_visit"), by=None, now=now)
    put_in_bag(session, visitor.id, "led", 50, viewer=viewer, now=now)
    fit(session, visitor, tmp_path, now)
    day = timedelta(days=1)
    receive(session, bulb, 100, batch="A1", viewer=viewer, now=now + day)
    hand_to_bag(session, bulb, visitor.id, 30, batch="a1", viewer=viewer, now=now + day)
    home = fit(session, visitor, tmp_path, now + 2 * day)
    hidden_case = make_case(session, by=visitor)
    visit = make_visit(session, case=hidden_case, visitor=visitor)
    record_submission(
        session, FileStore(tmp_path), files=(), now=now + 2 * day, visit_id=visit.id,
        xml=fill_shipped("home_visit", visit_agreed="yes", led_fitted="2"),
        viewer=make_viewer(visitor, Reach.OWN),
    )  # fmt: skip
    protect(session, hidden_case.person, by=make_user(session).id, now=now)
    given = make_dwelling(session)
    plan = plan_giving(session, Homes([given.id]), [(bulb, 1)], again=False)
    give_out(session, plan, viewer=viewer, now=now + 2 * day)
    found = {(one.dwelling.id, one.quantity) for one in recall(session, viewer, bulb, " A1 ")}
    assert found == {(home, 4), (given.id, 1)}
    assert recall(session, viewer, bulb, "A2") == []


def test_movements_are_those_of_ones_own_stock_and_of_the_bags_one_looks_after(
    session: Session, viewer: Viewer, visitor: User, bulb: Article, now: datetime
) -> None:
    receive(session, bulb, 100, viewer=viewer, now=now)
    hand_to_bag(session, bulb, visitor.id, 30, viewer=viewer, now=now)
    stranger = make_viewer(make_user(session, organisation="Autre"), Reach.ORGANISATION)
    for who, only, quantities in (
        (viewer, MovementFilter(), {100, -30, 30}),
        (viewer, MovementFilter(visitor_id=visitor.id), {30}),
        (viewer, MovementFilter(kind="received"), {100}),
        (stranger, MovementFilter(), set()),
    ):
        listed = list_movements(session, who, only=only, wanted=Wanted())
        assert {one.moved.quantity for one in listed.rows} == quantities
