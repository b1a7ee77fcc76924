"""Files and folders that only the account of the service may read."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

FILE, FOLDER = 0o600, 0o700


def make_private_folder(folder: Path) -> Path:
    """Make a folder, or close an open one; gives it."""
    folder.mkdir(mode=FOLDER, parents=True, exist_ok=True)
    close_to_others(folder)
    return folder


def write_down(folder: Path) -> None:
    """Have the names in a folder on the disk: a file that has none there is lost with the power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def close_to_others(place: Path) -> None:
    """Take away what others may do; what belongs to somebody else stays as they set it."""
    wanted = FOLDER if place.is_dir() else FILE
    if place.stat().st_mode & 0o777 & ~wanted:
        with suppress(PermissionError):
            place.chmod(wanted)


@contextmanager
def private_file(place: Path) -> Iterator[BinaryIO]:
    """Write a new file, on the disk when this ends; nothing stays of one that fails."""
    descriptor = os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        place.unlink(missing_ok=True)
        raise
