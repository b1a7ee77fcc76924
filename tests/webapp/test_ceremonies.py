"""Passkeys: what a device answers is right once, here, for its own account."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_user
from tests.webapp.authenticator import Authenticator
from visits.accounts.passkeys import (
    add_passkey,
    find_passkey,
    passkeys_of,
    remove_passkey,
    use_passkey,
)
from visits.accounts.second_factor import codes_left
from visits.ground.errors import Conflict, NotFound
from visits.models.accounts import AccountEvent, AccountEventKind, User
from webapp.access.ceremonies import (
    RelyingParty,
    asked_to_add,
    asked_to_use,
    count_of,
    credential_of,
    made_by,
    new_challenge,
    relying_party,
)

HERE = RelyingParty("localhost", "http://localhost")


def added(session: Session, user: User, device: Authenticator) -> list[str]:
    challenge = new_challenge()
    made = made_by(HERE, device.make(asked_to_add(HERE, user, [], challenge)), challenge)
    assert made is not None
    return add_passkey(
        session,
        user,
        "Ordinateur",
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        now=NOW,
    )


def signs_in(session: Session, user: User, device: Authenticator) -> bool:
    challenge = new_challenge()
    answer = device.use(asked_to_use(HERE, passkeys_of(session, user.id), challenge))
    passkey = find_passkey(session, user, credential_of(answer) or b"")
    count = count_of(HERE, answer, challenge, passkey) if passkey else None
    if passkey is None or count is None:
        return False
    return use_passkey(session, user, passkey, sign_count=count, now=NOW)


def test_a_passkey_signs_in_and_the_first_brings_recovery_codes(session: Session) -> None:
    user, device, second = make_user(session), Authenticator(), Authenticator()
    assert len(added(session, user, device)) == 8
    assert added(session, user, second) == []
    assert signs_in(session, user, device)
    assert signs_in(session, user, second)
    assert [one.used_at for one in passkeys_of(session, user.id)] == [NOW, NOW]
    with pytest.raises(Conflict):
        added(session, user, device)


def test_another_origin_party_or_challenge_is_wrong(session: Session) -> None:
    user, device = make_user(session), Authenticator()
    asked = asked_to_add(HERE, user, [], new_challenge())
    assert made_by(HERE, device.make(asked), new_challenge()) is None
    assert made_by(HERE, "{}", new_challenge()) is None
    assert credential_of("[]") is None
    added(session, user, device)
    device.origin = "https://palier.evil.example"
    assert not signs_in(session, user, device)
    device.origin, device.party = HERE.origin, "evil.example"
    assert not signs_in(session, user, device)
    device.party = HERE.id
    (passkey,) = passkeys_of(session, user.id)
    answer = device.use(asked_to_use(HERE, [passkey], new_challenge()))
    assert count_of(HERE, answer, new_challenge(), passkey) is None
    other_key = Authenticator(id=device.id)
    assert not signs_in(session, user, other_key)
    assert signs_in(session, user, device)


def test_a_counter_that_goes_back_is_refused_and_told(session: Session) -> None:
    user, device = make_user(session), Authenticator()
    added(session, user, device)
    device.counter = 7
    assert signs_in(session, user, device)
    device.counter = 7
    assert not signs_in(session, user, replace(device, counter=7))
    told = session.scalars(select(AccountEvent.kind).where(AccountEvent.user_id == user.id))
    assert AccountEventKind.PASSKEY_COPIED in told.all()


def test_somebody_elses_and_a_removed_one_open_nothing(session: Session) -> None:
    user, other, device = make_user(session), make_user(session), Authenticator()
    added(session, user, device)
    assert not signs_in(session, other, device)
    (passkey,) = passkeys_of(session, user.id)
    with pytest.raises(NotFound):
        remove_passkey(session, other, passkey.id, demanded=False, now=NOW)
    with pytest.raises(Conflict):
        remove_passkey(session, user, passkey.id, demanded=True, now=NOW)
    assert user.second_factor_at == NOW
    remove_passkey(session, user, passkey.id, demanded=False, now=NOW)
    assert not signs_in(session, user, device)
    assert user.second_factor_at is None
    assert codes_left(session, user.id) == 0


def test_a_clients_host_header_names_no_relying_party(app: Flask) -> None:
    settings = replace(app.extensions["palier"].settings, address=None, hosts=())
    with app.test_request_context(base_url="https://evil.example"):
        assert relying_party(settings) is None
        known = replace(settings, address="https://palier.example.org")
        assert relying_party(known) == RelyingParty(
            "palier.example.org", "https://palier.example.org"
        )
