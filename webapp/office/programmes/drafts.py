"""A programme's next version while it is written: begun, filled in, compared, published."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.cases.versions import Lost, lost_in_use, newest_number, open_cases, publish_draft
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.programmes import ProgrammeDraft
from visits.programmes import BadProgramme, faults_of, parse_programme
from visits.programmes.drafts import (
    begin_draft,
    bring_in,
    digest_of,
    find_draft,
    keep_part,
    names_beside,
    said_in,
    take_up,
    throw_away,
)
from visits.programmes.names import name_faults
from visits.programmes.published import find_programme, unpublished_forms
from visits.programmes.put_back import put_row_back
from visits.programmes.schema import ProgrammeSchema, written
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import pick
from webapp.frame.transaction import now, reading, transaction
from webapp.office.programmes.choices import choices_of
from webapp.office.programmes.counting import count_said
from webapp.office.programmes.filling import Read, fill, with_another
from webapp.office.programmes.kinds import Typed
from webapp.office.programmes.parts import BY_CODE, PARTS, Part, label_of
from webapp.office.programmes.published import as_toml, mandates_of
from webapp.office.programmes.saying import compare, tell
from webapp.office.programmes.words import say_fault

programme_drafts = Blueprint("programme_drafts", __name__, url_prefix="/programmes")

LARGEST = 256 * 1024


@programme_drafts.get("/new")
@requires(Action.MANAGE_PROGRAMMES)
def new() -> ResponseReturnValue:
    """Show how to begin: with a name, or with a file."""
    return _beginning()


@programme_drafts.post("/new")
@requires(Action.MANAGE_PROGRAMMES)
def begin() -> ResponseReturnValue:
    """Begin a programme by its name."""
    names = {language: request.form.get(f"name.{language}", "") for language in ("fr", "en")}
    try:
        with transaction() as session:
            draft = begin_draft(session, names, by=viewer().user_id, now=now())
    except Invalid as refused:
        return _beginning({key: sentence(code) for key, code in refused.fields.items()}), 422
    return redirect(url_for(".show", code=draft.code))


@programme_drafts.post("/new/file")
@requires(Action.MANAGE_PROGRAMMES)
def bring() -> ResponseReturnValue:
    """Make a draft of a TOML file, or say field by field what does not hold in it."""
    file = request.files.get("file")
    data = file.stream.read(LARGEST + 1) if file else b""
    if file is None or not data:
        return _beginning({"file": sentence("no_file")}), 422
    try:
        text = data.decode() if len(data) <= LARGEST else ""
        with transaction() as session:
            draft = bring_in(
                session, text, source=file.filename or "", by=viewer().user_id, now=now()
            )
    except UnicodeDecodeError:
        return _beginning({"file": sentence("programme_not_text")}), 422
    except BadProgramme as bad:
        return _beginning({"file": sentence("programme_file_refused")}, bad.problems), 422
    except Conflict as refused:
        return _beginning({"file": sentence(refused.code)}), 409
    return redirect(url_for(".show", code=draft.code))


def _beginning(errors: dict[str, str] | None = None, problems: Any = ()) -> str:
    said = [(place, say_fault(fault)) for place, fault in problems]
    return render_template("programmes/new.html", errors=errors or {}, problems=said)


@programme_drafts.post("/<code>/draft")
@requires(Action.MANAGE_PROGRAMMES)
def change(code: str) -> ResponseReturnValue:
    """Begin a programme's next version, or go on with it."""
    with transaction() as session:
        take_up(session, code, by=viewer().user_id, now=now())
    return redirect(url_for(".show", code=code))


@programme_drafts.get("/<code>/draft")
@requires(Action.MANAGE_PROGRAMMES)
def show(code: str) -> ResponseReturnValue:
    """Show a draft: its parts, what is missing, what it changes and for how many."""
    with reading() as session:
        return _overview(session, find_draft(session, code))


def _overview(session: Session, draft: ProgrammeDraft, refused: str = "") -> str:
    said, since = said_in(draft), newest_number(session, draft.code)
    before = _published(session, draft.code)
    faults = [*faults_of(said), *name_faults(said, names_beside(session, draft.code))]
    choices = choices_of(session, {**before, **said})
    found: dict[str, Any] = {"lost": [], "without_form": []}
    if not faults:
        programme = parse_programme(draft.toml, source=draft.code)
        found["lost"] = [
            (
                one,
                sentence(f"{one.kind}_in_use", {"name": pick(dict(one.name)), "count": one.count}),
            )
            for one in lost_in_use(session, programme, viewer())
        ]
        found["without_form"] = unpublished_forms(session, programme)
        found |= mandates_of(session, programme)
    return render_template(
        "programmes/draft.html",
        draft=draft,
        name=pick(said.get("name", {})),
        since=since,
        parts=[
            (part, tell(part.fields, said, choices), any(_in(part, at) for at, _said in faults))
            for part in PARTS
        ],
        faults=[(_part_of(at), label_of(at), say_fault(fault)) for at, fault in faults],
        changes=compare(before, said, choices) if since else [],
        open=open_cases(session, viewer()).get(draft.code, {}),
        refused=refused,
        **found,
    )


def _published(session: Session, code: str) -> dict[str, Any]:
    known = newest_number(session, code)
    return written(ProgrammeSchema(), find_programme(session, code)) if known else {}


def _said_of(lost: Lost) -> dict[str, object]:
    return {"name": pick(dict(lost.name)), "count": lost.count}


