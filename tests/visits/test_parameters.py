"""Newer values of rule-book numbers: added, never replaced; what was known then stays known."""

from datetime import date, timedelta

import pytest
from marshmallow import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_user
from visits.forms.parameters import add_value, added_values, history_of, parameters_in_force
from visits.ground.errors import Invalid, NotFound
from visits.models.accounts import Role
from visits.models.portfolio import ParameterValue

TYPED = {
    "value": "4.9",
    "low": "3.5",
    "high": "6.2",
    "valid_from": "2026-01-01",
    "source": "SISPEA, rapport 2025",
    "evidence": "read",
}


def add(session: Session, **typed: str) -> None:
    user = make_user(session, role=Role.ADMINISTRATOR)
    add_value(session, "water_price", {**TYPED, **typed}, by=user.id, now=NOW)


def test_a_newer_value_counts_from_its_first_day_and_the_old_one_before(session: Session) -> None:
    add(session)
    known = parameters_in_force(session)
    assert known.find("water_price", on=date(2026, 1, 1)).value == 4.9
    assert known.find("water_price", on=date(2025, 12, 31)).value == 4.34
    assert [one.value for one in history_of(session, "water_price")] == [4.34, 4.9]
    assert list(added_values(session, "water_price")) == [date(2026, 1, 1)]


def test_name_words_and_unit_are_those_of_the_value_before(session: Session) -> None:
    add(session)
    before, after = history_of(session, "water_price")
    assert (after.label, after.unit) == (before.label, before.unit)


def test_what_was_not_known_then_is_left_out(session: Session) -> None:
    add(session)
    earlier = parameters_in_force(session, known_at=NOW - timedelta(seconds=1))
    assert earlier.find("water_price", on=date(2026, 3, 1)).value == 4.34
    assert (
        parameters_in_force(session, known_at=NOW).find("water_price", on=NOW.date()).value == 4.9
    )


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"valid_from": "2022-01-01"}, {"valid_from": "begins_too_early"}),
        ({"valid_from": "2021-12-31"}, {"valid_from": "begins_too_early"}),
        ({"valid_from": "2226-01-01"}, {"valid_from": "begins_too_late"}),
        ({"source": "x" * 501, "note": "x" * 1001}, {"source": "too_long", "note": "too_long"}),
    ],
    ids=["same_day", "before", "far_away", "long"],
)
def test_a_value_that_would_cover_an_older_one_is_refused(
    session: Session, typed: dict[str, str], wrong: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        add(session, **typed)
    assert refused.value.fields == wrong
    assert session.scalar(select(func.count()).select_from(ParameterValue)) == 0


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"value": "deux"}, "value"),
        ({"value": "nan"}, "value"),
        ({"value": "1e999"}, "value"),
        ({"value": "-1", "low": "-2"}, "value"),
        ({"low": "5"}, "value"),
        ({"valid_from": "demain"}, "valid_from"),
        ({"valid_until": "2025-01-01"}, "valid_until"),
        ({"evidence": "guess"}, "evidence"),
        ({"source": ""}, "source"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_on_its_field(
    session: Session, typed: dict[str, str], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        add(session, **typed)
    assert field in refused.value.messages_dict


def test_a_number_nobody_knows_cannot_be_given_a_value(session: Session) -> None:
    user = make_user(session)
    with pytest.raises(NotFound):
        add_value(session, "price_of_dreams", TYPED, by=user.id, now=NOW)
