"""The one dated list of a person's page: what its reader may see of each kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from visits.models.people import Person
from visits.people.happened import EntryKind
from visits.people.people import accesses_of
from visits.people.timeline import timeline
from visits.sight.listing import Listed
from webapp.access.auth import Action, may, viewer
from webapp.office.frame.listing import wanted

# Who may read each kind; what a case tells is told as far as the action reaches.
READS: dict[EntryKind, Action] = {
    EntryKind.HOME: Action.SEE_PERSONS,
    EntryKind.LIFE: Action.SEE_PERSONS,
    EntryKind.CASE: Action.SEE_PERSONS,
    EntryKind.TASK: Action.SEE_CASES,
    EntryKind.PROMISE: Action.FOLLOW_UP,
    EntryKind.CALL: Action.SEE_CASES,
    EntryKind.VISIT: Action.SEE_PERSONS,
    EntryKind.SUPPORT: Action.SEE_CASES,
    EntryKind.SESSION: Action.RUN_SESSIONS,
    EntryKind.ANSWER: Action.SEE_ANSWERS,
    EntryKind.WORK: Action.SEE_WORKS,
    EntryKind.ADAPTATION: Action.FOLLOW_ADAPTATIONS,
    EntryKind.REFERRAL: Action.FOLLOW_REFERRALS,
    EntryKind.TRANSFER: Action.FOLLOW_ADAPTATIONS,
    EntryKind.STAY: Action.SEE_PERSONS,
    EntryKind.COMPLAINT: Action.SUPPORT,
    EntryKind.MESSAGE: Action.PLAN,
    EntryKind.CONSENT: Action.SEE_PERSONS,
    EntryKind.REFUSED: Action.SEE_ANSWERS,
    EntryKind.MEASURE: Action.SEE_PERSONS,
    EntryKind.SCORE: Action.SEE_ANSWERS,
    EntryKind.NEED: Action.SUPPORT,
    EntryKind.AUTONOMY: Action.RECORD_SCORES,
    EntryKind.MEDICAL: Action.RECORD_SCORES,
    EntryKind.IDENTITY: Action.SEE_PERSONS,
}
# Who looked stands apart: every list that showed her would drown what happened.
LOOKED = "looked"


@dataclass(frozen=True)
class Shown:
    """A page of the list: the kinds to choose from, the one chosen, rows or who looked."""

    kinds: Sequence[str]
    only: str
    rows: Listed[Any] | None
    looked: Listed[Any] | None


def shown_timeline(session: Session, person: Person) -> Shown:
    """Read the page of the list that the address asks for; an unknown kind is all of them."""
    viewers = {kind: viewer(action) for kind, action in READS.items() if may(action)}
    kinds = [kind.value for kind in viewers]
    if may(Action.PROTECT_PERSONS):
        kinds.append(LOOKED)
    only = request.args.get("kind", "")
    only = only if only in kinds else ""
    if only == LOOKED:
        return Shown(kinds, only, None, accesses_of(session, person, wanted=wanted()))
    rows = timeline(
        session, person, viewers, wanted=wanted(), only=EntryKind(only) if only else None
    )
    return Shown(kinds, only, rows, None)
