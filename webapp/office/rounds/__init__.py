"""Pages of rounds: asked for, followed while they are worked out, accepted, taken back."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject
from webapp.office.rounds import asking, deciding, on_map, proposal
from webapp.office.rounds.saying import kilometres, not_any_more, on_the_road
from webapp.office.rounds.words import REFUSALS, WORDS

SUBJECT = Subject(
    pages=(asking.rounds, proposal.round_pages, deciding.round_decisions, on_map.round_map),
    navigation=(
        Item(
            43,
            "rounds.index",
            _l("Rounds"),
            "signpost-split",
            Action.PLAN,
        ),
    ),
    words=WORDS,
    refusals=REFUSALS,
    filters={
        "kilometres": kilometres,
        "on_the_road": on_the_road,
        "not_any_more": not_any_more,
    },
)
