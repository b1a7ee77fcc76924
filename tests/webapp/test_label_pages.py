"""Labels on their pages: made, counted, listed in the register, changed, withdrawn, put back."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_dwelling, make_residence, make_user, make_viewer
from visits.homes.labels import RulesSaid, make_label
from visits.homes.traits import TraitSaid, note_trait
from visits.models.accounts import Role
from visits.models.labels import HomeLabel, HomeLabelRules
from visits.models.portfolio import Dwelling

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.one_database
FROM = date(2026, 2, 1)
TYPED = {
    "name": "La Belle vie", "asks": ["grab_bars", "kitchen"], "counts_from": FROM.isoformat(),
}  # fmt: skip


def _note(session: Session, home: Dwelling, trait: str, value: int = 1) -> None:
    viewer = make_viewer(make_user(session))
    note_trait(session, home, TraitSaid(trait, value, FROM), viewer=viewer, now=NOW)


@pytest.fixture
def homes(session: Session) -> dict[str, Dwelling]:
    """One home that has all, one that lacks the kitchen, two of which nobody knows."""
    house = make_residence(session, has_lift=True, city="Senlis")
    made = {one: make_dwelling(session, residence=house, reference=one) for one in "HLUV"}
    for one in "HL":
        _note(session, made[one], "grab_bars")
        _note(session, made[one], "kitchen", int(one == "H"))
    _note(session, made["U"], "grab_bars")
    session.commit()
    return made


@pytest.fixture
def label(session: Session) -> HomeLabel:
    said = RulesSaid(("grab_bars", "kitchen"), FROM)
    viewer = make_viewer(make_user(session))
    made = make_label(session, "La Belle vie", "", said, viewer=viewer, now=NOW)
    session.commit()
    return made


def _saved(client: FlaskClient, address: str) -> list[list[str]]:
    text = client.get(address).text.removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_a_label_is_made_and_each_of_its_numbers_opens_as_many_homes(
    client_as: SignIn, homes: dict[str, Dwelling]
) -> None:
    client = client_as(Role.TECHNICIAN, language="en")
    assert "No label here" in client.get("/homes/labels/").text
    page = client.post("/homes/labels/new", data=TYPED, follow_redirects=True).text
    assert "The label La Belle vie is made." in page
    page = client.get("/homes/labels/").text
    numbers = re.findall(r'<a href="(/homes/register/\?[^"]+)" aria-label="[^"]+">(\d+)<', page)
    assert [int(number) for _address, number in numbers] == [1, 1, 2]
    found = []
    for address, number in numbers:
        address = address.replace("&amp;", "&")
        listed = client.get(address).text
        assert f"{number} home" in listed
        rows = _saved(client, address.replace("/register/?", "/register/register.csv?"))[1:]
        assert len(rows) == int(number)
        found.append([(row[0], *row[-4:]) for row in rows])
    assert found == [
        [("H", "La Belle vie (Has the label)", "1 Feb 2026", "", "")],
        [("L", "La Belle vie (Lacks one thing)", "", "Accessible kitchen", "")],
        [
            ("U", "La Belle vie (Nobody knows)", "", "", "Accessible kitchen"),
            ("V", "La Belle vie (Nobody knows)", "", "", "Grab bars, Accessible kitchen"),
        ],
    ]
    (_heads, row) = _saved(client, "/homes/labels/labels.csv")
    assert row[0] == "La Belle vie" and row[-4:] == ["1", "1", "0", "2"]


def test_a_home_tells_its_label_since_when_what_is_missing_and_what_nobody_knows(
    client_as: SignIn, homes: dict[str, Dwelling], label: HomeLabel
) -> None:
    client = client_as(Role.SOCIAL_WORKER, language="en")
    told = {one: client.get(f"/homes/{home.id}").text for one, home in homes.items()}
    assert "Has the label" in told["H"] and "since 1 Feb 2026" in told["H"]
    assert "missing: Accessible kitchen" in told["L"]
    assert "not known: Grab bars, Accessible kitchen" in told["V"]
    register = client.get("/homes/register/").text
    assert register.count("Has the label") == 1
    assert "Make a label" not in client.get("/homes/labels/").text
    assert "Change the rules" not in client.get(f"/homes/labels/{label.id}").text


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"name": ""}, "required"),
        ({"name": "LA BELLE VIE"}, "has this name already"),
        ({"asks": []}, "Tick at least one"),
        ({"counts_from": "demain"}, "date"),
        ({"counts_from": "2030-01-01"}, "two years ahead"),
    ],
)
def test_what_was_typed_wrong_stays_in_the_form_with_why(
    client_as: SignIn, label: HomeLabel, typed: dict[str, Any], why: str
) -> None:
    client = client_as(Role.COORDINATOR, language="en")
    answer = client.post("/homes/labels/new", data=TYPED | {"name": "Habitat"} | typed)
    assert answer.status_code == 422
    assert why in answer.text or (why == "required" and "error-summary" in answer.text)
    assert ('value="kitchen" checked' in answer.text) is (typed.get("asks") != [])


def test_rules_are_changed_withdrawn_and_put_back_and_so_is_the_label(
    client_as: SignIn, homes: dict[str, Dwelling], label: HomeLabel, session: Session
) -> None:
    client, page = client_as(Role.COORDINATOR, language="en"), f"/homes/labels/{label.id}"

    def post(what: str, **typed: Any) -> int:
        return client.post(f"{page}/{what}", data=typed).status_code

    def has() -> int:
        return int(_saved(client, "/homes/labels/labels.csv")[1][-4])

    assert post("rules", asks=["grab_bars"], counts_from="2026-02-05") == 302
    assert has() == 3
    assert post("rules", asks=["grab_bars"], counts_from="2026-02-04") == 422
    newest = select(HomeLabelRules.id).where(HomeLabelRules.counts_from > FROM)
    later = session.scalars(newest).one()
    session.rollback()
    assert post(f"rules/{later}/withdraw", why="", rules=later) == 422
    assert post(f"rules/{later}/withdraw", why="Trop tôt", rules=later) == 302
    assert has() == 1
    assert "Trop tôt" in client.get(page).text
    assert post(f"rules/{later}/back") == 302
    assert has() == 3
    assert post("name", name="Belle vie 60") == 302
    assert post("withdraw", why="Plus financé") == 302
    assert post("rules", asks=["kitchen"], counts_from="2026-02-06") == 409
    assert len(_saved(client, "/homes/labels/labels.csv")) == 1
    assert "No home stands so" in client.get(f"/homes/register/?label={page[-36:]}").text
    assert "Plus financé" in client.get("/homes/labels/").text
    assert post("back") == 302
    assert post("back") == 409
    assert has() == 3


@pytest.mark.parametrize("asked", ["label=x", f"label={'0' * 8}-0000-0000-0000-{'0' * 12}"])
def test_a_label_that_is_none_is_not_found(client_as: SignIn, asked: str) -> None:
    client = client_as(Role.COORDINATOR)
    assert client.get(f"/homes/register/?{asked}").status_code == 404
