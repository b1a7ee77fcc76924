"""Acts of a case: noted, read by those they are for, withdrawn and kept."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.cases.tasks import answer, unanswered
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.cases import Case
from visits.models.support import ActKind, SupportAct
from visits.sight import Viewer
from visits.sight.withdrawing import withdraw
from visits.support.noting import log
from visits.support.pace import visit_due

PRESENT_LENGTH, NOTE_LENGTH = 200, 2000
LONGEST_MINUTES = 24 * 60


@dataclass(frozen=True)
class ActSaid:
    """An act as it was typed; None where nothing was."""

    kind: str
    happened_on: date | None
    minutes: int | None = None
    present: str = ""
    note: str = ""
    confidential: bool = False


def note_act(
    session: Session, case: Case, said: ActSaid, *, viewer: Viewer, now: datetime
) -> SupportAct:
    """Note what was done in a case while it was open.

    A visit is what was due that week, where nobody planned one. Raises Invalid by field, Conflict
    for the very same act noted again.
    """
    fields = _wrong(case, said, today_in_paris(now))
    if fields:
        raise Invalid(fields)
    assert said.happened_on is not None  # it was not wrong
    act = SupportAct(
        case_id=case.id,
        kind=ActKind(said.kind),
        happened_on=said.happened_on,
        minutes=said.minutes,
        present=said.present.strip() or None,
        note=said.note.strip() or None,
        confidential=said.confidential,
        organisation_id=viewer.organisation_id,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    if any(_same(act, one) for one in acts_of(session, case.id)):
        raise Conflict("act_noted_already")
    if act.kind is ActKind.VISIT and (due := visit_due(session, case, act.happened_on)):
        answer([due], by=viewer.user_id, now=now)
        act.task_id = due.id
    session.add(act)
    session.flush()
    log(session, case, "act_noted", viewer=viewer, now=now)
    return act


def withdraw_act(
    session: Session, case: Case, act_id: uuid.UUID, *, why: str, viewer: Viewer, now: datetime
) -> None:
    """Withdraw an act that was noted by mistake; it stays, with why.

    The visit that it was is due again, in a case that is open. Raises Invalid without a reason,
    NotFound for an act of another case, Conflict when somebody withdrew it already, or its note is
    not for the viewer's eyes.
    """
    act = session.get(SupportAct, act_id)
    if act is None or act.case_id != case.id:
        raise NotFound("act_not_found")
    if not may_read(act, case, viewer):
        raise Conflict("act_not_yours")
    withdraw(act, why=why, viewer=viewer, now=now)
    if act.task_id is not None and case.is_open:
        unanswered(session, [act.task_id])
    session.flush()
    log(session, case, "act_withdrawn", viewer=viewer, now=now)


def acts_of(session: Session, case_id: uuid.UUID) -> Sequence[SupportAct]:
    """List the acts of a case, the latest first, those that were withdrawn among them."""
    statement = (
        select(SupportAct)
        .where(SupportAct.case_id == case_id)
        .options(joinedload(SupportAct.noted_by), joinedload(SupportAct.withdrawn_by))
    )
    latest = (SupportAct.happened_on.desc(), SupportAct.noted_at.desc(), SupportAct.id)
    return session.scalars(statement.order_by(*latest)).all()


def may_read(act: SupportAct, case: Case, viewer: Viewer) -> bool:
    """Tell whether somebody who sees a case may read who was there and what was noted of an act.

    A confidential one is for its author, and for her colleagues while their organisation is in
    charge of the case, or whoever of them is its referent.
    """
    if not act.confidential or viewer.user_id == act.noted_by_id:
        return True
    in_charge = act.organisation_id == case.organisation_id or viewer.user_id == case.referent_id
    return in_charge and viewer.organisation_id == act.organisation_id


def _wrong(case: Case, said: ActSaid, today: date) -> dict[str, str]:
    """Say by field why an act cannot be so."""
    fields = {}
    if said.kind not in tuple(ActKind):
        fields["kind"] = "bad_choice"
    if said.happened_on is None:
        fields["happened_on"] = "required"
    elif said.happened_on > today:
        fields["happened_on"] = "must_not_be_future"
    elif said.happened_on < today_in_paris(case.opened_at):
        fields["happened_on"] = "before_opening"
    elif case.closed_on is not None and said.happened_on > case.closed_on:
        fields["happened_on"] = "after_closing"
    if said.minutes is not None and not 1 <= said.minutes <= LONGEST_MINUTES:
        fields["minutes"] = "act_too_long"
    if len(said.present.strip()) > PRESENT_LENGTH:
        fields["present"] = "act_present_too_long"
    if len(said.note.strip()) > NOTE_LENGTH:
        fields["note"] = "act_note_too_long"
    return fields


def _same(act: SupportAct, other: SupportAct) -> bool:
    """Tell whether one act was sent twice."""
    said = ("kind", "happened_on", "minutes", "present", "note", "confidential", "noted_by_id")
    standing = other.withdrawn_at is None
    return standing and all(getattr(act, name) == getattr(other, name) for name in said)
