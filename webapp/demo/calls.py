"""A year of calls: yes, no and why, nobody there, call again, moved, dead."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from random import Random

from visits.calls.contacts import Attempt, record_attempt
from visits.calls.ladder import write_first
from visits.models.calls import Channel, Disposition, RefusalReason
from visits.models.cases import Case, CaseState
from visits.models.people import Person
from visits.sight import Viewer
from webapp.access.auth import Action
from webapp.demo.calendar import (
    day_of,
    moment,
    next_office_moment,
    office_moment,
    working_days,
    working_days_after,
)
from webapp.demo.cast import acting
from webapp.demo.diary import Diary
from webapp.demo.story import Story

CALLED = 0.7
# Working days from a letter to the first call, and from a card at the door to the last.
DAYS_WRITTEN_BEFORE = 5
# How the calls end, in shares of those called. The rest agree.
ENDINGS = {
    Disposition.REFUSED: 0.118,
    Disposition.REFUSED_BY_FAMILY: 0.014,
    Disposition.NO_ANSWER: 0.045,
    Disposition.MOVED: 0.018,
    Disposition.DEAD: 0.014,
}
REASONS = {
    RefusalReason.NO_NEED: 34, RefusalReason.FEAR_OF_MOVE_OR_COST: 10, RefusalReason.NO_TRUST: 7,
    RefusalReason.PRIVACY: 5, RefusalReason.HEALTH: 12, RefusalReason.ALREADY_HELPED: 12,
    RefusalReason.TIMING: 10, RefusalReason.ACCESS: 2, RefusalReason.LANGUAGE: 3,
    RefusalReason.NOT_SAID: 5,
}  # fmt: skip
CALL_BACK_NOTES = (
    "Préfère qu’on rappelle en début d’après-midi.",
    "Veut en parler à sa fille d’abord.",
    "Était en train de sortir.",
    "Attend la fin des travaux dans l’immeuble.",
)
REFUSAL_NOTES = {
    RefusalReason.NO_NEED: "Dit n’avoir besoin de rien pour l’instant.",
    RefusalReason.FEAR_OF_MOVE_OR_COST: "Craint une hausse de loyer ou un déménagement.",
    RefusalReason.NO_TRUST: "Attend toujours une réponse à une ancienne réclamation.",
    RefusalReason.ALREADY_HELPED: "Une aide à domicile passe déjà.",
    RefusalReason.TIMING: "Famille en visite, propose d’en reparler plus tard.",
    RefusalReason.FAMILY_DECIDES: "Le fils répond et ne souhaite pas de visite.",
}
ASK_AGAIN_AFTER = timedelta(days=96)
CALL_LENGTH = timedelta(minutes=6)


@dataclass
class _Person:
    """How far the caller is with somebody."""

    case: Case
    ending: Disposition
    unanswered: int = 0
    put_off: bool = False
    asked_again: bool = False


def _pace(done: float) -> float:
    """Give the share of the year gone when this share of the calls is made: the last go faster."""
    return done / 0.9 * 0.95 if done <= 0.9 else 0.95 + (done - 0.9) / 0.1 * 0.05


class Calls:
    """The coordinator's calls."""

    def __init__(self, story: Story, diary: Diary) -> None:
        self.story, self.diary = story, diary
        self.rng: Random = story.rng
        self.caller: Viewer = acting(story.cast.coordinator, Action.CALL)
        diary.call_again = self.call_again

    def schedule(self, cases: list[Case], *, since: datetime) -> None:
        """Spread the first calls over the year, the highest scores first."""
        called = cases[: round(len(cases) * CALLED)]
        days = working_days(day_of(since), day_of(self.story.now))
        endings = self._endings(len(called))
        for place, case in enumerate(called):
            index = int(_pace((place + self.rng.uniform(-9, 9)) / len(called)) * len(days))
            day = days[min(len(days) - 1, max(0, index))]
            letter_on = days[max(0, days.index(day) - DAYS_WRITTEN_BEFORE)]
            self.story.timeline.at(moment(letter_on, time(9)), partial(self._write, case))
            self._put(office_moment(self.rng, day), _Person(case, endings[place]))

    def _write(self, case: Case, now: datetime) -> None:
        """Make the letter that comes before the first call, to whoever is written to."""
        if self._may_call(case):
            write_first(self.story.session, [case], viewer=self.caller, now=now)

    def call_again(self, case: Case, at: datetime) -> None:
        """Call somebody whose visit did not take place."""
        self._put(at, _Person(case, Disposition.AGREED, put_off=True))

    def agree_now(self, case: Case, at: datetime) -> None:
        """Record a plain yes."""
        record_attempt(
            self.story.session, case, Attempt(Disposition.AGREED), viewer=self.caller, now=at
        )

    def _endings(self, number: int) -> list[Disposition]:
        # Shares, not dice: the refusal rate of a demo should not depend on luck.
        endings = [kind for kind, share in ENDINGS.items() for _ in range(round(number * share))]
        endings += [Disposition.AGREED] * (number - len(endings))
        self.rng.shuffle(endings)
        return endings[:number]

    def _put(self, at: datetime, person: _Person) -> None:
        self.story.timeline.at(at, lambda now: self._call(person, now))

    def _call(self, person: _Person, now: datetime) -> None:
        if not self._may_call(person.case):
            return
        if person.ending is Disposition.NO_ANSWER or self._nobody_there(person):
            self._no_answer(person, now)
        elif not person.put_off and self.rng.random() < 0.16:
            self._put_off(person, now)
        elif person.ending in (Disposition.REFUSED, Disposition.REFUSED_BY_FAMILY):
            self._refuse(person, now)
        else:
            self._record(person, Attempt(person.ending), now)
            if person.ending is Disposition.AGREED:
                self._plan(person.case, now)

    def _may_call(self, case: Case) -> bool:
        person: Person = case.person
        waiting = (CaseState.TO_CALL, CaseState.CALL_BACK, CaseState.REFUSED)
        open_to_calls = case.is_open and not (person.do_not_contact or person.protected)
        return open_to_calls and case.state in waiting

    def _nobody_there(self, person: _Person) -> bool:
        return person.unanswered < 2 and self.rng.random() < 0.3

    def _no_answer(self, person: _Person, now: datetime) -> None:
        person.unanswered += 1
        never = person.ending is Disposition.NO_ANSWER and person.unanswered <= 3
        wrong = never and self.rng.random() < 0.15
        kind = Disposition.WRONG_NUMBER if wrong else Disposition.NO_ANSWER
        door = person.unanswered == 3 and self.rng.random() < 0.4
        self._record(person, Attempt(kind, Channel.DOOR if door else Channel.PHONE), now)
        if person.unanswered < 3:
            day = working_days_after(day_of(now), self.rng.randint(1, 7))
            self._put(office_moment(self.rng, day), person)
        elif person.case.state in (CaseState.TO_CALL, CaseState.CALL_BACK):
            # Once more, when the card that her third silence made is at her door.
            again = working_days_after(day_of(now), DAYS_WRITTEN_BEFORE)
            self._put(moment(again, time(17)), person)

    def _put_off(self, person: _Person, now: datetime) -> None:
        person.put_off = True
        day = working_days_after(day_of(now), self.rng.randint(1, 18))
        again = moment(day, time(self.rng.choice((10, 11, 14, 15)), self.rng.choice((0, 30))))
        if self.rng.random() < 0.12:
            attempt = Attempt(Disposition.IN_HOSPITAL, call_back_at=again)
        else:
            note = self.rng.choice(CALL_BACK_NOTES)
            attempt = Attempt(Disposition.CALL_BACK, call_back_at=again, note=note)
        self._record(person, attempt, now)
        self._put(again + timedelta(minutes=self.rng.randint(0, 40)), person)

    def _refuse(self, person: _Person, now: datetime) -> None:
        reason = self.rng.choices(list(REASONS), list(REASONS.values()))[0]
        if person.ending is Disposition.REFUSED_BY_FAMILY:
            reason = RefusalReason.FAMILY_DECIDES
        note = REFUSAL_NOTES.get(reason) if self.rng.random() < 0.6 else None
        self._record(person, Attempt(person.ending, reason=reason, note=note), now)
        soft = reason in (RefusalReason.TIMING, RefusalReason.HEALTH)
        if soft and not person.asked_again and self.rng.random() < 0.5:
            yes = self.rng.random() < 0.4
            again = _Person(
                person.case,
                Disposition.AGREED if yes else Disposition.REFUSED,
                unanswered=2,
                put_off=True,
                asked_again=True,
            )
            self._put(next_office_moment(now + ASK_AGAIN_AFTER), again)

    def _plan(self, case: Case, now: datetime) -> None:
        later = now + CALL_LENGTH
        if self.rng.random() > 0.82:
            day = working_days_after(day_of(now), self.rng.randint(1, 4))
            later = office_moment(self.rng, day)
        self.story.timeline.at(later, lambda at: self.diary.plan(case, at))

    def _record(self, person: _Person, attempt: Attempt, now: datetime) -> None:
        record_attempt(self.story.session, person.case, attempt, viewer=self.caller, now=now)
