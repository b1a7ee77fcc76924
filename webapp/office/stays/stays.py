"""Stays: the list of them, one begun in a free place that fits, renewed, ended, taken back."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, Refused
from visits.homes.needs import needs_of
from visits.models.stays import ExitTo, Stay, StayKind
from visits.sight import find_person
from visits.stays.complaints import complaints_of
from visits.stays.free import free_places
from visits.stays.places import find_place
from visits.stays.stay_list import STATES, StayFilter, list_stays
from visits.stays.stays import (
    WHY_LENGTH,
    EndSaid,
    StaySaid,
    begin_stay,
    end_stay,
    find_stay,
    open_cases,
    renew_stay,
    take_stay_back,
    withdraw_stay,
)
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import day
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.landlords import landlord_cells, landlord_heads
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import stands_at, wanted_by
from webapp.office.frame.moments import optional_day
from webapp.office.frame.programmes import programme_names
from webapp.office.stays.typed import contract_in_words, euros_in_a_file, typed_turn
from webapp.words import word

stays = Blueprint("stays", __name__, url_prefix="/stays")

# So many free places are offered to choose from; a search finds the others.
MOST_SHOWN = 100


@stays.get("/")
@requires(Action.SEE_PERSONS)
def index() -> ResponseReturnValue:
    """List who stays where, whose contract is over first at the top."""
    only = _only()
    with showing("stays") as (session, shown):
        listed = list_stays(session, viewer(), only=only, wanted=wanted_by("until"), today=_today())
        shown.update(one.person_id for one in listed.rows)
        return render_template(
            "stays/index.html",
            listed=listed,
            only=only,
            states=STATES,
            kinds=list(StayKind),
            day_now=_today(),
        )


@stays.get("/stays.csv")
@requires(Action.SEE_PERSONS)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike; of very many the first, and says so."""
    with showing("stays") as (session, shown):
        asked = whole(wanted_by("until"))
        listed = list_stays(session, viewer(), only=_only(), wanted=asked, today=_today())
        shown.update(one.person_id for one in listed.rows)
        return list_file("stays.csv", _lines(listed.rows), of=listed)


@stays.get("/new/<uuid:person_id>")
@requires(Action.PLAN)
def new(person_id: uuid.UUID) -> ResponseReturnValue:
    """Offer the free places that fit somebody."""
    return _form(person_id)


@stays.post("/new/<uuid:person_id>")
@requires(Action.PLAN)
def begin(person_id: uuid.UUID) -> ResponseReturnValue:
    """Begin a stay."""
    try:
        place_id = request.form.get("place", type=uuid.UUID)
        if place_id is None:
            raise Invalid({"place": "required"})
        said = StaySaid(
            request.form.get("kind", ""),
            optional_day(request.form.get("from_on", ""), field="from_on"),
            _typed_case(),
        )
        with transaction() as session:
            person = find_person(session, viewer(), person_id, to_change=True)
            place = find_place(session, viewer(), place_id, to_change=True)
            stay = begin_stay(session, place, person, said, viewer=viewer(), now=now())
    except (Invalid, Conflict) as refused:
        return _form(person_id, refused), _status(refused)
    flash(_("The stay is noted."), "success")
    return redirect(url_for(".show", place_stay_id=stay.id))


@stays.get("/<uuid:place_stay_id>")
@requires(Action.SEE_PERSONS)
def show(place_stay_id: uuid.UUID) -> ResponseReturnValue:
    """Show a stay: who, where, until when, how often it was renewed."""
    return _page(place_stay_id)


@stays.post("/<uuid:place_stay_id>/renew")
@requires(Action.PLAN)
def renew(place_stay_id: uuid.UUID) -> ResponseReturnValue:
    """Renew the contract of a stay."""

    def do(session: Session, stay: Stay) -> str:
        renew_stay(session, stay, turn=typed_turn(), viewer=viewer(), now=now())
        return str(_("Renewed until %(day)s.", day=day(stay.until_on)))

    return _change(place_stay_id, do)


@stays.post("/<uuid:place_stay_id>/end")
@requires(Action.PLAN)
def end(place_stay_id: uuid.UUID) -> ResponseReturnValue:
    """End a stay."""

    def do(session: Session, stay: Stay) -> str:
        said = EndSaid(
            optional_day(request.form.get("ended_on", ""), field="ended_on"),
            request.form.get("exit_to", ""),
            request.form.get("why", ""),
        )
        end_stay(session, stay, said, turn=typed_turn(), viewer=viewer(), now=now())
        return str(_("The stay is over: the place is free."))

    return _change(place_stay_id, do)


