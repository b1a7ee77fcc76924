"""Whose stock a row tells of: said, and chosen, where the reader reaches that of several landlords.

What is chosen stands in the page's address, and bounds all that the page is worked out from.
"""

import uuid
from collections.abc import Mapping
from dataclasses import replace

from flask import g
from flask_babel import gettext as _

from visits.sight.landlords import landlords_in_reach
from webapp.access.auth import Action, landlord_asked, landlord_bound, may, viewer
from webapp.frame.transaction import reading

# What the home page counts, each by a right of its own.
COUNTED = (Action.SEE_CASES, Action.SEE_VISITS, Action.SEE_WORKS)


def landlords_seen() -> Mapping[uuid.UUID, str]:
    """Name by id the landlords whose stock the reader reaches here; none of them but for several.

    Read once a request.
    """
    if g.get("landlords_of") is not g.account:
        g.landlords, g.landlords_of = _read(), g.account
    landlords: Mapping[uuid.UUID, str] = g.landlords
    return landlords


def _read() -> Mapping[uuid.UUID, str]:
    bound = landlord_bound()
    if not bound.several or bound.landlord_id is not None:
        return {}
    at_home = g.action is Action.OWN_ACCOUNT
    actions = [one for one in COUNTED if may(one)] if at_home else [g.action]
    eyes = [replace(viewer(one), landlord_id=None) for one in actions]
    with reading() as session:
        found = {one for eye in eyes for one in landlords_in_reach(session, eye)}
        named = {one.id: one.name for one in sorted(found, key=lambda one: (one.name, one.id))}
    return named if len(named) > 1 else {}


def landlord_chosen() -> uuid.UUID | None:
    """Give the landlord the page is asked of, for its links to what it counts."""
    return landlord_asked(viewer().reach)


def landlord_column() -> list[tuple[None, str, str]]:
    """Give the column of a list that says whose stock a row tells of, where it is told."""
    return [(None, _("Landlord"), "")] if landlords_seen() else []


def landlord_heads() -> list[str]:
    """Give the head of that column in a file."""
    return [label for _none, label, _class in landlord_column()]


def landlord_cells(landlord_id: uuid.UUID | None) -> list[str]:
    """Say in a row of a file whose stock it tells of, where it is told."""
    seen = landlords_seen()
    return [seen.get(landlord_id, "") if landlord_id else ""] if seen else []
