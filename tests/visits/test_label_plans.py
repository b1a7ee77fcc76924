"""Works planned so that homes reach a label: all that a home lacks, or nothing of it."""

import random
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_dwelling, make_person, make_residence, make_user, make_viewer
from tests.visits.adapting import NO_VISIT, agreed
from tests.visits.test_works_plans import PLAN, Planner
from visits.accounts.accounts import find_organisation
from visits.adaptations.deciding import Decided, decide
from visits.adaptations.files import Request, open_by_hand
from visits.adaptations.funding import FundingSaid, QuoteSaid, add_quote, note_funding
from visits.adaptations.moving import move_file
from visits.ground.errors import Conflict, Invalid
from visits.homes.labels import RulesSaid, change_rules, make_label, put_label_back, withdraw_label
from visits.homes.traits import TraitSaid, note_trait
from visits.models.accounts import OrganisationKind
from visits.models.adaptations import AdaptationFile, Step
from visits.models.funding import AdaptationQuote
from visits.models.labels import HomeLabel
from visits.models.portfolio import Dwelling
from visits.models.works_plans import ByHand, OutWhy, WorksPlan
from visits.people.protection import protect
from visits.works_plan.candidates import Eyes, Work
from visits.works_plan.gains import Gains, Group, done_by
from visits.works_plan.plans import PlanSaid, change_plan, choose_by_hand, labels_for_plans
from visits.works_plan.solving import Problem, solve

ASKED = ("shower", "grab_bars", "raised_wc")
TODAY = NOW.date()


class Labeller(Planner):
    """A manager who plans for a label that asks for a shower, bars and a raised WC."""

    def __init__(self, session: Session, now: datetime) -> None:
        super().__init__(session, now)
        self.eyes = Eyes(self.planning, make_viewer(self.manager))
        self.office = make_viewer(make_user(session))
        self.label = self.named("La Belle vie")

    def named(self, name: str, landlord: str = "", days: int = 0) -> HomeLabel:
        """Make a label."""
        said = RulesSaid(ASKED, TODAY + timedelta(days=days))
        return make_label(self.session, name, landlord, said, viewer=self.office, now=NOW)

    def lacking(self, *names: str, unknown: str = "", **said: Any) -> Dwelling:
        """Make a home that has all that the label asks, but for some."""
        home = make_dwelling(self.session, **{"has_bath": True} | said)
        for name in ASKED:
            if name != unknown and not (name == "shower" and name in names):
                self.note(home, name, int(name not in names))
        return home

    def note(self, home: Dwelling, trait: str, value: int = 1) -> None:
        """Note a trait."""
        said = TraitSaid(trait, value, TODAY)
        note_trait(self.session, home, said, viewer=self.office, now=NOW)

    def adapt(self, home: Dwelling, **costs: int | None) -> list[AdaptationFile]:
        """Ask for adaptations of a home, by code, with what each costs in cents."""
        person = make_person(self.session, dwelling=home)
        files = []
        for code, cents in costs.items():
            asked = Request(code, "phone", TODAY)
            file = open_by_hand(self.session, person, home, asked, viewer=self.office, now=NOW)
            if cents:
                quote = QuoteSaid("Rénov’Oise", cents, TODAY, True)
                add_quote(self.session, file, quote, viewer=self.office, now=NOW)
            files.append(file)
        return files

    def aimed(self, budget: str, **said: Any) -> WorksPlan:
        """Work a plan out for the label."""
        return self.plan(**{"aim": "label", "label": str(self.label.id), "budget": budget} | said)

    def whys(self, plan: WorksPlan) -> Mapping[uuid.UUID | None, OutWhy | None]:
        """Say why works are left out, by adaptation."""
        left = self.lines(plan, which="left")
        return {one.adaptation_id: one.why for one in left if one.adaptation_id}

    def receive(self, file: AdaptationFile) -> None:
        """Let an adaptation be done and received."""

        def go(step: Step) -> None:
            move_file(
                self.session, file, step, turn=file.turn, said=NO_VISIT, agreed=agreed(NOW),
                priority="next", viewer=self.office, now=NOW,
            )  # fmt: skip

        go(Step.ELIGIBILITY)
        go(Step.FUNDING)
        cents = self.session.scalars(
            select(AdaptationQuote.cents).where(AdaptationQuote.file_id == file.id)
        ).one()
        paid = FundingSaid("landlord", "asked", cents, TODAY)
        note_funding(self.session, file, paid, viewer=self.office, now=NOW)
        go(Step.DECISION)
        granted = Decided("granted")
        decide(self.session, file, granted, turn=file.turn, viewer=self.office, now=NOW)
        for step in (Step.WORKS, Step.RECEPTION, Step.FIRST_FOLLOW_UP):
            go(step)


