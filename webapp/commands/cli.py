"""The command `palier`."""

import json
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from typing import Any

import click

from visits.ground.errors import FilesAway
from visits.ground.migration import is_current, migrate
from visits.ground.private import close_to_others
from visits.ground.statistics import look_anew
from webapp.access.setting_up import publish_what_ships
from webapp.commands.backup import backup, restore_
from webapp.commands.checkup import checkup
from webapp.commands.files import files
from webapp.commands.forms import forms
from webapp.commands.imports import import_
from webapp.commands.jobs import start_jobs
from webapp.commands.keys import keys, seal_files
from webapp.commands.placing import place
from webapp.commands.programmes import programmes
from webapp.commands.serving import cores, serve_until_asked
from webapp.commands.users import users
from webapp.demo import DemoAccount, load_demo
from webapp.frame.kept_secrets import CannotStart
from webapp.frame.security import log_in_lines
from webapp.frame.settings import Settings, read_settings
from webapp.frame.transaction import House, open_house


class Palier(click.Group):
    """Commands that say why they cannot start, or go on, without a trace of the program."""

    def invoke(self, context: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(context)
        except CannotStart as refused:
            raise click.ClickException(str(refused)) from refused
        except FilesAway as away:
            said = f"Where files stand does not answer ({away.details['said']}): run this again."
            raise click.ClickException(said) from away


@click.group(cls=Palier)
def main() -> None:
    """Palier: home-visit programmes of social landlords."""


main.add_command(backup)
main.add_command(files)
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
@click.option(
    "--processes",
    type=click.IntRange(1),
    default=cores,
    envvar="PALIER_PROCESSES",
    help="How many processes serve: as many as there are cores.",
)
@click.option("--jobs/--no-jobs", default=True, help="Run the recurring jobs too, in one of them.")
def serve(host: str, port: int, processes: int, jobs: bool) -> None:
    """Serve the office, the tablet and the API."""
    settings = read_settings()
    # Processes part only from one that began neither connections nor the threads of a library.
    with ProcessPoolExecutor(1, get_context("fork")) as apart:
        apart.submit(_refuse_unless_ready, settings).result()
    serve_until_asked(settings, host, port, processes=processes, jobs=jobs)


def _refuse_unless_ready(settings: Settings) -> None:
    house = open_house(settings)
    current = is_current(house.engine)
    house.engine.dispose()
    if not current:
        raise click.ClickException("The database needs `palier init` first.")


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
    settings = replace(read_settings(), demo=True, files=())  # what is made up stays here
    house = open_house(settings)
    migrate(house.engine)
    accounts = load_demo(house, now=datetime.now(UTC), tell=click.echo)
    _initialise(house)
    _show_accounts(settings, accounts)
    if serving:
        click.echo(f"\n  http://{host}:{port}      Ctrl-C ends it.\n")
        house.engine.dispose()
        serve_until_asked(settings, host, port, processes=1, jobs=True)


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
    click.echo(f"\n  All {len(kept)}, with those of other associations and a hospital: {place}")


if __name__ == "__main__":
    main()
