"""A referral: opened by a finding or by hand, found, taken in hand."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from diagnostics.codes import RECIPIENTS
from visits.ground.db import new_id, take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import Role, User
from visits.models.cases import Case
from visits.models.people import AccessKind, Person
from visits.models.referrals import (
    OPEN_STEPS,
    Basis,
    Direction,
    Referral,
    ReferralMove,
    ReferralStep,
)
from visits.models.visits import Consequence, Visit
from visits.referrals.path import due_on
from visits.sight import Viewer, visible_cases
from visits.sight.access_log import log_access
from visits.sight.referrals import visible_referrals

NAME_LENGTH, WORDS_LENGTH = 200, 1000
WORKING = (Role.COORDINATOR, Role.SOCIAL_WORKER)


@dataclass(frozen=True)
class ReferralSaid:
    """What is asked for somebody, of whom or by whom, and what allows it."""

    direction: str
    code: str
    asked: str
    basis: str
    partner: str = ""
    agreed_on: date | None = None
    because: str = ""
    decided_with: uuid.UUID | None = None


def open_for_finding(
    session: Session, case: Case, consequence: Consequence, *, now: datetime
) -> Referral:
    """Open the referral that a finding calls for, or add the finding to the one that is open.

    Forms call for none that she did not agree to: the day of her answers is the day she did.
    """
    known = _open_one(session, case.person_id, consequence.code)
    if known is not None:
        if consequence not in known.findings:
            known.findings.append(consequence)
        session.flush()
        return known
    referral = _new(session, case.person_id, consequence.code, Direction.OUT, now=now)
    if consequence.due_at is not None:
        referral.due_on = today_in_paris(consequence.due_at)
    sent = consequence.submission
    referral.basis, referral.agreed_on = Basis.CONSENT, today_in_paris(sent.ended_at or now)
    referral.case_id, referral.findings = case.id, [consequence]
    session.add(referral)
    session.flush()
    return referral


def open_by_hand(
    session: Session, person: Person, said: ReferralSaid, *, viewer: Viewer, now: datetime
) -> Referral:
    """Open a referral for what somebody asks, of us or by us; raises Invalid, field by field.

    Without her agreement it says why, and with which other account that was decided.
    """
    said = checked(session, said, viewer=viewer, now=now)
    if person.died_on is not None:
        raise Conflict("person_died")
    direction = Direction(said.direction)
    referral = _new(session, person.id, said.code, direction, now=now)
    referral.partner, referral.asked = said.partner or None, said.asked
    referral.basis, referral.agreed_on = Basis(said.basis), said.agreed_on
    referral.because, referral.decided_with_id = said.because or None, said.decided_with
    referral.opened_by_id, referral.case_id = viewer.user_id, _open_case(session, viewer, person)
    session.add(referral)
    session.flush()
    log(session, referral, "referral_open", viewer=viewer, now=now)
    return referral


def checked(session: Session, said: ReferralSaid, *, viewer: Viewer, now: datetime) -> ReferralSaid:
    """Give what is asked without its blanks; raises Invalid, field by field."""
    asked, partner, because = said.asked.strip(), said.partner.strip(), said.because.strip()
    fields = {}
    if said.direction not in tuple(Direction):
        fields["direction"] = "bad_choice"
    if said.code not in RECIPIENTS:
        fields["code"] = "bad_choice" if said.code else "required"
    if not asked:
        fields["asked"] = "required"
    if said.direction == Direction.IN and not partner:
        fields["partner"] = "required"
    if said.basis not in tuple(Basis):
        fields["basis"] = "bad_choice" if said.basis else "required"
    for name, text, most in (
        ("asked", asked, WORDS_LENGTH),
        ("partner", partner, NAME_LENGTH),
        ("because", because, WORDS_LENGTH),
    ):
        if len(text) > most:
            fields[name] = "too_long"
    agreed_on, decided_with = said.agreed_on, said.decided_with
    if said.basis == Basis.CONSENT:
        because, decided_with = "", None
        if agreed_on is None:
            fields["agreed_on"] = "required"
        elif agreed_on > today_in_paris(now):
            fields["agreed_on"] = "must_not_be_future"
    elif said.basis in tuple(Basis):
        agreed_on = None
        fields |= _without_her(session, because, decided_with, viewer)
    if fields:
        raise Invalid(fields)
    return ReferralSaid(
        said.direction, said.code, asked, said.basis, partner, agreed_on, because, decided_with
    )


def _without_her(
    session: Session, because: str, decided_with: uuid.UUID | None, viewer: Viewer
) -> dict[str, str]:
    """Say what is missing of a referral that she did not agree to: a reason, a second person."""
    fields = {} if because else {"because": "required"}
    if decided_with is None:
        fields["decided_with"] = "required"
    elif decided_with not in {one.id for one in colleagues(session, viewer)}:
        fields["decided_with"] = "bad_choice"
    return fields


def colleagues(session: Session, viewer: Viewer) -> Sequence[User]:
    """List by name with whom the viewer may decide: who refers people too, but not herself."""
    return [one for one in who_may_hold(session, viewer) if one.id != viewer.user_id]


def who_may_hold(session: Session, viewer: Viewer) -> Sequence[User]:
    """List by name who follows referrals in the viewer's organisation."""
    working = (User.role.in_(WORKING), User.active.is_(True))
    hers = select(User).where(User.organisation_id == viewer.organisation_id, *working)
    return session.scalars(hers.order_by(User.name, User.id)).all()


