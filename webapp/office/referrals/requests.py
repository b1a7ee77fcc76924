"""What partners ask by their forms: listed, read, taken up for whom is meant, set aside."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session, selectinload

from visits.ground.errors import Invalid
from visits.models.people import Person
from visits.models.referral_requests import ReferralRequest, RequestState
from visits.models.referrals import Direction
from visits.referrals.referrals import WORDS_LENGTH
from visits.referrals.requests import (
    ALL,
    bring_back,
    find_request,
    list_requests,
    set_aside,
    take_up,
)
from visits.sight import find_person
from visits.sight.listing import Wanted
from visits.sight.search import search_people
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import day
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.codes import coded
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted_by
from webapp.office.referrals.by_hand import page_to_open, typed_referral
from webapp.words import word

referral_requests = Blueprint("referral_requests", __name__, url_prefix="/referrals/requests")

MOST_PROPOSED = 10


@referral_requests.get("/")
@requires(Action.FOLLOW_REFERRALS)
def index() -> ResponseReturnValue:
    """List what came by form, what waits longest first."""
    state = request.args.get("state", RequestState.WAITING.value)
    with showing("referral_requests") as (session, shown):
        listed = list_requests(session, viewer(), state=state, wanted=wanted_by("waits"))
        shown.update(one.referral.person_id for one in listed.rows if one.referral)
        return render_template(
            "referrals/requests.html",
            listed=listed,
            state=state,
            states=[*RequestState, ALL],
        )


@referral_requests.get("/requests.csv")
@requires(Action.FOLLOW_REFERRALS)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike."""
    state = request.args.get("state", RequestState.WAITING.value)
    with showing("referral_requests") as (session, shown):
        listed = list_requests(session, viewer(), state=state, wanted=whole(wanted_by("waits")))
        shown.update(one.referral.person_id for one in listed.rows if one.referral)
        return list_file("requests.csv", _lines(listed.rows), of=listed)


@referral_requests.get("/<uuid:request_id>")
@requires(Action.FOLLOW_REFERRALS)
def show(request_id: uuid.UUID) -> ResponseReturnValue:
    """Show what is asked, and whom it may mean."""
    return _page(request_id)


@referral_requests.get("/<uuid:request_id>/of/<uuid:person_id>")
@requires(Action.FOLLOW_REFERRALS)
def of_person(request_id: uuid.UUID, person_id: uuid.UUID) -> ResponseReturnValue:
    """Show the referral that it would be of somebody, to be read again before it is opened."""
    return _form(request_id, person_id)


@referral_requests.post("/<uuid:request_id>/of/<uuid:person_id>")
@requires(Action.FOLLOW_REFERRALS)
def take(request_id: uuid.UUID, person_id: uuid.UUID) -> ResponseReturnValue:
    """Open the referral of whom is meant."""
    try:
        with transaction() as session:
            asked = find_request(session, viewer(), request_id, to_change=True)
            person = find_person(session, viewer(), person_id)
            one = take_up(session, asked, person, typed_referral(), viewer=viewer(), now=now())
    except Invalid as refused:
        return _form(request_id, person_id, refused), 422
    flash(_("Referral %(reference)s is open.", reference=one.reference), "success")
    return redirect(url_for("referrals.show", referral_id=one.id))


@referral_requests.post("/<uuid:request_id>/aside")
@requires(Action.FOLLOW_REFERRALS)
def aside(request_id: uuid.UUID) -> ResponseReturnValue:
    """Set a request aside, and say why."""
    why = request.form.get("why", "").replace("\r\n", "\n")

    def act(session: Session, one: ReferralRequest) -> None:
        set_aside(session, one, why, viewer=viewer(), now=now())

    return _change(request_id, act, _("It is set aside. Tell whoever asked."))


@referral_requests.post("/<uuid:request_id>/back")
@requires(Action.FOLLOW_REFERRALS)
def back(request_id: uuid.UUID) -> ResponseReturnValue:
    """Let a request wait again."""
    return _change(request_id, bring_back, _("It waits again."))


def _change(
    request_id: uuid.UUID, act: Callable[[Session, ReferralRequest], None], done: str
) -> ResponseReturnValue:
    try:
        with transaction() as session:
            act(session, find_request(session, viewer(), request_id, to_change=True))
    except Invalid as refused:
        return _page(request_id, refused), 422
    flash(done, "success")
    return redirect(url_for(".show", request_id=request_id))


def _form(request_id: uuid.UUID, person_id: uuid.UUID, refused: Invalid | None = None) -> str:
    with showing("referral_request") as (session, shown):
        one = find_request(session, viewer(), request_id)
        shown.add(one.referral.person_id if one.referral else None)
        asked: dict[str, Any] = {
            "direction": Direction.IN,
            "partner": one.door.partner,
            **{name: getattr(one, name) or "" for name in ("code", "asked", "basis", "because")},
            "agreed_on": one.agreed_on or "",
        }
    action = url_for(".take", request_id=request_id, person_id=person_id)
    return page_to_open(person_id, refused, action=action, asked=asked)


def _page(request_id: uuid.UUID, refused: Invalid | None = None) -> str:
    with showing("referral_request") as (session, shown):
        one = find_request(session, viewer(), request_id)
        shown.add(one.referral.person_id if one.referral else None)
        text = request.args.get("q", one.name)
        meant = _meant(session, text) if one.is_waiting else []
        shown.update(person.id for person in meant)
        fields = refused.fields if refused else {}
        return render_template(
            "referrals/request.html",
            one=one,
            text=text,
            meant=meant,
            typed=request.form,
            words_length=WORDS_LENGTH,
            errors={name: sentence(code) for name, code in fields.items()},
        )


def _meant(session: Session, text: str) -> list[Person]:
    """List whom a text may mean, of those one may see."""
    wanted = Wanted(sort="match", size=MOST_PROPOSED)
    homes = selectinload(Person.occupancies)
    return list(search_people(session, viewer(), text, wanted=wanted, options=homes)[0].rows)


def _lines(found: Sequence[ReferralRequest]) -> Iterator[Sequence[str]]:
    heads = (_("Reference"), _("Received"), _("Partner"), _("Person, as written"), _("Address"))
    yield *heads, _("Service"), _("What is asked"), _("Who writes"), _("State")
    for one in found:
        yield (
            one.reference,
            day(one.received_at),
            one.door.partner,
            one.name,
            one.address,
            coded("referral", one.code),
            one.asked,
            f"{one.sender}, {one.sender_at}",
            word("request_state", one.state),
        )
