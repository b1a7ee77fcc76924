"""Pages of places in residences and of who stays in them."""

from webapp.office.frame.subject import Subject
from webapp.office.stays import places
from webapp.office.stays.typed import contract_in_words
from webapp.office.stays.words import REFUSALS, WORDS

SUBJECT = Subject(
    pages=(places.places,),
    words=WORDS,
    refusals=REFUSALS,
    filters={"contract_in_words": contract_in_words},
)
