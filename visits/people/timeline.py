"""What a person lived through with us, from all her cases, as one dated list."""

import enum
import uuid
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, defer, joinedload

from visits.ground.deadlines import midnight_in_paris
from visits.ground.months import by_month
from visits.models.adaptations import AdaptationFile, AdaptationMove
from visits.models.calls import ContactAttempt
from visits.models.cases import Case, CasePause, Task
from visits.models.life import Correction, LifeEvent
from visits.models.people import (
    Consent,
    ExternalScore,
    Occupancy,
    PartRefusal,
    Person,
    PersonAlert,
    PhoneNumber,
    RoleChange,
)
from visits.models.portfolio import Dwelling, Tenancy
from visits.models.referrals import Referral, ReferralMove
from visits.models.sessions import CollectiveSession, SessionEnrolment, SessionState
from visits.models.stays import Place, Stay
from visits.models.support import SupportAct
from visits.models.transfers import TransferOffer, TransferWish
from visits.models.visits import COUNTED, Submission, Visit
from visits.models.works import WorkOrder
from visits.people.consents import said_within, still_counts
from visits.sight.adaptations import visible_adaptations
from visits.sight.listing import Listed, Wanted
from visits.sight.orders import visible_work_orders
from visits.sight.places import seen_stays
from visits.sight.reach import Viewer, hidden_homes, visible_cases
from visits.sight.referrals import visible_referrals
from visits.sight.sessions import visible_sessions
from visits.sight.transfers import visible_wishes


class EntryKind(enum.StrEnum):
    """What a line of the list is about."""

    HOME = "home"
    LIFE = "life"
    CASE = "case"
    TASK = "task"
    PROMISE = "promise"
    CALL = "call"
    VISIT = "visit"
    SUPPORT = "support"
    SESSION = "session"
    ANSWER = "answer"
    WORK = "work"
    ADAPTATION = "adaptation"
    REFERRAL = "referral"
    TRANSFER = "transfer"
    STAY = "stay"
    CONSENT = "consent"
    REFUSED = "refused"
    MEASURE = "measure"
    SCORE = "score"
    IDENTITY = "identity"


@dataclass(frozen=True)
class Entry:
    """A line: when, what it is about, whether it begins or ends there.

    `whole_day` tells that only the day is known of `at`. Lines that are `alike` within a month
    stand together.
    """

    kind: EntryKind
    step: str
    at: datetime
    whole_day: bool
    id: uuid.UUID
    alike: Hashable
    thing: Any = None


@dataclass(frozen=True)
class _Asked:
    person: Person
    viewer: Viewer

    @property
    def cases(self) -> Select[uuid.UUID]:
        """Select her cases that the viewer may see."""
        seen = (Case.person_id == self.person.id, visible_cases(self.viewer))
        return select(Case.id).join(Case.person).where(*seen)


@dataclass(frozen=True)
class _Source:
    """Where lines of a kind come from: `rows` selects id, moment and what makes them alike."""

    kind: EntryKind
    rows: Callable[[_Asked], Select[Any]]
    thing: Any
    with_it: tuple[Any, ...] = ()
    step: str = ""


def timeline(
    session: Session,
    person: Person,
    viewers: Mapping[EntryKind, Viewer],
    *,
    wanted: Wanted,
    only: EntryKind | None = None,
) -> Listed[list[Entry]]:
    """Give a page of what happened, the latest first; each row is one line or a month's like.

    `viewers` says how far the reader sees of each kind; one without a viewer is not read.
    """
    found: list[Entry] = []
    for source in SOURCES:
        viewer = viewers.get(source.kind)
        if viewer is not None and only in (None, source.kind):
            found += _lines(session, source, _Asked(person, viewer))
    rows = by_month(_latest_first(found), at=lambda one: one.at, alike=lambda one: one.alike)
    wanted = wanted.within(len(rows))
    page = rows[wanted.offset :][: wanted.size]
    things = _things(session, [one for row in page for one in row])
    filled = [[_filled(one, things) for one in row] for row in page]
    return Listed(filled, len(rows), wanted)


