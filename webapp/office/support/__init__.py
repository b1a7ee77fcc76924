"""Pages of what is done with somebody in a case."""

from webapp.office.frame.subject import Subject
from webapp.office.support import acts
from webapp.office.support.words import REFUSALS, WORDS

SUBJECT = Subject(
    pages=(acts.support,),
    words=WORDS,
    refusals=REFUSALS,
)
