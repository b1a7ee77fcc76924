"""The server as a process: it ends when asked, and says when it cannot begin."""

import signal
import subprocess
import sys

import pytest

from tests.e2e.conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_the_server_ends_when_asked(server: Server, asked: signal.Signals) -> None:
    assert server.process is not None
    server.process.send_signal(asked)
    server.process.wait(timeout=15)


def test_a_port_that_is_taken_is_said_in_a_line(server: Server) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "webapp.cli", "serve", "--port", str(server.port)],
        env=server.environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 1
    assert f"Port {server.port}" in second.stderr
    assert "Traceback" not in second.stderr


def test_the_log_is_json_lines_and_each_once(server: Server) -> None:
    lines = (server.data / "server.log").read_text().splitlines()
    assert lines
    assert all(line.startswith("{") for line in lines)
    assert len([line for line in lines if '"remind_follow_ups"' in line]) <= 1
