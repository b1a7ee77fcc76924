"""Works planned for a budget: what does most, what is left out and why, decided and followed."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.workbook import publish, read_workbook
from tests.factories import (
    NOW,
    make_case,
    make_dwelling,
    make_person,
    make_user,
    make_viewer,
    make_visit,
)
from tests.visits.adapting import COST, fund
from tests.visits.test_adaptations import SHOWER
from tests.visits.test_orders_by_hand import LEAK, Desk
from visits.accounts.accounts import find_organisation
from visits.adaptations.files import open_by_hand as open_adaptation
from visits.forms.published import publish_form
from visits.ground import apart
from visits.ground.apart import EngineFailed
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.file_store import FileStore
from visits.intake.submissions import record_submission
from visits.models.accounts import OrganisationKind, Role
from visits.models.adaptations import AdaptationFile
from visits.models.works import WorkOrder, WorkOrderState
from visits.models.works_plans import ByHand, CostFrom, OutWhy, WorksPlan, WorksPlanLine
from visits.people.protection import protect
from visits.sight import Reach, Viewer
from visits.sight.listing import Wanted
from visits.works.costs import accept_quote, note_estimate, quote_order
from visits.works.moves import MoveSaid, move_work_order
from visits.works_plan import solving
from visits.works_plan.candidates import Eyes
from visits.works_plan.lines import Became, Sum, became, list_lines, sum_up
from visits.works_plan.plans import (
    PlanSaid,
    change_plan,
    choose_by_hand,
    decide_plan,
    find_plan,
    gather,
    keep,
    list_plans,
    make_plan,
    put_back,
    withdraw_plan,
)
from visits.works_plan.solving import solve

PLAN = PlanSaid("Chutes 2027", "people", "1000")


class Planner(Desk):
    """A manager who plans; the leak is in a home of two people, the lamp lights a whole house."""

    def __init__(self, session: Session, now: datetime) -> None:
        super().__init__(session, now)
        self.manager = make_user(session, role=Role.MANAGER)
        self.planning = make_viewer(self.manager)
        self.eyes = Eyes(self.planning, None)
        self.people = [make_person(session, dwelling=self.home) for _ in range(2)]
        self.neighbour = make_person(
            session, dwelling=make_dwelling(session, residence=self.residence)
        )

    def costs(self, order: WorkOrder, euros: str) -> WorkOrder:
        """Let an order have a quote."""
        quote_order(
            self.session, order, euros, "", contractor="Lenoir", by=self.technician.id, now=NOW
        )
        return order

    def elsewhere(self, euros: str, people: int = 1) -> WorkOrder:
        """Open an order in a home of so many people, in a residence of its own."""
        home = make_dwelling(self.session)
        for _ in range(people):
            make_person(self.session, dwelling=home)
        return self.costs(self.open(home, LEAK), euros)

    def plan(self, **said: Any) -> WorksPlan:
        """Make a plan and work it out."""
        asked = PlanSaid(**(PLAN.__dict__ | said))
        return self.again(make_plan(self.session, asked, viewer=self.planning, now=NOW))

    def again(self, plan: WorksPlan) -> WorksPlan:
        """Work a plan out."""
        problem = gather(self.session, plan, self.eyes, now=NOW)
        keep(self.session, plan, problem, solve(problem), now=NOW)
        self.session.flush()
        return plan

    def lines(self, plan: WorksPlan, eyes: Eyes | None = None, **said: Any) -> list[WorksPlanLine]:
        """List the works of a plan, as the page does."""
        asked = {"which": "", "residence": None, "wanted": Wanted(sort="cost")} | said
        found = list_lines(self.session, plan, eyes or self.eyes, **asked)
        assert found.total == len(found.rows)
        return list(found.rows)

    def of(self, plan: WorksPlan, work: WorkOrder | AdaptationFile) -> WorksPlanLine:
        """Find the line of a work."""
        ids = {one.work_order_id or one.adaptation_id: one for one in self.lines(plan)}
        return ids[work.id]

    def taken(self, plan: WorksPlan) -> set[uuid.UUID | None]:
        """Name the works that a plan takes."""
        chosen = self.lines(plan, which="taken")
        return {one.work_order_id or one.adaptation_id for one in chosen}

    def sum(self, plan: WorksPlan, eyes: Eyes | None = None) -> Sum:
        """Sum a plan up."""
        return sum_up(self.session, plan, eyes or self.eyes, today=NOW.date())

    def by_hand(self, plan: WorksPlan, hand: str, *works: WorkOrder) -> WorksPlan:
        """Put works in or leave them out, and work the plan out again."""
        ids = [self.of(plan, one).id for one in works]
        choose_by_hand(self.session, plan, ids, hand, eyes=self.eyes)
        return self.again(plan)

    def decide(self, plan: WorksPlan) -> WorksPlan:
        """Decide a plan."""
        decide_plan(self.session, plan, eyes=self.eyes, viewer=self.planning, now=NOW)
        return plan


@pytest.fixture
def planner(session: Session, now: datetime) -> Planner:
    return Planner(session, now)


def test_the_works_that_serve_most_people_are_taken_and_each_other_says_why(
    planner: Planner,
) -> None:
    planner.costs(planner.lamp, "600")
    both, dear = planner.elsewhere("400", people=3), planner.elsewhere("1000,01", people=9)
    less, empty = planner.elsewhere("400"), planner.elsewhere("10", people=0)
    plan = planner.plan()
    assert plan.proven and plan.worked_out_at == NOW
    assert planner.taken(plan) == {planner.lamp.id, both.id}
    why = {
        planner.leak: OutWhy.NO_COST, dear: OutWhy.ABOVE_BUDGET, less: OutWhy.OTHERS_DO_MORE,
        empty: OutWhy.NOTHING_FOR_AIM,
    }  # fmt: skip
    assert {order: planner.of(plan, order).why for order in why} == why
    told = planner.sum(plan)
    assert (told.works, told.cents, told.does) == (2, 1000_00, 6)
    assert {one.residence: (one.works, one.does) for one in told.buildings} == {
        planner.residence: (1, 3), both.dwelling.residence: (1, 3),
    }  # fmt: skip
    assert sum(told.left.values()) == 4
    assert [one.work_order_id for one in planner.lines(plan, which="no_cost")] == [planner.leak.id]
    here = planner.lines(plan, residence=planner.residence.id)
    assert {one.work_order_id for one in here} == {planner.leak.id, planner.lamp.id}


def test_who_is_served_by_one_work_is_not_served_twice(planner: Planner) -> None:
    planner.costs(planner.lamp, "600")
    planner.costs(planner.leak, "100")
    plan = planner.plan()
    assert planner.taken(plan) == {planner.lamp.id}
    assert planner.of(plan, planner.leak).why is OutWhy.SERVED_ALREADY


def test_a_cost_is_the_accepted_quote_else_the_cheapest_else_what_is_known(
    planner: Planner,
) -> None:
    session, by = planner.session, planner.technician.id
    planner.costs(planner.leak, "300")
    dear = quote_order(session, planner.leak, "500", "", contractor="A", by=by, now=NOW)
    note_estimate(planner.lamp, "90", viewer=planner.viewer, now=NOW)
    plan = planner.plan()
    leak, lamp = planner.of(plan, planner.leak), planner.of(plan, planner.lamp)
    assert (leak.cents, leak.cost_from) == (300_00, CostFrom.QUOTE)
    assert (lamp.cents, lamp.cost_from) == (90_00, CostFrom.ESTIMATE)
    said = {"viewer": planner.viewer, "may_exceed": True, "now": NOW}
    accept_quote(session, planner.leak, dear.id, "Seul libre", **said)
    leak = planner.of(planner.again(plan), planner.leak)
    assert (leak.cents, leak.cost_from) == (500_00, CostFrom.QUOTE_ACCEPTED)


def test_by_hand_works_are_put_in_or_left_out_and_the_rest_is_chosen_again(
    planner: Planner,
) -> None:
    planner.costs(planner.lamp, "600")
    more, less = planner.elsewhere("500", people=5), planner.elsewhere("500")
    plan = planner.plan()
    assert planner.taken(plan) == {more.id, less.id}
    planner.by_hand(plan, ByHand.OUT, more)
    assert planner.of(plan, more).why is OutWhy.BY_HAND
    assert planner.taken(plan) == {planner.lamp.id}
    planner.by_hand(plan, ByHand.IN, less)
    assert planner.taken(plan) == {less.id}
    assert planner.of(plan, planner.lamp).why is OutWhy.ABOVE_BUDGET
    with pytest.raises(Invalid) as refused:
        planner.by_hand(plan, ByHand.IN, planner.lamp)
    assert refused.value.fields == {"ids": "works_plan_forced_above"}
    planner.session.rollback()


def test_what_cannot_be_chosen_by_hand_is_refused(planner: Planner) -> None:
    planner.costs(planner.lamp, "600")
    plan = planner.plan()
    for hand, works, field in (
        ("in", [planner.leak], "ids"), ("in", [], "ids"), ("?", [planner.lamp], "hand"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            planner.by_hand(plan, hand, *works)
        assert list(refused.value.fields) == [field]
    with pytest.raises(Conflict):
        choose_by_hand(planner.session, plan, [uuid.uuid4()], "out", eyes=planner.eyes)


@pytest.mark.parametrize(
    ("said", "field"),
    [({"name": " "}, "name"), ({"name": "x" * 101}, "name"), ({"aim": "label"}, "label"),
     ({"aim": "label", "label": "x"}, "label"), ({"aim": "comfort"}, "aim"),
     ({"aim": ""}, "aim"), ({"budget": "-3"}, "budget"), ({"budget": ""}, "budget"),
     ({"budget": "1e9"}, "budget"), ({"budget": "999999999"}, "budget"),
     ({"landlord": "x"}, "landlord")],
)  # fmt: skip
def test_a_plan_that_cannot_be_is_refused_field_by_field(
    planner: Planner, said: dict[str, str], field: str
) -> None:
    asked = PlanSaid(**(PLAN.__dict__ | said))
    with pytest.raises(Invalid) as refused:
        make_plan(planner.session, asked, viewer=planner.planning, now=NOW)
    assert list(refused.value.fields) == [field]


def test_urgent_works_and_those_begun_are_in_no_plan(planner: Planner) -> None:
    urgent = planner.open(planner.home, replace(LEAK, severity="U1"))
    planned = planner.elsewhere("10")
    said = MoveSaid(planned_on=NOW.date() + timedelta(days=2), planned_part="morning")
    move_work_order(
        planner.session, planned, WorkOrderState.PLANNED, said, viewer=planner.viewer, now=NOW
    )
    found = {one.work_order_id for one in planner.lines(planner.plan())}
    assert found == {planner.leak.id, planner.lamp.id} and urgent.id not in found


def test_a_plan_is_decided_followed_withdrawn_and_put_back(planner: Planner) -> None:
    planner.costs(planner.lamp, "600")
    with pytest.raises(Conflict, match="works_plan_empty"):
        planner.decide(planner.plan(budget="1"))
    plan, rival = planner.plan(), planner.plan(name="Un autre")
    planner.decide(plan)
    assert plan.standing == "decided"
    for change in (
        lambda: change_plan(planner.session, plan, PLAN, now=NOW),
        lambda: planner.by_hand(plan, "out", planner.lamp),
        lambda: planner.again(plan),
        lambda: planner.decide(plan),
    ):
        with pytest.raises(Conflict, match="works_plan_no_draft"):
            change()
    with pytest.raises(Conflict, match="works_plan_out_of_date"):
        planner.decide(rival)
    assert planner.lamp.id not in {one.work_order_id for one in planner.lines(planner.again(rival))}
    done(planner, planner.lamp)
    assert planner.sum(plan).became == {Became.DONE: 1}
    withdraw_plan(plan, viewer=planner.planning, now=NOW)
    with pytest.raises(Conflict):
        withdraw_plan(plan, viewer=planner.planning, now=NOW)
    put_back(planner.session, plan)
    assert plan.standing == "decided"
    with pytest.raises(Conflict):
        put_back(planner.session, plan)


def done(planner: Planner, order: WorkOrder) -> None:
    """Do an order."""
    said = MoveSaid(note="Fait")
    move_work_order(
        planner.session, order, WorkOrderState.DONE, said, viewer=planner.viewer, now=NOW
    )


def test_a_plan_put_back_does_not_take_what_another_took_since(planner: Planner) -> None:
    planner.costs(planner.lamp, "600")
    plan = planner.decide(planner.plan())
    withdraw_plan(plan, viewer=planner.planning, now=NOW)
    planner.session.flush()
    planner.decide(planner.plan(name="Un autre"))
    planner.session.flush()
    with pytest.raises(Conflict, match="works_plan_taken_since"):
        put_back(planner.session, plan)


def test_what_was_begun_or_costs_otherwise_since_is_worked_out_again_first(
    planner: Planner,
) -> None:
    planner.costs(planner.lamp, "600")
    plan = planner.plan()
    planner.costs(planner.lamp, "500")
    with pytest.raises(Conflict, match="works_plan_out_of_date"):
        planner.decide(plan)
    assert planner.decide(planner.again(plan)).decided_by_id == planner.manager.id


def test_what_changed_while_it_was_worked_out_is_kept_and_nothing_else(planner: Planner) -> None:
    plan = planner.plan()
    problem = gather(planner.session, plan, planner.eyes, now=NOW)
    change_plan(planner.session, plan, PlanSaid("Autre", "falls", "2000"), now=NOW)
    with pytest.raises(Conflict, match="works_plan_changed"):
        keep(planner.session, plan, problem, solve(problem), now=NOW)
    assert (plan.name, plan.aim) == ("Autre", "falls")


@pytest.mark.parametrize(
    ("code", "why"),
    [("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", apart.DIED),
     ("print('nonsense')", apart.DIED), ("import time; time.sleep(60)", apart.TOO_LONG),
     ("""print('{"taken": [0, 1], "proven": true}')""", apart.DIED)],
)  # fmt: skip
def test_an_engine_that_dies_hangs_or_spends_too_much_fails(
    planner: Planner, monkeypatch: pytest.MonkeyPatch, code: str, why: str
) -> None:
    planner.costs(planner.lamp, "600")
    planner.costs(planner.leak, "600")
    plan = make_plan(planner.session, PLAN, viewer=planner.planning, now=NOW)
    problem = gather(planner.session, plan, planner.eyes, now=NOW)
    monkeypatch.setattr(solving, "ENGINE", (solving.ENGINE[0], "-c", code))
    monkeypatch.setattr(solving, "LONGEST", timedelta(seconds=1))
    with pytest.raises(EngineFailed, match=why):
        solve(problem)


def test_what_is_hidden_from_somebody_is_in_no_list_no_count_and_no_gain(planner: Planner) -> None:
    session = planner.session
    planner.costs(planner.leak, "100")
    planner.costs(planner.lamp, "100")
    open_to_all = planner.elsewhere("100")
    plan = planner.plan(budget="150")
    assert planner.taken(plan) == {planner.lamp.id}
    planner.decide(plan)
    assert planner.sum(plan).does == 3
    # One who is hidden counts as nobody, where her home is not hidden too.
    beside, hidden = planner.people
    by = planner.technician.id
    protect(session, hidden, by=by, now=NOW, but=[beside.id])
    assert planner.sum(plan).does == 2
    protect(session, beside, by=by, now=NOW)
    assert planner.sum(plan).does == 1
    assert {one.work_order_id for one in planner.lines(plan, which="left")} == {open_to_all.id}
    protect(session, planner.neighbour, by=by, now=NOW)
    told = planner.sum(plan)
    assert (told.works, told.cents, told.does, told.buildings) == (0, 0, 0, [])
    assert (told.unseen, told.became) == (0, {})
    assert {one.work_order_id for one in planner.lines(plan)} == {open_to_all.id}
    assert sum(told.left.values()) == 1


def test_a_decision_tells_the_same_sum_to_everybody_and_a_draft_what_each_sees(
    planner: Planner, now: datetime
) -> None:
    session, viewer = planner.session, make_viewer(make_user(planner.session))
    file = open_adaptation(session, planner.people[0], planner.home, SHOWER, viewer=viewer, now=now)
    fund(session, file, viewer=viewer, now=now)
    planner.costs(planner.lamp, "600")
    planner.eyes = Eyes(planner.planning, make_viewer(planner.manager))
    plan = planner.plan(aim="falls", budget="9000")
    works_alone = Eyes(planner.planning, None)
    drafted = planner.sum(plan), planner.sum(plan, works_alone)
    assert [one.unseen for one in drafted] == [0, 0]
    assert drafted[0].cents - drafted[1].cents == COST
    planner.decide(plan)
    mine, hers = planner.sum(plan), planner.sum(plan, works_alone)
    assert (hers.works, hers.cents) == (mine.works, mine.cents) == (drafted[0].works, mine.cents)
    assert (mine.unseen, hers.unseen) == (0, 1)
    protect(session, planner.people[0], by=planner.technician.id, now=NOW)
    assert planner.sum(plan, works_alone).unseen == 0


def test_whoever_follows_adaptations_plans_them_with_the_landlords_share(
    planner: Planner, now: datetime
) -> None:
    session, office = planner.session, make_user(planner.session)
    viewer = make_viewer(office)
    person = planner.people[0]
    file = open_adaptation(session, person, planner.home, SHOWER, viewer=viewer, now=now)
    unpriced = open_adaptation(
        session, planner.neighbour, planner.home, SHOWER, viewer=viewer, now=now
    )
    fund(session, file, viewer=viewer, now=now)
    session.flush()
    plan = planner.plan(aim="falls", budget="5000")
    assert planner.lines(plan, Eyes(planner.planning, None)) == planner.lines(plan)
    assert file.id not in {one.adaptation_id for one in planner.lines(plan)}
    planner.eyes = Eyes(planner.planning, make_viewer(planner.manager))
    planner.again(plan)
    line = planner.of(plan, file)
    assert (line.cents, line.cost_from, line.chosen) == (COST, CostFrom.FUNDING, True)
    assert planner.of(plan, unpriced).why is OutWhy.NO_COST
    assert planner.sum(plan).does == 1
    # Who sees no adaptations sees nothing of it: neither the work nor its cost.
    assert planner.sum(plan, Eyes(planner.planning, None)).cents == 0
    assert became(line) is Became.TO_DO


def test_a_draft_is_its_makers_a_decision_is_for_whoever_runs_the_stock(planner: Planner) -> None:
    session = planner.session
    planner.costs(planner.lamp, "600")
    plan = planner.plan()
    other = make_viewer(make_user(session, role=Role.MANAGER))
    theirs = find_organisation(session, "Un autre bailleur", OrganisationKind.LANDLORD).id
    elsewhere = Viewer(other.user_id, theirs, None, Reach.LANDLORD, landlord_id=theirs)
    partner = Viewer(other.user_id, theirs, None, Reach.MANDATE)

    def seen(viewer: Viewer) -> bool:
        listed = list_plans(session, viewer, standing="", wanted=Wanted()).rows
        try:
            return find_plan(session, viewer, plan.id) in listed
        except NotFound:
            assert not listed
            return False

    assert [seen(one) for one in (planner.planning, other, elsewhere)] == [True, False, False]
    planner.decide(plan)
    session.flush()
    assert [seen(one) for one in (planner.planning, other, elsewhere)] == [True, True, False]
    assert not seen(partner)
    assert list_plans(session, other, standing="decided", wanted=Wanted()).total == 1
    assert list_plans(session, other, standing="draft", wanted=Wanted()).total == 0


FALLS = b"""
settings: {form_id: stairs, form_title: Stairs, version: "1"}
survey:
  - {type: select_one yn, name: rail, label: Rail}
  - {type: select_one yn, name: lamp, label: Lamp}
