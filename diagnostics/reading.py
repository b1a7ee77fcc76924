"""Read a checked submission as people do: titles, questions, answers in words, what was mended."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass

from .form import Form, Question
from .submission import Checked, Violation
from .texts import spoken_decimals
from .xpath import Node, Scope

_SILENT = frozenset(["note", "trigger"])


@dataclass(frozen=True, slots=True)
class Answer:
    """One line: the question, the answer in words, and what the check found on it."""

    path: str
    question: str
    answer: str
    type: str
    file_name: str = ""
    violation: Violation | None = None
    corrected_from: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A page or a turn of a repeat, with its answers; `detail` tells a turn from the others."""

    title: str
    answers: tuple[Answer, ...]
    path: str = ""
    detail: str = ""


def read_answers(
    form: Form, checked: Checked, *, language: str, hidden: frozenset[str] = frozenset()
) -> tuple[Section, ...]:
    """Give all relevant answers in the order of the form, repeats turn by turn.

    `hidden` are the names of questions whose answers are not for the reader.
    """
    reader = _Reader(form, checked, language, hidden)
    return tuple(section for section in reader.sections() if section.answers)


class _Reader:
    """Walks the answers with the words of one language."""

    def __init__(self, form: Form, checked: Checked, language: str, hidden: frozenset[str]) -> None:
        self.form = form
        self.root = checked.answers.root
        self.scope = in_language(checked.scope, language)
        self.language = language
        self.hidden = hidden
        self.violations = {one.path: one for one in checked.violations}
        self.corrected = {one.path: one.sent for one in checked.corrected}

    def sections(self) -> Iterator[Section]:
        return self._group(self.root, self.form.title(self.language))

    def _group(self, node: Node, title: str) -> Iterator[Section]:
        answers: list[Answer] = []
        detail = turn_detail(self.form, node, scope=self.scope, hidden=self.hidden)
        for child in node.children:
            if not child.relevant:
                continue
            if self._holds_one_photo(child):
                answers.extend(one for one in self._answer(child.children[0]) if one.file_name)
            elif child.children:
                if answers:
                    yield Section(title, tuple(answers), node.place, detail)
                    answers = []
                yield from self._group(child, place_title(self.form, child, self.language))
            else:
                answers.extend(self._answer(child))
        yield Section(title, tuple(answers), node.place, detail)

    def _holds_one_photo(self, node: Node) -> bool:
        """Tell whether it is a turn of a strip of photos, which reads with what it pictures."""
        if node.path not in self.form.repeats or len(node.children) != 1:
            return False
        question = self.form.by_path.get(node.children[0].path)
        return question is not None and question.type == "binary"

    def _answer(self, node: Node) -> Iterator[Answer]:
        question = self.form.by_path.get(node.path)
        if question is None or question.control in _SILENT or node.name in self.hidden:
            return
        file_name = node.value if question.type == "binary" else ""
        yield Answer(
            path=node.place,
            question=asked(self.form, question, node, scope=self.scope),
            answer=in_words(self.form, question, node, scope=self.scope),
            type=question.type,
            file_name=file_name,
            violation=self.violations.get(node.place),
            corrected_from=self.corrected.get(node.place),
        )


def place_title(form: Form, node: Node, language: str) -> str:
    """Name a group; one inside a repeat with the turns around it: `Pièce 2 · Danger 1`."""
    around = [one for one in node.ancestors() if one.path in form.repeats]
    return " · ".join(_own_title(form, one, language) for one in (*reversed(around), node))


def _own_title(form: Form, node: Node, language: str) -> str:
    title = form.group_title(node.path, language) or node.name
    return f"{title} {node.position()}" if node.path in form.repeats else title


def turn_detail(form: Form, node: Node, *, scope: Scope, hidden: frozenset[str]) -> str:
    """Say what tells a turn from the others, the choice it begins with: a room is the kitchen."""
    first = next((child for child in node.children if child.path in form.by_path), None)
    if node.path not in form.repeats or first is None or first.name in hidden:
        return ""
    question = form.by_path[first.path]
    one_of_several = question.choices is not None and not question.choices.several
    return in_words(form, question, first, scope=scope) if one_of_several else ""


def in_language(scope: Scope, language: str) -> Scope:
    """Give the same run in another language."""
    other = copy(scope)
    other.language = language
    return other


def asked(form: Form, question: Question, node: Node, *, scope: Scope) -> str:
    """Give a question with the answers it quotes; its name when it has no words."""
    return form.texts.filled(question.wording, scope, node) or question.name


def in_words(form: Form, question: Question, node: Node, *, scope: Scope) -> str:
    """Give an answer the way people say it: labels of choices, French decimals and dates."""
    value = node.value
    if question.choices is not None:
        picked = value.split() if question.choices.several else [value] if value else []
        return ", ".join(question.choices.label_of(one, node, scope) or one for one in picked)
    if question.type == "decimal":
        return spoken_decimals(value.removesuffix(".0"), scope.language)
    if question.type in ("geopoint", "geotrace", "geoshape"):
        return _places(value, scope.language)
    if question.type in ("date", "dateTime", "time"):
        return _moment(value, scope.language)
    return value


def _moment(value: str, language: str) -> str:
    """Say a day and an hour to the minute, as they were where they were noted."""
    day, _, hour = value.rpartition("T") if "T" in value or ":" in value else (value, "", "")
    if language == "fr" and len(day) == 10:
        day = "/".join(reversed(day.split("-")))
    return " ".join(part for part in (day, hour[:5]) if part)


def _places(value: str, language: str) -> str:
    """Say a place by its latitude and longitude; of several, how many there are."""
    places = [place.split() for place in value.split(";") if place.strip()]
    if len(places) > 1:
        return f"{len(places)} points"
    if not places or len(places[0]) < 2:
        return value
    latitude, longitude = places[0][:2]
    spoken = f"{spoken_decimals(latitude, language)} / {spoken_decimals(longitude, language)}"
    accuracy = places[0][3].removesuffix(".0") if len(places[0]) > 3 else ""
    return f"{spoken} (± {spoken_decimals(accuracy, language)} m)" if accuracy else spoken
