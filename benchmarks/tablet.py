"""The tablet app in a Chromium whose processor is slowed four times, as a cheap tablet's is."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from statistics import median

from playwright.sync_api import BrowserContext, CDPSession, Page, sync_playwright

from benchmarks.bench import Bench
from benchmarks.databases import Database
from benchmarks.figures import Figure, figure
from benchmarks.long_form import publish_long_form
from benchmarks.server import environ_of, running
from tests.e2e.conftest import CHROMIUM, PASSWORD
from tests.e2e.find_chromium import find_chromium
from tests.factories import make_user
from visits.models.accounts import Role
from visits.published_forms import publish_form
from webapp.setting_up import hash_of, open_house
from webapp.settings import Settings

SLOWED = 4
OPENINGS, CHANGES = 5, 24
QUESTIONS = (40, 400)
EMAIL = "coordinatrice@palier.example"

# What the browser itself measured from a tap to the next picture; under 16 ms it reports nothing.
OBSERVE = """() => {
  window.taps = []
  new PerformanceObserver((list) => {
    const taps = list.getEntries().filter((entry) => entry.name === 'click')
    window.taps.push(...taps.map((entry) => entry.duration))
  }).observe({ type: 'event', durationThreshold: 16 })
}"""
UNSEEN_MS = 16.0
SINCE_START = "(selector) => document.querySelector(selector) && performance.now()"


def measure_tablet(bench: Bench) -> Iterator[Figure]:
    """Milliseconds to start offline, to open a form, to answer a question."""
    with bench.databases.deployment(Database.SQLITE) as settings:
        _prepare(settings)
        with running(environ_of(settings)) as server, _browser() as context:
            yield _offline_start(context, server.url)
            _sign_in(context, server.url)
            for questions in QUESTIONS:
                yield from _form(context, server.url, questions)


def _prepare(settings: Settings) -> None:
    house = open_house(settings)
    hashed = hash_of(house, PASSWORD)
    with house.sessions.begin() as session:
        by = make_user(session, role=Role.COORDINATOR, email=EMAIL, password_hash=hashed)
        for questions in QUESTIONS:
            form = publish_long_form(questions, in_repeat=0)
            publish_form(session, form, by=by.id, now=datetime.now(UTC))
    house.engine.dispose()


@contextmanager
def _browser() -> Iterator[BrowserContext]:
    with ExitStack() as closing:
        playwright = closing.enter_context(sync_playwright())
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM)
        closing.callback(chromium.close)
        size = {"width": 1280, "height": 800}
        yield chromium.new_context(locale="fr-FR", viewport=size)  # type: ignore[arg-type]


def _slow(page: Page) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    return session


def _offline_start(context: BrowserContext, url: str) -> Figure:
    page = context.new_page()
    page.goto(f"{url}/tablet/")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    context.set_offline(True)
    samples = []
    for _ in range(OPENINGS):
        page.close()
        page = context.new_page()
        _slow(page)
        page.goto(f"{url}/tablet/")
        samples.append(_shown(page, "[data-testid=sign-in]"))
    context.set_offline(False)
    page.close()
    return figure("tablet: start offline", samples, unit="ms", cpu=f"1/{SLOWED}")


def _shown(page: Page, selector: str) -> float:
    return float(page.wait_for_function(SINCE_START, arg=selector).json_value())


def _sign_in(context: BrowserContext, url: str) -> None:
    page = context.new_page()
    page.goto(f"{url}/sign-in")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda address: "sign-in" not in address)
    page.close()


def _form(context: BrowserContext, url: str, questions: int) -> Iterator[Figure]:
    opened, taps = [], []
    for _ in range(OPENINGS):
        page = context.new_page()
        _slow(page)
        page.goto(f"{url}/tablet/?language=fr#/preview/long_{questions}/1")
        opened.append(_shown(page, "[data-testid=page-title]"))
        taps += _taps(page)
        page.close()
    what = f"tablet: {questions} questions"
    yield figure(f"{what}, app and first page", opened, unit="ms", cpu=f"1/{SLOWED}")
    yield figure(f"{what}, an answer", taps, unit="ms", cpu=f"1/{SLOWED}", median=median(taps))


def _taps(page: Page) -> list[float]:
    """Answer the choices of the first page over and over."""
    page.evaluate(OBSERVE)
    options = page.locator("label.choice")
    for number in range(CHANGES):
        # From answer to answer, none of which hides the others.
        options.nth((number % 2) * 2).click()
        page.wait_for_timeout(60)
    seen = [float(each) for each in page.evaluate("() => window.taps")]
    return seen + [UNSEEN_MS] * max(CHANGES - len(seen), 0)
