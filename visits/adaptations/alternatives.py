"""What a refusal offers instead: somebody's, by a day, until it leads to something.

An aid or lesser works lead to a work order or to a task, a move to a wish to move; whatever it is,
the tenant may decline it. What is opened counts as long as it was not cancelled or withdrawn. When
a part is granted, the lesser works are the file's own: they go their way on its path.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from visits.adaptations.files import log
from visits.adaptations.path import delay_of
from visits.ground.db import new_id
from visits.ground.deadlines import day_after, today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import User
from visits.models.adaptations import (
    AdaptationDecision,
    AdaptationFile,
    AdaptationMove,
    Instead,
    Outcome,
    Step,
)
from visits.models.alternatives import AlternativeAnswer, AlternativeOffered
from visits.models.cases import Task, TaskState
from visits.models.people import Person
from visits.models.transfers import OPEN_WISHES, TransferWish, WishState
from visits.models.works import WorkOrder, WorkOrderState
from visits.sight import Viewer

WHY_LENGTH = 500
DELAY = "adaptation_alternative"
# A task that ended so leads nowhere any more.
NOT_DONE = (TaskState.WITHDRAWN, TaskState.IMPOSSIBLE, TaskState.LAPSED)


@dataclass(frozen=True)
class Alternative:
    """An alternative of the decision that stands, whose it is and what it led to."""

    offered: AlternativeOffered
    what: str
    whose: User | None
    answer: AlternativeAnswer | None
    wish: TransferWish | None
    needed: bool = True

    @property
    def waits(self) -> bool:
        """Tell whether it led to nothing yet; once she died nobody waits for it."""
        return self.needed and self.answer is None and self.wish is None

    def is_late(self, today: date) -> bool:
        """Tell whether it should have led to something before today."""
        return self.waits and self.offered.due_on < today


def offer_alternatives(
    session: Session, decision: AdaptationDecision, *, decided_at: datetime
) -> None:
    """Let each alternative of a decision be due, counted from the day it was decided."""
    decided_on = today_in_paris(decided_at)
    due_on = day_after(decided_on, delay_of(session, DELAY, on=decided_on).delay)
    for kind in decision.instead or {}:
        if decision.outcome is Outcome.REFUSED or kind != Instead.LESSER_WORKS:
            offered = AlternativeOffered(
                id=new_id(), decision_id=decision.id, kind=Instead(kind), due_on=due_on
            )
            session.add(offered)
    session.flush()


def offer_what_was_decided(session: Session, *, now: datetime) -> int:
    """Let alternatives be due that were offered before anybody kept them; gives of how many."""
    kept = exists().where(AlternativeOffered.decision_id == AdaptationDecision.id)
    before = (
        select(AdaptationDecision)
        .join(AdaptationDecision.move)
        .where(AdaptationDecision.outcome == Outcome.REFUSED, ~kept)
        .where(AdaptationMove.taken_back_at.is_(None), AdaptationMove.at <= now)
        .options(joinedload(AdaptationDecision.move))
        .order_by(AdaptationDecision.id)
    )
    decisions = session.scalars(before).all()
    for decision in decisions:
        offer_alternatives(session, decision, decided_at=decision.move.at)
    return len(decisions)


def files_waiting(*, before: date | None = None) -> Select[uuid.UUID]:
    """Select the adaptations with an alternative that led to nothing, perhaps due before a day."""
    found = _standing(select(AdaptationFile.id)).where(~_answered(), ~_wished())
    return found if before is None else found.where(AlternativeOffered.due_on < before)


def first_waiting(
    session: Session, ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, tuple[date, str | None]]:
    """Give, by adaptation, when the first alternative that led to nothing is due, and whose it is.

    It is of whoever has the file in hand, else of whoever refused it.
    """
    holder, decider = aliased(User), aliased(User)
    rows: Any = select(AdaptationFile.id, AlternativeOffered.due_on, holder.name, decider.name)
    waiting = (
        _standing(rows)
        .outerjoin(holder, holder.id == AdaptationFile.holder_id)
        .outerjoin(decider, decider.id == AdaptationMove.by_id)
        .where(~_answered(), ~_wished(), AdaptationFile.id.in_(ids))
        .order_by(AlternativeOffered.due_on.desc(), AlternativeOffered.id)
    )
    return {one: (due, hers or his) for one, due, hers, his in session.execute(waiting)}


def _standing(rows: Select[Any]) -> Select[Any]:
    """Keep the alternatives of the last decision of files that are still asked for."""
    later, other = aliased(AdaptationMove), aliased(AdaptationDecision)
    decided_since = (
        select(other.id)
        .join(later, later.id == other.move_id)
        .where(later.file_id == AdaptationMove.file_id, later.taken_back_at.is_(None))
        .where(
            or_(
                later.at > AdaptationMove.at,
                and_(later.at == AdaptationMove.at, other.id > AdaptationDecision.id),
            )
        )
        .correlate(AdaptationMove, AdaptationDecision)
    )
    return (
        rows.select_from(AlternativeOffered)
        .join(AlternativeOffered.decision)
        .join(AdaptationDecision.move)
        .join(AdaptationMove.file)
        .join(Person, Person.id == AdaptationFile.person_id)
        .where(AdaptationMove.taken_back_at.is_(None), ~decided_since.exists())
        .where(AdaptationFile.step != Step.WITHDRAWN, Person.died_on.is_(None))
    )


def _holds() -> ColumnElement[bool]:
    """Give the condition on `AlternativeAnswer`, its order and task outer-joined, that it holds."""
    return and_(
        AlternativeAnswer.taken_back_at.is_(None),
        or_(WorkOrder.id.is_(None), WorkOrder.state != WorkOrderState.CANCELLED),
        or_(Task.id.is_(None), Task.state.not_in(NOT_DONE)),
    )


def _answered() -> ColumnElement[bool]:
    answers = (
        select(AlternativeAnswer.id)
        .outerjoin(AlternativeAnswer.order)
        .outerjoin(AlternativeAnswer.task)
        .where(AlternativeAnswer.alternative_id == AlternativeOffered.id, _holds())
        .correlate(AlternativeOffered)
    )
    return answers.exists()


def _wished() -> ColumnElement[bool]:
    wished = select(TransferWish.id).where(_wish_for()).correlate(AdaptationFile)
    return and_(AlternativeOffered.kind == Instead.TRANSFER, wished.exists())


def _wish_for() -> ColumnElement[bool]:
    """Give the condition on `TransferWish` for one that a file's offer of a move led to.

    One opened for it and not withdrawn, or whichever of hers is open: she has one at a time.
    """
    for_it = and_(
        TransferWish.file_id == AdaptationFile.id, TransferWish.state != WishState.WITHDRAWN
    )
    hers = and_(
        TransferWish.person_id == AdaptationFile.person_id, TransferWish.state.in_(OPEN_WISHES)
    )
    return or_(for_it, hers)


def alternatives_of(
    session: Session, file: AdaptationFile, decision: AdaptationDecision | None
) -> list[Alternative]:
    """List the alternatives of the decision that stands of a file, with what each led to."""
    if decision is None:
        return []
    answers = selectinload(AlternativeOffered.answers)
    offered = (
        select(AlternativeOffered)
        .where(AlternativeOffered.decision_id == decision.id)
        .options(answers.joinedload(AlternativeAnswer.order))
        .options(answers.joinedload(AlternativeAnswer.task))
        .options(answers.joinedload(AlternativeAnswer.by))
        .order_by(AlternativeOffered.id)
    )
    told = decision.instead or {}
    wish = _wish_of(session, file)
    return [
        Alternative(
            offered=one,
            what=told.get(one.kind, ""),
            whose=file.holder or decision.move.by,
            answer=next((held for held in reversed(one.answers) if is_held(held)), None),
            wish=wish if one.kind is Instead.TRANSFER else None,
            needed=file.person.died_on is None and file.step is not Step.WITHDRAWN,
        )
        for one in session.scalars(offered).all()
    ]


def is_held(answer: AlternativeAnswer) -> bool:
    """Tell whether what an alternative led to still holds; as the list's question does."""
    if answer.taken_back_at is not None:
        return False
    if answer.order is not None:
        return answer.order.state is not WorkOrderState.CANCELLED
    return answer.task is None or answer.task.state not in NOT_DONE


