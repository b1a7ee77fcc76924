"""Passwords: forgotten, given by a link, changed, and the ones that are refused."""

import queue
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories import NOW, PASSWORD, QUICK_HASH, make_user
from tests.webapp.test_accounts import account_named, administrator, opens, typed
from visits.accounts.accounts import add_device, set_active
from visits.ground.db import start_reading
from visits.models.accounts import AccountEvent, AccountEventKind, User
from webapp.access.password_links import LinkKind, make_link
from webapp.access.password_rules import fault_of
from webapp.frame.kept_secrets import CannotStart
from webapp.frame.mail import Letter, MailServer, read_mail_server, send

SignIn = Callable[..., FlaskClient]
CHOSEN = "tuile-moquette-abricot-9"


class Letterbox:
    """Takes letters as a mail server does."""

    def __init__(self) -> None:
        self.letters: queue.Queue[Any] = queue.Queue()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.letters.put(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def next(self) -> Any:
        return self.letters.get(timeout=300)


@dataclass
class Mailed:
    """An application with a mail server of its own."""

    app: Flask
    box: Letterbox

    def ask(self, email: str, client: FlaskClient | None = None) -> Any:
        client = client or self.app.test_client()
        return client.post("/password/forgotten", data={"email": email}, follow_redirects=True)


@pytest.fixture(scope="module")
def mail_server() -> Iterator[tuple[Letterbox, MailServer]]:
    box = Letterbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, MailServer("127.0.0.1", port, "palier@office.example", security="none")
    controller.stop()


@pytest.fixture
def mailed(app: Flask, mail_server: tuple[Letterbox, MailServer]) -> Mailed:
    box, server = mail_server
    house = app.extensions["palier"]
    told = replace(house.settings, mail=server, address="https://palier.example")
    app.extensions["palier"] = replace(house, settings=told)
    return Mailed(app, box)


@pytest.fixture
def member(app: Flask) -> User:
    with app.extensions["palier"].sessions.begin() as session:
        return make_user(session, name="Odile Berthier", password_hash=QUICK_HASH)


def link_for(app: Flask, user: User, kind: LinkKind = LinkKind.RESET) -> str:
    with app.test_request_context():
        return make_link(user, kind)


def choose(client: FlaskClient, link: str, password: str = CHOSEN, **more: str) -> Any:
    data = {"new_password": password, "new_password_confirm": password} | more
    return client.post(link, data=data)


def signs_in(app: Flask, email: str, password: str) -> bool:
    client = app.test_client()
    client.post("/sign-in", data={"email": email, "password": password})
    return client.get("/account").status_code == 200


def events(app: Flask, user: User) -> list[AccountEventKind]:
    with app.extensions["palier"].sessions() as session:
        start_reading(session)
        found = select(AccountEvent.kind).where(AccountEvent.user_id == user.id)
        return list(session.scalars(found))


def test_a_forgotten_password_is_replaced_by_a_letter(mailed: Mailed, member: User) -> None:
    mailed.ask(f" {member.email.upper()}")
    letter = mailed.box.next()
    assert letter["To"] == member.email
    text = letter.get_content()
    link = re.search(r"https://palier\.example(/password/choose/\S+)", text)
    assert link is not None and "Bonjour Odile Berthier" in text
    client = mailed.app.test_client()
    assert member.email in client.get(link[1]).text
    assert choose(client, link[1]).status_code == 302
    assert signs_in(mailed.app, member.email, CHOSEN)
    assert not signs_in(mailed.app, member.email, PASSWORD)
    assert client.get(link[1]).status_code == choose(client, link[1]).status_code == 410
    kinds = events(mailed.app, member)
    assert kinds == [AccountEventKind.LINK_ASKED, AccountEventKind.PASSWORD_SET]


def test_nobody_learns_which_addresses_have_an_account(mailed: Mailed, member: User) -> None:
    with mailed.app.extensions["palier"].sessions.begin() as session:
        closed = make_user(session)
        set_active(session, closed.id, False, now=NOW)
    said = set()
    for email in ("inconnue@palier.example", closed.email, member.email):
        page = mailed.ask(email).text
        said.add(re.sub(r'(csrf[^>]*(value|content)=")[^"]*', "", page))
    assert len(said) == 1
    assert mailed.box.next()["To"] == member.email  # the only letter
    assert mailed.box.letters.empty()


def test_a_mailbox_is_not_filled_from_here(mailed: Mailed, member: User) -> None:
    pages = {mailed.ask(member.email).status_code for _ in range(8)}
    assert pages == {200}
    for _ in range(5):
        mailed.box.next()
    assert events(mailed.app, member) == [AccountEventKind.LINK_ASKED] * 5


def test_without_a_mail_server_the_page_says_whom_to_ask(app: Flask, member: User) -> None:
    client = app.test_client()
    assert "administrateur" in client.get("/password/forgotten").text
    client.post("/password/forgotten", data={"email": member.email})
    assert events(app, member) == []


@pytest.mark.parametrize(
    ("kind", "hours"), [(LinkKind.RESET, 2), (LinkKind.HANDED, 24), (LinkKind.INVITATION, 168)]
)
def test_a_link_is_good_for_a_while(app: Flask, member: User, kind: LinkKind, hours: int) -> None:
    link, house = link_for(app, member, kind), app.extensions["palier"]
    for early, status in ((timedelta(seconds=1), 200), (timedelta(), 410)):
        at = NOW + timedelta(hours=hours) - early
        app.extensions["palier"] = replace(house, clock=lambda at=at: at)
        assert app.test_client().get(link).status_code == status


def test_a_link_of_another_hand_or_for_a_closed_account_is_worth_nothing(
    app: Flask, member: User
) -> None:
    client, link = app.test_client(), link_for(app, member)
    # Not the last letter: some of its bits stand for nothing, and another one may say the same.
    changed = link[:-2] + ("A" if link[-2] != "A" else "B") + link[-1]
    for wrong in (changed, link + "x", "/password/choose/x"):
        assert client.get(wrong).status_code == choose(client, wrong).status_code == 410
    with app.extensions["palier"].sessions.begin() as session:
        user = session.get_one(User, member.id)
        user.email = "autre@palier.example"
    assert client.get(link).status_code == 410
    link = link_for(app, user)
    assert client.get(link).status_code == 200
    with app.extensions["palier"].sessions.begin() as session:
        set_active(session, member.id, False, now=NOW)
    assert client.get(link).status_code == 410


def test_a_new_password_ends_sessions_and_by_choice_tablets(app: Flask, member: User) -> None:
    for tablets in ("", "1"):
        with app.extensions["palier"].sessions.begin() as session:
            user = session.get_one(User, member.id)
            user.password = QUICK_HASH
            _, token = add_device(session, user, name="T4", now=NOW)
        here, there = app.test_client(), app.test_client()
        for browser in (here, there):
            browser.post("/sign-in", data={"email": member.email, "password": PASSWORD})
        data = {"password": PASSWORD, "new_password": CHOSEN, "new_password_confirm": CHOSEN}
        assert here.post("/account/password", data=data | {"tablets": tablets}).status_code == 302
        assert [one.get("/account").status_code for one in (here, there)] == [200, 302]
        assert opens(app, token) is not bool(tablets)
        assert signs_in(app, member.email, CHOSEN)


def test_a_new_password_says_what_is_wrong_with_it(app: Flask, member: User) -> None:
    client = app.test_client()
    client.post("/sign-in", data={"email": member.email, "password": PASSWORD})
    good = {"password": PASSWORD, "new_password": CHOSEN, "new_password_confirm": CHOSEN}
    for change in (
        {"password": "faux"},
        {"new_password": "court", "new_password_confirm": "court"},
        {"new_password_confirm": "autre chose"},
        {"new_password": PASSWORD, "new_password_confirm": PASSWORD},
    ):
        answer = client.post("/account/password", data=good | change)
        field = list(change)[0]
        assert answer.status_code == 422 and f'id="{field}-error"' in answer.text, change
    assert signs_in(app, member.email, PASSWORD)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("court", "password_too_short"),
        ("a" * 501, "password_too_long"),
        ("passwordpassword", "password_too_common"),
        ("azertyuiop123", "password_too_common"),
        ("123456789012", "password_too_common"),
        ("aaaaaaaaaaaaaaaa", "password_too_common"),
        ("motdepasse2024", "password_too_common"),
        ("Qu4rtz-berthier-77!", "password_own_name"),
        ("XOBERTHIER.office9!", "password_own_name"),
        ("o.berthier@office.example", "password_own_name"),
        ("Élodie-quartz-lampe-9", "password_own_name"),
        (CHOSEN, None),
        ("correct cheval batterie", None),
        ("y7$kQ2pW!zR9vB", None),
    ],
)
def test_some_passwords_are_refused(password: str, fault: str | None) -> None:
    assert fault_of(password, email="o.berthier@office.example", name="Élodie Berthier") == fault


