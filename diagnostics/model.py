"""The model of a form: its empty answers, the rules bound to them, and its lists."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from .texts import Wording, read_message
from .wellformed import BadForm
from .xpath import Evaluate, Node, compile_expression, functions_called

XFORMS = "{http://www.w3.org/2002/xforms}"
JAVAROSA = "{http://openrosa.org/javarosa}"
PALIER_NAMESPACE = "urn:palier:form"
PALIER = f"{{{PALIER_NAMESPACE}}}"
# What these give is made in the home and cannot be made again: what the tablet sent is kept.
MADE_ONCE = frozenset(["random", "uuid", "now", "once"])
TRANSLATED = frozenset(["jr-choice-name", "jr-itext"])


@dataclass(frozen=True, slots=True)
class Rule:
    """An expression of a form, compiled."""

    source: str
    evaluate: Evaluate
    made_once: bool
    translated: bool


def read_rule(source: str | None) -> Rule | None:
    """Compile an expression of a form; raises ExpressionError."""
    if source is None or not source.strip():
        return None
    called = functions_called(source)
    return Rule(
        source, compile_expression(source), bool(called & MADE_ONCE), bool(called & TRANSLATED)
    )


@dataclass(frozen=True, slots=True)
class Bind:
    """The rules of one path.

    `about` says whose answer it stays after the visit, `readers` who alone may read it; empty:
    nobody's, and all.
    """

    path: str
    type: str
    relevant: Rule | None
    required: Rule | None
    constraint: Rule | None
    calculate: Rule | None
    readonly: str
    preload: str
    constraint_message: Wording
    required_message: Wording
    about: str = ""
    readers: str = ""

    @property
    def is_note(self) -> bool:
        """Tell whether it only shows words: read-only, nothing to calculate or keep."""
        return self.readonly == "true()" and self.calculate is None and self.type == "string"


def read_binds(model: etree._Element) -> dict[str, Bind]:
    """Read the binds by path; raises ExpressionError."""
    binds = (_bind(element) for element in model.iterfind(f"{XFORMS}bind"))
    return {bind.path: bind for bind in binds}


def _bind(element: etree._Element) -> Bind:
    return Bind(
        path=element.get("nodeset", "").strip(),
        type=element.get("type", "string").rpartition(":")[2],
        relevant=read_rule(element.get("relevant")),
        required=_unless_never(read_rule(element.get("required"))),
        constraint=read_rule(element.get("constraint")),
        calculate=read_rule(element.get("calculate")),
        readonly=element.get("readonly", "").strip(),
        preload=element.get(f"{JAVAROSA}preload", ""),
        constraint_message=read_message(element.get(f"{JAVAROSA}constraintMsg")),
        required_message=read_message(element.get(f"{JAVAROSA}requiredMsg")),
        about=element.get(f"{PALIER}about", ""),
        readers=element.get(f"{PALIER}readers", ""),
    )


def _unless_never(rule: Rule | None) -> Rule | None:
    return None if rule is not None and rule.source.strip() == "false()" else rule


def read_model(model: etree._Element, repeats: frozenset[str]) -> tuple[Node, etree._Element]:
    """Read the empty answers as a document; also gives the element they stand in."""
    first = model.find(f"{XFORMS}instance")
    if first is None or not len(first):
        raise BadForm("Le formulaire n’a pas de modèle de réponse.")
    primary = first[0]
    top = Node("")
    _copy_model(primary, top, repeats)
    return top, primary


def _copy_model(element: etree._Element, parent: Node, repeats: frozenset[str]) -> None:
    name = etree.QName(element).localname
    if name in parent.named:
        if f"{parent.path}/{name}" in repeats:
            return  # the template of a repeat comes first; what follows are its first turns
        raise BadForm(f"Le nom « {name} » figure deux fois au même endroit du formulaire.")
    node = parent.append(name, value=(element.text or "").strip() if not len(element) else "")
    for child in element:
        _copy_model(child, node, repeats)


def read_instances(model: etree._Element) -> dict[str, Node]:
    """Read the lists of a form. One that stands in a file is empty: published forms hold theirs."""
    found = model.findall(f"{XFORMS}instance")[1:]
    return {element.get("id", ""): _copy(element) for element in found}


def _copy(element: etree._Element) -> Node:
    top = Node("instance")
    work = [(element, top)]
    while work:
        source, node = work.pop()
        for child in source:
            value = "" if len(child) else (child.text or "").strip()
            work.append((child, node.append(etree.QName(child).localname, value=value)))
    return top
