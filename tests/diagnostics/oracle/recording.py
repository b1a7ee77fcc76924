"""Keep what the engine concluded, so that every test run compares without Node."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from diagnostics.convert import convert

from .compare import filled

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
RECORDED = HERE / "recorded"
VISITS = 8


def corpus() -> tuple[Path, ...]:
    """List the forms of the corpus, one for each part of the language."""
    return tuple(sorted(CORPUS.glob("*.md")))


def xform_of(path: Path) -> bytes:
    """Convert a workbook with the files of its folder: `lists.md` has `lists-media`."""
    beside = path.with_name(f"{path.stem}-media")
    files = {one.name: one.read_bytes() for one in beside.glob("*")}
    return convert(path.read_bytes(), path.suffix, files).xform


def record() -> None:
    """Let the engine fill the corpus and keep its conclusions."""
    RECORDED.mkdir(exist_ok=True)
    for path in corpus():
        visits = filled(xform_of(path), VISITS)
        lines = [json.dumps(visit, ensure_ascii=False) for visit in visits]
        (RECORDED / f"{path.stem}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def recorded(path: Path) -> Iterator[dict[str, object]]:
    """Give what the engine concluded on a form of the corpus."""
    for line in (RECORDED / f"{path.stem}.jsonl").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)
