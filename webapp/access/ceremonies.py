"""The ceremonies of WebAuthn: what a browser is asked, and whether its answer is right."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from flask import g, request
from flask import session as cookie
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    bytes_to_base64url,
    parse_authentication_credential_json,
    parse_client_data_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from visits.accounts.passkeys import use_challenge
from visits.models.accounts import Passkey, User
from webapp.frame.settings import Settings
from webapp.frame.transaction import now, transaction

# A challenge is good for one answer, given soon.
CHALLENGE_FOR = timedelta(minutes=5)
# Where the session keeps the challenge; what was answered is kept on the server.
CHALLENGE = "palier_challenge"
# Browsers know no passkeys of an address in numbers (WebAuthn, relying party identifier).
LOCAL = "localhost"


@dataclass(frozen=True)
class RelyingParty:
    """Whom a passkey is for: a name of ours, and the only origin that may ask."""

    id: str
    origin: str


@dataclass(frozen=True)
class Made:
    """A new passkey as a device made it."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def relying_party(settings: Settings) -> RelyingParty | None:
    """Give whom passkeys are for here; None while nobody said by which name we are known.

    A client chooses its Host header: it counts only where `hosts` was checked, or at home.
    """
    if settings.address:
        parts = urlsplit(settings.address)
        return RelyingParty(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")
    name = urlsplit(request.host_url).hostname or ""
    if settings.hosts or name == LOCAL:
        return RelyingParty(name, request.host_url.rstrip("/"))
    return None


def offered_challenge() -> str:
    """Give the challenge of this browser's page, the same for all forms of one answer."""
    if g.get("challenge") is None:
        g.challenge = new_challenge()
        cookie[CHALLENGE] = [g.challenge, int(now().timestamp())]
    return str(g.challenge)


def take_challenge() -> str | None:
    """Take the challenge of this browser, once and soon; None when there is none any more."""
    challenge = _open_challenge()
    cookie.pop(CHALLENGE, None)
    if challenge is None:
        return None
    with transaction() as session:
        fresh = use_challenge(session, challenge, kept=CHALLENGE_FOR, now=now())
    return challenge if fresh else None


def is_late(answer: str) -> bool:
    """Tell whether an answer is to a challenge of before: of an older tab, or of long ago.

    Such an answer is never right, so it guesses nothing. One that says no challenge is not late.
    """
    try:
        said = parse_client_data_json(
            parse_authentication_credential_json(answer).response.client_data_json
        )
    except (WebAuthnException, ValueError):
        return False
    return bytes_to_base64url(said.challenge) != _open_challenge()


def _open_challenge() -> str | None:
    challenge, at = cookie.get(CHALLENGE) or ("", 0)
    if not challenge or now().timestamp() - at >= CHALLENGE_FOR.total_seconds():
        return None
    return str(challenge)


def new_challenge() -> str:
    """Make a challenge, as the session keeps it."""
    return bytes_to_base64url(secrets.token_bytes(32))


def asked_to_add(party: RelyingParty, user: User, held: Sequence[Passkey], challenge: str) -> str:
    """Write what a browser is asked when it makes a passkey."""
    options = generate_registration_options(
        rp_id=party.id,
        rp_name="Palier",
        user_id=user.id.bytes,
        user_name=user.email,
        user_display_name=user.name,
        challenge=base64url_to_bytes(challenge),
        exclude_credentials=_described(held),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return options_to_json(options)


def asked_to_use(party: RelyingParty, held: Sequence[Passkey], challenge: str) -> str:
    """Write what a browser is asked when a passkey signs in."""
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=base64url_to_bytes(challenge),
        allow_credentials=_described(held),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return options_to_json(options)


def made_by(party: RelyingParty, answer: str, challenge: str) -> Made | None:
    """Read the passkey that a browser made for this challenge; None when it is not right."""
    try:
        found = verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
        )
    except (WebAuthnException, ValueError):
        return None
    return Made(found.credential_id, found.credential_public_key, found.sign_count)


def credential_of(answer: str) -> bytes | None:
    """Read which passkey an answer says it comes from."""
    try:
        return parse_authentication_credential_json(answer).raw_id
    except (WebAuthnException, ValueError):
        return None


def count_of(party: RelyingParty, answer: str, challenge: str, passkey: Passkey) -> int | None:
    """Give the counter of a right answer; None for a wrong one.

    Whether the counter went on is for `use_passkey`, which notes it: here it counts from zero.
    """
    try:
        found = verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=0,
        )
    except (WebAuthnException, ValueError):
        return None
    return found.new_sign_count


def _described(held: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=one.credential_id) for one in held]
