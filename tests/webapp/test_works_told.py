"""What is written to the tenant of an order: on its page, in words, stopped, switched off."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_dwelling, make_person, make_user, make_viewer
from tests.visits.test_orders_by_hand import LEAK
from visits.accounts.accounts import find_organisation
from visits.messages.kinds import OF_WORKS
from visits.messages.ways import note_wish
from visits.models.accounts import OrganisationKind, Role
from visits.models.messages import Message, MessageChannel, MessageKind
from visits.models.papers import PaperField
from visits.models.works import WorkOrder, WorkOrderState
from visits.papers.wording import say
from visits.people.protection import protect
from visits.works.by_hand import open_by_hand
from visits.works.moves import MoveSaid, move_work_order
from webapp.office.messages.saying import said_by

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.one_database
RING = "Ring 03 44 00 00 00."
SOON = (NOW + timedelta(days=20)).date()


@pytest.fixture
def order(session: Session) -> WorkOrder:
    """An order planned for an hour, of which a letter waits."""
    home, viewer = make_dwelling(session), make_viewer(make_user(session, role=Role.TECHNICIAN))
    person = make_person(session, dwelling=home)
    order = open_by_hand(session, home, LEAK, person=person, viewer=viewer, now=NOW)
    said = MoveSaid(planned_on=SOON, planned_part="14:30")
    move_work_order(session, order, WorkOrderState.PLANNED, said, viewer=viewer, now=NOW)
    session.commit()
    return order


def message_of(session: Session) -> Message:
    return session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()


def test_a_letter_names_the_day_the_hour_the_trade_and_who_comes(
    session: Session, order: WorkOrder
) -> None:
    said = said_by(session, message_of(session)).text
    hour = "Des travaux sont prévus chez vous le lundi 30 mars 2026 à 14\u00a0h\u00a030."
    assert hour in said and "Il s’agit de : plomberie." in said
    assert order.person is not None
    assert f"Qui vient : {order.person.landlord.name}." in said and "{" not in said


def test_a_text_names_neither_whom_it_is_for_nor_what_is_done(
    session: Session, order: WorkOrder
) -> None:
    assert order.person is not None
    viewer = make_viewer(make_user(session))
    for channel, agreed, to in (
        (MessageChannel.TEXT, True, "06 12 34 56 78"), (MessageChannel.LETTER, False, ""),
    ):  # fmt: skip
        note_wish(
            session, order.person, channel, agreed=agreed, address=to, language="fr",
            viewer=viewer, now=NOW,
        )  # fmt: skip
    said = said_by(session, message_of(session)).text
    assert "30 mars 2026" in said and "plomberie" not in said
    assert order.person.last_name not in said


def test_the_page_of_an_order_tells_what_is_written_and_stops_it(
    client_as: SignIn, session: Session, order: WorkOrder
) -> None:
    client, page = client_as("technician", language="en"), f"/work-orders/{order.id}"
    written, reference = f"/messages/{message_of(session).id}", order.reference
    session.rollback()
    assert "What the tenant is written" in client.get(page).text
    stop = f"{page}{written}"
    assert client.post(stop, data={}).status_code == 422
    stopped = client.post(stop, data={"stop_why": "Je l’appelle"}, follow_redirects=True).text
    assert "Je l’appelle" in stopped and "Let it go out after all" in stopped
    again = client.post(stop, data={"do": "again"}, follow_redirects=True).text
    assert "Stop this message" in again
    assert reference in client_as("coordinator").get(written).text
    contractors = client_as("contractor")
    assert contractors.post(stop, data={"stop_why": "non"}).status_code == 403


def test_a_landlord_switches_a_kind_off_and_the_order_says_why_nothing_goes(
    client_as: SignIn, session: Session, order: WorkOrder
) -> None:
    client, place = client_as("technician", language="en"), "/messages/works/"
    assert order.dwelling is not None
    typed = {"landlord": str(order.dwelling.landlord_id), "kind": MessageKind.WORKS_PLANNED.value}
    page, later = f"/work-orders/{order.id}", SOON + timedelta(days=5)
    session.rollback()
    off = client.post(place, data=typed | {"do": "off"}, follow_redirects=True).text
    assert "Switched off" in off
    assert client.post(place, data=typed | {"do": "off"}).status_code == 409
    assert client.post(place, data=typed | {"kind": "digest"}).status_code == 404
    assert client.post(place, data=typed | {"landlord": "x"}).status_code == 404
    plan = {"state": "planned", "planned_on": str(later), "planned_part": "morning"}
    told = client.post(page, data=plan, follow_redirects=True).text
    assert "No message: the landlord does not send this kind of message" in told
    on = client.post(place, data=typed | {"do": "on"}, follow_redirects=True).text
    assert "Switched off" not in on


def test_the_example_rings_whom_the_landlord_says(
    client_as: SignIn, session: Session, order: WorkOrder
) -> None:
    assert order.dwelling is not None
    say(
        session,
        order.dwelling.landlord_id,
        {PaperField.RING_EN: RING},
        seen="",
        viewer=make_viewer(make_user(session)),
        now=NOW,
    )
    session.commit()
    page = client_as("technician", language="en").get("/messages/works/").text
    assert page.count(RING) == len(OF_WORKS) and "…" not in page


def test_a_landlord_says_it_in_its_own_words_tried_on_works_and_put_back(
    client_as: SignIn, session: Session, order: WorkOrder
) -> None:
    assert order.person is not None
    name, landlord = order.person.name, order.person.landlord_id
    session.commit()
    client, place = client_as("technician"), f"/messages/works/{landlord}/works_planned.letter.fr"
    tried = client.post(place, data={"said": "{name}, le {day} {part}.", "act": "try"}).text
    assert f"{name}, le lundi 30 mars 2026 à 14\u00a0h\u00a030." in tried
    refused = client.post(place, data={"said": "Le {time}.", "act": "keep", "seen": ""})
    assert refused.status_code == 422 and "{time}" in refused.text
    words = "Le lundi 30 mars 2026, Office de l'habitat."
    kept = {"said": "Le {day}, {company}.", "act": "keep", "seen": ""}
    assert client.post(place, data=kept).status_code == 302
    assert said_by(session, message_of(session)).text == words
    session.rollback()
    assert client.post(place, data=kept | {"said": "Autre, le {day}"}).status_code == 409
    page = client.get(place).text
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen is not None
    own = client.post(place, data={"said": "", "act": "keep", "seen": seen[1]}).status_code
    said = said_by(session, message_of(session)).text
    session.rollback()
    assert own == 302 and "Des travaux" in said
    back = re.search(rf'action="({place}/[^"]+)"', client.get(place).text)
    assert back is not None and client.post(back[1]).status_code == 302
    assert said_by(session, message_of(session)).text == words


def test_words_of_works_are_a_landlord_s_alone_and_never_a_programme_s(
    client_as: SignIn, session: Session, order: WorkOrder
) -> None:
    assert order.person is not None
    landlord = order.person.landlord_id
    other = find_organisation(session, "Autre bailleur", OrganisationKind.LANDLORD).id
    session.commit()
    client, coordinator = client_as("technician"), client_as("coordinator")
    for where in (
        f"/messages/works/{landlord}/moved.letter.fr",
        f"/messages/works/{landlord}/works_moved.letter.de",
        f"/messages/works/{landlord}/works_moved.fax.fr",
        f"/messages/works/{uuid.uuid4()}/works_moved.letter.fr",
    ):
        assert client.get(where).status_code == 404
    assert coordinator.get("/messages/wording/seniors/works_moved.letter.fr").status_code == 404
    place = f"/messages/works/{other}/works_planned.letter.fr"
    theirs = {"said": "De l’autre", "act": "keep", "seen": ""}
    assert client.post(place, data=theirs).status_code == 404
    assert "Des travaux" in said_by(session, message_of(session)).text


def test_words_are_tried_on_no_works_of_a_protected_person(
    client_as: SignIn, session: Session, order: WorkOrder
) -> None:
    assert order.person is not None
    name, landlord = order.person.name, order.person.landlord_id
    protect(session, order.person, by=make_user(session).id, now=NOW)
    session.commit()
    place = f"/messages/works/{landlord}/works_planned.letter.fr"
    tried = client_as("technician").post(place, data={"said": "{name}, le {day}", "act": "try"})
    assert tried.status_code == 200 and name not in tried.text


def test_letters_that_hold_no_more_leave_the_list_even_where_none_is_left_to_print(
    client_as: SignIn, session: Session, order: WorkOrder
) -> None:
    assert order.person is not None
    order.person.died_on = NOW.date()
    session.commit()
    client = client_as("coordinator", language="en")
    assert "1 letter waits" in client.get("/messages/letters/").text
    assert client.post("/messages/letters/").status_code == 409
    assert "No letter waits" in client.get("/messages/letters/").text
