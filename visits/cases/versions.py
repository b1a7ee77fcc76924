"""What a programme's next version means for the cases that are open, and publishing it."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from visits.ground.db import take_turn
from visits.ground.errors import Conflict
from visits.models.cases import Case, Task, TaskState
from visits.models.programmes import ProgrammeVersion
from visits.models.visits import LIVE, Visit
from visits.programmes import BadProgramme, Programme, parse_programme
from visits.programmes.drafts import find_draft, names_beside, throw_away
from visits.programmes.names import name_faults
from visits.programmes.published import load_programmes, publish_programme, version_of
from visits.sight import Viewer, visible_cases


@dataclass(frozen=True)
class Lost:
    """An outcome or a kind of visit that a next version lacks, and how many cases use it."""

    kind: str
    code: str
    name: Mapping[str, str]
    count: int


def open_cases(session: Session, viewer: Viewer) -> dict[str, dict[int, int]]:
    """Count the open cases that the viewer may see: by programme and the version they came with.

    A case that came in before there were versions counts as of version 0.
    """
    version = func.coalesce(ProgrammeVersion.version, 0)
    counted = session.execute(
        select(Case.programme, version, func.count(Case.id))
        .join(Case.person)
        .outerjoin(ProgrammeVersion, ProgrammeVersion.id == Case.programme_version_id)
        .where(Case.closed_on.is_(None), visible_cases(viewer))
        .group_by(Case.programme, version)
    )
    found: dict[str, dict[int, int]] = {}
    for code, number, count in sorted((str(one[0]), int(one[1]), int(one[2])) for one in counted):
        found.setdefault(code, {})[number] = count
    return found


def lost_in_use(session: Session, programme: Programme, viewer: Viewer | None) -> list[Lost]:
    """Name what a next version of a programme lacks although cases use it.

    An outcome that a case was closed with, a kind of visit that is planned or due. Of cases that
    the viewer may see; no viewer sees all. The others keep the words of their own version.
    """
    newest = load_programmes(session).get(programme.code)
    if newest is None:
        return []
    mine = [Case.programme == programme.code, visible_cases(viewer) if viewer else true()]
    kept = {one.code for one in programme.outcomes}
    kinds = {one.code for one in programme.visit_kinds}
    outcomes = {one.code: one.name for one in newest.outcomes if one.code not in kept}
    visits = {one.code: one.name for one in newest.visit_kinds if one.code not in kinds}
    lost = [
        Lost("outcome", code, name, count)
        for code, name in outcomes.items()
        if (count := _closed_with(session, code, mine))
    ]
    lost += [
        Lost("visit_kind", code, name, count)
        for code, name in visits.items()
        if (count := _to_be_visited(session, code, mine))
    ]
    return lost


def publish_next(
    session: Session, text: str, *, source: str, viewer: Viewer | None, now: datetime
) -> ProgrammeVersion:
    """Publish a programme's next version; whoever is in it keeps hers.

    Raises BadProgramme, and Conflict when it lacks what is in use, or a form is not published.
    """
    take_turn(session, "programmes")
    programme = parse_programme(text, source=source)
    faults = name_faults(tomllib.loads(text), names_beside(session, programme.code))
    if faults:
        raise BadProgramme(source, faults)
    for lost in lost_in_use(session, programme, viewer):
        raise Conflict(f"{lost.kind}_in_use", name=lost.name["fr"], count=lost.count)
    by = viewer.user_id if viewer else None
    return publish_programme(session, text, source=source, by=by, now=now)


def publish_draft(
    session: Session, code: str, *, since: int, viewer: Viewer, now: datetime
) -> ProgrammeVersion:
    """Publish a programme's draft and let go of it.

    Raises what `publish_next` does, and Conflict when `since` is not its newest version any more
    (0 when it has none): somebody published another one that nobody compared this draft with.
    """
    draft = find_draft(session, code, to_change=True)
    if newest_number(session, code) != since:
        raise Conflict("programme_published_meanwhile")
    version = publish_next(session, draft.toml, source=code, viewer=viewer, now=now)
    throw_away(session, code)
    return version


def newest_number(session: Session, code: str) -> int:
    """Give the number of a programme's newest version; 0 when none is published."""
    known = code in load_programmes(session)
    return version_of(session, code).version if known else 0


def _closed_with(session: Session, code: str, mine: Sequence[ColumnElement[bool]]) -> int:
    closed = select(func.count(Case.id)).join(Case.person).where(*mine, Case.outcome == code)
    return session.scalar(closed) or 0


def _to_be_visited(session: Session, code: str, mine: Sequence[ColumnElement[bool]]) -> int:
    due = select(Task.case_id).where(Task.visit_kind == code, Task.state == TaskState.OPEN)
    planned = select(Visit.case_id).where(Visit.kind == code, Visit.state.in_(LIVE))
    of_it = Case.id.in_(due.union(planned))
    return session.scalar(select(func.count(Case.id)).join(Case.person).where(*mine, of_it)) or 0
