"""Who is in charge of a case: an organisation and a referent, handed over and taken back."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session, joinedload

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.accounts import Organisation, OrganisationKind, Role, User
from visits.models.cases import Case, CaseCharge
from visits.models.people import AccessKind, Person
from visits.people.protection import named_for
from visits.sight import Viewer
from visits.sight.access_log import log_access
from visits.sight.mandates import WORK, giving, mandates_held
from visits.sight.reach import BY_MANDATE, mandated, territories_of

WHY_LENGTH = 200
# Who follows somebody: those who call, visit or look after persons.
REFERENTS = (Role.COORDINATOR, Role.PARTNER_COORDINATOR, Role.SOCIAL_WORKER, Role.VISITOR)


@dataclass(frozen=True)
class Choices:
    """To whom a case may be given: organisations, and of their people who may follow it."""

    organisations: Sequence[Organisation]
    referents: Sequence[User]


def put_in_charge(
    session: Session,
    case: Case,
    *,
    organisation_id: uuid.UUID | None,
    referent_id: uuid.UUID | None,
    why: str,
    viewer: Viewer,
    now: datetime,
) -> CaseCharge:
    """Say which organisation is in charge of a case, and who follows it; neither is nobody's.

    Raises Invalid, naming an organisation without a mandate for this case and a referent who may
    not see it, Conflict when nothing would change or the case is closed.
    """
    why = why.strip()
    fields = _wrong(session, case, organisation_id, referent_id, today_in_paris(now))
    if referent_id and organisation_id and not _names_people_of(viewer, organisation_id):
        fields["referent_id"] = "of_another_organisation"
    if not why:
        fields["why"] = "required"
    elif len(why) > WHY_LENGTH:
        fields["why"] = "too_long"
    if fields:
        raise Invalid(fields)
    if not case.is_open:
        raise Conflict("case_closed")
    if (case.organisation_id, case.referent_id) == (organisation_id, referent_id):
        raise Conflict("in_charge_already")
    noted = CaseCharge(
        case_id=case.id,
        organisation_id=organisation_id,
        referent_id=referent_id,
        organisation_was_id=case.organisation_id,
        referent_was_id=case.referent_id,
        why=why,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(noted)
    case.organisation_id, case.referent_id = organisation_id, referent_id
    _log(session, case, viewer, "case_in_charge", now)
    return noted


def take_charge_back(
    session: Session, case: Case, charge_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Put those in charge again whom the last hand-over replaced.

    Raises Conflict when it is not the last one, or they may not be in charge by now.
    """
    if not case.is_open:
        raise Conflict("case_closed")
    standing = [one for one in charges_of(session, case.id) if one.withdrawn_at is None]
    if not standing or standing[0].id != charge_id:
        raise Conflict("charge_replaced")
    last = standing[0]
    before = (last.organisation_was_id, last.referent_was_id)
    if _wrong(session, case, *before, today_in_paris(now)):
        raise Conflict("charge_was_gone")
    last.withdrawn_at, last.withdrawn_by_id = now, viewer.user_id
    case.organisation_id, case.referent_id = before
    _log(session, case, viewer, "case_charge_back", now)


def _wrong(
    session: Session,
    case: Case,
    organisation_id: uuid.UUID | None,
    referent_id: uuid.UUID | None,
    today: date,
) -> dict[str, str]:
    """Say by field why somebody cannot be in charge of a case."""
    fields = {}
    organisation = session.get(Organisation, organisation_id) if organisation_id else None
    if organisation_id and organisation is None:
        fields["organisation_id"] = "bad_choice"
    elif organisation and not _has_mandate(session, case, organisation, today):
        fields["organisation_id"] = "no_mandate_here"
    referent = session.get(User, referent_id) if referent_id else None
    if referent_id and referent is None:
        fields["referent_id"] = "bad_choice"
    elif referent and referent.organisation_id != organisation_id:
        fields["referent_id"] = "of_another_organisation"
    elif referent and referent not in _who_may_follow(session, case, [referent.organisation_id]):
        fields["referent_id"] = "referent_sees_nothing"
    return fields


def worked_in(
    session: Session, cases: Collection[uuid.UUID], organisation: Organisation, on: date
) -> set[uuid.UUID]:
    """Give those of some cases that an organisation works in on a day.

    By a mandate that lets it do more there than read figures, or as the landlord.
    """
    if organisation.kind is OrganisationKind.LANDLORD:
        works = Person.landlord_id == organisation.id
    else:
        held = giving(mandates_held(session, organisation.id, on=on), WORK)
        works = or_(false(), *(mandated(one) for one in held))
    here = select(Case.id).join(Case.person).where(Case.id.in_(cases), works)
    return set(session.scalars(here))


def _has_mandate(session: Session, case: Case, organisation: Organisation, today: date) -> bool:
    return bool(worked_in(session, [case.id], organisation, today))


def _who_may_follow(
    session: Session, case: Case, organisations: Collection[uuid.UUID]
) -> Sequence[User]:
    """List who of some organisations may see a case: of its territory, named if it is protected."""
    here = territories_of(case.person_id)
    statement = (
        select(User)
        .join(User.organisation)
        .where(User.organisation_id.in_(organisations), User.active, User.role.in_(REFERENTS))
        .where(or_(User.territory_id.is_(None), User.territory_id.in_(here)))
        .order_by(Organisation.name, User.name, User.id)
    )
    named = named_for(session, case.person, case.dwelling_id)
    if named is not None:
        statement = statement.where(User.id.in_(named))
    return session.scalars(statement).all()


def _names_people_of(viewer: Viewer, organisation_id: uuid.UUID) -> bool:
    """Tell whether a viewer may choose among an organisation's people: a partner knows its own."""
    return viewer.reach not in BY_MANDATE or organisation_id == viewer.organisation_id


def charge_choices(session: Session, case: Case, *, viewer: Viewer, now: datetime) -> Choices:
    """List to whom the viewer may give a case."""
    everybody = session.scalars(select(Organisation).order_by(Organisation.name, Organisation.id))
    today = today_in_paris(now)
    mandated_here = [one for one in everybody if _has_mandate(session, case, one, today)]
    named = [one.id for one in mandated_here if _names_people_of(viewer, one.id)]
    return Choices(mandated_here, _who_may_follow(session, case, named))


def charges_of(session: Session, case_id: uuid.UUID) -> Sequence[CaseCharge]:
    """List who was put in charge of a case, the last one first, those taken back among them."""
    statement = (
        select(CaseCharge)
        .where(CaseCharge.case_id == case_id)
        .options(
            joinedload(CaseCharge.organisation),
            joinedload(CaseCharge.referent),
            joinedload(CaseCharge.noted_by),
            joinedload(CaseCharge.withdrawn_by),
        )
        .order_by(CaseCharge.noted_at.desc(), CaseCharge.id.desc())
    )
    return session.scalars(statement).all()


def _log(session: Session, case: Case, viewer: Viewer, what: str, now: datetime) -> None:
    session.flush()
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[case.person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
