"""Pages of adaptations: the list, one on its path, what is decided, one written down by hand."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.adaptations import (
    accounts,
    adaptations,
    alternatives,
    asking,
    by_hand,
    commissions,
    deciding,
    following_up,
    funding,
    ordering,
    photos,
)
from webapp.office.adaptations.refusals import REFUSALS
from webapp.office.adaptations.words import WORDS
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject

SUBJECT = Subject(
    pages=(
        adaptations.adaptations,
        deciding.decisions,
        following_up.adaptation_follow_ups,
        alternatives.adaptation_alternatives,
        by_hand.adaptations_by_hand,
        funding.adaptation_funding,
        ordering.adaptation_works,
        photos.adaptation_photos,
        commissions.commissions,
        asking.commission_requests,
        accounts.adaptation_accounts,
    ),
    navigation=(
        Item(
            85,
            "adaptations.index",
            _l("Adaptations"),
            "house-gear",
            Action.FOLLOW_ADAPTATIONS,
            ("decision_letters.adaptation",),
        ),
    ),
    words=WORDS,
    refusals=REFUSALS,
)
