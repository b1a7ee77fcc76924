"""Works of a residence told to its tenants: who gets what and by which way, then written to."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, NotFound
from visits.messages.kinds import LETTER
from visits.messages.of_houses import Telling, progress, tellings, write_to_tenants
from visits.messages.ways import LANGUAGES
from visits.messages.wording import Spot, said_in
from visits.models.works import WorkOrder
from visits.sight.listing import Listed
from visits.works.work_orders import find_work_order
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted_by
from webapp.office.messages.saying import tried_on_works
from webapp.words import word

house_messages = Blueprint("house_messages", __name__, url_prefix="/messages/houses")

TO_WRITE, NOT_WRITTEN, TOLD = "to_write", "not_written", "told"
LISTS = (TO_WRITE, NOT_WRITTEN, TOLD)


@house_messages.get("/<uuid:order_id>")
@requires(Action.TELL_TENANTS)
def show(order_id: uuid.UUID) -> ResponseReturnValue:
    """Show which tenants are told of an order of their residence, by which way, or why not."""
    return _page(order_id)


@house_messages.get("/<uuid:order_id>/tenants.csv")
@requires(Action.TELL_TENANTS)
def export(order_id: uuid.UUID) -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike."""
    with showing("house_tellings") as (session, shown):
        order = _order(session, order_id)
        found = tellings(session, order, viewer(), now=now())
        listed = _listed([one for one in found if _stands(one) == _which()], all_of_it=True)
        shown.update(one.person.id for one in listed.rows)
        lines = list(_lines(listed.rows))
    return list_file("locataires-a-prevenir.csv", lines, of=listed)


@house_messages.post("/<uuid:order_id>")
@requires(Action.TELL_TENANTS)
def write(order_id: uuid.UUID) -> ResponseReturnValue:
    """Make a message for each tenant who was shown as getting one."""
    try:
        with transaction() as session:
            order = _order(session, order_id)
            seen = request.form.get("seen", 0, type=int)
            count = write_to_tenants(session, order, seen=seen, viewer=viewer(), now=now())
    except Conflict as refused:
        return _page(order_id, sentence(refused.code)), 409
    said = ngettext("%(num)d message is made.", "%(num)d messages are made.", count)
    flash(said, "success")
    return redirect(url_for(".show", order_id=order_id, state=TOLD))


def _page(order_id: uuid.UUID, said: str = "") -> str:
    which = TO_WRITE if said else _which()
    with showing("house_tellings") as (session, shown):
        order = _order(session, order_id)
        found = tellings(session, order, viewer(), now=now())
        listed = _listed([one for one in found if _stands(one) == which])
        shown.update(one.person.id for one in listed.rows)
        return render_template(
            "messages/house.html",
            order=order,
            listed=listed,
            which=which,
            counts={name: sum(_stands(one) == name for one in found) for name in LISTS},
            progress=progress(session, order, viewer()),
            words=_words(session, order, found),
            said=said,
        )


def _order(session: Session, order_id: uuid.UUID) -> WorkOrder:
    order = find_work_order(session, viewer(), order_id)
    if order.residence_id is None:
        raise NotFound("no_house_order")
    return order


def _stands(one: Telling) -> str:
    if one.kind is None:
        return TOLD
    return TO_WRITE if one.goes_out else NOT_WRITTEN


def _which() -> str:
    asked = request.args.get("state", "")
    return asked if asked in LISTS else TO_WRITE


def _listed(rows: Sequence[Telling], *, all_of_it: bool = False) -> Listed[Telling]:
    """Give a page of what stands in memory, in the order that is asked for; names settle equals."""
    wanted = wanted_by("name")
    wanted = whole(wanted) if all_of_it else wanted.within(len(rows))
    keys: Mapping[str, Any] = {
        "way": lambda one: one.way.channel or one.way.why,
        "kind": lambda one: one.kind or "",
    }
    # They come by name.
    ordered = list(rows)
    if wanted.sort in keys:
        ordered.sort(key=keys[wanted.sort], reverse=wanted.descending)
    elif wanted.descending:
        ordered.reverse()
    page = ordered[wanted.offset :][: wanted.size]
    return Listed(page, len(rows), wanted)


def _words(session: Session, order: WorkOrder, found: Sequence[Telling]) -> list[tuple[str, str]]:
    """Say each kind that goes out as its letter would, in the language of the page."""
    spoken = str(get_locale())
    language = spoken if spoken in LANGUAGES else LANGUAGES[0]
    kinds = sorted({one.kind for one in found if one.kind is not None and one.goes_out})
    assert order.residence is not None
    spots = [Spot(order.residence.landlord_id, kind, LETTER, language) for kind in kinds]
    return [
        (spot.kind, tried_on_works(session, spot, said_in(session, spot), order, at=now()))
        for spot in spots
    ]


def _lines(found: Sequence[Telling]) -> Iterator[tuple[object, ...]]:
    yield _("Person"), _("What about"), _("How")
    for one in found:
        kind = one.kind or (one.known.kind if one.known is not None else "")
        yield one.person.name, word("message_kind", kind) if kind else "", _how(one)


def _how(one: Telling) -> str:
    if one.way.channel is not None:
        return word("message_channel", one.way.channel)
    if one.known is not None and one.kind is None:
        channel, state = one.known.channel, one.known.state
        return f"{word('message_channel', channel)}, {word('message_state', state)}"
    return word("message_silence", one.way.why) if one.way.why else ""
