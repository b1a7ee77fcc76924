"""Files of the landlord become stock and tenants, in any order, once."""

from datetime import date
from itertools import permutations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import landlord_id, make_case, make_user
from tests.visits.portfolio_files import (
    ERP,
    FILES,
    FLATS,
    NOW,
    TENANTS,
    codes,
    counts,
    everything,
    home_of,
    load,
    plan_of,
    table_of,
)
from visits.models.people import Occupancy, Person
from visits.models.portfolio import (
    Dwelling,
    Tenancy,
)
from visits.portfolio import (
    Kind,
    propose_mapping,
)


def test_kinds_and_columns_are_recognised(session: Session) -> None:
    ours = landlord_id(session)
    proposals = {
        name: propose_mapping(session, table_of(text), landlord_id=ours)
        for name, text in FILES.items()
    }
    assert {name: proposal.kind for name, proposal in proposals.items()} == {
        "erp": Kind.TENANTS,
        "buildings": Kind.RESIDENCES,
        "flats": Kind.DWELLINGS,
        "tenants": Kind.TENANTS,
    }
    assert list(proposals["erp"].mapping.values()) == [
        "dwelling_reference", "full_name", "born_on", "address", "postcode", "city", "floor",
        "surface", "rent",
    ]  # fmt: skip
    assert proposals["erp"].confidence == 1.0


def test_a_heading_with_a_slip_is_guessed(session: Session) -> None:
    table = table_of(FLATS.replace("surface", "surfaces"))
    found = propose_mapping(session, table, landlord_id=landlord_id(session))
    assert "surface" in found.mapping.values()


def test_an_export_becomes_residences_dwellings_and_persons(session: Session) -> None:
    plan = load(session, ERP)
    assert counts(plan, "residences") == (2, 0, 0, 0)
    assert counts(plan, "dwellings") == (3, 0, 0, 0)
    assert counts(plan, "persons") == (4, 0, 0, 0)
    flat = session.scalars(select(Dwelling).where(Dwelling.reference == "L2")).one()
    assert (flat.floor, flat.surface, flat.rent, flat.door) == (1, 60.0, 322.58, "Bât B")
    assert flat.residence.city == "Crepy en Valois"
    assert flat.residence.address == "6 ALL DES PEUPLIERS"


def test_a_plan_writes_nothing(session: Session) -> None:
    plan_of(session, ERP)
    assert not session.new and not session.dirty
    assert session.scalar(select(func.count()).select_from(Dwelling)) == 0


def test_warnings_name_their_line(session: Session) -> None:
    plan = plan_of(session, ERP)
    assert codes(plan.warnings) == [
        (5, "short_year"), (5, "more_than_one_named"), (6, "missing_birth_date"),
        (7, "duplicate_line"),
    ]  # fmt: skip
    assert plan.warnings[0].details == {"read": "16/07/1954"}
    assert plan.warnings[3].details == {"line": "6"}


@pytest.mark.parametrize("name", list(FILES))
def test_the_same_file_again_changes_nothing(session: Session, name: str) -> None:
    load(session, FILES[name])
    again = plan_of(session, FILES[name])
    assert again.changes_nothing
    assert again.changes == ()
    load(session, *FILES.values())
    assert all(plan_of(session, text).changes_nothing for text in FILES.values())


def test_the_order_of_the_files_does_not_matter(session: Session) -> None:
    results = []
    for order in permutations(FILES):
        nested = session.begin_nested()
        load(session, *(FILES[name] for name in order))
        results.append((order, everything(session)))
        nested.rollback()
    for order, result in results:
        assert result == results[0][1], order
    assert len(results[0][1]["persons"]) == 4
    assert len(results[0][1]["residences"]) == 3


def test_persons_are_recognised_when_their_references_come(session: Session) -> None:
    load(session, ERP)
    plan = load(session, TENANTS)
    assert counts(plan, "persons") == (0, 4, 0, 0)
    person = session.scalars(select(Person).where(Person.reference == "P4")).one()
    assert (person.first_name, person.born_on) == ("Marie-Hélène", date(1951, 7, 10))
    assert (
        session.scalars(select(Person.first_name).where(Person.reference == "P3")).one() == "Yann"
    )


def test_a_line_without_a_reference_does_not_undo_one_with(session: Session) -> None:
    load(session, TENANTS, ERP)
    person = session.scalars(select(Person).where(Person.reference == "P4")).one()
    assert (person.first_name, person.phone) == ("Marie-Hélène", None)


