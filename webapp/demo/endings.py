"""How cases of seniors end, pause and begin again, and what is noted as to do in them."""

from datetime import datetime, timedelta
from functools import partial

from visits.cases.cases import close_case, reopen_case
from visits.cases.pauses import pause
from visits.cases.tasks import close_task, make_task
from visits.models.cases import Case, CaseState, Task, TaskKind, TaskState
from webapp.access.auth import Action
from webapp.demo.calendar import day_of
from webapp.demo.cast import acting
from webapp.demo.rounds import morning
from webapp.demo.story import Story

# What a case in a state comes to when it is looked at, how often, with which note.
ENDS = {
    CaseState.VISITED: (
        ("completed", 0.13, "Travaux faits, tapis retirés, plus rien à suivre."),
        ("care_home", 0.015, "Entrée en EHPAD, la famille rend le logement."),
    ),
    CaseState.REFUSED: (("declined", 0.2, "Refus confirmé, ne souhaite plus d’appel."),),
    CaseState.UNREACHABLE: (("lost", 0.2, "Trois appels et un passage sans réponse."),),
}
TO_DO = (
    (TaskKind.CALL, "Rappeler sa fille au sujet de la douche."),
    (TaskKind.ANSWER, "Répondre à sa demande de mutation vers un rez-de-chaussée."),
    (TaskKind.CHECK, "Voir avec l’agence où en est la barre d’appui."),
    (TaskKind.REVIEW, "Refaire le point avec l’assistante sociale du secteur."),
)
NOTED, AWAY, COMES_BACK = 0.05, 0.02, 0.12
STAYS = ("Chez son fils jusqu’au retour des beaux jours.", "Hospitalisation, retour annoncé.")
NOT_POSSIBLE = "Numéro qui ne répond plus ; la famille préviendra."
LOOKS = (timedelta(days=100), timedelta(days=55), timedelta(days=24), timedelta(days=6))


class Endings:
    """A few times the coordinator goes through the cases, and ends or notes what is to be."""

    def __init__(self, story: Story, cases: list[Case]) -> None:
        self.story, self.rng, self.cases = story, story.rng, cases
        self.decider = acting(story.cast.coordinator, Action.DECIDE)
        self.planner = acting(story.cast.coordinator, Action.PLAN)

    def schedule(self) -> None:
        """Put the days on the line."""
        for ago in LOOKS:
            self.story.timeline.at(morning(self.story.now - ago, 0), self._look_through)

    def _look_through(self, now: datetime) -> None:
        for place, case in enumerate(self.cases):
            at = now + timedelta(seconds=11 * place)
            self.story.timeline.at(at, partial(self._look_at, case))

    def _look_at(self, case: Case, now: datetime) -> None:
        if case.is_open and not case.person.protected and not self._end(case, now):
            self._note(case, now)

    def _end(self, case: Case, now: datetime) -> bool:
        luck = self.rng.random()
        for outcome, share, note in ENDS.get(case.state, ()):
            luck -= share
            if luck < 0:
                close_case(
                    self.story.session, case, outcome=outcome, note=note, viewer=self.decider,
                    now=now,
                )  # fmt: skip
                if self.rng.random() < COMES_BACK:
                    self.story.timeline.at(morning(now, 4), lambda at: self._take_up(case, at))
                return True
        return False

    def _take_up(self, case: Case, now: datetime) -> None:
        if case.person.died_on is None:
            reopen_case(self.story.session, case, viewer=self.decider, now=now)

    def _note(self, case: Case, now: datetime) -> None:
        luck = self.rng.random()
        if luck < AWAY and case.state in (CaseState.TO_CALL, CaseState.CALL_BACK):
            first = day_of(now)
            until = first + timedelta(days=self.rng.randint(20, 60))
            why = self.rng.choice(STAYS)
            pause(
                self.story.session, case, from_on=first, until_on=until, why=why, called_off=(),
                viewer=self.planner, now=now,
            )  # fmt: skip
        elif luck < NOTED:
            kind, what = self.rng.choice(TO_DO)
            due_on = day_of(now) + timedelta(days=self.rng.randint(4, 18))
            task = make_task(
                self.story.session, case, kind, what=what, due_on=due_on, viewer=self.planner,
                now=now,
            )  # fmt: skip
            at = morning(now, self.rng.randint(2, 15))
            self.story.timeline.at(at, lambda then: self._see_to(task, then))

    def _see_to(self, task: Task, now: datetime) -> None:
        luck = self.rng.random()
        if not task.is_open or task.visit_id is not None or luck > 0.75:
            return  # a visit that was planned for it meanwhile answers it
        to, why = TaskState.DONE, "Fait, rien à signaler." if task.kind is TaskKind.CALL else ""
        if luck > 0.62:
            to, why = TaskState.IMPOSSIBLE, NOT_POSSIBLE
        close_task(self.story.session, task, to, why=why, viewer=self.planner, now=now)