def _latest_first(found: Sequence[Entry]) -> list[Entry]:
    """Sort lines; what ends on a day was over before anything began on it, but for itself."""
    began = {(one.kind, one.id): one.at for one in found if one.step == "from"}

    def key(one: Entry) -> tuple[Any, ...]:
        if one.step != "until":
            return (one.at, one.kind, 1, one.id, one.step)
        since = began.get((one.kind, one.id))
        same_day = since is not None and since >= one.at
        return (since if same_day else one.at, one.kind, 2 if same_day else 0, one.id, one.step)

    return sorted(found, key=key, reverse=True)


def _lines(session: Session, source: _Source, asked: _Asked) -> list[Entry]:
    lines = []
    for id, at, *alike in session.execute(source.rows(asked)):
        whole_day = not isinstance(at, datetime)
        moment = midnight_in_paris(at) if whole_day else at.astimezone(UTC)
        same = (source.kind, source.step, *alike) if alike else None
        lines.append(Entry(source.kind, source.step, moment, whole_day, id, same))
    return lines


def _things(
    session: Session, entries: Sequence[Entry]
) -> dict[tuple[EntryKind, str, uuid.UUID], Any]:
    found: dict[tuple[EntryKind, str, uuid.UUID], Any] = {}
    for source in SOURCES:
        ids = {one.id for one in entries if (one.kind, one.step) == (source.kind, source.step)}
        if ids:
            model = source.thing
            rows = select(model).where(model.id.in_(ids)).options(*source.with_it)
            for thing in session.scalars(rows):
                found[source.kind, source.step, thing.id] = thing
    return found


def _filled(one: Entry, things: Mapping[tuple[EntryKind, str, uuid.UUID], Any]) -> Entry:
    thing = things[one.kind, one.step, one.id]
    return Entry(one.kind, one.step, one.at, one.whole_day, one.id, one.alike, thing)


def _of_person(model: Any, at: Any, *where: ColumnElement[bool]) -> Callable[[_Asked], Select[Any]]:
    def rows(asked: _Asked) -> Select[Any]:
        return select(model.id, at).where(
            model.person_id == asked.person.id, at.is_not(None), *where
        )

    return rows


def _from_until(kind: EntryKind, model: Any, since: Any, until: Any) -> Iterator[_Source]:
    yield _Source(kind, _of_person(model, since), model, step="from")
    yield _Source(kind, _of_person(model, until), model, step="until")


def _roles(asked: _Asked) -> Select[Any]:
    columns: tuple[Any, ...] = (RoleChange.id, RoleChange.noted_at)
    changes = select(*columns).join(RoleChange.occupancy).join(Occupancy.tenancy)
    hidden = hidden_homes(asked.viewer.user_id)
    hers = changes.where(Occupancy.person_id == asked.person.id)
    return hers.where(Tenancy.dwelling_id.not_in(hidden))


def _of_cases(
    model: Any, at: Any, *where: ColumnElement[bool], alike: tuple[Any, ...] = ()
) -> Callable[[_Asked], Select[Any]]:
    def rows(asked: _Asked) -> Select[Any]:
        case_id = model.id if model is Case else model.case_id
        said = (case_id.in_(asked.cases), at.is_not(None), *where)
        return select(model.id, at, *alike).where(*said)

    return rows


def _homes(at: Any) -> Callable[[_Asked], Select[Any]]:
    def rows(asked: _Asked) -> Select[Any]:
        hers = (Occupancy.person_id == asked.person.id, at.is_not(None))
        seen = Tenancy.dwelling_id.not_in(hidden_homes(asked.viewer.user_id))
        return select(Occupancy.id, at).join(Occupancy.tenancy).where(*hers, seen)

    return rows


def _answers(asked: _Asked) -> Select[Any]:
    at = func.coalesce(
        Submission.ended_at, Submission.received_at, type_=Submission.received_at.type
    )
    columns: tuple[Any, ...] = (Submission.id, at, Submission.form_version_id)
    hers = (Visit.case_id.in_(asked.cases), Submission.state.in_(COUNTED))
    return select(*columns).join(Submission.visit).where(*hers)


def _consents(asked: _Asked) -> Select[Any]:
    columns: tuple[Any, ...] = (Consent.id, Consent.at)
    hers = (Consent.person_id == asked.person.id, still_counts(), said_within(asked.cases))
    return select(*columns).where(*hers)


