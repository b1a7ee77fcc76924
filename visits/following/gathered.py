"""A kind whose things stand each for all findings of one person that call for the same."""

import uuid
from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, selectinload

from visits.following.corrections import corrected_by
from visits.following.kinds import Kind
from visits.models.cases import Case
from visits.models.visits import COUNTED, Consequence, Submission, Visit
from visits.models.works import TAKEN_BACK
from visits.sight import Viewer


class Gathered(Kind):
    """A kind that keeps a file for each person and code, with all the findings that call for it.

    `file` is its table, with `person_id`, `findings`, `step`, `due_on`, `opened_at` and
    `opened_by_id`; `finding` the one that joins findings to files by `consequence_id` and
    `file_id`; `open_steps` those in which somebody still has something to do.
    """

    file: Any
    finding: Any
    open_steps: Sequence[Any]

    @abstractmethod
    def open_for(
        self, session: Session, case: Case, consequence: Consequence, now: datetime
    ) -> Any:
        """Open the file that a finding calls for, or add the finding to the one that is open."""

    @abstractmethod
    def end(self, session: Session, file: Any, why: str, viewer: Viewer, now: datetime) -> None:
        """End a file that nobody needs any more."""

    @abstractmethod
    def go_on(self, session: Session, file: Any, now: datetime) -> None:
        """Let a file that ended by itself go on where it stood; one ended otherwise stays ended."""

    @abstractmethod
    def ended_for(self, session: Session, file: Any) -> str | None:
        """Tell why a file ended by itself."""

    def bring(self, file: Any, case: Case) -> None:
        """Give a file to the case whose answers call for it."""
        file.case_id, file.person_id = case.id, case.person_id

    def is_of(self, file: Any, case: Case) -> bool:
        """Tell whether a file is open for the person of a case, where she is visited."""
        return bool(file.person_id == case.person_id)

    def called_for(self, consequence: Consequence, called: Sequence[Consequence]) -> bool:
        """Tell whether one of this kind is called for, by name."""
        return consequence.kind == self.code

    def open(
        self,
        session: Session,
        case: Case | None,
        consequence: Consequence,
        *,
        fresh: bool = False,
        now: datetime,
    ) -> None:
        """Open the file, or add the finding to the one that is known."""
        assert case is not None  # nothing is gathered of somebody whom nobody knows
        known = None if fresh else self.opened_by(session, [consequence.id]).get(consequence.id)
        if known is not None:
            if not known.is_open and self.ended_for(session, known) == TAKEN_BACK:
                self.bring(known, case)
                self.go_on(session, known, now)
            return
        first = self._of_first(session, consequence)
        if first is not None:
            first.findings.append(consequence)
            session.flush()
            return
        self.open_for(session, case, consequence, now)

    def opened_by(
        self, session: Session, consequence_ids: Collection[uuid.UUID]
    ) -> Mapping[uuid.UUID, Any]:
        """Give by finding its file."""
        statement = (
            select(self.finding.consequence_id, self.file)
            .join(self.file, self.file.id == self.finding.file_id)
            .where(self.finding.consequence_id.in_(list(consequence_ids)))
            .options(selectinload(self.file.findings).joinedload(Consequence.submission))
            .order_by(self.file.opened_at, self.finding.consequence_id)
        )
        return {finding_id: file for finding_id, file in session.execute(statement)}

    def is_open(self, thing: Any) -> bool:
        """Tell whether somebody still has to do something for it."""
        return bool(thing.is_open)

    def due_in(
        self, session: Session, visits: Sequence[Visit]
    ) -> Mapping[uuid.UUID, Sequence[Any]]:
        """Give what is open for the person of each visit, where she is visited."""
        persons = {visit.case.person_id for visit in visits}
        files = session.scalars(
            select(self.file)
            .join(self.file.person)
            .where(self.file.person_id.in_(persons), self.file.step.in_(self.open_steps))
            .options(contains_eager(self.file.person))
            .options(selectinload(self.file.findings).joinedload(Consequence.submission))
            .order_by(self.file.due_on.asc().nulls_last(), self.file.id)
        ).all()
        return {visit.id: [one for one in files if self.is_of(one, visit.case)] for visit in visits}

    def cancel(self, thing: Any, *, reason: str, viewer: Viewer, now: datetime) -> None:
        """End a file for a reason that stands in its last move."""
        session = Session.object_session(thing)
        assert session is not None
        self.end(session, thing, reason, viewer, now)

    def take_up(self, session: Session, thing_id: uuid.UUID, state: str, *, now: datetime) -> None:
        """Let a file that was ended go on where it stood."""
        file = session.get(self.file, thing_id, with_for_update={"key_share": True})
        if file is not None and not file.is_open:
            self.go_on(session, file, now)

    def hold(self, session: Session, submission: Submission) -> None:
        """Wait until nobody else changes the files of a submission."""
        mine = (
            select(self.finding.file_id)
            .join(Consequence, Consequence.id == self.finding.consequence_id)
            .where(Consequence.submission_id == submission.id)
        )
        files = select(self.file.id).where(self.file.id.in_(mine))
        session.execute(files.order_by(self.file.id).with_for_update(key_share=True))

    def hanging(self, session: Session, submission: Submission) -> Sequence[Any]:
        """List the open files that nothing else calls for, and that nobody asked for by hand."""
        files = self._files_of(session, submission)
        return [one for one in files if one.is_open and not _stands_without(one, submission)]

    def take_back(
        self, session: Session, submission: Submission, *, viewer: Viewer, now: datetime
    ) -> None:
        """Take from a person what a submission of another one called for there."""
        gone = {one.id for one in self.hanging(session, submission)}
        for file in self._files_of(session, submission):
            if file.id in gone:
                self.cancel(file, reason=TAKEN_BACK, viewer=viewer, now=now)
            elif _stands_without(file, submission):
                theirs = [one for one in file.findings if one.submission_id != submission.id]
                file.findings = theirs
        session.flush()

    def _files_of(self, session: Session, submission: Submission) -> Collection[Any]:
        found = self.opened_by(session, [one.id for one in submission.consequences])
        return {file.id: file for file in found.values()}.values()

    def _of_first(self, session: Session, consequence: Consequence) -> Any | None:
        """Find the file of the same in the answers that these correct, however it ended."""
        first = corrected_by(session, consequence.submission)
        if first is None:
            return None
        same = [
            one.id
            for one in first.consequences
            if (one.kind, one.code) == (consequence.kind, consequence.code)
        ]
        return next(iter(self.opened_by(session, same).values()), None)


def _stands_without(file: Any, submission: Submission) -> bool:
    """Tell whether others call for a file too, or somebody asked for it."""
    others = (
        one.submission_id != submission.id and one.submission.state in COUNTED
        for one in file.findings
    )
    return file.opened_by_id is not None or any(others)
