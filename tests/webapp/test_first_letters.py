"""The ladder of the programme of seniors: a letter to all at once, three calls, a card, the end."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_case, make_user, make_viewer, shipped_programmes_read
from visits.calls.contacts import Attempt, record_attempt
from visits.calls.ladder import Rung, steps_of, take_step
from visits.models.calls import Disposition
from visits.models.cases import Case, CaseState
from visits.models.messages import Message, MessageKind, MessageState
from visits.models.people import AlertCode
from visits.people.measures import note_alert
from visits.steering.rates import Tally, tallies

SignIn = Callable[..., FlaskClient]
TO_WRITE = "/cases/?programme=seniors&state=to_write"


@pytest.fixture
def client(client_as: SignIn) -> FlaskClient:
    return client_as("coordinator", language="en")


def names(cases: list[Case]) -> list[str]:
    return [one.person.name for one in cases]


def test_the_programmes_that_call_tenants_write_first_and_leave_a_card_last() -> None:
    ladders = {
        code: (one.protocol.letter_after, one.protocol.max_calls, one.protocol.card_after)
        for code, one in shipped_programmes_read().items()
        if one.protocol.letter_after is not None
    }
    assert ladders == dict.fromkeys(
        ("seniors", "isolated_tenants", "young_tenants", "tenants_at_risk"), (0, 3, 3)
    )


def test_all_whom_nobody_called_or_wrote_to_are_written_to_at_once(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    user = make_user(session)
    viewer = make_viewer(user)
    waiting = [make_case(session, by=user) for _ in range(3)]
    called, silent = make_case(session, by=user), make_case(session, by=user)
    record_attempt(session, called, Attempt(Disposition.NO_ANSWER), viewer=viewer, now=now)
    note_alert(session, silent.person, AlertCode.NOTHING_WRITTEN, viewer=viewer, now=now)
    listed, others = names([*waiting, silent]), names([called])
    session.commit()
    page = client.get(TO_WRITE).text
    assert all(one in page for one in listed) and others[0] not in page
    answer = client.post("/desk/letters", data={"programme": "seniors"}, follow_redirects=True)
    assert "3 letters are made" in answer.text and "1 person is not written to" in answer.text
    made = session.scalars(select(Message)).all()
    assert {one.case_id for one in made} == {one.id for one in waiting}
    assert all(one.kind is MessageKind.FIRST_LETTER for one in made)
    session.commit()
    again = client.post("/desk/letters", data={"programme": "seniors"}, follow_redirects=True)
    assert "0 letters are made" in again.text


def test_after_the_card_and_a_last_call_nobody_reached_her_and_she_counts_so(
    session: Session, now: datetime
) -> None:
    viewer = make_viewer(make_user(session))
    case = make_case(session, by=make_user(session))
    for rung in (Rung.LETTER, Rung.CALL, Rung.CALL, Rung.CALL, Rung.CARD, Rung.CALL):
        now += timedelta(days=3)
        if rung is Rung.CALL:
            assert case.state is CaseState.TO_CALL
            record_attempt(session, case, Attempt(Disposition.NO_ANSWER), viewer=viewer, now=now)
            continue
        if rung is Rung.LETTER:  # the card is made by itself after the last call
            take_step(session, case, rung, viewer=viewer, now=now)
        latest = select(Message).where(Message.state == MessageState.WAITING)
        message = session.scalars(latest).one()
        message.state, message.sent_at = MessageState.SENT, now
        session.flush()
    assert case.state is CaseState.UNREACHABLE
    counted = tallies(session, viewer=viewer, by=Case.programme)
    assert counted == {"seniors": Tally(not_reached=1)}
    assert [one.is_next for one in steps_of(session, case, now=now)] == [False] * 5
