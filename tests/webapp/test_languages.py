"""French complete beside English: no text of a screen lacks either."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import force_locale

import webapp
from webapp.frame.languages import ngettext
from webapp.office.frame.figures import as_typed, quantity
from webapp.office.papers.saying import spoken_moment

ROOM = Path(webapp.__file__).parent
CATALOGUE = ROOM / "translations" / "fr" / "LC_MESSAGES" / "messages.po"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
# What stands before a text of two meanings says which one is meant.
MEANT = ((1, "c"), 2)
KEYWORDS = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}
KEYWORDS |= {"pgettext": MEANT, "_p": MEANT}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@pytest.fixture(scope="module")
def french() -> dict[str, Message]:
    with CATALOGUE.open("rb") as file:
        return {_key(one.id, one.context): one for one in read_po(file) if one.id}


def _key(identifier: str | tuple[str, ...] | list[str], meant: str | None) -> str:
    text = identifier if isinstance(identifier, str) else identifier[0]
    return f"{meant}: {text}" if meant else text


def _texts_of_screens() -> set[str]:
    return {
        _key(message, meant)
        for _, _, message, _, meant in extract_from_dir(ROOM, METHODS, keywords=KEYWORDS)
        if message
    }


def test_every_text_has_its_french(french: dict[str, Message]) -> None:
    missing = [
        text
        for text in sorted(_texts_of_screens())
        if text not in french or not all(_strings(french[text]))
    ]
    assert missing == []


def test_the_catalogue_holds_no_text_that_is_gone(french: dict[str, Message]) -> None:
    assert sorted(set(french) - _texts_of_screens()) == []


def test_french_keeps_every_placeholder(french: dict[str, Message]) -> None:
    for text, message in french.items():
        for said in _strings(message):
            assert set(PLACEHOLDER.findall(said)) == set(PLACEHOLDER.findall(text)), text


def test_french_is_written_as_the_french_do(french: dict[str, Message]) -> None:
    for message in french.values():
        for said in _strings(message):
            assert "'" not in said, f"straight apostrophe: {said}"
            assert '"' not in said, f"straight quotes: {said}"
            assert not re.search(r"\w[!?;:](\s|$)", said), f"space before the sign: {said}"


def _strings(message: Message) -> list[str]:
    said = message.string
    return list(said) if isinstance(said, (tuple, list)) else [str(said or "")]


def test_a_filter_on_a_constant_speaks_as_its_reader_does(app: Flask) -> None:
    with app.test_request_context(), force_locale("fr"):
        template = app.jinja_env.from_string("{{ 'city'|need }}")
        french = template.render()
    with app.test_request_context(), force_locale("en"):
        assert template.render() != french


def test_numbers_are_written_as_they_are_read(app: Flask) -> None:
    counted = "{{ ngettext('%(num)d dwelling', '%(num)d dwellings', number) }}"
    at = datetime(2026, 11, 12, 16, 30, tzinfo=UTC)
    with app.test_request_context(), force_locale("fr"):
        template = app.jinja_env.from_string(counted)
        assert template.render(number=13000) == "13\u202f000 logements"
        assert template.render(number=1) == "1 logement"
        several = ngettext("%(num)d dwelling", "%(num)d dwellings", 13000)
        assert several == "13\u202f000 logements"
        assert [quantity(one, "h") for one in (1, 1.5, 2)] == [
            "1\xa0heure", "1,5\xa0heure", "2\xa0heures",
        ]  # fmt: skip
        assert quantity(1, "paper") == "1\xa0pièce"
        assert spoken_moment(at) == "jeudi 12 novembre, 17\xa0h\xa030"
    with app.test_request_context(), force_locale("en"):
        assert [quantity(one, "h") for one in (1, 1.5)] == ["1\xa0hour", "1.5\xa0hours"]
        assert spoken_moment(at) == "Thursday 12 November, 17:30"
    assert [as_typed(one) for one in (20000.0, 64.71, 0.5, "abc", None)] == [
        "20000", "64,71", "0,5", "abc", None,
    ]  # fmt: skip