def _wish_of(session: Session, file: AdaptationFile) -> TransferWish | None:
    found = (
        select(TransferWish)
        .join(AdaptationFile, AdaptationFile.id == file.id)
        .where(_wish_for())
        .order_by(TransferWish.opened_at.desc(), TransferWish.id.desc())
    )
    return session.scalars(found.limit(1)).one_or_none()


def find_alternative(
    found: Sequence[Alternative], alternative_id: uuid.UUID, *, to_answer: bool = False
) -> Alternative:
    """Find one of a file's alternatives; raises NotFound, Conflict for one that led somewhere."""
    for one in found:
        if one.offered.id == alternative_id:
            if to_answer and not one.waits:
                raise Conflict("alternative_answered")
            return one
    raise NotFound("alternative_not_found")


def decline(
    session: Session,
    file: AdaptationFile,
    alternative: Alternative,
    why: str,
    *,
    viewer: Viewer,
    now: datetime,
) -> AlternativeAnswer:
    """Note that the tenant does not want an alternative, and why; raises Invalid without a word."""
    why = why.strip()
    if not why:
        raise Invalid({"why": "required"})
    if len(why) > WHY_LENGTH:
        raise Invalid({"why": "too_long"})
    return answer_with(session, file, alternative, why=why, viewer=viewer, now=now)


def answer_with(
    session: Session,
    file: AdaptationFile,
    alternative: Alternative,
    *,
    viewer: Viewer,
    now: datetime,
    order_id: uuid.UUID | None = None,
    task_id: uuid.UUID | None = None,
    why: str | None = None,
) -> AlternativeAnswer:
    """Note what an alternative led to: an order, a task, or why she declined it."""
    answer = AlternativeAnswer(
        id=new_id(),
        alternative_id=alternative.offered.id,
        order_id=order_id,
        task_id=task_id,
        why=why,
        at=now,
        by_id=viewer.user_id,
    )
    session.add(answer)
    session.flush()
    log(session, file, "adaptation_alternative_answered", viewer=viewer, now=now)
    return answer


def take_declined_back(
    session: Session,
    file: AdaptationFile,
    alternative: Alternative,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Let an alternative wait again that was declined.

    Raises Conflict for one that led to an order or a task: those are cancelled on their own page.
    """
    answer = alternative.answer
    if answer is None or answer.why is None:
        raise Conflict("alternative_not_declined")
    answer.taken_back_at, answer.taken_back_by_id = now, viewer.user_id
    session.flush()
    log(session, file, "adaptation_alternative_waits", viewer=viewer, now=now)
