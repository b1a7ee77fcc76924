"""What the figures were measured on, in plain words."""

import os
import platform
import sqlite3
from typing import Any

import psutil  # type: ignore[import-untyped]


def describe_machine() -> dict[str, Any]:
    """Tell cores, memory, versions and how busy the machine was; never its name."""
    return {
        "cores": os.cpu_count(),
        "memory_GB": round(psutil.virtual_memory().total / 1e9),
        "busy": round(os.getloadavg()[0], 1),
        "system": platform.system(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }
