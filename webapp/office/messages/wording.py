"""What a programme says in its messages: tried on real data, kept, earlier versions put back."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, Invalid, NotFound
from visits.messages.kinds import KINDS, LONGEST, OF_CASES, places_of
from visits.messages.ways import LANGUAGES
from visits.messages.wording import (
    Spot,
    checked_words,
    put_back,
    said_in,
    say,
    spot_of,
    versions_of,
)
from visits.models.cases import Case
from visits.models.visits import Visit
from visits.sight import visible_cases
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.programmes import chosen_in_reach, programmes_in_reach
from webapp.office.messages.saying import own_words, tried_words

message_wording = Blueprint("message_wording", __name__, url_prefix="/messages/wording")


@message_wording.get("/")
@requires(Action.MANAGE_PROGRAMMES)
def index() -> ResponseReturnValue:
    """List what a programme's messages say, kind by kind."""
    with reading() as session:
        programme = chosen_in_reach(session, viewer(), request.args.get("programme", ""))
        spots = [
            Spot(programme.code, kind, channel, language)
            for kind in OF_CASES
            for channel in KINDS[kind].ways
            for language in LANGUAGES
        ]
        return render_template(
            "messages/wording.html",
            programme=programme,
            programmes=programmes_in_reach(session, viewer()),
            spots=[(spot, bool(said_in(session, spot))) for spot in spots],
        )


@message_wording.get("/<code>/<spot>")
@requires(Action.MANAGE_PROGRAMMES)
def edit(code: str, spot: str) -> ResponseReturnValue:
    """Show the words of one kind of message, and what was said there before."""
    return _page(code, spot)


@message_wording.post("/<code>/<spot>")
@requires(Action.MANAGE_PROGRAMMES)
def change(code: str, spot: str) -> ResponseReturnValue:
    """Try words on real data, or keep them."""
    typed = request.form.get("said", "")
    try:
        if request.form.get("act") == "try":
            return _page(code, spot, tried=True)
        with transaction() as session:
            where, seen = _spot(session, code, spot), request.form.get("seen", "")
            say(session, where, typed, seen=seen, viewer=viewer(), now=now())
    except Invalid as refused:
        return _page(code, spot, errors=refused.fields), 422
    except Conflict as refused:
        return _page(code, spot, said=refused.code), 409
    flash(_("Messages say so from now on."), "success")
    return redirect(url_for(".edit", code=code, spot=spot))


@message_wording.post("/<code>/<spot>/<uuid:said_id>")
@requires(Action.MANAGE_PROGRAMMES)
def again(code: str, spot: str, said_id: uuid.UUID) -> ResponseReturnValue:
    """Say again what was said once."""
    with transaction() as session:
        put_back(session, _spot(session, code, spot), said_id, viewer=viewer(), now=now())
    flash(_("It stands again."), "success")
    return redirect(url_for(".edit", code=code, spot=spot))


def _spot(session: Session, code: str, written: str) -> Spot:
    """Read where words stand, as an address writes it: `moved.letter.fr`."""
    if code not in [one.code for one in programmes_in_reach(session, viewer())]:
        raise NotFound("programme_not_found")
    kind, channel, language = (written.split(".") + ["", "", ""])[:3]
    return spot_of(code, kind, channel, language)


def _page(
    code: str,
    written: str,
    *,
    errors: dict[str, str] | None = None,
    said: str = "",
    tried: bool = False,
) -> str:
    with showing("message_preview") as (session, shown):
        spot = _spot(session, code, written)
        versions = versions_of(session, spot)
        standing = versions[0].said if versions else ""
        words = request.form.get("said", standing)
        preview = None
        if not errors:
            words = checked_words(spot, words) if tried else words
            visit = _latest_visit(session, spot.programme)
            if visit is not None:
                shown.add(visit.case.person_id)
            preview = tried_words(session, spot, words if tried else standing, visit)
        return render_template(
            "messages/words.html",
            spot=spot,
            words=words,
            own=own_words(spot.kind, spot.channel, spot.language),
            versions=versions,
            seen=versions[0].id if versions else "",
            places=sorted(places_of(spot.kind, spot.channel)),
            longest=LONGEST[spot.channel],
            preview=preview,
            said=sentence(said) if said else "",
            errors={name: sentence(code) for name, code in (errors or {}).items()},
        )


def _latest_visit(session: Session, programme: str) -> Visit | None:
    """Give the latest visit of a programme that one may see, to try words on."""
    seen = (
        select(Visit)
        .join(Visit.case)
        .join(Case.person)
        .where(Case.programme == programme, visible_cases(viewer(Action.PLAN)))
        .order_by(Visit.planned_start_at.desc(), Visit.id.desc())
        .limit(1)
    )
    return session.scalars(seen).first()
