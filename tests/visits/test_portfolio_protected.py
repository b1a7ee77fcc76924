"""A landlord's file does not touch a protected person, unless one named for her imports it."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_user
from visits.models.accounts import User
from visits.models.people import AccessedPerson, AccessEvent, Occupancy, Person
from visits.portfolio import confirm_import, examine_import, upload_file
from visits.portfolio.mapping import from_json
from visits.privacy import protect

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
TENANTS = """locataire;logement;role;nom;prenom;naissance;tel mobile;numero;voie;code postal;commune
P1;L1;titulaire;PENEL;Nicole;1948-11-24;0639980001;35;Rue Lemire;60100;Creil
P2;L1;conjoint;PENEL;Alexandre;1950-12-21;;35;Rue Lemire;60100;Creil
P3;L2;titulaire;LE MEUR;Yann;1954-07-16;;6;Allée des Peupliers;60100;Creil
"""
# She moves away, has another number and another name; her husband stays; a stranger moves in.
LATER = """locataire;logement;role;nom;prenom;naissance;tel mobile;numero;voie;code postal;commune
P1;L9;titulaire;MARTIN;Nicole;1948-11-24;0639989999;1;Rue Neuve;60100;Creil
P2;L1;conjoint;PENEL;Alexandre;1950-12-21;0639980002;35;Rue Lemire;60100;Creil
P3;L2;titulaire;LE MEUR;Yann;1954-07-16;;6;Allée des Peupliers;60100;Creil
"""


def bring(session: Session, text: str, *, by: User) -> dict[str, dict[str, int]]:
    kept = upload_file(session, data=text.encode(), file_name="f.csv", user_id=by.id, now=NOW)
    mapping = from_json(kept.mapping)
    shown = examine_import(
        session, kept.id, kind=kept.kind, mapping=mapping, now=NOW, by=by.id
    ).counts
    done = confirm_import(session, kept.id, kind=kept.kind, mapping=mapping, now=NOW, by=by.id)
    counts = dict(done.counts or {})
    assert {what: counts[what] for what in shown} == shown
    return counts


def person(session: Session, reference: str) -> Person:
    return session.scalars(select(Person).where(Person.reference == reference)).one()


def homes(session: Session, reference: str) -> list[tuple[str, date | None]]:
    statement = select(Occupancy).where(Occupancy.person_id == person(session, reference).id)
    return sorted(
        (one.tenancy.dwelling.reference, one.ended_on) for one in session.scalars(statement)
    )


def logged(session: Session) -> list[str | None]:
    statement = (
        select(Person.reference)
        .join(AccessedPerson, AccessedPerson.person_id == Person.id)
        .join(AccessEvent, AccessEvent.id == AccessedPerson.event_id)
        .where(AccessEvent.what == "import")
        .order_by(AccessEvent.id)
    )
    return list(session.scalars(statement))


@pytest.fixture
def known(session: Session) -> User:
    """Import three persons, and protect one of them."""
    by = make_user(session)
    bring(session, TENANTS, by=by)
    protect(session, person(session, "P1"), by=make_user(session).id, now=NOW)
    session.flush()
    return by


def test_an_import_leaves_a_protected_person_as_she_was(session: Session, known: User) -> None:
    assert bring(session, LATER, by=known)["persons"] == {
        "new": 0, "changed": 1, "unchanged": 2, "refused": 0,
    }  # fmt: skip
    session.expire_all()
    hers = person(session, "P1")
    assert (hers.last_name, hers.name_key, hers.phone) == ("PENEL", "penel nicole", "+33639980001")
    assert homes(session, "P1") == [("L1", None)]
    assert homes(session, "P2") == [("L1", None)]


def test_a_household_that_is_replaced_keeps_the_protected_person(
    session: Session, known: User
) -> None:
    newcomer = "P7;L1;titulaire;NEUF;Ana;1960-01-01;;35;Rue Lemire;60100;Creil"
    bring(session, f"{LATER.splitlines()[0]}\n{newcomer}\n", by=known)
    session.expire_all()
    assert homes(session, "P1") == [("L1", None)]


def test_who_is_named_for_her_imports_her_too(session: Session, known: User) -> None:
    named = session.scalars(select(User).where(User.id != known.id)).one()
    assert bring(session, LATER, by=named)["persons"]["changed"] == 2
    session.expire_all()
    assert person(session, "P1").last_name == "MARTIN"
    assert [home for home, ended_on in homes(session, "P1") if ended_on is None] == ["L9"]


def test_the_access_log_names_each_person_an_import_writes(session: Session, known: User) -> None:
    assert sorted(filter(None, logged(session))) == ["P1", "P2", "P3"]
    bring(session, LATER, by=known)
    assert sorted(filter(None, logged(session))) == ["P1", "P2", "P2", "P3"]
    bring(session, LATER, by=known)
    assert len(logged(session)) == 4
