"""What is in a visitor's bag: handed out, taken back, fitted once per submission."""

import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from diagnostics.kits import items_used
from tests.diagnostics.filling import Filled, shipped_form
from tests.factories import make_case, make_user, make_viewer, make_visit
from tests.submissions import fill_shipped
from visits.forms.published import publish_form
from visits.ground.errors import Invalid
from visits.ground.file_store import FileStore
from visits.intake.submissions import record_submission
from visits.models.accounts import Role, User
from visits.models.visits import SubmissionState
from visits.sight import Reach
from visits.stock.bags import bag_of, put_in_bag

LAMP = {
    "lamp_place": "living", "lamp_outcome": "fitted", "old_kind": "halogen", "lamp_count": "3",
    "old_watts": "42", "new_watts": "7", "hours_a_day": "4",
}  # fmt: skip
TAP = {"tap_place": "sink", "tap_leaks": "no", "tap_outcome": "fitted", "marking": "6"}
KIT = {
    "kit_agreed": "yes", "people": "1", "hot_water": "collective", "reducer": "fitted",
    "pressure_before": "5", "pressure_after": "3",
    "lamp": [LAMP, LAMP | {"lamp_outcome": "refused"}],
    "tap": [TAP, TAP | {"tap_place": "shower"}], "other_kit": "rug_tape",
}  # fmt: skip
USED = {"led": 3, "aerator": 1, "shower_head": 1, "pressure_reducer": 1, "rug_tape": 1}


@pytest.fixture
def visitor(session: Session, now: datetime) -> User:
    publish_form(session, shipped_form("eco_kit"), by=None, now=now)
    return make_user(session, role=Role.VISITOR)


def used_in(name: str, **answers: Any) -> dict[str, int]:
    filled = Filled(name, **answers)
    said = shipped_form(name).consequences
    return items_used(said, filled.assessment.called, filled.checked)


def test_the_form_says_what_left_the_bag() -> None:
    assert used_in("eco_kit", **KIT) == USED
    assert used_in("eco_kit", kit_agreed="no") == {}
    assert used_in("home_visit", visit_agreed="yes", led_fitted="4") == {"led": 4}


def test_what_is_handed_out_less_what_is_fitted_is_in_the_bag(
    session: Session, visitor: User, tmp_path: Path, now: datetime
) -> None:
    coordinator = make_viewer(make_user(session))
    put_in_bag(session, visitor.id, "led", 20, viewer=coordinator, now=now)
    put_in_bag(session, visitor.id, "led", -5, viewer=coordinator, now=now)
    visit = make_visit(session, case=make_case(session, by=visitor), visitor=visitor)
    xml = fill_shipped("eco_kit", **KIT)
    for _ in range(2):
        sent = record_submission(
            session, FileStore(tmp_path), xml=xml, files=(), now=now, visit_id=visit.id,
            viewer=make_viewer(visitor, Reach.OWN),
        )  # fmt: skip
    assert bag_of(session, visitor.id) == {item: -number for item, number in USED.items()} | {
        "led": 12
    }
    sent.state = SubmissionState.SET_ASIDE
    session.flush()
    assert bag_of(session, visitor.id) == {"led": 15}


def test_what_two_forms_of_a_visit_tell_left_the_bag_once(
    session: Session, visitor: User, tmp_path: Path, now: datetime
) -> None:
    publish_form(session, shipped_form("home_visit"), by=None, now=now)
    visit = make_visit(session, case=make_case(session, by=visitor), visitor=visitor)
    for xml in (
        fill_shipped("eco_kit", **KIT),
        fill_shipped("home_visit", visit_agreed="yes", led_fitted="4", aerators_fitted="1"),
    ):
        record_submission(
            session, FileStore(tmp_path), xml=xml, files=(), now=now, visit_id=visit.id,
            viewer=make_viewer(visitor, Reach.OWN),
        )  # fmt: skip
    bag = bag_of(session, visitor.id)
    assert (bag["led"], bag["aerator"], bag["rug_tape"]) == (-4, -1, -1)


@pytest.mark.parametrize(
    ("item", "quantity", "field"),
    [
        ("led", 0, "quantity"),
        ("led", 501, "quantity"),
        ("gold", 1, "item"),
        ("led", -1, "quantity"),
    ],
)
def test_nonsense_is_not_put_in_a_bag(
    session: Session, visitor: User, now: datetime, item: str, quantity: int, field: str
) -> None:
    viewer = make_viewer(make_user(session))
    with pytest.raises(Invalid) as refused:
        put_in_bag(session, visitor.id, item, quantity, viewer=viewer, now=now)
    assert list(refused.value.fields) == [field]
    assert bag_of(session, visitor.id) == {}


def test_only_a_visitor_has_a_bag(session: Session, now: datetime) -> None:
    coordinator = make_user(session)
    for user_id in (coordinator.id, uuid.uuid4()):
        with pytest.raises(Invalid):
            put_in_bag(session, user_id, "led", 1, viewer=make_viewer(coordinator), now=now)
