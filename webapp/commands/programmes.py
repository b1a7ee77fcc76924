"""`palier programmes`: programmes as TOML, in and out of a terminal."""

import sys
from pathlib import Path

import click
from sqlalchemy import func, select

from visits.cases.versions import publish_next
from visits.ground.errors import Refused
from visits.ground.migration import is_current
from visits.models.cases import Case
from visits.programmes import BadProgramme, parse_programme
from visits.programmes.published import load_programmes, version_of
from webapp.frame.settings import read_settings
from webapp.frame.transaction import House, open_house

A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def programmes() -> None:
    """Work with programmes."""


@programmes.command("list")
def list_() -> None:
    """Tell which programmes are in use, in which version."""
    with _house().sessions() as session:
        for code, programme in load_programmes(session).items():
            click.echo(f"{code} {version_of(session, code).version}: {programme.name['fr']}")


@programmes.command()
@click.argument("code")
@click.option("--version", type=int, help="An earlier version; otherwise the newest.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path))
def export(code: str, version: int | None, output: Path | None) -> None:
    """Write a programme as the TOML it was published from."""
    try:
        with _house().sessions() as session:
            found = version_of(session, code, version)
    except Refused:
        raise click.ClickException(f"There is no programme {code} of that version.") from None
    if output is None:
        click.echo(found.toml, nl=False)
        return
    output.write_text(found.toml, encoding="utf-8")
    click.echo(f"{found.code} {found.version}: {output}")


@programmes.command()
@click.argument("files", nargs=-1, required=True, type=A_FILE)
def check(files: tuple[Path, ...]) -> None:
    """Tell what is wrong with programmes, field by field; nothing is published."""
    wrong = 0
    for file in files:
        try:
            programme = parse_programme(_text(file), source=file.name)
        except BadProgramme as bad:
            click.echo(str(bad), err=True)
            wrong += 1
        else:
            click.echo(f"{file.name}: {programme.code}, {programme.name['fr']}")
    sys.exit(1 if wrong else 0)


@programmes.command("import")
@click.argument("file", type=A_FILE)
def import_(file: Path) -> None:
    """Publish a programme's next version; whoever is in it keeps hers."""
    house = _house()
    try:
        with house.sessions.begin() as session:
            made = publish_next(
                session, _text(file), source=file.name, viewer=None, now=house.clock()
            )
            earlier = (
                select(func.count())
                .select_from(Case)
                .where(
                    Case.programme == made.code,
                    Case.programme_version_id.is_distinct_from(made.id),
                )
            )
            staying = session.scalar(earlier) or 0
            said = f"{made.code} {made.version}"
    except BadProgramme as bad:
        raise click.ClickException(str(bad)) from None
    except Refused as refused:
        named = " ".join(f"{key} {value}" for key, value in refused.details.items())
        raise click.ClickException(f"{refused.code} {named}".strip()) from None
    click.echo(f"{said}: {staying} keep the version they came in with.")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.ClickException(f"{file.name}: UTF-8 expected.") from None


def _house() -> House:
    house = open_house(read_settings())
    click.get_current_context().call_on_close(house.engine.dispose)
    if not is_current(house.engine):
        raise click.ClickException("The database needs `palier init` first.")
    return house
