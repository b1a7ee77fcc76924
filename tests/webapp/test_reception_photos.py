"""Photos of what was received of an adaptation: asked for, shown bare, withdrawn, never lost."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_case, make_user, make_viewer
from tests.pdfs import PHOTO
from visits.adaptations.files import Request, open_by_hand
from visits.adaptations.moving import move_file
from visits.adaptations.photos import (
    RECEIVED,
    add_photos,
    find_photo,
    photos_missing,
    photos_of,
    withdraw_photo,
)
from visits.forms.parameters import add_value
from visits.ground.bare import without_metadata
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.file_store import FileStore
from visits.models.accounts import Role, User
from visits.models.adaptations import AdaptationFile, AdaptationOrder, AdaptationPhoto, Step
from visits.models.people import AccessEvent, RefusedPart
from visits.people.part_refusals import refuse_parts
from visits.retention.orphans import owned_files, remove_orphans
from visits.works.by_hand import OrderSaid
from visits.works.by_hand import open_by_hand as open_order
from visits.works.photos import add_photos as add_order_photos

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def user(session: Session) -> User:
    return make_user(session)


@pytest.fixture
def store(settings: object) -> FileStore:
    return FileStore(settings.photos)  # type: ignore[attr-defined]


@pytest.fixture
def file(session: Session, user: User) -> AdaptationFile:
    """A shower whose works are done, of a landlord who asks for one photo of it."""
    return make_file(session, user)


def make_file(session: Session, user: User) -> AdaptationFile:
    case = make_case(session, by=user)
    assert case.dwelling is not None
    said = Request("shower", "letter", NOW.date(), "Une douche.")
    opened = open_by_hand(
        session, case.person, case.dwelling, said, viewer=make_viewer(user), now=NOW
    )
    opened.step, opened.since = Step.RECEPTION, NOW
    session.flush()
    return opened


def ask(session: Session, user: User, photos: float = 1.0) -> None:
    typed = {"value": photos, "valid_from": "2026-03-01", "source": "Charte", "evidence": "choice"}
    add_value(session, "adaptation_reception_photos", typed, by=user.id, now=NOW)


def received(session: Session, file: AdaptationFile, user: User) -> None:
    step = Step.FIRST_FOLLOW_UP
    move_file(session, file, step, turn=file.turn, viewer=make_viewer(user), now=NOW)


def test_nothing_is_received_before_its_photos_are_there(
    session: Session, store: FileStore, user: User, file: AdaptationFile
) -> None:
    assert photos_missing(session, file) == 0
    ask(session, user)
    with pytest.raises(Invalid) as refused:
        received(session, file, user)
    assert refused.value.fields == {"photos": "reception_photos_needed"}
    add_photos(session, store, file, [PHOTO], viewer=make_viewer(user), now=NOW)
    (photo,) = photos_of(session, file)
    withdraw_photo(session, file, photo.id, viewer=make_viewer(user), now=NOW)
    assert (photos_missing(session, file), photos_of(session, file)) == (1, [])
    add_photos(session, store, file, [PHOTO], viewer=make_viewer(user), now=NOW)
    received(session, file, user)
    assert file.step is Step.FIRST_FOLLOW_UP


def test_photos_of_its_work_orders_count(
    session: Session, store: FileStore, user: User, file: AdaptationFile
) -> None:
    ask(session, user)
    said = OrderSaid("plumbing", "P", "bathroom", "Douche", "staff")
    order = open_order(session, file.dwelling, said, viewer=make_viewer(user), now=NOW)
    session.add(AdaptationOrder(work_order_id=order.id, file_id=file.id))
    session.flush()
    assert photos_missing(session, file) == 1
    add_order_photos(session, store, order, [PHOTO], by=user.id, now=NOW)
    assert photos_missing(session, file) == 0


def test_nobody_is_asked_for_photos_that_the_tenant_refuses(
    session: Session, store: FileStore, user: User, file: AdaptationFile
) -> None:
    ask(session, user)
    viewer = make_viewer(user)
    refuse_parts(session, file.person, [RefusedPart.PHOTOS], viewer=viewer, now=NOW)
    with pytest.raises(Conflict) as refused:
        add_photos(session, store, file, [PHOTO], viewer=viewer, now=NOW)
    assert refused.value.code == "photos_refused"
    received(session, file, user)


@pytest.mark.parametrize("step", [step for step in Step if step not in RECEIVED])
def test_there_are_no_photos_before_the_works_are_done_nor_after_the_end(
    session: Session, store: FileStore, user: User, file: AdaptationFile, step: Step
) -> None:
    file.step = step
    with pytest.raises(Conflict) as refused:
        add_photos(session, store, file, [PHOTO], viewer=make_viewer(user), now=NOW)
    assert refused.value.code == "adaptation_not_received"


def test_a_photo_is_found_in_its_own_file_alone(
    session: Session, store: FileStore, user: User, file: AdaptationFile
) -> None:
    add_photos(session, store, file, [PHOTO], viewer=make_viewer(user), now=NOW)
    (photo,) = photos_of(session, file)
    other = make_file(session, user)
    with pytest.raises(NotFound):
        find_photo(session, other, photo.id)
    withdraw_photo(session, file, photo.id, viewer=make_viewer(user), now=NOW)
    with pytest.raises(NotFound):
        find_photo(session, file, photo.id)


def test_too_many_and_what_is_no_photo_are_refused_whole(
    session: Session, store: FileStore, user: User, file: AdaptationFile
) -> None:
    viewer = make_viewer(user)
    for photos, fields in (([], "no_file"), ([PHOTO, b"%PDF-1.4"], "no_photo")):
        with pytest.raises(Invalid) as refused:
            add_photos(session, store, file, photos, viewer=viewer, now=NOW)
        assert refused.value.fields == {"photos": fields}
    with pytest.raises(Conflict):
        add_photos(session, store, file, [PHOTO] * 11, viewer=viewer, now=NOW)
    assert session.scalars(select(AdaptationPhoto)).all() == []


def test_its_bytes_are_owned(
    session: Session, store: FileStore, user: User, file: AdaptationFile
) -> None:
    add_photos(session, store, file, [PHOTO], viewer=make_viewer(user), now=NOW)
    session.commit()
    (photo,) = photos_of(session, file)
    assert photo.sha256 in owned_files(session.connection())
    found = remove_orphans(session, store, now=NOW + timedelta(days=400), spared=timedelta(0))
    assert found.get("orphans", 0) == 0


def test_photos_are_added_seen_and_withdrawn_on_the_page(
    app: Flask, client_as: SignIn, session: Session, user: User, file: AdaptationFile
) -> None:
    ask(session, user)
    session.commit()
    client = client_as(Role.COORDINATOR, language="en")
    page = f"/adaptations/{file.id}"
    assert "asks for 1 more photo" in client.get(page).text
    step = {"step": "first_follow_up", "turn": str(file.turn)}
    refused = client.post(page, data=step)
    assert refused.status_code == 422 and "photos of what is received" in refused.text
    wrong = client.post(f"{page}/photos", data={"photos": (BytesIO(b"text"), "a.jpg")})
    assert wrong.status_code == 422 and 'id="photos-error"' in wrong.text
    sent = client.post(f"{page}/photos", data={"photos": (BytesIO(PHOTO), "a.jpg")})
    assert sent.status_code == 302
    photo = session.scalars(select(AdaptationPhoto.id)).one()
    session.rollback()
    shown = client.get(f"{page}/photos/{photo}")
    assert (shown.status_code, shown.content_type) == (200, "image/jpeg")
    assert shown.data == without_metadata(PHOTO, media_type="image/jpeg") != PHOTO
    assert client.post(f"{page}/photos/{photo}/withdrawal").status_code == 302
    assert client.get(f"{page}/photos/{photo}").status_code == 404
    logged = set(session.scalars(select(AccessEvent.what)))
    assert {
        "adaptation_photos", "adaptation_photo", "adaptation_photo_withdrawn",
    } <= logged  # fmt: skip


def test_the_width_of_a_widened_door_is_noted_as_it_is_received(
    client_as: SignIn, session: Session, file: AdaptationFile
) -> None:
    page, turn = f"/adaptations/{file.id}", str(file.turn)
    session.commit()
    client = client_as(Role.COORDINATOR, language="en")
    assert 'name="inner_door"' not in client.get(page).text  # nothing of a shower is measured
    session.get_one(AdaptationFile, file.id).code = "widened_door"
    session.commit()
    assert 'name="inner_door"' in client.get(page).text
    step = {"step": "first_follow_up", "turn": turn, "said": "Reçue avec elle."}
    for typed in ("83", "large", "9" * 30):
        wrong = client.post(page, data=step | {"inner_door": typed})
        assert wrong.status_code == 422 and 'id="inner_door-error"' in wrong.text
        assert f'value="{typed}"' in wrong.text and "Reçue avec elle." in wrong.text
    assert client.post(page, data=step | {"inner_door": " 830 "}).status_code == 302
    home = session.get_one(AdaptationFile, file.id).dwelling_id
    session.rollback()
    assert "830" in client.get(f"/homes/{home}").text
