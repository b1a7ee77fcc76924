"""What a visitor writes is for whom it is for: not for the tenant beside her, nor for a thief."""

import pytest
from playwright.sync_api import Page, expect

from tests.diagnostics.filling import parsed
from tests.e2e.filling import Filler
from tests.e2e.round import Round, go_to_day, open_hub, picture
from tests.e2e.test_pages import violations

pytestmark = pytest.mark.browser

NAMES = ("ADAM", "BLIN")


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
