"""Measures at the door: noted once, looked at again, ended, never forgotten."""

from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_person, make_user, make_viewer
from visits.ground.errors import Conflict, NotFound
from visits.models.people import AccessEvent, AlertCode, Person
from visits.people.measures import end_alert, find_alert, keep_alert, note_alert, standing_alerts
from visits.sight import Viewer


@pytest.fixture
def viewer(session: Session) -> Viewer:
    return make_viewer(make_user(session))


@pytest.fixture
def person(session: Session) -> Person:
    return make_person(session)


def _standing(session: Session, person: Person) -> list[AlertCode]:
    return [one.code for one in standing_alerts(session, [person.id]).get(person.id, [])]


def test_a_measure_is_reviewed_after_six_months_and_shown_until_it_ends(
    session: Session, person: Person, viewer: Viewer, now: datetime
) -> None:
    alert = note_alert(session, person, AlertCode.TWO_VISITORS, viewer=viewer, now=now)
    assert (alert.noted_on, alert.review_on) == (date(2026, 3, 10), date(2026, 9, 10))
    much_later = now.replace(year=2027)
    assert _standing(session, person) == [AlertCode.TWO_VISITORS]
    keep_alert(session, alert, viewer=viewer, now=much_later)
    assert alert.review_on == date(2027, 9, 10)
    end_alert(session, alert, viewer=viewer, now=much_later)
    assert _standing(session, person) == []
    noted = session.scalars(select(AccessEvent.what).order_by(AccessEvent.id)).all()
    assert noted == ["alert_noted", "alert_reviewed", "alert_ended"]


def test_a_measure_is_noted_once_at_a_time(
    session: Session, person: Person, viewer: Viewer, now: datetime
) -> None:
    first = note_alert(session, person, AlertCode.INTERPRETER, viewer=viewer, now=now)
    with pytest.raises(Conflict, match="alert_already_noted"):
        note_alert(session, person, AlertCode.INTERPRETER, viewer=viewer, now=now)
    end_alert(session, first, viewer=viewer, now=now)
    note_alert(session, person, AlertCode.INTERPRETER, viewer=viewer, now=now)
    assert _standing(session, person) == [AlertCode.INTERPRETER]


def test_a_measure_of_somebody_else_or_an_ended_one_is_not_found(
    session: Session, person: Person, viewer: Viewer, now: datetime
) -> None:
    alert = note_alert(session, person, AlertCode.NO_VOICEMAIL, viewer=viewer, now=now)
    with pytest.raises(NotFound):
        find_alert(session, make_person(session), alert.id)
    end_alert(session, find_alert(session, person, alert.id), viewer=viewer, now=now)
    with pytest.raises(NotFound):
        find_alert(session, person, alert.id)
