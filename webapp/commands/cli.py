"""The command `palier`."""

import json
import signal
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import click
import waitress
from flask import Flask

from visits.ground.migration import is_current, migrate
from visits.ground.private import close_to_others
from visits.ground.statistics import look_anew
from webapp import create_app
from webapp.access.setting_up import publish_what_ships, settle_memory
from webapp.commands.backup import backup, restore_
from webapp.commands.checkup import checkup
from webapp.commands.forms import forms
from webapp.commands.imports import import_
from webapp.commands.jobs import start_jobs
from webapp.commands.keys import keys, seal_files
from webapp.commands.placing import place
from webapp.commands.programmes import programmes
from webapp.commands.users import users
from webapp.demo import DemoAccount, load_demo
from webapp.frame.kept_secrets import CannotStart
from webapp.frame.security import log_in_lines, log_libraries_in_lines
from webapp.frame.settings import Settings, read_settings
from webapp.frame.transaction import House, open_house

THREADS = 8


class Palier(click.Group):
    """Commands that say why they cannot start, without a trace of the program."""

    def invoke(self, context: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(context)
        except CannotStart as refused:
            raise click.ClickException(str(refused)) from refused


@click.group(cls=Palier)
def main() -> None:
    """Palier: home-visit programmes of social landlords."""


main.add_command(backup)
main.add_command(forms)
main.add_command(keys)
main.add_command(place)
main.add_command(programmes)
main.add_command(restore_)
main.add_command(users)
main.add_command(import_)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--jobs/--no-jobs", default=True, help="Run the recurring jobs in this process too.")
def serve(host: str, port: int, jobs: bool) -> None:
    """Serve the office, the tablet and the API."""
    settings = read_settings()
    app = create_app(settings)
    house = app.extensions["palier"]
    if not is_current(house.engine):
        raise click.ClickException("The database needs `palier init` first.")
    _serve(app, host, port, jobs=jobs)


@main.command()
def jobs() -> None:
    """Run the recurring jobs, without serving."""
    log_in_lines()
    scheduler = start_jobs(open_house(read_settings()))
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        scheduler.shutdown(wait=False)


@main.command()
def init() -> None:
    """Bring the database to this version and publish the forms and programmes that ship."""
    house = open_house(read_settings())
    click.get_current_context().call_on_close(house.engine.dispose)
    _initialise(house)
    click.echo("Ready.")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--serve/--no-serve", "serving", default=True)
def demo(host: str, port: int, serving: bool) -> None:
    """Load a year of made-up data, print the accounts, and serve."""
    settings = replace(read_settings(), demo=True)
    house = open_house(settings)
    migrate(house.engine)
    accounts = load_demo(house, now=datetime.now(UTC), tell=click.echo)
    _initialise(house)
    _show_accounts(settings, accounts)
    if serving:
        click.echo(f"\n  http://{host}:{port}      Ctrl-C ends it.\n")
        _serve(create_app(settings), host, port, jobs=True)


@main.command()
@click.option("--all", "whole", is_flag=True, help="Read every file and every sealed value.")
@click.option("--backup-days", default=7, show_default=True, help="How old a backup may be.")
def doctor(whole: bool, backup_days: int) -> None:
    """Look whether this deployment is in order."""
    house = open_house(read_settings())
    click.get_current_context().call_on_close(house.engine.dispose)
    in_order = True
    for finding in checkup(house, whole=whole, backup_within=timedelta(days=backup_days)):
        click.echo(f"{'ok ' if finding.ok else 'BAD'}  {finding.what}: {finding.detail}")
        in_order = in_order and finding.ok
    sys.exit(0 if in_order else 1)


def _initialise(house: House) -> None:
    migrate(house.engine)
    with house.sessions.begin() as session:
        publish_what_ships(session, now=house.clock())
        look_anew(session)
    seal_files(house)


def _serve(app: Flask, host: str, port: int, *, jobs: bool) -> None:
    """Serve until Ctrl-C or SIGTERM; threads end with the process, nothing is left behind."""
    # A shell may have us ignore SIGINT when it starts us in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    log_libraries_in_lines()
    try:
        server = waitress.create_server(
            app,
            host=host,
            port=port,
            threads=THREADS,
            ident="palier",
            max_request_body_size=app.config["MAX_CONTENT_LENGTH"] + 1024,
            # Of proxies that are trusted, create_app reads what they say; of others nobody does.
            clear_untrusted_proxy_headers=not app.extensions["palier"].settings.trusted_proxies,
        )
    except OSError as error:
        message = f"Port {port} cannot be used ({error.strerror}). Choose another: --port, or PORT="
        raise click.ClickException(message) from error
    scheduler = start_jobs(app.extensions["palier"]) if jobs else None
    settle_memory()
    try:
        server.run()
    finally:
        if scheduler is not None:
            scheduler.shutdown(wait=False)


def _show_accounts(settings: Settings, accounts: list[DemoAccount]) -> None:
    place = settings.data / "accounts.json"
    if accounts:
        rows = [
            {
                "role": account.role,
                "email": account.email,
                "password": account.password,
                "device_token": account.device_token,
            }
            for account in accounts
        ]
        place.touch(mode=0o600)
        close_to_others(place)
        place.write_text(json.dumps(rows, indent=2))
    kept = json.loads(place.read_text())
    click.echo("\nAccounts of the demonstration:\n")
    for row in {row["role"]: row for row in reversed(kept)}.values():
        click.echo(f"  {row['role']:<20} {row['email']:<40} {row['password']}")
    click.echo(f"\n  All {len(kept)}, with those of three more associations: {place}")


if __name__ == "__main__":
    main()
