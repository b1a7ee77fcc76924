"""Pauses and refusals: nothing is due meanwhile, and what they took comes back with their end."""

import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.factories import make_case, make_user, make_viewer, make_visit
from tests.visits.desk import Desk, note_task
from visits.agenda.doors import Knock, report_shut_door
from visits.agenda.planning import cancel_visit, plan_visit
from visits.calls.call_list import CaseFilter, list_cases
from visits.calls.contacts import Attempt, record_attempt
from visits.calls.taking_back import take_back
from visits.cases.cases import close_case, reopen_case
from visits.cases.pauses import end_pause, pause, visits_elsewhere
from visits.cases.tasks import close_task, reopen_task
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.calls import Channel, Disposition, RefusalReason
from visits.models.cases import Case, CaseState, TaskState
from visits.models.visits import VisitState
from visits.sight import Reach, Viewer
from visits.sight.listing import Wanted


@pytest.fixture
def desk(session: Session, now: datetime, tmp_path: Path) -> Desk:
    return Desk(session, now, tmp_path)


def test_nothing_is_due_in_a_pause_and_what_it_took_comes_back_with_it(desk: Desk) -> None:
    noted = _pause(desk, date(2026, 3, 16), date(2026, 3, 26))
    assert desk.days() == []
    assert desk.days(TaskState.WITHDRAWN) == [date(2026, 3, 17), date(2026, 3, 24)]
    assert desk.later(7) == 1
    assert desk.days() == [date(2026, 3, 31)]
    end_pause(desk.session, desk.case, noted, viewer=desk.viewer, now=desk.now)
    assert desk.days() == [date(2026, 3, 17), date(2026, 3, 24), date(2026, 3, 31)]
    with pytest.raises(Conflict, match="pause_over"):
        end_pause(desk.session, desk.case, noted, viewer=desk.viewer, now=desk.now)


def test_what_one_pause_took_rests_on_while_another_one_stands(desk: Desk) -> None:
    first = _pause(desk, date(2026, 3, 11), date(2026, 3, 24))
    second = _pause(desk, date(2026, 3, 24), date(2026, 3, 26))
    end_pause(desk.session, desk.case, first, viewer=desk.viewer, now=desk.now)
    assert desk.days() == [date(2026, 3, 17)]
    end_pause(desk.session, desk.case, second, viewer=desk.viewer, now=desk.now)
    assert desk.days() == [date(2026, 3, 17), date(2026, 3, 24)]


def test_a_pause_of_a_closed_case_gives_nothing_back_before_it_is_open_again(desk: Desk) -> None:
    noted = _pause(desk, date(2026, 3, 16), date(2026, 3, 26))
    close_case(desk.session, desk.case, outcome="linked", viewer=desk.viewer, now=desk.now)
    with pytest.raises(Conflict, match="case_closed"):
        end_pause(desk.session, desk.case, noted, viewer=desk.viewer, now=desk.now)
    assert desk.days() == []
    reopen_case(desk.session, desk.case, viewer=desk.viewer, now=desk.now)
    end_pause(desk.session, desk.case, noted, viewer=desk.viewer, now=desk.now)
    assert desk.days() == [date(2026, 3, 17), date(2026, 3, 24)]


def test_a_pause_names_what_her_other_cases_have_planned_in_those_days(desk: Desk) -> None:
    def named(viewer: Viewer) -> list[uuid.UUID]:
        found = visits_elsewhere(desk.session, viewer, desk.case, today=desk.now.date())
        return [one.id for one in found]

    other = make_case(desk.session, by=desk.visitor, person=desk.person, programme="seniors")
    within, after = (
        make_visit(
            desk.session, case=other, visitor=desk.visitor, start_at=desk.now + timedelta(days=days)
        )
        for days in (3, 9)
    )
    assert named(desk.viewer) == []
    noted = _pause(desk, date(2026, 3, 10), date(2026, 3, 16))
    assert named(desk.viewer) == [within.id]
    # Of a case that one does not see nothing is told.
    assert named(make_viewer(make_user(desk.session), Reach.OWN)) == []
    within.state = VisitState.CANCELLED
    desk.session.flush()
    assert named(desk.viewer) == []
    within.state = VisitState.PLANNED
    end_pause(desk.session, desk.case, noted, viewer=desk.viewer, now=desk.now)
    assert named(desk.viewer) == []
    assert after.state is VisitState.PLANNED


def _refuse(desk: Desk) -> uuid.UUID:
    said = Attempt(Disposition.REFUSED, reason=RefusalReason.PRIVACY)
    kept = record_attempt(desk.session, desk.case, said, viewer=desk.viewer, now=desk.now)
    desk.session.flush()
    desk.session.expire_all()
    return kept.id


