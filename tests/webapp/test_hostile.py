"""Nonsense from strangers and members alike: answered, never with a failure of ours."""

import io
import json
import uuid
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from maps.travel import Geodesic
from tests.factories import (
    come_by_form,
    make_case,
    make_dwelling,
    make_ordered,
    make_person,
    make_user,
    make_viewer,
    make_visit,
    open_door_to,
    promised,
)
from tests.sought import noting_what_is_sought
from tests.submissions import FALLS, fill, home_visit
from tests.webapp.reader import REFUSED_BRIEFLY
from visits.accounts.accounts import add_device
from visits.adaptations.commissions import call_commission
from visits.adaptations.files import Request, open_by_hand
from visits.admissions.commissions import call_for
from visits.admissions.facts import FactSaid, note_fact
from visits.admissions.requests import RequestSaid, open_request
from visits.agenda.absences import AbsenceSaid, note_absence
from visits.agenda.availabilities import DaySaid, HoursSaid, note_day, note_hours
from visits.circles.meetings import make_agenda
from visits.circles.members import make_circle, members_of
from visits.circles.points import give_task
from visits.circles.putting import PutSaid, note_step, put_case
from visits.forms.published import publish_form
from visits.homes.labels import RulesSaid, make_label
from visits.homes.matching import Needs
from visits.homes.needs import notes_of
from visits.homes.traits import TraitSaid, note_trait
from visits.intake.report_prints import print_reports
from visits.intake.reports import LeaveSaid, leave_report
from visits.messages.making import tell_of_visit
from visits.messages.printing import print_letters
from visits.messages.ways import note_wish
from visits.messages.wording import say, spot_of, versions_of
from visits.models.accounts import Role, User
from visits.models.cases import Case, CaseState
from visits.models.circles import CircleStepKind
from visits.models.duty import DutyCall
from visits.models.exchanges import OrderTold
from visits.models.messages import Message, MessageChannel
from visits.models.people import AccessEvent, AlertCode, PersonAlert
from visits.models.prices import PriceArticle
from visits.models.visits import Submission, SubmissionFile, Visit
from visits.models.works import WorkOrder
from visits.money.notes import MoneySaid, note_money
from visits.money.rents import RentSaid, note_rent
from visits.people.autonomy import AutonomySaid, note_autonomy
from visits.people.autonomy import Said as AreaSaid
from visits.people.medical import MedicalSaid, note_medical
from visits.portfolio import upload_file
from visits.referrals.referrals import ReferralSaid
from visits.referrals.referrals import open_by_hand as open_referral
from visits.sessions.attendance import enrol
from visits.sessions.planning import SessionSaid, plan_session
from visits.sight import Viewer
from visits.stays.complaints import ComplaintSaid, note_complaint
from visits.stays.places import PlaceSaid, add_place
from visits.stays.posts import PostSaid, note_post
from visits.stays.stays import StaySaid, begin_stay
from visits.stock.articles import ArticleSaid, add_article
from visits.stock.central import receive
from visits.stock.ordering import order_article
from visits.support.acts import ActSaid, note_act
from visits.support.aims import agree_aim, say_how_far
from visits.surroundings.imports import bring_file
from visits.surroundings.said import ServiceSaid
from visits.surroundings.services import note_service
from visits.transfers.wishes import WishSaid, open_wish
from visits.works.by_hand import OrderSaid
from visits.works.by_hand import open_by_hand as open_order
from visits.works.counting import count_article
from visits.works.duty import TurnSaid, note_turns
from visits.works.exchanges import bring_answers
from visits.works.parts import use_part
from visits.works.price_lists import PricesSaid, bring_price_list, take_price_list
from visits.works.recurring import TurnsSaid, let_come_again
from visits.works.teams import TeamSaid, add_team
from visits.works.telling import make_told
from visits.works.templates import keep_template
from visits.works_plan.plans import PlanSaid, make_plan
from webapp.access.auth import PERMISSIONS, Action, declared_action

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]

SignIn = Callable[..., FlaskClient]
FORM = "application/x-www-form-urlencoded"

