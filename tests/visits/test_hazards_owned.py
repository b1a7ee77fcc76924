"""No hazard that has its day ends as a sentence: somebody owns it, or it says why not."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.workbook import publish, read_workbook
from tests.factories import make_case, make_user, make_viewer, make_visit
from visits.following.every_kind import is_followed
from visits.following.refused_works import allow_part
from visits.following.setting_aside import hanging_on, set_aside, take_up
from visits.following.what_follows import why_unopened
from visits.forms.published import publish_form
from visits.ground.file_store import FileStore
from visits.intake.submissions import record_submission
from visits.models.accounts import Role
from visits.models.cases import Task, TaskKind, TaskState
from visits.models.people import PartRefusal, RefusedPart
from visits.models.visits import Submission
from visits.models.works import WorkOrder, WorkOrderState
from visits.people.part_refusals import refuse_parts
from visits.sight import Reach, Viewer

HEAD = """
settings: {form_id: lit, form_title: Lit, version: "1"}
survey:
  - {type: select_one yn, name: dark, label: Dark}
  - {type: select_one yn, name: damp, label: Damp}
choices:
  - {list_name: yn, name: "yes", label: Yes}
  - {list_name: yn, name: "no", label: No}
consequences:
"""
DARK = "${dark} = 'yes'"
BOTH = "${dark} = 'yes' and ${damp} = 'yes'"


def row(kind: str, code: str, name: str, when: str = DARK, **said: str) -> str:
    """Write one line of what follows."""
    told = {"severity": "U3", "due": "30d", "owner": "landlord"} | said
    cells = {key: value for key, value in told.items() if value}
    written = ", ".join(f"{key}: {value}" for key, value in cells.items())
    return (
        f'  - {{when: "{when}", kind: {kind}, code: {code}, name: {name}, {written},'
        f' "label::fr": Trop sombre, "label::en": Too dark}}\n'
    )


def hazard(code: str = "dim_light", when: str = DARK, **said: str) -> str:
    return row("hazard", code, "danger", when, **said)


class House:
    """A home whose visit sends the answers yes and yes to a form of these lines."""

    def __init__(self, session: Session, store: FileStore, now: datetime) -> None:
        self.session, self.store, self.now = session, store, now
        self.visitor = make_user(session, role=Role.VISITOR)
        self.case = make_case(session, by=self.visitor)
        self.visit = make_visit(session, case=self.case, visitor=self.visitor)

    @property
    def coordinator(self) -> Viewer:
        return make_viewer(make_user(self.session, role=Role.COORDINATOR))

    def send(self, *lines: str) -> Submission:
        book = read_workbook((HEAD + "".join(lines)).encode(), suffix=".yaml")
        publish_form(self.session, publish(book), by=None, now=self.now)
        xml = (
            '<data id="lit" version="1"><dark>yes</dark><damp>yes</damp>'
            f"<meta><instanceID>uuid:{uuid.uuid4()}</instanceID></meta></data>"
        )
        return record_submission(
            self.session, self.store, xml=xml.encode(), files=(), now=self.now,
            viewer=make_viewer(self.visitor, Reach.OWN), visit_id=self.visit.id,
        )  # fmt: skip

    def refuse_works(self) -> PartRefusal:
        refuse_parts(
            self.session, self.case.person, [RefusedPart.WORKS], viewer=self.coordinator,
            now=self.now,
        )  # fmt: skip
        (said,) = self.session.scalars(select(PartRefusal)).all()
        return said

    def orders(self) -> Sequence[WorkOrder]:
        return self.session.scalars(select(WorkOrder).order_by(WorkOrder.id)).all()

    def promises(self) -> Sequence[Task]:
        promised = select(Task).where(Task.consequence_id.is_not(None)).order_by(Task.id)
        return self.session.scalars(promised).all()


@pytest.fixture
def house(session: Session, tmp_path: Path, now: datetime) -> House:
    return House(session, FileStore(tmp_path), now)


def test_a_hazard_of_the_landlord_that_has_its_day_is_an_order_of_its_trade(house: House) -> None:
    sent = house.send(hazard())
    (order,) = house.orders()
    assert (order.trade, order.severity) == ("electricity", "U3")
    assert order.due_at == sent.consequences[0].due_at is not None
    assert not house.promises()


@pytest.mark.parametrize("owner", ["visitor", "partner", "municipality", ""])
def test_anybody_elses_is_a_call_to_make_by_its_day(house: House, owner: str) -> None:
    sent = house.send(hazard("no_way_to_call", severity="U2", owner=owner))
    (promise,) = house.promises()
    due_at = sent.consequences[0].due_at
    assert due_at is not None and promise.due_on == due_at.date()
    assert promise.kind is TaskKind.CALL
    assert not house.orders()


def test_the_tenants_own_stays_advice_unless_it_is_urgent(house: House) -> None:
    sent = house.send(hazard(owner="tenant"))
    assert not house.orders() and not house.promises()
    assert why_unopened(sent.consequences[0]) == "advice"


def test_an_urgent_one_of_the_tenant_is_asked_about(house: House) -> None:
    house.send(hazard(owner="tenant", severity="U1", due=""))
    assert len(house.promises()) == 1


def test_one_without_a_day_that_is_not_urgent_is_noted(house: House) -> None:
    sent = house.send(hazard(due=""))
    assert not house.orders() and not house.promises()
    assert why_unopened(sent.consequences[0]) == "noted"


@pytest.mark.parametrize(
    ("said", "beside", "seen_to"),
    [
        ({}, row("work_order", "general", "w"), True),
        ({}, row("work_order", "general", "w", severity="U2"), True),
        ({"severity": ""}, row("work_order", "general", "w", severity="P"), True),
        ({"severity": "U2"}, row("work_order", "general", "w"), False),
        ({}, row("work_order", "general", "w", severity="P"), False),
        ({}, row("adaptation", "lighting", "w", severity=""), True),
        ({"severity": "U1"}, row("adaptation", "lighting", "w", severity="U1"), False),
        ({}, row("adaptation", "lighting", "w", BOTH, severity=""), True),
        ({"when": BOTH}, row("adaptation", "lighting", "w", severity=""), False),
        ({}, row("follow_up", "call", "w"), False),
    ],
    ids=[
        "an order as urgent", "a graver order", "an order of one without severity",
        "an order less urgent", "a planned order", "an adaptation", "an adaptation, urgent",
        "an adaptation of more answers", "an adaptation of one answer of two", "a call",
    ],
)  # fmt: skip
@pytest.mark.parametrize("owner", ["landlord", "visitor"])
def test_works_of_the_same_answers_see_to_it_when_they_come_as_soon(
    house: House, owner: str, said: dict[str, str], beside: str, seen_to: bool
) -> None:
    sent = house.send(hazard(**{"owner": owner, **said}), beside)
    of_hazard = [one for one in sent.consequences if one.kind == "hazard"]
    opened = [one.consequence_id for one in (*house.orders(), *house.promises())]
    urgent_of_visitor = owner == "visitor" and said.get("severity") == "U1"
    assert (of_hazard[0].id not in opened) is (seen_to and not urgent_of_visitor)
    assert is_followed(of_hazard[0], sent.consequences) is (of_hazard[0].id in opened)
    if of_hazard[0].id not in opened:
        assert why_unopened(of_hazard[0]) == "seen_to"


def test_what_she_refuses_of_it_is_marked_and_opened_when_she_allows_it(house: House) -> None:
    refusal = house.refuse_works()
    sent = house.send(hazard())
    assert not house.orders() and sent.is_to_review
    assert why_unopened(sent.consequences[0]) == "refused"
    allow_part(
        house.session, house.case.person, refusal.id, viewer=house.coordinator, now=house.now
    )
    assert [one.consequence_id for one in house.orders()] == [sent.consequences[0].id]


def test_what_is_refused_by_part_is_not_what_the_visitor_asks_about(house: House) -> None:
    house.refuse_works()
    house.send(hazard(owner="visitor"))
    assert len(house.promises()) == 1


@pytest.mark.parametrize("owner", ["landlord", "visitor"])
def test_it_goes_with_its_answers_and_comes_back_with_them(house: House, owner: str) -> None:
    sent = house.send(hazard(owner=owner))
    hanging = hanging_on(house.session, sent)
    assert len(hanging.ids) == 1
    set_aside(
        house.session, sent, cancel=hanging.ids, reason="Un autre logement", note={},
        viewer=house.coordinator, now=house.now,
    )  # fmt: skip

    def states() -> set[str]:
        return {one.state for one in (*house.orders(), *house.promises())}

    assert states() <= {WorkOrderState.CANCELLED, TaskState.WITHDRAWN}
    take_up(house.session, sent, now=house.now)
    assert states() == {"open"}
