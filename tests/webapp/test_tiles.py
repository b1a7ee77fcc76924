"""A figure of the home page and the list it opens are one query; who is enrolled is one number."""

import io
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import (
    make_case,
    make_due,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
    promised,
)
from tests.submissions import FALLS, fill, home_visit
from visits.adaptations.files import Request, open_by_hand
from visits.admissions.requests import RequestSaid, open_request
from visits.forms.published import publish_form
from visits.ground.deadlines import months_after, today_in_paris
from visits.homes.matching import Needs
from visits.homes.traits import LEAVING, TraitSaid, note_trait
from visits.intake.submissions import SentFile, record_submission
from visits.messages.making import tell_of_visit
from visits.messages.sending import note_failed, note_sent
from visits.models.accounts import Role, User
from visits.models.cases import Case, CaseState
from visits.models.interventions import Intervention, InterventionState, Outcome
from visits.models.messages import Message
from visits.models.people import Person
from visits.models.visits import Visit, VisitState
from visits.models.works import Severity, WorkOrder
from visits.sessions.planning import SessionSaid, plan_session
from visits.stays.complaints import ComplaintSaid, note_complaint
from visits.stays.places import PlaceSaid, add_place
from visits.stays.stays import StaySaid, begin_stay
from visits.transfers.wishes import WishSaid, open_wish

SignIn = Callable[..., FlaskClient]
TILE = re.compile(r'<dt><a class="stretched-link" href="([^"]+)">([^<]+)</a></dt>\s*<dd>(\d+)')
ROLES = {
    Role.COORDINATOR: 27, Role.PARTNER_COORDINATOR: 3, Role.TECHNICIAN: 6, Role.MANAGER: 4,
    Role.SOCIAL_WORKER: 16,
}  # fmt: skip


@pytest.fixture
def busy(app: Flask, session: Session, now: datetime) -> None:
    """Persons, visits, works and follow-ups on both sides of every boundary."""
    publish_form(session, home_visit(), by=None, now=now)
    by = make_user(session)
    visitor = make_user(session, role=Role.VISITOR, organisation="Relais")
    for state in CaseState:
        make_case(session, by=by, state=state)
    for hours in (-30, -1, 1, 24 * 9):
        at = now + timedelta(hours=hours)
        make_case(session, by=by, state=CaseState.CALL_BACK, call_back_at=at)
    silent = make_person(session, do_not_contact=True)
    make_case(session, by=by, person=silent)
    _awaited(session, silent, by, now)
    child = make_person(session, born_on=datetime(2015, 1, 1).date())  # no longer of the audience
    make_case(session, by=by, person=child, state=CaseState.VISITED)
    for days, state in (
        (-9, VisitState.DONE), (-1, VisitState.FAILED), (0, VisitState.PLANNED),
        (1, VisitState.CANCELLED), (2, VisitState.PLANNED), (9, VisitState.PLANNED),
    ):  # fmt: skip
        case = make_case(session, by=by)
        at = now + timedelta(days=days)
        visit = make_visit(session, case=case, visitor=visitor, state=state, start_at=at)
        if state is VisitState.PLANNED:
            _send(app, session, visit, now)
    for number, order in enumerate(session.scalars(select(WorkOrder).order_by(WorkOrder.id))):
        order.severity = list(Severity)[number % 3]
        order.due_at = now + timedelta(days=number % 3 - 1)
    for number, promise in enumerate(session.scalars(promised())):
        make_due(promise, now.date() + timedelta(days=(-1, 20, 40)[number % 3]))
    _brought_back(session, now)
    _in_company(session, by, now)
    _stay(session, by, now)
    _waits_for_a_place(session, by, now)
    _written_to(session, by, visitor, now)
    _asked_by_letter(session, by, now)
    session.commit()


def _brought_back(session: Session, now: datetime) -> None:
    """Let a tablet tell of an order what could not be done with it, and of another what could."""
    technician = make_user(session, role=Role.TECHNICIAN)
    states = (InterventionState.TO_REVIEW, InterventionState.CHECKED)
    orders = session.scalars(select(WorkOrder).order_by(WorkOrder.id).limit(2))
    for order, state in zip(orders, states, strict=True):
        session.add(
            Intervention(
                id=uuid.uuid4(), work_order_id=order.id, by_id=technician.id, content=b"{}",
                sha256="0" * 64, size=2, outcome=Outcome.DONE, note="", parts="", began_at=now,
                ended_at=now, received_at=now, state=state,
            )
        )  # fmt: skip


def _written_to(session: Session, by: User, visitor: User, now: datetime) -> None:
    """Let letters wait, one of which has no address, and one be printed."""
    for number in range(3):
        case, at = make_case(session, by=by), now + timedelta(days=9 + number)
        tell_of_visit(
            session, make_visit(session, case=case, visitor=visitor, start_at=at), now=now
        )
    first, second, _third = session.scalars(select(Message).order_by(Message.id))
    note_failed(first, "no_address", for_good=True, now=now)
    note_sent(second, body="Bonjour", to="Ici", now=now)


def _asked_by_letter(session: Session, by: User, now: datetime) -> None:
    """Let two months of silence be over, end soon, and end later."""
    today = today_in_paris(now)
    for days in (-1, 2, 40):
        home = make_case(session, by=by)
        asked_on = months_after(today, -2) + timedelta(days=days)
        said = Request("kitchen", "registered", asked_on, own_cost=True)
        assert home.dwelling is not None
        open_by_hand(session, home.person, home.dwelling, said, viewer=make_viewer(by), now=now)


def _in_company(session: Session, by: User, now: datetime) -> None:
    """Plan a session that has passed, one that begins now, and one to come."""
    for hours in (-30, 0, 30):
        said = SessionSaid(
            title=f"Atelier {hours}", kind="workshop", starts_at=now + timedelta(hours=hours),
            minutes="60", place="Ici", held_by="other", held_by_name="Gym douce",
        )  # fmt: skip
        plan_session(session, "seniors", said, viewer=make_viewer(by), now=now)


def _awaited(session: Session, waiting: Person, by: User, now: datetime) -> None:
    """Let an adapted home be free, and somebody wait for such a one."""
    viewer, on = make_viewer(by), now.date()
    home = make_dwelling(session, residence=make_residence(session), floor=0)
    for trait in ("shower", LEAVING):
        note_trait(session, home, TraitSaid(trait, 1, on), viewer=viewer, now=now)
    wish = WishSaid(["stairs"], Needs(wheelchair=True), on)
    open_wish(session, waiting, wish, viewer=viewer, now=now)


def _stay(session: Session, by: User, now: datetime) -> None:
    """Let stays be past their end, over today, soon, on the last day that is soon, and later."""
    viewer, home, today = make_viewer(by), make_dwelling(session), now.date()
    for number, months in enumerate((-1, 0, 1, 2, 3)):
        long_ago = months_after(today, months - 12)
        said = PlaceSaid("room", f"Chambre {number}", "once", 12, None, long_ago)
        place = add_place(session, home, said, viewer=viewer, now=now)
        comes = StaySaid("temporary", long_ago)
        stay = begin_stay(session, place, make_person(session), comes, viewer=viewer, now=now)
        # To be answered yesterday, today, tomorrow, ...
        said = ComplaintSaid("noise", "Le bruit", today)
        complaint = note_complaint(session, stay, said, viewer=viewer, now=now)
        complaint.due_on = today + timedelta(days=number - 1)


def _waits_for_a_place(session: Session, by: User, now: datetime) -> None:
    """Let a step of an admission be due yesterday, of another today, of a third tomorrow."""
    said = RequestSaid("phone", now.date(), "Une place", "Chez une amie", Needs())
    for days in (-1, 0, 1):
        case = make_case(session, by=by, programme="transitional_residence")
        admission = open_request(session, case, said, viewer=make_viewer(by), now=now)
        admission.due_on = now.date() + timedelta(days=days)


def _send(app: Flask, session: Session, visit: Visit, now: datetime) -> None:
    xml = fill(FALLS | {"gas_smell": "yes"})
    own = re.sub(rb"uuid:[0-9a-f-]{36}", f"uuid:{visit.id}".encode(), xml)
    record_submission(
        session, app.extensions["palier"].store, xml=own, now=now, visit_id=visit.id,
        files=[SentFile("a.jpg", "image/jpeg", b"x")],
        viewer=make_viewer(session.get_one(User, visit.visitor_id)),
    )  # fmt: skip


