"""Fill any form on the tablet's screens as somebody would who answers whatever she sees."""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import FrameLocator, Locator, Page, expect

from diagnostics.form import Form
from tests.diagnostics.filling import any_number

MOST_STEPS = 120
MOST_TRIES = 12
TURNS = 2
PHOTO = {"name": "image.png", "mimeType": "image/png", "buffer": b""}
URGENT = "[data-testid=consequence]:is([data-severity=U0], [data-severity=U1])"
TEXTS = ("trois mots ici", "0639980001", "60000", "12345", "A1")

# What stands on the page and has no answer yet, or a wrong one.
SEEN = """(page) => [...page.querySelectorAll('.question')].map((q) => {
  const one = (selector) => q.querySelector(selector)
  const inputs = [...q.querySelectorAll('input, textarea')]
  const kinds = {
    'canvas, img.signature': 'signature', 'input[type=file]': 'photo', 'input[type=radio]': 'one',
    '.choices input[type=checkbox]': 'many', 'input[type=checkbox]': 'confirm',
    'input[type=range]': 'slider', 'input.number': 'number', 'input[type=date]': 'date',
    'input[type=time]': 'time', 'input[type=datetime-local]': 'moment',
    'textarea, input[type=text]': 'text',
  }
  const kind = Object.entries(kinds).find(([selector]) => one(selector))?.[1] ?? 'other'
  const chosen = (i) => ['radio', 'checkbox'].includes(i.type) ? i.checked : i.value !== ''
  const answered = kind === 'photo' ? !!one('img')
    : kind === 'signature' ? !!one('img, .hint svg') : inputs.some(chosen)
  return {
    name: q.dataset.testid.replace('question-', ''), node: q.dataset.node, kind, answered,
    faulty: q.classList.contains('faulty'), fixed: inputs.some((i) => i.readOnly),
    options: [...q.querySelectorAll('.choice input')].map((i) => i.value),
  }
})"""

ANSWER = """(page, {node, kind, value}) => {
  const q = page.querySelector(`[data-node="${node}"]`)
  if (!q) return
  if (['one', 'many', 'confirm'].includes(kind)) {
    const all = [...q.querySelectorAll('input')]
    const others = all.filter((i) => i.checked && i.value !== value)
    if (kind === 'many') others.forEach((i) => i.click())
    const wanted = kind === 'confirm' ? all[0] : all.find((i) => i.value === value)
    if (wanted && !wanted.checked) wanted.click()
    return
  }
  const input = q.querySelector('input, textarea')
  input.value = value
  input.dispatchEvent(new Event('input', {bubbles: true}))
}"""


@dataclass
class Filler:
    """Answers what is visible, page by page, adds to every repeat, and reaches the end."""

    page: Page | FrameLocator
    form: Form
    take_photo: Callable[[], bytes]
    seed: int = 0
    most_turns: int = TURNS
    texts: tuple[str, ...] = TEXTS
    said: dict[str, str] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)
    turns: dict[str, int] = field(default_factory=dict)
    titles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{self.form.form_id} {self.seed}")

    def fill(self) -> None:
        """Fill every page; ends on the page that asks to finish."""
        for _ in range(MOST_STEPS):
            if self.fill_page():
                return
        raise AssertionError(f"no end after {MOST_STEPS} pages: {self.titles[-5:]}")

    def fill_page(self) -> bool:
        """Fill the page on the screen and turn it; true on the one that asks to finish."""
        self._fill_page()
        self.titles.append(self._title())
        if self._add_turn():
            return False
        if self.page.get_by_test_id("finish").count():
            return True
        self._press("next")
        return False

    def finish(self) -> None:
        """Finish; what is still missing is mended first, page by page."""
        for _ in range(MOST_TRIES):
            self._press("finish")
            # What was typed is saved first; then comes the summary, or what is missing.
            told = "[data-testid=confirm-finish], [data-testid=fault-summary] a"
            expect(self.page.locator(told).first).to_be_visible()
            if self.page.get_by_test_id("confirm-finish").count():
                return
            fault = self.page.get_by_test_id("fault-summary").locator("a").first
            fault.click()
            self._fill_page()
            while not self.page.get_by_test_id("finish").count():
                self._press("next")
        said = self.page.get_by_test_id("fault-summary").inner_text()
        raise AssertionError(f"cannot finish: {said}")

    def confirm(self) -> None:
        """Confirm what stands on the summary, also when nobody was reached about what is urgent."""
        urgent = self.page.locator(URGENT).count()
        self._press("confirm-finish")
        if urgent:
            self._press("ask-yes")

    @property
    def _main(self) -> Locator:
        return self.page.locator("main.page")

    def _title(self) -> str:
        return self.page.get_by_test_id("page-title").inner_text()

    def _press(self, name: str) -> None:
        self.page.get_by_test_id(name).first.click()

    def _fill_page(self) -> None:
        for _ in range(MOST_TRIES):
            waiting = list(self._waiting())
            if not waiting:
                return
            for seen in waiting:
                self._answer(seen)
        raise AssertionError(f"{self._title()}: cannot answer {waiting}")

    def _waiting(self) -> Iterator[dict[str, Any]]:
        for seen in self._main.evaluate(SEEN):
            tried = self.tries.get(seen["node"], 0)
            skipped = seen["kind"] in ("other", "slider") or seen["fixed"]
            if not skipped and (seen["faulty"] or not (seen["answered"] or tried)):
                yield seen

    def _answer(self, seen: dict[str, Any]) -> None:
        tried = self.tries[seen["node"]] = self.tries.get(seen["node"], 0) + 1
        if seen["kind"] == "photo":
            upload = self._main.locator(f"[data-node='{seen['node']}'] input[type=file]").last
            upload.set_input_files(PHOTO | {"buffer": self.take_photo()})
            return
        if seen["kind"] == "signature":
            self._sign(self._main.locator(f"[data-node='{seen['node']}'] canvas"))
            return
        value = self._value(seen, tried - 1)
        self._main.evaluate(ANSWER, {**seen, "value": value})
        asked = self.page.get_by_test_id("ask-yes")
        if asked.count():
            asked.click()

    def _sign(self, canvas: Locator) -> None:
        canvas.hover(position={"x": 30, "y": 30})
        canvas.click(position={"x": 60, "y": 40})

    def _value(self, seen: dict[str, Any], tried: int) -> str:
        if seen["kind"] in ("one", "many"):
            options: list[str] = seen["options"]
            if seen["name"] in self.said:
                return self.said[seen["name"]]
            if "yes" in options and re.search("agreed|^share_", seen["name"]) and not tried:
                return "yes"
            return options[(self.chance.randrange(len(options)) + tried) % len(options)]
        if seen["kind"] == "number":
            return self._number(seen["name"], tried).replace(".", ",")
        fixed = {"date": "2026-05-06", "time": "10:30", "moment": "2026-05-06T10:30"}
        return fixed.get(seen["kind"], self.texts[tried % len(self.texts)])

    def _number(self, name: str, tried: int) -> str:
        question = next(one for one in self.form.questions if one.name == name)
        if tried < 2 or tried > 6:
            return any_number(self.form, question, self.chance)
        return str((0, 1, 2, 5, 20)[tried - 2])

    def _add_turn(self) -> bool:
        add = self._main.get_by_test_id("add-repeat")
        if not add.count():
            return False
        what = add.first.inner_text()
        if self.turns.get(what, 0) >= self.most_turns:
            return False
        self.turns[what] = self.turns.get(what, 0) + 1
        add.first.click()
        expect(self.page.get_by_test_id("page-title")).to_be_visible()
        return True
