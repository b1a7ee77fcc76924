"""Admissions: each step undone, one offer a place, seen with the case, ended by a death."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.diagnostics.filling import shipped_form
from tests.factories import (
    make_case,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    shipped_programmes_read,
)
from visits.adaptations.deciding import Decided
from visits.admissions.commissions import (
    agenda_of,
    call_for,
    find_commission,
    list_commissions,
    note_present,
    open_minutes_again,
    put_on_agenda,
    take_off_agenda,
    waiting_for_one,
)
from visits.admissions.deciding import decide
from visits.admissions.facts import FactSaid, note_fact, standing_facts, withdraw_fact
from visits.admissions.fitting import who_waits_for
from visits.admissions.missing import missing_in, papers_missing
from visits.admissions.moving import move_on
from visits.admissions.offers import answer_offer, let_in, offer_place, offers_of, take_back
from visits.admissions.request_list import AdmissionFilter, count_admissions
from visits.admissions.requests import RequestSaid, find_admission, hand_to, open_request
from visits.admissions.telling import letters_of
from visits.cases.cases import close_case
from visits.forms.published import publish_form
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.homes.matching import Needs
from visits.life.deaths import record_death
from visits.life.endings import Told, give_back
from visits.models.accounts import Role
from visits.models.admissions import Admission, AdmissionOffer, AdmissionStep, OfferAnswer
from visits.models.cases import Case, CaseState, Task
from visits.models.life import HowTold
from visits.models.messages import MessageKind as K
from visits.models.people import Person
from visits.models.portfolio import Dwelling
from visits.models.stays import Place
from visits.people.medical import MedicalSaid, note_medical
from visits.people.protection import protect
from visits.programmes import (
    BadProgramme,
    parse_programme,
    shipped_programmes,
    write_programme,
)
from visits.programmes.published import publish_programme, unpublished_forms
from visits.sight import Held, Reach, Viewer
from visits.sight.listing import Wanted
from visits.sight.mandates import WORK
from visits.stays.free import free_places
from visits.stays.places import PlaceSaid, add_place
from visits.stays.stays import StaySaid, begin_stay

PROGRAMME = "transitional_residence"
STEP = AdmissionStep


class Hall:
    """A coordinator, a residence with two flats, and Mme Morel who asks for a place."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now, self.today = session, now, now.date()
        self.user = make_user(session)
        self.viewer = make_viewer(self.user)
        self.house = make_residence(session, has_lift=False)
        self.low, self.high = self.place(0), self.place(3)

    def place(self, floor: int, contract: str = "once", months: int | None = 6) -> Place:
        home = make_dwelling(self.session, residence=self.house, floor=floor)
        since = self.today - timedelta(days=90)
        said = PlaceSaid("flat", f"Étage {floor}", contract, months, 310_00, since)
        return add_place(self.session, home, said, viewer=self.viewer, now=self.now)

    def case(self, person: Person | None = None) -> Case:
        person = person or make_person(self.session, last_name="MOREL", born_on=date(1990, 5, 1))
        case = make_case(self.session, by=self.user, person=person, programme=PROGRAMME)
        case.dwelling_id = None  # she has no home
        self.session.flush()
        return case

    def ask(self, case: Case | None = None, needs: Needs = Needs()) -> Admission:  # noqa: B008
        said = RequestSaid("phone", self.today, "Une place", "Chez une amie", needs)
        return open_request(
            self.session, case or self.case(), said, viewer=self.viewer, now=self.now
        )

    def move(self, one: Admission, step: STEP, said: str = "") -> None:
        move_on(self.session, one, step, turn=one.turn, said=said, viewer=self.viewer, now=self.now)

    def note(self, one: Admission, kind: str, code: str = "", said: str = "") -> None:
        fact = FactSaid(kind, self.today, code, said)
        note_fact(self.session, one, fact, viewer=self.viewer, now=self.now)

    def to_decide(self, one: Admission | None = None) -> Admission:
        one = one or self.ask()
        self.move(one, STEP.INTERVIEW)
        self.note(one, "interview", said="Reçue.")
        self.move(one, STEP.DOCUMENTS)
        for code in ("identity", "income", "social_report"):
            self.note(one, "document", code)
        self.move(one, STEP.DECISION)
        return one

    def accept(self, one: Admission | None = None) -> Admission:
        one = one or self.to_decide()
        held = call_for(self.session, PROGRAMME, self.today, viewer=self.viewer, now=self.now)
        note_present(held, "Tous")
        put_on_agenda(self.session, held, one, viewer=self.viewer, now=self.now)
        self.decide(one, Decided("accepted", explanation="Son projet tient."))
        return one

    def decide(self, one: Admission, said: Decided) -> None:
        decide(self.session, one, said, turn=one.turn, viewer=self.viewer, now=self.now)

    def offer(self, one: Admission, place: Place | None = None) -> AdmissionOffer:
        return offer_place(
            self.session, one, place or self.low, turn=one.turn, viewer=self.viewer, now=self.now
        )

    def answer(self, one: Admission, answer: str, said: str = "") -> None:
        answer_offer(
            self.session, one, answer, said=said, turn=one.turn, viewer=self.viewer, now=self.now
        )

    def back(self, one: Admission) -> None:
        take_back(self.session, one, turn=one.turn, viewer=self.viewer, now=self.now)

    def free(self, person: Person, viewer: Viewer | None = None) -> list[str]:
        found = free_places(
            self.session, viewer or self.viewer, person, on=self.today, today=self.today
        )
        return [one.place.name for one in found if one.place]


