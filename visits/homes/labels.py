"""Labels of landlords: named, each rule from a day on, withdrawn and put back; nothing is lost."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from visits.ground.db import new_id, take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.homes.access import Demand
from visits.homes.traits import FITTED
from visits.models.labels import HomeLabel, HomeLabelRules
from visits.models.portfolio import Dwelling, Residence
from visits.sight import Viewer
from visits.sight.homes import landlords_run, visible_homes
from visits.sight.withdrawing import put_back, withdraw

NAME_LENGTH = 80
# A label may be older than its rules here; rules are decided some months ahead.
OLDEST, FURTHEST = timedelta(days=20 * 366), timedelta(days=2 * 366)
# All that a label may ask of a home: how far one gets there, and what else is fitted.
_ACCESS = tuple(one.value for one in Demand)
MAY_ASK: tuple[str, ...] = (*_ACCESS, *(one for one in FITTED if one not in _ACCESS))


@dataclass(frozen=True)
class RulesSaid:
    """What a home must have, by code, and from which day."""

    asks: Sequence[str]
    counts_from: date | None


def make_label(
    session: Session, name: str, landlord: str, said: RulesSaid, *, viewer: Viewer, now: datetime
) -> HomeLabel:
    """Make a label of a landlord whose stock the viewer runs. Raises Invalid, field by field."""
    landlords = {str(one.id): one for one in landlords_run(session, viewer)}
    chosen = landlord or (next(iter(landlords)) if len(landlords) == 1 else "")
    fields = {} if chosen in landlords else {"landlord": "bad_choice" if chosen else "required"}
    name = name.strip()
    if chosen in landlords:
        fields |= _wrong_name(session, landlords[chosen].id, name)
    fields |= _wrong_rules(said, today=today_in_paris(now))
    if fields:
        raise Invalid(fields)
    label = HomeLabel(
        id=new_id(),
        landlord_id=landlords[chosen].id,
        name=name,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(label)
    _add_rules(session, label, said, viewer, now)
    return label


def rename_label(session: Session, label: HomeLabel, name: str) -> None:
    """Give a label another name. Raises Invalid, Conflict for a withdrawn one."""
    _refuse_withdrawn(label)
    name = name.strip()
    fields = _wrong_name(session, label.landlord_id, name, but=label)
    if fields:
        raise Invalid(fields)
    label.name = name
    session.flush()


def change_rules(
    session: Session, label: HomeLabel, said: RulesSaid, *, viewer: Viewer, now: datetime
) -> HomeLabelRules:
    """Say what a home must have from a day on; the rules before stay, and count until then.

    Raises Invalid, field by field, for a day before the latest rules too; Conflict for a
    withdrawn label.
    """
    _refuse_withdrawn(label)
    fields = _wrong_rules(said, today=today_in_paris(now))
    standing = [one.counts_from for one in label.versions if one.withdrawn_at is None]
    if not fields and said.counts_from and standing and said.counts_from < max(standing):
        fields["counts_from"] = "label_rules_later"
    if fields:
        raise Invalid(fields)
    return _add_rules(session, label, said, viewer, now)


def _add_rules(
    session: Session, label: HomeLabel, said: RulesSaid, viewer: Viewer, now: datetime
) -> HomeLabelRules:
    asked = set(said.asks)
    assert said.counts_from is not None
    rules = HomeLabelRules(
        id=new_id(),
        asks=[one for one in MAY_ASK if one in asked],
        counts_from=said.counts_from,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    label.versions.append(rules)
    session.flush()
    return rules


def _wrong_name(
    session: Session, landlord_id: uuid.UUID, name: str, *, but: HomeLabel | None = None
) -> dict[str, str]:
    if not name or len(name) > NAME_LENGTH:
        return {"name": "too_long" if name else "required"}
    return {"name": "label_name_taken"} if _taken(session, landlord_id, name, but) else {}


def _taken(session: Session, landlord_id: uuid.UUID, name: str, but: HomeLabel | None) -> bool:
    """Tell whether another label in force is called so; nobody else names one meanwhile."""
    take_turn(session, f"labels of {landlord_id}")
    found = select(HomeLabel).where(
        HomeLabel.landlord_id == landlord_id, HomeLabel.withdrawn_at.is_(None)
    )
    others = [one for one in session.scalars(found) if but is None or one.id != but.id]
    return name.casefold() in {one.name.casefold() for one in others}


def _wrong_rules(said: RulesSaid, *, today: date) -> dict[str, str]:
    fields = {}
    if not said.asks:
        fields["asks"] = "label_asks_nothing"
    elif not set(said.asks) <= set(MAY_ASK):
        fields["asks"] = "bad_choice"
    if said.counts_from is None:
        fields["counts_from"] = "required"
    elif said.counts_from > today + FURTHEST:
        fields["counts_from"] = "label_too_far_ahead"
    elif said.counts_from < today - OLDEST:
        fields["counts_from"] = "label_too_long_ago"
    return fields


def _refuse_withdrawn(label: HomeLabel) -> None:
    if label.withdrawn_at is not None:
        raise Conflict("label_withdrawn")


def withdraw_label(label: HomeLabel, why: str, *, viewer: Viewer, now: datetime) -> None:
    """Withdraw a label: no home has it any more. Raises Invalid, Conflict."""
    withdraw(label, why=why, viewer=viewer, now=now)


def put_label_back(session: Session, label: HomeLabel) -> None:
    """Let a withdrawn label count again; raises Conflict when another is called so by now."""
    if label.withdrawn_at is not None and _taken(session, label.landlord_id, label.name, label):
        raise Conflict("label_name_taken")
    put_back(label)


def withdraw_rules(
    label: HomeLabel, rules_id: uuid.UUID, why: str, *, viewer: Viewer, now: datetime
) -> None:
    """Withdraw rules that were noted by mistake: those before count again.

    Raises NotFound, Invalid without a reason, Conflict when they are withdrawn already.
    """
    withdraw(_rules_of(label, rules_id), why=why, viewer=viewer, now=now)


def put_rules_back(label: HomeLabel, rules_id: uuid.UUID) -> None:
    """Let withdrawn rules count again from their day. Raises NotFound, Conflict."""
    put_back(_rules_of(label, rules_id))


def _rules_of(label: HomeLabel, rules_id: uuid.UUID) -> HomeLabelRules:
    for one in label.versions:
        if one.id == rules_id:
            return one
    raise NotFound("label_rules_not_found")


def rules_on(label: HomeLabel, day: date) -> HomeLabelRules | None:
    """Give the rules of a label that count on a day; none before the first ones do."""
    begun = [one for one in label.versions if one.withdrawn_at is None and one.counts_from <= day]
    return max(begun, key=lambda one: (one.counts_from, one.id), default=None)


def visible_labels(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `HomeLabel` of landlords whose homes a viewer sees or runs."""
    seen = select(Residence.landlord_id).join(Dwelling).where(visible_homes(viewer))
    run = [one.id for one in landlords_run(session, viewer)]
    return or_(HomeLabel.landlord_id.in_(run), HomeLabel.landlord_id.in_(seen))


