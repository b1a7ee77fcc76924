"""The built files of the office: names with a hash, from Vite's manifest."""

import json
from functools import lru_cache
from pathlib import Path

from flask import Flask, url_for
from markupsafe import Markup

from webapp.frame.packing import send_built

STATIC = Path(__file__).parents[1] / "static"
BUILD = STATIC / "build"
YEAR = 31_536_000


@lru_cache
def _manifest() -> dict[str, dict[str, object]]:
    place = BUILD / "manifest.json"
    if not place.is_file():
        raise FileNotFoundError("the office's files are not built: run `make setup`")
    manifest: dict[str, dict[str, object]] = json.loads(place.read_text())
    return manifest


def _entry(name: str) -> dict[str, object]:
    return next(
        entry
        for key, entry in _manifest().items()
        if entry.get("isEntry") and key.endswith(f"{name}.ts")
    )


def script(name: str) -> Markup:
    """Write the script tag of an entry, such as `office`."""
    return Markup('<script type="module" src="{}"></script>').format(_url(_entry(name)["file"]))


def styles(name: str) -> Markup:
    """Write the style tags of an entry."""
    files = _entry(name).get("css", [])
    links = [
        Markup('<link rel="stylesheet" href="{}">').format(_url(file))
        for file in files  # type: ignore[attr-defined]
    ]
    return Markup("\n").join(links)


def vendored(name: str) -> str:
    """Give the address of a file that keeps its name, such as `leaflet/leaflet.js`."""
    return url_for("static", filename=f"build/vendor/{name}")


def _url(file: object) -> str:
    return url_for("static", filename=f"build/{file}")


def offer_assets(app: Flask) -> None:
    """Offer the tags to templates and let browsers keep hashed files."""
    app.jinja_env.globals.update(script=script, styles=styles, vendored=vendored)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = None

    def keep_hashed(filename: str | None) -> int | None:
        return YEAR if filename and "build/assets/" in filename else None

    app.get_send_file_max_age = keep_hashed  # type: ignore[method-assign]
    app.view_functions["static"] = lambda filename: send_built(STATIC, filename)
