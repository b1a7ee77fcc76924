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
from visits.models.handed_in import HandedInFile
from visits.models.interventions import InterventionFile
from visits.models.papers import PaperChange
from visits.models.portfolio import FormDraft, FormVersion
from visits.models.visits import SubmissionFile
from visits.models.works_history import WorkOrderPhoto

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

    def column(name: str, of: InstrumentedAttribute[Any]) -> list[Any]:
        table = of.class_.__tablename__
        if table not in there or name not in {one["name"] for one in known.get_columns(table)}:
            return []
        return list(connection.scalars(select(of)))

    sent = [*column("sha256", SubmissionFile.sha256), *column("sha256", HandedInFile.sha256)]
    sent += [one for one in column("sha256", Document.sha256) if one]
    sent += column("sha256", WorkOrderPhoto.sha256)
    sent += column("sha256", AdaptationPhoto.sha256)
    sent += column("sha256", InterventionFile.sha256)
    sent += [one for one in column("sha256", PaperChange.sha256) if one]
    beside = [*column("files", FormVersion.files), *column("files", FormDraft.files)]
    return {*sent, *(file["sha256"] for files in beside for file in files)}


def _unowned(session: Session, digests: Sequence[str]) -> Iterator[str]:
    sent = select(SubmissionFile.sha256).where(SubmissionFile.sha256.in_(digests))
    handed = select(HandedInFile.sha256).where(HandedInFile.sha256.in_(digests))
    added = select(Document.sha256).where(Document.sha256.in_(digests))
    works = select(WorkOrderPhoto.sha256).where(WorkOrderPhoto.sha256.in_(digests))
    received = select(AdaptationPhoto.sha256).where(AdaptationPhoto.sha256.in_(digests))
    told = select(InterventionFile.sha256).where(InterventionFile.sha256.in_(digests))
    logos = select(PaperChange.sha256).where(PaperChange.sha256.in_(digests))
    every = (sent, handed, added, works, received, told, logos)
    owned = {digest for of in every for digest in session.scalars(of)}
    owned |= _of_forms(session)
    return (digest for digest in digests if digest not in owned)


def _of_forms(session: Session) -> set[str]:
    columns = (FormVersion.files, FormDraft.files)
    beside = [files for column in columns for files in session.scalars(select(column))]
    return {file["sha256"] for files in beside for file in files}
