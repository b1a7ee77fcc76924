"""Text messages: whoever takes them, by HTTP, where a provider is set; without one none is made."""

import enum
import http.client
import json
import logging
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from webapp.frame.kept_secrets import CannotStart

log = logging.getLogger("palier")

TIMEOUT = 20  # seconds
REFUSED_FOR_GOOD = (400, 404, 410, 422)
# A text message came before: the provider knows its key, and sent it then.
ALREADY = 409


class Handed(enum.StrEnum):
    """What came of handing a message over."""

    TAKEN = "taken"
    NOT_NOW = "not_now"
    REFUSED = "refused"


class _NoDetour(urllib.request.HTTPRedirectHandler):
    """What is sent elsewhere was taken by nobody: a redirected POST arrives empty."""

    def redirect_request(self, *told: Any, **more: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoDetour)


class TextProvider(Protocol):
    """Whoever sends text messages; the same `key` twice is the same message, and goes out once."""

    def hand_over(self, to: str, text: str, *, key: str) -> Handed:
        """Hand a message over to a number such as `+33612345678`."""


@dataclass(frozen=True)
class HttpProvider:
    """A provider that takes JSON by POST: `{to, from, text, reference}`, with `Idempotency-Key`."""

    url: str
    token: str
    sender: str = ""
    timeout: float = TIMEOUT

    def hand_over(self, to: str, text: str, *, key: str) -> Handed:
        """Hand a message over; what is not answered is tried again under the same key."""
        told = {"to": to, "text": text, "reference": key}
        if self.sender:
            told["from"] = self.sender
        asked = urllib.request.Request(  # noqa: S310 - https alone, by read_text_provider
            self.url,
            data=json.dumps(told).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self.token}",
                "Idempotency-Key": key,
            },
            method="POST",
        )
        try:
            with _OPENER.open(asked, timeout=self.timeout) as answer:
                answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                return _meaning(refused.code)
        except (OSError, http.client.HTTPException) as error:
            # What the provider answers may repeat the number.
            log.error("text not sent", extra={"facts": {"error": type(error).__name__}})
            return Handed.NOT_NOW
        return Handed.TAKEN


def _meaning(status: int) -> Handed:
    if status == ALREADY:
        return Handed.TAKEN
    log.error("text not sent", extra={"facts": {"status": status}})
    return Handed.REFUSED if status in REFUSED_FOR_GOOD else Handed.NOT_NOW


@dataclass(frozen=True)
class TextHours:
    """The hours of working days, in Paris, at which text messages may go out."""

    first: int = 9
    last: int = 19


def read_text_provider(environ: Mapping[str, str]) -> HttpProvider | None:
    """Read who sends text messages; None where nobody does. Raises CannotStart.

    `PALIER_TEXT_URL`, `PALIER_TEXT_TOKEN`, `PALIER_TEXT_FROM` (11 letters at most).
    """
    url = environ.get("PALIER_TEXT_URL", "").strip()
    if not url:
        return None
    token = environ.get("PALIER_TEXT_TOKEN", "").strip()
    if not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")) or not token:
        raise CannotStart(
            "PALIER_TEXT_URL est une adresse https:// et va avec PALIER_TEXT_TOKEN.",
            "PALIER_TEXT_URL is an https:// address and goes with PALIER_TEXT_TOKEN.",
        )
    return HttpProvider(url, token, environ.get("PALIER_TEXT_FROM", "").strip()[:11])


def read_text_hours(environ: Mapping[str, str]) -> TextHours:
    """Read at which hours text messages go out: `PALIER_TEXT_HOURS`, such as `9-19`."""
    first, _, last = (environ.get("PALIER_TEXT_HOURS") or "9-19").partition("-")
    if not (first.isdigit() and last.isdigit() and int(first) < int(last) <= 24):
        raise CannotStart(
            "PALIER_TEXT_HOURS dit de quelle heure à quelle heure partent les SMS, comme 9-19.",
            "PALIER_TEXT_HOURS says from which hour to which texts go out, such as 9-19.",
        )
    return TextHours(int(first), int(last))
