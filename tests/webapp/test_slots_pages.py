"""The best hours on the phone: found on a page, planned by one click."""

import re
from collections.abc import Callable
from html import unescape

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import LANDLORD, make_case, make_user
from visits.models.accounts import Role
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
