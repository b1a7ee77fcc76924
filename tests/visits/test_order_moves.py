"""The life of a work order: each move says what it must, is kept, and is taken back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from tests.factories import NOW, make_user, make_viewer
from tests.visits.test_orders_by_hand import LEAK, Desk
from visits.ground.db import sessions
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.migration import migrate, revert
from visits.models.accounts import OrganisationKind, Role
from visits.models.works import WorkOrder, WorkOrderState
from visits.models.works_history import WorkOrderEvent
from visits.sight import Reach, Viewer
from visits.works.giving import give_order
from visits.works.history import may_take_back, steps_of, take_step_back
from visits.works.moves import MOVES, MoveSaid, move_work_order, moves_of
from visits.works.same_order import put_together
from visits.works.work_orders import escalate_work_orders

S = WorkOrderState
TOMORROW = (NOW + timedelta(days=1)).date()
YESTERDAY = (NOW - timedelta(days=1)).date()
SILENT = MoveSaid()
PLAN = MoveSaid(planned_on=TOMORROW, planned_part="morning")


@pytest.fixture
def desk(session: Session, now: datetime) -> Desk:
    return Desk(session, now)


def move(desk: Desk, state: WorkOrderState, said: MoveSaid = SILENT, **more: Any) -> None:
    """Move the leak as the technician."""
    by = {"viewer": desk.viewer, "now": desk.now} | more
    move_work_order(desk.session, desk.leak, state, said, **by)


def contractor(desk: Desk) -> Viewer:
    """Hire somebody, and give her the leak."""
    user = make_user(desk.session, role=Role.CONTRACTOR, organisation="Plomberie")
    user.organisation.kind = OrganisationKind.PARTNER
    desk.session.flush()
    give_order(desk.session, desk.leak, user.organisation_id, viewer=desk.viewer, now=desk.now)
    return make_viewer(user, Reach.GIVEN)


def history(desk: Desk) -> list[str]:
    """Name what stands of the leak's history, the oldest first."""
    steps = steps_of(desk.session, desk.leak, desk.viewer)
    return [one.what.value for one in reversed(steps) if one.stands]


def test_every_state_is_reached_and_none_from_itself_but_another_plan() -> None:
    assert set(MOVES) == set(S)
    assert [one for one, move in MOVES.items() if one in move.since] == [S.PLANNED]
    left = {state for move in MOVES.values() for state in move.since}
    assert left == set(S), "an order would be stuck"


def test_an_order_lives_from_open_to_checked_and_its_history_says_so(desk: Desk) -> None:
    move(desk, S.ACKNOWLEDGED)
    move(desk, S.PLANNED, MoveSaid(planned_on=TOMORROW, planned_part="14:30", told_how="phone"))
    assert (desk.leak.told_how, desk.leak.told_on) == ("phone", NOW.date())
    move(desk, S.STARTED)
    move(desk, S.ON_HOLD, MoveSaid(hold_why="part", hold_until=TOMORROW, note="Un joint"))
    assert desk.leak.waits_longer_than_said(TOMORROW) is False
    assert desk.leak.waits_longer_than_said(TOMORROW + timedelta(days=1)) is True
    move(desk, S.STARTED)
    assert (desk.leak.hold_why, desk.leak.hold_until) == (None, None)
    move(desk, S.DONE, MoveSaid(note="Joint changé"))
    assert (desk.leak.acknowledged_at, desk.leak.closed_at) == (NOW, NOW)
    move(desk, S.CHECKED, MoveSaid(checked_how="phone", tenant_score=5, note="Contente"))
    assert (desk.leak.is_open, desk.leak.tenant_score) == (False, 5)
    assert history(desk) == [
        "acknowledged", "planned", "started", "on_hold", "started", "done", "checked",
    ]  # fmt: skip
    planned = steps_of(desk.session, desk.leak, desk.viewer)[-2]
    assert (planned.day, planned.part, planned.why) == (TOMORROW, "14:30", "phone")


