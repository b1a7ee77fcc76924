"""Cookies that were signed before the clock was put back stay good, as long as the session may."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import SignatureExpired, TimestampSigner, URLSafeTimedSerializer

AHEAD = timedelta(days=1)


class PatientSigner(TimestampSigner):
    """Takes a moment a little ahead of now for now: the library takes it for expired."""

    def unsign(
        self, signed_value: str | bytes, max_age: int | None = None, return_timestamp: bool = False
    ) -> Any:
        """Look at a signature and its age."""
        try:
            return super().unsign(signed_value, max_age, return_timestamp)  # type: ignore[call-overload]
        except SignatureExpired as expired:
            ahead = (expired.date_signed or datetime.min.replace(tzinfo=UTC)) - datetime.now(UTC)
            if not timedelta(0) < ahead <= AHEAD:
                raise
            return super().unsign(signed_value, None, return_timestamp)  # type: ignore[call-overload]


class Cookies(SecureCookieSessionInterface):
    """The cookie of a session, signed by a patient signer."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Give what signs and reads the cookie."""
        signing = super().get_signing_serializer(app)
        if signing is not None:
            signing.signer = PatientSigner
        return signing
