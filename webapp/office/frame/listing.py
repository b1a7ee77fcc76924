"""What a list's address says: page, order, filters. In the URL, so that a list can be shared."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask import g, request, url_for

from visits.sight.listing import Listed, Wanted

MAX_PAGE = 100_000


def wanted() -> Wanted:
    """Read the page and the order from the address; nonsense becomes the first page."""
    page = request.args.get("page", 1, type=int)
    return Wanted(
        page=min(max(page, 1), MAX_PAGE),
        sort=request.args.get("sort", ""),
        descending=request.args.get("desc") == "1",
    )


def stands_at(endpoint: str, **place: object) -> None:
    """Say where a page is asked for that also answers a change that was refused."""
    g.stands_at = endpoint, place


def here(**changes: object) -> str:
    """Give this page's address with some of its arguments changed; None takes one away."""
    endpoint, place = g.get("stands_at") or (request.endpoint or "", request.view_args or {})
    arguments = asked(*place) | {key: str(value) for key, value in changes.items()}
    for key, value in changes.items():
        if value is None:
            arguments.pop(key, None)
    return url_for(endpoint, **place, **arguments)


def file_link(endpoint: str) -> str:
    """Give the address of this list as a file: filtered and sorted as the page is."""
    return url_for(endpoint, **asked("page"))


def asked(*ours: str) -> dict[str, Any]:
    """Read what this address asks, for another one; `ours` are said otherwise, or not at all.

    Nothing of a stranger's passes for an argument of url_for's own.
    """
    ours = ("endpoint", *ours)
    return {
        name: request.args.getlist(name)
        for name in request.args
        if name not in ours and not name.startswith("_")
    }


def sort_link(listed: Listed[object], column: str) -> str:
    """Give the address that sorts by a column, or turns its order round."""
    again = listed.wanted.sort == column and not listed.wanted.descending
    return here(sort=column, desc="1" if again else None, page=None)


def wanted_by(column: str) -> Wanted:
    """Read the page and the order, by default the smallest of a column first."""
    asked = wanted()
    return asked if asked.sort else replace(asked, sort=column)


def wanted_latest_first(column: str) -> Wanted:
    """Read the page and the order, by default the latest first."""
    asked = wanted()
    return asked if asked.sort else replace(asked, sort=column, descending=True)


def pairs(rows: Iterable[object], value: str, label: str) -> list[tuple[Any, Any]]:
    """Give two attributes of each row, to choose from."""
    return [(getattr(row, value), getattr(row, label)) for row in rows]
