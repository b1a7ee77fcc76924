"""The call list and the page of one person to call."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import (
    make_case,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_visit,
)
from visits.accounts.accounts import find_territory
from visits.models.accounts import Role, User
from visits.models.calls import ContactAttempt
from visits.models.cases import Case, CaseState
from visits.models.people import AccessedPerson, AccessEvent, Occupancy
from visits.models.portfolio import Territory
from visits.models.visits import Visit, VisitState
from visits.people.protection import name_for_access, protect

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


def test_the_refusal_rate_shows_its_numerator_and_its_denominator(
    client_as: SignIn, session: Session, by: User
) -> None:
    for state in (CaseState.REFUSED, CaseState.AGREED, CaseState.AGREED):
        enrolled(session, by, state=state)
    text = page(client_as("coordinator", language="en"), "/cases/")
    assert "33.3\u202f% <small>(1 of 3)</small>" in text


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


def plan(client: FlaskClient, case: Case, visitor: User, **typed: str) -> int:
    data = {
        "visitor_id": str(visitor.id), "day": "2026-03-12", "time": "14:00", "minutes": "90",
    }  # fmt: skip
    return client.post(f"/cases/{case.id}/visits", data=data | typed).status_code


def test_a_visit_is_planned_moved_and_cancelled(
    client_as: SignIn, session: Session, by: User
) -> None:
    visitor = make_user(session, role=Role.VISITOR)
    case = enrolled(session, by, state=CaseState.AGREED)
    client = client_as("coordinator")
    assert plan(client, case, visitor) == 302
    session.commit()
    visit = session.scalars(select(Visit)).one()
    session.commit()
    assert visit.planned_start_at == datetime(2026, 3, 12, 13, 0, tzinfo=UTC)
    address = f"/cases/{case.id}/visits/{visit.id}"
    moved = {"visitor_id": str(visitor.id), "day": "2026-03-13", "time": "09:00"}
    assert client.post(f"{address}/move", data=moved).status_code == 302
    assert client.post(f"{address}/close", data={"reason": " "}).status_code == 422
    assert client.post(f"{address}/close", data={"reason": "Another day"}).status_code == 302
    session.expire_all()
    assert visit.planned_start_at == datetime(2026, 3, 13, 8, 0, tzinfo=UTC)
    assert visit.state is VisitState.CANCELLED
    assert case.state is CaseState.AGREED


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"visitor_id": ""}, "plan-visitor_id"),
        ({"day": ""}, "plan-start_at"),
        ({"day": "2026-03-01"}, "plan-start_at"),
        ({"minutes": "5"}, "plan-minutes"),
        ({"minutes": "many"}, "plan-minutes"),
        ({"day": "2026-03-15"}, "plan-insist"),
        ({"day": "2026-03-15", "insist": "Her daughter is there"}, "plan-insist"),
        ({"day": "2026-03-29", "time": "02:30"}, "plan-start_at"),
    ],
)
def test_a_visit_that_cannot_be_planned_says_which_field(
    client_as: SignIn, session: Session, by: User, typed: dict[str, str], field: str
) -> None:
    visitor = make_user(session, role=Role.VISITOR)
    case = enrolled(session, by, state=CaseState.AGREED)
    data = {
        "visitor_id": str(visitor.id), "day": "2026-03-12", "time": "14:00", "minutes": "90",
    }  # fmt: skip
    answer = client_as("coordinator").post(f"/cases/{case.id}/visits", data=data | typed)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.get_data(as_text=True)


def test_a_sunday_is_planned_when_it_is_ticked_with_why(
    client_as: SignIn, session: Session, by: User
) -> None:
    visitor = make_user(session, role=Role.VISITOR)
    case = enrolled(session, by, state=CaseState.AGREED)
    client = client_as("coordinator", language="en")
    sunday = {"day": "2026-03-15", "insist": "Her daughter is there", "insists": "yes"}
    assert plan(client, case, visitor, **sunday) == 302
    assert "An unusual time: Her daughter is there" in page(client, f"/cases/{case.id}")


def test_a_collision_says_with_whom(client_as: SignIn, session: Session, by: User) -> None:
    visitor = make_user(session, role=Role.VISITOR)
    other = enrolled(session, by, state=CaseState.AGREED)
    make_visit(session, case=other, visitor=visitor)
    case = enrolled(session, by, state=CaseState.AGREED)
    answer = client_as("coordinator", language="en").post(
        f"/cases/{case.id}/visits",
        data={
            "visitor_id": str(visitor.id), "day": "2026-03-10", "time": "14:00", "minutes": "90",
        },
    )  # fmt: skip
    assert answer.status_code == 422
    assert f"This visitor is with {other.person.name} then" in answer.text


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


def test_the_diary_names_only_those_the_viewer_may_see(
    client_as: SignIn, session: Session, by: User
) -> None:
    visitor = make_user(session, role=Role.VISITOR)
    hidden = enrolled(session, by, state=CaseState.AGREED)
    make_visit(session, case=hidden, visitor=visitor)
    hidden.person.protected = True
    case = enrolled(session, by, state=CaseState.AGREED)
    text = page(
        client_as("coordinator", language="en"),
        f"/cases/{case.id}/diary?visitor_id={visitor.id}&day=2026-03-10",
    )
    assert "14:00–15:00" in text
    assert "taken" in text
    assert hidden.person.last_name not in text


def test_a_partner_sends_visitors_of_her_own_organisation_only(
    client_as: SignIn, session: Session, by: User
) -> None:
    own = make_user(session, role=Role.VISITOR, organisation="Association")
    stranger = make_user(session, role=Role.VISITOR, organisation="Another one")
    case = enrolled(session, by, state=CaseState.AGREED)
    visit = make_visit(session, case=case, visitor=own)
    session.commit()
    client = client_as("partner_coordinator", organisation="Association")
    address = f"/cases/{case.id}/visits/{visit.id}/move"
    typed = {"day": "2026-03-12", "time": "10:00"}
    refused = client.post(address, data=typed | {"visitor_id": str(stranger.id)})
    assert refused.status_code == 422
    assert stranger.name not in page(client, f"/cases/{case.id}")
    assert client.post(address, data=typed | {"visitor_id": str(own.id)}).status_code == 302


def test_only_who_works_there_and_may_know_the_home_is_sent(
    client_as: SignIn, session: Session, by: User
) -> None:
    here, there = (find_territory(session, name).id for name in ("Nord", "Sud"))
    home = make_dwelling(session, residence=make_residence(session, territory_id=here))
    former = make_person(session, dwelling=home)
    case = enrolled(session, by, person=former, dwelling=home, state=CaseState.AGREED)
    sent = {
        name: make_user(session, role=Role.VISITOR, name=name, territory_id=territory).id
        for name, territory in (("PROCHE", here), ("LOINTAINE", there), ("PARTOUT", None))
    }
    session.commit()
    client = client_as("coordinator")
    user: User = client.user  # type: ignore[attr-defined]

    def offered() -> list[str]:
        text = page(client, f"/cases/{case.id}")
        return [name for name in sent if f">{name}</option>" in text]

    assert offered() == ["PROCHE", "PARTOUT"]
    newcomer = make_person(session, dwelling=home)
    protect(session, newcomer, by=user.id, now=NOW)
    former.occupancies[0].ended_on = NOW.date()
    name_for_access(session, newcomer, user_id=sent["PROCHE"], by=user.id, now=NOW)
    # What a former tenant's visit tells of a hidden home is for those named there.
    former.protected = False
    session.commit()
    assert offered() == ["PROCHE"]


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
