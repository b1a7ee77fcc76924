"""Random visits under random faults, and what became of them: `make endurance`."""

import argparse
import contextlib
import json
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Page, Playwright, expect, sync_playwright

from tests.e2e.conftest import unlock
from tests.e2e.line import Line, LineFault, open_line
from tests.e2e.round import QUIET, Round, add_photos, choose, open_round, picture
from tests.e2e.tablet import Tablet, open_tablet
from tests.e2e.tally import Promise, Tally
from visits.models.visits import SubmissionState

MOST_PHOTOS = 5
FULL_VISIT = 0.8
PATIENCE_S = 120
MOST_STUMBLES = 8
MOST_LOOKS = 100
# What is on the screen, most telling first; none of it while the app starts.
SCREENS = (
    "ask-yes", "pin-unlock", "confirm-finish", "finish", "next", "begin-visit", "outbox-status",
    "back-to-day",
)  # fmt: skip
LOOK = f"""() => [
    {list(SCREENS)}.find((id) => document.querySelector(`[data-testid=${{id}}]`)) ?? '',
    document.querySelector('[data-testid=page-title]')?.innerText ?? '',
]"""
CHANGED = f"(before) => JSON.stringify(({LOOK})()) !== before"
# What leads on from a screen, and what an impatient hand taps four times.
TURNING = ("ask-yes", "confirm-finish", "finish", "next", "begin-visit", "back-to-day")
HASTY = ("confirm-finish", "finish", "begin-visit")
STATES = "(all) => all.map((one) => [one.dataset.state, one.querySelector('strong').innerText])"
# It goes by itself once all is sent: no waiting for it.
SEND_NOW = "document.querySelector('[data-testid=send-now]')?.click()"
TAP_FOUR_TIMES = """(id) => {
    const button = document.querySelector(`[data-testid=${id}]`)
    for (let tap = 0; tap < 4; tap++) button?.click()
}"""


class Fault(StrEnum):
    """What may befall the tablet, the server and the network, beside what befalls single parts."""

    BROWSER = "browser killed"
    SERVER = "server killed"
    NETWORK = "network cut"
    TAPS = "tapped four times"
    RELOAD = "app reloaded"


LIKELY = {
    Fault.BROWSER: 0.3,
    Fault.SERVER: 0.1,
    Fault.NETWORK: 0.2,
    Fault.TAPS: 0.3,
    Fault.RELOAD: 0.3,
}


@dataclass(frozen=True)
class Plan(Promise):
    """A visit to make, and what is to befall it."""

    faults: frozenset[Fault]
    line: tuple[LineFault, ...]


