"""A technician's tablet: its orders, and what it brings back from them, kept whatever happened."""

import io
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_dwelling, make_person, make_user, make_viewer
from tests.pdfs import PHOTO
from visits.accounts.accounts import add_device
from visits.forms.parameters import add_value
from visits.intake.sealed_photos import sealed_as_handed_in
from visits.models.accounts import Role, User
from visits.models.handed_in import HandedIn
from visits.models.interventions import Intervention, InterventionFile
from visits.models.people import AccessEvent, RefusedPart
from visits.models.works import HoldWhy, Severity, WorkOrder, WorkOrderState
from visits.models.works_history import WorkOrderEvent, WorkOrderPhoto
from visits.people.part_refusals import report_refused_parts
from visits.people.protection import protect
from visits.retention.orphans import remove_orphans
from visits.stock.articles import ArticleSaid, add_article
from visits.stock.central import hand_to_bag
from visits.stock.central import receive as receive_in_stock
from visits.works.moves import MoveSaid, move_work_order
from visits.works.parts import parts_of
from webapp.frame.transaction import House

TODAY = NOW.date()


@dataclass
class Van:
    """A technician's tablet, and an order planned for today."""

    app: Flask
    house: House
    token: str
    technician: User
    order_id: uuid.UUID

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def day(self) -> dict[str, Any]:
        answer = self.app.test_client().get("/api/tablet/day", headers=self.headers)
        assert answer.status_code == 200, answer.json
        return dict(answer.json)

    def send(
        self, said: dict[str, Any], *, files: tuple[str, ...] = (), more: bool = False, to: Any = ""
    ) -> Any:
        data: dict[str, Any] = {
            "xml_submission_file": (io.BytesIO(json.dumps(said).encode()), "x.json")
        }
        data |= {name: (io.BytesIO(PHOTO), name, "image/jpeg") for name in files}
        if more:
            data["*isIncomplete*"] = "yes"
        path = f"/api/orders/{to or self.order_id}/interventions"
        return self.app.test_client().post(path, data=data, headers=self.headers)

    def move(self, state: WorkOrderState, **said: Any) -> None:
        with self.house.sessions.begin() as session:
            order = session.get_one(WorkOrder, self.order_id)
            by = make_viewer(self.technician)
            move_work_order(session, order, state, MoveSaid(**said), viewer=by, now=NOW)


def told(**said: Any) -> dict[str, Any]:
    began, ended = NOW - timedelta(minutes=50), NOW - timedelta(minutes=5)
    return {
        "id": str(uuid.uuid4()),
        "outcome": "done",
        "note": "Joint changé",
        "parts": "1 joint 15/21",
        "minutes": 45,
        "began_at": began.isoformat(),
        "ended_at": ended.isoformat(),
    } | said


@pytest.fixture
def van(app: Flask) -> Van:
    house: House = app.extensions["palier"]
    with house.sessions.begin() as session:
        technician = make_user(session, role=Role.TECHNICIAN)
        _, token = add_device(session, technician, name="T", now=NOW)
        dwelling = make_dwelling(session)
        person = make_person(session, dwelling=dwelling, last_name="VERMEULEN")
        order = WorkOrder(
            reference="BT-1",
            dwelling_id=dwelling.id,
            person_id=person.id,
            opened_by_id=technician.id,
            trade="plumbing",
            severity=Severity.U2,
            description="Le robinet fuit",
            state=WorkOrderState.PLANNED,
            opened_at=NOW - timedelta(days=3),
            planned_on=TODAY,
            planned_part="14:30",
            access="Interphone 12",
        )
        session.add(order)
        session.flush()
        order_id = order.id
    return Van(app, house, token, technician, order_id)


def test_what_a_tablet_tells_late_is_dated_when_it_was_done(van: Van, session: Session) -> None:
    said = told()
    assert van.send(said).status_code == 201
    order = order_of(van, session)
    began, ended = (datetime.fromisoformat(said[name]) for name in ("began_at", "ended_at"))
    assert (order.started_at, order.closed_at) == (began, ended)
    steps = select(WorkOrderEvent.what, WorkOrderEvent.at).order_by(WorkOrderEvent.id)
    assert [at for what, at in session.execute(steps) if what in ("started", "done")] == [
        began, ended,
    ]  # fmt: skip
    wrote = select(AccessEvent.at).where(AccessEvent.what == "work_order_done")
    assert session.scalars(wrote).all() == [NOW]


