"""Residences walked through once a year, with a tenant who lives there."""

from datetime import datetime, time, timedelta
from functools import partial

from sqlalchemy import select

from visits.choosing.targeting import enrol, rank_candidates
from visits.models.cases import Case, CaseState
from visits.models.visits import Visit
from visits.programmes.published import find_programme
from webapp.access.auth import Action
from webapp.demo.calendar import day_of, moment, working_days_after
from webapp.demo.cast import acting
from webapp.demo.diary import Diary
from webapp.demo.rounds import make_round, morning
from webapp.demo.story import Story
from webapp.demo.works import Works

PROGRAMME = "residences"
LOOKED_AT = 400  # candidates, of whom one a residence is asked
WEEKS = 14  # in which they are all asked for the first time


class Checks:
    """The landlord's own visitors check a residence when they are in town."""

    def __init__(self, story: Story, works: Works, diary: Diary) -> None:
        self.story, self.rng, self.diary = story, story.rng, diary
        coordinator = story.cast.coordinator
        self.round = make_round(
            story, works, PROGRAMME, lambda action, now: acting(coordinator, action)
        )
        self.cases: list[Case] = []

    def schedule(self, number: int, since: datetime) -> None:
        """Choose a tenant for each residence, ask her within some weeks, and again a year on."""
        self.story.timeline.at(since, lambda now: self._choose(number, now))
        day = working_days_after(day_of(since), 5)
        while (at := moment(day, time(15, 20))) < self.story.now:
            self.story.timeline.at(at, self._ask_those_due)
            day = working_days_after(day, 5)

    def _choose(self, number: int, now: datetime) -> None:
        session = self.story.session
        programme = find_programme(session, PROGRAMME)
        viewer = acting(self.story.cast.coordinator, Action.ENROL)
        ranked = rank_candidates(session, programme, viewer, now=now, limit=LOOKED_AT).candidates
        known = {senior.reference for senior in self.story.seniors.values()}
        one_each = {
            one.residence.id: one.person.id
            for one in reversed(ranked)
            if one.person.reference in known
        }
        ids = list(one_each.values())[-number:]
        self.cases = enrol(session, programme, ids, viewer=viewer, now=now)
        self.cases.sort(key=lambda case: case.person.reference or "")
        for place, case in enumerate(self.cases):
            at = morning(now, 2 + place * WEEKS * 5 // len(self.cases))
            at += timedelta(minutes=7 * (place % 5))
            self.story.timeline.at(at, partial(self._ask, case))

    def _ask_those_due(self, now: datetime) -> None:
        """Ask again whoever was visited a year ago, nearly."""
        for place, case in enumerate(self.cases):
            if case.state is CaseState.TO_CALL and self._visited(case) and self.rng.random() < 0.5:
                at = now + timedelta(minutes=4 * place)
                self.story.timeline.at(at, partial(self._ask, case))

    def _visited(self, case: Case) -> bool:
        visits = select(Visit.id).where(Visit.case_id == case.id).order_by(Visit.id).limit(1)
        return self.story.session.scalars(visits).first() is not None

    def _ask(self, case: Case, now: datetime) -> None:
        if case.state is CaseState.TO_CALL and self.round.agree(case, now):
            self.story.timeline.at(now + timedelta(minutes=3), partial(self._plan, case))

    def _plan(self, case: Case, now: datetime) -> None:
        tasks = self.round.due(case, by=day_of(now) + timedelta(days=400))[:1]
        visitor = self.story.visitor_for(case)
        for days in range(4, 40):
            free = self.diary.free_starts(visitor, working_days_after(day_of(now), days))
            if free:
                break
        start_at = self.rng.choice(free)
        visit = self.round.plan(case, visitor, start_at, now, tasks)
        if visit is not None:
            self.diary.take(visitor, start_at)
            home = case.residence
            assert home is not None  # who is chosen lives somewhere
            self.round.hold(visit, {"storeys": home.storeys or 3, "has_lift": home.has_lift})
