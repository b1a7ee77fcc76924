"""The list of work orders: filtered, as a board or a file, saved by name, several at once."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.parameters import parameter
from tests.factories import NOW, make_dwelling, make_person, make_residence, make_user, make_viewer
from tests.walk import list_links
from tests.webapp.test_giving import hire
from visits.accounts.accounts import find_territory
from visits.models.accounts import Role
from visits.models.portfolio import Dwelling
from visits.models.saved_lists import SavedList
from visits.models.works import WorkOrder, WorkOrderState
from visits.people.protection import protect
from visits.sight import listing
from visits.sight.listing import Wanted
from visits.works.by_hand import OrderSaid, open_by_hand
from visits.works.giving import give_order
from visits.works.moves import MoveSaid, move_work_order
from visits.works.work_list import (
    WorkOrderFilter,
    agencies_in_use,
    board_of,
    contractors_in_use,
    list_work_orders,
)
from webapp.words import word, words_of

SignIn = Callable[..., FlaskClient]
S = WorkOrderState


class Town:
    """Two houses of two agencies; three orders opened by a technician."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.homes = [self.home(session, name) for name in ("Nord", "Sud")]
        self.chief = make_user(session, role=Role.TECHNICIAN, organisation="Régie")
        self.viewer = make_viewer(self.chief)
        self.orders = [
            self.open(home, trade)
            for home, trade in zip(
                (*self.homes, self.homes[0]), ("gas", "lift", "heating"), strict=True
            )
        ]

    def home(self, session: Session, name: str) -> Dwelling:
        """Make a home of an agency where somebody lives."""
        territory = find_territory(session, name).id
        house = make_residence(session, territory_id=territory)
        dwelling = make_dwelling(session, residence=house, reference=f"L-{name}")
        self.tenant = make_person(session, dwelling=dwelling)
        return dwelling

    def open(self, home: Dwelling, trade: str) -> WorkOrder:
        """Open an order by hand."""
        said = OrderSaid(trade, "U2", "kitchen", f"En panne : {trade}", "staff")
        return open_by_hand(self.session, home, said, viewer=self.viewer, now=NOW)

    def listed(self, **only: str) -> list[str]:
        """Name the trades that a filter keeps, in order of their names."""
        wanted, asked = Wanted(sort="trade"), WorkOrderFilter(**only)
        later = NOW + timedelta(days=2)
        found = list_work_orders(self.session, self.viewer, only=asked, wanted=wanted, now=later)
        board = board_of(self.session, self.viewer, only=asked, wanted=wanted, now=later)
        assert found.total == sum(one.listed.total for one in board), "a board is the list"
        return [one.trade for one in found.rows]


@pytest.fixture
def town(session: Session) -> Town:
    return Town(session)


