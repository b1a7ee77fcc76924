"""Accounts: added with a password shown once, closed, and one's own."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tests.factories import NOW, make_user
from visits.accounts.accounts import add_device, device_of_token, find_organisation, find_territory
from visits.ground.db import start_reading
from visits.models.accounts import Device, OrganisationKind, Role, User

SignIn = Callable[..., FlaskClient]


def account_named(app: Flask, name: str) -> User:
    with app.extensions["palier"].sessions() as session:
        start_reading(session)
        statement = select(User).options(joinedload(User.organisation))
        return session.scalars(statement.where(User.name == name)).one()


def opens(app: Flask, token: str) -> bool:
    """Tell whether a tablet's token still opens anything."""
    with app.extensions["palier"].sessions() as session:
        start_reading(session)
        return device_of_token(session, token) is not None


def typed(user: User, **changes: str) -> dict[str, str]:
    return {
        "email": "claire.mercier@palier.example",
        "name": "Claire Mercier",
        "role": "coordinator",
        "organisation": str(user.organisation_id),
        "territory": "",
        "language": "fr",
    } | changes


def administrator(client_as: SignIn) -> tuple[FlaskClient, User]:
    client = client_as(Role.ADMINISTRATOR)
    return client, client.user  # type: ignore[attr-defined]


@pytest.mark.one_database
@pytest.mark.slow
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "nobody"),
        ("name", " "),
        ("role", "king"),
        ("organisation", ""),
        ("organisation", str(uuid.UUID(int=7))),
        ("territory", "somewhere"),
    ],
)
def test_a_wrong_field_is_said_and_nothing_typed_is_lost(
    client_as: SignIn, field: str, value: str
) -> None:
    client, user = administrator(client_as)
    answer = client.post("/accounts/new", data=typed(user, **{field: value}))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    if field != "name":
        assert "Claire Mercier" in answer.text


@pytest.mark.parametrize(
    ("field", "value", "ends"),
    [
        ("name", "Claire Mercier-Dupont", False),
        ("language", "en", False),
        ("email", "nouvelle@palier.example", False),
        ("role", "technician", True),
        ("territory", "Nord", True),
        ("organisation", "Tandem", True),
    ],
)
def test_an_account_is_changed_and_a_new_reach_ends_its_sessions(
    app: Flask, client_as: SignIn, field: str, value: str, ends: bool
) -> None:
    client, _ = administrator(client_as)
    colleague = client_as(Role.COORDINATOR)
    user: User = colleague.user  # type: ignore[attr-defined]
    with app.extensions["palier"].sessions.begin() as writing:
        if field == "territory":
            value = str(find_territory(writing, value).id)
        if field == "organisation":
            value = str(find_organisation(writing, value, OrganisationKind.PARTNER).id)
    path = f"/accounts/{user.id}/edit"
    same = typed(user, email=user.email, name=user.name)
    assert client.post(path, data=same).status_code == 302
    assert colleague.get("/account").status_code == 200
    assert f'value="{user.email}"' in client.get(path).text
    assert client.post(path, data=same | {field: value}).status_code == 302
    assert colleague.get("/account").status_code == (302 if ends else 200)
    with app.extensions["palier"].sessions() as session:
        start_reading(session)
        kept = session.get_one(User, user.id)
        column = f"{field}_id" if field in ("territory", "organisation") else field
        assert str(getattr(kept, column)) == value


def test_a_change_that_cannot_be_is_said_in_its_field(client_as: SignIn) -> None:
    client, user = administrator(client_as)
    other: User = client_as(Role.MANAGER).user  # type: ignore[attr-defined]
    mine = typed(user, email=user.email, name=user.name, role="administrator")
    for user_id, change, field in (
        (other.id, {"email": user.email}, "email"),
        (other.id, {"name": " "}, "name"),
        (user.id, {"role": "visitor"}, "role"),
    ):
        answer = client.post(f"/accounts/{user_id}/edit", data=mine | change)
        assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    assert client.post(f"/accounts/{user.id}/edit", data=mine | {"name": "Ana"}).status_code == 302
    assert client.get("/accounts/").status_code == 200
    assert client.get(f"/accounts/{uuid.uuid4()}/edit").status_code == 404


def test_an_e_mail_has_one_account(client_as: SignIn) -> None:
    client, user = administrator(client_as)
    answer = client.post("/accounts/new", data=typed(user, email=user.email.upper()))
    assert answer.status_code == 422 and 'id="email-error"' in answer.text


