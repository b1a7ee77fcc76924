"""Orders told to a maintenance system that really answers: once, signed, tried again, stopped."""

import hashlib
import hmac
import json
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_dwelling, make_person
from tests.visits.test_orders_by_hand import LEAK, Desk
from visits.messages.sending import CLAIMED_FOR, WAITS
from visits.models.accounts import Role
from visits.models.exchanges import OrderTold
from visits.models.messages import MessageState
from visits.models.works import WorkOrder, WorkOrderState
from visits.people.protection import protect
from visits.sight import Reach, Viewer
from visits.sight.listing import Wanted
from visits.works.exchanges import their_reference
from visits.works.moves import MoveSaid, move_work_order
from visits.works.telling import claim_told, list_told, make_told
from visits.works.told_outside import COLUMNS
from webapp.commands.maintenance import tell_maintenance_system
from webapp.frame.kept_secrets import CannotStart
from webapp.frame.outside import MaintenanceSystem, read_maintenance_system
from webapp.frame.transaction import House

SignIn = Callable[..., FlaskClient]
S = MessageState
SECRET = "un-secret-partage-de-trente-signes"
PATIENCE = 300


@dataclass
class System:
    """A maintenance system: takes each key once, and answers as it is asked to."""

    status: int = 200
    answer: bytes = b'{"reference": "OT-7"}'
    orders: "queue.Queue[dict[str, str]]" = field(default_factory=queue.Queue)
    keys: set[str] = field(default_factory=set)
    held: threading.Event = field(default_factory=threading.Event)
    signed: list[bool] = field(default_factory=list)

    def take(self, headers: Any, body: bytes) -> int:
        at, _, signature = headers["Palier-Signature"].removeprefix("t=").partition(",v1=")
        ours = hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        self.signed.append(hmac.compare_digest(ours, signature))
        if self.status in (200, 201, 0) and headers["Idempotency-Key"] not in self.keys:
            self.keys.add(headers["Idempotency-Key"])
            self.orders.put(json.loads(body))
            return self.status
        return 409 if self.status == 200 else self.status


