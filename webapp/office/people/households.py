"""Several who come to live in a dwelling together, taken in on one page."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from visits.calls.phones import note_number, read_number
from visits.ground.errors import Invalid
from visits.life.arrivals import ROLES
from visits.life.endings import Told
from visits.life.households import MOST, Member, check_members, record_household
from visits.models.life import HowTold
from visits.models.people import Person
from visits.models.portfolio import Dwelling
from visits.people.by_hand import NAME_LENGTH, PersonSaid, alike
from visits.sight import find_person
from visits.sight.homes import find_home
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.moments import birth_day, noted_day, past_day
from webapp.office.people.beside import ANOTHER
from webapp.office.people.people import told

households = Blueprint("households", __name__, url_prefix="/homes")

# What is said of a member: without any of it she is nobody. The first is offered a role.
SAID = ("last_name", "first_name", "born_on", "civility", "number", "role")
Alike = Mapping[int, Sequence[Person]]


class MayBeKnown(Exception):
    """Of somebody who was typed it was not said whether she is one of those who are known."""


@households.get("/<uuid:dwelling_id>/household")
@requires(Action.EDIT_PERSONS)
def new(dwelling_id: uuid.UUID) -> ResponseReturnValue:
    """Ask who comes to live in a dwelling."""
    return _form(dwelling_id)


@households.post("/<uuid:dwelling_id>/household")
@requires(Action.EDIT_PERSONS)
def make(dwelling_id: uuid.UUID) -> ResponseReturnValue:
    """Take a household in, all of it or nobody."""
    try:
        with transaction() as session:
            home = find_home(session, viewer(), dwelling_id)
            came = len(_take_in(session, home))
    except MayBeKnown:
        return _form(dwelling_id), 409
    except Invalid as refused:
        return _form(dwelling_id, told(refused)[0]), 422
    flash(
        ngettext(
            "Noted: %(num)d person lives here now.", "Noted: %(num)d persons live here now.", came
        ),
        "success",
    )
    return redirect(url_for("homes.show", dwelling_id=dwelling_id))


def _take_in(session: Session, home: Dwelling) -> Sequence[object]:
    fields: dict[str, str] = {}
    members, phones, on = _typed_members(fields), _typed_phones(fields), _typed_on(fields)
    by = Told(HowTold.PAGE, viewer().user_id, now())
    try:
        check_members(members, told=by)
    except Invalid as refused:
        fields = refused.fields | fields
    if fields or on is None:
        raise Invalid(fields)
    known = _who_is_known(session, members, _alike(session, home, members))
    members = {
        number: Member(one.said, one.role, known.get(number)) for number, one in members.items()
    }
    joins = request.form.get("joins") == "yes"
    try:
        events = record_household(
            session, home, members, on=on, joins=joins, viewer=viewer(), told=by
        )
    except Invalid as refused:  # the dwelling stands in the address, and is no field
        named = {"home_reference": "joins"}
        fields = {named.get(name, name): code for name, code in refused.fields.items()}
        raise Invalid(fields) from None
    for event, number in zip(events, sorted(members), strict=True):
        if number in phones and event.person.phone != phones[number]:
            note_number(session, event.person, phones[number], viewer=viewer(), now=now())
    return events


def _typed_phones(fields: dict[str, str]) -> dict[int, str]:
    """Read by whose number it is what was typed as a phone number."""
    read: dict[int, str] = {}
    for number in range(1, MOST + 1):
        if typed := request.form.get(f"{number}-number", "").strip():
            try:
                read[number] = read_number(typed)
            except Invalid as refused:
                fields[f"{number}-number"] = refused.fields["number"]
    return read


def _typed_members(fields: dict[str, str]) -> dict[int, Member]:
    typed, members = request.form, {}
    for number in range(1, MOST + 1):
        said_of_her = SAID if number > 1 else SAID[:-1]
        if not any(typed.get(f"{number}-{name}", "").strip() for name in said_of_her):
            continue
        said = PersonSaid(
            typed.get(f"{number}-last_name", ""),
            typed.get(f"{number}-first_name", ""),
            typed.get(f"{number}-civility") or None,
            noted_day(f"{number}-born_on", fields, read=birth_day),
        )
        members[number] = Member(said, typed.get(f"{number}-role", ""))
    return members


def _typed_on(fields: dict[str, str]) -> date | None:
    if not request.form.get("arrived_on"):
        fields["arrived_on"] = "required"
    return noted_day("arrived_on", fields, read=past_day)


def _alike(session: Session, home: Dwelling, members: Mapping[int, Member]) -> Alike:
    """List by number whom each may be already: tenants of this landlord whom the viewer sees."""
    return {
        number: [
            person
            for person in alike(session, viewer(), one.said, home=home.id)
            if person.landlord_id == home.landlord_id
        ]
        for number, one in members.items()
        if one.said.last_name.strip()
    }


def _who_is_known(
    session: Session, members: Mapping[int, Member], alike: Alike
) -> dict[int, Person]:
    """Give by number the files that were chosen, held in one order."""
    chosen: dict[int, uuid.UUID] = {}
    for number in members:
        said, found = request.form.get(f"{number}-known", ""), alike[number]
        if said == ANOTHER or not found:
            continue
        if said not in {str(person.id) for person in found}:
            raise MayBeKnown
        chosen[number] = uuid.UUID(said)
    held = {
        one: find_person(session, viewer(), one, to_change=True) for one in sorted(chosen.values())
    }
    return {number: held[one] for number, one in chosen.items()}


def _form(dwelling_id: uuid.UUID, errors: dict[str, str] | None = None) -> str:
    with showing("people_alike") as (session, shown):
        home = find_home(session, viewer(), dwelling_id)
        found = _alike(session, home, _typed_members({}))
        shown.update(person.id for persons in found.values() for person in persons)
        return render_template(
            "people/household.html",
            dwelling=home,
            numbers=range(1, MOST + 1),
            alike=found,
            another=ANOTHER,
            said=SAID,
            roles=ROLES,
            name_length=NAME_LENGTH,
            typed=request.form,
            errors=errors or {},
            summary={name: _with_number(name, text) for name, text in (errors or {}).items()},
        )


def _with_number(name: str, text: str) -> str:
    number, _sep, field = name.partition("-")
    return _("%(text)s (person %(number)s)", text=text, number=number) if field else text
