"""The Markdown dress, as ODK's own tests write workbooks."""

from __future__ import annotations

from .tables import Table, Tables


def read_markdown(data: bytes) -> Tables:
    """Read tables that have the sheet's name in the first cell, and its rows below."""
    tables: Tables = {}
    current: Table | None = None
    for line in data.decode("utf-8-sig", "replace").splitlines():
        text = line.strip()
        if not text.startswith("|"):
            continue
        first, *cells = [cell.strip() for cell in _split(text)]
        if set("".join([first, *cells])) <= set("-: "):
            continue
        if first:
            current = tables.setdefault(first, [])
        if current is not None and any(cells):
            current.append(cells)
    return tables


def _split(line: str) -> list[str]:
    protected = line.strip("|").replace(r"\|", "\0")
    return [cell.replace("\0", "|") for cell in protected.split("|")]
