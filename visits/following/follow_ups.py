"""Follow-ups: what was promised to be asked again, and when."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.following.corrections import corrected_by
from visits.following.findings import same_matter
from visits.following.follow_list import (
    DUE_NOW,
    DUE_SOON,
    OPEN,
    FollowUpFilter,
    list_follow_ups,
)
from visits.following.kinds import TAKEN_BACK, Due, Kind, Waits, is_urgent_hazard
from visits.following.promises import worded
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import Role
from visits.models.cases import Case
from visits.models.people import AccessKind
from visits.models.visits import Consequence, Submission, Visit
from visits.models.works import FollowUp, FollowUpState
from visits.sight import Viewer, visible_cases
from visits.sight.access_log import log_access
from visits.sight.listing import JUST_COUNT

NOTE_LENGTH = 500


def open_follow_up(
    session: Session,
    case: Case,
    consequence: Consequence,
    *,
    now: datetime,
    code: str = "",
) -> FollowUp:
    """Open the follow-up a visit calls for; without a delay it is due at once.

    What the version before these answers promised already goes on with its date. Without a `code`
    that of the consequence is one of a follow-up.
    """
    known = _of(session, consequence) or _of_first(session, consequence)
    if known is not None:
        known.consequence, known.case = consequence, case
        if known.state is FollowUpState.CANCELLED and known.note == TAKEN_BACK:
            known.state = FollowUpState.WAITING
            known.note = known.closed_at = known.closed_by_id = None
        session.flush()
        return known
    follow_up = FollowUp(
        case_id=case.id,
        consequence_id=consequence.id,
        code=code or consequence.code,
        state=FollowUpState.WAITING,
        due_at=consequence.due_at or now,
    )
    session.add(follow_up)
    session.flush()
    return follow_up


def _of(session: Session, consequence: Consequence) -> FollowUp | None:
    statement = select(FollowUp).where(FollowUp.consequence_id == consequence.id)
    return session.scalars(statement).one_or_none()


def _of_first(session: Session, consequence: Consequence) -> FollowUp | None:
    """Find what the corrected version promised for the same reason."""
    first = corrected_by(session, consequence.submission)
    if first is None:
        return None
    same = [one.id for one in first.consequences if same_matter(one, consequence)]
    promises = select(FollowUp).where(FollowUp.consequence_id.in_(same)).order_by(FollowUp.id)
    return session.scalars(promises).first()


def find_follow_up(
    session: Session, viewer: Viewer, follow_up_id: uuid.UUID, *, to_change: bool = False
) -> FollowUp:
    """Find a follow-up of a person the viewer may see, else raise NotFound.

    `to_change` waits until nobody else is changing it.
    """
    statement = (
        select(FollowUp)
        .join(FollowUp.case)
        .join(Case.person)
        .where(FollowUp.id == follow_up_id, visible_cases(viewer))
    )
    if to_change:
        statement = statement.with_for_update(of=FollowUp, key_share=True)
    follow_up = session.scalars(statement).one_or_none()
    if follow_up is None:
        raise NotFound("follow_up_not_found")
    return follow_up


def close_follow_up(
    session: Session, follow_up: FollowUp, *, note: str, viewer: Viewer, now: datetime
) -> None:
    """Note what came of a follow-up and close it."""
    if follow_up.state not in (FollowUpState.WAITING, FollowUpState.DUE):
        raise Conflict("follow_up_closed")
    note = note.strip()
    if not note:
        raise Invalid({"note": "required"})
    if len(note) > NOTE_LENGTH:
        raise Invalid({"note": "too_long"})
    follow_up.state, follow_up.note = FollowUpState.DONE, note
    follow_up.closed_at, follow_up.closed_by_id = now, viewer.user_id
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[follow_up.case.person_id],
        kind=AccessKind.WRITE,
        what="follow_up_done",
        now=now,
    )


def remind_follow_ups(session: Session, *, now: datetime) -> int:
    """Turn follow-ups whose day has come from waiting to due; gives how many."""
    waiting = (FollowUp.state == FollowUpState.WAITING, FollowUp.due_at <= now)
    due = session.scalars(select(FollowUp.id).where(*waiting)).all()
    session.execute(update(FollowUp).where(*waiting).values(state=FollowUpState.DUE))
    return len(due)


def _waits(name: str, roles: tuple[Role, ...], state: str, tone: str = "") -> Waits:
    def count(session: Session, viewer: Viewer, now: datetime) -> int:
        only = FollowUpFilter(state=state)
        return list_follow_ups(session, viewer, only=only, wanted=JUST_COUNT, now=now).total

    return Waits(name, roles, count, {"state": state}, tone)


class FollowUps(Kind):
    """What was promised to be asked again; an urgent hazard of no landlord is asked about too."""

    code = "follow_up"
    noted_as = "follow_ups"
    waits = (
        _waits("promises_due", (Role.COORDINATOR, Role.SOCIAL_WORKER), DUE_NOW, "warn"),
        _waits("promises_soon", (Role.SOCIAL_WORKER,), DUE_SOON),
    )

    def called_for(self, consequence: Consequence, called: Sequence[Consequence]) -> bool:
        """Tell whether somebody is to ask again; whatever is the landlord's is not claimed here."""
        if consequence.kind == self.code:
            return True
        return is_urgent_hazard(consequence) and consequence.owner != "landlord"

    def open(
        self, session: Session, case: Case | None, consequence: Consequence, *, now: datetime
    ) -> None:
        """Open the promise in the case."""
        assert case is not None  # nothing is promised to a home that nobody knows
        code = "" if consequence.kind == self.code else "call"
        open_follow_up(session, case, consequence, now=now, code=code)

    def opened_by(
        self, session: Session, consequence_ids: Collection[uuid.UUID]
    ) -> Mapping[uuid.UUID, FollowUp]:
        """Give by finding its promise."""
        statement = (
            select(FollowUp)
            .join(FollowUp.consequence)
            .where(FollowUp.consequence_id.in_(list(consequence_ids)))
            .options(contains_eager(FollowUp.consequence))
            .order_by(FollowUp.due_at, FollowUp.id)
        )
        return {one.consequence_id: one for one in session.scalars(statement)}

    def is_open(self, thing: FollowUp) -> bool:
        """Tell whether nobody has asked yet."""
        return thing.state in OPEN

    def told(self, thing: FollowUp) -> Due:
        """Say it with its day: the tablet may show it later than it was fetched."""
        label = worded(thing.consequence.label, due_at=thing.due_at)
        return Due(self.code, label, thing.state, thing.due_at)

    def due_in(
        self, session: Session, visits: Sequence[Visit]
    ) -> Mapping[uuid.UUID, Sequence[FollowUp]]:
        """Give the open promises to the person of each visit."""
        persons = {visit.case.person_id for visit in visits}
        promises = session.scalars(
            select(FollowUp)
            .join(FollowUp.case)
            .where(Case.person_id.in_(persons), FollowUp.state.in_(OPEN))
            .options(contains_eager(FollowUp.case), joinedload(FollowUp.consequence))
            .order_by(FollowUp.due_at, FollowUp.id)
        ).all()
        return {
            visit.id: [one for one in promises if one.case.person_id == visit.case.person_id]
            for visit in visits
        }

    def cancel(self, thing: FollowUp, *, reason: str, viewer: Viewer, now: datetime) -> None:
        """Cancel a promise for a reason that stands in its note."""
        thing.state, thing.note = FollowUpState.CANCELLED, reason
        thing.closed_at, thing.closed_by_id = now, viewer.user_id

    def take_up(self, session: Session, thing_id: uuid.UUID, state: str) -> None:
        """Put a cancelled promise back to its state."""
        promise = session.get(FollowUp, thing_id, with_for_update={"key_share": True})
        if promise is not None and promise.state is FollowUpState.CANCELLED:
            promise.state = FollowUpState(state)
            promise.note = promise.closed_at = promise.closed_by_id = None

    def twins(
        self, session: Session, submission: Submission, beside: Submission
    ) -> Collection[uuid.UUID]:
        """Name the promises that the other submission makes for the same reason."""
        there = {(one.code, one.consequence.path) for one in self.hanging(session, beside)}
        here = self.hanging(session, submission)
        return {one.id for one in here if (one.code, one.consequence.path) in there}
