"""Moves: the list of wishes and the same as a file, and the homes that somebody waits for."""

from collections.abc import Iterator, Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.ground.deadlines import today_in_paris
from visits.models.transfers import TransferWish
from visits.transfers.listing import WishFilter, awaited_homes, list_wishes
from visits.transfers.matching import Needs
from webapp.access.auth import Action, requires, viewer
from webapp.frame.languages import day
from webapp.frame.transaction import now
from webapp.office.frame.access import showing
from webapp.office.frame.landlords import landlord_cells, landlord_heads
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted_by
from webapp.words import word

transfers = Blueprint("transfers", __name__, url_prefix="/transfers")


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
        )


@transfers.get("/transfers.csv")
@requires(Action.FOLLOW_ADAPTATIONS)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike; of very many the first, and says so."""
    with showing("transfers") as (session, shown):
        asked = whole(wanted_by("asked"))
        listed = list_wishes(session, viewer(), only=_only(), wanted=asked)
        shown.update(one.person_id for one in listed.rows)
        return list_file("transfers.csv", _lines(listed.rows), of=listed)


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


def _lines(rows: Sequence[TransferWish]) -> Iterator[Sequence[str]]:
    heads = (_("Reference"), _("Person"), *landlord_heads(), _("Asked on"), _("Where it stands"))
    needed = (_("What the home must have"), _("Rooms, at least"), _("City"))
    yield *heads, _("Why"), _("For a wheelchair"), *needed
    for one in rows:
        needs = Needs.read(one.needs)
        yield (
            one.reference,
            one.person.name,
            *landlord_cells(one.person.landlord_id),
            day(one.asked_on),
            word("wish_state", one.state),
            ", ".join(word("wish_reason", reason) for reason in one.reasons),
            _("yes") if needs.wheelchair else _("no"),
            ", ".join(word("demand", demand) for demand in needs.demands),
            str(needs.rooms or ""),
            needs.city,
        )
