"""Who is what in a household, and that two part, noted on a person's page."""

import uuid
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_person, make_user
from tests.visits.portfolio_files import load
from visits.models.accounts import Role
from visits.models.life import LifeEvent
from visits.models.people import NamedAccess, Occupancy, Person, RoleChange
from visits.models.portfolio import Tenancy

pytestmark = pytest.mark.one_database

SignIn = Callable[..., FlaskClient]
FILE = "Logement;Nom;Prénom;Date de naissance;Qualité\n"
COUPLE = FILE + "Q-1;RESTE;Rose;12/03/1940;Conjoint\nQ-1;PARTI;Paul;12/03/1941;Titulaire\n"


@pytest.fixture
def two(session: Session) -> dict[str, uuid.UUID]:
    """Two who live together by the landlord's file, by their names."""
    load(session, COUPLE)
    session.commit()
    found = {one.last_name: one.id for one in session.scalars(select(Person))}
    session.rollback()
    return found


def said(two: dict[str, uuid.UUID], **more: str) -> dict[str, str]:
    given = {"partner": str(two["PARTI"]), "leaves": "partner", "on": "2026-03-01"}
    return given | {"new_role": "holder", "new_home": "", "where_to": "", "sure": "yes"} | more


def roles(session: Session) -> dict[str, str | None]:
    session.expire_all()
    found = {one.person.last_name: one.role for one in session.scalars(select(Occupancy))}
    session.rollback()
    return found


def test_a_separation_is_noted_on_one_page_stands_on_both_and_is_undone(
    client_as: SignIn, session: Session, two: dict[str, uuid.UUID]
) -> None:
    office, page = client_as(Role.COORDINATOR, language="en"), f"/people/{two['RESTE']}"
    assert "They separate" in office.get(page).text
    answer = office.post(f"{page}/separation", data=said(two, where_to="Nice"))
    assert answer.status_code == 302
    hers, theirs = office.get(page).text, office.get(f"/people/{two['PARTI']}").text
    assert "Separated, stays in the home" in hers and "PARTI" in hers and "Nice" not in hers
    assert "at a separation" in theirs and "RESTE" in theirs and "to Nice" in theirs
    assert roles(session)["RESTE"] == "holder"
    event = session.scalars(select(LifeEvent.id).where(LifeEvent.part_of_id.is_(None))).one()
    session.rollback()
    back = f"{page}/events/{event}/back"
    assert office.post(back, data={"reason": "They stay together"}).status_code == 302
    assert roles(session)["RESTE"] == "spouse"
    assert "They separate" in office.get(page).text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"sure": ""}, "sure"), ({"partner": ""}, "partner"), ({"leaves": "both"}, "leaves"),
        ({"on": "hier"}, "on"), ({"new_role": "king"}, "new_role"),
        ({"new_home": "X-0"}, "home_reference"), ({"where_to": "x" * 201}, "where_to"),
    ],
)  # fmt: skip
def test_what_is_wrong_of_a_separation_is_said_field_by_field(
    client_as: SignIn,
    session: Session,
    two: dict[str, uuid.UUID],
    wrong: dict[str, str],
    field: str,
) -> None:
    office = client_as(Role.COORDINATOR, language="en")
    answer = office.post(f"/people/{two['RESTE']}/separation", data=said(two, **wrong))
    assert (answer.status_code, f'id="{field}-error"' in answer.text) == (422, True)
    assert roles(session) == {"RESTE": "spouse", "PARTI": "holder"}


def test_only_who_edits_persons_and_sees_both_notes_that_they_part(
    client_as: SignIn, session: Session, two: dict[str, uuid.UUID]
) -> None:
    partner = client_as(Role.PARTNER_COORDINATOR)
    page = f"/people/{two['RESTE']}/separation"
    assert partner.post(page, data=said(two)).status_code == 403
    session.get_one(Person, two["PARTI"]).protected = True
    session.commit()
    assert client_as(Role.COORDINATOR).post(page, data=said(two)).status_code == 404
    assert session.scalars(select(LifeEvent)).all() == []


