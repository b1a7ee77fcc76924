"""Pages of a dwelling and of a residence."""

from webapp.office.frame.subject import Subject
from webapp.office.homes import addresses, by_hand, homes, leases, unplaced
from webapp.office.homes.words import REFUSALS, WORDS

SUBJECT = Subject(
    pages=(
        by_hand.homes_by_hand,
        homes.homes,
        leases.leases,
        addresses.addresses,
        unplaced.unplaced_page,
    ),
    words=WORDS,
    refusals=REFUSALS,
)
