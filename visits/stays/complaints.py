"""Complaints of who stays in a place: noted, answered in time, each act taken back."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from visits.forms.parameters import parameters_in_force
from visits.ground.db import new_id
from visits.ground.deadlines import day_after, today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import Role, User
from visits.models.complaints import Complaint, ComplaintAbout
from visits.models.people import AccessKind
from visits.models.portfolio import Dwelling
from visits.models.stays import Place, Stay
from visits.people.protection import named_for
from visits.sight import Viewer
from visits.sight.access_log import log_access
from visits.sight.places import visible_stays
from visits.sight.withdrawing import put_back, withdraw

WORDS_LENGTH = 1000
DELAY = "complaint_answer"
ANSWERING = (Role.COORDINATOR, Role.SOCIAL_WORKER, Role.PARTNER_COORDINATOR)


@dataclass(frozen=True)
class ComplaintSaid:
    """A complaint as it was made: what about, in her words, on which day."""

    about: str
    words: str
    made_on: date | None


def note_complaint(
    session: Session, stay: Stay, said: ComplaintSaid, *, viewer: Viewer, now: datetime
) -> Complaint:
    """Note a complaint of who stays somewhere; it is of whoever noted it until another takes it on.

    It is to be answered within the delay in force on its day. Raises Invalid by field, Conflict
    when the stay was withdrawn or the very same complaint is noted already.
    """
    if stay.withdrawn_at is not None:
        raise Conflict("stay_withdrawn")
    fields = _wrong(stay, said, today=today_in_paris(now))
    if fields:
        raise Invalid(fields)
    assert said.made_on is not None
    delay = parameters_in_force(session).find(DELAY, on=said.made_on).delay
    complaint = Complaint(
        id=new_id(),
        stay=stay,
        about=ComplaintAbout(said.about),
        words=said.words.strip(),
        made_on=said.made_on,
        due_on=day_after(said.made_on, delay),
        owner_id=viewer.user_id,
        turn=0,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    _refuse_same(session, complaint)
    session.add(complaint)
    _log(session, complaint, "complaint_noted", viewer=viewer, now=now)
    return complaint


def take_complaint_on(
    session: Session, complaint: Complaint, *, turn: int, viewer: Viewer, now: datetime
) -> None:
    """Let a complaint be the viewer's to answer. Raises Conflict when it is already, or is over."""
    _refuse_over(complaint, turn)
    if complaint.owner_id == viewer.user_id:
        raise Conflict("complaint_yours_already")
    complaint.owner_id = viewer.user_id
    _changed(session, complaint, "complaint_taken_on", viewer=viewer, now=now)


def who_may_own(session: Session, viewer: Viewer, complaint: Complaint) -> Sequence[User]:
    """List by name who may answer a complaint beside its owner: who sees it, of the viewer's."""
    stay = complaint.stay
    working = (User.role.in_(ANSWERING), User.active.is_(True), User.id != complaint.owner_id)
    theirs = select(User).where(User.organisation_id == viewer.organisation_id, *working)
    named = named_for(session, stay.person, stay.place.dwelling_id)
    if named is not None:
        theirs = theirs.where(User.id.in_(named))
    return session.scalars(theirs.order_by(User.name, User.id)).all()


