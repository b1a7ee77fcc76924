"""Serving, with as many processes as there are cores.

gunicorn starts the processes, looks after them, begins one that died anew and lets them end in
peace. Inside each, waitress reads a request whole before one of its threads sees it: a client that
sends a byte a second holds up nobody, where gunicorn's own threads (granian's too) wait for it.
"""

import os
import shutil
import signal
import socket
import tempfile
import time
from pathlib import Path
from typing import Any

import click
import waitress
from flask import Flask
from gunicorn import glogging
from gunicorn.app.base import BaseApplication
from gunicorn.workers.base import Worker

from webapp import create_app
from webapp.access.setting_up import settle_memory
from webapp.commands.jobs import run_jobs_in_turn
from webapp.frame.kept_templates import keep_templates
from webapp.frame.metrics import count_together
from webapp.frame.security import log_libraries_in_lines
from webapp.frame.settings import Settings
from webapp.frame.transaction import House

THREADS = 8
CONNECTIONS = 1_000  # of a process; who comes then waits until one has gone
LOOK_UP_S = 0.25
PEACE_S = 30  # how long a process that ends waits for answers that are under way
SILENT_S = 60  # a process that did not look up for so long hangs: it is begun anew
BACKLOG = 1_024


def cores() -> int:
    """Tell how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def serve_until_asked(
    settings: Settings, host: str, port: int, *, processes: int, jobs: bool
) -> None:
    """Serve until Ctrl-C or SIGTERM; with `jobs`, one of the processes runs them too."""
    # A shell may have us ignore SIGINT when it starts us in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    log_libraries_in_lines()
    listening = _listen(host, port)
    deployment = _Deployment(settings, listening, processes=processes, jobs=jobs)
    if settings.metrics:
        folder = Path(tempfile.mkdtemp(prefix="palier-counts-"))
        count_together(folder)
        deployment.cfg.set("on_exit", lambda arbiter: shutil.rmtree(folder, ignore_errors=True))
    deployment.run()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        message = f"Port {port} cannot be used ({error.strerror}). Choose another: --port, or PORT="
        raise click.ClickException(message) from error


class _Lines(glogging.Logger):  # type: ignore[misc]
    """What gunicorn has to say, said as everything else is."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class _Deployment(BaseApplication):  # type: ignore[misc]
    """What gunicorn runs: each process opens the house for itself."""

    def __init__(
        self, settings: Settings, listening: socket.socket, *, processes: int, jobs: bool
    ) -> None:
        self._settings, self._jobs = settings, jobs
        self._configured = {
            "bind": f"fd://{listening.detach()}",
            "workers": processes,
            "worker_class": _Process,
            "threads": THREADS,
            "timeout": SILENT_S,
            "graceful_timeout": PEACE_S + 5,
            "logger_class": _Lines,
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        """Say how to serve; no file and no variable says otherwise."""
        for name, value in self._configured.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the application, in the process that serves it."""
        app = create_app(self._settings)
        keep_templates(app, self._settings.data)
        if self._jobs:
            run_jobs_in_turn(app.extensions["palier"])
        settle_memory()
        return app


class _Process(Worker):  # type: ignore[misc]
    """One process: waitress, under gunicorn's eyes."""

    wsgi: Flask

    def run(self) -> None:
        """Serve until gunicorn says so or is gone, then see to what is under way."""
        server = waitress.create_server(
            self.wsgi,
            sockets=[one.sock for one in self.sockets],
            threads=THREADS,
            ident="palier",
            connection_limit=CONNECTIONS,
            backlog=BACKLOG,
            max_request_body_size=self.wsgi.config["MAX_CONTENT_LENGTH"] + 1024,
            # Of proxies that are trusted, create_app reads what they say; of others nobody does.
            clear_untrusted_proxy_headers=not _house(self.wsgi).settings.trusted_proxies,
        )

        def turn() -> None:
            self.notify()
            server.asyncore.loop(timeout=LOOK_UP_S, use_poll=True, map=server._map, count=1)

        while self.alive and os.getppid() == self.ppid:
            turn()
        server.del_channel()
        server.socket.close()  # who comes now is refused at once, not kept waiting for nobody
        ends = time.monotonic() + PEACE_S
        while _under_way(server) and time.monotonic() < ends:
            turn()
        server.task_dispatcher.shutdown()


def _house(app: Flask) -> House:
    house: House = app.extensions["palier"]
    return house


def _under_way(server: Any) -> bool:
    """Tell whether a request was read whole and its answer is not all on its way."""
    channels = list(server.active_channels.values())
    return any(channel.requests or channel.total_outbufs_len for channel in channels)
