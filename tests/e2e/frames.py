"""Keep pages drawn: a browser now and then gives one no frame until something stirs it.

A page without frames answers no tap: what is clicked waits for the place to stand still. Seen after
minutes on quiet machines too, with and without a window; a change of its size brings it back.
"""

import asyncio
import sys
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page

EVERY_S = 5.0
# More than a busy machine takes for a frame; a page stirred for nothing takes no harm.
FRAME_S = 15.0
FRAME = "() => document.hidden || new Promise(requestAnimationFrame)"


def keep_drawn(context: BrowserContext) -> None:
    """Watch each page of a context beside the test, wherever that waits for the browser."""
    for page in context.pages:
        _watch(page)
    context.on("page", _watch)


def _watch(page: Page) -> None:
    # The test stands still in its own call: only a task of Playwright's loop runs beside it.
    inner = page._impl_obj
    inner._loop.create_task(_stir_when_still(inner))


async def _stir_when_still(page: Any) -> None:
    while not page.is_closed():
        await asyncio.sleep(EVERY_S)
        frame = asyncio.ensure_future(page.evaluate(FRAME, None))
        await asyncio.wait({frame}, timeout=FRAME_S)
        # The test may have kept the loop from running: what came meanwhile is read first.
        await asyncio.wait({frame}, timeout=1)
        if not frame.done():
            await _stir(page)
        frame.add_done_callback(_heard)


def _heard(frame: asyncio.Future[Any]) -> None:
    """Read what became of it: a page that went away meanwhile is nobody's error."""
    if not frame.cancelled():
        frame.exception()


async def _stir(page: Any) -> None:
    size = page.viewport_size
    if size is None:
        return
    print(f"no frame within {FRAME_S:.0f} s, so it is stirred: {page.url}", file=sys.stderr)
    try:
        await page.set_viewport_size({**size, "height": size["height"] + 1})
        await page.set_viewport_size(size)
    except Error:
        return  # it closed
