"""A door that stays shut: what happened is kept once, and leads the person on."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import make_case, make_user, make_viewer, make_visit
from tests.visits.test_contacts import CALLS_ALONE
from visits.agenda.carried import find_carried_visit
from visits.agenda.doors import Knock, ladder_of, number_of, report_shut_door, tries_at_doors
from visits.calls.contacts import Attempt, record_attempt
from visits.ground.clocks import on_our_clock
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import Role, User
from visits.models.calls import Channel, ContactAttempt, Disposition, Refusal, RefusalReason
from visits.models.cases import Case, CaseState
from visits.models.people import AccessKind
from visits.models.visits import Visit, VisitState
from visits.sight import Reach, Viewer
from visits.sight.access_log import log_access
from visits.steering.outcomes import outcomes

SENIORS = "seniors"


@dataclass
class Door:
    """A visitor before somebody's door."""

    session: Session
    user: User
    case: Case
    visit: Visit
    viewer: Viewer
    now: datetime

    def knock(
        self, outcome: Disposition, *, visit: Visit | None = None, **said: object
    ) -> ContactAttempt:
        given = {"at": self.now, "report_id": uuid.uuid4()} | said
        return report_shut_door(
            self.session,
            visit or self.visit,
            Knock(outcome, **given),  # type: ignore[arg-type]
            viewer=self.viewer,
            now=self.now,
        )

    def call(self, disposition: Disposition) -> None:
        record_attempt(
            self.session, self.case, Attempt(disposition), viewer=self.viewer, now=self.now
        )
        self.now += timedelta(days=1)

    def count(self) -> int:
        return self.session.scalar(select(func.count()).select_from(ContactAttempt)) or 0


@pytest.fixture
def door(session: Session, now: datetime) -> Door:
    user = make_user(session, role=Role.VISITOR)
    case = make_case(session, by=user)
    visit = make_visit(session, case=case, visitor=user)
    return Door(session, user, case, visit, make_viewer(user, Reach.OWN), now)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Disposition.NO_ANSWER, CaseState.CALL_BACK),
        (Disposition.REFUSED, CaseState.REFUSED),
        (Disposition.REFUSED_BY_FAMILY, CaseState.REFUSED),
        (Disposition.IN_HOSPITAL, CaseState.CALL_BACK),
        (Disposition.DEAD, CaseState.NOT_ELIGIBLE),
        (Disposition.MOVED, CaseState.NOT_ELIGIBLE),
        (Disposition.WRONG_ADDRESS, CaseState.CALL_BACK),
        (Disposition.UNSAFE, CaseState.CALL_BACK),
        (Disposition.BROKEN_OFF, CaseState.CALL_BACK),
    ],
)
def test_each_outcome_leads_the_person_on(
    door: Door, outcome: Disposition, state: CaseState
) -> None:
    kept = door.knock(outcome, left_behind=("note", "card"), note=" Volets clos. ")
    assert (door.visit.state, door.case.state) == (VisitState.FAILED, state)
    assert (kept.channel, kept.visit_id, kept.received_at) == (
        Channel.DOOR,
        door.visit.id,
        door.now,
    )
    assert (kept.left_behind, kept.note) == (["card", "note"], "Volets clos.")


def test_a_refusal_at_the_door_is_a_refusal_with_its_reason(door: Door) -> None:
    door.knock(Disposition.REFUSED, reason=RefusalReason.TIMING)
    refusal = door.session.scalars(select(Refusal)).one()
    assert refusal.reason is RefusalReason.TIMING
    assert refusal.ask_again_on == door.now.date() + timedelta(days=92)


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Disposition.REFUSED, RefusalReason.NOT_SAID),
        (Disposition.REFUSED_BY_FAMILY, RefusalReason.FAMILY_DECIDES),
    ],
)
def test_a_refusal_without_a_reason_gets_the_code_that_says_so(
    door: Door, outcome: Disposition, reason: RefusalReason
) -> None:
    door.knock(outcome)
    assert door.session.scalars(select(Refusal.reason)).one() is reason


