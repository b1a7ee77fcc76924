"""Fill a form as a visitor would: answers by name, rooms as a list, scores computed."""

import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from lxml import etree

from diagnostics.form import parse_form
from diagnostics.submission import check
from diagnostics.workbook import PublishedForm, publish, read_workbook
from tests.diagnostics.filling import Filled
from webapp.access.setting_up import FORMS

XF = "{http://www.w3.org/2002/xforms}"
_MINTED = re.compile(rb"<instanceID>[^<]*<")
TEMPLATE = "{http://openrosa.org/javarosa}template"
NOW = datetime(2026, 3, 10, 14, 40, tzinfo=UTC)

QUIET: dict[str, str] = {
    "visit_agreed": "yes",
    "health_agreed": "yes",
    "fell": "no",
    "unsteady": "no",
    "worried": "no",
    "floor": "0",
    "washing": "shower",
    "gas_smell": "no",
    "bare_wires": "no",
    "smoke_alarm": "working",
    "lives_alone": "no",
}
GAS = QUIET | {"gas_smell": "yes"}
FALLS = QUIET | {"fell": "yes", "falls_count": "3", "fall_injury": "yes"}


@cache
def shipped(name: str) -> PublishedForm:
    """A form that ships; converting one takes a tenth of a second."""
    place = FORMS / f"{name}.yaml"
    return publish(read_workbook(place.read_bytes(), suffix=".yaml"))


def home_visit() -> PublishedForm:
    """The home visit that ships."""
    return shipped("home_visit")


def fill(
    answers: Mapping[str, str] = QUIET,
    *,
    rooms: Sequence[Mapping[str, str]] = (),
    instance_id: str | None = None,
    form: PublishedForm | None = None,
    exact: bool = True,
) -> bytes:
    """Fill a form; with `exact`, scores and hidden answers are what the form makes of the rest."""
    published = form or home_visit()
    root = _template(published.xform)
    _answer(root, answers, rooms)
    root.find(".//{*}instanceID").text = instance_id or f"uuid:{uuid.uuid4()}"
    xml = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return check(parse_form(published.xform), xml, now=NOW).xml if exact else xml


def fill_shipped(name: str, *, instance_id: str = "", **answers: Any) -> bytes:
    """Fill a form that ships with answers by name; repeats are lists of answers by name."""
    xml = Filled(name, **answers).checked.xml
    return _MINTED.sub(f"<instanceID>{instance_id or f'uuid:{uuid.uuid4()}'}<".encode(), xml)


def _template(xform: bytes) -> Any:
    primary = etree.fromstring(xform).find(f".//{XF}instance")[0]
    for template in primary.xpath("//*[@*[local-name()='template']]"):
        template.getparent().remove(template)
    return primary


def _answer(root: Any, answers: Mapping[str, str], rooms: Sequence[Mapping[str, str]]) -> None:
    room = root.find(f"{XF}room")
    if room is not None:
        place = root.index(room)
        root.remove(room)
        for offset, said in enumerate(rooms):
            copy = etree.fromstring(etree.tostring(room))
            _set(copy, said)
            root.insert(place + offset, copy)
    _set(root, answers)


def _set(element: Any, answers: Mapping[str, str]) -> None:
    for name, value in answers.items():
        found = element.find(f".//{XF}{name}")
        assert found is not None, f"no question {name}"
        found.text = value