@pytest.fixture
def hall(session: Session, now: datetime) -> Hall:
    return Hall(session, now)


def test_each_step_can_be_taken_back_to_the_first(hall: Hall) -> None:
    one = hall.accept()
    hall.offer(one)
    hall.answer(one, "accepted")
    assert one.case.state is CaseState.AGREED
    passed = [move.was for move in one.moves]
    for was in reversed(passed):
        hall.back(one)
        assert one.step is was
    assert one.case.state is CaseState.TO_CALL
    assert (one.listed_on, one.offer) == (None, None)
    with pytest.raises(Conflict, match="admission_nothing_to_take_back"):
        hall.back(one)


def test_what_was_read_of_a_step_that_is_left_since_changes_nothing(hall: Hall) -> None:
    one = hall.ask()
    read = one.turn
    hall.move(one, STEP.INTERVIEW)
    with pytest.raises(Conflict, match="admission_moved_meanwhile"):
        move_on(
            hall.session, one, STEP.WITHDRAWN, turn=read, said="x", viewer=hall.viewer, now=hall.now
        )


def test_a_place_is_offered_to_one_at_a_time_and_then_to_the_next(hall: Hall) -> None:
    first, second = hall.accept(), hall.accept(hall.to_decide(hall.ask(hall.case(person(hall)))))
    hall.offer(first)
    with pytest.raises(Conflict, match="place_is_offered"):
        hall.offer(second)
    assert second.step is STEP.WAITING
    assert "Étage 0" not in hall.free(second.person)
    assert "Étage 0" in hall.free(first.person)
    with pytest.raises(Conflict, match="place_is_offered"):
        begin_stay(
            hall.session, hall.low, second.person, StaySaid("temporary", hall.today),
            viewer=hall.viewer, now=hall.now,
        )  # fmt: skip
    hall.answer(first, "declined", "Trop petit.")
    hall.offer(second)
    # Her offer is given to another since: it cannot be open again.
    with pytest.raises(Conflict, match="place_is_offered"):
        hall.back(first)
    assert first.step is STEP.WAITING


def person(hall: Hall) -> Person:
    return make_person(hall.session, last_name="AUTRE", born_on=date(1985, 2, 2))


def test_the_database_itself_refuses_a_second_open_offer(hall: Hall) -> None:
    first, second = hall.accept(), hall.accept(hall.to_decide(hall.ask(hall.case(person(hall)))))
    hall.offer(first)
    hall.session.add(
        AdmissionOffer(
            admission_id=second.id,
            place_id=hall.low.id,
            offered_at=hall.now,
            offered_by_id=hall.user.id,
        )
    )
    with pytest.raises(IntegrityError):
        hall.session.flush()
    hall.session.rollback()


def test_an_offer_of_a_case_closed_since_holds_no_place(hall: Hall) -> None:
    first, second = hall.accept(), hall.accept(hall.to_decide(hall.ask(hall.case(person(hall)))))
    gone = hall.offer(first)
    close_case(hall.session, first.case, outcome="lost", viewer=hall.viewer, now=hall.now)
    hall.offer(second)
    assert gone.answer is OfferAnswer.WITHDRAWN
    with pytest.raises(Conflict, match="admission_case_closed"):
        hall.note(first, "document", "housing_request")


def test_what_does_not_fit_is_taken_or_is_let_otherwise_is_not_offered(hall: Hall) -> None:
    needs = Needs(wheelchair=True)
    one = hall.accept(hall.to_decide(hall.ask(needs=needs)))
    with pytest.raises(Conflict, match="place_does_not_fit"):
        hall.offer(one, hall.high)
    walking = hall.accept(hall.to_decide(hall.ask(hall.case(person(hall)))))
    with pytest.raises(Conflict, match="admission_other_contract"):
        hall.offer(walking, hall.place(0, "permanent", None))
    living = make_person(hall.session)
    said = StaySaid("temporary", hall.today)
    begin_stay(hall.session, hall.high, living, said, viewer=hall.viewer, now=hall.now)
    with pytest.raises(Conflict, match="place_is_taken"):
        hall.offer(walking, hall.high)


def test_a_programme_may_give_places_for_a_time_and_for_good(hall: Hall) -> None:
    text = shipped_programmes()[PROGRAMME]
    both = text.replace('stay = "temporary"', 'stay = "temporary"\nother_stay = "permanent"', 1)
    both = both.replace('inventory = "entry"\n', "", 1)
    for form in unpublished_forms(hall.session, parse_programme(both, source="mine")):
        publish_form(hall.session, shipped_form(form), by=None, now=hall.now)
    version = publish_programme(hall.session, both, source="mine", by=hall.user.id, now=hall.now)
    for place, kind in ((hall.low, "temporary"), (hall.place(0, "permanent", None), "permanent")):
        case = hall.case(person(hall))
        case.programme_version_id = version.id
        hall.session.flush()
        one = hall.accept(hall.to_decide(hall.ask(case)))
        waits = who_waits_for(hall.session, hall.viewer, place, today=hall.today)
        assert [waiting for waiting, _match in waits] == [one]
        hall.offer(one, place)
        hall.answer(one, "accepted")
        for fact in ("contract", "rules", "keys"):
            hall.note(one, fact)
        stay = let_in(
            hall.session, one, hall.today, turn=one.turn, viewer=hall.viewer, now=hall.now
        )
        assert (stay.kind, stay.until_on is None) == (kind, kind == "permanent")


def test_nothing_is_decided_without_a_reason_or_a_commission(hall: Hall) -> None:
    one = hall.to_decide()
    with pytest.raises(Conflict, match="admission_on_no_agenda"):
        hall.decide(one, Decided("accepted", explanation="Oui."))
    tomorrow = hall.today + timedelta(days=1)
    held = call_for(hall.session, PROGRAMME, tomorrow, viewer=hall.viewer, now=hall.now)
    put_on_agenda(hall.session, held, one, viewer=hall.viewer, now=hall.now)
    with pytest.raises(Conflict, match="admission_commission_to_come"):
        hall.decide(one, Decided("accepted", explanation="Oui."))
    held.held_on = hall.today
    with pytest.raises(Conflict, match="admission_nobody_present"):
        hall.decide(one, Decided("accepted", explanation="Oui."))
    with pytest.raises(Invalid):
        note_present(held, " ")
    note_present(held, "Mme Roy")
    with pytest.raises(Invalid) as refused:
        hall.decide(one, Decided("accepted"))
    assert refused.value.fields == {"explanation": "admission_say_why"}
    with pytest.raises(Invalid) as refused:
        hall.decide(one, Decided("refused"))
    assert set(refused.value.fields) == {"reason", "explanation", "instead"}
    said = Decided("refused", "not_the_public", "Ce n’est pas ici.", {"shelter": "Le 115."})
    hall.decide(one, said)
    assert one.step is STEP.REFUSED
    with pytest.raises(Conflict, match="admission_decided_already"):
        take_off_agenda(
            hall.session, held, agenda_of(hall.session, hall.viewer, held)[0].id,
            viewer=hall.viewer, now=hall.now,
        )  # fmt: skip


