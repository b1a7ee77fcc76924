"""A submission as the office reads it: answers in words, marks, what to do next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from flask import g
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from diagnostics.audit import FILE_NAME, BadAudit, PageTime, read_audit, total_of
from diagnostics.form import Form, parse_form
from diagnostics.reading import Section, asked, in_language, place_title, read_answers, turn_detail
from diagnostics.submission import Checked
from diagnostics.xpath import Node, Scope
from visits.forms.listing import confidential_names
from visits.forms.published import consequences_of
from visits.ground.errors import NotFound
from visits.intake.conclusion import read_checked
from visits.intake.sealed_photos import sealed_photos
from visits.models.visits import Consequence, Submission, SubmissionFile
from webapp.frame.languages import current_language
from webapp.frame.transaction import house
from webapp.words import word


@dataclass(frozen=True)
class Correction:
    """A calculated or hidden answer that differed from what the form's rules give."""

    question: str
    sent: str
    computed: str


@dataclass(frozen=True)
class Timing:
    """How long each page was open; `unreadable` when the log makes no sense."""

    pages: Sequence[PageTime] = ()
    unreadable: bool = False

    @property
    def total(self) -> timedelta:
        """Add the times of all pages."""
        return total_of(tuple(self.pages))


@dataclass(frozen=True)
class Reading:
    """One submission in the reader's language.

    `advice` are the sentences the form showed, each with the turn of a repeat it is about;
    `files` go by name, `hidden` are the names of questions whose answers are not for the reader.
    """

    submission: Submission
    sections: Sequence[Section]
    advice: Sequence[tuple[str, str]]
    scores: Sequence[tuple[str, str]]
    bands: Sequence[tuple[str, str]]
    violations: Sequence[tuple[str, str]]
    corrections: Sequence[Correction]
    unknown: Sequence[str]
    files: Mapping[str, SubmissionFile]
    review: Mapping[str, str] | None
    timing: Timing
    hidden: frozenset[str]
    # Photos that came although the person refuses them.
    withheld: frozenset[str] = frozenset()

    def causes(self, consequence: Consequence) -> list[tuple[str, list[str]]]:
        """Say which answers made something follow: each question once, in the reader's language."""
        return _told(consequence, self.sections, self.hidden)


def read_submissions(session: Session, submissions: Sequence[Submission]) -> list[Reading]:
    """Read submissions for a page, in the reader's language."""
    forms = {submission.form_version.form_id for submission in submissions}
    marked = confidential_names(session, forms)
    return [
        replace(
            _read(one, hidden=_hidden(one, marked[one.form_version.form_id])),
            withheld=sealed_photos(session, one),
        )
        for one in submissions
    ]


def told_causes(session: Session, consequence: Consequence) -> list[tuple[str, list[str]]]:
    """Give the answers that made something follow, but for those the account may not read."""
    submission, language = consequence.submission, current_language()
    form_id = submission.form_version.form_id
    hidden = _hidden(submission, confidential_names(session, [form_id])[form_id])
    form = parse_form(submission.form_version.xform)
    checked = read_checked(submission, language=language)
    sections = read_answers(form, checked, language=language, hidden=hidden)
    return _told(consequence, sections, hidden)


def _told(
    consequence: Consequence, sections: Sequence[Section], hidden: frozenset[str]
) -> list[tuple[str, list[str]]]:
    answers = {one.path: one for part in sections for one in part.answers}
    said: dict[str, dict[str, None]] = {}
    for cause in consequence.causes:
        if _last(cause["path"]) in hidden:
            continue
        now_said = answers.get(cause["path"])
        question = now_said.question if now_said else cause["question"]
        answer = now_said.answer if now_said else cause["answer"]
        said.setdefault(question.replace("**", ""), {})[answer] = None
    return [(question, list(all_said)) for question, all_said in said.items()]


def _hidden(submission: Submission, marked: Mapping[str, str]) -> frozenset[str]:
    """Name the questions whose answers are not for the signed-in account.

    Who wrote them always reads them.
    """
    if g.account.id == submission.sent_by_id:
        return frozenset()
    return frozenset(name for name, readers in marked.items() if g.account.role != readers)


def _read(submission: Submission, *, hidden: frozenset[str]) -> Reading:
    language = current_language()
    form = parse_form(submission.form_version.xform)
    checked = read_checked(submission, language=language)
    sections = read_answers(form, checked, language=language, hidden=hidden)
    findings: dict[str, Any] = submission.findings or {}
    questions = {answer.path: answer.question for part in sections for answer in part.answers}
    return Reading(
        submission=submission,
        sections=sections,
        advice=_advice(form, checked, submission, hidden=hidden),
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
            if _last(one.path) not in hidden
        ],
        unknown=checked.unknown,
        files={file.name: file for file in submission.files if file.name != FILE_NAME},
        review=findings.get("review"),
        timing=_timing(submission, form, language=language),
        hidden=hidden,
    )


def _timing(submission: Submission, form: Form, *, language: str) -> Timing:
    log = next((file for file in submission.files if file.name == FILE_NAME), None)
    if log is None:
        return Timing()
    try:
        return Timing(read_audit(house().store.get(log.sha256), form, language=language))
    except (BadAudit, NotFound):
        return Timing(unreadable=True)


def _advice(
    form: Form, checked: Checked, submission: Submission, *, hidden: frozenset[str]
) -> list[tuple[str, str]]:
    """List what the form's conditional notes said and where, but for what is shown beside."""
    shown_beside = {one.path for one in consequences_of(submission.form_version)}
    scope = in_language(checked.scope, current_language())
    said = []
    for question in form.questions:
        bind = form.binds.get(question.path)
        if question.control != "note" or question.path in shown_beside:
            continue
        if bind is None or bind.relevant is None:
            continue
        for node in checked.answers.index.get(question.path, ()):
            if node.relevant:
                sentence = asked(form, question, node, scope=scope).replace("**", "")
                said.append((_turn(form, node, scope=scope, hidden=hidden), sentence))
    return said


def _turn(form: Form, node: Node, *, scope: Scope, hidden: frozenset[str]) -> str:
    """Name the turn of a repeat that a node stands in; empty outside of any."""
    turn = next((one for one in node.ancestors() if one.path in form.repeats), None)
    if turn is None:
        return ""
    title = place_title(form, turn, scope.language)
    detail = turn_detail(form, turn, scope=scope, hidden=hidden)
    return f"{title} · {detail}" if detail else title


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
    return str(_("calculated answer “%(name)s”", name=last))


def _last(path: str) -> str:
    return path.rpartition("/")[2].partition("[")[0]
