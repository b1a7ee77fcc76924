"""The diagnostics that ship, one workbook each."""

from __future__ import annotations

from importlib.resources import files

SUFFIX = ".yaml"


def shipped() -> tuple[str, ...]:
    """List the names of the diagnostics that ship."""
    names = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX)))


def read_shipped(name: str) -> bytes:
    """Give the workbook of a diagnostic that ships; raises KeyError when none has that name."""
    if name not in shipped():
        raise KeyError(name)
    return files(__name__).joinpath(name + SUFFIX).read_bytes()
