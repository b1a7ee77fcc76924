"""Random visits under random faults, and what became of them: `make endurance`."""

import argparse
import contextlib
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Page, Playwright, expect, sync_playwright

from tests.e2e.conftest import PATIENCE_MS
from tests.e2e.line import Line, open_line
from tests.e2e.pen import HOME_VISIT, Pen, note_given
from tests.e2e.plans import Fault, Plan, plans
from tests.e2e.round import Round, open_round
from tests.e2e.tablet import Tablet, open_tablet, send_now, unlock
from tests.e2e.tally import WHOLE, Tally

PATIENCE_S = 300
MOST_STUMBLES = 20
MOST_LOOKS = 100
ITEMS = """(all) => all.map((one) => [
    one.dataset.state, one.querySelector('strong').innerText,
    one.querySelector(':scope > span:not([class])')?.innerText ?? '',
])"""
# What an item is called; a form has its own name.
A_FORM, NO_VISIT, ALERT = "", "Visite qui n’a pas eu lieu", "Alerte urgente"
# What is on the screen, most telling first; none of it while the app starts.
SCREENS = (
    "ask-yes", "pin-unlock", "confirm-finish", "finish", "next", "keep-failure", "hub-form",
    "outbox-status",
)  # fmt: skip
LOOK = f"""() => [
    {list(SCREENS)}.find((id) => document.querySelector(`[data-testid=${{id}}]`)) ?? '',
    document.querySelector('[data-testid=page-title]')?.innerText ?? '',
]"""
CHANGED = f"(before) => JSON.stringify(({LOOK})()) !== before"
# What an impatient hand taps four times.
HASTY = ("confirm-finish", "finish", "begin-visit", "keep-failure")
FORMS = "(all) => all.map((one) => [one.dataset.form, one.dataset.state])"
FINISHED = ("waiting", "attention", "received")
TAP_FOUR_TIMES = """(id) => {
    const button = document.querySelector(`[data-testid=${id}]`)
    for (let tap = 0; tap < 4; tap++) button?.click()
}"""