@pytest.fixture
def system(app: Flask) -> Iterator[System]:
    known = System()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status = known.take(self.headers, self.rfile.read(int(self.headers["Content-Length"])))
            if status == 0:  # took it, and says nothing
                known.held.wait(PATIENCE)
                return
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(known.answer)

        def log_message(self, *_told: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/bons?cle=cachee"
    house = app.extensions["palier"]
    told = MaintenanceSystem(url, SECRET, timeout=0.5)
    app.extensions["palier"] = replace(house, settings=replace(house.settings, maintenance=told))
    yield known
    known.held.set()
    server.shutdown()
    thread.join()
    server.server_close()


class Telling(Desk):
    """The technician's orders, and the job that tells them."""

    app: Flask

    @property
    def landlord(self) -> Any:
        return self.residence.landlord_id

    def tell(self, at: datetime = NOW) -> tuple[int, int]:
        self.session.commit()
        house: House = self.app.extensions["palier"]
        told = tell_maintenance_system(replace(house, clock=lambda: at), now=at)
        self.session.expire_all()
        return told["touched"], told["not_sent"]

    def turns(self, order: WorkOrder) -> list[OrderTold]:
        found = select(OrderTold).where(OrderTold.work_order_id == order.id)
        return list(self.session.scalars(found.order_by(OrderTold.id)))

    def close(self, order: WorkOrder, *, now: datetime = NOW) -> None:
        move_work_order(
            self.session, order, WorkOrderState.CANCELLED, MoveSaid(note="Réparé par le locataire"),
            viewer=self.viewer, now=now,
        )  # fmt: skip

    def plan(self) -> None:
        said = MoveSaid(planned_on=NOW.date() + timedelta(days=2), planned_part="morning")
        move_work_order(
            self.session, self.leak, WorkOrderState.PLANNED, said, viewer=self.viewer, now=NOW
        )


@pytest.fixture
def desk(app: Flask, session: Session, now: datetime) -> Telling:
    made = Telling(session, now)
    made.app = app
    return made


def test_an_order_is_told_once_signed_with_nothing_of_who_lives_there(
    desk: Telling, system: System
) -> None:
    assert desk.tell() == (2, 0)
    assert desk.tell() == (0, 0)
    told = [system.orders.get_nowait() for _ in range(2)]
    assert all(list(one) == list(COLUMNS) for one in told) and system.signed == [True, True]
    assert {one["reference"] for one in told} == {desk.leak.reference, desk.lamp.reference}
    (turn,) = desk.turns(desk.leak)
    assert (turn.state, turn.theirs, turn.attempts) == (S.SENT, "OT-7", 1)
    assert their_reference(desk.session, desk.leak) == "OT-7"
    desk.plan()
    assert desk.tell() == (1, 0)
    assert system.orders.get_nowait()["state"] == "planned"


def test_an_order_opened_and_closed_between_two_turns_is_told_as_closed(
    desk: Telling, system: System
) -> None:
    desk.close(desk.lamp)  # before anything was ever told
    assert desk.tell() == (1, 0)
    assert system.orders.get_nowait()["reference"] == desk.leak.reference
    later = NOW + timedelta(hours=1)
    desk.now = later
    short = desk.open(desk.home, LEAK)
    desk.close(short, now=later)
    assert desk.tell(later) == (1, 0)
    told = system.orders.get_nowait()
    assert (told["reference"], told["state"]) == (short.reference, "cancelled")
    assert desk.tell(later) == (0, 0)


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[1]", b'{"reference": {"x": 1}}', b"\xff"])
def test_an_answer_that_names_no_number_is_taken_all_the_same(
    desk: Telling, system: System, answer: bytes
) -> None:
    system.answer = answer
    assert desk.tell() == (2, 0)
    assert desk.turns(desk.leak)[0].theirs is None


@pytest.mark.parametrize("status", [500, 503, 429, 302, 0])
def test_what_is_not_taken_is_tried_again_with_the_same_key_and_words(
    desk: Telling, system: System, status: int
) -> None:
    system.status = status
    assert desk.tell() == (0, 2)
    (turn,) = desk.turns(desk.leak)
    assert (turn.state, turn.why, turn.next_at) == (S.FAILED, "not_now", NOW + WAITS[0])
    assert desk.tell(NOW + WAITS[0] / 2) == (0, 0)
    system.status = 200
    assert desk.tell(NOW + WAITS[0]) == (2, 0)  # one that was taken without a word says 409
    assert system.orders.qsize() == 2
    assert desk.turns(desk.leak)[0].attempts == 2


def test_what_is_refused_for_good_or_too_often_is_given_up(desk: Telling, system: System) -> None:
    system.status = 500
    at = NOW
    for wait in (*WAITS, timedelta(0)):
        assert desk.tell(at) == (0, 2)
        at += wait
    assert desk.turns(desk.leak)[0].state is S.GIVEN_UP
    system.status = 422
    desk.plan()
    assert desk.tell(at) == (0, 1)
    assert [one.state for one in desk.turns(desk.leak)] == [S.GIVEN_UP, S.GIVEN_UP]


def test_a_later_turn_overtakes_one_that_did_not_go_out(desk: Telling, system: System) -> None:
    system.status = 500
    desk.tell()
    desk.plan()
    system.status = 200
    assert desk.tell(NOW + WAITS[0]) == (2, 0)
    first, second = desk.turns(desk.leak)
    assert (first.state, first.why, second.state) == (S.STOPPED, "overtaken", S.SENT)


def test_what_is_claimed_by_one_sender_is_left_alone_by_another(
    desk: Telling, session: Session, system: System
) -> None:
    make_told(session, desk.landlord, now=NOW)
    assert len(claim_told(session, desk.landlord, now=NOW)) == 2
    assert claim_told(session, desk.landlord, now=NOW) == []
    assert len(claim_told(session, desk.landlord, now=NOW + CLAIMED_FOR)) == 2


def test_what_is_of_a_home_protected_by_now_is_told_no_more(
    desk: Telling, session: Session, system: System
) -> None:
    tenant = make_person(session, dwelling=desk.home)
    make_dwelling(session, residence=desk.residence)
    system.status = 500
    desk.tell()
    protect(session, tenant, by=desk.technician.id, now=NOW)
    hidden = desk.open(desk.home, LEAK)
    system.status = 200
    assert desk.tell(NOW + WAITS[0]) == (1, 0)
    (turn,) = desk.turns(desk.leak)
    assert (turn.state, turn.why, turn.body) == (S.STOPPED, "hidden", None)
    assert desk.turns(hidden) == []
    stranger = Viewer(desk.technician.id, desk.technician.organisation_id, None, Reach.TERRITORY)
    assert list_told(session, stranger, state="", wanted=Wanted()).total == 0


@pytest.mark.parametrize(
    "environ",
    [
        {"PALIER_MAINTENANCE_URL": "https://gmao.example"},
        {"PALIER_MAINTENANCE_URL": "http://gmao.example", "PALIER_MAINTENANCE_SECRET": SECRET},
        {"PALIER_MAINTENANCE_URL": "file:///etc/passwd", "PALIER_MAINTENANCE_SECRET": SECRET},
        {"PALIER_MAINTENANCE_URL": "https://gmao.example", "PALIER_MAINTENANCE_SECRET": "court"},
    ],
)
def test_an_address_that_is_not_safe_or_a_short_secret_stops_the_start(
    environ: dict[str, str],
) -> None:
    with pytest.raises(CannotStart):
        read_maintenance_system(environ)
    assert read_maintenance_system({}) is None


def test_without_an_address_nothing_is_told(desk: Telling) -> None:
    assert desk.tell() == (0, 0)
    assert desk.turns(desk.leak) == []


def test_turns_are_seen_stopped_told_again_and_all_is_paused_on_their_page(
    desk: Telling, session: Session, system: System, client_as: SignIn
) -> None:
    system.status = 500
    desk.tell()
    office = client_as(Role.TECHNICIAN)
    assert client_as(Role.CONTRACTOR).get("/maintenance-system/told/").status_code == 403
    shown = office.get("/maintenance-system/told/").text
    assert desk.leak.reference in shown and "127.0.0.1" in shown and "cachee" not in shown
    turn = f"/maintenance-system/told/{desk.turns(desk.leak)[0].id}"
    session.commit()
    assert office.post(f"{turn}/again").status_code == 409
    assert office.post(f"{turn}/stop").status_code == 302
    assert office.post(f"{turn}/stop").status_code == 409
    assert office.post(f"{turn}/again").status_code == 302
    assert office.post("/maintenance-system/told/pause").status_code == 302
    assert office.post("/maintenance-system/told/pause").status_code == 409
    system.status = 200
    assert desk.tell(NOW + WAITS[0]) == (0, 0)
    assert "Interrompu" in office.get("/maintenance-system/told/").text
    assert office.post("/maintenance-system/told/pause", data={"what": "on"}).status_code == 302
    assert desk.tell(NOW + WAITS[0]) == (2, 0)
    assert "OT-7" in office.get("/maintenance-system/told/told.csv?state=sent").text
    assert "127.0.0.1" in office.get("/maintenance-system/").text
