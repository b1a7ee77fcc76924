"""Visits planned, moved and cancelled on a person's page, by whom and into whose day."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import (
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
)
from tests.webapp.test_cases import SignIn, enrolled, page, plan
from visits.accounts.accounts import find_territory
from visits.models.accounts import Role, User
from visits.models.cases import CaseState
from visits.models.people import AlertCode
from visits.models.visits import Visit, VisitState
from visits.people.measures import note_alert
from visits.people.protection import name_for_access, protect


@pytest.fixture
def by(session: Session) -> User:
    """Somebody who enrols."""
    user = make_user(session)
    session.commit()
    return user


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
    for reason in (" ", "x" * 501):
        assert client.post(f"{address}/close", data={"reason": reason}).status_code == 422
    assert client.post(f"{address}/close", data={"reason": "Another day"}).status_code == 302
    session.expire_all()
    assert visit.planned_start_at == datetime(2026, 3, 13, 8, 0, tzinfo=UTC)
    assert visit.state is VisitState.CANCELLED
    assert case.state is CaseState.AGREED


@pytest.mark.one_database
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
        ({"day": "2026-03-15", "insists": "yes", "insist": "x" * 501}, "plan-insist"),
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


def test_a_second_visitor_is_named_where_two_are_to_go(
    client_as: SignIn, session: Session, by: User, now: datetime
) -> None:
    ana, bea = (make_user(session, role=Role.VISITOR) for _ in range(2))
    case = enrolled(session, by, state=CaseState.AGREED)
    note_alert(session, case.person, AlertCode.TWO_VISITORS, viewer=make_viewer(by), now=now)
    first, second = str(ana.id), str(bea.id)
    session.commit()
    client = client_as("coordinator", language="en")
    assert '<p class="form-text">Go two together</p>' in page(client, f"/cases/{case.id}")
    typed = {"visitor_id": first, "day": "2026-03-12", "time": "14:00", "minutes": "90"}
    path = f"/cases/{case.id}/visits"
    for odd in (first, "nobody"):
        answer = client.post(path, data=typed | {"second_visitor_id": odd})
        assert answer.status_code == 422
        assert 'href="#plan-second_visitor_id"' in answer.text
    assert client.post(path, data=typed | {"second_visitor_id": second}).status_code == 302
    visit = session.scalars(select(Visit)).one()
    assert [str(one) for one in visit.goers] == [first, second]


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
