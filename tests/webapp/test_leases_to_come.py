"""A lease to come is told on the dwelling's page, withdrawn with a reason, put back."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_case, make_person, make_user
from tests.visits.portfolio_files import codes, load
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import Role
from visits.models.mandates import Right
from visits.models.people import LeaseToCome, Person
from visits.models.portfolio import Dwelling
from visits.portfolio.moving_in import move_in

pytestmark = pytest.mark.one_database

SignIn = Callable[..., FlaskClient]
FILE = """Logement;N° bail;Nom;Prénom;Date de naissance;Date d'entrée
Q-1;B1;SORT;Jeanne;12/03/1935;01/04/1998
Q-1;B2;ENTRE;Louis;05/06/1940;01/06/2026
"""
DAY = datetime(2026, 6, 1, 6, tzinfo=NOW.tzinfo)
WHY = {"reason": "Elle n’a pas signé"}


@pytest.fixture
def home(session: Session) -> uuid.UUID:
    """A dwelling where somebody is to move in on the first of June."""
    load(session, FILE)
    session.commit()
    found = session.scalars(select(Dwelling.id)).one()
    session.rollback()
    return found


@pytest.fixture
def address(session: Session, home: uuid.UUID) -> str:
    """Where the lease to come is changed."""
    lease = session.scalars(select(LeaseToCome.id)).one()
    session.rollback()
    return f"/homes/{home}/leases/{lease}"


def names(session: Session) -> set[str]:
    return set(session.scalars(select(Person.last_name)))


def test_a_lease_is_withdrawn_no_file_brings_it_back_and_nobody_moves_in(
    client_as: SignIn, session: Session, home: uuid.UUID, address: str
) -> None:
    office, page = client_as(Role.SOCIAL_WORKER, language="en"), f"/homes/{home}"
    assert "Louis ENTRE" in office.get(page).text
    lacking = office.post(f"{address}/withdrawal", data={"reason": " ", "lease": address[-36:]})
    assert (lacking.status_code, 'id="reason-error"' in lacking.text) == (422, True)
    assert office.post(f"{address}/withdrawal", data=WHY).status_code == 302
    assert office.post(f"{address}/withdrawal", data=WHY).status_code == 404
    text = office.get(page).text
    assert "withdrawn" in text and WHY["reason"] in text
    assert (3, "lease_withdrawn") in codes(load(session, FILE).warnings)
    assert move_in(session, now=DAY - timedelta(days=1)) == 0
    assert session.scalars(select(LeaseToCome)).one().withdrawn_at == NOW
    assert move_in(session, now=DAY) == 0
    assert session.scalars(select(LeaseToCome)).all() == []
    assert names(session) == {"SORT"}


def test_a_lease_is_put_back_and_carried_out(
    client_as: SignIn, session: Session, address: str
) -> None:
    office = client_as(Role.COORDINATOR)
    assert office.post(f"{address}/back").status_code == 404
    assert office.post(f"{address}/withdrawal", data=WHY).status_code == 302
    assert office.post(f"{address}/back").status_code == 302
    assert move_in(session, now=DAY) == 1
    assert names(session) == {"SORT", "ENTRE"}


def test_a_file_with_another_day_tells_of_another_lease_which_then_stands(
    client_as: SignIn, session: Session, address: str
) -> None:
    office = client_as(Role.COORDINATOR, language="en")
    assert office.post(f"{address}/withdrawal", data=WHY).status_code == 302
    later = FILE.replace("01/06/2026", "01/07/2026")
    assert "lease_to_come" in [one.code for one in load(session, later).warnings]
    session.commit()
    assert len(session.scalars(select(LeaseToCome)).all()) == 2
    session.rollback()
    answer = office.post(f"{address}/back")
    assert (answer.status_code, "that one stands" in answer.text) == (409, True)
    assert load(session, later).changes_nothing


def test_only_who_edits_persons_in_her_stock_withdraws_a_lease(
    client_as: SignIn, session: Session, home: uuid.UUID, address: str
) -> None:
    for role in (Role.TECHNICIAN, Role.MANAGER, Role.PARTNER_COORDINATOR):
        assert client_as(role).post(f"{address}/withdrawal", data=WHY).status_code == 403
    make_person(session)
    elsewhere = session.scalars(select(Dwelling.id).where(Dwelling.id != home)).one()
    session.commit()
    wrong = address.replace(str(home), str(elsewhere))
    office = client_as(Role.COORDINATOR)
    assert office.post(f"{wrong}/withdrawal", data=WHY).status_code == 404


def test_who_comes_is_told_to_those_alone_who_see_persons_and_stock(
    client_as: SignIn, session: Session, home: uuid.UUID
) -> None:
    by, page = make_user(session, role=Role.VISITOR, organisation="Association"), f"/homes/{home}"
    sort = session.scalars(select(Person)).one()
    dwelling = session.get_one(Dwelling, home)
    make_case(session, by=make_user(session), person=sort, dwelling=dwelling)
    said = MandateSaid(
        by.organisation_id, "seniors", None, frozenset({Right.VISIT}), today_in_paris(NOW), None
    )
    grant_mandate(session, said, by=make_user(session).id, now=NOW)
    session.commit()
    technician = client_as(Role.TECHNICIAN, language="en").get(page).text
    assert "Leases to come" in technician and "ENTRE" not in technician
    partner = client_as(Role.PARTNER_COORDINATOR, organisation="Association", language="en")
    seen = partner.get(page)
    assert (seen.status_code, "Leases to come" in seen.text) == (200, False)


@pytest.mark.parametrize("known_by", ["name", "reference"])
def test_who_comes_is_not_told_where_she_may_be_protected(
    client_as: SignIn, session: Session, home: uuid.UUID, address: str, known_by: str
) -> None:
    kept = session.scalars(select(LeaseToCome)).one()
    if known_by == "name":
        make_person(session, name_key="entre louis", protected=True)
    else:
        make_person(session, reference="T-9", protected=True)
        kept.content = kept.content | {"row": kept.content["row"] | {"person_reference": "T-9"}}
    make_person(session, protected=True)  # nobody of hers
    session.commit()
    office = client_as(Role.COORDINATOR, language="en")
    text = office.get(f"/homes/{home}").text
    assert "Leases to come" in text and "ENTRE" not in text
    assert office.post(f"{address}/withdrawal", data=WHY).status_code == 404


def test_somebody_protected_without_a_reference_hides_nobody_else(
    client_as: SignIn, session: Session, home: uuid.UUID
) -> None:
    make_person(session, protected=True)
    session.commit()
    assert "ENTRE" in client_as(Role.COORDINATOR).get(f"/homes/{home}").text
