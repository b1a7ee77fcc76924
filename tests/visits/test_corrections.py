"""A corrected version of what was sent: the first is kept, and what follows is decided anew."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_case, make_user, make_viewer, make_visit, promised
from tests.submissions import FALLS, GAS, QUIET, fill, home_visit
from visits.forms.published import publish_form
from visits.ground.file_store import FileStore
from visits.intake.submissions import record_submission
from visits.models.accounts import Role, User
from visits.models.cases import TaskState
from visits.models.people import Consent
from visits.models.visits import Submission, SubmissionState, Visit
from visits.models.works import WorkOrder, WorkOrderState
from visits.sight import Reach


@dataclass
class Home:
    session: Session
    store: FileStore
    visit: Visit
    visitor: User
    now: datetime

    def send(
        self,
        answers: dict[str, str],
        *,
        corrects: str = "",
        number: str = "",
        visit: Visit | None = None,
        by: User | None = None,
    ) -> Submission:
        self.now += timedelta(minutes=1)
        xml = fill(answers, instance_id=number or f"uuid:{uuid.uuid4()}")
        if corrects:
            said = f"<deprecatedID>{corrects}</deprecatedID></".encode()
            xml = re.sub(rb"</((?:\w+:)?meta>)", said + rb"\1", xml)
        return record_submission(
            self.session, self.store, xml=xml, files=(), now=self.now,
            viewer=make_viewer(by or self.visitor, Reach.OWN),
            visit_id=(visit or self.visit).id,
        )  # fmt: skip

    def orders(self) -> list[WorkOrder]:
        return list(
            self.session.scalars(select(WorkOrder).order_by(WorkOrder.opened_at, WorkOrder.id))
        )


@pytest.fixture
def home(session: Session, tmp_path: Path, now: datetime) -> Home:
    publish_form(session, home_visit(), by=None, now=now)
    visitor = make_user(session, role=Role.VISITOR)
    visit = make_visit(session, case=make_case(session, by=visitor), visitor=visitor)
    return Home(session, FileStore(tmp_path), visit, visitor, now)


def test_the_first_is_kept_and_no_longer_counts_and_nobody_has_to_decide(home: Home) -> None:
    first = home.send(GAS)
    second = home.send(QUIET, corrects=first.instance_id)
    assert (second.state, second.findings["doubts"]) == (SubmissionState.CHECKED, [])
    assert first.state is SubmissionState.SET_ASIDE
    assert first.findings["set_aside"]["corrected_by"] == str(second.id)
    assert first.xml


def test_what_both_say_goes_on_what_only_the_first_said_is_cancelled_the_new_is_opened(
    home: Home,
) -> None:
    first = home.send(GAS)
    (gas,) = home.orders()
    second = home.send(GAS | {"bare_wires": "yes", "floor": "3"}, corrects=first.instance_id)
    assert gas.state is WorkOrderState.OPEN
    assert gas.consequence.submission_id == second.id
    assert [one.trade for one in home.orders()] == ["gas", "electricity"]
    home.send(QUIET | {"bare_wires": "yes"}, corrects=second.instance_id)
    assert [(one.trade, one.state, one.closing_note) for one in home.orders()] == [
        ("gas", WorkOrderState.CANCELLED, "corrected"),
        ("electricity", WorkOrderState.OPEN, None),
    ]


def test_work_that_was_done_is_not_opened_again_by_a_correction(home: Home) -> None:
    first = home.send(GAS)
    home.orders()[0].state = WorkOrderState.DONE
    home.send(GAS | {"floor": "3"}, corrects=first.instance_id)
    assert [one.state for one in home.orders()] == [WorkOrderState.DONE]


def test_a_promise_keeps_its_day_and_a_done_one_is_not_made_again(home: Home) -> None:
    first = home.send(FALLS)
    promises = home.session.scalars(promised()).all()
    days = {one.id: one.due_on for one in promises}
    promises[0].state = TaskState.DONE
    home.now += timedelta(days=3)
    second = home.send(FALLS | {"floor": "3"}, corrects=first.instance_id)
    after = home.session.scalars(promised()).all()
    assert {one.id: one.due_on for one in after} == days
    assert {one.consequence.submission_id for one in after} == {second.id}
    assert promises[0].state is TaskState.DONE


def test_consents_and_risk_are_those_of_the_correction(home: Home) -> None:
    first = home.send(FALLS)
    assert home.visit.case.risk == 3
    home.send(QUIET, corrects=first.instance_id)
    assert home.visit.case.risk < 3
    assert home.session.scalars(select(Consent.submission_id)).all()


@pytest.mark.parametrize("whose", ["nobody's", "another visit's", "another visitor's"])
def test_what_corrects_something_else_changes_nothing_and_is_looked_at(
    home: Home, whose: str
) -> None:
    number, other = "uuid:unknown", None
    if whose == "another visit's":
        case = make_case(home.session, by=home.visitor)
        visit = make_visit(home.session, case=case, visitor=home.visitor)
        other = home.send(GAS, visit=visit)
    elif whose == "another visitor's":
        colleague = make_user(home.session, role=Role.VISITOR)
        home.visit.visitor_id = colleague.id
        other = home.send(GAS, by=colleague)
        home.visit.visitor_id = home.visitor.id
    number = other.instance_id if other else number
    kept = home.send(QUIET, corrects=number)
    assert kept.state is SubmissionState.TO_REVIEW
    assert "corrects_unknown" in kept.findings["doubts"]
    if other is not None:
        assert other.state is not SubmissionState.SET_ASIDE
    assert all(one.state is WorkOrderState.OPEN for one in home.orders())


def test_a_first_that_comes_after_its_correction_opens_nothing(home: Home) -> None:
    second = home.send(QUIET, corrects="uuid:late")
    first = home.send(GAS, number="uuid:late")
    assert first.state is SubmissionState.SET_ASIDE
    assert first.findings["set_aside"]["corrected_by"] == str(second.id)
    assert home.orders() == []
