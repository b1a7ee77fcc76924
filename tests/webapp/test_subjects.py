"""Each subject of the office brings all that is its own, and nothing of another's."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.walk import PAGES, open_to
from visits.models.accounts import Role
from webapp.access.auth import PERMISSIONS, Action
from webapp.frame.errors import answer_errors
from webapp.office import SUBJECTS
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject, gather

# Whoever opens them comes from anywhere: a home, one's own account, words about names.
APART = {
    "account.index", "account.password", "second_factor.index", "api_reference.show",
    "homes.residence", "homes.show", "homes_by_hand.new",
}  # fmt: skip
ROW = Item(10, "stays.index", "Stays", "house", Action.OWN_ACCOUNT)


def test_rows_of_the_navigation_stand_at_their_places(app: Flask) -> None:
    rows = [item.endpoint for item in app.extensions["navigation"]]
    assert rows[:3] == ["home.index", "imports.index", "targeting.index"]
    assert rows[-1] == "accounts.index"
    assert len(rows) == sum(len(subject.navigation) for subject in SUBJECTS)


def test_each_page_stands_below_a_row(app: Flask) -> None:
    below = {page for page in PAGES for row in app.extensions["navigation"] if _stands(page, row)}
    assert PAGES - below == APART


@pytest.mark.parametrize("role", Role)
def test_no_page_stands_below_two_rows_of_a_role(app: Flask, role: Role) -> None:
    rows = [row for row in app.extensions["navigation"] if role in PERMISSIONS[row.action]]
    for page in open_to(app, role):
        assert len([row for row in rows if _stands(page, row)]) <= 1, page


def _stands(endpoint: str, row: Item) -> bool:
    return not row.names.isdisjoint((endpoint, endpoint.partition(".")[0]))


def test_a_page_lights_the_row_that_it_stands_below(client_as: Callable[..., FlaskClient]) -> None:
    text = client_as(Role.TECHNICIAN, language="en").get("/messages/works/").text
    lit = re.findall(r'<a class="sidebar-link" href="([^"]+)" aria-current', text)
    assert lit == ["/work-orders/"]


def _empty() -> Flask:
    app = Flask("office")
    answer_errors(app)
    return app


def test_two_rows_at_one_place_are_refused() -> None:
    subjects = [
        Subject(pages=(), navigation=(ROW,)),
        Subject(pages=(), navigation=(replace(ROW, endpoint="sessions.index"),)),
    ]
    with pytest.raises(ValueError, match="brought twice: 10"):
        gather(_empty(), subjects)


def test_a_word_that_two_subjects_say_is_refused() -> None:
    stays = Subject(pages=(), words={"accessed": {"stay": "a stay"}})
    again = Subject(pages=(), words={"accessed": {"stay": "somebody’s stay"}})
    with pytest.raises(ValueError, match="brought twice: stay"):
        gather(_empty(), [stays, again])


def test_a_refusal_that_two_subjects_say_is_refused() -> None:
    stays = Subject(pages=(), refusals={"stay_over": "This stay is over."})
    again = Subject(pages=(), refusals={"stay_over": "It has ended."})
    with pytest.raises(ValueError, match="brought twice: stay_over"):
        gather(_empty(), [stays, again])
    with pytest.raises(ValueError, match="brought twice: conflict"):
        gather(_empty(), [Subject(pages=(), refusals={"conflict": "No."})])
