"""Browsers that signed an account in before: a stranger's wrong passwords do not shut them out."""

import hashlib
import ipaddress
import secrets
from typing import Any

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

from visits.accounts.sign_in_wall import Place, folded

COOKIE = "palier_known"
KEPT_FOR = 365 * 24 * 3600
MOST = 10  # accounts that one browser is known for


def place_of(email: str) -> Place:
    """Tell where a try comes from, and whether this account signed in there before."""
    kept = _kept()
    if _mark(email) in kept["accounts"]:
        return Place(f"browser {kept['browser']}", known=True)
    return Place(network_of(request.remote_addr or ""))


def network_of(address: str) -> str:
    """Name the network of an address: a house has one IPv4 address and 2^64 of IPv6."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((known, 64), strict=False))
    return address


def remember_browser(answer: Response, email: str) -> None:
    """Have the browser keep that this account signed in here; it opens nothing."""
    kept = _kept()
    others = [mark for mark in kept["accounts"] if mark != _mark(email)]
    told = {"browser": kept["browser"], "accounts": [*others, _mark(email)][-MOST:]}
    answer.set_cookie(
        COOKIE,
        _signer().dumps(told),
        max_age=KEPT_FOR,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )


def _kept() -> dict[str, Any]:
    try:
        kept: dict[str, Any] = _signer().loads(request.cookies.get(COOKIE, ""), max_age=KEPT_FOR)
    except BadData:
        return {"browser": secrets.token_urlsafe(16), "accounts": []}
    return kept


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known-browser")


def _mark(email: str) -> str:
    return hashlib.sha256(folded(email).encode()).hexdigest()[:16]
