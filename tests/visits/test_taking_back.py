"""Answers that end the calls: what follows from them, and that all of it comes back."""

import uuid
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_case, make_dwelling, make_person, make_user, make_viewer
from tests.factories import make_visit as planned_visit
from visits.calls.contacts import Attempt, record_attempt
from visits.calls.taking_back import take_back
from visits.calls.turns import to_contact
from visits.ground.errors import Conflict, DoNotContact, Invalid, NotFound
from visits.life.endings import GivenBack
from visits.models.calls import Channel, ContactAttempt, Disposition, Refusal, RefusalReason
from visits.models.cases import Case, CaseState
from visits.models.people import AccessEvent, Occupancy
from visits.models.visits import Visit, VisitState
from visits.people.people import person_file

NO = Attempt(Disposition.REFUSED, reason=RefusalReason.PRIVACY)


class Desk:
    """Somebody who calls one person."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.user = make_user(session)
        self.viewer = make_viewer(self.user)
        self.dwelling = make_dwelling(session)
        self.person = make_person(session, dwelling=self.dwelling)
        self.case: Case = make_case(
            session, by=self.user, person=self.person, dwelling=self.dwelling
        )

    def note(self, attempt: Attempt) -> ContactAttempt:
        """Record a call."""
        kept = record_attempt(self.session, self.case, attempt, viewer=self.viewer, now=self.now)
        self.session.flush()
        self.session.expire(self.case)
        return kept

    def undo(self, attempt: ContactAttempt, reason: str = "Wrong person") -> GivenBack:
        """Take it back."""
        found = take_back(
            self.session, self.case, attempt.id, reason=reason, viewer=self.viewer,
            now=self.now,
        )  # fmt: skip
        self.session.flush()
        self.session.expire_all()
        return found

    def visit(self) -> Visit:
        """Plan a visit."""
        self.case.state = CaseState.PLANNED
        return planned_visit(self.session, case=self.case, visitor=self.user)

    @property
    def lived_until(self) -> list[date | None]:
        """When the person's occupancies ended."""
        return list(
            self.session.scalars(
                select(Occupancy.ended_on)
                .where(Occupancy.person_id == self.person.id)
                .order_by(Occupancy.id)
            )
        )


@pytest.fixture
def desk(session: Session, now: datetime) -> Desk:
    """A desk with one person to call."""
    return Desk(session, now)


def test_a_death_called_off_the_visit_and_comes_back_with_a_reason(desk: Desk) -> None:
    visit = desk.visit()
    kept = desk.note(Attempt(Disposition.DEAD))
    assert (desk.person.do_not_contact, visit.state) == (True, VisitState.CANCELLED)
    with pytest.raises(Invalid) as refused:
        desk.undo(kept, " ")
    assert refused.value.fields == {"reason": "required"}
    assert desk.undo(kept).planned == [visit]
    assert (desk.person.died_on, desk.person.do_not_contact) == (None, False)
    assert (desk.case.state, visit.state) == (CaseState.PLANNED, VisitState.PLANNED)
    assert (kept.taken_back_by_id, kept.taken_back_why) == (desk.user.id, "Wrong person")
    whats = select(AccessEvent.what).order_by(AccessEvent.id.desc()).limit(1)
    assert desk.session.scalars(whats).one() == "life_event_taken_back"
    with pytest.raises(Conflict, match="not_to_take_back"):
        desk.undo(kept)


def test_a_move_ends_living_there_and_comes_back(desk: Desk) -> None:
    kept = desk.note(Attempt(Disposition.MOVED))
    assert desk.lived_until == [desk.now.date()]
    assert desk.case.state is CaseState.NOT_ELIGIBLE
    desk.undo(kept)
    assert desk.lived_until == [None]
    assert desk.case.state is CaseState.TO_CALL


