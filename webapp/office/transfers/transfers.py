"""Moves: the list of wishes and the same as a file, and the homes that somebody waits for."""

from collections.abc import Iterator, Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.homes.matching import WHEELCHAIR, Needs
from visits.homes.needs import needs_by_person
from visits.models.transfers import TransferWish
from visits.sight.listing import Listed, Wanted
from visits.transfers.listing import Awaited, WishFilter, list_awaited, list_wishes
from webapp.access.auth import Action, requires, viewer
from webapp.frame.languages import day
from webapp.frame.transaction import now
from webapp.office.frame.access import showing
from webapp.office.frame.landlords import landlord_cells, landlord_heads
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted_by
from webapp.office.frame.needs import need_called, need_in_words
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
        rows = _with_needs(session, listed.rows)
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
        return list_file("transfers.csv", _lines(_with_needs(session, listed.rows)), of=listed)


@transfers.get("/awaited")
@requires(Action.FOLLOW_ADAPTATIONS)
def awaited() -> ResponseReturnValue:
    """List the adapted homes that fall free, each with who waits for such a one."""
    with showing("awaited_homes") as (session, shown):
        listed = _awaited(session, wanted_by("letting"))
        shown.update(wish.person_id for one in listed.rows for wish, _match in one.waiting)
        text = request.args.get("q", "")
        return render_template("transfers/awaited.html", listed=listed, text=text)


@transfers.get("/awaited.csv")
@requires(Action.FOLLOW_ADAPTATIONS)
def awaited_as_file() -> ResponseReturnValue:
    """Give the homes that fall free as a file, a line for each who waits for one."""
    with showing("awaited_homes") as (session, shown):
        listed = _awaited(session, whole(wanted_by("letting")))
        shown.update(wish.person_id for one in listed.rows for wish, _match in one.waiting)
        return list_file("homes-falling-free.csv", _awaited_lines(listed.rows), of=listed)


def _awaited(session: Session, asked: Wanted) -> Listed[Awaited]:
    return list_awaited(
        session,
        viewer(),
        homes=viewer(Action.SEE_HOMES),
        text=request.args.get("q", ""),
        wanted=asked,
        today=today_in_paris(now()),
    )


def _only() -> WishFilter:
    return WishFilter(request.args.get("state", "open"), request.args.get("q", ""))


def _with_needs(session: Session, rows: Sequence[TransferWish]) -> list[tuple[TransferWish, Needs]]:
    known = needs_by_person(session, {one.person_id for one in rows})
    return [(one, known.get(one.person_id, Needs())) for one in rows]


def _lines(rows: Sequence[tuple[TransferWish, Needs]]) -> Iterator[Sequence[str]]:
    heads = (_("Reference"), _("Person"), *landlord_heads(), _("Asked on"), _("Where it stands"))
    yield *heads, _("Why"), _("For a wheelchair"), _("Musts"), _("Wishes")
    for one, needs in rows:
        wishes = [name for name in needs.said if name not in needs.musts and name != WHEELCHAIR]
        musts = [name for name in needs.said if name in needs.musts]
        yield (
            one.reference,
            one.person.name,
            *landlord_cells(one.person.landlord_id),
            day(one.asked_on),
            word("wish_state", one.state),
            ", ".join(word("wish_reason", reason) for reason in one.reasons),
            _("yes") if needs.wheelchair else _("no"),
            ", ".join(need_in_words(needs, name) for name in musts),
            ", ".join(need_in_words(needs, name) for name in wishes),
        )


def _awaited_lines(rows: Sequence[Awaited]) -> Iterator[Sequence[str]]:
    heads = (_("Dwelling"), _("Address"), _("City"), *landlord_heads(), _("Access"), _("Letting"))
    yield *heads, _("Free from"), _("Who waits"), _("Asked on"), _("Has"), _("Nobody knows")
    for one in rows:
        home = one.home.dwelling
        place = (home.reference, home.residence.address, home.residence.city)
        free = (
            *landlord_cells(home.landlord_id),
            word("access_class", one.home.access),
            word("letting", one.home.letting),
            day(one.home.leaves_on) if one.home.leaves_on else "",
        )
        for wish, match in one.waiting:
            told = (", ".join(map(need_called, names)) for names in (match.met, match.unknown))
            yield *place, *free, wish.person.name, day(wish.asked_on), *told
