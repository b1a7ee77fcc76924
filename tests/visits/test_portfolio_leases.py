"""Which lease a line is of, and who lives alone by it."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.visits.portfolio_files import codes, load
from tests.visits.test_portfolio_people import HOME, living, unchanged
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Tenancy

LEASES = "Logement;N° bail;Nom;Prénom;Date de naissance;Date d'entrée"
FIRST = "Q-1;B1;SORT;Jeanne;12/03/1935;01/04/1998"
SECOND = "Q-1;B2;ENTRE;Louis;05/06/1950;01/03/2026"


def test_a_new_lease_puts_nobody_out(session: Session) -> None:
    load(session, f"{LEASES}\n{FIRST}\n")
    text = f"{LEASES}\n{SECOND}\n"
    plan = load(session, text)
    assert (2, "new_lease") in codes(plan.warnings)
    assert living(session) == ["ENTRE Louis", "SORT Jeanne"]
    starts = session.execute(select(Tenancy.reference, Tenancy.started_on)).all()
    assert sorted(starts) == [("B1", date(1998, 4, 1)), ("B2", date(2026, 3, 1))]
    assert unchanged(session, text)


@pytest.mark.parametrize("answer", ["new_lease", "new_lease_2"])
def test_a_new_lease_follows_the_old_one_when_whoever_imports_says_so(
    session: Session, answer: str
) -> None:
    load(session, f"{LEASES}\n{FIRST}\n")
    load(session, f"{LEASES}\n{SECOND}\n", choices={answer: "successive"})
    assert living(session) == ["ENTRE Louis"]
    ended = select(Occupancy.ended_on).join(Person).where(Person.last_name == "SORT")
    assert session.scalars(ended).one() == date(2026, 2, 28)


def test_an_answer_about_another_line_decides_nothing(session: Session) -> None:
    load(session, f"{LEASES}\n{FIRST}\n")
    load(session, f"{LEASES}\n{SECOND}\n", choices={"new_lease_3": "successive"})
    assert living(session) == ["ENTRE Louis", "SORT Jeanne"]


def test_two_leases_in_one_file_keep_their_dates_and_their_people(session: Session) -> None:
    text = f"{LEASES}\n{SECOND}\n{FIRST}\n"
    plan = load(session, text)
    assert [code for _line, code in codes(plan.warnings)].count("new_lease") == 1
    homes = session.execute(
        select(Tenancy.reference, Person.last_name).join(Occupancy.tenancy).join(Occupancy.person)
    ).all()
    assert sorted(homes) == [("B1", "SORT"), ("B2", "ENTRE")]
    assert unchanged(session, text)


def test_who_joins_a_household_does_not_change_when_its_lease_began(session: Session) -> None:
    load(session, f"{LEASES}\n{FIRST}\n")
    load(session, f"{LEASES}\nQ-1;B1;REJOINT;Paul;12/03/1937;01/03/2026\n")
    assert session.scalars(select(Tenancy.started_on)).all() == [date(1998, 4, 1)]
    assert living(session) == ["REJOINT Paul", "SORT Jeanne"]


def test_a_renewed_lease_of_the_same_people_is_the_same_home(session: Session) -> None:
    load(session, f"{LEASES}\n{FIRST}\n")
    plan = load(session, f"{LEASES}\n{FIRST.replace('B1', 'B9')}\n")
    assert "new_lease" not in dict(codes(plan.warnings)).values()
    assert session.scalars(select(Tenancy.reference)).all() == ["B9"]


@pytest.mark.parametrize(
    ("heading", "cell", "said"),
    [("Nb occupants", "1", True), ("Nb occupants", "3", False), ("Nb occupants", "", None),
     ("Vit seule", "oui", True), ("Vit seule", "non", False)],
)  # fmt: skip
def test_the_file_says_who_lives_alone(
    session: Session, heading: str, cell: str, said: bool | None
) -> None:
    load(
        session,
        f"Logement;Nom;Prénom;Date de naissance;{heading}\nQ-1;DURAND;Anne;12/03/1940;{cell}\n",
    )
    assert session.scalars(select(Tenancy.lives_alone)).all() == [said]


def test_a_couple_named_as_one_is_known_not_to_live_alone(session: Session) -> None:
    load(session, f"Logement;Nom locataire;Adresse;CP;Ville\nQ-1;M. OU MME LE MEUR;{HOME}\n")
    assert session.scalars(select(Tenancy.lives_alone)).all() == [False]
