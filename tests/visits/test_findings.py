"""One hazard is one work order, whoever tells of it; what forms say otherwise is remarked."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.workbook import PublishedForm, publish, read_workbook
from tests.factories import (
    make_case,
    make_dwelling,
    make_person,
    make_user,
    make_viewer,
    make_visit,
)
from visits.following.ordered import WorkOrders
from visits.following.what_follows import is_left
from visits.forms.published import publish_form
from visits.ground.file_store import FileStore
from visits.intake.submissions import record_submission
from visits.intake.visit_file import visit_file
from visits.models.accounts import Role, User
from visits.models.cases import Case
from visits.models.people import RefusedPart
from visits.models.visits import Submission, SubmissionState, Visit
from visits.models.works import Severity, WorkOrder, WorkOrderState
from visits.models.works_history import OwnCauses
from visits.people.part_refusals import refuse_parts
from visits.people.protection import protect
from visits.sight import Reach
from visits.works.same_order import finding_apart, put_together

FORM = """
settings: {{form_id: {name}, form_title: {name}, version: "1"}}
survey:
  - {{type: select_one yn, name: {question}, label: Broken}}
  - {{type: integer, name: floor, label: Floor, about: dwelling}}
choices:
  - {{list_name: yn, name: "yes", label: Yes}}
  - {{list_name: yn, name: "no", label: No}}
consequences:
  - {{when: "${{{question}}} = 'yes'", kind: work_order, code: {trade}, severity: {severity},
     home: "{home}", due: {due}, owner: landlord, name: {order},
     "label::fr": Réparer, "label::en": Mend}}
