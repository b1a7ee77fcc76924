"""The migrations make what the models say, and go back."""

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, insert, inspect, select, text

from tests.factories import (
    NOW,
    make_case,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
    promised,
)
from tests.submissions import FALLS, GAS, fill, home_visit
from visits.accounts.passkeys import add_passkey
from visits.accounts.second_factor import codes_left
from visits.cases.tasks import close_task, withdraw
from visits.following.by_hand import OrderSaid, open_by_hand
from visits.forms.published import publish_form
from visits.ground.db import Base, sessions
from visits.ground.file_store import FileStore
from visits.ground.migration import is_current, migrate, revert
from visits.intake.submissions import record_submission
from visits.life.endings import Told
from visits.life.events import keep_event
from visits.mapping.points import rebuild_map
from visits.models.accounts import JobState, Organisation, OrganisationKind, Role, User
from visits.models.calls import Channel, ContactAttempt, Disposition, RefusalReason
from visits.models.cases import Case, CaseState, Task, TaskState, WayIn
from visits.models.life import EventKind, HowTold, LifeEvent
from visits.models.map import MapCell, MapPoint
from visits.models.people import (
    AccessedPerson,
    AccessEvent,
    AccessKind,
    AlertCode,
    LeaseToCome,
    NamedAccess,
    Occupancy,
    Person,
    PersonAlert,
)
from visits.models.portfolio import Dwelling, Residence
from visits.models.visits import Submission, SubmissionState
from visits.models.works import WorkOrder
from visits.people.measures import note_alert
from visits.people.roles import note_role
from visits.sight import Reach, find_person
from visits.sight.access_chain import find_break, seal_access_log
from visits.sight.access_log import log_access

pytestmark = pytest.mark.slow

MAP = (select(MapPoint.dwelling_id), select(MapCell.cell), select(MapCell.dwellings))


def test_migrated_database_is_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_go_back_and_forth_with_data(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        make_case(session, by=make_user(session))
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
        visit = make_visit(session, case=make_case(session, by=by), visitor=by)
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


def test_several_cases_of_a_person_become_one_on_the_way_back_with_all_they_hold(
    engine: Engine,
) -> None:
    with sessions(engine).begin() as session:
        by = make_user(session)
        closed = make_case(session, by=by, closed_on=NOW.date(), outcome="completed")
        person, dwelling = session.get_one(Person, closed.person_id), closed.dwelling
        open_one = make_case(session, by=by, person=person, dwelling=dwelling)
        make_visit(session, case=closed, visitor=by)
        kept = open_one.id
    revert(engine, to="0021")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT case_id FROM visit")).scalars().all()
        assert [str(one).replace("-", "") for one in rows] == [kept.hex]
        assert connection.execute(text("SELECT count(*) FROM case_file")).scalar() == 1
    migrate(engine)


def test_promises_go_back_to_follow_ups_and_come_again_as_they_were(
    engine: Engine, tmp_path: Path
) -> None:
    with sessions(engine).begin() as session:
        by = make_user(session)
        publish_form(session, home_visit(), by=by.id, now=NOW)
        visit = make_visit(session, case=make_case(session, by=by), visitor=by)
        record_submission(
            session, FileStore(tmp_path), xml=fill(FALLS), files=[], viewer=make_viewer(by),
            now=NOW, visit_id=visit.id,
        )  # fmt: skip
        kept, gone = session.scalars(promised()).all()
        close_task(session, kept, TaskState.DONE, why="Va bien", viewer=make_viewer(by), now=NOW)
        withdraw(gone, why="corrected", by=by.id, now=NOW)
    with sessions(engine)() as session:
        before = [_told_of(one) for one in session.scalars(promised())]
    revert(engine, to="0032")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT state FROM follow_up ORDER BY state")).scalars()
        assert list(rows) == ["cancelled", "done"]
    # The job of before would be told as a clock that stands still.
    with sessions(engine).begin() as session:
        session.add(JobState(name="remind_follow_ups", next_run_at=NOW))
    migrate(engine)
    with sessions(engine)() as session:
        assert [_told_of(one) for one in session.scalars(promised())] == before
        assert session.scalars(select(JobState)).all() == []


def test_what_is_there_belongs_to_the_landlord_and_two_of_a_reference_do_not_go_back(
    engine: Engine,
) -> None:
    with sessions(engine).begin() as session:
        make_user(session, organisation="Association", role=Role.VISITOR)
        person = make_person(session, reference="P-1")
        ours = person.landlord_id
    revert(engine, to="0035")
    with engine.begin() as connection:
        # Beside the landlord of everybody here, another that nobody works for.
        connection.execute(
            insert(Organisation).values(id=uuid.UUID(int=1), name="Autre", kind="landlord")
        )
        make = insert(User).values(
            id=uuid.UUID(int=2), email="a@palier.example", name="A", password="-", active=True,
            fs_uniquifier="-", role="manager", language="fr", organisation_id=ours, created_at=NOW,
        )  # fmt: skip
        connection.execute(make)
    migrate(engine)
    with sessions(engine).begin() as session:
        for kind in (Person, Dwelling, Residence):
            assert session.scalars(select(kind.landlord_id)).all() == [ours]
        make_person(
            session, reference="P-1",
            dwelling=make_dwelling(
                session, residence=make_residence(session, landlord_id=uuid.UUID(int=1))
            ),
        )  # fmt: skip
    with pytest.raises(RuntimeError, match="tenants of several landlords"):
        revert(engine, to="0035")
    with sessions(engine)() as session:
        assert len(session.scalars(select(Person)).all()) == 2


def test_stock_of_no_landlord_gets_one(engine: Engine) -> None:
    revert(engine, to="0035")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO person (id, last_name, first_name, name_key, protected,"
                " do_not_contact) VALUES"
                " ('00000000000000000000000000000001', 'A', '', 'a', false, false)"
            )
        )
    migrate(engine)
    with sessions(engine)() as session:
        found = session.scalars(select(Organisation)).one()
        assert (found.name, found.kind) == ("Bailleur", OrganisationKind.LANDLORD)
        assert session.scalars(select(Person.landlord_id)).one() == found.id


