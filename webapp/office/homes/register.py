"""The register of adapted homes: the list, and the same as a file."""

import csv
import io
from collections.abc import Sequence

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from visits.ground.deadlines import today_in_paris
from visits.homes.access import AccessClass, Letting
from visits.homes.register import (
    FREE_OR_SOON,
    Adapted,
    RegisterFilter,
    list_register,
    territories_of_register,
)
from visits.homes.traits import ENTRANCE_DOOR, FITTED, INNER_DOOR, STEPS
from visits.portfolio import harmless
from visits.sight.listing import Wanted
from webapp.access.auth import Action, requires, viewer
from webapp.frame.languages import day
from webapp.frame.transaction import now, reading
from webapp.office.frame.landlords import landlord_column, landlords_seen
from webapp.office.frame.listing import wanted_by
from webapp.words import word

register = Blueprint("register", __name__, url_prefix="/homes/register")

MOST_IN_A_FILE = 10_000
MOST_ROOMS = 9
LETTINGS = (FREE_OR_SOON, *Letting)


@register.get("/")
@requires(Action.SEE_HOMES)
def index() -> ResponseReturnValue:
    """List the adapted homes, those that are free at the top; nobody is named."""
    only, today = _only(), today_in_paris(now())
    with reading() as session:
        seeing = viewer()
        return render_template(
            "homes/register.html",
            listed=list_register(
                session, seeing, only=only, wanted=wanted_by("letting"), today=today
            ),
            only=only,
            classes=list(AccessClass),
            lettings=LETTINGS,
            fitted=FITTED,
            numbered=[(number, number) for number in range(1, MOST_ROOMS + 1)],
            territories=territories_of_register(session, seeing),
            most_in_a_file=MOST_IN_A_FILE,
        )


@register.get("/register.csv")
@requires(Action.SEE_HOMES)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike; of very many the first, and says so."""
    asked = wanted_by("letting")
    whole = Wanted(1, asked.sort, asked.descending, MOST_IN_A_FILE)
    with reading() as session:
        listed = list_register(
            session, viewer(), only=_only(), wanted=whole, today=today_in_paris(now())
        )
        text = _as_csv(listed.rows)
        if (left := listed.total - len(listed.rows)) > 0:
            text += ngettext(
                "and %(num)d more that is not in this file: filter the list",
                "and %(num)d more that are not in this file: filter the list",
                left,
            )
    name = {"Content-Disposition": 'attachment; filename="adapted-homes.csv"'}
    return Response(text, mimetype="text/csv", headers=name)


def _only() -> RegisterFilter:
    rooms = request.args.get("rooms", "")
    few = rooms.isascii() and rooms.isdigit() and len(rooms) == 1
    return RegisterFilter(
        access=request.args.get("access", ""),
        trait=request.args.get("trait", ""),
        letting=request.args.get("letting", ""),
        rooms=int(rooms) if few else None,
        territory=request.args.get("territory", ""),
        text=request.args.get("q", ""),
    )


def _as_csv(rows: Sequence[Adapted]) -> str:
    """Write homes for a spreadsheet, as other lists are; no cell is a formula."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, delimiter=";")
    landlords = landlords_seen()
    of_landlord = [label for _none, label, _class in landlord_column()]
    heads = (_("Dwelling"), _("Address"), _("Postcode"), _("City"), *of_landlord, _("Floor"))
    more = (
        _("Lift"), _("Access"), _("What is fitted"), _("Entrance door (mm)"),
        _("Inner door (mm)"), _("Steps"), _("Rooms"), _("Surface in m²"), _("Letting"),
        _("Free from"),
    )  # fmt: skip
    writer.writerow([*heads, *more])
    for one in rows:
        home, residence = one.dwelling, one.dwelling.residence
        cells = (
            home.reference,
            residence.address,
            residence.postcode,
            residence.city,
            *([landlords.get(home.landlord_id, "")] if landlords else []),
            _plain(home.floor),
            "" if residence.has_lift is None else _("yes") if residence.has_lift else _("no"),
            word("access_class", one.access),
            ", ".join(f"{word('trait', fit.trait)} ({day(fit.since)})" for fit in one.fitted),
            *(_plain(one.value(name)) for name in (ENTRANCE_DOOR, INNER_DOOR, STEPS)),
            _plain(home.rooms),
            _plain(home.surface),
            word("letting", one.letting),
            day(one.leaves_on) if one.leaves_on else "",
        )
        writer.writerow([harmless(cell) for cell in cells])
    return text.getvalue()


def _plain(number: float | None) -> str:
    return "" if number is None else str(number).replace(".", ",")