def test_an_organisation_can_be_named_with_the_account(app: Flask, client_as: SignIn) -> None:
    client, user = administrator(client_as)
    data = typed(user, organisation="", new_organisation="Tandem", organisation_kind="partner")
    assert client.post("/accounts/new", data=data).status_code == 200
    added = account_named(app, "Claire Mercier")
    assert (added.organisation.name, added.organisation.kind) == ("Tandem", "partner")


def test_closing_an_account_ends_its_sessions_and_tablets(app: Flask, client_as: SignIn) -> None:
    client, _ = administrator(client_as)
    colleague = client_as(Role.COORDINATOR)
    with app.extensions["palier"].sessions.begin() as writing:
        user = writing.get_one(User, colleague.user.id)  # type: ignore[attr-defined]
        _device, token = add_device(writing, user, name="T4", now=NOW)
    assert colleague.get("/account").status_code == 200
    assert "T4" in client.get(f"/accounts/{user.id}").text
    assert client.post(f"/accounts/{user.id}/active", data={"active": "0"}).status_code == 302
    assert colleague.get("/account").status_code == 302
    assert not opens(app, token)
    assert user.name in client.get("/accounts/?state=closed").text
    client.post(f"/accounts/{user.id}/active", data={"active": "1"}, follow_redirects=True)
    assert user.name not in client.get("/accounts/?state=closed").text


def test_an_administrator_cannot_close_her_own_account(client_as: SignIn) -> None:
    client, user = administrator(client_as)
    answer = client.post(f"/accounts/{user.id}/active", data={"active": "0"})
    assert answer.status_code == 409
    assert client.get("/accounts/").status_code == 200


def test_a_tablet_is_revoked_from_its_account(app: Flask, client_as: SignIn) -> None:
    client, _ = administrator(client_as)
    with app.extensions["palier"].sessions.begin() as writing:
        user = make_user(writing, role=Role.VISITOR)
        other = make_user(writing, role=Role.VISITOR)
        device, token = add_device(writing, user, name="T4", now=NOW)
    wrong = client.post(f"/accounts/{other.id}/tablets/{device.id}/revoke")
    assert wrong.status_code == 404
    assert client.post(f"/accounts/{user.id}/tablets/{device.id}/revoke").status_code == 302
    assert not opens(app, token)


def test_one_revokes_own_tablets_and_not_those_of_others(app: Flask, client_as: SignIn) -> None:
    client = client_as(Role.SOCIAL_WORKER)
    with app.extensions["palier"].sessions.begin() as writing:
        me = writing.get_one(User, client.user.id)  # type: ignore[attr-defined]
        mine, _token = add_device(writing, me, name="Mine", now=NOW)
        theirs, token = add_device(writing, make_user(writing), name="Theirs", now=NOW)
    assert "Mine" in client.get("/account").text
    assert client.post(f"/account/tablets/{mine.id}/revoke").status_code == 302
    assert client.post(f"/account/tablets/{theirs.id}/revoke").status_code == 404
    assert opens(app, token)


def test_one_chooses_the_language_of_the_screens(client_as: SignIn) -> None:
    client = client_as(Role.MANAGER)
    assert client.post("/account/language", data={"language": "en"}).status_code == 302
    assert '<html lang="en"' in client.get("/account").text
    assert client.post("/account/language", data={"language": "tlh"}).status_code == 422


def test_signing_out_everywhere_ends_every_session(app: Flask, client_as: SignIn) -> None:
    client = client_as(Role.MANAGER)
    other_browser = app.test_client()
    with client.session_transaction() as here, other_browser.session_transaction() as there:
        there.update(here)
    assert other_browser.get("/account").status_code == 200
    assert client.post("/account/sign-out-everywhere").status_code == 302
    assert client.get("/account").status_code == 302
    assert other_browser.get("/account").status_code == 302


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_see_accounts(client_as: SignIn, role: Role) -> None:
    assert client_as(role).get("/accounts/").status_code == 403


def test_a_tablet_that_asks_for_its_day_is_seen(app: Flask, client_as: SignIn) -> None:
    with app.extensions["palier"].sessions.begin() as session:
        user = make_user(session, role=Role.VISITOR)
        device, token = add_device(session, user, name="T4", now=NOW - timedelta(days=3))
    headers = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get("/api/tablet/day", headers=headers).status_code == 200
    with app.extensions["palier"].sessions() as session:
        start_reading(session)
        assert session.get_one(Device, device.id).last_seen_at == NOW
