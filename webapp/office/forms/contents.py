"""What a form asks, for the pages that show a version or a draft."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from diagnostics.form import Form, Question, parse_form
from diagnostics.phrasing import choices_of, readable, said
from diagnostics.workbook import Change
from visits.forms.published import consequences_of
from visits.models.portfolio import FormDraft, FormVersion
from webapp.frame.languages import current_language
from webapp.words import word

_QUOTED = re.compile(r"\$\{([\w.-]+)\}")


@dataclass(frozen=True)
class Asked:
    """A question as the page of a form shows it."""

    question: Question
    label: str
    hint: str
    condition: str
    required: bool
    choices: tuple[str, ...]
    readers: str = ""


def contents(kept: FormVersion | FormDraft) -> dict[str, Any]:
    """Give what the shared part of a form's page needs: pages, consequences, languages."""
    form = parse_form(kept.xform)
    consequences, labels = consequences_of(kept), labels_of(kept)
    return {
        "form": kept,
        "pages": _pages(form, {one.path for one in consequences}, labels),
        "consequences": consequences,
        "languages": form.languages,
        "labels": labels,
    }


def labels_of(kept: FormVersion | FormDraft) -> dict[str, str]:
    """Give the words of each question by its name, in the reader's language."""
    form, language = parse_form(kept.xform), current_language()
    called = {one.path for one in consequences_of(kept)}
    return {
        one.name: label.replace("**", "")
        for one in form.questions
        if one.path not in called and (label := one.label(language))
    }


def named_in(expression: str, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Give the names an expression speaks of, each once with its words."""
    names = dict.fromkeys(_QUOTED.findall(expression))
    return [(name, labels.get(name) or _("calculated by the form")) for name in names]


def spoken(sentence: str, labels: Mapping[str, str]) -> str:
    """Say the sentence of a form with the words of the answers it quotes."""
    return _QUOTED.sub(lambda name: f"[{labels.get(name[1]) or _('calculated')}]", sentence)


def _pages(
    form: Form, consequences: set[str], labels: Mapping[str, str]
) -> list[tuple[str, list[Asked]]]:
    """Group a form's questions by the group they stand in, in order."""
    language = current_language()
    pages: list[tuple[str, list[Asked]]] = []
    last: tuple[str, ...] | None = None
    for question in form.questions:
        if question.path in consequences:
            continue
        if question.groups != last:
            pages.append((_title(form, question, language), []))
            last = question.groups
        pages[-1][1].append(_asked(form, question, language, labels))
    return pages


def _title(form: Form, question: Question, language: str) -> str:
    titles = (form.group_title(path, language) for path in question.groups)
    return " › ".join(title for title in titles if title) or form.title(language)


def _asked(form: Form, question: Question, language: str, labels: Mapping[str, str]) -> Asked:
    bind = form.binds.get(question.path)
    return Asked(
        question=question,
        label=spoken((question.label(language) or question.name).replace("**", ""), labels),
        hint=spoken(said(form.texts, question.hinting, language), labels),
        condition=readable(bind.relevant.source) if bind and bind.relevant else "",
        required=bool(bind and bind.required),
        choices=tuple(choices_of(form, question, language).values()),
        readers=bind.readers if bind else "",
    )


def change_name(change: Change, words: Mapping[str, str] | None = None) -> str:
    """Name what changed: `label:fr` is the question's text in French, `yes:fr` a choice."""
    what, _colon, language = change.what.partition(":")
    name = word("form_part", what) if words is None else words.get(what, what)
    return f"{name} ({word('language', language)})" if language else name
