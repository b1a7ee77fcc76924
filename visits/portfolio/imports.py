"""An uploaded file from its arrival to its import."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from visits.ground.db import take_turn
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.people import AccessKind
from visits.models.portfolio import Import, ImportState
from visits.people.protection import wait_to_protect
from visits.portfolio.apply import apply_plan
from visits.portfolio.fields import Kind
from visits.portfolio.listing import visible_imports
from visits.portfolio.mapping import (
    AnyColumns,
    as_json,
    from_json,
    propose_mapping,
    remember_mapping,
)
from visits.portfolio.plan import ImportPlan, examine
from visits.portfolio.rows import Problem
from visits.portfolio.tables import EVERYTHING, Parts, Table, read_table
from visits.sight.access_log import log_access
from visits.sight.landlords import landlord_for
from visits.sight.reach import Viewer

CONTENT_KEPT = timedelta(days=30)
NO_CHOICES: Mapping[str, str] = MappingProxyType({})
# What a dry run may ask, and what may be answered: the first is what happens unasked.
QUESTIONS = {
    "new_lease": ("together", "successive"),
    "presumed_date": ("apart", "same"),
    "phone_by_hand": ("by_hand", "take"),
    "two_addresses": ("", "keep", "refuse"),
}


def upload_file(
    session: Session, *, data: bytes, file_name: str, user_id: uuid.UUID, now: datetime,
    parts: Parts = EVERYTHING, landlord_id: uuid.UUID | None = None,
) -> Import:  # fmt: skip
    """Keep an uploaded table with a proposed kind and mapping; nothing is imported yet.

    It is of the landlord that is named, else of the sender's own. Raises NotATable when it is not
    a table, Invalid when it must be said for whom it is, or may not be for this one.
    """
    landlord = landlord_for(session, user_id, landlord_id, on=today_in_paris(now))
    table = read_table(data, file_name=file_name, parts=parts)
    proposal = propose_mapping(session, table, landlord_id=landlord)
    kept = Import(
        landlord_id=landlord,
        file_name=PurePath(file_name.replace("\\", "/")).name[:200] or "import",
        sha256=hashlib.sha256(data).hexdigest(),
        content=data,
        kind=proposal.kind.value,
        mapping=as_json(proposal.mapping),
        state=ImportState.UPLOADED,
        uploaded_at=now,
        uploaded_by_id=user_id,
    )
    session.add(kept)
    session.flush()
    return kept


def find_import(session: Session, import_id: uuid.UUID, *, viewer: Viewer | None = None) -> Import:
    """Find an uploaded file: with a territory, one's own alone. Raises NotFound."""
    statement = select(Import).where(Import.id == import_id, visible_imports(viewer))
    kept = session.scalars(statement).one_or_none()
    if kept is None:
        raise NotFound("import_not_found")
    return kept


def known_answers(typed: Mapping[str, str]) -> dict[str, str]:
    """Keep what answers a question; `new_lease_12` answers it for line 12 alone."""
    return {
        name: value
        for name, value in typed.items()
        for code, options in QUESTIONS.items()
        if name == code or (name.startswith(f"{code}_") and name[len(code) + 1 :].isdecimal())
        if value in options and value
    }


def read_answers(texts: Iterable[str]) -> dict[str, str]:
    """Read answers written `new_lease=successive`. Raises Invalid for what answers nothing."""
    typed = dict(text.partition("=")[::2] for text in texts)
    if unknown := typed.keys() - known_answers(typed).keys():
        raise Invalid(dict.fromkeys(unknown, "unknown_answer"), "unknown_answer")
    return known_answers(typed)


def content_of(kept: Import) -> bytes:
    """Give the bytes of an uploaded file. Raises Conflict once they are purged."""
    if kept.content is None:
        raise Conflict("content_purged", days=CONTENT_KEPT.days)
    return kept.content


def table_of(kept: Import, *, parts: Parts | None = None) -> Table:
    """Read the table of an uploaded file again: these parts of it, or those that were imported.

    Raises Conflict once its content is purged, NotATable when the parts do not fit together.
    """
    read = parts or _parts_of(kept)
    return read_table(content_of(kept), file_name=kept.file_name, parts=read)