def shown(page: str) -> int:
    """Give how many rows a list says it has."""
    found = re.search(r"<p>([\d\u202f\xa0]+) \w", page[page.index("<main") :])
    return int(re.sub(r"\D", "", found[1])) if found else 0


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_each_figure_of_the_home_page_is_what_its_list_shows(
    busy: None, client_as: SignIn, role: Role
) -> None:
    client = client_as(role, language="en", organisation="Relais")
    tiles = TILE.findall(client.get("/").text)
    assert len(tiles) == ROLES[role]
    for link, name, figure in tiles:
        page = client.get(unescape(link)).text
        if "/outcomes/" in link:
            assert re.search(rf'<(?:dd|td class="num")>{figure}\b', page), name
            continue
        assert shown(page) == int(figure), (name, link)
    assert any(int(figure) for _link, _name, figure in tiles)


def test_who_is_enrolled_is_one_number_on_every_page(
    busy: None, client_as: SignIn, session: Session
) -> None:
    client = client_as(Role.COORDINATOR, language="en")
    enrolled = len(session.scalars(select(Case.id).where(Case.programme == "seniors")).all())
    session.rollback()
    said = [
        re.search(r"(\d+) persons enrolled", client.get("/cases/?programme=seniors").text),
        re.search(r"<dt>Enrolled</dt><dd>(\d+)", client.get("/outcomes/?programme=seniors").text),
        re.search(r"<dt>Enrolled</dt><dd>(\d+)", client.get("/programmes/seniors/targeting").text),
    ]
    assert [int(one[1]) for one in said if one] == [enrolled] * 3
    assert shown(client.get("/cases/?programme=seniors&state=all").text) == enrolled


def test_a_closed_case_is_to_be_called_by_nobody_in_any_figure_or_list(
    client_as: SignIn, session: Session, now: datetime
) -> None:
    by = make_user(session)
    made = [make_case(session, by=by, state=CaseState.TO_CALL) for _ in range(9)]
    for case in made[:2]:
        case.closed_on, case.closed_by_id, case.outcome = now.date(), by.id, "lost"
    over = made[0].id
    # Visited before, and on the way to her next visit as it was closed: no page denies that one.
    make_visit(session, case=made[0], visitor=by, state=VisitState.DONE)
    session.commit()
    client = client_as(Role.COORDINATOR, language="en")
    calls = client.get("/cases/?programme=seniors").text
    assert re.search(r">To call</a></dt><dd>7<", calls)
    assert re.search(r">Closed on the way</a></dt><dd>2<", calls)
    listed = client.get("/cases/?programme=seniors&state=to_call").text
    assert shown(listed) == 7
    assert str(over) not in listed
    closed = client.get("/cases/?programme=seniors&state=closed").text
    assert (shown(closed), str(over) in closed) == (2, True)
    outcomes = client.get("/outcomes/?programme=seniors").text
    assert re.search(r"<dt>To call</dt><dd>7\b", outcomes)
    assert re.search(r"<dt>Closed on the way</dt><dd>2\b", outcomes)
    assert re.search(r"<dt>Enrolled</dt><dd>9\b", outcomes)


def test_whom_to_call_is_told_of_each_programme_where_there_is_somebody(
    client_as: SignIn, session: Session
) -> None:
    by = make_user(session)
    for programme in ("seniors", "isolated_tenants", "isolated_tenants"):
        make_case(session, by=by, programme=programme, state=CaseState.TO_CALL)
    make_case(
        session, by=by, programme="isolated_tenants", state=CaseState.CALL_BACK,
        call_back_at=datetime(2026, 3, 10, 8, tzinfo=UTC),
    )  # fmt: skip
    make_case(session, by=by, programme="residences", state=CaseState.VISITED)
    session.commit()
    client = client_as(Role.COORDINATOR, language="en")
    for name, counted in (("To call today", [1, 3]), ("Call-backs due", [0, 1])):
        tiles = [one for one in TILE.findall(client.get("/").text) if one[1] == name]
        assert [int(figure) for _link, _name, figure in tiles] == counted
        lists = [shown(client.get(unescape(link)).text) for link, _name, _figure in tiles]
        assert lists == counted


