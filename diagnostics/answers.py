"""The answers of one submission laid over the form's model, and written out again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from .form import Form
from .wellformed import OUR_NAMESPACES, VISIT_QUESTION, Element
from .xpath import Node

# What OpenRosa clients may put in <meta> beside what the form asks for.
META = frozenset(
    [
        "instanceID",
        "instanceName",
        "timeStart",
        "timeEnd",
        "userID",
        "deviceID",
        "deprecatedID",
        "email",
        "phoneNumber",
        "simSerial",
        "subscriberID",
        "audit",
        "entity",
        "edited",
    ]
)


@dataclass(slots=True)
class Answers:
    """A document of answers, the nodes by model path, and what the form does not know."""

    document: Node
    index: dict[str, list[Node]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    @property
    def root(self) -> Node:
        """Give the root element."""
        return self.document.children[0]


def lay_out(form: Form, sent: Element) -> Answers:
    """Lay what was sent over the model: every question is there, repeats as often as sent."""
    answers = Answers(Node(""))
    _Layer(form, answers).add(form.model.children[0], answers.document, sent)
    return answers


class _Layer:
    """Copies the model with the answers in it."""

    def __init__(self, form: Form, answers: Answers) -> None:
        self.form = form
        self.answers = answers
        self.namespaces = OUR_NAMESPACES | {form.namespace}

    def add(self, model: Node, parent: Node, sent: Element | None) -> None:
        """Add one element of the model, with what was sent for it."""
        node = parent.append(model.name)
        node.place = f"{parent.place}/{model.name}"
        if model.path in self.form.repeats:
            node.place += f"[{len(parent.named[model.name])}]"
        self.answers.index.setdefault(model.path, []).append(node)
        if not model.children:
            node.value = node.sent = sent.text if sent is not None else ""
            if sent is not None and sent.children:
                self._note_unknown(sent.children, node)
            return
        by_name = self._by_name(sent, node, model)
        for child in model.children:
            self._child(child, node, by_name.get(child.name, []))

    def _child(self, model: Node, parent: Node, sent: list[Element]) -> None:
        if model.path in self.form.repeats:
            for element in sent:
                self.add(model, parent, element)
            return
        self.add(model, parent, sent[0] if sent else None)
        if len(sent) > 1:
            self._note_unknown(sent[1:], parent)

    def _by_name(self, sent: Element | None, node: Node, model: Node) -> dict[str, list[Element]]:
        by_name: dict[str, list[Element]] = {}
        strangers = []
        for element in sent.children if sent is not None else ():
            if element.namespace in self.namespaces and element.name in model.named:
                by_name.setdefault(element.name, []).append(element)
            elif not _beside_the_form(model, element):
                strangers.append(element)
        self._note_unknown(strangers, node)
        return by_name

    def _note_unknown(self, elements: list[Element], parent: Node) -> None:
        self.answers.unknown.extend(f"{parent.place}/{element.name}" for element in elements)


def _beside_the_form(model: Node, element: Element) -> bool:
    """Tell whether an element is what clients put beside the answers."""
    if model.name == "meta":
        return element.name in META
    return element.name == VISIT_QUESTION and model.path.count("/") == 1


def write_xml(form: Form, answers: Answers, version: str) -> bytes:
    """Write the clean submission: only what is relevant, with the recomputed answers."""
    head = f" id={quoteattr(form.form_id)}"
    if version:
        head += f" version={quoteattr(version)}"
    if form.namespace not in ("", "http://www.w3.org/2002/xforms"):
        head += f" xmlns={quoteattr(form.namespace)}"
    return "".join(_written(answers.root, head)).encode()


def _written(node: Node, head: str = "") -> Iterator[str]:
    if not node.children:
        text = escape(node.value, {"\r": "&#13;"})
        yield f"<{node.name}{head}>{text}</{node.name}>" if text else f"<{node.name}{head}/>"
        return
    yield f"<{node.name}{head}>"
    for child in node.children:
        if child.relevant:
            yield from _written(child)
    yield f"</{node.name}>"
