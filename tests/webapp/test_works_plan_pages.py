"""Plans of works on their pages: a budget and an aim, what does most, by hand, decided."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import NOW, make_dwelling, make_person, make_user, make_viewer
from visits.adaptations.files import Request
from visits.adaptations.files import open_by_hand as open_adaptation
from visits.adaptations.funding import QuoteSaid, add_quote
from visits.homes.labels import RulesSaid, make_label
from visits.homes.traits import TraitSaid, note_trait
from visits.models.accounts import Role
from visits.works_plan import solving

SignIn = Callable[..., FlaskClient]
LEAK = {
    "trade": "plumbing", "severity": "U2", "place": "kitchen", "description": "Fuite",
    "came_from": "staff",
}  # fmt: skip
PLAN = {"name": "Chutes 2027", "aim": "people", "budget": "500"}


@pytest.fixture
def orders(app: Flask, client_as: SignIn) -> list[str]:
    """Open orders in two homes of one and two people; the first costs 300 euros, the other 400."""
    desk, opened = client_as(Role.TECHNICIAN), []
    for people, quote in ((1, "300"), (2, "400")):
        with app.extensions["palier"].sessions.begin() as session:
            home = make_dwelling(session)
            for _ in range(people):
                make_person(session, dwelling=home)
            form = f"/work-orders/new/dwelling/{home.id}"
        order = desk.post(form, data=LEAK).location
        said = {"quote": quote, "quote_contractor": "Lenoir"}
        assert desk.post(f"{order}/quotes", data=said).status_code == 302
        opened.append(order)
    return opened


def line_ids(page: str) -> list[str]:
    """Find the works that may be ticked."""
    return re.findall(r'name="ids" value="([^"]+)"', page)


def test_a_plan_is_made_changed_by_hand_decided_and_withdrawn(
    client_as: SignIn, orders: list[str]
) -> None:
    manager, other = client_as(Role.MANAGER), client_as(Role.COORDINATOR)
    assert client_as(Role.TECHNICIAN).get("/works-plans/").status_code == 403
    assert "étiquette" not in manager.get("/works-plans/new").text
    made = manager.post("/works-plans/new", data=PLAN)
    assert made.status_code == 302
    page = made.location
    shown = manager.get(page, headers={"Accept-Language": "fr"}).text
    assert "400,00" in shown and "d’autres" in shown
    assert other.get(page).status_code == 404
    (left,) = line_ids(manager.get(f"{page}?which=left").text)
    (taken,) = line_ids(manager.get(f"{page}?which=taken").text)
    refused = manager.post(f"{page}/works", data={"hand": "in"})
    assert refused.status_code == 422
    assert manager.post(f"{page}/works", data={"hand": "in", "ids": "x"}).status_code == 422
    assert manager.post(f"{page}/works", data={"hand": "in", "ids": left}).status_code == 302
    (now_taken,) = line_ids(manager.get(f"{page}?which=taken").text)
    assert now_taken != taken and "300,00" in manager.get(page).text
    assert manager.post(f"{page}/terms", data=PLAN | {"budget": "-3"}).status_code == 422
    assert manager.post(f"{page}/terms", data=PLAN | {"budget": "100"}).status_code == 409
    assert manager.post(f"{page}/terms", data=PLAN | {"budget": "700"}).status_code == 302
    assert len(line_ids(manager.get(f"{page}?which=taken").text)) == 2
    assert manager.post(f"{page}/decision").status_code == 302
    assert manager.post(f"{page}/decision").status_code == 409
    assert manager.post(f"{page}/worked-out").status_code == 409
    assert other.get(page).status_code == 200
    told = other.get(f"{page}/works.csv").text
    assert told.count("Lenoir") == 0 and told.count("BT-") == 2
    assert "Chutes 2027" in other.get("/works-plans/plans.csv?standing=decided").text
    assert manager.post(f"{page}/withdrawal").status_code == 302
    assert manager.post(f"{page}/withdrawal").status_code == 409
    assert manager.post(f"{page}/withdrawal", data={"what": "back"}).status_code == 302


def test_whoever_may_not_see_persons_is_told_no_few_of_them(
    client_as: SignIn, orders: list[str]
) -> None:
    manager, coordinator = client_as(Role.MANAGER), client_as(Role.COORDINATOR)
    page = manager.post("/works-plans/new", data=PLAN | {"budget": "700"}).location
    assert manager.post(f"{page}/decision").status_code == 302
    served = r"<dt>Personnes concernées</dt><dd>([^<]*)</dd>"
    in_building = r'<td class="num">([^<]*)</td></tr>'
    for reader, all_served, each in (
        (coordinator, "3", {"1", "2"}),
        (manager, "moins de 5", {"moins de 5"}),
    ):
        shown = reader.get(page).text
        assert re.findall(served, shown) == [all_served]
        assert set(re.findall(in_building, shown)) == each


def test_a_plan_lets_homes_reach_a_label_for_whoever_follows_adaptations(
    client_as: SignIn, session: Session
) -> None:
    office = make_viewer(make_user(session))
    home = make_dwelling(session)
    person = make_person(session, dwelling=home)
    no_bars = TraitSaid("grab_bars", 0, NOW.date())
    note_trait(session, home, no_bars, viewer=office, now=NOW)
    asked = Request("grab_bars", "phone", NOW.date())
    file = open_adaptation(session, person, home, asked, viewer=office, now=NOW)
    quote = QuoteSaid("Lenoir", 200_00, NOW.date(), True)
    add_quote(session, file, quote, viewer=office, now=NOW)
    rules = RulesSaid(["grab_bars"], NOW.date())
    label = str(make_label(session, "La Belle vie", "", rules, viewer=office, now=NOW).id)
    session.commit()
    coordinator = client_as(Role.COORDINATOR, language="en")
    assert 'id="aim-label"' not in client_as(Role.MANAGER).get("/works-plans/new").text
    assert 'id="aim-label"' in coordinator.get("/works-plans/new").text
    wrong = coordinator.post("/works-plans/new", data=PLAN | {"aim": "label"})
    assert wrong.status_code == 422 and 'id="label-error"' in wrong.text
    made = coordinator.post("/works-plans/new", data=PLAN | {"aim": "label", "label": label})
    shown = coordinator.get(made.location).text
    assert re.findall(r"<dt>Homes that reach the label</dt><dd>(\d+) · <a", shown) == ["1"]
    assert "La Belle vie" in shown and len(line_ids(shown)) == 1
    again = PLAN | {"aim": "label", "label": label, "budget": "100"}
    assert coordinator.post(f"{made.location}/terms", data=again).status_code == 302
    assert "costs more than what is left" in coordinator.get(made.location).text


def test_what_is_wrong_with_a_plan_is_said_at_its_field(client_as: SignIn) -> None:
    answer = client_as(Role.MANAGER).post("/works-plans/new", data={"name": "", "budget": "x"})
    assert answer.status_code == 422
    for field in ("name", "aim", "budget"):
        assert f'id="{field}-error"' in answer.text


def test_an_engine_that_dies_leaves_the_plan_as_it_was_and_says_so(
    client_as: SignIn, orders: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = client_as(Role.MANAGER)
    page = manager.post("/works-plans/new", data=PLAN).location
    before = line_ids(manager.get(page).text)
    monkeypatch.setattr(solving, "ENGINE", (solving.ENGINE[0], "-c", "import sys; sys.exit(1)"))
    monkeypatch.setattr(solving, "LONGEST", timedelta(seconds=5))
    assert manager.post(f"{page}/worked-out").status_code == 302
    shown = manager.get(page).text
    assert "Le calcul s’est interrompu" in shown
    assert line_ids(shown) == before
