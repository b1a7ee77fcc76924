"""The path of a file as its page draws it: what was done, where it stands, what is to come."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from visits.models.accounts import Role


@dataclass(frozen=True)
class Passed:
    """A step of a path, and whose it is; `left` is the move that left it, where one stands.

    One that is neither done, nor now, nor ahead was skipped.
    """

    step: Any
    whose: Role
    left: Any
    is_now: bool
    is_ahead: bool

    @property
    def is_done(self) -> bool:
        """Tell whether it was gone through."""
        return self.left is not None


def passed(steps: Mapping[Any, Role], here: Any, moves: Any) -> list[Passed]:
    """Draw a path in the order of its steps; where `here` is none of them, all lies behind."""
    left = {move.was: move for move in moves if move.stands}
    order = list(steps)
    at = order.index(here) if here in steps else len(order)
    return [
        Passed(step, whose, left.get(step) if place < at else None, place == at, place > at)
        for place, (step, whose) in enumerate(steps.items())
    ]