@pytest.mark.parametrize(
    ("minutes", "dated"), [(-60, timedelta(minutes=-20)), (90, timedelta())], ids=["early", "ahead"]
)
def test_nothing_is_dated_before_what_was_done_meanwhile_nor_ahead(
    van: Van, session: Session, minutes: int, dated: timedelta
) -> None:
    with van.house.sessions.begin() as writing:
        order, meanwhile = writing.get_one(WorkOrder, van.order_id), NOW - timedelta(minutes=20)
        by = make_viewer(van.technician)
        move_work_order(
            writing, order, WorkOrderState.STARTED, MoveSaid(), viewer=by, now=meanwhile
        )
    at = (NOW + timedelta(minutes=minutes)).isoformat()
    assert van.send(told(began_at=at, ended_at=at)).status_code == 201
    assert order_of(van, session).closed_at == NOW + dated


def refuse_photos(session: Session, order: WorkOrder, said_to: User) -> None:
    assert order.person is not None
    report_refused_parts(
        session, order.person, [RefusedPart.PHOTOS], report_id=uuid.uuid4(), said_at=NOW,
        viewer=make_viewer(said_to), now=NOW,
    )  # fmt: skip


def order_of(van: Van, session: Session) -> WorkOrder:
    session.rollback()
    return session.get_one(WorkOrder, van.order_id)


def test_the_tablet_carries_what_to_do_where_and_when_and_never_why(
    van: Van, session: Session
) -> None:
    day = van.day()
    (order,) = day["orders"]
    assert (day["visits"], day["forms"], day["taken_back"]) == ([], [], [])
    assert order["label"]["fr"] == "Le robinet fuit"
    assert order["planned_part"] == {"fr": "14:30", "en": "14:30"}
    assert (order["access"], order["photos_refused"]) == ("Interphone 12", False)
    assert "VERMEULEN" in order["tenant"] and order["dwelling"]["address"]
    assert not {"born_on", "birth_year", "findings", "alerts"} & set(order)
    read = select(AccessEvent.what).where(AccessEvent.user_id == van.technician.id)
    assert "tablet_orders" in session.scalars(read).all()


def test_what_was_done_is_kept_once_and_done_with_the_order(van: Van, session: Session) -> None:
    said = told()
    first = van.send(said, more=True)
    assert (first.status_code, first.json["state"]) == (202, "incomplete")
    assert order_of(van, session).state is WorkOrderState.PLANNED
    session.rollback()
    van.send(said, files=("before-1.jpg",), more=True)
    files = ("after-1.jpg", "signature-1.png")
    last = van.send(said, files=files)
    assert (last.status_code, last.json["state"], last.json["violations"]) == (201, "checked", [])
    names = {one["name"] for one in last.json["files"]}
    assert names == {"xml_submission_file", "before-1.jpg", "after-1.jpg", "signature-1.png"}
    assert van.send(said, files=files).json == last.json
    order = order_of(van, session)
    assert (order.state, order.closing_note) == (WorkOrderState.DONE, "Joint changé")
    assert (order.labour_minutes, order.parts) == (45, "1 joint 15/21")
    steps = select(WorkOrderEvent.what).order_by(WorkOrderEvent.id)
    assert [one.value for one in session.scalars(steps)] == ["photos", "started", "done", "cost"]
    # The signature is no photo of the works.
    assert len(session.scalars(select(WorkOrderPhoto)).all()) == 2


def test_a_contractor_sees_no_signature_even_of_an_order_that_it_was_given(
    van: Van, session: Session, client_as: Callable[..., FlaskClient]
) -> None:
    service = client_as(Role.TECHNICIAN)
    plumber = client_as(Role.CONTRACTOR, organisation="Plomberie")
    sent = van.send(told(), files=("before-1.jpg", "after-1.jpg", "signature-1.png"))
    assert sent.json["state"] == "checked", sent.json
    order = order_of(van, session)
    user: User = plumber.user  # type: ignore[attr-defined]
    order.given_to_id = session.merge(user).organisation_id
    file = session.scalars(
        select(InterventionFile).where(InterventionFile.name == "signature-1.png")
    )
    page = f"/work-orders/{van.order_id}"
    signature = f"{page}/signatures/{file.one().id}"
    session.commit()
    assert service.get(signature).status_code == 200
    assert (plumber.get(page).status_code, plumber.get(signature).status_code) == (200, 404)