def test_a_refusal_stops_what_is_due_and_says_so_and_taking_it_back_brings_all_of_it(
    desk: Desk,
) -> None:
    by_hand = note_task(desk, "Envoyer la brochure", date(2026, 3, 12))
    desk.agree()
    desk.plan(days=2)
    refusal = _refuse(desk)
    stopped = desk.tasks(TaskState.WITHDRAWN)
    assert [(one.due_on, one.why) for one in stopped] == [
        (date(2026, 3, 17), "refused"),
        (date(2026, 3, 24), "refused"),
    ]
    assert desk.tasks() == [by_hand]
    with pytest.raises(Conflict, match="refusal_stops_it"):
        reopen_task(desk.session, stopped[0], viewer=desk.viewer, now=desk.now)
    assert desk.later(1) == 0
    take_back(desk.session, desk.case, refusal, reason="Erreur", viewer=desk.viewer, now=desk.now)
    assert desk.days()[:3] == [date(2026, 3, 12), date(2026, 3, 17), date(2026, 3, 24)]
    assert desk.tasks()[1].visit_id is not None
    assert desk.case.state is CaseState.PLANNED


def test_what_somebody_called_off_before_a_refusal_does_not_come_back_with_it(desk: Desk) -> None:
    unwanted = desk.tasks()[0]
    close_task(
        desk.session, unwanted, TaskState.WITHDRAWN, why="Pas ce jour-là", viewer=desk.viewer,
        now=desk.now,
    )  # fmt: skip
    refusal = _refuse(desk)
    assert desk.tasks() == []
    take_back(desk.session, desk.case, refusal, reason="Erreur", viewer=desk.viewer, now=desk.now)
    assert desk.days() == [date(2026, 3, 24)]


def test_nothing_comes_due_of_whoever_refused_until_she_changes_her_mind(desk: Desk) -> None:
    _refuse(desk)
    _pause(desk, date(2026, 3, 24), date(2026, 3, 25))
    assert [desk.later(7) for _ in range(3)] == [0, 0, 0]  # 31 March
    assert desk.tasks() == []
    said = Attempt(Disposition.AGREED, Channel.INCOMING)
    record_attempt(desk.session, desk.case, said, viewer=desk.viewer, now=desk.now)
    # What is too late stays withdrawn for her refusal, what comes now is due.
    assert desk.days() == [date(2026, 3, 31), date(2026, 4, 7), date(2026, 4, 14)]
    assert [one.why for one in desk.tasks(TaskState.WITHDRAWN)] == ["refused", "in_pause"]


def test_the_job_stops_what_stood_due_of_whoever_refused_before(desk: Desk) -> None:
    desk.case.state = CaseState.REFUSED
    desk.later(1)
    assert desk.tasks() == []
    assert {one.why for one in desk.tasks(TaskState.WITHDRAWN)} == {"refused"}


def test_a_refusal_at_the_door_stops_what_is_due(desk: Desk) -> None:
    desk.agree()
    visit = desk.plan(days=1)
    desk.now += timedelta(days=1, hours=1)
    knock = Knock(Disposition.REFUSED, at=visit.planned_start_at, reason=RefusalReason.NO_NEED)
    report_shut_door(desk.session, visit, knock, viewer=desk.viewer, now=desk.now)
    assert desk.tasks() == []


def test_a_paused_case_rests_in_the_call_list_until_its_end(desk: Desk) -> None:
    def listed(state: str) -> list[Case]:
        only = CaseFilter("support", state)
        wanted = Wanted()
        return list(
            list_cases(desk.session, desk.viewer, only=only, wanted=wanted, now=desk.now).rows
        )

    assert (listed("to_contact"), listed("paused")) == ([desk.case], [])
    noted = _pause(desk, date(2026, 3, 10), date(2026, 3, 12))
    assert (listed("to_contact"), listed("paused")) == ([], [desk.case])
    desk.now += timedelta(days=2)
    assert (listed("to_contact"), listed("paused")) == ([], [desk.case])
    desk.now += timedelta(days=1)
    assert (listed("to_contact"), listed("paused")) == ([desk.case], [])
    desk.now -= timedelta(days=3)
    end_pause(desk.session, desk.case, noted, viewer=desk.viewer, now=desk.now)
    assert listed("to_contact") == [desk.case]


def test_no_visit_is_planned_inside_a_pause_unless_somebody_insists(desk: Desk) -> None:
    desk.agree()
    _pause(desk, date(2026, 3, 11), date(2026, 3, 13))
    with pytest.raises(Invalid) as refused:
        desk.plan(days=2)
    assert refused.value.fields == {"insist": "paused_then"}
    assert refused.value.details == {"until": date(2026, 3, 13)}
    assert desk.plan(days=4).unusual_why is None
    start = (desk.now + timedelta(days=2)).replace(hour=10, minute=0)
    visit = plan_visit(
        desk.session, desk.case, visitor_id=desk.visitor.id, start_at=start, minutes=45,
        insist="Rentre pour le jour", viewer=desk.viewer, now=desk.now,
    )  # fmt: skip
    assert visit.unusual_why == "Rentre pour le jour"


