"""A part of a visit refused: kept to, counted apart from refusals, taken back with its trace."""

import uuid
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_case, make_user, make_viewer, make_visit
from tests.submissions import GAS, QUIET, fill, home_visit
from visits.agenda.doors import Knock, report_shut_door
from visits.calls.contacts import Attempt, record_attempt
from visits.following.refused_works import allow_part
from visits.forms.published import publish_form
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.file_store import FileStore
from visits.intake.sealed_photos import sealed_photos
from visits.intake.submissions import SentFile, record_submission
from visits.models.accounts import Role
from visits.models.calls import ActsBy, Disposition
from visits.models.cases import CaseState
from visits.models.people import AccessEvent, Consent, RefusedPart
from visits.models.visits import Submission, SubmissionState, Visit
from visits.models.works import WorkOrder, WorkOrderState
from visits.people.part_refusals import (
    refusals_told,
    refuse_parts,
    refused_parts,
    report_refused_parts,
    take_part_back,
)
from visits.sight import Viewer
from visits.steering.outcomes import outcomes

PHOTO = SentFile("a.jpg", "image/jpeg", b"\xff\xd8photo")


@pytest.fixture
def visit(session: Session, now: datetime) -> Visit:
    publish_form(session, home_visit(), by=None, now=now)
    visitor = make_user(session, role=Role.VISITOR)
    case = make_case(session, by=visitor)
    return make_visit(session, case=case, visitor=visitor, start_at=now)


@pytest.fixture
def viewer(visit: Visit) -> Viewer:
    return make_viewer(visit.visitor)


def send(
    session: Session, folder: Path, visit: Visit, viewer: Viewer, now: datetime,
    xml: bytes, *files: SentFile,
) -> Submission:  # fmt: skip
    return record_submission(
        session, FileStore(folder), xml=xml, files=files, viewer=viewer, now=now, visit_id=visit.id
    )


def rates(session: Session, viewer: Viewer) -> dict[str, int]:
    coordinator = make_viewer(make_user(session))
    counted = outcomes(session, "seniors", viewer=coordinator)
    return {rate.code: rate.numerator for rate in counted.rates} | {"parts": counted.part_refusals}


def test_agreeing_but_for_a_part_is_an_agreement_and_counted_apart(
    session: Session, now: datetime, visit: Visit, viewer: Viewer
) -> None:
    case = make_case(session, by=visit.visitor)
    told = Attempt(Disposition.AGREED, refused=(RefusedPart.PHOTOS, RefusedPart.SHARING))
    record_attempt(session, case, told, viewer=viewer, now=now)
    assert case.state is CaseState.AGREED
    assert set(refused_parts(session, case.person_id)) == set(told.refused)
    counted = rates(session, viewer)
    assert (counted["REF1"], counted["REF3"], counted["parts"]) == (0, 0, 1)
    assert outcomes(session, "seniors", viewer=make_viewer(make_user(session))).refusals == 0


def test_only_an_answer_that_leaves_the_visit_open_refuses_a_part(
    session: Session, now: datetime, visit: Visit, viewer: Viewer
) -> None:
    told = Attempt(Disposition.NO_ANSWER, refused=(RefusedPart.PHOTOS,))
    with pytest.raises(Invalid) as refused:
        record_attempt(session, visit.case, told, viewer=viewer, now=now)
    assert refused.value.fields == {"refused": "bad_choice"}


def test_an_interpreter_is_booked_for_a_moment_and_a_language(
    session: Session, now: datetime, visit: Visit, viewer: Viewer
) -> None:
    case = make_case(session, by=visit.visitor)
    with pytest.raises(Invalid) as refused:
        record_attempt(session, case, Attempt(Disposition.INTERPRETER), viewer=viewer, now=now)
    assert refused.value.fields == {
        "note": "language_required", "call_back_at": "call_back_required",
    }  # fmt: skip
    at = now + timedelta(days=4)
    told = Attempt(Disposition.INTERPRETER, call_back_at=at, note="Tamoul")
    record_attempt(session, case, told, viewer=viewer, now=now)
    assert (case.state, case.call_back_at) == (CaseState.CALL_BACK, at)


