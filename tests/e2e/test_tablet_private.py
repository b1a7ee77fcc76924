"""What a visitor writes is for whom it is for: not for the tenant beside her, nor for a thief."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from tests.diagnostics.filling import parsed
from tests.e2e.filling import TEXTS, Filler
from tests.e2e.layout import violations
from tests.e2e.profile import found_in
from tests.e2e.round import Round, choose, go_to_day, open_hub, picture
from tests.e2e.tablet import open_tablet, unlock
from tests.factories import PASSWORD

pytestmark = pytest.mark.browser

NAMES = ("ADAM", "KZQUBLIN")
STREET = "rue des Lilas"


def test_a_confidential_note_is_covered_where_the_tenant_reads_along(
    day: Round, tablet: Page
) -> None:
    page = tablet
    open_hub(page, "ADAM")
    page.locator("[data-form=social_situation]").get_by_test_id("open-form").click()
    expect(page.get_by_test_id("save-state")).to_be_visible()
    photo = picture(page, 1)
    filler = Filler(page, parsed("social_situation"), lambda: photo)
    filler.said["visit_agreed"] = "yes"
    filler.fill()
    note = page.get_by_test_id("question-confidential_note")
    note.locator("textarea").fill("zébrures au poignet")
    page.get_by_test_id("previous").click()
    page.get_by_test_id("next").click()
    expect(note.get_by_test_id("confidential")).to_contain_text("Une note a été écrite")
    assert "zébrures" not in page.content()
    assert violations(page) == []
    filler.finish()
    covered = page.locator("main.summary").get_by_test_id("confidential")
    expect(covered).to_contain_text("Une note a été écrite")
    assert "zébrures" not in page.content()
    covered.get_by_test_id("confidential-show").click()
    expect(page.locator("main.summary")).to_contain_text("zébrures au poignet")
    page.get_by_test_id("confirm-finish").click()
    go_to_day(page)
    assert "zébrures" not in page.content()


TYPED = ("kzqwordone", "kzqwordtwo", "kzqwordthree", "kzqwordfour", "kzqwordfive")


def test_nothing_typed_lies_in_the_browsers_own_files(
    day: Round, playwright: Playwright, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    with open_tablet(playwright, profile, day.server.url) as tablet:
        tablet.sign_in(day.visitor)
        _type_everywhere(tablet.page)
    assert found_in(profile, ["back-to-hub", day.server.url])  # its bytes can be searched
    assert found_in(profile, [*TYPED, NAMES[1], PASSWORD, STREET]) == {}


def _type_everywhere(page: Page) -> None:
    """Type into every kind of field, leave each page in every way, and finish."""
    open_hub(page, NAMES[1])
    page.locator("[data-form=home_visit]").get_by_test_id("open-form").click()
    choose(page, "visit_agreed", "Oui")
    choose(page, "health_agreed", "Oui")
    page.get_by_test_id("contents").get_by_text("Sécurité").click()
    choose(page, "gas_smell", "Oui")
    page.get_by_test_id("urgent-name").first.fill(TYPED[0])
    _leave_and_come_back(page, page.get_by_test_id("question-gas_smell"))
    page.get_by_test_id("back-to-hub").click()
    page.get_by_test_id("visit-failed").click()
    why = page.locator("#failure-note")
    why.fill(TYPED[1])
    _leave_and_come_back(page, why)
    expect(why).to_have_value(TYPED[1])
    page.get_by_test_id("back-to-hub").click()
    page.locator("[data-form=social_situation]").get_by_test_id("open-form").click()
    expect(page.get_by_test_id("save-state")).to_be_visible()
    photo = picture(page, 1)
    filler = Filler(page, parsed("social_situation"), lambda: photo, texts=(TYPED[2], *TEXTS))
    filler.said["visit_agreed"] = "yes"
    filler.fill()
    page.get_by_test_id("question-operational_note").locator("textarea").fill(TYPED[3])
    page.get_by_test_id("question-confidential_note").locator("textarea").fill(TYPED[4])
    _leave_and_come_back(page, page.get_by_test_id("finish"))
    filler.finish()
    page.get_by_test_id("confirm-finish").click()
    expect(page.get_by_test_id("notice")).to_be_visible()


def _leave_and_come_back(page: Page, seen: Locator) -> None:
    """Leave a screen each time it is there: what is still being saved would not outlive it."""
    page.go_back()
    expect(page.get_by_test_id("visit-failed")).to_be_visible()
    page.go_forward()
    expect(seen).to_be_visible()
    page.reload()
    unlock(page)
    expect(seen).to_be_visible()