def test_a_long_password_is_looked_at_in_reasonable_time() -> None:
    assert fault_of("qsdf1234" * 62, email="a@b.example", name="Ana") is not None


def test_an_administrator_invites_without_knowing_the_password(
    mailed: Mailed, client_as: SignIn
) -> None:
    client, user = administrator(client_as)
    page = client.post("/accounts/new", data=typed(user)).text
    found = re.search(r"<code[^>]*>http://localhost(/password/choose/[^<]+)</code>", page)
    assert found is not None
    letter = mailed.box.next()
    assert letter["To"] == "claire.mercier@palier.example" and found[1] in letter.get_content()
    added = account_named(mailed.app, "Claire Mercier")
    assert "Invité" in client.get(f"/accounts/{added.id}").text
    again = client.post(f"/accounts/{added.id}/link").text
    mailed.box.next()
    newer = re.search(r"<code[^>]*>http://localhost(/password/choose/[^<]+)</code>", again)
    assert newer is not None
    stranger = mailed.app.test_client()
    assert stranger.get(found[1]).status_code == 410  # the newer one counts
    assert choose(stranger, newer[1]).status_code == 302
    assert signs_in(mailed.app, added.email, CHOSEN)
    assert "Invité" not in client.get(f"/accounts/{added.id}").text


