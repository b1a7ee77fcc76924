"""A state has one owner: only its verbs move it, and only from where it may be reached."""

import ast
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_case, make_user, make_visit
from visits.cases.appointments import call_off, move_visit
from visits.ground.errors import Conflict
from visits.models.visits import VisitState

ROOMS = Path(__file__).parents[2] / "visits"


def _moved(name: str) -> set[str]:
    """Name the modules that write the state of what they call by a name."""
    return {
        place.relative_to(ROOMS).as_posix()
        for place in ROOMS.rglob("*.py")
        for node in ast.walk(ast.parse(place.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        if node.attr == "state" and isinstance(node.value, ast.Name) and node.value.id == name
    }


def test_one_module_moves_a_visit() -> None:
    assert _moved("visit") == {"cases/appointments.py"}


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