def test_an_order_on_hold_says_why_and_a_second_time_adds_to_the_first(
    van: Van, session: Session
) -> None:
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    held = told(outcome="on_hold", hold_why="part", hold_until=tomorrow)
    assert van.send(held).json["state"] == "checked"
    order = order_of(van, session)
    assert (order.state, order.hold_why) == (WorkOrderState.ON_HOLD, HoldWhy.PART)
    session.rollback()
    assert van.send(told(minutes=15, parts="1 flexible")).json["state"] == "checked"
    order = order_of(van, session)
    assert (order.labour_minutes, order.parts) == (60, "1 joint 15/21 · 1 flexible")


def test_what_cannot_be_done_any_more_is_said_and_nothing_of_it_is_lost(
    van: Van, session: Session, client_as: Callable[..., FlaskClient]
) -> None:
    van.day()
    van.move(WorkOrderState.CANCELLED, note="Relogement")
    late = van.send(told(), files=("before-1.jpg",))
    assert (late.status_code, late.json["state"]) == (201, "to_review")
    why = {(one["path"], one["kind"]) for one in late.json["violations"]}
    assert ("move", "work_order_cannot_move") in why
    assert order_of(van, session).state is WorkOrderState.CANCELLED
    (kept,) = session.scalars(select(Intervention)).all()
    assert (kept.note, kept.minutes, len(kept.files)) == ("Joint changé", 45, 1)
    session.rollback()
    page = client_as(Role.TECHNICIAN).get(f"/work-orders/{van.order_id}").text
    for shown in ("Joint changé", "Ce bon est déjà clos", "Photo 1</a>"):
        assert shown in page
    assert van.day()["orders"] == []
    assert remove_orphans_of(van) == 0


def test_what_could_not_be_done_waits_in_the_list_until_somebody_looked(
    van: Van, client_as: Callable[..., FlaskClient]
) -> None:
    van.move(WorkOrderState.CANCELLED, note="Relogement")
    said = told()
    van.send(said)
    office, listed = client_as(Role.TECHNICIAN), "/work-orders/?state=to_review"
    assert "BT-1" in office.get(listed).text
    at = f"/work-orders/{van.order_id}/interventions/{said['id']}"
    assert office.post(at, data={"seen": "yes"}).status_code == 302
    assert "BT-1" not in office.get(listed).text
    assert "Remettre en attente" in office.get(f"/work-orders/{van.order_id}").text
    assert office.post(at, data={"seen": ""}).status_code == 302
    assert "BT-1" in office.get(listed).text
    assert office.post(f"{at[:-36]}{uuid.uuid4()}", data={"seen": "yes"}).status_code == 404
    assert client_as(Role.MANAGER).post(at, data={"seen": "yes"}).status_code == 403


def test_what_never_came_whole_waits_in_the_list_after_a_day(
    van: Van, client_as: Callable[..., FlaskClient]
) -> None:
    said = told()
    van.send(said, more=True)
    office, listed = client_as(Role.TECHNICIAN), "/work-orders/?state=to_review"
    assert "BT-1" not in office.get(listed).text
    with van.house.sessions.begin() as session:
        session.scalars(select(Intervention)).one().received_at = NOW - timedelta(days=2)
    assert "BT-1" in office.get(listed).text
    at = f"/work-orders/{van.order_id}/interventions/{said['id']}"
    assert office.post(at, data={"seen": "yes"}).status_code == 302
    assert "BT-1" not in office.get(listed).text
    assert van.send(said).json["state"] == "checked"


@pytest.mark.both_databases
def test_an_order_is_taken_on_from_a_tablet_once_and_before_anything_else(
    van: Van, session: Session
) -> None:
    order = order_of(van, session)
    order.state, order.severity = WorkOrderState.OPEN, Severity.U1
    session.commit()
    nothing: dict[str, Any] = {"note": "", "parts": "", "minutes": None}
    said = told(outcome="acknowledged", **nothing)
    assert van.send(said).json["state"] == "checked"
    session.refresh(order)
    assert order.state is WorkOrderState.ACKNOWLEDGED and order.started_at is None
    assert order.acknowledged_at == datetime.fromisoformat(said["ended_at"])
    session.commit()
    assert van.day()["orders"][0]["state"] == "acknowledged"
    again = told(outcome="acknowledged", **nothing)
    assert van.send(again).json["state"] == "checked", "it is taken on already"
    assert van.send(told()).json["state"] == "checked"
    late = told(outcome="acknowledged", **nothing)
    assert van.send(late).json["violations"][0]["kind"] == "work_order_cannot_move"
    session.refresh(order)
    assert order.state is WorkOrderState.DONE


