"""The map's counts are kept exact: whatever happened, they equal counts made anew."""

import contextlib
import random
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maps import cells
from tests.factories import (
    make_case,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
)
from tests.submissions import home_visit
from visits.accounts.accounts import find_territory
from visits.agenda.doors import OUTCOMES, Knock, report_shut_door
from visits.agenda.planning import cancel_visit, plan_visit
from visits.calls.contacts import Attempt, record_attempt
from visits.following.follow_ups import open_promise
from visits.forms.published import publish_form
from visits.ground.errors import Refused
from visits.mapping.points import rebuild_map, refresh_map
from visits.mapping.views import Area, MapFilter, count_cells
from visits.models.accounts import Role, User
from visits.models.calls import Disposition, RefusalReason
from visits.models.cases import Case
from visits.models.map import MapCell, MapPoint
from visits.models.people import Person
from visits.models.portfolio import Dwelling, FormVersion
from visits.models.visits import Consequence, Submission, SubmissionState, Visit
from visits.models.works import WorkOrder, WorkOrderState
from visits.people.protection import protect, unprotect
from visits.sight import Viewer
from visits.works.moves import MoveSaid, move_work_order
from visits.works.work_orders import open_work_order

Counts = set[tuple[Any, ...]]


def kept(session: Session, model: type[MapPoint] | type[MapCell]) -> Counts:
    return {tuple(row) for row in session.execute(select(*model.__table__.c))}


class Town:
    """A few dwellings, persons and cases, and things that happen to them."""

    def __init__(self, session: Session, seed: int, now: datetime) -> None:
        self.session, self.dice, self.now = session, random.Random(seed), now
        self.coordinator = make_user(session)
        self.visitor = make_user(session, role=Role.VISITOR)
        self.viewer: Viewer = make_viewer(self.coordinator)
        self.form = publish_form(session, home_visit(), by=None, now=now)
        self.dwellings = [self._dwelling() for _ in range(8)]
        for dwelling in self.dwellings[:6]:
            for programme in ("seniors", "energie"):
                person = make_person(session, dwelling=dwelling)
                make_case(
                    session,
                    by=self.coordinator,
                    person=person,
                    dwelling=dwelling,
                    programme=programme,
                )
        refresh_map(session, [dwelling.id for dwelling in self.dwellings])

    def _dwelling(self) -> Dwelling:
        lat, lon = 49.3 + self.dice.random() / 3, 2 + self.dice.random() / 3
        territory = self.dice.choice([None, find_territory(self.session, "Beauvais").id])
        residence = make_residence(
            self.session, lat=lat, lon=lon, h3=cells.locate_cell(lat, lon), territory_id=territory
        )
        return make_dwelling(self.session, residence=residence)

    def one(self, model: type[Any]) -> Any:
        found = self.session.scalars(select(model)).all()
        return self.dice.choice(sorted(found, key=lambda row: str(row.id))) if found else None

    def happen(self) -> None:
        """Let one thing happen; one that is refused changes nothing."""
        deed: Callable[[], None] = self.dice.choice(
            [
                self.call,
                self.call,
                self.plan,
                self.end_visit,
                self.open_work,
                self.do_work,
                self.hide,
                self.move_residence,
            ]
        )
        self.now += timedelta(hours=3)
        with contextlib.suppress(Refused):
            deed()
        self.session.flush()

    def call(self) -> None:
        attempt = Attempt(
            self.dice.choice(
                [Disposition.AGREED, Disposition.REFUSED, Disposition.NO_ANSWER, Disposition.MOVED]
            ),
            reason=RefusalReason.TIMING,
        )
        case = self.one(Case)
        record_attempt(self.session, case, attempt, viewer=self.viewer, now=self.now)

    def plan(self) -> None:
        plan_visit(
            self.session,
            self.one(Case),
            visitor_id=self.visitor.id,
            start_at=self.now + timedelta(days=1),
            minutes=60,
            viewer=self.viewer,
            now=self.now,
        )

    def end_visit(self) -> None:
        visit = self.one(Visit)
        if visit is not None:
            if self.dice.random() < 0.5:
                cancel_visit(
                    self.session, visit, reason="absente", viewer=self.viewer, now=self.now
                )
                return
            knock = Knock(self.dice.choice(OUTCOMES), at=self.now)
            report_shut_door(self.session, visit, knock, viewer=self.viewer, now=self.now)

    def open_work(self) -> None:
        case = self.one(Case)
        visit = make_visit(self.session, case=case, visitor=self.visitor)
        consequence = make_consequence(self.session, visit, self.form, self.visitor, self.now)
        open_work_order(self.session, case, consequence, now=self.now)
        case.risk = self.dice.randint(0, 3)
        refresh_map(self.session, [case.dwelling_id])

    def do_work(self) -> None:
        order = self.one(WorkOrder)
        if order is not None:
            state = self.dice.choice(list(WorkOrderState))
            move_work_order(
                self.session, order, state, MoveSaid(note="fait"), viewer=self.viewer, now=self.now
            )

    def hide(self) -> None:
        person = self.one(Person)
        if person.protected:
            unprotect(self.session, person, by=self.coordinator.id)
        else:
            protect(self.session, person, by=self.coordinator.id, now=self.now)

    def move_residence(self) -> None:
        dwelling = self.dice.choice(self.dwellings)
        lat = 49.3 + self.dice.random() / 3
        dwelling.residence.lat = lat
        dwelling.residence.h3 = cells.locate_cell(lat, dwelling.residence.lon)
        refresh_map(self.session, [dwelling.id])


