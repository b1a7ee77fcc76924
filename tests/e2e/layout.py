"""What a page is made of, and how it stands in a real browser at every size."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "webapp/frontend/node_modules/axe-core/axe.min.js"
FITS = Path(__file__).with_suffix(".js")
# A desk, a tablet on its side or upright, a desk enlarged to 200 %, a phone.
SIZES = ((1280, 800), (800, 1280), (640, 400), (390, 844))
VIEWPORTS = {"landscape": SIZES[0], "portrait": SIZES[1]}
# What depends on how wide a page is: the rest is the same at every size.
BY_SIZE = ("color-contrast", "target-size", "scrollable-region-focusable")
A4_PX = 794
# What fits itself to a new size does so as the next picture is drawn.
DRAWN = "() => new Promise(seen => requestAnimationFrame(() => requestAnimationFrame(seen)))"
VOID = frozenset({"br", "img", "input", "meta", "link", "hr", "wbr", "source", "area", "col"})
# These differ by row or by what somebody typed, not by how a page is built.
VALUES = frozenset({"role", "type", "scope", "lang", "aria-current", "aria-sort", "aria-invalid"})
CHROME = frozenset({"header", "nav"})

Structure = frozenset[tuple[str, ...]]


class _Parts(HTMLParser):
    """Collects each kind of element within each kind of element."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: set[tuple[str, ...]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        classes = ".".join(sorted(said.pop("class", "").split()))
        names = sorted(f"{name}={said[name]}" if name in VALUES else name for name in said)
        here = f"{tag}.{classes}[{','.join(names)}]"
        if not CHROME & {one.partition(".")[0] for one in self.open}:
            self.found.add((*self.open, here))
        if tag not in VOID:
            self.open.append(here)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop().partition(".")[0] != tag:
            pass


def structure_of(html: str) -> Structure:
    """Reduce a page to its kinds of elements: without its texts, and without how many there are."""
    parts = _Parts()
    parts.feed(html)
    return frozenset(parts.found)


def violations(page: Page, *rules: str) -> list[str]:
    """Run axe-core on a page as it stands: all rules and the size of targets, or some rules."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    else:
        options["rules"] = {"target-size": {"enabled": True}}
    found: list[dict[str, Any]] = page.evaluate(
        "async options => (await axe.run(options)).violations", options
    )
    return [
        f"{one['id']}: {one['help']} at {[node['target'] for node in one['nodes']][:3]}"
        for one in found
    ]


def overflow(page: Page) -> int:
    """Tell how many pixels a page is wider than its window."""
    wide: int = page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wide


def faults(page: Page) -> list[str]:
    """Look at a page at every size and as it is printed."""
    found: list[str] = []
    fits = FITS.read_text()
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(DRAWN)
        found += [f"{width} px: {one}" for one in page.evaluate(fits)]
        if width == SIZES[0][0]:
            found += violations(page)
        if width == SIZES[-1][0]:
            found += [f"{width} px: {one}" for one in violations(page, *BY_SIZE)]
    page.set_viewport_size({"width": A4_PX, "height": SIZES[0][1]})
    page.emulate_media(media="print")
    if (wide := overflow(page)) > 0:
        found.append(f"printed: {wide} px too wide")
    page.emulate_media(media="screen")
    return found
