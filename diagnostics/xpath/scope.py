"""What an expression may see while it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import Protocol, TypeAlias

from .nodes import Node
from .values import Value

DEFAULT_EFFORT = 2_000_000


class TooMuchWork(Exception):
    """The submission makes the form's expressions visit more nodes than we allow."""


class ExpressionFailed(Exception):
    """An expression cannot be worked out on these answers; it counts as an empty answer."""


class Words(Protocol):
    """The form's texts, as far as expressions can ask for them."""

    def choice_label(self, value: str, question: Node, scope: Scope) -> str:
        """Give the label of a choice of a question in the scope's language."""

    def itext(self, ident: str, scope: Scope) -> str:
        """Give the text of that id in the scope's language."""

    def spoken(self, node: Node, scope: Scope) -> str:
        """Give an answer as a sentence quotes it, in the scope's language."""


class Scope:
    """One run over one submission: the answers, the lists, the clock and the language."""

    __slots__ = (
        "current",
        "effort",
        "index",
        "instances",
        "language",
        "now",
        "position",
        "root",
        "size",
        "words",
        "zone",
    )

    def __init__(
        self,
        root: Node,
        index: Mapping[str, list[Node]],
        *,
        now: datetime,
        zone: tzinfo,
        instances: Mapping[str, Node],
        words: Words,
        language: str = "fr",
    ) -> None:
        """Start a run; `index` lists the nodes by model path, `root` is the document."""
        self.root = root
        self.index = index
        self.instances = instances
        self.now = now.astimezone(zone)
        self.zone = zone
        self.words = words
        self.language = language
        self.current = root
        self.position = 1
        self.size = 1
        self.effort = DEFAULT_EFFORT

    def spend(self, nodes: int) -> None:
        """Count nodes visited; raises TooMuchWork when a submission asks for too many."""
        self.effort -= nodes
        if self.effort < 0:
            raise TooMuchWork


Evaluate: TypeAlias = Callable[[Scope, Node], Value]
