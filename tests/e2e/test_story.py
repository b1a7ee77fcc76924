"""One visit, all the way: from the landlord's export to the closed work order and the map."""

from base64 import b64decode
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from diagnostics.delays import PARIS
from tests.e2e.profiles import fresh_profile
from tests.e2e.server import Server
from tests.e2e.tablet import send_now, tablet_sign_in, unlock
from tests.factories import make_mandate
from visits.ground.deadlines import is_public_holiday
from visits.models.accounts import Role, User

SUNDAY = 6
DATA = Path(__file__).parent.parent / "data"
Office = Callable[[Server, str], Page]

pytestmark = pytest.mark.browser


def test_one_visit_from_the_export_to_the_map(
    server: Server, office: Office, browser: Browser
) -> None:
    coordinator = server.add(Role.COORDINATOR, name="Claire Vasseur")
    visitor = server.add(Role.VISITOR, name="Nadia Benali", organisation="Association")
    _let_work(server, visitor)
    technician = server.add(Role.TECHNICIAN, name="Luc Ferrand")

    page = office(server, coordinator)
    _import_the_stock(page, server)
    _enrol_the_most_fragile(page, server)
    name = _call_and_plan(page, server)

    with fresh_profile(browser) as tablet:
        _visit_without_network(tablet, server, visitor, name)

    _close_the_work_order(office(server, technician), server)
    _see_the_follow_ups(office(server, coordinator), server)
    _see_the_map(office(server, coordinator), server)


def _let_work(server: Server, email: str) -> None:
    """Give the organisation of an account a mandate, as an administrator does."""
    house = server.house()
    with house.sessions.begin() as session:
        make_mandate(session, session.scalars(select(User).where(User.email == email)).one())
    house.engine.dispose()


def _upload(page: Page, server: Server, name: str) -> None:
    page.goto(f"{server.url}/imports/")
    page.set_input_files("#file", DATA / name)
    page.click("main form button[type=submit]")
    page.wait_for_url("**/imports/*-*")


def _confirm(page: Page) -> None:
    page.locator("main button", has_text="Importer").first.click()
    page.locator("dialog button.btn-danger").click()
    expect(page.locator("dialog")).to_have_count(0)


def _import_the_stock(page: Page, server: Server) -> None:
    _upload(page, server, "locataires_cp1252.csv")
    expect(page.locator("main")).to_contain_text("cp1252")
    dry_run = page.locator("#dry-run")
    expect(dry_run).to_contain_text("1 ligne est refusée")
    expect(page.locator("main")).to_contain_text("32/13/1941")
    _confirm(page)
    expect(page.locator("main h1")).to_be_visible()
    for name in ("batiments.csv", "logements.csv"):
        _upload(page, server, name)
        _confirm(page)
        expect(page.locator("main")).to_contain_text("Fichier importé")
    _upload(page, server, "locataires_cp1252.csv")
    expect(page.locator("#dry-run")).to_contain_text("Rien ne changerait")


