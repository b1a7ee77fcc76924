"""A landlord's file does not touch a protected person, unless one named for her imports it."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_user, make_viewer
from visits.ground.errors import NotFound
from visits.models.accounts import User
from visits.models.people import AccessedPerson, AccessEvent, Occupancy, Person
from visits.models.portfolio import Import, Tenancy
from visits.people.protection import protect
from visits.portfolio import ImportPlan, confirm_import, examine_import, upload_file
from visits.portfolio.mapping import from_json
from visits.sight import find_person

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
TENANTS = """locataire;logement;role;nom;prenom;naissance;tel mobile;numero;voie;code postal;commune
P1;L1;titulaire;PENEL;Nicole;1948-11-24;0639980001;35;Rue Lemire;60100;Creil
P2;L1;conjoint;PENEL;Alexandre;1950-12-21;;35;Rue Lemire;60100;Creil
P3;L2;titulaire;LE MEUR;Yann;1954-07-16;;6;Allée des Peupliers;60100;Creil
"""
HEADINGS = TENANTS.splitlines()[0]
# She moves away, has another number and another name; her husband stays; a stranger moves in.
LATER = """locataire;logement;role;nom;prenom;naissance;tel mobile;numero;voie;code postal;commune
P1;L9;titulaire;MARTIN;Nicole;1948-11-24;0639989999;1;Rue Neuve;60100;Creil
P2;L1;conjoint;PENEL;Alexandre;1950-12-21;0639980002;35;Rue Lemire;60100;Creil
P3;L2;titulaire;LE MEUR;Yann;1954-07-16;;6;Allée des Peupliers;60100;Creil
"""
LATER_BACK = "P1;L1;titulaire;MARTIN;Nicole;1948-11-24;;35;Rue Lemire;60100;Creil"


def bring(session: Session, text: str, *, by: User) -> dict[str, dict[str, int]]:
    kept = upload_file(session, data=text.encode(), file_name="f.csv", user_id=by.id, now=NOW)
    mapping = from_json(kept.mapping)
    shown = examine_import(
        session, kept.id, kind=kept.kind, mapping=mapping, now=NOW, viewer=make_viewer(by)
    ).counts
    done = confirm_import(
        session, kept.id, kind=kept.kind, mapping=mapping, now=NOW, viewer=make_viewer(by)
    )
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
    """Import three persons, and protect one of them with her husband."""
    by = make_user(session)
    bring(session, TENANTS, by=by)
    protect(session, person(session, "P1"), by=make_user(session).id, now=NOW)
    session.flush()
    return by


@pytest.fixture
def named(session: Session, known: User) -> User:
    """Give the one who protected them."""
    return session.scalars(select(User).where(User.id != known.id)).one()


def dry_run(session: Session, *lines: str, by: User) -> ImportPlan:
    text = "\n".join([HEADINGS, *lines])
    kept = upload_file(session, data=text.encode(), file_name="f.csv", user_id=by.id, now=NOW)
    mapping = from_json(kept.mapping)
    return examine_import(
        session, kept.id, kind=kept.kind, mapping=mapping, now=NOW, viewer=make_viewer(by)
    )


def told(plan: ImportPlan) -> object:
    """Give all that a dry run says."""
    warnings = [(one.field, one.code, one.details) for one in plan.warnings]
    return plan.counts["persons"], warnings, plan.refusals, plan.changes


@pytest.mark.parametrize(
    "who",
    [
        "P1;{};titulaire;PENEL;Nicole;1948-11-24",
        ";{};titulaire;PENEL;Nicole;1948-11-24",
        ";{};titulaire;PENEL;Nicole;",
        ";{};titulaire;PENEL;;",
        ";{};titulaire;NEUF;Ana;1960-01-01",
    ],
    ids=["reference", "name and birth", "name", "last name", "nobody"],
)
def test_no_dry_run_tells_which_of_the_empty_looking_homes_is_hers(
    session: Session, known: User, who: str
) -> None:
    empty = ("L1", "L7", "L8")
    for reference in empty[1:]:
        make_dwelling(session, reference=reference)
    line = f"{who};;;;;"
    said = [told(dry_run(session, line.format(one), by=known)) for one in empty]
    assert said[0] == said[1] == said[2]
    together = dry_run(session, *(line.format(one) for one in empty), by=known)
    assert "household_replaced" not in {one.code for one in together.warnings}
    assert together.counts["dwellings"] == {"new": 0, "changed": 0, "unchanged": 3, "refused": 0}


def test_an_import_leaves_a_protected_home_as_it_was(session: Session, known: User) -> None:
    assert bring(session, LATER, by=known)["persons"] == {
        "new": 2, "changed": 0, "unchanged": 1, "refused": 0,
    }  # fmt: skip
    session.expire_all()
    hers = person(session, "P1")
    assert (hers.last_name, hers.name_key, hers.phone) == ("PENEL", "penel nicole", "+33639980001")
    assert homes(session, "P1") == [("L1", None)]
    assert homes(session, "P2") == [("L1", None)]
    assert person(session, "P2").phone is None
    assert session.scalar(select(func.count()).select_from(Person)) == 3
    assert session.scalar(select(func.count()).select_from(Tenancy)) == 2


@pytest.mark.parametrize("line", [";L1;titulaire;PENEL;Nicole;", ";L1;titulaire;PENEL;;"])
def test_a_line_that_says_little_of_her_makes_no_second_her(
    session: Session, known: User, line: str
) -> None:
    bring(session, f"{HEADINGS}\n{line};;;;;\n", by=known)
    assert session.scalar(select(func.count()).select_from(Person)) == 3


def test_who_joins_a_protected_home_is_protected_for_the_same_eyes(
    session: Session, known: User, named: User
) -> None:
    newcomer = "P7;L1;titulaire;NEUF;Ana;1960-01-01;;35;Rue Lemire;60100;Creil"
    assert bring(session, f"{HEADINGS}\n{newcomer}\n", by=known)["persons"]["new"] == 1
    session.expire_all()
    assert homes(session, "P1") == [("L1", None)]
    joined = person(session, "P7")
    assert joined.protected
    assert find_person(session, make_viewer(named), joined.id) is joined
    with pytest.raises(NotFound):
        find_person(session, make_viewer(known), joined.id)


def test_where_a_protected_person_moves_to_everybody_is_protected(
    session: Session, known: User, named: User
) -> None:
    moves = "P1;L2;conjoint;PENEL;Nicole;1948-11-24;;6;Allée des Peupliers;60100;Creil"
    bring(session, f"{HEADINGS}\n{moves}\n", by=named)
    session.expire_all()
    assert person(session, "P3").protected
    assert set(logged(session)[-2:]) == {"P1", "P3"}


def test_her_reference_beside_somebody_else_is_not_taken(session: Session, known: User) -> None:
    person(session, "P3").reference = None
    line = "P1;L2;titulaire;LE MEUR;Yann;1954-07-16;;6;Allée des Peupliers;60100;Creil"
    bring(session, f"{HEADINGS}\n{line}\n", by=known)
    session.expire_all()
    assert person(session, "P1").last_name == "PENEL"


def test_who_is_named_for_her_imports_her_too(session: Session, known: User, named: User) -> None:
    assert bring(session, LATER, by=named)["persons"]["changed"] == 2
    session.expire_all()
    assert person(session, "P1").last_name == "MARTIN"
    assert [home for home, ended_on in homes(session, "P1") if ended_on is None] == ["L9"]


def test_what_is_kept_of_an_import_is_silent_about_protected_homes(
    session: Session, known: User, named: User
) -> None:
    bring(session, LATER, by=named)
    kept = session.scalars(select(Import).where(Import.uploaded_by_id == named.id)).one()
    assert kept.problems is not None
    said = {warning["line"] for warning in kept.problems["warnings"]}
    assert "moved" in {one.code for one in dry_run(session, LATER_BACK, by=named).warnings}
    assert 2 not in said


def test_the_access_log_names_each_person_an_import_writes(
    session: Session, known: User, named: User
) -> None:
    assert sorted(filter(None, logged(session))) == ["P1", "P2", "P3"]
    bring(session, LATER, by=known)
    assert len(logged(session)) == 3
    bring(session, LATER, by=named)
    assert sorted(filter(None, logged(session))) == ["P1", "P1", "P2", "P2", "P3"]
    bring(session, LATER, by=named)
    assert len(logged(session)) == 5