def list_labels(
    session: Session, viewer: Viewer, *, withdrawn: bool | None = False
) -> Sequence[HomeLabel]:
    """List the labels a viewer may see by landlord and name; `withdrawn` None lists all of them."""
    found = select(HomeLabel).where(visible_labels(session, viewer)).options(*_WHOLE)
    if withdrawn is not None:
        gone = HomeLabel.withdrawn_at.is_not(None)
        found = found.where(gone if withdrawn else ~gone)
    return sorted(
        session.scalars(found), key=lambda one: (one.landlord.name, one.name.casefold(), one.id)
    )


_WHOLE = (
    joinedload(HomeLabel.landlord),
    selectinload(HomeLabel.versions),
)


def find_label(
    session: Session, viewer: Viewer, label_id: uuid.UUID, *, to_change: bool = False
) -> HomeLabel:
    """Find a label that a viewer may see; `to_change` only of a landlord whose stock she runs.

    Raises NotFound.
    """
    found = select(HomeLabel).where(HomeLabel.id == label_id, visible_labels(session, viewer))
    if to_change:
        run = [one.id for one in landlords_run(session, viewer)]
        found = found.where(HomeLabel.landlord_id.in_(run))
        found = found.with_for_update(of=HomeLabel, key_share=True)
    label = session.scalars(found).one_or_none()
    if label is None:
        raise NotFound("label_not_found")
    return label
