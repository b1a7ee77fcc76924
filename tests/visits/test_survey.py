"""A whole audience scored at once is ordered as if each of it were scored by herself."""

import uuid
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from cryptography.fernet import InvalidToken
from sqlalchemy import LargeBinary, literal, select, type_coerce
from sqlalchemy.orm import Session

from tests.factories import (
    make_case,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    shipped_programmes_read,
)
from visits.choosing.audience import audience_of, homes_of, known_of
from visits.choosing.further import find_more
from visits.choosing.scoring import holds, score
from visits.choosing.survey import Filters
from visits.choosing.targeting import rank_candidates
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import Territory
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, Tenancy
from visits.programmes import Programme, parse_programme
from visits.sight import Viewer

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
PARTED = """
code = "parted"
[name]
fr = "Essai"
en = "Trial"
[audience]
age_min = 60
when = [{ fact = "persons_listed", at_most = 3 }, { fact = "rooms", at_most = 4 }]
[target]
number = 50
[[visit_kind]]
code = "visit"
name = { fr = "Visite", en = "Visit" }
forms = ["home_visit"]
minutes = 45
[[criterion]]
code = "far"
group = "place"
points = 40
when = [{ fact = "commune", equals = "creil" }, { fact = "floors_to_climb", at_least = 1 }]
label = { fr = "Loin", en = "Far" }
[[criterion]]
code = "again"
group = "place"
points = 60
when = [{ fact = "outcome_seniors", equals = "completed" }]
label = { fr = "Encore", en = "Again" }
[[criterion]]
code = "large"
points = 30
when = [{ fact = "surface", at_least = 50.5 }]
label = { fr = "Grand", en = "Large" }
"""
SEALED = """
[[criterion]]
code = "owes"
group = "money"
points = 25
when = [{ fact = "arrears", at_least = 500 }, { fact = "age", at_least = 70 }]
label = { fr = "Dette", en = "Debt" }
[[criterion]]
code = "poor"
group = "money"
points = 10
when = [{ fact = "income_band", equals = "PLAI" }]
label = { fr = "Revenus", en = "Income" }
"""
WRITTEN = {
    "parted": PARTED,
    "owing": PARTED.replace('"parted"', '"owing"\nmay_use = ["income_band", "arrears"]') + SEALED,
}
# What is sealed may come to more than there are points.
WRITTEN["much"] = (
    WRITTEN["owing"].replace('"owing"', '"much"').replace("points = 25\n", "points = 95\n")
    .replace('code = "poor"\ngroup = "money"', 'code = "poor"')
)  # fmt: skip


@pytest.fixture
def town(session: Session) -> Viewer:
    """Sixty people of all ages in homes of which more or less is known; some have two."""
    chance, user = Random(3), make_user(session)
    area = Territory(name="Nord")
    session.add(area)
    session.flush()
    homes = [_home(session, chance, area) for _ in range(50)]
    for number in range(60):
        age = chance.choice((19, 25, 61, 70, 74, 77, 83, 88, 95))
        person = make_person(
            session, dwelling=chance.choice(homes), lives_alone=chance.choice((None, True, False)),
            born_on=date(2026 - age, 3, 10) + chance.choice((-40, -1, 0, 1)) * DAY,
            name_key=f"{chance.choice(('abel', 'roy'))} {number}", protected=number % 19 == 0,
        )  # fmt: skip
        if number % 5 == 0:
            _second_home(session, person, chance.choice(homes))
        if number % 6 == 0:
            closed = date(2026, 1, 5) if number % 4 else None
            make_case(
                session, by=user, person=person, closed_on=closed,
                outcome="completed" if closed else None,
            )  # fmt: skip
    for tenancy in session.scalars(select(Tenancy).order_by(Tenancy.id)):
        tenancy.arrears = chance.choice((None, 0, 700))
        tenancy.income_band = chance.choice((None, "PLAI", "PLS"))
    session.flush()
    return make_viewer(user)


