"""The table of deliberate faults fits the code as it is."""

from tests.mutations.__main__ import ROOT, mutations


def test_every_fault_has_its_place_exactly_once_and_its_tests() -> None:
    astray = {one.file: one.old for one in mutations() if _count(one.file, one.old) != 1}
    assert not astray, f"write their rows in tests/mutations/mutations.toml anew: {astray}"
    assert [one.old for one in mutations() if one.old == one.new] == []
    named = {test for one in mutations() for test in one.tests}
    assert [test for test in sorted(named) if not (ROOT / test).is_file()] == []


def _count(file: str, text: str) -> int:
    place = ROOT / file
    return place.read_text().count(text) if place.is_file() else 0
