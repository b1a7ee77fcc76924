"""What is done with somebody in a case, on its page and in what happened to her."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_case, make_user
from visits.models.accounts import User
from visits.models.cases import Case
from visits.models.support import SupportAct
from visits.sight import Reach, Viewer
from visits.support.acts import may_read

SignIn = Callable[..., FlaskClient]
TODAY = NOW.date().isoformat()
BANK: dict[str, Any] = {
    "kind": "going_along", "happened_on": TODAY, "minutes": "95", "present": "Sa fille",
    "note": "Ouverture d’un compte.",
}  # fmt: skip


@pytest.fixture
def case(session: Session) -> Case:
    made = make_case(session, by=make_user(session), opened_at=NOW - timedelta(days=30))
    session.commit()
    return made


def post(client: FlaskClient, path: str, **typed: object) -> tuple[int, str]:
    answer = client.post(path, data=typed, follow_redirects=True)
    return answer.status_code, answer.get_data(as_text=True)


def only_act(session: Session) -> SupportAct:
    fresh = select(SupportAct).execution_options(populate_existing=True)
    act = session.scalars(fresh).one()
    session.commit()
    return act


def test_an_act_stands_on_the_case_and_in_what_happened(
    client_as: SignIn, session: Session, case: Case
) -> None:
    client = client_as("coordinator", language="en")
    status, shown = post(client, f"/support/{case.id}/acts", **BANK)
    assert (status, "it stands among what was done" in shown) == (200, True)
    for said in ("Went along to a service", "95 min", "with Sa fille", "Ouverture d’un compte."):
        assert said in shown
    happened = client.get(f"/people/{case.person_id}?kind=support").text
    assert "Went along to a service" in happened and "Ouverture" not in happened


def test_the_same_act_sent_twice_is_one(client_as: SignIn, session: Session, case: Case) -> None:
    client, path = client_as("coordinator", language="en"), f"/support/{case.id}/acts"
    post(client, path, **BANK)
    status, shown = post(client, path, **BANK)
    assert (status, "noted already" in shown) == (409, True)
    assert only_act(session).minutes == 95


def test_an_act_is_withdrawn_with_a_reason_once_and_stays(
    client_as: SignIn, session: Session, case: Case
) -> None:
    client, path = client_as("coordinator", language="en"), f"/support/{case.id}/acts"
    post(client, path, **BANK)
    back = f"{path}/{only_act(session).id}/withdraw"
    status, shown = post(client, back, why=" ")
    assert (status, f"act-{only_act(session).id}-why-error" in shown) == (422, True)
    status, shown = post(client, back, why="C’était sa voisine.")
    assert (status, "C’était sa voisine." in shown) == (200, True)
    status, _shown = post(client, back, why="Encore")
    assert status == 409
    assert only_act(session).withdrawn_why == "C’était sa voisine."
    happened = client.get(f"/people/{case.person_id}?kind=support").text
    assert "Went along to a service" not in happened
    # It may be noted again, and rightly.
    assert post(client, path, **BANK)[0] == 200


def test_an_act_of_one_case_is_not_withdrawn_from_another(
    client_as: SignIn, session: Session, case: Case
) -> None:
    other = make_case(session, by=make_user(session))
    session.commit()
    client = client_as("coordinator")
    post(client, f"/support/{case.id}/acts", **BANK)
    act = only_act(session)
    status, _shown = post(client, f"/support/{other.id}/acts/{act.id}/withdraw", why="x")
    assert (status, only_act(session).withdrawn_at) == (404, None)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"kind": "moon"}, "kind"),
        ({"happened_on": ""}, "happened_on"),
        ({"happened_on": "2026-02-30"}, "happened_on"),
        ({"happened_on": (NOW + timedelta(days=1)).date().isoformat()}, "happened_on"),
        ({"happened_on": (NOW - timedelta(days=31)).date().isoformat()}, "happened_on"),
        ({"minutes": "0"}, "minutes"),
        ({"minutes": "1441"}, "minutes"),
        ({"minutes": "une heure"}, "minutes"),
        ({"present": "x" * 201}, "present"),
        ({"note": "x" * 2001}, "note"),
    ],
)
def test_what_cannot_be_is_refused_beside_what_was_typed(
    client_as: SignIn, session: Session, case: Case, typed: dict[str, str], field: str
) -> None:
    status, shown = post(
        client_as("coordinator", language="en"), f"/support/{case.id}/acts",
        **(BANK | {"present": "Son voisin"} | typed),
    )  # fmt: skip
    assert (status, f'id="act-{field}-error"' in shown) == (422, True)
    assert field == "present" or "Son voisin" in shown
    assert session.scalars(select(SupportAct)).all() == []


def test_what_was_done_is_noted_late_in_a_closed_case_but_not_of_days_after_its_end(
    client_as: SignIn, session: Session, case: Case
) -> None:
    case.closed_on = NOW.date() - timedelta(days=2)
    session.commit()
    client, path = client_as("coordinator", language="en"), f"/support/{case.id}/acts"
    status, shown = post(client, path, **BANK)
    assert (status, "The case was closed by then." in shown) == (422, True)
    on = {"happened_on": case.closed_on.isoformat()}
    assert post(client, path, **BANK | on)[0] == 200
    assert only_act(session).happened_on == case.closed_on


def test_a_confidential_note_is_for_its_author_and_colleagues_who_are_in_charge(
    client_as: SignIn, session: Session, case: Case
) -> None:
    author = client_as("coordinator", language="en")
    post(author, f"/support/{case.id}/acts", confidential="yes", **BANK)
    act = only_act(session)
    other = client_as("coordinator", language="en")
    colleague: User = other.user  # type: ignore[attr-defined]
    said, page = "Ouverture d’un compte.", f"/support/{case.id}"

    def reads(client: FlaskClient) -> tuple[bool, bool]:
        shown = client.get(page).text
        return said in shown, "Sa fille" in shown

    assert reads(author) == (True, True)
    assert reads(other) == (False, False)
    assert "Went along to a service" in other.get(page).text
    assert post(other, f"{page}/acts/{act.id}/withdraw", why="x")[0] == 409
    case.referent_id = colleague.id
    session.commit()
    assert reads(other) == (True, True)
    case.referent_id, case.organisation_id = None, act.organisation_id
    session.commit()
    assert reads(other) == (True, True)
    # Another organisation is in charge by now: a colleague reads no more, the author still does.
    case.organisation_id = make_user(session, organisation="Voisins").organisation_id
    session.commit()
    assert (reads(other), reads(author)) == ((False, False), (True, True))
    # Nor does whoever follows her from there now, though she sees the case.
    stranger = make_user(session, organisation="Voisins")
    case.referent_id = stranger.id
    session.commit()
    viewer = Viewer(stranger.id, stranger.organisation_id, None, Reach.ALL)
    assert not may_read(act, case, viewer)
