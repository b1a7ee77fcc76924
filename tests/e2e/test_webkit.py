"""A visit in WebKit, the engine of every iPad: `make webkit`.

There is no switch for the network here: the server goes away instead.
"""

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service
from sqlalchemy import func, select

from tests.e2e.server import Server
from tests.e2e.tablet import PIN
from tests.factories import PASSWORD, make_case, make_visit
from visits.accounts.accounts import find_user
from visits.models.accounts import Role
from visits.models.visits import Submission, SubmissionState

pytestmark = [
    pytest.mark.browser,
    pytest.mark.webkit,
    # Selenium's own way of starting WebKit is one it warns of.
    pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning"),
]

DRIVER = Path("/usr/bin/WebKitWebDriver")
PATIENCE = 120
DISPLAY = ":97"


@pytest.fixture
def webkit() -> Iterator[webdriver.WebKitGTK]:
    """A WebKit on a display of its own."""
    options = Options()
    options.add_argument("--automation")
    with subprocess.Popen(["Xvfb", DISPLAY, "-screen", "0", "1280x900x24"]) as screen:
        service = Service(str(DRIVER), env=os.environ | {"DISPLAY": DISPLAY})
        try:
            driver = webdriver.WebKitGTK(options=options, service=service)
            yield driver
            driver.quit()
        finally:
            screen.terminate()


def plan(server: Server, email: str) -> None:
    house, now = server.house(), datetime.now(UTC)
    with house.sessions.begin() as session:
        visitor = find_user(session, email)
        assert visitor is not None
        case = make_case(session, by=visitor)
        start = now + timedelta(hours=1)
        make_visit(session, case=case, visitor=visitor, start_at=start)
    house.engine.dispose()


def arrived(server: Server) -> int:
    house = server.house()
    with house.sessions() as session:
        whole = Submission.state != SubmissionState.INCOMPLETE
        count = session.scalar(select(func.count()).select_from(Submission).where(whole))
    house.engine.dispose()
    return count or 0


def test_a_visit_survives_a_dead_network_and_a_closed_app(
    server: Server, webkit: webdriver.WebKitGTK
) -> None:
    email = server.add(Role.VISITOR, name="Nadia Benali")
    plan(server, email)

    def one(name: str) -> WebElement:
        where = (By.CSS_SELECTOR, f"[data-testid='{name}']")
        return WebDriverWait(webkit, PATIENCE).until(lambda page: page.find_element(*where))

    def unlock() -> None:
        one("pin").send_keys(PIN)
        one("pin-unlock").click()

    webkit.get(f"{server.url}/tablet/")
    one("sign-in")
    for field, typed in zip(
        webkit.find_elements(By.TAG_NAME, "input"), (email, PASSWORD), strict=False
    ):
        field.send_keys(typed)
    one("sign-in").click()
    one("pin").send_keys(PIN)
    one("pin-again").send_keys(PIN)
    one("pin-save").click()
    one("start-visit")
    ready = "return navigator.serviceWorker.controller !== null"
    WebDriverWait(webkit, PATIENCE).until(lambda page: page.execute_script(ready))
    WebDriverWait(webkit, PATIENCE).until(
        lambda page: "pas encore sur la tablette" not in page.find_element(By.TAG_NAME, "body").text
    )

    server.stop()
    webkit.get(f"{server.url}/tablet/")  # the app starts from the tablet itself
    unlock()
    one("start-visit").click()
    one("begin-visit").click()
    one("question-visit_agreed").find_element(By.CSS_SELECTOR, "input[value=no]").click()
    saved = (By.CSS_SELECTOR, "[data-testid=save-state][data-state=saved]")
    WebDriverWait(webkit, PATIENCE).until(lambda page: page.find_element(*saved))
    webkit.get("about:blank")
    webkit.get(f"{server.url}/tablet/")
    unlock()
    one("start-visit").click()
    one("begin-visit").click()
    kept = one("question-visit_agreed").find_element(By.CSS_SELECTOR, "input[value=no]")
    assert kept.is_selected()
    for question in webkit.find_elements(By.CSS_SELECTOR, ".question"):
        if not question.find_elements(By.CSS_SELECTOR, "input:checked"):
            choice = question.find_elements(By.CSS_SELECTOR, "input[type=radio]")
            if choice:
                choice[0].click()
    one("finish").click()
    one("confirm-finish").click()
    one("outbox-status")
    assert arrived(server) == 0

    server.start()
    one("send-now").click()
    WebDriverWait(webkit, PATIENCE).until(lambda _: arrived(server) == 1)
    done = (By.CSS_SELECTOR, "[data-testid=outbox-item][data-state=checked]")
    WebDriverWait(webkit, PATIENCE).until(lambda page: page.find_elements(*done))
