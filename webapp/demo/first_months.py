"""The first month of tenants of 18 to 30: called and visited by the association for them."""

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial

from visits.calls.contacts import Attempt
from visits.cases.cases import close_case
from visits.choosing.targeting import enrol_top
from visits.models.calls import Disposition, RefusalReason
from visits.models.cases import Case, CaseState
from visits.money.rents import RentSaid, note_rent
from visits.programmes.published import find_programme
from webapp.access.auth import Action
from webapp.demo.calendar import day_of, moment, next_office_moment, working_days_after
from webapp.demo.cast import YOUNG_PEOPLE, acting
from webapp.demo.diary import STARTS
from webapp.demo.partners import team
from webapp.demo.people import Tenant
from webapp.demo.rounds import make_round, morning
from webapp.demo.stock import Home
from webapp.demo.story import Story
from webapp.demo.works import Works
from webapp.demo.young import import_newcomers, moving_in

PROGRAMME = "young_tenants"
NOT_THERE, REFUSED, CALL_BACK = 0.1, 0.06, 0.12
SHUT, CALLED_OFF, SETTLED = 0.09, 0.06, 0.7
UNTOLD = 0.25
# Rent all in and income of a household, in cents a month.
MEANS = (
    (386_40, 1_640_00), (412_00, 1_380_00), (298_75, 1_210_00), (455_10, 2_050_00),
    (341_00, 1_495_50), (367_20, 0), (429_90, 1_720_00),
)  # fmt: skip
SETTLED_NOTE = "Bien installé, assurance et APL en place."


class FirstMonths:
    """Month by month, those who moved in: listed, called, visited, left in peace."""

    def __init__(self, story: Story, works: Works) -> None:
        self.story, self.rng = story, story.rng
        self.team = team(story.session, YOUNG_PEOPLE)
        self.round = make_round(
            story, works, PROGRAMME,
            lambda action, now: self.team.viewer(story.session, action, now),
        )  # fmt: skip
        self.telling = random.Random("rents")  # the rest of the year is as it was without them
        self.taken: set[tuple[date, time]] = set()

    def schedule(self, homes: Sequence[Home], number: int) -> None:
        """Let the landlord's lists come, one a month."""
        for at, people in moving_in(self.story, homes, number):
            self.story.timeline.at(at, partial(self._come, people))

    def _come(self, people: Sequence[Tenant], now: datetime) -> None:
        import_newcomers(self.story, people, user=self.story.cast.coordinator, now=now)
        later = now + timedelta(minutes=21)
        self.story.timeline.at(later, partial(self._choose, len(people)))

    def _choose(self, number: int, now: datetime) -> None:
        session = self.story.session
        programme = find_programme(session, PROGRAMME)
        viewer = acting(self.story.cast.coordinator, Action.ENROL)
        for case in enrol_top(session, programme, number, viewer=viewer, now=now):
            at = morning(now, self.rng.randint(1, 6)) + timedelta(minutes=self.rng.randint(0, 90))
            self.story.timeline.at(at, partial(self._ask, case))

    def _ask(self, case: Case, now: datetime) -> None:
        luck, put = self.rng.random(), self.story.timeline.at
        if luck < NOT_THERE:
            self.round.call(case, Attempt(Disposition.NO_ANSWER), now)
            if self.rng.random() < 0.5:
                put(morning(now, 3), partial(self._ask, case))
        elif luck < NOT_THERE + REFUSED:
            note = "Dit que tout va bien, ses parents habitent à côté."
            attempt = Attempt(Disposition.REFUSED, reason=RefusalReason.NO_NEED, note=note)
            self.round.call(case, attempt, now)
        elif luck < NOT_THERE + REFUSED + CALL_BACK:
            again = moment(working_days_after(day_of(now), 2), time(17, 15))
            attempt = Attempt(Disposition.CALL_BACK, call_back_at=again, note="Au travail.")
            if self.round.call(case, attempt, now):
                put(again, partial(self._agree, case))
        else:
            self._agree(case, now)

    def _agree(self, case: Case, now: datetime) -> None:
        if case.state in (CaseState.TO_CALL, CaseState.CALL_BACK) and self.round.agree(case, now):
            self.story.timeline.at(now + timedelta(minutes=5), partial(self._plan, case))

    def _plan(self, case: Case, now: datetime) -> None:
        tasks = self.round.due(case, by=day_of(now) + timedelta(days=60))[:1]
        start_at = self._free(day_of(now), self.rng.randint(2, 9))
        visit = self.round.plan(case, self.team.visitor, start_at, now, tasks)
        if visit is None:
            return
        luck, put = self.rng.random(), self.story.timeline.at
        if luck < SHUT:
            self.round.shut(visit, partial(self._again, case))
        elif luck < SHUT + CALLED_OFF:
            at = next_office_moment(start_at - timedelta(days=1))
            why = "Changement d’horaires au travail."
            put(min(at, start_at - timedelta(hours=2)),
                lambda then: self.round.call_off(visit, why, then))  # fmt: skip
            put(morning(at, 2), partial(self._plan_anew, case))
        else:
            self.round.hold(visit, {})
            put(start_at + timedelta(hours=3), partial(self._tell_rent, case))
            if self.rng.random() < SETTLED:
                at = morning(start_at, self.rng.randint(12, 40))
                put(at, partial(self._settled, case))

    def _tell_rent(self, case: Case, now: datetime) -> None:
        """Note what was told at the visit of rent and income; some prefer not to say."""
        if self.telling.random() < UNTOLD or not case.is_open:
            return
        rent, income = self.telling.choice(MEANS)
        said = RentSaid(rent, income, day_of(now), "paper")
        viewer = self.team.viewer(self.story.session, Action.SUPPORT, now)
        note_rent(self.story.session, case, said, viewer=viewer, now=now)

    def _again(self, case: Case, now: datetime) -> None:
        self.story.timeline.at(morning(now, 2), partial(self._agree, case))

    def _plan_anew(self, case: Case, now: datetime) -> None:
        if case.is_open and case.state is CaseState.AGREED:
            self._plan(case, now)

    def _free(self, day: date, days: int) -> datetime:
        """Give the visitor's next free hour some working days on."""
        while True:
            on = working_days_after(day, days)
            for start in STARTS:
                if (on, start) not in self.taken:
                    self.taken.add((on, start))
                    return moment(on, start)
            days += 1

    def _settled(self, case: Case, now: datetime) -> None:
        if case.is_open and case.state is CaseState.VISITED:
            viewer = self.team.viewer(self.story.session, Action.DECIDE, now)
            close_case(
                self.story.session, case, outcome="settled", note=SETTLED_NOTE, viewer=viewer,
                now=now,
            )  # fmt: skip
