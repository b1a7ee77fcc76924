"""Papers: how long one takes to make."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from benchmarks.bench import Bench
from benchmarks.figures import MS, Figure, figure, timed
from webapp.documents.typeset import typeset

NOW = datetime(2026, 3, 10, 14, 40, tzinfo=UTC)
ROUNDS = 20
FRAME = {
    "title": "Compte rendu de votre visite", "author": "Oise Habitat", "language": "fr",
    "made": "Fait le mardi 10 mars 2026", "foot": "Compte rendu de votre visite",
    "logo": "", "opening": "", "page": "Page {n} sur {of}", "colon": "{} :", "foreign": "{box}",
}  # fmt: skip
FACTS = [["Qui agit", "Votre bailleur"], ["Au plus tard", "jeudi 12 mars 2026"]]
ITEM = {
    "tone": "severity-U2", "word": "Dans les prochains jours", "facts": FACTS,
    "says": "Le détecteur de fumée est à poser ou à remplacer dans le couloir.",
}  # fmt: skip


def measure_papers(bench: Bench) -> Iterator[Figure]:
    """Milliseconds to make a paper, of a quiet visit and of one with very much to tell."""
    for findings in (3, 60):
        # Each of another visit: what was set once is remembered. The first opens the type.
        size = round(len(_make(findings, 0)) / 1000)
        samples = [_taken(findings, visit) for visit in range(1, ROUNDS + 1)]
        yield figure(f"paper, report of {findings} findings", samples, unit="ms", kB=size)


def _taken(findings: int, visit: int) -> float:
    with timed() as watch:
        _make(findings, visit)
    return watch.seconds * MS


def _make(findings: int, visit: int) -> bytes:
    return typeset("tenant_report", report(findings, visit), made_at=NOW)


def report(findings: int, visit: int) -> dict[str, Any]:
    """Say the report of a visit with so many findings."""
    items = [{**ITEM, "says": f"{ITEM['says']} ({visit}-{at})"} for at in range(findings)]
    part = {
        "icon": "tools",
        "title": "Ce que nous faisons",
        "intro": "",
        "items": items,
    }
    urgent = [{"title": "Urgent", "lines": ["Odeur de gaz.", "En cas de danger : 112."]}]
    ring = {"title": "Qui appeler", "lines": ["Oise Habitat"]}
    about = [["Pour", "Mme Odette Vermeulen"]]
    return {
        **FRAME, "about": about, "urgent": urgent, "parts": [part], "ring": ring, "small": ""
    }  # fmt: skip