def test_one_agenda_at_a_time_and_only_that_of_the_programme(hall: Hall) -> None:
    one = hall.to_decide()
    assert list(waiting_for_one(hall.session, hall.viewer)) == [one]
    with pytest.raises(Invalid):
        call_for(hall.session, "seniors", hall.today, viewer=hall.viewer, now=hall.now)
    held = call_for(hall.session, PROGRAMME, hall.today, viewer=hall.viewer, now=hall.now)
    other = call_for(hall.session, PROGRAMME, hall.today, viewer=hall.viewer, now=hall.now)
    item = put_on_agenda(hall.session, held, one, viewer=hall.viewer, now=hall.now)
    with pytest.raises(Conflict, match="admission_on_an_agenda"):
        put_on_agenda(hall.session, other, one, viewer=hall.viewer, now=hall.now)
    take_off_agenda(hall.session, held, item.id, viewer=hall.viewer, now=hall.now)
    put_on_agenda(hall.session, other, one, viewer=hall.viewer, now=hall.now)
    with pytest.raises(Conflict, match="minutes_are_open"):
        open_minutes_again(hall.session, held)
    stranger = make_viewer(make_user(hall.session, organisation="Une autre"))
    assert list_commissions(hall.session, stranger, wanted=Wanted()).total == 0
    with pytest.raises(NotFound):
        find_commission(hall.session, stranger, held.id)


def test_a_paper_noted_by_mistake_is_waited_for_again(hall: Hall) -> None:
    one = hall.to_decide()
    hall.back(one)
    fact = next(one for one in standing_facts(hall.session, one) if one.code == "income")
    with pytest.raises(Invalid):
        withdraw_fact(hall.session, one, fact.id, why=" ", viewer=hall.viewer, now=hall.now)
    withdraw_fact(hall.session, one, fact.id, why="Erreur", viewer=hall.viewer, now=hall.now)
    with pytest.raises(Invalid) as refused:
        hall.move(one, STEP.DECISION)
    assert refused.value.fields == {"documents": "admission_papers_missing"}
    hall.note(one, "document", "income")
    with pytest.raises(Conflict, match="admission_noted_already"):
        hall.note(one, "document", "income")
    with pytest.raises(Invalid):
        hall.note(one, "document", "passport")
    with pytest.raises(Conflict, match="admission_no_entry_yet"):
        hall.note(one, "keys")


def with_medical(text: str) -> str:
    """Give the programme with one paper more: a medical validation."""
    paper = (
        '[[admission.document]]\ncode = "medical"\nname = { fr = "Avis", en = "Opinion" }\n'
        "medical = true"
    )
    first = "[[admission.document]]"
    return text.replace(first, f"{paper}\n\n{first}", 1)


def test_a_medical_paper_counts_while_her_validation_is_valid_and_is_noted_nowhere_else(
    hall: Hall,
) -> None:
    text = with_medical(shipped_programmes()[PROGRAMME])
    assert "medical = true" in write_programme(parse_programme(text, source="mine"))
    with pytest.raises(BadProgramme, match="une seule pièce"):
        parse_programme(with_medical(text).replace('"medical"', '"other"', 1), source="mine")
    for form in unpublished_forms(hall.session, parse_programme(text, source="mine")):
        publish_form(hall.session, shipped_form(form), by=None, now=hall.now)
    publish_programme(hall.session, text, source="mine", by=hall.user.id, now=hall.now)
    with pytest.raises(Invalid) as refused:
        hall.to_decide(one := hall.ask())
    lacks = {"documents": "admission_medical_lapsed"}
    assert refused.value.fields == lacks
    assert papers_missing(hall.session, one, today=hall.today) == ["medical"]
    with pytest.raises(Invalid) as refused:
        hall.note(one, "document", "medical")
    assert refused.value.fields == {"code": "admission_medical_elsewhere"}
    said = MedicalSaid("admission", "hospital", "Dr Petit", hall.today, hall.today)
    elsewhere = replace(said, purpose="move")
    for validation in (elsewhere, said):
        assert papers_missing(hall.session, one, today=hall.today) == ["medical"]
        note_medical(hall.session, one.person, validation, viewer=hall.viewer, now=hall.now)
    assert papers_missing(hall.session, one, today=hall.today) == []
    later = hall.today + timedelta(days=1)
    assert missing_in(hall.session, one, today=later) == lacks
    hall.move(one, STEP.DECISION)
    hall.accept(one)
    hall.offer(one)
    hall.answer(one, "accepted")
    assert "documents" not in missing_in(hall.session, one, today=hall.today)
    assert missing_in(hall.session, one, today=later)["documents"] == lacks["documents"]


