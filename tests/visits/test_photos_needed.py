"""How many photos show that works are done: the landlord says so, and nothing gets round it."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.factories import NOW, make_person
from tests.pdfs import PHOTO
from tests.visits.test_orders_by_hand import LEAK, Desk
from visits.forms.parameters import add_value
from visits.ground.errors import Conflict, Invalid
from visits.ground.file_store import FileStore
from visits.models.people import RefusedPart
from visits.models.works import WorkOrder, WorkOrderState
from visits.people.part_refusals import refuse_parts
from visits.works.by_link import Handed, hand_in
from visits.works.exchanges import bring_answers, look_at_answers
from visits.works.links import LinkSaid, make_link, standing_link
from visits.works.moves import MoveSaid, move_work_order
from visits.works.photos import add_photos, photos_missing, photos_of, withdraw_photo

TODAY = NOW.date()
DONE = MoveSaid(note="Joint changé")
S = WorkOrderState


@pytest.fixture
def desk(session: Session) -> Desk:
    """A desk whose landlord asks for two photos of what was soon to be done."""
    desk = Desk(session, NOW)
    typed = {
        "value": 2.0, "valid_from": TODAY.isoformat(), "source": "Charte", "evidence": "choice",
    }  # fmt: skip
    add_value(session, "works_photos_u2", typed, by=desk.technician.id, now=NOW)
    return desk


def missing(desk: Desk, order: WorkOrder) -> int:
    return photos_missing(desk.session, [order], now=NOW)[order.id]


def done(desk: Desk, order: WorkOrder) -> None:
    move_work_order(desk.session, order, S.DONE, DONE, viewer=desk.viewer, now=NOW)


def test_works_are_not_done_before_their_photos_are_there(desk: Desk, tmp_path: Path) -> None:
    assert (missing(desk, desk.leak), missing(desk, desk.lamp)) == (2, 0)
    with pytest.raises(Invalid) as refused:
        done(desk, desk.leak)
    assert refused.value.fields == {"photos": "photos_needed"}
    assert desk.leak.state is S.OPEN
    done(desk, desk.lamp)
    store, by = FileStore(tmp_path), desk.technician.id
    add_photos(desk.session, store, desk.leak, [PHOTO, PHOTO], by=by, now=NOW)
    assert missing(desk, desk.leak) == 0
    first, _ = photos_of(desk.session, desk.leak)
    withdraw_photo(desk.session, desk.leak, first.id, viewer=desk.viewer, now=NOW)
    assert missing(desk, desk.leak) == 1
    add_photos(desk.session, store, desk.leak, [PHOTO], by=by, now=NOW)
    done(desk, desk.leak)
    assert desk.leak.state is S.DONE
    second, *_ = photos_of(desk.session, desk.leak)
    with pytest.raises(Conflict, match="photo_asked_for"):
        withdraw_photo(desk.session, desk.leak, second.id, viewer=desk.viewer, now=NOW)
    add_photos(desk.session, store, desk.leak, [PHOTO], by=by, now=NOW)
    withdraw_photo(desk.session, desk.leak, second.id, viewer=desk.viewer, now=NOW)
    assert missing(desk, desk.leak) == 0


def test_nothing_is_checked_on_photos_that_are_not_there(desk: Desk, tmp_path: Path) -> None:
    done(desk, desk.lamp)
    on_photo = MoveSaid(checked_how="photo")
    with pytest.raises(Invalid) as refused:
        move_work_order(desk.session, desk.lamp, S.CHECKED, on_photo, viewer=desk.viewer, now=NOW)
    assert refused.value.fields == {"checked_how": "no_photo_to_check"}
    by = desk.technician.id
    add_photos(desk.session, FileStore(tmp_path), desk.lamp, [PHOTO], by=by, now=NOW)
    move_work_order(desk.session, desk.lamp, S.CHECKED, on_photo, viewer=desk.viewer, now=NOW)
    assert desk.lamp.state is S.CHECKED


def test_nobody_is_asked_for_photos_that_the_tenant_refuses(desk: Desk) -> None:
    person = make_person(desk.session, dwelling=desk.home)
    order = desk.open(desk.home, LEAK, person=person)
    assert missing(desk, order) == 2
    parts = [RefusedPart.PHOTOS]
    refuse_parts(desk.session, person, parts, viewer=desk.viewer, now=NOW)
    assert missing(desk, order) == 0
    done(desk, order)


def test_a_contractor_shows_them_with_what_is_handed_in(desk: Desk, tmp_path: Path) -> None:
    session, store = desk.session, FileStore(tmp_path)
    said = LinkSaid("Plomberie Lenoir", 14)
    make_link(session, desk.leak, said, viewer=desk.viewer, now=NOW)
    link = standing_link(session, desk.leak)
    assert link is not None
    with pytest.raises(Invalid) as refused:
        hand_in(session, store, link, Handed("Joint changé", photos=[PHOTO]), now=NOW)
    assert refused.value.fields == {"photos": "photos_needed"}
    hand_in(session, store, link, Handed("Joint changé", photos=[PHOTO, PHOTO]), now=NOW)
    assert desk.leak.state is S.DONE


def test_an_answer_of_the_maintenance_system_waits_for_them_too(desk: Desk) -> None:
    rows = ["Référence;État", *(f"{one.reference};terminé" for one in (desk.leak, desk.lamp))]
    data = "\n".join(rows).encode()
    file = bring_answers(desk.session, data, "reponses.csv", viewer=desk.viewer, now=NOW)
    judged = look_at_answers(desk.session, file, viewer=desk.viewer, now=NOW).judged
    assert [(one.outcome, one.why) for one in judged] == [("left", "photos_needed"), ("done", "")]
