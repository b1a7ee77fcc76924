"""Her paper, “My home, my wishes”: her own words, what her home must have, whom to ring."""

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, NotFound
from visits.homes.matching import WHEELCHAIR, Needs
from visits.homes.needs import needs_of
from visits.messages.ways import silent_because
from visits.models.needs import AutonomyNote
from visits.models.people import Person
from visits.people.autonomy import Area, How, standing_autonomy
from visits.sight import find_person
from webapp.access.auth import Action, requires, viewer
from webapp.frame.languages import current_language
from webapp.office.frame.access import showing
from webapp.office.frame.needs import need_told
from webapp.office.papers.answering import sent_paper, typed_language
from webapp.office.papers.saying import frame_of, own_words, spoken_day, whom_to_ring
from webapp.words import word

own_wishes = Blueprint("own_wishes", __name__, url_prefix="/people")

# The pictogram of each area, beside its word.
AREAS: Mapping[str, str] = {
    Area.INDOORS: "house-door",
    Area.OUTDOORS: "person-walking",
    Area.STAIRS: "ladder",
    Area.WASHING: "droplet-half",
    Area.DRESSING: "person-standing",
    Area.MEALS: "cup-hot",
    Area.HOUSEWORK: "bucket",
    Area.SHOPPING: "basket",
    Area.CALLING: "telephone-fill",
    Area.PAPERS: "envelope",
    Area.MONEY: "piggy-bank",
    Area.COMPANY: "people",
}
# How she does it: its pictogram and its colour, both beside the word; none blames her.
HOWS: Mapping[str, tuple[str, str]] = {
    How.ALONE: ("check-circle-fill", "good"),
    How.HARD: ("circle-half", "accent"),
    How.HELPED: ("person-heart", "action"),
    How.NOT: ("x-circle-fill", "ink-soft"),
}


@own_wishes.get("/<uuid:person_id>/wishes")
@requires(Action.RECORD_SCORES)
def show(person_id: uuid.UUID) -> ResponseReturnValue:
    """Show what her paper will say."""
    language = typed_language()
    with showing("own_wishes") as (session, shown):
        person = find_person(session, viewer(Action.RECORD_SCORES), person_id)
        shown.add(person.id)
        return render_template(
            "papers/wishes.html",
            person=person,
            said=_said(session, person, language),
            silent=silent_because(session, person),
            language=language,
        )


@own_wishes.get("/<uuid:person_id>/wishes.pdf")
@requires(Action.RECORD_SCORES)
def paper(person_id: uuid.UUID) -> ResponseReturnValue:
    """Give her paper as a PDF."""
    with showing("own_wishes_made") as (session, shown):
        person = find_person(session, viewer(Action.RECORD_SCORES), person_id)
        if person.died_on is not None:
            raise Conflict("report_to_the_dead")
        said = _said(session, person, typed_language())
        shown.add(person.id)
    return sent_paper("own_wishes", said)


def _said(session: Session, person: Person, language: str) -> dict[str, Any]:
    """Give what her paper says in a language; raises NotFound when nobody asked her anything."""
    days, needs = standing_autonomy(session, person), needs_of(session, person.id)
    if days is None and not needs.said:
        raise NotFound("nothing_of_her_wishes")
    with force_locale(language):
        return paper_of(session, person, days, needs)


def paper_of(
    session: Session, person: Person, days: AutonomyNote | None, needs: Needs
) -> dict[str, Any]:
    """Say what her paper tells, in the language of the moment: no address stands on it."""
    own = own_words(session, person.landlord_id)
    about = [(_("My name"), person.name)]
    if days is not None:
        about.append((_("I said it on"), spoken_day(days.assessed_on)))
    musts = [one for one in needs.said if one == WHEELCHAIR or one in needs.musts]
    lists = (
        ("check-circle-fill", _("What my home must have"), musts),
        ("heart", _("What I would like"), [one for one in needs.said if one not in musts]),
    )
    return frame_of(_("My home, my wishes"), person.landlord.name, logo=own.logo) | {
        "about": about,
        "days": {"title": _("How my days go"), "rows": _rows(days) if days is not None else []},
        "lists": [
            {"icon": icon, "title": title, "lines": [_capital(need_told(needs, one)) for one in of]}
            for icon, title, of in lists
            if of
        ],
        "change": _("Something is not right, or has changed? Tell us: we write it anew."),
        "quote": "« {} »" if current_language() == "fr" else "“{}”",
        "ring": {"title": _("Whom to ring"), "line": whom_to_ring(own.ring, person.landlord.name)},
    }


def _rows(days: AutonomyNote) -> list[dict[str, str]]:
    """Give by area that she was asked about what she does and, if she said so, her words."""
    rows = []
    for area, icon in AREAS.items():
        one = days.said.get(area)
        if one is not None:
            sign, tone = HOWS[one["how"]]
            how = word("own_autonomy", one["how"])
            row = {"icon": icon, "area": word("autonomy_area", area), "how": how}
            rows.append(row | {"sign": sign, "tone": tone, "words": one["words"]})
    return rows


def _capital(said: str) -> str:
    return said[:1].upper() + said[1:]
