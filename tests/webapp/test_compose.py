"""compose.yaml, as Compose would read it: no container is built here, as no registry of images is.

What is tried for real elsewhere: `make setup`, which the image is made by, and two web processes,
one with the jobs, PostgreSQL and a proxy's headers (tests/e2e/test_two_machines.py).
"""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from compose_spec import PyCompose
from sqlalchemy import make_url

from webapp.commands.cli import main
from webapp.frame.settings import read_settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
GIVEN = {"POSTGRES_PASSWORD": "a0" * 24, "PALIER_HOST": "palier.example.org"}
SET = re.compile(r"\$\{([A-Z_]+)(:\?[^}]*)?\}")

pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The file with its anchors and variables filled in."""
    written = SET.sub(lambda found: GIVEN[found[1]], (ROOT / "compose.yaml").read_text())
    read: dict[str, Any] = yaml.safe_load(written)
    return read


def _ours(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the services that run Palier."""
    return {
        name: service
        for name, service in compose["services"].items()
        if service["image"] == "palier"
    }


def test_the_file_is_of_the_compose_specification(compose: dict[str, Any]) -> None:
    PyCompose.from_yaml(yaml.safe_dump(compose)).validate()


def test_services_wait_for_what_they_need(compose: dict[str, Any]) -> None:
    assert set(_ours(compose)) == {"init", "web", "jobs"}
    for service in compose["services"].values():
        for name, needed in service.get("depends_on", {}).items():
            other = compose["services"][name]
            ends = needed["condition"] == "service_completed_successfully"
            assert ends is (name == "init") is ("restart" not in other)
            assert needed["condition"] != "service_healthy" or "healthcheck" in other


def test_each_container_runs_a_command_that_there_is(compose: dict[str, Any]) -> None:
    for service in _ours(compose).values():
        verb, *options = service["command"]
        told = CliRunner().invoke(main, [verb, "--help"])
        assert told.exit_code == 0
        assert all(one in told.output for one in options if one.startswith("--"))


def test_its_settings_are_documented_and_start_a_deployment(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    documented = (ROOT / "docs" / "operating.md").read_text()
    for service in _ours(compose).values():
        given = service["environment"]
        assert all(f"`{name}`" in documented for name in given)
        kept = {"PALIER_DATA": str(tmp_path), "PALIER_SECRETS": "s" * 20}
        settings = read_settings(given | kept | {"PALIER_SESSION_SECRET": "t" * 20})
        assert settings.https and settings.trusted_proxies == 1
        assert settings.hosts == (GIVEN["PALIER_HOST"],)
        url, database = make_url(settings.database_url), compose["services"]["database"]
        assert (url.host, url.username, url.password, url.database) == (
            "database",
            *(database["environment"][f"POSTGRES_{what}"] for what in ("USER", "PASSWORD", "DB")),
        )


def test_a_container_can_write_where_it_keeps_things_and_nowhere_else(
    compose: dict[str, Any],
) -> None:
    image = (DEPLOY / "Containerfile").read_text()
    (data,) = re.findall(r"^ENV PALIER_DATA=(\S+)$", image, re.MULTILINE)
    assert "USER palier" in image
    for service in _ours(compose).values():
        assert service["read_only"] and service["cap_drop"] == ["ALL"]
        assert service["volumes"] == [f"data:{data}"]
        assert service["tmpfs"] == ["/tmp"]


def test_what_is_asked_whether_a_container_is_well_is_there(compose: dict[str, Any]) -> None:
    *_, code = compose["services"]["web"]["healthcheck"]["test"]
    compile(code, "healthcheck", "exec")
    assert "http://127.0.0.1:8000/readyz" in code
    assert "8000" in compose["services"]["web"]["command"]


def test_the_proxy_leads_to_the_web_containers(compose: dict[str, Any]) -> None:
    written = (DEPLOY / "Caddyfile").read_text()
    assert re.search(r"name web\s+port 8000", written)
    assert "encode" not in written  # pages are packed by ourselves, or not at all
    mounted = {one.split(":")[0] for one in compose["services"]["proxy"]["volumes"]}
    assert "./deploy/Caddyfile" in mounted


@pytest.mark.skipif(shutil.which("caddy") is None, reason="no Caddy here")
def test_caddy_finds_nothing_wrong_with_its_file() -> None:
    said = subprocess.run(
        ["caddy", "validate", "--config", DEPLOY / "Caddyfile", "--adapter", "caddyfile"],
        env=GIVEN,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
