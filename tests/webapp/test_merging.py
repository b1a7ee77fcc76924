"""Two files of one person: proposed, compared, merged and parted again on pages."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_case, make_person, make_user
from visits.models.life import PersonMerge
from visits.models.people import AccessEvent, Person

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.one_database


def pair(session: Session) -> tuple[Person, Person]:
    """Two files of one name, of which each has an open case of one programme."""
    said = {"first_name": "Zoé", "last_name": "GÉRAUD", "name_key": "geraud zoe"}
    by = make_user(session)
    persons = [make_person(session, phone=f"+3363998000{one}", **said) for one in (1, 2)]
    for person in persons:
        make_case(session, by=by, person=person)
    session.commit()
    return persons[0], persons[1]


def test_a_pair_is_proposed_compared_merged_and_parted_again(
    client_as: SignIn, session: Session
) -> None:
    kept, other = pair(session)
    kept_id, other_id = kept.id, other.id
    session.commit()
    client = client_as("social_worker", language="en")
    page = client.get(f"/people/{kept_id}").text
    assert "1 file may be of the same person" in page and f"/people/{kept_id}/merge" in page
    page = client.get(f"/people/{kept_id}/merge").text
    assert f"with={other_id}" in page
    page = client.get(f"/people/{kept_id}/merge?with={other_id}").text
    assert "Both have an open case" in page and "06 39 98 00 02" in page
    data = {"with": str(other_id), "take-phone": "other"}
    refused = client.post(f"/people/{kept_id}/merge", data=data)
    assert refused.status_code == 422 and 'id="case-seniors-error"' in refused.text
    session.rollback()
    case = page.split('name="case-seniors" value="')[2].split('"')[0]
    done = client.post(
        f"/people/{kept_id}/merge", data=data | {"case-seniors": case}, follow_redirects=True
    )
    assert "The two files are one now" in done.text and "06 39 98 00 02" in done.text
    led = client.get(f"/people/{other_id}")
    assert (led.status_code, led.location) == (302, f"/people/{kept_id}")
    session.rollback()
    assert "persons_merged" in session.scalars(select(AccessEvent.what)).all()
    merge = session.scalars(select(PersonMerge.id)).one()
    session.rollback()
    back = client.post(f"/people/{kept_id}/merges/{merge}/back", follow_redirects=True)
    assert "all is as it was before" in back.text
    assert client.get(f"/people/{other_id}").status_code == 200
    assert client.post(f"/people/{kept_id}/merges/{merge}/back").status_code == 409


def test_a_hidden_file_is_neither_proposed_nor_found_nor_merged(
    client_as: SignIn, session: Session
) -> None:
    kept, other = pair(session)
    other.protected = True
    kept_id, other_id = kept.id, other.id
    session.commit()
    client = client_as("coordinator", language="en")
    assert "may be of the same person" not in client.get(f"/people/{kept_id}").text
    for query in ("", "?q=geraud", "?q=0639980002"):
        assert str(other_id) not in client.get(f"/people/{kept_id}/merge{query}").text
    assert client.get(f"/people/{kept_id}/merge?with={other_id}").status_code == 404
    answer = client.post(f"/people/{kept_id}/merge", data={"with": str(other_id)})
    assert answer.status_code == 404
    assert client.get(f"/people/{other_id}/merge").status_code == 404


def test_whoever_may_not_edit_persons_merges_none(client_as: SignIn, session: Session) -> None:
    kept, other = pair(session)
    address, data = f"/people/{kept.id}/merge", {"with": str(other.id)}
    session.commit()
    for role in ("partner_coordinator", "visitor", "manager", "technician"):
        client = client_as(role)
        assert client.get(address).status_code == 403
        assert client.post(address, data=data).status_code == 403


def test_an_old_address_leads_to_the_kept_file_whoever_may_see_it_and_nobody_else(
    client_as: SignIn, session: Session
) -> None:
    first, second = pair(session)
    third = make_person(session)
    first_id, second_id, third_id = first.id, second.id, third.id
    second.merged_into_id, first.merged_into_id = first.id, third.id
    session.commit()
    client = client_as("coordinator", language="en")
    for old in (first_id, second_id):
        led = client.get(f"/people/{old}/merge?q=Rose", follow_redirects=True)
        assert led.request.url.endswith(f"/people/{third_id}/merge?q=Rose")
        assert "merged into this one" in led.text
        done = client.post(f"/people/{old}/death", data={"on": "2026-03-01", "sure": "yes"})
        assert (done.status_code, done.location) == (303, f"/people/{third_id}")
    assert "Nothing was changed" in client.get(f"/people/{third_id}").text
    # Of two old addresses in one the one that is compared is no person's any more.
    assert client.get(f"/people/{third_id}/merge?with={first_id}").status_code == 404
    for role in ("visitor", "manager"):
        assert client_as(role).get(f"/people/{first_id}").status_code == 403
    partner = client_as("partner_coordinator", organisation="Association")
    assert partner.get(f"/people/{first_id}").status_code == 404
    session.get_one(Person, third_id).protected = True
    session.commit()
    assert client.get(f"/people/{first_id}").status_code == 404
    assert client.get(f"/people/{third_id}").status_code == 404
