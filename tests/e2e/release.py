"""A later release of Palier: this one, with another build of the tablet app."""

import hashlib
import re
import shutil
from pathlib import Path

import webapp

LISTED = re.compile(r"`/tablet/([^`]+)`,`([0-9a-f]{16})`")


def make_release(folder: Path) -> Path:
    """Copy the server with a tablet app whose script has another name; gives where to run it."""
    code = Path(webapp.__file__).parent
    shutil.copytree(
        code, folder / code.name, ignore=shutil.ignore_patterns("frontend", "*.pyc", "*.br", "*.gz")
    )
    for beside in ("diagnostics", "maps", "migrations", "pyproject.toml", "visits"):
        (folder / beside).symlink_to(code.parent / beside)
    tablet = folder / code.name / "static" / "tablet"
    (script,) = (tablet / "assets").glob("index-*.js")
    later = script.with_name("index-LATER.js")
    script.rename(later)
    for file in [*tablet.rglob("*.js"), tablet / "index.html"]:
        file.write_text(file.read_text().replace(script.name, later.name))
    worker = tablet / "sw.js"
    # The worker's list of files and hashes, as vite/worker.ts writes it.
    worker.write_text(LISTED.sub(lambda one: _listed(tablet, one[1]), worker.read_text()))
    return folder


def _listed(tablet: Path, name: str) -> str:
    digest = hashlib.sha256((tablet / name).read_bytes()).hexdigest()[:16]
    return f"`/tablet/{name}`,`{digest}`"
