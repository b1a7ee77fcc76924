"""Answers that outlive their visit: what a form says is about the dwelling or about the person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .form import Form
from .reading import asked, in_language, in_words
from .submission import Checked
from .workbook.consequences import LANGUAGES

DWELLING, PERSON = "dwelling", "person"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question that an earlier answer of the same name may be offered to."""

    path: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Fact:
    """An answer that a later visit may take over; `shown` is the answer in words."""

    value: str
    about: str
    question: Mapping[str, str]
    shown: Mapping[str, str]


def proposals(form: Form) -> tuple[Proposal, ...]:
    """List the questions of a form whose answers are about the dwelling or the person."""
    return tuple(
        Proposal(question.path, question.name, about)
        for question in form.questions
        if (about := _about(form, question.path))
    )


def facts(form: Form, checked: Checked) -> dict[str, Fact]:
    """Give by name the answers to those questions that break no rule."""
    broken = {violation.path for violation in checked.violations}
    scopes = {code: in_language(checked.scope, code) for code in LANGUAGES}
    found: dict[str, Fact] = {}
    for one in proposals(form):
        question = form.by_path[one.path]
        for node in checked.answers.index.get(one.path, ()):
            if not node.relevant or not node.value or node.place in broken:
                continue
            found[one.name] = Fact(
                value=node.value,
                about=one.about,
                question={
                    code: asked(form, question, node, scope=scope) for code, scope in scopes.items()
                },
                shown={
                    code: in_words(form, question, node, scope=scope)
                    for code, scope in scopes.items()
                },
            )
    return found


def _about(form: Form, path: str) -> str:
    bind = form.binds.get(path)
    if bind is None or bind.readers:  # whoever visits next would read it
        return ""
    return bind.about if bind.about in (DWELLING, PERSON) else ""
