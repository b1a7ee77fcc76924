"""A home that was visited: forms that ship, sent from it as a tablet sends them."""

import uuid
from datetime import datetime
from typing import Any

from flask import Flask

from tests.diagnostics.filling import Filled, shipped_form
from tests.factories import NOW, make_case, make_person, make_user, make_viewer, make_visit
from visits.forms.published import publish_form
from visits.intake.submissions import SentFile, record_submission
from visits.models.accounts import Role
from visits.sight import Reach


class Home:
    """A planned visit to Mme Vermeulen, and ways to send shipped forms from it."""

    def __init__(self, app: Flask, *forms: str, **person: Any) -> None:
        self.house = app.extensions["palier"]
        with self.house.sessions.begin() as session:
            self.coordinator = make_user(session)
            self.visitor = make_user(session, role=Role.VISITOR, name="Nadia Fournier")
            for name in forms:
                publish_form(session, shipped_form(name), by=None, now=NOW)
            self.person = make_person(session, last_name="VERMEULEN", **person)
            case = make_case(session, by=self.coordinator, person=self.person)
            self.visit = make_visit(session, case=case, visitor=self.visitor)

    @property
    def page(self) -> str:
        """The address of the visit's page."""
        return f"/visits/{self.visit.id}"

    def send(self, name: str, *files: SentFile, now: datetime = NOW, **answers: Any) -> uuid.UUID:
        """Fill a form that ships, answers by name, and send it; gives the submission's id."""
        xml = Filled(name, **answers).checked.xml
        return self.send_xml(xml, *files, now=now)

    def send_xml(self, xml: bytes, *files: SentFile, now: datetime = NOW) -> uuid.UUID:
        """Send a filled form under an id of its own."""
        own = str(uuid.uuid4()).encode()
        with self.house.sessions.begin() as session:
            submission = record_submission(
                session,
                self.house.store,
                xml=xml.replace(b"0d3b7f9e-8f0b-4d43-9f0a-4f7c5b1f2a11", own),
                files=files,
                viewer=make_viewer(self.visitor, Reach.OWN),
                now=now,
                visit_id=self.visit.id,
            )
            return submission.id
