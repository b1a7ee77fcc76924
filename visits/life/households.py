"""Several come to live in a home together: written down and arrived in one act, all or none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, Invalid
from visits.ground.folding import name_key
from visits.life.arrivals import ROLES, Arriving, record_arrival
from visits.life.endings import Told
from visits.life.events import check_day
from visits.models.life import LifeEvent
from visits.models.people import Person
from visits.models.portfolio import Dwelling
from visits.people.by_hand import PersonSaid, checked, make_person
from visits.sight import Viewer

MOST = 8


@dataclass(frozen=True)
class Member:
    """Who comes as what; with a file of hers, what was typed of her changes nothing in it."""

    said: PersonSaid
    role: str
    known: Person | None = None


def record_household(
    session: Session,
    home: Dwelling,
    members: Mapping[int, Member],
    *,
    on: date,
    joins: bool,
    viewer: Viewer,
    told: Told,
) -> list[LifeEvent]:
    """Note that up to `MOST` persons came to live in a dwelling on a day, by their numbers.

    The lease is a new one that begins with the first of them, unless all join those who are there.
    Each arrival stands by itself, and is taken back as any other. Raises Invalid, the fields of a
    member after her number: `2-born_on`.
    """
    check_members(members, told=told)
    check_day(on, now=told.now, field="arrived_on")
    events: list[LifeEvent] = []
    for number, one in sorted(members.items()):
        person = one.known or make_person(
            session, one.said, landlord_id=home.landlord_id, viewer=viewer, now=told.now
        )
        arriving = Arriving(home, on, one.role, joins or bool(events))
        try:
            events.append(record_arrival(session, person, arriving, told=told))
        except Conflict as refused:
            raise Invalid({f"{number}-known": refused.code}) from None
    return events


def check_members(members: Mapping[int, Member], *, told: Told) -> None:
    """Raise Invalid, field by field, for who cannot be written down or comes as nothing known."""
    fields = {} if members else {"1-last_name": "required"}
    seen = set()
    for number, one in sorted(members.items()):
        who = name_key(one.said.last_name, one.said.first_name), one.said.born_on
        if one.known is None and who in seen:
            fields[f"{number}-last_name"] = "typed_twice"
        seen.add(who)
        try:
            checked(one.said, now=told.now)
        except Invalid as refused:
            fields |= {f"{number}-{name}": code for name, code in refused.fields.items()}
        if one.role not in ROLES:
            fields[f"{number}-role"] = "bad_choice" if one.role else "required"
    if fields:
        raise Invalid(fields)
