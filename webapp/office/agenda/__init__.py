"""Pages of appointments and what visitors take along."""

from flask_babel import lazy_gettext as _l

from webapp.access.auth import Action
from webapp.office.agenda import appointments, kits
from webapp.office.agenda.words import REFUSALS, WORDS
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject

SUBJECT = Subject(
    pages=(
        appointments.appointments,
        kits.kits,
    ),
    navigation=(Item(80, "kits.index", _l("Kit stock"), "box-seam", Action.HAND_OUT_KITS),),
    words=WORDS,
    refusals=REFUSALS,
)
