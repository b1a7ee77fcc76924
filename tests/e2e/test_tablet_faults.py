"""Whatever fails (browser, server, network, a new version), nothing shown as saved is lost."""

import contextlib
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Error, Locator, Page, Playwright, expect

from tests.e2e.endurance import Endurance, endure
from tests.e2e.line import LineFault, open_line
from tests.e2e.plans import Plan, plans
from tests.e2e.release import make_release
from tests.e2e.round import QUIET, Round, add_photos, begin, choose, picture, saved
from tests.e2e.tablet import Tablet, open_tablet, unlock
from tests.e2e.tally import Tally

pytestmark = pytest.mark.browser

SEED = 57
ENDURED = plans(4, random.Random(SEED))
# One kill each, the moment drawn at random; `make endurance` kills in the midst of hundreds.
MIDST = ("typing", "turning", "photo", "finishing", "sending")
KILLS = [(midst, f"K{at}") for at, midst in enumerate(MIDST)]
PROGRAMMES = {plan.name: plan.programme for plan in ENDURED}
NAMES = ("UPDATE", "EARLY", *(name for _, name in KILLS), *(plan.name for plan in ENDURED))


@pytest.fixture(scope="module")
def hand(
    day: Round, playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Endurance]:
    """A visitor's hand on one tablet, whose browser dies in each test."""
    profile = tmp_path_factory.mktemp("profile")
    with open_line(day.server.port) as (line, url), open_tablet(playwright, profile, url) as tablet:
        tablet.sign_in(day.visitor)
        yield Endurance(day, line, tablet, Tally(SEED), random.Random())


SCRIPT = "() => new URL(document.querySelector('script[type=module]').src).pathname"
LOOK_FOR_UPDATE = """() => {
    void navigator.serviceWorker.getRegistration('/tablet/').then(found => found.update())
}"""
WAITING = """async () => {
    const registration = await navigator.serviceWorker.getRegistration('/tablet/')
    return registration?.waiting !== null
}"""


@dataclass
class Doing:
    """Something done over and over until the browser dies in the midst of it."""

    tablet: Tablet

    def until_killed(self, what: Callable[[int], str], *, after: float) -> list[str]:
        """Do it until the kill; gives what the screen had called saved by then."""
        timer = threading.Timer(after, self.tablet.kill)
        timer.start()
        done, kept = list[str](), list[str]()
        try:
            for at in range(1000):
                done.append(what(at))
                if at % 8 == 7:  # a hand that never rests is never told
                    saved(self.tablet.page)
                if (
                    self.tablet.page.get_by_test_id("save-state").get_attribute("data-state")
                    == "saved"
                ):
                    kept = list(done)
        except (Error, AssertionError):
            timer.join()
        assert self.tablet.killed_at is not None, "the browser outlived the test"
        return kept


def _to_page(page: Page, title: str) -> None:
    page.get_by_test_id("contents").get_by_text(title).first.click()
    expect(page.get_by_test_id("page-title")).to_contain_text(title)


def _comment(page: Page) -> Locator:
    return page.get_by_test_id("question-comment").locator("textarea, input")


def _begin(page: Page, name: str) -> None:
    begin(page, name)
    choose(page, "visit_agreed", "Oui")
    choose(page, "health_agreed", "Non")


def _resume(tablet: Tablet, name: str) -> Page:
    page = tablet.resume()
    page.get_by_test_id("day-visit").filter(has_text=name).get_by_test_id("start-visit").click()
    page.get_by_test_id("begin-visit").click()
    expect(page.get_by_test_id("page-title")).to_be_visible()
    return page


def _killed_typing(hand: Endurance, name: str, after: float) -> None:
    page = hand.page
    _begin(page, name)
    _to_page(page, "Bilan")
    _comment(page).focus()

    def type_one(at: int) -> str:
        page.keyboard.type("abcdefghij"[at % 10])
        return "abcdefghij"[at % 10]

    kept = Doing(hand.tablet).until_killed(type_one, after=after)
    page = _resume(hand.tablet, name)
    expect(page.get_by_test_id("page-title")).to_contain_text("Bilan")
    found = _comment(page).input_value()
    assert found.startswith("".join(kept))
    assert ("abcdefghij" * 100).startswith(found)


def _killed_turning(hand: Endurance, name: str, after: float) -> None:
    page = hand.page
    _begin(page, name)
    answers = [
        (title, question, label)
        for title in ("Logement", "Pièce", "Sécurité", "Entourage")
        for question, label in QUIET[title]
    ]

    def answer_one(at: int) -> str:
        if at >= len(answers):
            page.wait_for_timeout(50)
            return ""
        title, question, label = answers[at]
        _to_page(page, title)
        choose(page, question, label)
        return question

    kept = Doing(hand.tablet).until_killed(answer_one, after=after)
    page = _resume(hand.tablet, name)
    for title, question, label in answers:
        if question in kept:
            _to_page(page, title)
            asked = page.get_by_test_id(f"question-{question}")
            expect(asked.get_by_role("radio", name=label, exact=True)).to_be_checked()


