"""The words of the screens for short names of the code; a subject of the office brings its own."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Flask, current_app, has_request_context, request
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from visits.models.interpreters import InterpreterNeed
from webapp.frame.languages import LANGUAGES, moment
from webapp.frame.told_once import add_once

Words = Mapping[str, Mapping[str, Any]]

# What no subject alone says.
SHARED: Words = {
    "language": {"fr": _l("French"), "en": _l("English")},
    "field": {
        "code": _l("Measure"),
        "file": _l("File"),
        "kind": _l("Kind"),
        "language": _l("Language"),
        "name": _l("Name"),
        "note": _l("Note"),
        "number": _l("How many"),
        "quantity": _l("How many"),
        "reason": _l("Reason"),
    },
    "unusual_hour": {
        "on_sunday": _l("a Sunday"),
        "on_holiday": _l("a public holiday"),
        "at_night": _l("before 8:00 or after 20:00"),
    },
}


def learn_words(app: Flask, words: Words) -> None:
    """Learn the words of families; ValueError for one that is known."""
    known = app.extensions.setdefault("words", {})
    for family, said in words.items():
        add_once(known.setdefault(family, {}), said)


def words_of(family: str) -> Mapping[str, Any]:
    """Give all words of a family."""
    said: Mapping[str, Any] = current_app.extensions["words"][family]
    return said


def in_both(family: str, name: object) -> dict[str, str]:
    """Say a short name in French and in English."""
    return both(lambda: word(family, name))


def both(say: Callable[[], str]) -> dict[str, str]:
    """Say something in French and in English."""
    said = {}
    for language in LANGUAGES:
        with force_locale(language):
            said[language] = say()
    return said


def interpreter_said(need: InterpreterNeed) -> str:
    """Say which interpreter is asked for or booked, in the reader's language."""
    language = need.language or _("Language not noted")
    if need.booked_for is None:
        return str(_("Interpreter asked for: %(language)s", language=language))
    when = moment(need.booked_for)
    return str(_("Interpreter booked for %(when)s: %(language)s", when=when, language=language))


def word(family: str, name: object) -> str:
    """Say a short name in the reader's language; an unknown one is shown as it is."""
    return str(words_of(family).get(str(name), name))


def field_name(name: str) -> str:
    """Name a field of a form, whatever form it stands in (`call-note`); nothing when unknown.

    Where a subject calls it otherwise than others do, the name of its pages stands before it.
    """
    names, field = words_of("field"), name.rpartition("-")[2]
    here = request.blueprint if has_request_context() else None
    return str(names.get(f"{here}.{field}") or names.get(field, ""))


def named(family: str, names: Iterable[object] | None = None) -> list[tuple[str, str]]:
    """List short names with their words, to choose from; all of a family when none are given."""
    listed = words_of(family) if names is None else names
    return [(str(name), word(family, name)) for name in listed]


def telephone(number: str) -> str:
    """Write a phone number as people read it: 06 39 98 00 01."""
    if number.startswith("+33") and len(number) == 12 and number[1:].isdigit():
        national = "0" + number[3:]
        return " ".join(national[start : start + 2] for start in range(0, 10, 2))
    return number
