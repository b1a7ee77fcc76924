"""In which room of a home a finding was seen: what the form says of the turn it stands in."""

import re
from collections.abc import Iterator

from diagnostics.form import Form
from diagnostics.wellformed import Element, read_submission
from visits.forms.published import read_form
from visits.models.visits import Consequence
from visits.models.works import Place

# What forms call the rooms of a home, beside our own codes of places.
ROOMS = {
    "kitchen": Place.KITCHEN,
    "bathroom": Place.BATHROOM,
    "wc": Place.TOILET,
    "toilet": Place.TOILET,
    "living": Place.LIVING_ROOM,
    "living_room": Place.LIVING_ROOM,
    "bedroom": Place.BEDROOM,
    "entrance": Place.HALLWAY,
    "corridor": Place.HALLWAY,
    "hallway": Place.HALLWAY,
    "balcony": Place.BALCONY,
    "outside": Place.BALCONY,
    "cellar": Place.CELLAR,
}
_STEP = re.compile(r"([^/\[\]]+)(?:\[(\d+)\])?")


def room_of(finding: Consequence) -> Place | None:
    """Give the room of a finding: the choice that its turn, or one around it, begins with.

    None where the form tells none.
    """
    if "[" not in finding.path:
        return None
    form = read_form(finding.submission.form_version).form
    turns = _turns(read_submission(finding.submission.xml), finding.path)
    rooms = (_begins_with(form, path, turn) for path, turn in reversed(list(turns)))
    return next((room for room in rooms if room is not None), None)


def _turns(top: Element, path: str) -> Iterator[tuple[str, Element]]:
    """Give the turns of repeats that a place stands in, the outer first, each with its path."""
    (first, *rest), at, model = _STEP.findall(path), top, ""
    model = f"/{first[0]}"
    for name, position in rest:
        alike = [one for one in at.children if one.name == name]
        index = int(position or 1) - 1
        if index >= len(alike):
            return
        at, model = alike[index], f"{model}/{name}"
        if position:
            yield model, at


def _begins_with(form: Form, path: str, turn: Element) -> Place | None:
    first = next((one for one in turn.children if f"{path}/{one.name}" in form.by_path), None)
    if first is None:
        return None
    choices = form.by_path[f"{path}/{first.name}"].choices
    one_of_several = choices is not None and not choices.several
    return ROOMS.get(first.text.strip()) if one_of_several else None
