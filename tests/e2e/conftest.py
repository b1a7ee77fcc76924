"""A server in its own process and a real Chromium."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.e2e.find_chromium import CHROMIUM, find_chromium
from tests.e2e.profiles import PATIENCE_MS, fresh_profile
from tests.e2e.round import Round, open_round, signed_in
from tests.e2e.server import Server, free_port
from tests.factories import PASSWORD
from tests.made_once import made_once
from webapp.demo import DemoAccount, Size, load_demo

SMALL = Size(dwellings=900, seniors=120, targets=70)
ACCOUNTS = "accounts.json"


@pytest.fixture
def server(initialised: Path, tmp_path: Path) -> Iterator[Server]:
    """An empty deployment that serves."""
    shutil.copytree(initialised, tmp_path, dirs_exist_ok=True)
    server = Server(tmp_path, free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def demo(initialised: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A small demonstration with every kind of thing in it."""

    def make(data: Path) -> None:
        shutil.copytree(initialised, data, dirs_exist_ok=True)
        house = _without_second_factor(data).house()
        accounts = load_demo(house, now=datetime.now(UTC), tell=lambda _: None, size=SMALL)
        house.engine.dispose()
        (data / ACCOUNTS).write_text(json.dumps([asdict(account) for account in accounts]))

    data = tmp_path_factory.mktemp("demo")
    shutil.copytree(made_once(tmp_path_factory, "demo", make), data, dirs_exist_ok=True)
    server = _without_second_factor(data)
    accounts = [DemoAccount(**said) for said in json.loads((data / ACCOUNTS).read_text())]
    server.accounts = {account.role: account for account in reversed(accounts)}
    server.start()
    yield server
    server.stop()


def _without_second_factor(data: Path) -> Server:
    """Serve as `palier demo` does."""
    return Server(data, free_port(), settings={"PALIER_SECOND_FACTOR": "none"})


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """One Playwright a process; a busy machine is slow, not wrong."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for all tests of a process."""
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM)
    yield browser
    browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh French profile."""
    with fresh_profile(browser) as context:
        yield context


@pytest.fixture(scope="module")
def day(
    request: pytest.FixtureRequest, initialised: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Round]:
    """A visitor's day: a home for each of the module's NAMES; PROGRAMMES if not of seniors."""
    data = tmp_path_factory.mktemp("day")
    shutil.copytree(initialised, data, dirs_exist_ok=True)
    programmes = getattr(request.module, "PROGRAMMES", {})
    with open_round(data, request.module.NAMES, programmes=programmes) as day:
        yield day


@pytest.fixture
def tablet(day: Round, context: BrowserContext) -> Page:
    """A fresh tablet, signed in."""
    return signed_in(context, day)


@pytest.fixture
def office(context: BrowserContext) -> Callable[[Server, str, str], Page]:
    """Sign in to the office."""

    def sign_in(server: Server, email: str, password: str = PASSWORD) -> Page:
        page = context.new_page()
        context.clear_cookies()
        page.goto(f"{server.url}/sign-in")
        page.fill("#email", email)
        page.fill("#password", password)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: "sign-in" not in url)
        return page

    return sign_in