def test_somebody_else_agrees_and_is_named(
    session: Session, now: datetime, visit: Visit, viewer: Viewer
) -> None:
    case = make_case(session, by=visit.visitor)
    told = Attempt(Disposition.AGREED_BY_OTHER)
    with pytest.raises(Invalid) as refused:
        record_attempt(session, case, told, viewer=viewer, now=now)
    assert refused.value.fields == {"note": "who_required", "acts_by": "by_what_right"}
    named = Attempt(Disposition.AGREED_BY_OTHER, note="Sa fille", acts_by=ActsBy.FAMILY_MANDATE)
    kept = record_attempt(session, case, named, viewer=viewer, now=now)
    assert kept.acts_by is ActsBy.FAMILY_MANDATE
    assert case.state is CaseState.AGREED
    counted = outcomes(session, "seniors", viewer=make_viewer(make_user(session)))
    assert counted.refusals_by_month == {f"{now:%Y-%m}": (0, 1)}


@pytest.mark.parametrize("outcome", [Disposition.LANGUAGE, Disposition.THIRD_PARTY])
def test_a_door_where_another_language_or_somebody_else_answered_is_called_again(
    session: Session, now: datetime, visit: Visit, viewer: Viewer, outcome: Disposition
) -> None:
    report_shut_door(session, visit, Knock(outcome, at=now), viewer=viewer, now=now)
    assert visit.case.state is CaseState.CALL_BACK


def test_photos_that_are_refused_are_kept_and_shown_to_nobody_until_she_takes_it_back(
    session: Session, now: datetime, visit: Visit, viewer: Viewer, tmp_path: Path
) -> None:
    person = visit.case.person
    before = send(session, tmp_path, visit, viewer, now, fill(), PHOTO)
    assert sealed_photos(session, before) == frozenset()
    later = now + timedelta(days=1)
    refuse_parts(session, person, [RefusedPart.PHOTOS], viewer=viewer, now=later)
    signed = fill(QUIET | {"signature": "name.png"})
    name, sound = (
        SentFile("name.png", "image/png", b"her name"), SentFile("b.m4a", "audio/mp4", b"ssst"),
    )  # fmt: skip
    after = send(session, tmp_path, visit, viewer, later, signed, PHOTO, name, sound)
    assert sealed_photos(session, before) == sealed_photos(session, after) == {"a.jpg"}
    assert {file.name for file in after.files} == {"a.jpg", "b.m4a", "name.png"}
    assert after.findings and after.findings["against_refusal"] == ["photos"]
    assert after.state is SubmissionState.TO_REVIEW
    (refusal,) = refused_parts(session, person.id).values()
    take_part_back(session, person, refusal.id, viewer=viewer, now=later)
    assert sealed_photos(session, before) == sealed_photos(session, after) == frozenset()
    with pytest.raises(NotFound):
        take_part_back(session, person, refusal.id, viewer=viewer, now=later)
    assert (refusal.ended_at, refusal.ended_by_id) == (later, viewer.user_id)
    told = session.scalars(select(AccessEvent.what).where(AccessEvent.what.startswith("part_")))
    assert sorted(told) == ["part_allowed", "part_refused"]


def test_works_that_are_refused_are_not_ordered_unless_they_are_urgent(
    session: Session, now: datetime, visit: Visit, viewer: Viewer, tmp_path: Path
) -> None:
    person = visit.case.person
    refuse_parts(session, person, [RefusedPart.WORKS], viewer=viewer, now=now)
    urgent = send(session, tmp_path, visit, viewer, now, fill(GAS))
    assert {order.severity for order in session.scalars(select(WorkOrder))} <= {"U0", "U1"}
    assert session.scalars(select(WorkOrder)).all()
    planned = [one for one in urgent.consequences if one.kind == "work_order"]
    calm = QUIET | {"smoke_alarm": "missing"}
    orders = len(session.scalars(select(WorkOrder)).all())
    sent = send(session, tmp_path, visit, viewer, now, fill(calm))
    assert planned or sent.consequences
    called = [one for one in sent.consequences if one.kind == "work_order"]
    assert called and all(one.severity not in ("U0", "U1") for one in called)
    assert len(session.scalars(select(WorkOrder)).all()) == orders
    assert sent.findings and sent.findings["against_refusal"] == ["works"]


