"""Put each fault of `mutations.toml` into a copy of the tree and see whether its tests notice.

`python -m tests.mutations [WORD …]` runs those whose file holds one of the words.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = Path(__file__).with_name("mutations.toml")
FRONT = "webapp/frontend/"
LINKED = (".venv", f"{FRONT}node_modules")
# What is built and not committed; tests read it.
BUILT = ("webapp/static", "webapp/translations")
LONGEST_S = 600


@dataclass(frozen=True)
class Mutation:
    """A text of a file, what stands for it, and the tests that must fail then."""

    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def mutations() -> list[Mutation]:
    """Read the table."""
    rows = tomllib.loads(TABLE.read_text())["mutation"]
    return [Mutation(row["file"], row["old"], row["new"], tuple(row["tests"])) for row in rows]


def main(words: Sequence[str]) -> int:
    """Print what became of each; gives how many lived."""
    chosen = [one for one in mutations() if not words or any(word in one.file for word in words)]
    lived = 0
    with tempfile.TemporaryDirectory(prefix="mutations-") as folder:
        tree = Path(folder) / "tree"
        _copy(tree)
        for one in chosen:
            said = _try(tree, one)
            lived += said != "killed"
            print(f"{said:8} {one.file}: {one.old.strip().splitlines()[0]}", flush=True)
    print(f"{len(chosen) - lived} of {len(chosen)} killed")
    return int(lived > 0)


def _copy(tree: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in listed.stdout.splitlines():
        if name not in LINKED and (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    for name in BUILT:
        shutil.copytree(ROOT / name, tree / name, dirs_exist_ok=True)
    for name in LINKED:
        (tree / name).symlink_to((ROOT / name).resolve())


def _try(tree: Path, one: Mutation) -> str:
    place = tree / one.file
    sound = place.read_text()
    if sound.count(one.old) != 1:
        return "astray"
    place.write_text(sound.replace(one.old, one.new))
    try:
        codes = [_run(tree, command, folder) for command, folder in _commands(one.tests)]
    finally:
        place.write_text(sound)
    # 1 is a test that failed; anything else above 0 did not get as far.
    return "killed" if 1 in codes else "broken" if any(codes) else "LIVED"


def _commands(tests: Sequence[str]) -> list[tuple[list[str], str]]:
    python = [name for name in tests if name.endswith(".py")]
    script = [name.removeprefix(FRONT) for name in tests if name.endswith(".ts")]
    commands = []
    if python:
        options = ["-x", "-q", "-n", "0", "--database", "sqlite", "-p", "no:cacheprovider"]
        commands.append(([".venv/bin/python", "-m", "pytest", *options, *python], ""))
    if script:
        commands.append((["node", "node_modules/vitest/vitest.mjs", "run", *script], FRONT))
    return commands


def _run(tree: Path, command: list[str], folder: str) -> int:
    path = f"{tree / '.venv/bin'}:{os.environ['PATH']}"
    environ = os.environ | {"PATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, cwd=tree / folder, env=environ, capture_output=True, timeout=LONGEST_S, check=False
    )
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
