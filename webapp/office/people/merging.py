"""Two files that are one person's: proposed, compared side by side, merged, and undone."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, Invalid
from visits.life.likely_doubles import told_apart_from
from visits.life.merging import FIELDS, Chosen, clashing_cases, merge_persons, undo_merge
from visits.models.people import Person
from visits.people.ahead import what_is_ahead
from visits.people.by_hand import PersonSaid, alike
from visits.people.people import person_file, sharing_phone, with_homes
from visits.sight import find_person
from visits.sight.listing import Wanted
from visits.sight.search import search_people
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.calls.given_back import what_came_back
from webapp.office.frame.access import showing
from webapp.office.frame.moments import age
from webapp.office.frame.programmes import programme_names
from webapp.office.people.people import LONGEST_SEARCH, told

merging = Blueprint("merging", __name__, url_prefix="/people")

MOST_FOUND = 20


@merging.get("/<uuid:person_id>/merge")
@requires(Action.EDIT_PERSONS)
def choose(person_id: uuid.UUID) -> ResponseReturnValue:
    """Propose files that may be the same person's, or compare one of them side by side."""
    with showing("people_alike") as (session, shown):
        person = find_person(session, viewer(), person_id)
        shown.add(person.id)
        other = request.args.get("with", type=uuid.UUID)
        if other is not None:
            return _compared(session, person, other, shown)
        text = request.args.get("q", "")[:LONGEST_SEARCH].strip()
        proposed = _proposed(session, person)
        found = [one for one in _found(session, text) if one not in proposed and one != person]
        shown.update(one.id for one in (*proposed, *found))
        return render_template(
            "people/merge_choose.html",
            person=person,
            proposed=proposed,
            found=found,
            text=text,
            age=age,
        )


@merging.post("/<uuid:person_id>/merge")
@requires(Action.EDIT_PERSONS)
def merge(person_id: uuid.UUID) -> ResponseReturnValue:
    """Let two files be one."""
    other_id = request.form.get("with", type=uuid.UUID)
    if other_id is None:
        return redirect(url_for(".choose", person_id=person_id))
    try:
        with transaction() as session:
            # Both are held in one order, so that two who merge the same pair wait for each other.
            held = {
                one: find_person(session, viewer(), one, to_change=True)
                for one in sorted({person_id, other_id})
            }
            merge_persons(
                session, held[person_id], held[other_id], _chosen(), viewer=viewer(), now=now()
            )
    except (Invalid, Conflict) as refused:
        errors, said = told(refused)
        with showing("people_alike") as (session, shown):
            person = find_person(session, viewer(), person_id)
            page = _compared(session, person, other_id, shown, errors=errors, said=said)
        return page, 422 if errors else 409
    flash(_("The two files are one now. It can be undone for 30 days."), "success")
    return redirect(url_for("people.show", person_id=person_id))


@merging.post("/<uuid:person_id>/merges/<uuid:merge_id>/back")
@requires(Action.EDIT_PERSONS)
def back(person_id: uuid.UUID, merge_id: uuid.UUID) -> ResponseReturnValue:
    """Let two files be two again."""
    with transaction() as session:
        person = find_person(session, viewer(), person_id, to_change=True)
        sentences = what_came_back(
            undo_merge(session, person, merge_id, viewer=viewer(), now=now())
        )
    for said, tone in sentences:
        flash(said, tone)
    return redirect(url_for("people.show", person_id=person_id))


def _chosen() -> Chosen:
    typed = request.form
    cases = {}
    for name in typed:
        if name.startswith("case-"):
            case_id = typed.get(name, type=uuid.UUID)
            if case_id is not None:
                cases[name.removeprefix("case-")] = case_id
    return Chosen([name for name in FIELDS if typed.get(f"take-{name}") == "other"], cases)


def _proposed(session: Session, person: Person) -> list[Person]:
    """List who may be the same: of that name and day, or with one of her numbers elsewhere."""
    said = PersonSaid(person.last_name, person.first_name, person.civility, person.born_on)
    found = [*alike(session, viewer(), said), *sharing_phone(session, viewer(), person)]
    apart = told_apart_from(session, person.id) | {person.id}
    others = [one for one in dict.fromkeys(found) if one.id not in apart]
    return [one for one in others if one.landlord_id == person.landlord_id]


def _found(session: Session, text: str) -> Sequence[Person]:
    first = Wanted(size=MOST_FOUND)
    return search_people(session, viewer(), text, wanted=first, options=with_homes())[0].rows


def _compared(
    session: Session,
    person: Person,
    other_id: uuid.UUID,
    shown: set[uuid.UUID | None],
    *,
    errors: dict[str, str] | None = None,
    said: str = "",
) -> str:
    other = find_person(session, viewer(), other_id)
    shown.update((person.id, other.id))
    files = [person_file(session, viewer(Action.SEE_PERSONS), one) for one in (person, other)]
    clashing = clashing_cases(session, person, other)
    cases = [case for pair in clashing.values() for case in pair]
    return render_template(
        "people/merge.html",
        person=person,
        other=other,
        files=files,
        values=[(name, _value(person, name), _value(other, name)) for name in FIELDS],
        clashing=clashing,
        ahead=what_is_ahead(session, cases),
        programme_names=programme_names(session),
        typed=request.form,
        errors=errors or {},
        said=said,
    )


def _value(person: Person, name: str) -> Any:
    if name == "born_on":
        return person.born_on or person.birth_year
    return getattr(person, name)
