"""The call desk: who is next, and that no two callers ring the same door at once."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, not_, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.calls.call_list import CaseFilter, first_to_call, found_cases, next_to_call
from visits.calls.turns import place_of, to_contact
from visits.ground.db import take_turn
from visits.ground.errors import Conflict
from visits.models.calls import CallTurn
from visits.models.cases import Case
from visits.models.people import Person
from visits.sight.reach import Viewer, visible_cases

# How long somebody is a caller's alone, how long a long call may make it, and how long she is not
# offered again once she was set aside. Our choices.
HELD = timedelta(minutes=10)
LONGEST = timedelta(hours=1)
ASIDE = timedelta(hours=1)
TURN = "call desk"


def next_up(
    session: Session,
    viewer: Viewer,
    *,
    programme: str = "",
    after: Case | None = None,
    now: datetime,
) -> Case | None:
    """Find whose turn it is; who else is at home with `after` comes first.

    From the end of the list on, the first's turn comes. Gives None when nobody is to be called. It
    only reads: whom another caller takes meanwhile, `take` refuses.
    """
    others = found_cases(session, viewer, CaseFilter(programme), now).where(
        not_(with_others(viewer, now))
    )
    if after is None:
        return first_to_call(session, others, now=now)
    others = others.where(Case.person_id != after.person_id)
    if _others_live_with(session, after):
        beside = found_cases(session, viewer, CaseFilter(), now).where(
            not_(with_others(viewer, now)),
            Case.person_id != after.person_id,
            Case.dwelling_id == after.dwelling_id,
        )
        if (case := first_to_call(session, beside, now=now)) is not None:
            return case
    place = place_of(session, after, after.attempts, now)
    later = next_to_call(session, others, place, now=now)
    return later or first_to_call(session, others, now=now)


def _others_live_with(session: Session, case: Case) -> bool:
    """Tell whether anybody else of this home has an open case, so that it is worth looking."""
    if case.dwelling_id is None:
        return False
    beside = select(Case.id).where(
        Case.dwelling_id == case.dwelling_id,
        Case.person_id != case.person_id,
        Case.closed_on.is_(None),
    )
    return session.scalar(beside.limit(1)) is not None


def take(session: Session, viewer: Viewer, case: Case, *, now: datetime) -> None:
    """Take this very person. Raises Conflict while another caller has her, or her home."""
    take_turn(session, TURN)
    turn = turn_of(session, viewer, case, now)
    if turn is not None and turn.caller_id != viewer.user_id and not turn.aside:
        raise Conflict("with_another_caller", who=turn.caller.name)
    _let_all_go(session, viewer, now)
    _hold(session, case, viewer, now)


def keep(session: Session, viewer: Viewer, case: Case, *, now: datetime) -> None:
    """Hold whom the caller is speaking with for longer, an hour in all at most."""
    turn = session.get(CallTurn, case.person_id)
    if turn is None or turn.caller_id != viewer.user_id or turn.aside or turn.until <= now:
        return
    turn.until = min(now + HELD, turn.taken_at + LONGEST)


def set_aside(session: Session, viewer: Viewer, case: Case, *, now: datetime) -> None:
    """Offer her to nobody for an hour; nothing is noted of her."""
    take(session, viewer, case, now=now)
    turn = session.get_one(CallTurn, case.person_id)
    turn.aside, turn.until = True, now + ASIDE


def let_go(session: Session, person_id: uuid.UUID) -> None:
    """Let a person be anybody's to call: what came of the call is noted."""
    session.execute(delete(CallTurn).where(CallTurn.person_id == person_id))


def with_others(viewer: Viewer, now: datetime) -> ColumnElement[bool]:
    """Give the condition on `Case` for whom another caller has, or who was set aside."""
    stands = CallTurn.until > now
    others = CallTurn.caller_id != viewer.user_id
    persons = select(CallTurn.person_id).where(stands, or_(others, CallTurn.aside))
    homes = select(CallTurn.dwelling_id).where(
        stands, others, not_(CallTurn.aside), CallTurn.dwelling_id.is_not(None)
    )
    # Spelt with `coalesce`, as a case without a home is in no list of homes, and not "unknown".
    at_home = func.coalesce(Case.dwelling_id.in_(homes), False)
    return or_(Case.person_id.in_(persons), at_home)


def turn_of(session: Session, viewer: Viewer, case: Case, now: datetime) -> CallTurn | None:
    """Find who calls this person, or somebody of her home, just now; her own turn comes first.

    Calls in cases that the viewer may not see are not told: nobody learns by them that there are
    any.
    """
    hers = CallTurn.person_id == case.person_id
    at_home = and_(CallTurn.dwelling_id == case.dwelling_id, not_(CallTurn.aside))
    statement = (
        select(CallTurn)
        .join(CallTurn.case)
        .join(Case.person)
        .options(joinedload(CallTurn.caller))
        .where(CallTurn.until > now, visible_cases(viewer))
        .where(or_(hers, at_home) if case.dwelling_id else hers)
        .order_by(hers.desc(), CallTurn.person_id)
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return session.scalars(statement).one_or_none()


def mine(session: Session, viewer: Viewer, now: datetime) -> Sequence[CallTurn]:
    """List whom this caller has or set aside, the latest first, as far as she still sees them."""
    statement = (
        select(CallTurn)
        .join(CallTurn.case)
        .join(Case.person)
        .options(contains_eager(CallTurn.case).contains_eager(Case.person))
        .where(CallTurn.caller_id == viewer.user_id, CallTurn.until > now, visible_cases(viewer))
        .order_by(CallTurn.aside, CallTurn.taken_at.desc(), CallTurn.person_id)
    )
    return session.scalars(statement).all()


def at_home_too(
    session: Session, viewer: Viewer, case: Case, *, now: datetime
) -> list[tuple[Case, bool]]:
    """List the other open cases of her and of her home, each with whether to call for it now."""
    here = Case.person_id == case.person_id
    if case.dwelling_id is not None:
        here = or_(here, Case.dwelling_id == case.dwelling_id)
    due = to_contact(session, now)
    statement = (
        select(Case, due.label("due"))
        .join(Case.person)
        .options(contains_eager(Case.person))
        .where(here, Case.id != case.id, Case.closed_on.is_(None), visible_cases(viewer))
        .order_by(due.desc(), Person.name_key, Case.id)
    )
    return [(one, bool(is_due)) for one, is_due in session.execute(statement)]


def _hold(session: Session, case: Case, viewer: Viewer, now: datetime) -> None:
    let_go(session, case.person_id)
    session.add(
        CallTurn(
            person_id=case.person_id,
            case_id=case.id,
            dwelling_id=case.dwelling_id,
            caller_id=viewer.user_id,
            taken_at=now,
            until=now + HELD,
        )
    )
    session.flush()


def _let_all_go(session: Session, viewer: Viewer, now: datetime) -> None:
    own = and_(CallTurn.caller_id == viewer.user_id, not_(CallTurn.aside))
    session.execute(delete(CallTurn).where(or_(own, CallTurn.until <= now)))
