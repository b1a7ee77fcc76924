"""The page of own words in one kind of message: tried on real data, kept, earlier ones put back."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, Invalid
from visits.messages.kinds import LONGEST, OF_WORKS, places_of
from visits.messages.wording import Spot, checked_words, put_back, say, versions_of
from webapp.access.auth import viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.messages.saying import own_words


@dataclass(frozen=True)
class Speaker:
    """Whose words a page changes.

    `spot` finds where they stand, and refuses who may not change them. `tried` says them of the
    latest that is so, and tells whom it shows. `above` are the pages that lead there.
    """

    spot: Callable[[Session], Spot]
    tried: Callable[[Session, Spot, str], tuple[str, uuid.UUID | None]]
    above: Callable[[], list[tuple[str, str]]]


def words_page(
    speaker: Speaker, *, refused: Invalid | None = None, said: str = "", tried: bool = False
) -> str:
    """Show the words of one kind of message, how they read, and what was said there before."""
    with showing("message_preview") as (session, shown):
        spot = speaker.spot(session)
        versions = versions_of(session, spot)
        standing = versions[0].said if versions else ""
        words, preview = request.form.get("said", standing), None
        if refused is None:
            words = checked_words(spot, words) if tried else words
            preview, person_id = speaker.tried(session, spot, words if tried else standing)
            shown.add(person_id)
        errors = refused.fields if refused else {}
        return render_template(
            "messages/words.html",
            spot=spot,
            of_works=spot.kind in OF_WORKS,
            above=speaker.above(),
            words=words,
            own=own_words(spot.kind, spot.channel, spot.language),
            versions=versions,
            seen=versions[0].id if versions else "",
            places=sorted(places_of(spot.kind, spot.channel)),
            longest=LONGEST[spot.channel],
            preview=preview,
            said=sentence(said) if said else "",
            errors={
                name: sentence(code, refused.details if refused else None)
                for name, code in errors.items()
            },
        )


def change_words(speaker: Speaker) -> ResponseReturnValue:
    """Try the words that were typed on real data, or keep them."""
    try:
        if request.form.get("act") == "try":
            return words_page(speaker, tried=True)
        typed, seen = request.form.get("said", ""), request.form.get("seen", "")
        with transaction() as session:
            say(session, speaker.spot(session), typed, seen=seen, viewer=viewer(), now=now())
    except Invalid as refused:
        return words_page(speaker, refused=refused), 422
    except Conflict as refused:
        return words_page(speaker, said=refused.code), 409
    flash(_("Messages say so from now on."), "success")
    return redirect(url_for(".edit", **request.view_args or {}))


def say_again(speaker: Speaker, said_id: uuid.UUID, **where: Any) -> ResponseReturnValue:
    """Say again what was said once, and show it `where` the words are changed."""
    with transaction() as session:
        put_back(session, speaker.spot(session), said_id, viewer=viewer(), now=now())
    flash(_("It stands again."), "success")
    return redirect(url_for(".edit", **where))
