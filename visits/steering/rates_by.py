"""The same rates side by side: by programme, partner, caller, town or month of coming in."""

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.models.accounts import Organisation, User
from visits.models.calls import ContactAttempt
from visits.models.cases import Case
from visits.models.portfolio import Dwelling, Residence
from visits.sight import Viewer
from visits.steering.rates import Tally, tallies


class By(enum.StrEnum):
    """What rates are compared by."""

    PROGRAMME = "programme"
    PARTNER = "partner"
    CALLER = "caller"
    TOWN = "town"
    MONTH = "month"


@dataclass(frozen=True)
class Group:
    """The cases that are alike in one thing; `name` is None where that is not known, or nobody."""

    name: str | None
    tally: Tally


def compared(
    session: Session, by: By, *only: ColumnElement[bool], viewer: Viewer
) -> tuple[Group, ...]:
    """Count the cases a viewer sees group by group, by name; each case is in one group.

    A case is its last caller's, on the phone or at the door, of its home's town and the partner's
    that is in charge; its month is the one it was opened in, as `2026-03`. What has no name comes
    last.
    """
    kind = KINDS[by]
    groups: dict[Any, Tally] = {}
    for of, tally in tallies(session, *only, viewer=viewer, by=kind.asked()).items():
        key = of if of is None else kind.key(of)
        groups[key] = groups.get(key, Tally()) + tally
    names = kind.named(session, [key for key in groups if key is not None])
    named = [Group(names.get(key), tally) for key, tally in groups.items()]
    return tuple(sorted(named, key=_unnamed_last))


def _unnamed_last(group: Group) -> tuple[bool, str, int]:
    return group.name is None, (group.name or "").casefold(), -group.tally.in_all


def _last_caller() -> ColumnElement[Any]:
    return (
        select(ContactAttempt.caller_id)
        .where(ContactAttempt.case_id == Case.id, ContactAttempt.taken_back_at.is_(None))
        .order_by(ContactAttempt.at.desc(), ContactAttempt.id.desc())
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )


def _town() -> ColumnElement[Any]:
    # There is a Saint-Denis in more than one département.
    place = Residence.city + " (" + func.substr(Residence.postcode, 1, 2) + ")"
    return (
        select(place)
        .join(Dwelling, Dwelling.residence_id == Residence.id)
        .where(Dwelling.id == Case.dwelling_id)
        .correlate(Case)
        .scalar_subquery()
    )


def _as_it_is(found: Any) -> Any:
    return found


def _month(moment: datetime) -> str:
    return f"{today_in_paris(moment):%Y-%m}"


def _by_themselves(session: Session, found: Iterable[str]) -> Mapping[Any, str]:
    return {one: one for one in found}


def _people(session: Session, found: Iterable[Any]) -> Mapping[Any, str]:
    rows = session.execute(select(User.id, User.name).where(User.id.in_(list(found))))
    return {ident: name for ident, name in rows}


def _organisations(session: Session, found: Iterable[Any]) -> Mapping[Any, str]:
    asked = select(Organisation.id, Organisation.name).where(Organisation.id.in_(list(found)))
    return {ident: name for ident, name in session.execute(asked)}


@dataclass(frozen=True)
class Kind:
    """What is asked of a case, what of it is alike, and how that is named."""

    asked: Callable[[], ColumnElement[Any]]
    key: Callable[[Any], Any] = _as_it_is
    named: Callable[[Session, Iterable[Any]], Mapping[Any, str]] = _by_themselves


KINDS: Mapping[By, Kind] = {
    By.PROGRAMME: Kind(lambda: Case.programme.expression),
    By.PARTNER: Kind(lambda: Case.organisation_id.expression, named=_organisations),
    By.CALLER: Kind(_last_caller, named=_people),
    By.TOWN: Kind(_town),
    By.MONTH: Kind(lambda: Case.opened_at.expression, key=_month),
}