# What adaptations ask in an address, and in a form.
ADAPTING = ("step", "priority", "territory", "holder")
# What the register of adapted homes asks.
REGISTER = ("access", "trait", "letting", "rooms", "adaptation", "label")
ADAPTED = (
    *ADAPTING, "turn", "said", "code", "asked", "asked_on", "wish", "own_cost", "outcome", "reason",
    "explanation", "instead", "instead_aid", "company", "cents", "dated_on", "what", "payer",
    "stage", "invoice", "held_on", "adaptation", "place", "description", "due_on",
    "used", "holds", "needed",
    "stage", "invoice", "held_on", "adaptation", "place", "description", "due_on", "agreed_how",
    "ended_on", "certified_on", "silence",
    "agreed_on", "built_how", "built_on", "keep",
)  # fmt: skip
# What referrals ask in a form.
REFERRED = (
    "direction", "partner", "channel", "basis", "agreed_on", "because", "decided_with", "days",
    "last_name", "first_name", "address", "phone", "sender", "sender_at", "key", "why", "landlord",
)  # fmt: skip
# Over what a server of databases stumbles that SQLite takes, and over what else we do: the first is
# said on PostgreSQL, the rest on SQLite, which answers quicker.
SERVER = ("a\0b", "%é☃😀\ud7ff\u202e" + "A" * 5000, "9" * 30, "9999-12-31", "nan")
OURS = ("a\0b", "9" * 30, "-" + "9" * 5000, "1e999", "0001-01-01", "", "-1", "²")
ARGUMENTS = (
    "page", "sort", "desc", "q", "state", "role", "programme", "city", "score", "severity", "trade",
    "agency", "residence", "contractor", "view", "weeks", "known", "template",
    "number", "enrolled", "from", "to", "visitor", "review", "day", "visitor_id", "kind", "was",
    "c0", "c99999", "bbox", "z", "risk", "works", "mode", "status", "next", "visit", "item",
    "batch", "article", "residence", "which", "standing",
    "endpoint", "_external", "_scheme", "_anchor", "_method",  # what addresses are made of
    "series", "holder", "organisation", "view", "part", "not", "from_time", "until_time", "lasts",
    "skill", "speaks", "free", "channel", "person", "week", "why", "first_on", "span", "visitors",
    "what", "any", "outcome", "since", "by", "year", "only", "group",
    "told", "months", "owner", "about",
    "lacks", "within", "reader", "language", "order",
    *ADAPTING, *REGISTER,
)  # fmt: skip
FIELDS = (
    "aim", "budget", "hand", "ids", "what", "1-last_name", "1-born_on", "1-role", "1-known",
    "disposition", "channel", "reason", "acts_by", "day", "time", "note", "minutes", "visitor_id",
    "as", "state", "protected", "users", "persons", "number", "email", "name", "role", "language",
    "organisation", "new_organisation", "organisation_kind", "territory", "active", "kind", "c0",
    "assignee", "members", "trades", "turn", "password", "attempts", "outcome", "left_behind",
    "code", "still", "item", "about", "made_on", "answered_on",
    "rent", "income", "full_time", "until_on",
    "quantity", "keep", "score", "maximum", "version", "author", "assessed_on", "value", "low",
    "high", "valid_from", "article", "batch", "fitting", "rating", "low_at",
    "supplier", "expected_on", "references", "residence", "came", "why", "seen",
    "valid_until", "source", "evidence", "planned_on", "planned_part", "told_how", "told_on",
    "hold_why", "hold_until", "checked_how", "tenant_score", "due_on", "due_why", "access",
    "estimate", "ceiling", "labour", "parts", "accept_why", "ids", "list_name", "query", "do",
    "contractor", "days", "quote", "quote_contractor", "quote_note", "cost", "act",
    "proposed_on", "proposed_part", "declined_why", "user", "place", "phone", "agency", "trade",
    "every_months", "counted_from", "next_on", "template_name",
    "weekday", "from_time", "until_time", "first_on", "last_on", "start", "on_day", "buffer",
    "most", "languages", "skills", "asked", "with", "until", "lasts", "attended_by",
    "second_visitor_id",
    "wish_kind", "wish_programme", "rung", "part", "skill", "speaks", "not",
    "weeks", "starts_on", "starts_clock", "ends_on", "ends_clock", "landlord",
    *ADAPTED, *REFERRED, *REGISTER, "there", "since", "asks", "counts_from",
    "reasons", "wheelchair", "floor", "distance", "rent", "how-reach", "how-rooms", "how-city",
    "purpose", "given_by", "giver", "given_on", "stop_why",
    "asked_by", "setting", "how-indoors", "words-indoors",
    "city", "dwelling", "answer",
    "happened_on", "present", "confidential", "words", "agreed_on", "how_far", "seen_on",
    "agreed", "said", "amount", "of_day", "cost_kind", "basis", "payer", "what",
    "title", "capacity", "held_by", "held_by_name", "payer", "person", "wait",
    "contract", "months", "fee", "since_on",
    "from_on", "ended_on", "exit_to", "case", "said_on",
    "circle", "shared", "agreed_how", "held_on", "decision", "owner", "done_on",
    "span", "visitors", "planned", "same_visitor", "stop", "which",
    "holds_from", "vat", "situation", "referral", "outside", "listed", "admission",
    "metres", "measured", "ways", "lat", "lon", "known_on", "open_days", "what_for", "path",
    "task", "how", "reader", "left", "born_on",
    "task", "used_part", "used_number", "hold_article", "hold_number",
)  # fmt: skip


