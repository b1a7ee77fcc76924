"""What `palier doctor` looks at, and what to do about it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from visits.forms.published import current_forms, list_forms
from visits.ground.db import start_reading
from visits.ground.disk import room_in
from visits.ground.errors import FilesAway, NotFound
from visits.ground.file_store import FileStore
from visits.ground.migration import is_current, knows_revision, revision_of
from visits.models.people import AccessEvent
from visits.programmes.published import forms_in_use, load_programmes
from visits.retention.orphans import owned_files
from visits.safekeeping.backup import last_backup, without_backup_for
from visits.safekeeping.keys import UNREADABLE, Ages, count_values, sample_ages, sealed_tables
from visits.sight.access_chain import find_break, seal_access_log
from webapp.api.tablet_app import FOLDER
from webapp.frame.assets import BUILD
from webapp.frame.transaction import House

SAMPLE = 50
NAMED = 5  # how many of many are named
SPARED = timedelta(minutes=1)  # so far apart may the clocks of several machines be


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    what: str
    ok: bool
    detail: str


def checkup(house: House, *, whole: bool, backup_within: timedelta) -> Iterator[Finding]:
    """Look at the database, the secrets, the log, the forms, files, backups and the disk.

    `whole` reads every file and every sealed value instead of some.
    """
    current = is_current(house.engine)
    yield Finding("database", current, "up to date" if current else _unfinished(house))
    if current:
        _seal(house)
        with house.sessions() as session:
            start_reading(session)
            yield _secrets(session, whole=whole)
            yield _access_log(session)
            yield _clock(session, house.clock())
            yield from _forms(session)
            yield _files(session, house.store, whole=whole)
            yield _backups(session, house, within=backup_within)
    for name, place in (
        ("office files", BUILD / "manifest.json"),
        ("tablet", FOLDER / "index.html"),
    ):
        yield Finding(name, place.is_file(), "built" if place.is_file() else "run `make setup`")
    yield from _disks(house)


def _unfinished(house: House) -> str:
    with house.engine.connect().execution_options(palier_reading=True) as connection:
        revision = revision_of(connection)
    if revision is None:
        return "empty: run `palier init`"
    if not knows_revision(revision):
        return f"of a newer version of Palier ({revision}): install that version"
    return f"an update is unfinished (at {revision}): back up, then run `palier init`"


def _secrets(session: Session, *, whole: bool) -> Finding:
    ages: Ages = Counter()
    if whole:
        for table in sealed_tables():
            ages += count_values(session, table)
    else:
        ages = sample_ages(session.connection())
    if ages[UNREADABLE]:
        said = f"{ages[UNREADABLE]} values open with no secret: put the missing one back, last"
        return Finding("secrets", False, said)
    if any(age != 0 for age in ages):
        return Finding("secrets", False, "the first one is new: run `palier keys rotate`")
    return Finding("secrets", True, "all that was looked at hangs on the first one")


def _seal(house: House) -> None:
    """Seal what is new in the access log, however long that takes."""
    while True:
        with house.sessions.begin() as session:
            if not seal_access_log(session, now=house.clock()):
                return


def _access_log(session: Session) -> Finding:
    broken = find_break(session)
    if broken is None:
        return Finding("access log", True, "unbroken")
    said = f"broken in {broken.month}" + (f" at line {broken.line}" if broken.line else "")
    return Finding("access log", False, f"{said}: find out who changed it, against a backup")


def _clock(session: Session, now: datetime) -> Finding:
    """Tell whether something was noted after now: the clock ran ahead then, or is behind."""
    last = session.scalar(select(func.max(AccessEvent.at)))
    if last is None or last <= now + SPARED:
        return Finding("clock", True, f"{now:%Y-%m-%d %H:%M} UTC")
    said = f"{now:%Y-%m-%d %H:%M} UTC, but somebody read or wrote at {last:%Y-%m-%d %H:%M}"
    return Finding("clock", False, f"{said}: it was put back, set it right (NTP)")


def _forms(session: Session) -> Iterator[Finding]:
    forms = len(list_forms(session))
    yield Finding("forms", forms > 0, f"{forms} versions published")
    missing = sorted(forms_in_use(session) - current_forms(session).keys())
    programmes = load_programmes(session)
    said = f"{len(programmes)} in use, their forms published"
    if missing or not programmes:
        said = f"run `palier init`: {', '.join(missing) or 'programmes'} missing"
    yield Finding("programmes", bool(programmes) and not missing, said)


def _files(session: Session, store: FileStore, *, whole: bool) -> Finding:
    """Look whether each file that is named is there, and whether some of them, or all, open."""
    named = sorted(owned_files(session.connection()))
    try:
        held = set(store.digests())
    except FilesAway as away:
        return Finding("files", False, f"not to be reached: {away.details['said']}")
    missing = [digest for digest in named if digest not in held]
    there = sorted(set(named) - set(missing))
    looked = there if whole else Random().sample(there, min(SAMPLE, len(there)))
    bad = [digest for digest in looked if not _opens(store, digest)]
    for what, which in (("missing", missing), ("unreadable", bad)):
        if which:
            said = f"{len(which)} {what}, such as {', '.join(which[:NAMED])}"
            return Finding("files", False, f"{said}: take them from a backup")
    return Finding("files", True, f"{len(named)} named and there, {len(looked)} read")


def _opens(store: FileStore, digest: str) -> bool:
    try:
        for _piece in store.read(digest):
            pass
    except (NotFound, FilesAway, OSError):
        return False
    return True


def _backups(session: Session, house: House, *, within: timedelta) -> Finding:
    last = last_backup(session)
    late = without_backup_for(session, now=house.clock()) > within
    said = f"the last one of {last:%Y-%m-%d %H:%M} UTC" if last else "none so far"
    todo = f", over {within.days} days: run `palier backup FILE`" if late else ""
    return Finding("backup", not late, said + todo)


def _disks(house: House) -> Iterator[Finding]:
    folders = {house.settings.data}
    url = house.engine.url
    if url.get_backend_name() == "sqlite" and url.database:
        folders.add(Path(url.database).absolute().parent)
    for folder in sorted(folders):
        room = room_in(folder)
        free = f"{folder}: {room.free / 1024**3:.1f} GB free of {room.total / 1024**3:.1f}"
        todo = ", soon full: make room or give it a larger disk" if room.soon_full else ""
        yield Finding("disk", not room.soon_full, free + todo)
