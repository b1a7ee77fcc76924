"""Messages through a real mail server and a real HTTP door: refused, hung up, answered twice."""

import asyncio
import json
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import (
    make_case,
    make_dwelling,
    make_person,
    make_user,
    make_viewer,
    make_visit,
)
from visits.messages.making import make_digest, make_what_time_brings, tell_of_visit
from visits.messages.sending import CLAIMED_FOR, WAITS, claim_due
from visits.messages.ways import note_wish
from visits.models.accounts import Role
from visits.models.cases import Case
from visits.models.messages import Message, MessageChannel, MessageKind, MessageState
from visits.works.by_hand import OrderSaid, open_by_hand
from visits.works.calling import call_on_duty, calls_for
from visits.works.duty import TurnSaid, note_turns
from webapp.commands.duty import tell_on_duty
from webapp.commands.messages import make_messages, send_messages, within
from webapp.frame.kept_secrets import CannotStart
from webapp.frame.mail import MailServer
from webapp.frame.texting import HttpProvider, TextHours, read_text_hours, read_text_provider
from webapp.frame.transaction import House

EMAIL, TEXT = MessageChannel.EMAIL, MessageChannel.TEXT
S = MessageState
HERS, NUMBER = "elle@example.org", "+33612345678"
PATIENCE = 300


class Postmaster:
    """A mail server that takes letters, refuses an address, is full, or hangs up."""

    def __init__(self) -> None:
        self.letters: queue.Queue[Any] = queue.Queue()
        self.does = "take"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.does == "hang_up":
            server.transport.close()
            await asyncio.sleep(0)
        if self.does in ("550", "452"):
            return f"{self.does} {address} not here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.letters.put(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@dataclass
class Gateway:
    """A provider of text messages that remembers by key what it took."""

    answers: list[int] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)
    held: threading.Event = field(default_factory=threading.Event)

    def answer(self, key: str, told: dict[str, Any]) -> int:
        self.asked.append(told | {"key": key})
        self.taken.setdefault(key, told["text"])
        return self.answers.pop(0) if self.answers else 201


@pytest.fixture
def postmaster(app: Flask) -> Iterator[Postmaster]:
    box = Postmaster()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    server = MailServer("127.0.0.1", port, "palier@office.example", security="none")
    _tell(app, mail=server, address="https://palier.example")
    yield box
    controller.stop()


@pytest.fixture
def gateway(app: Flask) -> Iterator[Gateway]:
    known = Gateway()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = known.answer(self.headers["Idempotency-Key"], told)
            if status == 0:  # took it, and says nothing
                known.held.wait(PATIENCE)
                return
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_told: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/sms"
    _tell(app, texts=HttpProvider(url, "jeton", "Palier", timeout=0.5), text_hours=TextHours(0, 24))
    yield known
    known.held.set()
    server.shutdown()
    thread.join()
    server.server_close()


def _tell(app: Flask, **said: Any) -> None:
    house = app.extensions["palier"]
    app.extensions["palier"] = replace(house, settings=replace(house.settings, **said))


@dataclass
class Round:
    """Somebody who agreed to one way, with a visit that is planned."""

    app: Flask
    session: Session
    case: Case

    @property
    def house(self) -> House:
        house: House = self.app.extensions["palier"]
        return house

    def send(self, at: datetime = NOW) -> tuple[int, int]:
        self.session.commit()
        told = send_messages(replace(self.house, clock=lambda: at), now=at)
        return told["touched"], told["not_sent"]

    def message(self, kind: MessageKind = MessageKind.CONFIRMED) -> Message:
        found = select(Message).where(Message.kind == kind)
        one = self.session.scalars(found.execution_options(populate_existing=True)).one()
        self.session.commit()
        return one


@pytest.fixture
def agreed(app: Flask, session: Session) -> Callable[[MessageChannel, str], Round]:
    def make(channel: MessageChannel, address: str) -> Round:
        user, visitor = make_user(session), make_user(session, role=Role.VISITOR)
        case = make_case(session, by=user)
        note_wish(
            session, case.person, channel, agreed=True, address=address, language="fr",
            viewer=make_viewer(user), now=NOW,
        )  # fmt: skip
        visit = make_visit(session, case=case, visitor=visitor, start_at=NOW + timedelta(days=9))
        tell_of_visit(session, visit, now=NOW)
        return Round(app, session, case)

    return make


Agreed = Callable[[MessageChannel, str], Round]


def test_an_e_mail_goes_out_once_with_nothing_personal_in_its_subject(
    postmaster: Postmaster, agreed: Agreed
) -> None:
    round_ = agreed(EMAIL, HERS)
    assert round_.send() == (1, 0)
    assert round_.send() == (0, 0)
    letter = postmaster.letters.get(timeout=PATIENCE)
    assert (letter["To"], letter["Subject"]) == (HERS, "Un message pour vous")
    assert "Nous venons vous voir le" in letter.get_content()
    one = round_.message()
    assert (one.state, one.sent_to) == (S.SENT, HERS)
    assert letter["Message-ID"] == f"<{one.id}@palier.invalid>"
    assert postmaster.letters.empty()


