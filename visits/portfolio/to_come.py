"""Leases that begin on a later day: their lines are kept, and carried out on that day.

Until then nobody of such a line is a person of ours: those who live there stay, and whoever is to
come is in no list, proposed for nothing and called by nobody.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.folding import name_key
from visits.models.people import LeaseToCome
from visits.portfolio.households import SUCCESSIVE, Households
from visits.portfolio.rows import Row
from visits.sight.reach import Reach, Viewer

# What a line says of the dwelling is written at once.
_KEPT = (
    "person_reference", "tenancy_reference", "last_name", "first_name", "civility", "born_on",
    "birth_year", "role", "household_size", "lives_alone", "started_on", "phone", "mobile",
    "income_band", "arrears",
)  # fmt: skip
_DAYS = ("born_on", "started_on")


@dataclass
class ToCome:
    """A line whose lease begins later; it stands for whatever was kept of the same person there."""

    kept: LeaseToCome
    instead_of: LeaseToCome | None


def set_apart(
    households: Households, rows: Sequence[Row], *, viewer: Viewer | None
) -> list[ToCome]:
    """Tell of lines whose lease begins later, and give what is to be kept of them."""
    found: list[ToCome] = []
    told: dict[Any, bool] = {}
    for row in rows:
        day = row.values["started_on"]
        kept = LeaseToCome(dwelling_id=households.dwelling_of(row).id, starts_on=day)
        known = _known(households.ledger.session, kept, row)
        if any(one.withdrawn_at and one.starts_on == day for one in known):
            households.reading.warn(row, "started_on", "lease_withdrawn", value=row.name)
            continue
        households.reading.warn(
            row, "started_on", "lease_to_come", value=row.name, read=f"{day:%d/%m/%Y}"
        )
        home = kept.dwelling_id
        if home not in told:
            told[home] = _follows(households, row, [one for one in rows if one is not row])
        kept.content = {"row": _as_json(row), "viewer": _by(viewer), "successive": told[home]}
        before = next((one for one in known if one.withdrawn_at is None), None)
        if before is None or (before.starts_on, before.content) != (day, kept.content):
            found.append(ToCome(kept, before))
    return found


def _follows(households: Households, row: Row, others: Sequence[Row]) -> bool:
    """Ask what becomes of those who live there; unanswered, they all stay."""
    home = households.dwelling_of(row)
    coming = {_key(one.values) for one in (row, *others)}
    living = [one for one in households.occupants[home.id] if one["name_key"] not in coming]
    if not living:
        return False
    households.ask_of_new_lease(row, living)
    return households.chosen_for(row) == SUCCESSIVE


def keep(session: Session, leases: Sequence[ToCome]) -> None:
    """Keep the leases to come, each once."""
    for one in leases:
        if one.instead_of is not None:
            session.delete(one.instead_of)
        session.add(one.kept)
    session.flush()


def row_of(kept: LeaseToCome, *, line: int, dwelling_reference: str) -> Row:
    """Give back the line that was kept."""
    values = dict(kept.content["row"]) | {"dwelling_reference": dwelling_reference}
    for name in _DAYS:
        if values.get(name):
            values[name] = date.fromisoformat(values[name])
    return Row(line, values)


def viewer_of(kept: LeaseToCome) -> Viewer | None:
    """Give who imported the line, with how far she saw: what is hidden from her stays so."""
    by = kept.content["viewer"]
    if by is None:
        return None
    ids = (uuid.UUID(one) if one else None for one in (*by[:3], *by[4:5]))
    user, organisation, territory, *landlord = ids
    assert user is not None and organisation is not None
    bound = landlord[0] if landlord else None
    return Viewer(user, organisation, territory, Reach(by[3]), landlord_id=bound)


def _by(viewer: Viewer | None) -> list[str | None] | None:
    if viewer is None:
        return None
    territory, landlord = viewer.territory_id, viewer.landlord_id
    return [
        str(viewer.user_id), str(viewer.organisation_id), str(territory) if territory else None,
        viewer.reach.value, *([str(landlord)] if landlord else []),
    ]  # fmt: skip


def _as_json(row: Row) -> dict[str, Any]:
    values = {name: row.values[name] for name in _KEPT if row.get(name) is not None}
    return {name: str(value) if name in _DAYS else value for name, value in values.items()}


def _known(session: Session, kept: LeaseToCome, row: Row) -> list[LeaseToCome]:
    """List what was kept of the same person in the same home, withdrawn or not."""
    same_home = select(LeaseToCome).where(LeaseToCome.dwelling_id == kept.dwelling_id)
    every = session.scalars(same_home.order_by(LeaseToCome.id))
    return [one for one in every if _key(one.content["row"]) == _key(row.values)]


def _key(values: Mapping[str, Any]) -> str:
    return name_key(values["last_name"], values.get("first_name") or "")