def hand_to(
    session: Session,
    referral: Referral,
    user_id: uuid.UUID | None,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Put a referral in somebody's hands, or in nobody's. Raises Invalid."""
    if user_id is not None and user_id not in {one.id for one in who_may_hold(session, viewer)}:
        raise Invalid({"holder": "bad_choice"})
    referral.holder_id = user_id
    log(session, referral, "referral_handed", viewer=viewer, now=now)


def label_of(referral: Referral) -> dict[str, str]:
    """Say by language what is asked: in the words of the finding, as typed, or by the service."""
    if referral.asked:
        return {"fr": referral.asked, "en": referral.asked}
    if referral.consequence is not None:
        return dict(referral.consequence.label)
    name = RECIPIENTS.get(referral.code)
    return {"fr": name.fr, "en": name.en} if name else {"fr": referral.code, "en": referral.code}


def find_referral(
    session: Session, viewer: Viewer, referral_id: uuid.UUID, *, to_change: bool = False
) -> Referral:
    """Find a referral the viewer may see, else raise NotFound; `to_change` waits for others."""
    statement = (
        select(Referral)
        .join(Referral.person)
        .where(Referral.id == referral_id, visible_referrals(viewer))
        .options(selectinload(Referral.moves).joinedload(ReferralMove.by))
        .options(selectinload(Referral.findings).joinedload(Consequence.submission))
    )
    if to_change:
        statement = statement.with_for_update(of=Referral, key_share=True)
    referral = session.scalars(statement).one_or_none()
    if referral is None:
        raise NotFound("referral_not_found")
    return referral


def findings_seen(session: Session, referral: Referral, viewer: Viewer) -> list[Consequence]:
    """List what calls for a referral, of cases that a viewer may see, the first first."""
    of_cases = select(Visit.id).join(Visit.case).join(Case.person).where(visible_cases(viewer))
    visits = {one.submission.visit_id for one in referral.findings}
    seen = set(session.scalars(of_cases.where(Visit.id.in_(visits))))
    return [one for one in referral.findings if one.submission.visit_id in seen]


def referrals_of(session: Session, viewer: Viewer, person: Person) -> Sequence[Referral]:
    """List the referrals of a person that the viewer may see, newest first."""
    hers = select(Referral).join(Referral.person).where(visible_referrals(viewer))
    hers = hers.where(Referral.person_id == person.id)
    newest = hers.order_by(Referral.opened_at.desc(), Referral.id.desc())
    findings = selectinload(Referral.findings).joinedload(Consequence.submission)
    return session.scalars(newest.options(joinedload(Referral.person), findings)).unique().all()


def log(
    session: Session, referral: Referral, what: str, *, viewer: Viewer | None, now: datetime
) -> None:
    """Leave the line of a change in the access log; without a viewer it was done by a link."""
    log_access(
        session,
        user_id=viewer.user_id if viewer else None,
        persons=[referral.person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )


def _open_case(session: Session, viewer: Viewer, person: Person) -> uuid.UUID | None:
    """Give an open case of hers that the viewer may see: who works by a mandate finds it there."""
    hers = (Case.person_id == person.id, Case.closed_on.is_(None), visible_cases(viewer))
    first = select(Case.id).join(Case.person).where(*hers).order_by(Case.opened_at, Case.id)
    return session.scalars(first.limit(1)).first()


def _open_one(session: Session, person_id: uuid.UUID, code: str) -> Referral | None:
    """Find what is open for a person with a kind of service; two that look at once wait."""
    take_turn(session, f"referrals of {person_id}")
    hers = (Referral.person_id == person_id, Referral.direction == Direction.OUT)
    opened = select(Referral).where(*hers, Referral.step.in_(OPEN_STEPS)).order_by(Referral.id)
    return next((one for one in session.scalars(opened) if one.code == code), None)


def _new(
    session: Session, person_id: uuid.UUID, code: str, direction: Direction, *, now: datetime
) -> Referral:
    step = ReferralStep.TO_SEND if direction is Direction.OUT else ReferralStep.SENT
    return Referral(
        id=new_id(),
        reference=f"OR-{uuid.uuid4().hex[:8].upper()}",
        direction=direction,
        person_id=person_id,
        code=code,
        opened_at=now,
        step=step,
        since=now,
        due_on=due_on(session, step, on=today_in_paris(now)),
        turn=0,
    )
