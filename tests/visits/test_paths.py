"""A case goes along a path: each step done begins the next, and what was noted is taken back."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.visits.desk import SUPPORT, Desk
from visits.calls.contacts import Attempt, record_attempt
from visits.calls.taking_back import take_back
from visits.cases.bringing import STEP_GONE, bring_to_newest, older_cases
from visits.cases.cases import close_case, reopen_case
from visits.cases.paths import STEP_BACK, begin_path, paths_along, paths_to_begin
from visits.cases.pauses import end_pause, pause, pauses_of
from visits.cases.tasks import close_task, reopen_task
from visits.ground.errors import Conflict, Invalid
from visits.models.calls import Disposition, RefusalReason
from visits.models.cases import Task, TaskKind, TaskState
from visits.programmes.published import publish_programme

PATHS = """
[[path]]
code = "rehousing"
name = { fr = "Demande de mutation", en = "Request to move" }
[[path.step]]
code = "file"
name = { fr = "Dossier complet", en = "File complete" }
delay = "1m"
owner = "referent"
[[path.step]]
code = "decision"
name = { fr = "Décision", en = "Decision" }
delay = "10d"
owner = "coordinator"
[[path.step]]
code = "told"
name = { fr = "Ménage prévenu", en = "Household told" }
delay = "3wd"
[[path]]
code = "complaint"
name = { fr = "Réclamation", en = "Complaint" }
[[path.step]]
code = "file"
name = { fr = "Accusé de réception", en = "Acknowledged" }
delay = "7d"
"""


class PathDesk(Desk):
    programme = SUPPORT + PATHS

    def begin(self, code: str = "rehousing") -> Task:
        return begin_path(self.session, self.case, code, viewer=self.viewer, now=self.now)

    def close(self, task: Task, to: TaskState = TaskState.DONE, why: str = "") -> None:
        close_task(self.session, task, to, why=why, viewer=self.viewer, now=self.now)

    def reopen(self, task: Task) -> None:
        reopen_task(self.session, task, viewer=self.viewer, now=self.now)

    def pause(self, first: date, last: date) -> None:
        pause(
            self.session, self.case, from_on=first, until_on=last, why="Hôpital", called_off=(),
            viewer=self.viewer, now=self.now,
        )  # fmt: skip

    def now_on(self, path: str = "rehousing") -> list[Task]:
        """List the open steps of a path."""
        self.session.flush()
        of_path = select(Task).where(Task.path == path, Task.state == TaskState.OPEN)
        return list(self.session.scalars(of_path.order_by(Task.id)))

    def drawn(self) -> list[str]:
        [along] = [
            one for one in paths_along(self.session, self.case) if one.path.code == "rehousing"
        ]
        return [f"{one.step.code} {one.stands}" for one in along.stages]


@pytest.fixture
def desk(session: Session, now: datetime, tmp_path: Path) -> PathDesk:
    return PathDesk(session, now, tmp_path)


def test_each_step_done_begins_the_next_counted_from_then_and_held_by_its_owner(
    desk: PathDesk,
) -> None:
    assert desk.now_on() == []  # nothing begins by itself
    first = desk.begin()
    assert (first.kind, first.not_before, first.due_on) == (
        TaskKind.STEP, date(2026, 3, 10), date(2026, 4, 10),
    )  # fmt: skip
    assert first.owner_role == "referent"
    assert desk.drawn() == ["file now", "decision to_come", "told to_come"]
    desk.later(37)
    assert first.is_late(desk.now.date())
    desk.close(first)
    [second] = desk.now_on()
    assert (second.step, second.owner_role) == ("decision", "coordinator")
    assert (second.not_before, second.due_on) == (date(2026, 4, 16), date(2026, 4, 26))
    assert desk.drawn() == ["file done", "decision now", "told to_come"]
    desk.later(2)
    desk.close(second)
    [third] = desk.now_on()
    # Three working days after Saturday the 18th.
    assert (third.due_on, third.owner_role) == (date(2026, 4, 22), None)
    desk.close(third)
    assert desk.now_on() == []
    [along] = paths_along(desk.session, desk.case)
    assert along.is_over
    assert along.since == date(2026, 3, 10)


def test_a_path_is_gone_along_once_at_a_time_and_again_when_it_is_over(desk: PathDesk) -> None:
    first = desk.begin()
    along = paths_along(desk.session, desk.case)
    assert [one.code for one in paths_to_begin(desk.session, desk.case, along)] == ["complaint"]
    with pytest.raises(Conflict, match="path_under_way"):
        desk.begin()
    other = desk.begin("complaint")
    assert other.due_on == date(2026, 3, 17)
    for wrong, code in (("", "required"), ("file", "bad_choice")):
        with pytest.raises(Invalid) as refused:
            desk.begin(wrong)
        assert refused.value.fields == {"path": code}
    desk.close(first, TaskState.IMPOSSIBLE, "Ne veut plus déménager")
    assert desk.now_on() == []
    assert desk.drawn()[0] == "file stopped"
    desk.later(1)
    again = desk.begin()
    assert desk.drawn() == ["file now", "decision to_come", "told to_come"]
    # What stood before it was begun anew is no part of it any more.
    with pytest.raises(Conflict, match="step_left"):
        desk.reopen(first)
    assert desk.now_on() == [again]
    assert desk.now_on("complaint") == [other]


def test_a_step_noted_by_mistake_is_taken_back_with_what_followed(desk: PathDesk) -> None:
    first = desk.begin()
    desk.close(first)
    [second] = desk.now_on()
    desk.close(second)
    [third] = desk.now_on()
    desk.reopen(first)
    assert desk.now_on() == [first]
    assert [(one.state, one.why) for one in (second, third)] == [
        (TaskState.WITHDRAWN, STEP_BACK), (TaskState.WITHDRAWN, STEP_BACK),
    ]  # fmt: skip
    assert desk.drawn() == ["file now", "decision to_come", "told to_come"]
    with pytest.raises(Conflict, match="step_left"):
        desk.reopen(second)
    # Noted again on the same day, the next one begins again.
    desk.close(first)
    [another] = desk.now_on()
    assert (another.step, another.due_on) == ("decision", second.due_on)
    desk.close(another, TaskState.WITHDRAWN, "Plus demandé")
    desk.reopen(another)
    assert desk.now_on() == [another]


def test_a_case_that_is_closed_stops_the_path_and_opened_again_it_goes_on(desk: PathDesk) -> None:
    step = desk.begin()
    close_case(desk.session, desk.case, outcome="linked", viewer=desk.viewer, now=desk.now)
    desk.session.expire_all()
    assert step.state is TaskState.WITHDRAWN
    assert desk.drawn()[0] == "file stopped"
    assert paths_to_begin(desk.session, desk.case, ()) == []
    with pytest.raises(Conflict, match="case_closed"):
        desk.begin()
    reopen_case(desk.session, desk.case, viewer=desk.viewer, now=desk.now)
    assert desk.now_on() == [step]


def test_a_refusal_stops_the_path_and_a_change_of_mind_brings_it_back(desk: PathDesk) -> None:
    step = desk.begin()
    done = desk.begin("complaint")
    desk.close(done)
    said = Attempt(Disposition.REFUSED, reason=RefusalReason.PRIVACY)
    kept = record_attempt(desk.session, desk.case, said, viewer=desk.viewer, now=desk.now)
    desk.session.flush()
    desk.session.expire_all()
    assert (step.state, step.why) == (TaskState.WITHDRAWN, "refused")
    for again in (lambda: desk.begin("complaint"), lambda: desk.reopen(done)):
        with pytest.raises(Conflict, match="refusal_stops_it"):
            again()
    assert not any(one.goes_on for one in paths_along(desk.session, desk.case))
    take_back(desk.session, desk.case, kept.id, reason="Erreur", viewer=desk.viewer, now=desk.now)
    desk.session.expire_all()
    assert desk.now_on() == [step]
    assert step.due_on == date(2026, 4, 10)


def test_the_days_of_a_pause_do_not_count(desk: PathDesk) -> None:
    step = desk.begin()
    desk.pause(date(2026, 3, 20), date(2026, 3, 29))
    assert (step.state, step.due_on) == (TaskState.OPEN, date(2026, 4, 20))
    # One that overlaps it adds its other days; one after the end adds none.
    desk.pause(date(2026, 3, 25), date(2026, 3, 31))
    desk.pause(date(2026, 5, 1), date(2026, 5, 3))
    assert step.due_on == date(2026, 4, 22)
    assert desk.now_on() == [step]
    first = pauses_of(desk.session, desk.case.id)[0]
    end_pause(desk.session, desk.case, first.id, viewer=desk.viewer, now=desk.now)
    assert step.due_on == date(2026, 4, 17)
    # A step that begins within a pause has what is left of it more.
    desk.now += timedelta(days=18)
    desk.close(step)
    [following] = desk.now_on()
    assert (following.not_before, following.due_on) == (date(2026, 3, 28), date(2026, 4, 11))


def test_a_case_on_a_step_that_another_version_lacks_keeps_its_own(desk: PathDesk) -> None:
    step = desk.begin()
    desk.session.flush()
    without = SUPPORT + PATHS.replace('code = "file"', 'code = "papers"')
    publish_programme(desk.session, without, source="support", by=None, now=desk.now)
    [older] = older_cases(desk.session, "support", viewer=desk.viewer, now=desk.now)
    assert [(one.id, why) for one, why in older.staying] == [(desk.case.id, STEP_GONE)]
    with pytest.raises(Conflict, match="nothing_to_bring"):
        bring_to_newest(desk.session, "support", to=2, viewer=desk.viewer, now=desk.now)
    desk.close(step)
    assert bring_to_newest(desk.session, "support", to=2, viewer=desk.viewer, now=desk.now) == (
        1,
        0,
    )
    assert [one.step for one in desk.now_on()] == ["decision"]
    assert desk.drawn() == ["papers to_come", "decision now", "told to_come"]
