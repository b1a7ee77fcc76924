"""Compare our check with the tablet's engine, visit by visit."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lxml import etree

from diagnostics.form import Form, parse_form
from diagnostics.kinds import INFINITIES
from diagnostics.submission import check

HERE = Path(__file__).parent
ZONE = "Europe/Paris"
TOO_LONG = 3600  # seconds; on some circular forms the engine loops for ever


@dataclass(frozen=True)
class Disagreement:
    """A visit on which engine and server differ, and how."""

    visit: int
    differences: tuple[str, ...]
    xml: str


class EngineFailed(Exception):
    """The engine does not take this form; the message is its own."""


def ready() -> bool:
    """Tell whether the engine has been installed beside this file."""
    return (HERE / "node_modules" / "@getodk" / "xforms-engine").is_dir()


def install() -> None:
    """Install the engine with npm, for development only."""
    subprocess.run(["npm", "install", "--no-audit", "--no-fund"], cwd=HERE, check=True)


def filled(xform: bytes, rounds: int, seed: int = 7) -> Iterator[dict[str, object]]:
    """Let the engine fill a form at random; yields what it concluded on each visit."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xml"
        path.write_bytes(xform)
        run = subprocess.run(
            ["node", "fill.mjs", str(path), str(rounds), str(seed)],
            cwd=HERE,
            check=False,
            capture_output=True,
            text=True,
            timeout=TOO_LONG,
            env={**os.environ, "TZ": ZONE},
        )
    if run.returncode:
        raise EngineFailed(run.stderr.strip()[-2000:])
    for line in run.stdout.splitlines():
        yield json.loads(line)


def disagreements(xform: bytes, rounds: int, seed: int = 7) -> list[Disagreement]:
    """List the visits on which our check and the engine differ."""
    form = parse_form(xform)
    found = []
    for at, visit in enumerate(filled(xform, rounds, seed)):
        differences = tuple(compare(form, visit))
        if differences:
            found.append(Disagreement(at, differences, str(visit["xml"])))
    return found


def compare(form: Form, visit: dict[str, object]) -> Iterator[str]:
    """Say how our check differs from what the engine concluded on one visit."""
    xml = str(visit["xml"])
    checked = check(form, xml.encode(), now=datetime.fromisoformat(str(visit["now"])))
    ours = {(one.path, str(one.kind)) for one in checked.violations}
    theirs = {(path, kind) for path, kind in visit["violations"]}  # type: ignore[attr-defined]
    yield from (f"only ours: {one}" for one in sorted(ours - theirs))
    yield from (f"only the engine's: {one}" for one in sorted(theirs - ours))
    yield from (f"corrected: {one}" for one in checked.corrected)
    yield from (f"unknown: {one}" for one in checked.unknown)
    first, second = canonical(checked.xml.decode()), canonical(xml)
    if first != second:
        yield f"xml: ours {_first_difference(first, second)}"


def canonical(xml: str) -> str:
    """Write XML without what does not matter: namespaces declared, empty elements' form."""
    top = etree.fromstring(xml.encode())
    lines = []
    for element in top.iter(etree.Element):
        name = etree.QName(element).localname
        text = element.text or ""
        if re.fullmatch(r"-?\d+\.\d+(?:e[-+]\d+)?", text):
            text = f"{float(text):.12g}"  # the last digits of sines differ between machines
        if text in INFINITIES:
            text = ""  # what divides by zero: the engine writes it, the server keeps nothing
        lines.append(f"{len(list(element.iterancestors()))} {name} {text}")
    return "\n".join(lines)


def _first_difference(first: str, second: str) -> str:
    for one, other in zip(first.splitlines(), second.splitlines(), strict=False):
        if one != other:
            return f"{one!r}, the engine {other!r}"
    return f"{len(first.splitlines())} elements, the engine {len(second.splitlines())}"
