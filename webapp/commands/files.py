"""`palier files`: where photos and documents stand, and moving them beside the running service."""

from collections.abc import Iterator
from contextlib import suppress

import click

from visits.ground.errors import FilesAway
from visits.ground.file_store import FileStore
from visits.ground.shelf import Shelf
from webapp.frame.settings import read_settings
from webapp.frame.transaction import open_house

TELL_EACH = 1_000


@click.group(invoke_without_command=True)
@click.pass_context
def files(context: click.Context) -> None:
    """Tell how many files stand in each place of PALIER_FILES."""
    if context.invoked_subcommand is None:
        store = _store()
        for shelf in (store.shelf, *store.before):
            click.echo(f"{shelf}: {_count(shelf)} files")


@files.command()
def move() -> None:
    """Move all files to the first place of PALIER_FILES; run again, it goes on where it was."""
    store = _store()
    if not store.before:
        raise click.ClickException(
            "PALIER_FILES names one place: put the new one first, the one before behind it."
        )
    moved = 0
    try:
        there = sum(_count(shelf) for shelf in store.before)
        for _ in _move_each(store):
            moved += 1
            if moved % TELL_EACH == 0:
                click.echo(f"{moved} moved, {max(there - moved, 0)} left…")
        left = {shelf: _count(shelf) for shelf in store.before}
    except (FilesAway, OSError) as error:
        said = error.details["said"] if isinstance(error, FilesAway) else error
        raise click.ClickException(
            f"Where files stand does not answer ({said}). {moved} moved; run it again: what was "
            "moved is moved, and nothing is lost."
        ) from error
    click.echo(f"{moved} moved, {sum(left.values())} left.")
    for shelf, number in left.items():
        if number:
            raise click.ClickException(f"{number} are left in {shelf}: do not take it away yet.")
        click.echo(f"Nothing is left in {shelf}: it can go from PALIER_FILES.")


def _store() -> FileStore:
    house = open_house(read_settings())
    click.get_current_context().call_on_close(house.engine.dispose)
    return house.store


def _count(shelf: Shelf) -> int:
    return sum(1 for _ in shelf.kept())


def _move_each(store: FileStore) -> Iterator[None]:
    """Move one after the other what stands in places of before; tells of those that cannot be."""
    for shelf in store.before:
        for one in shelf.kept():
            with suppress(FileNotFoundError):  # nobody owned it any more, or another one moved it
                if store.move(one.digest, shelf):
                    yield
                else:
                    click.echo(f"{one.digest} cannot be read: it stays in {shelf}.")
