"""A smell of gas, from the kitchen where nobody has network to the word of the tenant."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from diagnostics.delays import PARIS
from tests.factories import NOW, make_dwelling
from tests.pdfs import PHOTO
from tests.submissions import GAS, fill, home_visit
from tests.webapp.test_alerts import Home
from visits.models.accounts import Role
from visits.models.duty import DutyCall
from visits.models.works import WorkOrder
from webapp.commands.jobs import JOBS, run_job
from webapp.frame.transaction import House

SignIn = Callable[..., FlaskClient]
SMELL = next(row.path for row in home_visit().consequences if row.code == "gas")


def at(clock: str) -> datetime:
    """Give the moment of the day when a Paris clock shows this."""
    hours, minutes = map(int, clock.split(":"))
    return NOW.astimezone(PARIS).replace(hour=hours, minute=minutes).astimezone(UTC)


@dataclass
class Morning:
    """A day whose clock the test sets."""

    app: Flask
    now: datetime

    def comes(self, clock: str) -> None:
        """Let it be this late, and the jobs run that are due."""
        self.now = at(clock)
        house: House = self.app.extensions["palier"]
        for job in JOBS:
            if job.name in ("call_on_duty", "tell_on_duty", "escalate_work_orders"):
                run_job(house, job)


@pytest.fixture
def morning(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Morning:
    day = Morning(app, NOW)
    house = replace(app.extensions["palier"], clock=lambda: day.now)
    monkeypatch.setitem(app.extensions, "palier", house)
    return day


def note_duty(desk: FlaskClient, place: str) -> None:
    """Put whoever asks on duty for the day, called as first, second…"""
    user = desk.user  # type: ignore[attr-defined]
    today = NOW.date().isoformat()
    said = {
        "user": str(user.id), "landlord": str(user.organisation_id), "place": place,
        "phone": "06 39 98 00 07", "starts_on": today, "starts_clock": "08:00",
        "ends_on": today, "ends_clock": "18:00",
    }  # fmt: skip
    assert desk.post("/duty/", data=said).status_code == 302


def test_a_smell_of_gas_offline_is_on_duty_within_minutes_done_by_a_link_and_judged_by_the_tenant(
    app: Flask, morning: Morning, client_as: SignIn
) -> None:
    home, service, office = Home(app), client_as(Role.TECHNICIAN), client_as(Role.COORDINATOR)
    note_duty(service, "1")
    assert "Personne n’est appelé en premier" in office.get("/duty/").text

    morning.comes("10:55")  # the visitor smelt it at 10:42, in a kitchen without network
    told = home.tell(
        path=SMELL,
        raised_at=at("10:42").isoformat(),
        sent_at=at("10:55").isoformat(),
    )
    assert told.status_code == 201
    sent = app.test_client().post(
        f"/openrosa/submission?visit={home.visit_id}",
        data={"xml_submission_file": (BytesIO(fill(GAS)), "form.xml")},
        headers={"Authorization": f"Bearer {home.token}", "Accept": "application/json"},
    )
    assert sent.status_code == 201
    with app.extensions["palier"].sessions() as session:
        order = session.scalars(select(WorkOrder)).one()
        order_id, reference = order.id, order.reference
    morning.comes("10:56")
    board = office.get("/work-orders/burning/").text
    assert reference in board and "06 39 98 00 07" in board and "pas encore joint" in board
    mark = re.search(r"known=([0-9a-f]+)", board)
    assert mark is not None
    unchanged = office.get(f"/work-orders/burning/now?known={mark[1]}")
    assert (unchanged.status_code, unchanged.data) == (204, b"")

    morning.comes("10:58")
    page = f"/work-orders/{order_id}"
    assert "Je le prends en charge" in service.get(page).text  # opened: she is reached
    changed = office.get(f"/work-orders/burning/now?known={mark[1]}")
    assert changed.status_code == 200 and "pas encore joint" not in changed.text
    said = r'<p class="notice (bad|warn|good)">1 bon urgent'
    assert re.search(said, changed.text)  # its colour goes along with its words
    taken = service.post(f"/work-orders/burning/{order_id}/acknowledgement")
    assert taken.status_code == 302
    assert office.post(f"/work-orders/burning/{order_id}/acknowledgement").status_code == 409

    morning.comes("11:05")
    made = service.post(f"{page}/link", data={"contractor": "Gaz Artois", "days": "3"})
    made = service.get(made.location)
    (link,) = re.findall(r'value="[^"]*(/order-link/[^"]+)"', made.text)
    contractor = app.test_client()
    assert reference in contractor.get(link).text
    morning.comes("13:10")
    done = {"act": "done", "note": "Joint changé", "photos": (BytesIO(PHOTO), "a.jpg")}
    assert contractor.post(link, data=done).status_code == 302
    assert contractor.get(link).status_code == 410
    morning.comes("13:40")
    word = {"state": "checked", "checked_how": "phone", "tenant_score": "5", "note": "Rassurée"}
    assert service.post(page, data=word).status_code == 302

    told_apart = service.get(page).text
    for moment in ("10:55", "10:58", "13:10", "13:40", "Rassurée", "Gaz Artois"):
        assert moment in told_apart, moment
    assert "<dt>Ce qui a été fait</dt><dd>Joint changé</dd>" in told_apart
    assert "Clos depuis 24 heures" in office.get("/work-orders/burning/").text
    with app.extensions["palier"].sessions() as session:
        order = session.get_one(WorkOrder, order_id)
        call = session.scalars(select(DutyCall)).one()
        assert (call.called_at, call.reached_at) == (at("10:56"), at("10:58"))
        assert (order.acknowledged_at, order.closed_at) == (at("10:58"), at("13:10"))
        assert (order.state, order.tenant_score, order.escalated_at) == ("checked", 5, None)


def test_an_urgent_call_to_the_office_calls_the_next_when_the_first_does_not_answer(
    app: Flask, morning: Morning, client_as: SignIn
) -> None:
    first, second, office = (
        client_as(Role.TECHNICIAN, name="Alix"),
        client_as(Role.TECHNICIAN, name="Brune"),
        client_as(Role.COORDINATOR),
    )
    note_duty(first, "1")
    note_duty(second, "2")
    taken = first.post("/duty/", data={"place": "1", "weeks": "1"})
    assert taken.status_code == 422 and "error-summary" in taken.text
    assert office.post("/duty/", data={}).status_code == 403
    with app.extensions["palier"].sessions.begin() as session:
        dwelling = make_dwelling(session).id
    morning.comes("10:55")
    form = f"/work-orders/new/dwelling/{dwelling}"
    assert re.search(r'value="U0" selected', office.get(f"{form}?severity=U0").text)
    rang = {
        "trade": "gas", "severity": "U0", "place": "kitchen", "description": "Odeur de gaz",
        "came_from": "tenant",
    }  # fmt: skip
    assert office.post(form, data=rang).status_code == 302
    for clock, called in (("10:57", "Alix"), ("11:27", "Brune")):
        morning.comes(clock)
        assert called in office.get("/work-orders/burning/").text
    with app.extensions["palier"].sessions() as session:
        calls = session.scalars(select(DutyCall).order_by(DutyCall.id)).all()
        told = [(one.work_order_id, one.id) for one in calls]
    (order, call), (_, later) = told
    assert office.post(f"/work-orders/burning/{order}/calls/{later}").status_code == 302
    assert "Pas joint, finalement" in office.get("/work-orders/burning/").text
    back = {"do": "back"}
    assert first.post(f"/work-orders/burning/{order}/calls/{later}", data=back).status_code == 409
    assert office.post(f"/work-orders/burning/{order}/calls/{later}", data=back).status_code == 302
    unknown = f"/work-orders/burning/{order}/calls/{uuid.uuid4()}"
    assert office.post(unknown).status_code == 404


def test_a_turn_is_changed_withdrawn_and_put_back_on_its_pages(
    app: Flask, morning: Morning, client_as: SignIn
) -> None:
    desk = client_as(Role.TECHNICIAN, name="Alix")
    note_duty(desk, "1")
    (page,) = set(re.findall(r'href="(/duty/[0-9a-f-]{36})"', desk.get("/duty/").text))
    assert 'value="06 39 98 00 07"' in desk.get(page).text
    user = desk.user  # type: ignore[attr-defined]
    today = NOW.date().isoformat()
    said = {
        "user": str(user.id), "landlord": str(user.organisation_id), "place": "2",
        "phone": "03 21 00 00 00", "starts_on": today, "starts_clock": "12:00",
        "ends_on": today, "ends_clock": "20:00",
    }  # fmt: skip
    wrong = desk.post(page, data=said | {"ends_clock": "11:00"})
    assert wrong.status_code == 422 and "03 21 00 00 00" in wrong.text
    assert desk.post(page, data=said).status_code == 302
    assert desk.post(f"{page}/withdrawal").status_code == 409
    assert desk.get(page).status_code == 409
    assert desk.post(f"{page}/return").status_code == 302
    shown = desk.get("/duty/").text
    assert "06 39 98 00 07" in shown and "03 21 00 00 00" in shown