def _works(at: Any) -> Callable[[_Asked], Select[Any]]:
    def rows(asked: _Asked) -> Select[Any]:
        seen = (WorkOrder.person_id == asked.person.id, visible_work_orders(asked.viewer))
        return select(WorkOrder.id, at).join(WorkOrder.person).where(*seen, at.is_not(None))

    return rows


def _adaptations(model: Any, at: Any) -> Callable[[_Asked], Select[Any]]:
    def rows(asked: _Asked) -> Select[Any]:
        lines = select(model.id, at)
        if model is AdaptationMove:
            lines = lines.join(AdaptationMove.file).where(AdaptationMove.taken_back_at.is_(None))
        seen = (AdaptationFile.person_id == asked.person.id, visible_adaptations(asked.viewer))
        return lines.join(AdaptationFile.person).where(*seen)

    return rows


def _referrals(model: Any, at: Any) -> Callable[[_Asked], Select[Any]]:
    def rows(asked: _Asked) -> Select[Any]:
        lines = select(model.id, at)
        if model is ReferralMove:
            lines = lines.join(ReferralMove.referral).where(ReferralMove.taken_back_at.is_(None))
        seen = (Referral.person_id == asked.person.id, visible_referrals(asked.viewer))
        return lines.join(Referral.person).where(*seen)

    return rows


def _transfers(model: Any, at: Any) -> Callable[[_Asked], Select[Any]]:
    def rows(asked: _Asked) -> Select[Any]:
        lines = select(model.id, at).where(at.is_not(None))
        if model is TransferOffer:
            lines = lines.join(TransferOffer.wish).where(TransferOffer.withdrawn_at.is_(None))
        seen = (TransferWish.person_id == asked.person.id, visible_wishes(asked.viewer))
        return lines.join(TransferWish.person).where(*seen)

    return rows


def _sessions(asked: _Asked) -> Select[Any]:
    on_list = (SessionEnrolment.withdrawn_at.is_(None), SessionEnrolment.waiting.is_(False))
    seen = (CollectiveSession.state != SessionState.CANCELLED, visible_sessions(asked.viewer))
    hers = _of_person(SessionEnrolment, CollectiveSession.starts_at, *on_list, *seen)(asked)
    return hers.join(SessionEnrolment.of)


def _stays(at: Any) -> Callable[[_Asked], Select[Any]]:
    def rows(asked: _Asked) -> Select[Any]:
        hers = (Stay.person_id == asked.person.id, Stay.id.in_(seen_stays(asked.viewer)))
        return select(Stay.id, at).where(*hers, at.is_not(None), Stay.withdrawn_at.is_(None))

    return rows


_HOME = joinedload(Occupancy.tenancy).joinedload(Tenancy.dwelling).joinedload(Dwelling.residence)
_CAME = func.coalesce(Occupancy.started_on, Tenancy.started_on, type_=Tenancy.started_on.type)
_LEFT = func.coalesce(Occupancy.ended_on, Tenancy.ended_on, type_=Occupancy.ended_on.type)
_PLACE = joinedload(Stay.place).joinedload(Place.dwelling).joinedload(Dwelling.residence)
_BY_HAND, _PROMISED = Task.consequence_id.is_(None), Task.consequence_id.is_not(None)
# What a visit did stands there as the visit; what is still to do is no part of what happened.
_CLOSED = (Task.closed_at.is_not(None), Task.visit_id.is_(None))
_TASK = (joinedload(Task.case), joinedload(Task.consequence))
_PROMISES = _of_cases(Task, Task.closed_at, _PROMISED, *_CLOSED)
_PAUSES = _of_cases(CasePause, CasePause.from_on, CasePause.withdrawn_at.is_(None))

