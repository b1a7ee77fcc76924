"""The tablet's lock: all is sealed, a lost PIN loses nothing, a lost tablet is erased."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.e2e.layout import violations
from tests.e2e.profiles import fresh_profile
from tests.e2e.round import saved
from tests.e2e.server import Server
from tests.e2e.tablet import PIN, choose_pin, tablet_sign_in, unlock

pytestmark = pytest.mark.browser

WRONG = "314159"
Office = Callable[..., Page]

# Every record of every store, as it stands on disk, read as text: what a thief would search.
DUMP = """async () => {
    const text = value => {
        if (value instanceof ArrayBuffer) return new TextDecoder('latin1').decode(value)
        if (ArrayBuffer.isView(value)) return new TextDecoder('latin1').decode(value)
        if (typeof value !== 'object' || value === null) return String(value)
        return Object.entries(value).map(([key, each]) => key + text(each)).join('|')
    }
    const opened = indexedDB.open('palier')
    const database = await new Promise(done => { opened.onsuccess = () => done(opened.result) })
    let all = JSON.stringify(localStorage) + JSON.stringify(sessionStorage)
    const counts = {}
    for (const name of database.objectStoreNames) {
        const asked = database.transaction(name).objectStore(name).getAll()
        const records = await new Promise(done => { asked.onsuccess = () => done(asked.result) })
        counts[name] = records.length
        all += records.map(text).join('')
    }
    database.close()
    return {all, counts}
}"""


@pytest.fixture
def tablet(browser: Browser) -> Iterator[BrowserContext]:
    """A tablet nobody has held yet."""
    with fresh_profile(browser) as context:
        yield context


def _open(tablet: BrowserContext, demo: Server) -> Page:
    page = tablet.new_page()
    page.goto(f"{demo.url}/tablet/")
    return page


def _sign_in(page: Page, demo: Server, role: str = "visitor") -> None:
    account = demo.accounts[role]
    tablet_sign_in(page, account.email, account.password)
    expect(page.get_by_test_id("day-visit").first).to_be_visible()


def _begin_visit(page: Page) -> str:
    """Begin the first visit up to its second page; gives the tenant's name."""
    page.get_by_test_id("start-visit").first.click()
    page.get_by_test_id("begin-visit").click()
    for question in ("visit_agreed", "health_agreed"):
        page.get_by_test_id(f"question-{question}").get_by_text("Oui", exact=True).click()
    page.get_by_test_id("next").click()
    expect(page.get_by_test_id("page-title")).to_contain_text("Équilibre")
    page.get_by_test_id("question-fell").get_by_text("Oui", exact=True).click()
    return page.locator(".bar .who").inner_text()


def _falls(page: Page) -> Locator:
    return page.get_by_test_id("question-falls_count").locator("input")


def _try_wrong(page: Page, times: int) -> None:
    for tried in range(times):
        page.get_by_test_id("pin").fill(WRONG)
        page.get_by_test_id("pin-unlock").click()
        expect(page.get_by_test_id("lock-problem")).to_contain_text(f"{4 - tried} essai")


def _recover(page: Page, demo: Server, role: str = "visitor") -> None:
    account = demo.accounts[role]
    page.get_by_test_id("pin-forgotten").click()
    page.get_by_label("Adresse").fill(account.email)
    page.get_by_label("Mot de passe").fill(account.password)
    page.get_by_test_id("sign-in").click()


def test_a_pin_that_is_easy_or_typed_differently_is_refused(
    demo: Server, tablet: BrowserContext
) -> None:
    page = _open(tablet, demo)
    account = demo.accounts["visitor"]
    page.get_by_label("Adresse").fill(account.email)
    page.get_by_label("Mot de passe").fill(account.password)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("pin")).to_be_focused()
    for first, second, said in (
        ("12345", "12345", "6 chiffres"),
        ("123456", "123456", "trop facilement"),
        ("000000", "000000", "trop facilement"),
        (PIN, WRONG, "différents"),
    ):
        page.get_by_test_id("pin").fill(first)
        page.get_by_test_id("pin-again").fill(second)
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("pin-problem")).to_contain_text(said)
    assert violations(page) == []
    kept = page.evaluate(DUMP)
    assert set(kept["counts"].values()) == {0}  # nothing is kept before there is a PIN
    choose_pin(page)
    expect(page.get_by_test_id("day-visit").first).to_be_visible()


