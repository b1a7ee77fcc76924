"""A server in its own process and a real Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.e2e.find_chromium import find_chromium
from tests.factories import PASSWORD, QUICK_HASH, make_user
from visits.models.accounts import Role
from webapp.demo import DemoAccount, Size, load_demo
from webapp.settings import read_settings
from webapp.transaction import House, open_house

PIN = "271828"
# A list of features takes the place of Playwright's own, so that one is here too. The pop-ups of
# the address bar, which nobody sees, would cost every profile a process and a second of a core.
WITHOUT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding",
    "ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect",
    "TcpPortRandomizationWin", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled",
    "PreconnectToSearch", "WebUIOmniboxPopup", "WebUIOmniboxAimPopup",
)  # fmt: skip
CHROMIUM = [
    f"--disable-features={','.join(WITHOUT)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 20_000
START_S = 120
SMALL = Size(dwellings=900, seniors=120, targets=70)


@dataclass
class Server:
    """`palier serve` on a data folder of its own."""

    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    accounts: dict[str, DemoAccount] = field(default_factory=dict)
    # Where another release of the code stands; this one otherwise.
    release: Path | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        return os.environ | {"PALIER_DATA": str(self.data), "PALIER_BASEMAP": "none"}

    def command(self, *arguments: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "webapp.cli", *arguments], env=self.environ, check=True
        )

    def house(self) -> House:
        return open_house(read_settings(self.environ))

    def start(self) -> None:
        log = (self.data / "server.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "webapp.cli", "serve", "--port", str(self.port)],
            env=self.environ,
            cwd=self.release,
            stdout=log,
            stderr=log,
        )
        log.close()
        ends = time.monotonic() + START_S
        while time.monotonic() < ends and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        self.stop()
        raise AssertionError((self.data / "server.log").read_text())

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def add(self, role: Role, **attributes: Any) -> str:
        """Add an account with the tests' password; gives its e-mail."""
        house = self.house()
        with house.sessions.begin() as session:
            user = make_user(session, role=role, password_hash=QUICK_HASH, **attributes)
        house.engine.dispose()
        return user.email


def tablet_sign_in(page: Page, email: str, password: str = PASSWORD, *, pin: str = PIN) -> None:
    """Sign in on a tablet that nobody holds, choose its PIN, and wait for the day."""
    page.get_by_label("Adresse").fill(email)
    page.get_by_label("Mot de passe").fill(password)
    page.get_by_test_id("sign-in").click()
    choose_pin(page, pin)


def choose_pin(page: Page, pin: str = PIN) -> None:
    """Choose the PIN that a tablet asks for after its sign-in."""
    page.get_by_test_id("pin").fill(pin)
    page.get_by_test_id("pin-again").fill(pin)
    page.get_by_test_id("pin-save").click()
    expect(page.get_by_test_id("pin-save")).to_have_count(0)


def unlock(page: Page, pin: str = PIN) -> None:
    """Give the PIN that a tablet asks for at its start."""
    page.get_by_test_id("pin").fill(pin)
    page.get_by_test_id("pin-unlock").click()
    expect(page.get_by_test_id("lock-screen")).to_have_count(0)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of an empty deployment, as `palier init` leaves it, to copy."""
    server = Server(tmp_path_factory.mktemp("initialised"), free_port())
    server.command("init")
    return server.data


@pytest.fixture
def server(initialised: Path, tmp_path: Path) -> Iterator[Server]:
    """An empty deployment that serves."""
    shutil.copytree(initialised, tmp_path, dirs_exist_ok=True)
    server = Server(tmp_path, free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A small demonstration with every kind of thing in it."""
    server = Server(tmp_path_factory.mktemp("demo"), free_port())
    server.command("init")
    house = server.house()
    accounts = load_demo(house, now=datetime.now(UTC), tell=lambda _: None, size=SMALL)
    house.engine.dispose()
    server.accounts = {account.role: account for account in reversed(accounts)}
    server.start()
    yield server
    server.stop()


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
    context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris")
    context.set_default_timeout(2 * PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def office(context: BrowserContext) -> Callable[[Server, str, str], Page]:
    """Sign in to the office; every error of the page's console fails the test."""

    def sign_in(server: Server, email: str, password: str = PASSWORD) -> Page:
        page = context.new_page()
        page.on("pageerror", _fail)
        context.clear_cookies()
        page.goto(f"{server.url}/sign-in")
        page.fill("#email", email)
        page.fill("#password", password)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: "sign-in" not in url)
        return page

    return sign_in


def _fail(error: Any) -> None:
    raise AssertionError(f"the page has an error: {error}")
