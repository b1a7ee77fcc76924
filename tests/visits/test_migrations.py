"""The migrations make what the models say, and go back."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, select, text

from tests.factories import NOW, make_enrolment, make_user, make_viewer, make_visit
from tests.submissions import GAS, fill, home_visit
from visits.db import Base, sessions
from visits.file_store import FileStore
from visits.intake import record_submission
from visits.migration import is_current, migrate, revert
from visits.models.visits import Submission, SubmissionState
from visits.models.works import WorkOrder
from visits.published_forms import publish_form


def test_migrated_database_is_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_go_back_and_forth_with_data(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        make_enrolment(session, by=make_user(session))
    revert(engine, to="base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    assert not is_current(engine)
    migrate(engine)
    assert is_current(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM person")).scalar() == 0


def test_the_workbook_column_comes_and_goes_under_kept_submissions(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        by = make_user(session)
        visit = make_visit(session, enrolment=make_enrolment(session, by=by), visitor=by)
        version = publish_form(session, home_visit(), by=by.id, now=NOW)
        facts = {"sent_by_id": by.id, "xml": b"<data/>", "sha256": "0", "received_at": NOW}
        session.add(
            Submission(
                visit_id=visit.id, form_version_id=version.id, instance_id="uuid:1",
                state=SubmissionState.CHECKED, **facts,
            )
        )  # fmt: skip
    revert(engine, to="0001")
    migrate(engine)
    with sessions(engine)() as session:
        kept = session.scalars(select(Submission)).one()
        assert (kept.form_version.form_id, kept.form_version.workbook) == ("home_visit", None)


def test_an_order_knows_its_findings_and_goes_back_without_one_of_no_known_home(
    engine: Engine, tmp_path: Path
) -> None:
    with sessions(engine).begin() as session:
        by = make_user(session)
        publish_form(session, home_visit(), by=by.id, now=NOW)
        for _ in range(2):
            visit = make_visit(session, enrolment=make_enrolment(session, by=by), visitor=by)
            record_submission(
                session, FileStore(tmp_path), xml=fill(GAS), files=(), now=NOW, visit_id=visit.id,
                viewer=make_viewer(by),
            )  # fmt: skip
        orders = session.scalars(select(WorkOrder)).all()
        known = orders[0].id
        for homeless in orders[1:]:
            homeless.dwelling_id = homeless.person_id = None
    revert(engine, to="0004")
    migrate(engine)
    with sessions(engine)() as session:
        kept = session.scalars(select(WorkOrder)).one()
        assert kept.id == known
        assert kept.findings == [kept.consequence]
