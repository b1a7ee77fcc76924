"""What the author of a workbook should know of its expressions before they are published."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .reading import Workbook
from .refusals import Problem
from .rewriting import adds_up

_BY_ZERO = re.compile(r"\bdiv\s+0(?![\d.])")


def expression_remarks(workbook: Workbook) -> Iterator[Problem]:
    """List what can be published and will hardly be meant: a division by zero."""
    for row in workbook.survey:
        for column in ("calculation", "relevant", "constraint"):
            if _BY_ZERO.search(row.get(column)):
                message = "Une division par zéro ne donne rien : cette réponse restera vide."
                yield Problem("survey", row.number, column, message)


def sums_that_change(workbook: Workbook, before: bytes) -> Iterator[Problem]:
    """List the sums that the version in use, an XForm, left without a value and that are 0 now."""
    if not re.search(rb"(?<![\w.-])sum\s*\(", before) or b"[. != '']" in before:
        return
    for row in workbook.survey:
        for column in ("calculation", "relevant", "constraint"):
            if adds_up(row.get(column)):
                message = (
                    f"« {row.get('name')} » : une somme de rien vaut maintenant 0, et une case "
                    "vide ne compte pas. La version en usage ne donnait alors aucune valeur : un "
                    "score qui la lit peut changer."
                )
                yield Problem("survey", row.number, column, message)
