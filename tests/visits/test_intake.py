"""A submission is kept as sent, once; it is checked; what it calls for is opened."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from diagnostics.submission import BadSubmission
from tests.factories import make_case, make_user, make_viewer, make_visit, promised
from tests.submissions import FALLS, GAS, QUIET, fill, home_visit
from visits.forms.published import publish_form
from visits.ground.errors import DifferentSubmission, Invalid, NotFound
from visits.ground.file_store import FileStore
from visits.intake.submissions import SentFile, record_submission
from visits.models.accounts import Role
from visits.models.cases import CaseState
from visits.models.people import Consent, ConsentScope
from visits.models.visits import (
    Consequence,
    Submission,
    SubmissionFile,
    SubmissionState,
    Visit,
    VisitState,
)
from visits.models.works import Severity, WorkOrder
from visits.sight import Reach, Viewer


@dataclass
class Home:
    """A visitor at somebody's table."""

    session: Session
    store: FileStore
    visit: Visit
    viewer: Viewer
    now: datetime

    def send(self, xml: bytes, *files: SentFile, incomplete: bool = False) -> Submission:
        return record_submission(
            self.session,
            self.store,
            xml=xml,
            files=files,
            viewer=self.viewer,
            now=self.now,
            visit_id=self.visit.id,
            incomplete=incomplete,
        )


@pytest.fixture
def home(session: Session, tmp_path: Path, now: datetime) -> Home:
    publish_form(session, home_visit(), by=None, now=now)
    visitor = make_user(session, role=Role.VISITOR)
    visit = make_visit(session, case=make_case(session, by=visitor), visitor=visitor)
    return Home(session, FileStore(tmp_path), visit, make_viewer(visitor, Reach.OWN), now)


def _photo(name: str = "a.jpg", data: bytes = b"\xff\xd8photo") -> SentFile:
    return SentFile(name, "image/jpeg", data)


def test_a_submission_is_kept_byte_for_byte(home: Home) -> None:
    xml = fill()
    kept = home.send(xml)
    assert kept.xml == xml
    assert kept.sha256 == hashlib.sha256(xml).hexdigest()
    assert kept.state is SubmissionState.CHECKED
    stored = bytes(home.session.execute(text("SELECT xml FROM submission")).scalar_one())
    assert b"visit_agreed" not in stored


def test_a_visit_is_done_and_the_person_visited(home: Home) -> None:
    home.send(fill(FALLS))
    assert home.visit.state is VisitState.DONE
    assert home.visit.case.state is CaseState.VISITED
    assert home.visit.case.risk == 3


def test_a_smell_of_gas_opens_an_order_linked_to_its_answer(home: Home) -> None:
    home.send(fill(GAS))
    order = home.session.scalars(select(WorkOrder)).one()
    assert (order.trade, order.severity) == ("gas", Severity.U0)
    assert order.due_at == home.now + timedelta(hours=1)
    (cause,) = order.consequence.causes
    assert cause["path"].endswith("/gas_smell")
    assert cause["answer"] == "Oui"
    assert "0 800 47 33 33" in order.description


def test_repeated_falls_open_a_follow_up_in_a_month(home: Home) -> None:
    home.send(fill(FALLS))
    due = home.session.scalars(promised()).all()
    assert [one.due_on.isoformat() for one in due] == ["2026-04-10", "2026-09-10"]


def test_the_same_submission_again_is_the_same_row(home: Home) -> None:
    xml = fill(GAS)
    first, second = home.send(xml, _photo()), home.send(xml, _photo())
    assert first.id == second.id
    for table in (Submission, WorkOrder, SubmissionFile):
        assert home.session.scalar(select(func.count()).select_from(table)) == 1


def test_another_content_under_the_same_number_is_refused(home: Home) -> None:
    home.send(fill(QUIET, instance_id="uuid:1"))
    with pytest.raises(DifferentSubmission):
        home.send(fill(GAS, instance_id="uuid:1"))
    assert home.session.scalar(select(func.count()).select_from(WorkOrder)) == 0


def test_a_submission_of_somebody_else_is_not_shown_by_its_number(home: Home) -> None:
    xml = fill(instance_id="uuid:1")
    home.send(xml)
    other = make_viewer(make_user(home.session, role=Role.VISITOR), Reach.OWN)
    with pytest.raises(DifferentSubmission):
        record_submission(home.session, home.store, xml=xml, files=(), viewer=other, now=home.now)


def test_a_tampered_score_is_corrected_and_to_review(home: Home) -> None:
    xml = fill(FALLS).replace(b"<fall_score>3</fall_score>", b"<fall_score>0</fall_score>")
    assert b"<fall_score>0<" in xml
    kept = home.send(xml)
    assert kept.state is SubmissionState.TO_REVIEW
    (corrected,) = kept.findings["corrected"]
    assert (corrected["sent"], corrected["computed"]) == ("0", "3")
    assert kept.findings["scores"]["fall_score"] == 3


