"""The tablet app in a Chromium whose processor is slowed four times, as a cheap tablet's is."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

from playwright.sync_api import BrowserContext, CDPSession, Locator, Page, expect, sync_playwright

from benchmarks.bench import Bench
from benchmarks.databases import Database
from benchmarks.figures import Figure, figure
from benchmarks.long_form import publish_long_form
from benchmarks.server import environ_of, running
from tests.e2e.find_chromium import CHROMIUM, find_chromium
from tests.e2e.tablet import tablet_sign_in, unlock
from tests.factories import PASSWORD, make_case, make_user, make_visit
from visits.forms.published import publish_form
from visits.models.accounts import Role
from webapp.access.setting_up import hash_of
from webapp.frame.settings import Settings
from webapp.frame.transaction import open_house

SLOWED = 4
STARTS, OPENINGS, CHANGES = 5, 6, 20
VISITS, PHOTOS = 20, 10
QUESTIONS = (40, 400)
FORM = "home_visit"  # what the programme asks for: the long forms stand in for it
EMAIL = "visiteuse@palier.example"

SINCE_START = "(selector) => document.querySelector(selector) && performance.now()"
# From a tap to the first picture with a question on it.
TIME_OPENING = """() => {
  delete window.shown
  const tap = () => { window.tapped = performance.now() }
  addEventListener('click', tap, { capture: true, once: true })
  const seen = new MutationObserver(() => {
    if (!document.querySelector('.question')) return
    seen.disconnect()
    requestAnimationFrame(() => { window.shown = performance.now() - window.tapped })
  })
  seen.observe(document.body, { childList: true, subtree: true })
}"""
# What the browser itself measured from a tap to the next picture; under 16 ms it reports nothing.
OBSERVE = """() => {
  const before = window.taps
  window.taps = []
  if (before) return
  new PerformanceObserver((list) => {
    const taps = list.getEntries().filter((entry) => entry.name === 'click')
    window.taps.push(...taps.map((entry) => entry.duration))
  }).observe({ type: 'event', durationThreshold: 16 })
}"""
UNSEEN_MS = 16.0
# A camera's picture, made in the page: a driver's own way would keep each one in memory.
TAKE_PHOTO = """async () => {
  const canvas = new OffscreenCanvas(1600, 1200)
  const pen = canvas.getContext('2d')
  for (let at = 0; at < 900; at++) {
    pen.fillStyle = `hsl(${Math.random() * 360} 60% 60%)`
    pen.fillRect(Math.random() * 1600, Math.random() * 1200, 90, 90)
  }
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.8 })
  const taken = new DataTransfer()
  taken.items.add(new File([blob], 'image.jpg', { type: 'image/jpeg' }))
  const input = document.querySelector('[data-testid=photo-add]')
  input.files = taken.files
  input.dispatchEvent(new Event('change', { bubbles: true }))
}"""


def measure_tablet(bench: Bench) -> Iterator[Figure]:
    """Milliseconds to start offline, to open a form, to answer; memory after many visits."""
    for questions in QUESTIONS:
        with bench.databases.deployment(Database.SQLITE) as settings:
            _prepare(settings, questions)
            with running(environ_of(settings)) as server, _browser() as context:
                page = _signed_in(context, server.url)
                if questions == QUESTIONS[0]:
                    yield _offline_starts(context, page)
                yield from _form(page, questions)
                if questions == QUESTIONS[0]:
                    yield _memory(page)


def _prepare(settings: Settings, questions: int) -> None:
    """Give a visitor her day: visits whose form has that many questions, and photos."""
    house, now = open_house(settings), datetime.now(UTC)
    hashed = hash_of(house, PASSWORD)
    with house.sessions.begin() as session:
        visitor = make_user(session, role=Role.VISITOR, email=EMAIL, password_hash=hashed)
        form = publish_long_form(questions, in_repeat=0, form_id=FORM, photos=True)
        publish_form(session, form, by=None, now=now)
        for number in range(VISITS):
            case = make_case(session, by=visitor)
            start = now + timedelta(minutes=number)
            make_visit(session, case=case, visitor=visitor, start_at=start)
    house.engine.dispose()


@contextmanager
def _browser() -> Iterator[BrowserContext]:
    with ExitStack() as closing:
        playwright = closing.enter_context(sync_playwright())
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM)
        closing.callback(chromium.close)
        yield chromium.new_context(locale="fr-FR", viewport={"width": 1280, "height": 800})


def _signed_in(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(f"{url}/tablet/")
    tablet_sign_in(page, EMAIL)
    expect(page.get_by_test_id("day-visit")).to_have_count(VISITS)
    expect(page.get_by_text("n’est pas encore sur la tablette")).to_have_count(0)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    return page


def _slow(page: Page) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    return session


def _offline_starts(context: BrowserContext, first: Page) -> Figure:
    """Time from nothing to the screen that asks for the PIN."""
    context.set_offline(True)
    samples = []
    for _ in range(STARTS):
        page = context.new_page()
        _slow(page)
        page.goto(first.url)
        samples.append(_shown(page, "[data-testid=pin]"))
        page.close()
    context.set_offline(False)
    return figure("tablet: start offline", samples, unit="ms", cpu=f"1/{SLOWED}")


def _shown(page: Page, selector: str) -> float:
    return float(page.wait_for_function(SINCE_START, arg=selector).json_value())


def _form(page: Page, questions: int) -> Iterator[Figure]:
    page.reload()
    unlock(page)
    slowed = _slow(page)
    page.wait_for_timeout(4_000)  # a visitor reads her day; the form engine starts meanwhile
    opened, taps = [], []
    for number in range(OPENINGS):
        page.get_by_test_id("day-visit").nth(number).get_by_test_id("start-visit").click()
        page.evaluate(TIME_OPENING)
        page.get_by_test_id("begin-visit").click()
        page.wait_for_function("() => window.shown !== undefined")
        opened.append(float(page.evaluate("() => window.shown")))
        taps += _taps(page)
        _back_to_day(page)
    slowed.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    what = f"tablet: {questions} questions"
    yield figure(f"{what}, first page", opened, unit="ms", cpu=f"1/{SLOWED}")
    yield figure(f"{what}, an answer", taps, unit="ms", cpu=f"1/{SLOWED}")


def _taps(page: Page) -> list[float]:
    """Answer the choices of the first page over and over.

    With the bare mouse: a driver's click on an element listens in the page, and would be counted.
    """
    page.evaluate(OBSERVE)
    # From answer to answer, none of which hides the others.
    places = [_middle(page.locator("label.choice").nth(at)) for at in (0, 2)]
    for number in range(CHANGES):
        page.mouse.click(*places[number % 2])
        page.wait_for_timeout(60)
    seen = [float(each) for each in page.evaluate("() => window.taps")]
    return seen + [UNSEEN_MS] * max(CHANGES - len(seen), 0)


def _middle(choice: Locator) -> tuple[float, float]:
    box = choice.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _back_to_day(page: Page) -> None:
    page.get_by_test_id("back-to-hub").click()
    page.get_by_test_id("back-to-day").click()
    expect(page.get_by_test_id("day-visit")).to_have_count(VISITS)


def _memory(page: Page) -> Figure:
    """Take ten photos in each visit; the script memory that stays, visit after visit."""
    session = page.context.new_cdp_session(page)
    samples = []
    for number in range(VISITS):
        page.get_by_test_id("day-visit").nth(number).get_by_test_id("start-visit").click()
        page.get_by_test_id("begin-visit").click()
        page.get_by_test_id("contents").get_by_role("button").last.click()
        for taken in range(PHOTOS):
            page.evaluate(TAKE_PHOTO)
            expect(page.get_by_test_id("photo")).to_have_count(taken + 1)
        _back_to_day(page)
        session.send("HeapProfiler.collectGarbage")
        samples.append(session.send("Runtime.getHeapUsage")["usedSize"] / 1e6)
    what = f"tablet: memory, {VISITS} visits of {PHOTOS} photos"
    first, last = round(samples[0], 1), round(samples[-1], 1)
    return figure(what, samples, unit="MB", first=first, last=last)