def test_who_stays_is_not_named_to_whom_she_is_protected_from(
    client_as: SignIn, session: Session, two: dict[str, uuid.UUID]
) -> None:
    office = client_as(Role.COORDINATOR, language="en")
    assert office.post(f"/people/{two['RESTE']}/separation", data=said(two)).status_code == 302
    named = make_user(session)
    session.get_one(Person, two["RESTE"]).protected = True
    session.add(
        NamedAccess(
            person_id=two["RESTE"], user_id=named.id, named_by_id=named.id,
            named_at=named.created_at,
        )
    )  # fmt: skip
    session.commit()
    text = office.get(f"/people/{two['PARTI']}").text
    assert "at a separation" in text
    assert "RESTE" not in text and str(two["RESTE"]) not in text
    assert "This was noted by mistake" not in text


def test_a_role_is_changed_by_hand_no_file_replaces_it_and_it_is_taken_back(
    client_as: SignIn, session: Session, two: dict[str, uuid.UUID]
) -> None:
    office, page = client_as(Role.SOCIAL_WORKER, language="en"), f"/people/{two['RESTE']}"
    stay = session.scalars(select(Occupancy.id).where(Occupancy.person_id == two["RESTE"])).one()
    session.rollback()
    address = f"{page}/stays/{stay}/role"
    assert office.post(address, data={"new_role": "carer"}).status_code == 302
    assert office.post(address, data={"new_role": "carer"}).status_code == 409
    assert office.post(address, data={"new_role": "king", "stay": str(stay)}).status_code == 422
    text = office.get(page).text
    assert "1 role changed by hand" in text and "Role in the household: Carer" in text
    for file in (COUPLE, FILE + "Q-1;RESTE;Rose;12/03/1940;Garant\n"):
        told = [(one.code, one.value) for one in load(session, file).warnings]
        session.commit()
        assert ("role_by_hand", "RESTE Rose") in told
        assert roles(session)["RESTE"] == "carer"
    change = session.scalars(select(RoleChange.id)).one()
    session.rollback()
    assert office.post(f"{page}/roles/{change}/back").status_code == 302
    assert office.post(f"{page}/roles/{change}/back").status_code == 409
    load(session, COUPLE)
    session.commit()
    assert roles(session)["RESTE"] == "spouse"


def test_only_who_edits_persons_changes_a_role_and_of_this_person_alone(
    client_as: SignIn, session: Session, two: dict[str, uuid.UUID]
) -> None:
    stays = {one.person_id: one.id for one in session.scalars(select(Occupancy))}
    session.rollback()
    office, partner = client_as(Role.COORDINATOR), client_as(Role.PARTNER_COORDINATOR)
    data = {"new_role": "other"}
    hers = f"/people/{two['RESTE']}"
    assert partner.post(f"{hers}/stays/{stays[two['RESTE']]}/role", data=data).status_code == 403
    assert office.post(f"{hers}/stays/{stays[two['PARTI']]}/role", data=data).status_code == 404
    session.scalars(select(Tenancy)).one().ended_on = date(2026, 1, 1)
    session.commit()
    assert office.post(f"{hers}/stays/{stays[two['RESTE']]}/role", data=data).status_code == 404


def test_a_role_in_a_hidden_home_is_not_told(
    client_as: SignIn, session: Session, two: dict[str, uuid.UUID]
) -> None:
    office = client_as(Role.COORDINATOR, language="en")
    rose = session.get_one(Person, two["RESTE"])
    stay, elsewhere = rose.occupancies[0], make_dwelling(session)
    other = make_person(session, dwelling=elsewhere)
    data = {"new_role": "other"}
    session.commit()
    address = f"/people/{two['RESTE']}/stays/{stay.id}/role"
    session.rollback()
    assert office.post(address, data=data).status_code == 302
    # She moves out, and whoever lives there since is protected.
    stay.ended_on = date(2026, 3, 1)
    lease = Tenancy(dwelling_id=stay.tenancy.dwelling_id, started_on=date(2026, 3, 1))
    session.add(lease)
    session.flush()
    session.add(Occupancy(person_id=other.id, tenancy_id=lease.id))
    for one in session.scalars(select(Occupancy).where(Occupancy.person_id == two["PARTI"])):
        one.ended_on = date(2026, 3, 1)
    other.protected = True
    session.commit()
    text = office.get(f"/people/{two['RESTE']}").text
    assert "Role in the household: Other" not in text and "role changed by hand" not in text
    change = session.scalars(select(RoleChange.id)).one()
    session.rollback()
    assert office.post(f"/people/{two['RESTE']}/roles/{change}/back").status_code == 404
