"""A small world with everything in it, and what a reader's pages tell of it."""

import itertools
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from maps.cells import locate_cell
from maps.travel import Geodesic
from tests.factories import (
    NOW,
    come_by_form,
    landlord_id,
    make_case,
    make_dwelling,
    make_ordered,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
    open_door_to,
    promised,
)
from tests.submissions import FALLS, GAS, fill, home_visit
from visits.accounts.accounts import find_territory
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.adaptations.commissions import call_commission
from visits.adaptations.files import Request
from visits.adaptations.files import open_by_hand as ask_adaptation
from visits.admissions.commissions import call_for
from visits.admissions.facts import FactSaid, note_fact
from visits.admissions.requests import RequestSaid, open_request
from visits.agenda.absences import AbsenceSaid, note_absence
from visits.agenda.availabilities import DaySaid, HoursSaid, note_day, note_hours
from visits.circles.meetings import make_agenda
from visits.circles.members import add_member, circles_joined, make_circle, members_of
from visits.circles.points import give_task, note_point
from visits.circles.putting import PutSaid, note_step, put_case
from visits.forms.published import publish_form
from visits.ground.deadlines import today_in_paris
from visits.homes.labels import RulesSaid, make_label
from visits.homes.matching import Needs
from visits.homes.needs import notes_of
from visits.homes.traits import LEAVING, TraitSaid, note_trait
from visits.intake.alerts import Raised, raise_alert
from visits.intake.submissions import SentFile, record_submission
from visits.life.likely_doubles import find_doubles, keep_doubles
from visits.mapping.points import rebuild_map
from visits.messages.making import messages_of_visit, tell_of_visit
from visits.messages.sending import note_sent
from visits.messages.ways import note_wish
from visits.messages.wording import say, spot_of, versions_of
from visits.models.accounts import Role, User
from visits.models.adaptations import AdaptationPhoto
from visits.models.cases import Task
from visits.models.circles import Circle, CircleMeeting, CircleStepKind
from visits.models.duty import DutyTurn
from visits.models.funding import FundingPaper, Payer
from visits.models.mandates import Right
from visits.models.messages import MessageChannel, MessagePrint
from visits.models.people import AlertCode, Occupancy
from visits.models.referral_requests import ReferralDoor
from visits.models.reports import LeftHow, ReportLeft, ReportReader
from visits.models.rounds import RoundProposal
from visits.models.sessions import CollectiveSession
from visits.models.teams import Team
from visits.models.visits import SubmissionFile, VisitChannel, VisitState
from visits.models.works import WorkOrder
from visits.people.autonomy import AutonomySaid, note_autonomy
from visits.people.autonomy import Said as AreaSaid
from visits.people.documents import DocumentSaid, add_document
from visits.people.measures import note_alert
from visits.people.medical import MedicalSaid, note_medical
from visits.portfolio import upload_file
from visits.programmes.drafts import take_up
from visits.referrals.referrals import ReferralSaid
from visits.referrals.referrals import open_by_hand as open_referral
from visits.sessions.attendance import enrol
from visits.sessions.planning import SessionSaid, plan_session
from visits.sight import Reach
from visits.stays.complaints import ComplaintSaid, note_complaint
from visits.stays.places import PlaceSaid, add_place
from visits.stays.stays import StaySaid, begin_stay
from visits.surroundings.imports import bring_file
from visits.surroundings.said import ServiceSaid
from visits.surroundings.services import note_service
from visits.transfers.wishes import WishSaid, open_wish
from visits.works.by_hand import OrderSaid, open_by_hand
from visits.works.duty import TurnSaid, note_turns
from visits.works.exchanges import bring_answers
from visits.works.photos import add_photos, photos_of
from visits.works.price_lists import PricesSaid, bring_price_list, take_price_list
from visits.works.teams import TeamSaid, add_team
from visits.works_plan.plans import PlanSaid, make_plan

