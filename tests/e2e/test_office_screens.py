"""The office on a phone, enlarged, by keyboard, and its map in the address: what a person sees."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages import send_again
from tests.e2e.server import Server
from visits.models.accounts import Role

Office = Callable[..., Page]

pytestmark = pytest.mark.browser

CUT_OFF = """() => [document.documentElement, ...document.querySelectorAll('.table-scroll')]
    .filter(box => box.scrollWidth > box.clientWidth)
    .map(box => [...box.querySelectorAll('*')]
        .filter(part => part.getBoundingClientRect().right > box.getBoundingClientRect().right)
        .map(part => part.outerHTML.slice(0, 200)).slice(0, 3))"""


def _at(demo: Server, office: Office, role: Role, path: str, width: int = 1280) -> Page:
    account = demo.accounts[role]
    page = office(demo, account.email, account.password)
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{demo.url}{path}")
    return page


def test_a_list_reads_as_cards_on_a_phone_and_stays_a_table_to_a_screen_reader(
    demo: Server, office: Office
) -> None:
    page = _at(demo, office, Role.TECHNICIAN, "/work-orders/?state=all", 390)
    table = page.get_by_role("table")
    expect(table).to_be_visible()
    row = table.get_by_role("row").nth(1)
    cells = row.get_by_role("cell")
    labels = [
        cell.evaluate("cell => getComputedStyle(cell, '::before').content.split(' / ')[0]")
        for cell in cells.all()
    ]
    headings = [head.inner_text().strip() for head in table.get_by_role("columnheader").all()]
    assert headings and all(label.strip('"') in headings for label in labels)
    tops = [box["y"] for cell in cells.all() if (box := cell.bounding_box())]
    assert tops == sorted(set(tops))  # one under the other
    assert page.evaluate(CUT_OFF) == []
    sort = table.get_by_role("columnheader").get_by_role("link").first
    sort.scroll_into_view_if_needed()  # below the filters
    expect(sort).to_be_in_viewport()
    page.set_viewport_size({"width": 1280, "height": 844})
    tops = [box["y"] for cell in cells.all() if (box := cell.bounding_box())]
    assert len(set(tops)) == 1


def test_two_submissions_side_by_side_reflow(demo: Server, office: Office) -> None:
    house = demo.house()
    _visit, comparison = send_again(house)
    house.engine.dispose()
    page = _at(demo, office, Role.COORDINATOR, comparison)
    for width in (640, 390):
        page.set_viewport_size({"width": width, "height": 844})
        expect(page.get_by_role("row").nth(2)).to_be_visible()
        assert page.evaluate(CUT_OFF) == [], width


def test_the_focus_is_seen_on_the_menu_of_the_user(demo: Server, office: Office) -> None:
    page = _at(demo, office, Role.MANAGER, "/")
    opener = page.locator(".topbar-user .dropdown-toggle")
    for _ in range(6):
        page.keyboard.press("Tab")
        if opener.evaluate("button => button === document.activeElement"):
            break
    expect(opener).to_be_focused()
    expect(opener).to_have_css("outline-style", "solid")
    expect(opener).to_have_css("outline-width", "3px")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    item = page.locator(".topbar-user .dropdown-item").first
    expect(item).to_be_focused()
    expect(item).to_have_css("outline-style", "solid")


def test_the_place_on_the_map_and_its_filters_are_kept_on_the_way_back_and_printed(
    demo: Server, office: Office
) -> None:
    page = _at(demo, office, Role.COORDINATOR, "/map/")
    status, risk = page.locator("#map-status"), page.get_by_label("Risque", exact=True)
    expect(status).to_contain_text("logements dans la vue")
    page.get_by_role("button", name="Zoomer", exact=True).click()
    expect(page).to_have_url(re.compile("zoom="))
    before = parse_qs(urlsplit(page.url).query)
    assert set(before) >= {"lat", "lon", "zoom"}
    risk.select_option("3")
    expect(page).to_have_url(re.compile("risk=3"))
    page.get_by_role("button", name="Dézoomer", exact=True).click()
    expect(page).not_to_have_url(re.compile(f"zoom={before['zoom'][0]}(&|$)"))
    moved = page.url
    page.emulate_media(media="print")
    said = page.locator("#map-said")
    expect(said).to_be_visible()
    expect(said).to_contain_text("Risque : Élevé")
    expect(said).to_contain_text(f"zoom {parse_qs(urlsplit(moved).query)['zoom'][0]}")
    page.emulate_media(media="screen")
    expect(said).to_be_hidden()
    page.goto(f"{demo.url}/people/")
    page.go_back()
    expect(page).to_have_url(moved)
    expect(risk).to_have_value("3")
    expect(said).to_contain_text(f"zoom {parse_qs(urlsplit(moved).query)['zoom'][0]}")
    page.go_back()
    expect(risk).to_have_value("")
    expect(said).to_contain_text(f"zoom {before['zoom'][0]}")
    assert parse_qs(urlsplit(page.url).query)["zoom"] == before["zoom"]
