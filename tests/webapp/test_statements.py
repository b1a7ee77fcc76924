"""How often a submission asks the database: each statement more is time nobody else can write."""

import io
import uuid

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from benchmarks.counting import counted
from tests.factories import NOW, make_case, make_visit
from tests.submissions import FALLS, GAS, QUIET, fill
from tests.webapp.tablets import Tablet, hand_out_tablet
from visits.cases.coming import make_for
from visits.mapping.points import refresh_map
from visits.models.cases import Case, Task
from visits.models.portfolio import Residence
from visits.models.visits import Visit
from visits.programmes.published import version_of

pytestmark = pytest.mark.both_databases

# Whoever adds a statement changes a number here, and says why in the commit.
STORED = {"sqlite": 9, "postgresql": 11}
QUIET_VISIT = {"sqlite": 32, "postgresql": 35}
OPENING_VISIT = {"sqlite": 35, "postgresql": 38}
WORKS = GAS | FALLS | {"bare_wires": "yes"}
ROOM = b"\xff\xd8\xff" + bytes(2_000)


@pytest.fixture
def tablet(app: Flask) -> Tablet:
    """A tablet whose server has taken in a first visit: what it reads once a process is read."""
    tablet = hand_out_tablet(app)
    with tablet.house.sessions.begin() as session:
        for residence in session.query(Residence):
            residence.lat, residence.lon, residence.h3 = 49.4, 2.8, 0x881FB0A4D3FFFFF
        refresh_map(session, [tablet.dwelling.id])
        first = make_case(session, by=tablet.visitor)
        visit = make_visit(session, case=first, visitor=tablet.visitor)
        _follow(session, visit)
        _follow(session, session.get_one(Visit, tablet.visit.id))
    _asked(tablet, fill(GAS | FALLS), visit.id)
    return tablet


def _follow(session: Session, visit: Visit) -> None:
    """Let a case follow its programme: what is due in it is what the visit is planned for."""
    case = session.get_one(Case, visit.case_id)
    case.programme_version_id = version_of(session, "seniors").id
    make_for(session, [case], now=NOW)
    session.execute(update(Task).where(Task.case_id == case.id).values(visit_id=visit.id))


def _asked(tablet: Tablet, xml: bytes, visit_id: uuid.UUID | None = None) -> list[str]:
    path = "/openrosa/submission" + (f"?visit={visit_id}" if visit_id else "")
    parts = {"xml_submission_file": (io.BytesIO(xml), "a.xml"), "room.jpg": (io.BytesIO(ROOM), "b")}
    with counted(tablet.house.engine) as said:
        answer = tablet.app.test_client().post(
            path, data=parts, headers=tablet.headers | {"Accept": "application/json"}
        )
    assert answer.status_code == 201, answer.text
    return said


def test_one_that_is_only_stored_asks_so_often_and_no_more(tablet: Tablet, database: str) -> None:
    said = _asked(tablet, fill(QUIET))
    assert len(said) == STORED[database], "\n".join(said)


def test_a_visit_that_opens_nothing_asks_so_often_and_no_more(
    tablet: Tablet, database: str
) -> None:
    said = _asked(tablet, fill(QUIET), tablet.visit.id)
    assert len(said) == QUIET_VISIT[database], "\n".join(said)


def test_a_visit_that_opens_works_and_promises_asks_so_often_and_no_more(
    tablet: Tablet, database: str
) -> None:
    said = _asked(tablet, fill(WORKS), tablet.visit.id)
    assert len(said) == OPENING_VISIT[database], "\n".join(said)


def test_many_submissions_before_it_in_the_case_cost_no_statement(
    tablet: Tablet, database: str
) -> None:
    with tablet.house.sessions.begin() as session:
        case = make_case(session, by=tablet.visitor)
        visits = [make_visit(session, case=case, visitor=tablet.visitor).id for _ in range(6)]
    asked = [len(_asked(tablet, fill(QUIET), visit_id)) for visit_id in visits]
    assert len(set(asked[1:-1])) == 1  # the first and the last one move the case
