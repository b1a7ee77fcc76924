"""A fresh profile of the browser: what its pages complain of fails the test."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext

from tests.e2e.frames import keep_drawn

PATIENCE_MS = 60_000


@contextmanager
def fresh_profile(browser: Browser, **more: Any) -> Iterator[BrowserContext]:
    """Open a French profile; errors are told at its end: a listener may not raise."""
    said = {"locale": "fr-FR", "timezone_id": "Europe/Paris", "reduced_motion": "reduce"}
    context = browser.new_context(**said | more)
    context.set_default_timeout(2 * PATIENCE_MS)
    keep_drawn(context)
    errors: list[str] = []
    context.on("weberror", lambda told: errors.append(str(told.error)))
    yield context
    context.close()
    assert not errors, f"pages had errors: {errors}"
