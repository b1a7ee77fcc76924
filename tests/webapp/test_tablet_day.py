"""What the tablet carries into the day."""

import re
import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from tests.factories import (
    NOW,
    make_case,
    make_person,
    make_user,
    make_viewer,
    make_visit,
)
from tests.submissions import FALLS, GAS, QUIET, fill, fill_shipped, home_visit
from tests.webapp.tablets import FORMS, Tablet, hand_out_tablet
from visits.agenda.planning import cancel_visit
from visits.cases.interpreters import note_interpreter
from visits.forms.published import current_form, publish_form
from visits.intake.submissions import record_submission
from visits.models.accounts import Role
from visits.models.cases import Case
from visits.models.people import AlertCode, Consent, ConsentScope, Person
from visits.models.portfolio import Dwelling
from visits.models.visits import SubmissionState, Visit, VisitState
from visits.people.measures import note_alert
from visits.people.protection import protect
from visits.sight import Reach
from visits.stock.bags import put_in_bag
from webapp.frame.kept_secrets import CannotStart
from webapp.frame.settings import read_settings

UPSTAIRS = FALLS | {"floor": "3", "lift": "none", "lives_alone": "yes", "someone_to_call": "yes"}


@pytest.fixture
def tablet(app: Flask) -> Tablet:
    return hand_out_tablet(app)


def test_a_visit_lists_its_forms_and_where_it_is(tablet: Tablet) -> None:
    day = tablet.day()
    visit = day["visits"][0]
    assert [(one["form_id"], one["required"], one["received"]) for one in visit["forms"]] == [
        ("home_visit", True, False),
        ("fall_risk", False, False),
        ("eco_kit", False, False),
        ("safety_and_decency", False, False),
    ]
    assert {one["form_id"] for one in day["forms"]} == set(FORMS)
    assert visit["programme"] == {"fr": "Seniors à domicile", "en": "Seniors at home"}
    assert (visit["attempt"], visit["alerts"], visit["earlier"], visit["due"]) == (1, [], [], [])
    assert isinstance(visit["dwelling"]["lat"], float)
    assert (day["kit"], day["sent"]) == ([], [])


def test_the_visits_of_a_home_share_its_name_but_for_protected_people(tablet: Tablet) -> None:
    assert tablet.today["home"] == str(tablet.dwelling.id)
    with tablet.house.sessions.begin() as session:
        person = session.merge(tablet.person)
        protect(session, person, by=tablet.visitor.id, now=NOW)
    assert tablet.today["home"] is None


def test_the_tablet_learns_how_long_a_form_may_lie(tablet: Tablet) -> None:
    assert tablet.day()["visit_idle_minutes"] == 15
    assert tablet.day()["order_delays"]["U2"] == "5wd"
    told = replace(tablet.house.settings, visit_idle_minutes=3)
    tablet.app.extensions["palier"] = replace(tablet.house, settings=told)
    assert tablet.day()["visit_idle_minutes"] == 3


def test_how_long_a_form_may_lie_is_a_number_of_minutes(tmp_path: Path) -> None:
    asked = {"PALIER_DATA": str(tmp_path), "PALIER_VISIT_IDLE_MINUTES": "0"}
    assert read_settings(asked).visit_idle_minutes == 0
    for name in ("PALIER_VISIT_IDLE_MINUTES", "PALIER_TRUSTED_PROXIES"):
        for written in ("-5", "abc"):
            with pytest.raises(CannotStart, match=f"{name} est un nombre entier : {written}"):
                read_settings(asked | {name: written})


def test_a_form_tells_what_may_be_proposed(tablet: Tablet) -> None:
    one = tablet.today["forms"][0]
    path = f"/api/forms/{one['form_id']}/{one['version']}"
    whole = tablet.app.test_client().get(path, headers=tablet.headers).json
    assert {"path": "/data/dwelling/lift", "name": "lift", "about": "dwelling"} in whole[
        "proposals"
    ]
    assert {row["about"] for row in whole["proposals"]} == {"dwelling", "person"}


def test_the_newest_earlier_answers_come_along(tablet: Tablet) -> None:
    tablet.earlier_visit(fill(UPSTAIRS))
    tablet.earlier_visit(fill(UPSTAIRS | {"washing": "bath", "bath_edge": "no"}), days_ago=10)
    earlier = {one["name"]: one for one in tablet.today["earlier"]}
    assert earlier["washing"] == {
        "name": "washing",
        "value": "bath",
        "about": "dwelling",
        "question": {"fr": "Pour se laver", "en": "For washing"},
        "shown": {"fr": "Baignoire", "en": "Bath"},
        "answered_on": "2026-02-28",
    }
    assert earlier["lives_alone"]["about"] == "person"


