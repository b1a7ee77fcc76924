"""Who works in a residence: its posts, what they come to on a day, each noted, ended, withdrawn."""

import uuid
from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, Refused
from visits.ground.numbers import typed_number
from visits.models.portfolio import Residence
from visits.sight.homes import find_residence
from visits.sight.withdrawing import WHY_LENGTH
from visits.stays.posts import (
    WHAT_LENGTH,
    PostSaid,
    end_post,
    find_post,
    full_times,
    note_post,
    posts_of,
    put_post_back,
    withdraw_post,
)
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.moments import optional_day

posts = Blueprint("posts", __name__, url_prefix="/stays/posts/<uuid:residence_id>")


@posts.get("")
@requires(Action.SEE_HOMES)
def of_residence(residence_id: uuid.UUID) -> ResponseReturnValue:
    """List the posts of a residence, and what they come to on a day."""
    return _page(residence_id)


@posts.post("")
@requires(Action.EDIT_HOMES)
def note(residence_id: uuid.UUID) -> ResponseReturnValue:
    """Note a post."""

    def do(session: Session, residence: Residence) -> str:
        typed = request.form
        from_on = optional_day(typed.get("from_on", ""), field="from_on")
        until_on = optional_day(typed.get("until_on", ""), field="until_on")
        said = PostSaid(typed.get("what", ""), _part(), from_on, until_on)
        note_post(session, residence, said, viewer=viewer(), now=now())
        return str(_("Noted."))

    return _change(residence_id, do)


@posts.post("/<uuid:post_id>/end")
@requires(Action.EDIT_HOMES)
def end(residence_id: uuid.UUID, post_id: uuid.UUID) -> ResponseReturnValue:
    """Say which is the last day of a post, or that it goes on."""

    def do(session: Session, residence: Residence) -> str:
        until_on = optional_day(request.form.get("until_on", ""), field="until_on")
        end_post(find_post(session, residence, post_id), until_on)
        return str(_("Noted."))

    return _change(residence_id, do, post_id)


@posts.post("/<uuid:post_id>/withdraw")
@requires(Action.EDIT_HOMES)
def withdraw(residence_id: uuid.UUID, post_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw a post that was noted by mistake."""

    def do(session: Session, residence: Residence) -> str:
        post, why = find_post(session, residence, post_id), request.form.get("why", "")
        withdraw_post(post, why, viewer=viewer(), now=now())
        return str(_("Withdrawn: it stays readable, and counts no more."))

    return _change(residence_id, do, post_id)


@posts.post("/<uuid:post_id>/back")
@requires(Action.EDIT_HOMES)
def back(residence_id: uuid.UUID, post_id: uuid.UUID) -> ResponseReturnValue:
    """Let a post that was withdrawn count again."""

    def do(session: Session, residence: Residence) -> str:
        put_post_back(find_post(session, residence, post_id))
        return str(_("Put back: it counts again."))

    return _change(residence_id, do)


def _change(
    residence_id: uuid.UUID,
    do: Callable[[Session, Residence], str],
    post_id: uuid.UUID | None = None,
) -> ResponseReturnValue:
    try:
        with transaction() as session:
            said = do(session, find_residence(session, viewer(), residence_id))
    except (Invalid, Conflict) as refused:
        status = 422 if isinstance(refused, Invalid) else 409
        return _page(residence_id, refused, post_id), status
    flash(said, "success")
    return redirect(url_for(".of_residence", residence_id=residence_id))


def _page(
    residence_id: uuid.UUID, refused: Refused | None = None, changing: uuid.UUID | None = None
) -> str:
    fields = refused.fields if isinstance(refused, Invalid) else {}
    try:
        day = optional_day(request.args.get("day", ""), field="day") or today_in_paris(now())
    except Invalid:
        day = today_in_paris(now())
    with reading() as session:
        residence = find_residence(session, viewer(Action.SEE_HOMES), residence_id)
        found = posts_of(session, residence)
        return render_template(
            "stays/posts.html",
            residence=residence,
            posts=found,
            day=day,
            full_times=full_times(found, day),
            what_length=WHAT_LENGTH,
            why_length=WHY_LENGTH,
            changing=changing,
            typed=request.form if refused else {},
            errors={name: sentence(code) for name, code in fields.items()},
            said=sentence(refused.code) if isinstance(refused, Conflict) else "",
        )


def _part() -> float | None:
    """Read how much of a full time was typed; None for what is no number."""
    try:
        return typed_number(request.form.get("full_time", ""))
    except ValueError:
        return None
