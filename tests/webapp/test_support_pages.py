"""Accompaniments on their pages: the list, the file of one, what was missed, the balance."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_case, make_user
from visits.cases.coming import make_for, make_what_is_due
from visits.models.accounts import Role
from visits.models.cases import Case, Task, TaskState
from visits.models.support import AimStep, SupportAim
from visits.programmes.published import version_of
from visits.support.pace import turns_of

SignIn = Callable[..., FlaskClient]
TODAY = NOW.date()
AIM = {"words": "Ressortir au marché le samedi.", "agreed_on": TODAY.isoformat()}


@pytest.fixture
def case(session: Session) -> Case:
    """Somebody whom nobody visited for four weeks."""
    version = version_of(session, "isolated_tenants")
    made = make_case(
        session, by=make_user(session), programme=version.code, programme_version_id=version.id,
        opened_at=NOW - timedelta(days=28),
    )  # fmt: skip
    for days in (21, 14, 7, 0):
        make_for(session, [made], now=NOW - timedelta(days=days))
        make_what_is_due(session, now=NOW - timedelta(days=days))
    session.commit()
    return made


def post(client: FlaskClient, path: str, **typed: object) -> tuple[int, str]:
    answer = client.post(path, data=typed, follow_redirects=True)
    return answer.status_code, unescape(answer.get_data(as_text=True))


def fresh(session: Session, table: type[SupportAim] | type[AimStep]) -> SupportAim | AimStep:
    found = session.scalars(select(table).execution_options(populate_existing=True)).one()
    session.commit()
    return found


@pytest.mark.parametrize("role", ["coordinator", "social_worker"])
def test_the_tile_the_list_and_the_page_say_the_same_of_visits_missed(
    client_as: SignIn, session: Session, case: Case, role: str
) -> None:
    client = client_as(role, language="en")
    case.referent_id = client.user.id  # type: ignore[attr-defined]
    session.commit()
    home = unescape(client.get("/").text)
    link = re.search(r'href="([^"]*/support/\?which=missed&mine=1)"', home)
    assert link
    listed = client.get(link[1]).text
    assert ("1 household" in listed, f"/support/{case.id}" in listed) == (True, True)
    assert "3 visits missed" in listed
    assert "3 visits missed in a row" in client.get(f"/support/{case.id}").text
    as_file = client.get(link[1].replace("/support/", "/support/supports.csv")).text
    assert [line.split(";")[-1].strip() for line in as_file.splitlines()] == [
        "Missed in a row",
        "3",
    ]


def test_an_aim_is_agreed_seen_and_withdrawn(
    client_as: SignIn, session: Session, case: Case
) -> None:
    client, path = client_as("social_worker", language="en"), f"/support/{case.id}"
    status, shown = post(client, f"{path}/aims", **AIM)
    assert (status, AIM["words"] in shown, "not begun" in shown) == (200, True, True)
    assert post(client, f"{path}/aims", **AIM)[0] == 409
    aim = fresh(session, SupportAim)
    seen = {"how_far": "well_on", "seen_on": TODAY.isoformat(), "note": "Deux samedis sur quatre."}
    status, shown = post(client, f"{path}/aims/{aim.id}/steps", **seen)
    assert (status, "well on its way" in shown, seen["note"] in shown) == (200, True, True)
    status, shown = post(client, f"{path}/aims/{aim.id}/steps", **seen)
    assert (status, "said of this day already" in shown) == (409, True)
    step = fresh(session, AimStep)
    back = f"{path}/aims/steps/{step.id}/withdraw"
    status, shown = post(client, back, why="")
    assert (status, f"aim-step-{step.id}-why-error" in shown) == (422, True)
    status, shown = post(client, back, why="Une autre personne")
    assert (status, "not begun" in shown, "Une autre personne" in shown) == (200, True, True)
    assert post(client, back, why="Encore")[0] == 409
    status, shown = post(client, f"{path}/aims/{aim.id}/withdraw", why="Jamais dit")
    assert (status, "Jamais dit" in shown) == (200, True)
    assert post(client, f"{path}/aims/{aim.id}/steps", **seen)[0] == 409
    # It may be agreed again, and rightly.
    assert post(client, f"{path}/aims", **AIM)[0] == 200


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"words": " "}, "words"),
        ({"words": "x" * 301}, "words"),
        ({"agreed_on": ""}, "agreed_on"),
        ({"agreed_on": "2026-02-30"}, "agreed_on"),
        ({"agreed_on": (TODAY + timedelta(days=1)).isoformat()}, "agreed_on"),
        ({"agreed_on": (TODAY - timedelta(days=29)).isoformat()}, "agreed_on"),
    ],
)
def test_an_aim_that_cannot_be_is_refused_beside_what_was_typed(
    client_as: SignIn, session: Session, case: Case, typed: dict[str, str], field: str
) -> None:
    status, shown = post(client_as("coordinator"), f"/support/{case.id}/aims", **AIM | typed)
    assert (status, f'id="aim-{field}-error"' in shown) == (422, True)
    assert field == "words" or AIM["words"] in shown
    assert session.scalars(select(SupportAim)).all() == []


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"how_far": "moon"}, "how_far"),
        ({"seen_on": (TODAY - timedelta(days=1)).isoformat()}, "seen_on"),
        ({"note": "x" * 501}, "note"),
    ],
)
def test_how_far_an_aim_cannot_be_is_refused(
    client_as: SignIn, session: Session, case: Case, typed: dict[str, str], field: str
) -> None:
    client, path = client_as("coordinator"), f"/support/{case.id}/aims"
    post(client, path, **AIM)
    aim = fresh(session, SupportAim)
    said = {"how_far": "begun", "seen_on": TODAY.isoformat(), "note": ""} | typed
    status, shown = post(client, f"{path}/{aim.id}/steps", **said)
    assert (status, f'id="aim-{aim.id}-{field}-error"' in shown) == (422, True)
    assert session.scalars(select(AimStep)).all() == []


def test_an_aim_of_one_case_is_not_changed_from_another(
    client_as: SignIn, session: Session, case: Case
) -> None:
    other = make_case(session, by=make_user(session))
    session.commit()
    client = client_as("coordinator")
    post(client, f"/support/{case.id}/aims", **AIM)
    aim = fresh(session, SupportAim)
    seen = {"how_far": "begun", "seen_on": TODAY.isoformat()}
    post(client, f"/support/{case.id}/aims/{aim.id}/steps", **seen)
    step = fresh(session, AimStep)
    for path in (f"aims/{aim.id}/withdraw", f"aims/steps/{step.id}/withdraw"):
        assert post(client, f"/support/{other.id}/{path}", why="x")[0] == 404
    assert post(client, f"/support/{other.id}/aims/{aim.id}/steps", **seen)[0] == 404
    assert (fresh(session, SupportAim).withdrawn_at, fresh(session, AimStep).withdrawn_at) == (
        None,
        None,
    )


def test_why_a_visit_was_missed_is_said_in_the_list_and_taken_back(
    client_as: SignIn, session: Session, case: Case
) -> None:
    turn = min(turns_of(session, case), key=lambda one: one.due_on)
    ident = turn.id
    session.commit()
    client, path = client_as("coordinator", language="en"), f"/support/missed/{ident}"
    status, shown = post(client, path, why=" ")
    assert (status, f'id="why-{ident}-error"' in shown) == (422, True)
    status, shown = post(client, f"{path}?unexplained=1", why="Chez sa fille")
    # Back to the list as it was filtered: it is not among those without a reason any more.
    assert (status, "2 visits missed" in shown, "Chez sa fille" in shown) == (200, True, False)
    assert "Chez sa fille" in client.get("/support/missed/").text
    status, shown = post(client, path, why="Encore")
    assert (status, "or somebody said why" in shown) == (409, True)
    assert post(client, f"{path}/back")[0] == 200
    assert "3 visits missed" in client.get("/support/missed/?unexplained=1").text
    as_file = client.get("/support/missed/missed.csv").text
    assert len(as_file.splitlines()) == 4


def test_the_missed_of_a_period_are_those_the_balance_counts(
    client_as: SignIn, session: Session, case: Case
) -> None:
    client = client_as("coordinator", language="en")
    begin = case.opened_at.date().replace(day=1)
    page = client.get(f"/support/balance/?from={begin:%Y-%m}&to={TODAY:%Y-%m}").text
    link = re.search(r'href="([^"]*/support/missed/\?[^"]*)"', page)
    assert link
    assert "3 visits missed" in client.get(unescape(link[1])).text
    assert re.search(r"Visits missed</a></dt><dd>3\b", page)
    assert re.search(r"<dt>Households</dt><dd>1\b", page)
    rows = client.get(
        f"/support/balance/balance.csv?from={begin:%Y-%m}&to={TODAY:%Y-%m}"
    ).text.splitlines()
    days = [int(row.split(";")[3]) for row in rows[1:]]
    assert sum(days) == 29  # from the day it was opened to today, both included


def test_the_tile_of_visits_missed_counts_its_list(client_as: SignIn, case: Case) -> None:
    client = client_as("coordinator", language="en")
    tile = r'href="(/support/[^"]*)">Visits missed in a row</a></dt>\s*<dd>(\d+)'
    ((link, figure),) = re.findall(tile, client.get("/").text)
    listed = client.get(unescape(link)).text
    assert int(figure) == listed.count(f'href="/support/{case.id}"') == 1


def test_the_tile_of_visits_missed_with_those_one_follows_counts_its_list(
    client_as: SignIn, session: Session, case: Case
) -> None:
    client = client_as("social_worker", language="en")
    tile = r'href="(/support/[^"]*)">Visits missed, those I follow</a></dt>\s*<dd>(\d+)'
    assert re.findall(tile, client.get("/").text) == []
    session.get_one(Case, case.id).referent_id = client.user.id  # type: ignore[attr-defined]
    session.commit()
    ((link, figure),) = re.findall(tile, client.get("/").text)
    listed = client.get(unescape(link)).text
    assert int(figure) == listed.count(f'href="/support/{case.id}"') == 1


def test_nonsense_in_the_balance_is_this_year(client_as: SignIn, case: Case) -> None:
    client = client_as("coordinator", language="en")
    for asked in ("from=2026-13&to=x", "from=9999-01", "programme=moon", "from=2025-01&to=2024-01"):
        assert client.get(f"/support/balance/?{asked}").status_code == 200
        assert client.get(f"/support/balance/balance.csv?{asked}").status_code == 200


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.MANAGER, Role.VISITOR, Role.FUNDER])
def test_an_accompaniment_is_closed_to_whoever_follows_nobody(
    client_as: SignIn, session: Session, case: Case, role: Role
) -> None:
    client = client_as(role)
    for path in ("", str(case.id), "missed/", "balance/", "supports.csv"):
        assert client.get(f"/support/{path}").status_code == 403


def test_another_association_finds_neither_the_file_nor_its_turns(
    client_as: SignIn, session: Session, case: Case
) -> None:
    ident = min(turns_of(session, case), key=lambda one: one.due_on).id
    session.commit()
    client = client_as(Role.PARTNER_COORDINATOR, organisation="Voisins", language="en")
    assert client.get(f"/support/{case.id}").status_code == 404
    assert post(client, f"/support/{case.id}/aims", **AIM)[0] == 404
    assert post(client, f"/support/missed/{ident}", why="x")[0] == 404
    assert "Nobody here" in client.get("/support/").text
    assert "No visit was missed here" in client.get("/support/missed/").text
    assert "Nobody was accompanied then" in client.get("/support/balance/").text
    assert session.get_one(Task, ident).state is not TaskState.IMPOSSIBLE
