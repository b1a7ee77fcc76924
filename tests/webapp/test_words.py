"""One word a thing, in both languages: none is missing, none says something else."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale

from diagnostics import codes
from visits.models import works
from webapp.words import word

SignIn = Callable[..., FlaskClient]
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("trade", codes.TRADES)
def test_every_trade_has_its_word_in_both_languages(app: Flask, trade: str) -> None:
    with app.test_request_context():
        for language in ("fr", "en"):
            with force_locale(language):
                assert word("trade", trade) == codes.TRADES[trade].in_language(language)


def test_severities_of_workbooks_and_of_works_are_the_same() -> None:
    assert [str(one) for one in codes.Severity] == [str(one) for one in works.Severity]


def test_one_english_word_with_two_meanings_has_two_french_ones(app: Flask) -> None:
    with app.test_request_context(), force_locale("fr"):
        assert word("score", "home") == "Logement"  # "Home" is also the first page: Accueil
        assert word("field", "stays.place") == "Place"  # where a session is held: Lieu


def test_a_column_of_quantities_is_not_called_a_parameter(client_as: SignIn) -> None:
    client = client_as("coordinator")
    heads = client.get("/kits/movements.csv").text.splitlines()[0]
    assert "Quantité" in heads
    assert "Paramètre" not in heads
    assert "Paramètre" in client_as("administrator").get("/parameters/").text


def test_what_is_urgent_is_said_in_one_place() -> None:
    """A page or a rule asks `is_urgent` or `URGENT`, and names no two severities of its own."""
    both = re.compile(r"""["']U0["'],\s*["']U1["']|\.U0, Severity\.U1""")
    rooms = (ROOT / "visits", ROOT / "webapp/templates", ROOT / "webapp/office")
    files = [one for room in rooms for one in room.rglob("*") if one.suffix in (".py", ".html")]
    named = [one.name for one in files if both.search(one.read_text())]
    assert (len(files) > 500, named) == (True, ["works.py"])
