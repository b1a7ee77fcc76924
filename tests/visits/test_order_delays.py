"""By when an order must be done: rule book, closing days of the landlord, a chosen day."""

import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from diagnostics.workbook import publish, read_workbook
from tests.factories import NOW, make_case, make_user, make_viewer, make_visit
from tests.submissions import GAS, fill, home_visit
from tests.visits.test_orders_by_hand import LEAK, Desk
from visits.accounts.accounts import find_organisation
from visits.forms.parameters import add_value
from visits.forms.published import publish_form
from visits.ground.deadlines import due_at
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.file_store import FileStore
from visits.intake.submissions import record_submission
from visits.models.accounts import OrganisationKind, Role
from visits.models.closing_days import ClosingDay
from visits.models.people import AlertCode
from visits.models.works import Severity
from visits.people.measures import note_alert
from visits.sight import Reach, Viewer
from visits.works.at_the_door import measures_for
from visits.works.by_hand import OrderSaid, note_access
from visits.works.closing_days import (
    close_after_all,
    closed_days,
    list_closing_days,
    note_closing_day,
    withdraw_closing_day,
)
from visits.works.delays import change_deadline, delays_on, latest_for
from visits.works.history import steps_of, take_step_back

TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def desk(session: Session, now: datetime) -> Desk:
    return Desk(session, now)


def close(desk: Desk, day: date | None, **said: Any) -> None:
    """Note a closing day of the landlord, as the technician."""
    told = {"landlord": desk.home.landlord_id, "why": "Pont", "viewer": desk.viewer} | said
    note_closing_day(
        desk.session, told["landlord"], day, told["why"], viewer=told["viewer"], now=NOW
    )


def next_working_days(count: int) -> list[date]:
    """List the working days that follow, weekends and public holidays left out."""
    return [due_at(NOW, f"{number}wd").date() for number in range(1, count + 1)]


def test_days_on_which_the_landlord_is_closed_are_no_working_days(desk: Desk) -> None:
    days = next_working_days(7)
    assert desk.open(desk.home, LEAK).due_at.date() == days[4]
    close(desk, days[0])
    close(desk, days[3])
    assert desk.open(desk.home, LEAK).due_at.date() == days[6]
    assert desk.leak.due_at.date() == days[4], "what was given before stays"
    (first, _) = list_closing_days(desk.session, desk.viewer, since=TODAY)
    withdraw_closing_day(desk.session, first.id, viewer=desk.viewer, now=NOW)
    assert desk.open(desk.home, LEAK).due_at.date() == days[5]
    with pytest.raises(NotFound):
        withdraw_closing_day(desk.session, first.id, viewer=desk.viewer, now=NOW)
    desk.session.flush()
    (gone,) = list_closing_days(desk.session, desk.viewer, since=TODAY, withdrawn=True)
    close_after_all(desk.session, gone.id, viewer=desk.viewer, now=NOW)
    assert desk.open(desk.home, LEAK).due_at.date() == days[6]
    with pytest.raises(NotFound):
        close_after_all(desk.session, gone.id, viewer=desk.viewer, now=NOW)
    withdraw_closing_day(desk.session, gone.id, viewer=desk.viewer, now=NOW)
    close(desk, gone.day)
    with pytest.raises(Conflict):
        close_after_all(desk.session, gone.id, viewer=desk.viewer, now=NOW)


def test_a_closing_day_is_of_one_landlord_and_noted_once(desk: Desk) -> None:
    day = next_working_days(1)[0]
    close(desk, day)
    with pytest.raises(Conflict):
        close(desk, day)
    theirs = find_organisation(desk.session, "Un autre bailleur", OrganisationKind.LANDLORD)
    assert closed_days(desk.session, theirs.id) == closed_days(desk.session, None) == frozenset()
    user = desk.technician
    of_theirs = Viewer(user.id, user.organisation_id, None, Reach.LANDLORD, landlord_id=theirs.id)
    assert list_closing_days(desk.session, of_theirs, since=TODAY) == []
    with pytest.raises(Invalid) as refused:
        close(desk, day, viewer=of_theirs)
    assert refused.value.fields == {"landlord": "bad_choice"}
    given = Viewer(user.id, user.organisation_id, None, Reach.GIVEN)
    assert list_closing_days(desk.session, given, since=TODAY) == []


