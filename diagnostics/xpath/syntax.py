"""An expression as we keep it: a small tree, free of the parser that read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    """A number or a text written in the expression."""

    value: str | float


@dataclass(frozen=True, slots=True)
class Operation:
    """Two expressions and the sign between them."""

    sign: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Negation:
    """A minus sign before an expression."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments."""

    name: str
    arguments: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: where to look, which name (None: any), under which conditions."""

    axis: str
    name: str | None
    predicates: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """A walk through the answers, from the root, the context node (no head) or a node-set."""

    head: Expr | None
    absolute: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """A node-set of which only some nodes are kept."""

    subject: Expr
    predicate: Expr


@dataclass(frozen=True, slots=True)
class Union:
    """The nodes of several expressions together."""

    parts: tuple[Expr, ...]


Expr: TypeAlias = Literal | Operation | Negation | Call | Path | Filter | Union
