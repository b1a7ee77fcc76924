"""Where photos and documents stand: what `PALIER_FILES` says, the newest place first."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from visits.ground.bucket import At, Bucket
from visits.ground.file_store import FileStore
from visits.ground.folder import Folder
from visits.ground.shelf import Shelf
from webapp.frame.kept_secrets import CannotStart, listed

BUCKET = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([A-Za-z0-9._/-]*))?")
Place = Path | At


def read_places(environ: Mapping[str, str], data: Path) -> tuple[Place, ...]:
    """Read where files stand: folders, from the data folder on, and buckets (`s3://name/folder`).

    `PALIER_FILES` (comma-separated, newest first; default `files`), and for buckets
    `PALIER_S3_ENDPOINT`, `PALIER_S3_REGION`, `PALIER_S3_KEY`, `PALIER_S3_SECRET`.
    Raises CannotStart.
    """
    written = listed(environ.get("PALIER_FILES", "")) or ("files",)
    places = tuple(
        _bucket(one, environ) if "://" in one else (data / one).resolve() for one in written
    )
    if len(set(places)) < len(places):
        raise CannotStart(
            "PALIER_FILES nomme deux fois le même endroit.",
            "PALIER_FILES names the same place twice.",
        )
    return places


def _bucket(written: str, environ: Mapping[str, str]) -> At:
    found = BUCKET.fullmatch(written)
    if found is None:
        raise CannotStart(
            f"PALIER_FILES : {written} n’est ni un dossier ni un espace s3://nom/dossier.",
            f"PALIER_FILES: {written} is neither a folder nor a bucket s3://name/folder.",
        )
    needed = ("PALIER_S3_ENDPOINT", "PALIER_S3_KEY", "PALIER_S3_SECRET")
    missing = ", ".join(name for name in needed if not environ.get(name))
    if missing:
        raise CannotStart(
            f"PALIER_FILES nomme {written} : il faut aussi {missing}.",
            f"PALIER_FILES names {written}: {missing} must be set too.",
        )
    endpoint, key, secret = (environ[name] for name in needed)
    if urlsplit(endpoint).scheme not in ("http", "https") or not urlsplit(endpoint).hostname:
        raise CannotStart(
            f"PALIER_S3_ENDPOINT est une adresse https:// : {endpoint} n’en est pas une.",
            f"PALIER_S3_ENDPOINT is an address https://: {endpoint} is none.",
        )
    return At(
        bucket=found[1],
        prefix=(found[2] or "").strip("/"),
        endpoint=endpoint.rstrip("/"),
        region=environ.get("PALIER_S3_REGION") or "us-east-1",
        key=key,
        secret=secret,
    )


def open_files(places: Sequence[Place]) -> FileStore:
    """Open the file store on where files stand, and stood before."""
    first, *before = (_shelf(place) for place in places)
    return FileStore(first, before=before)


def _shelf(place: Place) -> Shelf:
    return Bucket(place) if isinstance(place, At) else Folder(place)
