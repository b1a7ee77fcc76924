"""What answers say of a person, while she lets questions about her health be asked."""

import uuid
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.facts import PERSON
from visits.forms.known import Known, known_about, sent_where
from visits.models.cases import Case
from visits.models.people import Consent, ConsentScope, Person, RefusedPart
from visits.people.consents import still_counts
from visits.people.part_refusals import standing_refusals
from visits.sight.reach import Viewer


def agreed_to_health(session: Session, persons: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Tell which of some persons let their health be asked about: their last word on it is yes."""
    statement = (
        select(Consent.person_id, Consent.given)
        .where(Consent.person_id.in_(persons), Consent.scope == ConsentScope.HEALTH)
        .where(still_counts())
        .order_by(
            Consent.at, Consent.given.desc(), Consent.id
        )  # of two at one moment, the no counts
    )
    latest: dict[uuid.UUID, bool] = {row[0]: row[1] for row in session.execute(statement)}
    refused = standing_refusals(session, persons)
    return {
        person_id
        for person_id, given in latest.items()
        if given and RefusedPart.HEALTH not in {one.part for one in refused.get(person_id, ())}
    }


def answers_about(session: Session, viewer: Viewer, person: Person) -> list[Known]:
    """Give the newest answers about a person, of visits that the viewer may see."""
    if person.id not in agreed_to_health(session, {person.id}):
        return []
    return known_about(session, sent_where(session, viewer, Case.person_id == person.id), PERSON)
