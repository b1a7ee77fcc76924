"""An order that a finding opened tells its room, what was seen there and the way to the answers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.form import parse_form
from tests.diagnostics.builders import published, row, visit
from tests.factories import NOW, make_case, make_user, make_viewer
from tests.homes import Home
from tests.webapp.test_giving import hire
from tests.webapp.test_order_link import send
from visits.forms.published import publish_form
from visits.intake.seen import photos_seen
from visits.intake.submissions import SentFile
from visits.models.accounts import Role
from visits.models.people import AccessEvent, RefusedPart
from visits.models.visits import Submission
from visits.models.works import Place, WorkOrder
from visits.people.part_refusals import refuse_parts
from visits.sight import Reach

SignIn = Callable[..., FlaskClient]
PHOTO = (Path(__file__).parent.parent / "data" / "media" / "p0.jpg").read_bytes()
CHOICES = [
    {"list_name": name, "name": value, "label::Français (fr)": value, "label::English (en)": value}
    for name, values in {
        "yn": ["yes", "no"],
        "rooms": ["bathroom", "wc", "outside", "garage"],
    }.items()
    for value in values
]
SURVEY = [
    row("begin group", "water"),
    row("select_one yn", "leak"),
    row("image", "leak_photo"),
    row("image", "signed", appearance="signature"),
    row("end group", ""),
    row("begin group", "papers"),
    row("image", "paper_photo"),
    row("end group", ""),
    row("begin group", "family"),
    row("select_one yn", "locked"),
    row("text", "family_note", readers="social_worker"),
    row("image", "secret_photo"),
    row("end group", ""),
    row("begin repeat", "room"),
    row("select_one rooms", "room_kind"),
    row("begin repeat", "danger"),
    row("select_one yn", "dark"),
    row("begin repeat", "photos"),
    row("image", "dark_photo"),
    row("end repeat", ""),
    row("end repeat", ""),
    row("end repeat", ""),
]
FOLLOWS = [
    {
        "when": f"${{{question}}} = 'yes'", "for_each": turn, "kind": "work_order", "code": trade,
        "severity": "U2", "due": "5d", "owner": "landlord", "name": f"mend_{question}",
        "label::fr": "À réparer", "label::en": "To mend",
    }
    for question, turn, trade in (
        ("leak", "", "plumbing"), ("dark", "danger", "electricity"), ("locked", "", "locksmith"),
    )
]  # fmt: skip
LEAK, LOCKED = "/data/what_follows/mend_leak", "/data/what_follows/mend_locked"
WC, BATH, BATH_AGAIN = (
    f"/data/room[{room}]/danger[{danger}]/mend_dark" for room, danger in ((1, 1), (2, 1), (2, 2))
)


def dark(name: str) -> dict[str, Any]:
    return {"dark": "yes", "photos": [{"dark_photo": name}]}


ANSWERS: dict[str, Any] = {
    "water": {
        "leak": "yes", "leak_photo": "leak.jpg",
        "signed": "signed.jpg",
    },
    "family": {"locked": "yes", "secret_photo": "secret.jpg"},
    "papers": {"paper_photo": "paper.jpg"},
    "room": [
        {"room_kind": "wc", "danger": [dark("wc.jpg")]},
        {"room_kind": "bathroom", "danger": [dark("bath1.jpg"), dark("bath2.jpg")]},
    ],
}  # fmt: skip


class Seen(Home):
    """A visit that found a leak and three dark corners, each with its photo."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)

    def send_answers(self, answers: dict[str, Any] = ANSWERS) -> None:
        form = published(SURVEY, choices=CHOICES, consequences=FOLLOWS)
        with self.house.sessions.begin() as session:
            publish_form(session, form, by=None, now=NOW)
        names = ("leak", "secret", "signed", "paper", "wc", "bath1", "bath2")
        files = [SentFile(f"{name}.jpg", "image/jpeg", PHOTO) for name in names]
        self.send_xml(visit(parse_form(form.xform), answers), *files)


@pytest.fixture
def seen(app: Flask) -> Seen:
    return Seen(app)


def orders(session: Session) -> dict[str, WorkOrder]:
    """Give the orders by their finding's place in the form."""
    found = session.scalars(select(WorkOrder).order_by(WorkOrder.id)).all()
    return {one.consequence.path: one for one in found if one.consequence}


def names(session: Session, order: WorkOrder, role: Role = Role.COORDINATOR) -> list[str]:
    return [one.name for one in photos_seen(session, order, make_viewer_of(session, role))]


def make_viewer_of(session: Session, role: Role) -> Any:
    reach = Reach.GIVEN if role is Role.CONTRACTOR else Reach.ALL
    return make_viewer(make_user(session, role=role), reach)


def test_the_room_of_a_finding_is_the_place_of_its_order(seen: Seen, session: Session) -> None:
    seen.send_answers()
    assert {path: one.place for path, one in orders(session).items()} == {
        LEAK: None,
        LOCKED: None,
        WC: Place.TOILET,
        BATH: Place.BATHROOM,
        BATH_AGAIN: Place.BATHROOM,
    }


