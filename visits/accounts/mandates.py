"""Mandates: granted to an organisation, given another end, ended, taken up again."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from visits.accounts.accounts import FIGURES_ONLY
from visits.ground.db import take_turn
from visits.ground.deadlines import midnight_in_paris, today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import Organisation, OrganisationKind, Territory, User
from visits.models.cases import Case
from visits.models.mandates import Mandate, MandateChange, MandateChangeKind, Right
from visits.models.visits import AT_HOME, LIVE, Visit
from visits.programmes.published import load_programmes
from visits.sight.landlords import area_of, landlord_granting
from visits.sight.mandates import Held, in_force
from visits.sight.reach import BY_MANDATE, Viewer, mandated, visible_cases


@dataclass(frozen=True)
class MandateSaid:
    """What a mandate is to give; no territory is everywhere, no end is open."""

    organisation_id: uuid.UUID
    programme: str
    territory_id: uuid.UUID | None
    rights: frozenset[Right]
    from_on: date
    until_on: date | None


def grant_mandate(session: Session, said: MandateSaid, *, by: uuid.UUID, now: datetime) -> Mandate:
    """Give an organisation a mandate; a landlord gives it for its own stock alone.

    Raises Invalid, field by field, and Conflict when it has one there for some of these days.
    """
    take_turn(session, "mandates")
    landlord_id = _check(session, said, by)
    mandate = Mandate(
        landlord_id=landlord_id,
        organisation_id=said.organisation_id,
        programme=said.programme,
        territory_id=said.territory_id,
        rights=sorted(said.rights),
        from_on=said.from_on,
        until_on=said.until_on,
        noted_at=now,
        noted_by_id=by,
    )
    _refuse_overlap(session, mandate, until_on=said.until_on)
    session.add(mandate)
    session.flush()
    return mandate


def _check(session: Session, said: MandateSaid, by: uuid.UUID) -> uuid.UUID:
    """Refuse what cannot be granted; gives the landlord it is for."""
    wrong: dict[str, str] = {}
    landlord_id = landlord_granting(session, by)
    if landlord_id is None:
        wrong["organisation"] = "landlord_grants"
    organisation = session.get(Organisation, said.organisation_id)
    if organisation is None:
        wrong["organisation"] = "bad_choice"
    elif organisation.kind is OrganisationKind.LANDLORD:
        wrong["organisation"] = "landlord_needs_no_mandate"
    elif organisation.kind in FIGURES_ONLY and said.rights != {Right.FIGURES}:
        wrong["rights"] = "figures_only"
    if said.programme not in load_programmes(session):
        wrong["programme"] = "bad_choice"
    if said.territory_id is not None and not _has_homes(session, landlord_id, said.territory_id):
        wrong["territory"] = "bad_choice"
    if not said.rights:
        wrong["rights"] = "required"
    if said.until_on is not None and said.until_on < said.from_on:
        wrong["until_on"] = "ends_before_it_begins"
    if wrong or landlord_id is None:
        raise Invalid(wrong)
    return landlord_id


def _has_homes(session: Session, landlord_id: uuid.UUID | None, area_id: uuid.UUID) -> bool:
    """Tell whether an area is one where a landlord may let somebody work."""
    its = area_of([landlord_id] if landlord_id else [])
    return session.scalar(select(Territory.id).where(Territory.id == area_id, its)) is not None


def _refuse_overlap(session: Session, mandate: Mandate, *, until_on: date | None) -> None:
    """Refuse a second mandate of the same organisation in the same programme and area."""
    same_area = (
        Mandate.territory_id.is_(None)
        if mandate.territory_id is None
        else Mandate.territory_id == mandate.territory_id
    )
    others = select(Mandate).where(
        Mandate.organisation_id == mandate.organisation_id,
        Mandate.landlord_id == mandate.landlord_id,
        Mandate.programme == mandate.programme,
        Mandate.ended_at.is_(None),
        same_area,
        or_(Mandate.until_on.is_(None), Mandate.until_on >= mandate.from_on),
    )
    if mandate.id is not None:
        others = others.where(Mandate.id != mandate.id)
    if until_on is not None:
        others = others.where(Mandate.from_on <= until_on)
    if session.scalars(others.order_by(Mandate.id).limit(1)).one_or_none() is not None:
        raise Conflict("mandate_overlaps")


def change_end(
    session: Session,
    mandate: Mandate,
    until_on: date | None,
    *,
    viewer: Viewer,
    now: datetime,
    visits_stand: bool = False,
) -> None:
    """Give a mandate another last day, or none.

    Raises Invalid when visits are planned after it and nobody said that they stand.
    """
    take_turn(session, "mandates")
    if mandate.ended_at is not None:
        raise Conflict("mandate_ended")
    if until_on == mandate.until_on:
        return
    if until_on is not None and until_on < mandate.from_on:
        raise Invalid({"until_on": "ends_before_it_begins"})
    _refuse_overlap(session, mandate, until_on=until_on)
    if until_on is not None:
        after = midnight_in_paris(until_on + timedelta(days=1))
        _refuse_standing(session, mandate, viewer, after=after, said=visits_stand)
    _note(session, mandate, MandateChangeKind.LAST_DAY, until_on, by=viewer.user_id, now=now)
    mandate.until_on = until_on
    session.flush()


def end_mandate(
    session: Session,
    mandate: Mandate,
    *,
    viewer: Viewer,
    now: datetime,
    visits_stand: bool = False,
) -> None:
    """End a mandate at once; the organisation's own planned visits stay its visitors'.

    Raises Invalid when such visits are planned and nobody said that they stand.
    """
    take_turn(session, "mandates")
    if mandate.ended_at is not None:
        raise Conflict("mandate_ended")
    _refuse_standing(session, mandate, viewer, after=None, said=visits_stand)
    _note(session, mandate, MandateChangeKind.ENDED, mandate.until_on, by=viewer.user_id, now=now)
    mandate.ended_at, mandate.ended_by_id = now, viewer.user_id
    session.flush()


def take_up_again(session: Session, mandate: Mandate, *, by: uuid.UUID, now: datetime) -> None:
    """Take back that a mandate was ended: it gives what it gave, until the day it had."""
    take_turn(session, "mandates")
    if mandate.ended_at is None:
        raise Conflict("mandate_not_ended")
    _refuse_overlap(session, mandate, until_on=mandate.until_on)
    _note(session, mandate, MandateChangeKind.TAKEN_UP, mandate.until_on, by=by, now=now)
    mandate.ended_at = mandate.ended_by_id = None
    session.flush()


def _note(
    session: Session,
    mandate: Mandate,
    kind: MandateChangeKind,
    until_on: date | None,
    *,
    by: uuid.UUID,
    now: datetime,
) -> None:
    session.add(
        MandateChange(
            mandate_id=mandate.id,
            kind=kind,
            until_was=mandate.until_on,
            until_on=until_on,
            at=now,
            by_id=by,
        )
    )


def changes_of(session: Session, mandate: Mandate) -> Sequence[MandateChange]:
    """List what was done to a mandate since it was granted, the first first."""
    statement = select(MandateChange).where(MandateChange.mandate_id == mandate.id)
    order = (MandateChange.at, MandateChange.id)
    return session.scalars(statement.options(joinedload(MandateChange.by)).order_by(*order)).all()


def _refuse_standing(
    session: Session, mandate: Mandate, viewer: Viewer, *, after: datetime | None, said: bool
) -> None:
    standing = standing_visits(session, mandate, viewer, after=after)
    if standing and not said:
        raise Invalid({"visits_stand": "visits_stand"}, count=len(standing))


def standing_visits(
    session: Session, mandate: Mandate, viewer: Viewer, *, after: datetime | None = None
) -> Sequence[Visit]:
    """List the visits under a mandate that its organisation's people have still to make.

    Those that begin from `after` on, if given; the first first.
    """
    held = Held(mandate.landlord_id, mandate.programme, mandate.territory_id, frozenset())
    statement = (
        select(Visit)
        .join(Visit.case)
        .join(Case.person)
        .join(Visit.visitor)
        .where(User.organisation_id == mandate.organisation_id, Visit.state.in_(LIVE), AT_HOME)
        .where(mandated(held), visible_cases(viewer))
        .options(joinedload(Visit.visitor))
        .order_by(Visit.planned_start_at, Visit.id)
    )
    if after is not None:
        statement = statement.where(Visit.planned_start_at >= after)
    return session.scalars(statement).all()


def find_mandate(
    session: Session, viewer: Viewer, mandate_id: uuid.UUID, *, to_change: bool = False
) -> Mandate:
    """Find a mandate the viewer may see with all it names, else raise NotFound.

    `to_change`: only those whom she may grant. What was given to her own organisation is not.
    """
    statement = select(Mandate).where(Mandate.id == mandate_id, visible_mandates(viewer))
    found = session.scalars(statement.options(*_named())).one_or_none()
    if found is None or (to_change and viewer.reach in BY_MANDATE):
        raise NotFound("mandate_not_found")
    return found


def visible_mandates(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `Mandate`: of several landlords, each one's people see its own.

    Others see those that were given to their organisation.
    """
    its = Mandate.landlord_id == viewer.landlord_id if viewer.landlord_id else true()
    if viewer.reach in BY_MANDATE:
        return and_(its, Mandate.organisation_id == viewer.organisation_id)
    return its