@pytest.fixture
def places(app: Flask, session: Session, now: datetime) -> dict[str, str]:
    """One of each thing that an address can name."""
    publish_form(session, home_visit(), by=None, now=now)
    coordinator, visitor = make_user(session), make_user(session, role=Role.VISITOR)
    case = make_case(session, by=coordinator)
    visit = make_visit(session, case=case, visitor=visitor)
    kept = upload_file(
        session,
        data=b"Logement;Nom;CP\nL1;DUPOND;60000\nL2;MARTIN;x\n",
        file_name="t.csv",
        user_id=coordinator.id,
        now=now,
    )
    _, token = add_device(session, visitor, name="t", now=now)
    alert = PersonAlert(
        person_id=case.person_id,
        code=AlertCode.TWO_VISITORS,
        noted_on=now.date(),
        review_on=now.date(),
        noted_by_id=coordinator.id,
    )
    session.add(alert)
    session.commit()
    for _ in range(2):
        _send(app, token, visit)
    left, right = session.scalars(select(Submission.id)).all()
    lines = _opened(session)
    form = home_visit()
    adapted = _adapted(session, case, coordinator, now)
    found = {
        "left_id": str(left), "right_id": str(right), "submission_id": str(left),
        "order_id": lines["work_order"], "task_id": lines["follow_up"],
        "alert_id": str(alert.id), "contact_id": str(alert.id), "name": "water_price",
        "person_id": str(case.person_id), "case_id": str(case.id),
        "dwelling_id": str(case.dwelling_id), "residence_id": str(case.dwelling.residence_id),
        "visit_id": str(visit.id), "import_id": str(kept.id), "user_id": str(coordinator.id),
        "form_id": form.form_id, "version": form.version, "code": "seniors", "number": "1",
        "move_id": str(case.id), "stay_id": str(case.person.occupancies[0].id),
        **_around(session, case, coordinator, now),
        **_away(session, coordinator, now),
        **_stocked(session, coordinator, lines["work_order"], now),
        **_called(session, lines["work_order"], now),
    }  # fmt: skip
    found |= _left(session, visit, coordinator, now)
    session.rollback()
    return found | adapted


def _adapted(session: Session, case: Case, by: User, now: datetime) -> dict[str, str]:
    """One adaptation that is asked for, one commission, one referral, and one by form."""
    viewer, wish = make_viewer(by), Request("kitchen", "letter", now.date())
    assert case.dwelling is not None
    file = open_by_hand(session, case.person, case.dwelling, wish, viewer=viewer, now=now)
    held = call_commission(session, now.date(), viewer=viewer, now=now)
    said = ReferralSaid("out", "ccas", "Un appel", "consent", agreed_on=now.date())
    referral = open_referral(session, case.person, said, viewer=viewer, now=now)
    door = open_door_to(session, by, now=now)
    asked = come_by_form(session, door, now=now)
    trait = note_trait(
        session, case.dwelling, TraitSaid("shower", 1, now.date()), viewer=viewer, now=now
    )
    moving = WishSaid(["stairs"], Needs(wheelchair=True), now.date())
    done = note_act(session, case, ActSaid("office", now.date()), viewer=viewer, now=now)
    spent = MoneySaid("seniors", by.organisation_id, "cost", 100, now.date(), "staff")
    cost = note_money(session, spent, viewer=viewer, now=now)
    paid = RentSaid(500_00, 2_000_00, now.date(), "paper")
    rent = note_rent(session, case, paid, viewer=viewer, now=now)
    aim = agree_aim(session, case, words="Sortir", agreed_on=now.date(), viewer=viewer, now=now)
    step = say_how_far(
        session, case, aim.id, how_far="begun", seen_on=now.date(), viewer=viewer, now=now
    )
    room = PlaceSaid("room", "Chambre 1", "once", 12, 300_00, now.date())
    place = add_place(session, case.dwelling, room, viewer=viewer, now=now)
    comes = StaySaid("temporary", now.date())
    stay = begin_stay(session, place, case.person, comes, viewer=viewer, now=now)
    half = PostSaid("Animation", 0.5, now.date())
    post = note_post(session, case.dwelling.residence, half, viewer=viewer, now=now)
    noise = ComplaintSaid("noise", "Le bruit", now.date())
    complaint = note_complaint(session, stay, noise, viewer=viewer, now=now)
    wished = open_wish(session, case.person, moving, viewer=viewer, now=now)
    workshop = SessionSaid(
        title="Atelier", kind="workshop", starts_at=now, minutes="60", place="Ici",
        held_by="other", held_by_name="Gym douce",
    )  # fmt: skip
    (held_there,) = plan_session(session, "seniors", workshop, viewer=viewer, now=now)
    expected = enrol(session, held_there, case.person, viewer=viewer, now=now)
    circle = make_circle(session, "Retour", viewer=viewer, now=now)
    agreed = PutSaid("Rampe", now.date(), "spoken")
    shared = put_case(session, circle, case, agreed, viewer=viewer, now=now)
    meeting = make_agenda(session, circle, now.date(), viewer=viewer, now=now)
    given = give_task(
        session, meeting, shared, what="Rampe", owner_id=by.id, due_on=now.date(), viewer=viewer,
        now=now,
    )  # fmt: skip
    agrees = note_step(
        session, shared, CircleStepKind.LANDLORD_AGREED, now.date(), viewer=viewer, now=now
    )
    needed = notes_of(session, case.person)[0]
    days = AutonomySaid({"meals": AreaSaid("alone")}, now.date(), "A. Roy", "home")
    lives = note_autonomy(session, case.person, days, viewer=viewer, now=now)
    signed = MedicalSaid("home", "hospital", "Dr Petit", now.date())
    valid = note_medical(session, case.person, signed, viewer=viewer, now=now)
    session.commit()
    return {
        **_admitted(session, case, by, now),
        "circle_id": str(circle.id), "circle_case_id": str(shared.id),
        "meeting_id": str(meeting.id), "circle_task_id": str(given.id),
        "circle_step_id": str(agrees.id),
        "member_id": str(members_of(session, circle.id)[0].id),
        "enrolment_id": str(expected.id),
        "door_id": str(door.id), "request_id": str(asked.id), "referral_id": str(referral.id),
        "place_stay_id": str(stay.id), "complaint_id": str(complaint.id), "rent_id": str(rent.id),
        "post_id": str(post.id),
        "place_id": str(place.id),
        "adaptation_id": str(file.id), "commission_id": str(held.id),
        "adaptation_photo_id": str(file.id), "paper_id": str(file.id),
        "alternative_id": str(file.id),
        **_labelled(session, by, now),
        "trait_id": str(trait.id), "needs_id": str(needed.id),
        "autonomy_id": str(lives.id), "medical_id": str(valid.id), "wish_id": str(wished.id),
        "case_act_id": str(done.id), "aim_id": str(aim.id), "step_id": str(step.id),
        "money_id": str(cost.id), "session_id": str(held_there.id),
        **_written(session, case, by, now),
    }  # fmt: skip


