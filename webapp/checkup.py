"""What `palier doctor` looks at."""

from collections.abc import Iterator
from dataclasses import dataclass

from visits.access_chain import Break, find_break, seal_access_log
from visits.db import start_reading
from visits.migration import is_current
from visits.programmes import forms_in_use
from visits.published_forms import current_forms, list_forms
from webapp.assets import BUILD
from webapp.tablet import FOLDER
from webapp.transaction import House


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    what: str
    ok: bool
    detail: str


def checkup(house: House) -> Iterator[Finding]:
    """Look at the database, the access log, the forms, the built files and the file store."""
    current = is_current(house.engine)
    yield Finding("database", current, "up to date" if current else "run `palier init`")
    if current:
        _seal(house)
        with house.sessions() as session:
            start_reading(session)
            broken = find_break(session)
            yield Finding("access log", broken is None, _said(broken))
            forms = len(list_forms(session))
            yield Finding("forms", forms > 0, f"{forms} versions published")
            missing = sorted(forms_in_use() - current_forms(session).keys())
            said = (
                f"run `palier init`: {', '.join(missing)} missing" if missing else "all published"
            )
            yield Finding("programmes", not missing, said)
    for name, place in (
        ("office files", BUILD / "manifest.json"),
        ("tablet", FOLDER / "index.html"),
    ):
        yield Finding(name, place.is_file(), "built" if place.is_file() else "run `make setup`")
    store = house.store.folder
    store.mkdir(parents=True, exist_ok=True)
    yield Finding("file store", store.is_dir(), str(store))


def _seal(house: House) -> None:
    """Seal what is new in the access log, however long that takes."""
    while True:
        with house.sessions.begin() as session:
            if not seal_access_log(session, now=house.clock()):
                return


def _said(broken: Break | None) -> str:
    if broken is None:
        return "unbroken"
    return f"broken in {broken.month}" + (f" at line {broken.line}" if broken.line else "")
