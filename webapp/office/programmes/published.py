"""Programmes: their list, what one says in plain words, its versions, retiring it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.accounts.mandates import mandates_in
from visits.calls.call_list import PAST_KEEPING, CaseFilter, count_cases
from visits.cases.versions import open_cases
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict
from visits.ground.folding import fold
from visits.models.programmes import ProgrammeVersion
from visits.portfolio.listing import names_of
from visits.programmes import Programme
from visits.programmes.drafts import list_drafts, said_in
from visits.programmes.published import (
    load_programmes,
    programme_in,
    retire_programme,
    take_back_retirement,
    version_of,
    versions_of,
)
from visits.programmes.schema import ProgrammeSchema, written
from visits.sight.listing import Listed
from visits.steering.objectives import objectives_of
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import pick
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.listing import wanted
from webapp.office.programmes.choices import choices_of
from webapp.office.programmes.counting import count_said
from webapp.office.programmes.parts import PARTS
from webapp.office.programmes.saying import tell

programmes = Blueprint("programmes", __name__, url_prefix="/programmes")

STATES = ("published", "draft", "retired")


@dataclass(frozen=True)
class Row:
    """A programme as it is listed; `draft` is one that is being written, beside it or alone."""

    code: str
    name: str
    state: str
    draft: bool
    version: int = 0
    changed_at: datetime | None = None
    open: int = 0

    @property
    def is_published(self) -> bool:
        """Tell whether cases are opened in it."""
        return self.state == "published"

    @property
    def is_new(self) -> bool:
        """Tell whether no version of it was ever published."""
        return self.state == "draft"


@programmes.get("/")
@requires(Action.MANAGE_PROGRAMMES)
def index() -> ResponseReturnValue:
    """List the programmes: published ones, drafts, retired ones."""
    state, text = request.args.get("state", ""), request.args.get("q", "")[:100]
    asked = wanted()
    with reading() as session:
        everything = _rows(session)
    rows = [
        row
        for row in everything
        if state not in STATES or state == row.state or (state == "draft" and row.draft)
        if fold(text) in fold(row.name)
    ]
    keys = {"version": lambda row: row.version, "open": lambda row: row.open}
    key: Any = keys.get(asked.sort, lambda row: fold(row.name))
    rows.sort(key=lambda row: (key(row), row.code), reverse=asked.descending)
    asked = asked.within(len(rows))
    page = rows[asked.offset :][: asked.size]
    return render_template(
        "programmes/index.html",
        listed=Listed(page, len(rows), asked),
        any=bool(everything),
        state=state,
        states=STATES,
        text=text,
    )


def _rows(session: Session) -> list[Row]:
    drafts, counted = list_drafts(session), open_cases(session, viewer())
    rows = []
    for code, programme in load_programmes(session).items():
        version, draft = version_of(session, code), drafts.pop(code, None)
        rows.append(
            Row(
                code=code,
                name=pick(dict(programme.name)),
                state="retired" if version.retired_at else "published",
                draft=draft is not None,
                version=version.version,
                changed_at=draft.changed_at if draft else version.published_at,
                open=sum(counted.get(code, {}).values()),
            )
        )
    for code, draft in drafts.items():
        name = pick(said_in(draft).get("name", {})) or code
        rows.append(Row(code, name, "draft", draft=True, changed_at=draft.changed_at))
    return rows


@programmes.get("/<code>")
@requires(Action.MANAGE_PROGRAMMES)
def show(code: str) -> ResponseReturnValue:
    """Show what a programme says in plain words, whom it keeps, and its versions."""
    with reading() as session:
        if code not in load_programmes(session) and code in list_drafts(session):
            return redirect(url_for("programme_drafts.show", code=code))
        return _page(session, version_of(session, code))


@programmes.get("/<code>/versions/<int:number>")
@requires(Action.MANAGE_PROGRAMMES)
def version(code: str, number: int) -> ResponseReturnValue:
    """Show what a version of a programme says."""
    with reading() as session:
        return _page(session, version_of(session, code, number))


def _page(session: Session, version: ProgrammeVersion) -> str:
    programme, versions = programme_in(version), versions_of(session, version.code)
    said = written(ProgrammeSchema(), programme)
    choices = choices_of(session, said)
    people = [one.published_by_id for one in versions] + [versions[-1].retired_by_id]
    return render_template(
        "programmes/show.html",
        version=version,
        newest=versions[-1],
        versions=versions[::-1],
        programme=programme,
        parts=[(part.title, tell(part.fields, said, choices)) for part in PARTS],
        open=open_cases(session, viewer()).get(version.code, {}),
        counted=count_said(session, said),
        names=names_of(session, [one for one in people if one]),
        draft=list_drafts(session).get(version.code),
        objectives=objectives_of(session, programme, viewer=viewer(), today=today_in_paris(now())),
        kept_longer=_kept_longer(session, version.code),
        **mandates_of(session, programme),
    )


def _kept_longer(session: Session, code: str) -> int:
    only = CaseFilter(programme=code, state=PAST_KEEPING)
    return count_cases(session, viewer(Action.SEE_CASES), only=only, now=now())


def mandates_of(session: Session, programme: Programme) -> dict[str, Any]:
    """Give a programme's mandates in force, and the partners it names that have none.

    Nothing of it for whoever may not see mandates.
    """
    if not may(Action.SEE_MANDATES):
        return {"mandates": None, "without_mandate": ()}
    found = mandates_in(session, viewer(), programme.code, now=now())
    held = {fold(one.organisation.name) for one in found}
    named = [one.organisation for one in programme.partners]
    return {"mandates": found, "without_mandate": [one for one in named if fold(one) not in held]}


@programmes.get("/<code>/versions/<int:number>.toml")
@requires(Action.MANAGE_PROGRAMMES)
def toml(code: str, number: int) -> ResponseReturnValue:
    """Give a version as the TOML it was published from."""
    with reading() as session:
        return as_toml(version_of(session, code, number).toml, f"{code}-{number}")


def as_toml(text: str, name: str) -> Response:
    """Answer with a TOML file."""
    named = {"Content-Disposition": f'attachment; filename="{name}.toml"'}
    return Response(text, mimetype="application/toml", headers=named)


@programmes.post("/<code>/retirement")
@requires(Action.MANAGE_PROGRAMMES)
def retire(code: str) -> ResponseReturnValue:
    """Let a programme take nobody any more."""
    try:
        with transaction() as session:
            retire_programme(session, code, by=viewer().user_id, now=now())
    except Conflict as refused:
        flash(sentence(refused.code), "error")
    else:
        flash(_("The programme is retired: it takes nobody any more."), "success")
    return redirect(url_for(".show", code=code))


@programmes.post("/<code>/retirement/back")
@requires(Action.MANAGE_PROGRAMMES)
def take_back(code: str) -> ResponseReturnValue:
    """Let a retired programme take people again."""
    try:
        with transaction() as session:
            take_back_retirement(session, code)
    except Conflict as refused:
        flash(sentence(refused.code), "error")
    else:
        flash(_("The programme takes people again."), "success")
    return redirect(url_for(".show", code=code))
