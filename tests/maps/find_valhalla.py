"""Find an engine of roads for the tests, or install one, and say which in plain words.

Valhalla comes as a package for Python 3.12 and newer alone: it gets an environment of its own.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACE = ROOT / ".venv" / ".roads"
LOCK = Path(__file__).with_name("roads.lock")
NAMES = ("python3.14", "python3.13", "python3.12", "python3")
NEW_ENOUGH = "import sys, venv; sys.exit(sys.version_info < (3, 12))"


def find_valhalla() -> Path | None:
    """Give the folder of the engine's programs, with the Python beside them that writes streets."""
    found = sorted(PLACE.glob("lib/python3.*/site-packages/valhalla/bin/valhalla_service"))
    return found[-1].parent if found else None


def roads_python() -> Path:
    """Give the Python that has what writes a network of streets."""
    return PLACE / "bin" / "python"


def install_valhalla() -> str:
    """Install the engine; gives why it could not be, empty when it is there."""
    python = _new_python()
    if python is None:
        return "it needs Python 3.12 or newer beside ours"
    pip = [str(roads_python()), "-m", "pip", "install", "-q", "--no-deps", "--require-hashes"]
    for command in (
        [python, "-m", "venv", str(PLACE)],
        [*pip, "--disable-pip-version-check", "-r", str(LOCK)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            shutil.rmtree(PLACE, ignore_errors=True)
            return (done.stderr.strip() or "its installer failed").splitlines()[-1]
    return ""


def _new_python() -> str | None:
    pyenv = sorted(Path.home().glob(".pyenv/versions/3.1[2-9]*/bin/python"))
    for one in (sys.executable, *NAMES, *map(str, pyenv)):
        tried = [one, "-c", NEW_ENOUGH]
        path = shutil.which(one)
        if path and not subprocess.run(tried, capture_output=True, check=False).returncode:
            return path
    return None


if __name__ == "__main__":
    why = "" if find_valhalla() else install_valhalla()
    if why:
        print(f"No Valhalla ({why}): travel by road is not tried on a real engine.")
    else:
        print(f"Valhalla: {find_valhalla()}")
