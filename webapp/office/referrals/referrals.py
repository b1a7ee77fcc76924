"""Referrals: the list and the same as a file; one on its way, to send, to answer, to take back."""

import uuid
from collections.abc import Callable, Iterator, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Invalid
from visits.models.referrals import Referral
from visits.referrals.moving import Answer, Sending, answer, remind, send, take_move_back
from visits.referrals.referral_list import (
    LISTS,
    ReferralFilter,
    list_referrals,
    steps_counted,
)
from visits.referrals.referrals import find_referral, hand_to, label_of
from visits.referrals.requests import count_waiting
from webapp.access.auth import Action, requires, viewer
from webapp.frame.languages import day, pick
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.codes import coded
from webapp.office.frame.landlords import landlord_cells, landlord_heads
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted_by
from webapp.office.referrals.page import page_of_referral, typed_turn
from webapp.words import word

referrals = Blueprint("referrals", __name__, url_prefix="/referrals")


@referrals.get("/")
@requires(Action.FOLLOW_REFERRALS)
def index() -> ResponseReturnValue:
    """List referrals, what is due first at the top."""
    only, today = _only(), today_in_paris(now())
    with showing("referrals") as (session, shown):
        listed = list_referrals(session, viewer(), only=only, wanted=wanted_by("due"), today=today)
        shown.update(one.person_id for one in listed.rows)
        return render_template(
            "referrals/index.html",
            listed=listed,
            only=only,
            lists=LISTS,
            counts=steps_counted(session, viewer()),
            waiting=count_waiting(session, viewer()),
            labels={one.id: label_of(one) for one in listed.rows},
            day_now=today,
        )


@referrals.get("/referrals.csv")
@requires(Action.FOLLOW_REFERRALS)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike; of very many the first, and says so."""
    with showing("referrals") as (session, shown):
        listed = list_referrals(
            session,
            viewer(),
            only=_only(),
            wanted=whole(wanted_by("due")),
            today=today_in_paris(now()),
        )
        shown.update(one.person_id for one in listed.rows)
        return list_file("referrals.csv", _lines(listed.rows), of=listed)


@referrals.get("/<uuid:referral_id>")
@requires(Action.FOLLOW_REFERRALS)
def show(referral_id: uuid.UUID) -> ResponseReturnValue:
    """Show one referral: what is asked, what allows it, where it stands, what was answered."""
    return page_of_referral(referral_id)


@referrals.post("/<uuid:referral_id>")
@requires(Action.FOLLOW_REFERRALS)
def move(referral_id: uuid.UUID) -> ResponseReturnValue:
    """Note what became of a referral."""
    typed = request.form
    said = Answer(typed.get("step", ""), typed.get("reason", ""), typed.get("said", ""))
    return _change(
        referral_id,
        lambda session, one: answer(
            session, one, said, turn=typed_turn(), viewer=viewer(), now=now()
        ),
    )


@referrals.post("/<uuid:referral_id>/sending")
@requires(Action.FOLLOW_REFERRALS)
def sending(referral_id: uuid.UUID) -> ResponseReturnValue:
    """Note to whom a referral was sent, and how."""
    said = Sending(request.form.get("partner", ""), request.form.get("channel", ""))
    return _change(
        referral_id,
        lambda session, one: send(
            session, one, said, turn=typed_turn(), viewer=viewer(), now=now()
        ),
    )


@referrals.post("/<uuid:referral_id>/reminder")
@requires(Action.FOLLOW_REFERRALS)
def reminder(referral_id: uuid.UUID) -> ResponseReturnValue:
    """Note that who is asked was reminded."""
    said = request.form.get("said", "")
    return _change(
        referral_id,
        lambda session, one: remind(
            session, one, said, turn=typed_turn(), viewer=viewer(), now=now()
        ),
    )


@referrals.post("/<uuid:referral_id>/back")
@requires(Action.FOLLOW_REFERRALS)
def back(referral_id: uuid.UUID) -> ResponseReturnValue:
    """Take the last step back."""
    return _change(
        referral_id,
        lambda session, one: take_move_back(
            session, one, turn=typed_turn(), viewer=viewer(), now=now()
        ),
    )


@referrals.post("/<uuid:referral_id>/holder")
@requires(Action.FOLLOW_REFERRALS)
def hold(referral_id: uuid.UUID) -> ResponseReturnValue:
    """Put a referral in somebody's hands."""
    return _change(
        referral_id,
        lambda session, one: hand_to(session, one, _typed_holder(), viewer=viewer(), now=now()),
    )


def _change(
    referral_id: uuid.UUID, act: Callable[[Session, Referral], object]
) -> ResponseReturnValue:
    """Do something with a referral that nobody else changes meanwhile; say what was refused."""
    try:
        with transaction() as session:
            referral = find_referral(session, viewer(), referral_id, to_change=True)
            act(session, referral)
    except Invalid as refused:
        return page_of_referral(referral_id, refused), 422
    said = _("Referral %(reference)s is up to date.", reference=referral.reference)
    flash(said, "success")
    return redirect(url_for("referrals.show", referral_id=referral.id))


def _typed_holder() -> uuid.UUID | None:
    try:
        return uuid.UUID(request.form["holder"]) if request.form.get("holder") else None
    except ValueError:
        raise Invalid({"holder": "bad_choice"}) from None


def _only() -> ReferralFilter:
    return ReferralFilter(
        step=request.args.get("step", "open"),
        direction=request.args.get("direction", ""),
        text=request.args.get("q", ""),
    )


def _lines(found: Sequence[Referral]) -> Iterator[Sequence[str]]:
    heads = (_("Reference"), _("Who asks"), _("Service"), _("Which one"), _("What is asked"))
    more = (_("Opened on"), _("Where it stands"), _("Due"), _("Whose"))
    yield *heads, _("Person"), *landlord_heads(), *more
    for one in found:
        yield (
            one.reference,
            word("referral_direction", one.direction),
            coded("referral", one.code),
            one.partner or "",
            pick(label_of(one)).replace("**", ""),
            one.person.name,
            *landlord_cells(one.person.landlord_id),
            day(one.opened_at),
            word("referral_step", one.step),
            day(one.due_on) if one.due_on else "",
            one.holder.name if one.holder else "",
        )