@pytest.mark.parametrize(
    ("state", "said", "fields"),
    [
        (S.PLANNED, MoveSaid(), {"planned_on": "required", "planned_part": "required"}),
        (
            S.PLANNED,
            MoveSaid(planned_on=YESTERDAY, planned_part="noon", told_how="dove"),
            {"planned_on": "must_not_be_past"}
            | dict.fromkeys(("planned_part", "told_how"), "bad_choice"),
        ),
        (
            S.PLANNED,
            MoveSaid(planned_on=TOMORROW, planned_part="morning", told_on=YESTERDAY),
            {"told_on": "before_it_was_found", "told_how": "required"},
        ),
        (
            S.PLANNED,
            MoveSaid(planned_on=NOW.date() + timedelta(days=400), planned_part="morning"),
            {"planned_on": "too_far_ahead"},
        ),
        (S.ON_HOLD, MoveSaid(), {"hold_why": "required", "hold_until": "required"}),
        (
            S.ON_HOLD,
            MoveSaid(hold_why="other", hold_until=TOMORROW, note=" "),
            {"note": "required"},
        ),
        (S.DONE, MoveSaid(note=" "), {"note": "required"}),
        (S.DONE, MoveSaid(note="a" * 501), {"note": "too_long"}),
        (S.CANCELLED, MoveSaid(), {"note": "required"}),
    ],
)  # fmt: skip
def test_a_move_that_says_too_little_is_refused_field_by_field(
    desk: Desk, state: WorkOrderState, said: MoveSaid, fields: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        move(desk, state, said)
    assert refused.value.fields == fields
    assert (desk.leak.state, history(desk)) == ("open", [])


@pytest.mark.parametrize("score", [0, 6, -1])
def test_a_score_is_of_five(desk: Desk, score: int) -> None:
    move(desk, S.DONE, MoveSaid(note="Fait"))
    with pytest.raises(Invalid) as refused:
        move(desk, S.CHECKED, MoveSaid(checked_how="phone", tenant_score=score))
    assert refused.value.fields == {"tenant_score": "bad_choice"}


def test_a_contractor_refuses_what_she_was_given_and_it_waits_for_another(desk: Desk) -> None:
    hers = contractor(desk)
    assert S.REFUSED not in moves_of(desk.leak, desk.viewer)
    assert not {S.CANCELLED, S.OPEN, S.CHECKED} & set(moves_of(desk.leak, hers))
    with pytest.raises(Invalid):
        move(desk, S.REFUSED, viewer=hers)
    move(desk, S.REFUSED, MoveSaid(note="Pas notre métier"), viewer=hers)
    assert desk.leak in desk.listed(desk.viewer, state="open_all")
    assert desk.leak in desk.listed(desk.viewer, state="refused")
    give_order(desk.session, desk.leak, None, viewer=desk.viewer, now=desk.now)
    assert (desk.leak.state, history(desk)) == ("open", ["given", "refused", "taken_over"])


def test_a_contractor_accepts_what_the_office_took_on_which_stays_so(desk: Desk) -> None:
    move(desk, S.ACKNOWLEDGED)
    hers = contractor(desk)
    assert (desk.leak.state, desk.leak.accepted_at) == ("acknowledged", None)
    assert S.ACKNOWLEDGED in moves_of(desk.leak, hers)
    assert S.ACKNOWLEDGED not in moves_of(desk.leak, desk.viewer)
    move(desk, S.ACKNOWLEDGED, viewer=hers, now=desk.now + timedelta(minutes=5))
    assert (desk.leak.state, desk.leak.acknowledged_at) == ("acknowledged", desk.now)
    assert history(desk) == ["acknowledged", "given", "accepted"]
    with pytest.raises(Conflict):
        move(desk, S.ACKNOWLEDGED, viewer=hers)
    give_order(desk.session, desk.leak, None, viewer=desk.viewer, now=desk.now)
    assert (desk.leak.state, desk.leak.accepted_at) == ("acknowledged", None)


def test_what_a_contractor_took_on_waits_again_once_it_is_with_another(desk: Desk) -> None:
    hers = contractor(desk)
    move(desk, S.ACKNOWLEDGED, viewer=hers)
    assert (desk.leak.state, desk.leak.accepted_at) == ("acknowledged", desk.now)
    give_order(desk.session, desk.leak, None, viewer=desk.viewer, now=desk.now)
    assert (desk.leak.state, desk.leak.acknowledged_at) == ("open", None)
    assert desk.leak.accepted_at is None


def test_an_urgent_order_is_escalated_until_somebody_takes_it_on_even_refused(desk: Desk) -> None:
    desk.leak.severity = type(desk.leak.severity).U0
    hers = contractor(desk)
    move(desk, S.REFUSED, MoveSaid(note="Trop loin"), viewer=hers)
    assert escalate_work_orders(desk.session, now=desk.now + timedelta(hours=1)) == 1
    assert desk.leak.waits_too_long
    move(desk, S.ACKNOWLEDGED)
    assert not desk.leak.waits_too_long


def test_the_latest_step_is_taken_back_and_all_stands_as_before(desk: Desk) -> None:
    move(desk, S.PLANNED, PLAN)
    move(desk, S.DONE, MoveSaid(note="Fait"))
    done, planned = steps_of(desk.session, desk.leak, desk.viewer)
    back = {"viewer": desk.viewer, "now": desk.now}
    with pytest.raises(Conflict):
        take_step_back(desk.session, desk.leak, planned.id, **back)
    take_step_back(desk.session, desk.leak, done.id, **back)
    assert (desk.leak.state, desk.leak.closed_at, desk.leak.closing_note) == ("planned", None, None)
    assert desk.leak in desk.listed(desk.viewer, state="open_all")
    assert desk.leak.planned_on == TOMORROW
    take_step_back(desk.session, desk.leak, planned.id, **back)
    assert (desk.leak.state, desk.leak.planned_on) == ("open", None)
    assert desk.leak.acknowledged_at is None
    with pytest.raises(Conflict):
        take_step_back(desk.session, desk.leak, planned.id, **back)
    assert (history(desk), done.taken_back_by_id) == ([], desk.technician.id)
    with pytest.raises(NotFound):
        take_step_back(desk.session, desk.lamp, done.id, **back)


def test_a_contractor_takes_back_her_own_steps_alone_and_reads_none_of_before(desk: Desk) -> None:
    move(desk, S.PLANNED, PLAN)
    desk.now += timedelta(hours=1)
    hers = contractor(desk)
    seen = steps_of(desk.session, desk.leak, hers)
    assert [one.what for one in seen] == ["given"]
    assert may_take_back(seen, hers) is None
    move(desk, S.DONE, MoveSaid(note="Fait"), viewer=hers, now=desk.now + timedelta(hours=1))
    seen = steps_of(desk.session, desk.leak, hers)
    assert may_take_back(seen, hers) is seen[0]
    assert may_take_back(seen, desk.viewer) is seen[0]


def test_what_changed_more_than_one_order_is_undone_by_no_step_back(desk: Desk) -> None:
    other = desk.open(desk.home, LEAK)
    kept = put_together(desk.session, desk.leak, other, viewer=desk.viewer, now=desk.now)
    gone = other if kept is desk.leak else desk.leak
    steps = steps_of(desk.session, gone, desk.viewer)
    assert [one.what for one in steps] == ["cancelled"]
    assert may_take_back(steps, desk.viewer) is None


def test_orders_of_before_keep_what_was_known_of_their_life(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        desk = Desk(session, NOW)
        contractor(desk)
        move(desk, S.STARTED)
        move(desk, S.DONE, MoveSaid(note="Joint changé"))
        move(desk, S.CHECKED, MoveSaid(checked_how="visit"))
        move_work_order(session, desk.lamp, S.PLANNED, PLAN, viewer=desk.viewer, now=NOW)
    revert(engine, to="0072")
    with engine.connect() as connection:
        states = connection.execute(text("SELECT state FROM work_order ORDER BY state")).scalars()
        assert list(states) == ["done", "open"]
    migrate(engine)
    with sessions(engine)() as session:
        leak = session.scalars(select(WorkOrder).where(WorkOrder.state == S.DONE)).one()
        told = select(WorkOrderEvent).where(WorkOrderEvent.work_order_id == leak.id)
        events = {one.what.value: one for one in session.scalars(told)}
        assert set(events) == {"done", "given", "started"}
        assert (events["done"].note, events["done"].before) == ("Joint changé", None)
        assert leak.acknowledged_at == NOW
        assert session.scalar(select(func.count(WorkOrderEvent.id))) == 3
