"""The best hours on the phone: found on a page, planned by one click."""

import re
from collections.abc import Callable
from html import unescape

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import LANDLORD, make_case, make_user
from visits.models.accounts import Role
from visits.models.agenda import VisitWish
from visits.models.cases import CaseState
from visits.models.visits import Visit

SignIn = Callable[..., FlaskClient]


def fields_of(form: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found if name != "csrf_token"}


def test_a_slot_is_planned_by_one_click_and_told_to_whoever_comes_second(
    client_as: SignIn, session: Session
) -> None:
    by = make_user(session)
    make_user(session, role=Role.VISITOR, organisation=LANDLORD, name="Sonia Vite")
    first, second = (make_case(session, by=by, state=CaseState.AGREED).id for _ in range(2))
    session.commit()
    client = client_as("coordinator", language="en")
    asked = "?part=morning&not=2&attended_by=sa+fille&lasts=50&not=x&from_time=99&visitor="
    pages = [client.get(f"/cases/{one}/slots{asked}").text for one in (first, second)]
    first_one = re.compile(r"<ol class=\"plain\">(.*?)</li>", re.DOTALL)
    offered = [fields_of(first_one.findall(page)[0]) for page in pages]
    assert "Sonia Vite" in pages[0] and offered[0] == offered[1]
    planned = client.post(f"/cases/{first}/visits", data=offered[0], follow_redirects=True)
    assert (planned.status_code, "sa fille" in planned.text) == (200, True)
    told = client.post(f"/cases/{second}/visits", data=offered[1], follow_redirects=True)
    assert (told.status_code, "This visitor is with" in told.text) == (422, True)
    (visit,) = session.scalars(select(Visit)).all()
    assert visit.attended_by == "sa fille"
    assert (visit.planned_end_at - visit.planned_start_at).total_seconds() == 50 * 60


def test_what_is_asked_of_visits_is_kept_looked_by_and_withdrawn(
    client_as: SignIn, session: Session
) -> None:
    by = make_user(session)
    make_user(session, role=Role.VISITOR, organisation=LANDLORD)
    case, other = (make_case(session, by=by, state=CaseState.AGREED).id for _ in range(2))
    session.commit()
    client = client_as("coordinator", language="en")
    path = f"/cases/{case}/visit-wish"
    keep = "Keep this with her case"
    page = client.get(f"/cases/{case}/slots?part=afternoon&not=1&attended_by=sa+fille").text
    assert keep in page and keep not in client.get(f"/cases/{case}/slots?part=").text
    assert client.post(path, data={"part": "night"}).status_code == 422
    backwards = {"from_time": "15:00", "until_time": "14:00"}
    assert client.post(path, data=backwards).status_code == 422
    crowd = client.post(path, data={"attended_by": "sa fille " * 40})
    assert crowd.status_code == 422 and "too long. Shorten it." in crowd.text
    typed = {"part": "afternoon", "not": "1", "attended_by": "sa fille"}
    assert client.post(path, data=typed).status_code == 302
    page = unescape(client.get(f"/cases/{case}/slots").text)
    assert "Asked of visits" in page and "sa fille" in page
    hours = re.findall(r'name="time" value="(\d\d)', page)
    assert hours and all(hour >= "12" for hour in hours)
    wish = session.scalars(select(VisitWish.id)).one()
    session.commit()
    for at, why, status in (
        (f"/cases/{other}/visit-wish/{wish}/withdraw", "x", 404),
        (f"{path}/{wish}/withdraw", "", 422),
        (f"{path}/{wish}/withdraw", "Her daughter moved", 302),
        (f"{path}/{wish}/withdraw", "again", 409),
    ):
        assert client.post(at, data={"why": why}).status_code == status, (at, why)
    assert "Asked of visits" not in client.get(f"/cases/{case}/slots").text


def test_the_page_of_a_case_asks_for_the_best_hours(client_as: SignIn, session: Session) -> None:
    by = make_user(session)
    make_user(session, role=Role.VISITOR, organisation=LANDLORD)
    case, refused = (
        make_case(session, by=by, state=state).id for state in (CaseState.AGREED, CaseState.REFUSED)
    )
    session.commit()
    client = client_as("coordinator", language="en")
    assert f'hx-get="/cases/{case}/slots"' in client.get(f"/cases/{case}").text
    part = client.get(f"/cases/{case}/slots", headers={"HX-Request": "true"}).text
    assert "<html" not in part and "Adds 0 minutes of driving" in part
    assert "No visit is to be planned here" in client.get(f"/cases/{refused}/slots").text
