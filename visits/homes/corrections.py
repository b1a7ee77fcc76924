"""What somebody says of a home by hand: its floor, its bath. No later file replaces it."""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.numbers import typed_number
from visits.models.homes import HomeChange
from visits.models.portfolio import Dwelling, Residence
from visits.sight import Viewer

DOOR_LENGTH = 60
LOWEST, HIGHEST = -5, 200
MOST_ROOMS, MOST_SURFACE = 50, 2_000
LABELS = "ABCDEFG"
AT_ONCE = 2_000


def _whole(text: str, *, lowest: int, highest: int) -> int:
    number = int(text)
    if not lowest <= number <= highest:
        raise ValueError("out of range")
    return number


def _surface(text: str) -> float:
    number = typed_number(text)
    if not 0 < number <= MOST_SURFACE:
        raise ValueError("out of range")
    return number


def _yes_no(text: str) -> bool:
    return {"yes": True, "no": False}[text]


def _label(text: str) -> str:
    return LABELS[LABELS.index(text.upper())]


def _door(text: str) -> str:
    if len(text) > DOOR_LENGTH:
        raise ValueError("too long")
    return text


# How each detail is read; the lift is the residence's, for all who live there.
READ: dict[str, Callable[[str], Any]] = {
    "floor": lambda text: _whole(text, lowest=LOWEST, highest=HIGHEST),
    "door": _door,
    "rooms": lambda text: _whole(text, lowest=0, highest=MOST_ROOMS),
    "surface": _surface,
    "has_bath": _yes_no,
    "is_adapted": _yes_no,
    "energy_label": _label,
    "has_lift": _yes_no,
}
OF_RESIDENCE = frozenset({"has_lift"})
# A residence's address is corrected as a whole, by verbs that know how addresses are compared.
ADDRESS = "address"


def read_details(typed: Mapping[str, str]) -> dict[str, Any]:
    """Read the details that were typed; an empty one is not known. Raises Invalid, by field."""
    found, fields = {}, {}
    for name, read in READ.items():
        text = typed.get(name, "").strip()
        try:
            found[name] = read(text) if text else None
        except (ValueError, KeyError):
            fields[name] = f"bad_{name}" if name in ("floor", "rooms", "surface") else "bad_choice"
    if fields:
        raise Invalid(fields)
    return found


def correct_home(
    session: Session, dwelling: Dwelling, said: Mapping[str, Any], *, viewer: Viewer, now: datetime
) -> list[HomeChange]:
    """Correct the details of a home. Raises Conflict when nothing would change."""
    made = []
    for name, value in said.items():
        owner = _owner(dwelling, name)
        before = getattr(owner, name)
        if (before if before != "" else None) == value:
            continue
        setattr(owner, name, value)
        made.append(
            HomeChange(
                dwelling_id=None if name in OF_RESIDENCE else dwelling.id,
                residence_id=dwelling.residence_id if name in OF_RESIDENCE else None,
                field=name,
                before=_text(before),
                after=_text(value),
                noted_at=now,
                noted_by_id=viewer.user_id,
            )
        )
    if not made:
        raise Conflict("nothing_changes")
    session.add_all(made)
    session.flush()
    return made


def changes_of(session: Session, dwelling: Dwelling) -> Sequence[HomeChange]:
    """List what was noted by hand of a home and its residence, the latest first."""
    hers = (HomeChange.dwelling_id == dwelling.id) | (
        HomeChange.residence_id == dwelling.residence_id
    )
    statement = (
        select(HomeChange)
        .where(hers)
        .options(joinedload(HomeChange.noted_by))
        .order_by(HomeChange.noted_at.desc(), HomeChange.id.desc())
    )
    return session.scalars(statement).all()


def standing(changes: Sequence[HomeChange]) -> dict[str, HomeChange]:
    """Give by field the correction that holds: the latest that nobody took back."""
    found: dict[str, HomeChange] = {}
    for one in changes:
        if one.taken_back_at is None:
            found.setdefault(one.field, one)
    return found


def take_change_back(
    session: Session, dwelling: Dwelling, change_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Let a detail be again what it was before; files count again for it.

    Raises NotFound, Conflict for one that another one followed.
    """
    changes = changes_of(session, dwelling)
    one = next((one for one in changes if one.id == change_id and one.field in READ), None)
    if one is None:
        raise NotFound("not_found")
    if standing(changes).get(one.field) is not one:
        raise Conflict("not_to_take_back")
    one.taken_back_at, one.taken_back_by_id = now, viewer.user_id
    setattr(
        _owner(dwelling, one.field), one.field, READ[one.field](one.before) if one.before else None
    )
    session.flush()


def corrected_homes(
    session: Session, ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, dict[str, HomeChange]]:
    """Give by dwelling or residence and field the corrections that stand."""
    found: dict[uuid.UUID, dict[str, HomeChange]] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        about = HomeChange.dwelling_id.in_(some) | HomeChange.residence_id.in_(some)
        rows = select(HomeChange).where(about, HomeChange.taken_back_at.is_(None))
        for one in session.scalars(rows.order_by(HomeChange.noted_at.desc(), HomeChange.id.desc())):
            about_id = one.dwelling_id or one.residence_id
            if about_id is not None and one.field in (*READ, ADDRESS):
                found.setdefault(about_id, {}).setdefault(one.field, one)
    return found


def _owner(dwelling: Dwelling, name: str) -> Dwelling | Residence:
    return dwelling.residence if name in OF_RESIDENCE else dwelling


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
