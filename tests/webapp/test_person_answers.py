"""What answers say of a person, on her page: the newest, while she agrees to be asked."""

from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import NOW, make_user, make_viewer
from tests.submissions import FALLS, QUIET, fill
from tests.webapp.tablets import Tablet, hand_out_tablet
from visits.models.accounts import Role
from visits.models.people import Person, RefusedPart
from visits.people.answers import answers_about
from visits.people.part_refusals import refuse_parts
from visits.sight import Reach

SignIn = Callable[..., FlaskClient]
ALONE = FALLS | {"lives_alone": "yes", "someone_to_call": "yes"}
TOGETHER = FALLS | {"lives_alone": "no"}


@pytest.fixture
def tablet(app: Flask) -> Tablet:
    return hand_out_tablet(app)


def known(client: FlaskClient, tablet: Tablet) -> str:
    """Give what the page says that answers say of her; nothing where there is no such part."""
    page = unescape(client.get(f"/people/{tablet.person.id}").text)
    return page.partition('id="known"')[2].partition("</section>")[0]


def test_her_page_tells_the_newest_answers_about_her_to_who_reads_answers(
    tablet: Tablet, client_as: SignIn
) -> None:
    client = client_as(Role.COORDINATOR, language="en")
    assert "No visit told anything of this person" in known(client, tablet)
    tablet.earlier_visit(fill(ALONE), days_ago=300)
    tablet.earlier_visit(fill(TOGETHER), days_ago=10)
    told = known(client, tablet)
    assert ("28 Feb 2026" in told, "For washing" in told) == (True, False)  # that is the home's
    question = told.partition("live alone")[2].partition("</dd>")[0]
    assert ("No" in question, "Yes" in question) == (True, False)
    partner = client_as(Role.PARTNER_COORDINATOR, organisation=tablet.visitor.organisation.name)
    page = partner.get(f"/people/{tablet.person.id}")
    assert (page.status_code, 'id="known"' in page.text) == (200, False)


def test_nothing_of_her_is_told_once_she_refuses_to_be_asked(
    tablet: Tablet, client_as: SignIn
) -> None:
    client = client_as(Role.COORDINATOR, language="en")
    tablet.earlier_visit(fill(ALONE), days_ago=300)
    assert "Does the person live alone" in known(client, tablet)
    with tablet.house.sessions.begin() as session:
        by = make_user(session)
        unseen = make_viewer(by, Reach.MANDATE)
        person = session.get_one(Person, tablet.person.id)
        assert answers_about(session, make_viewer(by), person)
        assert answers_about(session, unseen, person) == []
        refuse_parts(session, person, {RefusedPart.HEALTH}, viewer=make_viewer(by), now=NOW)
    assert "Does the person live alone" not in known(client, tablet)
    tablet.earlier_visit(fill(QUIET | {"health_agreed": "no"}), days_ago=10)
    assert "are not agreed to" in known(client, tablet)
