"""Referrals as a kind of consequence; their path stands in `visits.referrals`."""

from datetime import datetime

from sqlalchemy.orm import Session

from visits.following.gathered import Gathered
from visits.following.kinds import Due, Waits
from visits.ground.deadlines import midnight_in_paris, today_in_paris
from visits.models.accounts import Role
from visits.models.cases import Case
from visits.models.people import RefusedPart
from visits.models.referrals import OPEN_STEPS, Referral, ReferralFinding, ReferralStep
from visits.models.visits import Consequence
from visits.referrals.moving import end_by_itself, latest_move, take_up_again
from visits.referrals.referral_list import OURS, SILENT, ReferralFilter, count_referrals
from visits.referrals.referrals import label_of, open_for_finding
from visits.sight import Viewer

FOLLOWED_BY = (Role.COORDINATOR, Role.SOCIAL_WORKER)


def _waits(name: str, step: str, tone: str) -> Waits:
    def count(session: Session, viewer: Viewer, now: datetime) -> int:
        only = ReferralFilter(step=step)
        return count_referrals(session, viewer, only=only, today=today_in_paris(now))

    return Waits(name, FOLLOWED_BY, count, {"step": step}, tone)


class Referrals(Gathered):
    """What is asked of somebody else, as she agreed."""

    code = "referral"
    noted_as = "referrals"
    states = "referral_step"
    part = RefusedPart.SHARING
    file, finding, open_steps = Referral, ReferralFinding, OPEN_STEPS
    waits = (
        _waits("referrals_to_send", ReferralStep.TO_SEND, ""),
        _waits("referrals_late", OURS, "bad"),
        _waits("referrals_silent", SILENT, "warn"),
    )

    def open_for(
        self, session: Session, case: Case, consequence: Consequence, now: datetime
    ) -> Referral:
        """Open the referral a finding calls for, or add the finding to the one that is open."""
        return open_for_finding(session, case, consequence, now=now)

    def told(self, thing: Referral) -> Due:
        """Say it with the sentence of the finding, or as what was asked."""
        due = midnight_in_paris(thing.due_on) if thing.due_on else None
        return Due(self.code, label_of(thing), thing.step, due)

    def end(
        self, session: Session, file: Referral, why: str, viewer: Viewer, now: datetime
    ) -> None:
        """Withdraw a referral that nobody needs any more."""
        end_by_itself(session, file, why, viewer=viewer, now=now)

    def go_on(self, session: Session, file: Referral, now: datetime) -> None:
        """Let a referral that was withdrawn go on where it stood."""
        take_up_again(session, file, now=now)

    def ended_for(self, session: Session, file: Referral) -> str | None:
        """Tell why a referral was withdrawn."""
        last = latest_move(session, file)
        return last.said if last is not None and file.step is ReferralStep.WITHDRAWN else None


REFERRALS = Referrals()
