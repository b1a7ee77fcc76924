"""A person's page is her file: what is next at the top, below all that happened."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import (
    NOW,
    make_case,
    make_dwelling,
    make_mandate,
    make_person,
    make_user,
    make_visit,
)
from tests.homes import Home
from tests.submissions import GAS, fill
from visits.ground.months import by_month
from visits.models.accounts import Role
from visits.models.calls import Channel, ContactAttempt, Disposition
from visits.models.cases import Case, CaseState, Task, TaskKind
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Tenancy
from visits.models.visits import VisitState
from visits.models.works import WorkOrder
from webapp.office.people.timeline import LOOKED, READS

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.one_database


def below(page: str) -> str:
    """Give the part of a page that lists what happened."""
    return page.split('id="timeline"')[1]


def test_three_alike_in_a_month_of_paris_are_one_row_and_two_are_not() -> None:
    def told(*moments: datetime) -> list[int]:
        rows = by_month(moments, at=lambda one: one, alike=lambda _: "visit")
        return [len(row) for row in rows]

    first = datetime.fromisoformat("2026-02-28T23:30:00+00:00")  # March begins in Paris
    weeks = [first + timedelta(weeks=week) for week in range(3)]
    assert told(*reversed(weeks)) == [3]
    assert told(*weeks[1:]) == [1, 1]
    assert told(first - timedelta(hours=1), *weeks[1:]) == [1, 1, 1]
    alone = by_month(weeks, at=lambda one: one, alike=lambda _: None)
    assert [len(row) for row in alone] == [1, 1, 1]


def supported(session: Session) -> tuple[Person, Case]:
    """Somebody who was visited each week of a year, and whom the stock knows in two programmes."""
    by, visitor = make_user(session), make_user(session, role=Role.VISITOR)
    home = make_dwelling(session)
    case = make_case(session, by=by, dwelling=home, opened_at=NOW - timedelta(days=400))
    for week in range(1, 53):
        start = NOW - timedelta(weeks=week)
        make_visit(
            session,
            case=case,
            visitor=visitor,
            start_at=start,
            state=VisitState.DONE,
            done_at=start,
        )
    case.state = CaseState.VISITED
    make_case(session, by=by, person=case.person, dwelling=home, programme="residences")
    session.commit()
    return case.person, case


def test_a_year_of_weekly_visits_is_a_row_a_month_on_both_pages(
    client_as: SignIn, session: Session
) -> None:
    person, case = supported(session)
    client = client_as("coordinator", language="en")
    page = below(client.get(f"/people/{person.id}").text)
    assert page.count("<summary>") in (12, 13)
    assert page.count("/visits/") == 52
    assert "Case opened" in page
    assert page.index("Mar 2026") < page.index("Jun 2025")
    only = below(client.get(f"/people/{person.id}?kind=visit").text)
    assert "Case opened" not in only and only.count("/visits/") == 52
    assert client.get(f"/people/{person.id}?kind=nonsense&page=x").status_code == 200
    of_case = client.get(f"/cases/{case.id}").text
    assert of_case.count(" visits · ") in (11, 12, 13)


def test_more_than_a_page_is_turned_over(client_as: SignIn, session: Session) -> None:
    by = make_user(session)
    case = make_case(session, by=by)
    kinds = list(Disposition)
    for day in range(60):
        attempt = ContactAttempt(
            case_id=case.id, at=NOW - timedelta(days=day * 40), channel=Channel.PHONE,
            disposition=kinds[day % 5], caller_id=by.id,
        )  # fmt: skip
        session.add(attempt)
    session.commit()
    client = client_as("coordinator", language="en")
    address = f"/people/{case.person_id}?kind=call"
    first, second = (below(client.get(address + more).text) for more in ("", "&page=2"))
    lines = "<li><span"
    assert (first.count(lines), second.count(lines)) == (50, 10)
    assert "Page 1 of 2" in first and "page=2" in first and "kind=call" in first


def everything(app: Flask) -> Home:
    """A home with a call, a visit that found gas, and the work it called for."""
    home = Home(app, "home_visit")
    home.send_xml(fill(GAS))
    with home.house.sessions.begin() as session:
        case = session.scalars(select(Case)).one()
        attempt = ContactAttempt(
            case_id=case.id, at=NOW, channel=Channel.PHONE, disposition=Disposition.AGREED,
            caller_id=home.coordinator.id, note="Le chien mord",
        )  # fmt: skip
        session.add(attempt)
    return home


def test_each_kind_is_told_to_those_alone_who_may_read_it(app: Flask, client_as: SignIn) -> None:
    home = everything(app)
    with home.house.sessions.begin() as session:
        make_mandate(session, home.visitor)
        order = session.scalars(select(WorkOrder.reference).order_by(WorkOrder.id)).first()
    address = f"/people/{home.person.id}"
    coordinator = below(client_as("coordinator", language="en").get(address).text)
    social_worker = below(client_as("social_worker", language="en").get(address).text)
    partner = client_as("partner_coordinator", language="en").get(address)
    assert "Answers:" in coordinator and order and order in coordinator
    assert "Agrees to the visit" in coordinator
    # A social worker neither calls nor sees works; she reads answers.
    assert "Answers:" in social_worker
    assert order not in social_worker and "Agrees to the visit" not in social_worker
    assert "Le chien mord" not in coordinator + social_worker
    # A partner's coordinator sees by her mandate, and never answers nor works.
    page = below(partner.text)
    assert partner.status_code == 200 and "Agrees to the visit" in page
    assert "Answers:" not in page and order not in page
    offered = {kind for kind in (*READS, LOOKED) if f"kind={kind}#" in social_worker}
    assert {*READS, LOOKED} - offered == {
        "call", "message", "task", "work", "support",
    }  # fmt: skip
    offered = {kind for kind in (*READS, LOOKED) if f"kind={kind}#" in page}
    kept = {"answer", "work", "adaptation", "referral", "transfer", "promise", "refused", "score"}
    kept |= {LOOKED, "session", "autonomy", "medical"}
    assert {*READS, LOOKED} - offered == kept
    # What she may not choose, she does not get by typing the address.
    asked = client_as("social_worker", language="en").get(f"{address}?kind=work").text
    assert order not in asked


def test_what_is_next_stands_at_the_top_and_a_death_silences_it(
    client_as: SignIn, session: Session
) -> None:
    by, visitor = make_user(session), make_user(session, role=Role.VISITOR)
    case = make_case(session, by=by)
    make_visit(session, case=case, visitor=visitor, start_at=NOW + timedelta(days=3))
    other = make_case(session, by=by, programme="residences", person=case.person)
    person_id = case.person_id
    session.commit()
    client = client_as("coordinator", language="en")
    top = client.get(f"/people/{person_id}").text.split('id="timeline"')[0]
    assert "What is next" in top and "Visit of 13 Mar 2026" in top
    assert "To call" in top  # of the other programme
    data = {"on": "2026-03-09", "sure": "yes", "died": "yes"}
    assert client.post(f"/people/{person_id}/death", data=data).status_code == 302
    page = client.get(f"/people/{person_id}").text
    top = page.split('id="timeline"')[0]
    assert "Died on 9 Mar 2026" in top
    for silenced in ("To call", "to call", "Visit planned", "What is next", "Open the call page"):
        assert silenced not in top, silenced
    assert "Case closed" in below(page)
    assert "To call" not in client.get(f"/cases/{other.id}").text.split("</header>")[-1]


def test_homes_over_time_are_dated_and_the_last_one_is_left(
    client_as: SignIn, session: Session
) -> None:
    person = make_person(session)
    stay = person.occupancies[0]
    stay.ended_on = date(2020, 5, 4)
    address = stay.tenancy.dwelling.residence.address
    session.commit()
    page = below(client_as("social_worker", language="en").get(f"/people/{person.id}").text)
    assert page.index(f"No longer lives at {address}") < page.index(f"Lives at {address}")
    assert "4 May 2020" in page and "1 Jun 1990" in page


def test_what_ends_on_a_day_stands_after_its_own_beginning_and_before_any_other(
    client_as: SignIn, session: Session
) -> None:
    person, day = make_person(session), NOW.date()
    left = person.occupancies[0]
    left.ended_on = day
    came = make_dwelling(session)
    lease = Tenancy(dwelling_id=came.id, started_on=day)
    session.add(lease)
    session.flush()
    session.add(Occupancy(id=UUID(int=1), person_id=person.id, tenancy_id=lease.id))
    make_case(
        session, by=make_user(session), person=person, closed_on=day, outcome="completed",
        opened_at=NOW - timedelta(minutes=1),
    )  # fmt: skip
    streets = [home.residence.address for home in (came, left.tenancy.dwelling)]
    session.commit()
    page = below(client_as("coordinator", language="en").get(f"/people/{person.id}").text)
    latest_first = [
        page.index(line) for line in (f"Lives at {streets[0]}", f"No longer lives at {streets[1]}")
    ]
    assert latest_first == sorted(latest_first)
    assert page.index("Case closed") < page.index("Case opened")


def test_what_is_ahead_says_how_much_more_there_is(client_as: SignIn, session: Session) -> None:
    case = make_case(session, by=make_user(session))
    for week in range(5):
        day = NOW.date() + timedelta(weeks=week)
        session.add(
            Task(
                case_id=case.id,
                landlord_id=case.landlord_id,
                kind=TaskKind.CALL,
                not_before=day,
                due_on=day,
                made_at=NOW,
            )  # fmt: skip
        )
    person_id = case.person_id
    session.commit()
    page = client_as(Role.COORDINATOR).get(f"/people/{person_id}").text
    assert "et 2 autres dans le dossier" in page