choices:
  - {list_name: yn, name: "yes", label: Yes}
  - {list_name: yn, name: "no", label: No}
consequences:
  - {when: "${rail} = 'yes'", kind: hazard, code: loose_handrail, severity: U3, due: 30d,
     owner: landlord, name: h1, "label::fr": Rampe, "label::en": Rail}
  - {when: "${rail} = 'yes'", kind: hazard, code: mould, severity: U3, due: 30d,
     owner: landlord, name: h2, "label::fr": Moisi, "label::en": Mould}
  - {when: "${lamp} = 'yes'", kind: hazard, code: dim_light, severity: U3, due: 30d,
     owner: landlord, name: h3, "label::fr": Lampe, "label::en": Lamp}
  - {when: "${rail} = 'yes'", kind: work_order, code: carpentry, severity: U3, due: 30d,
     owner: landlord, name: w1, "label::fr": Fixer, "label::en": Fix}
"""


def test_risks_of_falling_are_counted_by_the_answers_that_call_for_the_work(
    planner: Planner, tmp_path: Path, now: datetime
) -> None:
    session, visitor = planner.session, make_user(planner.session, role=Role.VISITOR)
    publish_form(session, publish(read_workbook(FALLS, suffix=".yaml")), by=None, now=now)
    visit = make_visit(session, case=make_case(session, by=visitor), visitor=visitor)
    xml = (
        '<data id="stairs" version="1"><rail>yes</rail><lamp>yes</lamp>'
        f"<meta><instanceID>uuid:{uuid.uuid4()}</instanceID></meta></data>"
    )
    sent = record_submission(
        session, FileStore(tmp_path), xml=xml.encode(), files=(), now=now,
        viewer=make_viewer(visitor, Reach.OWN), visit_id=visit.id,
    )  # fmt: skip
    found = select(WorkOrder).where(WorkOrder.trade == "carpentry")
    order = planner.costs(session.scalars(found).one(), "200")
    planner.costs(planner.lamp, "50")
    plan = planner.plan(aim="falls")
    assert sent.state.value == "checked"
    assert planner.taken(plan) == {order.id}
    assert planner.sum(plan).does == 1
    assert planner.of(plan, planner.lamp).why is OutWhy.NOTHING_FOR_AIM