@stays.post("/<uuid:place_stay_id>/back")
@requires(Action.PLAN)
def back(place_stay_id: uuid.UUID) -> ResponseReturnValue:
    """Take the end of a stay back, or else its last renewal."""

    def do(session: Session, stay: Stay) -> str:
        take_stay_back(session, stay, turn=typed_turn(), viewer=viewer(), now=now())
        return str(_("Taken back: it is again what it was before."))

    return _change(place_stay_id, do)


@stays.post("/<uuid:place_stay_id>/withdraw")
@requires(Action.PLAN)
def withdraw(place_stay_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw a stay that was begun by mistake."""

    def do(session: Session, stay: Stay) -> str:
        why = request.form.get("why", "")
        withdraw_stay(session, stay, why, turn=typed_turn(), viewer=viewer(), now=now())
        return str(_("Withdrawn: it stays readable, and fills no day."))

    return _change(place_stay_id, do)


def _change(place_stay_id: uuid.UUID, do: Callable[[Session, Stay], str]) -> ResponseReturnValue:
    try:
        with transaction() as session:
            said = do(session, find_stay(session, viewer(), place_stay_id, to_change=True))
    except (Invalid, Conflict) as refused:
        return _page(place_stay_id, refused), _status(refused)
    flash(said, "success")
    return redirect(url_for(".show", place_stay_id=place_stay_id))


def _only() -> StayFilter:
    asked = request.args
    return StayFilter(asked.get("state", "open"), asked.get("kind", ""), asked.get("q", ""))


def _form(person_id: uuid.UUID, refused: Refused | None = None) -> str:
    """Show what fits; what is asked stands in the address, what was typed wrong in the form."""
    stands_at("stays.new", person_id=person_id)
    on = _asked_day()
    with showing("stay_new") as (session, shown):
        person = find_person(session, viewer(), person_id)
        shown.add(person.id)
        text = request.args.get("q", "")
        found = free_places(session, viewer(), person, on=on, text=text, today=_today())
        return render_template(
            "stays/new.html",
            person=person,
            needs=needs_of(session, person.id),
            on=on,
            text=text,
            found=found[:MOST_SHOWN],
            more=len(found[MOST_SHOWN:]),
            cases=open_cases(session, viewer(), person),
            programme_names=programme_names(session),
            kinds=list(StayKind),
            **_refused(refused),
        )


def _page(place_stay_id: uuid.UUID, refused: Refused | None = None) -> str:
    with showing("stay") as (session, shown):
        stay = find_stay(session, viewer(Action.SEE_PERSONS), place_stay_id)
        shown.add(stay.person_id)
        return render_template(
            "stays/show.html",
            stay=stay,
            exits=[one for one in ExitTo if one is not ExitTo.SLID or stay.kind == "sliding"],
            plans_here=may(Action.PLAN),
            why_length=WHY_LENGTH,
            complaints=complaints_of(session, viewer(Action.SUPPORT), stay),
            day_now=_today(),
            **_refused(refused),
        )


def _refused(refused: Refused | None) -> dict[str, object]:
    fields = refused.fields if isinstance(refused, Invalid) else {}
    return {
        "typed": request.form if refused else {},
        "errors": {name: sentence(code) for name, code in fields.items()},
        "said": sentence(refused.code) if isinstance(refused, Conflict) else "",
    }


def _status(refused: Refused) -> int:
    return 422 if isinstance(refused, Invalid) else 409


def _asked_day() -> date:
    try:
        return optional_day(request.values.get("from_on", ""), field="from_on") or _today()
    except Invalid:
        return _today()


def _typed_case() -> uuid.UUID | None:
    typed = request.form.get("case", "")
    try:
        return uuid.UUID(typed) if typed else None
    except ValueError:
        raise Invalid({"case": "bad_choice"}) from None


def _today() -> date:
    return today_in_paris(now())


def _lines(rows: Sequence[Stay]) -> Iterator[Sequence[str]]:
    heads = (
        _("Person"), pgettext("a stay", "Place"), _("Dwelling"), _("Address"), _("City"),
        *landlord_heads(),
    )  # fmt: skip
    terms = (_("Kind"), _("Contract"), _("Fee a month, in euros"), _("From"), _("Until"))
    yield *heads, *terms, _("Renewals"), _("Ended on"), _("Where to"), _("Withdrawn on")
    for one in rows:
        home = one.place.dwelling
        yield (
            one.person.name,
            one.place.name,
            home.reference,
            home.residence.address,
            home.residence.city,
            *landlord_cells(home.landlord_id),
            word("stay_kind", one.kind),
            contract_in_words(one.contract, one.months),
            euros_in_a_file(one.fee),
            day(one.from_on),
            day(one.until_on) if one.until_on else "",
            str(one.renewed),
            day(one.ended_on) if one.ended_on else "",
            word("exit_to", one.exit_to) if one.exit_to else "",
            day(one.withdrawn_at) if one.withdrawn_at else "",
        )
