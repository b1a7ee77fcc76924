"""A visit with several forms: when it is done, what is doubtful, what must be opened."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.diagnostics.filling import shipped_form
from tests.factories import make_case, make_due, make_user, make_viewer, make_visit, promised
from tests.submissions import FALLS, QUIET, fill, fill_shipped
from visits.agenda.visit_forms import forms_of_visits, missing_forms
from visits.following.what_follows import open_what_follows
from visits.forms.published import current_form, publish_form, retire_form
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict
from visits.ground.file_store import FileStore
from visits.intake.submissions import record_submission
from visits.models.accounts import Role
from visits.models.cases import CaseState, Task, TaskKind
from visits.models.visits import Consequence, Submission, SubmissionState, Visit, VisitState
from visits.models.works import WorkOrder
from visits.sight import Reach, Viewer

FORMS = (
    "home_visit", "fall_risk", "home_hazards", "accessibility", "eco_kit", "social_situation",
    "safety_and_decency", "follow_up_1_6_12", "annual_residence_check",
)  # fmt: skip
FIRE = {"visit_agreed": "yes", "fire": "yes"}
STEADY = {
    "falls_agreed": "yes", "health_agreed": "no", "fell": "no", "unsteady": "no", "worried": "no",
}  # fmt: skip


@dataclass
class Home:
    """A visitor in somebody's home, with every form."""

    session: Session
    store: FileStore
    visit: Visit
    viewer: Viewer
    now: datetime

    def send(self, xml: bytes, *, later: int = 0, incomplete: bool = False) -> Submission:
        return record_submission(
            self.session,
            self.store,
            xml=xml,
            files=(),
            viewer=self.viewer,
            now=self.now + timedelta(minutes=later),
            visit_id=self.visit.id,
            incomplete=incomplete,
        )

    def offered(self) -> list[tuple[str, bool, bool]]:
        found = forms_of_visits(self.session, [self.visit], until=self.now)
        return [(one.form_id, one.required, one.received) for one in found[self.visit.id]]


@pytest.fixture
def home(session: Session, tmp_path: Path, now: datetime) -> Home:
    for name in FORMS:
        publish_form(session, shipped_form(name), by=None, now=now)
    visitor = make_user(session, role=Role.VISITOR)
    visit = make_visit(session, case=make_case(session, by=visitor), visitor=visitor)
    return Home(session, FileStore(tmp_path), visit, make_viewer(visitor, Reach.OWN), now)


def test_a_visit_is_under_way_until_its_required_forms_are_here(home: Home) -> None:
    assert missing_forms(home.session, home.visit) == {"home_visit"}
    home.send(fill_shipped("safety_and_decency", **FIRE))
    assert home.visit.state is VisitState.UNDER_WAY
    assert home.visit.case.state is CaseState.PLANNED
    home.send(fill())
    assert home.visit.state is VisitState.DONE
    assert home.visit.case.state is CaseState.VISITED


def test_a_second_different_form_is_nothing_to_review(home: Home) -> None:
    home.send(fill())
    second = home.send(fill_shipped("fall_risk", **STEADY))
    assert second.state is SubmissionState.CHECKED
    assert home.visit.state is VisitState.DONE


def test_the_same_form_from_two_tablets_is_to_review(home: Home) -> None:
    home.send(fill())
    assert home.send(fill()).state is SubmissionState.TO_REVIEW


def test_the_same_form_still_arriving_twice_marks_only_the_later(home: Home) -> None:
    first, second = fill(), fill()
    home.send(first, incomplete=True)
    home.send(second, incomplete=True)
    assert home.send(second).state is SubmissionState.CHECKED
    assert home.send(first).state is SubmissionState.TO_REVIEW


def test_a_form_that_was_set_aside_does_not_count(home: Home) -> None:
    first = home.send(fill())
    first.state = SubmissionState.SET_ASIDE
    home.session.flush()
    assert home.offered()[0] == ("home_visit", True, False)
    assert home.send(fill()).state is SubmissionState.CHECKED


@pytest.mark.parametrize("state", [VisitState.CANCELLED, VisitState.FAILED])
def test_a_visit_that_ended_otherwise_meanwhile_is_to_review(home: Home, state: VisitState) -> None:
    home.visit.state = state
    assert home.send(fill()).state is SubmissionState.TO_REVIEW
    assert home.visit.state is state


def test_the_forms_of_a_visit_are_listed_with_the_required_first(home: Home) -> None:
    offered = home.offered()
    assert offered[0] == ("home_visit", True, False)
    assert [name for name, *_ in offered[1:]] == [
        "fall_risk", "home_hazards", "accessibility", "eco_kit", "social_situation",
        "safety_and_decency",
    ]  # fmt: skip
    assert not any(required or received for _, required, received in offered[1:])


