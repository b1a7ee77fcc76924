"""A follow-up's sentence, with its day instead of the delay that the visit counted from."""

import re
from collections.abc import Mapping
from datetime import date

from babel.dates import format_date

_DELAYS = {
    "fr": re.compile(
        r"\b(dans|d[’']ici) (une?|deux|trois|quatre|cinq|six|huit|neuf|dix|douze|quinze|\d+)"
        r" (jours?|semaines?|mois|ans?)\b",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(in|within) (an?|one|two|three|four|five|six|eight|nine|ten|twelve|fifteen|\d+)"
        r" (days?|weeks?|months?|years?)\b",
        re.IGNORECASE,
    ),
}
_TODAY = {"fr": "aujourd’hui", "en": "today"}
_NOW = {"fr": "maintenant", "en": "now"}


def worded(label: Mapping[str, str], *, due_on: date, today: date | None = None) -> dict[str, str]:
    """Say in each language when to ask: the day itself, or as of `today` once it has come."""
    return {
        language: _dated(said, language, when=_when(due_on, today, language))
        for language, said in label.items()
    }


def _when(due: date, today: date | None, language: str) -> str:
    if today is not None and due <= today:
        return (_TODAY if due == today else _NOW).get(language, "")
    if language == "fr":
        first = "1er " if due.day == 1 else f"{due.day} "
        return f"le {first}{format_date(due, 'MMMM yyyy', locale='fr')}"
    return f"on {format_date(due, 'd MMMM yyyy', locale='en')}"


def _dated(said: str, language: str, *, when: str) -> str:
    delay = _DELAYS.get(language)
    if delay is None:
        return said

    def day(match: re.Match[str]) -> str:
        return when[0].upper() + when[1:] if match[0][0].isupper() else when

    return delay.sub(day, said)