def test_an_address_that_the_server_does_not_know_is_given_up_at_once(
    postmaster: Postmaster, agreed: Agreed
) -> None:
    postmaster.does = "550"
    round_ = agreed(EMAIL, HERS)
    assert round_.send() == (0, 1)
    one = round_.message()
    assert (one.state, one.why, one.body) == (S.GIVEN_UP, "email_refused", None)


@pytest.mark.parametrize("does", ["452", "hang_up"])
def test_a_server_that_is_full_or_hangs_up_is_asked_again_later(
    postmaster: Postmaster, agreed: Agreed, does: str
) -> None:
    postmaster.does = does
    round_ = agreed(EMAIL, HERS)
    assert round_.send() == (0, 1)
    one = round_.message()
    assert (one.state, one.why, one.next_at) == (S.FAILED, "email_not_now", NOW + WAITS[0])
    postmaster.does = "take"
    assert round_.send(NOW + WAITS[0] - timedelta(seconds=1)) == (0, 0)
    assert round_.send(NOW + WAITS[0]) == (1, 0)
    assert postmaster.letters.get(timeout=PATIENCE)["To"] == HERS
    assert postmaster.letters.empty()


def test_a_sender_that_died_is_waited_for_and_then_replaced(
    postmaster: Postmaster, agreed: Agreed
) -> None:
    round_ = agreed(EMAIL, HERS)
    claim_due(round_.session, (EMAIL,), now=NOW)
    assert round_.send() == (0, 0)
    assert round_.send(NOW + CLAIMED_FOR) == (1, 0)


def test_without_a_mail_server_an_e_mail_waits(agreed: Agreed) -> None:
    round_ = agreed(EMAIL, HERS)
    assert round_.send() == (0, 0)
    assert round_.message().state is S.WAITING


def test_a_text_goes_out_with_its_key(gateway: Gateway, agreed: Agreed) -> None:
    round_ = agreed(TEXT, "06 12 34 56 78")
    assert round_.send() == (1, 0)
    (told,) = gateway.asked
    assert (told["to"], told["from"], told["key"]) == (NUMBER, "Palier", str(round_.message().id))
    assert round_.case.person.last_name not in told["text"]


@pytest.mark.parametrize("status", [500, 503, 401, 302])
def test_a_provider_that_fails_is_asked_again_under_the_same_key(
    gateway: Gateway, agreed: Agreed, status: int
) -> None:
    gateway.answers = [status]
    round_ = agreed(TEXT, NUMBER)
    assert round_.send() == (0, 1)
    assert round_.message().why == "text_not_now"
    assert round_.send(NOW + WAITS[0]) == (1, 0)
    assert len({told["key"] for told in gateway.asked}) == 1


def test_a_provider_that_took_it_and_said_nothing_is_asked_again_and_sends_one(
    gateway: Gateway, agreed: Agreed
) -> None:
    gateway.answers = [0, 409]
    round_ = agreed(TEXT, NUMBER)
    assert round_.send() == (0, 1)
    assert round_.send(NOW + WAITS[0]) == (1, 0)
    assert (len(gateway.asked), len(gateway.taken)) == (2, 1)
    assert round_.message().state is S.SENT


def test_a_number_that_the_provider_refuses_is_given_up(gateway: Gateway, agreed: Agreed) -> None:
    gateway.answers = [422]
    round_ = agreed(TEXT, NUMBER)
    round_.send()
    assert (round_.message().state, round_.message().why) == (S.GIVEN_UP, "text_refused")


def test_texts_keep_quiet_at_night_on_weekends_and_on_holidays(
    app: Flask, gateway: Gateway, agreed: Agreed
) -> None:
    hours = TextHours(9, 19)
    assert within(hours, datetime.fromisoformat("2026-03-10T09:00+01:00"))
    for quiet in (
        "2026-03-10T08:59+01:00", "2026-03-10T19:00+01:00", "2026-03-14T10:00+01:00",
        "2026-05-01T10:00+02:00",
    ):  # fmt: skip
        assert not within(hours, datetime.fromisoformat(quiet)), quiet
    _tell(app, text_hours=hours)
    round_ = agreed(TEXT, NUMBER)
    night = datetime.fromisoformat("2026-03-11T22:00+01:00")
    assert round_.send(night) == (0, 0)


def test_a_digest_and_a_conclusion_to_write_go_to_accounts(
    postmaster: Postmaster, agreed: Agreed
) -> None:
    round_ = agreed(EMAIL, HERS)
    session = round_.session
    visitor = make_user(session, role=Role.VISITOR)
    make_visit(session, case=round_.case, visitor=visitor, start_at=NOW - timedelta(days=2))
    assert make_what_time_brings(session, now=NOW) == 1
    user = make_user(session)
    counts = {"letters": 2, "failed": 1}
    assert make_digest(session, user, counts=counts, now=NOW)
    assert not make_digest(session, user, counts=counts, now=NOW)
    assert round_.send() == (3, 0)
    said = {postmaster.letters.get(timeout=PATIENCE)["To"] for _ in range(3)}
    assert said == {HERS, visitor.email, user.email}