def test_a_partners_tile_opens_the_cases_it_counts_and_says_of_which_programme(
    client_as: SignIn, session: Session
) -> None:
    by, visitor = make_user(session), make_user(session, role=Role.VISITOR, organisation="Relais")
    case = make_case(session, by=by, programme="isolated_tenants", state=CaseState.PLANNED)
    make_visit(session, case=case, visitor=visitor)
    number = case.id
    session.commit()
    client = client_as(Role.PARTNER_COORDINATOR, language="en", organisation="Relais")
    home = client.get("/").text
    link = next(unescape(link) for link, name, figure in TILE.findall(home) if name == "Cases")
    listed = client.get(link).text
    assert (shown(listed), str(number) in listed) == (1, True)
    tile = home[home.index(">Cases</a>") :]
    assert "stat-of" in tile[: tile.index("</dd>")]


LISTS = (
    "/tasks/?state=all", "/cases/?state=all", "/visits/?state=", "/follow-ups/?state=all",
    "/work-orders/?state=all", "/people/?q=e", "/programmes/?state=",
    "/programmes/seniors/targeting?enrolled=all", "/imports/?sort=", "/accounts/?state=all",
)  # fmt: skip


def test_a_page_past_the_end_of_a_list_is_its_last_one_and_never_nothing(
    busy: None, client_as: SignIn
) -> None:
    data = b"Logement;Nom;CP\nL-1;X;1\n"
    office = client_as(Role.COORDINATOR, language="en")
    office.post("/imports/", data={"file": (io.BytesIO(data), "own.csv")})
    clients = {"/accounts/": client_as(Role.ADMINISTRATOR, language="en")}
    for path in LISTS:
        client = clients.get(path.partition("?")[0], office)
        first, far = client.get(path).text, client.get(f"{path}&page=900").text
        rows = [page[page.index("<main") :].count("<tr") for page in (first, far)]
        assert rows[0] == rows[1] > 1, path


SAVED = {
    "/tasks/": "name", "/work-orders/": "name", "/transfers/": "name",
    "/transfers/awaited": "city", "/homes/register/": "city", "/group-sessions/": "title",
    "/messages/": "name",
}  # fmt: skip


def test_a_list_is_saved_as_it_is_filtered_and_sorted(busy: None, client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR, language="en")
    for path, sort in SAVED.items():
        page = client.get(f"{path}?sort={sort}&desc=1&page=1&kept=so").text
        link = re.search(r'href="([^"]+)">Save as a file', page)
        assert link is not None, path
        asked = parse_qs(urlsplit(unescape(link[1])).query)
        assert (asked["sort"], asked["desc"]) == ([sort], ["1"]), path
        assert "page" not in asked, path


def test_a_file_of_very_many_tasks_says_that_it_is_not_all_of_them(
    busy: None, client_as: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.office.frame.list_file.MOST_IN_A_FILE", 2)
    client = client_as(Role.COORDINATOR, language="en")
    page = client.get("/tasks/?state=open_all").text
    assert "A file has the first 2 of a list" in page
    lines = client.get("/tasks/tasks.csv?state=open_all").text.splitlines()
    left = shown(page) - 2
    assert len(lines) == 1 + 2 + 1
    assert lines[-1].startswith(f"and {left} more")
    few = client.get("/tasks/tasks.csv?state=done").text.splitlines()
    assert not few[-1].startswith("and ")


def test_what_is_said_of_a_list_of_tasks_is_what_it_lists(client_as: SignIn, busy: None) -> None:
    client = client_as(Role.COORDINATOR, language="en")
    client.get("/tasks/?state=done")
    for state, said in (("lapsed", "No longer to do"), ("all", "Everything"), ("late", "To do")):
        page = client.get(f"/tasks/?state={state}").text
        assert re.search(rf"<h1>{said}", page), state
    assert "things to do<" in client.get("/tasks/?state=open_all").text
