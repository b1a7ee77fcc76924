"""The choices a question offers, and their labels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from .texts import Texts, Wording, read_wording
from .xpath import Evaluate, ExpressionFailed, Node, Scope, compile_expression

XFORMS = "{http://www.w3.org/2002/xforms}"
_TRANSLATED = re.compile(r"\s*jr:itext\((.*)\)\s*")
_WHOLE_LIST = re.compile(r"\s*instance\(\s*'([^']*)'\s*\)/root/item\s*")
_INSTANCE = re.compile(r"instance\(\s*'([^']*)'\s*\)")


@dataclass(frozen=True, slots=True)
class ChoiceList:
    """Choices written in the question, or drawn from a list of the form under conditions."""

    several: bool
    written: tuple[tuple[str, Wording], ...]
    nodeset: Evaluate | None
    value_name: str
    label_name: str
    label_translated: bool
    texts: Texts = field(repr=False, compare=False)
    list_id: str = ""
    fixed: frozenset[str] | None = None

    def offered(self, question: Node, scope: Scope) -> frozenset[str] | None:
        """List the values on offer to a question; None when the form lacks its list."""
        if self.fixed is not None:
            return self.fixed
        if self.list_id and not scope.instances.get(self.list_id, _EMPTY).children:
            return None
        return frozenset(value for value, _ in self._items(question, scope))

    def label_of(self, value: str, question: Node, scope: Scope) -> str:
        """Give the label of a value in the scope's language; empty when it is not on offer."""
        for one, wording in self._items(question, scope):
            if one == value:
                return self._said(wording, question, scope)
        return ""

    def _said(self, wording: Wording, question: Node, scope: Scope) -> str:
        if self.nodeset is None or self.label_translated:
            return self.texts.filled(wording, scope, question)
        # A cell of a list, or what somebody typed: said to the last space, as on the tablet.
        return "".join(map(str, wording.inline))

    def _items(self, question: Node, scope: Scope) -> Iterator[tuple[str, Wording]]:
        yield from self.written
        if self.nodeset is None:
            return
        scope.current = question
        try:
            found = self.nodeset(scope, question)
        except ExpressionFailed:
            return
        for item in found if isinstance(found, list) else ():
            yield _cell(item, self.value_name), self._wording(item)

    def _wording(self, item: Node) -> Wording:
        text = _cell(item, self.label_name)
        return Wording(ident=text) if self.label_translated else Wording(inline=(text,))


_EMPTY = Node("instance")


def _cell(item: Node, name: str) -> str:
    cells = item.named.get(name)
    return cells[0].text() if cells else ""


def read_choices(
    element: etree._Element, texts: Texts, instances: Mapping[str, Node]
) -> ChoiceList | None:
    """Read what a control offers; None when it is not a choice."""
    if etree.QName(element).localname not in ("select", "select1", "rank"):
        return None
    written = tuple(
        ((item.findtext(f"{XFORMS}value") or "").strip(), read_wording(item.find(f"{XFORMS}label")))
        for item in element.iterfind(f"{XFORMS}item")
    )
    several = etree.QName(element).localname != "select1"
    itemset = element.find(f"{XFORMS}itemset")
    if itemset is None:
        fixed = frozenset(value for value, _ in written)
        return ChoiceList(several, written, None, "", "", False, texts, "", fixed)
    value, label = itemset.find(f"{XFORMS}value"), itemset.find(f"{XFORMS}label")
    value_name = value.get("ref", "name") if value is not None else "name"
    label_ref = label.get("ref", value_name) if label is not None else value_name
    translated = _TRANSLATED.fullmatch(label_ref)
    source = itemset.get("nodeset", "")
    listed = _INSTANCE.search(source)
    return ChoiceList(
        several,
        written,
        compile_expression(source),
        value_name,
        translated[1].strip() if translated else label_ref,
        translated is not None,
        texts,
        listed[1] if listed else "",
        _fixed(source, value_name, instances),
    )


def _fixed(source: str, value_name: str, instances: Mapping[str, Node]) -> frozenset[str] | None:
    """List the values of a whole list, which are the same wherever it is offered."""
    whole = _WHOLE_LIST.fullmatch(source)
    top = instances.get(whole[1]) if whole else None
    if top is None or not top.children:
        return None
    items = [item for root in top.named.get("root", ()) for item in root.named.get("item", ())]
    return frozenset(_cell(item, value_name) for item in items)
