"""Letters: a day's in one go, as one PDF and a list for the post, and undone."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, NotFound
from visits.messages.listing import TO_PRINT, MessageFilter, list_messages
from visits.messages.printing import (
    count_letters,
    find_run,
    letters_of,
    print_letters,
    recent_runs,
    stop_letters_over,
    undo_run,
)
from visits.models.messages import Message
from visits.models.papers import PaperField
from visits.papers.wording import wording_of
from visits.sight.listing import Wanted
from webapp.access.auth import Action, requires, viewer
from webapp.documents.logos import drawn
from webapp.documents.typeset import typeset
from webapp.frame.errors import sentence
from webapp.frame.transaction import house, now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.list_file import list_file
from webapp.office.messages.saying import said_by, spoken_day

message_letters = Blueprint("message_letters", __name__, url_prefix="/messages/letters")


@message_letters.get("/")
@requires(Action.PLAN)
def index() -> ResponseReturnValue:
    """Show which letters are to be printed, and the latest runs."""
    return _page()


@message_letters.post("/")
@requires(Action.PLAN)
def print_all() -> ResponseReturnValue:
    """Mark all letters that are due as printed, in one go."""
    with transaction() as session:
        stop_letters_over(session, viewer(), now=now())
    try:
        with transaction() as session:
            run = print_letters(
                session, viewer(), say=lambda one: said_by(session, one).text, now=now()
            )
            run_id = run.id
    except Conflict as refused:
        return _page(said=sentence(refused.code)), 409
    flash(_("The letters are ready: save the PDF and print it."), "success")
    return redirect(url_for(".show", print_run_id=run_id))


@message_letters.get("/<uuid:print_run_id>")
@requires(Action.PLAN)
def show(print_run_id: uuid.UUID) -> ResponseReturnValue:
    """Show a print run: its letters, the PDF, the list for the post."""
    with showing("message_letters") as (session, shown):
        run = find_run(session, viewer(), print_run_id)
        letters = letters_of(session, viewer(), run)
        shown.update(one.person_id for one in letters)
        return render_template("messages/run.html", run=run, letters=letters)


@message_letters.get("/<uuid:print_run_id>/letters.pdf")
@requires(Action.PLAN)
def pdf(print_run_id: uuid.UUID) -> ResponseReturnValue:
    """Give the letters of a run as one PDF."""
    with showing("message_letters") as (session, shown):
        letters = _letters(session, print_run_id)
        shown.update(one.person_id for one in letters)
        said = _merged(session, letters)
    answer = Response(
        typeset("message_letters", said, made_at=now()), content_type="application/pdf"
    )
    answer.headers.set("Content-Disposition", "inline", filename="courriers.pdf")
    return answer


@message_letters.get("/<uuid:print_run_id>/post.csv")
@requires(Action.PLAN)
def post_list(print_run_id: uuid.UUID) -> ResponseReturnValue:
    """Give the addresses of a run as a file for the post."""
    with showing("message_letters") as (session, shown):
        letters = _letters(session, print_run_id)
        shown.update(one.person_id for one in letters)
        lines = [(_("Name"), _("Address"), _("Postcode"), _("Town")), *map(_addressed, letters)]
    return list_file("courriers-a-poster.csv", lines)


@message_letters.post("/<uuid:print_run_id>/undo")
@requires(Action.PLAN)
def undo(print_run_id: uuid.UUID) -> ResponseReturnValue:
    """Let the letters of a run wait again."""
    try:
        with transaction() as session:
            run = find_run(session, viewer(), print_run_id)
            count = undo_run(session, run, viewer=viewer(), now=now())
    except Conflict as refused:
        return _page(said=sentence(refused.code)), 409
    said = ngettext("%(num)d letter waits again.", "%(num)d letters wait again.", count)
    flash(said, "success")
    return redirect(url_for(".index"))


def _page(*, said: str = "") -> str:
    with showing("messages") as (session, shown):
        due = MessageFilter(state=TO_PRINT)
        first = list_messages(session, viewer(), only=due, wanted=Wanted(sort="due"), now=now())
        shown.update(one.person_id for one in first.rows)
        return render_template(
            "messages/letters.html",
            first=first,
            count=count_letters(session, viewer(), now=now()),
            runs=recent_runs(session, viewer()),
            said=said,
        )


def _letters(session: Session, print_run_id: uuid.UUID) -> Sequence[Message]:
    letters = letters_of(session, viewer(), find_run(session, viewer(), print_run_id))
    if not letters:
        raise NotFound("print_run_not_found")
    return letters


def _merged(session: Session, letters: Sequence[Message]) -> dict[str, Any]:
    """Say what the letters of a run tell, each under its landlord's name or logo."""
    logos: dict[uuid.UUID, str] = {}
    pages = []
    for one in letters:
        assert one.person is not None and one.sent_at is not None
        landlord = one.person.landlord
        if landlord.id not in logos:
            digest = wording_of(session, landlord.id).get(PaperField.LOGO, "")
            logos[landlord.id] = drawn(house().store.get(digest)) if digest else ""
        pages.append(
            {
                "from": landlord.name,
                "logo": logos[landlord.id],
                "to": one.sent_to or "",
                "day": spoken_day(one.sent_at, one.language),
                "language": one.language,
                "paragraphs": (one.body or "").split("\n\n"),
            }
        )
    return {
        "title": str(_("Letters")),
        "author": pages[0]["from"],
        "language": pages[0]["language"],
        "letters": pages,
        "foot": "",
        "page": "",
        "colon": "{}",
        "foreign": str(
            _("A sign %(box)s stands for a letter that cannot be printed.", box="{box}")
        ),
    }


def _addressed(one: Message) -> tuple[str, str, str, str]:
    name, street, town = ((one.sent_to or "").split("\n") + ["", "", ""])[:3]
    postcode, _space, city = town.partition(" ")
    return name, street, postcode, city
