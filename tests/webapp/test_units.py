"""The units of systemd that ship: checked by systemd itself, and by what they name."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from webapp.commands.cli import main

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "deploy" / "systemd"
PALIER = "/opt/palier/.venv/bin/palier"
NAMES = sorted(place.name for place in UNITS.glob("*.service"))

pytestmark = pytest.mark.one_database


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    here = Path(sys.executable).parent / "palier"
    for name in NAMES:
        (tmp_path / name).write_text((UNITS / name).read_text().replace(PALIER, str(here)))
    verified = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / name) for name in NAMES)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (verified.returncode, verified.stderr) == (0, "")


@pytest.mark.parametrize("name", NAMES)
def test_a_unit_names_commands_and_settings_that_there_are(name: str) -> None:
    unit = (UNITS / name).read_text()
    documented = (ROOT / "docs" / "operating.md").read_text()
    for setting in re.findall(r"\bPALIER_[A-Z_]+", unit):
        assert f"`{setting}`" in documented
    (command,) = re.findall(rf"^ExecStart={PALIER} (.+)$", unit, re.MULTILINE)
    verb, *options = command.split()
    told = CliRunner().invoke(main, [verb, "--help"])
    assert told.exit_code == 0
    for option in options:
        assert not option.startswith("--") or option in told.output
