"""Where a thing that answers opened has its page: a kind's pages are called after its code."""

from flask import current_app, url_for

from visits.following.kinds import Opened
from visits.following.what_follows import why_unopened
from visits.models.visits import Consequence
from webapp.access.auth import Action, declared_action, may
from webapp.words import word


def action_of(endpoint: str) -> Action | None:
    """Give what an account must be allowed to open a page, None when there is no such page."""
    if endpoint not in current_app.view_functions:
        return None
    action = declared_action(current_app, endpoint)
    return action if isinstance(action, Action) else None


def opened_url(opened: Opened) -> str:
    """Give the address of a thing's page, nothing when it has none or the reader may not."""
    endpoint = f"{opened.kind.code}s.show"
    action = action_of(endpoint)
    if action is None or not may(action):
        return ""
    (rule,) = current_app.url_map.iter_rules(endpoint)
    return url_for(endpoint, **dict.fromkeys(rule.arguments, opened.thing.id))


def unopened(finding: Consequence) -> str:
    """Say why a finding opened nothing."""
    return word("unopened", why_unopened(finding))
