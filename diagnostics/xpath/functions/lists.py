"""Nodes, repeats and lists."""

from __future__ import annotations

import math

from ..nodes import Node
from ..scope import Evaluate, ExpressionFailed, Scope
from ..values import NAN, Value, number_of, text_of
from .registry import function, lazy, need_nodes, own_text


@function("count", 1)
def count(scope: Scope, value: Value) -> Value:
    """Count the nodes."""
    return float(len({id(node) for node in need_nodes(value)}))


@function("count-non-empty", 1)
def count_non_empty(scope: Scope, value: Value) -> Value:
    """Count the nodes that have an answer."""
    return float(sum(bool(node.text()) for node in need_nodes(value)))


@lazy("position", 0, 1)
def position(scope: Scope, node: Node, argument: Evaluate | None = None) -> Value:
    """Give the place of a node among its like, from 1."""
    if argument is None:
        return float(scope.position)
    found = need_nodes(argument(scope, node))
    if len(found) > 1:
        raise ExpressionFailed("position() of several nodes")
    return float(found[0].position()) if found else NAN


@function("last", 0)
def last(scope: Scope) -> Value:
    """Give the number of nodes among which a condition chooses."""
    return float(scope.size)


@function("current", 0)
def current(scope: Scope) -> Value:
    """Give the node the whole expression stands on."""
    return [scope.current]


@lazy("name", 0, 1)
def name(scope: Scope, node: Node, argument: Evaluate | None = None) -> Value:
    """Give the name of a node."""
    found = need_nodes(own_text(scope, node, argument))
    return found[0].name if found else ""


lazy("local-name", 0, 1)(name)


@lazy("once", 1)
def once(scope: Scope, node: Node, argument: Evaluate) -> Value:
    """Keep the answer that is there, else work it out."""
    return scope.current.text() or text_of(argument(scope, node))


@function("instance", 1)
def instance(scope: Scope, ident: Value) -> Value:
    """Give the root of a list of the form."""
    found = scope.instances.get(text_of(ident))
    return [] if found is None else [found]


@function("pulldata", 4)
def pulldata(scope: Scope, ident: Value, wanted: Value, key: Value, sought: Value) -> Value:
    """Look a value up in a list."""
    top = scope.instances.get(text_of(ident))
    if top is None:
        return ""
    column, target = text_of(key), text_of(sought)
    for root in top.named.get("root", ()):
        for item in root.named.get("item", ()):
            scope.spend(1)
            if any(cell.text() == target for cell in item.named.get(column, ())):
                return text_of(list(item.named.get(text_of(wanted), ())))
    return ""


@function("indexed-repeat", 3, None)
def indexed_repeat(scope: Scope, targets: Value, *pairs: Value) -> Value:
    """Give a question of the n-th of a repeat, also through several repeats."""
    if len(pairs) % 2:
        raise ExpressionFailed("repeats and positions come in pairs")
    levels = [
        (need_nodes(repeats), number_of(place, scope.zone))
        for repeats, place in zip(pairs[::2], pairs[1::2], strict=True)
    ]
    if any(not nodes or math.isnan(place) for nodes, place in levels):
        return []
    levels.sort(key=lambda level: level[0][0].path.count("/"))
    holder: Node | None = None
    for nodes, place in levels:
        inside = [one for one in nodes if holder is None or _within(one, holder)]
        if place < 1 or place > len(inside) or place != int(place):
            return []
        holder = inside[int(place) - 1]
    return [node for node in need_nodes(targets) if holder is not None and _within(node, holder)]


def _within(node: Node, holder: Node) -> bool:
    return any(ancestor is holder for ancestor in node.ancestors())


@function("randomize", 1, 2)
def randomize(scope: Scope, nodes: Value, seed: Value = "") -> Value:
    """Give the nodes as they stand: the order on screen does not matter to a check."""
    return need_nodes(nodes)
