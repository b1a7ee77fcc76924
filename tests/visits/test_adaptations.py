"""An adaptation on its path: opened, moved, taken back, decided; who is told what is missing."""

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.factories import make_case, make_person, make_user, make_viewer
from tests.submissions import home_visit
from tests.visits.adapting import BY_HERSELF, NO_VISIT, agreed, follow_up, fund, pay
from tests.visits.desk import SUPPORT
from visits.accounts.accounts import find_territory
from visits.adaptations.certifying import note_certificate, withdraw_certificate
from visits.adaptations.deciding import (
    Decided,
    ask_review,
    decide,
    decisions_of,
    review_until,
    standing_decision,
)
from visits.adaptations.file_list import (
    CANCELLED,
    LATE,
    LEGAL_NEAR,
    LEGAL_OVER,
    ORDER,
    AdaptationFilter,
    count_adaptations,
    list_adaptations,
    steps_counted,
    territories_in_use,
)
from visits.adaptations.files import Request, find_file, hand_to, open_by_hand
from visits.adaptations.missing import missing_in
from visits.adaptations.moving import Agreed, latest_move, move_file, take_move_back
from visits.adaptations.path import PATH, REACHED_FROM, path_of, ways_on, whose
from visits.adaptations.works import cancelled_among
from visits.following.adaptation_works import order_works
from visits.forms.published import publish_form
from visits.ground.deadlines import months_after
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.life.deaths import record_death
from visits.life.endings import Told, give_back
from visits.models.accounts import Role, User
from visits.models.adaptations import (
    OPEN_STEPS,
    AdaptationFile,
    Outcome,
    Priority,
    Step,
)
from visits.models.cases import Case
from visits.models.life import HowTold
from visits.models.people import Person
from visits.models.works import WorkOrderState
from visits.people.protection import protect
from visits.programmes.published import publish_programme
from visits.sight import Reach
from visits.sight.listing import Wanted
from visits.works.by_hand import OrderSaid
from visits.works.moves import MoveSaid, move_work_order

SHOWER = Request("shower", "phone", date(2026, 3, 2), "Ne peut plus enjamber la baignoire.")
IN_THE_FLOOR = "Amiante dans le sol."
REFUSED = Decided(
    "refused",
    "load_bearing",
    "Le mur de la salle de bain porte l’immeuble : on ne peut pas l’ouvrir.",
    {"aid": "Un siège de bain pivotant, posé sous quinze jours."},
    "not_yet",
)


@dataclass
class Office:
    """A coordinator with an adaptation that Mme Morel asked for by phone."""

    session: Session
    now: datetime
    user: User
    person: Person
    file: AdaptationFile

    def go(self, *steps: Step, priority: str = "next", said: str = NO_VISIT) -> None:
        for step in steps:
            if step is Step.DECISION:
                viewer = make_viewer(self.user)
                fund(self.session, self.file, viewer=viewer, now=self.now)
            if step is Step.RECEPTION:
                said = said or BY_HERSELF
            move_file(
                self.session, self.file, step, turn=self.file.turn, said=said,
                agreed=agreed(self.now), priority=priority, viewer=make_viewer(self.user),
                now=self.now,
            )  # fmt: skip

    def decide(self, said: Decided, *, turn: int | None = None) -> None:
        turn = self.file.turn if turn is None else turn
        viewer = make_viewer(self.user)
        decide(self.session, self.file, said, turn=turn, viewer=viewer, now=self.now)

    def back(self) -> None:
        viewer = make_viewer(self.user)
        take_move_back(self.session, self.file, turn=self.file.turn, viewer=viewer, now=self.now)


@pytest.fixture
def office(session: Session, now: datetime) -> Office:
    user = make_user(session)
    person = make_person(session, last_name="MOREL")
    case = make_case(session, by=user, person=person)
    assert case.dwelling is not None
    file = open_by_hand(
        session, person, case.dwelling, SHOWER, viewer=make_viewer(user), now=now
    )  # fmt: skip
    session.flush()
    return Office(session, now, user, person, file)


