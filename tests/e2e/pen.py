"""The pen of a random visit: what it writes on each screen, and what stands there to be kept."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from playwright.sync_api import Locator, Page, expect

from diagnostics.delays import PARIS
from tests.diagnostics.filling import parsed
from tests.e2e.filling import Filler
from tests.e2e.plans import Plan
from tests.e2e.round import QUIET, add_photos, choose, picture
from tests.e2e.tablet import Tablet
from tests.e2e.tally import NOBODY, Key, Tally, as_answers, plain
from visits.calls.contacts import REFUSALS

HOME_VISIT = "home_visit"
NOTES_REACHED, SOMEBODY = 0.5, 0.75
# What stands on the summary that is read together: answers, pictures, what is urgent.
SUMMARY = """() => {
    const text = (element) => element?.innerText ?? ''
    const main = document.querySelector('main.summary')
    const told = [...main.querySelectorAll('[data-testid=summary-urgent] li')]
    const called = [...main.querySelectorAll('[data-testid=consequence]')]
    return {
        // A note that is covered stands below its own label, once it is shown.
        answers: [...main.querySelectorAll('dd:not(:has(img))')]
            .map((one) => text(one.querySelector(':scope > strong + p') ?? one)),
        pictures: main.querySelectorAll('dd img').length,
        told: told.map((one) => [...one.querySelectorAll('p')].map(text)),
        urgent: called.filter((one) => ['U0', 'U1'].includes(one.dataset.severity))
            .map((one) => text(one.querySelector('p'))),
    }
}"""


@dataclass(frozen=True)
class Summary:
    """What stood on the screen when a form was finished; each alert with who was reached."""

    answers: tuple[str, ...] = ()
    pictures: int = 0
    alerts: tuple[tuple[str, str], ...] = ()


@dataclass
class Pen:
    """Fills the forms of a visit as planned; what it cannot know from the plan it reads."""

    tablet: Tablet
    chance: random.Random
    summaries: dict[Key, Summary] = field(default_factory=dict)
    pictures: int = 0
    # What of the form on the screen was shown as saved: photos, and who was reached.
    photos_kept: int = 0
    reached_kept: list[str] = field(default_factory=list)
    _filler: Filler | None = None
    _turns: dict[str, int] = field(default_factory=dict)

    @property
    def page(self) -> Page:
        return self.tablet.page

    @property
    def form_id(self) -> str:
        """Name the form on the screen; its address tells."""
        return self.page.url.rpartition("/form/")[2]

    def begin_form(self) -> None:
        """Forget what belonged to the form before."""
        self.photos_kept, self.reached_kept = 0, []
        self.drop()
        self._turns = {}

    def drop(self) -> None:
        """Forget what stood on a page that is gone; rooms added are not added once more."""
        if self._filler is not None:
            self._turns = self._filler.turns
        self._filler = None

    def write(self, plan: Plan, tally: Tally, title: str) -> None:
        """Answer what the page asks; pages of other forms than the home visit are turned too."""
        if self.form_id == HOME_VISIT:
            self._fill_home_visit(plan, tally, title)
        else:
            self._fill_other()
        self._note_who_was_reached(tally)

    def _fill_other(self) -> None:
        if self._filler is None:
            form = parsed(self.form_id)
            seed, turns = self.chance.getrandbits(32), self._turns
            self._filler = Filler(self.page, form, self._picture, seed, most_turns=1, turns=turns)
        if self._filler.fill_page():
            self._filler.finish()

    def _fill_home_visit(self, plan: Plan, tally: Tally, title: str) -> None:
        page = next((page for page in QUIET if page in title), "Accord")
        if page == "Accord":
            choose(self.page, "visit_agreed", "Oui" if plan.full else "Non")
            if plan.full:
                choose(self.page, "health_agreed", "Non")
        for question, label in QUIET.get(page, ()):
            smells = plan.gas and question == "gas_smell"
            choose(self.page, question, "Oui" if smells else label)
        if page == "Logement":
            self.page.get_by_test_id("question-floor").locator("input").fill("0")
        if page == "Pièce":
            self._take_photos(plan, tally)
        if page == "Bilan":
            self.page.get_by_test_id("question-comment").locator("textarea, input").fill(plan.word)

    def _picture(self) -> bytes:
        """Draw a photo that no other is like."""
        self.pictures += 1
        return picture(self.page, self.pictures)

    def _take_photos(self, plan: Plan, tally: Tally) -> None:
        photos = self.page.get_by_test_id("photo")
        tally.photos_gone += max(self.photos_kept - photos.count(), 0)
        missing = plan.photos - photos.count()
        if missing > 0:
            add_photos(self.page, [self._picture() for _ in range(missing)])
            expect(photos).to_have_count(plan.photos)
        self.photos_kept = photos.count() if self._is_kept() else 0

    def _is_kept(self) -> bool:
        """Now and then wait until the screen says that all is saved."""
        if self.chance.random() < 0.5:
            return False
        expect(self.page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
        return True

    def _note_who_was_reached(self, tally: Tally) -> None:
        """Note of an urgent finding on the page who was reached, when, or that nobody was."""
        asking = self.page.get_by_test_id("urgent-alert").filter(
            has=self.page.get_by_test_id("urgent-note")
        )
        if not asking.count() or self.chance.random() > NOTES_REACHED:
            return
        number = asking.count()
        noted = self.page.get_by_test_id("urgent-reached")
        before = noted.count()
        self._ring(asking.first)
        expect(asking).to_have_count(number - 1)
        expect(noted).to_have_count(before + 1)
        if self._is_kept():
            self.reached_kept = noted.all_inner_texts()

    def _ring(self, alert: Locator) -> None:
        # A moment that is over: what is noted keeps its minute.
        at = datetime.now(PARIS) - timedelta(minutes=self.chance.randint(2, 50))
        alert.get_by_test_id("urgent-time").fill(f"{at:%H:%M}")
        if self.chance.random() < SOMEBODY:
            alert.get_by_test_id("urgent-name").fill(f"M. Durand {self.chance.getrandbits(16):x}")
            alert.get_by_test_id("urgent-note").click()
        else:
            alert.get_by_test_id("urgent-nobody").click()

    def read_summary(self, plan: Plan, tally: Tally) -> None:
        """Remember what stands on the summary: this is what must arrive, covered notes too."""
        covered = self.page.locator("main.summary").get_by_test_id("confidential-show")
        for left in range(covered.count(), 0, -1):
            covered.first.click()
            expect(covered).to_have_count(left - 1)
        seen = self.page.evaluate(SUMMARY)
        told = [(plain(label), plain(words)) for label, words in seen["told"]]
        # What was found a moment ago is told as the form is finished.
        untold = Counter(map(plain, seen["urgent"])) - Counter(label for label, _ in told)
        alerts = [*told, *((label, NOBODY) for label in untold.elements())]
        words = [plain(word) for _, word in told]
        gone = [one for one in map(plain, self.reached_kept) if one not in words]
        tally.alerts.other += [f"{plan.name}: {one} was shown as saved and is gone" for one in gone]
        self.summaries[plan.name, self.form_id] = Summary(
            as_answers(seen["answers"]), seen["pictures"], tuple(sorted(alerts))
        )

    def tell_failure(self, plan: Plan) -> None:
        """Say what happened at a door that stayed shut, and what was left there."""
        assert plan.shut is not None
        self._pick("failure-outcome", plan.shut.outcome)
        if plan.shut.outcome in REFUSALS:
            self._pick("failure-reason", "R04")
        for left in plan.shut.left:
            self._pick("failure-left", left)

    def _pick(self, question: str, value: str) -> None:
        option = self.page.locator(f"input[value={value}]")
        if not option.is_checked():
            self.page.get_by_test_id(question).locator("label").filter(has=option).click()


def note_given(pen: Pen, tally: Tally, key: Key) -> None:
    """Hold the tablet to a form that it shows as finished."""
    name, form_id = key
    summary = pen.summaries.get(key, Summary())
    tally.forms.given[key] = [summary.answers]
    tally.photos_taken[key] = summary.pictures
    for label, words in summary.alerts:
        tally.alerts.given.setdefault((name, label), []).append((form_id, words))
