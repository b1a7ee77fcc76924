"""What a tablet tells without a form: a door that stayed shut, an urgent finding."""

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.layout import VIEWPORTS, violations
from tests.e2e.round import (
    QUIET,
    Round,
    begin,
    card,
    choose,
    finish,
    leave_no_room,
    open_hub,
    saved,
)
from tests.e2e.tablet import unlock
from tests.e2e.waiting import until
from visits.agenda.doors import TOLD_LENGTH
from visits.models.calls import Disposition

pytestmark = pytest.mark.browser

NAMES = ("CARON", "DENIS", "ERARD", "GAZ", "HALF", "OFF", "ONCE", "WAITS")
# Whoever else looks at the queue is not done with it: what is to be told is not kept yet.
QUEUED = """async () => {
    const { pending } = await navigator.locks.query()
    return pending.some(({ name }) => name === 'palier-queue')
}"""
HOLD_QUEUE = "() => void navigator.locks.request('palier-queue', () => new Promise(() => {}))"


def _state(page: Page, name: str) -> Locator:
    return card(page, name).get_by_test_id("visit-state")


def _to_safety(page: Page, name: str) -> None:
    """Begin a visit and turn to the page that asks for a smell of gas."""
    open_hub(page, name)
    page.get_by_test_id("begin-visit").click()
    choose(page, "visit_agreed", "Oui")
    choose(page, "health_agreed", "Non")
    page.get_by_test_id("contents").get_by_text("Sécurité").click()


def _leave(page: Page) -> None:
    page.get_by_test_id("back-to-hub").click()
    page.get_by_test_id("back-to-day").click()


def _say_broken_off(page: Page) -> None:
    page.get_by_test_id("visit-failed").click()
    page.get_by_test_id("failure-outcome").get_by_text("La visite a été interrompue").click()
    page.get_by_test_id("keep-failure").click()


def test_a_door_that_stayed_shut_is_told_without_a_network(
    day: Round, tablet: Page, context: BrowserContext
) -> None:
    page = tablet
    open_hub(page, "CARON")
    context.set_offline(True)
    page.get_by_test_id("visit-failed").click()
    expect(page.get_by_test_id("attempt")).to_contain_text("1")
    page.get_by_test_id("keep-failure").click()
    expect(page.get_by_role("alert")).to_contain_text("Choisissez ce qui s’est passé")
    page.get_by_test_id("failure-outcome").get_by_text("La personne refuse").click()
    page.get_by_test_id("failure-reason").get_by_text("Vie privée").click()
    page.get_by_test_id("failure-left").get_by_text("Un mot").click()
    note = page.get_by_label("Note (facultative)")
    assert note.get_attribute("maxlength") == f"{TOLD_LENGTH}"
    page.get_by_test_id("keep-failure").click()
    expect(page.get_by_test_id("notice")).to_be_visible()
    state = _state(page, "CARON")
    expect(state).to_contain_text("pas encore envoyé")
    page.reload()
    unlock(page)
    expect(state).to_contain_text("pas encore envoyé")
    context.set_offline(False)  # the tablet hears of it, and sends by itself
    expect(state).to_contain_text("Sur le serveur")
    (knock,) = [knock for name, knock in day.knocks() if name == "CARON"]
    assert (knock.disposition, knock.left_behind) == (Disposition.REFUSED, ["note"])


def test_an_urgent_finding_is_told_with_who_was_reached(day: Round, tablet: Page) -> None:
    page = tablet
    _to_safety(page, "DENIS")
    choose(page, "gas_smell", "Oui")
    choose(page, "gas_smell", "Non")  # a mis-tap undone at once
    expect(page.get_by_test_id("urgent-alert")).to_have_count(0)
    choose(page, "gas_smell", "Oui")
    alert = page.get_by_test_id("urgent-alert")
    expect(alert.get_by_role("link")).to_have_attribute("href", "tel:0800473333")
    alert.get_by_test_id("urgent-nobody").click()
    expect(alert.get_by_test_id("urgent-reached")).to_contain_text("Personne n’a répondu")
    alert.get_by_test_id("urgent-again").click()
    alert.get_by_test_id("urgent-name").fill("M. Durand")
    alert.get_by_test_id("urgent-note").click()
    assert violations(page) == []
    saved(page)
    page.reload()
    unlock(page)
    page.get_by_test_id("urgent-bar").click()
    expect(alert.get_by_test_id("urgent-reached")).to_contain_text("M. Durand")
    _leave(page)
    told = page.get_by_test_id("outbox-item").filter(has_text="Alerte urgente")
    expect(told).to_have_count(1)
    expect(told).to_contain_text("Sur le serveur")
    assert [one.reached_name for name, one in day.alerts() if name == "DENIS"] == ["M. Durand"]


