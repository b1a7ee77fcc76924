"""The settings of a deployment: read once, from the environment and the data folder."""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SECRETS_FILE = "secrets.json"


@dataclass(frozen=True)
class Settings:
    """What differs from one deployment to the next.

    `secrets` encrypt columns, newest first; `basemap` is `ign`, `none` or a tile URL template;
    `https` marks cookies as secure; `demo` shows that people and addresses are made up; `hosts`
    are the names this deployment answers to, empty for any.
    """

    data: Path
    database_url: str
    session_secret: str
    secrets: tuple[str, ...]
    basemap: str = "ign"
    geocoder: str = "data.geopf.fr/geocodage"
    https: bool = False
    demo: bool = False
    trusted_proxies: int = 0
    hosts: tuple[str, ...] = ()

    @property
    def photos(self) -> Path:
        """The folder of the file store."""
        return self.data / "files"


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; the first call on a data folder makes its secrets.

    `PALIER_DATA` (default `var`), `PALIER_DATABASE_URL`, `PALIER_SECRETS` (comma-separated,
    newest first), `PALIER_SESSION_SECRET`, `PALIER_BASEMAP`, `PALIER_GEOCODER`, `PALIER_HTTPS`,
    `PALIER_DEMO`, `PALIER_TRUSTED_PROXIES`, `PALIER_HOSTS` (comma-separated).
    """
    data = Path(environ.get("PALIER_DATA") or "var").resolve()
    data.mkdir(parents=True, exist_ok=True)
    kept = _kept_secrets(data)
    return Settings(
        data=data,
        database_url=environ.get("PALIER_DATABASE_URL") or f"sqlite:///{data / 'palier.db'}",
        session_secret=environ.get("PALIER_SESSION_SECRET") or kept["session"],
        secrets=_listed(environ, "PALIER_SECRETS") or (kept["columns"],),
        basemap=environ.get("PALIER_BASEMAP") or "ign",
        geocoder=environ.get("PALIER_GEOCODER") or "data.geopf.fr/geocodage",
        https=_flag(environ, "PALIER_HTTPS"),
        demo=_flag(environ, "PALIER_DEMO"),
        trusted_proxies=int(environ.get("PALIER_TRUSTED_PROXIES") or 0),
        hosts=_listed(environ, "PALIER_HOSTS"),
    )


def _listed(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in environ.get(name, "").split(",") if part.strip())


def _flag(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").lower() in ("1", "yes", "true")


def _kept_secrets(data: Path) -> dict[str, str]:
    place = data / SECRETS_FILE
    fresh = {"session": secrets.token_urlsafe(48), "columns": secrets.token_urlsafe(48)}
    try:
        # Exclusive creation: of two processes that start together, one makes the secrets.
        descriptor = os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        kept: dict[str, str] = json.loads(place.read_text())
        return kept
    with os.fdopen(descriptor, "w") as file:
        json.dump(fresh, file)
    return fresh
