"""Run the oracle: `python -m tests.diagnostics.oracle [FORM.xml|FORM.yaml] [N] [SEED]`.

Without a form, over every shipped diagnostic and the corpus. `--record` keeps the engine's
conclusions on the corpus for the tests that run without it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from diagnostics.convert import convert
from diagnostics.forms import read_shipped, shipped

from .compare import disagreements, install, ready
from .recording import corpus, record, xform_of

SHOWN = 5


def main(arguments: list[str]) -> int:
    """Compare and report; the exit code is the number of visits that differ, at most 99."""
    if not ready():
        install()
    if arguments == ["--record"]:
        record()
        return 0
    rounds = int(arguments[1]) if len(arguments) > 1 else 100
    seed = int(arguments[2]) if len(arguments) > 2 else 7
    wrong = 0
    for name, xform in _forms(arguments[0] if arguments else ""):
        found = disagreements(xform, rounds, seed)
        wrong += len(found)
        print(f"{name}: {rounds - len(found)} of {rounds} visits agree")
        for one in found[:SHOWN]:
            print(f"  visit {one.visit}", *one.differences, sep="\n    ")
    return min(wrong, 99)


def _forms(chosen: str) -> list[tuple[str, bytes]]:
    if chosen:
        path = Path(chosen)
        xform = path.read_bytes() if path.suffix == ".xml" else xform_of(path)
        return [(path.name, xform)]
    return [
        *((name, convert(read_shipped(name), ".yaml").xform) for name in shipped()),
        *((path.stem, xform_of(path)) for path in corpus()),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
