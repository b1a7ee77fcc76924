"""What docs/forms.md promises is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from diagnostics.codes import OWNERS, Kind, Severity
from diagnostics.submission import ViolationKind
from diagnostics.xpath import FUNCTIONS

TEXT = (Path(__file__).parents[2] / "docs" / "forms.md").read_text(encoding="utf-8")


def test_the_functions_listed_are_the_functions_there_are() -> None:
    listed = re.search(r"\*\*Functions\*\*:\n(.*?)\.\n\n", TEXT, re.DOTALL)
    assert listed is not None
    names = {name.replace("jr:", "jr-") for name in re.findall(r"`([^`]+)`", listed[1])}
    assert names == set(FUNCTIONS)


def test_kinds_severities_owners_and_violations_are_all_named() -> None:
    named = set(re.findall(r"`([\w-]+)`", TEXT))
    assert {*Kind, *Severity, *OWNERS} <= named
    assert set(ViolationKind) - {ViolationKind.MALFORMED} <= named
