"""A contractor without an account: a link shows one order, and what is answered is kept."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW
from tests.pdf_text import text_of
from tests.pdfs import PHOTO
from tests.submissions import GAS
from tests.webapp.test_giving import hire, make_beside
from tests.webapp.test_visits_pages import Home
from visits.forms.parameters import add_value
from visits.models.accounts import Role
from visits.models.people import AccessEvent, Person
from visits.models.works import WorkOrder
from visits.models.works_history import WorkOrderEvent, WorkOrderLink, WorkOrderPhoto
from webapp.office.frame.signed_links import secret_in

SignIn = Callable[..., FlaskClient]
TOMORROW = (NOW + timedelta(days=1)).date().isoformat()


@pytest.fixture
def order(app: Flask, session: Session) -> WorkOrder:
    Home(app).send(GAS)
    found = session.scalars(select(WorkOrder)).one()
    session.commit()  # on SQLite nobody could write meanwhile
    return found


@pytest.fixture
def service(client_as: SignIn) -> FlaskClient:
    return client_as(Role.TECHNICIAN)


@pytest.fixture
def anybody(app: Flask) -> FlaskClient:
    return app.test_client()


def send(service: FlaskClient, order: WorkOrder, **said: Any) -> str:
    """Make a link; gives its path."""
    data = {"contractor": "Plomberie Lenoir", "days": "14"} | said
    made = service.post(f"/work-orders/{order.id}/link", data=data)
    assert made.status_code == 302
    made = service.get(made.location)
    (address,) = re.findall(r'value="[^"]*(/order-link/[^"]+)"', made.text)
    return str(address)


def steps(session: Session, order: WorkOrder) -> list[str]:
    """Name what happened to an order by its link."""
    session.rollback()
    told = select(WorkOrderEvent.what).where(
        WorkOrderEvent.work_order_id == order.id, WorkOrderEvent.link_id.is_not(None)
    )
    found = [one.value for one in session.scalars(told.order_by(WorkOrderEvent.id))]
    session.rollback()
    return found


def test_a_contractor_without_an_account_accepts_proposes_quotes_and_hands_in(
    service: FlaskClient, anybody: FlaskClient, session: Session, order: WorkOrder
) -> None:
    link, page_of, reference = send(service, order), f"/work-orders/{order.id}", order.reference
    session.rollback()
    shown = anybody.get(link)
    assert shown.status_code == 200 and reference in shown.text
    assert "noindex" in shown.headers["X-Robots-Tag"]
    assert "Les réponses qui en sont la cause" not in shown.text
    assert anybody.post(link, data={"act": "accept"}).status_code == 302
    plan = {"act": "day", "planned_on": TOMORROW, "planned_part": "14:30"}
    assert anybody.post(link, data=plan).status_code == 302
    assert anybody.post(link, data={"act": "quote", "quote": "1 234,50"}).status_code == 302
    for amount in ("-3", "0", "", "1,234", "²", "9" * 30):
        refused = anybody.post(link, data={"act": "quote", "quote": amount, "quote_note": "TTC"})
        assert refused.status_code == 422 and "TTC" in refused.text
    page = service.get(page_of).text
    assert "1 234,50" in page.replace("\u202f", " ").replace("\xa0", " ")
    assert f'value="{TOMORROW}"' in page and "Plomberie Lenoir propose" in page
    done = {
        "act": "done",
        "note": "Joint changé",
        "cost": "80",
        "photos": (BytesIO(PHOTO), "a.jpg"),
    }
    assert anybody.post(link, data=done | {"note": " ", "photos": []}).status_code == 422
    assert anybody.post(link, data=done).status_code == 302
    assert steps(session, order) == [
        "link_opened", "accepted", "date_proposed", "quoted", "photos", "cost", "done",
    ]  # fmt: skip
    ended = anybody.get(link)
    assert ended.status_code == 410 and reference not in ended.text
    session.rollback()
    assert "Joint changé" in service.get(page_of).text
    photo = session.scalars(select(WorkOrderPhoto.id)).one()
    session.rollback()
    sent = service.get(f"{page_of}/photos/{photo}")
    assert (sent.status_code, sent.content_type) == (200, "image/jpeg")


def test_both_pages_say_how_many_photos_the_landlord_asks_for(
    app: Flask, service: FlaskClient, anybody: FlaskClient, session: Session, order: WorkOrder
) -> None:
    link, rule = send(service, order), f"works_photos_{order.severity.lower()}"
    typed = {"value": 1.0, "valid_from": "2026-03-01", "source": "Charte", "evidence": "choice"}
    with app.extensions["palier"].sessions.begin() as writing:
        add_value(writing, rule, typed, by=service.user.id, now=NOW)  # type: ignore[attr-defined]
    asked = "demande encore 1 photo de ces travaux"
    page = f"/work-orders/{order.id}"
    assert asked in service.get(page).text and asked in anybody.get(link).text
    refused = service.post(page, data={"state": "done", "note": "Joint changé"})
    assert refused.status_code == 422 and "Joint changé" in refused.text
    assert "Ajoutez-les d’abord" in refused.text
    refused = anybody.post(link, data={"act": "done", "note": "Joint changé"})
    assert refused.status_code == 422 and "Ajoutez-les d’abord" in refused.text
    done = {"act": "done", "note": "Joint changé", "photos": (BytesIO(PHOTO), "a.jpg")}
    assert anybody.post(link, data=done).status_code == 302


def test_whoever_refuses_says_why_and_her_link_is_used_up_for_good(
    service: FlaskClient, anybody: FlaskClient, session: Session, order: WorkOrder
) -> None:
    link, page = send(service, order), f"/work-orders/{order.id}"
    assert anybody.post(link, data={"act": "refuse", "note": " "}).status_code == 422
    assert anybody.post(link, data={"act": "refuse", "note": "Trop loin"}).status_code == 302
    assert anybody.get(link).status_code == 410
    assert "Trop loin" in service.get(page).text
    assert service.post(page, data={"state": "open", "note": "Pour un autre"}).status_code == 302
    assert anybody.get(link).status_code == 410
    assert anybody.post(link, data={"act": "accept"}).status_code == 410


def test_the_address_of_a_link_is_told_to_nobody_it_leads_to(
    service: FlaskClient, anybody: FlaskClient, order: WorkOrder
) -> None:
    shown = anybody.get(send(service, order))
    assert shown.headers["Referrer-Policy"] == "same-origin"


def test_a_link_that_is_tampered_with_unknown_expired_or_revoked_shows_nothing_and_says_so(
    service: FlaskClient, anybody: FlaskClient, session: Session, order: WorkOrder
) -> None:
    first = send(service, order)
    second = send(service, order)
    told = {}
    cut = f"{second[:-3]}abc"
    for path, said in ((cut, "pas entière"), (first, "révoqué")):
        for answer in (anybody.get(path), anybody.post(path, data={"act": "accept"})):
            assert answer.status_code == 410 and said in answer.text, path
            assert order.reference not in answer.text
            told[path] = answer.text
    assert anybody.get(second).status_code == 200
    link = session.scalars(select(WorkOrderLink).where(WorkOrderLink.revoked_at.is_(None))).one()
    assert link.secret_sha256 not in second
    link.expires_at = NOW - timedelta(days=400)
    session.commit()
    expired = anybody.get(second)
    assert expired.status_code == 410 and "dépassée" in expired.text
    third = send(service, order, days="3")
    assert service.post(f"/work-orders/{order.id}/link/revocation").status_code == 302
    assert service.post(f"/work-orders/{order.id}/link/revocation").status_code == 404
    assert anybody.get(third).status_code == 410
    steps = select(WorkOrderEvent.what).where(
        WorkOrderEvent.what.in_(("link_made", "link_revoked"))
    )
    assert sorted(session.scalars(steps)) == ["link_made"] * 3 + ["link_revoked"] * 3
    for nonsense in ("x", "é", "a.b", "%00", "." * 300):
        assert anybody.get(f"/order-link/{nonsense}").status_code in (400, 404, 410)


def test_a_protected_home_is_sent_to_nobody_and_a_link_of_before_shows_nothing(
    service: FlaskClient, anybody: FlaskClient, session: Session, order: WorkOrder
) -> None:
    link = send(service, order)
    # Somebody who lives there and is no secret leaves the home open, and the order closed.
    make_beside(session, order)
    session.get_one(Person, order.person_id).protected = True
    session.commit()
    assert anybody.get(link).status_code == 410
    assert anybody.post(link, data={"act": "accept"}).status_code == 410
    again = service.post(
        f"/work-orders/{order.id}/link", data={"contractor": "Plomberie Lenoir", "days": "14"}
    )
    assert again.status_code == 404


def test_an_order_is_with_one_contractor_by_an_account_or_by_a_link(
    service: FlaskClient, client_as: SignIn, session: Session, order: WorkOrder
) -> None:
    given = f"/work-orders/{order.id}/given"
    to = hire(session, client_as(Role.CONTRACTOR, organisation="Chauffage"))
    send(service, order)
    assert service.post(given, data={"organisation": to}).status_code == 409
    assert service.post(f"/work-orders/{order.id}/link/revocation").status_code == 302
    assert service.post(given, data={"organisation": to}).status_code == 302
    made = service.post(
        f"/work-orders/{order.id}/link", data={"contractor": "Plomberie Lenoir", "days": "14"}
    )
    assert made.status_code == 409
    for wrong in ({"contractor": " "}, {"days": "999"}, {"days": "x"}, {"contractor": "a" * 201}):
        data = {"contractor": "Plomberie", "days": "14"} | wrong
        assert service.post(f"/work-orders/{order.id}/link", data=data).status_code == 422
    for reader in (client_as(Role.COORDINATOR), client_as(Role.CONTRACTOR, organisation="X")):
        assert reader.post(f"/work-orders/{order.id}/link", data={}).status_code == 403


def test_photos_are_pictures_and_none_where_the_tenant_refused_them(
    service: FlaskClient, anybody: FlaskClient, session: Session, order: WorkOrder
) -> None:
    link = send(service, order)
    for data in (b"GIF89a", b"%PDF-1.4", b"\xff\xd8\xff cut"):
        sent = {"act": "photos", "photos": (BytesIO(data), "a.jpg")}
        assert anybody.post(link, data=sent).status_code == 422
    assert anybody.post(link, data={"act": "photos"}).status_code == 422
    many = {"act": "photos", "photos": [(BytesIO(PHOTO), f"{one}.jpg") for one in range(11)]}
    assert anybody.post(link, data=many).status_code == 409
    page = f"/work-orders/{order.id}/photos"
    assert service.post(page, data={"photos": (BytesIO(PHOTO), "a.jpg")}).status_code == 302
    photo = session.scalars(select(WorkOrderPhoto.id)).one()
    session.rollback()
    assert service.post(f"{page}/{photo}/withdrawal").status_code == 302
    assert service.get(f"{page}/{photo}").status_code == 404


def test_what_a_link_showed_stands_in_the_access_log(
    service: FlaskClient, anybody: FlaskClient, session: Session, order: WorkOrder
) -> None:
    anybody.get(send(service, order))
    told = select(AccessEvent.user_id).where(AccessEvent.what == "work_order_by_link")
    assert session.scalars(told).all() == [None]


PLAN = {"act": "day", "planned_on": TOMORROW, "planned_part": "14:30"}
SHOWN = {"proposed_on": TOMORROW, "proposed_part": "14:30"}


def test_a_proposed_day_is_declined_with_a_reason_or_accepted_and_then_planned_and_told(
    service: FlaskClient, anybody: FlaskClient, session: Session, order: WorkOrder
) -> None:
    link, page, reference = send(service, order), f"/work-orders/{order.id}", order.reference
    session.rollback()
    assert anybody.post(link, data=PLAN).status_code == 302
    assert "à convenir avec le locataire" in anybody.get(link).text
    assert reference in service.get("/work-orders/?state=proposed").text
    refused = service.post(f"{page}/proposal", data=SHOWN | {"do": "no", "declined_why": " "})
    assert refused.status_code == 422 and "error-summary" in refused.text
    no = {"do": "no", "declined_why": "Le locataire est absent ce jour-là"}
    assert service.post(f"{page}/proposal", data=SHOWN | no).status_code == 302
    assert "absent ce jour-là" in anybody.get(link).text
    assert service.post(f"{page}/proposal", data=SHOWN | no).status_code == 409
    assert anybody.post(link, data=PLAN).status_code == 302
    told = {"do": "yes", "told_how": "pigeon"}
    assert service.post(f"{page}/proposal", data=SHOWN | told).status_code == 422
    told = {"do": "yes", "told_how": "phone"}
    another = SHOWN | told | {"proposed_part": "morning"}
    assert service.post(f"{page}/proposal", data=another).status_code == 409
    assert service.post(f"{page}/proposal", data=SHOWN | told).status_code == 302
    session.rollback()
    session.expire_all()
    planned = session.scalars(select(WorkOrder)).one()
    assert planned.state == "planned" and planned.told_how == "phone"
    assert (planned.planned_part, planned.proposed_on) == ("14:30", None)
    session.rollback()
    assert "à convenir avec le locataire" not in anybody.get(link).text


def test_a_step_taken_back_lets_the_proposed_day_wait_again(
    service: FlaskClient, anybody: FlaskClient, session: Session, order: WorkOrder
) -> None:
    link, page = send(service, order), f"/work-orders/{order.id}"
    session.rollback()
    anybody.post(link, data=PLAN)
    service.post(f"{page}/proposal", data=SHOWN | {"do": "yes"})
    session.rollback()
    planned = select(WorkOrderEvent.id).where(WorkOrderEvent.what == "planned")
    step = session.scalars(planned).one()
    session.rollback()
    assert service.post(f"{page}/steps/{step}/back").status_code == 302
    assert "Plomberie Lenoir propose" in service.get(page).text


def test_a_link_that_was_sent_long_ago_still_opens(app: Flask) -> None:
    signed = URLSafeSerializer(app.config["SECRET_KEY"], salt="order-link").dumps("secret")
    with app.test_request_context():
        assert secret_in("order_link.show", signed) == "secret"
        assert secret_in("referral_link.show", signed) is None


def test_a_contractor_accepts_what_the_office_had_taken_on_and_says_so_once(
    service: FlaskClient, anybody: FlaskClient, session: Session, order: WorkOrder
) -> None:
    page = f"/work-orders/{order.id}"
    assert service.post(page, data={"state": "acknowledged"}).status_code == 302
    link = send(service, order)
    session.refresh(order)
    taken_on = order.acknowledged_at
    session.rollback()
    assert "pas encore de réponse" in service.get(page).text
    assert "Accepter ce bon" in anybody.get(link).text
    assert anybody.post(link, data={"act": "accept"}).status_code == 302
    assert "Accepter ce bon" not in anybody.get(link).text
    assert anybody.post(link, data={"act": "accept"}).status_code == 409
    assert "pas encore de réponse" not in service.get(page).text
    assert steps(session, order) == ["link_opened", "accepted"]
    session.refresh(order)
    assert (order.state, order.acknowledged_at) == ("acknowledged", taken_on)


def test_the_address_of_a_link_is_shown_once_and_looking_again_revokes_nothing(
    service: FlaskClient, anybody: FlaskClient, order: WorkOrder
) -> None:
    link = send(service, order)
    assert "/order-link/" not in service.get(f"/work-orders/{order.id}").text
    assert anybody.get(link).status_code == 200


def test_whoever_has_a_link_is_named_wherever_it_is_told_who_does_an_order(
    service: FlaskClient, anybody: FlaskClient, order: WorkOrder
) -> None:
    link, named = send(service, order), "Plomberie Lenoir"
    assert f"<td>{named}</td>" in service.get("/work-orders/").text
    assert named in service.get("/work-orders/?view=board").text
    assert named in service.get("/work-orders/orders.csv").text
    page = service.get(f"/work-orders/{order.id}").text
    assert f"<dt>Confié à</dt><dd>{named}, par un lien" in page
    assert 'name="organisation"' not in page
    assert named in text_of(service.get(f"/work-orders/{order.id}/sheet.pdf").data)
    assert anybody.post(link, data={"act": "refuse", "note": "Trop loin"}).status_code == 302
    assert named not in service.get("/work-orders/").text
    assert named not in service.get("/work-orders/orders.csv").text


def test_a_refusal_by_a_link_that_is_undone_lets_the_link_show_the_order_again(
    service: FlaskClient, anybody: FlaskClient, session: Session, order: WorkOrder
) -> None:
    link, page = send(service, order), f"/work-orders/{order.id}"
    anybody.post(link, data={"act": "accept"})
    assert anybody.post(link, data={"act": "refuse", "note": "Trop loin"}).status_code == 302
    (back,) = re.findall(r'action="([^"]*/steps/[^"]*/back)"', service.get(page).text)
    another = send(service, order, contractor="Gaz et fils")
    assert service.post(back).status_code == 409
    assert service.post(f"{page}/link/revocation").status_code == 302
    assert service.post(back).status_code == 302
    shown = anybody.get(link)
    assert shown.status_code == 200 and "Accepter ce bon" not in shown.text
    assert anybody.get(another).status_code == 410
    assert "Plomberie Lenoir" in service.get("/work-orders/").text


def test_no_link_is_offered_for_what_is_assigned_and_the_page_says_what_to_do_first(
    service: FlaskClient, order: WorkOrder
) -> None:
    page = f"/work-orders/{order.id}"
    mine = {"assignee": str(service.user.id)}  # type: ignore[attr-defined]
    assert f'action="{page}/link"' in service.get(page).text
    assert service.post(f"{page}/assigned", data=mine).status_code == 302
    shown = service.get(page).text
    assert f'action="{page}/link"' not in shown and "rendez-le d’abord à tous" in shown
    asked = {"contractor": "Plomberie Lenoir", "days": "14"}
    assert service.post(f"{page}/link", data=asked).status_code == 409
    assert service.post(f"{page}/assigned", data={"assignee": ""}).status_code == 302
    send(service, order)


def test_a_quote_sent_by_a_link_is_shown_kept_once_withdrawn_and_back(
    service: FlaskClient, anybody: FlaskClient, session: Session, order: WorkOrder
) -> None:
    link, page = send(service, order), f"/work-orders/{order.id}"
    sent = {"act": "quote", "quote": "450", "quote_note": "Pose comprise"}
    assert anybody.post(link, data=sent).status_code == 302
    again = anybody.post(link, data=sent)
    assert again.status_code == 422 and "déjà noté" in again.text
    theirs = {"quote": "450", "quote_note": "Pose comprise", "quote_contractor": "plomberie lenoir"}
    assert service.post(f"{page}/quotes", data=theirs).status_code == 422
    (quote_id,) = re.findall(r'name="quote_id" value="([^"]+)"', anybody.get(link).text)
    other = service.post(f"{page}/quotes", data=theirs | {"quote_contractor": "Gaz et fils"})
    assert other.status_code == 302 and anybody.get(link).text.count("Pose comprise") == 1
    unknown = {"act": "unquote", "quote_id": str(order.id)}
    session.rollback()
    assert anybody.post(link, data=unknown).status_code == 404
    assert anybody.post(link, data={"act": "unquote", "quote_id": quote_id}).status_code == 302
    assert "Pose comprise" not in anybody.get(link).text
    shown = service.get(page).text
    assert "1 devis retiré" in shown and "Devis retiré</strong>" in shown
    (turn,) = set(re.findall(r'name="turn" value="(\d+)"', shown))
    back = f"{page}/quotes/{quote_id}/withdrawal"
    for other_turn in (int(turn) - 1, "x", "-1", ""):
        data = {"do": "back", "turn": other_turn}
        assert service.post(back, data=data).status_code == 409
    assert service.post(back, data={"do": "back", "turn": turn}).status_code == 302
    assert service.post(back, data={"do": "back"}).status_code == 404
    assert "Pose comprise" in anybody.get(link).text
    shown = service.get(page).text
    assert "devis retiré" not in shown and "Devis de nouveau valable" in shown
