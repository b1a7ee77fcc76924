"""The left navigation: a table of pages, each shown to those who may open it."""

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action, may

# Blueprints whose pages stand below those of another.
WITHIN = {"form_drafts": "published_forms", "person_alerts": "people", "unclaimed": "visits"}


@dataclass(frozen=True)
class Item:
    """A page in the navigation."""

    endpoint: str
    label: object
    icon: str
    action: Action

    @property
    def url(self) -> str:
        """The page's address."""
        return url_for(self.endpoint)

    @property
    def current(self) -> bool:
        """Whether this page, or one below it, is open."""
        here = request.blueprint or ""
        return WITHIN.get(here, here) == self.endpoint.partition(".")[0]


ITEMS = (
    Item("home.index", _l("Home"), "house", Action.OWN_ACCOUNT),
    Item("imports.index", _l("Imports"), "upload", Action.IMPORT_STOCK),
    Item("targeting.index", _l("Whom to visit"), "list-ol", Action.ENROL),
    Item("cases.index", _l("Calls"), "telephone", Action.PLAN),
    Item("visits.index", _l("Visits"), "calendar3", Action.SEE_VISITS),
    Item("follow_ups.index", _l("Follow-ups"), "telephone-outbound", Action.FOLLOW_UP),
    Item("people.index", _l("People"), "people", Action.SEE_PERSONS),
    Item("kits.index", _l("Kit stock"), "box-seam", Action.HAND_OUT_KITS),
    Item("work_orders.index", _l("Work orders"), "tools", Action.SEE_WORKS),
    Item("map_page.index", _l("Map"), "map", Action.SEE_MAP),
    Item("outcomes.index", _l("Outcomes"), "bar-chart", Action.SEE_OUTCOMES),
    Item("published_forms.index", _l("Forms"), "ui-checks", Action.SEE_FORMS),
    Item("parameters.index", _l("Parameters"), "sliders", Action.SEE_PARAMETERS),
    Item("accounts.index", _l("Accounts"), "person-gear", Action.MANAGE_ACCOUNTS),
)


def navigation() -> list[Item]:
    """Give the pages the signed-in account may open."""
    return [item for item in ITEMS if may(item.action)]