def test_the_follow_up_form_is_offered_when_something_promised_is_due(home: Home) -> None:
    home.send(fill(FALLS))
    assert "follow_up_1_6_12" not in [name for name, *_ in home.offered()]
    for promise in home.session.scalars(promised()):
        make_due(promise, home.now.date() - timedelta(days=1))
    home.session.flush()
    assert home.offered()[1] == ("follow_up_1_6_12", False, False)


def test_an_optional_form_that_is_not_published_is_left_out_a_required_one_is_said(
    home: Home,
) -> None:
    current_form(home.session, "eco_kit").retired_at = home.now
    home.session.flush()
    assert "eco_kit" not in [name for name, *_ in home.offered()]
    current_form(home.session, "home_visit").retired_at = home.now
    home.session.flush()
    with pytest.raises(Conflict, match="form_not_published"):
        home.offered()


@pytest.mark.parametrize("name", ["home_visit", "eco_kit", "follow_up_1_6_12"])
def test_a_form_that_a_programme_fills_cannot_be_retired(home: Home, name: str) -> None:
    with pytest.raises(Conflict, match="form_needed"):
        retire_form(home.session, name, shipped_form(name).version, now=home.now)


def test_the_risk_is_the_highest_of_the_latest_word_of_each_form(home: Home) -> None:
    home.send(fill(FALLS))
    home.send(fill_shipped("fall_risk", **STEADY), later=1)
    assert home.visit.case.risk == 3
    home.send(fill(QUIET), later=2)
    assert home.visit.case.risk == 1


def test_an_urgent_hazard_of_the_landlord_opens_a_work_order(home: Home) -> None:
    home.visit.case.programme = "residences"
    finding = {
        "finding_place": "Hall", "finding_trade": "carpentry", "finding_danger": "yes",
    }  # fmt: skip
    home.send(fill_shipped("annual_residence_check", finding=[finding, finding]))
    orders = home.session.scalars(select(WorkOrder)).all()
    urgent = [one for one in orders if one.consequence.kind == "hazard"]
    assert [(one.trade, one.severity) for one in urgent] == [("general", "U1")] * 2
    assert {one.description for one in urgent} == {"Hall : danger à mettre en sécurité."}


def test_an_urgent_hazard_beside_a_work_order_of_the_same_answer_opens_nothing_more(
    home: Home,
) -> None:
    home.send(fill_shipped("safety_and_decency", visit_agreed="yes", gas_smell="yes"))
    orders = home.session.scalars(select(WorkOrder)).all()
    assert len([one for one in orders if one.severity == "U0"]) == 1


def test_a_work_order_that_may_wait_does_not_stand_for_an_urgent_hazard(home: Home) -> None:
    sent = home.send(fill_shipped("safety_and_decency", visit_agreed="yes", gas_smell="yes"))
    (order,) = [one for one in sent.consequences if one.kind == "work_order"]
    hazard = Consequence(
        submission_id=sent.id, position=99, path="/data/h", kind="hazard", code="gas_smell",
        severity="U0", owner="landlord", label=order.label, causes=order.causes,
    )  # fmt: skip
    later = Consequence(
        submission_id=sent.id, position=98, path="/data/w", kind="work_order", code="gas",
        severity="U3", owner="landlord", label=order.label, causes=order.causes,
    )  # fmt: skip
    home.session.add_all([hazard, later])
    home.session.flush()
    open_what_follows(home.session, home.visit.case, [hazard, later], refused=(), now=home.now)
    opened = select(WorkOrder.severity).where(WorkOrder.consequence_id.in_([hazard.id, later.id]))
    assert set(home.session.scalars(opened)) == {"U0", "U3"}


def test_a_danger_that_is_not_the_landlord_s_is_asked_about_again(home: Home) -> None:
    sent = home.send(fill_shipped("safety_and_decency", **FIRE))
    hazard = next(one for one in sent.consequences if one.code == "fire")
    promise = home.session.scalars(select(Task).where(Task.consequence_id == hazard.id)).one()
    assert promise.kind is TaskKind.CALL
    assert promise.due_on == today_in_paris(hazard.due_at or home.now)


def test_answers_about_dwelling_and_person_are_kept_with_the_findings(home: Home) -> None:
    sent = home.send(fill(QUIET | {"floor": "3", "lift": "none"}))
    facts = sent.findings["facts"]
    assert facts["lift"] == {
        "value": "none",
        "about": "dwelling",
        "question": {"fr": "Ascenseur", "en": "Lift"},
        "shown": {"fr": "Pas d’ascenseur", "en": "No lift"},
    }
    assert facts["lives_alone"]["about"] == "person"
    assert "visit_agreed" not in facts