def test_the_whole_path_is_walked_step_by_step_each_with_its_day(office: Office) -> None:
    session, file = office.session, office.file
    assert (file.step, file.turn) == (Step.ACKNOWLEDGE, 0)
    assert file.due_on == date(2026, 3, 16)  # ten working days from when it was asked
    office.go(Step.ELIGIBILITY, Step.VISIT, Step.FUNDING, Step.DECISION)
    office.decide(Decided("granted"))
    assert file.step is Step.AGREEMENT
    office.go(Step.WORKS, Step.RECEPTION, Step.FIRST_FOLLOW_UP)
    office.now = follow_up(session, file, viewer=make_viewer(office.user), now=office.now)
    assert file.step is Step.ACCOUNTS
    pay(session, file, viewer=make_viewer(office.user), now=office.now)
    office.go(Step.CLOSED)
    assert not file.is_open
    assert file.due_on is None
    session.refresh(file)
    assert [move.was for move in file.moves] == list(PATH)
    assert all(move.by_id == office.user.id for move in file.moves)


def test_every_open_step_leads_on_and_no_end_does(office: Office) -> None:
    for step in Step:
        leads = [to for to, origins in REACHED_FROM.items() if step in origins]
        assert bool(leads) is (step in OPEN_STEPS or step is Step.REFUSED)
    assert set(PATH) == set(OPEN_STEPS)
    office.go(Step.WITHDRAWN, said="N’en veut plus.")
    assert ways_on(office.file) == []


def test_a_step_that_misses_something_is_not_left_but_to_withdraw(office: Office) -> None:
    office.go(Step.ELIGIBILITY)
    assert missing_in(office.session, office.file) == {"priority": "required"}
    with pytest.raises(Invalid) as refused:
        office.go(Step.VISIT, priority="")
    assert refused.value.fields == {"priority": "required"}
    with pytest.raises(Invalid) as refused:
        office.go(Step.VISIT, priority="dearest")
    assert refused.value.fields["priority"] == "bad_choice"
    with pytest.raises(Invalid) as refused:
        office.go(Step.WITHDRAWN, said="")
    assert refused.value.fields == {"said": "required"}
    office.go(Step.WITHDRAWN, said="Part vivre chez sa fille.")


def test_a_path_is_not_jumped_and_nobody_grants_by_moving(office: Office) -> None:
    for step in (Step.WORKS, Step.AGREEMENT, Step.REFUSED, Step.CLOSED, Step.ACKNOWLEDGE):
        with pytest.raises(Conflict):
            office.go(step)


def test_moves_are_taken_back_the_latest_first_and_stay_written(office: Office) -> None:
    file = office.file
    office.go(Step.ELIGIBILITY)
    due = file.due_on
    office.go(Step.VISIT, priority="first")
    office.back()
    assert (file.step, file.due_on, file.priority) == (Step.ELIGIBILITY, due, None)
    office.back()
    assert file.step is Step.ACKNOWLEDGE
    with pytest.raises(Conflict, match="nothing_to_take_back"):
        office.back()
    office.session.refresh(file)
    assert [move.stands for move in file.moves] == [False, False]


def test_a_refusal_needs_a_reason_an_explanation_and_an_alternative(office: Office) -> None:
    office.go(Step.ELIGIBILITY, Step.FUNDING, Step.DECISION)
    with pytest.raises(Invalid) as refused:
        office.decide(Decided("refused"))
    assert refused.value.fields == {
        "reason": "required",
        "explanation": "explain_refusal",
        "instead": "offer_instead",
        "built_how": "required",
    }
    with pytest.raises(Invalid) as refused:
        office.decide(
            Decided("in_part", "asbestos", "Amiante dans le sol.", {"aid": " . "}, "not_yet")
        )
    assert refused.value.fields == {"instead_aid": "say_what_instead"}
    with pytest.raises(Invalid) as refused:
        office.decide(
            Decided("refused", "asbestos", "Amiante au sol.", {"money": "Rien"}, "not_yet")
        )
    assert refused.value.fields == {"instead": "bad_choice"}
    bare = Decided("refused", "asbestos", ". . . . . . . . . . .", {"aid": "Un siège"}, "phone")
    with pytest.raises(Invalid) as refused:
        office.decide(bare)
    assert refused.value.fields == {"explanation": "explain_refusal", "built_on": "required"}
    office.decide(REFUSED)
    decision = standing_decision(office.session, office.file)
    assert decision is not None
    assert decision.outcome is Outcome.REFUSED
    assert decision.instead == REFUSED.instead


