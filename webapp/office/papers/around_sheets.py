"""What is near a residence on one page, for whoever lives there; nobody is named on it."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, format_decimal, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.models.portfolio import Residence
from visits.models.surroundings import ServiceNote
from visits.sight.homes import find_residence
from visits.surroundings.around import notes_of
from visits.surroundings.kinds import KINDS, METRES_A_MINUTE, Group
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import reading
from webapp.office.papers.answering import sent_paper, typed_language
from webapp.office.papers.saying import headed
from webapp.words import telephone, word

around_sheets = Blueprint("around_sheets", __name__, url_prefix="/surroundings")

# So many lines stand large on one page: the nearest of each kind, then the next ones.
MOST_LINES, MOST_OF_A_KIND = 12, 3
TONES: Mapping[Group, str] = {
    Group.SHOPS: "series-1",
    Group.HEALTH: "bad",
    Group.TRANSPORT: "series-4",
    Group.EVERYDAY: "series-3",
    Group.LEISURE: "good",
}
ICONS: Mapping[str, str] = {
    "bakery": "basket", "grocery": "shop", "supermarket": "cart", "market": "basket",
    "pharmacy": "capsule", "doctor": "hospital", "nurse": "person-heart", "stop": "bus-front",
    "station": "bus-front", "post_office": "envelope", "cash": "bank", "town_hall": "bank",
    "library": "house-heart", "park": "tree", "bench": "tree",
}  # fmt: skip


@around_sheets.get("/of/<uuid:residence_id>/around.pdf")
@requires(Action.SEE_HOMES)
def paper(residence_id: uuid.UUID) -> ResponseReturnValue:
    """Give what is near a residence as a PDF, in the language that is asked."""
    with reading() as session:
        residence = find_residence(session, viewer(), residence_id)
        with force_locale(typed_language()):
            said = sheet_of(session, residence)
    return sent_paper("around_sheet", said)


def sheet_of(session: Session, residence: Residence) -> dict[str, Any]:
    """Say what is near a residence, in the language of the moment."""
    chosen = nearest_first(notes_of(session, residence.id))
    groups = [
        {
            "title": word("nearby_group", group),
            "tone": TONES[group],
            "items": [_item(one) for one in chosen if KINDS[one.kind].group is group],
        }
        for group in Group
    ]
    return headed(session, _("Near my home"), residence.landlord) | {
        "where": residence.short_line,
        "opening": _("On foot, and slowly: each time is for the way there."),
        "groups": [group for group in groups if group["items"]],
        "none": "" if chosen else _("Nothing is noted here yet."),
        "small": _("Is something wrong here, or missing? Tell your landlord."),
    }


def nearest_first(notes: Iterable[ServiceNote]) -> list[ServiceNote]:
    """Choose what fits on a page, by kind: `notes` are by kind, the nearest first."""
    turns, ranked = Counter[str](), []
    for place, one in enumerate(notes):
        if turns[one.kind] < MOST_OF_A_KIND:
            ranked.append((turns[one.kind], place, one))
        turns[one.kind] += 1
    kept = sorted(ranked, key=lambda it: it[:2])[:MOST_LINES]
    return [one for _turn, _place, one in sorted(kept, key=lambda it: it[1])]


def _item(one: ServiceNote) -> dict[str, str]:
    ways = [word("nearby_way", way) for way in one.ways]
    phone = telephone(one.phone) if one.phone else ""
    more = [one.place or "", one.open_days or "", phone, ", ".join(ways)]
    minutes = max(1, round((one.metres or 0) / METRES_A_MINUTE))
    return {
        "icon": ICONS[one.kind],
        "name": one.name,
        "kind": word("nearby_kind", one.kind),
        "more": " · ".join(part for part in more if part),
        "metres": _("%(metres)s m", metres=format_decimal(one.metres)) if one.metres else "",
        "minutes": ""
        if one.metres is None
        else ngettext("about %(num)d minute", "about %(num)d minutes", minutes),
    }
