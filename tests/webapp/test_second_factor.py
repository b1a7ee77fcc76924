"""A second factor: set up at the first sign-in of an administrator, asked for, lost, cleared."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from sqlalchemy import select, text, update

from tests.factories import NOW, PASSWORD, QUICK_HASH, make_user
from tests.webapp.authenticator import Authenticator
from visits.ground.db import start_reading
from visits.models.accounts import AccountEvent, AccountEventKind, Passkey, Role, User
from webapp.frame.settings import Settings

SignIn = Callable[..., FlaskClient]
PAGE = "/account/second-factor"


@dataclass
class Phone:
    """A person with an authenticator on her phone."""

    app: Flask
    user: User
    secret: str = ""
    at: datetime = NOW

    def wait(self, seconds: int = 30) -> None:
        self.at += timedelta(seconds=seconds)
        house = self.app.extensions["palier"]
        self.app.extensions["palier"] = replace(house, clock=lambda: self.at)

    @property
    def code(self) -> str:
        return str(TOTP(key=self.secret).generate(time=self.at).token)

    def browser(self) -> FlaskClient:
        """Type the password in a new browser."""
        client = self.app.test_client()
        client.post("/sign-in", data={"email": self.user.email, "password": PASSWORD})
        return client

    def set_up(self) -> tuple[FlaskClient, list[str]]:
        client = self.browser()
        key = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", client.get(PAGE).text)
        assert key is not None
        self.secret = key[1].replace(" ", "")
        page = client.post(PAGE, data={"code": self.code})
        assert page.status_code == 200, page.text
        self.wait()
        return client, re.findall(r"<code[^>]*>([a-z2-9-]{14})</code>", page.text)

    def sign_in(self, code: str) -> FlaskClient | None:
        client = self.browser()
        answer = client.post("/sign-in/code", data={"code": code})
        return client if answer.status_code == 302 and signed_in(client) else None

    def tablet(self, **more: str) -> tuple[int, str]:
        body = {"email": self.user.email, "password": PASSWORD, **more}
        answer = self.app.test_client().post("/api/devices", json=body)
        return answer.status_code, (answer.json or {}).get("code", "")


def signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def phone_of(app: Flask, role: Role) -> Phone:
    with app.extensions["palier"].sessions.begin() as session:
        return Phone(app, make_user(session, role=role, password_hash=QUICK_HASH))


@pytest.fixture
def strict(app: Flask) -> Flask:
    """An application as it comes: administrators need a second factor."""
    house = app.extensions["palier"]
    told = replace(house.settings, second_factor=Settings.second_factor)
    app.extensions["palier"] = replace(house, settings=told)
    return app


@pytest.fixture
def phone(app: Flask) -> Phone:
    return phone_of(app, Role.COORDINATOR)


def kinds(phone: Phone) -> list[AccountEventKind]:
    with phone.app.extensions["palier"].sessions() as session:
        start_reading(session)
        found = select(AccountEvent.kind).where(AccountEvent.user_id == phone.user.id)
        return list(session.scalars(found.order_by(AccountEvent.at, AccountEvent.id)))


def test_an_administrator_sets_it_up_before_anything_else(strict: Flask) -> None:
    phone = phone_of(strict, Role.ADMINISTRATOR)
    client = phone.browser()
    for path in ("/", "/account", "/accounts/"):
        assert client.get(path).location == PAGE, path
    assert client.post("/accounts/new", data={}).location == PAGE
    assert client.get("/api/map/dwellings?bbox=49,2,50,3&z=18").status_code == 401
    client, codes = phone.set_up()
    assert len(set(codes)) == 8
    assert client.get("/accounts/").status_code == 200
    assert "data:image/svg" not in client.get(PAGE).text
    assert "Retirer l’application" not in client.get(PAGE).text
    assert client.post(PAGE + "/remove", data={"code": phone.code}).status_code == 409


def test_others_and_a_demonstration_go_without(strict: Flask) -> None:
    assert signed_in(phone_of(strict, Role.COORDINATOR).browser())
    house = strict.extensions["palier"]
    strict.extensions["palier"] = replace(house, settings=replace(house.settings, demo=True))
    phone = phone_of(strict, Role.ADMINISTRATOR)
    assert "sans le second facteur" in strict.test_client().get("/sign-in").text
    assert signed_in(phone.browser())


def test_a_password_is_half_of_it_once_it_is_set_up(phone: Phone) -> None:
    phone.set_up()
    half = phone.browser()
    assert not signed_in(half)
    assert half.get("/").location.startswith("/sign-in")
    assert half.get("/sign-in/code").status_code == 200
    client = phone.sign_in(phone.code)
    assert client is not None
    assert phone.app.test_client().get("/sign-in/code").location == "/sign-in"


def test_a_code_counts_once_and_now(phone: Phone) -> None:
    phone.set_up()
    code = phone.code
    assert phone.sign_in(code) is not None
    assert phone.sign_in(code) is None
    phone.wait()
    late = phone.code
    phone.wait(120)
    assert phone.sign_in(late) is None
    assert phone.sign_in("") is None
    assert phone.sign_in("123") is None


def test_codes_are_not_guessed(phone: Phone) -> None:
    phone.set_up()
    client = phone.browser()
    wrong = f"{(int(phone.code) + 1) % 1_000_000:06}"
    said = [client.post("/sign-in/code", data={"code": wrong}).status_code for _ in range(6)]
    assert said == [422] * 5 + [429]
    assert phone.sign_in(phone.code) is None
    assert phone.tablet(code=phone.code)[0] == 429


def test_the_way_between_password_and_code_is_short(phone: Phone) -> None:
    phone.set_up()
    client = phone.browser()
    phone.wait(600)
    assert client.post("/sign-in/code", data={"code": phone.code}).location == "/sign-in"
    assert not signed_in(client)


@pytest.mark.parametrize(
    ("wanted", "led"),
    [("/people/?q=x", "/people/?q=x"), ("//evil.example", "/"), ("/\\evil.example", "/"),
     ("https://evil.example", "/"), ("/\t/evil.example", "/")],
)  # fmt: skip
def test_the_code_leads_to_the_page_that_was_wanted_here(
    phone: Phone, wanted: str, led: str
) -> None:
    phone.set_up()
    client = phone.browser()
    answer = client.post("/sign-in/code", query_string={"next": wanted}, data={"code": phone.code})
    assert answer.location == led


def test_recovery_codes_stand_in_once_each_and_can_be_renewed(phone: Phone) -> None:
    client, codes = phone.set_up()
    assert phone.sign_in(codes[0].upper().replace("-", " ")) is not None
    assert phone.sign_in(codes[0]) is None
    assert "7 codes" in client.get(PAGE).text
    assert client.post(PAGE + "/codes", data={"code": "x"}).status_code == 422
    renewed = client.post(PAGE + "/codes", data={"code": phone.code}).text
    assert codes[1] not in renewed
    assert phone.sign_in(codes[1]) is None
    with phone.app.extensions["palier"].sessions() as session:
        start_reading(session)
        kept = str(session.execute(text("SELECT code_sha256 FROM recovery_code")).all())
        secret = session.execute(text("SELECT totp_secret FROM user_account")).scalars().all()
    assert not any(code.replace("-", "") in kept for code in codes)
    assert all(phone.secret.encode() not in bytes(one) for one in secret if one)


def test_one_removes_it_with_a_code(phone: Phone) -> None:
    client, _ = phone.set_up()
    assert client.post(PAGE + "/remove", data={"code": "000"}).status_code == 422
    assert client.post(PAGE + "/remove", data={"code": phone.code}).status_code == 302
    assert signed_in(phone.browser())
    assert kinds(phone)[-1] is AccountEventKind.SECOND_FACTOR_REMOVED


def test_a_lost_one_is_cleared_by_an_administrator_with_a_reason(
    phone: Phone, client_as: SignIn
) -> None:
    hers, _ = phone.set_up()
    administrator = client_as(Role.ADMINISTRATOR)
    path = f"/accounts/{phone.user.id}/second-factor/clear"
    assert administrator.post(path, data={"reason": " "}).status_code == 422
    assert signed_in(hers)
    answer = administrator.post(path, data={"reason": "Téléphone volé, vue en personne"})
    assert answer.status_code == 302
    assert "Téléphone volé" in administrator.get(f"/accounts/{phone.user.id}").text
    assert not signed_in(hers)
    assert signed_in(phone.browser())


def test_a_wrong_first_code_sets_nothing_up(phone: Phone) -> None:
    client = phone.browser()
    client.get(PAGE)
    assert client.post(PAGE, data={"code": "123456"}).status_code == 422
    assert phone.app.test_client().post(PAGE, data={"code": "1"}).status_code == 302
    assert signed_in(phone.browser())


def test_a_tablet_gives_the_code_with_the_password(phone: Phone) -> None:
    assert phone.tablet()[0] == 201
    phone.set_up()
    assert phone.tablet() == (401, "second_factor_needed")
    assert phone.tablet(code="123") == (401, "second_factor_wrong")
    assert phone.tablet(code=phone.code)[0] == 201
    assert phone.tablet(code=phone.code, password="faux") == (401, "not_signed_in")


def test_a_password_alone_is_no_key_for_other_apps(app: Flask) -> None:
    phone = phone_of(app, Role.VISITOR)
    client = app.test_client()
    basic: dict[str, Any] = {"auth": (phone.user.email, PASSWORD)}
    assert client.get("/openrosa/formList", **basic).status_code == 200
    phone.set_up()
    assert client.get("/openrosa/formList", **basic).status_code == 401


def question_of(page: str, kind: str) -> str:
    found = re.search(rf'data-passkey="{kind}" data-question="([^"]+)"', page)
    assert found is not None, page
    return html.unescape(found[1])


def with_passkey(phone: Phone) -> tuple[FlaskClient, Authenticator, list[str]]:
    client, device = phone.browser(), Authenticator()
    answer = device.make(question_of(client.get(PAGE).text, "create"))
    page = client.post(PAGE + "/passkeys", data={"name": "Ordinateur", "passkey": answer})
    return client, device, re.findall(r"<code[^>]*>([a-z2-9-]{14})</code>", page.text)


def test_a_passkey_alone_meets_the_demand_and_stays(strict: Flask) -> None:
    phone = phone_of(strict, Role.ADMINISTRATOR)
    client, device, codes = with_passkey(phone)
    assert len(set(codes)) == 8
    assert client.get("/accounts/").status_code == 200
    shown = client.get(PAGE).text
    assert "Ordinateur" in shown
    with strict.extensions["palier"].sessions() as session:
        start_reading(session)
        number = session.scalars(select(Passkey.id).where(Passkey.user_id == phone.user.id)).one()
    path = f"{PAGE}/passkeys/{number}/remove"
    assert client.post(path, data={"code": codes[0]}).status_code == 409
    assert client.post(path, data={"code": "1"}).status_code == 422
    half = phone.browser()
    assert not signed_in(half)
    answer = device.use(question_of(half.get("/sign-in/code").text, "get"))
    assert half.post("/sign-in/code", data={"passkey": answer}).status_code == 302
    assert signed_in(half)
    assert phone.tablet(code=codes[1])[0] == 201


def test_a_passkeys_answer_is_good_once_and_soon(phone: Phone) -> None:
    _, device, _ = with_passkey(phone)
    half = phone.browser()
    answer = device.use(question_of(half.get("/sign-in/code").text, "get"))
    kept = half.get_cookie("palier")
    assert kept is not None
    assert half.post("/sign-in/code", data={"passkey": answer}).status_code == 302
    with phone.app.extensions["palier"].sessions.begin() as session:
        session.execute(update(Passkey).values(sign_count=0))
    again = phone.app.test_client()
    again.set_cookie("palier", kept.value)
    assert again.post("/sign-in/code", data={"passkey": answer}).status_code == 422
    assert not signed_in(again)
    late = phone.browser()
    answer = device.use(question_of(late.get("/sign-in/code").text, "get"))
    phone.wait(300)
    assert late.post("/sign-in/code", data={"passkey": answer}).status_code == 422


def test_passkeys_are_not_guessed(phone: Phone) -> None:
    with_passkey(phone)
    client = phone.browser()
    said = [client.post("/sign-in/code", data={"passkey": "{}"}).status_code for _ in range(6)]
    assert said == [422] * 5 + [429]
    assert phone.browser().post("/sign-in/code", data={"passkey": "{}"}).status_code == 429


def test_a_wrong_answer_to_the_question_counts_as_a_guess(phone: Phone) -> None:
    _, device, _ = with_passkey(phone)
    thief, client = Authenticator(id=device.id), phone.browser()
    said = []
    for _ in range(6):
        answer = thief.use(question_of(client.get("/sign-in/code").text, "get"))
        said.append(client.post("/sign-in/code", data={"passkey": answer}).status_code)
    assert said == [422] * 5 + [429]


def test_an_older_tab_answers_again_and_stands_behind_no_wall(phone: Phone) -> None:
    _, device, _ = with_passkey(phone)
    client = phone.browser()
    older = device.use(question_of(client.get("/sign-in/code").text, "get"))
    for _ in range(6):
        newer = question_of(client.get("/sign-in/code").text, "get")
        page = client.post("/sign-in/code", data={"passkey": older})
        assert page.status_code == 422
        assert "Réessayez" in page.text
    newer = question_of(page.text, "get")
    assert client.post("/sign-in/code", data={"passkey": device.use(newer)}).status_code == 302


def test_an_open_session_alone_adds_no_further_factor(phone: Phone) -> None:
    client, device, codes = with_passkey(phone)
    shown, second = client.get(PAGE).text, Authenticator()
    assert 'data-passkey="create"' not in shown
    assert "data:image/svg" not in shown
    asked = question_of(shown, "get")  # the same challenge, which a forged form could use
    made = {"name": "Voleur", "passkey": second.make(asked)}
    assert client.post(PAGE + "/passkeys", data=made).status_code == 403
    assert client.post(PAGE, data={"code": "123456"}).status_code == 403
    assert client.post(PAGE + "/prove", data={"code": "123456"}).status_code == 422
    assert client.post(PAGE + "/passkeys", data=made).status_code == 403
    proof = device.use(question_of(client.get(PAGE).text, "get"))
    assert client.post(PAGE + "/prove", data={"passkey": proof}).location == PAGE
    answer = second.make(question_of(client.get(PAGE).text, "create"))
    added = client.post(PAGE + "/passkeys", data={"name": "Clé", "passkey": answer})
    assert added.status_code == 302
    phone.wait(300)
    assert client.post(PAGE + "/passkeys", data=made).status_code == 403
    assert len(kinds(phone)) == 2
    assert phone.sign_in(codes[0]) is not None


def test_each_factor_is_removed_alone_and_a_demanded_one_stays(strict: Flask) -> None:
    phone = phone_of(strict, Role.ADMINISTRATOR)
    client, codes = phone.set_up()
    device = Authenticator()
    assert client.post(PAGE + "/prove", data={"code": phone.code}).status_code == 302
    answer = device.make(question_of(client.get(PAGE).text, "create"))
    client.post(PAGE + "/passkeys", data={"name": "Ordinateur", "passkey": answer})
    assert client.post(PAGE + "/remove", data={"code": codes[0]}).location == PAGE
    assert phone.sign_in(phone.code) is None
    assert client.post(PAGE + "/remove", data={"code": codes[1]}).status_code == 404
    half = phone.browser()
    proof = device.use(question_of(half.get("/sign-in/code").text, "get"))
    assert half.post("/sign-in/code", data={"passkey": proof}).status_code == 302
    assert "Retirer cette clé" not in half.get(PAGE).text
    assert kinds(phone)[-2] is AccountEventKind.AUTHENTICATOR_REMOVED
    assert phone.sign_in(codes[2]) is not None
