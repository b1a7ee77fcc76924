"""Two clicks, two tablets, two files at once: nothing is doubled, lost or failing."""

import io
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import (
    make_case,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
)
from tests.submissions import FALLS, GAS, fill, home_visit
from visits.accounts.accounts import add_device
from visits.forms.published import publish_form
from visits.intake.submissions import record_submission
from visits.models.accounts import Role, User
from visits.models.calls import ContactAttempt
from visits.models.cases import Case, CaseState
from visits.models.people import AccessEvent, NamedAccess, Person
from visits.models.portfolio import Dwelling, ImportState
from visits.models.sessions import CollectiveSession, SessionEnrolment, SessionMove
from visits.models.stays import Stay
from visits.models.visits import (
    Submission,
    SubmissionFile,
    SubmissionState,
    UrgentAlert,
    Visit,
    VisitState,
)
from visits.models.works import WorkOrder
from visits.portfolio import find_import, upload_file
from visits.sight.access_chain import find_break, seal_access_log
from visits.stays.places import PlaceSaid, add_place

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]

SignIn = Callable[..., FlaskClient]
Acts = list[Callable[[], int]]


def at_once(acts: Acts) -> Counter[int]:
    """Do all of it at the same moment; gives how often each status came back."""
    gate, statuses = threading.Barrier(len(acts)), list[int]()

    def run(act: Callable[[], int]) -> None:
        gate.wait()
        statuses.append(act())

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(statuses) == len(acts)
    assert all(status < 500 for status in statuses), statuses
    return Counter(statuses)


def post(client: FlaskClient, path: str, **data: Any) -> Callable[[], int]:
    browser = client.application.test_client()
    cookie = client.get_cookie("palier")
    assert cookie is not None
    browser.set_cookie("palier", cookie.value)
    return lambda: browser.post(path, data=data).status_code


def count(session: Session, model: type[Any], *conditions: Any) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def test_the_last_seat_of_a_session_is_given_once(client_as: SignIn, session: Session) -> None:
    client = client_as("coordinator")
    workshop = {
        "programme": "seniors", "title": "Atelier", "kind": "workshop", "day": "2026-03-17",
        "time": "14:00", "minutes": "60", "place": "Ici", "capacity": "1", "held_by": "other",
        "held_by_name": "Gym douce",
    }  # fmt: skip
    persons = [make_person(session).id for _ in range(4)]
    session.commit()
    planned = at_once([post(client, "/group-sessions/new", **workshop) for _ in range(3)])
    assert planned == {302: 1, 409: 2}
    path = f"/group-sessions/{session.scalars(select(CollectiveSession.id)).one()}"
    session.rollback()
    seats = at_once([post(client, f"{path}/enrolments", person=str(one)) for one in persons])
    assert seats == {302: 1, 409: 3}
    ends = [("hold", ""), *[("cancel", "Pluie")] * 3]
    moves = at_once([post(client, f"{path}/state", act=act, why=why, turn=0) for act, why in ends])
    assert moves == {302: 1, 409: 3}
    assert (count(session, SessionEnrolment), count(session, SessionMove)) == (1, 1)


def test_a_person_enrolled_by_several_clicks_is_enrolled_once(
    client_as: SignIn, session: Session
) -> None:
    persons = [str(make_person(session).id) for _ in range(4)]
    session.commit()
    client = client_as("coordinator")
    path = "/programmes/seniors/targeting"
    picked = [post(client, path, persons=persons) for _ in range(3)]
    first = [post(client, f"{path}/first", number="4") for _ in range(3)]
    at_once(picked + first)
    assert count(session, Case) == 4


def test_of_two_calls_about_the_same_page_one_is_recorded(
    client_as: SignIn, session: Session
) -> None:
    case = make_case(session, by=make_user(session))
    session.commit()
    path = f"/cases/{case.id}/calls"
    said = {"disposition": "no_answer", "attempts": "0"}
    statuses = at_once([post(client_as("coordinator"), path, **said) for _ in range(4)])
    assert statuses == {302: 1, 409: 3}
    assert count(session, ContactAttempt) == 1


def agreed(session: Session, number: int) -> list[Case]:
    by = make_user(session)
    state = CaseState.AGREED
    return [make_case(session, by=by, state=state) for _ in range(number)]


def test_of_several_who_close_one_case_one_does_and_the_others_are_told(
    client_as: SignIn, session: Session
) -> None:
    client = client_as("coordinator")
    case = make_case(session, by=make_user(session))
    session.commit()
    path = f"/cases/{case.id}/close"
    endings = ("declined", "lost", "completed", "declined")
    statuses = at_once([post(client, path, ending=one) for one in endings])
    assert statuses == {302: 1, 409: 3}
    session.refresh(case)
    assert case.outcome in endings
    closed = (AccessEvent.what == "case_closed",)
    assert count(session, AccessEvent, *closed) == 1


def test_a_visitor_is_never_planned_twice_for_one_hour(client_as: SignIn, session: Session) -> None:
    visitor = make_user(session, role=Role.VISITOR)
    cases = agreed(session, 6)
    session.commit()
    client = client_as("coordinator")
    said = {"day": "2026-03-12", "time": "10:00", "minutes": "60", "visitor_id": str(visitor.id)}
    statuses = at_once([post(client, f"/cases/{e.id}/visits", **said) for e in cases])
    assert statuses == {302: 1, 422: 5}
    assert count(session, Visit) == 1


def test_an_case_gets_one_visit_of_several_clicks(client_as: SignIn, session: Session) -> None:
    visitors = [make_user(session, role=Role.VISITOR) for _ in range(4)]
    (case,) = agreed(session, 1)
    session.commit()
    client = client_as("coordinator")
    said = {"day": "2026-03-12", "time": "10:00", "minutes": "60"}
    path = f"/cases/{case.id}/visits"
    statuses = at_once([post(client, path, visitor_id=str(one.id), **said) for one in visitors])
    assert statuses == {302: 1, 409: 3}
    assert count(session, Visit) == 1


def visited(app: Flask, session: Session, now: datetime) -> tuple[User, Visit]:
    publish_form(session, home_visit(), by=None, now=now)
    visitor = make_user(session, role=Role.VISITOR)
    dwelling = make_dwelling(session, residence=make_residence(session, h3=0x8C1FB46A1A6C9FF))
    case = make_case(session, by=visitor, dwelling=dwelling)
    visit = make_visit(session, case=case, visitor=visitor)
    return visitor, visit


def test_a_work_order_is_closed_once_and_keeps_the_first_note(
    app: Flask, client_as: SignIn, session: Session, now: datetime
) -> None:
    visitor, visit = visited(app, session, now)
    store = app.extensions["palier"].store
    record_submission(
        session, store, xml=fill(GAS), files=[], viewer=make_viewer(visitor), now=now,
        visit_id=visit.id,
    )  # fmt: skip
    order = session.scalars(select(WorkOrder).where(WorkOrder.trade == "gas")).one()
    session.commit()
    path, client = f"/work-orders/{order.id}", client_as("technician")
    acts = [post(client, path, state="done", note=f"note {n}") for n in range(4)]
    assert at_once(acts) == {302: 1, 409: 3}
    closed = "work_order_done"
    assert count(session, AccessEvent, AccessEvent.what == closed) == 1


def send(app: Flask, token: str, visit: Visit, xml: bytes) -> Callable[[], int]:
    browser, path = app.test_client(), f"/openrosa/submission?visit={visit.id}"
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    def act() -> int:
        data = {
            "xml_submission_file": (io.BytesIO(xml), "s.xml"),
            "a.jpg": (io.BytesIO(b"\xff\xd8a"), "a.jpg"),
            "b.jpg": (io.BytesIO(b"\xff\xd8b"), "b.jpg"),
        }
        answer = browser.post(path, data=data, headers=headers)
        assert answer.status_code != 201 or len(answer.json["files"]) == 3
        return answer.status_code

    return act


def test_a_submission_sent_eight_times_at_once_is_kept_once(
    app: Flask, session: Session, now: datetime
) -> None:
    visitor, visit = visited(app, session, now)
    _, token = add_device(session, visitor, name="t", now=now)
    session.commit()
    xml = fill(GAS)
    assert at_once([send(app, token, visit, xml) for _ in range(8)]) == {201: 8}
    assert count(session, Submission) == 1
    assert count(session, SubmissionFile) == 2
    assert count(session, WorkOrder) == 1


def test_of_two_submissions_of_one_visit_at_once_the_second_is_reviewed(
    app: Flask, session: Session, now: datetime
) -> None:
    visitor, visit = visited(app, session, now)
    _, token = add_device(session, visitor, name="t", now=now)
    session.commit()
    assert at_once([send(app, token, visit, fill(a)) for a in (GAS, FALLS)]) == {201: 2}
    marked = Submission.state == SubmissionState.TO_REVIEW
    assert count(session, Submission, marked) == 1


def test_a_door_two_forms_and_a_last_part_at_once_leave_one_true_state(
    app: Flask, session: Session, now: datetime
) -> None:
    """A visit is failed with its case, or done with it: never one of each."""
    publish_form(session, home_visit(), by=None, now=now)
    visitor = make_user(session, role=Role.VISITOR)
    _, token = add_device(session, visitor, name="t", now=now)
    visits = [
        make_visit(
            session,
            case=make_case(session, by=visitor, state=CaseState.PLANNED),
            visitor=visitor,
        )
        for _ in range(4)
    ]
    session.commit()
    for visit in visits:
        begun = fill(FALLS)
        part = {"xml_submission_file": (io.BytesIO(begun), "s.xml"), "*isIncomplete*": "yes"}
        first = app.test_client().post(
            f"/openrosa/submission?visit={visit.id}",
            data=part,
            headers={"Authorization": f"Bearer {token}"},
        )
        assert first.status_code == 202
        acts = [
            send(app, token, visit, begun),
            send(app, token, visit, fill(GAS)),
            report(app, token, visit, "failure", outcome="no_answer", at=now.isoformat()),
        ]
        at_once(acts)
        with app.extensions["palier"].sessions() as after:
            ended_visit = after.get_one(Visit, visit.id)
            ended = (ended_visit.state, ended_visit.case.state)
        assert ended in (
            (VisitState.DONE, CaseState.VISITED),
            (VisitState.FAILED, CaseState.CALL_BACK),
        )


def report(app: Flask, token: str, visit: Visit, what: str, **said: Any) -> Callable[[], int]:
    browser, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    clock = app.extensions["palier"].clock()
    body = {"id": str(uuid.uuid4()), "sent_at": clock.isoformat()} | said
    path = f"/api/visits/{visit.id}/{what}"
    return lambda: browser.post(path, json=body, headers=headers).status_code


def test_an_alert_told_several_times_at_once_is_kept_once(
    app: Flask, session: Session, now: datetime
) -> None:
    visitor, visit = visited(app, session, now)
    _, token = add_device(session, visitor, name="t", now=now)
    session.commit()
    said: dict[str, Any] = {
        "id": str(uuid.uuid4()), "instance_id": "i", "path": "/data/gas", "severity": "U0",
        "label": {"fr": "Gaz"}, "raised_at": now.isoformat(),
    }  # fmt: skip
    same = [report(app, token, visit, "alerts", **said) for _ in range(4)]
    other, paths = str(uuid.uuid4()), ("/data/a", "/data/b", "/data/c")
    others = [
        report(app, token, visit, "alerts", **(said | {"id": other, "path": path}))
        for path in paths
    ]
    assert at_once(same) == {201: 4}
    assert at_once(others) == {201: 1, 409: 2}
    assert count(session, UrgentAlert) == 2


def test_what_is_decided_between_two_submissions_at_once_is_decided_once(
    app: Flask, client_as: SignIn, session: Session, now: datetime
) -> None:
    visitor, visit = visited(app, session, now)
    _, token = add_device(session, visitor, name="t", now=now)
    session.commit()
    at_once([send(app, token, visit, fill(answers)) for answers in (GAS, FALLS)])
    left, right = session.scalars(select(Submission.id)).all()
    session.rollback()
    client = client_as("coordinator")
    acts = [
        post(client, f"/comparisons/{one}/{two}", keep=keep, reason="Saisi deux fois")
        for one, two in ((left, right), (right, left))
        for keep in ("left", "right", "both")
    ]
    assert at_once(acts) == {302: 1, 409: 5}


TENANTS = "Référence logement;Adresse;CP;Ville;Nom;Prénom;Date de naissance\n"


def tenants(first: int, last: int) -> bytes:
    lines = (
        f"L{n};{n} rue du Bois;60000;Beauvais;NOM{n};Ana;01/01/1940\n" for n in range(first, last)
    )
    return (TENANTS + "".join(lines)).encode()


