"""What a check came to, kept beside the answers: read again without working any rule out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from .answers import lay_out
from .delays import PARIS
from .form import Form
from .reading import in_language
from .submission import Checked, Corrected, Violation, ViolationKind, checked_of, violation_at
from .wellformed import Element, head_of
from .workbook.consequences import LANGUAGES
from .xpath import Node, Scope


def outcome_of(form: Form, checked: Checked) -> dict[str, Any]:
    """Give what a check came to as JSON.

    `left_out` are the outermost places that were not relevant, `values` the answers that differ
    from what was sent; each violation has its message by language.
    """
    nodes = list(checked.answers.root.walk())
    return {
        "left_out": [
            node.place
            for node in nodes
            if not node.relevant and (node.parent is None or node.parent.relevant)
        ],
        "values": {
            node.place: node.value
            for node in nodes
            if node.relevant and not node.children and node.value != node.sent
        },
        "violations": _violations(form, checked, {node.place: node for node in nodes}),
        "corrected": [list(one) for one in checked.corrected],
    }


def _violations(
    form: Form, checked: Checked, nodes: Mapping[str, Node]
) -> list[tuple[str, str, dict[str, str]]]:
    scopes = {code: in_language(checked.scope, code) for code in LANGUAGES}
    return [
        (
            one.path,
            one.kind.value,
            {code: _message(form, one, nodes, scope) for code, scope in scopes.items()},
        )
        for one in checked.violations
    ]


def _message(form: Form, one: Violation, nodes: Mapping[str, Node], scope: Scope) -> str:
    node = nodes.get(one.path)
    again = violation_at(form, node, scope) if node is not None and not node.children else None
    return again.message if again is not None and again.kind is one.kind else one.message


def recall(
    form: Form,
    sent: Element,
    outcome: Mapping[str, Any],
    *,
    now: datetime,
    language: str = "fr",
    zone: tzinfo = PARIS,
) -> Checked:
    """Give back what `check` gave, from what was kept of it; `now` is the moment it was told."""
    answers = lay_out(form, sent)
    left_out, values = frozenset(outcome["left_out"]), outcome["values"]
    for node in answers.root.walk():
        outside = node.parent is not None and not node.parent.relevant
        node.relevant = not outside and node.place not in left_out
        if not node.children:
            node.value = values.get(node.place, node.sent) if node.relevant else ""
    scope = Scope(
        answers.document,
        answers.index,
        now=now,
        zone=zone,
        instances=form.instances,
        words=form,
        language=language,
    )
    return checked_of(
        form,
        answers,
        scope,
        head=head_of(sent),
        corrected=[Corrected(*one) for one in outcome["corrected"]],
        violations=[
            Violation(path, ViolationKind(kind), said.get(language) or said["fr"])
            for path, kind, said in outcome["violations"]
        ],
    )
