"""Files that may be of one person: listed, saved as a file, told apart and no longer."""

import uuid
from collections.abc import Iterator, Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.life.likely_doubles import WHY, DoubleFilter, list_doubles, tell_apart
from visits.models.life import LikelyDouble
from visits.models.people import Person
from visits.people.people import with_homes
from webapp.access.auth import Action, requires, viewer
from webapp.frame.languages import day
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted
from webapp.office.frame.moments import age
from webapp.words import word

doubles = Blueprint("doubles", __name__, url_prefix="/people/doubles")


@doubles.get("/")
@requires(Action.EDIT_PERSONS)
def index() -> ResponseReturnValue:
    """List files that may be of one person, those that share most at the top."""
    only = _only()
    with showing("likely_doubles") as (session, shown):
        listed = list_doubles(session, viewer(), only=only, wanted=wanted())
        persons = _persons(session, listed.rows)
        shown.update(persons)
        return render_template(
            "people/doubles.html", listed=listed, persons=persons, only=only, why=WHY, age=age
        )


@doubles.get("/doubles.csv")
@requires(Action.EDIT_PERSONS)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike; of very many the first, and says so."""
    with showing("likely_doubles") as (session, shown):
        listed = list_doubles(session, viewer(), only=_only(), wanted=whole(wanted()))
        persons = _persons(session, listed.rows)
        shown.update(persons)
        return list_file("doublons.csv", _lines(listed.rows, persons), of=listed)


@doubles.post("/<uuid:double_id>")
@requires(Action.EDIT_PERSONS)
def change(double_id: uuid.UUID) -> ResponseReturnValue:
    """Note that two files are not of one person, or take that back."""
    apart = request.form.get("do") != "back"
    with transaction() as session:
        tell_apart(session, viewer(), double_id, apart=apart, now=now())
    said = (
        _("Noted: they are not the same person. It can be taken back in the list of those.")
        if apart
        else _("Taken back: they may be the same person.")
    )
    flash(said, "success")
    shown = "1" if request.form.get("apart") == "1" else None
    return redirect(url_for(".index", apart=shown))


def shared(pair: LikelyDouble) -> str:
    """Say what two files share."""
    return ", ".join(word("double", name) for name in WHY if getattr(pair, name))


def _only() -> DoubleFilter:
    return DoubleFilter(request.args.get("apart") == "1", request.args.get("why", ""))


def _persons(session: Session, pairs: Sequence[LikelyDouble]) -> Mapping[uuid.UUID, Person]:
    """Find the persons of pairs, with their homes; both of each may be seen."""
    ids = {id for pair in pairs for id in (pair.one_id, pair.other_id)}
    found = session.scalars(select(Person).where(Person.id.in_(ids)).options(with_homes()))
    return {one.id: one for one in found}


def _lines(
    found: Sequence[LikelyDouble], persons: Mapping[uuid.UUID, Person]
) -> Iterator[Sequence[str]]:
    heads = (_("Person"), _("Birth date"), _("Reference"))
    yield *heads, *heads, _("They share")
    for pair in found:
        cells = []
        for person in (persons[pair.one_id], persons[pair.other_id]):
            born = day(person.born_on) if person.born_on else str(person.birth_year or "")
            cells += [person.name, born, person.reference or ""]
        yield *cells, shared(pair)
