"""The migrations make what the models say, and go back."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, select, text

from tests.factories import NOW, make_enrolment, make_user, make_visit
from tests.submissions import home_visit
from visits.db import Base, sessions
from visits.migration import is_current, migrate, revert
from visits.models.visits import Submission, SubmissionState
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
