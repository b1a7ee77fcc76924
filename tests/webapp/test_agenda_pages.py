"""The agenda: what is planned, absent and free; visits moved, swapped, handed over, cancelled."""

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import (
    LANDLORD,
    make_case,
    make_dwelling,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
)
from visits.agenda.absences import AbsenceSaid, note_absence
from visits.cases.interpreters import note_interpreter
from visits.models.accounts import Role, User
from visits.models.cases import CaseState
from visits.models.visits import Visit, VisitState
from visits.people.protection import protect

SignIn = Callable[..., FlaskClient]
START = datetime(2026, 3, 17, 9, tzinfo=UTC)
WEEK = "/agenda/?view=week&day=2026-03-17"


@pytest.fixture
def client(client_as: SignIn) -> FlaskClient:
    return client_as("coordinator", language="en")


def visitor(session: Session, name: str, organisation: str = LANDLORD) -> User:
    return make_user(session, role=Role.VISITOR, organisation=organisation, name=name)


def planned(session: Session, by: User, start_at: datetime = START) -> Visit:
    case = make_case(session, by=by, state=CaseState.PLANNED)
    return make_visit(
        session, case=case, visitor=by, planned_start_at=start_at,
        planned_end_at=start_at + timedelta(hours=1), state=VisitState.PLANNED,
    )  # fmt: skip


def post(client: FlaskClient, path: str, **typed: object) -> tuple[int, str]:
    answer = client.post(path, data=typed, follow_redirects=True)
    return answer.status_code, answer.get_data(as_text=True)


def read(session: Session, visit_id: uuid.UUID) -> Visit:
    found = session.get_one(Visit, visit_id, populate_existing=True)
    session.refresh(found, ["visitor"])
    return found


def test_a_week_tells_what_is_planned_who_is_absent_and_who_is_free(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    sonia, karim = visitor(session, "Sonia Vite"), visitor(session, "Karim Loin")
    visit, office = planned(session, sonia), make_viewer(make_user(session))
    said = AbsenceSaid(START.date(), START.date(), "away_ill")
    note_absence(session, karim.id, said, doing=None, viewer=office, now=now)
    name, number = visit.case.person.name, visit.id
    session.commit()
    shown = client.get(WEEK).text
    assert re.search(rf'href="/agenda/visits/{number}\?[^"]*day=2026-03-17">{name}</a>', shown)
    assert "absent" in shown and "Sick" not in shown
    assert "09:00–10:00 free" in shown and "11:00–17:00 free" in shown
    assert name in client.get("/agenda/?view=day&day=2026-03-17").text
    month = client.get("/agenda/?view=month&day=2026-03-02").text
    assert "1 visit<" in month and "1 absent" in month and name not in month
    assert name not in client.get(f"{WEEK}&visitor={karim.id}").text
    assert "public holiday" in client.get("/agenda/?view=month&day=2026-04-06").text
    for odd in ("view=x", "day=2026-02-30", "visitor=x", "view=list&sort=x&organisation=x"):
        assert client.get(f"/agenda/?{odd}").status_code == 200


def test_a_visit_to_somebody_hidden_takes_its_hour_and_tells_nobody_s_name(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    sonia = visitor(session, "Sonia Vite")
    visit = planned(session, sonia)
    protect(session, visit.case.person, by=sonia.id, now=now)
    name, number = visit.case.person.name, visit.id
    session.commit()
    span = "day=2026-03-17"
    pages = [client.get(f"/agenda/?view={view}&{span}").text for view in ("week", "day", "list")]
    pages.append(client.get(f"/agenda/agenda.csv?view=list&{span}").get_data(as_text=True))
    for page in pages:
        assert "taken" in page and name not in page and str(number) not in page
    assert client.get(f"/agenda/visits/{number}").status_code == 404


def test_a_partner_s_coordinator_sees_her_own_people_alone(
    client_as: SignIn, session: Session
) -> None:
    planned(session, visitor(session, "Sonia Vite"))
    theirs = planned(session, visitor(session, "Karim Loin", "Relais"))
    name = theirs.case.person.name
    session.commit()
    partner = client_as("partner_coordinator", language="en", organisation="Relais")
    for view in ("week", "list"):
        shown = partner.get(f"/agenda/?view={view}&day=2026-03-17").text
        assert "Sonia Vite" not in shown and "Karim Loin" in shown and name in shown


def test_a_visit_is_moved_handed_over_swapped_and_cancelled_from_the_agenda(
    client: FlaskClient, session: Session
) -> None:
    sonia, karim = visitor(session, "Sonia Vite"), visitor(session, "Karim Loin")
    one, other = planned(session, sonia), planned(session, karim, START + timedelta(days=1))
    first, second, hers, his = one.id, other.id, sonia.id, karim.id
    session.commit()
    page = f"/agenda/visits/{first}"
    typed = {"visitor_id": his, "day": "2026-03-19", "time": "14:00"}
    assert post(client, f"{page}/move", **typed)[0] == 200
    moved = read(session, first)
    assert (moved.visitor_id, moved.planned_start_at) == (his, START + timedelta(days=2, hours=4))
    session.commit()
    for odd in ({"time": ""}, {"visitor_id": "x"}, {"day": "2026-03-29", "time": "02:30"}):
        assert post(client, f"{page}/move", **(typed | odd))[0] == 422
    sunday = {"day": "2026-03-22"}
    status, shown = post(client, f"{page}/move", **(typed | sunday))
    assert (status, "This is a Sunday" in shown) == (422, True)
    assert post(client, f"{page}/move", **(typed | {"visitor_id": hers}))[0] == 200
    assert post(client, f"{page}/swap", **{"with": "x"})[0] == 422
    assert post(client, f"{page}/swap", **{"with": second})[0] == 200
    swapped = read(session, first), read(session, second)
    assert [one.visitor_id for one in swapped] == [his, hers]
    assert swapped[0].planned_start_at == START + timedelta(days=1)
    assert swapped[1].planned_start_at == START + timedelta(days=2, hours=4)
    assert [one.turn for one in swapped] == [3, 1]
    session.commit()
    assert post(client, f"{page}/cancel", reason=" ")[0] == 422
    assert post(client, f"{page}/cancel", reason="elle part")[0] == 200
    assert read(session, first).state is VisitState.CANCELLED
    session.commit()
    assert post(client, f"{page}/swap", **{"with": second})[0] in (409, 422)


def test_a_move_leads_back_to_the_week_it_was_made_from_and_is_put_back_there(
    client: FlaskClient, session: Session
) -> None:
    sonia, karim = visitor(session, "Sonia Vite"), visitor(session, "Karim Loin")
    visit = planned(session, sonia)
    number, his, hers = visit.id, karim.id, sonia.id
    around = f"view=week&day=2026-03-17&visitor={his}"
    page = f"/agenda/visits/{number}"
    session.commit()
    assert (
        f'action="{page}/move?{around.replace("&", "&amp;")}"'
        in client.get(f"{page}?{around}").text
    )
    typed = {"visitor_id": his, "day": "2026-03-22", "time": "14:00"}
    insisting = {"insists": "yes", "insist": "sa fille est là"}
    answer = client.post(f"{page}/move?{around}", data=typed | insisting | {"turn": 0})
    assert answer.location == f"/agenda/?{around}"
    assert client.post(f"{page}/move", data=typed | {"day": "2026-03-24"}).status_code == 302
    shown = client.get(f"/agenda/?{around}").text
    back = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', _form(shown)))
    assert back["insist"] == "sa fille est là" and back["turn"] == "2"
    assert client.post(f"{page}/move?{around}", data=back).location == f"/agenda/?{around}"
    assert read(session, number).planned_start_at == START + timedelta(days=5, hours=4)
    session.commit()
    status, told = post(client, f"{page}/move", **(typed | {"visitor_id": hers, "turn": 1}))
    assert (status, "Somebody moved this visit meanwhile" in told) == (409, True)
    assert read(session, number).visitor_id == his


def test_whoever_moves_a_visit_learns_that_nobody_writes_of_it(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    sonia = visitor(session, "Sonia Vite")
    visit = planned(session, sonia)
    number, hers = visit.id, sonia.id
    session.commit()
    page = f"/agenda/visits/{number}/move"
    days = {day: {"visitor_id": hers, "day": f"2026-03-{day}", "time": "10:00"} for day in (12, 24)}
    assert "the post would bring it too late. Ring her" in post(client, page, **days[12])[1]
    assert "Ring her" not in post(client, page, **days[24])[1]


def _form(page: str) -> str:
    """Cut out the last form that puts a move back."""
    return page[: page.rindex("Put it back</button>")].rpartition("<form")[2]


def test_a_week_has_a_saturday_once_something_is_on_it(
    client: FlaskClient, session: Session
) -> None:
    sonia = visitor(session, "Sonia Vite")
    session.commit()
    week = client.get(WEEK).text
    assert "Friday 20" in week and "Saturday" not in week
    planned(session, sonia, START + timedelta(days=4))
    session.commit()
    week = client.get(WEEK).text
    assert "Saturday 21" in week and "Sunday" not in week


def test_somebody_goes_along_and_is_told_in_both_weeks(
    client: FlaskClient, session: Session
) -> None:
    sonia, karim = visitor(session, "Sonia Vite"), visitor(session, "Karim Loin")
    one, his, hers = planned(session, sonia).id, karim.id, sonia.id
    session.commit()
    page = f"/agenda/visits/{one}"
    for odd in ("x", uuid.uuid4(), hers):
        status, shown = post(client, f"{page}/second", second_visitor_id=odd)
        assert (status, "Who goes along" in shown) == (422, True)
    status, shown = post(client, f"{page}/second", second_visitor_id=his)
    assert (status, "Sonia Vite + Karim Loin" in shown) == (200, True)
    week = client.get(WEEK).text
    assert "with Karim Loin" in week and "with Sonia Vite" in week
    assert "Sonia Vite + Karim Loin" in client.get("/agenda/?view=list&day=2026-03-17").text
    assert post(client, f"{page}/second", second_visitor_id="")[0] == 200
    assert read(session, one).second_visitor_id is None


def test_the_list_is_filtered_and_saved(client: FlaskClient, session: Session) -> None:
    sonia, karim = visitor(session, "Sonia Vite"), visitor(session, "Karim Loin")
    planned(session, sonia), planned(session, karim)
    of_karim = karim.id
    session.commit()
    path = "view=list&day=2026-03-17&sort=visitor"
    assert "<p>2 visits" in client.get(f"/agenda/?{path}").text
    assert "<p>1 visit" in client.get(f"/agenda/?{path}&visitor={of_karim}").text
    assert "No visit in these days" in client.get(f"/agenda/?{path}&state=done").text
    link = re.search(r'href="([^"]+)">Save as a file', client.get(f"/agenda/?{path}").text)
    assert link is not None
    saved = client.get(link[1].replace("&amp;", "&")).get_data(as_text=True).splitlines()
    assert len(saved) == 3 and "Karim Loin" in saved[1]


def test_the_page_of_a_visit_says_which_interpreter_comes(
    client: FlaskClient, session: Session
) -> None:
    visit = planned(session, visitor(session, "Sonia Vite"))
    by = make_viewer(visit.visitor)
    note_interpreter(
        session, visit.case, "Portuguese", booked_for=START, viewer=by, now=visit.case.opened_at
    )
    page = f"/agenda/visits/{visit.id}"
    session.commit()
    assert re.search("Interpreter booked for .*10:00.*: Portuguese", client.get(page).text)


def test_the_hour_of_a_visit_that_is_called_off_is_offered_to_who_waits(
    client: FlaskClient, session: Session
) -> None:
    visit = planned(session, visitor(session, "Sonia Vite"))
    home = make_dwelling(session, residence=make_residence(session, lat=49.43, lon=2.08))
    waits = make_case(session, by=visit.visitor, dwelling=home, state=CaseState.AGREED)
    number, case, name = visit.id, waits.id, waits.person.name
    session.commit()
    page = f"/agenda/visits/{number}"
    assert 'id="freed"' not in client.get(page).text
    status, shown = post(client, f"{page}/cancel", reason="Malade")
    assert (status, 'id="freed"' in shown, name in shown) == (200, True, True)
    assert "Who could have this hour" in client.get(f"/cases/{visit.case_id}").text
    part = shown[shown.index('id="freed"') :]
    hidden = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]+)"', part))
    assert post(client, f"/cases/{case}/visits", **hidden)[0] == 200
    (made,) = session.scalars(select(Visit).where(Visit.case_id == case))
    assert (made.planned_start_at, made.visitor_id) == (START, visit.visitor_id)
    session.rollback()  # the page notes who read it, and takes its turn to write
    assert 'id="freed"' not in client.get(page).text