def test_an_order_on_hold_may_wait_once_more(van: Van, session: Session) -> None:
    until = (TODAY + timedelta(days=1)).isoformat()
    for why in ("part", "access"):
        held = told(outcome="on_hold", hold_why=why, hold_until=until)
        assert van.send(held).json["state"] == "checked"
    assert order_of(van, session).hold_why is HoldWhy.ACCESS


def test_the_orders_of_a_day_stand_by_the_hour(van: Van) -> None:
    with van.house.sessions.begin() as session:
        first = session.get_one(WorkOrder, van.order_id)
        for part in ("afternoon", "morning", "09:00"):
            session.add(
                WorkOrder(
                    reference=part, dwelling_id=first.dwelling_id, opened_by_id=van.technician.id,
                    trade="plumbing", severity=Severity.U3, description="x", planned_on=TODAY,
                    state=WorkOrderState.PLANNED, opened_at=NOW, planned_part=part,
                )
            )  # fmt: skip
    day = van.day()
    assert [one["reference"] for one in day["orders"]] == ["morning", "09:00", "afternoon", "BT-1"]
    assert day["more_orders"] is False


def test_somebody_else_s_end_of_an_order_stands_beside_what_the_tablet_tells(
    van: Van, session: Session
) -> None:
    van.move(WorkOrderState.DONE, note="Fait par un collègue")
    assert van.send(told()).json["state"] == "to_review"
    assert order_of(van, session).closing_note == "Fait par un collègue"


def test_works_called_done_without_the_photos_asked_for_wait_for_somebody_to_look(
    van: Van, session: Session
) -> None:
    typed = {"value": 2.0, "valid_from": "2026-03-01", "source": "Charte", "evidence": "choice"}
    with van.house.sessions.begin() as writing:
        order = writing.get_one(WorkOrder, van.order_id)
        rule = f"works_photos_{order.severity.lower()}"
        add_value(writing, rule, typed, by=van.technician.id, now=NOW)
    assert van.day()["orders"][0]["photos_needed"] == 2
    answer = van.send(told(), files=("before-1.jpg",)).json
    assert [one["kind"] for one in answer["violations"]] == ["photos_needed"]
    order = order_of(van, session)
    assert order.is_open and order.started_at is None
    assert len(session.scalars(select(WorkOrderPhoto)).all()) == 1
    session.rollback()
    assert van.day()["orders"][0]["photos_needed"] == 1


def test_photos_that_the_tenant_refused_are_kept_sealed_and_shown_to_nobody(
    van: Van, session: Session, client_as: Callable[..., FlaskClient]
) -> None:
    with van.house.sessions.begin() as writing:
        order = writing.get_one(WorkOrder, van.order_id)
        refuse_photos(writing, order, van.technician)
    assert van.day()["orders"][0]["photos_refused"] is True
    answer = van.send(told(), files=("before-1.jpg",)).json
    assert [one["kind"] for one in answer["violations"]] == ["photos_refused"]
    assert order_of(van, session).state is WorkOrderState.DONE
    assert session.scalars(select(WorkOrderPhoto)).all() == []
    session.rollback()
    page = client_as(Role.TECHNICIAN).get(f"/work-orders/{van.order_id}").text
    assert "Photo 1, montrée à personne" in page


def test_an_order_hidden_since_still_takes_what_was_noted_and_is_not_moved(
    van: Van, session: Session
) -> None:
    van.day()
    with van.house.sessions.begin() as writing:
        order = writing.get_one(WorkOrder, van.order_id)
        assert order.person is not None
        protect(writing, order.person, by=make_user(writing).id, now=NOW)
    assert van.day()["orders"] == []
    assert van.send(told()).json["state"] == "to_review"
    assert order_of(van, session).state is WorkOrderState.PLANNED


def test_what_is_no_order_of_hers_or_says_something_else_is_refused(van: Van) -> None:
    said = told()
    assert van.send(said, to=uuid.uuid4()).status_code == 404
    assert van.send(said).status_code == 201
    assert van.send(said | {"note": "Autre chose"}).status_code == 409
    for bad in ({"minutes": -3}, {"outcome": "perhaps"}, {"began_at": "hier"}, {"id": "x"}):
        assert van.send(told(**bad)).status_code == 422
    handed = van.app.test_client().post(
        "/api/handed-in",
        data={"id": said["id"], "kind": "intervention", "reason": "different_report",
              "xml_submission_file": (io.BytesIO(b"{}"), "x")},
        headers=van.headers,
    )  # fmt: skip
    assert handed.status_code == 201


