"""`palier import`: a landlord's file from the machine itself, with what becomes of each line."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from visits.accounts.accounts import find_user
from visits.ground.deadlines import today_in_paris
from visits.ground.private import private_file
from visits.models.accounts import User
from visits.models.portfolio import Import
from visits.portfolio import (
    ImportPlan,
    NotATable,
    Parts,
    Table,
    confirm_import,
    content_of,
    examine_import,
    lines_csv,
    message,
    raw_records,
    read_answers,
    table_of,
    upload_file,
)
from visits.sight import Reach, Viewer
from visits.sight.landlords import bound_of, landlords_written_for
from webapp.frame.settings import read_settings
from webapp.frame.transaction import open_house


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "email", required=True, help="The account that imports.")
@click.option("--landlord", help="Whose stock it is, where the account is no landlord's.")
@click.option("--dry-run", is_flag=True, help="Tell what would change, change nothing.")
@click.option(
    "--lines",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write every line, with what becomes of it and why, to this CSV.",
)
@click.option("--sheet", "sheets", multiple=True, help="A sheet of the workbook to read.")
@click.option("--without-masked", is_flag=True, help="Leave out masked and filtered lines.")
@click.option(
    "--answer",
    "answers",
    multiple=True,
    metavar="QUESTION=ANSWER",
    help="What a warning asks, such as new_lease=successive.",
)
def import_(
    file: Path,
    email: str,
    landlord: str | None,
    dry_run: bool,
    lines: Path | None,
    sheets: tuple[str, ...],
    without_masked: bool,
    answers: tuple[str, ...],
) -> None:
    """Import a file of the landlord's stock or tenants with the proposed mapping."""
    house = open_house(read_settings())
    now = house.clock()
    parts = Parts(sheets=sheets, masked=not without_masked)
    choices = read_answers(answers)
    with house.sessions.begin() as session:
        user = find_user(session, email)
        if user is None:
            raise click.ClickException(f"There is no account {email}.")
        own = bound_of(session, user.organisation_id).own
        everything = Reach.LANDLORD if own else Reach.ALL
        reach = Reach.TERRITORY if user.territory_id else everything
        place = user.territory_id
        seen = Viewer(user.id, user.organisation_id, place, reach, landlord_id=own)
        upload, table = _upload(session, file, parts, landlord, user=user, now=now)
        chosen: dict[str, Any] = {"kind": upload.kind, "mapping": upload.mapping, "now": now}
        chosen |= {"viewer": seen, "parts": parts, "choices": choices}
        plan = examine_import(session, upload.id, **chosen)
        _tell(plan, table)
        if lines is not None:
            records = raw_records(content_of(upload), table=table)
            text = lines_csv(table, records, plan.account, language="fr")
            lines.unlink(missing_ok=True)
            with private_file(lines) as written:
                written.write(text.encode())
        if not dry_run:
            confirm_import(session, upload.id, **chosen)


def _upload(
    session: Session, file: Path, parts: Parts, landlord: str | None, *, user: User, now: datetime
) -> tuple[Import, Table]:
    known = {
        one.name: one.id for one in landlords_written_for(session, user.id, on=today_in_paris(now))
    }
    if landlord not in (None, *known) or (landlord is None and len(known) != 1):
        names = ", ".join(known) or "none is known"
        raise click.ClickException(f"Say for which landlord it is, with --landlord: {names}.")
    try:
        upload = upload_file(
            session,
            data=file.read_bytes(),
            file_name=file.name,
            user_id=user.id,
            now=now,
            parts=parts,
            landlord_id=known[landlord] if landlord else None,
        )
        return upload, table_of(upload, parts=parts)
    except NotATable as refused:
        raise click.ClickException(message(refused.code, "fr", **refused.details)) from refused


def _tell(plan: ImportPlan, table: Table) -> None:
    click.echo(json.dumps(plan.counts, indent=2, ensure_ascii=False))
    sums = plan.account.sums
    click.echo(" ".join(f"{name}={count}" for name, count in sums.items()))
    for sheet in table.sheets:
        read = "read" if sheet.after is not None else "not read"
        hidden = " (hidden)" if sheet.hidden else ""
        click.echo(f"{sheet.name}{hidden}: {sheet.lines} lines, {sheet.masked} masked, {read}")
    for refusal in plan.refusals:
        place = table.place(refusal.line)
        click.echo(f"{place}: {refusal.heading} « {refusal.value} » {refusal.code}")
    for code, count in Counter(warning.code for warning in plan.warnings).most_common():
        click.echo(f"{count} × {code}")