@pytest.mark.parametrize("same", [True, False], ids=["one file twice", "two files"])
def test_two_imports_at_once_leave_each_person_once(
    client_as: SignIn, session: Session, now: datetime, same: bool
) -> None:
    client = client_as("coordinator")
    user: User = client.user  # type: ignore[attr-defined]
    files = [tenants(0, 20)] if same else [tenants(0, 15), tenants(5, 20)]
    kept = [
        upload_file(session, data=data, file_name="t.csv", user_id=user.id, now=now)
        for data in files
    ]
    session.commit()
    columns = {f"c{column}": name for column, name in kept[0].mapping.items()}
    acts = [
        post(client, f"/imports/{one.id}", kind="tenants", **columns)
        for one in (kept * 2 if same else kept)
    ]
    assert at_once(acts) == {302: 2}
    session.rollback()
    assert {find_import(session, one.id).state for one in kept} == {ImportState.UPLOADED}
    session.expire_all()
    assert {find_import(session, one.id).state for one in kept} == {ImportState.IMPORTED}
    assert (count(session, Person), count(session, Dwelling)) == (20, 20)


def test_eight_writers_in_a_burst_all_get_through_and_the_log_stays_one_chain(
    app: Flask, client_as: SignIn, session: Session, now: datetime
) -> None:
    person = make_person(session)
    cases = [make_case(session, by=make_user(session)) for _ in range(4)]
    session.commit()
    client = client_as("coordinator")
    later = (now + timedelta(days=1)).date().isoformat()
    said = {"disposition": "call_back", "day": later, "time": "10:00"}
    calls = [post(client, f"/cases/{e.id}/calls", **said) for e in cases]
    protecting = post(client, f"/people/{person.id}/protection", protected="yes")
    reading = [app.test_client() for _ in range(3)]
    cookie = client.get_cookie("palier")
    assert cookie is not None
    for browser in reading:
        browser.set_cookie("palier", cookie.value)
    looks: Acts = [
        lambda browser=browser: browser.get(f"/people/{person.id}").status_code  # type: ignore[misc]
        for browser in reading
    ]
    statuses = at_once([*(_again(act) for act in calls + looks), protecting])
    assert set(statuses) <= {200, 302}
    assert count(session, ContactAttempt) == 12
    assert count(session, AccessEvent) == 12 + 9 + 1
    assert seal_access_log(session, now=now) == 12 + 9 + 1
    assert find_break(session) is None


def _again(act: Callable[[], int]) -> Callable[[], int]:
    return lambda: max(act() for _ in range(3))


def test_protecting_and_calling_one_person_at_once_never_wait_for_each_other_for_ever(
    client_as: SignIn, session: Session
) -> None:
    dwelling = make_dwelling(session, residence=make_residence(session, h3=0x8C1FB46A1A6C9FF))
    case = make_case(session, by=make_user(session), dwelling=dwelling)
    session.commit()
    client = client_as("coordinator")
    call = post(client, f"/cases/{case.id}/calls", disposition="no_answer")
    file = f"/people/{case.person_id}/protection"
    for _ in range(3):
        at_once([call, post(client, file, protected="yes"), post(client, file, protected="yes")])
        assert count(session, NamedAccess) == 1
        session.rollback()
        at_once([post(client, file, protected="no")])
    assert count(session, NamedAccess) == 0


def test_an_address_gets_one_account_of_several_clicks(client_as: SignIn, session: Session) -> None:
    client = client_as("administrator")
    said = {
        "email": f"{uuid.uuid4().hex}@palier.example", "name": "Ana", "role": "visitor",
        "new_organisation": "Association neuve", "organisation_kind": "partner",
    }  # fmt: skip
    statuses = at_once([post(client, "/accounts/new", **said) for _ in range(3)])
    assert statuses[200] == 1
    assert count(session, User, User.email == said["email"]) == 1


def test_passwords_tried_all_at_once_are_throttled_like_one_after_another(app: Flask) -> None:
    def guess() -> int:
        body = {"email": "quelquun@palier.example", "password": "faux", "name": "t"}
        return app.test_client().post("/api/devices", json=body).status_code

    assert at_once([guess] * 12) == Counter({401: 5, 429: 7})


def test_of_six_who_begin_a_stay_in_one_place_at_once_one_does(
    client_as: SignIn, session: Session, now: datetime
) -> None:
    viewer, home = make_viewer(make_user(session)), make_dwelling(session)
    said = PlaceSaid("room", "Chambre 1", "once", 12, 342_00, now.date())
    place = add_place(session, home, said, viewer=viewer, now=now)
    persons = [make_person(session).id for _ in range(6)]
    comes = {"place": str(place.id), "kind": "temporary", "from_on": now.date().isoformat()}
    session.commit()
    client = client_as("coordinator")
    done = at_once([post(client, f"/stays/new/{one}", **comes) for one in persons])
    assert done == {302: 1, 409: 5}
    assert count(session, Stay) == 1