SignIn = Callable[..., FlaskClient]
LAT, LON = 49.41, 2.11
PLACES = "transitional_residence"
PHOTO = (Path(__file__).parents[1] / "data/media/p0.jpg").read_bytes()
NORTH, SOUTH = "Nord", "Sud"
OFFICE, ANOTHER, HELPERS = "Office de l'habitat", "Habitat de l'Aisne", "Entraide de l'Aisne"
SAID_OF_HER = (
    "CACHETTE", "Ursuline", "MITOYEN", "Fabien", "612345678", "6 12 34 56 78", "TIERS-9",
    "L-SECRET", "rue de la Cachette", "Lointaine-sur-Oise", "cachette.csv",
)  # fmt: skip
HER = {
    "last_name": "CACHETTE", "first_name": "Ursuline", "phone": "+33612345678",
    "reference": "TIERS-9", "dwelling": "L-SECRET",
    "at": {"address": "9 rue de la Cachette", "city": "Lointaine-sur-Oise"},
}  # fmt: skip
MAP = [
    f"bbox={LAT - 0.2},{LON - 0.2},{LAT + 0.2},{LON + 0.2}&z={zoom}&mode={mode}{only}"
    for zoom, mode, only in itertools.product(
        (5, 15, 18), ("clusters", "hexagons"), ("", "&programme=seniors&works=true")
    )
]


@dataclass
class Known:
    """Values for the arguments of addresses, by their names."""

    values: dict[str, set[Any]] = field(default_factory=dict)

    def note(self, **values: Any) -> None:
        """Add values."""
        for name, value in values.items():
            self.values.setdefault(name, set()).add(value)

    def addresses(self, rule: Rule) -> Iterator[str]:
        """Fill a rule with all that is known; a name that is not known is told."""
        for name in rule.arguments:
            assert name in self.values, f"{rule}: say what <{name}> may be, in this test"
        names = sorted(rule.arguments)
        for chosen in itertools.product(*(sorted(self.values[n], key=str) for n in names)):
            built = rule.build(dict(zip(names, chosen, strict=True)))
            assert built is not None
            yield built[1]