def _labelled(session: Session, by: User, now: datetime) -> dict[str, str]:
    """One label with its rules."""
    said = RulesSaid(("shower",), now.date())
    label = make_label(session, "La Belle vie", "", said, viewer=make_viewer(by), now=now)
    return {"label_id": str(label.id), "rules_id": str(label.versions[0].id)}


def _admitted(session: Session, case: Case, by: User, now: datetime) -> dict[str, str]:
    """One request for a place, heard, and a commission."""
    viewer, code = make_viewer(by), "transitional_residence"
    hers = make_case(session, by=by, person=case.person, programme=code, dwelling=case.dwelling)
    said = RequestSaid("phone", now.date(), "Une place")
    asked = open_request(session, hers, said, viewer=viewer, now=now)
    heard = FactSaid("interview", now.date(), said="Reçue")
    fact = note_fact(session, asked, heard, viewer=viewer, now=now)
    held = call_for(session, code, now.date(), viewer=viewer, now=now)
    session.commit()
    return {
        "admission_id": str(asked.id), "admission_fact_id": str(fact.id),
        "admission_commission_id": str(held.id),
    }  # fmt: skip


def _around(session: Session, case: Case, by: User, now: datetime) -> dict[str, str]:
    """One service near a home."""
    said, viewer = ServiceSaid("bakery", "Chez Lise", metres=200), make_viewer(by)
    assert case.dwelling is not None
    walk, home = Geodesic().metres, case.dwelling.residence
    service = note_service(session, home, said, walk=walk, viewer=viewer, now=now)
    session.commit()
    shops = b"nom;type;lat;lon\nChez Lise;boulangerie;49.4;2.1\n"
    file = bring_file(session, home.landlord_id, shops, "osm.csv", viewer=viewer, now=now)
    ordered = make_ordered(session, case, of=by.organisation_id, by=by, now=now)
    session.commit()
    return {
        "service_id": str(service.id), "service_note_id": str(service.notes[0].id),
        "ordered_id": str(ordered.id), "service_file_id": str(file.id),
    }  # fmt: skip


def _written(session: Session, case: Case, by: User, now: datetime) -> dict[str, str]:
    """One wish, one message by e-mail, one letter that was printed, one wording."""
    viewer, letter = make_viewer(by), "moved.letter.fr"
    visitor = make_user(session, role=Role.VISITOR)
    visit = make_visit(session, case=case, visitor=visitor, start_at=now + timedelta(days=9))
    tell_of_visit(session, visit, now=now)
    run = print_letters(session, viewer, say=lambda one: "Bonjour", now=now)
    wish = note_wish(
        session, case.person, MessageChannel.EMAIL, agreed=True, address="elle@example.org",
        language="fr", viewer=viewer, now=now,
    )  # fmt: skip
    tell_of_visit(session, visit, now=now, former_at=now)
    spot = spot_of("seniors", *letter.split("."))
    say(session, spot, "Bonjour, le {day}", seen="", viewer=viewer, now=now)
    works = spot_of(case.person.landlord_id, "works_off", "letter", "fr")
    say(session, works, "Bonjour, le {day}", seen="", viewer=viewer, now=now)
    messages = session.scalars(select(Message).order_by(Message.id)).all()
    session.commit()
    return {
        "landlord_id": str(works.whose), "works_spot": works.written,
        "works_said_id": str(versions_of(session, works)[0].id),
        "message_wish_id": str(wish.id), "print_run_id": str(run.id), "spot": letter,
        "message_id": str(messages[-1].id), "said_id": str(versions_of(session, spot)[0].id),
    }  # fmt: skip


