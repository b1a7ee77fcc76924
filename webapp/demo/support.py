"""A visit a week to tenants who see few people: weeks held and missed, pauses, ends, new starts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import product

from visits.calls.contacts import Attempt
from visits.cases.cases import close_case, reopen_case
from visits.cases.charge import put_in_charge
from visits.cases.pauses import pause, pauses_of
from visits.cases.tasks import close_task, make_task, tasks_of
from visits.choosing.targeting import enrol_top
from visits.models.accounts import Territory
from visits.models.calls import Disposition, RefusalReason
from visits.models.cases import Case, CaseState, Task, TaskKind, TaskState
from visits.programmes.published import find_programme
from webapp.access.auth import Action
from webapp.demo.answers import Answers
from webapp.demo.calendar import day_of, is_working_day, moment, working_days_after
from webapp.demo.cast import LINKS, NEIGHBOURS, acting
from webapp.demo.diary import STARTS
from webapp.demo.partners import Team, team
from webapp.demo.programme_answers import GOALS
from webapp.demo.rounds import Look, Round, make_round, morning
from webapp.demo.story import Story
from webapp.demo.support_acts import Acts
from webapp.demo.works import Works

PROGRAMME = "isolated_tenants"
WAVES = (timedelta(weeks=17), timedelta(weeks=12), timedelta(weeks=5))
ENDINGS = ("linked", "declined", "care_home")
END_NOTES = {
    "linked": "Club du jeudi et voisine du palier : elle n’a plus besoin de nous chaque semaine.",
    "declined": "Préfère que sa fille passe.",
    "care_home": "Entrée en résidence autonomie à la demande de la famille.",
}
PAUSES = (
    ("Hospitalisation, opération de la hanche.", 20),
    ("Chez sa fille à Amiens.", 13),
    ("Cure thermale.", 20),
)
TO_DO = (
    (TaskKind.CALL, "Rappeler sa fille au sujet de la téléalarme."),
    (TaskKind.CALL, "Prendre des nouvelles après le rendez-vous chez le médecin."),
    (TaskKind.CHECK, "Vérifier que la lampe du palier a été remplacée."),
    (TaskKind.ANSWER, "Répondre à sa question sur l’échange de logement."),
)
MISSED, SHUT, CALLED_OFF = 0.07, 0.05, 0.04


@dataclass
class Member:
    """Somebody who is visited each week, on her day and at her hour, by her association."""

    case: Case
    team: Team
    round: Round
    weekday: int
    start: time
    goal: str
    held: int = 0


class Support:
    """The weeks of two associations, each in its agency's area."""

    def __init__(self, story: Story, works: Works) -> None:
        self.story, self.rng = story, story.rng
        self.members: list[Member] = []
        self.acts = Acts(story)
        self.teams = [team(story.session, name) for name in (NEIGHBOURS, LINKS)]
        self.rounds: list[Round] = []
        for one in self.teams:
            look = _looking(story, one)
            self.rounds.append(make_round(story, works, PROGRAMME, look))
        self.hours: list[Iterator[tuple[time, int]]] = []
        for _ in self.teams:
            hours = list(product(STARTS, range(5)))
            self.rng.shuffle(hours)
            self.hours.append(iter(hours))

    def schedule(self, number: int) -> None:
        """Open the cases in waves, and plan each week on its Thursday before."""
        for place, ago in enumerate(WAVES):
            wanted = number // len(WAVES) + (place < number % len(WAVES))
            at = morning(self.story.now - ago)
            self.story.timeline.at(at, partial(self._open, wanted))
        thursday = day_of(self.story.now - WAVES[0])
        while thursday.weekday() != 3:
            thursday += timedelta(days=1)
        while (at := moment(thursday, time(16, 10))) < self.story.now:
            if is_working_day(thursday):
                self.story.timeline.at(at, self._plan_week)
            thursday += timedelta(days=7)

    def _open(self, number: int, now: datetime) -> None:
        session, coordinator = self.story.session, self.story.cast.coordinator
        programme = find_programme(session, PROGRAMME)
        chooser, mover = acting(coordinator, Action.ENROL), acting(coordinator, Action.DECIDE)
        for case in enrol_top(session, programme, number, viewer=chooser, now=now):
            assert case.residence is not None  # who is chosen lives somewhere
            territory = session.get_one(Territory, case.residence.territory_id)
            place = 0 if territory.name.endswith("Beauvais") else 1
            start, weekday = next(self.hours[place])
            goal = self.rng.choice(GOALS)
            member = Member(case, self.teams[place], self.rounds[place], weekday, start, goal)
            self.members.append(member)
            put_in_charge(
                session, case, organisation_id=member.team.organisation.id, referent_id=None,
                why="Suit les locataires isolés de cette agence.", viewer=mover, now=now,
            )  # fmt: skip
            at = morning(now, self.rng.randint(1, 3)) + timedelta(minutes=11 * len(self.members))
            self.story.timeline.at(at, partial(self._ask, member))

    def _ask(self, member: Member, now: datetime) -> None:
        luck = self.rng.random()
        if luck < 0.08:
            note = "Voit du monde chaque jour, n’en ressent pas le besoin."
            attempt = Attempt(Disposition.REFUSED, reason=RefusalReason.NO_NEED, note=note)
            member.round.call(member.case, attempt, now)
        elif luck < 0.16:
            again = morning(now, 4)
            attempt = Attempt(
                Disposition.CALL_BACK, call_back_at=again, note="En parle à son fils."
            )
            if member.round.call(member.case, attempt, now):
                at = again + timedelta(minutes=8)
                self.story.timeline.at(at, partial(self._start, member))
        else:
            self._start(member, now)

    def _start(self, member: Member, now: datetime) -> None:
        if member.round.agree(member.case, now):
            self._let_life_go_on(member, now)

    def _let_life_go_on(self, member: Member, now: datetime) -> None:
        """Let some go away for a while, and some need the visits no more."""
        put, luck = self.story.timeline.at, self.rng.random()
        if luck < 0.3:
            why, days = self.rng.choice(PAUSES)
            at = morning(now, self.rng.randint(8, 50))
            put(at, partial(self._pause, member, why, days))
        elif luck < 0.55:
            ending = ENDINGS[member.weekday % len(ENDINGS)]
            put(morning(now, self.rng.randint(25, 60)), partial(self._end, member, ending))

    def _pause(self, member: Member, why: str, days: int, now: datetime) -> None:
        if not member.case.is_open:
            return
        first = day_of(now) + timedelta(days=1)
        viewer = member.team.viewer(self.story.session, Action.PLAN, now)
        pause(
            self.story.session, member.case, why=why, called_off=(), viewer=viewer, now=now,
            from_on=first, until_on=first + timedelta(days=days),
        )  # fmt: skip
        for task in tasks_of(self.story.session, member.case.id):
            if task.visit_id is not None and task.state is TaskState.OPEN:
                self._call_off(member, task, now)

    def _call_off(self, member: Member, task: Task, now: datetime) -> None:
        visit = member.round.visit(task)
        if visit.planned_start_at > now:
            member.round.call_off(visit, "Absente ces semaines-là.", now)

    def _end(self, member: Member, ending: str, now: datetime) -> None:
        session, case = self.story.session, member.case
        if not case.is_open:
            return
        viewer = member.team.viewer(session, Action.DECIDE, now)
        close_case(session, case, outcome=ending, note=END_NOTES[ending], viewer=viewer, now=now)
        if ending == "declined":  # she changes her mind
            at = morning(now, 9)
            self.story.timeline.at(at, partial(self._take_up, member))

    def _take_up(self, member: Member, now: datetime) -> None:
        viewer = member.team.viewer(self.story.session, Action.DECIDE, now)
        reopen_case(self.story.session, member.case, viewer=viewer, now=now)

    def _plan_week(self, now: datetime) -> None:
        """Plan the coming week's visits, and see to what else there is to do."""
        monday = day_of(now) + timedelta(days=4)
        for place, member in enumerate(self.members):
            day = monday + timedelta(days=member.weekday)
            at = now + timedelta(minutes=place)
            self.story.timeline.at(at, partial(self._look_at, member, day))

    def _look_at(self, member: Member, day: date, now: datetime) -> None:
        case = member.case
        if not case.is_open:
            return
        self._see_to(member, now)
        if self._away(member, day):
            return
        if member.held:
            self.acts.follow(case, member.team, member.goal, now)
            self.acts.of_the_week(case, member.team, now)
        if case.state is CaseState.CALL_BACK and member.held:
            member.round.agree(case, now)
        if case.state in (CaseState.AGREED, CaseState.PLANNED, CaseState.VISITED):
            self._plan(member, day, now)

    def _away(self, member: Member, day: date) -> bool:
        pauses = pauses_of(self.story.session, member.case.id)
        return any(one.from_on <= day <= one.until_on for one in pauses)

    def _plan(self, member: Member, day: date, now: datetime) -> None:
        tasks = member.round.due(member.case, by=day + timedelta(days=6))
        luck = self.rng.random()
        if not tasks or not is_working_day(day) or luck < MISSED:
            return
        visit = member.round.plan(
            member.case, member.team.visitor, moment(day, member.start), now, tasks
        )
        if visit is None:
            return
        luck -= MISSED
        if luck < SHUT:
            member.round.shut(visit, lambda then: None)
        elif luck < SHUT + CALLED_OFF:
            at = moment(working_days_after(day - timedelta(days=4), 1), time(9, 40))
            reason = "Préfère la semaine prochaine."
            self.story.timeline.at(at, lambda then: member.round.call_off(visit, reason, then))
        else:
            known: Answers = {"weeks": member.held, "goal": member.goal}
            member.held += 1
            member.round.hold(visit, known)

    def _see_to(self, member: Member, now: datetime) -> None:
        """Do most of what is due beside the visits, and note something now and then."""
        session, viewer = (
            self.story.session,
            member.team.viewer(self.story.session, Action.PLAN, now),
        )
        soon = day_of(now) + timedelta(days=7)
        for task in tasks_of(session, member.case.id):
            if task.kind is TaskKind.VISIT or task.is_promise or not task.is_open:
                continue  # a visit is planned for; a promise is kept where it was made
            if task.due_on > soon:
                continue
            luck = self.rng.random()
            if luck < 0.5:
                came = "Fait, rien à signaler." if task.kind is TaskKind.CALL else ""
                close_task(session, task, TaskState.DONE, why=came, viewer=viewer, now=now)
            elif luck < 0.6 and task.cadence is None:
                why = "Ne répond plus au téléphone, vu à la prochaine visite."
                close_task(session, task, TaskState.IMPOSSIBLE, why=why, viewer=viewer, now=now)
        if self.rng.random() < 0.06:
            kind, what = self.rng.choice(TO_DO)
            by = day_of(now) + timedelta(days=self.rng.randint(3, 16))
            make_task(session, member.case, kind, what=what, due_on=by, viewer=viewer, now=now)


def _looking(story: Story, one: Team) -> Look:
    return lambda action, now: one.viewer(story.session, action, now)
