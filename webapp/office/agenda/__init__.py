"""Pages of appointments."""

from webapp.office.agenda import appointments
from webapp.office.agenda.words import REFUSALS, WORDS
from webapp.office.frame.subject import Subject

SUBJECT = Subject(
    pages=(appointments.appointments,),
    words=WORDS,
    refusals=REFUSALS,
)