def _left(session: Session, visit: Visit, by: User, now: datetime) -> dict[str, str]:
    """One report that was printed to be posted."""
    viewer, said = make_viewer(by), LeaveSaid("post", "home", "fr")
    leave_report(session, visit, said, address_of=str, viewer=viewer, now=now)
    run = print_reports(session, viewer, now=now)
    session.commit()
    return {"report_run_id": str(run.id)}


def _called(session: Session, order_id: str, now: datetime) -> dict[str, str]:
    """One turn of duty, and one call for an order."""
    technician = make_user(session, role=Role.TECHNICIAN)
    hours = {"starts_at": now, "ends_at": now + timedelta(hours=8)}
    landlord = technician.organisation_id
    said = TurnSaid(landlord, technician.id, 1, "06 39 98 00 01", **hours)
    (turn,) = note_turns(session, said, viewer=make_viewer(technician), now=now)
    call = DutyCall(work_order_id=uuid.UUID(order_id), turn_id=turn.id, called_at=now)
    session.add(call)
    session.commit()
    team = add_team(
        session, TeamSaid("Équipe A", frozenset({technician.id}), landlord_id=landlord),
        viewer=make_viewer(technician), now=now,
    )  # fmt: skip
    session.commit()
    noted = {"turn_id": str(turn.id), "call_id": str(call.id), "team_id": str(team.id)}
    return noted | _again(session, technician, now)


def _again(session: Session, technician: User, now: datetime) -> dict[str, str]:
    """Works that come again, and a template."""
    viewer, home = make_viewer(technician), make_dwelling(session)
    boiler = OrderSaid("heating", "P", "kitchen", "Entretien annuel", "staff")
    order = open_order(session, home, boiler, viewer=viewer, now=now)
    session.flush()
    turns = TurnsSaid(12, "planned", now.date() + timedelta(days=300))
    work = let_come_again(session, order, turns, viewer=viewer, now=now)
    template = keep_template(session, order, "Chaudière", viewer=viewer, now=now)
    session.commit()
    ids = {"work_id": str(work.id), "template_id": str(template.id)}
    return ids | _priced(session, order, viewer, now)


def _priced(session: Session, order: WorkOrder, viewer: Viewer, now: datetime) -> dict[str, str]:
    """A price list, one of its articles, and a line of an order that counts it."""
    said, house = PricesSaid("Lots réunis", now.date(), "10"), order.stands_in
    assert house is not None
    data = b"code;label;unit;price\nA;Siphon;U;3\n"
    prices = bring_price_list(
        session, house.landlord_id, said, data, "p.csv", viewer=viewer, now=now
    )
    take_price_list(session, prices, viewer=viewer, now=now)
    (article,) = session.scalars(select(PriceArticle))
    line = count_article(session, order, article.id, "1", viewer=viewer, now=now)
    answers = f"reference;state\n{order.reference};started\n".encode()
    asked = PlanSaid("Plan", "people", "100")
    plan = make_plan(session, asked, viewer=viewer, now=now)
    make_told(session, house.landlord_id, now=now)
    file = bring_answers(session, answers, "a.csv", viewer=viewer, now=now)
    session.commit()
    return {
        "answers_id": str(file.id), "plan_id": str(plan.id),
        "told_id": str(session.scalars(select(OrderTold.id).limit(1)).one()),
        "price_list_id": str(prices.id), "price_id": str(article.id), "line_id": str(line.id),
    }  # fmt: skip


def _away(session: Session, coordinator: User, now: datetime) -> dict[str, str]:
    """A visitor with hours, an exception and an absence to come."""
    viewer, day = make_viewer(coordinator), now.date() + timedelta(days=60)
    visitor = make_user(session, role=Role.VISITOR)
    hours = HoursSaid(1, time(9), time(12), now.date())
    noted = note_hours(session, visitor.id, hours, viewer=viewer, now=now)
    less = DaySaid(day, "less", time(9), time(12))
    otherwise = note_day(session, visitor.id, less, viewer=viewer, now=now)
    away = AbsenceSaid(day, day, "away_training")
    absence = note_absence(session, visitor.id, away, doing=None, viewer=viewer, now=now)
    session.commit()
    return {
        "visitor_id": str(visitor.id), "hours_id": str(noted.id), "day_id": str(otherwise.id),
        "absence_id": str(absence.id),
    }  # fmt: skip


