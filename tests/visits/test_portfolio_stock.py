"""Residences and dwellings from the landlord's files: what is believed, what is left out."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import landlord_id, make_dwelling, make_person, make_residence
from tests.visits.portfolio_files import (
    BUILDINGS,
    CELL,
    ERP,
    FILES,
    FLATS,
    TENANTS,
    codes,
    counts,
    load,
    plan_of,
    table_of,
)
from visits.models.accounts import Territory
from visits.models.map import MapPoint
from visits.models.people import Person
from visits.models.portfolio import (
    Dwelling,
    Residence,
    Tenancy,
)
from visits.portfolio import (
    Kind,
    apply_plan,
    message,
    propose_mapping,
    residences_without_cell,
    set_cells,
)


def test_a_count_of_flats_is_not_taken_for_a_reference(session: Session) -> None:
    table = table_of(BUILDINGS.replace("niveaux", "logements"))
    assert propose_mapping(session, table, landlord_id=landlord_id(session)).kind is Kind.RESIDENCES


def test_stock_adopts_what_the_export_made_instead_of_doubling_it(session: Session) -> None:
    load(session, ERP, BUILDINGS, FLATS)
    residences = {r.reference: r for r in session.scalars(select(Residence))}
    assert residences.keys() == {"B1", "B2", "B3"}
    assert residences["B2"].city == "Crépy-en-Valois"
    flats = {d.reference: d.residence.reference for d in session.scalars(select(Dwelling))}
    assert flats == {"L1": "B1", "L2": "B2", "L3": "B3", "L4": "B3"}


def test_dwellings_wait_for_their_residence(session: Session) -> None:
    plan = load(session, FLATS)
    assert {code for _line, code in codes(plan.warnings)} == {"unknown_residence"}
    assert counts(plan, "dwellings") == (4, 0, 0, 0)
    assert counts(load(session, BUILDINGS), "residences") == (0, 3, 0, 0)


def many_lines(count: int) -> list[str]:
    return [
        f"L{n:04};Mme MARTIN{chr(65 + n % 26)} Anne;12/05/194{n % 10};{n} rue X;60000;Beauvais"
        for n in range(1, count + 1)
    ]


def test_a_bad_date_in_row_900_refuses_that_row_only(session: Session) -> None:
    lines = many_lines(1_000)
    lines[899] = lines[899].replace("12/05/1940", "31/02/1940")
    text = "\n".join(["Réf. Lgt;Nom locataire;Né(e) le;Adresse;CP;Ville", *lines])
    plan = plan_of(session, text)
    assert counts(plan, "persons") == (999, 0, 0, 1)
    (refused,) = plan.refusals
    assert (refused.line, refused.heading, refused.value) == (901, "Né(e) le", "31/02/1940")
    assert message(refused.code, "fr", value=refused.value) == (
        "« 31/02/1940 » : ce jour n’existe pas dans le calendrier."
    )
    apply_plan(session, plan)
    assert session.scalar(select(func.count()).select_from(Person)) == 999
    assert session.scalars(select(Dwelling).where(Dwelling.reference == "L0900")).all() == []


def test_what_is_secondary_is_left_out_with_a_warning(session: Session) -> None:
    plan = load(session, ERP.replace("3e;68,7", "grenier;68,7"))
    assert (3, "bad_floor") in codes(plan.warnings)
    assert plan.refusals == ()


def test_required_cells_may_not_be_empty(session: Session) -> None:
    plan = plan_of(session, ERP.replace("L2;M. OU MME LE MEUR", ";"))
    assert codes(plan.refusals) == [(5, "missing"), (5, "missing")]
    assert [problem.heading for problem in plan.refusals] == ["Réf. Lgt", "Nom locataire"]
    assert plan.refused_lines == 1


def test_a_separator_in_an_address_refuses_its_line(session: Session) -> None:
    plan = plan_of(session, ERP.replace('"6 ALL DES PEUPLIERS; Bât B"', "6 ALL; Bât B"))
    assert (5, "more_cells_than_headings") in codes(plan.refusals)


def test_a_commune_that_does_not_go_with_its_postcode_is_pointed_out(session: Session) -> None:
    lines = [*many_lines(8), *(line.replace("60000;Beauvais", "60100;Creil")
             .replace("L0", "M0") for line in many_lines(8))]  # fmt: skip
    lines.append("N1;Mme ROY Anne;12/05/1941;1 rue Y;60100;Beauvais")
    text = "\n".join(["Réf. Lgt;Nom locataire;Né(e) le;Adresse;CP;Ville", *lines])
    assert (18, "city_disagrees") in codes(plan_of(session, text).warnings)


def test_the_stock_keeps_its_address_and_says_so(session: Session) -> None:
    load(session, BUILDINGS, FLATS)
    plan = load(session, ERP.replace('"6 ALL DES PEUPLIERS; Bât B"', "8 RUE DU BAC"))
    assert (5, "address_disagrees") in codes(plan.warnings)
    assert "8 RUE DU BAC" not in set(session.scalars(select(Residence.address)))


def test_without_stock_files_a_corrected_export_is_believed(session: Session) -> None:
    load(session, ERP)
    plan = load(session, ERP.replace(";1e;60,0;", ";2e;61,5;").replace("6 ALL DES", "8 ALL DES"))
    flat = session.scalars(select(Dwelling).where(Dwelling.reference == "L2")).one()
    assert (flat.floor, flat.surface, flat.residence.address) == (2, 61.5, "8 ALL DES PEUPLIERS")
    assert session.scalar(select(func.count()).select_from(Residence)) == 2
    assert ("dwelling", "floor", "1", "2") in {
        (change.what, change.field, change.old, change.new) for change in plan.changes
    }


def test_an_empty_cell_erases_nothing(session: Session) -> None:
    load(session, TENANTS)
    load(session, TENANTS.replace(";0639980001", ";").replace("2010-12-01", ""))
    person = session.scalars(select(Person).where(Person.reference == "P1")).one()
    assert person.phone == "+33639980001"
    assert date(2010, 12, 1) in set(session.scalars(select(Tenancy.started_on)))


def test_agencies_become_territories(session: Session) -> None:
    load(session, BUILDINGS.replace("niveaux", "agence").replace(";4;0", ";Creil;0"))
    assert set(session.scalars(select(Territory.name))) == {"Creil", "2", "3"}
    residence = session.scalars(select(Residence).where(Residence.reference == "B1")).one()
    assert residence.territory is not None and residence.territory.name == "Creil"


def test_residences_get_their_cell_and_lose_it_when_they_move(session: Session) -> None:
    load(session, BUILDINGS, FLATS)
    waiting = residences_without_cell(session, limit=10)
    assert len(waiting) == 3
    assert set_cells(session, {residence.id: CELL for residence in waiting}) == 3
    assert residences_without_cell(session, limit=10) == []
    assert session.scalar(select(func.count()).select_from(MapPoint)) == 4
    load(session, BUILDINGS.replace("2.88;49.23", "2.89;49.24"))
    assert [r.reference for r in residences_without_cell(session, limit=10)] == ["B2"]
    assert session.scalar(select(func.count()).select_from(MapPoint)) == 3


def test_other_stock_is_left_alone(session: Session) -> None:
    residence = make_residence(session, reference=None, address_key="9 rue z")
    person = make_person(session, dwelling=make_dwelling(session, residence=residence))
    load(session, *FILES.values())
    session.refresh(person)
    assert person.occupancies[0].ended_on is None
    assert session.get(Residence, residence.id) is not None


@pytest.mark.parametrize("text", ["A" * 5000, "ß" * 100, "œ" * 100, "9" * 30], ids="Aßœ9")
def test_no_cell_is_longer_than_its_column(session: Session, text: str) -> None:
    line = {
        "Logement": "L1", "Adresse": "1 rue du Bois", "CP": "60000", "Ville": "Beauvais",
        "Nom": "PENEL", "Prénom": "Ana", "Agence": "Nord", "Porte": "2", "Étage": "1",
        "Loyer": "400",
    }  # fmt: skip
    for heading in line:
        cells = line | {heading: text}
        load(session, ";".join(cells) + "\n" + ";".join(cells.values()) + "\n")
        session.flush()
