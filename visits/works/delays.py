"""By when an order must be done: as long as its severity may wait, or a day somebody chose."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from diagnostics.codes import Kind
from diagnostics.delays import Delay, DelayUnit, parse_delay
from diagnostics.parameters import Parameters
from visits.forms.parameters import parameters_in_force
from visits.ground.deadlines import (
    due_at,
    due_when_open,
    midnight_in_paris,
    today_in_paris,
)
from visits.ground.errors import Conflict, Invalid
from visits.models.people import AccessKind
from visits.models.works import URGENT, OrderStep, Severity, WorkOrder
from visits.sight import Viewer
from visits.sight.access_log import log_access
from visits.works.closing_days import closed_days
from visits.works.history import Words, take_step

REASON_LENGTH = 500


def delay_of(parameters: Parameters, severity: Severity, *, on: date) -> Delay:
    """Give how long an order of a severity may wait, by the rule book of a day."""
    return parameters.find(f"works_delay_{severity.lower()}", on=on).delay


def delays_on(session: Session, day: date) -> Mapping[Severity, Delay]:
    """Give how long orders of each severity may wait on a day."""
    parameters = parameters_in_force(session)
    return {one: delay_of(parameters, one, on=day) for one in Severity}


@dataclass(frozen=True)
class Terms:
    """How long what is found may wait at a landlord: by severity, over the days it is closed."""

    delays: Mapping[Severity, Delay]
    closed: frozenset[date] = frozenset()

    def latest(self, severity: Severity, *, since: datetime) -> datetime:
        """Give by when an order of a severity must be done that was found at a moment (aware)."""
        return self._end(self.delays[severity], severity, since)

    def end(self, kind: str, severity: str | None, own: str, *, since: datetime) -> datetime | None:
        """Give by when what a form calls for is due: after its `own` delay, where it has one.

        Works without wait as long as their severity may, as orders by hand; all else has no end.
        """
        if own:
            return self._end(parse_delay(own), severity, since)
        if kind == Kind.WORK_ORDER:
            return self.latest(Severity(severity or Severity.P), since=since)
        return None

    def _end(self, delay: Delay, severity: str | None, since: datetime) -> datetime:
        """Count hours of what is urgent day and night; nothing else ends on a day nobody works."""
        if severity in URGENT and delay.unit == DelayUnit.HOURS:
            return due_at(since, delay)
        return due_when_open(since, delay, closed=self.closed)


def terms_of(session: Session, landlord_id: uuid.UUID | None, *, on: date) -> Terms:
    """Give the delays of a day and the closing days of a landlord, none where it is unknown."""
    return Terms(delays_on(session, on), closed_days(session, landlord_id))


def latest_for(
    session: Session, severity: Severity, landlord_id: uuid.UUID | None, *, since: datetime
) -> datetime:
    """Give by when an order of a severity must be done that was found at a moment (aware)."""
    terms = terms_of(session, landlord_id, on=today_in_paris(since))
    return terms.latest(severity, since=since)


def chosen_end(day: date, *, found_on: date, latest: datetime | None, now: datetime) -> datetime:
    """Give the end of a day that somebody chose as the last. Raises Invalid, naming `due_on`.

    It is not before the finding nor past; `latest`, for what is urgent, is the last that may be.
    """
    if day < found_on < today_in_paris(now):
        raise Invalid({"due_on": "before_it_was_found"})
    if day < today_in_paris(now):
        raise Invalid({"due_on": "must_not_be_past"})
    chosen = due_at(midnight_in_paris(day), "0d")
    if chosen <= now:
        raise Invalid({"due_on": "day_is_over"})
    if latest is not None and chosen > latest:
        raise Invalid({"due_on": "too_late_for_urgent"})
    return chosen


def found_day(order: WorkOrder) -> date:
    """Give the day on which somebody saw what an order is about, or told of it."""
    if order.found_on is not None:
        return order.found_on
    sent = order.consequence.submission if order.consequence is not None else None
    return today_in_paris((sent.ended_at or sent.received_at) if sent else order.opened_at)


def change_deadline(
    session: Session,
    order: WorkOrder,
    day: date | None,
    why: str,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Let an order be due on another day; `why` says what was agreed, and with whom.

    Raises Invalid, field by field, Conflict for an order that is closed.
    """
    if not order.is_open:
        raise Conflict("work_order_cannot_move", state=order.state)
    why = why.strip()
    fields = {} if why else {"due_why": "required"}
    if len(why) > REASON_LENGTH:
        fields["due_why"] = "too_long"
    if day is None:
        raise Invalid(fields | {"due_on": "required"})
    home, latest = order.stands_in, None
    if order.severity in URGENT:
        landlord = home.landlord_id if home else None
        latest = latest_for(session, order.severity, landlord, since=order.opened_at)
    try:
        chosen = chosen_end(day, found_on=found_day(order), latest=latest, now=now)
    except Invalid as refused:
        raise Invalid(fields | refused.fields) from None
    if fields:
        raise Invalid(fields)
    said = Words(note=why, day=day)
    take_step(order, OrderStep.DUE, by=viewer.user_id, now=now, said=said, due_at=chosen)
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[order.person_id] if order.person_id else [],
        kind=AccessKind.WRITE,
        what="work_order_due",
        now=now,
    )
