"""Files that nobody owns: left by a crash, or by a commit that failed at the last moment."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, inspect, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from visits.ground.db import take_turn
from visits.ground.file_store import HELD, TURN, FileStore
from visits.ground.holding import removing
from visits.models.adaptations import AdaptationPhoto
from visits.models.documents import Document
from visits.models.funding import FundingPaper
from visits.models.handed_in import HandedInFile
from visits.models.interventions import InterventionFile
from visits.models.papers import PaperChange
from visits.models.portfolio import FormDraft, FormVersion
from visits.models.visits import SubmissionFile
from visits.models.works_history import WorkOrderPhoto

# The columns that name a file of the store, and those that list the files beside a form.
NAMED_IN: tuple[InstrumentedAttribute[Any], ...] = (
    SubmissionFile.sha256,
    HandedInFile.sha256,
    Document.sha256,
    WorkOrderPhoto.sha256,
    AdaptationPhoto.sha256,
    FundingPaper.sha256,
    InterventionFile.sha256,
    PaperChange.sha256,
)
LISTED_IN: tuple[InstrumentedAttribute[Any], ...] = (FormVersion.files, FormDraft.files)
# An upload is long over by then.
SPARED = timedelta(days=1)
AT_ONCE = 500


def remove_orphans(
    session: Session, store: FileStore, *, now: datetime, spared: timedelta = SPARED
) -> dict[str, int]:
    """Remove what nobody owns and is older than a day; tells how much.

    While a backup copies files, all stay: `touched` is 0 then.
    """
    with removing(session, HELD) as free:
        return _remove(session, store, now - spared) if free else {"touched": 0}


def _remove(session: Session, store: FileStore, before: datetime) -> dict[str, int]:
    sizes = {one.digest: one.size for one in store.kept() if one.at < before}
    unfinished = store.tidy(before)
    take_turn(session, TURN)
    old = list(sizes)
    orphans = [
        digest
        for start in range(0, len(old), AT_ONCE)
        for digest in _unowned(session, old[start : start + AT_ONCE])
    ]
    store.remove(orphans)
    return {
        "touched": len(orphans) + unfinished,
        "orphans": len(orphans),
        "orphan_bytes": sum(sizes[digest] for digest in orphans),
        "unfinished": unfinished,
    }


def owned_files(connection: Connection) -> set[str]:
    """List the files that a database names, whatever its shape is as yet."""
    known = inspect(connection)
    there = set(known.get_table_names())

    def read(of: InstrumentedAttribute[Any]) -> list[Any]:
        table = of.class_.__tablename__
        if table not in there or of.key not in {one["name"] for one in known.get_columns(table)}:
            return []
        return [one for one in connection.scalars(select(of)) if one]

    return {
        *(digest for of in NAMED_IN for digest in read(of)),
        *(file["sha256"] for of in LISTED_IN for files in read(of) for file in files),
    }


def _unowned(session: Session, digests: Sequence[str]) -> Iterator[str]:
    named = (session.scalars(select(of).where(of.in_(digests))) for of in NAMED_IN)
    listed = (session.scalars(select(of)) for of in LISTED_IN)
    owned = {digest for found in named for digest in found}
    owned |= {file["sha256"] for found in listed for files in found for file in files}
    return (digest for digest in digests if digest not in owned)
