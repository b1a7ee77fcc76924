"""Which residence and which dwelling a line means: a letter, a repeated number, an odd line."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.visits.portfolio_files import codes, load, plan_of
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, Residence, Tenancy

LETTERS = """Logement;Bâtiment;Adresse;CP;Ville;Étage
Q-1;A;1 rue Haute;60000;Beauvais;1
Q-2;B;1 rue Haute;60000;Beauvais;2
Q-3;A;22 rue Basse;60100;Creil;3
Q-4;A;7 place Neuve;60200;Compiègne;3
"""
TENANTS = "Logement;Nom;Prénom;Date de naissance;Adresse;CP;Ville"


def homes(session: Session) -> dict[str, tuple[str, str]]:
    """Give the street and commune of each dwelling."""
    found = session.execute(
        select(Dwelling.reference, Residence.address, Residence.city).join(Dwelling.residence)
    )
    return {reference: (address, city) for reference, address, city in found}


def people(session: Session) -> dict[str, list[str]]:
    found = session.execute(
        select(Dwelling.reference, Person.first_name)
        .join(Tenancy, Tenancy.dwelling_id == Dwelling.id)
        .join(Occupancy, Occupancy.tenancy_id == Tenancy.id)
        .join(Person)
        .order_by(Person.first_name, Person.id)
    )
    living: dict[str, list[str]] = {}
    for reference, name in found:
        living.setdefault(reference, []).append(name)
    return living


def test_a_letter_is_a_building_within_the_address_and_no_residence(session: Session) -> None:
    load(session, LETTERS)
    assert session.scalars(select(Residence.reference)).all() == [None, None, None]
    assert homes(session)["Q-4"] == ("7 place Neuve", "Compiègne")
    doors = select(Dwelling.door).order_by(Dwelling.reference, Dwelling.id)
    assert session.scalars(doors).all() == ["Bât A", "Bât B", "Bât A", "Bât A"]
    assert plan_of(session, LETTERS).changes_nothing


def test_a_letter_that_was_mapped_as_a_residence_names_none(session: Session) -> None:
    text = LETTERS.replace("Bâtiment", "Code résidence")
    plan = load(session, text)
    assert codes(plan.warnings) == [(line, "residence_of_several") for line in (2, 4, 5)]
    assert {city for _street, city in homes(session).values()} == {
        "Beauvais", "Creil", "Compiègne",
    }  # fmt: skip


def test_where_in_its_building_a_dwelling_is_loses_no_part_of_it(session: Session) -> None:
    near, far = "12 au fond à gauche", "au fond du couloir à gauche après le local à vélos"
    text = "Réf. Lgt;Adresse;CP;Ville;Bâtiment;Escalier;Porte\n" + "".join(
        f"Q-{line};{line} rue Neuve;60000;Beauvais;A;principal;{door}\n"
        for line, door in ((2, near), (3, far))
    )
    plan = load(session, text)
    doors = select(Dwelling.door).order_by(Dwelling.reference, Dwelling.id)
    assert session.scalars(doors).all() == [f"Bât A, principal, {near}", far]
    told = [(one.line, one.code, one.value) for one in plan.warnings if one.field == "door"]
    assert told == [(3, "too_long", f"Bât A, principal, {far}")]


def test_letters_beside_the_names_of_groups_are_no_residences(session: Session) -> None:
    text = (
        "Logement;BAT;NUMVOIE;NOMVOIE;CP;Ville\n"
        "Q-1;A;1;rue Haute;60000;Beauvais\nQ-2;ENSEMBLE 1;1;rue Haute;60000;Beauvais\n"
        "Q-3;A;22;rue Basse;60000;Beauvais\nQ-4;;7;rue Basse;60000;Beauvais\n"
    )
    load(session, text)
    assert session.scalars(select(Residence.reference).distinct()).all() == [None]


def test_short_references_of_residences_are_kept(session: Session) -> None:
    load(session, "Logement;Bâtiment;Étage\nQ-1;B1;1\nQ-2;B2;2\n")
    assert sorted(filter(None, session.scalars(select(Residence.reference)))) == ["B1", "B2"]


def test_one_odd_line_moves_no_other_dwelling_of_its_residence(session: Session) -> None:
    text = (
        "Logement;Code résidence;Adresse;CP;Ville\n"
        "Q-1;R1;99 avenue Loin;80000;Amiens\n"
        "Q-2;R1;1 rue Haute;60000;Beauvais\nQ-3;R1;1 rue Haute;60000;Beauvais\n"
    )
    plan = load(session, text)
    assert codes(plan.warnings) == [(2, "other_residence_address")]
    assert set(homes(session).values()) == {("1 rue Haute", "Beauvais")}
    assert plan_of(session, text).changes_nothing


def test_one_street_and_postcode_in_two_communes_is_two_residences(session: Session) -> None:
    text = (
        f"{TENANTS}\nQ-1;A;Anne;12/03/1940;1 rue Haute;60190;Estrées\n"
        "Q-2;B;Berthe;12/03/1941;1 rue Haute;60190;Moyvillers\n"
        "Q-3;C;Carole;12/03/1942;1 rue Haute;60190;Estrées\n"
    )
    load(session, text)
    assert homes(session) == {
        "Q-1": ("1 rue Haute", "Estrées"),
        "Q-2": ("1 rue Haute", "Moyvillers"),
        "Q-3": ("1 rue Haute", "Estrées"),
    }
    assert plan_of(session, text).changes_nothing


NUMBERS = """Code résidence;N° logement;Prénom;Nom;Date de naissance;Adresse;CP;Ville
R1;12;Anne;NUMERO;12/03/1940;1 rue Une;60000;Beauvais
R2;12;Berthe;NUMERO;13/03/1940;2 rue Deux;60100;Creil
R2;14;Carole;NUMERO;14/03/1940;2 rue Deux;60100;Creil
"""


def test_a_number_used_in_several_residences_is_read_within_its_own(session: Session) -> None:
    plan = load(session, NUMBERS)
    assert codes(plan.warnings) == [(2, "number_not_unique"), (3, "number_not_unique")]
    assert people(session) == {"R1/12": ["Anne"], "R2/12": ["Berthe"], "R2/14": ["Carole"]}
    assert plan_of(session, NUMBERS).changes_nothing


def test_a_later_file_of_one_residence_alone_finds_its_dwellings(session: Session) -> None:
    load(session, NUMBERS)
    lines = NUMBERS.splitlines(keepends=True)
    assert plan_of(session, lines[0] + lines[2] + lines[3]).changes_nothing


def test_a_number_used_in_several_towns_without_its_residence_is_refused(session: Session) -> None:
    text = (
        f"{TENANTS}\n12;NUMERO;Anne;12/03/1940;1 rue Une;60000;Beauvais\n"
        "12;NUMERO;Berthe;13/03/1940;2 rue Deux;60100;Creil\n"
        "12;NUMERO;Carole;14/03/1940;3 rue Trois;60200;Compiègne\n"
    )
    plan = load(session, text)
    assert codes(plan.refusals) == [(3, "reference_of_several"), (4, "reference_of_several")]
    assert people(session) == {"12": ["Anne"]}


TWICE = f"""{TENANTS}
Q-1;CONTRA;Anne;12/03/1945;1 rue Haute;60000;Beauvais
Q-1;CONTRA;Berthe;01/02/1940;55 boulevard Bas;60200;Compiègne
"""


def test_one_dwelling_at_two_addresses_is_asked_about(session: Session) -> None:
    plan = load(session, TWICE)
    (warning,) = plan.warnings
    assert (warning.line, warning.code, warning.details["line"]) == (3, "two_addresses", "2")
    assert homes(session) == {"Q-1": ("1 rue Haute", "Beauvais")}


def test_the_second_address_of_a_dwelling_is_refused_when_whoever_imports_says_so(
    session: Session,
) -> None:
    plan = load(session, TWICE, choices={"two_addresses": "refuse"})
    assert codes(plan.refusals) == [(3, "reference_of_several")]
    assert people(session) == {"Q-1": ["Anne"]}


def test_one_reference_at_two_addresses_in_a_file_of_dwellings_is_refused(
    session: Session,
) -> None:
    text = (
        "Logement;Adresse;CP;Ville;Étage\n"
        "Q-1;1 rue Haute;60000;Beauvais;1\nQ-1;9 rue Basse;60100;Creil;2\n"
    )
    plan = load(session, text)
    assert codes(plan.refusals) == [(3, "reference_of_several")]
    assert homes(session) == {"Q-1": ("1 rue Haute", "Beauvais")}