def test_an_answer_marked_confidential_later_is_offered_no_more(tablet: Tablet) -> None:
    tablet.earlier_visit(fill(UPSTAIRS))
    assert "lives_alone" in {one["name"] for one in tablet.today["earlier"]}
    form = home_visit()
    bind = b'nodeset="/data/social/lives_alone"'
    marked = form.xform.replace(bind, b'palier:readers="social_worker" ' + bind, 1)
    assert marked != form.xform
    with tablet.house.sessions.begin() as session:
        publish_form(session, replace(form, xform=marked, version="2"), by=None, now=NOW)
    names = {one["name"] for one in tablet.today["earlier"]}
    assert "lives_alone" not in names
    assert "washing" in names


def test_the_tablet_learns_what_any_version_of_a_form_marks_as_confidential(
    tablet: Tablet,
) -> None:
    told = {one["form_id"]: one["confidential"] for one in tablet.day()["forms"]}
    assert told == dict.fromkeys(FORMS, [])
    form = home_visit()
    bind = b'nodeset="/data/social/lives_alone"'
    marked = form.xform.replace(bind, b'palier:readers="social_worker" ' + bind, 1)
    before = NOW - timedelta(days=400)
    with tablet.house.sessions.begin() as session:
        publish_form(session, replace(form, xform=marked, version="0"), by=None, now=before)
    told = {one["form_id"]: one["confidential"] for one in tablet.day()["forms"]}
    assert told == dict.fromkeys(FORMS, []) | {"home_visit": ["lives_alone"]}


def test_answers_about_a_person_need_her_last_word_on_health_questions(tablet: Tablet) -> None:
    tablet.earlier_visit(fill(UPSTAIRS))
    tablet.earlier_visit(fill(QUIET | {"health_agreed": "no"}), days_ago=10)
    assert {one["about"] for one in tablet.today["earlier"]} == {"dwelling"}
    with tablet.house.sessions.begin() as session:
        session.add(
            Consent(
                person_id=tablet.person.id, scope=ConsentScope.HEALTH, given=True, at=NOW,
                text_version="paper 1",
            )
        )  # fmt: skip
    assert "person" in {one["about"] for one in tablet.today["earlier"]}


def test_the_next_tenant_is_told_of_the_dwelling_never_of_the_person(tablet: Tablet) -> None:
    with tablet.house.sessions.begin() as session:
        before = make_person(session, dwelling=session.merge(tablet.dwelling))
    tablet.earlier_visit(fill(UPSTAIRS), person=before)
    assert {one["about"] for one in tablet.today["earlier"]} == {"dwelling"}
    assert tablet.today["due"] == []
    with tablet.house.sessions.begin() as session:
        person = session.get_one(Person, before.id)
        protect(session, person, by=tablet.visitor.id, now=NOW)
    assert tablet.today["earlier"] == []


def test_answers_that_were_set_aside_are_not_offered(tablet: Tablet) -> None:
    tablet.earlier_visit(fill(UPSTAIRS))
    with tablet.house.sessions.begin() as session:
        for visit in session.scalars(select(Visit)):
            for one in visit.submissions:
                one.state = SubmissionState.SET_ASIDE
    assert tablet.today["earlier"] == []


def test_what_is_due_in_the_home_comes_along(tablet: Tablet) -> None:
    tablet.earlier_visit(fill(GAS), days_ago=200)
    due = tablet.today["due"]
    assert {one["kind"] for one in due} == {"work_order", "follow_up"}
    (order,) = [one for one in due if one["kind"] == "work_order"]
    assert "gas" in order["label"]["en"].lower()
    assert (order["state"], bool(order["due_at"])) == ("open", True)
    (call,) = [one for one in due if one["kind"] == "follow_up"]
    assert re.match(r"Call on \d+ \w+ 20\d\d to see", call["label"]["en"])  # read on any day
    assert re.match(r"Appeler le \d+ \w+ 20\d\d pour", call["label"]["fr"])