def test_a_room_that_is_no_place_of_ours_says_nothing(seen: Seen, session: Session) -> None:
    rooms = [{"room_kind": "garage", "danger": [dark("wc.jpg")]}, {"danger": [dark("bath1.jpg")]}]
    seen.send_answers({"room": rooms})
    assert {one.place for one in orders(session).values()} == {None}


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.TECHNICIAN, Role.CONTRACTOR])
def test_its_photos_are_those_of_its_turn_or_its_group_none_confidential_no_signature(
    seen: Seen, session: Session, role: Role
) -> None:
    seen.send_answers()
    assert {path: names(session, one, role) for path, one in orders(session).items()} == {
        LEAK: ["leak.jpg"],
        LOCKED: [],
        WC: ["wc.jpg"],
        BATH: ["bath1.jpg"],
        BATH_AGAIN: ["bath2.jpg"],
    }


def test_none_is_shown_of_whom_refuses_photos(seen: Seen, session: Session) -> None:
    seen.send_answers()
    viewer = make_viewer_of(session, Role.COORDINATOR)
    refuse_parts(session, seen.person, [RefusedPart.PHOTOS], viewer=viewer, now=NOW)
    assert [names(session, one) for one in orders(session).values()] == [[]] * 5


def test_none_is_shown_of_answers_set_aside(seen: Seen, session: Session) -> None:
    seen.send_answers()
    session.scalars(select(Submission)).one().state = "set_aside"
    session.flush()
    assert [names(session, one) for one in orders(session).values()] == [[]] * 5


def test_none_is_shown_of_a_person_whose_visit_the_reader_may_not_see(
    seen: Seen, session: Session
) -> None:
    seen.send_answers()
    session.merge(seen.person).protected = True
    session.flush()
    assert [names(session, one) for one in orders(session).values()] == [[]] * 5


def test_a_contractor_sees_those_of_its_orders_home_and_person_alone(
    seen: Seen, session: Session
) -> None:
    seen.send_answers()
    other = make_case(session, by=session.merge(seen.coordinator))
    leak, wc = (orders(session)[one] for one in (LEAK, WC))
    leak.person_id, wc.dwelling_id = other.person_id, other.dwelling_id
    session.flush()
    assert names(session, leak, Role.CONTRACTOR) == names(session, wc, Role.CONTRACTOR) == []
    assert names(session, leak) == ["leak.jpg"]


def test_who_reads_answers_finds_the_way_to_them_and_others_the_photos(
    seen: Seen, session: Session, client_as: SignIn
) -> None:
    seen.send_answers()
    order, other = (orders(session)[one] for one in (LEAK, WC))
    session.commit()  # on SQLite nobody could write meanwhile
    ours = client_as(Role.CONTRACTOR, organisation="Plomberie")
    hire(session, ours)
    order.given_to_id = ours.user.organisation_id  # type: ignore[attr-defined]
    order.given_at, order.given_by_id = NOW, seen.coordinator.id
    files = {one.name: one.id for one in session.scalars(select(Submission)).one().files}
    finding = order.consequence_id
    session.commit()
    photo, secret, elsewhere = (
        f"/work-orders/{order.id}/seen/{files[name]}"
        for name in ("leak.jpg", "secret.jpg", "wc.jpg")
    )
    way = f"{seen.page}#finding-{finding}"
    reads, service = client_as(Role.COORDINATOR), client_as(Role.TECHNICIAN)
    for client, may_read in ((reads, True), (service, False), (ours, False)):
        page = client.get(f"/work-orders/{order.id}").text
        assert (way in page) is may_read
        assert photo in page and secret not in page and elsewhere not in page
        shown = client.get(photo)
        assert shown.status_code == 200 and b"SECRET" not in shown.data
        assert client.get(secret).status_code == client.get(elsewhere).status_code == 404
    assert f'id="finding-{finding}"' in reads.get(seen.page).text
    assert ours.get(f"/work-orders/{other.id}/seen/{files['wc.jpg']}").status_code == 404
    assert client_as(Role.SOCIAL_WORKER).get(photo).status_code == 403


def test_a_link_shows_the_photos_of_its_order_and_nothing_else_until_it_ends(
    app: Flask, seen: Seen, session: Session, client_as: SignIn
) -> None:
    seen.send_answers()
    order = orders(session)[LEAK]
    files = {one.name: one.id for one in session.scalars(select(Submission)).one().files}
    session.commit()  # on SQLite nobody could write meanwhile
    service, anybody = client_as(Role.TECHNICIAN), app.test_client()
    link, revoked = send(service, order), f"/work-orders/{order.id}/link/revocation"
    photo = f"{link}/seen/{files['leak.jpg']}"
    page = anybody.get(link).text
    assert photo in page and str(files["wc.jpg"]) not in page and "finding-" not in page
    shown = anybody.get(photo)
    assert shown.status_code == 200 and b"SECRET" not in shown.data
    assert "noindex" in shown.headers["X-Robots-Tag"]
    logged = select(AccessEvent.what, AccessEvent.user_id).order_by(AccessEvent.id.desc())
    assert tuple(session.execute(logged.limit(1)).one()) == ("photo", None)
    session.rollback()
    assert anybody.get(f"{link}/seen/{files['wc.jpg']}").status_code == 404
    assert anybody.get(f"{link}x/seen/{files['leak.jpg']}").status_code == 410
    assert service.post(revoked).status_code == 302
    assert anybody.get(photo).status_code == 410
