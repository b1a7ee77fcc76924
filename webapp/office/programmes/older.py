"""Open cases of earlier versions: what the one in force would change, bringing them, and back."""

import uuid
from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from sqlalchemy.orm import Session

from visits.cases.bringing import Older, bring_to_newest, moves_of, take_back_move
from visits.cases.bringing import older_cases as find_older_cases
from visits.ground.errors import Conflict
from visits.portfolio.listing import names_of
from visits.programmes import Programme
from visits.programmes.published import programme_in, version_of
from visits.programmes.schema import ProgrammeSchema, written
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import pick
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.programmes.choices import choices_of
from webapp.office.programmes.saying import compare

older_cases = Blueprint("older_cases", __name__, url_prefix="/programmes")

# Those that cannot be brought are named, so that somebody settles what is planned with them.
MOST_NAMED = 50


@older_cases.get("/<code>/older")
@requires(Action.MANAGE_PROGRAMMES)
def show(code: str) -> ResponseReturnValue:
    """Show what the version in force would change in the open cases of earlier ones."""
    return _page(code)


def _page(code: str, refused: str = "") -> str:
    with showing("older_cases") as (session, shown):
        newest = version_of(session, code)
        programme = programme_in(newest)
        found = find_older_cases(session, code, viewer=viewer(), now=now())
        moves = moves_of(session, code, viewer=viewer())
        shown.update(case.person_id for one in found for case, _why in one.staying[:MOST_NAMED])
        return render_template(
            "programmes/older.html",
            newest=newest,
            programme=programme,
            found=[(one, *_said(session, one, programme)) for one in found],
            bringable=sum(one.cases for one in found),
            moves=moves,
            names=names_of(session, [one.by_id for one in moves]),
            most_named=MOST_NAMED,
            refused=refused,
        )


def _said(
    session: Session, one: Older, programme: Programme
) -> tuple[list[tuple[str, int]], list[tuple[str, int]], object]:
    """Say what comes and goes by its name, and what differs between both versions."""
    before = programme_in(one.version) if one.version else None
    said = written(ProgrammeSchema(), programme)
    was = written(ProgrammeSchema(), before) if before else said
    changes = compare(was, said, choices_of(session, {**was, **said}))
    return _named(one.made, programme), _named(one.withdrawn, before or programme), changes


def _named(counted: Mapping[str, int], programme: Programme) -> list[tuple[str, int]]:
    names = {cadence.code: pick(dict(cadence.name)) for cadence in programme.cadences}
    return sorted((names.get(code, code), count) for code, count in counted.items())


@older_cases.post("/<code>/older")
@requires(Action.MANAGE_PROGRAMMES)
def bring(code: str) -> ResponseReturnValue:
    """Bring the open cases of earlier versions to the one in force."""
    to = request.form.get("to", -1, type=int)
    try:
        with transaction() as session:
            came, stayed = bring_to_newest(session, code, to=to, viewer=viewer(), now=now())
    except Conflict as refused:
        return _page(code, sentence(refused.code)), 409
    flash(
        ngettext(
            "%(num)d open case follows version %(version)d now.",
            "%(num)d open cases follow version %(version)d now.",
            came,
            version=to,
        ),
        "success",
    )
    if stayed:
        flash(
            ngettext(
                "%(num)d keeps the version it came in with: see why below.",
                "%(num)d keep the version they came in with: see why below.",
                stayed,
            ),
            "error",
        )
    return redirect(url_for(".show", code=code))


@older_cases.post("/<code>/older/<uuid:move_id>/back")
@requires(Action.MANAGE_PROGRAMMES)
def back(code: str, move_id: uuid.UUID) -> ResponseReturnValue:
    """Let cases follow the version again that they were brought from."""
    try:
        with transaction() as session:
            count = take_back_move(session, code, move_id, viewer=viewer(), now=now())
    except Conflict as refused:
        return _page(code, sentence(refused.code)), 409
    flash(
        ngettext(
            "%(num)d case follows the version again that it came in with.",
            "%(num)d cases follow the versions again that they came in with.",
            count,
        ),
        "success",
    )
    return redirect(url_for(".show", code=code))