@dataclass
class Endurance:
    """Makes visits on a tablet while browser, server and network fail at random."""

    day: Round
    line: Line
    tablet: Tablet
    tally: Tally
    chance: random.Random
    timers: list[threading.Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pen = Pen(self.tablet, self.chance)

    @property
    def page(self) -> Page:
        return self.tablet.page

    def make(self, plan: Plan) -> None:
        """Make a visit to its end, whatever befalls; a dead browser is started again."""
        self.tally.begun.add(plan.name)
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
        while not self.tally.is_acknowledged and time.monotonic() < ends:
            with self._whatever_befalls():
                self._go_offline(False)
                self.go_to_day()
                send_now(self.page)
                self.page.wait_for_timeout(500)
                self._note_acknowledged()
        self.tally.drafts_left = self.page.get_by_role("button", name="Reprendre").count()

    def _befall(self, plan: Plan) -> None:
        """Begin what befalls by the clock, in the midst of whatever is being done then."""
        if Fault.BROWSER in plan.faults:
            self._later(2 + 6 * len(plan.forms), self._kill_browser)
        if Fault.SERVER in plan.faults and not any(one.name == "server" for one in self._alive()):
            self._later(2 + 4 * len(plan.forms), self._kill_server, name="server")
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
        self._wake()
        try:
            yield
        except (Error, AssertionError) as error:
            if self.tablet.killed_at is None:
                self._stumble(error)

    def _wake(self) -> None:
        """Start the browser again after its death, and again if it dies while it starts."""
        for _ in range(MOST_STUMBLES):
            if self.tablet.killed_at is None:
                return
            self.pen.drop()
            with contextlib.suppress(Error):
                self.tablet.start()

    def _stumble(self, error: Exception) -> None:
        what = " ".join(line.strip() for line in str(error).splitlines()[:6])
        self.tally.stumbles.append(f"{self.page.url}: {what}")
        print(f"stumbled: {self.tally.stumbles[-1]}", file=sys.stderr, flush=True)
        if len(self.tally.stumbles) > MOST_STUMBLES:
            raise error
        with contextlib.suppress(Error):
            self._reload()

    def _reload(self) -> None:
        self.pen.drop()
        self.page.reload()

    def _step(self, plan: Plan) -> None:
        """Look at the screen and do what comes next."""
        if Fault.RELOAD in plan.faults and self.chance.random() < 0.1:
            self._reload()
            self.tally.faults[Fault.RELOAD] += 1
        screen, title = self.page.evaluate(LOOK)
        match screen:
            case "":
                self.page.wait_for_timeout(50)
            case "pin-unlock":
                unlock(self.page)
            case "outbox-status":
                self._choose_visit(plan, title)
            case "hub-form":
                self._choose_form(plan, title)
            case "keep-failure":
                self.pen.tell_failure(plan)
                self._tap(plan, screen, title)
            case "next" | "finish":
                self._fill_page(plan, title)
            case "confirm-finish":
                self.pen.read_summary(plan, self.tally)
                self._tap(plan, screen, title)
            case _:
                self._tap(plan, screen, title)

    def _choose_visit(self, plan: Plan, title: str) -> None:
        """Open the visit, or note that all of it is done: it waits here or has arrived."""
        self._note_acknowledged()
        if plan.shut is None and all(
            (plan.name, one) in self.tally.forms.given for one in plan.forms
        ):
            self.tally.finished.add(plan.name)
            return
        card = self.page.get_by_test_id("day-visit").filter(has_text=plan.name)
        state = card.get_by_test_id("visit-state").inner_text()
        if plan.shut is not None and "N’a pas eu lieu" in state:
            self.tally.reports.given[plan.name, ""] = [
                (plan.shut.outcome, tuple(sorted(plan.shut.left)))
            ]
            self.tally.finished.add(plan.name)
            return
        card.locator("[data-testid=start-visit], [data-testid=see-visit]").click(timeout=20_000)
        self._wait_turned("outbox-status", title)

    def _choose_form(self, plan: Plan, title: str) -> None:
        """Note which forms the visit shows as finished, and open the first that is left."""
        states = dict(self.page.get_by_test_id("hub-form").evaluate_all(FORMS))
        for form in plan.forms:
            key = plan.name, form
            if states.get(form) in FINISHED and key not in self.tally.forms.given:
                note_given(self.pen, self.tally, key)
                self.pen.begin_form()
        left = [form for form in plan.forms if states.get(form) not in FINISHED]
        if plan.shut is not None:
            button = self.page.get_by_test_id("visit-failed")
        elif left:
            row = self.page.locator(f"[data-testid=hub-form][data-form={left[0]}]")
            button = row.get_by_test_id("open-form")
        else:
            button = self.page.get_by_test_id("back-to-day")
        button.click(timeout=20_000)
        self._wait_turned("hub-form", title)

    def _fill_page(self, plan: Plan, title: str) -> None:
        self.pen.write(plan, self.tally, title)
        screen, title = self.page.evaluate(LOOK)
        if self.pen.form_id == HOME_VISIT and screen in ("next", "finish"):
            self._tap(plan, screen, title)

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
        said = self.page.get_by_test_id("outbox-item").evaluate_all(ITEMS)
        for account, states, kind in (
            (self.tally.forms, WHOLE, A_FORM),
            (self.tally.reports, ("received",), NO_VISIT),
            (self.tally.alerts, ("received",), ALERT),
        ):
            names = [
                who.split()[-1]
                for state, who, what in said
                if (what if what in (NO_VISIT, ALERT) else A_FORM) == kind and state in states
            ]
            account.acknowledged |= Counter(one for one in names if one in self.tally.finished)

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


def endure(
    playwright: Playwright,
    day: Round,
    planned: Sequence[Plan],
    *,
    seed: int,
    minutes: float = float("inf"),
) -> Tally:
    """Make the visits under random faults; after so many minutes no other is begun."""
    began, tally = time.monotonic(), Tally(seed)
    with (
        open_line(day.server.port) as (line, url),
        open_tablet(playwright, day.server.data / "profile", url) as tablet,
    ):
        run = Endurance(day, line, tablet, tally, random.Random(seed))
        tablet.sign_in(day.visitor)
        for plan in planned:
            if time.monotonic() - began > minutes * 60:
                break
            run.make(plan)
            print(f"{time.monotonic() - began:5.0f} s  {plan}", file=sys.stderr, flush=True)
        run.settle()
        tally.errors.extend(tablet.errors)
        tally.faults.update(line.befell)
    tally.compare(day)
    tally.seconds = time.monotonic() - began
    return tally


def main() -> None:
    """Run it and print its table; fails when anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin none later")
    asked = parser.parse_args()
    planned = plans(asked.visits, random.Random(asked.seed))
    programmes = {plan.name: plan.programme for plan in planned}
    expect.set_options(timeout=PATIENCE_MS)
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        open_round(Path(folder), list(programmes), programmes=programmes) as day,
    ):
        tally = endure(playwright, day, planned, seed=asked.seed, minutes=asked.minutes)
    print(f"\n{tally}")
    sys.exit(not tally.good)


if __name__ == "__main__":
    main()
