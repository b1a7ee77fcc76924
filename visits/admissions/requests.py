"""A request for a place: written down, found, taken in hand."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from visits.admissions.path import due_on, rules_of
from visits.ground.db import new_id, take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.homes.matching import Needs
from visits.homes.needs import note_with, wrong_needs
from visits.models.accounts import Role, User
from visits.models.admissions import (
    OPEN_STEPS,
    Admission,
    AdmissionAsked,
    AdmissionMove,
    AdmissionStep,
)
from visits.models.cases import Case
from visits.models.people import AccessKind, Person
from visits.models.referrals import Referral
from visits.programmes.published import load_programmes
from visits.sight import Viewer
from visits.sight.access_log import log_access
from visits.sight.admissions import of_case, visible_admissions
from visits.stays.days import is_too_young

WORDS_LENGTH = 1000
# A letter that lay longer in a drawer is a mistyped year.
OLDEST = timedelta(days=366)
FOLLOWING = (Role.COORDINATOR, Role.SOCIAL_WORKER, Role.PARTNER_COORDINATOR)


@dataclass(frozen=True)
class RequestSaid:
    """A request as somebody made it: what she asks, where she lives now, what she needs.

    Without `needs` nobody asked about them: those that stand go on standing.
    """

    asked: str
    asked_on: date | None
    wish: str = ""
    situation: str = ""
    needs: Needs | None = None


def programmes_with_places(session: Session) -> dict[str, str]:
    """Give by code who decides in the programmes that lead to a place, the first first."""
    ordered = sorted(load_programmes(session).values(), key=lambda one: (one.position, one.code))
    return {one.code: one.admission.decided_by for one in ordered if one.admission}


def open_request(
    session: Session,
    case: Case,
    said: RequestSaid,
    *,
    referral: Referral | None = None,
    viewer: Viewer,
    now: datetime,
) -> Admission:
    """Open the admission of who asks for a place, with a home or without.

    Raises Invalid field by field; Conflict when its case is closed or leads to no place, she died,
    is under 16 or asks already.
    """
    rules, today = rules_of(session, case), today_in_paris(now)
    if rules is None:
        raise Conflict("admission_no_places")
    refuse_person(case, today)
    fields = _wrong(said, today) | wrong_needs(said.needs or Needs())
    if referral is not None and referral.person_id != case.person_id:
        fields["referral"] = "bad_choice"
    if fields:
        raise Invalid(fields)
    refuse_another(session, case)
    assert said.asked_on is not None
    admission = Admission(
        id=new_id(),
        reference=f"AM-{uuid.uuid4().hex[:8].upper()}",
        case=case,
        referral_id=referral.id if referral else None,
        asked=AdmissionAsked(said.asked),
        asked_on=said.asked_on,
        wish=said.wish.strip(),
        situation=said.situation.strip() or None,
        opened_at=now,
        opened_by_id=viewer.user_id,
        step=AdmissionStep.REQUEST,
        since=now,
        due_on=due_on(rules, AdmissionStep.REQUEST, on=today),
        turn=0,
        moves=[],
        offers=[],
    )
    session.add(admission)
    note_with(session, case.person, said.needs, viewer=viewer, now=now)
    log(session, admission, "admission_open", viewer=viewer, now=now)
    return admission


def refuse_person(case: Case, today: date) -> None:
    """Refuse to go on for whoever nobody lets in. Raises Conflict."""
    person = case.person
    if not case.is_open:
        raise Conflict("admission_case_closed")
    if person.died_on is not None:
        raise Conflict("admission_of_who_died")
    if is_too_young(today, born_on=person.born_on, birth_year=person.birth_year):
        raise Conflict("admission_under_16")


def refuse_another(session: Session, case: Case, *, but: uuid.UUID | None = None) -> None:
    """Refuse a second admission under way in a case; two who ask at once wait for each other."""
    take_turn(session, f"admissions of {case.id}")
    its = (Admission.case_id == case.id, Admission.step.in_(OPEN_STEPS))
    found = session.scalars(select(Admission).where(*its).order_by(Admission.id)).all()
    if any(one.id != but for one in found):
        raise Conflict("admission_already_open")


def _wrong(said: RequestSaid, today: date) -> dict[str, str]:
    fields = {}
    if said.asked not in tuple(AdmissionAsked):
        fields["asked"] = "bad_choice" if said.asked else "required"
    if said.asked_on is None:
        fields["asked_on"] = "required"
    elif said.asked_on > today:
        fields["asked_on"] = "must_not_be_future"
    elif said.asked_on < today - OLDEST:
        fields["asked_on"] = "too_long_ago"
    if not said.wish.strip():
        fields["wish"] = "required"
    for name, words in (("wish", said.wish), ("situation", said.situation)):
        if len(words.strip()) > WORDS_LENGTH:
            fields[name] = "too_long"
    return fields


def find_admission(
    session: Session, viewer: Viewer, admission_id: uuid.UUID, *, to_change: bool = False
) -> Admission:
    """Find an admission the viewer may see, else raise NotFound; `to_change` waits for others."""
    statement = (
        of_case()
        .where(Admission.id == admission_id, visible_admissions(viewer))
        .options(
            selectinload(Admission.moves).joinedload(AdmissionMove.by),
            selectinload(Admission.offers),
            joinedload(Admission.case).joinedload(Case.person),
        )
    )
    if to_change:
        statement = statement.with_for_update(of=Admission, key_share=True)
    admission = session.scalars(statement).one_or_none()
    if admission is None:
        raise NotFound("admission_not_found")
    return admission


def admissions_of(session: Session, viewer: Viewer, person: Person) -> Sequence[Admission]:
    """List the admissions of a person that the viewer may see, the latest first."""
    hers = of_case().where(Case.person_id == person.id, visible_admissions(viewer))
    latest = hers.order_by(Admission.opened_at.desc(), Admission.id.desc())
    return session.scalars(latest.options(joinedload(Admission.case))).all()


def who_may_hold(session: Session, viewer: Viewer) -> Sequence[User]:
    """List by name who follows admissions in the viewer's organisation."""
    working = (User.role.in_(FOLLOWING), User.active.is_(True))
    hers = select(User).where(User.organisation_id == viewer.organisation_id, *working)
    return session.scalars(hers.order_by(User.name, User.id)).all()


def hand_to(
    session: Session,
    admission: Admission,
    user_id: uuid.UUID | None,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Put an admission in somebody's hands, or in nobody's: then the role's. Raises Invalid."""
    if user_id is not None and user_id not in {one.id for one in who_may_hold(session, viewer)}:
        raise Invalid({"holder": "bad_choice"})
    admission.holder_id = user_id
    session.flush()
    log(session, admission, "admission_handed", viewer=viewer, now=now)


def log(
    session: Session, admission: Admission, what: str, *, viewer: Viewer, now: datetime
) -> None:
    """Leave the line of a change in the access log."""
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[admission.case.person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