class World:
    """A landlord's stock in which homes are visited."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.session, self.store = session, app.extensions["palier"].store
        self.territories = {name: find_territory(session, name).id for name in (NORTH, SOUTH)}
        form = publish_form(session, home_visit(), by=None, now=NOW)
        self.known, self.hidden = Known(), Known()
        self.known.note(
            form_id=form.form_id, version=form.version, code="seniors", filename="x", path="x",
            name="nothing", rest="x", token="x", item_id=uuid.uuid4(),
            draft_id=uuid.uuid4(), device_id=uuid.uuid4(), number=1,
            told_id=uuid.uuid4(),
            article_id=uuid.uuid4(), act_id=uuid.uuid4(), stock_order_id=uuid.uuid4(),
            aim_id=uuid.uuid4(), step_id=uuid.uuid4(), money_id=uuid.uuid4(),
            rent_id=uuid.uuid4(),
        )  # fmt: skip
        self.known.note(part="public")
        self.known.note(part="order")
        self.office, self.guardian = make_user(session), make_user(session)
        self.visitor = make_user(session, role=Role.VISITOR, organisation="Association")
        self.stranger = make_user(session, role=Role.VISITOR, organisation="Mutuelle")
        self.known.note(user_id=self.office.id, visitor_id=self.visitor.id)
        self._note_days()
        self._ask_rounds()
        eyes = make_viewer(self.office)
        held = call_commission(session, NOW.date(), viewer=eyes, now=NOW)
        self.known.note(commission_id=held.id)
        deciding = call_for(session, PLACES, NOW.date(), viewer=eyes, now=NOW)
        self.known.note(admission_commission_id=deciding.id)
        self.known.note(turn_id=self._on_duty().id, team_id=self._team().id)
        self._exchange()
        self.doors = {self.office.organisation_id: open_door_to(session, self.office, now=NOW)}
        self.workshops = dict[uuid.UUID, CollectiveSession]()
        self.known.note(session_id=self._workshop(self.office).id)
        spot = spot_of("seniors", "moved", "letter", "fr")
        say(session, spot, "Bonjour, le {day}", seen="", viewer=eyes, now=NOW)
        said = versions_of(session, spot)[0]
        self.known.note(spot=spot.written, said_id=said.id)
        works = spot_of(landlord_id(session), "works_moved", "letter", "fr")
        say(session, works, "Bonjour, le {day}", seen="", viewer=eyes, now=NOW)
        of_works = versions_of(session, works)[0].id
        self.known.note(
            landlord_id=landlord_id(session), works_spot=works.written, works_said_id=of_works
        )
        self.circles = dict[uuid.UUID, tuple[Circle, CircleMeeting]]()
        self._circle(self.known, self.office)
        take_up(session, "seniors", by=self.office.id, now=NOW)
        self.mandate()

    def _note_days(self) -> None:
        """Let a visitor work on Tuesdays but for one, and be away for a while."""
        viewer, of = make_viewer(self.office), (self.session, self.visitor.id)
        day, first, last = NOW.date() + timedelta(days=70), time(9), time(12)
        hours = HoursSaid(1, first, last, NOW.date())
        noted = note_hours(*of, hours, viewer=viewer, now=NOW)
        less = note_day(*of, DaySaid(day, "less", first, last), viewer=viewer, now=NOW)
        away = AbsenceSaid(day, day, "away_training")
        absence = note_absence(*of, away, doing=None, viewer=viewer, now=NOW)
        self.known.note(hours_id=noted.id, day_id=less.id, absence_id=absence.id)

    def _ask_rounds(self) -> None:
        """Ask for rounds of the visitor's Tuesdays, seen by who asked alone."""
        day = NOW.date() + timedelta(days=7)
        proposal = RoundProposal(
            asked_by_id=self.office.id, asked_at=NOW, reach="all", first_on=day, last_on=day,
            visitors=[str(self.visitor.id)], moves_planned=False, same_visitor=True, visits=1,
            visitor_days=1,
        )  # fmt: skip
        self.session.add(proposal)
        self.session.flush()
        self.known.note(proposal_id=proposal.id)

    def _exchange(self) -> None:
        """Keep a price list, and answers of the maintenance system on an unknown order."""
        viewer, landlord = make_viewer(self.office), self.office.organisation_id
        data, said = b"code;label;unit;price\nA;B;U;3\n", PricesSaid("Lots", NOW.date(), "10")
        prices = bring_price_list(
            self.session, landlord, said, data, "prix.csv", viewer=viewer, now=NOW
        )
        take_price_list(self.session, prices, viewer=viewer, now=NOW)
        told = b"reference;state\nBT-0;done\n"
        answers = bring_answers(self.session, told, "gmao.csv", viewer=viewer, now=NOW)
        asked = PlanSaid("Plan", "people", "100", str(landlord))
        plan = make_plan(self.session, asked, viewer=viewer, now=NOW)
        decide = {"decided_at": NOW, "decided_by_id": self.office.id}
        for name, value in decide.items():
            setattr(plan, name, value)
        self.known.note(service_file_id=self.bring_services("osm.csv"))
        asks = RulesSaid(("shower",), NOW.date())
        label = make_label(self.session, "Label", str(landlord), asks, viewer=viewer, now=NOW)
        self.known.note(label_id=label.id, rules_id=label.versions[0].id)
        self.known.note(price_list_id=prices.id, answers_id=answers.id, plan_id=plan.id)

    def bring_services(self, name: str) -> uuid.UUID:
        """Bring a file of services to the office's landlord; none is taken in."""
        viewer, landlord = make_viewer(self.office), self.office.organisation_id
        shops = b"nom;type;lat;lon\nChez Lise;boulangerie;49.4101;2.11\n"
        return bring_file(self.session, landlord, shops, name, viewer=viewer, now=NOW).id

    def _on_duty(self) -> DutyTurn:
        """Put somebody of the office on duty for a day."""
        hours = {"starts_at": NOW, "ends_at": NOW + timedelta(hours=8)}
        said = TurnSaid(self.office.organisation_id, self.office.id, 1, "03 44 00 00 01", **hours)
        return note_turns(self.session, said, viewer=make_viewer(self.office), now=NOW)[0]

    def _team(self) -> Team:
        """Name a team of one technician."""
        member = make_user(self.session, role=Role.TECHNICIAN, name="Équipier")
        said = TeamSaid("Équipe A", frozenset({member.id}), landlord_id=member.organisation_id)
        return add_team(self.session, said, viewer=make_viewer(self.office), now=NOW)

    def mandate(self) -> None:
        """Give the association that visits in the north all rights in the programme there."""
        said = MandateSaid(
            self.visitor.organisation_id, "seniors", self.territories[NORTH], frozenset(Right),
            today_in_paris(NOW), None,
        )  # fmt: skip
        granted = grant_mandate(self.session, said, by=self.office.id, now=NOW)
        self.known.note(mandate_id=granted.id)

    def settle(
        self, known: Known, *, by: User, territory: str, visitor: User, tag: str = "", **said: Any
    ) -> Any:
        """Let a couple live in a home that is visited, with all that may come of it."""
        session = self.session
        residence = make_residence(
            session, lat=LAT, lon=LON, h3=locate_cell(LAT, LON),
            territory_id=self.territories[territory], **said.pop("at", {}),
        )  # fmt: skip
        reference = said.pop("dwelling", f"L-{tag}")
        dwelling = make_dwelling(session, residence=residence, reference=reference)
        person = make_person(session, dwelling=dwelling, born_on=date(1941, 5, 17), **said)
        beside = make_person(
            session, last_name=f"MITOYEN{tag}", first_name=f"Fabien{tag}",
            born_on=date(1939, 1, 2), phone=person.phone, dwelling=dwelling,
        )  # fmt: skip
        hers, his = (
            session.scalars(select(Occupancy).where(Occupancy.person_id == one.id)).one()
            for one in (person, beside)
        )
        own, his.tenancy = his.tenancy, hers.tenancy  # a couple has one lease
        session.flush()
        session.delete(own)
        session.flush()
        make_case(session, by=by, person=beside, dwelling=dwelling, score=80)
        self._follow(known, person, dwelling, by=by, visitor=visitor)
        rebuild_map(session)
        return person

    def write_twice(self, *, territory: str) -> Any:
        """Write the visible one down once more, in a home of her own."""
        session = self.session
        residence = make_residence(session, territory_id=self.territories[territory])
        twin = make_person(
            session, last_name="VISIBLE", first_name="Odile",
            dwelling=make_dwelling(session, residence=residence),
        )  # fmt: skip
        keep_doubles(session, find_doubles(session, now=NOW), now=NOW)
        return twin

    def _follow(self, known: Known, person: Any, dwelling: Any, *, by: User, visitor: User) -> None:
        session = self.session
        case = make_case(session, by=by, person=person, dwelling=dwelling, score=90)
        visit = make_visit(session, case=case, visitor=visitor)
        eyes = make_viewer(visitor, Reach.OWN)
        for answers in (FALLS | GAS, FALLS):
            photo = SentFile("a.jpg", "image/jpeg", PHOTO)
            sent = record_submission(
                session, self.store, xml=fill(answers), files=[photo],
                viewer=eyes, now=NOW, visit_id=visit.id,
            )  # fmt: skip
            known.note(submission_id=sent.id, left_id=sent.id, right_id=sent.id)
        told = Raised(
            id=uuid.uuid4(), instance_id=str(uuid.uuid4()), path="/data/gas", severity="U0",
            label={"fr": "Gaz", "en": "Gas"}, raised_at=NOW, sent_at=NOW,
        )  # fmt: skip
        raise_alert(session, visit.id, told, viewer=eyes, now=NOW)
        note_alert(session, person, AlertCode.TWO_VISITORS, viewer=make_viewer(by), now=NOW)
        later = NOW + timedelta(days=3)
        make_visit(session, case=case, visitor=visitor, start_at=later)
        on_phone = {"channel": VisitChannel.PHONE, "state": VisitState.UNDER_WAY}
        rung = make_visit(session, case=case, visitor=by, start_at=NOW, **on_phone)
        known.note(call_id=rung.id)
        paper = DocumentSaid("letter", f"Lettre {person.last_name}", NOW.date(), PHOTO)
        added = add_document(session, self.store, person, paper, viewer=make_viewer(by), now=NOW)
        known.note(document_id=added.id)
        self._write(known, case, by=by, visitor=visitor)
        self._leave(known, visit.id, by=by)
        known.note(person_id=person.id, case_id=case.id, visit_id=visit.id)
        known.note(dwelling_id=dwelling.id, residence_id=dwelling.residence_id)
        for kept in session.scalars(select(SubmissionFile.id)):
            known.note(file_id=kept)
        leak = OrderSaid("plumbing", "U2", "kitchen", f"Fuite chez {person.last_name}", "tenant")
        light = OrderSaid("lift", "U1", "lift", f"En panne {person.last_name}", "staff")
        for place, said in ((dwelling, leak), (dwelling.residence, light)):
            order = open_by_hand(session, place, said, viewer=make_viewer(by), now=NOW)
            add_photos(session, self.store, order, [PHOTO], by=by.id, now=NOW)
            known.note(order_id=order.id, photo_id=photos_of(session, order)[0].id)
        wish = Request("kitchen", "letter", NOW.date(), f"Souhait de {person.last_name}")
        asked = ask_adaptation(session, person, dwelling, wish, viewer=make_viewer(by), now=NOW)
        taken = AdaptationPhoto(
            file_id=asked.id, sha256=self.store.put(session, PHOTO), size=len(PHOTO),
            media_type="image/jpeg", added_at=NOW, by_id=by.id,
        )  # fmt: skip
        came = FundingPaper(
            file_id=asked.id, payer=Payer.CARSAT_LANDLORD, paper="quote", came_on=NOW.date(),
            sha256=taken.sha256, size=taken.size, media_type="image/jpeg", noted_at=NOW,
            noted_by_id=by.id,
        )  # fmt: skip
        session.add_all((taken, came))
        session.flush()
        known.note(adaptation_id=asked.id, adaptation_photo_id=taken.id, paper_id=came.id)
        known.note(alternative_id=asked.id)
        need = ReferralSaid(
            "out", "ccas", f"Aide pour {person.last_name}", "consent", agreed_on=NOW.date()
        )
        called_for = open_referral(session, person, need, viewer=make_viewer(by), now=NOW)
        known.note(referral_id=called_for.id)
        door = self._door(by)
        named = {"last_name": person.last_name, "first_name": person.first_name}
        known.note(door_id=door.id)
        if by.organisation_id not in self.workshops:
            known.note(session_id=self._workshop(by).id)
        enrolled = enrol(session, self._workshop(by), person, viewer=make_viewer(by), now=NOW)
        known.note(enrolment_id=enrolled.id)
        known.note(request_id=come_by_form(session, door, now=NOW, **named).id)
        moving = WishSaid(["stairs"], Needs(), NOW.date(), f"Souhait de {person.last_name}")
        wish = open_wish(session, person, moving, viewer=make_viewer(by), now=NOW)
        days = AutonomySaid(
            {"meals": AreaSaid("alone", f"Soupe de {person.last_name}")},
            NOW.date(),
            "A. Roy",
            "home",
        )
        told = note_autonomy(session, person, days, viewer=make_viewer(by), now=NOW)
        known.note(autonomy_id=told.id)
        paper = MedicalSaid("home", "hospital", f"Dr {person.last_name}", NOW.date())
        valid = note_medical(session, person, paper, viewer=make_viewer(by), now=NOW)
        known.note(medical_id=valid.id)
        known.note(wish_id=wish.id, needs_id=notes_of(session, person)[0].id)
        fitted = (TraitSaid("shower", 1, NOW.date()), TraitSaid(LEAVING, 1, later.date()))
        for one in fitted:
            noted = note_trait(session, dwelling, one, viewer=make_viewer(by), now=NOW)
            known.note(trait_id=noted.id)
        room = PlaceSaid("room", f"Chambre {person.last_name}", "once", 12, 300_00, NOW.date())
        place = add_place(session, dwelling, room, viewer=make_viewer(by), now=NOW)
        comes = StaySaid("temporary", NOW.date(), case_id=case.id)
        stay = begin_stay(session, place, person, comes, viewer=make_viewer(by), now=NOW)
        known.note(place_id=place.id, place_stay_id=stay.id)
        noise = ComplaintSaid("noise", f"Le bruit chez {person.last_name}", NOW.date())
        heard = note_complaint(session, stay, noise, viewer=make_viewer(by), now=NOW)
        known.note(complaint_id=heard.id)
        near = ServiceSaid("bakery", f"Boulangerie {person.last_name}", metres=200)
        house, walk = dwelling.residence, Geodesic().metres
        shop = note_service(session, house, near, walk=walk, viewer=make_viewer(by), now=NOW)
        known.note(service_id=shop.id, service_note_id=shop.notes[0].id)
        its = {"of": visitor.organisation_id, "what_for": f"Plan pour {person.last_name}"}
        known.note(ordered_id=make_ordered(session, case, by=by, now=NOW, **its).id)
        self._admit(known, person, dwelling, by)
        self._discuss(known, case, by)
        for found in session.scalars(select(WorkOrder.id).where(WorkOrder.person_id == person.id)):
            known.note(order_id=found)
        for promise in session.scalars(promised().where(Task.case_id == case.id)):
            known.note(task_id=promise.id)

    def _admit(self, known: Known, person: Any, dwelling: Any, by: User) -> None:
        """Let a person ask for a place, and be heard."""
        session, eyes, today = self.session, make_viewer(by), NOW.date()
        case = make_case(session, by=by, person=person, programme=PLACES, dwelling=dwelling)
        said = RequestSaid("phone", today, f"Place pour {person.last_name}")
        asked = open_request(session, case, said, viewer=eyes, now=NOW)
        heard = FactSaid("interview", today, said=f"Reçue : {person.last_name}")
        fact = note_fact(session, asked, heard, viewer=eyes, now=NOW)
        known.note(admission_id=asked.id, admission_fact_id=fact.id)

    def _write(self, known: Known, case: Any, *, by: User, visitor: User) -> None:
        """Let a person be written to: a letter printed, an e-mail that waits, a wish."""
        session, eyes = self.session, make_viewer(by)
        visit = make_visit(session, case=case, visitor=visitor, start_at=NOW + timedelta(days=9))
        tell_of_visit(session, visit, now=NOW)
        for message in messages_of_visit(session, visit.id):
            run = MessagePrint(printed_at=NOW, printed_by_id=by.id)
            note_sent(message, body=case.person.last_name, to=case.person.last_name, now=NOW)
            message.printed = run
            session.flush()
            known.note(message_id=message.id, print_run_id=run.id)
        wish = note_wish(
            session, case.person, MessageChannel.EMAIL, agreed=True, address="elle@example.org",
            language="fr", viewer=eyes, now=NOW,
        )  # fmt: skip
        known.note(message_wish_id=wish.id)

    def _leave(self, known: Known, visit_id: uuid.UUID, *, by: User) -> None:
        """Let the report of a visit be printed to be posted."""
        run = MessagePrint(printed_at=NOW, printed_by_id=by.id)
        self.session.add(run)
        self.session.flush()
        said = {"reader": ReportReader.HER, "language": "fr", "wrong": 0}
        left = ReportLeft(
            visit_id=visit_id, how=LeftHow.POST, print_id=run.id, noted_at=NOW,
            noted_by_id=by.id, **said,
        )  # fmt: skip
        self.session.add(left)
        self.session.flush()
        known.note(report_run_id=run.id)

    def _door(self, by: User) -> ReferralDoor:
        """Give the address by which partners ask something of an account's landlord."""
        if by.organisation_id not in self.doors:
            self.doors[by.organisation_id] = open_door_to(self.session, by, now=NOW)
        return self.doors[by.organisation_id]

    def _workshop(self, by: User) -> CollectiveSession:
        """Give the collective session that the association holds for an account's landlord."""
        if by.organisation_id not in self.workshops:
            said = SessionSaid(
                title="Atelier", kind="workshop", starts_at=NOW, minutes="60", place="Ici",
                capacity="20", held_by=str(self.visitor.organisation_id),
            )  # fmt: skip
            (self.workshops[by.organisation_id],) = plan_session(
                self.session, "seniors", said, landlord_id=by.organisation_id,
                viewer=make_viewer(by), now=NOW,
            )  # fmt: skip
        return self.workshops[by.organisation_id]

    def _circle(self, known: Known, by: User) -> tuple[Circle, CircleMeeting]:
        """Give the circle that an account's organisation keeps, with her in it and a meeting."""
        session, eyes = self.session, make_viewer(by)
        if by.organisation_id not in self.circles:
            circle = make_circle(session, "Retour", viewer=eyes, now=NOW)
            meeting = make_agenda(session, circle, NOW.date(), viewer=eyes, now=NOW)
            self.circles[by.organisation_id] = circle, meeting
            known.note(circle_id=circle.id, meeting_id=meeting.id)
            known.note(member_id=members_of(session, circle.id)[0].id)
        circle, meeting = self.circles[by.organisation_id]
        if circle.id not in circles_joined(session, eyes):
            add_member(session, circle, by.id, roles=tuple(Role), viewer=eyes, now=NOW)
        return circle, meeting

    def _discuss(self, known: Known, case: Any, by: User) -> None:
        """Put a case to the circle of who opened it, and note there what can be noted."""
        session, eyes = self.session, make_viewer(by)
        (circle, meeting), name = self._circle(known, by), case.person.last_name
        said = PutSaid(f"Retour de {name}", NOW.date(), "spoken")
        one = put_case(session, circle, case, said, viewer=eyes, now=NOW)
        note_point(session, meeting, one, words=f"Point de {name}", viewer=eyes, now=NOW)
        given = give_task(
            session, meeting, one, what=f"Voir {name}", owner_id=by.id, due_on=NOW.date(),
            viewer=eyes, now=NOW,
        )  # fmt: skip
        agreed = CircleStepKind.LANDLORD_AGREED
        step = note_step(session, one, agreed, NOW.date(), viewer=eyes, now=NOW)
        known.note(circle_case_id=one.id, circle_task_id=given.id, circle_step_id=step.id)

    def bring(self, by: User, name: str, text: str) -> uuid.UUID:
        """Upload a file; nothing is imported."""
        kept = upload_file(self.session, data=text.encode(), file_name=name, user_id=by.id, now=NOW)
        return kept.id