def test_a_move_ends_the_old_occupancy_and_opens_a_new_one(session: Session) -> None:
    load(session, FLATS, TENANTS)
    person = session.scalars(select(Person).where(Person.reference == "P3")).one()
    by = make_user(session)
    old = session.scalars(select(Dwelling).where(Dwelling.reference == "L2")).one()
    case = make_case(session, by=by, person=person, dwelling=old)
    plan = load(session, TENANTS.replace("P3;L2;", "P3;L4;").replace("1970-09-01", "2026-02-01"))
    assert codes(plan.warnings) == [(4, "moved"), (4, "cases_follow")]
    assert counts(plan, "persons") == (0, 1, 3, 0)
    assert home_of(session, "LE MEUR") == "L4"
    assert session.scalars(select(Occupancy.ended_on).where(
        Occupancy.person_id == person.id, Occupancy.ended_on.is_not(None)
    )).all() == [NOW.date()]  # fmt: skip
    assert session.scalars(select(Tenancy.ended_on).where(Tenancy.dwelling_id == old.id)).all() == [
        NOW.date()
    ]
    session.refresh(case)
    assert case.dwelling.reference == "L4"


def test_a_move_is_recognised_by_name_and_birth_date(session: Session) -> None:
    load(session, ERP)
    moved = ERP.replace("L1;PENEL ALEXANDRE", "L9;PENEL ALEXANDRE")
    plan = load(session, moved.replace("21/12/1950;35 Rue", "21/12/1950;37 Rue"))
    assert counts(plan, "persons") == (0, 1, 3, 0)
    assert session.scalar(select(func.count()).select_from(Person)) == 4


def test_namesakes_born_on_one_day_are_both_kept_and_pointed_out(session: Session) -> None:
    text = (
        "Réf. Lgt;Nom locataire;Né(e) le\n"
        "L1;Mme MARTIN Anne;11/08/1950\nL2;Mme MARTIN Anne;11/08/1950\n"
    )
    plan = load(session, text)
    assert counts(plan, "persons") == (2, 0, 0, 0)
    assert (3, "same_person_elsewhere") in codes(plan.warnings)
    assert plan_of(session, text).changes_nothing


def test_she_who_comes_back_reopens_her_occupancy(session: Session) -> None:
    away = TENANTS.replace("P2;L1;", "P2;L4;")
    load(session, FLATS, TENANTS, away, TENANTS)
    person = session.scalars(select(Person).where(Person.reference == "P2")).one()
    open_ones = [o for o in person.occupancies if o.ended_on is None]
    assert [o.tenancy.dwelling.reference for o in open_ones] == ["L1"]


def test_another_birth_date_is_another_person(session: Session) -> None:
    load(session, ERP)
    plan = load(session, ERP.replace("24/11/1948", "25/11/1948"))
    assert (3, "same_name_other_birth_date") in codes(plan.warnings)
    assert counts(plan, "persons")[0] == 1


def test_a_couple_named_once_each_is_two_persons(session: Session) -> None:
    text = (
        "Réf. Lgt;Nom locataire;Né(e) le\n"
        "L1;M. OU MME GRIVET;11/08/1950\nL1;M. OU MME GRIVET;17/07/1951\n"
    )
    assert counts(load(session, text), "persons") == (2, 0, 0, 0)
    full = (
        "locataire;logement;nom;prenom;naissance\n"
        "P1;L1;GRIVET;Anne;1950-08-11\nP2;L1;GRIVET;Yves;1951-07-17\n"
    )
    assert counts(load(session, full), "persons") == (0, 2, 0, 0)


def test_a_line_about_a_protected_person_reads_as_one_about_nobody(session: Session) -> None:
    load(session, TENANTS)
    session.scalars(select(Person).where(Person.reference == "P1")).one().protected = True
    session.flush()
    plan = plan_of(session, TENANTS.replace("Nicole", "Nicolette"))
    assert counts(plan, "persons") == (1, 0, 3, 0)
    assert plan.changes == ()
    assert plan_of(session, TENANTS.replace("P1;L1;", "P1;L9;")).warnings[0].code == "no_address"
    assert "moved" not in {
        problem.code for problem in plan_of(session, TENANTS.replace("P1;L1;", "P1;L9;")).warnings
    }
