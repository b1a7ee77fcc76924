"""The register of adapted homes: what is fitted, how far one gets, whether free, what label."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, case, or_, select
from sqlalchemy.orm import Session, contains_eager

from visits.homes.access import (
    VACANT,
    AccessClass,
    Demand,
    Letting,
    class_of,
    demands,
    leaves_on,
    letting_of,
    widths_on,
)
from visits.homes.labelled import has_standing
from visits.homes.traits import FITTED, current
from visits.models.accounts import Territory
from visits.models.labels import HomeLabel
from visits.models.portfolio import Dwelling, Residence
from visits.models.traits import HomeTrait
from visits.sight.homes import visible_homes
from visits.sight.listing import By, Listed, Wanted, count_found, page_of_found
from visits.sight.reach import Viewer
from visits.sight.wording import dwellings_called

FREE_OR_SOON = "vacant"


@dataclass(frozen=True)
class RegisterFilter:
    """Which adapted homes; an empty field does not filter. `letting` may be `vacant` too.

    With a label it is all homes of its landlord, adapted or not: they may have it, or lack little.
    """

    label: HomeLabel | None = None
    standing: str = ""
    access: str = ""
    trait: str = ""
    letting: str = ""
    rooms: int | None = None
    territory: str = ""
    text: str = ""


# What is fitted in the place of a bath.
SHOWER = "shower"


@dataclass(frozen=True)
class Adapted:
    """An adapted home as the register tells it; a demand that nobody knows about is None."""

    dwelling: Dwelling
    access: AccessClass
    met: Mapping[Demand, bool | None]
    letting: Letting
    leaves_on: date | None
    traits: Mapping[str, HomeTrait]

    @property
    def fitted(self) -> list[HomeTrait]:
        """What is fitted, in the order of the codes."""
        there = (self.traits[code] for code in FITTED if code in self.traits)
        return [one for one in there if one.value]

    @property
    def is_adapted(self) -> bool | None:
        """Tell whether it is adapted: something is fitted, else as the landlord's file says."""
        return True if self.fitted else self.dwelling.is_adapted

    @property
    def shower(self) -> HomeTrait | None:
        """Give the shower that took the bath's place, whatever the landlord's file still says."""
        noted = self.traits.get(SHOWER)
        return noted if noted is not None and noted.value else None

    @property
    def has_bath(self) -> bool | None:
        """Tell whether there is a bath: none where a shower took its place."""
        return False if self.shower is not None else self.dwelling.has_bath

    def value(self, trait: str) -> int | None:
        """Give the value of a trait; None where nothing is noted."""
        return self.traits[trait].value if trait in self.traits else None


def adapted_homes(viewer: Viewer) -> Select[uuid.UUID]:
    """Select the adapted homes a viewer may see: something is fitted, or a file says adapted."""
    fitted = select(HomeTrait.dwelling_id).where(
        HomeTrait.trait.in_(FITTED), HomeTrait.value > 0, current(HomeTrait)
    )
    return _seen(viewer).where(or_(Dwelling.is_adapted.is_(True), Dwelling.id.in_(fitted)))


def _seen(viewer: Viewer) -> Select[uuid.UUID]:
    return select(Dwelling.id).join(Dwelling.residence).where(visible_homes(viewer))


def list_register(
    session: Session, viewer: Viewer, *, only: RegisterFilter, wanted: Wanted, today: date
) -> Listed[Adapted]:
    """List the adapted homes that the viewer may see."""
    found = _found(session, viewer, only, today)
    rows = select(Dwelling).join(Dwelling.residence)
    rows = rows.options(contains_eager(Dwelling.residence))
    listed = page_of_found(
        session, found, rows, wanted=wanted, order=_order(session, today), tie=TIE
    )
    told = tell(session, [one.id for one in listed.rows], today=today)
    return Listed([told[one.id] for one in listed.rows], listed.total, listed.wanted)