@pytest.fixture
def planner(session: Session, now: datetime) -> Labeller:
    return Labeller(session, now)


def test_a_home_counts_when_all_that_it_lacks_is_in_the_plan(planner: Labeller) -> None:
    two = planner.adapt(planner.lacking("shower", "grab_bars"), shower=4000_00, grab_bars=200_00)
    one = planner.adapt(planner.lacking("grab_bars"), grab_bars=300_00)
    less, more = planner.aimed("4100"), planner.aimed("4500")
    assert planner.taken(less) == {one[0].id}
    assert planner.whys(less) == dict.fromkeys((file.id for file in two), OutWhy.ABOVE_BUDGET)
    assert planner.sum(less).does == 1
    assert planner.taken(more) == {file.id for file in (*two, *one)}
    told = planner.sum(more)
    assert (told.works, told.cents, told.does) == (3, 4500_00, 2)
    assert sum(one.does for one in told.buildings) == 2


def test_of_two_homes_that_cannot_both_be_paid_the_cheaper_two_are_taken(
    planner: Labeller,
) -> None:
    dear = planner.adapt(planner.lacking("shower", "grab_bars"), shower=900_00, grab_bars=50_00)
    cheap = [planner.adapt(planner.lacking("raised_wc"), raised_wc=400_00)[0] for _ in range(2)]
    plan = planner.aimed("1000")
    assert planner.taken(plan) == {file.id for file in cheap}
    assert set(planner.whys(plan).values()) == {OutWhy.OTHERS_DO_MORE}
    assert set(planner.whys(plan)) == {file.id for file in dear}


def test_homes_that_cannot_reach_it_are_left_out_with_the_reason(planner: Labeller) -> None:
    (unknown,) = planner.adapt(planner.lacking("shower", unknown="raised_wc"), shower=100_00)
    (alone,) = planner.adapt(planner.lacking("shower", "raised_wc"), shower=100_00)
    priced, unpriced = planner.adapt(
        planner.lacking("shower", "raised_wc"), shower=100_00, raised_wc=None
    )
    (idle,) = planner.adapt(planner.lacking("shower"), kitchen=100_00)
    (has,) = planner.adapt(planner.lacking(), grab_bars=100_00)
    plan = planner.aimed("5000")
    assert planner.taken(plan) == set()
    assert planner.whys(plan) == {
        unknown.id: OutWhy.HOME_UNKNOWN,
        alone.id: OutWhy.HOME_OUT_OF_REACH,
        priced.id: OutWhy.HOME_OUT_OF_REACH,
        unpriced.id: OutWhy.NO_COST,
        idle.id: OutWhy.NOTHING_FOR_AIM,
        has.id: OutWhy.NOTHING_FOR_AIM,
    }
    assert planner.of(plan, planner.lamp).why is OutWhy.NO_COST
    assert planner.sum(plan).does == 0


def test_of_two_ways_to_the_same_thing_one_is_taken(planner: Labeller) -> None:
    shower, bathroom = planner.adapt(planner.lacking("shower"), shower=4000_00, bathroom=8000_00)
    plan = planner.aimed("20000")
    assert planner.taken(plan) == {shower.id}
    assert planner.of(plan, bathroom).why is OutWhy.SERVED_ALREADY
    rules = RulesSaid(("shower", "bathroom"), TODAY)
    change_rules(planner.session, planner.label, rules, viewer=planner.office, now=NOW)
    planner.note(planner.home, "bathroom", 0)
    home = bathroom.dwelling
    planner.note(home, "bathroom", 0)
    assert planner.taken(planner.again(plan)) == {bathroom.id}


def test_what_is_left_out_by_hand_leaves_its_home_out_and_what_is_put_in_stays(
    planner: Labeller,
) -> None:
    shower, bars = planner.adapt(
        planner.lacking("shower", "grab_bars"), shower=400_00, grab_bars=200_00
    )
    plan = planner.aimed("1000")
    for hand, why in ((ByHand.OUT, OutWhy.HOME_OUT_OF_REACH), (ByHand.IN, None)):
        ids = [planner.of(plan, bars).id]
        choose_by_hand(planner.session, plan, ids, hand, eyes=planner.eyes)
        assert planner.of(planner.again(plan), shower).why is why
    assert planner.taken(plan) == {shower.id, bars.id}