def test_whoever_moved_lives_with_nobody_any_more_and_nobody_lives_with_the_dead(
    desk: Desk,
) -> None:
    spouse = make_person(desk.session)
    tenancy_id = desk.session.scalars(
        select(Occupancy.tenancy_id).where(Occupancy.person_id == desk.person.id)
    ).one()
    for occupancy in desk.session.scalars(
        select(Occupancy).where(Occupancy.person_id == spouse.id).order_by(Occupancy.id)
    ):
        desk.session.delete(occupancy)
    desk.session.add(Occupancy(person_id=spouse.id, tenancy_id=tenancy_id, role="spouse"))
    desk.session.flush()

    def household() -> list[uuid.UUID]:
        found = person_file(desk.session, desk.viewer, spouse).household
        return [one.id for one in found]

    assert household() == [desk.person.id]
    for ending in (Disposition.DEAD, Disposition.MOVED):
        kept = desk.note(Attempt(ending))
        assert household() == []
        desk.undo(kept)
        assert household() == [desk.person.id]


def test_a_refusal_taken_back_leaves_no_refusal(desk: Desk) -> None:
    callable_back = desk.now + timedelta(days=2)
    desk.note(Attempt(Disposition.CALL_BACK, call_back_at=callable_back))
    desk.now += timedelta(hours=1)
    kept = desk.note(NO)
    desk.undo(kept)
    assert desk.session.scalars(select(Refusal)).all() == []
    assert desk.case.state is CaseState.CALL_BACK
    assert desk.case.call_back_at == callable_back


def test_only_the_last_answer_is_taken_back_and_none_that_changed_a_number(desk: Desk) -> None:
    wrong = desk.note(Attempt(Disposition.WRONG_NUMBER))
    with pytest.raises(Conflict):
        desk.undo(wrong)
    desk.now += timedelta(hours=1)
    refused = desk.note(NO)
    desk.now += timedelta(hours=1)
    desk.note(Attempt(Disposition.AGREED, Channel.INCOMING))
    with pytest.raises(Conflict):
        desk.undo(refused)


def test_an_answer_is_taken_back_in_its_own_case(desk: Desk) -> None:
    refused = desk.note(NO)
    desk.case = make_case(desk.session, by=desk.user)
    with pytest.raises(NotFound):
        desk.undo(refused)
    assert refused.taken_back_at is None


def test_somebody_who_refused_may_call_us_but_is_not_called(desk: Desk) -> None:
    desk.note(NO)
    desk.now += timedelta(days=1)
    with pytest.raises(DoNotContact):
        desk.note(Attempt(Disposition.AGREED))
    with pytest.raises(Invalid):
        desk.note(Attempt(Disposition.NO_ANSWER, Channel.INCOMING))
    desk.note(Attempt(Disposition.AGREED, Channel.INCOMING))
    assert desk.case.state is CaseState.AGREED


@pytest.mark.parametrize("disposition", [Disposition.NO_ANSWER, Disposition.IN_HOSPITAL])
def test_a_call_is_noted_while_a_visit_stands(desk: Desk, disposition: Disposition) -> None:
    visit = desk.visit()
    for _ in range(4):
        desk.note(Attempt(disposition))
        desk.now += timedelta(minutes=1)
    assert (desk.case.state, visit.state) == (CaseState.PLANNED, VisitState.PLANNED)


def test_a_call_promised_while_a_visit_stands_is_on_the_list(desk: Desk) -> None:
    desk.visit()
    at = desk.now + timedelta(hours=2)
    desk.note(Attempt(Disposition.CALL_BACK, call_back_at=at))
    due = select(Case.id).join(Case.person)
    assert desk.session.scalars(due.where(to_contact(desk.session, desk.now))).all() == []
    assert desk.session.scalars(due.where(to_contact(desk.session, at))).all() == [desk.case.id]


def test_no_call_ends_a_visit_that_is_under_way(desk: Desk) -> None:
    desk.visit().state = VisitState.UNDER_WAY
    with pytest.raises(Conflict, match="visit_under_way"):
        desk.note(NO)
