"""Pages of referrals: the list, one on its way, one written down by hand, one seen by its link."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject
from webapp.office.referrals import by_hand, by_link, links, referrals
from webapp.office.referrals.words import REFUSALS, WORDS

SUBJECT = Subject(
    pages=(
        referrals.referrals,
        by_hand.referrals_by_hand,
        links.referral_links,
        by_link.referral_link,
    ),
    navigation=(
        Item(
            86,
            "referrals.index",
            _l("Referrals"),
            "signpost-split",
            Action.FOLLOW_REFERRALS,
            ("referrals_by_hand", "referral_links"),
        ),
    ),
    words=WORDS,
    refusals=REFUSALS,
)
