"""Secrets that are told once, in a link: only what tells them again is kept."""

import hashlib
import secrets


def new_secret() -> str:
    """Give a secret that nobody guesses: 256 bits, to be written in an address."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """Give what is kept of a secret: its SHA-256, in 64 hexadecimal digits."""
    return hashlib.sha256(secret.encode()).hexdigest()
