"""The call list and the page of one person to call; visits are planned in test_planning_pages."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_case, make_dwelling, make_person, make_residence, make_user
from visits.models.accounts import Role, User
from visits.models.calls import ContactAttempt
from visits.models.cases import Case, CaseState
from visits.models.people import AccessedPerson, AccessEvent, Occupancy
from visits.models.portfolio import Territory

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def by(session: Session) -> User:
    """Somebody who enrols."""
    user = make_user(session)
    session.commit()
    return user


def enrolled(session: Session, by: User, **said: object) -> Case:
    case = make_case(session, by=by, **said)
    session.commit()
    return case


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def plan(client: FlaskClient, case: Case, visitor: User, **typed: str) -> int:
    data = {
        "visitor_id": str(visitor.id), "day": "2026-03-12", "time": "14:00", "minutes": "90",
    }  # fmt: skip
    return client.post(f"/cases/{case.id}/visits", data=data | typed).status_code


def test_the_call_list_shows_call_backs_that_are_due_and_then_the_highest_scores(
    client_as: SignIn, session: Session, by: User
) -> None:
    low = enrolled(session, by, score=40)
    high = enrolled(session, by, score=70)
    due = enrolled(session, by, score=10, state=CaseState.CALL_BACK, call_back_at=NOW)
    later = enrolled(
        session, by, state=CaseState.CALL_BACK, call_back_at=datetime(2026, 4, 1, tzinfo=UTC)
    )
    text = page(client_as("coordinator"), "/cases/")
    places = [text.index(f"/cases/{one.id}") for one in (due, high, low)]
    assert places == sorted(places)
    assert str(later.id) not in text


def test_the_list_says_where_everybody_stands_and_leads_to_the_rates(
    client_as: SignIn, session: Session, by: User
) -> None:
    for state in (CaseState.REFUSED, CaseState.AGREED, CaseState.AGREED):
        enrolled(session, by, state=state)
    text = page(client_as("coordinator", language="en"), "/cases/")
    assert "<dd>2</dd>" in text and "Refusal rate and the other results" in text
    assert 'href="/outcomes/?programme=seniors"' in text


def test_the_list_is_filtered_by_state_city_text_and_score(
    client_as: SignIn, session: Session, by: User
) -> None:
    dwelling = make_dwelling(session)
    person = make_person(session, dwelling=dwelling, last_name="ÉVRARD", name_key="evrard odette")
    wanted = enrolled(session, by, person=person, dwelling=dwelling, score=80)
    other = enrolled(session, by, score=20, state=CaseState.AGREED)
    client = client_as("coordinator")
    everybody = ("q=Évrard", f"q={dwelling.reference}", "score=50")
    for query in (*(f"state=all&{one}" for one in everybody), "state=to_call"):
        text = page(client, f"/cases/?{query}")
        assert str(wanted.id) in text
        assert str(other.id) not in text
    assert str(other.id) in page(client, "/cases/?state=agreed&city=Beauvais")


def test_a_protected_person_is_on_nobody_else_s_call_list(
    client_as: SignIn, session: Session, by: User
) -> None:
    case = enrolled(session, by)
    case.person.protected = True
    session.commit()
    client = client_as("coordinator")
    assert str(case.id) not in page(client, "/cases/?state=all")
    assert client.get(f"/cases/{case.id}").status_code == 404


def test_opening_the_page_of_a_person_is_logged(
    client_as: SignIn, session: Session, by: User
) -> None:
    case = enrolled(session, by)
    client = client_as("coordinator")
    page(client, f"/cases/{case.id}")
    session.commit()
    event = session.scalars(select(AccessEvent)).one()
    assert event.what == "case"
    assert session.scalars(select(AccessedPerson.person_id)).all() == [case.person_id]
    assert event.user_id == client.user.id  # type: ignore[attr-defined]


def test_a_refusal_without_a_reason_is_shown_again_with_what_was_typed(
    client_as: SignIn, session: Session, by: User
) -> None:
    case = enrolled(session, by)
    answer = client_as("coordinator", language="en").post(
        f"/cases/{case.id}/calls",
        data={"disposition": "refused", "note": "Will ask her niece"},
    )
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#call-reason"' in text
    assert "Will ask her niece" in text
    session.commit()
    assert session.scalars(select(ContactAttempt)).all() == []


def test_a_time_to_call_back_is_typed_in_paris_and_kept_in_utc(
    client_as: SignIn, session: Session, by: User
) -> None:
    case = enrolled(session, by)
    answer = client_as("coordinator").post(
        f"/cases/{case.id}/calls",
        data={"disposition": "call_back", "day": "2026-07-01", "time": "14:30"},
    )
    assert answer.status_code == 302
    session.expire_all()
    assert case.call_back_at == datetime(2026, 7, 1, 12, 30, tzinfo=UTC)
    assert case.state is CaseState.CALL_BACK


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "call-disposition"),
        ({"disposition": "perhaps"}, "call-disposition"),
        ({"disposition": "call_back", "day": "2026-13-01", "time": "9:0"}, "call-call_back_at"),
        ({"disposition": "call_back", "day": "2020-01-01", "time": "09:00"}, "call-call_back_at"),
        ({"disposition": "no_answer", "note": "x" * 501}, "call-note"),
    ],
)
def test_what_was_typed_wrong_is_said_field_by_field(
    client_as: SignIn, session: Session, by: User, typed: dict[str, str], field: str
) -> None:
    case = enrolled(session, by)
    answer = client_as("coordinator").post(f"/cases/{case.id}/calls", data=typed)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.get_data(as_text=True)


def test_somebody_who_refused_for_good_is_not_called_again_and_the_page_says_so(
    client_as: SignIn, session: Session, by: User
) -> None:
    case = enrolled(session, by)
    client = client_as("coordinator", language="en")
    address = f"/cases/{case.id}/calls"
    client.post(address, data={"disposition": "refused", "reason": "R04", "sure": "yes"})
    assert "Record a call" not in page(client, f"/cases/{case.id}")
    answer = client.post(address, data={"disposition": "agreed"})
    assert answer.status_code == 409
    assert "not called again in this programme" in answer.get_data(as_text=True)


def test_a_soft_refusal_says_from_when_it_may_be_asked_again(
    client_as: SignIn, session: Session, by: User
) -> None:
    case = enrolled(session, by)
    client = client_as("coordinator")
    address = f"/cases/{case.id}/calls"
    client.post(address, data={"disposition": "refused", "reason": "R08", "sure": "yes"})
    answer = client.post(address, data={"disposition": "agreed"})
    assert answer.status_code == 409
    assert "10/06/2026" in answer.get_data(as_text=True)


def test_the_day_of_a_death_is_noted_and_none_to_come(
    client_as: SignIn, session: Session, by: User
) -> None:
    case = enrolled(session, by)
    client = client_as("coordinator", language="en")
    said = {"disposition": "dead", "sure": "yes"}
    for day in ("2026-03-11", "yesterday"):
        answer = client.post(f"/cases/{case.id}/calls", data=said | {"happened_on": day})
        assert answer.status_code == 422 and 'id="call-happened_on-error"' in answer.text
    said["happened_on"] = "2026-02-27"
    assert client.post(f"/cases/{case.id}/calls", data=said).status_code == 302
    session.expire_all()
    assert case.person.died_on == date(2026, 2, 27)


def test_an_answer_that_ends_the_calls_is_asked_once_and_can_be_taken_back(
    client_as: SignIn, session: Session, by: User
) -> None:
    visitor = make_user(session, role=Role.VISITOR)
    case = enrolled(session, by, state=CaseState.AGREED)
    client = client_as("coordinator", language="en")
    plan(client, case, visitor)
    address = f"/cases/{case.id}"
    answer = client.post(f"{address}/calls", data={"disposition": "dead", "note": "The niece"})
    assert answer.status_code == 422
    assert 'name="sure"' in answer.text and "The niece" in answer.text
    session.expire_all()
    assert case.person.died_on is None
    session.commit()
    sure = {"disposition": "dead", "sure": "yes"}
    assert client.post(f"{address}/calls", data=sure).status_code == 302
    session.expire_all()
    assert case.person.died_on is not None
    attempt = session.scalars(select(ContactAttempt)).one()
    back = f"{address}/attempts/{attempt.id}/back"
    session.commit()
    assert back in page(client, address)
    assert client.post(back, data={"reason": " "}).status_code == 422
    answer = client.post(back, data={"reason": "It was her sister"}, follow_redirects=True)
    assert "Planned again: the visit of" in answer.text
    assert "It was her sister" in answer.text
    session.expire_all()
    assert (case.state, case.person.died_on) == (CaseState.PLANNED, None)


@pytest.mark.parametrize("second_home", [True, False])
def test_a_move_that_leaves_the_viewer_s_territory_goes_back_to_the_list(
    client_as: SignIn, session: Session, by: User, second_home: bool
) -> None:
    territory = Territory(name="Creil")
    session.add(territory)
    session.flush()
    dwelling = make_dwelling(session, residence=make_residence(session, territory_id=territory.id))
    person = make_person(session, dwelling=dwelling)
    if second_home:
        there = make_person(session).occupancies[0]
        session.add(Occupancy(person_id=person.id, tenancy_id=there.tenancy_id))
    territory_id = territory.id
    case = enrolled(session, by, person=person, dwelling=dwelling)
    client = client_as("coordinator", language="en", territory_id=territory_id)
    answer = client.post(
        f"/cases/{case.id}/calls",
        data={"disposition": "moved", "sure": "yes"},
        follow_redirects=True,
    )
    assert answer.status_code == 200
    # Whoever looks after the home she left can take it back, until she is known to live elsewhere.
    assert ("left your territory" in answer.text) is second_home
    assert ("noted by mistake" in answer.text) is not second_home


def test_those_who_may_not_call_are_refused(
    client_as: SignIn, session: Session, by: User, app: Flask
) -> None:
    case = enrolled(session, by)
    for role in ("visitor", "technician", "manager", "administrator", "social_worker"):
        assert client_as(role).get("/cases/").status_code == 403
    answer = app.test_client().get(f"/cases/{case.id}")
    assert answer.status_code == 302


def test_the_age_is_counted_on_the_day_of_the_call(
    client_as: SignIn, session: Session, by: User
) -> None:
    dwelling = make_dwelling(session)
    person = make_person(session, dwelling=dwelling, born_on=date(1941, 3, 11))
    case = enrolled(session, by, person=person, dwelling=dwelling)
    text = page(client_as("coordinator", language="en"), f"/cases/{case.id}")
    assert "84 years" in text