def _killed_with_photos(hand: Endurance, name: str, after: float) -> None:
    page = hand.page
    _begin(page, name)
    _to_page(page, "Pièce")
    pictures = [picture(page, number) for number in range(8)]

    def add_one(at: int) -> str:
        if at < len(pictures):
            add_photos(page, [pictures[at]])
            page.get_by_test_id("photo").nth(at).wait_for()
        page.wait_for_timeout(50)
        return "photo" if at < len(pictures) else ""

    kept = Doing(hand.tablet).until_killed(add_one, after=after)
    page = _resume(hand.tablet, name)
    expect(page.get_by_test_id("page-title")).to_contain_text("Pièce")
    photos = page.get_by_test_id("photo").locator("img")
    assert photos.count() >= kept.count("photo")
    for photo in photos.all():
        expect(photo).not_to_have_js_property("naturalWidth", 0)


def _killed_finishing(hand: Endurance, name: str, after: float) -> None:
    plan = Plan(name)
    begin(hand.page, name)
    choose(hand.page, "visit_agreed", "Non")
    hand.page.get_by_test_id("finish").click()
    hand.page.get_by_test_id("confirm-finish").wait_for()
    timer = threading.Timer(after / 8, hand.tablet.kill)
    timer.start()
    with contextlib.suppress(Error):
        hand.page.get_by_test_id("confirm-finish").click()
        hand.page.wait_for_timeout(1_000)
    timer.join()
    hand.make(plan)
    _arrives_once(hand, plan)


def _killed_sending(hand: Endurance, name: str, after: float) -> None:
    slow = (LineFault.ANSWER_HELD, LineFault.ANSWER_HELD)
    plan = Plan(name, full=True, photos=3, word=f"said in {name}", line=slow)
    hand.make(plan)
    timer = threading.Timer(after, hand.tablet.kill)
    timer.start()
    with contextlib.suppress(Error):
        hand.page.wait_for_timeout(3_000)
    timer.join()
    _arrives_once(hand, plan)


def _arrives_once(hand: Endurance, plan: Plan) -> None:
    hand.settle()
    (kept,) = hand.day.submissions(plan.name)
    assert plan.word.encode() in kept.xml
    photos = [file.sha256 for file in kept.files if file.media_type == "image/jpeg"]
    assert len(photos) == len(set(photos)) == plan.photos


KILLED = {
    "typing": _killed_typing,
    "turning": _killed_turning,
    "photo": _killed_with_photos,
    "finishing": _killed_finishing,
    "sending": _killed_sending,
}


@pytest.mark.parametrize(("midst", "name"), KILLS)
def test_a_browser_killed_in_the_midst_of_it_loses_nothing(
    hand: Endurance, midst: str, name: str
) -> None:
    after = hand.chance.uniform(0.5, 2)
    KILLED[midst](_on_its_day(hand), name, after)
    assert hand.tally.stumbles == hand.tablet.errors == []


def _on_its_day(hand: Endurance) -> Endurance:
    if hand.tablet.killed_at is not None:
        hand.tablet.resume()
    hand.go_to_day()
    hand.tally = Tally(SEED)
    return hand


def test_a_draft_saved_before_the_agreement_keeps_its_first_room(hand: Endurance) -> None:
    page = _on_its_day(hand).page
    begin(page, "EARLY")
    page.reload()
    unlock(page)
    choose(page, "visit_agreed", "Oui")
    choose(page, "health_agreed", "Non")
    _to_page(page, "Pièce")
    expect(page.get_by_test_id("question-room_kind")).to_be_visible()


def test_a_new_version_waits_until_the_visit_is_left_and_breaks_no_draft(
    hand: Endurance, day: Round, tmp_path: Path
) -> None:
    page = _on_its_day(hand).page
    _begin(page, "UPDATE")
    _to_page(page, "Bilan")
    _comment(page).fill("avant")
    before = page.evaluate(SCRIPT)
    day.server.stop()
    day.server.release = make_release(tmp_path)
    day.server.start()
    # Looked for while the app runs: one found before its start is put in place at once.
    page.evaluate(LOOK_FOR_UPDATE)
    page.wait_for_function(WAITING)
    page.evaluate("globalThis.sameStart = true")
    _comment(page).fill("avant, et pendant")
    page.wait_for_timeout(1_000)
    assert page.evaluate("globalThis.sameStart") is True
    expect(page.get_by_test_id("update-now")).to_have_count(0)
    hand.go_to_day()
    expect(page.get_by_test_id("update-now")).to_be_visible()
    expect(page.get_by_text("Une nouvelle version est prête")).to_be_visible()
    assert page.evaluate(SCRIPT) == before
    hand.tablet.close()
    page = _resume(hand.tablet, "UPDATE")
    assert page.evaluate(SCRIPT) == "/tablet/assets/index-LATER.js"
    expect(page.get_by_text("L’application a été mise à jour")).to_be_visible()
    expect(_comment(page)).to_have_value("avant, et pendant")
    assert hand.tablet.errors == []


def test_a_few_random_visits_under_random_faults_lose_and_double_nothing(
    day: Round, playwright: Playwright
) -> None:
    tally = endure(playwright, day, ENDURED, seed=SEED)
    assert tally.good, f"{tally}"
    assert tally.faults.total() > 0
