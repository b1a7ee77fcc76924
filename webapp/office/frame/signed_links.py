"""Addresses that open one thing to whoever has no account: a secret, signed for one use.

The signature tells an address that was cut or changed from one that was revoked.
"""

from flask import current_app, request, url_for
from itsdangerous import BadData, URLSafeSerializer

from webapp.frame.transaction import house

# An address that opens by itself is found by no search engine, and told to nobody it links to.
# Its address goes to nobody else, as no page’s does; to ourselves it must, or no form is believed.
PRIVATE = {"X-Robots-Tag": "noindex, nofollow"}


def signed_address(endpoint: str, secret: str) -> str:
    """Give the whole address of a page for a secret, as it is sent."""
    path = url_for(endpoint, token=_signer(endpoint).dumps(secret))
    return (house().settings.address or request.url_root).rstrip("/") + path


def secret_in(endpoint: str, token: str) -> str | None:
    """Give the secret that was signed for a page, None where the token was cut or changed."""
    try:
        return str(_signer(endpoint).loads(token))
    except BadData:
        return None


def _signer(endpoint: str) -> URLSafeSerializer:
    """Sign for one use alone: `order_link.show` is signed as `order-link`."""
    use = endpoint.partition(".")[0].replace("_", "-")
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=use)
