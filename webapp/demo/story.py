"""What the demo's acts share: who acts, on what, by which clock."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from math import hypot
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from diagnostics.form import Form
from visits.ground.file_store import FileStore
from visits.models.accounts import User
from visits.models.programmes import Enrolment
from webapp.demo.answers import Resident
from webapp.demo.cast import Cast
from webapp.demo.people import Senior
from webapp.demo.timeline import Timeline

# Where the visitors set out from: Beauvais, Creil, Compiègne, Senlis.
BASES = ((49.43, 2.09), (49.26, 2.47), (49.42, 2.83), (49.22, 2.60))
SHRINK = 0.65  # a degree of longitude against one of latitude, at this latitude


@dataclass
class Story:
    """The demo's year as it is being lived. `now` is its end: the moment the demo starts."""

    session: Session
    store: FileStore
    rng: Random
    cast: Cast
    form: Form
    others: dict[str, Form]
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

    def visitor_for(self, enrolment: Enrolment) -> User:
        """Give the visitor who sets out nearest to a person's town."""
        town = self.senior_of(enrolment).home.building.town
        return min(
            zip(BASES, self.cast.visitors, strict=True),
            key=lambda pair: hypot(pair[0][0] - town.lat, (pair[0][1] - town.lon) * SHRINK),
        )[1]


def load_enrolments(
    session: Session, enrolments: Iterable[Enrolment], rng: Random
) -> list[Enrolment]:
    """Load enrolments with their persons, the highest score first, equals in any order."""
    ids = {enrolment.id for enrolment in enrolments}
    statement = select(Enrolment).options(joinedload(Enrolment.person))
    found = [enrolment for enrolment in session.scalars(statement) if enrolment.id in ids]
    found.sort(key=lambda one: one.person.reference or "")
    rng.shuffle(found)
    return sorted(found, key=lambda one: -one.score)
