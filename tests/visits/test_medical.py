"""Medical validations: that there is one, for what, by whom, until when; never its content."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from tests.factories import make_person, make_user, make_viewer
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.needs import MedicalFor, MedicalValidation
from visits.models.people import Person
from visits.people.medical import (
    MedicalSaid,
    medical_for,
    note_medical,
    put_medical_back,
    withdraw_medical,
)
from visits.sight import Viewer

SAID = MedicalSaid("admission", "hospital", "Dr Petit", date(2026, 1, 5))


class Desk:
    """A social worker, and Mme Morel who brings a paper."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now, self.today = session, now, now.date()
        self.viewer: Viewer = make_viewer(make_user(session))
        self.person: Person = make_person(session, last_name="MOREL", born_on=date(1950, 5, 1))

    def note(self, said: MedicalSaid = SAID) -> MedicalValidation:
        return note_medical(self.session, self.person, said, viewer=self.viewer, now=self.now)

    def best(self, purpose: MedicalFor = MedicalFor.ADMISSION) -> MedicalValidation | None:
        return medical_for(self.session, self.person.id, purpose)


@pytest.fixture
def desk(session: Session, now: datetime) -> Desk:
    return Desk(session, now)


def test_what_validates_the_longest_counts_and_what_is_for_something_else_does_not(
    desk: Desk,
) -> None:
    assert desk.best() is None
    desk.note(replace(SAID, purpose="move"))
    assert desk.best() is None
    short = desk.note(replace(SAID, valid_until=desk.today))
    assert desk.best() is short and desk.best(MedicalFor.ADAPTATION) is None
    at_large = desk.note(replace(SAID, purpose="home"))
    assert desk.best() is at_large and desk.best(MedicalFor.ADAPTATION) is at_large


def test_it_counts_up_to_its_last_day_and_no_longer(desk: Desk) -> None:
    note, after = desk.note(replace(SAID, valid_until=desk.today)), timedelta(days=1)
    assert note.lapsed_since(desk.today) is None
    assert note.lapsed_since(desk.today + after) == desk.today + after
    assert desk.note().lapsed_since(date(2090, 1, 1)) is None


def test_what_is_withdrawn_validates_nothing_until_it_is_put_back(desk: Desk) -> None:
    note = desk.note()
    with pytest.raises(Conflict, match="medical_noted_already"):
        desk.note(replace(SAID, giver=" Dr Petit "))
    withdraw_medical(
        desk.session, desk.person, note.id, "Une autre", viewer=desk.viewer, now=desk.now
    )
    assert desk.best() is None
    put_medical_back(desk.session, desk.person, note.id, viewer=desk.viewer, now=desk.now)
    assert desk.best() is note
    with pytest.raises(Conflict, match="noted_not_withdrawn"):
        put_medical_back(desk.session, desk.person, note.id, viewer=desk.viewer, now=desk.now)
    with pytest.raises(NotFound):
        other = make_person(desk.session)
        put_medical_back(desk.session, other, note.id, viewer=desk.viewer, now=desk.now)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"purpose": "diabetes"}, "purpose"),
        ({"given_by": "psychiatrist"}, "given_by"),
        ({"giver": " "}, "giver"),
        ({"giver": "x" * 61}, "giver"),
        ({"given_on": None}, "given_on"),
        ({"given_on": date(2040, 1, 1)}, "given_on"),
        ({"given_on": date(1999, 1, 1)}, "given_on"),
        ({"valid_until": date(2026, 1, 4)}, "valid_until"),
        ({"valid_until": date(2062, 1, 4)}, "valid_until"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(
    desk: Desk, wrong: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        desk.note(replace(SAID, **wrong))  # type: ignore[arg-type]
    assert set(refused.value.fields) == {field}


def test_nothing_is_noted_of_who_died_and_there_is_no_room_for_what_a_doctor_found(
    desk: Desk,
) -> None:
    desk.person.died_on = desk.today
    with pytest.raises(Conflict, match="medical_of_who_died"):
        desk.note()
    told = {one.key for one in inspect(MedicalValidation).column_attrs}
    noted = {"noted_at", "noted_by_id", "withdrawn_at", "withdrawn_by_id", "withdrawn_why"}
    fact = {"purpose", "given_by", "giver", "given_on", "valid_until"}
    assert told == {"id", "person_id"} | fact | noted
