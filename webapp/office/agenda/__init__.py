"""Pages of appointments, of the visitors who keep them and of when these are away."""

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from webapp.access.auth import Action
from webapp.office.agenda import absences, appointments, calendar, feeds, slots, visitors
from webapp.office.agenda.words import REFUSALS, WORDS
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject

SUBJECT = Subject(
    pages=(
        appointments.appointments,
        slots.slots,
        calendar.agenda,
        visitors.visitors,
        absences.absences,
        feeds.calendar_feed,
    ),
    navigation=(
        Item(42, "agenda.index", _p("calendar", "Agenda"), "calendar-week", Action.PLAN),
        Item(
            52,
            "visitors.index",
            _l("Visitors"),
            "person-walking",
            Action.PLAN,
            ("absences", "calendar_feed.show"),
        ),
        Item(53, "calendar_feed.own", _l("My calendar"), "calendar-plus", Action.VISIT),
    ),
    words=WORDS,
    refusals=REFUSALS,
)
