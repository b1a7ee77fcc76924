"""A submission as the office reads it: answers in words, marks, what to do next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from diagnostics.form import Form, parse_form
from diagnostics.reading import Section, asked, in_language, read_answers
from diagnostics.submission import Checked, check
from visits.intake import filled_at
from visits.models.visits import Submission, SubmissionFile
from visits.published_forms import consequences_of
from webapp.languages import current_language
from webapp.words import word


@dataclass(frozen=True)
class Correction:
    """A calculated or hidden answer that differed from what the form's rules give."""

    question: str
    sent: str
    computed: str


@dataclass(frozen=True)
class Reading:
    """One submission in the reader's language.

    `advice` are the sentences the form showed at the end of the visit; `files` go by name.
    """

    submission: Submission
    sections: Sequence[Section]
    advice: Sequence[str]
    scores: Sequence[tuple[str, str]]
    bands: Sequence[tuple[str, str]]
    violations: Sequence[tuple[str, str]]
    corrections: Sequence[Correction]
    unknown: Sequence[str]
    files: Mapping[str, SubmissionFile]
    review: Mapping[str, str] | None


def read_submissions(submissions: Sequence[Submission]) -> list[Reading]:
    """Read submissions for a page, in the reader's language."""
    return [_read(submission, current_language()) for submission in submissions]


def _read(submission: Submission, language: str) -> Reading:
    form = parse_form(submission.form_version.xform)
    checked = check(form, submission.xml, now=filled_at(submission), language=language)
    sections = read_answers(form, checked, language=language)
    findings: dict[str, Any] = submission.findings or {}
    questions = {answer.path: answer.question for part in sections for answer in part.answers}
    return Reading(
        submission=submission,
        sections=sections,
        advice=_advice(form, checked, submission, language=language),
        scores=[
            (_name("score", name), _number(value, language))
            for name, value in findings.get("scores", {}).items()
        ],
        bands=[
            (_name("band", name), str(band)) for name, band in findings.get("bands", {}).items()
        ],
        violations=[
            (questions.get(one.path, _last(one.path)), one.message or word("violation", one.kind))
            for one in checked.violations
        ],
        corrections=[
            Correction(questions.get(one.path) or _calculated(one.path), one.sent, one.computed)
            for one in checked.corrected
        ],
        unknown=checked.unknown,
        files={file.name: file for file in submission.files},
        review=findings.get("review"),
    )


def _advice(form: Form, checked: Checked, submission: Submission, *, language: str) -> list[str]:
    """List what the form's conditional notes said, but for the consequences shown beside."""
    shown_beside = {one.path for one in consequences_of(submission.form_version)}
    scope = in_language(checked.scope, language)
    said = []
    for question in form.questions:
        bind = form.binds.get(question.path)
        if question.control != "note" or question.path in shown_beside:
            continue
        if bind is None or bind.relevant is None:
            continue
        for node in checked.answers.index.get(question.path, ()):
            if node.relevant:
                said.append(asked(form, question, node, scope=scope).replace("**", ""))
    return said


def _name(family: str, path: str) -> str:
    """Say the name of a score; one of a repeat keeps its turn: `room_score[2]`."""
    name, _bracket, turn = path.partition("[")
    stem = name.removesuffix(f"_{family}").removeprefix(f"{family}_")
    said = word("score", stem)
    return _("%(name)s %(turn)s", name=said, turn=turn.rstrip("]")) if turn else said


def _number(value: float, language: str) -> str:
    text = f"{value:g}"
    return text.replace(".", ",") if language == "fr" else text


def _calculated(path: str) -> str:
    last = _last(path)
    for family in ("score", "band"):
        if last.endswith(f"_{family}"):
            return _name(family, last)
    return last


def _last(path: str) -> str:
    return path.rpartition("/")[2]
