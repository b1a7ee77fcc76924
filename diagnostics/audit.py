"""How long each page of a form took: the `audit.csv` that a tablet sends beside the answers.

ODK's log: columns `event,node,start,end` and perhaps more, moments in milliseconds since 1970.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from .form import Form

FILE_NAME = "audit.csv"
LARGEST = 5_000_000
MOST_ROWS = 50_000
# Longer than a day on one page is a tablet left lying about, or a clock set anew.
LONGEST = timedelta(hours=12)
LATEST_MOMENT = 10**14
_COLUMNS = ("event", "node", "start", "end")
_PAGES = frozenset(["question", "group questions", "page"])
_TURN = re.compile(r"\[(\d+)\]")


class BadAudit(ValueError):
    """The file is no such log."""


@dataclass(frozen=True, slots=True)
class PageTime:
    """The time spent on a page, over all the times it was open."""

    path: str
    title: str
    spent: timedelta


def read_audit(data: bytes, form: Form, *, language: str) -> tuple[PageTime, ...]:
    """Give the time spent by page, in the order they were first opened; raises BadAudit.

    A question counts for the group it stands in; rows that name nothing of the form do not count.
    """
    spent: dict[str, timedelta] = {}
    for row in _rows(data):
        page = _page(row, form)
        if page:
            spent[page] = spent.get(page, timedelta()) + _lasted(row)
    return tuple(
        PageTime(path, _title(path, form, language), total)
        for path, total in spent.items()
        if total
    )


def total_of(pages: tuple[PageTime, ...]) -> timedelta:
    """Add the times of all pages."""
    return sum((one.spent for one in pages), timedelta())


def _rows(data: bytes) -> Iterator[Mapping[str, str]]:
    if len(data) > LARGEST:
        raise BadAudit("too large")
    try:
        text = data.decode("utf-8-sig")
        read = csv.reader(io.StringIO(text, newline=""), strict=True)
        header = [cell.strip() for cell in next(read, [])]
        if not set(_COLUMNS) <= set(header):
            raise BadAudit("no such columns")
        for number, cells in enumerate(read):
            if number >= MOST_ROWS:
                raise BadAudit("too many rows")
            yield dict(zip(header, cells, strict=False))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadAudit(str(error)) from error


def _page(row: Mapping[str, str], form: Form) -> str:
    """Give the place of the page a row is about; empty for none, as for `form start`."""
    if row.get("event", "").strip() not in _PAGES:
        return ""
    place = row.get("node", "").strip()
    path = _TURN.sub("", place)
    if path not in form.models:
        return ""
    if form.models[path].children:
        return place
    holder = place.rpartition("/")[0]
    return holder if holder.count("/") > 1 else place


def _lasted(row: Mapping[str, str]) -> timedelta:
    try:
        start, end = (int(row.get(name, "").strip()) for name in ("start", "end"))
    except ValueError:
        return timedelta()
    if not 0 <= start <= end <= LATEST_MOMENT:
        return timedelta()
    lasted = timedelta(milliseconds=end - start)
    return lasted if lasted <= LONGEST else timedelta()


def _title(place: str, form: Form, language: str) -> str:
    path = _TURN.sub("", place)
    asked = form.by_path.get(path)
    title = form.group_title(path, language) or (asked.label(language) if asked else "")
    turn = _TURN.findall(place)
    name = (title or path.rpartition("/")[2]).replace("**", "")
    return f"{name} {' / '.join(turn)}" if turn else name
