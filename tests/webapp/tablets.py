"""A visitor's tablet without its screens: what it asks of the server and tells it."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask

from tests.diagnostics.filling import shipped_form
from tests.factories import (
    NOW,
    make_case,
    make_dwelling,
    make_person,
    make_user,
    make_viewer,
    make_visit,
)
from visits.accounts.accounts import add_device
from visits.forms.published import publish_form
from visits.intake.submissions import record_submission
from visits.models.accounts import Role, User
from visits.models.people import Person
from visits.models.portfolio import Dwelling
from visits.models.visits import Visit
from visits.sight import Reach
from webapp.frame.transaction import House

FORMS = ("home_visit", "fall_risk", "eco_kit", "safety_and_decency")


@dataclass
class Tablet:
    """A visitor's tablet, and the home of her visit."""

    app: Flask
    house: House
    token: str
    visitor: User
    person: Person
    dwelling: Dwelling
    visit: Visit

    def day(self, held: Sequence[str] = ()) -> dict[str, Any]:
        path = "/api/tablet/day" + (f"?held={','.join(held)}" if held else "")
        answer = self.app.test_client().get(path, headers=self.headers)
        assert answer.status_code == 200, answer.json
        return dict(answer.json)

    @property
    def today(self) -> dict[str, Any]:
        (found,) = [one for one in self.day()["visits"] if one["id"] == str(self.visit.id)]
        return dict(found)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def report(self, body: Any, visit: object = None) -> Any:
        path = f"/api/visits/{visit or self.visit.id}/failure"
        data = body if isinstance(body, bytes) else json.dumps(body)
        return self.app.test_client().post(
            path, data=data, content_type="application/json", headers=self.headers
        )

    def earlier_visit(
        self,
        xml: bytes,
        *,
        days_ago: int = 90,
        person: Person | None = None,
        dwelling: Dwelling | None = None,
    ) -> None:
        """Let a visit of another programme have taken place, by the same visitor."""
        with self.house.sessions.begin() as session:
            case = make_case(
                session, by=self.visitor, person=session.merge(person or self.person),
                dwelling=session.merge(dwelling or self.dwelling), programme=uuid.uuid4().hex[:8],
            )  # fmt: skip
            at = NOW - timedelta(days=days_ago)
            visit = make_visit(session, case=case, visitor=self.visitor, start_at=at)
            record_submission(
                session, self.house.store, xml=xml, files=(), now=at, visit_id=visit.id,
                viewer=make_viewer(self.visitor, Reach.OWN),
            )  # fmt: skip


def hand_out_tablet(app: Flask) -> Tablet:
    """Publish forms, plan a visit, and sign a visitor in on a tablet."""
    house: House = app.extensions["palier"]
    with house.sessions.begin() as session:
        for name in FORMS:
            publish_form(session, shipped_form(name), by=None, now=NOW - timedelta(days=400))
        visitor = make_user(session, role=Role.VISITOR, organisation="Association")
        _, token = add_device(session, visitor, name="T", now=NOW)
        dwelling = make_dwelling(session)
        person = make_person(session, dwelling=dwelling, last_name="VERMEULEN")
        case = make_case(session, by=visitor, person=person, dwelling=dwelling)
        visit = make_visit(session, case=case, visitor=visitor)
    return Tablet(app, house, token, visitor, person, dwelling, visit)
