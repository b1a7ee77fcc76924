"""Open cases of earlier versions: brought to the one in force after a look, and taken back."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_dwelling, make_person, make_user, make_viewer, make_visit
from tests.submissions import home_visit
from visits.calls.contacts import Attempt, record_attempt
from visits.cases.bringing import (
    Older,
    bring_to_newest,
    moves_of,
    older_cases,
    take_back_move,
    version_changes_of,
)
from visits.cases.cases import close_case
from visits.cases.coming import make_what_is_due
from visits.choosing.targeting import enrol
from visits.forms.published import publish_form
from visits.ground.errors import Conflict, NotFound
from visits.models.accounts import Role
from visits.models.calls import Disposition
from visits.models.cases import Case, CaseState, Task, TaskState
from visits.models.people import AccessEvent
from visits.models.visits import VisitState
from visits.people.protection import protect
from visits.programmes.published import find_programme, publish_programme

pytestmark = pytest.mark.one_database

BARE = """
code = "support"
horizon_days = 20
[name]
fr = "Accompagnement"
en = "Support"
[audience]
age_min = 60
[target]
number = 50
[[visit_kind]]
code = "weekly"
name = { fr = "Visite de la semaine", en = "Visit of the week" }
forms = ["home_visit"]
minutes = 45
ask_first = false
"""
WEEKLY = """
[[cadence]]
code = "weekly"
name = { fr = "Visite de la semaine", en = "Visit of the week" }
task = "visit"
visit_kind = "weekly"
every = "7d"
"""
REVIEW = """
[[cadence]]
code = "review"
name = { fr = "Point", en = "Review" }
task = "review"
every = "14d"
"""
ONCE = """
[[cadence]]
code = "first"
name = { fr = "Première visite", en = "First visit" }
task = "visit"
visit_kind = "weekly"
first_in = "7d"
"""
TIER = """
[[tier]]
code = "much"
name = { fr = "Renforcé", en = "Much" }
"""


class House:
    """A landlord with a programme and somebody who follows its cases."""

    def __init__(self, session: Session) -> None:
        self.session, self.now = session, NOW
        self.user = make_user(session)
        self.viewer = make_viewer(self.user)
        publish_form(session, home_visit(), by=None, now=NOW)

    def publish(self, text: str) -> None:
        publish_programme(self.session, text, source="support", by=None, now=self.now)

    def case(self, **said: object) -> Case:
        person = make_person(self.session, dwelling=make_dwelling(self.session), **said)  # type: ignore[arg-type]
        programme = find_programme(self.session, "support")
        return enrol(self.session, programme, [person.id], viewer=self.viewer, now=self.now)[0]

    def later(self, days: int) -> None:
        self.now += timedelta(days=days)
        make_what_is_due(self.session, now=self.now)

    def look(self) -> list[Older]:
        return older_cases(self.session, "support", viewer=self.viewer, now=self.now)

    def bring(self, to: int = 2) -> tuple[int, int]:
        done = bring_to_newest(self.session, "support", to=to, viewer=self.viewer, now=self.now)
        self.session.flush()
        self.session.expire_all()
        return done

    def take_back(self) -> int:
        [last, *_] = moves_of(self.session, "support", viewer=self.viewer)
        back = take_back_move(
            self.session, "support", last.move_id, viewer=self.viewer, now=self.now
        )
        self.session.flush()
        self.session.expire_all()
        return back

    def due(self, case: Case, state: TaskState = TaskState.OPEN) -> list[tuple[str, int]]:
        """Say what is to do in a case: the rule, or what it is, and how many days from NOW."""
        tasks = select(Task).where(Task.case_id == case.id, Task.state == state)
        ordered = self.session.scalars(tasks.order_by(Task.due_on, Task.id))
        return [(one.cadence or one.what or "", (one.due_on - NOW.date()).days) for one in ordered]


@pytest.fixture
def house(session: Session) -> House:
    return House(session)


def test_what_the_page_tells_is_what_bringing_does_and_taking_it_back_undoes(house: House) -> None:
    house.publish(BARE)
    case, other = house.case(), house.case()
    house.publish(BARE + WEEKLY + TIER)
    assert house.due(case) == []
    [seen] = house.look()
    assert (seen.cases, seen.staying, seen.made, seen.withdrawn) == (2, (), {"weekly": 6}, {})
    assert house.due(case) == []

    assert house.bring() == (2, 0)
    assert house.due(case) == house.due(other) == [("weekly", 7), ("weekly", 14), ("weekly", 21)]
    assert (case.tier, house.look()) == ("much", [])
    with pytest.raises(Conflict, match="nothing_to_bring"):
        house.bring()
    [(change, before, after)] = version_changes_of(house.session, case)
    assert (before, after, change.by_id) == (1, 2, house.user.id)

    assert house.take_back() == 2
    assert (house.due(case), case.tier) == ([], None)
    withdrawn = house.due(case, TaskState.WITHDRAWN)
    assert withdrawn == [("Visite de la semaine", days) for days in (7, 14, 21)]
    [moved] = moves_of(house.session, "support", viewer=house.viewer)
    assert (moved.cases, moved.back, moved.may_go_back) == (2, 2, 0)
    with pytest.raises(NotFound):
        house.take_back()
    # Once more, and what was withdrawn comes due again.
    assert house.bring() == (2, 0)
    assert house.due(case) == [("weekly", 7), ("weekly", 14), ("weekly", 21)]


def test_a_rule_that_differs_gives_way_and_comes_back(house: House) -> None:
    house.publish(BARE + WEEKLY)
    case = house.case()
    house.publish(BARE + WEEKLY.replace("7d", "10d") + REVIEW)
    [seen] = house.look()
    assert (seen.made, seen.withdrawn) == ({"weekly": 2, "review": 2}, {"weekly": 3})
    house.bring()
    assert house.due(case) == [("weekly", 10), ("review", 14), ("weekly", 20), ("review", 28)]
    house.take_back()
    assert house.due(case) == [("weekly", 7), ("weekly", 14), ("weekly", 21)]
    house.later(14)
    assert [days for _rule, days in house.due(case)] == [7, 14, 21, 28, 35]


def test_a_visit_of_before_is_what_a_rule_asks_for_once(house: House) -> None:
    house.publish(BARE)
    case = house.case()
    visitor = make_user(house.session, role=Role.VISITOR)
    visit = make_visit(house.session, case=case, visitor=visitor, state=VisitState.DONE)
    visit.done_at = NOW + timedelta(hours=5)
    case.state = CaseState.VISITED
    house.now += timedelta(days=30)
    again = WEEKLY.replace('every = "7d"', 'after = "first"\nfirst_in = "40d"')
    house.publish(BARE + ONCE + again)
    house.bring()
    assert house.due(case, TaskState.DONE) == [("first", 7)]
    assert (house.due(case), case.state) == ([("weekly", 40)], CaseState.AGREED)
    house.take_back()
    assert (house.due(case), case.state) == ([], CaseState.VISITED)


def test_a_case_with_a_visit_that_the_version_does_not_know_stays_and_says_why(
    house: House,
) -> None:
    house.publish(BARE.replace('"weekly"', '"old"') + WEEKLY.replace('"weekly"', '"old"'))
    fits, planned, on = house.case(), house.case(), house.case()
    visitor = make_user(house.session, role=Role.VISITOR)
    make_visit(house.session, case=planned, visitor=visitor, kind="old")
    make_visit(house.session, case=on, visitor=visitor, state=VisitState.UNDER_WAY)
    house.publish(BARE + WEEKLY)
    [seen] = house.look()
    assert [(case.id, why) for case, why in seen.staying] == [
        (planned.id, "kind_planned"), (on.id, "under_way"),
    ]  # fmt: skip
    was = planned.programme_version_id
    assert (seen.cases, house.bring()) == (1, (1, 2))
    assert planned.programme_version_id == on.programme_version_id == was
    assert fits.programme_version_id != was
    assert house.due(planned) == [("old", 7), ("old", 14), ("old", 21)]
    assert house.due(fits) == [("weekly", 7), ("weekly", 14), ("weekly", 21)]


def test_what_was_decided_meanwhile_stays(house: House) -> None:
    house.publish(BARE)
    closed, called, rests = house.case(), house.case(), house.case()
    for case in (called, rests):
        case.state = CaseState.VISITED
    house.now += timedelta(days=10)
    house.publish(BARE + WEEKLY)
    house.bring()
    said = {"outcome": "completed", "viewer": house.viewer, "now": house.now}
    close_case(house.session, closed, **said)  # type: ignore[arg-type]
    agreed = Attempt(Disposition.AGREED)
    record_attempt(house.session, called, agreed, viewer=house.viewer, now=house.now)
    with pytest.raises(Conflict, match="programme_published_meanwhile"):
        house.bring(to=1)
    assert house.take_back() == 2
    assert version_changes_of(house.session, closed)[0][0].taken_back_at is None
    assert called.state is CaseState.AGREED
    assert rests.state is CaseState.VISITED


def test_nobody_else_s_cases_are_counted_or_brought(house: House) -> None:
    house.publish(BARE)
    mine, hers = house.case(), house.case()
    guardian = make_user(house.session)
    protect(house.session, hers.person, by=guardian.id, now=NOW)
    house.publish(BARE + WEEKLY)
    [seen] = house.look()
    assert (seen.cases, seen.made) == (1, {"weekly": 3})
    before = house.session.scalar(select(func.count(AccessEvent.id)))
    was = hers.programme_version_id
    assert house.bring() == (1, 0)
    assert house.session.scalar(select(func.count(AccessEvent.id))) == (before or 0) + 1
    assert (hers.programme_version_id, house.due(hers)) == (was, [])
    assert mine.programme_version_id != was
    house.viewer = make_viewer(guardian)
    [seen] = house.look()
    assert (seen.cases, house.bring()) == (1, (1, 0))
    assert [one.cases for one in moves_of(house.session, "support", viewer=house.viewer)] == [1, 1]
    assert house.take_back() == 1
