"""The secrets of a deployment: made once, before anything needs them, and never silently again."""

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from visits.ground.migration import holds_tables
from visits.ground.private import close_to_others, private_file

FILE = "secrets.json"
LEAST = 16


class CannotStart(Exception):
    """This deployment must not start as it is; said in French and in English."""

    def __init__(self, french: str, english: str) -> None:
        super().__init__(french, english)

    def __str__(self) -> str:
        return "\n".join(self.args)


def secrets_of(
    data: Path, database_url: str, *, session: str, columns: Sequence[str]
) -> tuple[str, tuple[str, ...]]:
    """Give the secret of sessions and those of columns: as given, else those of the data folder.

    Only a deployment without a database and without files gets new ones; raises CannotStart.
    """
    place = data / FILE
    if not (session and columns):
        if not place.exists():
            _refuse_beside_data(place, data, database_url)
            keep_secrets(place, secrets.token_urlsafe(48), [secrets.token_urlsafe(48)])
        kept_session, kept_columns = _read(place)
        session, columns = session or kept_session, columns or kept_columns
    if any(len(secret) < LEAST for secret in (session, *columns)):
        raise CannotStart(
            f"Un secret compte au moins {LEAST} caractères : voir PALIER_SECRETS, "
            f"PALIER_SESSION_SECRET ou {place}.",
            f"A secret has at least {LEAST} characters: see PALIER_SECRETS, "
            f"PALIER_SESSION_SECRET or {place}.",
        )
    return session, tuple(columns)


def secrets_there(data: Path, environ: Mapping[str, str]) -> tuple[str, tuple[str, ...]] | None:
    """Give the secrets that are set or kept, and make none; None when any is missing."""
    session = environ.get("PALIER_SESSION_SECRET", "")
    columns = listed(environ.get("PALIER_SECRETS", ""))
    if not (session and columns) and not (data / FILE).exists():
        return None
    return secrets_of(data, "", session=session, columns=columns)


def listed(text: str) -> tuple[str, ...]:
    """Read a list whose items are separated by commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _read(place: Path) -> tuple[str, tuple[str, ...]]:
    try:
        close_to_others(place)
        kept = json.loads(place.read_text())
        columns = kept["columns"]
        several = columns if isinstance(columns, list) else [columns]  # a restore may bring several
        found = tuple(str(one) for one in (kept["session"], *several))
        if not several or any("\ud800" <= sign <= "\udfff" for sign in "".join(found)):
            raise ValueError(place)
        return found[0], found[1:]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        raise CannotStart(
            f"Les secrets ne peuvent pas être lus dans {place} : remettez ce fichier depuis une "
            "sauvegarde. Rien n’a été changé.",
            f"The secrets in {place} cannot be read: put this file back from a backup. "
            "Nothing was changed.",
        ) from None


def _refuse_beside_data(place: Path, data: Path, database_url: str) -> None:
    try:
        found = holds_tables(database_url) or _holds_files(data / "files")
    except SQLAlchemyError:
        raise CannotStart(
            f"Il n’y a pas de secrets dans {place}, et la base de données ne répond pas pour dire "
            "si elle est nouvelle. Rien n’a été changé.",
            f"There are no secrets in {place}, and the database does not answer to tell whether "
            "it is new. Nothing was changed.",
        ) from None
    if found:
        raise CannotStart(
            f"Les secrets manquent ({place}) alors qu’il y a déjà une base de données ou des "
            "fichiers : sans eux, rien de ce qui est chiffré ne se lit. Remettez ce fichier depuis "
            "une sauvegarde, ou donnez PALIER_SECRETS et PALIER_SESSION_SECRET. Rien n’a été "
            "changé.",
            f"The secrets are missing ({place}) although there is a database or files already: "
            "nothing that is encrypted can be read without them. Put this file back from a backup, "
            "or give PALIER_SECRETS and PALIER_SESSION_SECRET. Nothing was changed.",
        )


def _holds_files(folder: Path) -> bool:
    return any(place.is_file() for place in folder.rglob("*"))


def keep_secrets(place: Path, session: str, columns: Sequence[str]) -> None:
    """Write secrets, newest first, unless there are some."""
    fresh = {"session": session, "columns": columns[0] if len(columns) == 1 else list(columns)}
    written = place.with_name(f"{FILE}.{secrets.token_hex(4)}")
    with private_file(written) as file:
        file.write(json.dumps(fresh).encode())
    try:
        # Of two processes that start together, one names its secrets; a crash leaves no half file.
        with suppress(FileExistsError):
            os.link(written, place)
    finally:
        written.unlink()
