"""What commands need beside the application: hashed passwords, forms, a tidy memory."""

import gc
from datetime import datetime
from pathlib import Path

from flask import Flask
from flask_security.utils import hash_password
from sqlalchemy.orm import Session

import diagnostics
from diagnostics.workbook import publish, read_workbook
from visits.forms.published import WorkbookFile, is_published, publish_form
from visits.programmes.published import publish_shipped_programmes
from webapp.access.sign_in import set_up_accounts
from webapp.frame.settings import Settings
from webapp.frame.transaction import House

FORMS = Path(diagnostics.__file__).parent / "forms"


def settle_memory() -> None:
    """Spare the garbage collector what lives as long as the process.

    A look through all of it stops a request, now and then, for two tenths of a second.
    """
    gc.collect()
    gc.freeze()


def hashes_of(settings: Settings, *passwords: str) -> list[str]:
    """Hash passwords as sign-in will check them."""
    app = Flask(__name__)
    set_up_accounts(app, settings)
    with app.app_context():
        return [str(hash_password(password)) for password in passwords]


def hash_of(house: House, password: str) -> str:
    """Hash a password as sign-in will check it."""
    return hashes_of(house.settings, password)[0]


def publish_what_ships(session: Session, *, now: datetime) -> None:
    """Publish the forms and the programmes that ship; what is here already stays as it is."""
    publish_shipped_forms(session, now=now)
    publish_shipped_programmes(session, now=now)


def publish_shipped_forms(session: Session, *, now: datetime) -> int:
    """Publish the diagnostics that ship with this version; known versions stay as they are."""
    workbooks = sorted(FORMS.glob("*.yaml"))
    for place in workbooks:
        data = place.read_bytes()
        if is_published(session, data):  # at every start of the demo: converting takes seconds
            continue
        workbook = read_workbook(data, suffix=place.suffix)
        kept = WorkbookFile(place.name, data)
        publish_form(session, publish(workbook), by=None, now=now, workbook=kept)
    return len(workbooks)
