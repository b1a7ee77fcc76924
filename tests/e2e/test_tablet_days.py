"""The day: what is sought in it, what waits, and that it follows the server by itself."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.e2e.layout import violations
from tests.e2e.round import (
    Round,
    arrived,
    begin,
    card,
    choose,
    finish,
    item,
    open_hub,
    refuse,
    saved,
    visit_with_photos,
)
from tests.e2e.tablet import unlock
from tests.e2e.waiting import until
from tests.factories import (
    make_case,
    make_dwelling,
    make_person,
    make_user,
    make_viewer,
    make_visit,
)
from visits.accounts.accounts import find_organisation
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.cases.tasks import make_task
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import OrganisationKind, User
from visits.models.cases import Case, CaseState, Task, TaskKind, TaskState
from visits.models.mandates import Right
from visits.models.people import Person
from visits.models.portfolio import Dwelling

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
    _plan(day, "CARON", days=0, beside="ÉVRARD")
    _plan(day, "DUVAL", days=-1)
    context.set_offline(False)
    expect(card(page, "CARON")).to_be_visible()
    expect(page.get_by_test_id("day-problem")).to_have_count(0)
    arrived(page, "ADAM")
    expect(page.get_by_text("Pas encore sur le serveur")).to_have_count(0)
    _answer_beside(page, context, "CARON", "ÉVRARD")
    until(lambda: _state_of_task(day, "ÉVRARD") is TaskState.DONE, "the other task is answered")
    expect(card(page, "DUVAL")).to_be_hidden()
    page.get_by_test_id("past-days").locator("summary").click()
    expect(card(page, "DUVAL")).to_be_visible()
    assert violations(page) == []


def test_what_one_visit_finds_of_a_home_is_asked_once_for_all_who_live_there(
    day: Round, tablet: Page, context: BrowserContext
) -> None:
    page = tablet
    _plan(day, "FABRE", days=0, lives_with="GUYOT")
    page.get_by_test_id("refresh").click()
    expect(card(page, "GUYOT")).to_be_visible()
    context.set_offline(True)
    visit_with_photos(page, "FABRE", 0)
    begin(page, "GUYOT")
    choose(page, "visit_agreed", "Oui")
    choose(page, "health_agreed", "Oui")
    for title in ("Équilibre", "Logement"):
        page.get_by_test_id("next").click()
        if title == "Logement":  # how she stands is hers: nothing of it is filled in
            page.get_by_test_id("next").click()
        expect(page.get_by_test_id("page-title")).to_contain_text(title)
    washing = page.get_by_test_id("question-washing")
    expect(washing.get_by_role("radio", name="Douche", exact=True)).to_be_checked()
    expect(washing.get_by_test_id("found-here")).to_contain_text("tout à l’heure pour")
    expect(washing.get_by_test_id("found-here")).to_contain_text("FABRE")
    assert violations(page) == []
    choose(page, "washing", "Baignoire")
    expect(washing.get_by_test_id("found-here")).to_contain_text("Douche")
    page.get_by_test_id("question-floor").locator("input").fill("")
    saved(page)
    page.reload()
    unlock(page)
    # What was changed or emptied by hand stays so.
    expect(washing.get_by_role("radio", name="Baignoire", exact=True)).to_be_checked()
    floor = page.get_by_test_id("question-floor")
    expect(floor.locator("input")).to_have_value("")
    expect(floor.get_by_test_id("proposal")).to_contain_text("tout à l’heure")


def _answer_beside(page: Page, context: BrowserContext, name: str, beside: str) -> None:
    """Answer what else is due in a home, without a network."""
    context.set_offline(True)
    open_hub(page, name)
    expect(page.get_by_test_id("beside-task")).to_contain_text(beside)
    assert violations(page) == []
    page.get_by_test_id("begin-beside").click()
    expect(page.get_by_test_id("page-title")).to_contain_text(beside)
    expect(page.get_by_test_id("visit-failed")).to_have_count(0)
    page.get_by_test_id("begin-visit").click()
    choose(page, "visit_agreed", "Non")
    finish(page)
    context.set_offline(False)


def _state_of_task(day: Round, name: str) -> TaskState:
    house = day.server.house()
    with house.sessions() as session:
        of = select(Task).join(Task.case).join(Case.person).where(Person.last_name == name)
        found = session.scalars(of).one().state
    house.engine.dispose()
    return found


def _plan(day: Round, name: str, *, days: int, beside: str = "", lives_with: str = "") -> None:
    house = day.server.house()
    with house.sessions.begin() as session:
        visitor = session.scalars(select(User).where(User.email == day.visitor)).one()
        dwelling = make_dwelling(session)
        person = make_person(session, dwelling=dwelling, last_name=name)
        case = make_case(session, by=visitor, person=person, dwelling=dwelling)
        start = datetime.now(UTC) + timedelta(days=days)
        make_visit(session, case=case, visitor=visitor, start_at=start)
        if lives_with:
            other = make_person(session, dwelling=dwelling, last_name=lives_with)
            case = make_case(session, by=visitor, person=other, dwelling=dwelling)
            make_visit(session, case=case, visitor=visitor, start_at=start)
        if beside:
            _due_too(session, visitor, dwelling, beside)
    house.engine.dispose()


def _due_too(session: Session, visitor: User, dwelling: Dwelling, name: str) -> None:
    """Let a visit to somebody else be due in a home, in a programme of the visitor's mandate."""
    today = today_in_paris(datetime.now(UTC))
    office = make_user(session)
    association = find_organisation(session, "Association", OrganisationKind.PARTNER)
    visitor.organisation_id = association.id
    said = MandateSaid(
        association.id, "seniors", None, frozenset({Right.VISIT}),
        from_on=today, until_on=None,
    )  # fmt: skip
    grant_mandate(session, said, by=office.id, now=datetime.now(UTC))
    person = make_person(session, dwelling=dwelling, last_name=name)
    case = make_case(session, by=visitor, person=person, dwelling=dwelling, state=CaseState.VISITED)
    make_task(
        session, case, TaskKind.VISIT, what="Comme convenu", due_on=today,
        viewer=make_viewer(visitor), now=datetime.now(UTC),
    )  # fmt: skip
