"""Reports of tablets with nonsense in every field: answered, never with a failure of ours."""

import json
import uuid
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.factories import make_case, make_user, make_visit
from visits.accounts.accounts import add_device
from visits.models.accounts import Role

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]

WHATEVER: tuple[Any, ...] = (
    None, True, -1, 10**30, 1.5, [], {}, [[]], {"fr": 1}, [None], ["card"] * 9, "", "x", "x" * 5000,
    "a\0", "\ud800", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999-23:59", "2026-02-30",
    "2026-03-10T09:30:00", "7f3e1c52-0000-4000-8000-000000000000", "dead", "no_answer", "U0",
)  # fmt: skip


@pytest.mark.parametrize("what", ["alerts", "failure"])
def test_no_field_of_a_report_makes_the_server_fail(
    app: Flask, session: Session, now: datetime, what: str
) -> None:
    visitor = make_user(session, role=Role.VISITOR)
    _, token = add_device(session, visitor, name="t", now=now)
    visit = make_visit(session, case=make_case(session, by=visitor), visitor=visitor)
    session.commit()
    moment = now.isoformat()
    body = {
        "id": str(uuid.uuid4()), "instance_id": "uuid:1", "path": "/data/gas", "severity": "U0",
        "label": {"fr": "Gaz", "en": "Gas"}, "raised_at": moment, "reached_at": moment,
        "tried_at": moment, "reached_name": "M. Ferrand",
    } if what == "alerts" else {
        "id": str(uuid.uuid4()), "outcome": "refused", "reason": "R01", "left_behind": ["card"],
        "note": "x", "at": moment,
    }  # fmt: skip
    body["sent_at"] = moment
    client = app.test_client()
    for field in (*body, "unknown"):
        for value in WHATEVER:
            said = json.dumps(body | {field: value, "id": str(uuid.uuid4())} | {field: value})
            answer = client.post(
                f"/api/visits/{visit.id}/{what}",
                data=said,
                content_type="application/json",
                headers={"Authorization": f"Bearer {token}"},
            )
            assert answer.status_code < 500, (field, value)
