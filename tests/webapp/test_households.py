"""A household taken in from the page of its dwelling."""

from collections.abc import Callable
from datetime import date

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_person
from visits.models.people import AccessedPerson, AccessEvent, Occupancy, Person, PhoneNumber
from visits.models.portfolio import Tenancy

SignIn = Callable[..., FlaskClient]
IDA = {
    "1-last_name": "NOUVELLE",
    "1-first_name": "Ida",
    "1-role": "holder",
    "1-born_on": "1948-07-09",
}
LEO = {"3-last_name": "NOUVEAU", "3-first_name": "Léo", "3-born_on": "2015-04-02"}
CAME = {"arrived_on": "1987-09-01"}


def _persons(session: Session) -> int | None:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(Person))


def test_a_household_is_taken_in_whole_or_not_at_all(client_as: SignIn, session: Session) -> None:
    home = make_dwelling(session, reference="L-NEUF")
    session.commit()
    client = client_as("social_worker", language="en")
    page = f"/homes/{home.id}/household"
    assert page in client.get(f"/homes/{home.id}").text
    answer = client.post(page, data=IDA | LEO | CAME)
    assert answer.status_code == 422 and 'id="3-role-error"' in answer.text
    assert "Fill in this field. (person 3)" in answer.text
    answer = client.post(page, data=IDA | {"arrived_on": "0195-01-01"})
    assert answer.status_code == 422 and 'id="arrived_on-error"' in answer.text
    # Nobody is dropped in silence: a role alone asks for its name.
    answer = client.post(page, data=IDA | CAME | {"5-role": "child"})
    assert answer.status_code == 422 and 'id="5-last_name-error"' in answer.text
    typed = IDA | LEO | CAME | {"3-role": "child", "3-number": "trois"}
    answer = client.post(page, data=typed)
    assert answer.status_code == 422 and 'id="3-number-error"' in answer.text
    assert _persons(session) == 0
    session.commit()
    typed["3-number"] = "06 12 34 56 78"
    answer = client.post(page, data=typed, follow_redirects=True)
    assert "Noted: 2 persons live here now." in answer.text and "Léo NOUVEAU" in answer.text
    assert _persons(session) == session.scalar(select(func.count()).select_from(Occupancy)) == 2
    numbers = select(Person.phone, PhoneNumber.number).outerjoin(PhoneNumber)
    assert {tuple(row) for row in session.execute(numbers)} == {(None, None), ("+33612345678",) * 2}
    assert date(1948, 7, 9) in session.scalars(select(Person.born_on)).all()
    noted = (
        select(AccessedPerson.person_id)
        .join(AccessEvent, AccessEvent.id == AccessedPerson.event_id)
        .where(AccessEvent.what == "life_event_noted")
    )
    assert len(set(session.scalars(noted))) == 2
    session.commit()
    # The dwelling is let now; with those who are there, others may come.
    more = {"1-last_name": "AUTRE", "1-role": "other"} | CAME
    answer = client.post(page, data=more)
    assert answer.status_code == 422 and 'id="joins-error"' in answer.text
    assert client.post(page, data=more | {"joins": "yes"}).status_code == 302


def test_who_may_be_known_is_asked_about_and_a_hidden_person_never_is(
    client_as: SignIn, session: Session
) -> None:
    home = make_dwelling(session)
    names = {"last_name": "NOUVELLE", "first_name": "Ida", "name_key": "nouvelle ida"}
    known = make_person(session, born_on=None, **names)
    hidden = make_person(session, born_on=None, **names)
    hidden.protected = True
    known_id, hidden_id, page = known.id, hidden.id, f"/homes/{home.id}/household"
    session.commit()
    client = client_as("coordinator", language="en")
    asked = client.post(page, data=IDA | CAME)
    assert asked.status_code == 409 and str(known_id) in asked.text
    assert str(hidden_id) not in asked.text
    forced = client.post(page, data=IDA | CAME | {"1-known": str(hidden_id)})
    assert forced.status_code == 409
    assert _persons(session) == 2
    session.commit()
    assert client.post(page, data=IDA | CAME | {"1-known": str(known_id)}).status_code == 302
    session.expire_all()
    lives_here = select(Occupancy.person_id).join(Occupancy.tenancy)
    assert session.scalars(lives_here.where(Tenancy.dwelling_id == home.id)).all() == [known_id]
    session.commit()
    another = IDA | CAME | {"1-known": "another", "joins": "yes"}
    assert client.post(page, data=another).status_code == 302
    assert _persons(session) == 3


def test_a_protected_home_is_no_page_for_a_household(client_as: SignIn, session: Session) -> None:
    home = make_dwelling(session)
    make_person(session, dwelling=home).protected = True
    session.commit()
    page = f"/homes/{home.id}/household"
    client = client_as("coordinator")
    assert client.get(page).status_code == 404
    assert client.post(page, data=IDA | CAME | {"joins": "yes"}).status_code == 404
    assert _persons(session) == 1
    session.commit()
    for role in ("visitor", "technician", "manager", "partner_coordinator"):
        assert client_as(role).get(page).status_code == 403
