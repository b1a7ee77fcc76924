"""The letters of a day: printed in one go, kept as they were printed, undone."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from visits.ground.errors import Conflict, NotFound
from visits.messages.kinds import LETTER
from visits.messages.of_orders import hold_orders, note_untold
from visits.messages.sending import note_failed, note_sent, stop_if_over
from visits.models.cases import Case
from visits.models.messages import TO_SEND, Message, MessagePrint, MessageState
from visits.models.people import AccessKind, Person
from visits.models.portfolio import Dwelling, Residence
from visits.sight.access_log import log_access
from visits.sight.messages import visible_messages
from visits.sight.reach import Viewer

MOST_LETTERS = 500


@dataclass(frozen=True)
class Address:
    """Where a letter goes, a line each."""

    name: str
    street: str
    postcode: str
    city: str

    @property
    def lines(self) -> str:
        """Give it as it stands on an envelope."""
        return f"{self.name}\n{self.street}\n{self.postcode} {self.city}"


def address_of(session: Session, message: Message) -> Address | None:
    """Give the address of whom a letter is for: the home of her case, or where the works are.

    None where there is none.
    """
    home: Residence | None = None
    if message.case_id is not None:
        home_id = session.get_one(Case, message.case_id).dwelling_id
        home = session.get_one(Dwelling, home_id).residence if home_id is not None else None
    elif message.work_order is not None:
        home = message.work_order.stands_in
    if message.person_id is None or home is None:
        return None
    person = session.get_one(Person, message.person_id)
    return Address(person.name, home.address, home.postcode, home.city)


def count_letters(session: Session, viewer: Viewer, *, now: datetime) -> int:
    """Count the letters that are to be printed, as far as the viewer may see them."""
    due = select(func.count()).select_from(Message).where(*_due(now), visible_messages(viewer))
    return session.scalar(due) or 0


def stop_letters_over(session: Session, viewer: Viewer, *, now: datetime) -> int:
    """Stop the letters that are due and should not go out any more; gives how many.

    In a transaction of its own: where none is left to print, they stay stopped all the same.
    """
    due = session.scalars(_letters_due(viewer, now)).all()
    return sum(stop_if_over(session, one, now=now) for one in due)


def print_letters(
    session: Session, viewer: Viewer, *, say: Callable[[Message], str], now: datetime
) -> MessagePrint:
    """Take all letters that are due to be printed in one go, and mark them as sent.

    `say` gives the words of each. One without an address stays, and says so. Raises Conflict when
    none is left.
    """
    hold_orders(session, select(Message.work_order_id).where(*_due(now), visible_messages(viewer)))
    run = MessagePrint(printed_at=now, printed_by_id=viewer.user_id)
    printed = []
    for message in session.scalars(_letters_due(viewer, now)).all():
        if stop_if_over(session, message, now=now):
            continue
        address = address_of(session, message)
        if address is None:
            note_failed(message, "no_address", for_good=False, now=now)
            message.next_at = now
            continue
        message.attempts += 1
        note_sent(message, body=say(message), to=address.lines, now=now)
        message.printed = run
        printed.append(message)
    if not printed:
        raise Conflict("no_letter_to_print")
    session.add(run)
    session.flush()
    _log(session, printed, "letters_printed", viewer, now)
    return run


def find_run(session: Session, viewer: Viewer, run_id: uuid.UUID) -> MessagePrint:
    """Find a print run of which the viewer may see a letter, or that she undid; else NotFound."""
    run = session.get(MessagePrint, run_id, options=[joinedload(MessagePrint.printed_by)])
    if run is None or not (run.printed_by_id == viewer.user_id or letters_of(session, viewer, run)):
        raise NotFound("print_run_not_found")
    return run


def letters_of(
    session: Session, viewer: Viewer, run: MessagePrint, *, to_change: bool = False
) -> Sequence[Message]:
    """List the letters of a print run that the viewer may see, in the order of their print."""
    hers = (
        select(Message)
        .where(Message.print_id == run.id, visible_messages(viewer))
        .options(joinedload(Message.person), joinedload(Message.case))
        .order_by(Message.due_at, Message.id)
    )
    if to_change:
        hers = hers.with_for_update(of=Message, key_share=True)
    return session.scalars(hers).all()


def recent_runs(
    session: Session, viewer: Viewer, *, most: int = 10
) -> Sequence[tuple[MessagePrint, int]]:
    """List the latest print runs with how many letters of each the viewer may see."""
    seen = visible_messages(viewer)
    return latest_runs(session, select(Message.print_id).where(seen), Message.print_id, most=most)


def latest_runs(
    session: Session,
    printed: Select[uuid.UUID | None],
    run_id: InstrumentedAttribute[uuid.UUID | None],
    *,
    most: int,
) -> Sequence[tuple[MessagePrint, int]]:
    """List the latest print runs with how many there are of each of what `printed` selects."""
    counted = (
        printed.with_only_columns(run_id.label("run"), func.count().label("number"))
        .where(run_id.is_not(None))
        .group_by(run_id)
        .subquery()
    )
    runs = (
        select(MessagePrint, counted.c.number)
        .join(counted, counted.c.run == MessagePrint.id)
        .options(joinedload(MessagePrint.printed_by))
        .order_by(MessagePrint.printed_at.desc(), MessagePrint.id.desc())
        .limit(most)
    )
    return [(run, number) for run, number in session.execute(runs)]


def undo_run(session: Session, run: MessagePrint, *, viewer: Viewer, now: datetime) -> int:
    """Let the letters of a run wait again: the paper jammed, or nobody posted them."""
    hold_orders(session, select(Message.work_order_id).where(Message.print_id == run.id))
    letters = letters_of(session, viewer, run, to_change=True)
    if run.undone_at is not None or not letters:
        raise Conflict("print_run_undone")
    for message in letters:
        note_untold(message)
        message.state, message.next_at = MessageState.WAITING, now
        message.sent_at = message.body = message.sent_to = message.print_id = None
        message.attempts = 0
    session.flush()
    left = select(func.count()).select_from(Message).where(Message.print_id == run.id)
    if not session.scalar(left):
        run.undone_at, run.undone_by_id = now, viewer.user_id
    _log(session, letters, "letters_undone", viewer, now)
    return len(letters)


def _letters_due(viewer: Viewer, now: datetime) -> Select[Message]:
    """Select letters to print, as many as one run takes, that nobody else prints meanwhile."""
    return (
        select(Message)
        .where(*_due(now), visible_messages(viewer))
        .order_by(Message.due_at, Message.id)
        .limit(MOST_LETTERS)
        .with_for_update(of=Message, skip_locked=True)
    )


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Message.channel == LETTER, Message.state.in_(TO_SEND), Message.next_at <= now)


def _log(
    session: Session, letters: Sequence[Message], what: str, viewer: Viewer, now: datetime
) -> None:
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[one.person_id for one in letters if one.person_id is not None],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