def _stocked(session: Session, coordinator: User, order_id: str, now: datetime) -> dict[str, str]:
    viewer = make_viewer(coordinator)
    bulb = add_article(session, ArticleSaid("led", "LED"), viewer=viewer)
    came = receive(session, bulb, 50, viewer=viewer, now=now)
    order = order_article(
        session, bulb, 50, supplier="Grossiste", expected_on=None, viewer=viewer, now=now,
        today=now.date(),
    )  # fmt: skip
    part = add_article(session, ArticleSaid("part", "Joint"), viewer=viewer)
    leak = session.get_one(WorkOrder, uuid.UUID(order_id))
    used = use_part(session, leak, part, 1, from_bag=False, viewer=viewer, now=now)
    session.commit()
    return {
        "movement_id": str(used.id),
        "article_id": str(bulb.id), "act_id": str(came.act_id), "stock_order_id": str(order.id),
    }  # fmt: skip


@pytest.fixture
def nonsense(database: str) -> tuple[str, ...]:
    """What is said on a database."""
    return SERVER if database == "postgresql" else OURS


def _rules(app: Flask, method: str) -> list[tuple[Rule, Role]]:
    """Name each closed endpoint with a role that may use it."""
    found = []
    for rule in app.url_map.iter_rules():
        action = declared_action(app, rule.endpoint)
        if isinstance(action, Action) and method in (rule.methods or ()):
            found.append((rule, next(iter(PERMISSIONS[action]))))
    return found


def _address(app: Flask, rule: Rule, places: dict[str, str]) -> str:
    unknown = "7f3e1c52-0000-4000-8000-000000000000"
    with app.test_request_context():
        values = {name: places.get(name, unknown) for name in rule.arguments}
        return str(app.url_map.bind("localhost").build(rule.endpoint, values))


def _members(client_as: SignIn) -> dict[Role, FlaskClient]:
    return {role: client_as(role) for role in Role}


def test_no_argument_of_an_address_makes_a_page_fail(
    app: Flask, client_as: SignIn, places: dict[str, str], nonsense: tuple[str, ...]
) -> None:
    members = _members(client_as)
    asked = [(text, urlencode(dict.fromkeys(ARGUMENTS, text))) for text in nonsense]
    with noting_what_is_sought(app) as sought:
        for rule, role in _rules(app, "GET"):
            address, looks = _address(app, rule, places), True
            for text, query in asked:
                if not looks:  # for nothing that it is asked: it would answer the same
                    break
                answer = members[role].get(address, query_string=query, headers=REFUSED_BRIEFLY)
                assert answer.status_code < 500, (rule.endpoint, text[:20])
                assert "\0" not in text or answer.status_code in (400, 403), rule.endpoint
                looks = "\0" in text or sought.any_of(ARGUMENTS)


def test_no_field_of_a_form_makes_an_endpoint_fail(
    app: Flask, client_as: SignIn, places: dict[str, str], nonsense: tuple[str, ...]
) -> None:
    members = _members(client_as)
    _give_readable_passwords(app, members)
    known = {"disposition": "call_back", "channel": "phone"}
    typed = [(text, urlencode(dict.fromkeys(FIELDS, text) | known)) for text in nonsense]
    for rule, role in _rules(app, "POST"):
        address = _address(app, rule, places)
        for text, data in typed:
            answer = members[role].post(
                address, data=data, content_type=FORM, headers=REFUSED_BRIEFLY
            )
            assert answer.status_code < 500, (rule.endpoint, text[:20])


def _give_readable_passwords(app: Flask, members: dict[Role, FlaskClient]) -> None:
    with app.extensions["palier"].sessions.begin() as session:
        for client in members.values():
            session.merge(client.user).password = READABLE  # type: ignore[attr-defined]


# A hash as the password check wants it; the tests' own is too short to be read.
READABLE = (
    "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$Wv0z8bKyk2yZ1lYd0vQm8Qy8mSxv0p0cLr7rM2h1m8E"
)


def test_an_address_that_names_nonsense_is_not_found(
    app: Flask, client_as: SignIn, session: Session
) -> None:
    members = _members(client_as)
    for rule, role in _rules(app, "GET"):
        if not rule.arguments:
            continue
        for text in ("a\0b", "A" * 500, "☃", "..%2F"):
            address = rule.rule
            for name in rule.arguments:
                address = address.replace(f"<uuid:{name}>", text).replace(f"<{name}>", text)
            status = members[role].get(address, headers=REFUSED_BRIEFLY).status_code
            assert status in (308, 400, 403, 404), (address, status)


