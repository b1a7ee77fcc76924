"""What a form asks, for the pages that show a version or a draft."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from diagnostics.form import Form, Question, parse_form
from diagnostics.phrasing import choices_of, readable, said
from diagnostics.workbook import Change
from visits.models.portfolio import FormDraft, FormVersion
from visits.published_forms import consequences_of
from webapp.languages import current_language
from webapp.words import word


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
    consequences = consequences_of(kept)
    return {
        "form": kept,
        "pages": _pages(form, {one.path for one in consequences}),
        "consequences": consequences,
        "languages": form.languages,
    }


def _pages(form: Form, consequences: set[str]) -> list[tuple[str, list[Asked]]]:
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
        pages[-1][1].append(_asked(form, question, language))
    return pages


def _title(form: Form, question: Question, language: str) -> str:
    titles = (form.group_title(path, language) for path in question.groups)
    return " › ".join(title for title in titles if title) or form.title(language)


def _asked(form: Form, question: Question, language: str) -> Asked:
    bind = form.binds.get(question.path)
    return Asked(
        question=question,
        label=(question.label(language) or question.name).replace("**", ""),
        hint=said(form.texts, question.hinting, language),
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
