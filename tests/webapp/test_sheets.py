"""The sheets of an order and of a dwelling, and the receipt of a kit."""

import io
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from tests.diagnostics.test_forms_eco_kit import LAMP, ONE, SHOWER, TAP
from tests.diagnostics.test_forms_social import ALONE, SURROUNDED
from tests.factories import NOW, make_user, make_viewer
from tests.homes import Home
from tests.submissions import FALLS, GAS, fill
from visits.homes.labels import RulesSaid, make_label
from visits.homes.traits import TraitSaid, note_trait
from visits.models.accounts import Role
from visits.models.people import AccessEvent, AlertCode
from visits.models.works import WorkOrder, WorkOrderState
from visits.people.measures import note_alert
from visits.people.protection import protect
from visits.works.by_hand import note_access
from visits.works.moves import MoveSaid, move_work_order

LEAKS = {"gas_smell": "yes"}
SignIn = Callable[..., FlaskClient]
KIT = {**ONE, "lamp": [LAMP], "tap": [TAP, SHOWER], "other_kit": "night_light"}


@pytest.fixture
def home(app: Flask) -> Home:
    forms = "home_visit", "eco_kit", "social_situation", "safety_and_decency"
    return Home(app, *forms, phone="+33639980001")


def read(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    pdf = PdfReader(io.BytesIO(answer.data))
    assert "/StructTreeRoot" in pdf.trailer["/Root"]  # type: ignore[operator]
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def the_order(home: Home) -> WorkOrder:
    with home.house.sessions() as session:
        return session.scalars(select(WorkOrder)).one()


def test_the_sheet_of_an_order_says_what_where_and_by_when_and_leads_back(
    home: Home, client_as: SignIn
) -> None:
    home.send_xml(fill(FALLS | LEAKS))
    order = the_order(home)
    client, page = client_as(Role.TECHNICIAN), f"/work-orders/{order.id}"
    assert f"{page}/sheet.pdf" in client.get(page).text
    said = read(client, f"{page}/sheet.pdf")
    for told in (order.reference, "U0", "Ouvert", "Odeur de gaz", "Gaz", "06 39 98 00 01", page):
        assert told in said, told
    assert "VERMEULEN" in said
    assert "chute" not in said.lower()
    english = read(client, f"{page}/sheet.pdf?language=en")
    assert "Smell of gas" in english


def test_the_sheet_of_an_order_tells_how_to_get_in_what_to_mind_and_the_day_and_never_of_health(
    home: Home, client_as: SignIn
) -> None:
    home.send_xml(fill(GAS))
    order_id, viewer = the_order(home).id, make_viewer(home.coordinator)
    with home.house.sessions.begin() as session:
        order, person = session.get_one(WorkOrder, order_id), session.merge(home.person)
        note_access(session, order, "La gardienne a la clé", order.person, viewer=viewer, now=NOW)
        for code in (AlertCode.PET_IN_THE_HOME, AlertCode.HARD_OF_HEARING):
            note_alert(session, person, code, viewer=viewer, now=NOW)
        said = MoveSaid(planned_on=NOW.date(), planned_part="14:30")
        move_work_order(session, order, WorkOrderState.PLANNED, said, viewer=viewer, now=NOW)
    told = read(client_as(Role.TECHNICIAN), f"/work-orders/{order_id}/sheet.pdf?language=en")
    assert "La gardienne a la clé" in told
    assert "An animal: have it shut away first" in told
    assert "Hard of hearing" not in told
    assert "14:30" in told, told


def test_the_sheet_of_an_order_is_for_whoever_sees_it_and_each_look_is_logged(
    home: Home, client_as: SignIn
) -> None:
    home.send_xml(fill(GAS))
    sheet = f"/work-orders/{the_order(home).id}/sheet.pdf"
    assert client_as(Role.VISITOR).get(sheet).status_code == 403
    assert client_as(Role.SOCIAL_WORKER).get(sheet).status_code == 403
    read(client_as(Role.MANAGER), sheet)
    with home.house.sessions.begin() as session:
        whats = session.scalars(select(AccessEvent.what)).all()
        protect(session, session.merge(home.person), by=home.coordinator.id, now=NOW)
    assert whats.count("work_order_sheet") == 1
    assert client_as(Role.TECHNICIAN).get(sheet).status_code == 404


def test_the_technical_sheet_tells_of_the_flat_and_nothing_of_who_lives_there(
    home: Home, client_as: SignIn
) -> None:
    home.send_xml(
        fill(FALLS | GAS | {"fell": "yes"}, rooms=[{"room_kind": "bedroom", "light": "dim"}])
    )
    home.send("social_situation", **SURROUNDED | ALONE, share_ccas="yes", share_association="no")
    home.send("safety_and_decency", visit_agreed="yes", exit_free="no")
    with home.house.sessions() as session:
        dwelling = session.merge(home.visit).home
        page, reference = f"/homes/{dwelling.id}", dwelling.reference
    client = client_as(Role.COORDINATOR)
    assert f"{page}/sheet.pdf" in client.get(page).text
    said = read(client, f"{page}/sheet.pdf")
    assert reference in said
    assert "Odeur de gaz" in said
    assert "éclairage trop faible" in said
    assert "Sortie ou équipement inutilisable" in said
    for hers in ("VERMEULEN", "chute", "téléassistance", "CCAS"):
        assert hers not in said, hers
    of_works = read(client_as(Role.TECHNICIAN), f"{page}/sheet.pdf")
    assert "Odeur de gaz" in of_works
    assert "éclairage trop faible" in of_works  # an order of its own
    # An answer that opened no works, which she may not read.
    assert "Sortie ou équipement inutilisable" not in of_works
    assert client_as(Role.VISITOR).get(f"{page}/sheet.pdf").status_code == 403


def test_the_technical_sheet_tells_how_far_one_gets_and_which_label_the_home_has(
    home: Home, client_as: SignIn
) -> None:
    with home.house.sessions() as session:
        dwelling = session.merge(home.visit).home
        viewer, page = make_viewer(make_user(session)), f"/homes/{dwelling.id}/sheet.pdf"
        note_trait(session, dwelling, TraitSaid("shower", 1, NOW.date()), viewer=viewer, now=NOW)
        rules = RulesSaid(["shower"], NOW.date())
        landlord = str(dwelling.landlord_id)
        make_label(session, "Habitat senior", landlord, rules, viewer=viewer, now=NOW)
        session.commit()
    said = read(client_as(Role.COORDINATOR), page)
    assert "Accès : Inatteignable en fauteuil" in said
    assert "Habitat senior : A le label · depuis le 10/03/2026" in said


def test_the_receipt_of_a_kit_counts_what_was_fitted_and_says_what_it_saves(
    home: Home, client_as: SignIn
) -> None:
    client, receipt = client_as(Role.COORDINATOR), f"{home.page}/kit-receipt.pdf"
    assert client.get(receipt).status_code == 404
    home.send("eco_kit", **KIT)
    assert receipt in client.get(home.page).text
    said = read(client, receipt)
    for told in ("Ampoules LED 1", "Mousseurs 1", "Douchettes économes 1", "Veilleuses 1"):
        assert told in said, told
    assert "euros par an" in said
    assert "mètres cubes" in said
    assert "LED bulbs 1" in read(client, f"{receipt}?language=en")
    assert client_as(Role.TECHNICIAN).get(receipt).status_code == 403


def test_what_any_form_of_a_visit_counts_as_fitted_has_a_receipt_and_savings_only_where_told(
    home: Home, client_as: SignIn
) -> None:
    client, receipt = client_as(Role.COORDINATOR), f"{home.page}/kit-receipt.pdf"
    home.send_xml(fill(GAS | {"led_fitted": "3"}))
    assert receipt in client.get(home.page).text
    with home.house.sessions() as session:
        papers = f"/people/{session.merge(home.person).id}"
    assert receipt in client.get(papers).text
    said = read(client, receipt)
    assert "Ampoules LED 3" in said
    assert "euros par an" not in said
    assert "/savings" not in client.get(home.page).text
    assert client.get(f"{home.page}/savings").status_code == 404