def _told_of(task: Task) -> tuple[object, ...]:
    return (task.id, task.case_id, task.state, task.due_on, task.why, task.closed_by_id)


def test_whoever_had_moved_or_died_has_a_closed_case(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        by = make_user(session)
        gone = make_case(session, by=by, state=CaseState.NOT_ELIGIBLE, closed_on=NOW.date())
        moved = Disposition.MOVED
        session.add(
            ContactAttempt(case=gone, at=NOW, channel=Channel.PHONE, disposition=moved, caller=by)
        )
        make_case(session, by=by)
    revert(engine, to="0021")
    migrate(engine)
    with sessions(engine)() as session:
        found = session.execute(select(Case.state, Case.closed_on, Case.outcome)).all()
        assert set(map(tuple, found)) == {
            (CaseState.NOT_ELIGIBLE, NOW.date(), "moved"), (CaseState.TO_CALL, None, None),
        }  # fmt: skip


def test_a_lease_that_was_withdrawn_comes_back_with_no_older_version(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        home, by = make_dwelling(session).id, make_user(session).id
        for why, at in (("Non", NOW), (None, None)):
            kept = LeaseToCome(dwelling_id=home, starts_on=NOW.date(), content={"row": {}})
            kept.withdrawn_why, kept.withdrawn_at = why, at
            kept.withdrawn_by_id = by if at else None
            session.add(kept)
    revert(engine, to="0047")
    migrate(engine)
    with sessions(engine)() as session:
        assert session.scalars(select(LeaseToCome.withdrawn_at)).all() == [None]


def test_a_separation_goes_back_as_the_move_of_who_left(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        by, person = make_user(session), make_person(session)
        told = Told(HowTold.PAGE, by.id, NOW)
        said = {"home": None, "on": NOW.date(), "told": told, "undo": {}}
        whole = keep_event(session, EventKind.SEPARATION, person.id, **said)
        note_role(session, person.occupancies[0], "holder", by=by.id, now=NOW)
        session.flush()
        left = keep_event(session, EventKind.MOVE_OUT, make_person(session).id, **said)
        left.part_of_id = whole.id
    revert(engine, to="0046")
    migrate(engine)
    with sessions(engine)() as session:
        found = session.scalars(select(LifeEvent)).all()
        assert [(one.kind, one.part_of_id) for one in found] == [(EventKind.MOVE_OUT, None)]
        assert "holder" in session.scalars(select(Occupancy.role)).all()


def test_a_case_moved_before_knows_which_one_was_closed_for_it(engine: Engine) -> None:
    late = NOW.replace(hour=23, minute=30)  # the next day in Paris
    with sessions(engine).begin() as session:
        by, one, two = make_user(session), make_person(session), make_person(session)
        said = {"by": by, "closed_by_id": by.id, "closed_on": late.date() + timedelta(days=1)}
        left = make_case(session, person=one, **said)
        for programme in ("seniors", "there"):
            make_case(session, person=two, programme=programme, **said)
        for person in (one, two):
            make_case(
                session, by=by, person=person, programme="here", way_in=WayIn.TRANSFER,
                opened_at=late,
            )  # fmt: skip
        expected = {one.id: left.id, two.id: None}
    revert(engine, to="0050")
    migrate(engine)
    with sessions(engine)() as session:
        moved = select(Case.person_id, Case.moved_from_id).where(Case.programme == "here")
        assert {one.person_id: one.moved_from_id for one in session.execute(moved)} == expected


def test_an_order_knows_its_findings_and_goes_back_without_one_of_no_known_home(
    engine: Engine, tmp_path: Path
) -> None:
    with sessions(engine).begin() as session:
        by = make_user(session)
        publish_form(session, home_visit(), by=by.id, now=NOW)
        for _ in range(2):
            visit = make_visit(session, case=make_case(session, by=by), visitor=by)
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


def test_orders_by_hand_are_left_behind_on_the_way_back_and_found_ones_stay(
    engine: Engine, tmp_path: Path
) -> None:
    with sessions(engine).begin() as session:
        by = make_user(session)
        publish_form(session, home_visit(), by=by.id, now=NOW)
        visit = make_visit(session, case=make_case(session, by=by), visitor=by)
        record_submission(
            session, FileStore(tmp_path), xml=fill(GAS), files=(), now=NOW, visit_id=visit.id,
            viewer=make_viewer(by),
        )  # fmt: skip
        found = session.scalars(select(WorkOrder.id)).one()
        home = make_dwelling(session)
        leak = OrderSaid("plumbing", "U2", "elsewhere", "Fuite", "tenant")
        for place in (home, home.residence):
            open_by_hand(session, place, leak, viewer=make_viewer(by), now=NOW)
    revert(engine, to="0049")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM work_order")).scalar() == 1
    migrate(engine)
    with sessions(engine)() as session:
        kept = session.scalars(select(WorkOrder)).one()
        assert (kept.id, kept.opened_by_id, kept.findings) == (found, None, [kept.consequence])


def test_what_was_in_clear_is_sealed_and_comes_back(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        by = make_user(session)
        case = make_case(session, by=by)
        case.dwelling.access_code = "24B7é"
        attempt = ContactAttempt(
            case=case, at=NOW, channel=Channel.PHONE, disposition=Disposition.REFUSED,
            reason=RefusalReason.HEALTH, caller=by,
        )  # fmt: skip
        session.add(attempt)
        note_alert(
            session, case.person, AlertCode.INTERPRETER,
            viewer=make_viewer(by, Reach.ALL), now=NOW,
        )  # fmt: skip
    read = text("SELECT access_code, reason, code FROM dwelling, contact_attempt, person_alert")
    revert(engine, to="0005")
    with engine.connect() as connection:
        assert tuple(connection.execute(read).one()) == ("24B7é", "R05", "interpreter")
    migrate(engine)
    with engine.connect() as connection:
        sealed = b"".join(bytes(value) for value in connection.execute(read).one())
    assert not any(word in sealed for word in (b"24B7", b"R05", b"interpreter"))
    with sessions(engine)() as session:
        assert session.scalars(select(Dwelling.access_code)).one() == "24B7é"
        assert session.scalars(select(ContactAttempt.reason)).one() is RefusalReason.HEALTH
        assert session.scalars(select(PersonAlert.code)).one() is AlertCode.INTERPRETER


def test_a_migration_leaves_keys_checked_and_refuses_rows_that_point_to_nothing(
    engine: Engine,
) -> None:
    if engine.dialect.name != "sqlite":
        return
    revert(engine, to="0005")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    with engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        driver.execute("PRAGMA foreign_keys = OFF")
        orphan = "INSERT INTO named_access VALUES ('a', 'nobody', 'nobody', '2026-01-01', 'nobody')"
        driver.execute(orphan)
    with pytest.raises(RuntimeError, match="point to nothing"):
        migrate(engine)
    assert not is_current(engine)


def test_the_lines_of_the_access_log_come_and_go_with_their_persons(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        by, persons = make_user(session), [make_person(session) for _ in range(2)]
        ids = sorted(person.id for person in persons)
        log_access(session, user_id=by.id, persons=ids, kind=AccessKind.READ, what="calls", now=NOW)
    with sessions(engine).begin() as session:
        seal_access_log(session, now=NOW)
    revert(engine, to="0009")
    with engine.connect() as connection:
        old = connection.execute(text("SELECT what, seal FROM access_event ORDER BY id")).all()
    assert [line.what for line in old] == ["calls", "calls"]
    assert len({line.seal for line in old}) == 2
    migrate(engine)
    with sessions(engine).begin() as session:
        events = session.scalars(select(AccessEvent).order_by(AccessEvent.id)).all()
        assert [(one.user_id, one.what, one.seal) for one in events] == [(by.id, "calls", None)] * 2
        about = select(AccessedPerson.person_id).order_by(
            AccessedPerson.event_id, AccessedPerson.person_id
        )
        assert session.scalars(about).all() == ids
        assert seal_access_log(session, now=NOW) == 2
        assert find_break(session) is None


def test_whoever_lives_with_a_protected_person_becomes_protected(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        guardian = make_user(session)
        residence = make_residence(session, lat=49.4, lon=2.1, h3=0x8C1FB46A1A6C9FF)
        home, other = (make_dwelling(session, residence=residence) for _ in range(2))
        hers, his = (make_person(session, dwelling=home) for _ in range(2))
        neighbour = make_person(session, dwelling=other)
        rebuild_map(session)
        hers.protected = True
        session.add(
            NamedAccess(
                person_id=hers.id, user_id=guardian.id, named_at=NOW, named_by_id=guardian.id
            )
        )
    # What is kept was written by the models of today: only then back to before.
    revert(engine, to="0010")
    migrate(engine)
    with sessions(engine).begin() as session:
        assert session.get_one(Person, his.id).protected
        assert not session.get_one(Person, neighbour.id).protected
        assert find_person(session, make_viewer(guardian), his.id).id == his.id
        kept = {what: set(session.scalars(what)) for what in MAP}
        rebuild_map(session)
        assert kept == {what: set(session.scalars(what)) for what in MAP}
        assert kept[MAP[0]] == {other.id}


def test_going_back_before_passkeys_leaves_nobody_to_a_password_alone(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        user = make_user(session)
        add_passkey(
            session, user, "Key", credential_id=b"1", public_key=b"2", sign_count=0, now=NOW
        )
    revert(engine, to="0019")
    migrate(engine)
    with sessions(engine)() as session:
        kept = session.scalars(select(User).where(User.id == user.id)).one()
        assert kept.second_factor_at == NOW
        assert codes_left(session, user.id) == 8


def test_calls_stay_when_taking_back_comes_and_goes(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        by = make_user(session)
        case = make_case(session, by=by)
        session.add(
            ContactAttempt(
                case_id=case.id, at=NOW, channel=Channel.PHONE,
                disposition=Disposition.DEAD, caller_id=by.id, taken_back_at=NOW,
                taken_back_by_id=by.id, taken_back_why="Her sister", undo={"state": "to_call"},
            )
        )  # fmt: skip
    revert(engine, to="0010")
    migrate(engine)
    with sessions(engine)() as session:
        kept = session.scalars(select(ContactAttempt)).one()
        assert (kept.disposition, kept.undo) == (Disposition.DEAD, None)
