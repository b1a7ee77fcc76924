"""The tablet app's own files, under /tablet/: shell, service worker, manifest."""

from pathlib import Path

from flask import Blueprint, Response, redirect
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from webapp.access.auth import public
from webapp.frame.packing import send_built

FOLDER = Path(__file__).parents[1] / "static" / "tablet"

tablet = Blueprint("tablet", __name__)


@tablet.get("/tablet")
@public
def slash() -> ResponseReturnValue:
    """Lead to the app's own scope."""
    return redirect("/tablet/")


@tablet.get("/tablet/")
@tablet.get("/tablet/<path:name>")
@public
def file(name: str = "index.html") -> ResponseReturnValue:
    """Send a built file; an address of the app's own screens gets the shell."""
    try:
        answer = send_built(FOLDER, name)
    except NotFound:
        if "." in name:
            raise
        answer = send_built(FOLDER, "index.html")
    return _cached(answer, name)


def _cached(answer: Response, name: str) -> Response:
    # Hashed files never change; the shell and the service worker are asked for each time.
    hashed = name.startswith("assets/")
    answer.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if hashed else "no-cache"
    )
    if name == "sw.js":
        answer.headers["Service-Worker-Allowed"] = "/tablet/"
    return answer
