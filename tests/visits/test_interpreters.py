"""An interpreter: asked for at an answer or on the page, booked, not needed, given back."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_case, make_user, make_viewer
from visits.calls.contacts import Attempt, record_attempt
from visits.calls.taking_back import take_back
from visits.cases.interpreters import (
    note_interpreter,
    standing_interpreters,
    withdraw_interpreter,
)
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.calls import ContactAttempt, Disposition
from visits.models.cases import Case
from visits.models.interpreters import InterpreterNeed


class Desk:
    """Somebody who calls one person who speaks another language."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.user = make_user(session)
        self.viewer = make_viewer(self.user)
        self.case: Case = make_case(session, by=self.user)
        self.hour = now + timedelta(days=2)

    def call(self, disposition: Disposition, note: str, at: datetime | None = None) -> None:
        """Note an answer, an hour after the one before."""
        self.now += timedelta(hours=1)
        self.session.expire(self.case)
        said = Attempt(disposition, note=note, call_back_at=at)
        record_attempt(self.session, self.case, said, viewer=self.viewer, now=self.now)

    def note(self, language: str, booked_for: datetime | None = None) -> InterpreterNeed:
        """Note an interpreter on the page."""
        return note_interpreter(
            self.session, self.case, language, booked_for=booked_for, viewer=self.viewer,
            now=self.now,
        )  # fmt: skip

    @property
    def stands(self) -> tuple[str, datetime | None] | None:
        """Give the language and the hour of what stands."""
        need = standing_interpreters(self.session, [self.case.id]).get(self.case.id)
        return (need.language, need.booked_for) if need else None


@pytest.fixture
def desk(session: Session, now: datetime) -> Desk:
    """A caller and one person."""
    return Desk(session, now)


def test_an_answer_in_another_language_asks_for_an_interpreter_and_the_next_books(
    desk: Desk,
) -> None:
    desk.call(Disposition.LANGUAGE, "Tamoul")
    assert desk.stands == ("Tamoul", None)
    desk.call(Disposition.INTERPRETER, "Tamoul", desk.hour)
    assert desk.stands == ("Tamoul", desk.hour)
    assert len(desk.session.scalars(select(InterpreterNeed)).all()) == 2


def test_what_an_answer_asked_for_goes_when_it_is_taken_back(desk: Desk) -> None:
    desk.note("Tamoul", desk.hour)
    desk.now += timedelta(hours=1)
    desk.call(Disposition.LANGUAGE, "Arabe")
    assert desk.stands == ("Arabe", None)
    attempt = desk.session.scalars(select(ContactAttempt)).one()
    desk.session.expire(desk.case)
    take_back(
        desk.session, desk.case, attempt.id, reason="Erreur", viewer=desk.viewer, now=desk.now
    )
    assert desk.stands == ("Tamoul", desk.hour)


def test_an_interpreter_is_not_needed_after_all_and_stays_in_the_file(desk: Desk) -> None:
    need = desk.note(" Tamoul ")
    other = make_case(desk.session, by=desk.user)
    said = {"viewer": desk.viewer, "now": desk.now}
    with pytest.raises(NotFound):
        withdraw_interpreter(desk.session, other, need.id, why="x", **said)
    with pytest.raises(Invalid):
        withdraw_interpreter(desk.session, desk.case, need.id, why=" ", **said)
    withdraw_interpreter(desk.session, desk.case, need.id, why="Sa fille traduit", **said)
    with pytest.raises(Conflict):
        withdraw_interpreter(desk.session, desk.case, need.id, why="encore", **said)
    assert desk.stands is None
    assert (need.language, need.withdrawn_why) == ("Tamoul", "Sa fille traduit")


def test_it_says_which_language_and_an_hour_to_come(desk: Desk) -> None:
    for language, hour, field in (
        (" ", None, "language"),
        ("x" * 501, None, "language"),
        ("Tamoul", desk.now, "booked_for"),
    ):
        with pytest.raises(Invalid) as refused:
            desk.note(language, hour)
        assert list(refused.value.fields) == [field]
    assert desk.stands is None