def test_who_is_under_16_asks_twice_or_in_no_residence_is_refused(hall: Hall) -> None:
    case = hall.case()
    hall.ask(case)
    with pytest.raises(Conflict, match="admission_already_open"):
        hall.ask(case)
    young = make_person(hall.session, born_on=hall.today - timedelta(days=15 * 365))
    with pytest.raises(Conflict, match="admission_under_16"):
        hall.ask(hall.case(young))
    with pytest.raises(Conflict, match="admission_no_places"):
        hall.ask(make_case(hall.session, by=hall.user))
    with pytest.raises(Invalid) as refused:
        open_request(
            hall.session, hall.case(person(hall)), RequestSaid("", None), viewer=hall.viewer,
            now=hall.now,
        )  # fmt: skip
    assert set(refused.value.fields) == {"asked", "asked_on", "wish"}


def test_a_death_withdraws_a_request_and_taken_back_lets_it_go_on(hall: Hall) -> None:
    one = hall.accept()
    hall.offer(one)
    told = Told(HowTold.PAGE, hall.user.id, hall.now)
    event = record_death(hall.session, one.person, on=hall.today, told=told)
    assert (one.step, one.offer) == (STEP.WITHDRAWN, None)
    give_back(hall.session, one.person, event.undo or {}, now=hall.now)
    assert one.step is STEP.OFFERED
    assert one.offer is not None and one.offer.answer is None


def test_an_entry_calls_for_the_visit_that_looks_at_the_place(hall: Hall) -> None:
    one = hall.accept()
    hall.offer(one)
    hall.answer(one, "accepted")

    def due() -> list[str | None]:
        tasks = hall.session.scalars(select(Task).where(Task.case_id == one.case_id))
        return [task.visit_kind for task in tasks if task.is_open and task.visit_kind]

    assert due() == ["entry"]
    hall.answer(one, "declined", "Elle a trouvé mieux.")
    assert (due(), one.step) == ([], STEP.WAITING)
    hall.back(one)
    assert (due(), one.step) == (["entry"], STEP.ENTRY)


def test_a_request_is_seen_with_its_case_by_a_mandate_and_by_no_other(hall: Hall) -> None:
    one = hall.ask()
    partner = make_user(hall.session, role=Role.PARTNER_COORDINATOR, organisation="Association")
    eyes = make_viewer(partner, Reach.MANDATE)
    with pytest.raises(NotFound):
        find_admission(hall.session, eyes, one.id)
    assert count_admissions(hall.session, eyes, only=AdmissionFilter(), today=hall.today) == 0
    held = replace(eyes, mandates=(Held(one.person.landlord_id, PROGRAMME, None, WORK),))
    assert find_admission(hall.session, held, one.id) is one
    one.case.organisation_id = make_user(hall.session, organisation="Une autre").organisation_id
    hall.session.flush()
    with pytest.raises(NotFound):
        find_admission(hall.session, held, one.id)


def test_somebody_protected_is_in_no_list_nor_is_the_place_on_offer_to_her(hall: Hall) -> None:
    one = hall.accept()
    hall.offer(one)
    other = make_viewer(make_user(hall.session))
    for eyes in (hall.viewer, other):
        assert find_admission(hall.session, eyes, one.id) is one
    assert len(letters_of(hall.session, other, one)) == 2
    protect(hall.session, one.person, by=hall.user.id, now=hall.now)
    assert letters_of(hall.session, other, one) == []
    assert count_admissions(hall.session, hall.viewer, only=ALL, today=hall.today) == 1
    assert count_admissions(hall.session, other, only=ALL, today=hall.today) == 0
    with pytest.raises(NotFound):
        find_admission(hall.session, other, one.id)
    asking = make_person(hall.session)
    assert hall.free(asking, other) == ["Étage 3"]


