"""What a file says of a later day or of half a date: leases to come, years of birth."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
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
from tests.visits.portfolio_files import NOW, codes, load, plan_of, table_of
from visits.accounts.accounts import find_territory
from visits.choosing.targeting import rank_candidates
from visits.models.cases import Case
from visits.models.people import LeaseToCome, Occupancy, Person
from visits.models.portfolio import Tenancy
from visits.people.protection import protect
from visits.portfolio import apply_plan, examine, propose_mapping
from visits.portfolio.moving_in import move_in
from visits.sight import Reach

LEASES = "Logement;N° bail;Nom;Prénom;Date de naissance;Date d'entrée"
SITTING = "Q-1;B1;SORT;Jeanne;12/03/1935;01/04/1998"
COMING = "Q-1;B2;ENTRE;Louis;05/06/1940;01/06/2026"
DAY = datetime(2026, 6, 1, 6, tzinfo=NOW.tzinfo)
BORN = "Logement;Nom;Prénom;Date de naissance"


def living(session: Session) -> list[str]:
    statement = select(Person).join(Person.occupancies).where(Occupancy.ended_on.is_(None))
    return sorted(f"{one.last_name} {one.first_name}" for one in session.scalars(statement))


def test_a_lease_to_come_is_told_kept_and_carried_out_on_its_day(session: Session) -> None:
    plan = load(session, f"{LEASES}\n{SITTING}\n{COMING}\n")
    assert plan.refusals == ()
    assert {(3, "lease_to_come"), (3, "new_lease")} <= set(codes(plan.warnings))
    assert living(session) == ["SORT Jeanne"]
    assert [one.last_name for one in session.scalars(select(Person))] == ["SORT"]
    assert move_in(session, now=DAY - timedelta(days=1)) == 0
    assert move_in(session, now=DAY) == 1
    assert living(session) == ["ENTRE Louis", "SORT Jeanne"]
    starts = session.execute(select(Tenancy.reference, Tenancy.started_on)).all()
    assert sorted(starts) == [("B1", date(1998, 4, 1)), ("B2", date(2026, 6, 1))]
    assert session.scalars(select(LeaseToCome)).all() == []


def test_those_who_live_there_stay_until_the_day_before_when_leases_follow(
    session: Session,
) -> None:
    load(session, f"{LEASES}\n{SITTING}\n{COMING}\n", choices={"new_lease_3": "successive"})
    assert living(session) == ["SORT Jeanne"]
    move_in(session, now=DAY)
    assert living(session) == ["ENTRE Louis"]
    ended = select(Occupancy.ended_on).where(Occupancy.ended_on.is_not(None))
    assert session.scalars(ended).all() == [date(2026, 5, 31)]


def test_the_same_lease_to_come_told_again_is_kept_once_with_its_latest_day(
    session: Session,
) -> None:
    text = f"{LEASES}\n{SITTING}\n{COMING}\n"
    load(session, text)
    assert plan_of(session, text).changes_nothing
    later = text.replace("01/06/2026", "01/07/2026")
    assert not plan_of(session, later).changes_nothing
    load(session, later)
    assert session.scalars(select(LeaseToCome.starts_on)).all() == [date(2026, 7, 1)]


def test_who_moves_within_the_stock_stays_at_home_until_then_and_takes_her_file_along(
    session: Session,
) -> None:
    load(session, f"{LEASES}\n{SITTING}\n")
    jeanne = session.scalars(select(Person)).one()
    case = make_case(
        session, by=make_user(session), person=jeanne,
        dwelling=session.scalars(select(Tenancy)).one().dwelling,
    )  # fmt: skip
    load(session, f"{LEASES}\nQ-2;B9;SORT;Jeanne;12/03/1935;01/06/2026\n")
    before = session.get_one(Case, case.id).dwelling.reference
    move_in(session, now=DAY)
    after = session.get_one(Case, case.id).dwelling.reference
    assert (before, after) == ("Q-1", "Q-2")
    assert living(session) == ["SORT Jeanne"]


def test_a_lease_to_come_in_a_hidden_home_reads_as_in_an_empty_one(session: Session) -> None:
    load(session, f"{LEASES}\n{SITTING}\n")
    hidden = session.scalars(select(Person)).one()
    protect(session, hidden, by=make_user(session).id, now=NOW)
    plan = load(session, f"{LEASES}\n{COMING}\n")
    assert codes(plan.warnings) == [(2, "lease_to_come")]
    move_in(session, now=DAY)
    assert living(session) == ["ENTRE Louis", "SORT Jeanne"]
    assert session.scalars(select(Person.protected)).all() == [True, True]


def test_a_renewed_lease_to_come_of_who_lives_there_asks_nothing(session: Session) -> None:
    load(session, f"{LEASES}\n{SITTING}\n")
    plan = load(session, f"{LEASES}\nQ-1;B2;SORT;Jeanne;12/03/1935;01/06/2026\n")
    assert codes(plan.warnings) == [(2, "lease_to_come")]
    move_in(session, now=DAY)
    assert living(session) == ["SORT Jeanne"]


def test_on_the_day_too_nobody_is_moved_whom_the_importer_does_not_see(session: Session) -> None:
    here, there = (find_territory(session, name).id for name in ("Nord", "Sud"))
    far = make_dwelling(session, residence=make_residence(session, territory_id=there))
    make_dwelling(session, residence=make_residence(session, territory_id=here), reference="Q-1")
    jeanne = make_person(
        session, dwelling=far, last_name="SORT", first_name="Jeanne", born_on=date(1935, 3, 12)
    )
    viewer = make_viewer(make_user(session, territory_id=here), Reach.TERRITORY)
    table = table_of(f"{LEASES}\nQ-1;B2;SORT;Jeanne;12/03/1935;01/06/2026\n")
    found = propose_mapping(session, table, landlord_id=far.landlord_id)
    plan = examine(
        session, landlord_id=far.landlord_id, table=table, kind=found.kind, mapping=found.mapping,
        now=NOW, viewer=viewer,
    )  # fmt: skip
    apply_plan(session, plan)
    assert move_in(session, now=DAY) == 1
    (occupancy,) = session.scalars(select(Occupancy)).all()
    assert (occupancy.person_id, occupancy.ended_on) == (jeanne.id, None)
    assert occupancy.tenancy.dwelling_id == far.id


@pytest.mark.parametrize("day", ["01/06/2029", "01/06/2062"])
def test_a_lease_of_many_years_ahead_is_a_slip(session: Session, day: str) -> None:
    plan = load(session, f"{LEASES}\n{COMING.replace('01/06/2026', day)}\n")
    assert codes(plan.refusals) == [(2, "date_to_come")]


# Years of birth.


def test_a_year_of_birth_is_kept_as_a_year(session: Session) -> None:
    text = f"{BORN}\nQ-1;DURAND;Anne;1941\n"
    plan = load(session, text)
    assert (2, "birth_year_alone") in codes(plan.warnings)
    anne = session.scalars(select(Person)).one()
    assert (anne.born_on, anne.birth_year) == (None, 1941)
    assert plan_of(session, text).changes_nothing
    load(session, f"{BORN}\nQ-1;DURAND;Anne;12/03/1941\n")
    session.refresh(anne)
    assert (anne.born_on, anne.birth_year) == (date(1941, 3, 12), None)
    load(session, text)
    session.refresh(anne)
    assert (anne.born_on, anne.birth_year) == (date(1941, 3, 12), None)


@pytest.mark.parametrize("other", ["1938", "12/03/1938"])
def test_another_year_of_birth_is_another_person(session: Session, other: str) -> None:
    load(session, f"{BORN}\nQ-1;DURAND;Anne;1941\n")
    load(session, f"{BORN}\nQ-1;DURAND;Anne;{other}\n")
    assert living(session) == ["DURAND Anne", "DURAND Anne"]


def test_a_year_of_birth_proves_nobody_to_have_moved(session: Session) -> None:
    load(session, f"{BORN}\nQ-1;DURAND;Anne;1941\n")
    load(session, f"{BORN}\nQ-2;DURAND;Anne;1941\n")
    assert living(session) == ["DURAND Anne", "DURAND Anne"]


@pytest.mark.parametrize(
    ("year", "programme", "proposed"),
    [(1955, "seniors", 1), (1956, "seniors", 0), (1996, "young_tenants", 1),
     (1995, "young_tenants", 0)],
)  # fmt: skip
def test_a_year_of_birth_is_proposed_when_every_day_of_it_is_of_age(
    session: Session, year: int, programme: str, proposed: int
) -> None:
    load(session, f"{BORN}\nQ-1;DURAND;Anne;{year}\n")
    viewer = make_viewer(make_user(session))
    read = shipped_programmes_read()[programme]
    ranked = rank_candidates(session, read, viewer, now=NOW)
    assert (ranked.everybody, ranked.enrolled) == (proposed, 0)
