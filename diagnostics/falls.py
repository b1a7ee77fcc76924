"""How many falls somebody tells of since the contact before: the form says which answer that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .form import Form
from .submission import Checked
from .xpath import Node

FALLS = "falls"
MOST = 100
_FOLLOW_UP, _REACHED, _FELL, _HOW_OFTEN = "follow_up_1_6_12", "reached", "fell_since", "falls_since"


@dataclass(frozen=True, slots=True)
class FallsTold:
    """What a filled form says of falls.

    `spoken` tells whether somebody was spoken to at all; `number` is from 0 to `MOST`, None where
    it was not asked, not said or cannot be.
    """

    spoken: bool
    number: int | None


def asks_of_falls(form: Form) -> bool:
    """Tell whether a form says how many falls there were."""
    return _declared(form) is not None or _before_workbooks_said(form)


def falls_told(form: Form, checked: Checked) -> FallsTold | None:
    """Read what a filled form says of falls; None of a form that does not ask.

    The workbook names the answer in its column `about`: not relevant where nobody was spoken to,
    empty where it is not known.
    """
    path = _declared(form)
    if path is not None:
        node = next((one for one in checked.answers.index.get(path, ()) if one.relevant), None)
        return FallsTold(node is not None, _number(node.value) if node is not None else None)
    return _told_before(checked) if _before_workbooks_said(form) else None


def _declared(form: Form) -> str | None:
    return next((path for path, bind in form.binds.items() if bind.about == FALLS), None)


def _before_workbooks_said(form: Form) -> bool:
    """Recognise a follow-up of before 29 November 2026: its versions stay, and drafts come."""
    return form.form_id == _FOLLOW_UP


def _told_before(checked: Checked) -> FallsTold:
    said = {node.name: node.value for node in _relevant(checked)}
    number = "0" if said.get(_FELL) == "no" else said.get(_HOW_OFTEN, "")
    return FallsTold(said.get(_REACHED) == "yes", _number(number))


def _relevant(checked: Checked) -> Iterator[Node]:
    return (node for node in checked.answers.root.walk() if node.relevant)


def _number(text: str) -> int | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() and 0 <= number <= MOST else None
