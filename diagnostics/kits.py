"""The items of an eco-kit, and how many of each a filled form says were fitted or given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .assessment import Called
from .codes import KITS, Kind
from .submission import Checked
from .workbook.consequences import Consequence

ITEMS = tuple(KITS)
# What is printed on an item, and its unit.
RATED_IN = {"led": "W", "aerator": "l/min", "shower_head": "l/min", "pressure_reducer": "bar"}
ECO_KIT = "eco_kit"
_COUNTED = {
    "led": "lamps_fitted",
    "aerator": "aerators_fitted",
    "shower_head": "shower_heads_fitted",
}
_GIVEN = ("night_light", "rug_tape")


def items_used(
    consequences: Iterable[Consequence], called: Iterable[Called], checked: Checked
) -> dict[str, int]:
    """Count by item what a filled form took out of the visitor's bag.

    The workbook says so, in the column `quantity` of its consequences.
    """
    if not any(one.quantity for one in consequences):
        return _before_workbooks_counted(checked)
    used: dict[str, int] = {}
    for one in called:
        if one.kind == Kind.KIT and one.quantity:
            used[one.code] = used.get(one.code, 0) + one.quantity
    return used


def _before_workbooks_counted(checked: Checked) -> dict[str, int]:
    """Read an eco-kit form of before November 2026: its versions stay, and drafts of them come.

    Of a night light or a rug tape it says only that it was given: one of each.
    """
    if checked.form_id != ECO_KIT:
        return {}
    answers = _relevant(checked)
    used = {item: _count(answers.get(name, "")) for item, name in _COUNTED.items()}
    used["pressure_reducer"] = int(answers.get("reducer") == "fitted")
    given = answers.get("other_kit", "").split()
    used |= {item: int(item in given) for item in _GIVEN}
    return {item: number for item, number in used.items() if number > 0}


def _relevant(checked: Checked) -> Mapping[str, str]:
    return {node.name: node.value for node in checked.answers.root.walk() if node.relevant}


def _count(text: str) -> int:
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        return 0