def test_works_left_are_ordered_once_when_she_takes_her_refusal_back_and_are_due_from_then(
    session: Session, now: datetime, visit: Visit, viewer: Viewer, tmp_path: Path
) -> None:
    person, both = visit.case.person, [RefusedPart.WORKS, RefusedPart.PHOTOS]
    refuse_parts(session, person, both, viewer=viewer, now=now)
    send(session, tmp_path, visit, viewer, now, fill(GAS | {"smoke_alarm": "missing"}))
    urgent = {order.id for order in session.scalars(select(WorkOrder))}
    assert urgent
    later = now + timedelta(days=30)
    refused = refused_parts(session, person.id)
    photos, works = refused[RefusedPart.PHOTOS].id, refused[RefusedPart.WORKS].id
    assert allow_part(session, person, photos, viewer=viewer, now=later) == 0
    assert {order.id for order in session.scalars(select(WorkOrder))} == urgent
    opened = allow_part(session, person, works, viewer=viewer, now=later)
    left = [order for order in session.scalars(select(WorkOrder)) if order.id not in urgent]
    assert left and opened == len(left)
    for order in left:
        assert (order.opened_at, order.state) == (later, WorkOrderState.OPEN)
        assert order.due_at is not None and order.due_at > later
    refuse_parts(session, person, [RefusedPart.WORKS], viewer=viewer, now=later)
    again = refused_parts(session, person.id)[RefusedPart.WORKS].id
    assert allow_part(session, person, again, viewer=viewer, now=later) == 0


def test_what_a_tablet_tells_late_of_what_she_took_back_since_is_kept_and_refuses_nothing(
    session: Session, now: datetime, visit: Visit, viewer: Viewer
) -> None:
    person, later = visit.case.person, now + timedelta(days=1)
    refuse_parts(session, person, [RefusedPart.PHOTOS], viewer=viewer, now=now)
    (refusal,) = refused_parts(session, person.id).values()
    take_part_back(session, person, refusal.id, viewer=viewer, now=later)
    for said_at, standing in ((now, 0), (later + timedelta(hours=1), 1)):
        report_refused_parts(
            session, person, [RefusedPart.PHOTOS], report_id=uuid.uuid4(), said_at=said_at,
            viewer=viewer, now=later + timedelta(hours=2),
        )  # fmt: skip
        assert len(refused_parts(session, person.id)) == standing
    assert len(refusals_told(session, person)) == 3


def test_no_agreement_is_read_out_of_a_form_against_a_refusal(
    session: Session, now: datetime, visit: Visit, viewer: Viewer, tmp_path: Path
) -> None:
    refuse_parts(session, visit.case.person, [RefusedPart.HEALTH], viewer=viewer, now=now)
    sent = send(session, tmp_path, visit, viewer, now, fill())
    scopes = session.execute(select(Consent.scope, Consent.given).order_by(Consent.id)).all()
    assert ("health", True) not in [(str(scope), given) for scope, given in scopes]
    assert ("visit", True) in [(str(scope), given) for scope, given in scopes]
    assert sent.findings and sent.findings["against_refusal"] == ["health"]


def test_a_report_of_a_tablet_is_kept_once_and_answers_to_its_sender_alone(
    session: Session, now: datetime, visit: Visit, viewer: Viewer
) -> None:
    person, number = visit.case.person, uuid.uuid4()
    for _again in range(2):
        report_refused_parts(
            session, person, [RefusedPart.PHOTOS], report_id=number, said_at=now, viewer=viewer,
            now=now,
        )  # fmt: skip
    (refusal,) = refused_parts(session, person.id).values()
    assert (refusal.said_at, refusal.report_id) == (now, number)
    with pytest.raises(Conflict):
        report_refused_parts(
            session, person, [RefusedPart.WORKS], report_id=number, said_at=now,
            viewer=make_viewer(make_user(session)), now=now,
        )  # fmt: skip
    with pytest.raises(Invalid):
        refuse_parts(session, person, [], viewer=viewer, now=now)
