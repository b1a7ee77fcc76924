"""What the figures were measured on, in plain words, and how much of it was ours."""

import os
import platform
import sqlite3
import time
from typing import Any

import psutil  # type: ignore[import-untyped]

LOOK = 0.4  # seconds


def describe_machine() -> dict[str, Any]:
    """Tell cores, memory and versions; never the machine's name."""
    return {
        "cores": os.cpu_count(),
        "memory_GB": round(psutil.virtual_memory().total / 2**30),
        "system": platform.system(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


def core_share() -> float:
    """Give the share of a core that a busy loop gets just now: 1 on a machine left alone."""
    start, used = time.perf_counter(), time.thread_time()
    while time.perf_counter() - start < LOOK:
        pass
    return (time.thread_time() - used) / (time.perf_counter() - start)