def make_consequence(
    session: Session, visit: Visit, form: FormVersion, by: User, now: datetime
) -> Consequence:
    submission = Submission(
        instance_id=f"uuid:{uuid.uuid4()}",
        visit_id=visit.id,
        form_version_id=form.id,
        sent_by_id=by.id,
        xml=b"<x/>",
        sha256="0" * 64,
        received_at=now,
        state=SubmissionState.CHECKED,
    )
    session.add(submission)
    session.flush()
    consequence = Consequence(
        submission_id=submission.id,
        position=1,
        path="/f/c",
        kind="work_order",
        code="electricity",
        severity="U1",
        due_at=now,
        label={"fr": "Prise", "en": "Socket"},
        causes=[],
    )
    session.add(consequence)
    session.flush()
    return consequence


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_whatever_happened_the_kept_counts_equal_counts_made_anew(
    session: Session, now: datetime, seed: int
) -> None:
    town = Town(session, seed, now)
    for _ in range(60):
        town.happen()
    points, counts = kept(session, MapPoint), kept(session, MapCell)
    rebuild_map(session)
    assert points == kept(session, MapPoint)
    assert counts == kept(session, MapCell)
    assert points


def test_a_protected_home_leaves_the_map_and_comes_back(session: Session, now: datetime) -> None:
    town = Town(session, 1, now)
    town.open_work()
    dwelling = town.dwellings[0]
    living = [make_person(session, dwelling=dwelling) for _ in range(2)]
    refresh_map(session, [dwelling.id])
    before = kept(session, MapPoint), kept(session, MapCell)
    on_map = select(func.count()).where(MapPoint.dwelling_id == dwelling.id)
    finest = select(func.sum(MapCell.dwellings)).where(
        MapCell.resolution == 8, MapCell.programme == ""
    )
    assert session.scalar(on_map)
    assert session.scalar(finest) == 8
    protect(session, living[0], by=town.coordinator.id, now=now)
    assert not session.scalar(on_map)
    assert session.scalar(finest) == 7
    unprotect(session, living[0], by=town.coordinator.id)
    assert (kept(session, MapPoint), kept(session, MapCell)) == before


def test_a_dwelling_without_a_place_is_not_on_the_map(session: Session) -> None:
    dwelling = make_dwelling(session, residence=make_residence(session, lat=None, lon=None))
    refresh_map(session, [dwelling.id])
    assert kept(session, MapPoint) == kept(session, MapCell) == set()


def test_a_view_counts_the_cells_whose_dwellings_stand_in_it(
    session: Session, now: datetime
) -> None:
    town = Town(session, 3, now)
    box = cells.BBox(49.0, 1.5, 50.0, 3.0)
    for zoom in (6, 8, 10, 12, 14):
        resolution = cells.resolution_for(zoom)
        assert resolution is not None
        found = count_cells(
            session,
            town.viewer,
            resolution=resolution,
            parents=cells.cover(box, resolution),
            area=Area(49.0, 1.5, 50.0, 3.0),
            only=MapFilter(),
        )
        assert sum(count.dwellings for count in found) == 8


def test_opening_a_follow_up_leaves_the_map_as_it_is(session: Session, now: datetime) -> None:
    town = Town(session, 5, now)
    before = kept(session, MapCell)
    case = town.one(Case)
    visit = make_visit(session, case=case, visitor=town.visitor)
    consequence = make_consequence(session, visit, town.form, town.visitor, now)
    open_promise(session, case, consequence, now=now)
    assert kept(session, MapCell) == before
