"""What checked answers come to: scores, bands, and what they call for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .codes import Kind
from .form import Form
from .reading import asked, in_language, in_words
from .submission import Checked
from .workbook.consequences import LANGUAGES, Consequence
from .xpath import Node

MOST_CAUSES = 20
MOST_ITEMS = 9_999


@dataclass(frozen=True, slots=True)
class Cause:
    """An answer that made the form call for something."""

    path: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Called:
    """Something the answers call for; the path carries the positions of repeats.

    `quantity` is the number of items of a kit, from 0 to `MOST_ITEMS`, where the form counts them.
    """

    name: str
    path: str
    kind: Kind
    code: str
    severity: str
    due: str
    owner: str
    label: Mapping[str, str]
    causes: tuple[Cause, ...]
    quantity: int = 0


@dataclass(frozen=True, slots=True)
class Assessment:
    """Scores and bands by name, and what is called for, in the order of the workbook."""

    scores: Mapping[str, float]
    bands: Mapping[str, str]
    called: tuple[Called, ...]


def assess(
    form: Form, checked: Checked, consequences: Iterable[Consequence], *, language: str = "fr"
) -> Assessment:
    """Work out what the answers come to; `language` is that of the causes."""
    reader = _Reader(form, checked, language)
    return Assessment(
        scores=dict(reader.scores()),
        bands=dict(reader.bands()),
        called=tuple(call for one in consequences for call in reader.called(one)),
    )


class _Reader:
    """Finds the relevant nodes of a checked submission and puts them in words."""

    def __init__(self, form: Form, checked: Checked, language: str) -> None:
        self.form = form
        self.index = checked.answers.index
        self.scope = in_language(checked.scope, language)
        self.scopes = {code: in_language(checked.scope, code) for code in LANGUAGES}

    def scores(self) -> Iterator[tuple[str, float]]:
        for name, node in self._calculated():
            if name.endswith("_score") or name.startswith("score_"):
                amount = _number(node.value)
                if amount is not None:
                    yield name, amount

    def bands(self) -> Iterator[tuple[str, str]]:
        for name, node in self._calculated():
            if name.endswith("_band") and node.value:
                yield name, node.value

    def _calculated(self) -> Iterator[tuple[str, Node]]:
        """Give calculated answers by name; those of a repeat carry their turn: `score_room[2]`."""
        for path, bind in self.form.binds.items():
            if bind.calculate is None:
                continue
            for node in self.index.get(path, ()):
                if node.relevant:
                    yield node.name + _turns(node), node

    def called(self, one: Consequence) -> Iterator[Called]:
        question = self.form.by_path.get(one.path)
        for node in self.index.get(one.path, ()):
            if not node.relevant:
                continue
            label = dict(one.label)
            if question is not None:
                label = {
                    code: asked(self.form, question, node, scope=scope)
                    for code, scope in self.scopes.items()
                }
            yield Called(
                name=one.name,
                path=node.place,
                kind=one.kind,
                code=one.code,
                severity=one.severity,
                due=one.due,
                owner=one.owner,
                label=label,
                causes=tuple(self._causes(one, node))[:MOST_CAUSES],
                quantity=self._quantity(one, node),
            )

    def _quantity(self, one: Consequence, called: Node) -> int:
        if not one.quantity or one.quantity.isdecimal():
            return int(one.quantity or 0)
        said = [
            _number(node.value) or 0.0
            for node in self.index.get(one.quantity, ())
            if node.relevant and _beside(node, called)
        ]
        return max(0, min(int(sum(said)), MOST_ITEMS))

    def _causes(self, one: Consequence, called: Node) -> Iterator[Cause]:
        for path in questions_behind(self.form, one.causes):
            if self.form.binds[path].readers:
                continue  # what follows is read by more people than the answer is
            question = self.form.by_path[path]
            for node in self.index.get(path, ()):
                if node.relevant and node.value and _beside(node, called):
                    yield Cause(
                        path=node.place,
                        question=asked(self.form, question, node, scope=self.scope),
                        answer=in_words(self.form, question, node, scope=self.scope),
                    )


def questions_behind(form: Form, paths: Iterable[str]) -> list[str]:
    """Replace calculated answers by the questions they are made of, in the order of the form."""
    found: dict[str, None] = {}
    seen: set[str] = set()
    waiting = list(paths)
    while waiting:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        question = form.by_path.get(path)
        if question is not None and question.control != "note":
            found[path] = None
            continue
        bind = form.binds.get(path)
        if bind is not None and bind.calculate is not None:
            waiting += sorted(form.reads[path])
    order = {question.path: at for at, question in enumerate(form.questions)}
    return sorted(found, key=order.__getitem__)


def _beside(node: Node, called: Node) -> bool:
    """Tell whether an answer stands in the same turn of every repeat the two share."""
    for mine, other in zip(node.place.split("/"), called.place.split("/"), strict=False):
        if mine != other:
            return mine.partition("[")[0] != other.partition("[")[0]
    return True


def _turns(node: Node) -> str:
    return "".join(f"[{part.partition('[')[2]}" for part in node.place.split("/") if "[" in part)


def _number(text: str) -> float | None:
    try:
        amount = float(text)
    except ValueError:
        return None
    return amount if math.isfinite(amount) else None
