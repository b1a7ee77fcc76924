"""The light tree that every expression walks: one node a question, group or list item."""

from __future__ import annotations

from collections.abc import Iterator


class Node:
    """An element of an instance: its name, its place and the answer it holds now."""

    __slots__ = (
        "children",
        "name",
        "named",
        "parent",
        "path",
        "place",
        "relevant",
        "sent",
        "value",
    )

    children: list[Node]
    named: dict[str, list[Node]]

    def __init__(self, name: str, parent: Node | None = None, *, value: str = "") -> None:
        """Make a node; `path` is its place in the model, `place` the same with positions."""
        self.name = name
        self.parent = parent
        self.children = _NO_CHILDREN
        self.named = _NO_NAMES
        self.value = value
        self.sent = value
        self.relevant = True
        self.path: str = f"{parent.path}/{name}" if parent is not None else name
        self.place = self.path

    def append(self, name: str, *, value: str = "") -> Node:
        """Add a child and return it."""
        child = Node(name, self, value=value)
        if self.children is _NO_CHILDREN:
            self.children, self.named = [], {}
        self.children.append(child)
        self.named.setdefault(name, []).append(child)
        return child

    def text(self) -> str:
        """Give the answer, or for a group those of all it holds, one after the other."""
        if not self.children:
            return self.value
        return "".join(leaf.value for leaf in self.walk() if not leaf.children)

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it, in document order."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            if node.children:
                stack.extend(reversed(node.children))

    def ancestors(self) -> Iterator[Node]:
        """Yield the parent, its parent, up to the document."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def position(self) -> int:
        """Give the place among the siblings of the same name, from 1."""
        return self.parent.named[self.name].index(self) + 1 if self.parent is not None else 1


# Most nodes are leaves: they share these two, which nothing but `append` may replace.
_NO_CHILDREN: list[Node] = []
_NO_NAMES: dict[str, list[Node]] = {}
