"""Text messages: whoever takes them, by HTTP, where a provider is set; without one none is made."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from webapp.frame.kept_secrets import CannotStart
from webapp.frame.posting import TIMEOUT, Handed, is_safe, post


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
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        data = json.dumps(told).encode()
        return post(self.url, data, headers, what="text", timeout=self.timeout).handed


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
    if not is_safe(url) or not token:
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
