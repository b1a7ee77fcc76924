"""Pages of a dwelling and of a residence."""

from webapp.office.frame.subject import Subject
from webapp.office.homes import homes
from webapp.office.homes.words import REFUSALS, WORDS

SUBJECT = Subject(pages=(homes.homes,), words=WORDS, refusals=REFUSALS)
