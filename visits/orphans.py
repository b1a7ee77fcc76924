"""Files that nobody owns: left by a crash, or by a commit that failed at the last moment."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.db import take_turn
from visits.file_store import TURN, FileStore
from visits.models.handed_in import HandedInFile
from visits.models.portfolio import FormDraft, FormVersion
from visits.models.visits import SubmissionFile

# An upload is long over by then.
SPARED = timedelta(days=1)
AT_ONCE = 500


def remove_orphans(session: Session, store: FileStore, *, now: datetime) -> dict[str, int]:
    """Remove what no submission, form or draft owns and is older than a day; tells how much."""
    kept, left = store.older_than(now - SPARED)
    for partial in left:
        partial.unlink(missing_ok=True)
    take_turn(session, TURN)
    orphans = [
        digest
        for start in range(0, len(kept), AT_ONCE)
        for digest in _unowned(session, kept[start : start + AT_ONCE])
    ]
    size = sum(store.remove(digest) for digest in orphans)
    return {
        "touched": len(orphans) + len(left),
        "orphans": len(orphans),
        "orphan_bytes": size,
        "unfinished": len(left),
    }


def _unowned(session: Session, digests: Sequence[str]) -> Iterator[str]:
    sent = select(SubmissionFile.sha256).where(SubmissionFile.sha256.in_(digests))
    handed = select(HandedInFile.sha256).where(HandedInFile.sha256.in_(digests))
    owned = {*session.scalars(sent), *session.scalars(handed)} | _of_forms(session)
    return (digest for digest in digests if digest not in owned)


def _of_forms(session: Session) -> set[str]:
    columns = (FormVersion.files, FormDraft.files)
    beside = [files for column in columns for files in session.scalars(select(column))]
    return {file["sha256"] for files in beside for file in files}
