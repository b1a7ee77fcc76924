"""A tablet with a memory of its own: its browser may die at any moment and starts again on it."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from playwright.sync_api import BrowserContext, Error, Page, Playwright, expect

from tests.e2e.find_chromium import CHROMIUM, find_chromium
from tests.e2e.frames import keep_drawn
from tests.factories import PASSWORD

PIN = "271828"


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


def send_now(page: Page) -> None:
    """Tap "Send now", unless the tablet began by itself when it heard the network again."""
    page.evaluate("document.querySelector('[data-testid=send-now]')?.click()")


def unlock(page: Page, pin: str = PIN) -> None:
    """Give the PIN that a tablet asks for at its start."""
    page.get_by_test_id("pin").fill(pin)
    page.get_by_test_id("pin-unlock").click()
    expect(page.get_by_test_id("lock-screen")).to_have_count(0)


@dataclass
class Tablet:
    """Chromium on a persistent profile; what its pages complain of is kept."""

    playwright: Playwright
    profile: Path
    url: str
    errors: list[str] = field(default_factory=list)
    killed_at: float | None = None
    offline: bool = False
    _context: BrowserContext | None = None
    _page: Page | None = None
    _process: psutil.Process | None = None

    @property
    def context(self) -> BrowserContext:
        assert self._context is not None
        return self._context

    @property
    def page(self) -> Page:
        assert self._page is not None
        return self._page

    def start(self) -> Page:
        """Start the browser, on the app's first page."""
        self.close()
        self._context = self.playwright.chromium.launch_persistent_context(
            self.profile,
            executable_path=find_chromium(),
            args=[*CHROMIUM, "--hide-crash-restore-bubble"],
            locale="fr-FR",
            timezone_id="Europe/Paris",
            reduced_motion="reduce",
        )
        keep_drawn(self._context)
        self.killed_at = None
        self._process = self._find_process()
        self._page = self._context.pages[0]
        self._page.bring_to_front()  # a page behind another one draws nothing, and waits for ever
        self._context.set_offline(self.offline)
        self._context.set_default_timeout(40_000)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{self.url}/tablet/")
        return self.page

    def sign_in(self, email: str) -> None:
        """Sign in for the first time, and wait until the day can go on without a network."""
        tablet_sign_in(self.page, email)
        expect(self.page.get_by_test_id("day-visit").first).to_be_visible()
        self.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        expect(self.page.get_by_text("n’est pas encore sur la tablette")).to_have_count(0)

    def resume(self) -> Page:
        """Start again after a death, and give the PIN."""
        page = self.start()
        unlock(page)
        return page

    def go_offline(self, offline: bool) -> None:
        self.offline = offline
        self.context.set_offline(offline)

    def kill(self) -> bool:
        """Kill the browser and all it started, as an empty battery does; false when it was dead."""
        process = self._process  # somebody may start the next one meanwhile
        if process is None or self.killed_at is not None:
            return False
        with contextlib.suppress(psutil.NoSuchProcess):
            children = process.children(recursive=True)
            self.killed_at = time.monotonic()
            process.kill()
            for child in children:
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
            psutil.wait_procs([process, *children], timeout=120)
        return True

    def close(self) -> None:
        if self._context is not None:
            with contextlib.suppress(Error):
                self._context.close()
        self._context = self._process = None

    def _find_process(self) -> psutil.Process:
        ours = f"--user-data-dir={self.profile}"
        found = [
            child
            for child in psutil.Process().children(recursive=True)
            if ours in _command(child) and not any("--type=" in word for word in _command(child))
        ]
        return found[0]


@contextlib.contextmanager
def open_tablet(playwright: Playwright, profile: Path, url: str) -> Iterator[Tablet]:
    """Switch on a tablet that nobody has held yet."""
    tablet = Tablet(playwright, profile, url)
    tablet.start()
    try:
        yield tablet
    finally:
        tablet.close()


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
