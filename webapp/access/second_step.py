"""The second step of signing in: a code of an authenticator, or a recovery code."""

import base64
import io
import uuid

import qrcode
import qrcode.image.svg
from flask import request
from passlib.exc import TokenError
from passlib.totp import TOTP

from visits.accounts.passkeys import find_passkey, passkeys_of, use_passkey
from visits.accounts.second_factor import hold_account, use_code
from visits.accounts.sign_in_wall import Place, count_try, forget_tries
from visits.models.accounts import User
from webapp.access.ceremonies import (
    asked_to_use,
    count_of,
    credential_of,
    is_late,
    offered_challenge,
    relying_party,
    take_challenge,
)
from webapp.frame.transaction import house, now, reading, transaction

ISSUER = "Palier"
DRIFT = 30  # seconds that the clock of a phone may be off, either way


def new_secret() -> str:
    """Make the secret of an authenticator: 160 bits in base 32."""
    return str(TOTP.new().base32_key)


def counter_of(secret: str, code: str) -> int | None:
    """Give the turn of a code that is right now, None for a wrong one."""
    try:
        match = TOTP(key=secret).match(code.strip(), time=now(), window=DRIFT)
    except (TokenError, ValueError):
        return None
    return int(match.counter)


def code_is_right(user_id: uuid.UUID, typed: str) -> bool:
    """Use a code of an account, not too often: raises TooManyTries."""
    # Whoever stands here knows the password: nobody else can raise this wall.
    key = f"code {user_id}"
    with transaction() as session:
        count_try(session, key, place=Place(key, known=True), now=now())
    with transaction() as session:
        user = hold_account(session, user_id)
        right = use_code(session, user, typed, counter_of=counter_of, now=now())
        if right:
            forget_tries(session, key, place=Place(key, known=True))
    return right


def proof_is_right(user_id: uuid.UUID) -> bool:
    """Check what a form brings: a passkey's answer, or else a code. Raises TooManyTries."""
    answer = request.form.get("passkey", "")
    if answer:
        return passkey_is_right(user_id, answer)
    return code_is_right(user_id, request.form.get("code", "")[:40])


def passkey_is_right(user_id: uuid.UUID, answer: str) -> bool:
    """Use a passkey of an account, not too often: raises TooManyTries.

    An answer from an older tab is nobody's guess: it is to be given again, and does not count.
    """
    if is_late(answer):
        return False
    key = f"code {user_id}"
    with transaction() as session:
        count_try(session, key, place=Place(key, known=True), now=now())
    party, challenge = relying_party(house().settings), take_challenge()
    if party is None or challenge is None:
        return False
    with transaction() as session:
        user = hold_account(session, user_id)
        passkey = find_passkey(session, user, credential_of(answer) or b"")
        count = count_of(party, answer, challenge, passkey) if passkey else None
        if passkey is None or count is None:
            return False
        right = use_passkey(session, user, passkey, sign_count=count, now=now())
        if right:
            forget_tries(session, key, place=Place(key, known=True))
    return right


def question_to_passkeys(user_id: uuid.UUID) -> str:
    """Write what a browser is asked to prove a passkey; empty where there is none to ask."""
    party = relying_party(house().settings)
    with reading() as session:
        held = passkeys_of(session, user_id)
        return asked_to_use(party, held, offered_challenge()) if party and held else ""


def spaced(secret: str) -> str:
    """Write a secret in groups of four, as people type it."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def picture_of(secret: str, user: User) -> str:
    """Draw what an authenticator photographs, as the address of a picture."""
    address = TOTP(key=secret, label=user.email, issuer=ISSUER).to_uri()
    picture = qrcode.make(address, image_factory=qrcode.image.svg.SvgPathImage, border=2)
    with io.BytesIO() as written:
        picture.save(written)
        drawn = base64.b64encode(written.getvalue()).decode()
    return f"data:image/svg+xml;base64,{drawn}"