def test_photos_handed_in_of_whoever_refuses_them_are_shown_to_nobody(
    van: Van, client_as: Callable[..., FlaskClient]
) -> None:
    data = {"id": "i", "kind": "intervention", "reason": "x", "visit_id": str(van.order_id)}
    files = {
        "xml_submission_file": (io.BytesIO(b"{}"), "x"),
        "before-1.jpg": (io.BytesIO(PHOTO), "before-1.jpg", "image/jpeg"),
    }
    van.app.test_client().post("/api/handed-in", data=data | files, headers=van.headers)
    with van.house.sessions.begin() as session:
        item = session.scalars(select(HandedIn)).one()
        assert not sealed_as_handed_in(session, item)
        order = session.get_one(WorkOrder, van.order_id)
        refuse_photos(session, order, van.technician)
        assert sealed_as_handed_in(session, item)


def remove_orphans_of(van: Van) -> int:
    with van.house.sessions.begin() as session:
        gone = remove_orphans(session, van.house.store, now=NOW + timedelta(days=365 * 20))
    return gone.get("orphans", 0)


def stocked(van: Van) -> tuple[str, str]:
    """Keep five of a part, two of them in the technician's bag; and one kit item."""
    with van.house.sessions.begin() as session:
        by = make_viewer(make_user(session))
        said = ArticleSaid("part", "Joint", "15/21", "", "0,80")
        part = add_article(session, said, viewer=by)
        bulb = add_article(session, ArticleSaid("led", "LED"), viewer=by)
        receive_in_stock(session, part, 5, viewer=by, now=NOW)
        hand_to_bag(session, part, van.technician.id, 2, viewer=by, now=NOW)
        return str(part.id), str(bulb.id)


def test_a_technician_sets_out_with_what_is_in_the_bag_and_the_central_stock(van: Van) -> None:
    part, _ = stocked(van)
    told = {"id": part, "name": "Joint · 15/21", "bag": 2, "central": 3}
    assert van.day()["parts"] == [told]


def test_parts_that_a_tablet_tells_leave_the_stock_once_more_than_there_are_too(
    van: Van, session: Session
) -> None:
    part, _ = stocked(van)
    bag = {"article": part, "name": "Joint · 15/21", "quantity": 3, "bag": True}
    said = told(used=[bag, {"article": part, "quantity": 1}])
    for _ in range(2):
        answer = van.send(said)
        assert (answer.status_code, answer.json["violations"]) == (201, [])
    used = parts_of(session, order_of(van, session))
    assert [one.quantity for one in used.movements] == [-3, -1]
    assert used.cents == 320
    session.rollback()
    assert van.day()["parts"][0]["bag"] == -1


def test_a_part_that_is_not_ours_is_told_of_alone_and_stays_noted(
    van: Van, session: Session, client_as: Callable[..., FlaskClient]
) -> None:
    part, bulb = stocked(van)
    gone = {"article": str(uuid.uuid4()), "name": "Vanne d’avant", "quantity": 1}
    said = told(used=[gone, {"article": bulb, "quantity": 1}, {"article": part, "quantity": 1}])
    answer = van.send(said)
    assert answer.status_code == 201
    whys = [(one["path"], one["kind"]) for one in answer.json["violations"]]
    assert whys == [("stock", "article_not_found"), ("stock", "bad_choice")]
    assert len(parts_of(session, order_of(van, session)).movements) == 1
    session.rollback()
    page = client_as("technician").get(f"/work-orders/{van.order_id}").text
    assert "Vanne d’avant" in page


def test_parts_told_at_an_order_cancelled_meanwhile_leave_the_stock_all_the_same(
    van: Van, session: Session
) -> None:
    part, _ = stocked(van)
    van.move(WorkOrderState.CANCELLED, note="Plus la peine")
    assert van.send(told(used=[{"article": part, "quantity": 1}])).status_code == 201
    assert len(parts_of(session, order_of(van, session)).movements) == 1


@pytest.mark.parametrize(
    "used",
    [
        [{"article": "x", "quantity": 1}],
        [{"article": str(uuid.uuid4()), "quantity": 0}],
        [{"article": str(uuid.uuid4()), "quantity": 501}],
        "x",
    ],
)
def test_parts_that_cannot_be_read_are_refused(van: Van, used: Any) -> None:
    assert van.send(told(used=used)).status_code == 422