ALL = AdmissionFilter("all")


def test_a_place_in_a_home_that_is_hidden_since_tells_nothing(hall: Hall) -> None:
    one = hall.accept()
    hall.offer(one)
    hidden = make_person(
        hall.session,
        last_name="CACHEE",
        dwelling=hall.session.get_one(Dwelling, hall.low.dwelling_id),
    )
    protect(hall.session, hidden, by=hall.user.id, now=hall.now)
    other = make_viewer(make_user(hall.session))
    with pytest.raises(NotFound):
        find_admission(hall.session, other, one.id)
    told = [K.PLACE_OFFERED, K.PLACE_ACCEPTED]
    assert [m.kind for m in letters_of(hall.session, hall.viewer, one)] == told
    assert [m.kind for m in letters_of(hall.session, other, one)] == told[1:]
    hall.answer(one, "no_answer", "Injoignable.")
    assert find_admission(hall.session, other, one.id) is one
    assert list(offers_of(hall.session, other, one)) == []
    assert len(offers_of(hall.session, hall.viewer, one)) == 1


def test_it_is_put_in_the_hands_of_a_colleague_alone(hall: Hall) -> None:
    one = hall.ask()
    stranger = make_user(hall.session, organisation="Une autre")
    with pytest.raises(Invalid):
        hand_to(hall.session, one, stranger.id, viewer=hall.viewer, now=hall.now)
    hand_to(hall.session, one, hall.user.id, viewer=hall.viewer, now=hall.now)
    mine = AdmissionFilter("mine")
    assert count_admissions(hall.session, hall.viewer, only=mine, today=hall.today) == 1


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ('admission.stay = "hotel"', "admission.stay"),
        ('admission.papers = "x"', "admission.papers"),
        ('admission = { stay = "temporary", decided_by = "nobody" }', "admission.decided_by"),
        ('admission = { stay = "temporary", inventory = "nowhere" }', "admission.inventory"),
        (
            'admission = { stay = "temporary", within = [{ step = "sleep", delay = "7d" }] }',
            "admission.within",
        ),
    ],
)
def test_what_a_programme_does_not_know_of_admissions_is_refused(said: str, at: str) -> None:
    text = shipped_programmes()["young_tenants"]
    with pytest.raises(BadProgramme) as refused:
        parse_programme(f"{said}\n{text}", source="mine")
    assert at in str(refused.value)


def test_the_delays_of_a_programme_hold_and_others_are_those_of_all() -> None:
    rules = shipped_programmes_read()[PROGRAMME].admission
    assert rules is not None
    assert (rules.delay_of("offered"), rules.delay_of("request")) == ("5d", "7d")
    assert rules.interviews and not replace(rules, delays=()).interviews


def test_a_free_place_tells_who_waits_for_it_and_whom_it_may_be_offered(hall: Hall) -> None:
    def told(place: Place, viewer: Viewer | None = None) -> list[Admission]:
        asked = who_waits_for(hall.session, viewer or hall.viewer, place, today=hall.today)
        return [one for one, _match in asked]

    rolling = hall.accept(hall.to_decide(hall.ask(needs=Needs(wheelchair=True))))
    walking = hall.accept(hall.to_decide(hall.ask(hall.case(person(hall)))))
    hall.to_decide(hall.ask(hall.case(person(hall))))
    assert (told(hall.low), told(hall.high)) == ([rolling, walking], [walking])
    assert told(hall.place(0, "permanent", None)) == []
    other = make_viewer(make_user(hall.session))
    protect(hall.session, rolling.person, by=hall.user.id, now=hall.now)
    assert (told(hall.low), told(hall.low, other)) == ([rolling, walking], [walking])
    hall.offer(walking, hall.low)
    assert told(hall.low) == []