def _in(part: Part, at: str) -> bool:
    return at.partition(".")[0] in part.keys


def _part_of(at: str) -> Part | None:
    return next((part for part in PARTS if _in(part, at)), None)


@programme_drafts.get("/<code>/draft.toml")
@requires(Action.MANAGE_PROGRAMMES)
def toml(code: str) -> ResponseReturnValue:
    """Give a draft as TOML."""
    with reading() as session:
        return as_toml(find_draft(session, code).toml, f"{code}-draft")


@programme_drafts.get("/<code>/draft/<part>")
@requires(Action.MANAGE_PROGRAMMES)
def edit(code: str, part: str) -> ResponseReturnValue:
    """Show a part of a draft to fill in."""
    found = _part(part)
    with reading() as session:
        said = said_in(find_draft(session, code))
        return _form(session, code, found, fill(found, said), digest_of(said, found.keys))


@programme_drafts.post("/<code>/draft/<part>")
@requires(Action.MANAGE_PROGRAMMES)
def keep(code: str, part: str) -> ResponseReturnValue:
    """Keep a part of a draft; or only count whom it keeps, or show one more row."""
    found, typed = _part(part), Typed(request.form)
    with reading() as session:
        read = Read(found, typed, _published(session, code))
    held, do = typed.get("held", ""), typed.get("do", "")
    if do == "count" or do.startswith("add "):
        more = with_another(typed, do[4:]) if do != "count" else typed
        with reading() as session:
            return _form(session, code, found, more, held, read=read)
    try:
        with transaction() as session:
            keep_part(
                session, code, read.said, keys=found.keys, held=held, by=viewer().user_id,
                now=now(),
            )  # fmt: skip
    except BadProgramme as bad:
        errors = read.placed([(at, say_fault(said)) for at, said in bad.problems])
        with reading() as session:
            return _form(session, code, found, typed, held, read=read, errors=errors), 422
    except Conflict as refused:
        return _changed_meanwhile(code, found, read, typed, sentence(refused.code)), 409
    flash(_("“%(part)s” is saved in the draft.", part=found.title), "success")
    again = url_for(".edit", code=code, part=part)
    return redirect(again if do == "stay" else url_for(".show", code=code))


def _changed_meanwhile(code: str, part: Part, read: Read, typed: Typed, said: str) -> str:
    """Show what was typed beside what stands there now: saved again, it goes over it knowingly."""
    with reading() as session:
        draft = find_draft(session, code)
        stands = said_in(draft)
        choices = choices_of(session, stands)
        held = digest_of(stands, part.keys)
        by = draft.changed_by.name
        told = tell(part.fields, stands, choices)
        return _form(session, code, part, typed, held, read=read, stands=(said, by, told))


def _part(code: str) -> Part:
    if code not in BY_CODE:
        raise NotFound("not_found")
    return BY_CODE[code]


def _form(
    session: Session, code: str, part: Part, typed: Typed, held: str, *, read: Read | None = None,
    errors: Mapping[str, str] | None = None, stands: Any = None,
) -> str:  # fmt: skip
    draft = find_draft(session, code)
    said = said_in(draft)
    whole = {**said, **read.said} if read else said
    return render_template(
        "programmes/part.html",
        draft=draft,
        name=pick(said.get("name", {})),
        part=part,
        parts=PARTS,
        typed=typed,
        held=held,
        errors=errors or {},
        stands=stands,
        choices=choices_of(session, said),
        counted=count_said(session, whole, criteria="criterion" in part.keys)
        if part.counted
        else None,
    )


def _counted(session: Session, said: Mapping[str, Any], part: Part) -> dict[str, Any] | None:
    return count_said(session, said, criteria="criterion" in part.keys) if part.counted else None


@programme_drafts.post("/<code>/draft/publication")
@requires(Action.MANAGE_PROGRAMMES)
def publish(code: str) -> ResponseReturnValue:
    """Publish a draft: who comes into the programme from now on follows it."""
    since = request.form.get("since", -1, type=int)
    try:
        with transaction() as session:
            version = publish_draft(session, code, since=since, viewer=viewer(), now=now())
            older = sum(open_cases(session, viewer()).get(code, {}).values())
    except BadProgramme:
        return _refused(code, sentence("programme_not_whole"), 422)
    except Conflict as refused:
        return _refused(code, sentence(refused.code, dict(refused.details)), 409)
    flash(_("Version %(version)s is published.", version=version.version), "success")
    return redirect(url_for("older_cases.show" if older else "programmes.show", code=code))


def _refused(code: str, said: str, status: int) -> ResponseReturnValue:
    with reading() as session:
        return _overview(session, find_draft(session, code), said), status


@programme_drafts.post("/<code>/draft/row")
@requires(Action.MANAGE_PROGRAMMES)
def put_back(code: str) -> ResponseReturnValue:
    """Give a draft again what it lost of the published version."""
    kind, lost = request.form.get("kind", ""), request.form.get("code", "")
    with transaction() as session:
        names = put_row_back(session, code, kind, lost, by=viewer().user_id, now=now())
    flash(_("“%(name)s” is back in the draft.", name=pick(dict(names))), "success")
    return redirect(url_for(".show", code=code))


@programme_drafts.post("/<code>/draft/deletion")
@requires(Action.MANAGE_PROGRAMMES)
def delete(code: str) -> ResponseReturnValue:
    """Throw a draft away."""
    with transaction() as session:
        throw_away(session, code)
    flash(_("The draft is thrown away."), "success")
    return redirect(url_for("programmes.index"))
