"""A case moved to another programme, or put in another tier of its own, from its page."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_case, make_dwelling, make_person, make_user, make_visit
from tests.submissions import home_visit
from tests.webapp.test_mandates import give
from visits.forms.published import publish_form
from visits.models.accounts import Role
from visits.models.cases import Case, CaseState, TierChange, WayIn
from visits.models.mandates import Right
from visits.models.visits import Visit, VisitState
from visits.programmes.published import publish_programme, version_of

pytestmark = pytest.mark.one_database

SignIn = Callable[..., FlaskClient]
THERE = """
code = "there"
[name]
fr = "Ailleurs"
en = "There"
[audience]
age_min = 60
age_max = 90
when = [{ fact = "floor", at_least = 3 }, { fact = "has_bath", equals = true }]
[target]
number = 50
[[visit_kind]]
code = "visit"
name = { fr = "Visite", en = "Visit" }
forms = ["home_visit"]
minutes = 45
[[tier]]
code = "light"
name = { fr = "Léger", en = "Light" }
[[tier]]
code = "full"
name = { fr = "Complet", en = "Full" }
score_from = 50
"""
MOVE = {"programme": "there", "ending": "completed", "why": "Elle préfère"}


def case_on(session: Session, floor: int | None, **said: object) -> Case:
    """Somebody 84 years old in the programme for seniors, with a visit planned."""
    publish_form(session, home_visit(), by=None, now=NOW)
    if "there" not in session.scalars(select(Case.programme)):
        publish_programme(session, THERE, source="there", by=None, now=NOW)
    home = make_dwelling(session, floor=floor, has_bath=None)
    person = make_person(session, dwelling=home, **said)  # type: ignore[arg-type]
    version = version_of(session, "seniors")
    visitor = make_user(session, role=Role.VISITOR)
    case = make_case(
        session, by=visitor, person=person, dwelling=home, state=CaseState.PLANNED,
        programme_version_id=version.id,
    )  # fmt: skip
    make_visit(session, case=case, visitor=visitor)
    session.commit()
    return case


def all_cases(session: Session, case: Case) -> list[Case]:
    session.expire_all()
    of_her = select(Case).where(Case.person_id == case.person_id).order_by(Case.id)
    found = list(session.scalars(of_her))
    session.commit()
    return found


def test_a_case_moves_to_a_programme_that_fits_and_what_is_unknown_is_told(
    client_as: SignIn, session: Session
) -> None:
    office, case = client_as(Role.COORDINATOR, language="en"), case_on(session, 3)
    page = f"/cases/{case.id}"
    assert ">There</option>" in office.get(page).text
    shown = office.post(f"{page}/transfer", data=MOVE, follow_redirects=True).text
    assert "Not known of her: Has a bath." in shown
    old, new = all_cases(session, case)
    assert (old.outcome, old.is_open, old.closing_note) == ("completed", False, "Elle préfère")
    assert (new.programme, new.is_open, new.way_in) == ("there", True, WayIn.TRANSFER)
    assert (new.motive, new.tier) == ("Elle préfère", "light")
    assert session.scalars(select(Visit.state)).all() == [VisitState.CANCELLED]


def test_what_was_moved_links_to_where_it_went_and_back_for_who_sees_both(
    client_as: SignIn, session: Session
) -> None:
    office, case = client_as(Role.COORDINATOR, language="en"), case_on(session, 3)
    office.post(f"/cases/{case.id}/transfer", data=MOVE)
    old, new = all_cases(session, case)
    assert f'<dt>Moved to</dt><dd><a href="/cases/{new.id}">There</a>' in page(office, old)
    assert f'<dt>Moved from</dt><dd><a href="/cases/{old.id}">Seniors at home</a>' in page(
        office, new
    )
    partner = client_as(Role.PARTNER_COORDINATOR, organisation="Association", language="en")
    to = make_user(session, role=Role.VISITOR, organisation="Association")
    give(session, to, Right.CALL, programme="there")
    hers = page(partner, new)
    assert "Elle préfère" in hers and str(old.id) not in hers and "Moved from" not in hers


def page(client: FlaskClient, case: Case) -> str:
    answer = client.get(f"/cases/{case.id}")
    assert answer.status_code == 200
    return " ".join(answer.text.split())


@pytest.mark.parametrize(
    ("floor", "said", "typed", "status", "told"),
    [
        (2, {}, {}, 409, "not for her, by what is known: Floor."),
        (3, {"born_on": None, "birth_year": 1930}, {}, 409, "by what is known: Age."),
        (3, {}, {"programme": "seniors"}, 422, "transfer-programme-error"),
        (3, {}, {"ending": "nonsense"}, 422, "transfer-ending-error"),
        (3, {}, {"why": " "}, 422, "transfer-why-error"),
    ],
)
def test_a_move_that_does_not_fit_names_why_and_nothing_is_half_done(
    client_as: SignIn, session: Session, floor: int, said: dict[str, object],
    typed: dict[str, str], status: int, told: str,
) -> None:  # fmt: skip
    office, case = client_as(Role.COORDINATOR, language="en"), case_on(session, floor, **said)
    answer = office.post(f"/cases/{case.id}/transfer", data={**MOVE, **typed})
    assert (answer.status_code, told in answer.text) == (status, True)
    [same] = all_cases(session, case)
    assert (same.is_open, same.state) == (True, CaseState.PLANNED)
    assert session.scalars(select(Visit.state)).all() == [VisitState.PLANNED]


def test_a_tier_is_changed_by_hand_with_its_reason_and_changed_again(
    client_as: SignIn, session: Session
) -> None:
    office, case = client_as(Role.COORDINATOR, language="en"), case_on(session, 3)
    office.post(f"/cases/{case.id}/transfer", data=MOVE)
    path = f"/cases/{all_cases(session, case)[-1].id}"
    for typed, status in (
        ({"tier": "full", "why": ""}, 422),
        ({"tier": "huge", "why": "Fragile"}, 422),
        ({"tier": "light", "why": "Fragile"}, 409),
        ({"tier": "full", "why": "Fragile"}, 302),
    ):
        assert office.post(f"{path}/tier", data=typed).status_code == status, typed
    page = " ".join(office.get(path).text.split())
    assert "Tier: Full" in page
    assert "Light → Full · Fragile" in page
    assert office.post(f"{path}/tier", data={"tier": "light", "why": "Va mieux"}).status_code == 302
    changed = session.scalars(select(TierChange).order_by(TierChange.id)).all()
    assert [(one.tier_was, one.tier) for one in changed] == [("light", "full"), ("full", "light")]
    assert all_cases(session, case)[-1].tier == "light"
