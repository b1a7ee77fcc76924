"""What the database knows of its tables, and which index it takes then."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, text
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import NOW, make_case, make_user, make_viewer, make_visit
from tests.submissions import home_visit
from visits.calls.call_list import ALL, TO_CONTACT, CaseFilter, count_cases
from visits.forms.published import publish_form
from visits.ground.db import new_id
from visits.ground.statistics import NIGHT, look_anew, look_as_time_passes
from visits.intake.risks import risk_of
from visits.messages.printing import count_letters
from visits.models.accounts import Role
from visits.models.cases import Case
from visits.models.visits import Submission, SubmissionState
from visits.steering.outcomes import standing
from webapp.commands.jobs import JOBS

MANY = 600


@pytest.fixture
def case(session: Session) -> Case:
    """A case with one visit, beside very many submissions of others."""
    visitor = make_user(session, role=Role.VISITOR)
    form = publish_form(session, home_visit(), by=None, now=NOW)
    cases = [make_case(session, by=visitor) for _ in range(3)]
    visits = [make_visit(session, case=cases[0], visitor=visitor).id]
    for number in range(60):
        start_at = NOW + timedelta(days=number)
        visits.append(make_visit(session, case=cases[1], visitor=visitor, start_at=start_at).id)
    same = {"form_version_id": form.id, "sent_by_id": visitor.id, "xml": b"", "sha256": "0"}
    rows = [
        {
            "id": new_id(), "instance_id": f"uuid:{number}", "visit_id": visits[number % 60],
            "received_at": NOW, "state": SubmissionState.CHECKED, **same,
        }
        for number in range(MANY)
    ]  # fmt: skip
    session.execute(insert(Submission), rows)
    session.commit()
    return cases[0]


def _plan(session: Session, act: Callable[[], object]) -> str:
    """Tell how SQLite answers the last question of an act."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    act()
    event.remove(engine, "before_cursor_execute", note)
    statement, parameters = asked[-1]
    told = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    return "\n".join(str(row[3]) for row in told)


@pytest.mark.one_database
def test_the_risk_of_one_person_is_not_looked_for_among_all_submissions(
    case: Case, session_factory: sessionmaker[Session]
) -> None:
    with session_factory() as session:
        assert "ix_submission_state" in _plan(session, lambda: risk_of(session, case))
    with session_factory.begin() as session:
        look_as_time_passes(session, now=NOW)
    with session_factory() as session:
        plan = _plan(session, lambda: risk_of(session, case))
    assert "ix_submission_visit_id" in plan
    assert "ix_submission_state" not in plan


def test_every_table_is_looked_at_whatever_its_name(session: Session) -> None:
    look_anew(session)  # one is called as PostgreSQL calls a word of its own


def _told(session: Session, table: str) -> str:
    known = text("SELECT stat FROM sqlite_stat1 WHERE tbl = :table ORDER BY idx LIMIT 1")
    return str(session.scalar(known, {"table": table}))


@pytest.mark.one_database("sqlite")
def test_an_empty_table_passes_for_a_small_one_until_it_is_filled(session: Session) -> None:
    look_anew(session)
    assert _told(session, "case_file") == "1000"
    make_case(session, by=make_user(session))
    look_anew(session, ["case_file"])
    assert _told(session, "case_file").startswith("1 ")


@pytest.mark.one_database("sqlite")
def test_what_the_night_told_of_a_large_table_stands_by_day(case: Case, session: Session) -> None:
    look_as_time_passes(session, now=NOW)
    session.execute(text("UPDATE sqlite_stat1 SET stat = '900000 9' WHERE tbl = 'submission'"))
    look_as_time_passes(session, now=NOW)
    assert _told(session, "submission") == "900000 9"
    assert _told(session, "case_file").startswith("3 ")
    look_as_time_passes(session, now=NOW.replace(hour=NIGHT - 1))  # of UTC, in winter
    assert _told(session, "submission").startswith(f"{MANY} ")


def test_a_job_looks_at_the_tables_again() -> None:
    (job,) = [job for job in JOBS if job.name == "look_at_tables"]
    assert job.run is look_as_time_passes
    assert job.every <= timedelta(hours=1)


@pytest.mark.one_database("postgresql")
def test_postgresql_knows_the_size_of_a_table_that_was_filled_at_once(
    case: Case, session: Session
) -> None:
    known = text("SELECT reltuples FROM pg_class WHERE relname = 'submission'")
    assert session.scalar(known) != MANY
    look_anew(session, ["submission"])
    assert session.scalar(known) == MANY


@pytest.mark.one_database("sqlite")
@pytest.mark.parametrize("landlord", [False, True])
def test_a_call_list_is_counted_without_a_look_at_its_cases_whosever_stock_it_is(
    session: Session, *, landlord: bool
) -> None:
    office = make_user(session)
    case = make_case(session, by=office)
    session.commit()
    look_anew(session)
    eyes = make_viewer(office)
    index = "ix_case_file_programme_state"
    if landlord:
        eyes = replace(eyes, landlord_id=case.landlord_id)
        index = "ix_case_file_landlord_programme_state"
    for state in (TO_CONTACT, ALL):
        only = CaseFilter(case.programme, state)
        plan = _plan(session, lambda only=only: count_cases(session, eyes, only=only, now=NOW))
        assert f"COVERING INDEX {index}" in plan, plan
    plan = _plan(session, lambda: standing(session, case.programme, viewer=eyes))
    assert f"COVERING INDEX {index}" in plan, plan
    assert "contact_attempt" not in plan and "visit" not in plan


@pytest.mark.one_database("sqlite")
def test_letters_that_wait_are_counted_without_going_through_everybody(session: Session) -> None:
    eyes = make_viewer(make_user(session))
    session.commit()
    plan = _plan(session, lambda: count_letters(session, eyes, now=NOW))
    assert "SEARCH message USING INDEX ix_message_state_next_at" in plan
    assert "SCAN" not in plan, plan
