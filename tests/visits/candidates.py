"""People to choose among, about whom only what is said is known."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from tests.factories import (
    make_dwelling,
    make_person,
    make_residence,
    shipped_programmes_read,
)
from visits.models.people import Person
from visits.models.portfolio import Dwelling

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
SENIORS = shipped_programmes_read()["seniors"]


def house(session: Session, **said: Any) -> Dwelling:
    """A ground-floor house out of any priority district, about which the rest is unknown."""
    residence = make_residence(
        session, **({"built_year": 1990, "has_lift": False} | said.pop("residence", {}))
    )
    return make_dwelling(session, residence=residence, **({"floor": 0} | said))


def somebody(
    session: Session, age: int, *, dwelling: Dwelling | None = None, **said: Any
) -> Person:
    born = date(2026 - age, 1, 1)
    said.setdefault("lives_alone", True)
    return make_person(session, dwelling=dwelling or house(session), born_on=born, **said)
