"""What a programme says in its messages: tried on real data, kept, earlier versions put back."""

import uuid

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.errors import NotFound
from visits.messages.kinds import KINDS, OF_CASES
from visits.messages.ways import LANGUAGES
from visits.messages.wording import Spot, said_in, spot_of
from visits.models.cases import Case
from visits.models.visits import Visit
from visits.sight import visible_cases
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import reading
from webapp.office.frame.programmes import chosen_in_reach, programmes_in_reach
from webapp.office.messages.own_words import Speaker, change_words, say_again, words_page
from webapp.office.messages.saying import tried_words

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
    return words_page(_speaker(code, spot))


@message_wording.post("/<code>/<spot>")
@requires(Action.MANAGE_PROGRAMMES)
def change(code: str, spot: str) -> ResponseReturnValue:
    """Try words on real data, or keep them."""
    return change_words(_speaker(code, spot))


@message_wording.post("/<code>/<spot>/<uuid:said_id>")
@requires(Action.MANAGE_PROGRAMMES)
def again(code: str, spot: str, said_id: uuid.UUID) -> ResponseReturnValue:
    """Say again what was said once."""
    return say_again(_speaker(code, spot), said_id, code=code, spot=spot)


def _speaker(code: str, written: str) -> Speaker:
    """Give a programme as it speaks where an address says, as `moved.letter.fr`."""

    def find(session: Session) -> Spot:
        if code not in [one.code for one in programmes_in_reach(session, viewer())]:
            raise NotFound("programme_not_found")
        kind, channel, language = (written.split(".") + ["", "", ""])[:3]
        return spot_of(code, kind, channel, language)

    return Speaker(find, _tried, lambda: _above(code))


def _above(code: str) -> list[tuple[str, str]]:
    return [
        (_("Messages"), url_for("messages.index")),
        (_("What messages say"), url_for(".index", programme=code)),
    ]


def _tried(session: Session, spot: Spot, words: str) -> tuple[str, uuid.UUID | None]:
    visit = _latest_visit(session, str(spot.whose))
    return tried_words(session, spot, words, visit), visit.case.person_id if visit else None


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
