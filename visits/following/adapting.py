"""Adaptations as a kind of consequence; their path stands in `visits.adaptations`."""

from datetime import datetime

from sqlalchemy.orm import Session

from visits.adaptations.file_list import (
    INSTEAD,
    INSTEAD_LATE,
    LATE,
    LEGAL_NEAR,
    LEGAL_OVER,
    AdaptationFilter,
    count_adaptations,
)
from visits.adaptations.files import label_of, open_for_finding
from visits.adaptations.moving import end_by_itself, latest_move, take_up_again
from visits.following.gathered import Gathered
from visits.following.kinds import Due, Waits
from visits.ground.deadlines import midnight_in_paris, today_in_paris
from visits.models.accounts import Role
from visits.models.adaptations import OPEN_STEPS, AdaptationFile, AdaptationFinding, Step
from visits.models.cases import Case
from visits.models.people import RefusedPart
from visits.models.visits import Consequence
from visits.sight import Viewer

FOLLOWED_BY = (Role.COORDINATOR, Role.SOCIAL_WORKER)


def _waits(name: str, roles: tuple[Role, ...], step: str, tone: str, **more: str) -> Waits:
    def count(session: Session, viewer: Viewer, now: datetime) -> int:
        only = AdaptationFilter(step=step)
        return count_adaptations(session, viewer, only=only, today=today_in_paris(now))

    return Waits(name, roles, count, {"step": step, **more}, tone)


class Adaptations(Gathered):
    """What is to be changed in a home for who lives there."""

    code = "adaptation"
    noted_as = "adaptations"
    states = "adaptation_step"
    part = RefusedPart.WORKS
    of_home = True
    file, finding, open_steps = AdaptationFile, AdaptationFinding, OPEN_STEPS
    waits = (
        _waits("adaptations_late", FOLLOWED_BY, LATE, "bad"),
        _waits("adaptations_legal_over", FOLLOWED_BY, LEGAL_OVER, "bad", sort="legal"),
        _waits("adaptations_legal_near", FOLLOWED_BY, LEGAL_NEAR, "warn", sort="legal"),
        _waits("adaptations_to_decide", (Role.COORDINATOR,), Step.DECISION, "warn"),
        _waits("adaptations_instead_late", FOLLOWED_BY, INSTEAD_LATE, "bad"),
        _waits("adaptations_instead", FOLLOWED_BY, INSTEAD, "warn"),
    )

    def open_for(
        self, session: Session, case: Case, consequence: Consequence, now: datetime
    ) -> AdaptationFile:
        """Open the file that a finding calls for, or add the finding to the one that is open."""
        return open_for_finding(session, case, consequence, now=now)

    def told(self, thing: AdaptationFile) -> Due:
        """Say it with the sentence of the finding, or as what was asked."""
        due = midnight_in_paris(thing.due_on) if thing.due_on else None
        return Due(self.code, label_of(thing), thing.step, due)

    def is_of(self, file: AdaptationFile, case: Case) -> bool:
        """Tell whether a file is of the person of a case, in the home she is visited in."""
        return super().is_of(file, case) and file.dwelling_id == case.dwelling_id

    def bring(self, file: AdaptationFile, case: Case) -> None:
        """Give a file to the case, and the home, whose answers call for it."""
        assert case.dwelling_id is not None  # elsewhere somebody asks instead
        super().bring(file, case)
        file.dwelling_id = case.dwelling_id

    def end(
        self, session: Session, file: AdaptationFile, why: str, viewer: Viewer, now: datetime
    ) -> None:
        """Withdraw a file that nobody needs any more."""
        end_by_itself(session, file, why, viewer=viewer, now=now)

    def go_on(self, session: Session, file: AdaptationFile, now: datetime) -> None:
        """Let a file that was withdrawn go on where it stood."""
        take_up_again(session, file, now=now)

    def ended_for(self, session: Session, file: AdaptationFile) -> str | None:
        """Tell why a file was withdrawn."""
        last = latest_move(session, file)
        return last.said if last is not None and file.step is Step.WITHDRAWN else None


ADAPTATIONS = Adaptations()