def test_a_home_of_another_landlord_is_in_no_plan_for_the_label(planner: Labeller) -> None:
    other = find_organisation(planner.session, "Un autre bailleur", OrganisationKind.LANDLORD)
    house = make_residence(planner.session, landlord_id=other.id)
    planner.adapt(planner.lacking("shower", residence=house), shower=100_00)
    label = planner.named("La Belle vie", str(other.id))
    ours = str(planner.label.landlord_id)
    plan = planner.aimed("5000", landlord=ours)
    assert planner.whys(plan) == {}
    with pytest.raises(Invalid) as refused:
        planner.aimed("5000", landlord=ours, label=str(label.id))
    assert refused.value.fields == {"label": "bad_choice"}


def test_a_home_that_is_hidden_by_now_counts_for_nobody_else(planner: Labeller) -> None:
    home = planner.lacking("shower")
    (file,) = planner.adapt(home, shower=100_00)
    plan = planner.aimed("5000")
    assert planner.sum(plan).does == 1
    protect(planner.session, file.person, by=planner.technician.id, now=NOW)
    told = planner.sum(plan)
    assert (told.works, told.does) == (0, 0)
    assert planner.taken(planner.aimed("5000", name="Encore")) == set()


def test_a_label_that_is_withdrawn_or_to_come_is_no_aim(planner: Labeller) -> None:
    session, label = planner.session, planner.label
    planner.adapt(planner.lacking("shower"), shower=100_00)
    coming = planner.named("Demain", days=3)
    assert labels_for_plans(session, planner.planning, today=TODAY) == [label]
    for wrong in (str(coming.id), "x", str(uuid.uuid4())):
        with pytest.raises(Invalid) as refused:
            planner.aimed("500", label=wrong)
        assert refused.value.fields == {"label": "bad_choice"}
    plan = planner.aimed("500")
    withdraw_label(label, "Plus financé", viewer=planner.office, now=NOW)
    with pytest.raises(Conflict, match="works_plan_label_gone"):
        planner.again(plan)
    people = PlanSaid(PLAN.name, "people", "500", label=str(label.id))
    change_plan(session, plan, people, now=NOW)
    assert plan.label is None
    put_label_back(session, label)
    change_plan(session, plan, PlanSaid("Label", "label", "500", label=str(label.id)), now=NOW)
    assert plan.label is label


def test_what_was_done_by_the_plan_still_counts_and_so_does_what_it_brought(
    planner: Labeller,
) -> None:
    shower, bars = planner.adapt(
        planner.lacking("shower", "grab_bars"), shower=400_00, grab_bars=200_00
    )
    plan = planner.decide(planner.aimed("1000"))
    for file in (shower, bars):
        planner.receive(file)
        assert planner.sum(plan).does == 1
    assert planner.taken(planner.aimed("1000", name="Encore")) == set()


def test_the_most_homes_are_found_as_by_trying_all(planner: Labeller) -> None:
    rng = random.Random(11)
    for _round in range(4):
        costs = [rng.randint(1, 9) * 100 for _ in range(9)]
        works = [
            Work(None, uuid.uuid4(), uuid.uuid4(), None, cost=(cents, "quote"))  # type: ignore[arg-type]
            for cents in costs
        ]
        groups = [
            Group(1, tuple(tuple(rng.sample(range(9), rng.randint(1, 2))) for _ in range(3)))
            for _ in range(5)
        ]
        best = max(
            done_by(groups, taken)
            for taken in ([at for at in range(9) if bits >> at & 1] for bits in range(512))
            if sum(costs[at] for at in taken) <= 2_000
        )
        problem = Problem(0, 2_000, works, Gains(groups, {}), {})
        solution = solve(problem)
        assert done_by(groups, solution.taken) == best
        assert sum(costs[at] for at in solution.taken) <= 2_000
        assert solution.taken.isdisjoint(solution.why)
        assert set(range(9)) == solution.taken | set(solution.why)


def test_a_plan_with_another_aim_has_no_label(planner: Labeller) -> None:
    assert planner.plan(label=str(planner.label.id)).label is None
