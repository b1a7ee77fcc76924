"""Who sees a person's file and home: protecting both, naming who works with them, opening again."""

import uuid
from collections.abc import Iterable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, Invalid
from visits.models.people import AccessKind, Person
from visits.people.people import homes_of, named_for, sharing_phone, users_to_name
from visits.people.protection import (
    living_with,
    name_for_access,
    protect,
    unprotect,
    wait_to_protect,
)
from visits.sight import find_person
from visits.sight.access_log import log_access
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.people.people import refused_on_page, told

protection = Blueprint("protection", __name__, url_prefix="/people")


@protection.get("/<uuid:person_id>/protection")
@requires(Action.PROTECT_PERSONS)
def show(person_id: uuid.UUID) -> ResponseReturnValue:
    """Say by name who would be protected, or opened, with a person, and what stays visible."""
    with showing("person_file") as (session, shown):
        person = find_person(session, viewer(), person_id)
        return _page(session, person, shown)


@protection.post("/<uuid:person_id>/protection")
@requires(Action.PROTECT_PERSONS)
def change(person_id: uuid.UUID) -> ResponseReturnValue:
    """Close a home to all but those named, or open it again."""
    close = request.form.get("protected") == "yes"
    try:
        with transaction() as session:
            wait_to_protect(session)
            person = find_person(session, viewer(), person_id, to_change=True)
            changed = _close(session, person) if close else _open(session, person)
            what = "protected" if close else "unprotected"
            _log_change(session, [one.id for one in changed], what)
    except (Invalid, Conflict) as refused:
        return _refused(person_id, refused)
    if close:
        flash(_("This home is protected: only the persons named below see it."), "success")
    else:
        flash(_("The files you chose are open again to all who may see persons."), "success")
    return redirect(url_for("people.show", person_id=person_id))


def _close(session: Session, person: Person) -> list[Person]:
    users, by = _typed("users"), viewer().user_id
    ticked = set(_typed("with"))
    home = _as_shown(session, person, protected=False)
    shared = sharing_phone(session, viewer(), person)
    closed = protect(
        session,
        person,
        by=by,
        now=now(),
        but={one.id for one in home} - ticked,
        also=[one for one in shared if one.id in ticked and not one.protected],
    )
    for user_id in users:
        for one in closed:
            name_for_access(session, one, user_id=user_id, by=by, now=now())
    return closed


def _open(session: Session, person: Person) -> list[Person]:
    ticked = set(_typed("with"))
    home = _as_shown(session, person, protected=True)
    return unprotect(session, person, by=viewer().user_id, but={one.id for one in home} - ticked)


def _as_shown(session: Session, person: Person, *, protected: bool) -> list[Person]:
    """Give who lives there as the page showed them; refuse when that changed meanwhile."""
    home = _household(session, person, protected=protected)
    if person.protected is protected and {one.id for one in home} != set(_typed("shown")):
        raise Conflict("household_changed")
    return home


def _household(session: Session, person: Person, *, protected: bool) -> list[Person]:
    home = living_with(session, person, seen_by=viewer().user_id)
    return [one for one in home if one.protected is protected]


@protection.post("/<uuid:person_id>/named")
@requires(Action.PROTECT_PERSONS)
def name_users(person_id: uuid.UUID) -> ResponseReturnValue:
    """Name users who may work with a protected home."""
    try:
        with transaction() as session:
            wait_to_protect(session)
            person = find_person(session, viewer(), person_id, to_change=True)
            named = _typed("users")
            if not named:
                raise Invalid({"users": "required"})
            for user_id in named:
                name_for_access(session, person, user_id=user_id, by=viewer().user_id, now=now())
            home = _household(session, person, protected=True)
            _log_change(session, [person.id, *(one.id for one in home)], "named_access")
    except (Invalid, Conflict) as refused:
        return refused_on_page(person_id, refused)
    flash(_("The persons you chose now see this home."), "success")
    return redirect(url_for("people.show", person_id=person_id))


def _log_change(session: Session, persons: Iterable[uuid.UUID], what: str) -> None:
    log_access(
        session,
        user_id=viewer().user_id,
        persons=persons,
        kind=AccessKind.WRITE,
        what=what,
        now=now(),
    )


def _refused(person_id: uuid.UUID, refused: Invalid | Conflict) -> ResponseReturnValue:
    errors, said = told(refused)
    with showing("person_file") as (session, shown):
        person = find_person(session, viewer(), person_id)
        return _page(session, person, shown, errors=errors, said=said), 422 if errors else 409


def _page(
    session: Session,
    person: Person,
    shown: set[uuid.UUID | None],
    *,
    errors: dict[str, str] | None = None,
    said: str = "",
) -> str:
    named = named_for(session, person)
    household = _household(session, person, protected=person.protected)
    sharing = [] if person.protected else sharing_phone(session, viewer(), person)
    shown.update(one.id for one in (person, *household, *sharing))
    return render_template(
        "people/protection.html",
        person=person,
        homes=homes_of(session, person),
        household=household,
        sharing=sharing,
        named=named,
        to_name=[user for user in users_to_name(session, person) if user not in named],
        errors=errors or {},
        said=said,
    )


def _typed(name: str) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(typed) for typed in request.form.getlist(name)]
    except ValueError:
        raise Invalid({name: "bad_choice"}) from None
