"""The day: what is sought in it, what waits, and that it follows the server by itself."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from tests.e2e.layout import violations
from tests.e2e.round import Round, arrived, card, item, refuse
from tests.factories import make_case, make_dwelling, make_person, make_visit
from visits.models.accounts import User

pytestmark = pytest.mark.browser

NAMES = ("ADAM", "BÉLIN")


def test_a_day_is_searched_and_follows_the_server_by_itself(
    day: Round, tablet: Page, context: BrowserContext
) -> None:
    page = tablet
    page.get_by_test_id("search-day").fill("belin")
    expect(card(page, "ADAM")).to_have_count(0)
    expect(card(page, "BÉLIN")).to_be_visible()
    page.get_by_test_id("search-day").fill("")
    context.set_offline(True)
    page.get_by_test_id("refresh").click()
    expect(page.get_by_test_id("day-problem")).to_contain_text("ne répond pas")
    refuse(page, "ADAM")
    expect(item(page, "ADAM").get_by_test_id("outbox-what")).to_contain_text("Visite à domicile")
    expect(page.get_by_test_id("outbox-summary")).to_contain_text("1 formulaire pas encore envoyé")
    page.get_by_test_id("sign-out").click()
    expect(page.get_by_text("Pas encore sur le serveur")).to_contain_text("ADAM")
    _plan(day, "CARON", days=0)
    _plan(day, "DUVAL", days=-1)
    context.set_offline(False)
    expect(card(page, "CARON")).to_be_visible()
    expect(page.get_by_test_id("day-problem")).to_have_count(0)
    arrived(page, "ADAM")
    expect(card(page, "DUVAL")).to_be_hidden()
    page.get_by_test_id("past-days").locator("summary").click()
    expect(card(page, "DUVAL")).to_be_visible()
    assert violations(page) == []


def _plan(day: Round, name: str, *, days: int) -> None:
    house = day.server.house()
    with house.sessions.begin() as session:
        visitor = session.scalars(select(User).where(User.email == day.visitor)).one()
        dwelling = make_dwelling(session)
        person = make_person(session, dwelling=dwelling, last_name=name)
        case = make_case(session, by=visitor, person=person, dwelling=dwelling)
        start = datetime.now(UTC) + timedelta(days=days)
        make_visit(session, case=case, visitor=visitor, start_at=start)
    house.engine.dispose()
