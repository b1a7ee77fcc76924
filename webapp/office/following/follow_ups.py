"""Follow-ups: the promises to ask again, and what came of each."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.following.follow_list import OPEN, OPEN_ALL, FollowUpFilter, list_follow_ups
from visits.following.follow_ups import close_follow_up, find_follow_up
from visits.following.promises import worded
from visits.ground.errors import Invalid
from visits.intake.visit_file import visit_of_consequence
from visits.models.accounts import User
from visits.models.works import FollowUp, FollowUpState
from visits.programmes.published import load_programmes, programme_of
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import pick
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.listing import wanted
from webapp.office.intake.answers import told_causes

follow_ups = Blueprint("follow_ups", __name__, url_prefix="/follow-ups")


@follow_ups.get("/")
@requires(Action.FOLLOW_UP)
def index() -> ResponseReturnValue:
    """List follow-ups, those due first at the top."""
    only = FollowUpFilter(
        state=request.args.get("state", OPEN_ALL),
        programme=request.args.get("programme", ""),
        text=request.args.get("q", ""),
    )
    with showing("follow_ups") as (session, shown):
        listed = list_follow_ups(session, viewer(), only=only, wanted=wanted(), now=now())
        shown.update(follow_up.case.person_id for follow_up in listed.rows)
        return render_template(
            "follow_ups/index.html",
            listed=listed,
            only=only,
            states=list(FollowUpState),
            programmes=load_programmes(session).values(),
            now=now(),
        )


@follow_ups.get("/<uuid:follow_up_id>")
@requires(Action.FOLLOW_UP)
def show(follow_up_id: uuid.UUID) -> ResponseReturnValue:
    """Show a follow-up: whom to ask what, since when, and why."""
    with showing("follow_up") as (session, shown):
        follow_up = find_follow_up(session, viewer(), follow_up_id)
        shown.add(follow_up.case.person_id)
        return _page(session, follow_up)


@follow_ups.post("/<uuid:follow_up_id>")
@requires(Action.FOLLOW_UP)
def close(follow_up_id: uuid.UUID) -> ResponseReturnValue:
    """Note what came of a follow-up and close it."""
    try:
        with transaction() as session:
            follow_up = find_follow_up(session, viewer(), follow_up_id, to_change=True)
            note = request.form.get("note", "").replace("\r\n", "\n")
            close_follow_up(session, follow_up, note=note, viewer=viewer(), now=now())
    except Invalid as refused:
        errors = {name: sentence(code) for name, code in refused.fields.items()}
        with showing("follow_up") as (session, shown):
            follow_up = find_follow_up(session, viewer(), follow_up_id)
            shown.add(follow_up.case.person_id)
            return _page(session, follow_up, errors), 422
    flash(_("The follow-up is closed."), "success")
    return redirect(url_for(".index"))


def promise(follow_up: FollowUp) -> str:
    """Say what to ask and when, in the reader's language; an open one as of today."""
    as_of = now() if follow_up.state in OPEN else None
    return pick(worded(follow_up.consequence.label, due_at=follow_up.due_at, now=as_of)).replace(
        "**", ""
    )


def _page(session: Session, follow_up: FollowUp, errors: dict[str, str] | None = None) -> str:
    closer = session.get(User, follow_up.closed_by_id) if follow_up.closed_by_id else None
    return render_template(
        "follow_ups/show.html",
        follow_up=follow_up,
        person=follow_up.case.person,
        dwelling=follow_up.case.dwelling,
        programme=programme_of(session, follow_up.case),
        visit_id=visit_of_consequence(session, follow_up.consequence_id),
        closer=closer,
        causes=told_causes(session, follow_up.consequence),
        may_close=follow_up.state in OPEN,
        errors=errors or {},
        typed=request.form,
        now=now(),
    )