def test_a_visit_begun_is_there_after_the_pin_even_without_a_network(
    demo: Server, tablet: BrowserContext
) -> None:
    page = _open(tablet, demo)
    _sign_in(page, demo)
    name = _begin_visit(page)
    _falls(page).fill("7")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    saved(page)
    tablet.set_offline(True)
    page.reload()
    expect(page.get_by_test_id("pin")).to_be_focused()
    assert name not in page.content()
    assert violations(page) == []
    page.keyboard.type(PIN)  # by keyboard alone
    page.keyboard.press("Enter")
    expect(_falls(page)).to_have_value("7")
    expect(page.locator(".bar .who")).to_have_text(name)


def test_five_wrong_pins_need_the_network_and_lose_nothing(
    demo: Server, tablet: BrowserContext
) -> None:
    page = _open(tablet, demo)
    _sign_in(page, demo)
    _begin_visit(page)
    _falls(page).fill("8")
    saved(page)
    page.reload()
    _try_wrong(page, 2)
    page.reload()
    expect(page.get_by_test_id("lock-left")).to_contain_text("3")  # closing gives no more tries
    page.get_by_test_id("pin").fill(WRONG)
    page.get_by_test_id("pin-unlock").click()
    expect(page.get_by_test_id("lock-problem")).to_contain_text("2 essais")
    assert violations(page) == []
    for said in ("lock-problem", "lock-refused"):
        expect(page.get_by_test_id("pin")).to_have_value("")
        page.get_by_test_id("pin").fill(WRONG)
        page.get_by_test_id("pin-unlock").click()
        expect(page.get_by_test_id(said)).to_be_visible()
    expect(page.get_by_test_id("lock-refused")).to_contain_text("réseau")
    expect(page.get_by_test_id("pin")).to_have_count(0)
    page.reload()
    expect(page.get_by_test_id("lock-refused")).to_be_visible()

    tablet.set_offline(True)
    _recover(page, demo)
    expect(page.get_by_test_id("sign-in-problem")).to_contain_text("Sans réseau")
    assert violations(page) == []
    tablet.set_offline(False)
    page.get_by_test_id("sign-in").click()
    choose_pin(page, "271829")
    expect(_falls(page)).to_have_value("8")
    page.reload()
    unlock(page, "271829")
    expect(_falls(page)).to_have_value("8")


def test_somebody_else_does_not_take_over_unsent_work(demo: Server, tablet: BrowserContext) -> None:
    page = _open(tablet, demo)
    _sign_in(page, demo)
    _begin_visit(page)
    saved(page)
    page.reload()
    _recover(page, demo, "coordinator")
    expect(page.get_by_test_id("sign-in-problem")).to_contain_text("autre compte")
    page.get_by_test_id("sign-in-back").click()
    unlock(page)
    expect(page.get_by_test_id("page-title")).to_contain_text("Équilibre")


def test_the_tablet_locks_by_itself_and_keeps_the_last_keystroke(
    demo: Server, tablet: BrowserContext
) -> None:
    page = tablet.new_page()
    page.clock.install()
    page.goto(f"{demo.url}/tablet/")
    _sign_in(page, demo)
    name = _begin_visit(page)
    page.clock.fast_forward("04:30")
    expect(page.get_by_test_id("page-title")).to_contain_text("Équilibre")
    _falls(page).press_sequentially("12")  # a hand on the tablet begins the five minutes anew
    page.clock.fast_forward("04:30")
    expect(_falls(page)).to_have_value("12")
    _falls(page).press_sequentially("3")
    page.clock.fast_forward("15:05")  # a visit's form lies for longer than the rest
    expect(page.get_by_test_id("lock-screen")).to_be_visible()
    assert name not in page.content()
    unlock(page)
    expect(page.get_by_test_id("page-title")).to_contain_text("Équilibre")
    expect(_falls(page)).to_have_value("123")
    page.get_by_test_id("back-to-hub").click()
    page.get_by_test_id("back-to-day").click()
    page.clock.fast_forward("05:05")
    expect(page.get_by_test_id("lock-screen")).to_be_visible()
    unlock(page)
    expect(page.get_by_test_id("day-visit").first).to_be_visible()