def test_a_job_makes_what_no_act_causes_once(postmaster: Postmaster, agreed: Agreed) -> None:
    round_ = agreed(EMAIL, HERS)
    visitor = make_user(round_.session, role=Role.VISITOR)
    make_visit(round_.session, case=round_.case, visitor=visitor, start_at=NOW - timedelta(days=2))
    round_.session.commit()
    first, second = (make_messages(round_.house, now=NOW)["touched"] for _ in range(2))
    assert (first >= 1, second) == (True, 0)


@pytest.mark.parametrize(
    "environ",
    [
        {"PALIER_TEXT_URL": "http://sms.example"},
        {"PALIER_TEXT_URL": "https://sms.example"},
        {"PALIER_TEXT_URL": "file:///etc/passwd", "PALIER_TEXT_TOKEN": "x"},
    ],
)
def test_a_provider_without_a_token_or_in_the_clear_stops_the_start(
    environ: dict[str, str],
) -> None:
    with pytest.raises(CannotStart):
        read_text_provider(environ)


@pytest.mark.parametrize("said", ["19-9", "neuf-19", "9", "9-25"])
def test_hours_that_are_none_stop_the_start(said: str) -> None:
    with pytest.raises(CannotStart):
        read_text_hours({"PALIER_TEXT_HOURS": said})


def test_the_settings_of_a_provider_are_read() -> None:
    told = {"PALIER_TEXT_URL": "https://sms.example/v1", "PALIER_TEXT_TOKEN": "jeton"}
    assert read_text_provider(told) == HttpProvider("https://sms.example/v1", "jeton")
    assert read_text_provider({}) is None
    assert read_text_hours({}) == TextHours(9, 19)


def test_who_is_on_duty_gets_an_urgent_order_once_by_each_way_at_any_hour_and_nothing_of_whom(
    app: Flask, session: Session, postmaster: Postmaster, gateway: Gateway
) -> None:
    _tell(app, text_hours=TextHours(9, 10))
    home, technician = make_dwelling(session), make_user(session, role=Role.TECHNICIAN)
    viewer, night = make_viewer(technician), NOW.replace(hour=2)
    said = TurnSaid(
        home.landlord_id, technician.id, 1, "06 39 98 00 07", night, night + timedelta(hours=8)
    )
    note_turns(session, said, viewer=viewer, now=night)
    tenant = make_person(session, dwelling=home)
    gas = OrderSaid("gas", "U0", "kitchen", "Odeur de gaz chez elle", "tenant")
    order = open_by_hand(session, home, gas, person=tenant, viewer=viewer, now=night)
    call_on_duty(session, now=night)
    session.commit()
    house = replace(app.extensions["palier"], clock=lambda: night)
    gateway.answers = [503]
    assert tell_on_duty(house, now=night) == {"touched": 1, "not_sent": 1}
    assert tell_on_duty(house, now=night + timedelta(minutes=2)) == {"touched": 1, "not_sent": 0}
    assert tell_on_duty(house, now=night + timedelta(minutes=9)) == {"touched": 0, "not_sent": 0}
    letter = postmaster.letters.get(timeout=PATIENCE)
    assert postmaster.letters.empty() and order.reference in letter["Subject"]
    assert {one["to"] for one in gateway.asked} == {"+33639980007"}
    ((key, text),) = gateway.taken.items()
    (call,) = calls_for(session, [order])[order.id]
    assert key == f"duty-{call.id}" and f"U0 à prendre : {order.reference}" in text
    for secret in (tenant.last_name, "gaz", "Odeur", home.residence.address):
        assert secret not in text
    assert call.sent_at and call.text_sent_at and len(text) < 160


def test_a_number_on_duty_that_is_refused_is_not_tried_again(
    app: Flask, session: Session, gateway: Gateway
) -> None:
    home, technician = make_dwelling(session), make_user(session, role=Role.TECHNICIAN)
    viewer = make_viewer(technician)
    said = TurnSaid(
        home.landlord_id, technician.id, 1, "06 39 98 00 07", NOW, NOW + timedelta(hours=8)
    )
    note_turns(session, said, viewer=viewer, now=NOW)
    gas = OrderSaid("gas", "U0", "kitchen", "Odeur de gaz", "tenant")
    order = open_by_hand(session, home, gas, viewer=viewer, now=NOW)
    call_on_duty(session, now=NOW)
    session.commit()
    gateway.answers = [422]
    house: House = app.extensions["palier"]
    assert tell_on_duty(house, now=NOW) == {"touched": 0, "not_sent": 1}
    assert tell_on_duty(house, now=NOW + timedelta(minutes=9)) == {"touched": 0, "not_sent": 0}
    (call,) = calls_for(session, [order])[order.id]
    assert call.text_refused_at is not None and call.text_sent_at is None
