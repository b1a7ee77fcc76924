"""Long diagnostics, generated: as many questions as asked, part of them in a repeat."""

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any
from xml.sax.saxutils import escape

import yaml

from diagnostics.form import Form
from diagnostics.workbook import PublishedForm, publish, read_workbook
from diagnostics.xpath import Node

GROUP = 15
STARTED_AT = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
Row = dict[str, str]


def publish_long_form(
    questions: int, *, in_repeat: int, form_id: str = "", photos: bool = False
) -> PublishedForm:
    """Publish a form of that many questions, `in_repeat` of them in a repeat of items."""
    alone = questions - in_repeat
    survey = [row for start in range(0, alone, GROUP) for row in _group(start, alone)]
    survey += _repeat(in_repeat) if in_repeat else []
    survey += _photos() if photos else []
    sheets = {
        "settings": [_settings(questions) | ({"form_id": form_id} if form_id else {})],
        "survey": survey,
        "choices": [_choice(name) for name in ("yes", "no", "unknown")],
    }
    data = yaml.safe_dump(sheets, allow_unicode=True).encode()
    return publish(read_workbook(data, suffix=".yaml"))


def fill_long_form(rng: Random, form: Form, *, turns: int) -> bytes:
    """Fill every question, the repeat that many times."""
    root = form.model.children[0]
    body = "".join(_element(rng, form, child, turns=turns) for child in root.children)
    head = f'xmlns="{form.namespace}" ' if form.namespace else ""
    ident = f'id="{form.form_id}" version="{form.version}"'
    return f"<{root.name} {head}{ident}>{body}</{root.name}>".encode()


def _settings(questions: int) -> Row:
    return {
        "form_title": f"Long {questions}",
        "form_id": f"long_{questions}",
        "version": "1",
        "default_language": "Français (fr)",
    }


def _choice(name: str) -> Row:
    return {"list_name": "answer", "name": name, **_label(name)}


def _label(text: str) -> Row:
    return {"label::Français (fr)": text, "label::English (en)": text}


def _group(start: int, alone: int) -> Iterator[Row]:
    """Yield a group whose second half is asked only after a yes to its first question."""
    first = f"q{start}"
    yield {"type": "begin group", "name": f"g{start}", **_label(f"Groupe {start}")}
    for number in range(start, min(start + GROUP, alone)):
        row = _question(number, f"q{number}", first=first)
        if number - start > GROUP // 2:
            row["relevant"] = f"${{{first}}} != 'no'"
        yield row
    yield {"type": "end group"}


def _repeat(in_repeat: int) -> list[Row]:
    rows = [_question(number, f"r{number}", first="r0") for number in range(in_repeat)]
    totals = f"sum(${{r{_first_integer(in_repeat)}}})"
    return [
        {"type": "begin repeat", "name": "item", **_label("Élément")},
        *rows,
        {"type": "end repeat"},
        {"type": "calculate", "name": "item_total", "calculation": totals},
    ]


def _first_integer(in_repeat: int) -> int:
    return next(number for number in range(in_repeat) if number % 5 == 1)


def _photos() -> list[Row]:
    return [
        {"type": "begin group", "name": "seen", **_label("Photos")},
        {"type": "begin repeat", "name": "photos", **_label("Photo")},
        {"type": "image", "name": "photo", **_label("Photo")},
        {"type": "end repeat"},
        {"type": "end group"},
    ]


def _question(number: int, name: str, *, first: str) -> Row:
    """Write a question: by turns a choice, an integer, a decimal, a text, a calculation."""
    label = _label(f"Question {name}")
    if number % 5 == 1:
        limits = {"constraint": ". >= 0 and . <= 500", "required": "yes"}
        return {"type": "integer", "name": name, **label, **limits}
    if number % 5 == 2:
        return {"type": "decimal", "name": name, **label, "constraint": ". < 1000"}
    if number % 5 == 3:
        return {"type": "text", "name": name, **label}
    if number % 5 == 4:
        counted = name.replace(str(number), str(number - 3))
        rule = f"if(${{{first}}} = 'yes', ${{{counted}}} * 2, 0)"
        return {"type": "calculate", "name": name, "calculation": rule}
    return {"type": "select_one answer", "name": name, **label}


def _element(rng: Random, form: Form, node: Node, *, turns: int) -> str:
    times = turns if node.path in form.repeats else 1
    return "".join(_written(rng, form, node, turns=turns) for _ in range(times))


def _written(rng: Random, form: Form, node: Node, *, turns: int) -> str:
    if node.children:
        inside = "".join(_element(rng, form, child, turns=turns) for child in node.children)
    else:
        inside = escape(_answer(rng, form, node))
    return f"<{node.name}>{inside}</{node.name}>"


def _answer(rng: Random, form: Form, node: Node) -> str:
    if node.name == "instanceID":
        return f"uuid:{rng.getrandbits(128):032x}"
    question: Any = form.by_path.get(node.path)
    if question is None:
        return ""
    if question.choices is not None:
        return rng.choice(("yes", "yes", "no", "unknown"))
    if question.type == "int":
        return str(rng.randint(0, 500))
    return f"{rng.uniform(0, 900):.2f}" if question.type == "decimal" else "Rien à signaler."
