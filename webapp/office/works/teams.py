"""Teams of our own technicians: listed, added, changed, closed and opened again."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from diagnostics.codes import TRADES
from visits.ground.errors import Conflict, Invalid
from visits.models.accounts import User
from visits.models.teams import Team
from visits.sight.homes import landlords_run
from visits.works.assigning import technicians_of, technicians_run
from visits.works.teams import (
    NAME_LENGTH,
    TeamSaid,
    add_team,
    change_team,
    close_team,
    find_team,
    list_teams,
    reopen_team,
)
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.listing import pairs

teams = Blueprint("teams", __name__, url_prefix="/teams")


@dataclass(frozen=True)
class _Typed:
    """What the fields of a team hold."""

    name: str = ""
    landlord: str = ""
    members: frozenset[str] = frozenset()
    trades: frozenset[str] = frozenset()


@teams.get("/")
@requires(Action.OPEN_WORKS)
def index() -> ResponseReturnValue:
    """List the teams, and ask for another one."""
    return _page()


@teams.post("/")
@requires(Action.GIVE_WORKS)
def add() -> ResponseReturnValue:
    """Add a team."""
    try:
        with transaction() as session:
            team = add_team(session, _said(), viewer=viewer(), now=now())
            name = team.name
    except Invalid as refused:
        return _page(refused.fields), 422
    flash(
        _("The team “%(name)s” is there: work orders may be assigned to it.", name=name), "success"
    )
    return redirect(url_for(".index"))


@teams.get("/<uuid:team_id>")
@requires(Action.GIVE_WORKS)
def edit(team_id: uuid.UUID) -> ResponseReturnValue:
    """Ask what of a team is to be changed."""
    return _edit_page(team_id)


@teams.post("/<uuid:team_id>")
@requires(Action.GIVE_WORKS)
def change(team_id: uuid.UUID) -> ResponseReturnValue:
    """Change what a team is called, who is in it, for which trades it is."""
    turn = request.form.get("turn", "")
    read = int(turn) if turn.isascii() and turn.isdigit() and len(turn) < 9 else -1
    try:
        with transaction() as session:
            team = change_team(session, team_id, _said(), turn=read, viewer=viewer(), now=now())
            name = team.name
    except Invalid as refused:
        return _edit_page(team_id, refused.fields), 422
    except Conflict as refused:
        if refused.code == "team_closed":
            raise
        return _edit_page(team_id, said=sentence(refused.code)), 409
    flash(_("The team “%(name)s” is up to date.", name=name), "success")
    return redirect(url_for(".index"))


@teams.post("/<uuid:team_id>/closing")
@requires(Action.GIVE_WORKS)
def close(team_id: uuid.UUID) -> ResponseReturnValue:
    """Let a team be given nothing any more."""
    with transaction() as session:
        name = close_team(session, team_id, viewer=viewer(), now=now()).name
    flash(_("The team “%(name)s” is closed. It can be opened again.", name=name), "success")
    return redirect(url_for(".index"))


@teams.post("/<uuid:team_id>/opening")
@requires(Action.GIVE_WORKS)
def reopen(team_id: uuid.UUID) -> ResponseReturnValue:
    """Let a closed team work again."""
    with transaction() as session:
        name = reopen_team(session, team_id, viewer=viewer()).name
    flash(_("The team “%(name)s” is open again, with its orders.", name=name), "success")
    return redirect(url_for(".index"))


def _said() -> TeamSaid:
    """Read what was typed of a team. Raises Invalid, field by field."""
    landlord = request.form.get("landlord", "")
    return TeamSaid(
        name=request.form.get("name", ""),
        members=_ids("members", request.form.getlist("members")),
        trades=frozenset(request.form.getlist("trades")),
        landlord_id=next(iter(_ids("landlord", [landlord] if landlord else [])), None),
    )


def _ids(field: str, typed: Iterable[str]) -> frozenset[uuid.UUID]:
    try:
        return frozenset(uuid.UUID(one) for one in typed)
    except ValueError:
        raise Invalid({field: "bad_choice"}) from None


def _page(fields: Mapping[str, str] | None = None) -> str:
    with reading() as session:
        landlords = landlords_run(session, viewer())
        known = list_teams(session, viewer())
        return render_template(
            "teams/index.html",
            teams=[one for one in known if one.is_open],
            closed=[one for one in known if not one.is_open],
            landlords=pairs(landlords, "id", "name"),
            may_note=may(Action.GIVE_WORKS),
            typed=_typed() if fields else _Typed(),
            **_choices(technicians_run(session, viewer()), fields),
        )


def _edit_page(
    team_id: uuid.UUID, fields: Mapping[str, str] | None = None, *, said: str = ""
) -> str:
    with reading() as session:
        team = find_team(session, team_id, viewer=viewer())
        if not team.is_open:
            raise Conflict("team_closed")
        return render_template(
            "teams/edit.html",
            team=team,
            said=said,
            landlords=[],
            typed=_typed() if fields else _as_typed(team),
            turn=request.form.get("turn", "") if fields else team.turn,
            **_choices(_may_be_in(session, team), fields),
        )


def _may_be_in(session: Session, team: Team) -> Sequence[User]:
    """List who may be in a team: its landlord's technicians, and who is in it already."""
    return [*technicians_of(session, [team.landlord_id]), *team.away]


def _choices(people: Sequence[User], fields: Mapping[str, str] | None) -> dict[str, Any]:
    return {
        "people": people,
        "trades": list(TRADES),
        "name_length": NAME_LENGTH,
        "errors": {name: sentence(code) for name, code in (fields or {}).items()},
    }


def _typed() -> _Typed:
    typed = request.form
    members, trades = (frozenset(typed.getlist(name)) for name in ("members", "trades"))
    return _Typed(typed.get("name", ""), typed.get("landlord", ""), members, trades)


def _as_typed(team: Team) -> _Typed:
    members = frozenset(str(one.id) for one in team.members)
    return _Typed(team.name, str(team.landlord_id), members, frozenset(team.trades))
