"""`palier backup` and `palier restore`: a whole deployment in one file, and out of one."""

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from visits.ground.db import connect, sessions
from visits.ground.errors import Conflict
from visits.ground.sealing import Unreadable, open_with_passphrase, seal_with_passphrase
from visits.programmes.published import publish_shipped_programmes
from visits.safekeeping.archives import BadArchive
from visits.safekeeping.backup import SECRETS, make_backup, note_backup
from visits.safekeeping.restoring import STAGE, refuse_unless_empty, restore, unpack_backup
from webapp.frame.file_places import read_places
from webapp.frame.kept_secrets import FILE, keep_secrets, secrets_there
from webapp.frame.settings import Settings, read_settings, where
from webapp.frame.transaction import open_house

SHORTEST = 12
PASSPHRASE = "PALIER_BACKUP_PASSPHRASE"  # noqa: S105
WORDS = {
    "file_exists": "{place} is there already: nothing is overwritten.",
    "nothing_to_back_up": "The database needs `palier init` first: there is nothing to back up.",
    "folder_not_empty": "{place} is not empty ({found}): a backup is restored into an empty one.",
    "database_not_empty": "{place} has tables: a backup is restored into an empty database.",
    "other_database": "This backup is of {made}, and the database here is {here}.",
    "newer_backup": "This backup is of a newer version of Palier (its database is {migration}): "
    "install that version first.",
    "secrets_do_not_fit": "The secrets that are given do not open what this backup holds.",
}
passphrase_option = click.option(
    "--passphrase", envvar=PASSPHRASE, help=f"Of the sealed secrets; else {PASSPHRASE}, or asked."
)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--without-secrets", is_flag=True, help="Leave the secrets out of the backup.")
@passphrase_option
def backup(file: Path, without_secrets: bool, passphrase: str | None) -> None:
    """Write the whole deployment into one file, while people work."""
    with _in_words():
        house = open_house(read_settings())
        click.get_current_context().call_on_close(house.engine.dispose)
        secrets = None if without_secrets else _sealed(house.settings, passphrase)
        file = file.absolute()
        now = house.clock()
        manifest = make_backup(house.engine, house.store, file, secrets=secrets, now=now)
        with house.sessions.begin() as session:
            note_backup(session, manifest, now=now)
    rows, missing = sum(manifest["rows"].values()), manifest["missing"]
    click.echo(f"{file}: {rows} rows, {manifest['files']} files, read again and found whole.")
    if without_secrets:
        click.echo(
            f"WITHOUT the secrets: keep {FILE} (or PALIER_SECRETS and PALIER_SESSION_SECRET) "
            "elsewhere; nothing that is encrypted can be read without them."
        )
    if missing:
        click.echo(f"{len(missing)} files that the database names are gone: see `palier doctor`.")
        sys.exit(1)


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@passphrase_option
def restore_(file: Path, passphrase: str | None) -> None:
    """Make a deployment out of a backup, in an empty data folder and an empty database."""
    with _in_words():
        data, url = where(os.environ)
        refuse_unless_empty(data, url, beside=(FILE,))
        stage = data / STAGE
        try:
            manifest = unpack_backup(file, stage, url)
            here = secrets_there(data, os.environ)
            session, columns = here or _opened(stage / SECRETS, passphrase)
            with _secrets_kept(data / FILE, session, columns, new=here is None):
                restore(stage, manifest, files=data / "files", url=url, secrets=columns)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
        _note(manifest, url, columns)
    rows = sum(manifest["rows"].values())
    click.echo(f"Restored: {rows} rows, {manifest['files']} files, as of {manifest['made_at']}.")
    if manifest["missing"]:
        click.echo(f"{len(manifest['missing'])} files were gone before that backup was made.")
    if read_places(os.environ, data) != (data / "files",):
        click.echo(
            f"The files are in {data / 'files'}: name that place behind the one of PALIER_FILES, "
            "and run `palier files move`."
        )
    click.echo("Every hash is right. Run `palier doctor`, then start the service.")


def _note(manifest: Mapping[str, Any], url: str, columns: Sequence[str]) -> None:
    """Note the backup it came from, and publish programmes if that knew of none."""
    engine, made_at = connect(url, secrets=columns), datetime.fromisoformat(manifest["made_at"])
    with sessions(engine).begin() as session:
        note_backup(session, manifest, now=made_at)
        publish_shipped_programmes(session, now=made_at)
    engine.dispose()


def _sealed(settings: Settings, passphrase: str | None) -> bytes:
    said = passphrase or click.prompt("Passphrase", hide_input=True, confirmation_prompt=True)
    if len(said) < SHORTEST:
        raise click.ClickException(f"A passphrase has at least {SHORTEST} characters.")
    kept = {"session": settings.session_secret, "columns": list(settings.secrets)}
    return seal_with_passphrase(json.dumps(kept).encode(), said)


def _opened(place: Path, passphrase: str | None) -> tuple[str, tuple[str, ...]]:
    if not place.exists():
        raise click.ClickException(
            f"This backup was made without the secrets: put {FILE} into the data folder, or give "
            "PALIER_SECRETS and PALIER_SESSION_SECRET."
        )
    said = passphrase or click.prompt("Passphrase", hide_input=True)
    kept = json.loads(open_with_passphrase(place.read_bytes(), said))
    return kept["session"], tuple(kept["columns"])


@contextmanager
def _secrets_kept(
    place: Path, session: str, columns: Sequence[str], *, new: bool
) -> Iterator[None]:
    """Keep secrets before what they open is there; a restore that fails leaves none."""
    try:
        if new:
            keep_secrets(place, session, columns)
        yield
    except BaseException:
        if new:
            place.unlink(missing_ok=True)
        raise


@contextmanager
def _in_words() -> Iterator[None]:
    """Say what went wrong without a trace of the program."""
    try:
        yield
    except Conflict as refused:
        raise click.ClickException(WORDS[refused.code].format(**refused.details)) from refused
    except BadArchive as bad:
        raise click.ClickException(f"This backup cannot be used: {bad}. Nothing was kept.") from bad
    except Unreadable as bad:
        raise click.ClickException("The passphrase is not right. Nothing was kept.") from bad
    except OSError as error:
        said = f"{error.strerror or error} ({error.filename or ''}). Nothing was kept."
        raise click.ClickException(said) from error
