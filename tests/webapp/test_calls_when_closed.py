"""A call in a closed case: kept by opening the case again, knowingly, by whoever may."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_case, make_user, make_viewer
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.cases.cases import close_case
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import Role
from visits.models.calls import ContactAttempt
from visits.models.cases import Case, CaseState
from visits.models.mandates import Right

SignIn = Callable[..., FlaskClient]
AGREES = {"disposition": "agreed", "channel": "incoming"}
TICK = 'name="reopen"'


@pytest.fixture
def closed(session: Session) -> Case:
    user = make_user(session)
    case = make_case(session, by=user)
    close_case(session, case, outcome="lost", viewer=make_viewer(user), now=NOW)
    session.commit()
    return case


def kept(session: Session) -> list[str]:
    session.expire_all()
    return [one.disposition.value for one in session.scalars(select(ContactAttempt))]


def test_a_call_opens_a_closed_case_again(
    client_as: SignIn, session: Session, closed: Case
) -> None:
    client = client_as(Role.COORDINATOR)
    assert TICK in client.get(f"/cases/{closed.id}").text
    answer = client.post(f"/cases/{closed.id}/calls", data=AGREES | {"reopen": "yes"})
    assert answer.status_code == 302
    assert kept(session) == ["agreed"]
    assert closed.is_open and closed.state is CaseState.AGREED


def test_without_the_tick_nothing_changes_and_what_was_typed_stays(
    client_as: SignIn, session: Session, closed: Case
) -> None:
    client = client_as(Role.COORDINATOR)
    typed = AGREES | {"note": "Sa fille sera là"}
    answer = client.post(f"/cases/{closed.id}/calls", data=typed)
    assert answer.status_code == 422
    assert "Sa fille sera là" in answer.text and "Ce dossier est clos" in answer.text
    assert kept(session) == [] and not closed.is_open


def test_what_is_refused_of_a_call_leaves_the_case_closed(
    client_as: SignIn, session: Session, closed: Case
) -> None:
    client = client_as(Role.COORDINATOR)
    typed = {"disposition": "refused", "reopen": "yes"}
    assert client.post(f"/cases/{closed.id}/calls", data=typed).status_code == 422
    assert kept(session) == [] and not closed.is_open


def test_nobody_is_called_who_asked_not_to_be(
    client_as: SignIn, session: Session, closed: Case
) -> None:
    closed.person.do_not_contact = True
    session.commit()
    client = client_as(Role.COORDINATOR)
    assert TICK not in client.get(f"/cases/{closed.id}").text
    client.post(f"/cases/{closed.id}/calls", data=AGREES | {"reopen": "yes"})
    assert kept(session) == [] and not closed.is_open


def test_a_partner_that_may_call_and_not_decide_opens_nothing_again(
    client_as: SignIn, session: Session, closed: Case
) -> None:
    client = client_as(Role.PARTNER_COORDINATOR, organisation="Voisins")
    today = today_in_paris(NOW)
    may_call = frozenset({Right.CALL})
    said = MandateSaid(client.user.organisation_id, "seniors", None, may_call, today, None)
    grant_mandate(session, said, by=closed.opened_by_id, now=NOW)
    session.commit()
    page = client.get(f"/cases/{closed.id}")
    assert page.status_code == 200 and TICK not in page.text
    answer = client.post(f"/cases/{closed.id}/calls", data=AGREES | {"reopen": "yes"})
    assert answer.status_code == 409
    assert kept(session) == [] and not closed.is_open
