"""Files of answers from the maintenance system: brought, looked at, applied, undone, listed."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.ground.errors import Conflict, NotFound
from visits.models.exchanges import AnswerFile, AnswerLine, AnswerOutcome, OrderTold
from visits.models.works import WorkOrder
from visits.sight import Viewer, visible_work_orders
from visits.sight.listing import Listed, Wanted, page_of
from visits.works.answer_files import AnswersRead, read_answers_file
from visits.works.answers import Judged, apply_one, judge_all, undo_one

STANDINGS = ("to_check", "applied", "undone", "withdrawn")


@dataclass(frozen=True)
class LookedAt:
    """What a file holds, and what it would do, line by line."""

    judged: list[Judged]
    read: AnswersRead


def bring_answers(
    session: Session, data: bytes, file_name: str, *, viewer: Viewer, now: datetime
) -> AnswerFile:
    """Keep a file of answers to be looked at. Raises Invalid, NotATable for a file that is none."""
    read_answers_file(data, file_name=file_name)
    file = AnswerFile(
        organisation_id=viewer.organisation_id,
        file_name=PurePath(file_name.replace("\\", "/")).name[:200],
        content=data,
        brought_at=now,
        brought_by_id=viewer.user_id,
    )
    session.add(file)
    session.flush()
    return file


def find_answers(
    session: Session, file_id: uuid.UUID, *, viewer: Viewer, to_change: bool = False
) -> AnswerFile:
    """Find a file of answers of the viewer's own organisation, else raise NotFound."""
    statement = select(AnswerFile).where(
        AnswerFile.id == file_id, AnswerFile.organisation_id == viewer.organisation_id
    )
    if to_change:
        statement = statement.with_for_update(key_share=True)
    file = session.scalars(statement).one_or_none()
    if file is None:
        raise NotFound("answers_not_found")
    return file


def look_at_answers(
    session: Session, file: AnswerFile, *, viewer: Viewer, now: datetime, to_change: bool = False
) -> LookedAt:
    """Say of each line what it would do. Raises Conflict once the file is applied or let go."""
    if file.content is None:
        raise Conflict("answers_elsewhere")
    read = read_answers_file(file.content, file_name=file.file_name)
    judged = judge_all(session, read.answers, viewer=viewer, now=now, to_change=to_change)
    return LookedAt(judged, read)


def apply_answers(
    session: Session, file: AnswerFile, *, viewer: Viewer, now: datetime
) -> Sequence[AnswerLine]:
    """Do what fits of a file, line by line; what does not is kept with why. Raises Conflict."""
    looked = look_at_answers(session, file, viewer=viewer, now=now, to_change=True)
    lines = [
        AnswerLine(
            file_id=file.id,
            number=one.answer.number,
            reference=one.answer.reference,
            theirs=one.answer.theirs or None,
            work_order_id=one.order.id if one.order is not None else None,
            digest=one.answer.digest,
            outcome=one.outcome,
            why=one.why or None,
            field=one.field or None,
            steps=(
                apply_one(session, one, viewer=viewer, now=now)
                if one.outcome is AnswerOutcome.DONE
                else []
            ),
        )
        for one in looked.judged
    ]
    session.add_all(lines)
    file.applied_at, file.applied_by_id, file.content = now, viewer.user_id, None
    session.flush()
    return lines


def undo_answers(
    session: Session, file: AnswerFile, *, viewer: Viewer, now: datetime
) -> tuple[int, int]:
    """Take back what a file did, the last line first; gives how many lines were, and were not.

    What an order went through since keeps its line from being undone. Raises Conflict for a file
    that was not applied, or of which nothing is left to undo.
    """
    standing = select(AnswerLine).where(
        AnswerLine.file_id == file.id,
        AnswerLine.outcome == AnswerOutcome.DONE,
        AnswerLine.undone_at.is_(None),
    )
    lines = session.scalars(standing.order_by(AnswerLine.number.desc(), AnswerLine.id)).all()
    if not lines:
        raise Conflict("answers_elsewhere")
    for line in lines:
        undo_one(session, line, viewer=viewer, now=now)
    undone = sum(line.undone_at is not None for line in lines)
    if undone:
        file.undone_at, file.undone_by_id = now, viewer.user_id
    return undone, len(lines) - undone


def let_answers_go(file: AnswerFile, *, viewer: Viewer, now: datetime) -> None:
    """Let a file that was only looked at go. Raises Conflict for one that was applied."""
    if file.content is None:
        raise Conflict("answers_elsewhere")
    file.withdrawn_at, file.withdrawn_by_id, file.content = now, viewer.user_id, None


def list_answer_files(
    session: Session, viewer: Viewer, *, state: str, wanted: Wanted
) -> Listed[AnswerFile]:
    """List the files of answers of the viewer's organisation."""
    standing = case(
        (AnswerFile.withdrawn_at.is_not(None), "withdrawn"),
        (AnswerFile.undone_at.is_not(None), "undone"),
        (AnswerFile.applied_at.is_not(None), "applied"),
        else_="to_check",
    )
    statement = (
        select(AnswerFile)
        .where(AnswerFile.organisation_id == viewer.organisation_id)
        .options(joinedload(AnswerFile.brought_by))
    )
    if state in STANDINGS:
        statement = statement.where(standing == state)
    order = {
        "brought": AnswerFile.brought_at, "name": AnswerFile.file_name, "state": standing,
    }  # fmt: skip
    return page_of(session, statement, wanted=wanted, order=order, tie=AnswerFile.id)


def list_answer_lines(
    session: Session, file: AnswerFile, viewer: Viewer, *, outcome: str, wanted: Wanted
) -> Listed[AnswerLine]:
    """List the lines of a file that was applied, but for those of orders one may not see."""
    statement = (
        select(AnswerLine)
        .outerjoin(AnswerLine.order)
        .outerjoin(WorkOrder.person)
        .where(AnswerLine.file_id == file.id)
        .where(or_(AnswerLine.work_order_id.is_(None), visible_work_orders(viewer)))
        .options(contains_eager(AnswerLine.order))
    )
    if outcome in tuple(AnswerOutcome):
        statement = statement.where(AnswerLine.outcome == AnswerOutcome(outcome))
    order = {
        "line": AnswerLine.number, "outcome": AnswerLine.outcome, "order": WorkOrder.reference,
    }  # fmt: skip
    return page_of(session, statement, wanted=wanted, order=order, tie=AnswerLine.id)


def their_reference(session: Session, order: WorkOrder) -> str:
    """Give by what number the maintenance system names an order: what it told last."""
    statement = (
        select(AnswerLine.theirs)
        .join(AnswerLine.file)
        .where(AnswerLine.work_order_id == order.id, AnswerLine.theirs.is_not(None))
        .where(AnswerLine.undone_at.is_(None))
        .where(AnswerLine.outcome != AnswerOutcome.LEFT)
        .order_by(AnswerFile.applied_at.desc(), AnswerLine.id.desc())
    )
    answered = session.scalars(statement.limit(1)).one_or_none()
    return answered or _named_when_told(session, order)


def _named_when_told(session: Session, order: WorkOrder) -> str:
    named = (
        select(OrderTold.theirs)
        .where(OrderTold.work_order_id == order.id, OrderTold.theirs.is_not(None))
        .order_by(OrderTold.id.desc())
    )
    return session.scalars(named.limit(1)).one_or_none() or ""
