"""The programme a page speaks of."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.errors import NotFound
from visits.programmes import Programme
from visits.programmes.facts import ANSWER, OUTCOME
from visits.programmes.published import find_programme, load_programmes
from visits.sight import Reach, Viewer
from webapp.frame.languages import pick
from webapp.words import word


def chosen_programme(session: Session, code: str, viewer: Viewer | None = None) -> Programme:
    """Find the programme an address names, or the first one when it names none.

    Of a viewer with mandates, the first one of hers. Raises NotFound.
    """
    every = load_programmes(session)
    held = {one.programme for one in viewer.mandates} if viewer else set()
    first = next((one for one in every if one in held), next(iter(every), ""))
    return find_programme(session, code or first)


def programmes_in_reach(session: Session, viewer: Viewer) -> list[Programme]:
    """List the programmes a viewer works in, or sees figures of."""
    every = load_programmes(session).values()
    if viewer.reach is not Reach.MANDATE and viewer.reach is not Reach.FIGURES:
        return list(every)
    held = {one.programme for one in viewer.mandates}
    return [one for one in every if one.code in held]


def chosen_in_reach(session: Session, viewer: Viewer, code: str) -> Programme:
    """Find the programme an address names among those in reach, or the first of them.

    Raises NotFound.
    """
    for one in programmes_in_reach(session, viewer):
        if code in ("", one.code):
            return one
    raise NotFound("programme_not_found")


def programme_names(session: Session) -> Mapping[str, str]:
    """Say the programmes' names, by code."""
    return {code: pick(dict(one.name)) for code, one in load_programmes(session).items()}


def facts_named(facts: Sequence[str]) -> str:
    """Name facts of a programme's public, an answer or an earlier case by what it is."""
    kinds = {ANSWER: _("an earlier answer"), OUTCOME: _("how an earlier case ended")}
    named = [
        next((said for start, said in kinds.items() if one.startswith(start)), word("fact", one))
        for one in facts
    ]
    return ", ".join(dict.fromkeys(named))
