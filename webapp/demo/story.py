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
from visits.models.cases import Case
from webapp.demo.answers import Resident
from webapp.demo.cast import Cast
from webapp.demo.people import Tenant
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
    seniors: dict[str, Tenant]
    now: datetime
    timeline: Timeline = field(default_factory=Timeline)

    def senior_of(self, case: Case) -> Tenant:
        """Give the invented tenant a case is about."""
        return self.seniors[case.person.reference or ""]

    def resident_of(self, case: Case, day: date) -> Resident:
        """Give what is known of a person before the visit."""
        senior = self.senior_of(case)
        home = senior.home
        return Resident(
            age=(day - senior.born_on).days // 365,
            alone=senior.alone,
            floor=home.floor,
            has_lift=home.building.has_lift,
            has_bath=home.has_bath,
            built_year=home.building.built_year,
        )

    def visitor_for(self, case: Case) -> User:
        """Give the visitor who sets out nearest to a person's town."""
        town = self.senior_of(case).home.building.town
        return min(
            zip(BASES, self.cast.visitors, strict=True),
            key=lambda pair: hypot(pair[0][0] - town.lat, (pair[0][1] - town.lon) * SHRINK),
        )[1]


def load_cases(session: Session, cases: Iterable[Case], rng: Random) -> list[Case]:
    """Load cases with their persons, the highest score first, equals in any order."""
    ids = {case.id for case in cases}
    statement = select(Case).options(joinedload(Case.person))
    found = [case for case in session.scalars(statement) if case.id in ids]
    found.sort(key=lambda one: one.person.reference or "")
    rng.shuffle(found)
    return sorted(found, key=lambda one: -one.score)