NOT_A_SIGN_IN = (
        b"", b"[", b"null", b"[]", b'"x"', b"[" * 20_000, b'{"email": ' + b"1" * 5000 + b"}",
        b'{"email": "a\\u0000", "password": "x"}', b'{"email": "\\ud800", "password": "x"}',
        b'{"email": "a@b.fr", "password": "\\udfff"}', b'{"email": ["a"], "password": {}}',
        b'{"email": "a@b.fr", "password": "x", "name": "\\u0000"}', b"\xff\xfe",
        json.dumps({"email": "a" * 300, "password": "x" * 5000}).encode(),
)  # fmt: skip


def test_a_tablet_that_talks_nonsense_is_refused(client: FlaskClient) -> None:
    for path in ("/api/devices", f"/api/devices/{uuid.uuid4()}/recover"):
        for body in NOT_A_SIGN_IN:
            answer = client.post(path, data=body, content_type="application/json")
            assert 400 <= answer.status_code < 500, body[:40]
            assert answer.content_type == "application/problem+json"
            assert answer.json["request_id"]


def test_nonsense_instead_of_a_password_is_a_wrong_password(client: FlaskClient) -> None:
    for text in ("a\0@b.fr:x", "a@b.fr:x\0", "a@b.fr:" + "x" * 9000, ":"):
        header = {"Authorization": "Basic " + b64encode(text.encode()).decode()}
        assert client.get("/api/tablet/day", headers=header).status_code == 401, text[:10]


def test_a_password_of_a_megabyte_is_a_wrong_password(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"email": "a@b.fr", "password": "x" * 1_000_000})
    assert answer.status_code in (200, 400, 413)


def _part(name: str, file_name: str | None = None, data: bytes = b"x") -> bytes:
    said = f'; filename="{file_name}"' if file_name is not None else ""
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"{said}\r\n\r\n'
    return head.encode() + data + b"\r\n"


END = b"--b--\r\n"
BODIES = {
    "cut": _part("file", "a.csv")[:-20],
    "no end": _part("file", "a.csv", b"a;b"),
    "no name": _part("", "") + END,
    "nul name": _part("file", "a\0.csv") + END,
    "nul field": _part("a\0") + END,
    "path": _part("file", "../../etc/passwd", b"a;b\n1;2") + END,
    "only a path": _part("file", "..", b"a;b\n1;2") + END,
    "long name": _part("file", "a" * 4000 + ".csv", b"Logement;Nom\nL1;DUPOND\n") + END,
    "many parts": b"".join(_part(f"p{n}", f"{n}.jpg") for n in range(1100)) + END,
    "nothing": b"",
    "not parts": b"\x00\xff" * 50,
}


# The parser of parts leaves its temporary files to the garbage collector when it gives up.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_body_in_bad_parts_is_refused_everywhere(
    app: Flask, client_as: SignIn, session: Session, now: datetime
) -> None:
    visitor = make_user(session, role=Role.VISITOR)
    _, token = add_device(session, visitor, name="t", now=now)
    session.commit()
    coordinator, tablet = client_as("coordinator"), app.test_client()
    headers = {"Authorization": f"Bearer {token}"}
    kinds = ("multipart/form-data; boundary=b", "multipart/form-data", "x")
    for name, body in BODIES.items():
        for kind in kinds:
            sent = coordinator.post("/imports/", data=body, content_type=kind)
            assert sent.status_code in (302, 400, 413, 422), (name, kind)
            door = tablet.post(
                "/openrosa/submission", data=body, content_type=kind, headers=headers
            )
            assert 400 <= door.status_code < 500, (name, kind)


@pytest.mark.parametrize(
    ("name", "status"),
    [("a" * 300, 422), ("x/", 422), ("a\0.jpg", 400), ("../../a.jpg", 201), ("é.jpg", 201)],
    ids=["long", "empty", "nul", "path", "accent"],
)  # fmt: skip
def test_photos_with_strange_names_are_kept_by_their_last_part_or_refused(
    app: Flask, session: Session, now: datetime, name: str, status: int
) -> None:
    publish_form(session, home_visit(), by=None, now=now)
    visitor = make_user(session, role=Role.VISITOR)
    _, token = add_device(session, visitor, name="t", now=now)
    session.commit()
    body = _part("xml_submission_file", "s.xml", fill()) + _part("photo", name) + END
    answer = app.test_client().post(
        "/openrosa/submission",
        data=body,
        content_type="multipart/form-data; boundary=b",
        headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
    )
    assert answer.status_code == status
    assert (session.scalar(select(func.count()).select_from(Submission)) or 0) == (status == 201)


