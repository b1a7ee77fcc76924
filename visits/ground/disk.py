"""Whether there is room on the disk, and whether it lets us write."""

import errno
import os
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

LEAST_FREE, LEAST_SHARE = 1024**3, 0.1
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)
PROBE = b"." * 4096


@dataclass(frozen=True)
class Room:
    """What is free on a disk, in bytes."""

    free: int
    total: int

    @property
    def soon_full(self) -> bool:
        """Tell whether it is time to make room."""
        return self.free < LEAST_FREE or self.free < self.total * LEAST_SHARE


def room_in(folder: Path) -> Room:
    """Measure the disk that a folder stands on."""
    usage = shutil.disk_usage(folder)
    return Room(usage.free, usage.total)


def try_to_write(folder: Path) -> None:
    """Write a little and take it away again; raises OSError where that cannot be done."""
    place = folder / f".probe-{uuid.uuid4().hex}"
    try:
        descriptor = os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            if os.write(descriptor, PROBE) < len(PROBE):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.close(descriptor)
    finally:
        place.unlink(missing_ok=True)
