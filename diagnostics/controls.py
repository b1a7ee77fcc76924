"""What stands on the screens of a form, in order."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from .texts import Wording, read_wording

XFORMS = "{http://www.w3.org/2002/xforms}"
JAVAROSA = "{http://openrosa.org/javarosa}"
ASKED = frozenset(["input", "select", "select1", "rank", "upload", "trigger", "range", "secret"])
ODK_RANK = "{http://www.opendatakit.org/xforms}rank"


@dataclass(frozen=True, slots=True)
class Control:
    """One element on screen: a question, a group or a repeat."""

    path: str
    tag: str
    label: Wording
    hint: Wording
    appearance: str
    media: str
    groups: tuple[str, ...]
    repeat: str | None
    count: str | None
    element: etree._Element = field(repr=False, compare=False)


def read_controls(body: etree._Element) -> dict[str, Control]:
    """List the controls by path, in screen order."""
    found: dict[str, Control] = {}
    _collect(body, (), None, found=found)
    return found


def _collect(
    parent: etree._Element,
    groups: tuple[str, ...],
    repeat: str | None,
    *,
    found: dict[str, Control],
) -> None:
    for element in parent:
        tag = "rank" if element.tag == ODK_RANK else etree.QName(element).localname
        path = (element.get("ref") or element.get("nodeset") or "").strip()
        if tag in ("group", "repeat"):
            label = element.find(f"{XFORMS}label")
            if tag == "repeat" and label is None and path in found:
                label = found[path].element.find(f"{XFORMS}label")
            if path:
                found[path] = _control(
                    element, tag, path, groups=groups, repeat=repeat, label=label
                )
            inner = (*groups, path) if path and path not in groups else groups
            _collect(element, inner, path if tag == "repeat" else repeat, found=found)
        elif tag in ASKED and path:
            label = element.find(f"{XFORMS}label")
            found[path] = _control(element, tag, path, groups=groups, repeat=repeat, label=label)


def _control(
    element: etree._Element,
    tag: str,
    path: str,
    *,
    groups: tuple[str, ...],
    repeat: str | None,
    label: etree._Element | None,
) -> Control:
    return Control(
        path=path,
        tag=tag,
        label=read_wording(label),
        hint=read_wording(element.find(f"{XFORMS}hint")),
        appearance=element.get("appearance", ""),
        media=element.get("mediatype", ""),
        groups=groups,
        repeat=repeat,
        count=element.get(f"{JAVAROSA}count"),
        element=element,
    )
