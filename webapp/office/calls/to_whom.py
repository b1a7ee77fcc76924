"""To whom a case may be given, and what is to do in it: worked out once a page."""

from typing import Any

from sqlalchemy.orm import Session

from visits.cases.charge import charge_choices
from visits.cases.owners import who_may_own
from visits.models.cases import Case
from visits.programmes.schema import OWNERS
from webapp.access.auth import Action, viewer
from webapp.frame.transaction import now
from webapp.office.calls.closed import reaches


def to_whom(session: Session, case: Case) -> dict[str, Any]:
    """Gather who plans and decides in a case, and to whom either may give of it.

    Whoever does both names the same people, by both rights.
    """
    plans, decides = (reaches(session, one, case.id) for one in (Action.PLAN, Action.DECIDE))
    choices = None
    if case.is_open and (plans or decides):
        eyes = viewer(Action.DECIDE if decides else Action.PLAN)
        choices = charge_choices(session, case, viewer=eyes, now=now())
    return {
        "plans_here": plans,
        "decides_here": decides,
        "owners": OWNERS,
        "to_give": who_may_own(session, case, choices) if choices and plans else None,
        "to_charge": choices if decides else None,
    }
