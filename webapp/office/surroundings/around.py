"""What is around residences: a list of them, the page of one, each service with its notes."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from maps.travel import Geodesic
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, Refused
from visits.models.surroundings import NearbyService, ServiceNote
from visits.sight.homes import find_residence
from visits.sight.listing import Wanted
from visits.sight.withdrawing import WHY_LENGTH
from visits.surroundings.around import NOTHING, ServiceFilter, around, list_around
from visits.surroundings.kinds import KINDS, METRES_A_MINUTE, NEEDS, WALKING_M, WAYS, WITHIN
from visits.surroundings.residence_list import (
    STATES,
    ResidenceFilter,
    Row,
    count_lacking,
    list_residences,
)
from visits.surroundings.said import BY_SOMEBODY, LENGTHS, ServiceSaid, read_said
from visits.surroundings.services import (
    correct_service,
    find_service,
    note_now,
    note_service,
    put_service_back,
    take_note_back,
    told_of,
    withdraw_service,
)
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import day
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.landlords import landlord_cells, landlord_heads
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import stands_at, wanted_by
from webapp.words import word

surroundings = Blueprint("around", __name__, url_prefix="/surroundings")
WALK = Geodesic().metres


@surroundings.get("/")
@requires(Action.SEE_HOMES)
def index() -> ResponseReturnValue:
    """List residences with what is near them, and what is not."""
    only = _residences()
    with reading(widely=True) as session:
        return render_template(
            "surroundings/index.html",
            listed=list_residences(session, viewer(), only=only, wanted=wanted_by("city")),
            lacking=count_lacking(session, viewer(), within=only.within),
            only=only,
            needs=list(NEEDS),
            states=STATES,
            distances=_distances(),
        )


@surroundings.get("/residences.csv")
@requires(Action.SEE_HOMES)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike; of very many the first, and says so."""
    with reading(widely=True) as session:
        listed = list_residences(
            session, viewer(), only=_residences(), wanted=whole(wanted_by("city"))
        )
        return list_file("residences.csv", _residence_lines(listed.rows), of=listed)


def _residences() -> ResidenceFilter:
    asked = request.args
    return ResidenceFilter(
        lacks=asked.get("lacks", ""),
        within=_within() or WALKING_M,
        state=asked.get("state", ""),
        text=asked.get("q", ""),
    )


def _within() -> int | None:
    within = request.args.get("within", type=int)
    return within if within in WITHIN else None


def _distances() -> list[tuple[int, str]]:
    return [(one, _("%(metres)s m", metres=one)) for one in WITHIN]


def _residence_lines(rows: Sequence[Row]) -> Iterator[Sequence[object]]:
    needs = [_("Nearest %(what)s (m)", what=word("nearby_need", need)) for need in NEEDS]
    yield _("Address"), _("Postcode"), _("City"), *landlord_heads(), _("Services noted"), *needs
    for one in rows:
        near = [one.around.of(need) for need in NEEDS]
        metres = ["" if it is None or it.metres is None else it.metres for it in near]
        home = one.residence
        where = (home.address, home.postcode, home.city, *landlord_cells(home.landlord_id))
        yield *where, one.around.services, *metres


@surroundings.get("/of/<uuid:residence_id>")
@requires(Action.SEE_HOMES)
def of_residence(residence_id: uuid.UUID) -> ResponseReturnValue:
    """Show what is around a residence, and what is missing within a walk."""
    return _page_of_residence(residence_id)


@surroundings.get("/of/<uuid:residence_id>/services.csv")
@requires(Action.SEE_HOMES)
def services_export(residence_id: uuid.UUID) -> ResponseReturnValue:
    """Give what is around a residence as a file, filtered and sorted alike."""
    with reading() as session:
        find_residence(session, viewer(), residence_id)
        listed = list_around(session, only=_services(residence_id), wanted=whole(wanted_by("kind")))
        return list_file("services.csv", _service_lines(listed.rows), of=listed)


def _services(residence_id: uuid.UUID) -> ServiceFilter:
    return ServiceFilter(residence_id, request.args.get("kind", ""), _within())


def _service_lines(rows: Sequence[ServiceNote]) -> Iterator[Sequence[object]]:
    yield (
        _("What it is"), _("Name"), _("Address"), _("Metres on foot"),
        _("How the distance is known"), _("On the way"), _("When it is open"), _("Phone"),
        _("Latitude"), _("Longitude"), _("Where it is known from"), _("Known since"),
    )  # fmt: skip
    for one in rows:
        yield (
            word("nearby_kind", one.kind), one.name, one.place or "",
            "" if one.metres is None else one.metres,
            word("nearby_measured", one.measured) if one.measured else "",
            ", ".join(word("nearby_way", way) for way in one.ways),
            one.open_days or "", one.phone or "",
            "" if one.lat is None else one.lat, "" if one.lon is None else one.lon,
            word("nearby_source", one.source), day(one.known_on),
        )  # fmt: skip


