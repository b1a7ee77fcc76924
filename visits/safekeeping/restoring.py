"""A deployment out of a backup: into an empty place, all of it or nothing."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, make_url

from visits.ground.db import connect
from visits.ground.errors import Conflict
from visits.ground.file_store import FileStore
from visits.ground.migration import holds_tables, knows_revision, migrate, upgrade_within
from visits.ground.private import make_private_folder, write_down
from visits.safekeeping.archives import BadArchive, unpack_archive
from visits.safekeeping.keys import opens_samples
from visits.safekeeping.snapshots import SQLITE_FILE, count_rows, load_snapshot

STAGE = ".restoring"
FILES = "files"


def refuse_unless_empty(data: Path, url: str, *, beside: Sequence[str]) -> None:
    """Raise Conflict when a place for a restore holds anything but files named `beside`."""
    found = sorted(place.name for place in data.iterdir() if place.name not in beside)
    if found:
        raise Conflict("folder_not_empty", place=str(data), found=", ".join(found[:5]))
    if holds_tables(url):
        raise Conflict("database_not_empty", place=make_url(url).render_as_string())


def unpack_backup(archive: Path, stage: Path, url: str) -> dict[str, Any]:
    """Lay out a backup and look whether it fits here; gives its manifest.

    Raises BadArchive, Conflict.
    """
    with archive.open("rb") as file:
        manifest = unpack_archive(file, make_private_folder(stage))
    kind = make_url(url).get_backend_name()
    if manifest["database"] != kind:
        raise Conflict("other_database", made=manifest["database"], here=kind)
    if not knows_revision(manifest["migration"]):
        raise Conflict("newer_backup", migration=manifest["migration"])
    return manifest


def restore(
    stage: Path, manifest: Mapping[str, Any], *, files: Path, url: str, secrets: Sequence[str]
) -> None:
    """Turn what was laid out into a deployment of this version; raises BadArchive, Conflict."""
    make_private_folder(stage / FILES)
    try:
        if manifest["database"] == "postgresql":
            _fill(stage, manifest, files=files, url=url, secrets=secrets)
        else:
            staged = stage / "database" / SQLITE_FILE
            _prepare(staged, stage, manifest, secrets)
            _move(stage / FILES, files)
            _move(staged, Path(str(make_url(url).database)))
    except BaseException:
        if files.exists():  # ours: there were none before
            shutil.rmtree(files)
        raise


def _fill(
    stage: Path, manifest: Mapping[str, Any], *, files: Path, url: str, secrets: Sequence[str]
) -> None:
    engine = connect(url, secrets=secrets)
    try:
        with engine.begin() as connection:
            load_snapshot(connection, stage / "database", manifest)
            _look(connection, stage, manifest)
            upgrade_within(connection)
            _move(stage / FILES, files)
    finally:
        engine.dispose()


def _prepare(
    staged: Path, stage: Path, manifest: Mapping[str, Any], secrets: Sequence[str]
) -> None:
    engine = connect(f"sqlite:///{staged}", secrets=secrets)
    try:
        with engine.connect() as connection:
            if connection.exec_driver_sql("PRAGMA integrity_check").scalar() != "ok":
                raise BadArchive("its database is damaged")
            _look(connection, stage, manifest)
        migrate(engine)
    finally:
        engine.dispose()  # the last one to leave takes the log along


def _look(connection: Connection, stage: Path, manifest: Mapping[str, Any]) -> None:
    if count_rows(connection, sorted(manifest["rows"])) != manifest["rows"]:
        raise BadArchive("its database has other rows than its manifest")
    if not opens_samples(connection, FileStore(stage / FILES)):
        raise Conflict("secrets_do_not_fit")


def _move(source: Path, target: Path) -> None:
    """Move what is ready to its place, on another disk too, where it appears whole."""
    make_private_folder(target.parent)
    arriving = target.with_name(f"{target.name}{STAGE}")
    try:
        shutil.move(source, arriving)
        arriving.rename(target)
    except BaseException:
        arriving.unlink() if arriving.is_file() else shutil.rmtree(arriving, ignore_errors=True)
        raise
    write_down(target.parent)