def test_a_letter_that_does_not_leave_is_said_and_the_link_is_shown(
    mailed: Mailed, client_as: SignIn, member: User
) -> None:
    house = mailed.app.extensions["palier"]
    gone = replace(house.settings, mail=replace(house.settings.mail, port=1))
    mailed.app.extensions["palier"] = replace(house, settings=gone)
    client, _ = administrator(client_as)
    page = client.post(f"/accounts/{member.id}/link").text
    assert "n’a pas pu partir" in page and "/password/choose/" in page
    assert signs_in(mailed.app, member.email, PASSWORD)  # until the link is used


def test_a_link_for_a_closed_account_is_not_made(
    app: Flask, client_as: SignIn, member: User
) -> None:
    client, _ = administrator(client_as)
    client.post(f"/accounts/{member.id}/active", data={"active": "0"})
    assert client.post(f"/accounts/{member.id}/link").status_code == 409


def test_a_password_for_one_sign_in_is_changed_before_anything_else(
    app: Flask, member: User
) -> None:
    with app.extensions["palier"].sessions.begin() as session:
        session.get_one(User, member.id).password_to_change = True
    client = app.test_client()
    client.post("/sign-in", data={"email": member.email, "password": PASSWORD})
    for path in ("/", "/account", "/people/", "/map/"):
        assert client.get(path).location == "/account/password", path
    assert client.get("/api/map/dwellings?bbox=49,2,50,3&z=18").status_code == 401
    tablet = {"email": member.email, "password": PASSWORD}
    answer = client.post("/api/devices", json=tablet)
    assert (answer.status_code, (answer.json or {})["code"]) == (401, "password_to_change")
    data = {"password": PASSWORD, "new_password": CHOSEN, "new_password_confirm": CHOSEN}
    assert client.post("/account/password", data=data).status_code == 302
    assert client.get("/people/").status_code == 200


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"PALIER_MAIL_SERVER": "mail.example", "PALIER_ADDRESS": "https://x"}, "FROM"),
        ({"PALIER_MAIL_SERVER": "mail.example", "PALIER_MAIL_FROM": "a@b"}, "ADDRESS"),
        ({"PALIER_MAIL_SERVER": "mail.example", "PALIER_MAIL_SECURITY": "no"}, "SECURITY"),
        (
            {
                "PALIER_MAIL_SERVER": "mail.example:x",
                "PALIER_MAIL_FROM": "a@b",
                "PALIER_ADDRESS": "https://x",
            },
            "no port",
        ),
    ],
)
def test_a_mail_server_half_set_is_said_at_the_start(said: dict[str, str], problem: str) -> None:
    with pytest.raises(CannotStart, match=problem):
        read_mail_server(said)


def test_a_mail_server_is_read_from_its_settings() -> None:
    said = {"PALIER_MAIL_SERVER": "mail.example", "PALIER_MAIL_FROM": "a@b", "PALIER_ADDRESS":
            "https://x", "PALIER_MAIL_SECURITY": "tls"}  # fmt: skip
    server = read_mail_server(said)
    assert server is not None and (server.host, server.port) == ("mail.example", 465)
    assert read_mail_server({}) is None


def test_a_server_without_encryption_gets_no_letter_unless_that_is_wished(
    mail_server: tuple[Letterbox, MailServer],
) -> None:
    box, server = mail_server
    letter = Letter("a@b.example", "x", "x")
    assert not send(replace(server, security="starttls"), letter)
    assert box.letters.empty()
    assert send(server, letter)
    box.next()
