"""Pages of a person’s file, her phones, her protection."""

from flask_babel import lazy_gettext as _l

from visits.ground.errors import NotFound
from visits.homes.matching import Needs
from webapp.access.auth import Action
from webapp.office.frame.navigation import Item
from webapp.office.frame.subject import Subject
from webapp.office.people import (
    autonomy,
    by_hand,
    call_wishes,
    contacts,
    documents,
    doubles,
    home_needs,
    households,
    leading_on,
    life_events,
    measures,
    medical,
    merging,
    part_refusals,
    people,
    phones,
    protection,
    roles,
    separations,
)
from webapp.office.people.words import REFUSALS, WORDS

SUBJECT = Subject(
    pages=(
        part_refusals.part_refusals,
        by_hand.people_by_hand,
        people.people,
        households.households,
        merging.merging,
        doubles.doubles,
        documents.documents,
        life_events.life_events,
        protection.protection,
        measures.person_alerts,
        phones.phones,
        call_wishes.call_wishes,
        contacts.contacts,
        roles.roles,
        separations.separations,
        home_needs.home_needs,
        autonomy.autonomy,
        medical.medical,
    ),
    navigation=(
        Item(
            70,
            "people.index",
            _l("People"),
            "people",
            Action.SEE_PERSONS,
            ("own_wishes",),
        ),
    ),
    words=WORDS,
    refusals=REFUSALS,
    filters={"typed_day": people.day_or_text, "shared": doubles.shared, "as_needs": Needs.read},
)

for page in SUBJECT.pages:
    page.register_error_handler(NotFound, leading_on.lead_on)