def test_what_is_urgent_leaves_the_page_to_its_questions_and_is_asked_about_at_the_end(
    tablet: Page,
) -> None:
    page = tablet
    begin(page, "GAZ")
    choose(page, "visit_agreed", "Oui")
    choose(page, "health_agreed", "Oui")
    for title, answers in QUIET.items():
        page.get_by_test_id("next").click()
        expect(page.get_by_test_id("page-title")).to_contain_text(title)
        if title == "Logement":
            page.get_by_test_id("question-floor").locator("input").fill("0")
        for question, label in answers:
            choose(page, question, label)
        if title == "Sécurité":
            choose(page, "gas_smell", "Oui")
            choose(page, "bare_wires", "Oui")
            expect(page.get_by_test_id("urgent-alert")).to_have_count(2)
            page.get_by_test_id("urgent-fold").click()
            for width, height in VIEWPORTS.values():
                page.set_viewport_size({"width": width, "height": height})
                page.evaluate("() => scrollTo(0, 0)")
                expect(page.get_by_test_id("urgent-bar")).to_contain_text("2 urgences")
                assert _top(page.locator(".question").first) < height * 0.75
                assert violations(page) == []
    bar = page.get_by_test_id("urgent-bar")
    page.get_by_test_id("finish").click()
    page.get_by_test_id("confirm-finish").click()
    asked = page.locator("#ask-text")
    expect(asked).to_contain_text("2 urgences")
    expect(asked).not_to_contain_text("..")
    page.get_by_test_id("ask-no").click()
    alerts = page.get_by_test_id("urgent-alert")
    expect(alerts).to_have_count(2)
    alerts.first.get_by_test_id("urgent-name").fill("M. Durand")
    alerts.first.get_by_test_id("urgent-note").click()
    expect(alerts.first.get_by_test_id("urgent-reached")).to_contain_text("M. Durand")
    page.get_by_test_id("urgent-fold").click()
    expect(bar).to_contain_text("personne encore joint")
    page.get_by_test_id("finish").click()
    page.get_by_test_id("confirm-finish").click()
    expect(asked).to_contain_text("cette urgence")
    page.get_by_test_id("ask-yes").click()
    expect(page.get_by_test_id("notice")).to_be_visible()


def _top(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return box["y"]


def test_an_urgent_finding_that_stays_is_told_by_itself(day: Round, tablet: Page) -> None:
    page = tablet
    _to_safety(page, "ERARD")
    choose(page, "gas_smell", "Oui")
    # Leaving the page would tell it too: the server hears of it while the page stands.
    until(lambda: [name for name, _ in day.alerts() if name == "ERARD"], "the alert")
    _leave(page)
    expect(page.get_by_test_id("outbox-item").filter(has_text="Alerte urgente")).to_have_count(1)


def test_a_shut_door_is_kept_with_its_report_or_not_at_all(tablet: Page) -> None:
    page = tablet
    open_hub(page, "HALF")
    page.evaluate(HOLD_QUEUE)
    _say_broken_off(page)
    page.wait_for_function(QUEUED)
    page.reload()
    unlock(page)
    page.get_by_test_id("back-to-hub").click()
    page.get_by_test_id("back-to-day").click()
    expect(_state(page, "HALF")).to_contain_text("Prévue")
    expect(page.get_by_test_id("outbox-item").filter(has_text="HALF")).to_have_count(0)


def test_an_urgent_finding_is_not_called_told_before_it_is_on_its_way(
    day: Round, tablet: Page
) -> None:
    page = tablet
    _to_safety(page, "WAITS")
    choose(page, "gas_smell", "Oui")
    page.evaluate(HOLD_QUEUE)
    alert = page.get_by_test_id("urgent-alert")
    alert.get_by_test_id("urgent-name").fill("M. Durand")
    alert.get_by_test_id("urgent-note").click()
    saved(page)
    page.reload()
    unlock(page)
    expect(alert.get_by_test_id("urgent-name")).to_be_visible()
    _leave(page)
    told = page.get_by_test_id("outbox-item").filter(has_text="WAITS")
    expect(told).to_contain_text("Sur le serveur")
    assert [name for name, _ in day.alerts()].count("WAITS") == 1


def test_who_was_reached_is_on_the_screen_as_it_was_told(day: Round, tablet: Page) -> None:
    page = tablet
    _to_safety(page, "ONCE")
    choose(page, "gas_smell", "Oui")
    saved(page)
    # What the draft notes is on the disk with the alert, or lost: never by itself.
    leave_no_room(page, "drafts", alone=True)
    alert = page.get_by_test_id("urgent-alert")
    alert.get_by_test_id("urgent-name").fill("M. Durand")
    alert.get_by_test_id("urgent-note").click()
    expect(alert.get_by_test_id("urgent-reached")).to_contain_text("M. Durand")
    page.reload()
    unlock(page)
    page.get_by_test_id("urgent-bar").click()
    expect(alert.get_by_test_id("urgent-reached")).to_contain_text("M. Durand")
    told = until(lambda: [one for name, one in day.alerts() if name == "ONCE"], "the alert")
    assert [one.reached_name for one in told] == ["M. Durand"]


def test_what_was_filled_in_before_a_visit_was_broken_off_can_still_be_finished(
    day: Round, tablet: Page
) -> None:
    page = tablet
    open_hub(page, "OFF")
    page.get_by_test_id("begin-visit").click()
    choose(page, "visit_agreed", "Non")
    saved(page)
    page.get_by_test_id("back-to-hub").click()
    _say_broken_off(page)
    expect(_state(page, "OFF")).to_contain_text("Sur le serveur")
    open_hub(page, "OFF")
    expect(page.get_by_test_id("begin-visit")).to_have_count(0)
    page.get_by_test_id("open-form").click()
    finish(page)
    told = page.get_by_test_id("outbox-item").filter(has_text="OFF")
    expect(told.filter(has_text="à relire")).to_have_count(1)
    assert len(day.submissions("OFF")) == 1
