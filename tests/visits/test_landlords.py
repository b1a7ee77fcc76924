"""Several landlords: each with its own references, files, homes and tenants."""

import uuid
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.factories import NOW, make_dwelling, make_person, make_residence, make_user, make_viewer
from tests.visits.portfolio_files import (
    BUILDINGS,
    ERP,
    FLATS,
    TENANTS,
    counts,
    load,
    plan_of,
    table_of,
)
from visits.accounts.accounts import find_organisation
from visits.ground.errors import Invalid
from visits.life.arrivals import Arriving, record_arrival
from visits.life.endings import Told
from visits.models.accounts import OrganisationKind, Role
from visits.models.life import HowTold
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, Residence
from visits.people.by_hand import PersonSaid
from visits.people.by_hand import make_person as write_down
from visits.portfolio import Kind, propose_mapping, upload_file
from visits.portfolio.mapping import remember_mapping
from visits.sight.landlords import landlord_for


@pytest.fixture
def landlords(session: Session) -> tuple[uuid.UUID, uuid.UUID]:
    """Two landlords."""
    kind = OrganisationKind.LANDLORD
    one, other = (find_organisation(session, name, kind).id for name in ("Oise", "Aisne"))
    return one, other


def test_the_same_references_of_two_landlords_are_two_homes_and_two_tenants(
    session: Session, landlords: tuple[uuid.UUID, uuid.UUID]
) -> None:
    one, other = landlords
    files = (BUILDINGS, FLATS, TENANTS)
    load(session, *files, landlord=one)
    session.flush()
    plans = [plan_of(session, text, landlord=other) for text in files]
    # As of files that nobody has seen: nothing known, nothing unchanged, nobody met elsewhere.
    assert counts(plans[0], "residences") == (3, 0, 0, 0)
    assert counts(plans[2], "persons") == (4, 0, 0, 0)
    assert all(not plan.changes for plan in plans)
    load(session, *files, landlord=other)
    session.expire_all()
    for kind in (Residence, Dwelling, Person):
        found = session.execute(select(kind.reference, kind.landlord_id)).all()
        references = {reference for reference, _landlord in found}
        assert sorted(found) == sorted((r, owner) for r in references for owner in landlords)
    lived_in = (
        select(Person.landlord_id, Dwelling.landlord_id, Residence.landlord_id)
        .join(Occupancy, Occupancy.person_id == Person.id)
        .join(Occupancy.tenancy)
        .join(Dwelling)
        .join(Residence, Dwelling.residence_id == Residence.id)
    )
    assert {len(set(row)) for row in session.execute(lived_in)} == {1}
    again = plan_of(session, TENANTS, landlord=other)
    assert counts(again, "persons") == (0, 0, 4, 0)


def test_a_file_does_not_learn_from_the_stock_of_another_landlord(
    session: Session, landlords: tuple[uuid.UUID, uuid.UUID]
) -> None:
    one, other = landlords
    load(session, BUILDINGS, FLATS, ERP, landlord=one)
    load(session, ERP, landlord=other)
    spelled = select(Residence.city).where(Residence.landlord_id == other)
    assert set(session.scalars(spelled)) == {"Creil", "Crepy en Valois"}  # as its own file says
    homes = select(Dwelling).where(Dwelling.landlord_id == other)
    assert all(home.residence.reference is None for home in session.scalars(homes))


def test_columns_are_remembered_for_the_landlord_whose_file_it_was(
    session: Session, landlords: tuple[uuid.UUID, uuid.UUID]
) -> None:
    one, other = landlords
    mapping = {0: "dwelling_reference", 1: "full_name"}
    for owner, columns in ((one, mapping), (other, {**mapping, 2: "born_on"})):
        assert not propose_mapping(session, table_of(ERP), landlord_id=owner).remembered
        remember_mapping(
            session, table_of(ERP), landlord_id=owner, kind=Kind.TENANTS, mapping=columns, now=NOW
        )
    assert propose_mapping(session, table_of(ERP), landlord_id=one).mapping == mapping


def test_staff_write_for_their_own_landlord_and_others_say_for_whom(
    session: Session, landlords: tuple[uuid.UUID, uuid.UUID]
) -> None:
    one, other = landlords
    staff = make_user(session, organisation="Oise")
    platform = make_user(session, organisation="Plateforme", role=Role.VISITOR)
    sent = {"data": ERP.encode(), "file_name": "e.csv", "now": NOW}
    assert upload_file(session, user_id=staff.id, **sent).landlord_id == one
    assert upload_file(session, user_id=platform.id, landlord_id=other, **sent).landlord_id == other
    for who, chosen, code in (
        (staff, other, "bad_choice"), (platform, None, "required"),
        (platform, uuid.uuid4(), "bad_choice"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            landlord_for(session, who.id, chosen)
        assert refused.value.fields == {"landlord": code}
    said = PersonSaid("SORT", "Jeanne")
    written = write_down(session, said, viewer=make_viewer(staff), now=NOW)
    assert written.landlord_id == one


def test_who_writes_where_no_landlord_is_known_is_told_so(session: Session) -> None:
    user = make_user(session, organisation="Plateforme", role=Role.VISITOR)
    with pytest.raises(Invalid) as refused:
        landlord_for(session, user.id)
    assert refused.value.fields == {"landlord": "no_landlord"}


def test_nobody_moves_into_another_landlords_home(
    session: Session, landlords: tuple[uuid.UUID, uuid.UUID]
) -> None:
    one, other = landlords
    staff = make_user(session, organisation="Oise")
    of = {owner: make_residence(session, landlord_id=owner) for owner in landlords}
    person = make_person(session, dwelling=make_dwelling(session, residence=of[one]))
    elsewhere = make_dwelling(session, residence=of[other])
    with pytest.raises(Invalid) as refused:
        record_arrival(
            session, person, Arriving(elsewhere, date(2026, 3, 1)),
            told=Told(HowTold.PAGE, staff.id, NOW),
        )  # fmt: skip
    assert refused.value.fields == {"home_reference": "home_not_found"}
    # Nor can the database be told that a dwelling is of another landlord than its residence.
    with pytest.raises(IntegrityError):
        make_dwelling(session, residence=of[one], landlord_id=other)