def _home(session: Session, chance: Random, area: Territory) -> Dwelling:
    residence = make_residence(
        session, city=chance.choice(("Creil", "Méru")), has_lift=chance.choice((None, True, False)),
        built_year=chance.choice((None, 1960, 1990)), territory_id=chance.choice((None, area.id)),
        priority_district=chance.choice((None, "QN06")), energy_label=chance.choice((None, "G")),
    )  # fmt: skip
    return make_dwelling(
        session, residence=residence, floor=chance.choice((None, 0, 1, 5)),
        has_bath=chance.choice((None, True, False)), is_adapted=chance.choice((None, True, False)),
        surface=chance.choice((None, 40, 50.5, 80)), rooms=chance.choice((None, 2, 5)),
    )  # fmt: skip


def _second_home(session: Session, person: Person, home: Dwelling) -> None:
    tenancy = Tenancy(dwelling_id=home.id, started_on=date(2026, 2, 20), lives_alone=True)
    session.add(tenancy)
    session.flush()
    session.add(Occupancy(person_id=person.id, tenancy_id=tenancy.id))
    session.flush()


def one_by_one(
    session: Session, programme: Programme, viewer: Viewer, **said: Any
) -> list[tuple[Any, ...]]:
    """Score everybody by herself: points, age and whose they are, in the list's order."""
    today, best = today_in_paris(NOW), dict[uuid.UUID, tuple[Any, ...]]()
    statement = audience_of(programme.code, programme.audience, viewer, today=today)
    more = find_more(session, programme.facts_asked, viewer, homes_of(statement))
    for row in session.execute(statement):
        facts = known_of(row, today=today, more=more)
        points = score(facts, programme).points
        kept = points >= said.get("minimum_score", 0) and row.city == said.get("city", row.city)
        if kept and holds(programme.audience.when, facts) and said.get("text", "") in row.name_key:
            stands = (-points, -int(facts["age"] or 0), row.name_key, row.person_id)
            best[row.person_id] = min(best.get(row.person_id, stands), stands)
    return sorted(best.values())


def _programme(code: str) -> Programme:
    known = {one: parse_programme(toml, source=one) for one, toml in WRITTEN.items()}
    return {**shipped_programmes_read(), **known}[code]


@pytest.mark.parametrize(
    "code", ["seniors", "isolated_tenants", "young_tenants", "parted", "owing"]
)
@pytest.mark.parametrize(
    "said", [{}, {"city": "Creil"}, {"minimum_score": 15}, {"text": "roy"}], ids=str
)
def test_everybody_stands_where_she_would_alone(
    session: Session, town: Viewer, code: str, said: dict[str, Any]
) -> None:
    programme = _programme(code)
    alone = one_by_one(session, programme, town, **said)
    assert len(alone) > 1
    together = rank_candidates(session, programme, town, now=NOW, filters=Filters(**said))
    assert together.total == len(alone)
    assert [
        (-one.score.points, -one.age, one.person.name_key, one.person.id)
        for one in together.candidates
    ] == alone
    assert together.everybody == len(one_by_one(session, programme, town))


def test_what_is_sealed_is_opened_of_whoever_it_may_put_on_the_page_and_of_few_others(
    session: Session, town: Viewer
) -> None:
    programme = _programme("owing")
    alone, shown = one_by_one(session, programme, town), []
    for offset in range(0, len(alone), 3):
        page = rank_candidates(session, programme, town, now=NOW, limit=3, offset=offset)
        shown += [(-one.score.points, one.person.id) for one in page.candidates]
    assert shown == [(place[0], place[3]) for place in alone]
    # Of whoever has too few points, whatever she owes, nothing is opened: it would raise.
    last = alone[-1]
    assert -last[0] + 25 < -alone[0][0]
    homes = select(Tenancy.id).join(Occupancy).where(Occupancy.person_id == last[3])
    session.execute(
        Tenancy.__table__.update()  # type: ignore[attr-defined]
        .where(Tenancy.id.in_(homes))
        .values(arrears=type_coerce(literal(b"no key opens this"), LargeBinary))
    )
    first = rank_candidates(session, programme, town, now=NOW, limit=1)
    assert first.candidates[0].person.id == alone[0][3]
    assert first.total == len(alone)
    with pytest.raises(InvalidToken):
        rank_candidates(session, programme, town, now=NOW, limit=len(alone))