def hand_complaint_to(
    session: Session,
    complaint: Complaint,
    owner: str,
    *,
    turn: int,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Let a complaint be a colleague's to answer. Raises Invalid by field, Conflict."""
    _refuse_over(complaint, turn)
    may = {str(one.id): one.id for one in who_may_own(session, viewer, complaint)}
    if owner not in may:
        raise Invalid({"owner": "bad_choice" if owner else "required"})
    complaint.owner_id = may[owner]
    _changed(session, complaint, "complaint_handed", viewer=viewer, now=now)


def answer_complaint(
    session: Session,
    complaint: Complaint,
    answer: str,
    answered_on: date | None,
    *,
    turn: int,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Close a complaint with what she was answered, and when. Raises Invalid by field, Conflict."""
    _refuse_over(complaint, turn)
    fields, answer = {}, answer.strip()
    if not answer or len(answer) > WORDS_LENGTH:
        fields["answer"] = "too_long" if answer else "required"
    if answered_on is None:
        fields["answered_on"] = "required"
    elif answered_on > today_in_paris(now):
        fields["answered_on"] = "must_not_be_future"
    elif answered_on < complaint.made_on:
        fields["answered_on"] = "complaint_answered_before"
    if fields:
        raise Invalid(fields)
    complaint.answer, complaint.answered_on = answer, answered_on
    complaint.answered_by_id = viewer.user_id
    _changed(session, complaint, "complaint_answered", viewer=viewer, now=now)


def take_answer_back(
    session: Session, complaint: Complaint, *, turn: int, viewer: Viewer, now: datetime
) -> None:
    """Let a complaint wait for its answer again, due as it was. Raises Conflict."""
    _read_just_now(complaint, turn)
    if complaint.answered_on is None or complaint.withdrawn_at is not None:
        raise Conflict("complaint_not_answered")
    complaint.answer = complaint.answered_on = complaint.answered_by_id = None
    _changed(session, complaint, "complaint_answer_taken_back", viewer=viewer, now=now)


def withdraw_complaint(
    session: Session, complaint: Complaint, why: str, *, turn: int, viewer: Viewer, now: datetime
) -> None:
    """Withdraw a complaint noted by mistake; it counts no more. Raises Invalid, Conflict."""
    _read_just_now(complaint, turn)
    withdraw(complaint, why=why, viewer=viewer, now=now)
    _changed(session, complaint, "complaint_withdrawn", viewer=viewer, now=now)


def put_complaint_back(
    session: Session, complaint: Complaint, *, turn: int, viewer: Viewer, now: datetime
) -> None:
    """Let a complaint that was withdrawn count again. Raises Conflict."""
    _read_just_now(complaint, turn)
    put_back(complaint)
    _changed(session, complaint, "complaint_put_back", viewer=viewer, now=now)


def find_complaint(
    session: Session, viewer: Viewer, complaint_id: uuid.UUID, *, to_change: bool = False
) -> Complaint:
    """Find a complaint the viewer may see, else raise NotFound; `to_change` waits for others."""
    statement = seen_complaints(viewer).where(Complaint.id == complaint_id)
    statement = statement.options(
        *(joinedload(one) for one in (Complaint.noted_by, Complaint.withdrawn_by)),
        *(joinedload(one) for one in (Complaint.owner, Complaint.answered_by)),
    )
    if to_change:
        statement = statement.with_for_update(of=Complaint, key_share=True)
    complaint = session.scalars(statement).one_or_none()
    if complaint is None:
        raise NotFound("complaint_not_found")
    return complaint


def complaints_of(session: Session, viewer: Viewer, stay: Stay) -> Sequence[Complaint]:
    """List the complaints of a stay that the viewer may see, the latest first."""
    hers = seen_complaints(viewer).where(Complaint.stay_id == stay.id)
    return session.scalars(hers.order_by(Complaint.made_on.desc(), Complaint.id.desc())).all()


def seen_complaints(viewer: Viewer) -> Select[Complaint]:
    """Select the complaints a viewer may see: those of the stays she sees."""
    return (
        select(Complaint)
        .join(Complaint.stay)
        .join(Stay.person)
        .join(Stay.place)
        .join(Place.dwelling)
        .join(Dwelling.residence)
        .where(visible_stays(viewer))
        .options(
            contains_eager(Complaint.stay).contains_eager(Stay.person),
            contains_eager(Complaint.stay)
            .contains_eager(Stay.place)
            .contains_eager(Place.dwelling)
            .contains_eager(Dwelling.residence),
        )
    )


def _wrong(stay: Stay, said: ComplaintSaid, *, today: date) -> dict[str, str]:
    fields, words = {}, said.words.strip()
    if said.about not in tuple(ComplaintAbout):
        fields["about"] = "bad_choice" if said.about else "required"
    if not words or len(words) > WORDS_LENGTH:
        fields["words"] = "too_long" if words else "required"
    if said.made_on is None:
        fields["made_on"] = "required"
    elif said.made_on > today:
        fields["made_on"] = "must_not_be_future"
    elif said.made_on < stay.from_on:
        fields["made_on"] = "complaint_before_stay"
    return fields


def _refuse_same(session: Session, complaint: Complaint) -> None:
    """Raise Conflict for a complaint that was sent twice."""
    there = select(Complaint).where(
        Complaint.stay_id == complaint.stay.id,
        Complaint.made_on == complaint.made_on,
        Complaint.withdrawn_at.is_(None),
    )
    said = (complaint.about, complaint.words)
    with session.no_autoflush:
        known = session.scalars(there.order_by(Complaint.id)).all()
    if any((one.about, one.words) == said for one in known if one is not complaint):
        raise Conflict("complaint_noted_already")


def _refuse_over(complaint: Complaint, turn: int) -> None:
    _read_just_now(complaint, turn)
    if complaint.withdrawn_at is not None:
        raise Conflict("noted_withdrawn")
    if complaint.answered_on is not None:
        raise Conflict("complaint_answered_already")


def _read_just_now(complaint: Complaint, turn: int) -> None:
    if complaint.turn != turn:
        raise Conflict("complaint_changed_meanwhile")


def _changed(
    session: Session, complaint: Complaint, what: str, *, viewer: Viewer, now: datetime
) -> None:
    complaint.turn += 1
    _log(session, complaint, what, viewer=viewer, now=now)


def _log(
    session: Session, complaint: Complaint, what: str, *, viewer: Viewer, now: datetime
) -> None:
    session.flush()
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[complaint.stay.person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