def test_a_pause_over_planned_visits_says_which_stand_and_gives_back_those_it_called_off(
    desk: Desk,
) -> None:
    desk.agree()
    off, stays = desk.plan(days=2), desk.plan(days=9)
    days = {"from_on": date(2026, 3, 11), "until_on": date(2026, 3, 26)}
    with pytest.raises(Invalid) as refused:
        _pause(desk, *days.values())
    assert refused.value.fields == {"visits": "visits_in_pause"}
    assert desk.days(TaskState.WITHDRAWN) == []
    noted = pause(
        desk.session, desk.case, why="Hôpital", called_off=[off.id], viewer=desk.viewer,
        now=desk.now, **days,
    )  # fmt: skip
    assert (off.state, stays.state) == (VisitState.CANCELLED, VisitState.PLANNED)
    assert [one.visit_id for one in desk.tasks()] == [stays.id]
    assert desk.case.state is CaseState.PLANNED
    end_pause(desk.session, desk.case, noted.id, viewer=desk.viewer, now=desk.now)
    assert off.state is VisitState.PLANNED
    assert [one.visit_id for one in desk.tasks()] == [off.id, stays.id]


def test_a_visit_on_the_last_day_of_a_pause_is_in_it_and_one_called_off_before_stays_so(
    desk: Desk,
) -> None:
    desk.agree()
    before, last = desk.plan(days=1), desk.plan(days=2)
    cancel_visit(desk.session, before, reason="Autre", viewer=desk.viewer, now=desk.now)
    days = {"from_on": date(2026, 3, 11), "until_on": date(2026, 3, 12)}
    with pytest.raises(Invalid):
        _pause(desk, *days.values())
    noted = pause(
        desk.session, desk.case, why="Hôpital", called_off=[last.id], viewer=desk.viewer,
        now=desk.now, **days,
    )  # fmt: skip
    back = end_pause(desk.session, desk.case, noted.id, viewer=desk.viewer, now=desk.now)
    assert (back.planned, back.lost) == ([last], [])
    assert before.state is VisitState.CANCELLED


def test_a_pause_is_taken_back_in_its_own_case_and_until_it_is_over(desk: Desk) -> None:
    noted = _pause(desk, date(2026, 3, 10), date(2026, 3, 12))
    another = make_case(desk.session, by=desk.user)
    with pytest.raises(NotFound):
        end_pause(desk.session, another, noted, viewer=desk.viewer, now=desk.now)
    desk.now += timedelta(days=3)
    with pytest.raises(Conflict, match="pause_over"):
        end_pause(desk.session, desk.case, noted, viewer=desk.viewer, now=desk.now)


def test_in_hospital_on_the_phone_says_which_planned_visits_stand_and_gives_back_the_others(
    desk: Desk,
) -> None:
    desk.agree()
    off, stays = desk.plan(days=2), desk.plan(days=9)
    desk.now += timedelta(hours=1)
    back = desk.now + timedelta(days=12)
    told = Attempt(Disposition.IN_HOSPITAL, call_back_at=back, pauses=True)
    with pytest.raises(Invalid) as refused:
        record_attempt(desk.session, desk.case, told, viewer=desk.viewer, now=desk.now)
    assert refused.value.fields == {"visits": "visits_in_pause"}
    assert len(desk.case.attempts) == 1
    told = replace(told, called_off=(off.id,))
    call = record_attempt(desk.session, desk.case, told, viewer=desk.viewer, now=desk.now)
    assert (off.state, stays.state) == (VisitState.CANCELLED, VisitState.PLANNED)
    assert desk.case.state is CaseState.PLANNED
    desk.session.expire_all()
    given = take_back(
        desk.session, desk.case, call.id, reason="Erreur", viewer=desk.viewer, now=desk.now
    )
    assert (given.planned, given.lost) == ([off], [])
    assert [one.visit_id for one in desk.tasks()] == [off.id, stays.id]


def _pause(desk: Desk, first: date, last: date, why: str = "Hôpital") -> uuid.UUID:
    return pause(
        desk.session, desk.case, from_on=first, until_on=last, why=why, viewer=desk.viewer,
        now=desk.now,
    ).id  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last", "why", "fields"),
    [
        (date(2026, 3, 20), date(2026, 3, 19), "Hôpital", {"until_on": "before_start"}),
        (date(2026, 3, 1), date(2026, 3, 9), "Hôpital", {"until_on": "must_not_be_past"}),
        (date(2026, 3, 1), date(2028, 3, 9), "Hôpital", {"until_on": "too_far"}),
        (date(2026, 3, 11), date(2026, 3, 19), " ", {"why": "required"}),
        (date(2026, 3, 11), date(2026, 3, 19), "x" * 201, {"why": "too_long"}),
    ],
)
def test_a_pause_has_an_end_and_a_reason(
    desk: Desk, first: date, last: date, why: str, fields: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        _pause(desk, first, last, why)
    assert refused.value.fields == fields
    assert len(desk.tasks()) == 2
