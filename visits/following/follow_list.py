"""Follow-ups as those who keep the promises list them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.models.cases import Case
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.works import FollowUp, FollowUpState
from visits.sight.listing import Listed, Wanted, page_of
from visits.sight.reach import Viewer, visible_cases
from visits.sight.wording import mentions

OPEN = (FollowUpState.WAITING, FollowUpState.DUE)
OPEN_ALL, DUE_NOW, DUE_SOON = "open_all", "due_now", "due_soon"
SOON = timedelta(days=30)
ORDER: dict[str, Any] = {
    "due": FollowUp.due_at,
    "name": Person.name_key,
    "city": Residence.city,
    "state": FollowUp.state,
}


@dataclass(frozen=True)
class FollowUpFilter:
    """Which follow-ups.

    `state` is a state, `open_all`, `due_now` (their day has come), `due_soon` (within 30 days) or
    `all`.
    """

    state: str = OPEN_ALL
    programme: str = ""
    text: str = ""


def list_follow_ups(
    session: Session, viewer: Viewer, *, only: FollowUpFilter, wanted: Wanted, now: datetime
) -> Listed[FollowUp]:
    """List the follow-ups of persons the viewer may see, those due first at the top."""
    statement = (
        select(FollowUp)
        .join(FollowUp.case)
        .join(Case.person)
        .join(Case.dwelling)
        .join(Dwelling.residence)
        .where(visible_cases(viewer))
        .options(
            contains_eager(FollowUp.case).contains_eager(Case.person),
            contains_eager(FollowUp.case)
            .contains_eager(Case.dwelling)
            .contains_eager(Dwelling.residence),
            joinedload(FollowUp.consequence),
        )
    )
    if only.state in (OPEN_ALL, DUE_NOW, DUE_SOON):
        statement = statement.where(FollowUp.state.in_(OPEN))
    if only.state == DUE_NOW:
        statement = statement.where(FollowUp.due_at <= now)
    if only.state == DUE_SOON:
        statement = statement.where(FollowUp.due_at <= now + SOON)
    if only.state in tuple(FollowUpState):
        statement = statement.where(FollowUp.state == FollowUpState(only.state))
    if only.programme:
        statement = statement.where(Case.programme == only.programme)
    if only.text.strip():
        statement = statement.where(mentions(session, only.text))
    return page_of(session, statement, wanted=wanted, order=ORDER, tie=FollowUp.id)
