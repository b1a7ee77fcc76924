"""The settings of a deployment: read once, from the environment and the data folder."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from maps.road_engines import BadTravel, roads_from_setting
from visits.ground.private import make_private_folder
from webapp.frame.file_places import Place, read_places
from webapp.frame.kept_secrets import LEAST, CannotStart, listed, secrets_of
from webapp.frame.mail import MailServer, read_mail_server
from webapp.frame.outside import MaintenanceSystem, read_maintenance_system
from webapp.frame.texting import TextHours, TextProvider, read_text_hours, read_text_provider


@dataclass(frozen=True)
class Settings:
    """What differs from one deployment to the next.

    `secrets` encrypt columns, newest first; `basemap` is `ign`, `none` or a tile URL template;
    `https` marks cookies as secure; `demo` shows that people and addresses are made up; `hosts`
    are the names this deployment answers to, empty for any; `address` is where links in letters
    lead, such as `https://palier.example.org`; `second_factor` are the roles that must have one,
    which people who try the demonstration need not; `visit_idle_minutes` is how long a visit's
    form may lie idle on a tablet before the tablet locks; `metrics` is the token that opens
    /metrics, without which nobody may; `files` is where files stand, newest place first;
    `replica_url` is a replica of the database that lists, maps and exports may read; `texts` is who
    sends text messages, at `text_hours`; `travel` is the engine that knows how long roads take, as
    `osrm:` or `valhalla:` and its address, `none` guesses; `maintenance` is the landlord's own
    system that is told of work orders.
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
    address: str | None = None
    mail: MailServer | None = None
    second_factor: tuple[str, ...] = ("administrator",)
    visit_idle_minutes: int = 15
    metrics: str | None = None
    files: tuple[Place, ...] = ()
    replica_url: str | None = None
    texts: TextProvider | None = None
    text_hours: TextHours = TextHours()
    travel: str = "none"
    maintenance: MaintenanceSystem | None = None

    @property
    def photos(self) -> Path:
        """The folder of the file store, unless `files` says otherwise."""
        return self.data / "files"


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; the first call on an empty data folder makes its secrets.

    Raises CannotStart when secrets are missing beside data, or broken, or a number is none.

    `PALIER_DATA` (default `var`), `PALIER_DATABASE_URL`, `PALIER_SECRETS` (comma-separated,
    newest first), `PALIER_SESSION_SECRET`, `PALIER_BASEMAP`, `PALIER_GEOCODER`, `PALIER_HTTPS`,
    `PALIER_DEMO`, `PALIER_TRUSTED_PROXIES`, `PALIER_HOSTS` (comma-separated), `PALIER_ADDRESS`,
    `PALIER_SECOND_FACTOR` (roles, comma-separated, or `none`), `PALIER_VISIT_IDLE_MINUTES`,
    `PALIER_METRICS`, `PALIER_REPLICA_URL`, `PALIER_TRAVEL`, and those of `read_mail_server`,
    `read_text_provider`, `read_text_hours`, `read_maintenance_system` and of `read_places`.
    """
    data, database_url = where(environ)
    session_secret, columns = secrets_of(
        data,
        database_url,
        session=environ.get("PALIER_SESSION_SECRET", ""),
        columns=listed(environ.get("PALIER_SECRETS", "")),
    )
    return Settings(
        data=data,
        database_url=database_url,
        session_secret=session_secret,
        secrets=columns,
        basemap=environ.get("PALIER_BASEMAP") or "ign",
        geocoder=environ.get("PALIER_GEOCODER") or "data.geopf.fr/geocodage",
        https=_flag(environ, "PALIER_HTTPS"),
        demo=_flag(environ, "PALIER_DEMO"),
        trusted_proxies=_whole(environ, "PALIER_TRUSTED_PROXIES", 0),
        hosts=listed(environ.get("PALIER_HOSTS", "")),
        address=environ.get("PALIER_ADDRESS") or None,
        mail=read_mail_server(environ),
        second_factor=listed(environ.get("PALIER_SECOND_FACTOR", "")) or ("administrator",),
        visit_idle_minutes=_whole(environ, "PALIER_VISIT_IDLE_MINUTES", 15),
        metrics=_token(environ, "PALIER_METRICS"),
        files=read_places(environ, data),
        replica_url=_replica(environ, database_url),
        texts=read_text_provider(environ),
        text_hours=read_text_hours(environ),
        travel=_travel(environ),
        maintenance=read_maintenance_system(environ),
    )


def _token(environ: Mapping[str, str], name: str) -> str | None:
    written = environ.get(name) or None
    if written is not None and len(written) < LEAST:
        raise CannotStart(
            f"{name} est un jeton d’au moins {LEAST} caractères.",
            f"{name} is a token of at least {LEAST} characters.",
        )
    return written


def _travel(environ: Mapping[str, str]) -> str:
    written = environ.get("PALIER_TRAVEL") or "none"
    try:
        roads_from_setting(written)
    except BadTravel:
        raise CannotStart(
            "PALIER_TRAVEL est none, ou osrm: ou valhalla: suivi d’une adresse, comme "
            f"osrm:http://localhost:5000. {written} n’en est pas une.",
            "PALIER_TRAVEL is none, or osrm: or valhalla: and an address, such as "
            f"osrm:http://localhost:5000. {written} is none of these.",
        ) from None
    return written


def _replica(environ: Mapping[str, str], database_url: str) -> str | None:
    written = environ.get("PALIER_REPLICA_URL") or None
    if written and not all(url.startswith("postgresql") for url in (written, database_url)):
        raise CannotStart(
            "PALIER_REPLICA_URL est une réplique de la base PostgreSQL de PALIER_DATABASE_URL : "
            "l’une des deux n’est pas PostgreSQL.",
            "PALIER_REPLICA_URL is a replica of the PostgreSQL of PALIER_DATABASE_URL: one of the "
            "two is no PostgreSQL.",
        )
    return written


def _whole(environ: Mapping[str, str], name: str, default: int) -> int:
    written = environ.get(name) or str(default)
    if not (written.isascii() and written.isdigit()):
        raise CannotStart(
            f"{name} est un nombre entier : {written} n’en est pas un.",
            f"{name} is a whole number: {written} is none.",
        )
    return int(written)


def where(environ: Mapping[str, str]) -> tuple[Path, str]:
    """Tell where the data folder is, which is made if need be, and the URL of the database."""
    data = make_private_folder(Path(environ.get("PALIER_DATA") or "var").resolve())
    return data, environ.get("PALIER_DATABASE_URL") or f"sqlite:///{data / 'palier.db'}"


def _flag(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").lower() in ("1", "yes", "true")
