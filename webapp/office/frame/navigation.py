"""The left navigation: a table of pages, each shown to those who may open it."""

from dataclasses import dataclass

from flask import current_app, request, url_for

from webapp.access.auth import Action, may


@dataclass(frozen=True)
class Item:
    """A page in the navigation, at its place among those of all subjects.

    `below` names the blueprints whose pages stand below this one.
    """

    place: int
    endpoint: str
    label: object
    icon: str
    action: Action
    below: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The page's address."""
        return url_for(self.endpoint)

    @property
    def current(self) -> bool:
        """Whether this page, or one below it, is open."""
        return request.blueprint in (self.endpoint.partition(".")[0], *self.below)


def navigation() -> list[Item]:
    """Give the pages the signed-in account may open."""
    return [item for item in current_app.extensions["navigation"] if may(item.action)]
