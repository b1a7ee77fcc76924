"""Where what happened to a person stands, and what of it a reader may see: one table."""

import enum
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import defer, joinedload

from visits.models.adaptations import AdaptationFile, AdaptationMove, AdaptationTask
from visits.models.calls import ContactAttempt
from visits.models.cases import Case, CasePause, Task
from visits.models.complaints import Complaint
from visits.models.life import Correction, LifeEvent
from visits.models.messages import Message
from visits.models.needs import AutonomyNote, HomeNeeds, MedicalValidation
from visits.models.people import (
    AloneSaid,
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
from visits.models.reports import ReportLeft
from visits.models.sessions import CollectiveSession, SessionEnrolment, SessionState
from visits.models.stays import Place, Stay
from visits.models.support import SupportAct
from visits.models.transfers import TransferOffer, TransferWish
from visits.models.visits import COUNTED, Submission, Visit
from visits.models.works import WorkOrder
from visits.people.consents import said_within, still_counts
from visits.sight.adaptations import visible_adaptations
from visits.sight.messages import visible_messages
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
    COMPLAINT = "complaint"
    MESSAGE = "message"
    CONSENT = "consent"
    REFUSED = "refused"
    MEASURE = "measure"
    SCORE = "score"
    NEED = "need"
    AUTONOMY = "autonomy"
    MEDICAL = "medical"
    IDENTITY = "identity"


@dataclass(frozen=True)
class Asked:
    """Whose life is told, and to whom."""

    person: Person
    viewer: Viewer

    @property
    def cases(self) -> Select[uuid.UUID]:
        """Select her cases that the viewer may see."""
        seen = (Case.person_id == self.person.id, visible_cases(self.viewer))
        return select(Case.id).join(Case.person).where(*seen)


@dataclass(frozen=True)
class Source:
    """Where lines of a kind come from: `rows` selects id, moment and what makes them alike."""

    kind: EntryKind
    rows: Callable[[Asked], Select[Any]]
    thing: Any
    with_it: tuple[Any, ...] = ()
    step: str = ""


def _of_person(model: Any, at: Any, *where: ColumnElement[bool]) -> Callable[[Asked], Select[Any]]:
    def rows(asked: Asked) -> Select[Any]:
        return select(model.id, at).where(
            model.person_id == asked.person.id, at.is_not(None), *where
        )

    return rows


def _from_until(kind: EntryKind, model: Any, since: Any, until: Any) -> Iterator[Source]:
    yield Source(kind, _of_person(model, since), model, step="from")
    yield Source(kind, _of_person(model, until), model, step="until")


def _roles(asked: Asked) -> Select[Any]:
    columns: tuple[Any, ...] = (RoleChange.id, RoleChange.noted_at)
    changes = select(*columns).join(RoleChange.occupancy).join(Occupancy.tenancy)
    hidden = hidden_homes(asked.viewer.user_id)
    hers = changes.where(Occupancy.person_id == asked.person.id)
    return hers.where(Tenancy.dwelling_id.not_in(hidden))


def _of_cases(
    model: Any, at: Any, *where: ColumnElement[bool], alike: tuple[Any, ...] = ()
) -> Callable[[Asked], Select[Any]]:
    def rows(asked: Asked) -> Select[Any]:
        case_id = model.id if model is Case else model.case_id
        said = (case_id.in_(asked.cases), at.is_not(None), *where)
        return select(model.id, at, *alike).where(*said)

    return rows


def _homes(at: Any) -> Callable[[Asked], Select[Any]]:
    def rows(asked: Asked) -> Select[Any]:
        hers = (Occupancy.person_id == asked.person.id, at.is_not(None))
        seen = Tenancy.dwelling_id.not_in(hidden_homes(asked.viewer.user_id))
        return select(Occupancy.id, at).join(Occupancy.tenancy).where(*hers, seen)

    return rows


def _answers(asked: Asked) -> Select[Any]:
    at = func.coalesce(
        Submission.ended_at, Submission.received_at, type_=Submission.received_at.type
    )
    columns: tuple[Any, ...] = (Submission.id, at, Submission.form_version_id)
    hers = (Visit.case_id.in_(asked.cases), Submission.state.in_(COUNTED))
    return select(*columns).join(Submission.visit).where(*hers)


def _reports(asked: Asked) -> Select[Any]:
    columns: tuple[Any, ...] = (ReportLeft.id, ReportLeft.noted_at)
    hers = (Visit.case_id.in_(asked.cases), ReportLeft.withdrawn_at.is_(None))
    return select(*columns).join(ReportLeft.visit).where(*hers)


def _consents(asked: Asked) -> Select[Any]:
    columns: tuple[Any, ...] = (Consent.id, Consent.at)
    hers = (Consent.person_id == asked.person.id, still_counts(), said_within(asked.cases))
    return select(*columns).where(*hers)


def _works(at: Any) -> Callable[[Asked], Select[Any]]:
    def rows(asked: Asked) -> Select[Any]:
        seen = (WorkOrder.person_id == asked.person.id, visible_work_orders(asked.viewer))
        return select(WorkOrder.id, at).join(WorkOrder.person).where(*seen, at.is_not(None))

    return rows


def _adaptations(model: Any, at: Any) -> Callable[[Asked], Select[Any]]:
    def rows(asked: Asked) -> Select[Any]:
        lines = select(model.id, at)
        if model is AdaptationMove:
            lines = lines.join(AdaptationMove.file).where(AdaptationMove.taken_back_at.is_(None))
        seen = (AdaptationFile.person_id == asked.person.id, visible_adaptations(asked.viewer))
        return lines.join(AdaptationFile.person).where(*seen)

    return rows


def _referrals(model: Any, at: Any) -> Callable[[Asked], Select[Any]]:
    def rows(asked: Asked) -> Select[Any]:
        lines = select(model.id, at)
        if model is ReferralMove:
            lines = lines.join(ReferralMove.referral).where(ReferralMove.taken_back_at.is_(None))
        seen = (Referral.person_id == asked.person.id, visible_referrals(asked.viewer))
        return lines.join(Referral.person).where(*seen)

    return rows


def _transfers(model: Any, at: Any) -> Callable[[Asked], Select[Any]]:
    def rows(asked: Asked) -> Select[Any]:
        lines = select(model.id, at).where(at.is_not(None))
        if model is TransferOffer:
            lines = lines.join(TransferOffer.wish).where(TransferOffer.withdrawn_at.is_(None))
        seen = (TransferWish.person_id == asked.person.id, visible_wishes(asked.viewer))
        return lines.join(TransferWish.person).where(*seen)

    return rows


def _sessions(asked: Asked) -> Select[Any]:
    on_list = (SessionEnrolment.withdrawn_at.is_(None), SessionEnrolment.waiting.is_(False))
    seen = (CollectiveSession.state != SessionState.CANCELLED, visible_sessions(asked.viewer))
    hers = _of_person(SessionEnrolment, CollectiveSession.starts_at, *on_list, *seen)(asked)
    return hers.join(SessionEnrolment.of)


def _stays(at: Any) -> Callable[[Asked], Select[Any]]:
    def rows(asked: Asked) -> Select[Any]:
        hers = (Stay.person_id == asked.person.id, Stay.id.in_(seen_stays(asked.viewer)))
        return select(Stay.id, at).where(*hers, at.is_not(None), Stay.withdrawn_at.is_(None))

    return rows


def _complaints(at: Any) -> Callable[[Asked], Select[Any]]:
    def rows(asked: Asked) -> Select[Any]:
        hers = (Stay.person_id == asked.person.id, Stay.id.in_(seen_stays(asked.viewer)))
        lines = select(Complaint.id, at).join(Complaint.stay).where(*hers, at.is_not(None))
        return lines.where(Complaint.withdrawn_at.is_(None))

    return rows


def _messages(at: Any) -> Callable[[Asked], Select[Any]]:
    def rows(asked: Asked) -> Select[Any]:
        hers = (Message.person_id == asked.person.id, visible_messages(asked.viewer))
        return select(Message.id, at).where(*hers, at.is_not(None))

    return rows


_HOME = joinedload(Occupancy.tenancy).joinedload(Tenancy.dwelling).joinedload(Dwelling.residence)
_CAME = func.coalesce(Occupancy.started_on, Tenancy.started_on, type_=Tenancy.started_on.type)
_LEFT = func.coalesce(Occupancy.ended_on, Tenancy.ended_on, type_=Occupancy.ended_on.type)
_PLACE = joinedload(Stay.place).joinedload(Place.dwelling).joinedload(Dwelling.residence)
_BY_HAND, _PROMISED = Task.consequence_id.is_(None), Task.consequence_id.is_not(None)
# What a visit did stands there as the visit; what is still to do is no part of what happened.
_CLOSED = (Task.closed_at.is_not(None), Task.visit_id.is_(None))
_TASK = (
    joinedload(Task.case), joinedload(Task.consequence),
    joinedload(Task.adaptation).joinedload(AdaptationTask.file),
)  # fmt: skip
_PROMISES = _of_cases(Task, Task.closed_at, _PROMISED, *_CLOSED)
_VISITS_ALIKE = (Visit.case_id, Visit.kind, Visit.state, Visit.channel)
_PAUSES = _of_cases(CasePause, CasePause.from_on, CasePause.withdrawn_at.is_(None))

SOURCES = (
    Source(EntryKind.HOME, _homes(_CAME), Occupancy, (_HOME,), "from"),
    Source(EntryKind.HOME, _homes(_LEFT), Occupancy, (_HOME,), "until"),
    Source(EntryKind.LIFE, _of_person(LifeEvent, LifeEvent.happened_on), LifeEvent),
    Source(EntryKind.CASE, _of_cases(Case, Case.opened_at), Case, step="from"),
    Source(EntryKind.CASE, _of_cases(Case, Case.closed_on), Case, step="until"),
    Source(EntryKind.TASK, _PAUSES, CasePause, step="pause"),
    Source(
        EntryKind.TASK,
        _of_cases(
            Task,
            Task.closed_at,
            _BY_HAND,
            *_CLOSED,
            alike=(Task.case_id, Task.cadence, Task.path, Task.step, Task.state),
        ),
        Task,
        _TASK,
        "until",
    ),
    Source(EntryKind.PROMISE, _PROMISES, Task, _TASK, "until"),
    Source(
        EntryKind.CALL,
        _of_cases(
            ContactAttempt,
            ContactAttempt.at,
            alike=(ContactAttempt.case_id, ContactAttempt.disposition, ContactAttempt.channel),
        ),
        ContactAttempt,
        (joinedload(ContactAttempt.case), joinedload(ContactAttempt.caller)),
    ),
    Source(
        EntryKind.VISIT,
        _of_cases(Visit, Visit.planned_start_at, alike=_VISITS_ALIKE),
        Visit,
        (joinedload(Visit.case), joinedload(Visit.visitor)),
    ),
    Source(EntryKind.VISIT, _reports, ReportLeft, (joinedload(ReportLeft.noted_by),), "report"),
    Source(
        EntryKind.SUPPORT,
        _of_cases(SupportAct, SupportAct.happened_on, SupportAct.withdrawn_at.is_(None)),
        SupportAct,
        (joinedload(SupportAct.noted_by),),
    ),
    Source(EntryKind.SESSION, _sessions, SessionEnrolment, (joinedload(SessionEnrolment.of),)),
    Source(
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
    Source(EntryKind.WORK, _works(WorkOrder.opened_at), WorkOrder, step="from"),
    Source(EntryKind.WORK, _works(WorkOrder.closed_at), WorkOrder, step="until"),
    Source(
        EntryKind.ADAPTATION,
        _adaptations(AdaptationFile, AdaptationFile.opened_at),
        AdaptationFile,
        step="from",
    ),
    Source(
        EntryKind.ADAPTATION,
        _adaptations(AdaptationMove, AdaptationMove.at),
        AdaptationMove,
        (joinedload(AdaptationMove.file),),
        "move",
    ),
    Source(EntryKind.REFERRAL, _referrals(Referral, Referral.opened_at), Referral, step="from"),
    Source(
        EntryKind.REFERRAL,
        _referrals(ReferralMove, ReferralMove.at),
        ReferralMove,
        (joinedload(ReferralMove.referral),),
        "move",
    ),
    Source(
        EntryKind.TRANSFER,
        _transfers(TransferWish, TransferWish.opened_at),
        TransferWish,
        step="from",
    ),
    Source(
        EntryKind.TRANSFER,
        _transfers(TransferOffer, TransferOffer.offered_at),
        TransferOffer,
        (joinedload(TransferOffer.wish),),
        "offer",
    ),
    Source(
        EntryKind.TRANSFER,
        _transfers(TransferWish, TransferWish.closed_at),
        TransferWish,
        step="until",
    ),
    Source(EntryKind.STAY, _stays(Stay.from_on), Stay, (_PLACE,), "from"),
    Source(EntryKind.STAY, _stays(Stay.ended_on), Stay, (_PLACE,), "until"),
    Source(EntryKind.COMPLAINT, _complaints(Complaint.made_on), Complaint, step="from"),
    Source(EntryKind.COMPLAINT, _complaints(Complaint.answered_on), Complaint, step="until"),
    Source(EntryKind.MESSAGE, _messages(Message.sent_at), Message, step="sent"),
    Source(EntryKind.MESSAGE, _messages(Message.stopped_at), Message, step="stopped"),
    Source(EntryKind.CONSENT, _consents, Consent),
    *_from_until(EntryKind.REFUSED, PartRefusal, PartRefusal.said_at, PartRefusal.ended_at),
    *_from_until(EntryKind.MEASURE, PersonAlert, PersonAlert.noted_on, PersonAlert.ended_on),
    Source(EntryKind.SCORE, _of_person(ExternalScore, ExternalScore.assessed_on), ExternalScore),
    Source(
        EntryKind.NEED,
        _of_person(HomeNeeds, HomeNeeds.said_on, HomeNeeds.withdrawn_at.is_(None)),
        HomeNeeds,
    ),
    Source(
        EntryKind.AUTONOMY,
        _of_person(AutonomyNote, AutonomyNote.assessed_on, AutonomyNote.withdrawn_at.is_(None)),
        AutonomyNote,
    ),
    Source(
        EntryKind.MEDICAL,
        _of_person(
            MedicalValidation, MedicalValidation.given_on, MedicalValidation.withdrawn_at.is_(None)
        ),
        MedicalValidation,
    ),
    Source(
        EntryKind.IDENTITY, _of_person(Correction, Correction.noted_at), Correction, (), "corrected"
    ),
    Source(EntryKind.IDENTITY, _roles, RoleChange, (), "role"),
    Source(EntryKind.IDENTITY, _of_person(AloneSaid, AloneSaid.noted_at), AloneSaid, (), "alone"),
    Source(
        EntryKind.IDENTITY,
        _of_person(PhoneNumber, PhoneNumber.noted_at, PhoneNumber.noted_by_id.is_not(None)),
        PhoneNumber,
        (),
        "phone",
    ),
)
