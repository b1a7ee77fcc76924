"""The call desk on its pages: one person, one tap, the next; two callers never at one door."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_case, make_dwelling, make_user, make_visit
from visits.models.accounts import Role
from visits.models.calls import CallTurn, CallWish, ContactAttempt
from visits.models.cases import Case, CaseState
from visits.models.interpreters import InterpreterNeed

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def people(session: Session) -> list[Case]:
    """Four to call, the first two in one home."""
    by, home = make_user(session), make_dwelling(session)
    homes = {"dwelling": home}
    cases = [
        make_case(session, by=by, score=score, **(homes if score in (90, 20) else {}))
        for score in (90, 80, 70, 20)
    ]
    session.commit()
    return cases


def post(client: FlaskClient, path: str, **typed: object) -> tuple[str, str]:
    """Send a form; give where it leads and what is read there."""
    answer = client.post(path, data=typed, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer.request.path, unescape(answer.text)


def test_one_tap_notes_a_call_and_shows_the_next(
    client_as: SignIn, people: list[Case], session: Session
) -> None:
    first, second, third, beside = (f"/desk/{case.id}" for case in people)
    names = [case.person.name for case in people]
    session.commit()
    caller = client_as(Role.COORDINATOR, language="en")
    assert "4 persons" in caller.get("/desk/").text
    at, page = post(caller, "/desk/next")
    assert at == first
    assert names[0] in page
    assert names[3] in page  # who lives there too
    at, page = post(caller, f"{first}/calls", disposition="no_answer", attempts=0)
    assert at == beside  # one call does for both
    assert f"The call to {names[0]} is noted." in page
    assert f"Just before: {names[0]} · No answer" in " ".join(re.sub("<[^>]*>", "", page).split())
    at, page = post(caller, f"{beside}/calls", disposition="third_party", attempts=0)
    assert at == second
    at, page = post(caller, f"{second}/aside")
    assert at == third
    assert f"{names[1]} is set aside for an hour." in page
    at, page = post(caller, "/desk/next", after=people[2].id)
    assert at == "/desk/"
    assert "Nobody else is to be called now." in page
    assert names[1] in page
    noted = session.scalars(select(ContactAttempt.disposition)).all()
    assert sorted(noted) == ["no_answer", "third_party"]


def test_a_call_back_at_which_nobody_calls_is_told(
    client_as: SignIn, people: list[Case], session: Session
) -> None:
    caller = client_as(Role.COORDINATOR, language="en")
    typed = {"disposition": "call_back", "day": "2026-03-15", "time": "14:00"}
    _at, page = post(caller, f"/desk/{people[0].id}/calls", **typed)
    assert "at an unusual time: 15 Mar 2026 14:00 (a Sunday)" in page
    typed |= {"day": "2026-03-16", "time": "03:00"}
    _at, page = post(caller, f"/cases/{people[0].id}/calls", **typed)
    assert "16 Mar 2026 03:00 (before 8:00 or after 20:00)" in page
    _at, page = post(caller, f"/cases/{people[0].id}/calls", **typed | {"time": "15:00"})
    assert "unusual time" not in page


def test_whoever_agrees_is_planned_at_once(
    client_as: SignIn, people: list[Case], session: Session
) -> None:
    caller = client_as(Role.COORDINATOR, language="en")
    post(caller, "/desk/next")
    at, page = post(caller, f"/desk/{people[0].id}/calls", disposition="agreed", attempts=0)
    assert at == f"/cases/{people[0].id}"
    assert "agrees. Now plan the visit." in page
    session.expire_all()
    assert people[0].state is CaseState.AGREED


def test_a_second_caller_is_told_who_is_calling(
    client_as: SignIn, people: list[Case], session: Session
) -> None:
    name = people[0].person.name
    session.commit()
    ann, bob = (
        client_as(Role.COORDINATOR, language="en"),
        client_as(Role.COORDINATOR, language="en"),
    )
    post(ann, "/desk/next")
    at, _page = post(bob, "/desk/next")
    assert at == f"/desk/{people[1].id}"
    for path in (f"/desk/{people[0].id}", f"/desk/{people[3].id}", f"/cases/{people[0].id}"):
        assert "is calling this person, or somebody of this home, just now." in bob.get(path).text
        assert "just now." not in ann.get(path).text.replace(
            "Nobody calls this person just now.", ""
        )
    _at, page = post(bob, f"/desk/{people[0].id}")
    assert "is calling this person" in page
    _at, page = post(bob, f"/desk/{people[0].id}/aside")
    assert "is calling this person" in page
    turn = session.scalars(select(CallTurn).where(CallTurn.person_id == people[0].person_id)).one()
    assert not turn.aside
    session.commit()
    assert name in ann.get("/desk/").text


def test_what_is_refused_stays_on_the_page_with_what_was_typed(
    client_as: SignIn, people: list[Case], session: Session
) -> None:
    caller = client_as(Role.COORDINATOR, language="en")
    post(caller, "/desk/next")
    typed = {"disposition": "refused", "note": "Ne souhaite rien.", "attempts": 0}
    answer = caller.post(f"/desk/{people[0].id}/calls", data=typed)
    assert answer.status_code == 422
    assert "Ne souhaite rien." in answer.text
    assert "Tick the box if you are sure." in unescape(answer.text)
    assert session.scalars(select(ContactAttempt)).all() == []
    session.commit()
    assert caller.get(f"/desk/{people[0].id}").text.count("Set aside for an hour") == 1


def test_only_one_programme_is_called_when_it_is_asked_for(
    client_as: SignIn, people: list[Case], session: Session
) -> None:
    other = make_case(session, by=make_user(session), programme="isolated_tenants", score=1)
    session.commit()
    caller = client_as(Role.COORDINATOR, language="en")
    at, page = post(caller, "/desk/next", programme="isolated_tenants")
    assert at == f"/desk/{other.id}"
    assert 'name="programme" value="isolated_tenants"' in page
    at, _page = post(caller, f"{at}/calls", disposition="no_answer", programme="isolated_tenants")
    assert at == "/desk/"


def test_the_page_holds_whom_the_caller_has(
    client_as: SignIn, people: list[Case], session: Session
) -> None:
    caller = client_as(Role.COORDINATOR, language="en")
    post(caller, "/desk/next")
    assert caller.post(f"/desk/{people[0].id}/keep").status_code == 204
    session.expire_all()
    turn = session.get_one(CallTurn, people[0].person_id)
    assert turn.until > turn.taken_at >= NOW


def test_what_a_caller_says_is_shown_in_her_language(client_as: SignIn, people: list[Case]) -> None:
    caller = client_as(Role.COORDINATOR, language="en")
    page = post(caller, "/desk/next")[1]
    assert "You may refuse all of it or a part" in page
    french = client_as(Role.COORDINATOR, language="fr").get(f"/desk/{people[0].id}").text
    assert "Vous pouvez refuser" in unescape(french)


def test_a_wish_for_calls_is_noted_and_withdrawn_on_her_page(
    client_as: SignIn, people: list[Case], session: Session
) -> None:
    caller = client_as(Role.COORDINATOR, language="en")
    path = f"/people/{people[0].person_id}"
    for typed, said in (
        ({}, "Fill in this field."),
        ({"wish_kind": "hours", "from_hour": "neuf"}, "Give an hour of the day, from 8 to 20."),
        ({"wish_kind": "not_before", "until_on": "31/02/2026"}, "date"),
        ({"wish_kind": "no_phone"}, "Say how this person is reached otherwise."),
    ):
        answer = caller.post(f"{path}/call-wishes", data=typed)
        assert answer.status_code == 422, typed
        assert said in unescape(answer.text), typed
    typed = {"wish_kind": "hours", "from_hour": "9", "to_hour": "11", "note": "Après le marché."}
    _at, page = post(caller, f"{path}/call-wishes", **typed)
    assert "Calls between 9 and 11 h · Après le marché." in page
    assert "Calls between 9 and 11 h" in caller.get(f"/desk/{people[0].id}").text
    wish = session.scalars(select(CallWish.id)).one()
    session.commit()
    refused = caller.post(f"{path}/call-wishes/{wish}/withdraw", data={"why": ""})
    assert refused.status_code == 422
    _at, page = post(caller, f"{path}/call-wishes/{wish}/withdraw", why="Ne va plus au marché.")
    assert "This person asked nothing special of calls." in page


def test_no_contact_for_one_programme_is_noted_and_seen_on_her_case(
    client_as: SignIn, people: list[Case], session: Session
) -> None:
    caller = client_as(Role.COORDINATOR, language="en")
    path = f"/people/{people[0].person_id}/call-wishes"
    session.commit()
    unknown = {"wish_kind": "no_programme", "wish_programme": "young_tenants"}
    assert caller.post(path, data=unknown).status_code == 422
    typed = {"wish_kind": "no_programme", "wish_programme": "seniors"}
    _at, page = post(caller, path, **typed)
    assert "No contact for “" in page
    said = "asked not to be contacted for this programme: nobody calls"
    for at in (f"/cases/{people[0].id}", f"/desk/{people[0].id}"):
        page = caller.get(at).text
        assert said in page and "The person called of her own accord" in page, at
    call = {"disposition": "no_answer", "channel": "phone"}
    assert caller.post(f"/cases/{people[0].id}/calls", data=call).status_code == 409


def test_an_interpreter_is_booked_on_the_case_and_seen_where_one_plans_and_visits(
    client_as: SignIn, people: list[Case], session: Session
) -> None:
    caller = client_as(Role.COORDINATOR, language="en")
    visitor = make_user(session, role=Role.VISITOR)
    visit = make_visit(session, case=people[0], visitor=visitor)
    path, visit_id = f"/cases/{people[0].id}/interpreter", visit.id
    session.commit()
    for typed in (
        {"language": ""},
        {"language": "Tamil", "day": "2020-01-01", "time": "10:00"},
        {"language": "Tamil", "day": "demain", "time": "10:00"},
    ):
        assert caller.post(path, data=typed).status_code == 422, typed
    later = {"day": "2099-03-10", "time": "10:00"}
    _at, page = post(caller, path, language="Tamil", **later)
    assert "Tamil · booked for" in page
    for at in (f"/desk/{people[0].id}", f"/visits/{visit_id}"):
        assert "Tamil · booked for" in caller.get(at).text, at
    need = session.scalars(select(InterpreterNeed.id)).one()
    session.commit()
    assert caller.post(f"{path}/{need}/withdraw", data={"why": ""}).status_code == 422
    _at, page = post(caller, f"{path}/{need}/withdraw", why="Her daughter helps")
    assert "Tamil · booked for" not in page