@pytest.mark.parametrize("kind", ["image/\0png", "x" * 300, "é/ü", "", "image/png; a=b"], ids=ascii)
def test_a_photo_of_a_strange_kind_is_kept(
    app: Flask, session: Session, now: datetime, kind: str
) -> None:
    publish_form(session, home_visit(), by=None, now=now)
    _, token = add_device(session, make_user(session, role=Role.VISITOR), name="t", now=now)
    session.commit()
    head = 'Content-Disposition: form-data; name="p"; filename="p.jpg"'
    photo = f"--b\r\n{head}\r\nContent-Type: {kind}\r\n\r\nx\r\n".encode()
    answer = app.test_client().post(
        "/openrosa/submission",
        data=_part("xml_submission_file", "s.xml", fill()) + photo + END,
        content_type="multipart/form-data; boundary=b",
        headers={"Authorization": f"Bearer {token}", "Palier-Sent-At": "9999-12-31T23:59:59-23:59"},
    )
    assert answer.status_code == 201
    kept = session.scalars(select(SubmissionFile.media_type)).all()
    assert kept == ["image/png" if kind.startswith("image/png") else "application/octet-stream"]


def test_a_visit_is_not_planned_on_a_day_that_cannot_be(
    client_as: SignIn, session: Session
) -> None:
    visitor = make_user(session, role=Role.VISITOR)
    case = make_case(session, by=visitor, state=CaseState.AGREED)
    session.commit()
    client, path = client_as("coordinator"), f"/cases/{case.id}/visits"
    times = {"9999-12-31": "23:59", "0001-01-01": "00:00", "2026-13-01": "10:00", "": "10:00"}
    for day, clock in times.items():
        data = {"day": day, "time": clock, "minutes": "60", "visitor_id": str(visitor.id)}
        assert client.post(path, data=data).status_code == 422, day
    assert session.scalar(select(func.count()).select_from(Visit)) == 0


def test_a_visit_at_the_change_of_the_clock_is_planned_at_a_time_that_exists(
    client_as: SignIn, session: Session
) -> None:
    visitor = make_user(session, role=Role.VISITOR)
    case = make_case(session, by=visitor, state=CaseState.AGREED)
    session.commit()
    client, address = client_as("coordinator"), f"/cases/{case.id}/visits"
    data = {"time": "02:30", "minutes": "60", "visitor_id": str(visitor.id)}
    data |= {"insists": "yes", "insist": "She works at night."}
    assert client.post(address, data=data | {"day": "2026-03-29"}).status_code == 422
    assert client.post(address, data=data | {"day": "2026-10-25"}).status_code == 302
    session.rollback()
    visit = session.scalars(select(Visit).where(Visit.case_id == case.id)).one()
    assert (visit.planned_start_at.hour, visit.planned_start_at.minute) == (0, 30)


def _reads(session: Session) -> int:
    session.rollback()
    lines = session.scalar(select(func.count()).select_from(AccessEvent)) or 0
    session.rollback()
    return lines


def test_a_refused_form_that_shows_the_file_again_is_a_read_too(
    app: Flask, client_as: SignIn, session: Session, now: datetime
) -> None:
    publish_form(session, home_visit(), by=None, now=now)
    visitor = make_user(session, role=Role.VISITOR)
    _, token = add_device(session, visitor, name="t", now=now)
    case = make_case(session, by=visitor)
    visit = make_visit(session, case=case, visitor=visitor)
    session.commit()
    _send(app, token, visit)
    lines = _opened(session)
    refused: list[tuple[str, str, dict[str, Any]]] = [
        ("coordinator", f"/cases/{case.id}/calls", {}),
        ("coordinator", f"/desk/{case.id}/calls", {}),
        ("coordinator", f"/people/{case.person_id}/named", {}),
        ("technician", f"/work-orders/{lines['work_order']}", {"state": "done"}),
        ("social_worker", f"/follow-ups/{lines['follow_up']}", {"note": ""}),
        ("coordinator", f"/visits/{visit.id}/submissions/{lines['submission']}/review",
         {"note": "x" * 600}),
    ]  # fmt: skip
    for role, path, data in refused:
        before = _reads(session)
        assert client_as(role).post(path, data=data).status_code == 422, path
        assert _reads(session) == before + 1, path


def _send(app: Flask, token: str, visit: Visit) -> None:
    xml = fill(FALLS | {"gas_smell": "yes"}, exact=False)
    answer = app.test_client().post(
        f"/openrosa/submission?visit={visit.id}",
        data={"xml_submission_file": (io.BytesIO(xml), "s.xml")},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 201


def _opened(session: Session) -> dict[str, str]:
    session.rollback()
    found = {
        "submission": session.scalars(select(Submission.id).limit(1)).one(),
        "work_order": session.scalars(select(WorkOrder.id).limit(1)).one(),
        "follow_up": session.scalars(promised().limit(1)).one().id,
    }
    session.rollback()
    return {name: str(one) for name, one in found.items()}


def test_a_protected_person_is_not_enrolled_again_by_somebody_not_named(
    client_as: SignIn, session: Session
) -> None:
    person = make_person(session, protected=True)
    make_case(session, by=make_user(session), person=person)
    session.commit()
    path, data = "/programmes/seniors/targeting", {"persons": str(person.id)}
    assert client_as("coordinator").post(path, data=data).status_code == 422
