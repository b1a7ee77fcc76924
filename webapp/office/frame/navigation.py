"""The left navigation: a table of pages, each shown to those who may open it."""

from dataclasses import dataclass

from flask import current_app, request, url_for

from webapp.access.auth import Action, may


@dataclass(frozen=True)
class Item:
    """A page in the navigation, at its place among those of all subjects.

    Below it stand the blueprints and single pages that `below` names and, if it is its subject's
    first and `rest`, those of the subject that no row names.
    """

    place: int
    endpoint: str
    label: object
    icon: str
    action: Action
    below: tuple[str, ...] = ()
    rest: bool = True

    @property
    def url(self) -> str:
        """The page's address."""
        return url_for(self.endpoint)

    @property
    def current(self) -> bool:
        """Whether this page, or one below it, is open."""
        return not self.names.isdisjoint((request.endpoint, request.blueprint))

    @property
    def names(self) -> frozenset[str | None]:
        """The blueprints and single pages that stand here or below."""
        return frozenset((self.endpoint.partition(".")[0], *self.below))


def navigation() -> list[Item]:
    """Give the pages the signed-in account may open."""
    return [item for item in current_app.extensions["navigation"] if may(item.action)]
