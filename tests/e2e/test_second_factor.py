"""The way into the office with a second factor."""

import re
from collections.abc import Callable

import pytest
from passlib.totp import TOTP
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.layout import faults
from tests.e2e.server import Server

pytestmark = pytest.mark.browser


def test_a_second_factor_is_set_up_used_and_removed_with_the_keyboard(
    demo: Server, office: Callable[..., Page]
) -> None:
    account = demo.accounts["manager"]
    page = office(demo, account.email, account.password)
    page.goto(f"{demo.url}/account/second-factor")
    problems = faults(page)
    secret = re.sub(r"\s", "", page.locator("main code").inner_text())
    page.fill("#code", TOTP(key=secret).generate().token)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Codes de secours")
    problems += faults(page)
    codes = page.locator("main code").all_inner_texts()
    page.goto(f"{demo.url}/account/second-factor")
    problems += faults(page)
    page.context.clear_cookies()
    page.goto(f"{demo.url}/sign-in?next=/account/second-factor")
    page.fill("#email", account.email)
    page.fill("#password", account.password)
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    problems += faults(page)
    page.fill("#code", codes[0])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{demo.url}/account/second-factor")
    page.fill("#code-remove", codes[1])
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("retiré")
    assert not problems, "\n".join(problems)


def test_a_passkey_is_set_up_signs_in_and_is_removed(demo: Server, context: BrowserContext) -> None:
    page, account = context.new_page(), demo.accounts["coordinator"]
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    held = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": held})
    own = f"http://localhost:{demo.port}/account/second-factor"  # an IP address has no passkeys
    page.goto(own)
    page.fill("#email", account.email)
    page.fill("#password", account.password)
    page.keyboard.press("Enter")
    page.wait_for_url(own)
    page.fill("#name", "Ordinateur du bureau")
    page.get_by_role("button", name="Ajouter une clé d’accès").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Codes de secours")
    page.goto(own)
    problems = faults(page)
    page.context.clear_cookies()
    page.goto(own)
    page.fill("#email", account.email)
    page.fill("#password", account.password)
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_focused()
    problems += faults(page)
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    page.wait_for_url(own)
    page.get_by_role("button", name="Continuer avec une clé d’accès").click()
    expect(page.get_by_role("button", name="Ajouter une clé d’accès")).to_be_visible()
    problems += faults(page)
    page.get_by_role("button", name="Retirer avec une clé d’accès").click()
    expect(page.get_by_role("status")).to_contain_text("retiré")
    assert not problems, "\n".join(problems)
