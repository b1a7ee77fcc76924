"""A form's words and rules as its author wrote them: quotes and paths as `${name}` again."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .form import Form, Question
from .texts import Quote, Texts, Wording

# pyxform writes ${name} as a path between two blanks.
_ABSOLUTE = r"/[A-Za-z_][\w.-]*(?:/[\w.-]+)*/([\w.-]+)"
_RELATIVE = r"(?:current\(\)/)?(?:\.\./)+(?:[\w.-]+/)*([\w.-]+)"
_PATH = re.compile(rf"(?<![\w)\]'/.*]) ?(?:{_RELATIVE}|{_ABSOLUTE})(?![\w(/]) ?")


def readable(expression: str) -> str:
    """Give an expression with its paths as `${name}`."""
    shorter = _PATH.sub(lambda found: f" ${{{found[1] or found[2]}}} ", expression)
    return re.sub(r"(?<=\() (?=\$)|(?<=\}) (?=[),])", "", " ".join(shorter.split()))


def said(texts: Texts, wording: Wording, language: str) -> str:
    """Give words in a language, the answers they quote as `${name}`."""
    sentence = texts.sentence(wording, language)
    parts = (readable(part.source) if isinstance(part, Quote) else part for part in sentence)
    return "".join(parts).strip()


def choices_of(form: Form, question: Question, language: str) -> dict[str, str]:
    """Give the labels of all a question may offer, by value; none when its list is in a file."""
    return dict(_choices(form, question, language))


def _choices(form: Form, question: Question, language: str) -> Iterator[tuple[str, str]]:
    offered = question.choices
    if offered is None:
        return
    for value, wording in offered.written:
        yield value, form.texts.plain(wording, language)
    top = form.instances.get(offered.list_id)
    for item in top.walk() if top is not None else ():
        values, labels = item.named.get(offered.value_name), item.named.get(offered.label_name)
        if not values:
            continue
        text = labels[0].text() if labels else ""
        translated = Wording(ident=text) if offered.label_translated else None
        yield values[0].text(), form.texts.plain(translated, language) if translated else text