def test_somebody_who_died_is_never_called_again(door: Door) -> None:
    door.knock(Disposition.DEAD)
    person = door.case.person
    assert (person.died_on, person.do_not_contact) == (door.now.date(), True)


def test_nobody_home_is_called_again_until_the_ladder_is_climbed(door: Door) -> None:
    door.case.programme = CALLS_ALONE
    for _ in range(2):
        door.knock(Disposition.NO_ANSWER)
        assert door.case.state is CaseState.CALL_BACK
        door.now += timedelta(days=3)
        door.visit = make_visit(door.session, case=door.case, visitor=door.user)
    door.knock(Disposition.NO_ANSWER)
    assert door.case.state is CaseState.UNREACHABLE


def test_the_ladder_begins_again_once_somebody_answered(door: Door) -> None:
    door.visit.state, door.case.state = VisitState.CANCELLED, CaseState.TO_CALL
    for said in (Disposition.NO_ANSWER, Disposition.NO_ANSWER, Disposition.AGREED):
        door.call(said)
    door.visit = make_visit(door.session, case=door.case, visitor=door.user)
    door.knock(Disposition.NO_ANSWER)
    assert door.case.state is CaseState.CALL_BACK


def test_the_same_report_again_is_the_same_attempt(door: Door) -> None:
    number = uuid.uuid4()
    first = door.knock(Disposition.NO_ANSWER, report_id=number)
    door.now += timedelta(hours=5)
    assert door.knock(Disposition.REFUSED, report_id=number) is first
    assert door.count() == 1
    assert door.case.state is CaseState.CALL_BACK


def test_another_report_under_the_same_number_is_refused(door: Door) -> None:
    number = uuid.uuid4()
    door.knock(Disposition.NO_ANSWER, report_id=number)
    other = make_visit(door.session, case=make_case(door.session, by=door.user), visitor=door.user)
    with pytest.raises(Conflict, match="different_report"):
        door.knock(Disposition.NO_ANSWER, report_id=number, visit=other)


@pytest.mark.parametrize("state", [VisitState.CANCELLED, VisitState.DONE, VisitState.FAILED])
def test_a_visit_closed_meanwhile_keeps_the_attempt_and_stays_as_it_is(
    door: Door, state: VisitState
) -> None:
    door.visit.state, door.case.state = state, CaseState.AGREED
    door.knock(Disposition.REFUSED)
    assert (door.visit.state, door.case.state) == (state, CaseState.AGREED)
    assert door.count() == 1
    assert door.session.scalars(select(Refusal)).all() == []


def test_a_death_is_heard_whatever_became_of_the_visit(door: Door) -> None:
    door.visit.state = VisitState.CANCELLED
    door.knock(Disposition.DEAD)
    assert door.case.person.do_not_contact


def test_a_visit_given_to_somebody_else_meanwhile_keeps_the_attempt(door: Door) -> None:
    person = door.case.person_id
    log_access(
        door.session,
        user_id=door.user.id,
        persons=[person],
        kind=AccessKind.READ,
        what="tablet_day",
        now=door.now,
    )
    door.visit.visitor_id = make_user(door.session, role=Role.VISITOR).id
    door.session.flush()
    found = find_carried_visit(door.session, door.viewer, door.visit.id, now=door.now)
    door.knock(Disposition.NO_ANSWER, visit=found)
    assert found.state is VisitState.PLANNED
    assert door.count() == 1


@pytest.mark.parametrize("days", [-61, 0])
def test_a_visit_is_hers_to_bring_only_since_it_was_planned_and_for_sixty_days(
    door: Door, days: int
) -> None:
    """A tablet that had another visit of the same person, or this one long ago, brings nothing."""
    looked = door.now + timedelta(days=days)
    log_access(
        door.session,
        user_id=door.user.id,
        persons=[door.case.person_id],
        kind=AccessKind.READ,
        what="tablet_day",
        now=looked,
    )
    door.visit.planned_at = looked - timedelta(days=1) if days else looked + timedelta(minutes=1)
    door.visit.visitor_id = make_user(door.session, role=Role.VISITOR).id
    door.session.flush()
    with pytest.raises(NotFound):
        find_carried_visit(door.session, door.viewer, door.visit.id, now=door.now)


