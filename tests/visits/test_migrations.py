"""The migrations make what the models say, and go back."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from tests.factories import make_enrolment, make_user
from visits.db import Base, sessions
from visits.migration import is_current, migrate, revert


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
