"""The secrets of a deployment: made once, before anything needs them, and never silently again."""

import json
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from visits.migration import holds_tables
from visits.private import close_to_others, private_file

FILE = "secrets.json"
LEAST = 16


class CannotStart(Exception):
    """This deployment must not start as it is; said in French and in English."""

    def __init__(self, french: str, english: str) -> None:
        super().__init__(f"{french}\n{english}")


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
            _make(place)
        kept = _read(place)
        session, columns = session or kept["session"], columns or (kept["columns"],)
    if any(len(secret) < LEAST for secret in (session, *columns)):
        raise CannotStart(
            f"Un secret compte au moins {LEAST} caractères : voir PALIER_SECRETS, "
            f"PALIER_SESSION_SECRET ou {place}.",
            f"A secret has at least {LEAST} characters: see PALIER_SECRETS, "
            f"PALIER_SESSION_SECRET or {place}.",
        )
    return session, tuple(columns)


def listed(text: str) -> tuple[str, ...]:
    """Read a list whose items are separated by commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _read(place: Path) -> dict[str, str]:
    try:
        close_to_others(place)
        kept = json.loads(place.read_text())
        return {name: str(kept[name]) for name in ("session", "columns")}
    except (OSError, ValueError, TypeError, KeyError):
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


def _make(place: Path) -> None:
    fresh = {"session": secrets.token_urlsafe(48), "columns": secrets.token_urlsafe(48)}
    written = place.with_name(f"{FILE}.{secrets.token_hex(4)}")
    with private_file(written) as file:
        file.write(json.dumps(fresh).encode())
    try:
        # Of two processes that start together, one names its secrets; a crash leaves no half file.
        with suppress(FileExistsError):
            os.link(written, place)
    finally:
        written.unlink()
