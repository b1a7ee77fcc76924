"""The report of a visit for the tenant: what is on it, for whose eyes, and who may make it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from diagnostics.form import parse_form
from tests.diagnostics.builders import published, row, visit
from tests.diagnostics.test_forms_eco_kit import LAMP, ONE, SHOWER, TAP
from tests.diagnostics.test_forms_social import ALONE, SURROUNDED
from tests.factories import NOW, make_viewer
from tests.homes import Home
from tests.pdf_text import text_of
from tests.submissions import FALLS, GAS, fill
from visits.forms.published import publish_form
from visits.models.accounts import Role
from visits.models.adaptations import AdaptationFile, Step
from visits.models.people import AccessEvent, AlertCode, Person, PersonAlert, RefusedPart
from visits.models.works import WorkOrder, WorkOrderState
from visits.people.part_refusals import refuse_parts
from visits.people.protection import protect
from visits.works.moves import MoveSaid, carry_out, move_work_order

SignIn = Callable[..., FlaskClient]
NOTED = "Dort dans la cuisine"


@pytest.fixture
def home(app: Flask) -> Home:
    return Home(app, "home_visit", "eco_kit", "social_situation")


def paper(client: FlaskClient, home: Home, **asked: str) -> str:
    """Read the PDF of the report, its lines run together."""
    answer = client.get(f"{home.page}/report.pdf", query_string=asked)
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "application/pdf"
    assert "VERMEULEN" not in answer.headers["Content-Disposition"].upper()
    return text_of(answer.data)


def preview(client: FlaskClient, home: Home, **asked: str) -> str:
    return " ".join(client.get(f"{home.page}/report", query_string=asked).text.split())


def test_the_report_says_what_was_seen_what_is_done_by_whom_and_by_when(
    home: Home, client_as: SignIn
) -> None:
    rug = {"room_kind": "kitchen", "loose_rug": "yes", "light": "dim"}
    home.send_xml(fill(GAS, rooms=[rug], exact=True))
    client = client_as(Role.COORDINATOR)
    assert f"{home.page}/report" in client.get(home.page).text
    said = paper(client, home)
    assert "Odeur de gaz" in said
    assert "Tout de suite" in said
    assert "Quelqu’un vient réparer" in said
    assert "Votre bailleur" in said
    assert "Au plus tard : mardi 10 mars" in said
    assert "112" in said
    with home.house.sessions() as session:
        assert session.scalars(select(WorkOrder.reference)).first() in said
    assert "fixer le tapis" in said.partition("Ce que vous pouvez faire vous-même")[2]


def test_the_report_is_in_the_language_asked_for(home: Home, client_as: SignIn) -> None:
    home.send_xml(fill(GAS))
    said = paper(client_as(Role.COORDINATOR), home, language="en")
    assert "Smell of gas" in said
    assert "What we saw, and what we do" in said
    assert "Odeur" not in said


def test_what_is_about_herself_is_for_her_own_hand_alone(home: Home, client_as: SignIn) -> None:
    home.send_xml(fill(FALLS))
    home.send("social_situation", **SURROUNDED | ALONE, share_ccas="yes", share_association="no")
    client = client_as(Role.SOCIAL_WORKER)
    left, handed = paper(client, home), paper(client, home, reader="her")
    assert "CCAS" not in left
    assert "téléassistance" not in left
    assert "prendre de vos nouvelles" not in left
    assert "CCAS" in handed
    assert "téléassistance" in handed
    assert "prendre de vos nouvelles" in handed
    assert "Isolement" not in handed  # the office's word for it
    for reader, said in (("home", left), ("her", handed)):
        shown = preview(client, home, reader=reader)
        assert ("CCAS" in shown) is ("CCAS" in said)


def test_what_a_confidential_answer_called_for_is_on_no_paper(
    home: Home, client_as: SignIn
) -> None:
    calls = {"kind": "work_order", "code": "gas", "severity": "U2", "due": "1d"}
    calls |= {"owner": "landlord", "label::fr": "À cause de ${told}", "label::en": "For ${told}"}
    by_cause = {**calls, "when": "${told} != ''", "label::fr": "Voir ceci", "label::en": "See this"}
    quoted = {**calls, "when": "${open} != ''"}
    by_open = {**by_cause, "when": "${open} != ''", "label::fr": "Voir cela", "code": "heating"}
    questions = [row("text", "told"), row("text", "open")]
    first = published(questions, consequences=[by_cause, quoted, by_open])
    marked = [{**questions[0], "readers": "social_worker"}, questions[1]]
    then = published(marked, consequences=[by_open], version="2")
    with home.house.sessions.begin() as session:
        publish_form(session, first, by=None, now=NOW)
    home.send_xml(visit(parse_form(first.xform), {"told": NOTED, "open": "oui"}))
    client = client_as(Role.SOCIAL_WORKER)
    assert NOTED in paper(client, home, reader="her")
    with home.house.sessions.begin() as session:
        publish_form(session, then, by=None, now=NOW)
    said = paper(client, home, reader="her")
    assert NOTED not in said
    assert "Voir ceci" not in said
    assert "Voir cela" in said


def test_what_she_refuses_is_not_reported(home: Home, client_as: SignIn) -> None:
    home.send("social_situation", **SURROUNDED | ALONE, share_ccas="yes", share_association="no")
    client = client_as(Role.SOCIAL_WORKER)
    assert "CCAS" in paper(client, home, reader="her")
    with home.house.sessions.begin() as session:
        person = session.merge(home.person)
        viewer = make_viewer(home.coordinator)
        parts = (RefusedPart.SHARING, RefusedPart.HEALTH)
        refuse_parts(session, person, parts, viewer=viewer, now=NOW)
    said = paper(client, home, reader="her")
    assert "CCAS" not in said
    assert "téléassistance" not in said


def test_an_order_says_how_it_stands_and_that_we_are_late(
    app: Flask, home: Home, client_as: SignIn
) -> None:
    home.send_xml(fill(GAS))
    client = client_as(Role.COORDINATOR)
    assert "C’est demandé" in paper(client, home)
    app.extensions["palier"] = replace(home.house, clock=lambda: NOW + timedelta(hours=6))
    assert "Nous sommes en retard" in paper(client, home)
    with home.house.sessions.begin() as session:
        order = session.scalars(select(WorkOrder)).one()
        done = WorkOrderState.DONE
        viewer = make_viewer(home.coordinator)
        move_work_order(session, order, done, MoveSaid(note="Fait"), viewer=viewer, now=NOW)
    said = paper(client, home)
    assert "Fait" in said.partition("Odeur de gaz")[0]
    assert "Quelqu’un vient réparer" not in said
    assert "Au plus tard" not in said
    assert "112" not in said


def test_an_order_that_a_company_refused_is_not_told_as_her_own_refusal(
    home: Home, client_as: SignIn
) -> None:
    home.send_xml(fill(GAS))
    with home.house.sessions.begin() as session:
        order = session.scalars(select(WorkOrder)).one()
        no, by = MoveSaid(note="Pas de gazier libre"), home.coordinator.id
        carry_out(session, order, WorkOrderState.REFUSED, no, by=by, now=NOW)
    said = paper(client_as(Role.COORDINATOR), home)
    assert "vous ne souhaitez pas" not in said
    assert "Nous cherchons quelqu’un d’autre" in said


def test_an_adaptation_that_was_granted_is_no_longer_studied(home: Home, client_as: SignIn) -> None:
    home.send_xml(fill(FALLS | {"washing": "bath", "bath_edge": "yes"}))
    client = client_as(Role.COORDINATOR)
    assert "Nous l’étudions avec vous" in preview(client, home)
    with home.house.sessions.begin() as session:
        for file in session.scalars(select(AdaptationFile)):
            file.step = Step.WORKS
    said = preview(client, home)
    assert "vous avez donné votre accord : les travaux vont être faits" in said
    assert "Nous l’étudions avec vous" not in said


def test_one_order_of_two_forms_is_told_once(home: Home, client_as: SignIn) -> None:
    home.send_xml(fill(GAS))
    home.send_xml(fill(GAS))
    said = paper(client_as(Role.COORDINATOR), home)
    assert said.count("Quelqu’un vient réparer") == 1


def test_a_kit_says_what_it_may_save(home: Home, client_as: SignIn) -> None:
    home.send("eco_kit", **{**ONE, "lamp": [LAMP], "tap": [TAP, SHOWER]})
    said = paper(client_as(Role.COORDINATOR), home)
    assert said.count("Ampoules LED") == 1
    assert "Ampoules LED : 1" in said  # as on the receipt
    assert "euros par an" in said


def test_a_protected_person_is_shown_first_and_her_paper_names_no_address(
    home: Home, client_as: SignIn
) -> None:
    home.send_xml(fill(GAS))
    client = client_as(Role.COORDINATOR)
    with home.house.sessions() as session:
        address = session.merge(home.visit).home.residence.address
    assert address in paper(client, home)
    with home.house.sessions.begin() as session:
        person = session.merge(home.person)
        by = client.user.id  # type: ignore[attr-defined]
        protect(session, person, by=by, now=NOW)
    assert "Remettez-le à elle seule" in preview(client, home)
    assert address not in paper(client, home)
    assert client_as(Role.SOCIAL_WORKER).get(f"{home.page}/report.pdf").status_code == 404


def test_who_wants_silence_is_said_before_the_paper_is_made(home: Home, client_as: SignIn) -> None:
    home.send_xml(fill(GAS))
    with home.house.sessions.begin() as session:
        session.merge(home.person).do_not_contact = True
        session.add(
            PersonAlert(
                person_id=home.person.id, code=AlertCode.NO_VOICEMAIL, noted_on=NOW.date(),
                review_on=NOW.date(), noted_by_id=home.coordinator.id,
            )
        )  # fmt: skip
    shown = preview(client_as(Role.COORDINATOR), home)
    assert "ne pas être contactée" in shown
    assert "Ne pas laisser de message" in shown


def test_nothing_is_reported_to_the_dead(home: Home, client_as: SignIn) -> None:
    home.send_xml(fill(GAS))
    with home.house.sessions.begin() as session:
        session.get_one(Person, home.person.id).died_on = NOW.date()
    client = client_as(Role.COORDINATOR)
    assert "report.pdf" not in preview(client, home)
    assert client.get(f"{home.page}/report.pdf").status_code == 409


def test_without_answers_there_is_no_report(home: Home, client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR)
    assert f"{home.page}/report" not in client.get(home.page).text
    for address in ("report", "report.pdf"):
        assert client.get(f"{home.page}/{address}").status_code == 404


def test_a_name_that_looks_like_source_is_a_name(home: Home, client_as: SignIn) -> None:
    home.send_xml(fill(GAS))
    with home.house.sessions.begin() as session:
        session.get_one(Person, home.person.id).last_name = '#include("x") ] "é" مرحبا'
    assert '#include("x") ] "é"' in paper(client_as(Role.COORDINATOR), home)


def test_only_those_who_read_the_answers_make_it_and_each_look_is_logged(
    home: Home, client_as: SignIn
) -> None:
    home.send_xml(fill(GAS))
    for role in (Role.MANAGER, Role.TECHNICIAN, Role.PARTNER_COORDINATOR, Role.CONTRACTOR):
        for address in ("report", "report.pdf"):
            assert client_as(role).get(f"{home.page}/{address}").status_code == 403
    assert client_as(Role.VISITOR).get(f"{home.page}/report.pdf").status_code == 404
    client = client_as(Role.SOCIAL_WORKER)
    preview(client, home)
    paper(client, home)
    with home.house.sessions() as session:
        whats = session.scalars(select(AccessEvent.what)).all()
    assert whats.count("tenant_report") == 1
    assert whats.count("tenant_report_made") == 1