IN_FORCE, TO_COME, ENDED, ALL = "in_force", "to_come", "ended", "all"


def list_mandates(
    session: Session, viewer: Viewer, *, state: str, now: datetime
) -> Sequence[Mandate]:
    """List the mandates by organisation: those in force, to come, ended, or all."""
    today = today_in_paris(now)
    statement = select(Mandate).join(Mandate.organisation).options(*_named())
    statement = statement.where(visible_mandates(viewer))
    if state == IN_FORCE:
        statement = statement.where(*in_force(today))
    elif state == TO_COME:
        statement = statement.where(Mandate.ended_at.is_(None), Mandate.from_on > today)
    elif state == ENDED:
        over = or_(Mandate.ended_at.is_not(None), Mandate.until_on < today)
        statement = statement.where(over)
    order = (Organisation.name, Mandate.programme, Mandate.from_on, Mandate.id)
    return session.scalars(statement.order_by(*order)).all()


def mandates_in(
    session: Session, viewer: Viewer, programme: str, *, now: datetime
) -> list[Mandate]:
    """List the mandates in force in a programme that the viewer may see, by organisation."""
    found = list_mandates(session, viewer, state=IN_FORCE, now=now)
    return [one for one in found if one.programme == programme]


def seen_in_figures(
    session: Session, organisation_id: uuid.UUID, *, now: datetime
) -> Sequence[Mandate]:
    """List the mandates that let an organisation see figures today, by programme."""
    statement = (
        select(Mandate)
        .where(Mandate.organisation_id == organisation_id, *in_force(today_in_paris(now)))
        .options(*_named())
        .order_by(Mandate.programme, Mandate.from_on, Mandate.id)
    )
    return [one for one in session.scalars(statement) if Right.FIGURES in one.rights]


def state_of(mandate: Mandate, *, now: datetime) -> str:
    """Say where a mandate stands."""
    today = today_in_paris(now)
    if mandate.ended_at is not None or (mandate.until_on or today) < today:
        return ENDED
    return TO_COME if mandate.from_on > today else IN_FORCE


def _named() -> tuple[ORMOption, ...]:
    return (
        joinedload(Mandate.organisation),
        joinedload(Mandate.landlord),
        joinedload(Mandate.territory),
        joinedload(Mandate.noted_by),
        joinedload(Mandate.ended_by),
    )
