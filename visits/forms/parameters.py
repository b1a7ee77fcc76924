"""The numbers of rule books: those that ship, and the newer values administrators have entered."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.parameters import (
    Parameter,
    Parameters,
    ParameterSchema,
    load_parameter,
    shipped_parameters,
)
from visits.ground.db import take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Invalid, NotFound
from visits.models.portfolio import ParameterValue

# A year typed wrong would stand in the way of every later value.
FURTHEST = timedelta(days=2 * 366)
LONGEST = {"source": 500, "note": 1000}


def parameters_in_force(session: Session, *, known_at: datetime | None = None) -> Parameters:
    """Give the values that ship and those added; `known_at` leaves out what was added later.

    A result that was worked out with what was known at its moment never changes.
    """
    statement = select(ParameterValue).order_by(ParameterValue.added_at, ParameterValue.id)
    if known_at is not None:
        statement = statement.where(ParameterValue.added_at <= known_at)
    added = (load_parameter(one.row) for one in session.scalars(statement))
    return shipped_parameters().adding(added)


def history_of(session: Session, name: str) -> tuple[Parameter, ...]:
    """List the values of a parameter, oldest first; raises NotFound."""
    try:
        return parameters_in_force(session).history(name)
    except KeyError:
        raise NotFound("parameter_not_found") from None


def added_values(session: Session, name: str) -> dict[date, ParameterValue]:
    """Give by first day the values of a parameter that somebody added."""
    statement = select(ParameterValue).where(ParameterValue.name == name)
    return {load_parameter(one.row).valid_from: one for one in session.scalars(statement)}


def add_value(
    session: Session, name: str, typed: Mapping[str, object], *, by: uuid.UUID, now: datetime
) -> Parameter:
    """Add a newer value of a parameter; its name, words and unit stay those of the one before.

    It begins after the last one known, so that no value already used is covered. Raises NotFound,
    Invalid for a date or text out of bounds, marshmallow's ValidationError for the rest, by field.
    """
    take_turn(session, f"parameter {name}")
    last = history_of(session, name)[-1]
    label = {"fr": last.label.fr, "en": last.label.en}
    value = load_parameter({**typed, "name": name, "label": label, "unit": last.unit})
    _refuse_out_of_bounds(value, last, now)
    kept = ParameterValue(
        name=name, row=ParameterSchema().dump(value), added_at=now, added_by_id=by
    )
    session.add(kept)
    session.flush()
    return value


def _refuse_out_of_bounds(value: Parameter, last: Parameter, now: datetime) -> None:
    wrong = {
        field: "too_long" for field, most in LONGEST.items() if len(getattr(value, field)) > most
    }
    if value.valid_from <= last.valid_from:
        wrong["valid_from"] = "begins_too_early"
    elif value.valid_from > today_in_paris(now) + FURTHEST:
        wrong["valid_from"] = "begins_too_late"
    if wrong:
        raise Invalid(wrong)
