"""Moves: the list of wishes and the same as a file, and the homes that somebody waits for."""

import csv
import io
from collections.abc import Sequence

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from visits.ground.deadlines import today_in_paris
from visits.models.transfers import TransferWish
from visits.portfolio import harmless
from visits.sight.listing import Wanted
from visits.transfers.listing import WishFilter, awaited_homes, list_wishes
from visits.transfers.matching import Needs
from webapp.access.auth import Action, requires, viewer
from webapp.frame.languages import day
from webapp.frame.transaction import now
from webapp.office.frame.access import showing
from webapp.office.frame.landlords import landlord_column, landlords_seen
from webapp.office.frame.listing import wanted_by
from webapp.words import word

transfers = Blueprint("transfers", __name__, url_prefix="/transfers")

MOST_IN_A_FILE = 10_000


@transfers.get("/")
@requires(Action.FOLLOW_ADAPTATIONS)
def index() -> ResponseReturnValue:
    """List who wishes to move, whoever waits longest at the top."""
    only = _only()
    with showing("transfers") as (session, shown):
        listed = list_wishes(session, viewer(), only=only, wanted=wanted_by("asked"))
        shown.update(one.person_id for one in listed.rows)
        rows = [(one, Needs.read(one.needs)) for one in listed.rows]
        return render_template(
            "transfers/index.html",
            listed=listed,
            rows=rows,
            only=only,
            most_in_a_file=MOST_IN_A_FILE,
        )


@transfers.get("/transfers.csv")
@requires(Action.FOLLOW_ADAPTATIONS)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike; of very many the first, and says so."""
    asked = wanted_by("asked")
    whole = Wanted(1, asked.sort, asked.descending, MOST_IN_A_FILE)
    with showing("transfers") as (session, shown):
        listed = list_wishes(session, viewer(), only=_only(), wanted=whole)
        shown.update(one.person_id for one in listed.rows)
        text = _as_csv(listed.rows)
        if (left := listed.total - len(listed.rows)) > 0:
            text += ngettext(
                "and %(num)d more that is not in this file: filter the list",
                "and %(num)d more that are not in this file: filter the list",
                left,
            )
    name = {"Content-Disposition": 'attachment; filename="transfers.csv"'}
    return Response(text, mimetype="text/csv", headers=name)


@transfers.get("/awaited")
@requires(Action.FOLLOW_ADAPTATIONS)
def awaited() -> ResponseReturnValue:
    """List the adapted homes that fall free, each with who waits for such a one."""
    with showing("awaited_homes") as (session, shown):
        homes = viewer(Action.SEE_HOMES)
        found = awaited_homes(session, viewer(), homes=homes, today=today_in_paris(now()))
        shown.update(wish.person_id for one in found for wish, _match in one.waiting)
        return render_template("transfers/awaited.html", found=found)


def _only() -> WishFilter:
    return WishFilter(request.args.get("state", "open"), request.args.get("q", ""))


def _as_csv(rows: Sequence[TransferWish]) -> str:
    """Write wishes for a spreadsheet, as other lists are; no cell is a formula."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, delimiter=";")
    landlords = landlords_seen()
    of_landlord = [label for _none, label, _class in landlord_column()]
    heads = (_("Reference"), _("Person"), *of_landlord, _("Asked on"), _("Where it stands"))
    needed = (_("What the home must have"), _("Rooms, at least"), _("City"))
    writer.writerow([*heads, _("Why"), _("For a wheelchair"), *needed])
    for one in rows:
        needs = Needs.read(one.needs)
        cells = (
            one.reference,
            one.person.name,
            *([landlords.get(one.person.landlord_id, "")] if landlords else []),
            day(one.asked_on),
            word("wish_state", one.state),
            ", ".join(word("wish_reason", reason) for reason in one.reasons),
            _("yes") if needs.wheelchair else _("no"),
            ", ".join(word("demand", demand) for demand in needs.demands),
            str(needs.rooms or ""),
            needs.city,
        )
        writer.writerow([harmless(cell) for cell in cells])
    return text.getvalue()
