"""`palier keys`: what hangs on which secret, and bringing it all under the newest."""

from collections import Counter

import click

from visits.ground.db import start_reading
from visits.ground.migration import is_current
from visits.safekeeping.keys import (
    IN_CLEAR,
    UNREADABLE,
    Ages,
    count_files,
    count_values,
    rotate_files,
    rotate_values,
    sealed_tables,
)
from webapp.frame.settings import read_settings
from webapp.frame.transaction import House, open_house

TELL_EACH = 5_000


@click.group(invoke_without_command=True)
@click.pass_context
def keys(context: click.Context) -> None:
    """Tell how much each secret of PALIER_SECRETS still seals."""
    if context.invoked_subcommand is None:
        _show(_ready())


@keys.command()
def rotate() -> None:
    """Seal everything anew under the first secret; run again, it goes on where it was."""
    house = _ready()
    _rotate_values(house)
    seal_files(house)
    left = _show(house)
    if left:
        raise click.ClickException(f"{left} are left: do not take away any secret yet.")
    click.echo("Everything hangs on the first secret: the others can go from PALIER_SECRETS.")


def _ready() -> House:
    house = open_house(read_settings())
    click.get_current_context().call_on_close(house.engine.dispose)
    if not is_current(house.engine):
        raise click.ClickException("The database needs `palier init` first.")
    return house


def _rotate_values(house: House) -> None:
    for table in sealed_tables():
        done, told, last = 0, 0, None
        while True:
            with house.sessions.begin() as session:
                batch = rotate_values(session, table, after=last)
            done, last = done + batch.values, batch.last
            if last is None:
                break
            if done >= told + TELL_EACH:
                told = done
                click.echo(f"{table.name}: {done}…")
        if done:
            click.echo(f"{table.name}: {done}")


def seal_files(house: House) -> None:
    """Seal every file under the newest secret, those in clear too, and tell how many."""
    done = 0
    for sealed in rotate_files(house.store):
        done += sealed is True
        if sealed and done % TELL_EACH == 0:
            click.echo(f"files: {done}…")
    if done:
        click.echo(f"files: {done}")


def _show(house: House) -> int:
    """Print how much hangs on each secret; gives how much is not under the newest."""
    values: Ages = Counter()
    with house.sessions() as session:
        start_reading(session)
        for table in sealed_tables():
            values += count_values(session, table)
    files = count_files(house.store)
    for place in range(len(house.settings.secrets)):
        newest = " (the newest)" if place == 0 else ""
        click.echo(f"secret {place + 1}{newest}: {values[place]} values, {files[place]} files")
    for odd in (IN_CLEAR, UNREADABLE):
        if values[odd] or files[odd]:
            click.echo(f"{odd}: {values[odd]} values, {files[odd]} files")
    return sum((values + files).values()) - values[0] - files[0]
