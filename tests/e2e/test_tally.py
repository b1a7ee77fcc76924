"""The tally of the endurance run sees what it is there to see."""

from collections import Counter
from collections.abc import Hashable

import pytest

from tests.e2e.tally import Account, Key, Tally

FORM: Key = ("V001", "home_visit")
SAID = ("Oui", "Non")


def _tally(kept: dict[Key, list[Hashable]], *, acknowledged: int = 1) -> Tally:
    """One visit with one form, given and acknowledged, and what the server has of it."""
    tally = Tally(seed=1, begun={"V001"}, finished={"V001"})
    tally.forms.given[FORM] = [SAID]
    tally.forms.acknowledged = Counter(V001=acknowledged)
    tally.forms.compare(kept)
    return tally


def test_what_arrived_once_as_it_was_given_is_good() -> None:
    assert _tally({FORM: [SAID]}).good


@pytest.mark.parametrize(
    ("kept", "wrong"),
    [
        ({}, "lost"),
        ({FORM: [SAID, SAID]}, "doubled"),
        ({FORM: [SAID], ("V001", "eco_kit"): [SAID]}, "doubled"),
        ({FORM: [("Oui", "Oui")]}, "other"),
    ],
)
def test_what_is_lost_doubled_or_other_than_given_is_named(
    kept: dict[Key, list[Hashable]], wrong: str
) -> None:
    tally = _tally(kept)
    assert {one for one in ("lost", "doubled", "other") if getattr(tally.forms, one)} == {wrong}
    assert not tally.good


def test_what_the_tablet_never_acknowledged_is_not_good() -> None:
    assert not _tally({FORM: [SAID]}, acknowledged=0).good


@pytest.mark.parametrize(
    "wrong",
    [
        {"finished": set()},
        {"incomplete": ["V001 home_visit"]},
        {"drafts_left": 1},
        {"photos_lost": 1},
        {"photos_doubled": 1},
        {"photos_gone": 1},
        {"unreadable": 1},
        {"errors": ["boom"]},
    ],
)
def test_nothing_else_may_go_wrong_either(wrong: dict[str, object]) -> None:
    tally = _tally({FORM: [SAID]})
    for name, value in wrong.items():
        setattr(tally, name, value)
    assert not tally.good


def test_an_account_of_reports_and_one_of_alerts_count_alike() -> None:
    for name in ("reports", "alerts"):
        tally = _tally({FORM: [SAID]})
        account: Account = getattr(tally, name)
        account.compare({("V001", ""): [SAID]})
        assert account.doubled and not tally.good
