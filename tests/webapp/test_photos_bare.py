"""What the office sees of a photo tells nobody where it was taken, whoever sent it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import webapp
from tests.factories import NOW, make_case, make_user, make_viewer, make_visit
from tests.submissions import fill, home_visit
from visits.forms.published import publish_form
from visits.intake.submissions import SentFile, record_submission
from visits.models.accounts import Role

WEBAPP = Path(webapp.__file__).parent
# Where kept bytes leave: taken apart there, or before they were kept (files of forms, logos). The
# log of a form's pages is read and never sent.
READ_AT = {
    "api/forms.py", "api/openrosa.py", "office/intake/answers.py", "office/intake/visits.py",
    "office/messages/letters.py", "office/papers/saying.py", "office/papers/wording.py",
}  # fmt: skip
MEDIA = Path(__file__).parent.parent / "data" / "media"


@pytest.mark.parametrize("kind", ["image/jpeg", "application/octet-stream"])
def test_a_photo_of_any_client_is_kept_as_sent_and_shown_bare(
    app: Flask, client_as: Callable[..., FlaskClient], kind: str
) -> None:
    photo, raw = (MEDIA / "p0.jpg").read_bytes(), b"II*\x00 SECRET-PLACE"
    house = app.extensions["palier"]
    with house.sessions.begin() as session:
        publish_form(session, home_visit(), by=None, now=NOW)
        by = make_user(session, role=Role.VISITOR)
        visit = make_visit(session, case=make_case(session, by=by), visitor=by)
        kept = record_submission(
            session, house.store, xml=fill(), visit_id=visit.id, viewer=make_viewer(by), now=NOW,
            files=[SentFile("a.jpg", kind, photo), SentFile("b.dng", kind, raw)],
        )  # fmt: skip
        files = {file.name: (file.id, file.sha256) for file in kept.files}
    assert house.store.get(files["a.jpg"][1]) == photo
    client = client_as(Role.COORDINATOR)
    shown = client.get(f"/visits/{visit.id}/files/{files['a.jpg'][0]}")
    assert shown.status_code == 200
    assert shown.data[:2] == b"\xff\xd8"
    assert b"SECRET" not in shown.data
    withheld = client.get(f"/visits/{visit.id}/files/{files['b.dng'][0]}")
    assert withheld.status_code == 404
    assert b"SECRET" not in withheld.data


def test_each_place_where_kept_files_are_read_is_known() -> None:
    found = {
        str(path.relative_to(WEBAPP))
        for room in ("api", "office")
        for path in (WEBAPP / room).rglob("*.py")
        if re.search(r"store\.(get|read)\(", path.read_text())
    }
    assert found == READ_AT
