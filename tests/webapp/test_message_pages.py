"""Messages as the office sees them: listed, stopped, printed, wished, worded, and hidden."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_case, make_user, make_viewer, make_visit
from visits.messages.making import tell_of_visit
from visits.models.accounts import Role
from visits.models.cases import Case
from visits.models.messages import Message, MessagePrint, MessageState
from visits.models.people import AlertCode
from visits.people.measures import note_alert
from visits.people.protection import protect

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def client(client_as: SignIn) -> FlaskClient:
    return client_as("coordinator", language="en")


@pytest.fixture
def case(session: Session) -> Case:
    """A person with a letter that waits."""
    found = make_case(session, by=make_user(session))
    visitor = make_user(session, role=Role.VISITOR)
    visit = make_visit(session, case=found, visitor=visitor, start_at=NOW + timedelta(days=9))
    tell_of_visit(session, visit, now=NOW)
    assert found.person.name and found.dwelling and found.dwelling.residence.city
    session.commit()
    return found


def message(session: Session) -> Message:
    one = session.scalars(select(Message).execution_options(populate_existing=True)).one()
    session.commit()
    return one


def post(client: FlaskClient, path: str, **typed: Any) -> tuple[int, str]:
    answer = client.post(path, data=typed, follow_redirects=True)
    return answer.status_code, answer.get_data(as_text=True)


def test_a_message_stands_in_the_list_the_file_her_page_and_the_first_page(
    client: FlaskClient, case: Case
) -> None:
    name = case.person.last_name
    assert name in client.get("/messages/?state=to_print").text
    assert name in client.get("/messages/messages.csv").text
    assert "Visit confirmed" in client.get(f"/people/{case.person_id}").text
    assert "Letters to print" in client.get("/").text
    assert name not in client.get("/messages/?state=sent").text


def test_a_message_is_stopped_and_let_go_out_after_all(
    client: FlaskClient, session: Session, case: Case
) -> None:
    path = f"/messages/{message(session).id}"
    status, page = post(client, path, act="stop", why="")
    assert (status, "Nothing was changed" in page) == (422, True)
    status, page = post(client, path, act="stop", why="elle le sait")
    assert (status, "elle le sait" in page) == (200, True)
    assert message(session).state is MessageState.STOPPED
    assert "Visit confirmed" in client.get(f"/people/{case.person_id}?kind=message").text
    post(client, path, act="back")
    assert message(session).state is MessageState.WAITING
    assert post(client, path, act="again")[0] == 409
    assert post(client, path, act="burn")[0] == 422


def test_letters_are_printed_as_one_pdf_and_a_list_for_the_post_and_undone(
    client: FlaskClient, session: Session, case: Case
) -> None:
    status, page = post(client, "/messages/letters/")
    assert (status, "1 letter" in page) == (200, True)
    run = session.scalars(select(MessagePrint)).one()
    session.commit()
    place = f"/messages/letters/{run.id}"
    pages = PdfReader(io.BytesIO(client.get(f"{place}/letters.pdf").data)).pages
    said = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert case.person.last_name in said and "Nous venons vous voir le" in said
    line = client.get(f"{place}/post.csv").text.splitlines()[1]
    assert line.startswith(case.person.name) and case.dwelling.residence.city in line  # type: ignore[union-attr]
    assert message(session).state is MessageState.SENT
    status, page = post(client, f"{place}/undo")
    assert (status, "1 letter waits again" in page) == (200, True)
    assert message(session).state is MessageState.WAITING
    assert post(client, f"{place}/undo")[0] == 409


def test_a_wish_is_noted_refused_where_it_is_no_address_and_withdrawn(
    client: FlaskClient, case: Case
) -> None:
    place = f"/people/{case.person_id}/messages"
    status, page = post(
        client, place, channel="text", agreed="yes", address="0144556677", language="fr"
    )
    assert (status, "This is no French mobile number." in page) == (422, True)
    status, page = post(
        client, place, channel="text", agreed="yes", address="06 12 34 56 78", language="fr"
    )
    assert (status, "06 12 34 56 78" in page) == (200, True)
    wish = re.search(rf'action="({place}/[^"]+)"', page)
    assert wish is not None
    status, page = post(client, wish[1], why="elle ne veut plus")
    assert (status, "She did not agree: none is sent." in page) == (200, True)
    assert post(client, wish[1], why="encore")[0] == 409


def test_why_nothing_is_written_is_told_to_who_may_note_measures_alone(
    client_as: SignIn, session: Session, case: Case
) -> None:
    viewer = make_viewer(make_user(session))
    note_alert(session, case.person, AlertCode.PHONE_READ, viewer=viewer, now=NOW)
    session.commit()
    page = client_as("coordinator", language="en").get(f"/people/{case.person_id}/messages").text
    assert "somebody else reads her phone" in page
    planning = client_as("coordinator", language="en").get(f"/cases/{case.id}").text
    assert "No message" in planning


def test_a_protected_person_s_messages_are_in_no_list_of_others(
    client: FlaskClient, session: Session, case: Case
) -> None:
    one = message(session)
    protect(session, case.person, by=make_user(session).id, now=NOW)
    session.commit()
    assert case.person.last_name not in client.get("/messages/").text
    assert case.person.last_name not in client.get("/messages/messages.csv").text
    assert client.get(f"/messages/{one.id}").status_code == 404
    assert client.get(f"/people/{case.person_id}/messages").status_code == 404
    assert "Letters to print" not in client.get("/").text


def test_words_are_tried_on_a_real_visit_then_kept_and_put_back(
    client: FlaskClient, session: Session, case: Case
) -> None:
    place = "/messages/wording/seniors/confirmed.letter.fr"
    status, page = post(client, place, said="Venue le {day} chez {name}.", act="try", seen="")
    assert (status, f"chez {case.person.name}." in page) == (200, True)
    status, page = post(client, place, said="Venue le {jour}.", act="keep", seen="")
    assert (status, "no place {jour}: take only those listed" in page) == (422, True)
    post(client, place, said="Venue le {day}.", act="keep", seen="")
    assert "Venue le" in client.get(f"/messages/{message(session).id}").text
    assert post(client, place, said="Autre, le {day}", act="keep", seen="")[0] == 409
    seen = re.search(r'name="seen" value="([^"]+)"', client.get(place).text)
    assert seen is not None
    page = post(client, place, said="", act="keep", seen=seen[1])[1]
    back = re.search(rf'action="({place}/[^"]+)"', page)
    assert back is not None
    assert "Venue le {day}." in post(client, back[1])[1]
