"""A funder's account opens figures of its mandates, and no page on which somebody could stand."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import NOW, make_case, make_user
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import Role, User
from visits.models.cases import CaseState
from visits.models.mandates import Mandate, Right
from webapp.access.auth import PERMISSIONS

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def funder(client_as: SignIn) -> FlaskClient:
    return client_as(Role.FUNDER, organisation="Département", language="en")


def give(session: Session, funder: FlaskClient, *rights: Right) -> Mandate:
    user: User = funder.user  # type: ignore[attr-defined]
    session.merge(user).organisation.kind = "partner"
    today = today_in_paris(NOW)
    said = MandateSaid(user.organisation_id, "seniors", None, frozenset(rights), today, None)
    made = grant_mandate(session, said, by=make_user(session).id, now=NOW)
    session.commit()
    return made


def test_a_funder_sees_the_programme_of_its_mandate_in_cells_of_five(
    funder: FlaskClient, session: Session
) -> None:
    office = make_user(session)
    for number, state in ((12, CaseState.VISITED), (3, CaseState.REFUSED)):
        for _ in range(number):
            make_case(session, by=office, state=state)
    give(session, funder, Right.FIGURES)
    page = funder.get("/figures/")
    assert page.status_code == 200
    cells = re.findall(r'<td class="num">([^<]*)</td>', page.text)
    assert cells[:2] == ["10", "100 %"]
    assert [one for one in cells if one not in ("10", "100 %", "–")] == ["fewer than 5"] * 5
    assert "residences" not in page.text
    assert funder.get("/figures/?programme=residences").status_code == 404
    home = funder.get("/").text
    assert "/figures/?programme=seniors" in home
    assert "No person, no address, no work order" in home


def test_without_a_mandate_for_figures_there_is_nothing_and_it_is_said(
    funder: FlaskClient, session: Session
) -> None:
    for rights in ((), (Right.CALL, Right.VISIT)):
        if rights:
            give(session, funder, *rights)
        assert funder.get("/figures/").status_code == 403
        assert "Nothing today" in funder.get("/").text


def test_a_funder_may_do_nothing_but_see_figures_and_keep_its_account(app: Flask) -> None:
    its = {action for action, roles in PERMISSIONS.items() if Role.FUNDER in roles}
    assert its == {"own_account", "see_figures"}


def test_a_partner_chooses_among_the_programmes_whose_figures_it_sees(
    client_as: SignIn, session: Session
) -> None:
    partner = client_as(Role.PARTNER_COORDINATOR, organisation="Département")
    give(session, partner, Right.FIGURES)
    assert partner.get("/outcomes/?programme=seniors").status_code == 200
    assert partner.get("/outcomes/?programme=residences").status_code == 404
    assert 'value="residences"' not in partner.get("/outcomes/").text