def count_register(session: Session, viewer: Viewer, *, only: RegisterFilter, today: date) -> int:
    """Count what `list_register` lists."""
    return count_found(session, _found(session, viewer, only, today))


TIE = (Residence.city, Residence.address, Dwelling.reference, Dwelling.id)


def _order(session: Session, today: date) -> Mapping[str, By]:
    access = class_of(demands(widths_on(session, today)))
    best = case({one.value: rank for rank, one in enumerate(AccessClass)}, value=access)
    soonest = case({one.value: rank for rank, one in enumerate(Letting)}, value=letting_of(today))
    return {
        "letting": By(soonest),
        "access": By(best),
        "city": By(Residence.city),
        "reference": By(Dwelling.reference),
        "floor": By(Dwelling.floor),
        "rooms": By(Dwelling.rooms),
        "surface": By(Dwelling.surface),
    }


def _found(
    session: Session, viewer: Viewer, only: RegisterFilter, today: date
) -> Select[uuid.UUID]:
    if only.label is None:
        found = adapted_homes(viewer)
    else:
        found = _seen(viewer).where(has_standing(session, only.label, only.standing, today=today))
    if only.access in tuple(AccessClass):
        found = found.where(class_of(demands(widths_on(session, today))) == only.access)
    if only.trait in FITTED:
        having = select(HomeTrait.dwelling_id).where(
            HomeTrait.trait == only.trait, HomeTrait.value > 0, current(HomeTrait)
        )
        found = found.where(Dwelling.id.in_(having))
    if only.letting == FREE_OR_SOON:
        found = found.where(letting_of(today).in_(VACANT))
    elif only.letting in tuple(Letting):
        found = found.where(letting_of(today) == only.letting)
    if only.rooms is not None:
        found = found.where(Dwelling.rooms == only.rooms)
    if only.territory:
        found = found.where(_of_territory(only.territory))
    if only.text.strip():
        found = found.where(dwellings_called(session, only.text))
    return found


def _of_territory(typed: str) -> Any:
    """Give the condition for an agency; one that is none has no home."""
    try:
        return Residence.territory_id == uuid.UUID(typed)
    except ValueError:
        return Residence.id.is_(None)


def tell(session: Session, ids: Sequence[uuid.UUID], *, today: date) -> dict[uuid.UUID, Adapted]:
    """Tell of homes, by id, what the register says; whoever asks may see them."""
    asked = demands(widths_on(session, today))
    rows = session.execute(
        select(Dwelling, class_of(asked), letting_of(today), leaves_on(), *asked.values())
        .join(Dwelling.residence)
        .where(Dwelling.id.in_(ids))
        .options(contains_eager(Dwelling.residence))
    ).all()
    noted = _traits(session, ids)
    return {
        dwelling.id: Adapted(
            dwelling,
            AccessClass(access),
            {
                name: None if met is None else bool(met)
                for name, met in zip(asked, mets, strict=True)
            },
            Letting(letting),
            leaves,
            noted.get(dwelling.id, {}),
        )
        for dwelling, access, letting, leaves, *mets in rows
    }


def _traits(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, HomeTrait]]:
    """Give by home and trait the note that counts."""
    found: dict[uuid.UUID, dict[str, HomeTrait]] = {}
    counted = select(HomeTrait).where(HomeTrait.dwelling_id.in_(ids), current(HomeTrait))
    for one in session.scalars(counted.order_by(HomeTrait.id)):
        found.setdefault(one.dwelling_id, {})[one.trait] = one
    return found


def territories_of_register(session: Session, viewer: Viewer) -> Sequence[Territory]:
    """List by name the agencies that have adapted homes the viewer may see."""
    homes = adapted_homes(viewer).with_only_columns(Residence.territory_id)
    named = select(Territory).where(Territory.id.in_(homes))
    return session.scalars(named.order_by(Territory.name, Territory.id)).all()
