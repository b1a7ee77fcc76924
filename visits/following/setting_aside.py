"""A submission set aside: what is named with it is cancelled; all of it can be taken up again."""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from visits.following.every_kind import KINDS
from visits.following.kinds import Kind, Opened
from visits.ground.errors import Invalid
from visits.models.visits import Submission, SubmissionState
from visits.models.works import CORRECTED
from visits.sight import Viewer

REASON_LENGTH = 500


@dataclass(frozen=True)
class Hanging:
    """What is open still and called for by one submission alone."""

    opened: Sequence[Opened]

    @property
    def ids(self) -> set[uuid.UUID]:
        """The ids of all of it."""
        return {one.thing.id for one in self.opened}

    def of(self, code: str) -> list[Any]:
        """List what of it is of one kind."""
        return [one.thing for one in self.opened if one.kind.code == code]


def hanging_on(
    session: Session, submission: Submission, *, beside: Submission | None = None
) -> Hanging:
    """List what only this submission calls for; what `beside` calls for too is not among it."""
    return Hanging([one for one, twin in _open_of(session, submission, beside) if not twin])


def set_aside(
    session: Session,
    submission: Submission,
    *,
    cancel: Collection[uuid.UUID],
    reason: str,
    note: Mapping[str, Any],
    viewer: Viewer,
    now: datetime,
    beside: Submission | None = None,
) -> None:
    """Let a submission no longer count; what hangs on it alone goes on unless `cancel` names it.

    What `beside` calls for too is cancelled here: it stands there. `note` is kept with what was
    before, so that `take_up` can put it back.
    """
    for kind in KINDS:
        kind.hold(session, submission)
    gone = [
        one for one, twin in _open_of(session, submission, beside) if twin or one.thing.id in cancel
    ]
    kept_note = {
        **note,
        "by": str(viewer.user_id),
        "at": now.isoformat(),
        "reason": reason,
        "state": submission.state.value,
        **{kind.noted_as: _states(gone, kind) for kind in KINDS},
    }
    for kind in KINDS:
        kind.lean_on_others(session, submission)
    submission.state, submission.decided_at = SubmissionState.SET_ASIDE, now
    submission.findings = {**(submission.findings or {}), "set_aside": kept_note}
    for one in gone:
        one.kind.cancel(one.thing, reason=reason, viewer=viewer, now=now)
    session.flush()


def take_up(session: Session, submission: Submission, *, now: datetime) -> None:
    """Let a submission that was set aside count again, with what was cancelled with it.

    What somebody closed otherwise meanwhile stays as it is.
    """
    findings = dict(submission.findings or {})
    note = findings.pop("set_aside", {})
    submission.state = SubmissionState(note.get("state", SubmissionState.TO_REVIEW))
    submission.decided_at = None
    submission.findings = findings
    for kind in KINDS:
        for name, state in note.get(kind.noted_as, {}).items():
            kind.take_up(session, uuid.UUID(name), state, now=now)
    session.flush()


def supersede(
    session: Session, first: Submission, by: Submission, *, viewer: Viewer, now: datetime
) -> None:
    """Let the later version stand for the first: what only the first called for is cancelled."""
    set_aside(
        session,
        first,
        cancel=hanging_on(session, first).ids,
        reason=CORRECTED,
        note={"corrected_by": str(by.id)},
        viewer=viewer,
        now=now,
    )


def take_back(session: Session, submission: Submission, *, viewer: Viewer, now: datetime) -> None:
    """Take from a home all that a submission opened which turns out to be of another."""
    for kind in KINDS:
        kind.take_back(session, submission, viewer=viewer, now=now)
    session.flush()


def reason_given(reason: str) -> str:
    """Give a reason without its blanks; raises Invalid for none and for one too long."""
    reason = reason.strip()
    if not reason:
        raise Invalid({"reason": "required"})
    if len(reason) > REASON_LENGTH:
        raise Invalid({"reason": "too_long"})
    return reason


def _open_of(
    session: Session, submission: Submission, beside: Submission | None
) -> Iterator[tuple[Opened, bool]]:
    """Give what hangs on a submission, and whether `beside` calls for the very same."""
    for kind in KINDS:
        twins = kind.twins(session, submission, beside) if beside is not None else ()
        for thing in kind.hanging(session, submission):
            yield Opened(kind, thing), thing.id in twins


def _states(opened: Sequence[Opened], kind: Kind) -> dict[str, str]:
    return {str(one.thing.id): str(one.thing.state) for one in opened if one.kind is kind}
