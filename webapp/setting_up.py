"""What commands need of an application without serving: a house, hashed passwords, forms."""

from datetime import datetime
from pathlib import Path

from flask_security.utils import hash_password
from sqlalchemy.orm import Session

import diagnostics
from diagnostics.workbook import publish, read_workbook
from visits.published_forms import WorkbookFile, publish_form
from webapp import create_app
from webapp.settings import Settings
from webapp.transaction import House

FORMS = Path(diagnostics.__file__).parent / "forms"


def open_house(settings: Settings) -> House:
    """Open the database and the file store of a deployment."""
    house: House = create_app(settings).extensions["palier"]
    return house


def hash_of(house: House, password: str) -> str:
    """Hash a password as sign-in will check it."""
    with create_app(house.settings).app_context():
        return str(hash_password(password))


def publish_shipped_forms(session: Session, *, now: datetime) -> int:
    """Publish the diagnostics that ship with this version; known versions stay as they are."""
    workbooks = sorted(FORMS.glob("*.yaml"))
    for place in workbooks:
        data = place.read_bytes()
        workbook = read_workbook(data, suffix=place.suffix)
        kept = WorkbookFile(place.name, data)
        publish_form(session, publish(workbook), by=None, now=now, workbook=kept)
    return len(workbooks)