def test_a_visit_that_was_never_hers_is_not_found(door: Door) -> None:
    stranger = make_viewer(make_user(door.session, role=Role.VISITOR), Reach.OWN)
    with pytest.raises(NotFound):
        find_carried_visit(door.session, stranger, door.visit.id, now=door.now)
    door.visit.state = VisitState.CANCELLED
    door.session.flush()
    assert find_carried_visit(door.session, door.viewer, door.visit.id, now=door.now) is door.visit


def test_what_no_door_says_is_refused(door: Door) -> None:
    with pytest.raises(Invalid) as refused:
        door.knock(Disposition.AGREED, left_behind=("flowers",), note="x" * 2001)
    assert set(refused.value.fields) == {"outcome", "left_behind", "note"}
    with pytest.raises(Invalid):
        record_attempt(
            door.session,
            door.case,
            Attempt(Disposition.UNSAFE),
            viewer=door.viewer,
            now=door.now,
        )


def test_the_tries_at_a_door_are_numbered(door: Door) -> None:
    assert tries_at_doors(door.session, [door.visit]) == {door.visit.id: 1}
    first = door.knock(Disposition.NO_ANSWER)
    door.now += timedelta(days=2)
    again = make_visit(
        door.session,
        case=door.case,
        visitor=door.user,
        start_at=door.visit.planned_start_at + timedelta(days=2),
    )
    both = [door.visit, again]
    assert tries_at_doors(door.session, both) == {door.visit.id: 1, again.id: 2}
    second = door.knock(Disposition.NO_ANSWER, visit=again)
    assert [number_of(door.session, one) for one in (first, second)] == [1, 2]
    assert ladder_of([second, first]) == {first.id: 1, second.id: 2}


def test_a_break_off_counts_as_a_refusal_and_a_wrong_address_as_unknown(door: Door) -> None:
    viewer = make_viewer(door.user)
    door.knock(Disposition.BROKEN_OFF)
    rates = {one.code: one for one in outcomes(door.session, SENIORS, viewer=viewer).rates}
    assert (rates["REF3"].numerator, rates["REF3"].denominator) == (1, 1)
    assert (rates["COOP3"].numerator, rates["COOP3"].denominator) == (0, 1)
    door.now += timedelta(days=1)
    door.visit = make_visit(door.session, case=door.case, visitor=door.user)
    door.knock(Disposition.WRONG_ADDRESS)
    rates = {one.code: one for one in outcomes(door.session, SENIORS, viewer=viewer).rates}
    assert (rates["REF3"].numerator, rates["REF3"].denominator) == (0, 0)
    assert (rates["CON1"].numerator, rates["CON1"].denominator) == (0, 1)


def test_a_visit_with_forms_still_to_come_counts_as_a_partial_one(door: Door) -> None:
    viewer = make_viewer(door.user)
    door.visit.state, door.case.state = VisitState.UNDER_WAY, CaseState.PLANNED
    door.session.flush()
    rates = {one.code: one for one in outcomes(door.session, SENIORS, viewer=viewer).rates}
    assert (rates["COOP3"].numerator, rates["COOP3"].denominator) == (0, 1)
    assert (rates["RR1"].numerator, rates["RR1"].denominator) == (0, 1)


def test_a_tablet_s_wrong_clock_is_set_right(now: datetime) -> None:
    ahead = timedelta(hours=2)
    knocked, sent = now + ahead - timedelta(minutes=90), now + ahead
    assert on_our_clock(knocked, sent_at=sent, now=now) == now - timedelta(minutes=90)
    assert on_our_clock(sent + ahead, sent_at=sent, now=now) == now
    assert on_our_clock(sent - timedelta(days=900), sent_at=sent, now=now) == now
