"""A follow-up asked during a call: begun at the desk, filled in on the office's screen, sent."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Page, expect
from sqlalchemy import select

from diagnostics.form import parse_form
from tests.e2e.filling import Filler
from tests.e2e.layout import overflow, violations
from tests.e2e.server import Server
from tests.factories import make_case, make_viewer
from visits.cases.tasks import make_task
from visits.forms.published import current_form
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import Role, User
from visits.models.cases import CaseState, Task, TaskKind, TaskState
from visits.models.visits import Visit, VisitChannel, VisitState

Office = Callable[[Server, str], Page]
SAID = {"channel": "phone", "reached": "yes", "follow_up_agreed": "yes", "health_agreed": "no"}

pytestmark = pytest.mark.browser


def test_a_follow_up_is_filled_in_during_a_call(
    server: Server, office: Office, context: BrowserContext
) -> None:
    caller = server.add(Role.COORDINATOR, name="Claire Vasseur")
    case_id, task_id = _somebody_to_ask(server, caller)
    page = office(server, caller)
    page.goto(f"{server.url}/desk/{case_id}")
    # What is noted here is kept in none of the browser's own files.
    expect(page.locator("form:not([autocomplete=off])")).to_have_count(0)
    page.locator("#asked button").click()
    page.wait_for_url("**/by-phone/*")
    form = page.frame_locator("iframe")
    seen = _look(page)

    form.get_by_test_id("next").click()  # nothing is answered yet: each gap is said in words
    expect(form.locator("[data-testid=fault-summary]")).to_be_visible()
    _answer(form, "reached", "yes")
    expect(form.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    _goes_on_in_another_tab_only_knowingly(context, page, form)
    page.reload()  # what was answered is there again
    expect(form.locator("[data-testid=question-reached] input[value=yes]")).to_be_checked()
    assert _names_kept(page) == ["palier-calls"]

    _fill(server, form)
    seen += _look(page)
    context.set_offline(True)
    form.get_by_test_id("confirm-finish").click()
    expect(form.locator("main [role=alert]")).to_contain_text("Le serveur ne répond pas")
    context.set_offline(False)
    form.get_by_test_id("confirm-finish").click()
    page.wait_for_url(f"**/desk/{case_id}")
    expect(page.locator("body")).to_contain_text("Le formulaire est gardé")
    assert seen == []
    _is_done(server, task_id)


def _somebody_to_ask(server: Server, caller: str) -> tuple[uuid.UUID, uuid.UUID]:
    house, now = server.house(), datetime.now(UTC)
    with house.sessions.begin() as session:
        user = session.scalars(select(User).where(User.email == caller)).one()
        case = make_case(session, by=user, state=CaseState.VISITED)
        task = make_task(
            session, case, TaskKind.VISIT, what="Point à six mois", visit_kind="follow_up",
            due_on=today_in_paris(now), viewer=make_viewer(user), now=now,
        )  # fmt: skip
        found = case.id, task.id
    house.engine.dispose()
    return found


def _goes_on_in_another_tab_only_knowingly(
    context: BrowserContext, page: Page, form: FrameLocator
) -> None:
    tab = context.new_page()
    tab.goto(page.url)
    there = tab.frame_locator("iframe")
    expect(there.get_by_test_id("elsewhere")).to_contain_text("autre onglet de ce navigateur")
    there.get_by_test_id("take-here").click()
    expect(there.locator("[data-testid=question-reached] input[value=yes]")).to_be_checked()
    expect(form.get_by_test_id("elsewhere")).to_contain_text("continue dans un autre onglet")
    tab.close()


def _answer(form: FrameLocator, name: str, value: str) -> None:
    form.locator(f"[data-testid=question-{name}] input[value={value}]").check(force=True)


def _fill(server: Server, form: FrameLocator) -> None:
    house = server.house()
    with house.sessions() as session:
        parsed = parse_form(current_form(session, "follow_up_1_6_12").xform)
    house.engine.dispose()
    filler = Filler(form, parsed, lambda: b"", said=SAID)
    filler.fill()
    filler.finish()


def _names_kept(page: Page) -> list[str]:
    named: list[str] = page.frames[-1].evaluate(
        "async () => (await indexedDB.databases()).map((one) => one.name)"
    )
    return named


def _look(page: Page) -> list[str]:
    found = violations(page)
    for width, height in ((1280, 800), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        if overflow(page):
            found.append(f"{page.url}: {overflow(page)} pixels too wide at {width}")
        within = page.frames[-1].evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if within:
            found.append(f"the form: {within} pixels too wide at {width}")
    page.set_viewport_size({"width": 1280, "height": 800})
    return found


def _is_done(server: Server, task_id: uuid.UUID) -> None:
    house = server.house()
    with house.sessions() as session:
        task = session.get_one(Task, task_id)
        visit = session.get_one(Visit, task.visit_id)
        assert task.state is TaskState.DONE
        assert (visit.channel, visit.state) == (VisitChannel.PHONE, VisitState.DONE)
    house.engine.dispose()