@dataclass
class Endurance:
    """Makes visits on a tablet while browser, server and network fail at random."""

    day: Round
    line: Line
    tablet: Tablet
    tally: Tally
    chance: random.Random
    timers: list[threading.Thread] = field(default_factory=list)
    pictures: int = 0
    shown: int = 0

    @property
    def page(self) -> Page:
        return self.tablet.page

    def make(self, plan: Plan) -> None:
        """Make a visit to its end, whatever befalls; a dead browser is started again."""
        self.shown = 0
        self.tally.visits += 1
        self.line.coming.extend(plan.line)
        self._befall(plan)
        ends = time.monotonic() + PATIENCE_S
        while plan.name not in self.tally.finished:
            if time.monotonic() > ends:
                raise AssertionError(f"{plan.name} does not end: {self.tally.stumbles[-3:]}")
            with self._whatever_befalls():
                self._step(plan)
        if self.tablet.offline and self.chance.random() < 0.7:
            with self._whatever_befalls():
                self._go_offline(False)

    def settle(self) -> None:
        """Let everything arrive once nothing fails any more."""
        for timer in self.timers:
            timer.join()
        self.line.coming.clear()
        ends = time.monotonic() + PATIENCE_S
        while self.tally.finished - self.tally.acknowledged and time.monotonic() < ends:
            with self._whatever_befalls():
                self._go_offline(False)
                self.go_to_day()
                self.page.evaluate(SEND_NOW)
                self.page.wait_for_timeout(500)
                self._note_acknowledged()
        self.tally.drafts_left = self.page.get_by_role("button", name="Reprendre").count()

    def _befall(self, plan: Plan) -> None:
        """Begin what befalls by the clock, in the midst of whatever is being done then."""
        if Fault.BROWSER in plan.faults:
            self._later(4, self._kill_browser)
        if Fault.SERVER in plan.faults and not any(one.name == "server" for one in self._alive()):
            self._later(3, self._kill_server, name="server")
        if Fault.NETWORK in plan.faults:
            with self._whatever_befalls():
                self._go_offline(True)

    def _alive(self) -> list[threading.Thread]:
        return [timer for timer in self.timers if timer.is_alive()]

    def _later(self, most: float, what: Any, *, name: str | None = None) -> None:
        wait = self.chance.uniform(0.05, most)
        timer = threading.Thread(target=lambda: (time.sleep(wait), what()), name=name, daemon=True)
        self.timers.append(timer)
        timer.start()

    def _kill_browser(self) -> None:
        if self.tablet.kill():
            self.tally.faults[Fault.BROWSER] += 1

    def _kill_server(self) -> None:
        self.day.server.stop()
        self.tally.faults[Fault.SERVER] += 1
        self.day.server.start()

    def _go_offline(self, offline: bool) -> None:
        if offline != self.tablet.offline:
            self.tablet.go_offline(offline)
            self.tally.faults[Fault.NETWORK] += offline

    @contextlib.contextmanager
    def _whatever_befalls(self) -> Iterator[None]:
        """Go on after a death of the browser; anything else that stops the hand is noted."""
        try:
            if self.tablet.killed_at is not None:
                self.tablet.start()
            yield
        except (Error, AssertionError) as error:
            if self.tablet.killed_at is None:
                self._stumble(error)

    def _stumble(self, error: Exception) -> None:
        what = " ".join(line.strip() for line in str(error).splitlines()[:6])
        self.tally.stumbles.append(f"{self.page.url}: {what}")
        if len(self.tally.stumbles) > MOST_STUMBLES:
            raise error
        with contextlib.suppress(Error):
            self.page.reload()

    def _step(self, plan: Plan) -> None:
        """Look at the screen and do what comes next."""
        if Fault.RELOAD in plan.faults and self.chance.random() < 0.1:
            self.page.reload()
            self.tally.faults[Fault.RELOAD] += 1
        screen, title = self.page.evaluate(LOOK)
        if screen == "pin-unlock":
            unlock(self.page)
        elif screen == "outbox-status":
            self._choose_visit(plan, title)
        elif screen in ("next", "finish"):
            self._fill_page(plan, title)
            screen, title = self.page.evaluate(LOOK)
        if screen in TURNING:
            self._tap(plan, screen, title)
        elif screen == "":
            self.page.wait_for_timeout(50)

    def _choose_visit(self, plan: Plan, title: str) -> None:
        """Open the visit, or note that it is finished: it waits here or has arrived."""
        self._note_acknowledged()
        if self.page.get_by_test_id("outbox-item").filter(has_text=plan.name).count():
            self.tally.finished.add(plan.name)
            return
        card = self.page.get_by_test_id("day-visit").filter(has_text=plan.name)
        card.get_by_test_id("start-visit").click(timeout=20_000)
        self._wait_turned("outbox-status", title)

    def _fill_page(self, plan: Plan, title: str) -> None:
        """Answer what the page asks."""
        page = next((page for page in QUIET if page in title), "Accord")
        if page == "Accord":
            choose(self.page, "visit_agreed", "Oui" if plan.full else "Non")
            if plan.full:
                choose(self.page, "health_agreed", "Non")
        for question, label in QUIET.get(page, ()):
            choose(self.page, question, label)
        if page == "Logement":
            self.page.get_by_test_id("question-floor").locator("input").fill("0")
        if page == "Pièce":
            self._take_photos(plan)
        if page == "Bilan":
            self.page.get_by_test_id("question-comment").locator("textarea, input").fill(plan.word)

    def _take_photos(self, plan: Plan) -> None:
        photos = self.page.get_by_test_id("photo")
        self.tally.photos_gone += max(self.shown - photos.count(), 0)
        missing = plan.photos - photos.count()
        if missing > 0:
            new = [picture(self.page, self.pictures + one) for one in range(missing)]
            self.pictures += missing
            add_photos(self.page, new)
            expect(photos).to_have_count(plan.photos)
        self.tally.photos_taken[plan.name] = photos.count()
        self.shown = 0
        if self.chance.random() < 0.5:
            expect(self.page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
            self.page.wait_for_timeout(400)
            self.shown = photos.count()

    def _tap(self, plan: Plan, button: str, title: str) -> None:
        """Tap what leads on, and wait for what it leads to."""
        if Fault.TAPS in plan.faults and button in HASTY:
            self.tally.faults[Fault.TAPS] += 1
            self.page.evaluate(TAP_FOUR_TIMES, button)
        else:
            self.page.get_by_test_id(button).first.click(timeout=20_000)
        self._wait_turned(button, title)

    def _wait_turned(self, screen: str, title: str) -> None:
        before = json.dumps([screen, title], ensure_ascii=False, separators=(",", ":"))
        self.page.wait_for_function(CHANGED, arg=before, timeout=20_000)

    def _note_acknowledged(self) -> None:
        """Note what the tablet says is on the server, checked."""
        said = self.page.get_by_test_id("outbox-item").evaluate_all(STATES)
        self.tally.acknowledged.update(
            person.split()[-1]
            for state, person in said
            if state in (SubmissionState.CHECKED, SubmissionState.TO_REVIEW)
        )

    def go_to_day(self) -> None:
        """Leave whatever is on the screen for the day."""
        for _ in range(MOST_LOOKS):
            screen, _ = self.page.evaluate(LOOK)
            if screen == "outbox-status":
                return
            if screen == "pin-unlock":
                unlock(self.page)
            elif screen:
                self.page.evaluate("location.hash = '#/'")
            self.page.wait_for_timeout(100)


def plans(number: int, chance: random.Random) -> list[Plan]:
    """Draw the visits and what is to befall each."""
    return [_plan(f"V{at:03}", chance) for at in range(number)]


def _plan(name: str, chance: random.Random) -> Plan:
    full = chance.random() < FULL_VISIT
    word = f"{name} {chance.getrandbits(32):08x}" if full else "<visit_agreed>no</visit_agreed>"
    return Plan(
        name=name,
        photos=chance.randint(0, MOST_PHOTOS) if full else 0,
        full=full,
        word=word,
        faults=frozenset(fault for fault in Fault if chance.random() < LIKELY[fault]),
        line=tuple(chance.choices(list(LineFault), k=chance.choice((0, 0, 1, 2)))),
    )


def endure(playwright: Playwright, day: Round, planned: Sequence[Plan], *, seed: int) -> Tally:
    """Make the visits under random faults; gives what became of them."""
    began, tally = time.monotonic(), Tally(seed)
    with (
        open_line(day.server.port) as (line, url),
        open_tablet(playwright, day.server.data / "profile", url) as tablet,
    ):
        run = Endurance(day, line, tablet, tally, random.Random(seed))
        tablet.sign_in(day.visitor)
        for plan in planned:
            run.make(plan)
            print(".", end="", file=sys.stderr, flush=True)
        run.settle()
        tally.errors.extend(tablet.errors)
        tally.faults.update(line.befell)
    tally.compare(day, planned)
    tally.seconds = time.monotonic() - began
    return tally


def main() -> None:
    """Run it and print its table; fails when anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    asked = parser.parse_args()
    planned = plans(asked.visits, random.Random(asked.seed))
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        open_round(Path(folder), [plan.name for plan in planned]) as day,
    ):
        tally = endure(playwright, day, planned, seed=asked.seed)
    print(f"\n{tally}")
    sys.exit(not tally.good)


if __name__ == "__main__":
    main()
