"""The report of a visit is left with whom it visited: how, noted, withdrawn."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.tokens import digest_of, new_secret
from visits.intake.visit_file import counted_submissions
from visits.messages.kinds import EMAIL, LETTER
from visits.messages.making import add_message, written
from visits.messages.ways import LANGUAGES, agrees, silent_because, wishes_of
from visits.models.messages import MessageKind
from visits.models.people import AccessKind
from visits.models.reports import LeftHow, ReportLeft, ReportReader
from visits.models.visits import Visit
from visits.sight.access_log import log_access
from visits.sight.reach import Viewer
from visits.sight.withdrawing import withdraw

# For so long the link opens, and so long it is tried to be sent.
OPENS_FOR = timedelta(days=30)
SENT_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class LeaveSaid:
    """How a report is left, as it was typed: a `LeftHow`, a `ReportReader`, `fr` or `en`."""

    how: str
    reader: str
    language: str


def kept_from_leaving(session: Session, visit: Visit, how: LeftHow) -> str:
    """Say why a report cannot be left in some way, as a code; empty when it can.

    What goes out of the house goes to nobody who is silent, and only where she agreed to it. A
    link opens with her date of birth: without it none is sent.
    """
    person = visit.case.person
    if person.died_on is not None:
        return "died"
    if how not in (LeftHow.EMAIL, LeftHow.POST):
        return ""
    silent = silent_because(session, person, visit.case.programme)
    if silent:
        return silent
    wishes = wishes_of(session, person.id)
    if how is LeftHow.POST:
        if not agrees(wishes, LETTER):
            return "no_letters"
        return "" if visit.case.dwelling is not None else "no_address"
    if not agrees(wishes, EMAIL):
        return "no_email"
    return "" if person.born_on is not None else "no_birth_date"


def leave_report(
    session: Session,
    visit: Visit,
    said: LeaveSaid,
    *,
    address_of: Callable[[str], str],
    viewer: Viewer,
    now: datetime,
) -> ReportLeft:
    """Note how the report of a visit is left; by e-mail, make the message that brings the link.

    `address_of` gives the address that opens the report by a secret. Raises Invalid, field by
    field, NotFound where there is nothing to report, Conflict where it cannot be left so, or is.
    """
    how = _checked(said)
    if not counted_submissions(session, visit):
        raise NotFound("nothing_to_report")
    session.get_one(Visit, visit.id, with_for_update={"key_share": True})
    why = kept_from_leaving(session, visit, how)
    if why:
        raise Conflict("report_cannot_be_left_so")
    if any(one.how is how for one in standing(session, visit)):
        raise Conflict("report_left_so_already")
    left = ReportLeft(
        visit_id=visit.id,
        how=how,
        reader=ReportReader(said.reader),
        language=said.language,
        wrong=0,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(left)
    if how is LeftHow.EMAIL:
        _send_link(session, visit, left, address_of, now)
    session.flush()
    _log(session, visit, "report_left", viewer.user_id, now)
    return left


def withdraw_report(
    session: Session, visit: Visit, left_id: uuid.UUID, *, why: str, viewer: Viewer, now: datetime
) -> ReportLeft:
    """Withdraw that a report was left so: what waits does not go out, a link opens no more.

    Raises NotFound, Invalid without a reason, Conflict for what was withdrawn.
    """
    left = session.get(ReportLeft, left_id, with_for_update={"of": ReportLeft, "key_share": True})
    if left is None or left.visit_id != visit.id:
        raise NotFound("report_left_not_found")
    withdraw(left, why=why, viewer=viewer, now=now)
    if left.message is not None and left.message.may_go_out:
        left.message.halt("overtaken", now)
    session.flush()
    _log(session, visit, "report_left_withdrawn", viewer.user_id, now)
    return left


def left_of(session: Session, visit: Visit) -> Sequence[ReportLeft]:
    """List all that was noted of how a visit's report is left, the latest first."""
    noted = (
        select(ReportLeft)
        .where(ReportLeft.visit_id == visit.id)
        .options(
            joinedload(ReportLeft.message),
            joinedload(ReportLeft.printed),
            joinedload(ReportLeft.noted_by),
            joinedload(ReportLeft.withdrawn_by),
        )
        .order_by(ReportLeft.noted_at.desc(), ReportLeft.id.desc())
    )
    return session.scalars(noted).all()


def standing(session: Session, visit: Visit) -> Sequence[ReportLeft]:
    """List how a visit's report is left: what was not withdrawn."""
    return [one for one in left_of(session, visit) if one.withdrawn_at is None]


def _checked(said: LeaveSaid) -> LeftHow:
    fields = {}
    if said.how not in tuple(LeftHow):
        fields["how"] = "bad_choice" if said.how else "required"
    if said.reader not in tuple(ReportReader):
        fields["reader"] = "bad_choice"
    if said.language not in LANGUAGES:
        fields["language"] = "bad_choice"
    if fields:
        raise Invalid(fields)
    return LeftHow(said.how)


def _send_link(
    session: Session,
    visit: Visit,
    left: ReportLeft,
    address_of: Callable[[str], str],
    now: datetime,
) -> None:
    secret = new_secret()
    left.secret_sha256, left.expires_at = digest_of(secret), now + OPENS_FOR
    session.flush()
    left.message = add_message(
        session,
        cause=f"report:{left.id.hex}",
        kind=MessageKind.REPORT,
        channel=EMAIL,
        language=left.language,
        person_id=visit.case.person_id,
        case_id=visit.case_id,
        facts={"link": address_of(secret), "until": written(left.expires_at)},
        made_at=now,
        due_at=now,
        until_at=now + SENT_WITHIN,
    )


def _log(
    session: Session, visit: Visit, what: str, user_id: uuid.UUID | None, now: datetime
) -> None:
    log_access(
        session,
        user_id=user_id,
        persons=[visit.case.person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