def test_works_of_somebody_else_s_protected_file_stay_untold(tablet: Tablet) -> None:
    with tablet.house.sessions.begin() as session:
        before = make_person(session, dwelling=session.merge(tablet.dwelling))
    tablet.earlier_visit(fill(GAS), person=before)
    assert [one["kind"] for one in tablet.today["due"]] == ["work_order"]
    with tablet.house.sessions.begin() as session:
        person = session.get_one(Person, before.id)
        protect(session, person, by=make_user(session).id, now=NOW, but={tablet.person.id})
    assert tablet.today["due"] == []


def test_measures_show_in_both_languages_also_when_their_review_is_overdue(tablet: Tablet) -> None:
    with tablet.house.sessions.begin() as session:
        viewer = make_viewer(make_user(session))
        person = session.get_one(Person, tablet.person.id)
        long_ago = NOW - timedelta(days=300)
        note_alert(session, person, AlertCode.TWO_VISITORS, viewer=viewer, now=long_ago)
        note_alert(session, person, AlertCode.HARD_OF_HEARING, viewer=viewer, now=NOW)
    safety, discretion = tablet.today["alerts"]
    assert (safety["code"], safety["kind"]) == ("two_visitors", "safety")
    assert (discretion["code"], discretion["kind"]) == ("hard_of_hearing", "discretion")
    assert safety["label"]["en"] == "Go two together"
    assert set(safety["label"]) == {"fr", "en"}


def test_whoever_goes_along_has_the_visit_and_whom_with_but_no_form(tablet: Tablet) -> None:
    with tablet.house.sessions.begin() as session:
        other = make_user(session, role=Role.VISITOR, name="Ana Bis")
        session.get_one(Visit, tablet.visit.id).second_visitor_id = other.id
    hers = tablet.today
    assert [one["label"]["en"] for one in hers["alerts"]] == ["Two go: Ana Bis comes along"]
    assert hers["forms"]
    with tablet.house.sessions.begin() as session:
        visit = session.get_one(Visit, tablet.visit.id)
        visit.visitor_id, visit.second_visitor_id = other.id, tablet.visitor.id
    along = tablet.today
    assert along["dwelling"] == hers["dwelling"]
    assert (along["forms"], along["beside"]) == ([], [])
    (said,) = along["alerts"]
    assert (said["kind"], said["label"]["en"]) == ("help", "Two go: Ana Bis fills in the form")


def test_the_interpreter_of_the_very_case_is_told_and_of_no_other(tablet: Tablet) -> None:
    visit_id = uuid.UUID(tablet.today["id"])
    with tablet.house.sessions.begin() as session:
        by = make_user(session)
        case = session.get_one(Visit, visit_id).case
        other = make_case(session, by=by, person=case.person, programme="young_tenants")
        for one, language in ((case, "Tamoul"), (other, "Arabe")):
            note_interpreter(session, one, language, viewer=make_viewer(by), now=NOW)
    (told,) = tablet.today["alerts"]
    assert (told["code"], told["kind"]) == ("interpreter", "help")
    assert told["label"] == {
        "fr": "Interprète demandé : Tamoul",
        "en": "Interpreter asked for: Tamoul",
    }


def test_the_bag_and_what_was_sent_come_along(tablet: Tablet) -> None:
    with tablet.house.sessions.begin() as session:
        viewer = make_viewer(make_user(session))
        put_in_bag(session, tablet.visitor.id, "led", 12, viewer=viewer, now=NOW)
    tablet.earlier_visit(fill(GAS), days_ago=3)
    tablet.earlier_visit(fill(), days_ago=20)
    day = tablet.day()
    assert day["kit"] == [
        {"item": "led", "label": {"fr": "Ampoules LED", "en": "LED bulbs"}, "quantity": 12}
    ]
    (sent,) = day["sent"]
    assert (sent["form_id"], sent["state"]) == ("home_visit", "checked")
    assert "VERMEULEN" in sent["person_name"]
    assert [one["kind"] for one in sent["opened"]][:1] == ["work_order"]


def test_what_was_sent_of_a_person_protected_since_is_left_out(tablet: Tablet) -> None:
    tablet.earlier_visit(fill(GAS), days_ago=3)
    with tablet.house.sessions.begin() as session:
        person = session.get_one(Person, tablet.person.id)
        protect(session, person, by=make_user(session).id, now=NOW)
    day = tablet.day()
    assert (day["sent"], day["visits"]) == ([], [])