def _enrol_the_most_fragile(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/programmes/seniors/targeting")
    first = page.locator("table.table-palier tbody tr").filter(has=page.locator("th[scope=row]"))
    expect(first.first).to_contain_text("ans")
    page.fill("#number", "5")
    page.locator(".enrol-first button").click()
    page.locator("main form[method=post] button.btn-primary").click()
    expect(page.locator("main")).to_contain_text("5")


def _call_and_plan(page: Page, server: Server) -> str:
    page.goto(f"{server.url}/cases/")
    rows = page.locator("table.table-palier tbody tr")
    expect(rows).to_have_count(5)

    rows.nth(1).locator("a").first.click()
    page.click("label[for=disposition-refused]")
    page.click(".call-form button[type=submit]")
    expect(page.locator(".field-error, .error-summary").first).to_be_visible()
    page.select_option("#call-reason", "R04")
    page.check("#call-sure")
    page.click(".call-form button[type=submit]")
    expect(page.locator(".notice.good")).to_be_visible()

    page.goto(f"{server.url}/cases/")
    page.click("text=Taux de refus")
    expect(page.locator("main")).to_contain_text("1 sur 1")  # the refusal rate, with its parts
    page.goto(f"{server.url}/cases/")
    rows.first.locator("a").first.click()
    name = page.locator("main h1").inner_text()
    page.click("label[for=disposition-agreed]")
    page.click(".call-form button[type=submit]")
    soon = datetime.now(PARIS).date() + timedelta(days=1)
    while soon.weekday() == SUNDAY or is_public_holiday(soon):  # asks why, which is another story
        soon += timedelta(days=1)
    page.select_option("#plan-visitor_id", label="Nadia Benali")
    page.fill("#plan-start_at", soon.isoformat())
    page.fill("#plan-time", "10:00")
    page.click("#plan button[type=submit]")
    expect(page.locator("#plan")).to_contain_text("Nadia Benali")
    return name


def _photo(page: Page) -> bytes:
    """Draw a large JPEG where a camera would take one."""
    drawn = page.evaluate(
        """() => {
            const canvas = document.createElement('canvas')
            Object.assign(canvas, {width: 2400, height: 1800})
            const pen = canvas.getContext('2d')
            pen.fillStyle = '#b4965a'
            pen.fillRect(0, 0, 2400, 1800)
            return canvas.toDataURL('image/jpeg').split(',')[1]
        }"""
    )
    return b64decode(drawn)


def _choose(page: Page, question: str, label: str) -> None:
    page.get_by_test_id(f"question-{question}").get_by_text(label, exact=True).click()


def _visit_without_network(tablet: BrowserContext, server: Server, visitor: str, name: str) -> None:
    page = tablet.new_page()
    page.goto(f"{server.url}/tablet/")
    tablet_sign_in(page, visitor)
    day = page.get_by_test_id("day-visit")
    expect(day).to_have_count(1)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.reload()
    unlock(page)
    expect(day).to_contain_text(name.split()[-1])
    expect(day).not_to_contain_text("pas encore sur la tablette")  # all its forms are here

    tablet.set_offline(True)
    page.reload()  # the app starts without a network
    unlock(page)
    page.get_by_test_id("start-visit").click()
    expect(page.get_by_test_id("page-title")).to_contain_text(name.split()[-1])
    page.get_by_test_id("begin-visit").click()
    _fill_the_form(page)
    page.get_by_test_id("confirm-finish").click()
    page.get_by_test_id("ask-yes").click()  # nobody is noted as reached about the gas
    expect(page.get_by_test_id("outbox-status").first).to_contain_text("Sur cette tablette")
    page.reload()
    expect(page.get_by_test_id("lock-waiting")).to_contain_text("en attente")
    unlock(page)
    expect(page.get_by_test_id("outbox-status").first).to_contain_text("Sur cette tablette")

    tablet.set_offline(False)
    send_now(page)
    # The urgent alert goes first; the visit itself is there when its own card says so.
    expect(page.get_by_test_id("visit-state")).to_contain_text("Sur le serveur")
    expect(page.get_by_test_id("outbox-status").first).to_contain_text("Rien à envoyer")


def _next(page: Page, title: str) -> None:
    page.get_by_test_id("next").click()
    expect(page.get_by_test_id("page-title")).to_contain_text(title)


def _fill_the_form(page: Page) -> None:
    _choose(page, "visit_agreed", "Oui")
    _choose(page, "health_agreed", "Oui")
    _next(page, "Équilibre")
    _choose(page, "fell", "Oui")
    page.get_by_test_id("question-falls_count").locator("input").fill("2")
    _choose(page, "fall_injury", "Oui")
    _choose(page, "unsteady", "Oui")
    _choose(page, "worried", "Non")
    expect(page.get_by_test_id("score-panel")).to_contain_text("4")
    expect(page.get_by_test_id("follow-panel")).to_contain_text("mois")
    _next(page, "Logement")
    page.get_by_test_id("question-floor").locator("input").fill("0")
    _choose(page, "washing", "Baignoire")
    _choose(page, "bath_edge", "Oui")
    _next(page, "Pièce")
    _choose(page, "room_kind", "Séjour")
    _choose(page, "loose_rug", "Oui")
    photo = {"name": "image.jpg", "mimeType": "image/jpeg", "buffer": _photo(page)}
    page.get_by_test_id("question-photo").locator("input[type=file]").last.set_input_files(photo)
    expect(page.get_by_test_id("question-photo").locator("img")).to_be_visible()
    _next(page, "Sécurité")
    _choose(page, "gas_smell", "Oui")
    expect(page.get_by_test_id("urgent-alert")).to_contain_text("0 800 47 33 33")
    _choose(page, "bare_wires", "Non")
    _choose(page, "smoke_alarm", "Présent et en état")
    page.get_by_test_id("question-temperature").locator("input").fill("19,5")
    _next(page, "Entourage")
    _choose(page, "lives_alone", "Non")
    _next(page, "Éco-kit")
    page.get_by_test_id("question-led_fitted").locator("input").fill("3")
    _next(page, "Bilan")
    page.get_by_test_id("finish").click()


def _close_the_work_order(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/work-orders/")
    row = page.locator("table.table-palier tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("U0")
    row.locator("a").first.click()
    expect(page.locator("main")).to_contain_text("odeur de gaz")
    done = page.locator("details").filter(has=page.locator("#done-note"))
    done.locator("summary").click()
    page.fill("#done-note", "Joint de la cuisinière remplacé.")
    done.locator("button[type=submit]").click()
    expect(page.locator(".notice.good")).to_be_visible()
    page.goto(f"{server.url}/work-orders/")
    expect(page.locator(".empty-state")).to_be_visible()


def _see_the_follow_ups(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/follow-ups/")
    expect(page.locator("main")).to_contain_text("pour prendre des nouvelles")
    page.goto(f"{server.url}/visits/")
    page.locator("table.table-palier tbody tr a").first.click()
    expect(page.locator("main")).to_contain_text("Baignoire")
    photo = page.locator("main img").first
    expect(photo).to_be_visible()
    photo.scroll_into_view_if_needed()  # it loads when it is looked at
    expect(photo).to_have_js_property("complete", True)
    expect(photo).not_to_have_js_property("naturalWidth", 0)
    size: Any = photo.evaluate("picture => [picture.naturalWidth, picture.naturalHeight]")
    assert size == [1600, 1200]


def _see_the_map(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/map/?programme=seniors&status=visited")
    expect(page.locator("#map-status, [role=status]").first).to_contain_text("1 logement")
