"""What `palier forms check` answers: a form and a submission in, plain JSON out."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Any

from .delays import PARIS
from .form import parse_form
from .submission import Checked, ViolationKind, check
from .wellformed import BadForm, BadSubmission, read_head


def check_report(
    form_xml: bytes, submission_xml: bytes, now: datetime | None = None
) -> dict[str, Any]:
    """Check a submission; one that cannot be read gives a violation `malformed`.

    Without `now`, the moment is the end of the visit as the tablet wrote it, else the present one:
    the only clock of this room, for people at a terminal. A `now` in UTC makes the day UTC's.
    """
    try:
        form = parse_form(form_xml)
        moment = now or _end_of(submission_xml) or datetime.now(UTC)
        checked = check(form, submission_xml, now=moment, zone=_zone(now))
    except (BadForm, BadSubmission) as error:
        return _malformed(str(error))
    return report(checked)


def report(checked: Checked) -> dict[str, Any]:
    """Give a checked submission as plain JSON."""
    return {
        "valid": checked.valid,
        "violations": [
            {"path": one.path, "kind": str(one.kind), "message": one.message}
            for one in checked.violations
        ],
        "calculated": dict(checked.calculated),
        "corrected": [
            {"path": one.path, "sent": one.sent, "computed": one.computed}
            for one in checked.corrected
        ],
        "unknown": list(checked.unknown),
    }


def _malformed(message: str) -> dict[str, Any]:
    violation = {"path": "/", "kind": str(ViolationKind.MALFORMED), "message": message}
    return {
        "valid": False,
        "violations": [violation],
        "calculated": {},
        "corrected": [],
        "unknown": [],
    }


def _end_of(xml: bytes) -> datetime | None:
    try:
        ended = datetime.fromisoformat(read_head(xml).ended_at)
        # A day at the edge of the calendar is none a visit ended on.
        return ended.replace(tzinfo=ended.tzinfo or PARIS).astimezone(PARIS)
    except (ValueError, OverflowError):
        return None


def _zone(now: datetime | None) -> tzinfo:
    return UTC if now is not None and now.utcoffset() is not None and not now.utcoffset() else PARIS