def test_what_is_granted_refuses_nothing_and_nobody_talked_of_it_before_it_was_asked(
    office: Office,
) -> None:
    office.go(Step.ELIGIBILITY, Step.FUNDING, Step.DECISION)
    with pytest.raises(Invalid) as refused:
        office.decide(replace(REFUSED, outcome="granted"))
    assert refused.value.fields == {"outcome": "granted_refuses_nothing"}
    early = office.file.asked_on - timedelta(days=1)
    with pytest.raises(Invalid) as refused:
        office.decide(replace(REFUSED, built_how="phone", built_on=early))
    assert refused.value.fields == {"built_on": "before_request"}
    office.decide(Decided("granted", explanation="Avec un siège, posé le même jour."))


def test_of_two_who_decide_at_once_the_second_is_told(office: Office) -> None:
    office.go(Step.ELIGIBILITY, Step.FUNDING, Step.DECISION)
    both_read = office.file.turn
    office.decide(Decided("granted"), turn=both_read)
    with pytest.raises(Conflict, match="moved_meanwhile"):
        office.decide(REFUSED, turn=both_read)
    assert office.file.step is Step.AGREEMENT
    assert len(decisions_of(office.session, office.file)) == 1


def test_what_is_refused_of_a_grant_in_part_is_looked_at_again_until_she_agrees(
    office: Office,
) -> None:
    session, file, viewer = office.session, office.file, make_viewer(office.user)
    part = replace(REFUSED, outcome="in_part")
    office.go(Step.ELIGIBILITY, Step.FUNDING, Step.DECISION)
    office.decide(part)
    assert (review_until(session, file), Step.DECISION in ways_on(file)) == (
        date(2026, 5, 10),
        False,
    )
    said = "Le mur est léger."
    ask_review(session, file, said=said, turn=file.turn, viewer=viewer, now=office.now)
    assert file.step is Step.DECISION
    office.back()
    assert review_until(session, file) == date(2026, 5, 10)
    office.go(Step.WORKS)
    assert review_until(session, file) is None
    office.back()
    ask_review(session, file, said=said, turn=file.turn, viewer=viewer, now=office.now)
    office.decide(Decided("granted"))
    assert review_until(session, file) is None
    with pytest.raises(Conflict, match="not_refused"):
        ask_review(session, file, said=said, turn=file.turn, viewer=viewer, now=office.now)


def test_a_refusal_is_looked_at_again_in_time_and_not_later(office: Office) -> None:
    session, file = office.session, office.file
    office.go(Step.ELIGIBILITY)
    office.decide(REFUSED)
    until = review_until(session, file)
    assert until == date(2026, 5, 10)
    later = office.now + timedelta(days=70)
    viewer = make_viewer(office.user)
    with pytest.raises(Conflict, match="too_late"):
        ask_review(session, file, said="Non.", turn=file.turn, viewer=viewer, now=later)
    with pytest.raises(Invalid):
        ask_review(session, file, said=" ", turn=file.turn, viewer=viewer, now=office.now)
    ask_review(
        session, file, said="Le mur est léger.", turn=file.turn, viewer=viewer, now=office.now
    )
    assert file.step is Step.DECISION
    office.decide(Decided("granted"))
    assert [one.outcome for one in decisions_of(session, file)] == ["granted", "refused"]
    office.back()
    decision = standing_decision(session, file)
    assert decision is not None
    assert decision.outcome is Outcome.REFUSED


