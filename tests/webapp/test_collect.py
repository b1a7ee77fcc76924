"""ODK Collect's exchange over real HTTP, from the challenge to the receipt."""

import threading
import uuid
from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from diagnostics.form import parse_form
from tests.factories import make_case, make_user, make_viewer, make_visit
from tests.openrosa_client import Collect
from tests.submissions import GAS, fill, home_visit
from visits.accounts.accounts import add_device
from visits.forms.published import publish_form
from visits.intake.unclaimed import count_unclaimed
from visits.models.accounts import Role, User
from visits.models.visits import Submission, SubmissionState
from visits.models.works import WorkOrder

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]

PHOTOS = {f"{number}.jpg": b"\xff\xd8" + bytes([number]) * 1000 for number in range(3)}


@pytest.fixture
def collect(app: Flask, now: datetime) -> Iterator[Collect]:
    with app.extensions["palier"].sessions.begin() as session:
        publish_form(session, home_visit(), by=None, now=now)
        visitor = make_user(session, role=Role.VISITOR)
        _, token = add_device(session, visitor, name="Collect", now=now)
        email = visitor.email
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield Collect(f"http://127.0.0.1:{server.server_port}", email, token)
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_is_asked_who_it_is_and_told_where_to_send(collect: Collect) -> None:
    greeting = collect.knock()
    assert collect.asked, "no password before the challenge"
    assert greeting.status == 204
    assert greeting.headers["location"] == f"{collect.url}/openrosa/submission"
    assert greeting.headers["x-openrosa-version"] == "1.0"
    assert int(greeting.headers["x-openrosa-accept-content-length"]) > 10_000_000
    assert greeting.headers["date"].endswith("GMT")


def test_a_wrong_password_stays_outside(collect: Collect) -> None:
    stranger = Collect(collect.url, "nobody@palier.example", "palier_wrong")
    assert stranger.knock().status == 401
    assert stranger.send_part(fill(), {}).status == 401


def test_forms_are_listed_downloaded_and_their_hashes_hold(collect: Collect) -> None:
    assert collect.forms() == {"home_visit": home_visit().xform}


def test_a_visit_in_parts_is_accepted_twice_and_whole_at_the_end(
    collect: Collect, app: Flask
) -> None:
    xml = fill(GAS)
    answers = collect.send(xml, PHOTOS)
    assert [answer.status for answer in answers] == [202, 202, 201]
    assert all(answer.headers["x-openrosa-version"] == "1.0" for answer in answers)
    (said,) = answers[1].texts("message")
    assert "0.jpg, 1.jpg" in said
    assert [answer.status for answer in collect.send(xml, PHOTOS)] == [201, 201, 201]
    with app.extensions["palier"].sessions() as session:
        kept = session.scalars(select(Submission)).one()
        assert kept.state is SubmissionState.CHECKED
        assert kept.clock_skew_s is None
        assert {
            file.name: app.extensions["palier"].store.get(file.sha256) for file in kept.files
        } == PHOTOS


def test_other_content_under_the_same_number_is_a_conflict(collect: Collect) -> None:
    number = f"uuid:{uuid.uuid4()}"
    assert collect.send_part(fill(instance_id=number), {}).status == 201
    assert collect.send_part(fill(GAS, instance_id=number), {}).status == 409


def test_what_is_no_form_is_refused(collect: Collect) -> None:
    assert collect.send_part(b"<data", {}).status == 400
    assert collect.send_part(b"", {}).status == 400


def test_a_gas_leak_sent_without_a_visit_is_in_nobodys_drawer(collect: Collect, app: Flask) -> None:
    collect.send(fill(GAS), {})
    with app.extensions["palier"].sessions() as session:
        order = session.scalars(select(WorkOrder)).one()
        assert (order.severity, order.dwelling_id) == ("U0", None)
        coordinator = make_viewer(make_user(session))
        assert count_unclaimed(session, coordinator) == 1


def test_collect_asks_which_visit_and_the_answer_gives_it_its_home(
    collect: Collect, app: Flask
) -> None:
    with app.extensions["palier"].sessions.begin() as session:
        visitor = session.scalars(select(User).where(User.email == collect.email)).one()
        case = make_case(session, by=visitor)
        name = case.person.last_name
        hers = make_visit(session, case=case, visitor=visitor)
        other = make_user(session, role=Role.VISITOR)
        another = make_visit(session, case=make_case(session, by=other), visitor=other)
    form = parse_form(collect.forms()["home_visit"])
    assert form.questions[0].name == "palier_visit"
    listed = collect.call("GET", "/openrosa/visits.csv").body.decode()
    assert str(hers.id) in listed
    assert str(another.id) not in listed
    assert name not in listed
    for visit, kept in ((hers.id, hers.id), (another.id, None), ("none of them", None)):
        answer = f"<palier_visit>{visit}</palier_visit></data>".encode()
        xml = fill(GAS).replace(b"</data>", answer)
        assert collect.send_part(xml, {}).status == 201
        with app.extensions["palier"].sessions() as session:
            latest = select(Submission).order_by(Submission.id.desc()).limit(1)
            submission = session.scalars(latest).one()
            assert (submission.visit_id, submission.findings["unknown"]) == (kept, [])
