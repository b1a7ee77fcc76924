"""Who a line names, who lives there by it, and who only stands on the lease."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_case, make_user, make_viewer, shipped_programmes_read
from tests.visits.portfolio_files import NOW, codes, load, plan_of
from visits.choosing.targeting import rank_candidates
from visits.models.cases import Case, CaseState
from visits.models.people import HouseholdContact, Occupancy, Person
from visits.models.portfolio import Dwelling, Tenancy
from visits.portfolio import Fate
from visits.portfolio.names import read_full_name, read_last_name
from visits.portfolio.values import BadValue

HEADINGS = "Logement;Nom;Prénom;Date de naissance;Adresse;CP;Ville"
HOME = "4 rue Haute;60000;Beauvais"


def living(session: Session, reference: str = "Q-1") -> list[str]:
    """Name who lives in a dwelling."""
    found = session.scalars(
        select(Person.last_name + " " + Person.first_name)
        .join(Occupancy).join(Tenancy).join(Dwelling)
        .where(Dwelling.reference == reference)
        .where(Occupancy.ended_on.is_(None), Tenancy.ended_on.is_(None))
    )  # fmt: skip
    return sorted(found)


def candidates(session: Session) -> list[str]:
    viewer = make_viewer(make_user(session))
    seniors = shipped_programmes_read()["seniors"]
    found = rank_candidates(session, seniors, viewer, now=NOW).candidates
    return sorted(f"{one.person.last_name} {one.person.first_name}" for one in found)


def unchanged(session: Session, text: str) -> bool:
    return plan_of(session, text).changes_nothing


# What is no value.


@pytest.mark.one_database
@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALEUR!", "#NOM?", "NULL", "Err:502", "####"])
@pytest.mark.parametrize("column", range(3))
def test_an_error_of_the_spreadsheet_is_no_reference_and_no_name(
    session: Session, error: str, column: int
) -> None:
    cells = ["Q-1", "DURAND", "Anne", "12/03/1940"]
    cells[column] = error
    plan = load(session, f"{HEADINGS}\n{';'.join(cells)};{HOME}\n")
    heading = HEADINGS.split(";")[column]
    assert [(p.line, p.heading, p.value, p.code) for p in plan.refusals] == [
        (2, heading, error, "spreadsheet_error")
    ]
    assert session.scalars(select(Person)).all() == []


@pytest.mark.one_database
@pytest.mark.parametrize("place", ["#N/A;60000;Beauvais", "4 rue Haute;#N/A;Beauvais",
                                   "4 rue Haute;60000;#REF!"])  # fmt: skip
def test_an_error_of_the_spreadsheet_is_no_address(session: Session, place: str) -> None:
    plan = load(session, f"{HEADINGS}\nQ-1;DURAND;Anne;12/03/1940;{place}\n")
    assert codes(plan.refusals) == [(2, "spreadsheet_error")]


def test_a_number_that_the_spreadsheet_has_cut_is_no_reference(session: Session) -> None:
    plan = load(session, f"{HEADINGS}\n1,23457E+11;DURAND;Anne;12/03/1940;{HOME}\n")
    assert codes(plan.refusals) == [(2, "scientific_number")]


@pytest.mark.one_database
@pytest.mark.parametrize("written", ["", "NC", "-", "inconnue", "00/00/0000", "01/01/1900",
                                     "#N/A", "1944", "00/06/1941"])  # fmt: skip
def test_a_person_without_a_known_birth_date_comes_in_and_is_told(
    session: Session, written: str
) -> None:
    plan = load(session, f"{HEADINGS}\nQ-1;DURAND;Anne;{written};{HOME}\n")
    assert living(session) == ["DURAND Anne"]
    (warning,) = plan.warnings
    assert warning.code in ("missing_birth_date", "unknown_birth_date", "birth_year_alone")


def test_a_day_that_is_not_in_the_calendar_still_refuses_its_line(session: Session) -> None:
    plan = load(session, f"{HEADINGS}\nQ-1;DURAND;Anne;31/02/1940;{HOME}\n")
    assert codes(plan.refusals) == [(2, "no_such_day")]


# Who is who.


def test_a_first_of_january_proves_nothing(session: Session) -> None:
    load(session, f"{HEADINGS}\nQ-1;EL KHOURY;Nadia;01/01/1945;{HOME}\n")
    other = f"{HEADINGS}\nQ-2;EL KHOURY;Nadia;01/01/1945;9 rue Basse;60100;Creil\n"
    plan = load(session, other)
    assert codes(plan.warnings) == [(2, "presumed_date")]
    assert plan.warnings[0].details["known"] == "Q-1"
    assert (living(session, "Q-1"), living(session, "Q-2")) == (["EL KHOURY Nadia"],) * 2
    assert unchanged(session, other)


def test_a_first_of_january_is_a_move_when_whoever_imports_says_so(session: Session) -> None:
    load(session, f"{HEADINGS}\nQ-1;EL KHOURY;Nadia;01/01/1945;{HOME}\n")
    other = f"{HEADINGS}\nQ-2;EL KHOURY;Nadia;01/01/1945;9 rue Basse;60100;Creil\n"
    plan = load(session, other, choices={"presumed_date": "same"})
    assert codes(plan.warnings) == [(2, "moved")]
    assert (living(session, "Q-1"), living(session, "Q-2")) == ([], ["EL KHOURY Nadia"])


# The spouse.


def test_headings_that_come_twice_are_the_holder_and_the_spouse(session: Session) -> None:
    text = (
        "Logement;Nom;Prénom;Date de naissance;Nom;Prénom;Date de naissance;Adresse;CP;Ville\n"
        f"Q-1;PAIRE;Jean;12/03/1940;PAIRE;Marie;05/06/1942;{HOME}\n"
        f"Q-2;SEULE;Anne;12/03/1941;;;;{HOME}\n"
    )
    load(session, text)
    assert living(session) == ["PAIRE Jean", "PAIRE Marie"]
    assert living(session, "Q-2") == ["SEULE Anne"]
    roles = select(Occupancy.role).join(Person).where(Person.first_name == "Marie")
    assert session.scalars(roles).one() == "spouse"
    assert unchanged(session, text)


def test_a_spouse_in_columns_of_her_own_comes_in(session: Session) -> None:
    load(
        session,
        "Logement;Nom;Prénom;Date de naissance;Nom conjoint;Prénom conjoint;Naissance conjoint\n"
        "Q-1;PAIRE;Jean;12/03/1940;;Marie;05/06/1942\n",
    )
    assert living(session) == ["PAIRE Jean", "PAIRE Marie"]


def test_a_couple_in_one_cell_is_two_persons(session: Session) -> None:
    load(
        session,
        f"Logement;Nom locataire;Adresse;CP;Ville\nQ-1;M. et Mme PAIRE Jean et Marie;{HOME}\n",
    )
    assert living(session) == ["PAIRE Jean", "PAIRE Marie"]


# Names.


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("written", "civility", "last_name", "first_name"),
    [
        ("VVE DUPONT Marie", "Mme", "DUPONT", "Marie"),
        ("Mme VVE DUPONT Marie", "Mme", "DUPONT", "Marie"),
        ("Mme Veuve LEROY Anne", "Mme", "LEROY", "Anne"),
        ("DUPONT née MARTIN Jeanne", None, "DUPONT", "Jeanne"),
        ("Mme DUPONT (née MARTIN) Jeanne", "Mme", "DUPONT", "Jeanne"),
        ("Mme DUPONT NEE MARTIN JEANNE", "Mme", "DUPONT", "Jeanne"),
        ("DUPONT JEANNE NEE MARTIN", None, "DUPONT", "Jeanne"),
        ("MARTIN épouse DUPONT Claire", None, "MARTIN", "Claire"),
        ("MME DUPONT EPX MARTIN LISE", "Mme", "DUPONT", "Lise"),
        ("DUPONT Jean s/c UDAF", None, "DUPONT", "Jean"),
        ("LE NE Jean", None, "LE NE", "Jean"),
        ("LE NÉ Jean", None, "LE NÉ", "Jean"),
        ("M. NE Paul", "M.", "NE", "Paul"),
    ],
)
def test_names_are_read_as_landlords_write_them(
    written: str, civility: str | None, last_name: str, first_name: str
) -> None:
    name = read_full_name(written)
    assert (name.civility, name.last_name, name.first_name) == (civility, last_name, first_name)


def test_a_civility_in_the_column_of_names_is_left_out() -> None:
    assert [read_last_name(text) for text in ("VVE DUPONT", "Mme DUPONT", "LE NE")] == [
        "DUPONT", "DUPONT", "LE NE",
    ]  # fmt: skip


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("written", "who"),
    [("LEROY Jean et Anne", ["LEROY Anne", "LEROY Jean"]),
     ("M. LEROY et Mme PETIT", ["LEROY et Mme PETIT"]),
     ("LEROY Jean & Anne", ["LEROY Jean & Anne"]),
     ("LEROY Jean / PETIT Anne", ["LEROY Jean / PETIT Anne"]), ("M. et Mme LEROY", ["LEROY "])],
)  # fmt: skip
def test_two_in_one_cell_both_come_in_or_are_told(
    session: Session, written: str, who: list[str]
) -> None:
    plan = load(session, f"Logement;Nom locataire;Adresse;CP;Ville\nQ-1;{written};{HOME}\n")
    assert living(session) == who
    told = (2, "more_than_one_named") in codes(plan.warnings)
    assert told == (len(who) == 1)


def test_a_spouse_of_whom_only_the_name_of_the_family_is_given_is_told(session: Session) -> None:
    plan = load(
        session,
        f"Logement;Nom;Prénom;Nom conjoint;Date naissance conjoint;Adresse;CP;Ville\n"
        f"Q-1;DURAND;Anne;;;{HOME}\nQ-2;LEROY;Jean;LEROY;12/03/1942;{HOME}\n",
    )
    assert [one.line for one in plan.warnings if one.code == "more_than_one_named"] == [3]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("name", "first_name"),
    [("BERNARD", "Paul (décédé)"), ("BERNARD DCD", "Paul"), ("feu BERNARD", "Paul"),
     ("BERNARD", "Paul dcd le 12/03/2020")],
)  # fmt: skip
def test_a_name_that_says_its_bearer_is_dead_is_nobody_living_there(
    session: Session, name: str, first_name: str
) -> None:
    plan = load(session, f"{HEADINGS}\nQ-1;{name};{first_name};12/03/1940;{HOME}\n")
    dead = session.scalars(select(Person)).one()
    assert (dead.last_name, dead.first_name) == ("BERNARD", "Paul")
    assert dead.died_on is not None
    assert living(session) == []
    assert codes(plan.warnings) == [(2, "dead")]


def test_a_dead_spouse_named_on_the_line_does_not_live_there(session: Session) -> None:
    load(
        session,
        f"Logement;Nom;Prénom;Conjoint;Adresse;CP;Ville\n"
        f"Q-1;DURAND;Anne;DURAND Paul (décédé);{HOME}\n",
    )
    assert living(session) == ["DURAND Anne"]


def test_a_birth_name_is_used_where_no_name_in_use_is_given(session: Session) -> None:
    load(
        session,
        "Logement;Nom de naissance;Nom d'usage;Prénom\n"
        "Q-1;MARTIN;DUPONT;Nicole\nQ-2;LEROUX;;Jean\n",
    )
    assert (living(session), living(session, "Q-2")) == (["DUPONT Nicole"], ["LEROUX Jean"])


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("name", "code"),
    [("VACANT", "vacant"), ("Logement vacant", "vacant"), ("SUCCESSION DUPONT", "no_person"),
     ("UDAF de l'Oise", "no_person"), ("ASSOCIATION TOITS", "no_person")],
)  # fmt: skip
def test_a_line_that_names_nobody_is_left_out_and_says_why(
    session: Session, name: str, code: str
) -> None:
    plan = load(session, f"{HEADINGS}\nQ-1;{name};;;{HOME}\nQ-2;DURAND;Anne;12/03/1940;{HOME}\n")
    assert (plan.account.fates[2], plan.account.reasons[2][0].code) == (Fate.LEFT_OUT, code)
    assert session.scalars(select(Person.last_name)).all() == ["DURAND"]


def test_somebody_whose_name_means_vacant_is_a_person(session: Session) -> None:
    load(session, f"{HEADINGS}\nQ-1;LIBRE;Anne;12/03/1940;{HOME}\n")
    assert living(session) == ["LIBRE Anne"]


def test_a_name_without_a_letter_is_refused() -> None:
    with pytest.raises(BadValue):
        read_full_name("Mme 123")


# Who does not live there.

ROLES = "Logement;Nom;Prénom;Date de naissance;Qualité;Téléphone"


@pytest.mark.parametrize(
    ("written", "role"),
    [("Garant", "guarantor"), ("Caution solidaire", "guarantor"), ("Tuteur", "guardian"),
     ("Ex-conjoint", "former_spouse"), ("Aidant", "carer")],
)  # fmt: skip
def test_who_only_stands_on_the_lease_is_a_contact(
    session: Session, written: str, role: str
) -> None:
    text = (
        f"{ROLES}\nQ-1;ROLE;Anne;12/03/1940;Titulaire;\n"
        f"Q-1;AUTRE;Paul;12/03/1941;{written};06 12 34 56 78\n"
    )
    plan = load(session, text)
    assert living(session) == ["ROLE Anne"]
    (contact,) = session.scalars(select(HouseholdContact))
    assert (contact.role, contact.name, contact.phone) == (role, "Paul AUTRE", "+33612345678")
    assert (3, "contact_kept") in codes(plan.warnings)
    assert "AUTRE Paul" not in candidates(session)
    assert session.scalars(select(Person.last_name)).all() == ["ROLE"]
    assert unchanged(session, text)


def test_a_guarantor_who_was_taken_for_an_occupant_is_one_no_longer(session: Session) -> None:
    load(session, f"{ROLES}\nQ-1;ROLE;Anne;12/03/1940;;\nQ-1;AUTRE;Paul;12/03/1941;;\n")
    plan = load(session, f"{ROLES}\nQ-1;AUTRE;Paul;12/03/1941;Garant;\n")
    assert (2, "was_occupant") in codes(plan.warnings)
    assert living(session) == ["ROLE Anne"]


@pytest.mark.parametrize("cells", ["14/01/2026;", "14/01/2026;Décédé", ";Décédée"])
def test_who_has_died_is_neither_proposed_nor_counted_as_living_there(
    session: Session, cells: str
) -> None:
    text = (
        "Logement;Nom;Prénom;Date de naissance;Date de décès;Situation\n"
        f"Q-1;MORT;Jeanne;12/03/1935;{cells}\nQ-1;MORT;Louis;12/03/1936;;Présent\n"
    )
    load(session, text)
    assert living(session) == ["MORT Louis"]
    jeanne = session.scalars(select(Person).where(Person.first_name == "Jeanne")).one()
    assert jeanne.died_on == (date(2026, 1, 14) if cells[0] == "1" else NOW.date())
    assert jeanne.do_not_contact
    assert candidates(session) == ["MORT Louis"]
    assert unchanged(session, text)


def test_who_dies_by_a_file_is_called_no_more(session: Session) -> None:
    load(session, f"{HEADINGS}\nQ-1;MORT;Jeanne;12/03/1935;{HOME}\n")
    person = session.scalars(select(Person)).one()
    case = make_case(
        session, by=make_user(session), person=person,
        dwelling=session.scalars(select(Dwelling)).one(),
    )  # fmt: skip
    load(
        session,
        "Logement;Nom;Prénom;Date de naissance;Date de décès\n"
        "Q-1;MORT;Jeanne;12/03/1935;14/01/2026\n",
    )
    assert session.get_one(Case, case.id).state is CaseState.NOT_ELIGIBLE


@pytest.mark.parametrize("cell", ["31/12/2025", "Parti"])
def test_who_has_left_does_not_live_there(session: Session, cell: str) -> None:
    heading = "Situation" if cell == "Parti" else "Date de sortie"
    text = f"Logement;Nom;Prénom;Date de naissance;{heading}\nQ-1;PARTI;Anne;12/03/1940;{cell}\n"
    load(session, f"{HEADINGS}\nQ-1;PARTI;Anne;12/03/1940;{HOME}\n")
    plan = load(session, text)
    assert (2, "gone") in codes(plan.warnings)
    assert (living(session), candidates(session)) == ([], [])
    assert unchanged(session, text)


def test_a_former_tenant_in_a_first_file_never_lives_there(session: Session) -> None:
    text = (
        "Logement;N° bail;Nom;Prénom;Date de naissance;Date d'entrée;Date de sortie\n"
        "Q-1;B1;ANCIEN;Anne;12/03/1940;01/02/1990;31/12/2019\n"
        "Q-1;B2;NOUVEAU;Paul;12/03/1950;01/02/2020;\n"
    )
    plan = load(session, text)
    assert living(session) == ["NOUVEAU Paul"]
    assert "new_lease" not in dict(codes(plan.warnings)).values()
    assert unchanged(session, text)


def test_a_former_tenant_told_later_is_no_new_lease(session: Session) -> None:
    headings = "Logement;N° bail;Nom;Prénom;Date de naissance;Date de sortie"
    load(session, f"{headings}\nQ-1;B2;NOUVEAU;Paul;12/03/1950;\n")
    plan = load(session, f"{headings}\nQ-1;B1;ANCIEN;Anne;12/03/1940;31/12/2019\n")
    assert codes(plan.warnings) == [(2, "no_address"), (2, "gone")][1:]
    assert living(session) == ["NOUVEAU Paul"]


def test_who_is_to_leave_lives_there_until_then(session: Session) -> None:
    plan = load(
        session,
        "Logement;Nom;Prénom;Date de naissance;Date de sortie\n"
        "Q-1;RESTE;Anne;12/03/1940;31/12/2027\n",
    )
    assert (2, "leaves") in codes(plan.warnings)
    assert living(session) == ["RESTE Anne"]


def test_a_role_or_a_status_that_nobody_knows_is_told(session: Session) -> None:
    plan = load(
        session,
        f"{HEADINGS};Qualité;Situation\n"
        f"Q-1;DURAND;Anne;12/03/1940;{HOME};Titulaire;Présente\n"
        f"Q-2;LEROY;Jean;12/03/1941;{HOME};Héritier;Présent\n"
        f"Q-3;PETIT;Luc;12/03/1942;{HOME};Titulaire;Congé donné\n",
    )
    assert codes(plan.warnings) == [(3, "unknown_role"), (4, "unknown_status")]
    assert living(session, "Q-3") == ["PETIT Luc"]


@pytest.mark.one_database
@pytest.mark.parametrize("day", ["01/01/1900", "00/00/0000", "1753-01-01 00:00:00"])
@pytest.mark.parametrize("heading", ["Date entrée", "Date sortie"])
def test_a_day_that_software_writes_for_none_puts_nobody_out(
    session: Session, heading: str, day: str
) -> None:
    plan = load(session, f"{HEADINGS};{heading}\nQ-1;DURAND;Anne;12/03/1940;{HOME};{day}\n")
    assert living(session) == ["DURAND Anne"]
    assert codes(plan.warnings) == [(2, "no_such_date")]