def _parts_of(kept: Import) -> Parts:
    read = (kept.counts or {}).get("parts") or {}
    return Parts(sheets=tuple(read.get("sheets", ())), masked=read.get("masked", True))


def examine_import(
    session: Session,
    import_id: uuid.UUID,
    *,
    kind: str,
    mapping: AnyColumns,
    now: datetime,
    viewer: Viewer | None = None,
    parts: Parts | None = None,
    choices: Mapping[str, str] = NO_CHOICES,
) -> ImportPlan:
    """Work out what importing a file would change; nothing is written."""
    kept = find_import(session, import_id, viewer=viewer)
    columns = from_json(mapping)
    table, chosen = table_of(kept, parts=parts), _kind(kind)
    return examine(
        session, landlord_id=kept.landlord_id, table=table, kind=chosen, mapping=columns, now=now,
        viewer=viewer, choices=choices,
    )  # fmt: skip


def confirm_import(
    session: Session,
    import_id: uuid.UUID,
    *,
    kind: str,
    mapping: AnyColumns,
    now: datetime,
    viewer: Viewer | None = None,
    parts: Parts | None = None,
    choices: Mapping[str, str] = NO_CHOICES,
) -> Import:
    """Import a file: write what its plan says, keep the counts, remember the mapping.

    `choices` are the answers to what the dry run asked, by the code of the warning that asks.

    The access log gets a line for each person it adds or changes, in the viewer's name. Raises
    Conflict when it was imported already.
    """
    # What one import would do is worked out against what the one before has written.
    take_turn(session, "import")
    wait_to_protect(session)
    kept = find_import(session, import_id, viewer=viewer)
    session.refresh(kept)
    if kept.state is ImportState.IMPORTED:
        raise Conflict("already_imported")
    table, chosen, columns = table_of(kept, parts=parts), _kind(kind), from_json(mapping)
    plan = examine(
        session, landlord_id=kept.landlord_id, table=table, kind=chosen, mapping=columns, now=now,
        viewer=viewer, choices=choices,
    )  # fmt: skip
    kept.counts = {
        **apply_plan(session, plan, by=viewer.user_id if viewer else None),
        "lines": plan.lines,
        "account": plan.account.sums,
        "parts": asdict(parts or Parts()),
        "choices": dict(choices),
    }
    kept.problems = _problems(plan)
    kept.kind, kept.mapping = chosen.value, as_json(columns)
    kept.state, kept.imported_at = ImportState.IMPORTED, now
    remember_mapping(
        session, table, landlord_id=kept.landlord_id, kind=chosen, mapping=columns, now=now
    )
    session.flush()
    persons = sorted(plan.ledger.persons_written())
    by = viewer.user_id if viewer else None
    log_access(session, user_id=by, persons=persons, kind=AccessKind.WRITE, what="import", now=now)
    return kept


def purge_imports(session: Session, *, now: datetime) -> int:
    """Delete the content and problems of files 30 days old; gives how many.

    Files that were never imported go altogether.
    """
    old = Import.uploaded_at < now - CONTENT_KEPT
    session.flush()
    forgotten = session.execute(
        delete(Import).where(old, Import.state == ImportState.UPLOADED).returning(Import.id)
    ).all()
    purged = session.execute(
        update(Import)
        .where(old, or_(Import.content.is_not(None), Import.problems.is_not(None)))
        .values(content=None, problems=None)
        .returning(Import.id)
    ).all()
    return len(forgotten) + len(purged)


def _kind(kind: str) -> Kind:
    try:
        return Kind(kind)
    except ValueError:
        raise Invalid({"kind": "unknown_kind"}, "bad_mapping") from None


def _problems(plan: ImportPlan) -> dict[str, list[dict[str, Any]]]:
    """Keep what colleagues may read as well, who may not be named for whom the sender is."""
    open_to_all = [one for one in plan.warnings if one.line not in plan.closed_lines]
    return {
        "refusals": [_as_dict(problem) for problem in plan.refusals],
        "warnings": [_as_dict(problem) for problem in open_to_all],
        "left_out": [_as_dict(problem) for problem in plan.left_out],
    }


def _as_dict(problem: Problem) -> dict[str, Any]:
    return asdict(problem)
