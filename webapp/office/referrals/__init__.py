"""Pages of referrals: listed, on their way, by hand, by a link; what partners ask by form."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject
from webapp.office.referrals import by_form, by_hand, by_link, doors, links, referrals, requests
from webapp.office.referrals.words import REFUSALS, WORDS

SUBJECT = Subject(
    pages=(
        referrals.referrals,
        by_hand.referrals_by_hand,
        links.referral_links,
        by_link.referral_link,
        requests.referral_requests,
        doors.referral_doors,
        by_form.referral_form,
    ),
    navigation=(
        Item(
            86,
            "referrals.index",
            _l("Referrals"),
            "signpost-split",
            Action.FOLLOW_REFERRALS,
        ),
    ),
    words=WORDS,
    refusals=REFUSALS,
)
