"""The visitors' diary: visits planned, moved, cancelled, failed, held and sent."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from diagnostics.delays import PARIS
from visits.agenda.doors import Knock, report_shut_door
from visits.agenda.planning import cancel_visit, move_visit, plan_visit
from visits.intake.submissions import SentFile, record_submission
from visits.models.accounts import User
from visits.models.calls import Disposition, RefusalReason
from visits.models.cases import Case, CaseState
from visits.models.visits import Visit, VisitState
from visits.sight import Viewer
from webapp.access.auth import Action
from webapp.demo.answers import Filled, fill
from webapp.demo.calendar import (
    day_of,
    moment,
    next_office_moment,
    office_moment,
    working_days_after,
)
from webapp.demo.cast import acting
from webapp.demo.more_answers import chosen_forms, fill_more
from webapp.demo.photos import KINDS, photo
from webapp.demo.story import Story
from webapp.demo.works import Works

STARTS = (time(9, 0), time(10, 45), time(13, 30), time(15, 15))
MINUTES = 90
SOONEST, LATEST = 6, 18  # working days after the call
CANCELLED = (
    "Rendez-vous médical le même jour.",
    "Absence cette semaine-là.",
    "Séjour dans la famille.",
)
# What visitors find at a door, how often, and what they note.
SHUT = {
    Disposition.NO_ANSWER: (62, "Code d’entrée changé, pas de réponse au téléphone."),
    Disposition.IN_HOSPITAL: (10, "La gardienne dit qu’elle est à l’hôpital."),
    Disposition.REFUSED: (8, ""),
    Disposition.WRONG_ADDRESS: (6, "Autre nom sur la boîte aux lettres."),
    Disposition.BROKEN_OFF: (6, "Fatiguée, souhaite reprendre un autre jour."),
    Disposition.MOVED: (4, ""),
    Disposition.UNSAFE: (4, "Chien détaché dans l’entrée."),
}

# Said of a visit that falls in a pause.
OUT_THAT_DAY = "Rentre chez elle ce jour-là."


class Diary:
    """Who visits whom and when, four visits a day at most."""

    def __init__(self, story: Story, works: Works) -> None:
        self.story, self.works = story, works
        self.rng: Random = story.rng
        self.planner: Viewer = acting(story.cast.coordinator, Action.PLAN)
        self.taken: dict[tuple[UUID, date], list[time]] = {}
        self.call_again: Callable[[Case, datetime], None] = lambda case, at: None

    def plan(self, case: Case, now: datetime) -> None:
        """Plan a visit where the sector's visitors are already out, and let it take its course."""
        if case.state is not CaseState.AGREED:
            return
        visitor, start_at = self._slot(case, now)
        self._let_happen(self.put(case, visitor, start_at, now))

    def put(self, case: Case, visitor: User, start_at: datetime, now: datetime) -> Visit:
        """Plan a visit at a moment that is free."""
        self.take(visitor, start_at)
        return plan_visit(
            self.story.session,
            case,
            visitor_id=visitor.id,
            start_at=start_at,
            minutes=MINUTES,
            viewer=self.planner,
            insist=OUT_THAT_DAY,
            now=now,
        )

    def free_starts(self, visitor: User, day: date) -> list[datetime]:
        """List the starts a visitor still has on a day."""
        taken = self.taken.get((visitor.id, day), [])
        return [moment(day, start) for start in STARTS if start not in taken]

    def planned_between(self, visitor: User, first: date, last: date) -> int:
        """Count a visitor's visits from one day to another."""
        return sum(
            len(starts)
            for (who, day), starts in self.taken.items()
            if who == visitor.id and first <= day <= last
        )

    def take(self, visitor: User, start_at: datetime) -> None:
        """Keep a start for a visit."""
        local = start_at.astimezone(PARIS)
        self.taken.setdefault((visitor.id, local.date()), []).append(local.time())

    def _slot(self, case: Case, now: datetime) -> tuple[User, datetime]:
        options = list(self._options(case, now))
        return min(options, key=lambda option: option[0])[1:]

    def _options(
        self, case: Case, now: datetime
    ) -> Iterator[tuple[tuple[int, float], User, datetime]]:
        """Give the free starts, fuller days first: a visitor does not drive out for one visit."""
        visitor = self.story.visitor_for(case)
        for days in range(SOONEST, LATEST + 60):
            free = self.free_starts(visitor, working_days_after(day_of(now), days))
            if free:
                filled = len(STARTS) - len(free)
                rank = (max(0, days - LATEST), -3.0 * filled + days * 0.2 + self.rng.random())
                yield rank, visitor, self.rng.choice(free)
                if days >= LATEST:
                    return

    def _let_happen(self, visit: Visit) -> None:
        fate, put = self.rng.random(), self.story.timeline.at
        start_at = visit.planned_start_at
        day_before = office_moment(self.rng, day_of(start_at) - timedelta(days=1))
        if fate < 0.04:
            put(day_before, lambda now: self._cancel(visit, now))
        elif fate < 0.08:
            put(start_at + timedelta(minutes=20), lambda now: self._fail(visit, now))
        elif fate < 0.12:
            put(day_before, lambda now: self._move(visit, now))
        else:
            self._let_be_held(visit)

    def _let_be_held(self, visit: Visit) -> None:
        end_at = visit.planned_start_at + timedelta(minutes=self.rng.randint(62, 104))
        # Without a network the tablet sends in the evening.
        late = timedelta(minutes=self.rng.randint(30, 240)) if self.rng.random() < 0.15 else None
        sent_at = end_at + (late or timedelta(minutes=1))
        self.story.timeline.at(sent_at, lambda now: self._hold(visit, end_at, now))

    def _cancel(self, visit: Visit, now: datetime) -> None:
        if visit.planned_start_at <= now:
            return
        reason = self.rng.choice(CANCELLED)
        cancel_visit(self.story.session, visit, reason=reason, viewer=self.planner, now=now)
        case = visit.case
        self.story.timeline.at(now + timedelta(minutes=5), lambda at: self.plan(case, at))

    def _fail(self, visit: Visit, now: datetime) -> None:
        outcomes = list(SHUT)
        outcome = self.rng.choices(outcomes, [SHUT[one][0] for one in outcomes])[0]
        refused = outcome is Disposition.REFUSED
        knock = Knock(
            outcome,
            at=now - timedelta(minutes=5),
            reason=RefusalReason.TIMING if refused else None,
            left_behind=("card",) if outcome is Disposition.NO_ANSWER else (),
            note=SHUT[outcome][1] if self.rng.random() < 0.7 else "",
            report_id=UUID(int=self.rng.getrandbits(128), version=4),
        )
        visitor = acting(self._visitor(visit), Action.VISIT)
        report_shut_door(self.story.session, visit, knock, viewer=visitor, now=now)
        if visit.case.state is not CaseState.CALL_BACK:
            return
        day = working_days_after(day_of(now), self.rng.randint(1, 3))
        self.call_again(visit.case, office_moment(self.rng, day))

    def _move(self, visit: Visit, now: datetime) -> None:
        visitor, start_at = self._slot(visit.case, next_office_moment(now))
        self.take(visitor, start_at)
        move_visit(
            self.story.session,
            visit,
            visitor_id=visitor.id,
            start_at=start_at,
            viewer=self.planner,
            insist=OUT_THAT_DAY,
            now=now,
        )
        self._let_be_held(visit)

    def _hold(self, visit: Visit, end_at: datetime, now: datetime) -> None:
        if visit.state is not VisitState.PLANNED:
            return
        start_at = visit.planned_start_at
        resident = self.story.resident_of(visit.case, day_of(start_at))
        span = {"start_at": start_at, "end_at": end_at}
        for name in chosen_forms(self.rng):
            filled = fill_more(self.rng, self.story.others[name], resident, **span)
            self._send(visit, filled, now)
        self._send(visit, fill(self.rng, self.story.form, resident, **span), now)

    def _send(self, visit: Visit, filled: Filled, now: datetime) -> None:
        submission = record_submission(
            self.story.session,
            self.story.store,
            xml=filled.xml,
            files=[self._file(name) for name in filled.photos],
            viewer=acting(self._visitor(visit), Action.VISIT),
            now=now,
            visit_id=visit.id,
        )
        self.works.follow(submission, now)

    def _visitor(self, visit: Visit) -> User:
        return next(user for user in self.story.cast.visitors if user.id == visit.visitor_id)

    def _file(self, name: str) -> SentFile:
        return SentFile(name, "image/png", photo(self.rng.randrange(KINDS)))
