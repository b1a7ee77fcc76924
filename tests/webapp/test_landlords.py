"""Several landlords in the office: whose accounts, mandates, files and cases one comes to."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import (
    NOW,
    make_case,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
)
from visits.accounts.accounts import find_organisation, find_territory
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.ground.errors import Invalid
from visits.models.accounts import Organisation, OrganisationKind, Role, User
from visits.models.mandates import Right
from visits.models.portfolio import Import

pytestmark = pytest.mark.one_database("sqlite")
SignIn = Callable[..., FlaskClient]
OISE, AISNE, PLATFORM, HELPERS = "Oise", "Aisne", "Plateforme", "Association"


@pytest.fixture
def landlords(session: Session) -> dict[str, User]:
    """Two landlords with an account and a case each, a platform, an association of the second."""
    kinds = {OISE: "landlord", AISNE: "landlord", PLATFORM: "platform", HELPERS: "partner"}
    for name, kind in kinds.items():
        find_organisation(session, name, OrganisationKind(kind))
    users = {name: make_user(session, organisation=name, name=f"Ana {name}") for name in kinds}
    for name in (OISE, AISNE):
        owner = users[name]
        residence = make_residence(session, landlord_id=owner.organisation_id, reference="B-1")
        home = make_dwelling(session, residence=residence, reference="L-1")
        person = make_person(session, dwelling=home, last_name=f"LOCATAIRE{name.upper()}")
        make_case(session, by=owner, person=person, dwelling=home)
    grant(session, users, AISNE, HELPERS)
    session.commit()
    return users


def grant(session: Session, users: dict[str, User], by: str, to: str) -> None:
    said = MandateSaid(
        users[to].organisation_id, "seniors", None, frozenset(Right), NOW.date(), None
    )
    grant_mandate(session, said, by=users[by].id, now=NOW)


def said_on(client: FlaskClient, *paths: str) -> set[str]:
    """Name the landlords whose tenants some pages tell of."""
    pages = [client.get(path).get_data(as_text=True) for path in paths]
    found = ({name for name in (OISE, AISNE) if f"LOCATAIRE{name.upper()}" in p} for p in pages)
    told = list(found)
    assert all(one == told[0] for one in told), told
    return told[0]


def test_each_role_comes_to_the_tenants_of_its_landlord_or_of_its_mandates(
    client_as: SignIn, session: Session, landlords: dict[str, User]
) -> None:
    people, cases = "/people/?q=locataire", "/cases/?state=all"
    assert said_on(client_as("coordinator", organisation=OISE), people, cases) == {OISE}
    assert said_on(client_as("coordinator", organisation=HELPERS), people, cases) == {AISNE}
    platform = client_as("coordinator", organisation=PLATFORM)
    assert said_on(platform, people, cases) == set()
    for by in (OISE, AISNE):
        grant(session, landlords, by, PLATFORM)
    session.commit()
    assert said_on(platform, people, cases) == {OISE, AISNE}


def test_a_partner_who_is_of_the_landlord_itself_comes_to_no_tenant(
    client_as: SignIn, landlords: dict[str, User]
) -> None:
    partner = client_as("partner_coordinator", organisation=OISE)
    assert said_on(partner, "/people/?q=locataire", "/cases/?state=all") == set()


def test_a_platform_says_for_whom_a_file_is_and_a_landlord_is_not_asked(
    client_as: SignIn, session: Session, landlords: dict[str, User]
) -> None:
    for by in (OISE, AISNE):
        grant(session, landlords, by, PLATFORM)
    session.commit()
    platform, staff = (client_as("coordinator", organisation=one) for one in (PLATFORM, OISE))
    assert 'name="landlord"' not in staff.get("/imports/").get_data(as_text=True)
    assert 'name="landlord"' in platform.get("/imports/").get_data(as_text=True)

    def upload(client: FlaskClient, **typed: Any) -> int:
        file = (io.BytesIO(b"Logement;Nom;CP\nL-1;SORT;60000\n"), "f.csv")
        return client.post("/imports/", data={"file": file, **typed}).status_code

    assert upload(platform) == upload(platform, landlord="x") == 422
    other = str(landlords[AISNE].organisation_id)
    assert upload(staff, landlord=other) == 422
    assert upload(platform, landlord=other) == upload(staff) == 302
    owners = session.scalars(select(Import.landlord_id).order_by(Import.id)).all()
    assert owners == [landlords[AISNE].organisation_id, landlords[OISE].organisation_id]


def test_an_administrator_of_one_landlord_runs_no_account_that_opens_another_one(
    client_as: SignIn, session: Session, landlords: dict[str, User]
) -> None:
    admin = client_as("administrator", organisation=OISE)
    listed = admin.get("/accounts/").get_data(as_text=True)
    form = admin.get("/accounts/new").get_data(as_text=True)
    for name, user in landlords.items():
        runs = name == OISE
        assert (f"Ana {name}" in listed) is (f">{name}</option>" in form) is runs
        assert admin.get(f"/accounts/{user.id}").status_code == (200 if runs else 404)
        closed = admin.post(f"/accounts/{user.id}/link").status_code
        assert (closed == 404) is not runs
        typed = {"email": f"{name}@palier.example", "name": "B", "role": "coordinator"}
        chosen = {"organisation": str(user.organisation_id)}
        named = {"new_organisation": name, "organisation_kind": "partner"}
        for way in (chosen, named) if not runs else (chosen,):
            answer = admin.post("/accounts/new", data=typed | way)
            assert (answer.status_code == 422) is not runs, (name, way)
    for kind in ("landlord", "platform"):
        named = {"new_organisation": "Somme", "organisation_kind": kind}
        assert admin.post("/accounts/new", data=typed | named).status_code == 422
    assert len(session.scalars(select(Organisation)).all()) == len(landlords)


def test_areas_are_offered_and_taken_where_ones_own_landlord_has_homes(
    client_as: SignIn, session: Session, landlords: dict[str, User]
) -> None:
    homes = {"Creil": OISE, "Laon": AISNE, "Vervins": None}
    areas = {area: find_territory(session, area).id for area in homes}
    for area, owner in homes.items():
        if owner:
            owner_id = landlords[owner].organisation_id
            make_residence(session, landlord_id=owner_id, territory_id=areas[area])
    session.commit()
    seen = {OISE: "Creil", AISNE: "Laon", HELPERS: "Laon"}  # the association works for the second
    for name in (*seen, PLATFORM):
        admin = client_as("administrator", organisation=name)
        known = {"Vervins", *(seen[name],)} if name in seen else set(homes)
        for page in ("/accounts/new", "/mandates/new"):
            form = admin.get(page).get_data(as_text=True)
            assert {area for area in homes if f">{area}</option>" in form} == known, (name, page)
        for area, area_id in areas.items():
            typed = {
                "email": f"{name}{area}@palier.example", "name": "B", "role": "coordinator",
                "organisation": str(landlords[name].organisation_id), "territory": str(area_id),
            }  # fmt: skip
            answer = admin.post("/accounts/new", data=typed)
            assert (answer.status_code == 422) is (area not in known), (name, area)


def test_a_mandate_is_for_an_area_where_its_landlord_has_homes(
    session: Session, landlords: dict[str, User]
) -> None:
    area = find_territory(session, "Laon").id
    make_residence(session, landlord_id=landlords[AISNE].organisation_id, territory_id=area)
    said = MandateSaid(
        landlords[PLATFORM].organisation_id, "seniors", area, frozenset(Right), NOW.date(), None
    )
    with pytest.raises(Invalid) as refused:
        grant_mandate(session, said, by=landlords[OISE].id, now=NOW)
    assert refused.value.fields == {"territory": "bad_choice"}
    assert grant_mandate(session, said, by=landlords[AISNE].id, now=NOW).territory_id == area


def test_an_account_keeps_the_area_it_has_though_no_home_is_left_there(
    client_as: SignIn, session: Session, landlords: dict[str, User]
) -> None:
    area = find_territory(session, "Laon").id
    make_residence(session, landlord_id=landlords[AISNE].organisation_id, territory_id=area)
    hers = make_user(session, organisation=OISE, territory_id=area)
    session.commit()
    admin = client_as("administrator", organisation=OISE)
    assert ">Laon</option>" in admin.get(f"/accounts/{hers.id}/edit").get_data(as_text=True)
    typed = {
        "email": hers.email, "name": "Autre", "role": "coordinator", "territory": str(area),
        "organisation": str(hers.organisation_id),
    }  # fmt: skip
    assert admin.post(f"/accounts/{hers.id}/edit", data=typed).status_code == 302
    session.expire_all()
    assert (hers.name, hers.territory_id) == ("Autre", area)


def test_a_platform_hands_kits_out_to_its_own_visitors(
    client_as: SignIn, session: Session, landlords: dict[str, User]
) -> None:
    for name in (*landlords,):
        make_user(session, role=Role.VISITOR, organisation=name, name=f"Sac {name}")
    session.commit()
    told = client_as("coordinator", organisation=PLATFORM).get("/kits/").get_data(as_text=True)
    assert [name for name in landlords if f"Sac {name}" in told] == [PLATFORM]


def test_a_platforms_administrator_adds_a_landlord_and_runs_every_account(
    client_as: SignIn, session: Session, landlords: dict[str, User]
) -> None:
    admin = client_as("administrator", organisation=PLATFORM)
    listed = admin.get("/accounts/").get_data(as_text=True)
    assert all(f"Ana {name}" in listed for name in landlords)
    typed = {"email": "s@palier.example", "name": "S", "role": "administrator"}
    named = {"new_organisation": "Somme", "organisation_kind": "landlord"}
    assert admin.post("/accounts/new", data=typed | named).status_code < 400
    # It grants itself nothing: that is each landlord's to do.
    said = {
        "organisation": str(landlords[PLATFORM].organisation_id), "programme": "seniors",
        "rights": ["decide"], "from_on": "2026-03-10",
    }  # fmt: skip
    kind = select(Organisation.kind).where(Organisation.name == "Somme")
    assert session.scalars(kind).one() is OrganisationKind.LANDLORD
    session.rollback()
    assert admin.post("/mandates/", data=said).status_code == 422


def test_with_one_landlord_nothing_is_said_of_landlords_and_any_administrator_adds_none(
    app: Flask, client_as: SignIn, session: Session
) -> None:
    admin = client_as(Role.ADMINISTRATOR)
    coordinator = client_as(Role.COORDINATOR)
    assert 'name="landlord"' not in coordinator.get("/imports/").get_data(as_text=True)
    typed = {"email": "s@palier.example", "name": "S", "role": "administrator"}
    named = {"new_organisation": "Somme", "organisation_kind": "landlord"}
    assert admin.post("/accounts/new", data=typed | named).status_code == 422
    platform = {"new_organisation": "Plateforme", "organisation_kind": "platform"}
    assert admin.post("/accounts/new", data=typed | platform).status_code < 400