"""


def form(name: str, **said: str) -> PublishedForm:
    given = {"question": "broken", "trade": "plumbing", "severity": "U2", "due": "48h", "home": ""}
    given |= {"order": f"mend_{name}"} | said
    return publish(read_workbook(FORM.format(name=name, **given).encode(), suffix=".yaml"))


@dataclass
class House:
    session: Session
    store: FileStore
    visitor: User
    case: Case
    visit: Visit
    now: datetime

    def send(
        self, name: str, *, question: str = "broken", answer: str = "yes", floor: str = "2",
        visit: Visit | None = None,
    ) -> Submission:  # fmt: skip
        xml = (
            f'<data id="{name}" version="1"><{question}>{answer}</{question}><floor>{floor}</floor>'
            f"<meta><instanceID>uuid:{uuid.uuid4()}</instanceID></meta></data>"
        )
        return record_submission(
            self.session, self.store, xml=xml.encode(), files=(), now=self.now,
            viewer=make_viewer(self.visitor, Reach.OWN), visit_id=(visit or self.visit).id,
        )  # fmt: skip

    def publish(self, *forms: PublishedForm) -> None:
        for one in forms:
            publish_form(self.session, one, by=None, now=self.now)

    def orders(self) -> list[WorkOrder]:
        in_order = select(WorkOrder).order_by(WorkOrder.opened_at, WorkOrder.id)
        return list(self.session.scalars(in_order))


@pytest.fixture
def house(session: Session, tmp_path: Path, now: datetime) -> House:
    visitor = make_user(session, role=Role.VISITOR)
    case = make_case(session, by=visitor)
    visit = make_visit(session, case=case, visitor=visitor)
    return House(session, FileStore(tmp_path), visitor, case, visit, now)


def test_one_answer_asked_by_two_forms_is_one_order_with_both_findings(house: House) -> None:
    house.publish(form("first"), form("second", severity="U1", due="24h"))
    first, second = house.send("first"), house.send("second")
    (order,) = house.orders()
    assert {one.submission_id for one in order.findings} == {first.id, second.id}
    assert order.severity is Severity.U1
    assert order.due_at == second.consequences[0].due_at < first.consequences[0].due_at
    opened = visit_file(house.session, house.visit).opened
    assert {one.thing for one in opened.values()} == {order}


def test_the_graver_finding_stays_whichever_comes_last(house: House) -> None:
    house.publish(form("first", severity="U1", due="24h"), form("second"))
    first = house.send("first")
    house.send("second")
    (order,) = house.orders()
    assert (order.severity, order.due_at) == (Severity.U1, first.consequences[0].due_at)


def test_a_graver_finding_opens_again_what_was_held(house: House) -> None:
    house.publish(form("first"), form("second", severity="U1", due="24h"))
    house.send("first")
    house.orders()[0].state = WorkOrderState.ON_HOLD
    house.send("second")
    assert [one.state for one in house.orders()] == [WorkOrderState.OPEN]


@pytest.mark.parametrize(
    "other",
    [{"question": "leaks"}, {"trade": "electricity"}],
    ids=["another question", "another trade"],
)
def test_another_matter_is_another_order(house: House, other: dict[str, str]) -> None:
    house.publish(form("first"), form("second", **other))
    house.send("first")
    house.send("second", question=other.get("question", "broken"))
    assert len(house.orders()) == 2


def test_a_home_has_one_lift_whatever_it_is_asked_by(house: House) -> None:
    house.publish(form("first", trade="lift"), form("second", trade="lift", question="lift_out"))
    house.send("first")
    house.send("second", question="lift_out")
    assert len(house.orders()) == 1


def neighbour(house: House, **said: Any) -> Visit:
    """A visit of somebody who lives in the same residence."""
    assert house.case.dwelling is not None
    home = make_dwelling(house.session, residence=house.case.dwelling.residence)
    person = make_person(house.session, dwelling=home, **said)
    case = make_case(house.session, by=house.visitor, person=person, dwelling=home)
    return make_visit(house.session, case=case, visitor=house.visitor)


@pytest.mark.parametrize(
    ("trade", "home", "orders"),
    [
        ("lift", "", 1),
        ("lift", "dwelling", 2),
        ("electricity", "residence", 1),
        ("electricity", "", 2),
    ],
)
def test_what_two_neighbours_tell_of_their_residence_is_one_order_of_it(
    house: House, trade: str, home: str, orders: int
) -> None:
    house.publish(form("first", trade=trade, home=home))
    sent = [house.send("first"), house.send("first", visit=neighbour(house))]
    assert len(house.orders()) == orders
    if orders == 1:
        (order,) = house.orders()
        assert house.case.dwelling is not None
        residence_id = house.case.dwelling.residence_id
        assert (order.residence_id, order.dwelling_id, order.person_id) == (
            residence_id, None, None,
        )  # fmt: skip
        assert {one.submission_id for one in order.findings} == {one.id for one in sent}


@pytest.mark.parametrize(("trade", "home"), [("lift", ""), ("electricity", "residence")])
def test_what_a_neighbour_told_of_the_residence_is_taken_apart_by_hand(
    house: House, trade: str, home: str
) -> None:
    house.publish(form("first", trade=trade, home=home))
    house.send("first")
    visit = neighbour(house)
    other = house.send("first", visit=visit).consequences[0]
    (order,) = house.orders()
    by: Any = {"viewer": make_viewer(house.visitor), "now": house.now}
    apart = finding_apart(house.session, order, other.id, **by)
    assert (apart.dwelling_id, apart.residence_id) == (visit.case.dwelling_id, None)
    assert [one.id for one in apart.findings] == [other.id]
    assert other not in order.findings
    # And one again, as before.
    assert put_together(house.session, apart, order, **by) is order
    assert len([one for one in house.orders() if one.is_open]) == 1


def test_what_a_protected_person_tells_of_the_residence_stays_in_her_home(house: House) -> None:
    house.publish(form("first", trade="lift"))
    house.send("first")
    hidden = neighbour(house)
    beside = make_person(house.session, dwelling=hidden.case.dwelling)
    case = make_case(house.session, by=house.visitor, person=beside, dwelling=hidden.case.dwelling)
    protect(house.session, hidden.case.person, by=make_user(house.session).id, now=house.now)
    house.send("first", visit=hidden)
    theirs, hers = house.orders()
    assert (theirs.dwelling_id, hers.dwelling_id) == (None, hidden.case.dwelling_id)
    assert (hers.person_id, hers.residence_id) == (hidden.case.person_id, None)
    assert [len(one.findings) for one in (theirs, hers)] == [1, 1]
    # Nor what who lives with her tells: the home is hidden whole.
    house.now += timedelta(days=30)
    house.send("first", visit=make_visit(house.session, case=case, visitor=house.visitor))
    assert [one.residence_id is None for one in house.orders()] == [False, True, True]


@pytest.mark.parametrize(("home", "orders"), [("residence", 1), ("dwelling", 0)])
def test_who_refuses_works_in_her_home_does_not_refuse_those_of_the_residence(
    house: House, home: str, orders: int
) -> None:
    refuse_parts(
        house.session, house.case.person, [RefusedPart.WORKS], viewer=make_viewer(house.visitor),
        now=house.now,
    )  # fmt: skip
    house.publish(form("first", trade="electricity", home=home))
    sent = house.send("first")
    assert len(house.orders()) == orders
    assert is_left(sent.consequences[0]) is (orders == 0)


def test_where_each_home_has_a_cause_of_its_own_each_has_its_order(house: House) -> None:
    assert house.case.dwelling is not None
    house.session.add(
        OwnCauses(
            residence_id=house.case.dwelling.residence_id, trade="lift", homes=2, why="Deux cages",
            noted_at=house.now, noted_by_id=house.visitor.id,
        )
    )  # fmt: skip
    house.session.flush()
    house.publish(form("first", trade="lift"))
    house.send("first")
    house.send("first", visit=neighbour(house))
    assert [one.residence_id for one in house.orders()] == [None, None]


def test_an_order_of_the_residence_is_told_in_each_of_its_homes(house: House) -> None:
    house.publish(form("first", trade="lift"))
    house.send("first")
    visit = neighbour(house)
    elsewhere = make_visit(
        house.session, case=make_case(house.session, by=house.visitor), visitor=house.visitor
    )
    due = WorkOrders().due_in(house.session, [house.visit, visit, elsewhere])
    assert [list(due[one.id]) for one in (house.visit, visit, elsewhere)] == [
        house.orders(), house.orders(), [],
    ]  # fmt: skip


@pytest.mark.parametrize(("days", "orders"), [(6, 1), (8, 2)])
def test_another_visit_of_the_days_around_tells_of_the_same_hazard(
    house: House, days: int, orders: int
) -> None:
    house.publish(form("first"))
    house.send("first")
    house.now += timedelta(days=days)
    start = house.visit.planned_start_at + timedelta(days=days)
    visit = make_visit(house.session, case=house.case, visitor=house.visitor, start_at=start)
    house.send("first", visit=visit)
    assert len(house.orders()) == orders


def test_a_lift_that_is_broken_for_months_is_one_order_as_long_as_it_is(house: House) -> None:
    house.publish(form("first", trade="lift", home="residence"))
    house.send("first")
    house.now += timedelta(days=70)
    start = house.visit.planned_start_at + timedelta(days=70)
    later = make_visit(house.session, case=house.case, visitor=house.visitor, start_at=start)
    house.send("first", visit=later)
    (order,) = house.orders()
    assert len(order.findings) == 2
    order.state = WorkOrderState.DONE
    house.send("first", visit=later)
    assert len(house.orders()) == 2


def test_another_dwelling_and_what_is_done_already_are_other_orders(house: House) -> None:
    house.publish(form("first"))
    house.send("first")
    elsewhere = make_case(house.session, by=house.visitor)
    house.send("first", visit=make_visit(house.session, case=elsewhere, visitor=house.visitor))
    assert len(house.orders()) == 2
    for one in house.orders():
        one.state = WorkOrderState.DONE
    house.send("first")
    assert len(house.orders()) == 3


@pytest.mark.parametrize("protected", [True, False])
def test_what_concerns_a_protected_person_is_never_mixed_with_anothers(
    house: House, *, protected: bool
) -> None:
    house.publish(form("first"))
    house.send("first")
    dwelling = house.case.dwelling_id
    other = make_person(house.session, protected=protected)
    case = make_case(house.session, by=house.visitor, person=other)
    case.dwelling_id = dwelling
    house.send("first", visit=make_visit(house.session, case=case, visitor=house.visitor))
    assert len(house.orders()) == (2 if protected else 1)


def test_two_forms_that_say_another_floor_are_remarked_and_the_same_floor_is_not(
    house: House,
) -> None:
    house.publish(form("first"), form("second"), form("third"))
    house.send("first", answer="no", floor="2")
    same = house.send("second", answer="no", floor="2")
    assert same.state is SubmissionState.CHECKED
    other = house.send("third", answer="no", floor="3")
    assert other.state is SubmissionState.TO_REVIEW
    said = other.findings["contradictions"]
    assert {(one["name"], one["here"]["fr"], one["there"]["fr"]) for one in said} == {
        ("floor", "3", "2")
    }
