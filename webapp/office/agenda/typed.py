"""Days, hours and ids as the forms of the agenda say them."""

import uuid
from collections.abc import Mapping
from datetime import date, time

from flask import request

from visits.ground.errors import Invalid, Refused
from webapp.frame.errors import sentence
from webapp.frame.languages import day
from webapp.office.frame.moments import clock, optional_day, typed_day


def typed_time(field: str, *, said_at: str = "") -> time | None:
    """Read an hour, if there is one. Raises Invalid."""
    text = request.form.get(field, "")
    try:
        return time.fromisoformat(text).replace(tzinfo=None) if text else None
    except ValueError:
        raise Invalid({said_at or field: "bad_moment"}) from None


def form_day(field: str, *, said_at: str = "") -> date | None:
    """Read a day, if there is one. Raises Invalid."""
    return optional_day(request.form.get(field, ""), field=said_at or field)


def asked_day(name: str) -> date | None:
    """Read the day of a filter; nonsense filters nothing."""
    try:
        return typed_day(request.args[name]) if request.args.get(name) else None
    except ValueError:
        return None


def asked_id(name: str) -> uuid.UUID | None:
    """Read an id of the address; what is none is nobody's."""
    try:
        return uuid.UUID(request.args[name]) if request.args.get(name) else None
    except ValueError:
        return uuid.UUID(int=0)


SAID = {"first": day, "last": day, "until": day, "at": clock}


def said_of(refused: Refused) -> Mapping[str, str]:
    """Say by field what was refused, in the reader's language."""
    details: dict[str, object] = {
        name: SAID[name](value) if name in SAID else value  # type: ignore[arg-type]
        for name, value in refused.details.items()
    }
    fields: Mapping[str, str] = getattr(refused, "fields", {})
    return {name: sentence(code, details) for name, code in fields.items()}