def test_a_visit_that_took_place_is_never_refused(home: Home) -> None:
    kept = home.send(fill(QUIET | {"washing": "jacuzzi"}, exact=False))
    assert kept.state is SubmissionState.TO_REVIEW
    assert [row["kind"] for row in kept.findings["violations"]] == ["choice"]
    assert home.visit.state is VisitState.DONE


def test_photos_are_kept_by_content_and_listed(home: Home) -> None:
    kept = home.send(fill(), _photo("a.jpg"), _photo("b.jpg", b"\xff\xd8other"))
    assert [file.name for file in kept.files] == ["a.jpg", "b.jpg"]
    home.session.commit()
    assert home.store.get(kept.files[1].sha256) == b"\xff\xd8other"


def test_a_submission_in_parts_is_concluded_with_the_last_one(home: Home) -> None:
    xml = fill(GAS)
    first = home.send(xml, _photo("a.jpg"), incomplete=True)
    assert first.state is SubmissionState.INCOMPLETE
    assert home.session.scalar(select(func.count()).select_from(WorkOrder)) == 0
    last = home.send(xml, _photo("b.jpg", b"other"))
    assert last.state is SubmissionState.CHECKED
    assert len(last.files) == 2
    assert home.session.scalar(select(func.count()).select_from(WorkOrder)) == 1


def test_another_photo_under_the_same_name_is_refused(home: Home) -> None:
    xml = fill()
    home.send(xml, _photo())
    with pytest.raises(DifferentSubmission, match="different_file"):
        home.send(xml, _photo(data=b"other"))


def test_too_many_files_are_refused(home: Home) -> None:
    with pytest.raises(Invalid):
        home.send(fill(), *(_photo(f"{number}.jpg") for number in range(201)))


def test_a_visit_of_another_visitor_is_not_there(home: Home) -> None:
    stranger = make_viewer(make_user(home.session, role=Role.VISITOR), Reach.OWN)
    with pytest.raises(NotFound, match="visit_not_found"):
        record_submission(
            home.session,
            home.store,
            xml=fill(),
            files=(),
            viewer=stranger,
            now=home.now,
            visit_id=home.visit.id,
        )


def test_an_unknown_version_is_not_found(home: Home) -> None:
    xml = fill().replace(home_visit().version.encode(), b"1999010101")
    with pytest.raises(NotFound, match="form_not_found"):
        home.send(xml)


def test_a_truncated_submission_is_refused_and_nothing_kept(home: Home) -> None:
    with pytest.raises(BadSubmission):
        home.send(fill()[:-40])
    assert home.session.scalar(select(func.count()).select_from(Submission)) == 0


def test_a_second_submission_of_a_visit_is_kept_beside_the_first(home: Home) -> None:
    home.send(fill())
    second = home.send(fill(GAS))
    assert second.state is SubmissionState.TO_REVIEW
    assert home.session.scalar(select(func.count()).select_from(Submission)) == 2


def test_a_visit_cancelled_meanwhile_keeps_what_was_sent(home: Home) -> None:
    home.visit.state = VisitState.CANCELLED
    kept = home.send(fill())
    assert kept.state is SubmissionState.TO_REVIEW
    assert home.visit.state is VisitState.CANCELLED


def test_consents_are_kept_one_by_one(home: Home) -> None:
    home.send(fill(QUIET | {"health_agreed": "no"}))
    said = {row.scope: row.given for row in home.session.scalars(select(Consent))}
    assert said == {ConsentScope.VISIT: True, ConsentScope.HEALTH: False}


def test_what_was_read_out_is_kept_with_the_consent(home: Home) -> None:
    home.send(fill(QUIET | {"health_agreed": "no"}))
    (kept,) = home.session.scalars(select(Consent).where(Consent.scope == ConsentScope.HEALTH))
    assert kept.read_out == {
        "fr": "Accepte-t-elle de répondre à quelques questions sur les chutes ? "
        "Ce sont des questions de santé. Un refus n’empêche pas la suite de la visite.",
        "en": "Do they agree to answer a few questions about falls? "
        "These are health questions. Saying no does not stop the rest of the visit.",
    }


def test_rooms_call_for_advice_each_on_its_own(home: Home) -> None:
    rooms = [
        {"room_kind": "living", "loose_rug": "yes"},
        {"room_kind": "bedroom", "loose_rug": "no"},
        {"room_kind": "corridor", "loose_rug": "yes"},
    ]
    home.send(fill(rooms=rooms))
    advice = select(Consequence.path).where(Consequence.kind == "advice")
    paths = sorted(home.session.scalars(advice))
    assert [path.split("/")[2] for path in paths] == ["room[1]", "room[3]"]


def test_the_file_store_refuses_what_it_does_not_have(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        FileStore(tmp_path).get(uuid.uuid4().hex)