def test_what_is_typed_wrong_is_told_field_by_field(office: Office) -> None:
    home = office.file.dwelling
    viewer = make_viewer(office.user)
    for said, fields in (
        (Request("", "", None), {"code": "required", "asked": "required", "asked_on": "required"}),
        (
            Request("spa", "visit", office.now.date() + timedelta(days=1), "a" * 501),
            {
                "code": "bad_choice", "asked": "bad_choice", "asked_on": "must_not_be_future",
                "wish": "too_long",
            },
        ),
        (Request("shower", "phone", date(1926, 3, 1)), {"asked_on": "too_long_ago"}),
        (SHOWER, {"code": "adaptation_already_open"}),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            open_by_hand(office.session, office.person, home, said, viewer=viewer, now=office.now)
        assert refused.value.fields == fields


def test_silence_runs_from_a_registered_letter_for_works_at_her_own_cost(office: Office) -> None:
    session, viewer = office.session, make_viewer(office.user)
    said = Request("kitchen", "registered", date(2026, 1, 31), own_cost=True)
    home = office.file.dwelling
    letter = open_by_hand(session, office.person, home, said, viewer=viewer, now=office.now)
    assert letter.legal_on == date(2026, 3, 31)
    assert (office.file.asked_on, office.file.legal_on) == (SHOWER.asked_on, None)


def test_what_was_written_down_late_is_late(office: Office) -> None:
    session, viewer, home = office.session, make_viewer(office.user), office.file.dwelling
    said = Request("kitchen", "letter", office.now.date() - timedelta(days=90))
    file = open_by_hand(session, office.person, home, said, viewer=viewer, now=office.now)
    assert file.is_late(office.now.date())


def own_cost(office: Office, asked_on: date) -> None:
    """Let what is walked here be asked by registered letter, at her own cost."""
    said = Request("kitchen", "registered", asked_on, own_cost=True)
    office.file = open_by_hand(
        office.session, office.person, office.file.dwelling, said,
        viewer=make_viewer(office.user), now=office.now,
    )  # fmt: skip


def test_a_legal_delay_stands_in_its_list_from_so_many_days_before_to_the_answer(
    office: Office,
) -> None:
    own_cost(office, date(2026, 1, 31))
    session, viewer = office.session, make_viewer(office.user)

    def found(today: date) -> list[str]:
        return [
            only for only in (LEGAL_NEAR, LEGAL_OVER)
            if count_adaptations(
                session, viewer, only=AdaptationFilter(step=only), today=today
            )
        ]  # fmt: skip

    assert found(date(2026, 3, 15)) == []
    assert found(date(2026, 3, 16)) == found(date(2026, 3, 31)) == [LEGAL_NEAR]
    assert found(date(2026, 4, 1)) == [LEGAL_OVER]
    wanted = Wanted(sort="legal")
    listed = list_adaptations(
        session, viewer, only=AdaptationFilter(), wanted=wanted, today=office.now.date()
    )
    assert [file.legal_on for file in listed.rows] == [date(2026, 3, 31), None]
    office.go(Step.WITHDRAWN, said="N’en veut plus.")
    assert found(date(2026, 4, 1)) == []
    office.back()
    assert found(date(2026, 4, 1)) == [LEGAL_OVER]


def test_a_refusal_that_is_looked_at_again_was_an_answer(office: Office) -> None:
    own_cost(office, date(2026, 1, 31))
    session, file, viewer = office.session, office.file, make_viewer(office.user)
    office.go(Step.ELIGIBILITY)
    office.decide(REFUSED)
    assert file.legal_on is None
    said = "Le mur est léger."
    ask_review(session, file, said=said, turn=file.turn, viewer=viewer, now=office.now)
    assert (file.step, file.legal_on) == (Step.DECISION, None)
    office.back()
    office.back()
    assert (file.step, file.legal_on) == (Step.ELIGIBILITY, date(2026, 3, 31))


def test_who_refuses_after_the_delay_of_the_law_says_that_it_is_known(office: Office) -> None:
    own_cost(office, office.now.date() - timedelta(days=92))
    session, file, viewer = office.session, office.file, make_viewer(office.user)
    over = file.legal_on
    assert over is not None
    office.go(Step.ELIGIBILITY)
    with pytest.raises(Invalid) as refused:
        office.decide(REFUSED)
    assert refused.value.fields == {"silence": "say_silence_is_known"}
    with pytest.raises(Invalid) as refused:
        office.decide(replace(REFUSED, reason="too_costly", silence=IN_THE_FLOOR))
    assert refused.value.fields == {"reason": "bad_choice"}  # it costs the landlord nothing
    known = "Le délai est passé, nous le savons : le mur porte l’immeuble."
    office.decide(replace(REFUSED, silence=known))
    last = latest_move(session, file)
    assert last is not None
    assert (file.step, file.legal_on, last.said) == (Step.REFUSED, over, known)
    said = "Le mur est léger."
    ask_review(session, file, said=said, turn=file.turn, viewer=viewer, now=office.now)
    assert file.legal_on == over  # a refusal that came too late was no answer
    office.decide(Decided("granted"))
    assert (file.step, file.legal_on) == (Step.AGREEMENT, None)


def test_the_certificate_runs_from_the_end_of_the_works_until_it_is_there(office: Office) -> None:
    own_cost(office, office.now.date() - timedelta(days=40))
    session, file, viewer = office.session, office.file, make_viewer(office.user)
    ended, now = office.now.date() - timedelta(days=20), office.now
    office.go(Step.ELIGIBILITY, Step.FUNDING, Step.DECISION)
    office.decide(Decided("granted"))
    office.go(Step.WORKS)
    assert file.legal_on is None
    with pytest.raises(Conflict, match="certificate_not_awaited"):
        note_certificate(session, file, ended, viewer=viewer, now=now)
    for day, why in (
        (now.date() + timedelta(days=1), "must_not_be_future"),
        (file.asked_on - timedelta(days=1), "before_request"),
    ):
        with pytest.raises(Invalid) as refused:
            move_file(
                session, file, Step.RECEPTION, turn=file.turn, said=BY_HERSELF, ended_on=day,
                viewer=viewer, now=now,
            )  # fmt: skip
        assert refused.value.fields == {"ended_on": why}
    move_file(
        session, file, Step.RECEPTION, turn=file.turn, said=BY_HERSELF, ended_on=ended,
        viewer=viewer, now=now,
    )  # fmt: skip
    assert file.legal_on == months_after(ended, 2)
    office.go(Step.FIRST_FOLLOW_UP)
    assert file.legal_on == months_after(ended, 2)  # received without it, it is still waited for
    with pytest.raises(Invalid) as refused:
        early = ended - timedelta(days=1)
        note_certificate(session, file, early, viewer=viewer, now=now)
    assert refused.value.fields == {"certified_on": "certified_before_end"}
    note_certificate(session, file, now.date(), viewer=viewer, now=now)
    assert (file.certified_on, file.legal_on) == (now.date(), None)
    withdraw_certificate(session, file, viewer=viewer, now=now)
    assert (file.certified_on, file.legal_on) == (None, months_after(ended, 2))


def test_accounts_of_works_at_her_own_cost_ask_for_the_certificate_or_why_there_is_none(
    office: Office,
) -> None:
    own_cost(office, office.now.date())
    session, file, viewer, now = office.session, office.file, make_viewer(office.user), office.now
    office.go(Step.ELIGIBILITY, Step.FUNDING, Step.DECISION)
    office.decide(Decided("granted"))
    office.go(Step.WORKS, Step.RECEPTION, Step.FIRST_FOLLOW_UP)
    office.now = follow_up(session, file, viewer=viewer, now=now)
    assert missing_in(session, file) == {"certificate": "certificate_missing"}
    with pytest.raises(Invalid):
        office.go(Step.CLOSED, said="")
    office.go(Step.CLOSED, said="Deux fois relancée, elle n’a rien envoyé.")
    assert file.legal_on is None


def test_a_death_ends_what_nobody_began_and_taking_it_back_gives_it_again(office: Office) -> None:
    session, file, person = office.session, office.file, office.person
    office.go(Step.ELIGIBILITY)
    told = Told(HowTold.PAGE, office.user.id, office.now)
    event = record_death(session, person, on=office.now.date(), told=told)
    assert file.step is Step.WITHDRAWN
    give_back(session, person, event.undo or {}, now=office.now)
    assert file.step is Step.ELIGIBILITY


def test_who_does_not_see_the_person_sees_no_adaptation_of_hers(office: Office) -> None:
    session, file = office.session, office.file
    stranger, today = make_viewer(make_user(session)), office.now.date()
    only = AdaptationFilter()
    assert find_file(session, stranger, file.id) is file
    protect(session, office.person, by=office.user.id, now=office.now)
    with pytest.raises(NotFound):
        find_file(session, stranger, file.id)
    assert count_adaptations(session, stranger, only=only, today=today) == 0
    assert steps_counted(session, stranger) == {}
    mandated = make_viewer(make_user(session), Reach.MANDATE)
    assert count_adaptations(session, mandated, only=only, today=today) == 0


def test_the_list_filters_and_sorts_as_it_says(office: Office) -> None:
    session, viewer = office.session, make_viewer(office.user)
    today, north = office.now.date(), find_territory(session, "Nord")
    office.file.dwelling.residence.territory_id = north.id
    other = make_case(session, by=office.user, person=make_person(session, last_name="ABRAM"))
    assert other.dwelling is not None
    bars = Request("grab_bars", "letter", today)
    second = open_by_hand(
        session, other.person, other.dwelling, bars, viewer=viewer, now=office.now
    )
    second.priority, second.due_on = Priority.FIRST, today - timedelta(days=1)
    hand_to(session, second, office.user.id, viewer=viewer, now=office.now)
    session.flush()

    def found(**only: str) -> list[str]:
        asked = AdaptationFilter(**only)
        listed = list_adaptations(
            session, viewer, only=asked, wanted=Wanted(sort="name"), today=today
        )
        assert listed.total == count_adaptations(session, viewer, only=asked, today=today)
        return [file.person.last_name for file in listed.rows]

    assert found() == ["ABRAM", "MOREL"]
    assert found(step=LATE) == found(priority="first") == found(step="mine") == ["ABRAM"]
    assert found(territory=str(north.id)) == found(text="morel") == ["MOREL"]
    assert found(text=second.reference.lower()) == ["ABRAM"]
    assert found(territory="nonsense") == found(step="closed") == []
    assert steps_counted(session, viewer) == {Step.ACKNOWLEDGE: 2}
    assert [one.name for one in territories_in_use(session, viewer)] == ["Nord"]
    for sort in ORDER:
        wanted = Wanted(sort=sort, descending=True)
        listed = list_adaptations(
            session, viewer, only=AdaptationFilter(), wanted=wanted, today=today
        )
        assert len(listed.rows) == 2


def version_with(session: Session, office: Office, said: str) -> uuid.UUID:
    """Publish the next version of a programme that says more."""
    publish_form(session, home_visit(), by=None, now=office.now)
    text = f"{SUPPORT}\n{said}"
    published = publish_programme(session, text, source="support", by=None, now=office.now)
    session.flush()
    return published.id


def test_the_steps_of_a_file_take_as_long_as_the_version_says_it_was_opened_in(
    office: Office,
) -> None:
    session, viewer, old = office.session, make_viewer(office.user), office.file
    said = '[[adaptation_step]]\nstep = "acknowledge"\ndelay = "3d"\n'
    said += '[[adaptation_step]]\nstep = "eligibility"\nowner = "coordinator"\n'
    case = session.get_one(Case, old.case_id)
    case.programme_version_id = version_with(session, office, said)
    bars = Request("grab_bars", "letter", office.now.date())
    file = open_by_hand(
        session, office.person, old.dwelling, bars, viewer=viewer, now=office.now
    )  # fmt: skip
    assert (old.due_on, file.due_on) == (date(2026, 3, 16), date(2026, 3, 13))
    case.programme_version_id = version_with(session, office, said.replace("3d", "4d"))
    office.file = file
    office.go(Step.ELIGIBILITY)
    assert whose(session, file) is Role.COORDINATOR
    assert file.due_on == date(2026, 3, 25)  # of that step the rule book says how long
    office.back()
    assert (file.due_on, whose(session, file)) == (date(2026, 3, 13), Role.COORDINATOR)
    assert list(path_of(session, file)) == list(PATH)
    office.file = old
    office.go(Step.ELIGIBILITY)
    assert whose(session, old) is Role.SOCIAL_WORKER


def test_a_file_is_put_in_the_hands_of_who_follows_adaptations_alone(office: Office) -> None:
    session, viewer = office.session, make_viewer(office.user)
    social = make_user(session, role=Role.SOCIAL_WORKER)
    technician = make_user(session, role=Role.TECHNICIAN)
    hand_to(session, office.file, social.id, viewer=viewer, now=office.now)
    assert office.file.holder_id == social.id
    with pytest.raises(Invalid):
        hand_to(session, office.file, technician.id, viewer=viewer, now=office.now)
    hand_to(session, office.file, None, viewer=viewer, now=office.now)
    assert office.file.holder_id is None


def test_the_tenant_s_agreement_says_how_and_when(office: Office) -> None:
    office.go(Step.ELIGIBILITY, Step.FUNDING, Step.DECISION)
    office.decide(Decided("granted"))
    today = office.now.date()
    for said, wrong in (
        (Agreed(), {"agreed_how": "required", "agreed_on": "required"}),
        (Agreed("not_yet", today), {"agreed_how": "bad_choice"}),
        (Agreed("phone", today + timedelta(days=1)), {"agreed_on": "must_not_be_future"}),
        (Agreed("phone", today - timedelta(days=1)), {"agreed_on": "agreed_before_decided"}),
    ):
        with pytest.raises(Invalid) as refused:
            move_file(
                office.session, office.file, Step.WORKS, turn=office.file.turn, agreed=said,
                viewer=make_viewer(office.user), now=office.now,
            )  # fmt: skip
        assert refused.value.fields == wrong
    office.go(Step.WORKS)
    last = latest_move(office.session, office.file)
    assert last is not None
    assert (last.agreed_how, last.agreed_on) == ("phone", today)


def test_works_that_no_order_of_ours_did_say_who_did_them(office: Office) -> None:
    office.go(Step.ELIGIBILITY, Step.FUNDING, Step.DECISION)
    office.decide(Decided("granted"))
    office.go(Step.WORKS)
    assert missing_in(office.session, office.file) == {"order": "works_not_ordered"}
    for said in (" ", "..."):
        with pytest.raises(Invalid) as refused:
            move_file(
                office.session, office.file, Step.RECEPTION, turn=office.file.turn, said=said,
                viewer=make_viewer(office.user), now=office.now,
            )  # fmt: skip
        assert refused.value.fields == {"said": "say_who_did_works"}
    office.go(Step.RECEPTION, said="Posé par sa fille le 2 mars.")
    assert office.file.step is Step.RECEPTION


def test_works_whose_orders_are_all_cancelled_are_listed_and_said(office: Office) -> None:
    session, viewer, now = office.session, make_viewer(office.user), office.now
    office.go(Step.ELIGIBILITY, Step.FUNDING, Step.DECISION)
    office.decide(Decided("granted"))
    office.go(Step.WORKS)

    def listed() -> int:
        session.flush()
        only = AdaptationFilter(step=CANCELLED)
        count = count_adaptations(session, viewer, only=only, today=now.date())
        assert len(cancelled_among(session, [office.file.id])) == count
        return count

    assert listed() == 0
    said = OrderSaid("plumbing", "P", "bathroom", "Poser une douche.", "staff")
    first = order_works(session, office.file, said, viewer=viewer, now=now)
    move_work_order(
        session, first, WorkOrderState.CANCELLED, MoveSaid(note="Doublon."), viewer=viewer, now=now
    )
    assert listed() == 1
    assert missing_in(session, office.file) == {"orders_cancelled": "works_cancelled"}
    order_works(session, office.file, said, viewer=viewer, now=now)
    assert listed() == 0
    assert missing_in(session, office.file) == {"orders": "works_not_done"}
