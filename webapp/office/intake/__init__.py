"""Pages of visits, the answers that came from them, and what came without one."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject
from webapp.office.intake import alerts, comparisons, unclaimed, visits
from webapp.office.intake.words import REFUSALS, WORDS

SUBJECT = Subject(
    pages=(
        visits.visits,
        unclaimed.unclaimed,
        comparisons.comparisons,
        alerts.alerts,
    ),
    navigation=(
        Item(
            50,
            "visits.index",
            _l("Visits"),
            "calendar3",
            Action.SEE_VISITS,
            ("savings", "funding", "tenant_reports", "reports_left"),
        ),
    ),
    words=WORDS,
    refusals=REFUSALS,
)
