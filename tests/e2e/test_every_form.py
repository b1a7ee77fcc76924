"""Each form that ships, filled on the tablet's screens: the server agrees to the last answer."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from diagnostics.assessment import Assessment, assess
from diagnostics.form import Form
from diagnostics.forms import shipped
from diagnostics.submission import check
from tests.diagnostics.filling import parsed, shipped_form
from tests.e2e.filling import Filler
from tests.e2e.server import Server
from tests.e2e.test_story import _photo
from visits.models.accounts import Role

Office = Callable[[Server, str], Page]

pytestmark = pytest.mark.browser

# A form that ends before this was cut short by an answer.
FEWEST_PAGES, MOST_CHANCES = 4, 8
SHOWN = """() => Object.fromEntries([...document.querySelectorAll('.scores > [data-testid]')]
.map((e) => [
  e.dataset.testid.replace('score-', ''),
  [e.querySelector('strong')?.textContent ?? '', e.querySelector('.band')?.dataset.band ?? ''],
]))"""


def test_every_shipped_form_is_filled_to_its_end_and_the_server_agrees(
    server: Server, office: Office
) -> None:
    page = office(server, server.add(Role.COORDINATOR))
    page.set_viewport_size({"width": 1280, "height": 800})
    photo = _photo(page)
    found = {name: _fill(page, server, name, photo) for name in shipped()}
    assert {name: problems for name, problems in found.items() if problems} == {}


def _fill(page: Page, server: Server, name: str, photo: bytes) -> list[str]:
    form = parsed(name)
    filler = _filled(page, server, form, photo)
    filler_scores: dict[str, list[str]] = page.evaluate(SHOWN)
    filler.finish()
    said = sorted(page.get_by_test_id("consequence").locator("p").all_inner_texts())
    filler.confirm()
    with page.expect_download() as download:
        page.get_by_test_id("preview-xml").click()
    xml = Path(download.value.path()).read_bytes()
    checked = check(form, xml, now=datetime.now(UTC))
    problems = [str(one) for one in (*checked.violations, *checked.corrected, *checked.unknown)]
    assessment = assess(form, checked, shipped_form(name).consequences)
    expected = sorted(_plain(one.label["fr"]) for one in assessment.called)
    told = sorted(_plain(one) for one in said)
    if told != expected:
        only = [one for one in told if one not in expected]
        problems.append(f"only on the tablet {only}; {len(told)} there, here {expected}")
    return problems + _score_differences(filler_scores, assessment)


def _filled(page: Page, server: Server, form: Form, photo: bytes) -> Filler:
    """Fill the form whole: by chance an answer may end it early, and other answers are tried."""
    for seed in range(MOST_CHANCES):
        page.goto("about:blank")
        page.goto(f"{server.url}/tablet/?language=fr#/preview/{form.form_id}/{form.version}")
        expect(page.get_by_test_id("page-title")).to_be_visible()
        filler = Filler(page, form, lambda: photo, seed)
        filler.fill()
        if len(set(filler.titles)) >= FEWEST_PAGES:
            return filler
    raise AssertionError(f"{form.form_id}: only {filler.titles} was seen")


def _plain(text: str) -> str:
    return " ".join(re.sub(r"\*+", "", text).split())


def _score_differences(shown: dict[str, list[str]], assessment: Assessment) -> list[str]:
    """Compare what the score panel said with what the server computes."""
    problems = []
    for name, (score, band) in shown.items():
        theirs: Any = assessment.scores.get(f"{name}_score")
        if score == "—":  # nothing it is made of was answered
            continue
        if score and (theirs is None or abs(float(score.replace(",", ".")) - theirs) > 1e-9):
            problems.append(f"{name}: the tablet shows {score}, the server computes {theirs}")
        if band and assessment.bands.get(f"{name}_band") != band:
            problems.append(f"{name}: band {band} on the tablet, {assessment.bands} here")
    return problems
