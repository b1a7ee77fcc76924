"""Cases, leases, orders and landlords as the migrations carry them, both ways."""

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, text

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
from visits.cases.tasks import close_task, withdraw
from visits.forms.published import publish_form
from visits.ground.db import sessions
from visits.ground.file_store import FileStore
from visits.ground.migration import migrate, revert
from visits.intake.submissions import record_submission
from visits.life.endings import Told
from visits.life.events import keep_event
from visits.models.accounts import JobState, Organisation, OrganisationKind, Role, User
from visits.models.calls import Channel, ContactAttempt, Disposition
from visits.models.cases import Case, CaseState, Task, TaskState, WayIn
from visits.models.life import EventKind, HowTold, LifeEvent
from visits.models.people import (
    LeaseToCome,
    Occupancy,
    Person,
)
from visits.models.portfolio import Dwelling, Residence
from visits.models.works import WorkOrder, WorkOrderFinding
from visits.people.roles import note_role
from visits.works.by_hand import OrderSaid, open_by_hand
from visits.works.same_order import put_together

pytestmark = pytest.mark.slow


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


def test_of_a_case_opened_by_hand_without_points_nobody_knows_them(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        by = make_user(session)
        nothing: dict[str, Any] = {"score": 0, "reasons": []}
        chosen = make_case(session, by=by, **nothing).id
        asked = make_case(session, by=by, way_in=WayIn.REQUEST).id
        unknown = make_case(session, by=by, way_in=WayIn.REQUEST, **nothing).id
    revert(engine, to="0082")
    migrate(engine)
    with sessions(engine)() as session:
        scored = {number: at for number, at in session.execute(select(Case.id, Case.scored_at))}
        assert scored == {chosen: NOW, asked: NOW, unknown: None}


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


def test_orders_that_were_made_one_are_two_before_and_what_was_told_by_hand_is_kept(
    engine: Engine, tmp_path: Path
) -> None:
    with sessions(engine).begin() as session:
        by = make_user(session)
        viewer = make_viewer(by)
        publish_form(session, home_visit(), by=by.id, now=NOW)
        visit = make_visit(session, case=make_case(session, by=by), visitor=by)
        record_submission(
            session, FileStore(tmp_path), xml=fill(GAS), files=(), now=NOW, visit_id=visit.id,
            viewer=viewer,
        )  # fmt: skip
        found = session.scalars(select(WorkOrder)).one()
        said = OrderSaid(found.trade, "U3", "kitchen", "Odeur", "tenant")
        told = open_by_hand(session, visit.case.dwelling, said, viewer=viewer, now=NOW)
        session.flush()
        kept = put_together(session, told, found, viewer=viewer, now=NOW)
        alone = open_by_hand(session, visit.case.dwelling, said, viewer=viewer, now=NOW)
        ids, finding = (found.id, told.id, alone.id), found.consequence_id
        assert kept is found
        # A home's order that went into the residence's, by way of a finding that came with it.
        moved = session.get_one(WorkOrderFinding, finding)
        moved.work_order_id, moved.came_with_id = alone.id, found.id
    revert(engine, to="0056")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT work_order_id FROM work_order_finding")).scalars()
        assert [uuid.UUID(str(one)) for one in rows] == [ids[0]]
    migrate(engine)
    with sessions(engine)() as session:
        for number in ids[1:]:
            order = session.get_one(WorkOrder, number)
            assert (order.said_severity, order.said_due_at) == (order.severity, order.due_at)
        assert session.get_one(WorkOrder, ids[0]).said_severity is None
