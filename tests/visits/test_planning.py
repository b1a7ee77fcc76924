"""The diary refuses what cannot be, and keeps the case in step."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from tests.factories import (
    make_case,
    make_dwelling,
    make_mandate,
    make_person,
    make_user,
    make_viewer,
    make_visit,
)
from visits.agenda.planning import (
    answered_unless_said,
    cancel_visit,
    find_visit,
    move_visit,
    plan_visit,
    visits_of_visitor,
)
from visits.agenda.slot_check import may_go
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import Role, User
from visits.models.cases import Case, CaseState, Task
from visits.models.visits import Visit, VisitState
from visits.people.protection import name_for_access, protect
from visits.sight import Reach, Viewer

HOUR = timedelta(hours=1)


def test_a_visit_is_planned_for_somebody_who_agreed(session: Session, now: datetime) -> None:
    user, visitor = make_user(session), make_user(session, role=Role.VISITOR)
    case = make_case(session, by=user, state=CaseState.AGREED)
    visit = plan_visit(
        session,
        case,
        visitor_id=visitor.id,
        start_at=now + HOUR,
        minutes=90,
        viewer=make_viewer(user),
        now=now,
    )
    assert visit.planned_end_at - visit.planned_start_at == timedelta(minutes=90)
    assert case.state is CaseState.PLANNED


def test_nobody_is_visited_who_has_not_agreed(session: Session, now: datetime) -> None:
    user, visitor = make_user(session), make_user(session, role=Role.VISITOR)
    case = make_case(session, by=user)
    with pytest.raises(Conflict, match="not_agreed_yet"):
        plan_visit(
            session,
            case,
            visitor_id=visitor.id,
            start_at=now + HOUR,
            minutes=90,
            viewer=make_viewer(user),
            now=now,
        )


@pytest.mark.parametrize(
    ("shift", "refused"), [(0, True), (89, True), (-89, True), (90, False), (-90, False)]
)
def test_a_visitor_is_in_one_flat_at_a_time(
    session: Session, now: datetime, shift: int, refused: bool
) -> None:
    user, visitor = make_user(session), make_user(session, role=Role.VISITOR)
    start = now + timedelta(hours=5)
    for offset, wanted in ((0, False), (shift, refused)):
        case = make_case(session, by=user, state=CaseState.AGREED)
        arguments = {
            "visitor_id": visitor.id,
            "start_at": start + timedelta(minutes=offset),
            "minutes": 90,
            "viewer": make_viewer(user),
            "now": now,
        }
        if wanted:
            with pytest.raises(Invalid) as busy:
                plan_visit(session, case, **arguments)
            assert busy.value.fields == {"start_at": "visitor_busy_with"}
        else:
            plan_visit(session, case, **arguments)


def test_only_a_named_visitor_goes_to_a_protected_person(session: Session, now: datetime) -> None:
    user, visitor = make_user(session), make_user(session, role=Role.VISITOR)
    case = make_case(session, by=user, state=CaseState.AGREED)
    protect(session, case.person, by=user.id, now=now)
    arguments = {
        "visitor_id": visitor.id,
        "start_at": now + HOUR,
        "minutes": 90,
        "viewer": make_viewer(user),
        "now": now,
    }
    with pytest.raises(Invalid) as refused:
        plan_visit(session, case, **arguments)
    assert refused.value.fields == {"visitor_id": "visitor_not_named"}
    name_for_access(session, case.person, user_id=visitor.id, by=user.id, now=now)
    plan_visit(session, case, **arguments)


def test_a_visitor_is_no_technician_and_no_stranger(session: Session, now: datetime) -> None:
    user = make_user(session, role=Role.TECHNICIAN)
    case = make_case(session, by=user, state=CaseState.AGREED)
    for visitor_id in (user.id, uuid.uuid4()):
        with pytest.raises(Invalid, match="invalid") as refused:
            plan_visit(
                session,
                case,
                visitor_id=visitor_id,
                start_at=now + HOUR,
                minutes=90,
                viewer=make_viewer(user),
                now=now,
            )
        assert refused.value.fields == {"visitor_id": "unknown_visitor"}


def test_a_visitor_finds_her_own_visits_only(session: Session, now: datetime) -> None:
    mine, other = (make_user(session, role=Role.VISITOR) for _ in range(2))
    visit = make_visit(session, case=make_case(session, by=mine), visitor=other)
    assert find_visit(session, make_viewer(other, Reach.OWN), visit.id) is visit
    with pytest.raises(NotFound):
        find_visit(session, make_viewer(mine, Reach.OWN), visit.id)
    span = {"start_at": now - HOUR, "end_at": now + 12 * HOUR}
    assert visits_of_visitor(session, make_viewer(mine, Reach.OWN), **span) == []
    assert visits_of_visitor(session, make_viewer(other, Reach.OWN), **span) == [visit]


def test_a_cancelled_visit_can_be_planned_again(session: Session, now: datetime) -> None:
    visitor = make_user(session, role=Role.VISITOR)
    case = make_case(session, by=visitor)
    visit = make_visit(session, case=case, visitor=visitor)
    cancel_visit(session, visit, reason="grippe", viewer=make_viewer(visitor), now=now)
    assert (visit.state, case.state) == (VisitState.CANCELLED, CaseState.AGREED)
    with pytest.raises(Conflict):
        move_visit(
            session,
            visit,
            visitor_id=visitor.id,
            start_at=now + HOUR,
            viewer=make_viewer(visitor),
            now=now,
        )


PARIS = ZoneInfo("Europe/Paris")


def _asked(session: Session, **said: object) -> tuple[Viewer, User, Case]:
    user, visitor = make_user(session), make_user(session, role=Role.VISITOR)
    case = make_case(session, by=user, state=CaseState.AGREED, **said)
    return make_viewer(user), visitor, case


@pytest.mark.parametrize(
    ("day", "clock", "why"),
    [
        ((2026, 3, 15), (14, 0), "visit_on_sunday"),
        ((2026, 4, 6), (14, 0), "visit_on_holiday"),
        ((2026, 3, 12), (7, 59), "visit_at_night"),
        ((2026, 3, 12), (18, 31), "visit_at_night"),
        ((2026, 3, 12), (23, 30), "visit_at_night"),
        ((2026, 3, 12), (8, 0), None),
        ((2026, 3, 12), (18, 30), None),
        ((2026, 3, 14), (10, 0), None),
    ],
)
def test_an_unusual_time_is_planned_only_by_saying_why(
    session: Session,
    now: datetime,
    day: tuple[int, int, int],
    clock: tuple[int, int],
    why: str | None,
) -> None:
    viewer, visitor, case = _asked(session)

    def plan(insist: str = "") -> Visit:
        return plan_visit(
            session, case, visitor_id=visitor.id,
            start_at=datetime(*day, *clock, tzinfo=PARIS), minutes=90, viewer=viewer, now=now,
            insist=insist,
        )  # fmt: skip

    if why is None:
        assert plan("Not needed").unusual_why is None
        return
    with pytest.raises(Invalid) as refused:
        plan("  ")
    assert refused.value.fields == {"insist": why}
    visit = plan(" Her daughter is there ")
    assert visit.unusual_why == "Her daughter is there"
    move_visit(
        session, visit, visitor_id=visitor.id, start_at=datetime(2026, 3, 13, 10, tzinfo=PARIS),
        viewer=viewer, now=now,
    )  # fmt: skip
    assert visit.unusual_why is None


def test_a_collision_names_whom_it_is_with_only_to_who_may_see_her(
    session: Session, now: datetime
) -> None:
    viewer, visitor, case = _asked(session)
    at = datetime(2026, 3, 12, 14, tzinfo=PARIS)
    other = make_case(session, by=visitor, state=CaseState.PLANNED)
    make_visit(session, case=other, visitor=visitor, start_at=at)

    def refusal() -> Invalid:
        with pytest.raises(Invalid) as refused:
            plan_visit(
                session, case, visitor_id=visitor.id, start_at=at, minutes=60,
                viewer=viewer, now=now,
            )  # fmt: skip
        return refused.value

    assert refusal().fields == {"start_at": "visitor_busy_with"}
    assert refusal().details["name"] == other.person.name
    protect(session, other.person, by=visitor.id, now=now)
    assert refusal().fields == {"start_at": "visitor_busy"}
    assert refusal().details == {}


def test_two_visits_in_one_home_at_once_are_remarked_unless_one_is_hidden(
    session: Session, now: datetime
) -> None:
    dwelling = make_dwelling(session)
    viewer, visitor, case = _asked(
        session, dwelling=dwelling, person=make_person(session, dwelling=dwelling)
    )
    spouse = make_person(session, dwelling=dwelling)
    other = make_case(
        session, by=visitor, person=spouse, dwelling=dwelling, state=CaseState.PLANNED
    )
    at = datetime(2026, 3, 12, 14, tzinfo=PARIS)
    make_visit(session, case=other, visitor=make_user(session, role=Role.VISITOR), start_at=at)

    def plan() -> Visit:
        return plan_visit(
            session, case, visitor_id=visitor.id, start_at=at, minutes=60, viewer=viewer,
            now=now,
        )  # fmt: skip

    with pytest.raises(Invalid) as refused:
        plan()
    assert refused.value.fields == {"insist": "home_visited_then"}
    protect(session, spouse, by=visitor.id, now=now)
    assert plan().unusual_why is None


def test_whose_organisation_has_no_mandate_there_that_day_is_sent_to_nobody(
    session: Session, now: datetime
) -> None:
    office = make_user(session)
    viewer, eyes = make_viewer(office), today_in_paris(now)
    theirs, ours = (
        make_user(session, role=Role.VISITOR, **of) for of in ({"organisation": "Relais"}, {})
    )
    case = make_case(session, by=office, state=CaseState.AGREED)

    def plan() -> Visit:
        return plan_visit(
            session, case, visitor_id=theirs.id, start_at=now + HOUR, minutes=60,
            viewer=viewer, now=now,
        )  # fmt: skip

    def refused(change: Callable[[], object]) -> bool:
        with pytest.raises(Invalid) as said:
            change()
        return said.value.fields == {"visitor_id": "visitor_without_mandate"}

    assert (refused(plan), may_go(session, case, viewer, on=eyes)) == (True, [ours])
    make_mandate(session, theirs, programme="residences")
    assert (refused(plan), may_go(session, case, viewer, on=eyes)) == (True, [ours])
    mandate = make_mandate(session, theirs)
    assert may_go(session, case, viewer, on=eyes) == [theirs, ours]
    visit = plan()
    mandate.until_on = eyes - timedelta(days=1)
    # What stands may be moved; nobody else of theirs takes it.
    assert may_go(session, case, viewer, on=eyes) == [theirs, ours]
    move_visit(
        session, visit, visitor_id=theirs.id, start_at=now + 2 * HOUR, viewer=viewer, now=now
    )
    other = make_user(session, role=Role.VISITOR, organisation="Relais")
    at = now + 3 * HOUR
    assert refused(
        lambda: move_visit(session, visit, visitor_id=other.id, start_at=at, viewer=viewer, now=now)
    )
    assert other not in may_go(session, case, viewer, on=eyes)


TURN, CHECK, SOON, LATER, LATE = "turn", "check", "soon", "later", "late"


@pytest.mark.parametrize(
    ("due", "kind", "answered"),
    [
        ((TURN, SOON), "", (TURN, SOON)),
        ((LATE, TURN, CHECK), "", (LATE, TURN)),  # who comes for what was promised makes the turn
        ((TURN, LATER), "", (TURN,)),  # what was promised for another day waits for it
        ((CHECK, TURN, LATE), "", (CHECK, LATE)),  # one turn alone: those missed stay missed
        ((TURN, CHECK, LATE), "check", (CHECK, LATE)),
        ((LATER,), "", (LATER,)),
        ((), "", ()),
    ],
)
def test_what_was_promised_by_the_day_of_a_visit_is_answered_with_its_turn(
    now: datetime, due: tuple[str, ...], kind: str, answered: tuple[str, ...]
) -> None:
    by = today_in_paris(now)
    days = {LATE: by - timedelta(days=3), SOON: by, LATER: by + timedelta(days=5)}
    tasks = {
        name: Task(
            what=name, due_on=days.get(name, by), not_before=by - timedelta(days=7),
            visit_kind=None if name in days else name,
            consequence_id=uuid.uuid4() if name in days else None,
        )
        for name in due
    }  # fmt: skip
    found = answered_unless_said(list(tasks.values()), by=by, kind=kind)
    assert tuple(one.what for one in found) == answered