SOURCES = (
    _Source(EntryKind.HOME, _homes(_CAME), Occupancy, (_HOME,), "from"),
    _Source(EntryKind.HOME, _homes(_LEFT), Occupancy, (_HOME,), "until"),
    _Source(EntryKind.LIFE, _of_person(LifeEvent, LifeEvent.happened_on), LifeEvent),
    _Source(EntryKind.CASE, _of_cases(Case, Case.opened_at), Case, step="from"),
    _Source(EntryKind.CASE, _of_cases(Case, Case.closed_on), Case, step="until"),
    _Source(EntryKind.TASK, _PAUSES, CasePause, step="pause"),
    _Source(
        EntryKind.TASK,
        _of_cases(
            Task, Task.closed_at, _BY_HAND, *_CLOSED, alike=(Task.case_id, Task.cadence, Task.state)
        ),
        Task,
        _TASK,
        "until",
    ),
    _Source(EntryKind.PROMISE, _PROMISES, Task, _TASK, "until"),
    _Source(
        EntryKind.CALL,
        _of_cases(
            ContactAttempt,
            ContactAttempt.at,
            alike=(ContactAttempt.case_id, ContactAttempt.disposition, ContactAttempt.channel),
        ),
        ContactAttempt,
        (joinedload(ContactAttempt.case), joinedload(ContactAttempt.caller)),
    ),
    _Source(
        EntryKind.VISIT,
        _of_cases(Visit, Visit.planned_start_at, alike=(Visit.case_id, Visit.kind, Visit.state)),
        Visit,
        (joinedload(Visit.case), joinedload(Visit.visitor)),
    ),
    _Source(
        EntryKind.SUPPORT,
        _of_cases(SupportAct, SupportAct.happened_on, SupportAct.withdrawn_at.is_(None)),
        SupportAct,
        (joinedload(SupportAct.noted_by),),
    ),
    _Source(EntryKind.SESSION, _sessions, SessionEnrolment, (joinedload(SessionEnrolment.of),)),
    _Source(
        EntryKind.ANSWER,
        _answers,
        Submission,
        (
            defer(Submission.xml),
            defer(Submission.findings),
            joinedload(Submission.form_version),
            joinedload(Submission.sent_by),
        ),
    ),
    _Source(EntryKind.WORK, _works(WorkOrder.opened_at), WorkOrder, step="from"),
    _Source(EntryKind.WORK, _works(WorkOrder.closed_at), WorkOrder, step="until"),
    _Source(
        EntryKind.ADAPTATION,
        _adaptations(AdaptationFile, AdaptationFile.opened_at),
        AdaptationFile,
        step="from",
    ),
    _Source(
        EntryKind.ADAPTATION,
        _adaptations(AdaptationMove, AdaptationMove.at),
        AdaptationMove,
        (joinedload(AdaptationMove.file),),
        "move",
    ),
    _Source(EntryKind.REFERRAL, _referrals(Referral, Referral.opened_at), Referral, step="from"),
    _Source(
        EntryKind.REFERRAL,
        _referrals(ReferralMove, ReferralMove.at),
        ReferralMove,
        (joinedload(ReferralMove.referral),),
        "move",
    ),
    _Source(
        EntryKind.TRANSFER,
        _transfers(TransferWish, TransferWish.opened_at),
        TransferWish,
        step="from",
    ),
    _Source(
        EntryKind.TRANSFER,
        _transfers(TransferOffer, TransferOffer.offered_at),
        TransferOffer,
        (joinedload(TransferOffer.wish),),
        "offer",
    ),
    _Source(
        EntryKind.TRANSFER,
        _transfers(TransferWish, TransferWish.closed_at),
        TransferWish,
        step="until",
    ),
    _Source(EntryKind.STAY, _stays(Stay.from_on), Stay, (_PLACE,), "from"),
    _Source(EntryKind.STAY, _stays(Stay.ended_on), Stay, (_PLACE,), "until"),
    _Source(EntryKind.CONSENT, _consents, Consent),
    *_from_until(EntryKind.REFUSED, PartRefusal, PartRefusal.said_at, PartRefusal.ended_at),
    *_from_until(EntryKind.MEASURE, PersonAlert, PersonAlert.noted_on, PersonAlert.ended_on),
    _Source(EntryKind.SCORE, _of_person(ExternalScore, ExternalScore.assessed_on), ExternalScore),
    _Source(
        EntryKind.IDENTITY, _of_person(Correction, Correction.noted_at), Correction, (), "corrected"
    ),
    _Source(EntryKind.IDENTITY, _roles, RoleChange, (), "role"),
    _Source(
        EntryKind.IDENTITY,
        _of_person(PhoneNumber, PhoneNumber.noted_at, PhoneNumber.noted_by_id.is_not(None)),
        PhoneNumber,
        (),
        "phone",
    ),
)