@pytest.mark.parametrize(
    ("day", "why", "fields"),
    [
        (None, " ", {"day": "required", "why": "required"}),
        (YESTERDAY, "a" * 101, {"day": "must_not_be_past", "why": "closed_why_too_long"}),
        (TODAY + timedelta(days=800), "Pont", {"day": "closed_too_far_ahead"}),
    ],
)  # fmt: skip
def test_a_closing_day_that_cannot_be_is_refused(
    desk: Desk, day: date | None, why: str, fields: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        close(desk, day, why=why)
    assert refused.value.fields == fields


def test_what_a_visit_finds_waits_over_closing_days_too(
    session: Session, tmp_path: Path, desk: Desk
) -> None:
    publish_form(session, home_visit(), by=None, now=NOW)
    visitor = make_user(session, role=Role.VISITOR)
    visit = make_visit(session, case=make_case(session, by=visitor), visitor=visitor)
    days = next_working_days(6)
    close(desk, days[2], landlord=visit.case.landlord_id)
    called = []
    for answer in ({"lift": "broken"}, {"smoke_alarm": "missing"}):
        sent = record_submission(
            session,
            FileStore(tmp_path),
            xml=fill(GAS | answer),
            files=(),
            viewer=make_viewer(visitor, Reach.OWN),
            now=NOW,
            visit_id=visit.id,
        )
        called += [one.due_at for one in sent.consequences if one.due_at]
    assert days[2] not in {one.date() for one in called}


DECLARED = """
settings: {{form_id: told, form_title: Told, version: "1"}}
survey:
  - {{type: integer, name: floor, label: Floor}}
consequences:
  - {{when: "${{floor}} > 0", kind: work_order, code: plumbing, severity: {severity}, due: "{due}",
     owner: landlord, "label::fr": Réparer, "label::en": Mend}}
"""
FRIDAY = datetime(2026, 8, 14, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("severity", "due", "ends"),
    [
        ("U1", "", "2026-08-14T13:30"),
        ("U1", "48h", "2026-08-16T09:30"),  # hours of what is urgent run day and night
        ("U2", "", "2026-08-24T16:00"),  # five working days, one of them closed
        ("U2", "2d", "2026-08-18T16:00"),  # Sunday; the landlord is closed on the Monday
        ("U2", "48h", "2026-08-18T16:00"),
        ("U2", "2wd", "2026-08-19T16:00"),
        ("P", "", "2026-11-16T17:00"),  # Saturday in three months
    ],
)
def test_works_that_a_visit_finds_wait_as_those_opened_by_hand(
    session: Session, tmp_path: Path, desk: Desk, severity: str, due: str, ends: str
) -> None:
    told = DECLARED.format(severity=severity, due=due)
    publish_form(
        session, publish(read_workbook(told.encode(), suffix=".yaml")), by=None, now=FRIDAY
    )
    visitor = make_user(session, role=Role.VISITOR)
    visit = make_visit(session, case=make_case(session, by=visitor), visitor=visitor)
    session.add(
        ClosingDay(
            landlord_id=visit.case.landlord_id, day=date(2026, 8, 17), why="Pont",
            noted_at=FRIDAY, noted_by_id=desk.technician.id,
        )
    )  # fmt: skip
    session.flush()
    xml = (
        '<data id="told" version="1"><floor>2</floor>'
        f"<meta><instanceID>uuid:{uuid.uuid4()}</instanceID></meta></data>"
    )
    sent = record_submission(
        session, FileStore(tmp_path), xml=xml.encode(), files=(), now=FRIDAY,
        viewer=make_viewer(visitor, Reach.OWN), visit_id=visit.id,
    )  # fmt: skip
    (finding,) = sent.consequences
    assert finding.due_at == datetime.fromisoformat(ends).replace(tzinfo=UTC)
    if not due:
        by_hand = latest_for(session, Severity(severity), visit.case.landlord_id, since=FRIDAY)
        assert finding.due_at == by_hand


def test_a_newer_number_of_the_rule_book_counts_from_its_day(session: Session, desk: Desk) -> None:
    typed = {
        "value": 48.0, "valid_from": (TODAY + timedelta(days=10)).isoformat(),
        "source": "Charte", "evidence": "read",
    }  # fmt: skip
    add_value(session, "works_delay_u1", typed, by=desk.technician.id, now=NOW)
    assert str(delays_on(session, TODAY)[Severity.U1]) == "4h"
    assert str(delays_on(session, TODAY + timedelta(days=10))[Severity.U1]) == "48h"


def test_a_delay_runs_from_the_day_it_was_seen_and_no_deadline_is_before(desk: Desk) -> None:
    seen = TODAY - timedelta(days=3)
    told = OrderSaid(*LEAK.__dict__.values())
    late = desk.open(desk.home, OrderSaid(**(told.__dict__ | {"severity": "U1", "found_on": seen})))
    assert late.is_late(NOW)
    for change, fields in (
        ({"found_on": TODAY + timedelta(days=1)}, {"found_on": "must_not_be_future"}),
        ({"found_on": TODAY - timedelta(days=400)}, {"found_on": "found_too_long_ago"}),
        ({"due_on": YESTERDAY}, {"due_on": "must_not_be_past"}),
        ({"found_on": seen, "due_on": seen - timedelta(days=1)}, {"due_on": "before_it_was_found"}),
        (
            {"found_on": seen, "due_on": seen + timedelta(days=1)},
            {"due_on": "must_not_be_past"},
        ),
        ({"access": "a" * 301}, {"access": "too_long_for_access"}),
    ):
        with pytest.raises(Invalid) as refused:
            desk.open(desk.home, OrderSaid(**(told.__dict__ | change)))
        assert refused.value.fields == fields


def test_another_deadline_is_agreed_with_a_reason_and_taken_back(desk: Desk) -> None:
    before = desk.leak.due_at
    agreed = {"viewer": desk.viewer, "now": NOW}
    with pytest.raises(Invalid) as refused:
        change_deadline(desk.session, desk.leak, None, " ", **agreed)
    assert refused.value.fields == {"due_on": "required", "due_why": "required"}
    for found, fault in ((YESTERDAY, "before_it_was_found"), (None, "must_not_be_past")):
        desk.leak.found_on = found
        with pytest.raises(Invalid) as refused:
            change_deadline(desk.session, desk.leak, YESTERDAY - timedelta(1), "Avant", **agreed)
        assert refused.value.fields == {"due_on": fault}
    day = TODAY + timedelta(days=14)
    change_deadline(desk.session, desk.leak, day, "Convenu avec la locataire", **agreed)
    assert desk.leak.due_at.date() == day
    (step,) = steps_of(desk.session, desk.leak, desk.viewer)
    assert (step.what, step.day, step.note) == ("due", day, "Convenu avec la locataire")
    take_step_back(desk.session, desk.leak, step.id, **agreed)
    assert desk.leak.due_at == before


def test_what_is_urgent_is_put_off_by_nobody(desk: Desk) -> None:
    gas = desk.open(desk.home, OrderSaid("gas", "U0", "kitchen", "Odeur de gaz", "neighbour"))
    late, why = TODAY + timedelta(days=3), "Plus tard"
    with pytest.raises(Invalid) as refused:
        change_deadline(desk.session, gas, late, why, viewer=desk.viewer, now=NOW)
    assert refused.value.fields == {"due_on": "too_late_for_urgent"}


def test_an_order_tells_of_safety_at_the_door_and_never_of_health(desk: Desk) -> None:
    chief = make_user(desk.session)
    case = make_case(desk.session, by=chief)
    for code in (AlertCode.PET_IN_THE_HOME, AlertCode.HARD_OF_HEARING):
        note_alert(desk.session, case.person, code, viewer=make_viewer(chief), now=NOW)
    order = desk.open(case.dwelling, LEAK, person=case.person)
    told_by_nobody = desk.open(case.dwelling, LEAK)
    for one in (order, told_by_nobody):
        assert measures_for(desk.session, one) == [AlertCode.PET_IN_THE_HOME]
    assert measures_for(desk.session, desk.leak) == []


def test_how_to_get_in_and_whom_to_ring_is_a_step_that_is_taken_back(desk: Desk) -> None:
    session, told = desk.session, {"viewer": desk.viewer, "now": NOW}
    case = make_case(session, by=make_user(session))
    order = desk.open(case.dwelling, LEAK)
    note_access(session, order, " La gardienne a la clé ", case.person, **told)
    assert (order.access, order.person_id) == ("La gardienne a la clé", case.person_id)
    note_access(session, order, "La gardienne a la clé", case.person, **told)
    (step,) = steps_of(session, order, desk.viewer)
    assert (step.what, step.note) == ("access", "La gardienne a la clé")
    take_step_back(session, order, step.id, **told)
    assert (order.access, order.person_id) == (None, None)
    with pytest.raises(Invalid):
        note_access(session, order, "a" * 301, None, **told)