@pytest.mark.parametrize("few", [0, listing.FEW])
def test_every_page_goes_on_where_the_one_before_ended_however_many_there_are(
    session: Session, town: Town, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, home in enumerate(town.homes):
        home.residence.city = f"Ville {number}"
        urgent = OrderSaid("gas", f"U{number}", "kitchen", "Odeur de gaz", "staff")
        open_by_hand(session, home, urgent, viewer=town.viewer, now=NOW)
    whole_house, nowhere = town.orders[1], town.orders[2]
    whole_house.residence_id, whole_house.dwelling_id = town.homes[1].residence_id, None
    nowhere.dwelling_id = nowhere.person_id = nowhere.due_at = None
    town.orders[0].state = S.DONE
    session.flush()

    def page(sort: str, number: int, size: int, *, descending: bool) -> list[uuid.UUID]:
        wanted = Wanted(number, sort, descending, size)
        only = WorkOrderFilter(state="all")
        found = list_work_orders(session, town.viewer, only=only, wanted=wanted, now=NOW)
        assert found.total == 5
        return [one.id for one in found.rows]

    assert page("city", 1, 50, descending=False)[-1] == nowhere.id
    for sort in ("urgency", "due", "opened", "trade", "city", "state"):
        for descending in (False, True):
            every = page(sort, 1, 50, descending=descending)
            monkeypatch.setattr(listing, "FEW", few)
            pages = [page(sort, number, 2, descending=descending) for number in (1, 2, 3)]
            monkeypatch.undo()
            assert [one for some in pages for one in some] == every, (sort, descending)
            assert len(set(every)) == 5


def test_the_list_is_filtered_by_agency_residence_contractor_and_why_it_worries(
    session: Session, town: Town
) -> None:
    gas, lift, heating = town.orders
    contractor = make_user(session, role=Role.CONTRACTOR, organisation="Ascenseurs")
    contractor.organisation.kind = type(contractor.organisation.kind).PARTNER
    session.flush()
    give_order(session, lift, contractor.organisation_id, viewer=town.viewer, now=NOW)
    by = {"viewer": town.viewer, "now": NOW}
    tomorrow = (NOW + timedelta(days=1)).date()
    move_work_order(session, gas, S.ON_HOLD, MoveSaid(hold_why="part", hold_until=tomorrow), **by)
    plan = MoveSaid(planned_on=tomorrow, planned_part="morning")
    move_work_order(session, heating, S.PLANNED, plan, **by)
    north = str(find_territory(session, "Nord").id)
    assert town.listed() == ["gas", "heating", "lift"]
    for only, trades in (
        ({"agency": north}, ["gas", "heating"]),
        ({"residence": str(lift.dwelling.residence_id)}, ["lift"]),
        ({"contractor": str(contractor.organisation_id)}, ["lift"]),
        ({"contractor": "own"}, ["gas", "heating"]),
        ({"contractor": "link"}, []),
        ({"state": "held"}, ["gas"]),
        ({"state": "untold"}, ["heating"]),
        ({"state": "waiting"}, []),
        ({"state": "late"}, []),
        ({"agency": "x"}, []),
        ({"contractor": "x"}, []),
        ({"residence": "\0"}, []),
        ({"residence": lift.dwelling.residence.reference.upper()}, ["lift"]),
        ({"residence": f" {lift.dwelling.residence.address} "}, ["lift"]),
        ({"residence": "nowhere at all"}, []),
        ({"state": "zzz"}, ["gas", "heating", "lift"]),
    ):
        assert town.listed(**only) == trades, only
    assert [one.name for one in agencies_in_use(session, town.viewer)] == ["Nord", "Sud"]
    assert [one.name for one in contractors_in_use(session, town.viewer)] == ["Ascenseurs"]


def test_what_there_is_to_choose_tells_of_no_order_that_is_hidden(
    session: Session, town: Town
) -> None:
    protect(session, town.tenant, by=make_user(session).id, now=NOW)
    assert [one.name for one in agencies_in_use(session, town.viewer)] == ["Nord"]


def test_several_are_acknowledged_given_and_cancelled_and_each_says_what_became_of_it(
    client_as: SignIn, session: Session, town: Town
) -> None:
    gas, lift, heating = [str(one.id) for one in town.orders]
    done, reference = {"viewer": town.viewer, "now": NOW}, town.orders[0].reference
    move_work_order(session, town.orders[0], S.DONE, MoveSaid(note="Fait"), **done)
    session.commit()
    client, page = client_as(Role.TECHNICIAN), "/work-orders/together"
    told = client.post(page, data={"act": "acknowledge", "ids": [gas, lift, heating]})
    assert told.status_code == 200
    assert "Fait\u202f: 2" in told.text.replace("\xa0", "\u202f") and reference in told.text
    to = hire(session, client_as(Role.CONTRACTOR, organisation="Plomberie"))
    give = {"act": "give", "organisation": to, "ids": [lift, heating]}
    assert client.post(page, data=give).status_code == 200
    cancel = {"act": "cancel", "note": " ", "ids": [lift]}
    refused = client.post(page, data=cancel)
    assert refused.status_code == 422
    links = list_links(refused.text)
    assert links and {client.get(link).status_code for link in links} == {200}
    assert client.post(page, data=cancel | {"note": "En double"}).status_code == 200
    for wrong in (
        {"act": "acknowledge"}, {"act": "x", "ids": [lift]}, {"act": "cancel", "ids": ["x"]},
    ):  # fmt: skip
        assert client.post(page, data=wrong).status_code == 422
    unknown = {"act": "acknowledge", "ids": [lift, str(uuid.uuid4())]}
    assert client.post(page, data=unknown).status_code == 404
    assert client_as(Role.COORDINATOR).post(page, data=give).status_code == 403
    states = select(WorkOrder.trade, WorkOrder.state).order_by(WorkOrder.id)
    assert dict(session.execute(states).all()) == {
        "gas": "done", "lift": "cancelled", "heating": "acknowledged",
    }  # fmt: skip


def test_the_way_back_from_several_keeps_the_filters_and_the_page(
    client_as: SignIn, session: Session, town: Town
) -> None:
    ids = [str(one.id) for one in town.orders]
    house = town.orders[1].dwelling.residence
    name, asked = house.reference, f"residence={house.id}"
    session.commit()
    client, page = client_as(Role.TECHNICIAN, language="en"), "/work-orders/together"
    listed = client.get(f"/work-orders/?state=zzz&{asked}").text
    assert '<option value="open_all" selected>' in listed
    assert f'name="residence" value="{name}"' in listed
    act = {"act": "acknowledge", "ids": ids}
    first = client.post(f"{page}?state=open_all&trade=gas&page=2", data=act)
    assert "/work-orders/?state=open_all&amp;trade=gas&amp;page=2" in first.text
    again = client.post(page, data=act).text
    assert again.count("It is taken on already. Nothing was changed.") == len(ids)
    assert "closed already" not in again


def test_a_list_is_saved_under_a_name_for_oneself_and_withdrawn(
    client_as: SignIn, session: Session, town: Town
) -> None:
    session.commit()
    client, other = client_as(Role.TECHNICIAN), client_as(Role.COORDINATOR)
    save, told = "/work-orders/saved", {"list_name": "Gaz à finir", "query": "trade=gas"}
    saved = client.post(save, data=told)
    assert saved.headers["Location"].endswith("/work-orders/?trade=gas")
    assert client.post(save, data=told | {"query": "trade=lift"}).status_code == 302
    broken = client.post(save, data=told | {"query": "trade=lift&q=a\r\nX: y"})
    assert broken.headers["Location"].endswith("/work-orders/?trade=lift&q=a%0D%0AX%3A+y")
    assert "Gaz à finir" in client.get("/work-orders/").text
    assert "Gaz à finir" not in other.get("/work-orders/").text
    assert client.post(save, data={"list_name": " "}).status_code == 422
    assert client.post(save, data={"list_name": "a" * 61}).status_code == 422
    kept = session.scalars(select(SavedList.id)).one()
    session.rollback()
    assert other.post(f"{save}/{kept}/withdrawal").status_code == 404
    withdrawal, back = f"{save}/{kept}/withdrawal", {"do": "back"}
    assert client.post(withdrawal).status_code == 302
    assert 'value="back"' in client.get("/work-orders/").text
    assert "Gaz à finir" not in other.get("/work-orders/").text
    assert other.post(withdrawal, data=back).status_code == 404
    assert client.post(withdrawal, data=back).status_code == 302
    assert client.post(withdrawal, data=back).status_code == 404
    assert 'value="back"' not in client.get("/work-orders/").text
    assert client.post(withdrawal).status_code == 302
    assert client.post(save, data=told).status_code == 302
    assert client.post(withdrawal, data=back).status_code == 409


def test_the_board_and_the_file_show_what_the_list_shows(
    client_as: SignIn, session: Session, town: Town
) -> None:
    lift, gas = town.orders[1].reference, town.orders[0].reference
    session.commit()
    client = client_as(Role.TECHNICIAN)
    for page in ("/work-orders/", "/work-orders/orders.csv"):
        shown = client.get(f"{page}?trade=lift&view=board").text
        assert lift in shown and gas not in shown


def test_a_filter_that_is_not_understood_is_named_on_the_page_and_in_the_file(
    client_as: SignIn, session: Session, town: Town
) -> None:
    session.commit()
    client = client_as(Role.TECHNICIAN, language="en")
    for page in ("/work-orders/", "/work-orders/orders.csv"):
        shown = client.get(f"{page}?state=zzz&severity=Q&trade=gas").text
        assert "left out of the filters: State (zzz), Severity (Q)." in shown, page
        assert town.orders[0].reference in shown
        asked = "state=late&severity=U2&late_why=&hold_why=part"
        assert "left out of the filters" not in client.get(f"{page}?{asked}").text, page


def test_the_search_says_what_it_reads_and_finds_by_each(
    client_as: SignIn, session: Session, town: Town
) -> None:
    lift = town.orders[1]
    lift.person_id, lift.dwelling.residence.city = town.tenant.id, "Senlis"
    house, name = lift.dwelling.residence, town.tenant.last_name
    asked = [lift.reference, lift.dwelling.reference, house.address, "senlis", name]
    reference = lift.reference
    session.commit()
    client = client_as(Role.TECHNICIAN, language="en")
    label = '<label for="q">Order number, person, dwelling, address or city</label>'
    assert label in client.get("/work-orders/").text
    for typed in asked:
        found = client.get("/work-orders/", query_string={"q": typed}).text
        assert reference in found, typed


def test_severities_and_states_of_orders_are_called_alike_wherever_they_stand(app: Flask) -> None:
    with app.test_request_context(), force_locale("fr"):
        for code, named in words_of("severity").items():
            label = parameter(f"works_delay_{code.lower()}", NOW.date()).label.fr
            assert str(named).partition(" · ")[2] in label
        assert word("work_order", "planned") == "Planifié"
