"""What a visit may leave on paper in a home, and what is for the person's own hand alone."""

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.assessment import questions_behind
from diagnostics.codes import Kind, Severity
from diagnostics.form import Form, parse_form
from visits.following.every_kind import opened_by
from visits.following.kinds import Opened
from visits.following.what_follows import is_left
from visits.forms.listing import confidential_names
from visits.forms.published import consequences_of
from visits.intake.visit_file import counted_submissions
from visits.models.cases import Case
from visits.models.people import Person, RefusedPart
from visits.models.reports import ReportReader
from visits.models.visits import AT_HOME, COUNTED, Consequence, Submission, Visit
from visits.people.part_refusals import refused_parts
from visits.sight.reach import Viewer, visible_cases

# What the office follows up with herself, or asks of others for her: not for who lives with her.
HERS = frozenset({Kind.FOLLOW_UP, Kind.REFERRAL})
# What is about herself whatever its kind: a fall, a wish to leave, how she would call for help.
ABOUT_HER = frozenset(
    {"fall_risk", "habits", "no_way_to_call", "person_in_danger", "tele_assistance", "move"}
)
# The office's own call about a visit, or to somebody else: no promise to her.
NOT_TOLD = frozenset({"support_call"})
SEVERITIES = tuple(Severity)
_POSITION = re.compile(r"\[\d+\]")
_QUOTED = re.compile(r"\$\{\s*([\w-]+)\s*\}")


@dataclass(frozen=True)
class Line:
    """One thing a paper tells: what was found, what it opened; `refused`: she wants no works."""

    finding: Consequence
    opened: Opened | None = None
    refused: bool = False


def lines_for(session: Session, visit: Visit, reader: ReportReader) -> list[Line]:
    """List what the answers of a visit called for and a reader may be told, the most urgent first.

    Each thing once, whatever forms found it. What an answer for social workers alone called for,
    or would be read from, is on no paper.
    """
    submissions = counted_submissions(session, visit)
    told = [one for sent in submissions for one in _told(session, sent)]
    refused = refused_parts(session, visit.case.person_id)
    kept = [one for one in told if may_read(one, reader) and not _against(one, refused)]
    kept.sort(key=_urgency)
    opened = opened_by(session, [one.id for one in kept])
    lines = (Line(one, opened.get(one.id), one.id not in opened and is_left(one)) for one in kept)
    return list(_once(lines))


def latest_to_report(session: Session, viewer: Viewer, landlord_id: uuid.UUID) -> Visit | None:
    """Give the latest visit to a landlord's tenant that the viewer may read, to try papers on."""
    return session.scalars(
        select(Visit)
        .join(Visit.case)
        .join(Case.person)
        .where(visible_cases(viewer), Person.landlord_id == landlord_id, Person.died_on.is_(None))
        .where(AT_HOME)
        .where(Visit.id.in_(select(Submission.visit_id).where(Submission.state.in_(COUNTED))))
        .order_by(Visit.planned_start_at.desc(), Visit.id.desc())
        .limit(1)
    ).one_or_none()


def _urgency(finding: Consequence) -> int:
    return SEVERITIES.index(finding.severity) if finding.severity in SEVERITIES else len(SEVERITIES)


def may_read(finding: Consequence, reader: ReportReader) -> bool:
    """Tell whether a reader may be told: what is about her herself, she alone."""
    if finding.code in NOT_TOLD:
        return False
    about_her = finding.kind in HERS or finding.code in ABOUT_HER
    return reader is ReportReader.HER or not about_her


def _against(finding: Consequence, refused: Mapping[RefusedPart, object]) -> bool:
    """Tell whether it is of a part she has refused since."""
    if finding.kind == Kind.REFERRAL:
        return RefusedPart.SHARING in refused
    return finding.code in ABOUT_HER and RefusedPart.HEALTH in refused


def _told(session: Session, submission: Submission) -> Iterator[Consequence]:
    """Give what some answers called for, but for what rests on a confidential one."""
    version = submission.form_version
    marked = confidential_names(session, [version.form_id])[version.form_id]
    form = parse_form(version.xform) if marked else None
    secret = {
        one.path
        for one in consequences_of(version)
        if form is not None and _rests_on(form, (*one.causes, *_quoted(form, one.label)), marked)
    }
    for finding in submission.consequences:
        if _POSITION.sub("", finding.path) not in secret:
            yield finding


def _rests_on(form: Form, paths: Iterable[str], marked: Mapping[str, str]) -> bool:
    return any(_name(path) in marked for path in questions_behind(form, paths))


def _quoted(form: Form, label: Mapping[str, str]) -> list[str]:
    names = {name for said in label.values() for name in _QUOTED.findall(said)}
    return [path for path in form.binds if _name(path) in names]


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _once(lines: Iterable[Line]) -> Iterator[Line]:
    """Tell once what two forms found, and what one order does for two findings."""
    seen: set[Sequence[object]] = set()
    for line in lines:
        finding = line.finding
        same = (finding.kind, finding.code, *sorted(finding.label.items()))
        keys = {same} | ({(line.opened.kind.code, line.opened.thing.id)} if line.opened else set())
        if not keys & seen:
            yield line
        seen |= keys
