"""An urgent finding is told at once, once, and becomes a work order when its form arrives."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from diagnostics.codes import Kind
from tests.diagnostics.filling import shipped_form
from tests.factories import make_case, make_user, make_viewer, make_visit
from tests.submissions import GAS, fill, fill_shipped, home_visit
from visits.forms.published import publish_form
from visits.ground.errors import Conflict, NotFound
from visits.ground.file_store import FileStore
from visits.intake.alert_list import alert_of_work_order, alerts_of_visit, current_alerts
from visits.intake.alerts import Raised, note_seen, raise_alert
from visits.intake.submissions import record_submission
from visits.models.accounts import Role
from visits.models.people import AccessEvent
from visits.models.visits import UrgentAlert, Visit
from visits.models.works import WorkOrder
from visits.people.protection import protect
from visits.sight import Reach, Viewer

INSTANCE = "6a9b2f1e-0000-4000-8000-000000000001"


@dataclass
class Home:
    session: Session
    visit: Visit
    visitor: Viewer
    coordinator: Viewer
    now: datetime

    def raised(self, **said: Any) -> Raised:
        given = {
            "id": uuid.uuid4(),
            "instance_id": INSTANCE,
            "path": path_of("gas"),
            "severity": "U0",
            "label": {"fr": "Odeur de gaz", "en": "Smell of gas"},
            "raised_at": self.now - timedelta(minutes=5),
            "sent_at": self.now,
        }
        return Raised(**(given | said))

    def tell(self, raised: Raised, viewer: Viewer | None = None) -> UrgentAlert:
        return raise_alert(
            self.session, self.visit.id, raised, viewer=viewer or self.visitor, now=self.now
        )

    def current(self, *, works_only: bool, viewer: Viewer | None = None) -> list[UrgentAlert]:
        told = current_alerts(
            self.session, viewer or self.coordinator, works_only=works_only, now=self.now
        )
        return [one.alert for one in told]


def path_of(code: str) -> str:
    return next(
        row.path
        for row in home_visit().consequences
        if (row.kind, row.code) == ("work_order", code)
    )


@pytest.fixture
def home(session: Session, now: datetime) -> Home:
    publish_form(session, home_visit(), by=None, now=now)
    visitor = make_user(session, role=Role.VISITOR)
    visit = make_visit(session, case=make_case(session, by=visitor), visitor=visitor)
    return Home(
        session, visit, make_viewer(visitor, Reach.OWN), make_viewer(make_user(session)), now
    )


def test_an_alert_told_twice_is_kept_once_and_learns_who_was_reached(home: Home) -> None:
    first = home.raised()
    home.tell(first)
    reached = replace(first, reached_name="M. Ferrand", reached_at=home.now)
    assert home.tell(reached).reached_name == "M. Ferrand"
    assert home.tell(first).reached_name == "M. Ferrand", "what is known is never forgotten"
    assert home.session.scalar(select(func.count()).select_from(UrgentAlert)) == 1


def test_nobody_answered_is_kept_until_somebody_does(home: Home) -> None:
    first = home.raised(tried_at=home.now - timedelta(minutes=3))
    assert home.tell(first).tried_at == home.now - timedelta(minutes=3)
    told = home.tell(replace(first, tried_at=home.now - timedelta(minutes=1)))
    assert told.tried_at == home.now - timedelta(minutes=1)
    assert home.tell(first).tried_at == told.tried_at, "the last try is the one kept"
    assert told.reached_name is None
    assert told.reached_at is None


def test_the_same_finding_in_two_rooms_is_two_alerts_each_with_its_own_order(
    home: Home, tmp_path: Path
) -> None:
    form = shipped_form("annual_residence_check")
    publish_form(home.session, form, by=None, now=home.now)
    place = next(row.path for row in form.consequences if row.code == "common_parts")
    stem, _, name = place.rpartition("/")
    first, second = (
        home.tell(home.raised(path=f"{stem}[{turn}]/{name}", severity="U1")) for turn in (1, 2)
    )
    assert first.id != second.id
    danger = {"finding_place": "Hall", "finding_trade": "electricity", "finding_danger": "yes"}
    record_submission(
        home.session,
        FileStore(tmp_path),
        xml=fill_shipped(
            "annual_residence_check",
            instance_id=f"uuid:{INSTANCE}",
            finding=[danger | {"finding_danger": "no"}, danger],
        ),
        files=(),
        viewer=home.visitor,
        now=home.now,
        visit_id=home.visit.id,
    )
    orders = home.session.scalars(select(WorkOrder))
    (order,) = (one for one in orders if one.consequence.code == "common_parts")
    told = {one.alert.id: one.work_order for one in alerts_of_visit(home.session, home.visit)}
    assert told == {first.id: None, second.id: order}
    assert alert_of_work_order(home.session, order) is second


def test_a_finding_given_again_under_another_number_is_the_same_alert(home: Home) -> None:
    first, second = home.raised(), home.raised(instance_id=f"uuid:{INSTANCE}")
    assert home.tell(first).id == home.tell(second).id == first.id


def test_the_moments_are_put_right_by_our_clock(home: Home) -> None:
    fast = timedelta(hours=2)
    told = home.tell(
        home.raised(
            raised_at=home.now + fast - timedelta(minutes=5),
            reached_name="Astreinte",
            reached_at=home.now + fast - timedelta(minutes=2),
            sent_at=home.now + fast,
        )
    )
    assert told.raised_at == home.now - timedelta(minutes=5)
    assert told.reached_at == home.now - timedelta(minutes=2)


def test_the_number_of_another_alert_is_a_conflict(home: Home) -> None:
    first = home.raised()
    home.tell(first)
    with pytest.raises(Conflict, match="different_alert"):
        home.tell(replace(first, path="/data/other"))


def test_a_stranger_raises_no_alert_and_learns_nothing(home: Home) -> None:
    stranger = make_viewer(make_user(home.session, role=Role.VISITOR), Reach.OWN)
    with pytest.raises(NotFound, match="visit_not_found"):
        home.tell(home.raised(), stranger)


def test_the_technical_service_sees_works_and_nothing_about_persons(home: Home) -> None:
    home.tell(home.raised())
    home.tell(home.raised(path="/data/social/consequence_violence"))
    assert len(home.current(works_only=False)) == 2
    (seen,) = home.current(works_only=True)
    assert seen.path == path_of("gas")


def test_a_finding_that_one_form_calls_a_work_and_another_not_stays_from_the_technical_service(
    home: Home,
) -> None:
    works = home_visit()
    about_her = tuple(
        replace(row, kind=Kind.FOLLOW_UP, code="call") if row.path == path_of("gas") else row
        for row in works.consequences
    )
    other = replace(works, version="other", sha256="0" * 64, consequences=about_her)
    publish_form(home.session, other, by=None, now=home.now)
    home.tell(home.raised())
    assert home.current(works_only=True) == []


def test_an_alert_about_a_protected_person_is_shown_to_nobody_else(home: Home) -> None:
    home.tell(home.raised())
    guardian = make_user(home.session)
    protect(home.session, home.visit.case.person, by=guardian.id, now=home.now)
    assert home.current(works_only=False) == []
    assert len(home.current(works_only=False, viewer=make_viewer(guardian))) == 1


def test_whoever_sees_it_first_is_noted_and_it_stays_for_a_day(home: Home) -> None:
    alert = home.tell(home.raised())
    note_seen(home.session, alert.id, works_only=False, viewer=home.coordinator, now=home.now)
    other = make_viewer(make_user(home.session))
    note_seen(home.session, alert.id, works_only=False, viewer=other, now=home.now)
    assert alert.seen_by_id == home.coordinator.user_id
    assert home.current(works_only=False) == [alert]
    home.now += timedelta(days=2)
    assert home.current(works_only=False) == []
    said = home.session.scalars(select(AccessEvent.what)).all()
    assert said.count("urgent_alert_seen") == 1


def test_it_is_linked_to_the_work_order_once_its_form_arrives(home: Home, tmp_path: Path) -> None:
    alert = home.tell(home.raised(reached_name="M. Ferrand"))
    (before,) = alerts_of_visit(home.session, home.visit)
    assert before.work_order is None
    record_submission(
        home.session,
        FileStore(tmp_path),
        xml=fill(GAS, instance_id=f"uuid:{INSTANCE}"),
        files=(),
        viewer=home.visitor,
        now=home.now,
        visit_id=home.visit.id,
    )
    (after,) = alerts_of_visit(home.session, home.visit)
    order = home.session.scalars(select(WorkOrder)).one()
    assert after.work_order is order
    assert alert_of_work_order(home.session, order) is alert
