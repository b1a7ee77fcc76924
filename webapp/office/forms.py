"""Published forms: which versions there are, and what one asks and calls for."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from diagnostics.form import Form, Question, parse_form
from diagnostics.texts import Wording
from visits.published_forms import consequences_of, find_form
from visits.queries.forms import list_form_versions
from webapp.auth import Action, requires
from webapp.languages import current_language
from webapp.transaction import reading

form_pages = Blueprint("published_forms", __name__, url_prefix="/forms")


@dataclass(frozen=True)
class Asked:
    """A question as the page of a form shows it."""

    question: Question
    label: str
    hint: str
    condition: str
    required: bool
    choices: tuple[str, ...]


@form_pages.get("/")
@requires(Action.SEE_FORMS)
def index() -> ResponseReturnValue:
    """List every published version."""
    with reading() as session:
        return render_template("forms/index.html", versions=list_form_versions(session))


@form_pages.get("/<form_id>/<version>")
@requires(Action.SEE_FORMS)
def show(form_id: str, version: str) -> ResponseReturnValue:
    """Show what a version asks, and what its answers may call for."""
    with reading() as session:
        found = find_form(session, form_id, version)
        form = parse_form(found.xform)
        others = [
            one for one in list_form_versions(session, form_id=form_id) if one.version != version
        ]
        return render_template(
            "forms/show.html",
            form=found,
            pages=_pages(form, {one.path for one in consequences_of(found)}),
            consequences=consequences_of(found),
            others=others,
            languages=form.languages,
        )


@form_pages.get("/<form_id>/<version>.xml")
@requires(Action.SEE_FORMS)
def xform(form_id: str, version: str) -> ResponseReturnValue:
    """Send the XForm of a version as a file."""
    with reading() as session:
        found = find_form(session, form_id, version)
    answer = Response(found.xform, content_type="text/xml; charset=utf-8")
    name = "".join(char for char in f"{form_id}-{version}" if char.isalnum() or char in "-_")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.xml")
    return answer


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
        hint=question.hint(language),
        condition=bind.relevant.source.strip() if bind and bind.relevant else "",
        required=bool(bind and bind.required),
        choices=tuple(_choices(form, question, language)),
    )


def _choices(form: Form, question: Question, language: str) -> Iterator[str]:
    offered = question.choices
    if offered is None:
        return
    for _value, wording in offered.written:
        yield form.texts.plain(wording, language)
    top = form.instances.get(offered.list_id)
    for item in top.walk() if top is not None else ():
        for cell in item.named.get(offered.label_name, ()):
            text = cell.text()
            translated = Wording(ident=text) if offered.label_translated else None
            yield form.texts.plain(translated, language) if translated else text
