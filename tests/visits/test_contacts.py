"""Calls: each answer leads somewhere, a refusal is respected."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_case, make_user, make_viewer
from visits.calls.call_list import ASK_AGAIN, CaseFilter, list_cases
from visits.calls.contacts import Attempt, record_attempt
from visits.cases.cases import find_case
from visits.ground.errors import Conflict, DoNotContact, Invalid, NotFound
from visits.models.calls import Channel, Disposition, Refusal, RefusalReason
from visits.models.cases import CaseState
from visits.models.people import AccessedPerson, AccessEvent
from visits.people.protection import protect
from visits.sight.listing import Wanted
from visits.steering.outcomes import outcomes

# A programme whose ladder has calls and nothing that is written.
CALLS_ALONE = "back_home"


@pytest.mark.parametrize(
    ("disposition", "state"),
    [
        (Disposition.AGREED, CaseState.AGREED),
        (Disposition.NO_ANSWER, CaseState.TO_CALL),
        (Disposition.WRONG_NUMBER, CaseState.TO_CALL),
        (Disposition.MOVED, CaseState.NOT_ELIGIBLE),
        (Disposition.DEAD, CaseState.NOT_ELIGIBLE),
        (Disposition.IN_HOSPITAL, CaseState.CALL_BACK),
    ],
)
def test_each_answer_leads_to_its_state(
    session: Session, now: datetime, disposition: Disposition, state: CaseState
) -> None:
    user = make_user(session)
    case = make_case(session, by=user)
    record_attempt(session, case, Attempt(disposition), viewer=make_viewer(user), now=now)
    assert case.state is state


def test_another_language_says_which_and_neither_it_nor_somebody_else_is_a_refusal(
    session: Session, now: datetime
) -> None:
    user = make_user(session)
    viewer = make_viewer(user)
    case = make_case(session, by=user)
    record_attempt(session, case, Attempt(Disposition.THIRD_PARTY), viewer=viewer, now=now)
    assert case.state is CaseState.TO_CALL
    reached = {one.code: one.numerator for one in outcomes(session, "seniors", viewer=viewer).rates}
    assert (reached["REF3"], reached["CON1"]) == (0, 0)
    with pytest.raises(Invalid) as refused:
        record_attempt(session, case, Attempt(Disposition.LANGUAGE), viewer=viewer, now=now)
    assert refused.value.fields == {"note": "language_required"}
    told = Attempt(Disposition.LANGUAGE, note="Tamoul")
    later = now + timedelta(hours=5)
    record_attempt(session, case, told, viewer=viewer, now=later)
    assert case.state is CaseState.CALL_BACK
    reached = {one.code: one.numerator for one in outcomes(session, "seniors", viewer=viewer).rates}
    assert (reached["REF3"], reached["CON1"]) == (0, 1)


def test_a_refusal_needs_its_reason(session: Session, now: datetime) -> None:
    user = make_user(session)
    case = make_case(session, by=user)
    with pytest.raises(Invalid) as refused:
        record_attempt(
            session, case, Attempt(Disposition.REFUSED), viewer=make_viewer(user), now=now
        )
    assert refused.value.fields == {"reason": "reason_required"}
    assert case.attempts == []


def test_a_call_back_needs_a_moment_to_come(session: Session, now: datetime) -> None:
    user = make_user(session)
    case = make_case(session, by=user)
    for call_back_at, why in ((None, "call_back_required"), (now, "must_be_in_future")):
        with pytest.raises(Invalid) as refused:
            record_attempt(
                session,
                case,
                Attempt(Disposition.CALL_BACK, call_back_at=call_back_at),
                viewer=make_viewer(user),
                now=now,
            )
        assert refused.value.fields == {"call_back_at": why}


def test_a_firm_refusal_is_never_asked_again(session: Session, now: datetime) -> None:
    user = make_user(session)
    case = make_case(session, by=user)
    no = Attempt(Disposition.REFUSED, reason=RefusalReason.PRIVACY)
    record_attempt(session, case, no, viewer=make_viewer(user), now=now)
    with pytest.raises(DoNotContact) as refused:
        record_attempt(
            session,
            case,
            Attempt(Disposition.AGREED),
            viewer=make_viewer(user),
            now=now + timedelta(days=300),
        )
    assert refused.value.code == "refused_for_good"


def test_a_soft_refusal_is_asked_again_once_after_three_months(
    session: Session, now: datetime
) -> None:
    user = make_user(session)
    viewer = make_viewer(user)
    case = make_case(session, by=user)
    later = Attempt(Disposition.REFUSED, Channel.PHONE, RefusalReason.TIMING)
    record_attempt(session, case, later, viewer=viewer, now=now)
    assert session.scalars(select(Refusal.ask_again_on)).one() == date(2026, 6, 10)
    with pytest.raises(DoNotContact):
        record_attempt(session, case, later, viewer=viewer, now=now + timedelta(days=30))
    record_attempt(session, case, later, viewer=viewer, now=now + timedelta(days=100))
    with pytest.raises(DoNotContact, match="refused_for_good"):
        record_attempt(session, case, later, viewer=viewer, now=now + timedelta(days=300))


@pytest.mark.parametrize(
    ("day", "asked"),
    [
        ("2026-06-09T21:59:00+00:00", False),  # 23:59 in Paris
        ("2026-06-09T22:00:00+00:00", True),  # the tenth of June begins there
        ("2026-06-10T12:00:00+00:00", True),
    ],
)
def test_a_soft_refusal_is_asked_again_from_its_day_in_paris_on(
    session: Session, now: datetime, day: str, asked: bool
) -> None:
    user = make_user(session)
    viewer, then = make_viewer(user), datetime.fromisoformat(day)
    case = make_case(session, by=user)
    later = Attempt(Disposition.REFUSED, Channel.PHONE, RefusalReason.TIMING)
    record_attempt(session, case, later, viewer=viewer, now=now)
    only = CaseFilter(state=ASK_AGAIN)
    listed = list_cases(session, viewer, only=only, wanted=Wanted(), now=then)
    assert listed.total == asked
    if asked:
        record_attempt(session, case, Attempt(Disposition.AGREED), viewer=viewer, now=then)
        return
    with pytest.raises(DoNotContact, match="refused_until"):
        record_attempt(session, case, Attempt(Disposition.AGREED), viewer=viewer, now=then)


def test_three_calls_without_answer_make_somebody_not_reached(
    session: Session, now: datetime
) -> None:
    user = make_user(session)
    case = make_case(session, by=user, programme=CALLS_ALONE)
    for day in range(3):
        assert case.state is CaseState.TO_CALL
        record_attempt(
            session,
            case,
            Attempt(Disposition.NO_ANSWER),
            viewer=make_viewer(user),
            now=now + timedelta(days=day),
        )
    assert case.state is CaseState.UNREACHABLE


def test_an_answer_begins_the_count_of_calls_anew(session: Session, now: datetime) -> None:
    user = make_user(session)
    case = make_case(session, by=user, programme=CALLS_ALONE)
    nobody = Attempt(Disposition.NO_ANSWER)
    for day, told in enumerate((nobody, nobody, Attempt(Disposition.THIRD_PARTY), nobody, nobody)):
        at = now + timedelta(days=day)
        record_attempt(session, case, told, viewer=make_viewer(user), now=at)
    assert case.state is CaseState.TO_CALL
    at = now + timedelta(days=6)
    record_attempt(session, case, nobody, viewer=make_viewer(user), now=at)
    assert case.state is CaseState.UNREACHABLE


def test_whoever_is_to_be_left_alone_is_not_called(session: Session, now: datetime) -> None:
    user = make_user(session)
    case = make_case(session, by=user)
    case.person.do_not_contact = True
    with pytest.raises(DoNotContact, match="do_not_contact"):
        record_attempt(
            session, case, Attempt(Disposition.AGREED), viewer=make_viewer(user), now=now
        )
    assert case.state is CaseState.TO_CALL


def test_the_second_of_two_clicks_is_no_second_call(session: Session, now: datetime) -> None:
    user = make_user(session)
    case, told = make_case(session, by=user), Attempt(Disposition.NO_ANSWER, seen=0)
    record_attempt(session, case, told, viewer=make_viewer(user), now=now)
    with pytest.raises(Conflict):
        record_attempt(session, case, told, viewer=make_viewer(user), now=now)


def test_a_death_closes_the_case_and_stops_every_call(session: Session, now: datetime) -> None:
    user = make_user(session)
    case = make_case(session, by=user)
    record_attempt(session, case, Attempt(Disposition.DEAD), viewer=make_viewer(user), now=now)
    assert case.person.died_on == now.date()
    assert case.person.do_not_contact
    with pytest.raises(Conflict, match="case_closed"):
        record_attempt(
            session, case, Attempt(Disposition.NO_ANSWER), viewer=make_viewer(user), now=now
        )


def test_a_call_is_written_in_the_access_log(session: Session, now: datetime) -> None:
    user = make_user(session)
    case = make_case(session, by=user)
    record_attempt(session, case, Attempt(Disposition.AGREED), viewer=make_viewer(user), now=now)
    event = session.scalars(select(AccessEvent)).one()
    assert (event.user_id, event.what) == (user.id, "contact_attempt")
    assert session.scalars(select(AccessedPerson.person_id)).all() == [case.person_id]


def test_a_protected_person_cannot_be_found_by_somebody_not_named(
    session: Session, now: datetime
) -> None:
    named, other = make_user(session), make_user(session)
    case = make_case(session, by=named)
    protect(session, case.person, by=named.id, now=now)
    assert find_case(session, make_viewer(named), case.id) is case
    with pytest.raises(NotFound):
        find_case(session, make_viewer(other), case.id)
