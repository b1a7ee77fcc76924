"""What a story over months needs: somebody's browser at a moment, and what a page counts."""

import re
from dataclasses import replace
from datetime import datetime

from flask import Flask
from flask.testing import FlaskClient

from visits.accounts.open_sessions import start_session
from visits.models.accounts import User
from webapp.access.who_asks import SESSION_NUMBER


def browse_at(app: Flask, user: User, now: datetime) -> FlaskClient:
    """Sign somebody in at a moment; the clock of the house stands there from then on."""
    house = replace(app.extensions["palier"], clock=lambda: now)
    app.extensions["palier"] = house
    with house.sessions.begin() as session:
        number = start_session(session, user.id, now=now)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = user.fs_uniquifier, True
        cookie[SESSION_NUMBER] = str(number)
    return client


def tile(page: str, name: str) -> str:
    """Read the number that stands under a name."""
    found = re.search(rf"<dt>(?:<a[^>]*>)?{name}(?:</a>)?</dt><dd>([^<]*)", page)
    assert found, name
    return found[1].strip()


def cells(page: str, name: str) -> list[str]:
    """Read the numbers of the row of a table that begins with a name."""
    found = re.search(rf'<tr><th scope="row">{re.escape(name)}</th>(.*?)</tr>', page, re.DOTALL)
    assert found, name
    return re.findall(r'<td class="num">([^<]*)</td>', found[1])
