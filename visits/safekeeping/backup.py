"""A whole deployment in one file, taken while people work."""

import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict
from visits.ground.file_store import HELD, FileStore
from visits.ground.holding import held
from visits.ground.private import private_file, write_down
from visits.models.accounts import JobState
from visits.models.portfolio import FormVersion
from visits.retention.jobs import note_run
from visits.safekeeping.archives import ArchiveWriter, check_archive
from visits.safekeeping.snapshots import Snapshot, take_snapshot

NAME = "backup"
SECRETS = "secrets"


def make_backup(
    engine: Engine, store: FileStore, target: Path, *, secrets: bytes | None, now: datetime
) -> dict[str, Any]:
    """Write a backup and read it again; gives its manifest.

    `secrets` are sealed already, or left out. Raises Conflict, OSError, BadArchive; nothing stays
    of a backup that fails.
    """
    partial = target.with_name(target.name + ".part")
    for place in (target, partial):
        if place.exists():
            raise Conflict("file_exists", place=str(place))
    try:
        with private_file(partial) as file:
            _write(engine, store, ArchiveWriter(file), partial.parent, secrets, now)
        with partial.open("rb") as file:
            manifest = check_archive(file)
        if target.exists():
            raise Conflict("file_exists", place=str(target))
        partial.rename(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    write_down(target.parent)
    return manifest


def _write(
    engine: Engine,
    store: FileStore,
    archive: ArchiveWriter,
    beside: Path,
    secrets: bytes | None,
    now: datetime,
) -> None:
    # Whoever removes files waits: what the snapshot names is still there when its turn comes.
    with held(engine, HELD), tempfile.TemporaryDirectory(prefix=".palier-", dir=beside) as folder:
        snapshot = take_snapshot(engine, Path(folder))
        if not snapshot.migration:
            raise Conflict("nothing_to_back_up")
        if secrets is not None:
            archive.add_bytes(SECRETS, secrets)
        for place in snapshot.places:
            with place.open("rb") as part:
                archive.add(f"database/{place.name}", part)
        missing = _add_files(store, archive, snapshot)
    archive.finish(
        {
            "made_at": now.isoformat(),
            "database": snapshot.database,
            "migration": snapshot.migration,
            "rows": snapshot.rows,
            "columns": snapshot.columns,
            "files": len(snapshot.files) - len(missing),
            "missing": missing,
            "secrets": secrets is not None,
        }
    )


def _add_files(store: FileStore, archive: ArchiveWriter, snapshot: Snapshot) -> list[str]:
    """Add the files that the snapshot names, sealed as they stand; gives those that are gone."""
    missing = []
    for digest in sorted(snapshot.files):
        try:
            with store.open_sealed(digest) as part:
                archive.add(f"files/{digest[:2]}/{digest}", part)
        except FileNotFoundError:
            missing.append(digest)
    return missing


def note_backup(session: Session, manifest: Mapping[str, Any], *, now: datetime) -> None:
    """Keep in mind that a backup was made and read again."""
    result = {
        "rows": sum(manifest["rows"].values()),
        "files": manifest["files"],
        "missing": len(manifest["missing"]),
        "secrets": manifest["secrets"],
    }
    note_run(session, NAME, result, now=now)


def last_backup(session: Session) -> datetime | None:
    """Tell when the last good backup was made."""
    return session.scalars(select(JobState.last_run_at).where(JobState.name == NAME)).one_or_none()


def without_backup_for(session: Session, *, now: datetime) -> timedelta:
    """Tell for how long there was no good backup; a deployment begins with its first form."""
    began = session.scalar(select(func.min(FormVersion.published_at)))
    last = last_backup(session) or began
    return now - last if last is not None else timedelta(0)
