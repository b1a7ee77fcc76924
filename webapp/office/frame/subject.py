"""What a subject brings to the office: pages, rows of the navigation, words, refusals."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Blueprint, Flask

from webapp.frame.errors import learn_refusals
from webapp.frame.told_once import add_once
from webapp.office.frame.navigation import Item
from webapp.words import Words, learn_words


@dataclass(frozen=True)
class Subject:
    """All that is a subject's own: `refusals` by code, `filters` for its templates."""

    pages: tuple[Blueprint, ...]
    navigation: tuple[Item, ...] = ()
    words: Words = field(default_factory=dict)
    refusals: Mapping[str, Any] = field(default_factory=dict)
    filters: Mapping[str, Callable[..., Any]] = field(default_factory=dict)


def gather(app: Flask, subjects: Iterable[Subject]) -> None:
    """Bring all subjects into the office; ValueError when two bring the same."""
    rows: dict[int, Item] = {}
    subjects = list(subjects)
    named = {name for one in subjects for item in one.navigation for name in item.names}
    for subject in subjects:
        for page in subject.pages:
            app.register_blueprint(page)
        add_once(rows, {item.place: item for item in _with_the_rest(subject, named)})
        learn_words(app, subject.words)
        learn_refusals(app, subject.refusals)
        add_once(app.jinja_env.filters, subject.filters)
    app.extensions["navigation"] = [item for _, item in sorted(rows.items())]


def _with_the_rest(subject: Subject, named: set[str | None]) -> Iterator[Item]:
    rest = tuple(page.name for page in subject.pages if page.name not in named)
    for item in subject.navigation:
        yield replace(item, below=(*item.below, *rest)) if item.rest else item
        rest = ()
