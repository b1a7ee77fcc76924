"""The queue of what came without a visit, and the visits it may come from."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import NotFound
from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.handed_in import HandedIn
from visits.models.portfolio import Dwelling
from visits.models.visits import AT_HOME, COUNTED, Submission, SubmissionState, Visit, VisitState
from visits.models.works import URGENT
from visits.sight.listing import Listed, Wanted
from visits.sight.reach import Reach, Viewer, visible_cases, visible_persons
from visits.sight.wording import mentions

AROUND = timedelta(days=14)
MOST_PROPOSED = 20
SORTS = ("received", "sender", "form")


@dataclass(frozen=True)
class Waiting:
    """A line of the queue: a filled form without a visit, or what a tablet handed in as it is.

    `severity` is the gravest it calls for, empty for none.
    """

    submission: Submission | None = None
    handed_in: HandedIn | None = None

    @property
    def id(self) -> uuid.UUID:
        """The id of the one of both."""
        return self._one.id

    @property
    def received_at(self) -> datetime:
        """When it came."""
        return self._one.received_at

    @property
    def sent_by(self) -> User:
        """Who sent it."""
        return self._one.sent_by

    @property
    def severity(self) -> str:
        """The gravest thing it calls for."""
        called = self.submission.consequences if self.submission else ()
        return min((one.severity for one in called if one.severity in URGENT), default="")

    @property
    def form_id(self) -> str:
        """Which form, as far as it is known."""
        return self.submission.form_version.form_id if self.submission else ""

    @property
    def _one(self) -> Submission | HandedIn:
        one = self.submission or self.handed_in
        assert one is not None
        return one


@dataclass(frozen=True)
class UnclaimedFilter:
    """Which lines; `state` is `waiting` or `aside`, empty fields do not filter."""

    state: str = "waiting"
    sender_id: uuid.UUID | None = None
    kind: str = ""


def count_unclaimed(session: Session, viewer: Viewer) -> int:
    """Count what waits: the lines of the list."""
    return len(_lines(session, viewer, UnclaimedFilter()))


def list_unclaimed(
    session: Session, viewer: Viewer, *, only: UnclaimedFilter, wanted: Wanted
) -> Listed[Waiting]:
    """List what came without a visit, the urgent first unless sorted otherwise."""
    lines = _lines(session, viewer, only)
    keys = {
        "sender": lambda one: (one.sent_by.name.casefold(), one.received_at, one.id),
        "form": lambda one: (one.form_id, one.received_at, one.id),
        "received": lambda one: (one.received_at, one.id),
        "": lambda one: (one.severity or "U9", one.received_at, one.id),
    }
    lines.sort(key=keys.get(wanted.sort, keys[""]), reverse=wanted.descending)
    wanted = wanted.within(len(lines))
    return Listed(lines[wanted.offset :][: wanted.size], len(lines), wanted)


def senders_of_unclaimed(session: Session, viewer: Viewer, *, state: str) -> list[User]:
    """List by name who sent what the list shows."""
    lines = _lines(session, viewer, UnclaimedFilter(state=state))
    return sorted({one.sent_by for one in lines}, key=lambda user: (user.name, user.id))


def find_unclaimed(
    session: Session, viewer: Viewer, submission_id: uuid.UUID, *, to_change: bool = False
) -> Submission:
    """Find a submission without a visit that the viewer may see, else raise NotFound."""
    statement = _submissions(_STATES["all"]).where(Submission.id == submission_id)
    if to_change:
        statement = statement.with_for_update(of=Submission, key_share=True)
    found = session.scalars(statement).one_or_none()
    if found is None or not _reaches(session, viewer, found.sent_by_id, found.received_at):
        raise NotFound("submission_not_found")
    return found


def find_handed_in(
    session: Session, viewer: Viewer, item_id: uuid.UUID, *, to_change: bool = False
) -> HandedIn:
    """Find an item that was handed in and that the viewer may see, else raise NotFound."""
    statement = _handed_in().where(HandedIn.id == item_id)
    if to_change:
        statement = statement.with_for_update(of=HandedIn, key_share=True)
    found = session.scalars(statement).one_or_none()
    if found is None or not _reaches(session, viewer, found.sent_by_id, found.received_at):
        raise NotFound("handed_in_not_found")
    return found


_STATES = {
    "waiting": COUNTED,
    "aside": (SubmissionState.SET_ASIDE,),
    "all": (*COUNTED, SubmissionState.SET_ASIDE),
}


def _lines(session: Session, viewer: Viewer, only: UnclaimedFilter) -> list[Waiting]:
    lines: list[Waiting] = []
    if only.kind != "handed_in":
        states = _STATES["aside" if only.state == "aside" else "waiting"]
        lines += [Waiting(submission=one) for one in session.scalars(_submissions(states))]
    if only.kind != "form":
        closed = HandedIn.closed_at
        wanted = closed.is_not(None) if only.state == "aside" else closed.is_(None)
        lines += [Waiting(handed_in=one) for one in session.scalars(_handed_in().where(wanted))]
    reached: dict[tuple[uuid.UUID, object], bool] = {}
    found = []
    for line in lines:
        key = line.sent_by.id, today_in_paris(line.received_at)
        if key not in reached:
            reached[key] = _reaches(session, viewer, line.sent_by.id, line.received_at)
        if reached[key] and only.sender_id in (None, line.sent_by.id):
            found.append(line)
    return found


def _submissions(states: Sequence[SubmissionState]) -> Select[Submission]:
    return (
        select(Submission)
        .where(Submission.visit_id.is_(None), Submission.state.in_(states))
        .options(
            joinedload(Submission.form_version),
            joinedload(Submission.sent_by),
            selectinload(Submission.consequences),
        )
    )


def _handed_in() -> Select[HandedIn]:
    return select(HandedIn).options(joinedload(HandedIn.sent_by), selectinload(HandedIn.files))


def _reaches(session: Session, viewer: Viewer, sender_id: uuid.UUID, at: datetime) -> bool:
    """Tell whether a viewer may see what a visitor sent without a visit.

    Nobody knows yet whose home it tells of. Whoever looks after everybody sees it; whoever has a
    territory, or one landlord's stock of several, only when all the visits of its sender in the
    days around are to persons she may see: then it can be of no other home. What somebody of the
    landlord itself sent is of its stock; whoever reaches cases alone sees what colleagues sent.
    """
    if viewer.reach is Reach.ALL:
        return True
    if viewer.reach is Reach.MANDATE:
        return _works_for(session, sender_id) == viewer.organisation_id
    if viewer.reach not in (Reach.TERRITORY, Reach.LANDLORD):
        return False
    if viewer.reach is Reach.LANDLORD and _works_for(session, sender_id) == viewer.landlord_id:
        return True
    around = (
        select(Visit.id)
        .join(Visit.case)
        .join(Case.person)
        .where(Visit.visitor_id == sender_id, Visit.planned_start_at > at - AROUND)
        .where(Visit.planned_start_at < at + AROUND, AT_HOME)
    )
    hers = set(session.scalars(around.where(visible_persons(viewer))))
    return bool(hers) and hers == set(session.scalars(around))


def _works_for(session: Session, user_id: uuid.UUID) -> uuid.UUID | None:
    return session.scalar(select(User.organisation_id).where(User.id == user_id))


def propose_visits(
    session: Session, viewer: Viewer, submission: Submission, *, text: str = ""
) -> list[Visit]:
    """List the visits a submission may come from, the best first; `text` looks for others by name.

    Those of the sender before those of others, then by how near the day is and whether the form is
    still wanted there. Only visits made at home, in cases the viewer may see.
    """
    at = submission.ended_at or submission.received_at
    statement = (
        select(Visit)
        .join(Visit.case)
        .join(Case.person)
        .outerjoin(Case.dwelling)
        .outerjoin(Dwelling.residence)
        .where(visible_cases(viewer), AT_HOME)
        .options(
            joinedload(Visit.visitor),
            selectinload(Visit.submissions).joinedload(Submission.form_version),
            contains_eager(Visit.case).contains_eager(Case.person),
            contains_eager(Visit.case)
            .contains_eager(Case.dwelling)
            .contains_eager(Dwelling.residence),
        )
    )
    if text.strip():
        meant = mentions(session, text, Case.person_id, Case.dwelling_id)
        statement = statement.where(meant)
    else:
        statement = statement.where(
            Visit.planned_start_at > at - AROUND, Visit.planned_start_at < at + AROUND
        )
    found = session.scalars(statement).unique().all()
    return sorted(found, key=lambda visit: _far(visit, submission, at))[:MOST_PROPOSED]


def _far(visit: Visit, submission: Submission, at: datetime) -> tuple[object, ...]:
    form_id = submission.form_version.form_id
    received = any(
        one.form_version.form_id == form_id and one.state in COUNTED for one in visit.submissions
    )
    return (
        visit.visitor_id != submission.sent_by_id,
        visit.state in (VisitState.CANCELLED, VisitState.FAILED),
        received,
        abs((visit.planned_start_at - at).total_seconds()),
        str(visit.id),
    )
