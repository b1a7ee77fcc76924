"""What several test processes need is made by the first of them, and copied by the others."""

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Give the folder of a name, filled once in a run however many processes ask for it."""
    shared = shared_folder(factory)
    folder, done = shared / f"once-{name}", shared / f"once-{name}.done"
    with (shared / f"once-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """Give the folder that all processes of a run share."""
    own = factory.getbasetemp()
    return own.parent if own.name.startswith("popen-") else own  # one process among several