@surroundings.post("/of/<uuid:residence_id>")
@requires(Action.NOTE_SURROUNDINGS)
def note(residence_id: uuid.UUID) -> ResponseReturnValue:
    """Note a service by hand."""
    try:
        said = _typed()
        with transaction() as session:
            residence = find_residence(session, viewer(), residence_id)
            note_service(session, residence, said, walk=WALK, viewer=viewer(), now=now())
    except (Invalid, Conflict) as refused:
        return _page_of_residence(residence_id, refused), _status(refused)
    flash(_("%(name)s is noted.", name=said.name), "success")
    return redirect(url_for(".of_residence", residence_id=residence_id))


def _typed() -> ServiceSaid:
    return read_said(request.form, request.form.getlist("ways"))


@surroundings.get("/services/<uuid:service_id>")
@requires(Action.SEE_HOMES)
def service(service_id: uuid.UUID) -> ResponseReturnValue:
    """Show a service near a residence, with all that was ever noted of it."""
    return _page(service_id)


@surroundings.post("/services/<uuid:service_id>")
@requires(Action.NOTE_SURROUNDINGS)
def correct(service_id: uuid.UUID) -> ResponseReturnValue:
    """Say what is true of a service by now."""

    def do(session: Session, one: NearbyService) -> str:
        correct_service(session, one, _typed(), walk=WALK, viewer=viewer(), now=now())
        return str(_("Corrected: no file replaces it. What was noted before stays below."))

    return _change(service_id, do)


@surroundings.post("/services/<uuid:service_id>/notes/<uuid:service_note_id>/back")
@requires(Action.NOTE_SURROUNDINGS)
def take_back(service_id: uuid.UUID, service_note_id: uuid.UUID) -> ResponseReturnValue:
    """Take back a note by hand: what was known before counts again."""

    def do(session: Session, one: NearbyService) -> str:
        why = request.form.get("why", "")
        take_note_back(session, one, service_note_id, why=why, viewer=viewer(), now=now())
        return str(_("Taken back: what was known before counts again."))

    return _change(service_id, do)


@surroundings.post("/services/<uuid:service_id>/withdraw")
@requires(Action.NOTE_SURROUNDINGS)
def withdraw(service_id: uuid.UUID) -> ResponseReturnValue:
    """Note that a service is not there any more."""

    def do(session: Session, one: NearbyService) -> str:
        why = request.form.get("why", "")
        withdraw_service(session, one, why=why, viewer=viewer(), now=now())
        return str(_("Withdrawn: it stays readable, and no file brings it back."))

    return _change(service_id, do)


@surroundings.post("/services/<uuid:service_id>/back")
@requires(Action.NOTE_SURROUNDINGS)
def back(service_id: uuid.UUID) -> ResponseReturnValue:
    """Let a withdrawn service be there again."""

    def do(session: Session, one: NearbyService) -> str:
        put_service_back(session, one)
        return str(_("Put back: it is there again."))

    return _change(service_id, do)


def _change(
    service_id: uuid.UUID, do: Callable[[Session, NearbyService], str]
) -> ResponseReturnValue:
    try:
        with transaction() as session:
            said = do(session, find_service(session, viewer(), service_id, to_change=True))
    except (Invalid, Conflict) as refused:
        return _page(service_id, refused), _status(refused)
    flash(said, "success")
    return redirect(url_for(".service", service_id=service_id))


def _page_of_residence(residence_id: uuid.UUID, refused: Refused | None = None) -> str:
    stands_at("around.of_residence", residence_id=residence_id)
    only, within = _services(residence_id), _within() or WALKING_M
    with reading() as session:
        residence = find_residence(session, viewer(Action.SEE_HOMES), residence_id)
        told = around(session, [residence_id]).get(residence_id, NOTHING)
        gone = ServiceFilter(residence_id, withdrawn=True)
        return render_template(
            "surroundings/residence.html",
            residence=residence,
            listed=list_around(session, only=only, wanted=wanted_by("kind")),
            withdrawn=list_around(session, only=gone, wanted=Wanted(size=200)),
            around=told,
            only=only,
            within=within,
            distances=_distances(),
            **_form(refused),
        )


def _page(service_id: uuid.UUID, refused: Refused | None = None) -> str:
    stands_at("around.service", service_id=service_id)
    with reading() as session:
        one = find_service(session, viewer(Action.SEE_HOMES), service_id)
        return render_template(
            "surroundings/service.html",
            service=one,
            residence=one.residence,
            known=note_now(session, one),
            notes=told_of(session, one),
            **_form(refused),
        )


def _form(refused: Refused | None) -> dict[str, Any]:
    """Give what the form of a service shows, with what was typed and why it was refused."""
    fields = refused.fields if isinstance(refused, Invalid) else {}
    return {
        "kinds": list(KINDS),
        "ways": WAYS,
        "measures": BY_SOMEBODY,
        "lengths": LENGTHS,
        "pace": METRES_A_MINUTE,
        "why_length": WHY_LENGTH,
        "day_now": today_in_paris(now()),
        "typed": request.form if refused else {},
        "typed_ways": request.form.getlist("ways") if refused else [],
        "errors": {name: sentence(code) for name, code in fields.items()},
        "said": sentence(refused.code) if isinstance(refused, Conflict) else "",
    }


def _status(refused: Refused) -> int:
    return 422 if isinstance(refused, Invalid) else 409
