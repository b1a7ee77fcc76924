"""What is handed over by HTTP: one POST, whose answer says taken, not now or never."""

import enum
import http.client
import logging
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

log = logging.getLogger("palier")

TIMEOUT = 20  # seconds
REFUSED_FOR_GOOD = (400, 404, 410, 422)
# It came before: whoever takes it knows its key, and took it then.
ALREADY = 409
MOST_ANSWERED = 64_000


class Handed(enum.StrEnum):
    """What came of handing something over."""

    TAKEN = "taken"
    NOT_NOW = "not_now"
    REFUSED = "refused"


@dataclass(frozen=True)
class Answer:
    """What came of it, and the first bytes of what was answered."""

    handed: Handed
    body: bytes = b""


class _NoDetour(urllib.request.HTTPRedirectHandler):
    """What is sent elsewhere was taken by nobody: a redirected POST arrives empty."""

    def redirect_request(self, *told: Any, **more: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoDetour)


def is_safe(url: str) -> bool:
    """Tell whether something may be handed over to an address: by https, or on this machine."""
    return url.startswith(("https://", "http://127.0.0.1:", "http://localhost:"))


def post(
    url: str, data: bytes, headers: Mapping[str, str], *, what: str, timeout: float = TIMEOUT
) -> Answer:
    """Hand JSON over; `what` is called so in the program's log, with nothing of what it says."""
    told = {"Content-Type": "application/json"} | dict(headers)
    asked = urllib.request.Request(  # noqa: S310 - the settings refuse what is not is_safe
        url, data=data, headers=told, method="POST"
    )
    try:
        with _OPENER.open(asked, timeout=timeout) as answer:
            return Answer(Handed.TAKEN, answer.read(MOST_ANSWERED))
    except urllib.error.HTTPError as refused:
        with refused:
            return _meaning(refused, what)
    except (OSError, http.client.HTTPException) as error:
        # What is answered may repeat what was sent.
        log.error(f"{what} not sent", extra={"facts": {"error": type(error).__name__}})
        return Answer(Handed.NOT_NOW)


def _meaning(refused: urllib.error.HTTPError, what: str) -> Answer:
    if refused.code == ALREADY:
        return Answer(Handed.TAKEN, refused.read(MOST_ANSWERED))
    log.error(f"{what} not sent", extra={"facts": {"status": refused.code}})
    return Answer(Handed.REFUSED if refused.code in REFUSED_FOR_GOOD else Handed.NOT_NOW)
