"""The register of adapted homes: the list, and the same as a file."""

import uuid
from collections.abc import Iterator, Mapping, Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import NotFound
from visits.homes.access import AccessClass, Letting
from visits.homes.labelled import Labelled, LabelStanding, labelled
from visits.homes.labels import find_label, list_labels
from visits.homes.register import (
    FREE_OR_SOON,
    Adapted,
    RegisterFilter,
    list_register,
    territories_of_register,
)
from visits.homes.traits import ENTRANCE_DOOR, FITTED, INNER_DOOR, STEPS
from visits.models.labels import HomeLabel
from webapp.access.auth import Action, requires, viewer
from webapp.frame.languages import day
from webapp.frame.transaction import now, reading
from webapp.office.frame.landlords import landlord_cells, landlord_heads
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted_by
from webapp.words import word

register = Blueprint("register", __name__, url_prefix="/homes/register")

MOST_ROOMS = 9
LETTINGS = (FREE_OR_SOON, *Letting)


@register.get("/")
@requires(Action.SEE_HOMES)
def index() -> ResponseReturnValue:
    """List the adapted homes, those that are free at the top; nobody is named."""
    today = today_in_paris(now())
    with reading(widely=True) as session:
        seeing, only = viewer(), _only(session)
        listed = list_register(session, seeing, only=only, wanted=wanted_by("letting"), today=today)
        return render_template(
            "homes/register.html",
            listed=listed,
            standings=_standings(session, only, listed.rows),
            labels=list_labels(session, seeing),
            label_standings=list(LabelStanding),
            only=only,
            classes=list(AccessClass),
            lettings=LETTINGS,
            fitted=FITTED,
            numbered=[(number, number) for number in range(1, MOST_ROOMS + 1)],
            territories=territories_of_register(session, seeing),
        )


@register.get("/register.csv")
@requires(Action.SEE_HOMES)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike; of very many the first, and says so."""
    with reading(widely=True) as session:
        only = _only(session)
        listed = list_register(
            session,
            viewer(),
            only=only,
            wanted=whole(wanted_by("letting")),
            today=today_in_paris(now()),
        )
        lines = _lines(listed.rows, _standings(session, only, listed.rows))
        return list_file("adapted-homes.csv", lines, of=listed)


def _standings(
    session: Session, only: RegisterFilter, rows: Sequence[Adapted]
) -> Mapping[uuid.UUID, Sequence[Labelled]]:
    """Give by home how it stands before the label that is asked for, else which ones it has."""
    noted = {one.dwelling.id: one.traits for one in rows}
    told = labelled(session, noted, today=today_in_paris(now()))
    return {
        home: [
            one
            for one in found
            if (one.label is only.label if only.label else one.standing is LabelStanding.HAS)
        ]
        for home, found in told.items()
    }


def _only(session: Session) -> RegisterFilter:
    rooms = request.args.get("rooms", "")
    few = rooms.isascii() and rooms.isdigit() and len(rooms) == 1
    return RegisterFilter(
        label=_label(session, request.args.get("label", "")),
        standing=request.args.get("standing", ""),
        access=request.args.get("access", ""),
        trait=request.args.get("trait", ""),
        letting=request.args.get("letting", ""),
        rooms=int(rooms) if few else None,
        territory=request.args.get("territory", ""),
        text=request.args.get("q", ""),
    )


def _label(session: Session, typed: str) -> HomeLabel | None:
    if not typed:
        return None
    try:
        return find_label(session, viewer(), uuid.UUID(typed))
    except ValueError:
        raise NotFound("label_not_found") from None


def _lines(
    rows: Sequence[Adapted], standings: Mapping[uuid.UUID, Sequence[Labelled]]
) -> Iterator[Sequence[str]]:
    heads = (_("Dwelling"), _("Address"), _("Postcode"), _("City"), *landlord_heads(), _("Floor"))
    more = (
        _("Lift"), _("Access"), _("What is fitted"), _("Entrance door (mm)"),
        _("Inner door (mm)"), _("Steps"), _("Rooms"), _("Surface in m²"), _("Letting"),
        _("Free from"), pgettext("of homes", "Labels"), _("Has it since"), _("What is missing"),
        _("What nobody knows"),
    )  # fmt: skip
    yield *heads, *more
    for one in rows:
        home, residence = one.dwelling, one.dwelling.residence
        yield (
            home.reference,
            residence.address,
            residence.postcode,
            residence.city,
            *landlord_cells(home.landlord_id),
            _plain(home.floor),
            "" if residence.has_lift is None else _("yes") if residence.has_lift else _("no"),
            word("access_class", one.access),
            ", ".join(f"{word('trait', fit.trait)} ({day(fit.since)})" for fit in one.fitted),
            *(_plain(one.value(name)) for name in (ENTRANCE_DOOR, INNER_DOOR, STEPS)),
            _plain(home.rooms),
            _plain(home.surface),
            word("letting", one.letting),
            day(one.leaves_on) if one.leaves_on else "",
            *_told(standings.get(home.id, ())),
        )


def _told(standings: Sequence[Labelled]) -> Iterator[str]:
    """Say how a home stands before labels: each, since when, what is missing, what nobody knows."""
    yield ", ".join(
        f"{one.label.name} ({word('label_standing', one.standing)})" for one in standings
    )
    yield ", ".join(day(one.since) for one in standings if one.since)
    for names in ([one.missing for one in standings], [one.unknown for one in standings]):
        yield ", ".join(word("label_ask", name) for some in names for name in some)


def _plain(number: float | None) -> str:
    return "" if number is None else str(number).replace(".", ",")
