"""What the demo's acts share: who acts, on what, by which clock."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from diagnostics.form import Form
from visits.file_store import FileStore
from visits.models.accounts import User
from visits.models.portfolio import Dwelling, Residence
from visits.models.programmes import Enrolment
from webapp.demo.answers import Resident
from webapp.demo.cast import Cast
from webapp.demo.people import Senior
from webapp.demo.timeline import Timeline


@dataclass
class Story:
    """The demo's year as it is being lived. `now` is its end: the moment the demo starts."""

    session: Session
    store: FileStore
    rng: Random
    cast: Cast
    form: Form
    seniors: dict[str, Senior]
    now: datetime
    timeline: Timeline = field(default_factory=Timeline)

    def senior_of(self, enrolment: Enrolment) -> Senior:
        """Give the invented tenant an enrolment is about."""
        return self.seniors[enrolment.person.reference or ""]

    def resident_of(self, enrolment: Enrolment, day: date) -> Resident:
        """Give what is known of a person before the visit."""
        senior = self.senior_of(enrolment)
        home = senior.home
        return Resident(
            age=(day - senior.born_on).days // 365,
            alone=senior.alone,
            floor=home.floor,
            has_lift=home.building.has_lift,
            has_bath=home.has_bath,
            built_year=home.building.built_year,
        )

    def visitors_for(self, enrolment: Enrolment) -> tuple[User, ...]:
        """Give the visitors of a person's sector: one for Beauvais, the others for the rest."""
        agency = self.senior_of(enrolment).home.building.town.agency
        first, *others = self.cast.visitors
        return (first,) if agency.endswith("Beauvais") else tuple(others)


def load_enrolments(session: Session, enrolments: Iterable[Enrolment]) -> list[Enrolment]:
    """Load enrolments with person and home, the highest score first."""
    ids = {enrolment.id for enrolment in enrolments}
    statement = select(Enrolment).options(
        joinedload(Enrolment.person),
        joinedload(Enrolment.dwelling)
        .joinedload(Dwelling.residence)
        .joinedload(Residence.territory),
    )
    found = [enrolment for enrolment in session.scalars(statement) if enrolment.id in ids]
    return sorted(found, key=lambda one: (-one.score, one.person.reference or ""))