def test_a_second_form_shows_as_received(tablet: Tablet) -> None:
    with tablet.house.sessions.begin() as session:
        record_submission(
            session, tablet.house.store, files=(), now=NOW, visit_id=tablet.visit.id,
            xml=fill_shipped("eco_kit", kit_agreed="no"),
            viewer=make_viewer(tablet.visitor, Reach.OWN),
        )  # fmt: skip
    received = {one["form_id"]: one["received"] for one in tablet.today["forms"]}
    assert received["eco_kit"] and not received["home_visit"]
    assert tablet.today["state"] == "under_way"


def test_a_required_form_that_is_not_published_is_said_plainly(tablet: Tablet) -> None:
    with tablet.house.sessions.begin() as session:
        current_form(session, "home_visit").retired_at = NOW
    answer = tablet.app.test_client().get("/api/tablet/day", headers=tablet.headers)
    assert answer.status_code == 409
    assert answer.json["type"] == "urn:palier:form_not_published"
    assert "home_visit" in answer.json["title"]


def test_a_programme_that_ships_no_longer_has_no_forms(tablet: Tablet) -> None:
    with tablet.house.sessions.begin() as session:
        session.scalars(select(Case)).one().programme = "gone"
    assert tablet.today["forms"] == []


def test_the_day_asks_the_database_as_often_for_many_visits_as_for_one(tablet: Tablet) -> None:
    statements: list[str] = []

    def note(*arguments: Any) -> None:
        statements.append(arguments[2])

    event.listen(tablet.house.engine, "before_cursor_execute", note)
    tablet.day()
    once = len(statements)
    with tablet.house.sessions.begin() as session:
        for hour in range(8, 12):
            case = make_case(session, by=tablet.visitor)
            start_at = NOW.replace(hour=hour)
            make_visit(session, case=case, visitor=tablet.visitor, start_at=start_at)
    statements.clear()
    assert len(tablet.day()["visits"]) == 5
    event.remove(tablet.house.engine, "before_cursor_execute", note)
    asked = [one for one in statements if "INSERT INTO access_event" not in one]
    assert len(asked) <= once


@pytest.mark.parametrize("how", ["cancelled", "given away", "protected", "hidden home"])
def test_a_tablet_learns_which_of_its_visits_were_taken_back(tablet: Tablet, how: str) -> None:
    with tablet.house.sessions.begin() as session:
        other = make_visit(
            session,
            case=make_case(session, by=tablet.visitor, person=make_person(session)),
            visitor=tablet.visitor,
        )
    held = [str(tablet.visit.id), str(other.id)]
    assert tablet.day(held)["taken_back"] == []
    with tablet.house.sessions.begin() as session:
        visit = session.get_one(Visit, tablet.visit.id)
        if how == "cancelled":
            cancel_visit(
                session,
                visit,
                reason="fuite",
                viewer=make_viewer(make_user(session), Reach.ALL),
                now=NOW,
            )
        elif how == "given away":
            visit.visitor_id = make_user(session, role=Role.VISITOR).id
        elif how == "protected":
            protect(session, visit.case.person, by=make_user(session).id, now=NOW)
        else:  # she has moved out, and somebody protected lives there
            for occupancy in visit.case.person.occupancies:
                occupancy.ended_on = NOW.date()
            newcomer = make_person(session, dwelling=visit.case.dwelling)
            protect(session, newcomer, by=make_user(session).id, now=NOW)
    assert tablet.day(held)["taken_back"] == [str(tablet.visit.id)]
    # Nobody's visit reads like somebody else's.
    assert tablet.day([str(uuid.uuid4())])["taken_back"] != []


def test_what_is_no_visit_is_refused_in_words(tablet: Tablet) -> None:
    answer = tablet.app.test_client().get("/api/tablet/day?held=x", headers=tablet.headers)
    assert (answer.status_code, list(answer.json["errors"]["query"])) == (422, ["held"])


def test_the_code_of_a_door_is_for_who_is_still_to_ring(tablet: Tablet) -> None:
    with tablet.house.sessions.begin() as session:
        session.get_one(Dwelling, tablet.dwelling.id).access_code = "12A7"
    assert tablet.today["dwelling"]["access_code"] == "12A7"
    with tablet.house.sessions.begin() as session:
        session.get_one(Visit, tablet.visit.id).state = VisitState.DONE
    assert tablet.today["dwelling"]["access_code"] is None
