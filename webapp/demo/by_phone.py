"""Follow-ups of the year that were asked during a call, with the form on the office's screen."""

import uuid
from collections import Counter
from datetime import datetime, timedelta
from functools import cached_property
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from diagnostics.form import Form, parse_form
from diagnostics.kit_left import LEFT
from diagnostics.submission import check
from visits.agenda.by_phone import may_be_asked, open_by_phone
from visits.forms.published import current_form
from visits.ground.errors import Refused
from visits.intake.submissions import record_submission
from visits.models.cases import Task, TaskState
from visits.models.visits import Visit
from visits.sight import Viewer
from visits.stock.bags import fitted_at
from webapp.access.auth import Action
from webapp.demo.answers import Answers, stamp, written
from webapp.demo.cast import acting
from webapp.demo.story import Story

FORM = "follow_up_1_6_12"
ONE_IN = 5
LASTED = timedelta(minutes=11)
MONTHS = (("m1", 45), ("m6", 240), ("m12", 10_000))


class ByPhone:
    """A coordinator who fills the form in while she speaks with somebody."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.caller: Viewer = acting(story.cast.coordinator, Action.CALL)
        self.rng = Random("by phone")
        self.asked = 0

    @cached_property
    def _form(self) -> Form:
        return parse_form(current_form(self.story.session, FORM).xform)

    def ask(self, promise: Task, now: datetime) -> bool:
        """Ask what was promised on the phone, one time in five; tells whether that is under way."""
        self.asked += 1
        session = self.story.session
        if self.asked % ONE_IN or not may_be_asked(session, promise, now=now):
            return False
        try:
            visit = open_by_phone(session, promise, viewer=self.caller, now=now)
        except Refused:
            return False
        self.story.timeline.at(now + LASTED, lambda at: self._send(visit, promise, now, at))
        return True

    def _send(self, visit: Visit, promise: Task, since: datetime, now: datetime) -> None:
        days = (now - promise.made_at).days
        said = (
            self._answers(days)
            | self._kit(visit, days)
            | {
                "start": stamp(since),
                "end": stamp(now),
                "today": now.astimezone(PARIS).date().isoformat(),
                "instanceID": f"uuid:{uuid.UUID(int=self.rng.getrandbits(128), version=4)}",
            }
        )
        xml = check(self._form, written(self._form, said), now=now).xml
        record_submission(
            self.story.session, self.story.store, xml=xml, files=(), viewer=self.caller, now=now,
            visit_id=visit.id,
        )  # fmt: skip

    def _kit(self, visit: Visit, days: int) -> Answers:
        """Tell how much is still there of what visits of the case fitted; now and then one less."""
        session, gone = self.story.session, int(days % 3 == 0)
        fitted: Counter[str] = Counter()
        for visit_id in session.scalars(select(Visit.id).where(Visit.case_id == visit.case_id)):
            fitted.update(fitted_at(session, visit_id))
        left = {
            path.rpartition("/")[2]: fitted[item] - gone
            for path, bind in self._form.binds.items()
            if (item := LEFT.get(bind.about, "")) in fitted
        }
        return {"kit_received": "yes" if left else "no", **left}

    def _answers(self, days: int) -> Answers:
        """Answer as most do: no fall, nothing new; of falls one is slight now and then."""
        rng = self.rng
        fell = rng.random() < 0.12
        falls = {
            "falls_since": 1, "fall_place": rng.choice(("bathroom", "bedroom", "outside")),
            "fall_injury": "slight", "got_up_alone": "yes", "hour_on_floor": "no",
            "fall_faint": "no",
        }  # fmt: skip
        return {
            "month": next(code for code, most in MONTHS if days < most),
            "channel": "phone",
            "reached": "yes",
            "follow_up_agreed": "yes",
            "health_agreed": "yes",
            "fell_since": "yes" if fell else "no",
            **(falls if fell else {}),
            "works_state": "none",
            "advice_followed": rng.choice(("all", "some", "some", "none")),
            "referrals_state": "none",
            "satisfaction": rng.choice(("very_happy", "happy", "happy", "neither")),
            "recommends": "yes",
            "new_needs": "none",
        }


def begin_one(session: Session, *, by: Viewer, now: datetime) -> None:
    """Leave a form of today begun on the phone and not sent."""
    promised = select(Task).where(
        Task.consequence_id.is_not(None), Task.state == TaskState.OPEN, Task.visit_id.is_(None)
    )
    for promise in session.scalars(promised.order_by(Task.due_on, Task.id)):
        if may_be_asked(session, promise, now=now) and not promise.case.person.protected:
            try:
                open_by_phone(session, promise, viewer=by, now=now)
            except Refused:
                continue
            return
