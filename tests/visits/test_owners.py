"""A state has one owner: only its verbs move it, and only from where it may be reached."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_case, make_user, make_visit
from visits.cases.appointments import call_off, move_visit
from visits.ground.errors import Conflict
from visits.models.visits import VisitState

ROOT = Path(__file__).parents[2]
# Who moves what: no other module writes a state, one by one or many at once.
MOVERS = {
    "visits/cases/appointments.py": {"visit"},
    "visits/cases/coming.py": {"Case", "Task"},
    "visits/cases/refusing.py": {"Task"},
    "visits/cases/stages.py": {"case"},
    "visits/cases/tasks.py": {"task", "Task"},
    "visits/following/setting_aside.py": {"submission"},
    "visits/intake/conclusion.py": {"submission"},
    "visits/intake/doubles.py": {"submission"},
    "visits/intake/reviews.py": {"submission"},
    "visits/messages/by_hand.py": {"message"},
    "visits/messages/printing.py": {"message"},
    "visits/messages/sending.py": {"message"},
    "visits/models/messages.py": {"self"},
    "visits/portfolio/imports.py": {"kept"},
    "visits/referrals/requests.py": {"request"},
    "visits/rounds/accepting.py": {"stop"},
    "visits/rounds/proposals.py": {"proposal"},
    "visits/rounds/working.py": {"RoundProposal"},
    "visits/sessions/moving.py": {"one"},
    "visits/surroundings/ordering.py": {"ordered"},
    "visits/transfers/offers.py": {"wish"},
    "visits/transfers/wishes.py": {"wish"},
    "visits/works/interventions.py": {"kept"},
    "visits/works/telling.py": {"told"},
}
# A thing compared with the name of a state, where what is asked for in an address is not meant.
COMPARED = re.compile(r"\b(?!only\b|typed\b)\w+\.state (?:==|!=|in|not in) [('\"]")


def _moved(tree: ast.AST) -> Iterator[str]:
    """Name whose state is written: what it is called, or the table many rows of which change."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=value, attr="state", ctx=ast.Store()):
                yield ast.unparse(value)
            case ast.Call(func=ast.Attribute(attr="values"), keywords=given) if any(
                one.arg == "state" for one in given
            ):
                yield from re.findall(r"\bupdate\((\w+)\)", ast.unparse(node))


def test_a_state_is_moved_by_its_owners_alone() -> None:
    found = {
        place.relative_to(ROOT).as_posix(): set(_moved(ast.parse(place.read_text())))
        for package in ("visits", "webapp", "maps", "diagnostics")
        for place in (ROOT / package).rglob("*.py")
    }
    assert {place: names for place, names in found.items() if names} == MOVERS


def test_the_steps_of_an_order_alone_change_its_state() -> None:
    source = (ROOT / "visits/works/history.py").read_text()
    assert source.count("setattr(order, ") == 2
    elsewhere = [one for one in (ROOT / "visits/works").glob("*.py") if one.name != "history.py"]
    assert not [one.name for one in elsewhere if "setattr(order" in one.read_text()]


def test_templates_ask_a_thing_what_it_is() -> None:
    """Which states make it so is said once, where the states are."""
    compared = [
        f"{place.name}: {found.group()}"
        for place in (ROOT / "webapp" / "templates").rglob("*.html")
        for found in COMPARED.finditer(place.read_text())
    ]
    assert compared == []


@pytest.mark.parametrize("state", [VisitState.DONE, VisitState.FAILED, VisitState.CANCELLED])
def test_a_visit_that_is_over_is_not_called_off(session: Session, state: VisitState) -> None:
    visitor = make_user(session)
    visit = make_visit(session, case=make_case(session, by=visitor), visitor=visitor, state=state)
    with pytest.raises(Conflict, match="visit_not_planned"):
        call_off(session, visit, reason="Elle est partie", now=NOW)
    assert (visit.state, visit.closed_reason) == (state, None)


def test_a_visit_called_off_is_never_done(session: Session) -> None:
    visitor = make_user(session)
    visit = make_visit(session, case=make_case(session, by=visitor), visitor=visitor)
    call_off(session, visit, reason="Hôpital", now=NOW)
    with pytest.raises(Conflict):
        move_visit(visit, VisitState.DONE)
