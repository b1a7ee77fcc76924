"""Adaptations as a kind of consequence; their path stands in `visits.adaptations`."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, selectinload

from visits.adaptations.file_list import LATE, AdaptationFilter, count_adaptations
from visits.adaptations.files import label_of, open_for_finding
from visits.adaptations.moving import end_by_itself, latest_move, take_up_again
from visits.following.corrections import corrected_by
from visits.following.kinds import Due, Kind, Waits
from visits.ground.deadlines import midnight_in_paris, today_in_paris
from visits.models.accounts import Role
from visits.models.adaptations import OPEN_STEPS, AdaptationFile, AdaptationFinding, Step
from visits.models.cases import Case
from visits.models.people import RefusedPart
from visits.models.visits import COUNTED, Consequence, Submission, Visit
from visits.models.works import TAKEN_BACK
from visits.sight import Viewer

FOLLOWED_BY = (Role.COORDINATOR, Role.SOCIAL_WORKER)


def _waits(name: str, roles: tuple[Role, ...], step: str, tone: str) -> Waits:
    def count(session: Session, viewer: Viewer, now: datetime) -> int:
        only = AdaptationFilter(step=step)
        return count_adaptations(session, viewer, only=only, today=today_in_paris(now))

    return Waits(name, roles, count, {"step": step}, tone)


class Adaptations(Kind):
    """What is to be changed in a home for who lives there; several findings may be one file."""

    code = "adaptation"
    noted_as = "adaptations"
    states = "adaptation_step"
    part = RefusedPart.WORKS
    of_home = True
    waits = (
        _waits("adaptations_late", FOLLOWED_BY, LATE, "bad"),
        _waits("adaptations_to_decide", (Role.COORDINATOR,), Step.DECISION, "warn"),
    )

    def called_for(self, consequence: Consequence, called: Sequence[Consequence]) -> bool:
        """Tell whether an adaptation is called for, by name."""
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
        assert case is not None  # no home is adapted that nobody knows
        known = None if fresh else self.opened_by(session, [consequence.id]).get(consequence.id)
        if known is not None:
            _bring_home(session, known, case, now=now)
            return
        first = _of_first(session, consequence)
        if first is not None:
            first.findings.append(consequence)
            session.flush()
            return
        open_for_finding(session, case, consequence, now=now)

    def opened_by(
        self, session: Session, consequence_ids: Collection[uuid.UUID]
    ) -> Mapping[uuid.UUID, AdaptationFile]:
        """Give by finding its file."""
        statement = (
            select(AdaptationFinding.consequence_id, AdaptationFile)
            .join(AdaptationFile, AdaptationFile.id == AdaptationFinding.file_id)
            .where(AdaptationFinding.consequence_id.in_(list(consequence_ids)))
            .options(selectinload(AdaptationFile.findings).joinedload(Consequence.submission))
            .order_by(AdaptationFile.opened_at, AdaptationFinding.consequence_id)
        )
        return {finding_id: file for finding_id, file in session.execute(statement)}

    def is_open(self, thing: AdaptationFile) -> bool:
        """Tell whether its path has not ended."""
        return thing.is_open

    def told(self, thing: AdaptationFile) -> Due:
        """Say it with the sentence of the finding, or as what was asked."""
        due = midnight_in_paris(thing.due_on) if thing.due_on else None
        return Due(self.code, label_of(thing), thing.step, due)

    def due_in(
        self, session: Session, visits: Sequence[Visit]
    ) -> Mapping[uuid.UUID, Sequence[AdaptationFile]]:
        """Give what is open for the person of each visit, in the home she is visited in."""
        persons = {visit.case.person_id for visit in visits}
        files = session.scalars(
            select(AdaptationFile)
            .join(AdaptationFile.person)
            .where(AdaptationFile.person_id.in_(persons), AdaptationFile.step.in_(OPEN_STEPS))
            .options(contains_eager(AdaptationFile.person))
            .options(selectinload(AdaptationFile.findings).joinedload(Consequence.submission))
            .order_by(AdaptationFile.due_on.asc().nulls_last(), AdaptationFile.id)
        ).all()
        return {
            visit.id: [
                one
                for one in files
                if one.person_id == visit.case.person_id
                and one.dwelling_id == visit.case.dwelling_id
            ]
            for visit in visits
        }

    def cancel(self, thing: AdaptationFile, *, reason: str, viewer: Viewer, now: datetime) -> None:
        """Withdraw a file for a reason that stands in its last move."""
        session = Session.object_session(thing)
        assert session is not None
        end_by_itself(session, thing, reason, viewer=viewer, now=now)

    def take_up(self, session: Session, thing_id: uuid.UUID, state: str, *, now: datetime) -> None:
        """Let a file that was withdrawn go on where it stood."""
        file = session.get(AdaptationFile, thing_id, with_for_update={"key_share": True})
        if file is not None and file.step is Step.WITHDRAWN:
            take_up_again(session, file, now=now)

    def hold(self, session: Session, submission: Submission) -> None:
        """Wait until nobody else changes the files of a submission."""
        mine = (
            select(AdaptationFinding.file_id)
            .join(Consequence, Consequence.id == AdaptationFinding.consequence_id)
            .where(Consequence.submission_id == submission.id)
        )
        files = select(AdaptationFile.id).where(AdaptationFile.id.in_(mine))
        session.execute(files.order_by(AdaptationFile.id).with_for_update(key_share=True))

    def hanging(self, session: Session, submission: Submission) -> Sequence[AdaptationFile]:
        """List the open files that nothing else calls for, and that nobody asked for by hand."""
        found = self.opened_by(session, [one.id for one in submission.consequences])
        files = {file.id: file for file in found.values()}.values()
        return [one for one in files if one.is_open and not _stands_without(one, submission)]

    def take_back(
        self, session: Session, submission: Submission, *, viewer: Viewer, now: datetime
    ) -> None:
        """Take from a home what a submission of another one called for there."""
        gone = {one.id for one in self.hanging(session, submission)}
        found = self.opened_by(session, [one.id for one in submission.consequences])
        for file in {file.id: file for file in found.values()}.values():
            if file.id in gone:
                self.cancel(file, reason=TAKEN_BACK, viewer=viewer, now=now)
            elif _stands_without(file, submission):
                theirs = [one for one in file.findings if one.submission_id != submission.id]
                file.findings = theirs
        session.flush()


def _stands_without(file: AdaptationFile, submission: Submission) -> bool:
    """Tell whether others call for a file too, or somebody asked for it."""
    others = (
        one.submission_id != submission.id and one.submission.state in COUNTED
        for one in file.findings
    )
    return file.opened_by_id is not None or any(others)


def _of_first(session: Session, consequence: Consequence) -> AdaptationFile | None:
    """Find the file of the same adaptation in the answers that these correct, however it ended."""
    first = corrected_by(session, consequence.submission)
    if first is None:
        return None
    same = [
        one.id
        for one in first.consequences
        if (one.kind, one.code) == (consequence.kind, consequence.code)
    ]
    return next(iter(ADAPTATIONS.opened_by(session, same).values()), None)


def _bring_home(session: Session, file: AdaptationFile, case: Case, *, now: datetime) -> None:
    """Let a file that was taken from another home go on where its answers belong."""
    last = latest_move(session, file)
    if file.step is Step.WITHDRAWN and last is not None and last.said == TAKEN_BACK:
        assert case.dwelling_id is not None  # elsewhere somebody asks instead
        file.case_id, file.person_id = case.id, case.person_id
        file.dwelling_id = case.dwelling_id
        take_up_again(session, file, now=now)


ADAPTATIONS = Adaptations()
