"""How many items of a kit are found still in place later: the form says which answers those are."""

from __future__ import annotations

from .codes import KITS
from .form import Form
from .submission import Checked

# What the column `about` of a workbook says of the number of an item that is still in place.
LEFT = {f"kit:{item}": item for item in KITS}
MOST_LEFT = 500
_FOLLOW_UP = "follow_up_1_6_12"
_LEFT_BEFORE = {"lamps_left": "led", "aerators_left": "aerator"}


def asks_what_is_left(form: Form) -> bool:
    """Tell whether a form asks how many items of a kit are still in place."""
    return bool(_asked_what_is_left(form))


def items_left(form: Form, checked: Checked) -> dict[str, int | None] | None:
    """Give by item how many a filled form found still in place; None of a form that does not ask.

    From 0 to `MOST_LEFT`; None where it was asked and no number was told that keeps to the rules
    of the form. What was not asked is left out.
    """
    asked = _asked_what_is_left(form)
    if not asked:
        return None
    broken = {violation.path for violation in checked.violations}
    return {
        item: None if node.place in broken else _left(node.value)
        for path, item in asked.items()
        for node in checked.answers.index.get(path, ())
        if node.relevant
    }


def _asked_what_is_left(form: Form) -> dict[str, str]:
    """Give by path the items that a form asks of, as its workbook says in the column `about`."""
    declared = {path: LEFT[bind.about] for path, bind in form.binds.items() if bind.about in LEFT}
    if declared or form.form_id != _FOLLOW_UP:
        return declared
    # A follow-up of before 29 November 2026: its versions stay, and drafts of them come.
    named = {question.name: question.path for question in form.questions}
    return {named[name]: item for name, item in _LEFT_BEFORE.items() if name in named}


def _left(text: str) -> int | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() and 0 <= number <= MOST_LEFT else None