def test_a_form_that_lay_on_the_table_goes_on_and_the_rest_asks_the_pin(
    demo: Server, tablet: BrowserContext
) -> None:
    page = tablet.new_page()
    page.clock.install()
    page.goto(f"{demo.url}/tablet/")
    _sign_in(page, demo)
    _begin_visit(page)
    page.clock.fast_forward("14:00")
    _falls(page).press_sequentially("12")  # no PIN, and no stroke is lost
    expect(_falls(page)).to_have_value("12")
    # All that is drawn from here on, were it for one frame.
    page.evaluate(
        """() => new MutationObserver(() => {
            if (document.querySelector('[data-testid="day-visit"]')) window.dayWasDrawn = true
        }).observe(document.body, {childList: true, subtree: true})"""
    )
    page.evaluate("location.hash = '#/'")  # as Back does: unasked, with a stroke still unsaved
    expect(page.get_by_test_id("lock-screen")).to_be_visible()
    assert page.evaluate("window.dayWasDrawn") is None
    unlock(page)
    expect(page.get_by_test_id("day-visit").first).to_be_visible()
    page.get_by_test_id("start-visit").first.click()
    page.get_by_test_id("begin-visit").click()
    expect(_falls(page)).to_have_value("12")


def test_what_the_tablet_keeps_cannot_be_read(demo: Server, tablet: BrowserContext) -> None:
    page = _open(tablet, demo)
    _sign_in(page, demo)
    name = _begin_visit(page)
    _falls(page).fill("9")
    saved(page)
    kept = page.evaluate(DUMP)
    assert kept["counts"]["drafts"] == 1
    assert kept["counts"]["session"] == kept["counts"]["day"] == kept["counts"]["lock"] == 1
    clear = kept["all"]
    account = demo.accounts["visitor"]
    # "Mme" stands by chance in one of two hundred sealed tablets: three bytes are no finding.
    names = [name, *(part for part in name.split() if len(part) >= 5)]
    for word in (*names, account.email, "palier_", "falls_count", "visit_agreed", "<h:html"):
        assert word not in clear, word
    assert PIN not in clear
    assert '"token"' not in clear


@pytest.mark.parametrize("locked", [False, True], ids=["open", "locked"])
def test_a_lost_tablet_erases_itself(
    demo: Server, tablet: BrowserContext, office: Office, locked: bool
) -> None:
    page = _open(tablet, demo)
    _sign_in(page, demo)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    visitor = demo.accounts["visitor"]
    _declare_lost(office(demo, visitor.email, visitor.password), demo)
    if locked:
        page.reload()
    else:
        page.get_by_test_id("refresh").click()
    expect(page.get_by_test_id("erased")).to_contain_text("déclarée perdue")
    assert violations(page) == []
    left = page.evaluate(
        """async () => ({
            databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
            local: localStorage.length,
            workers: (await navigator.serviceWorker.getRegistrations()).length,
        })"""
    )
    assert left == {"databases": 0, "caches": 0, "local": 0, "workers": 0}
    own = office(demo, visitor.email, visitor.password)
    own.goto(f"{demo.url}/account")
    expect(own.locator("main")).to_contain_text("Perdue, effacée le")
    page.reload()
    expect(page.get_by_test_id("sign-in")).to_be_visible()


def _declare_lost(page: Page, demo: Server) -> None:
    """Declare the tablet seen last lost, from one's own account."""
    page.goto(f"{demo.url}/account")
    page.get_by_role("button", name="Déclarer perdue").first.click()
    expect(page.locator("dialog")).to_contain_text("non envoyées")
    page.locator("dialog button.btn-danger").click()
    expect(page.locator(".notice.good")).to_contain_text("déclarée perdue")


def test_a_revoked_tablet_only_asks_to_sign_in_again(
    demo: Server, tablet: BrowserContext, office: Office
) -> None:
    page = _open(tablet, demo)
    _sign_in(page, demo)
    _begin_visit(page)
    saved(page)
    visitor = demo.accounts["visitor"]
    own = office(demo, visitor.email, visitor.password)
    own.goto(f"{demo.url}/account")
    own.get_by_role("button", name="Révoquer").first.click()
    own.locator("dialog button.btn-danger").click()
    expect(own.locator(".notice.good")).to_be_visible()
    page.get_by_test_id("back-to-hub").click()
    page.get_by_test_id("back-to-day").click()
    page.get_by_test_id("refresh").click()
    page.get_by_role("button", name="Se reconnecter").first.click()
    page.get_by_label("Mot de passe").fill(visitor.password)
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_test_id("day-visit").first).to_be_visible()
    expect(page.get_by_text("Commencée sur cette tablette").first).to_be_visible()


def test_without_a_secure_connection_nothing_is_kept(demo: Server, tablet: BrowserContext) -> None:
    page = tablet.new_page()
    page.add_init_script("Object.defineProperty(crypto, 'subtle', {value: undefined})")
    page.goto(f"{demo.url}/tablet/")
    expect(page.get_by_test_id("insecure")).to_contain_text("https")
    expect(page.get_by_test_id("sign-in")).to_have_count(0)
    assert violations(page) == []
