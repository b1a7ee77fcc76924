"""Accounts, tablets, and wrong passwords that slow down."""

import uuid
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.factories import make_user
from visits.accounts.accounts import (
    NewUser,
    add_device,
    add_user,
    device_of_token,
    find_user,
    revoke_device,
    set_active,
)
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import Role


def test_an_account_is_found_whatever_the_case_of_its_address(session: Session) -> None:
    user = make_user(session, email="Coordinatrice@Palier.example")
    assert find_user(session, " coordinatrice@palier.EXAMPLE ") is user


def test_an_address_has_one_account(session: Session, now: datetime) -> None:
    user = make_user(session)
    new = NewUser(user.email.upper(), "Autre", Role.MANAGER, "hash")
    with pytest.raises(Conflict, match="email_taken"):
        add_user(session, new, organisation=user.organisation, now=now)


def test_an_account_needs_an_address_and_a_name(session: Session, now: datetime) -> None:
    organisation = make_user(session).organisation
    for new in (
        NewUser("pas une adresse", "Nom", Role.MANAGER, "hash"),
        NewUser("a@b.example", "  ", Role.MANAGER, "hash"),
        NewUser("a@b.example", "N" * 101, Role.MANAGER, "hash"),
    ):
        with pytest.raises(Invalid):
            add_user(session, new, organisation=organisation, now=now)


def test_a_tablet_speaks_for_its_user_until_it_is_revoked(session: Session, now: datetime) -> None:
    user = make_user(session, role=Role.VISITOR)
    device, token = add_device(session, user, name="iPad 3", now=now)
    assert device_of_token(session, token) is device
    assert device_of_token(session, token + "x") is None
    stored = session.execute(text("SELECT token_sha256 FROM device")).scalar_one()
    assert token not in stored
    revoke_device(session, device.id, now=now)
    session.flush()
    assert device_of_token(session, token) is None
    with pytest.raises(NotFound):
        revoke_device(session, uuid.uuid4(), now=now)


def test_a_closed_account_loses_its_tablets_and_sessions(session: Session, now: datetime) -> None:
    user = make_user(session, role=Role.VISITOR)
    _, token = add_device(session, user, name="iPad", now=now)
    mark = user.fs_uniquifier
    set_active(session, user.id, False, now=now)
    assert device_of_token(session, token) is None
    assert user.fs_uniquifier != mark
