"""Each subject of the office brings all that is its own, and nothing of another's."""

from dataclasses import replace

import pytest
from flask import Flask

from webapp.access.auth import Action
from webapp.frame.errors import answer_errors
from webapp.office import SUBJECTS
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject, gather

ROW = Item(10, "stays.index", "Stays", "house", Action.OWN_ACCOUNT)


def test_rows_of_the_navigation_stand_at_their_places(app: Flask) -> None:
    rows = [item.endpoint for item in app.extensions["navigation"]]
    assert rows[:3] == ["home.index", "imports.index", "targeting.index"]
    assert rows[-1] == "accounts.index"
    assert len(rows) == sum(len(subject.navigation) for subject in SUBJECTS)


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
