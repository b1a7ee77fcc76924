"""The path of a referral: from where each step is reached, by when, why it may end."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from visits.forms.parameters import parameters_in_force
from visits.ground.deadlines import day_after
from visits.models.referrals import OPEN_STEPS, Referral
from visits.models.referrals import ReferralReason as Reason
from visits.models.referrals import ReferralStep as Step

# From where each step may be reached: ours opens to be sent, one that came to us as sent.
REACHED_FROM: Mapping[Step, tuple[Step, ...]] = {
    Step.SENT: (Step.TO_SEND,),
    Step.ACKNOWLEDGED: (Step.SENT,),
    Step.ACCEPTED: (Step.SENT, Step.ACKNOWLEDGED),
    Step.DONE: (Step.SENT, Step.ACKNOWLEDGED, Step.ACCEPTED),
    Step.REFUSED: (Step.SENT, Step.ACKNOWLEDGED, Step.ACCEPTED),
    Step.WITHDRAWN: OPEN_STEPS,
}
# The parameter that says how long a step may take.
DELAYS: Mapping[Step, str] = {
    Step.TO_SEND: "referral_send",
    Step.SENT: "referral_acknowledge",
    Step.ACKNOWLEDGED: "referral_answer",
    Step.ACCEPTED: "referral_outcome",
}
# What is said of an end, by code.
REASONS: Mapping[Step, tuple[Reason, ...]] = {
    Step.REFUSED: (
        Reason.NOT_ELIGIBLE,
        Reason.NO_PLACE,
        Reason.WRONG_SERVICE,
        Reason.NOT_REACHED,
        Reason.SHE_DECLINED,
    ),
    Step.DONE: (Reason.HELP_GIVEN, Reason.RIGHT_OPENED, Reason.PASSED_ON, Reason.NO_NEED),
}
# What who is asked answers.
ANSWERS = (Step.ACKNOWLEDGED, Step.ACCEPTED, Step.REFUSED, Step.DONE)


def due_on(session: Session, step: Step, *, on: date) -> date | None:
    """Give by when a step that began on a day should be done; None for an end."""
    if step not in DELAYS:
        return None
    return day_after(on, parameters_in_force(session).find(DELAYS[step], on=on).delay)


def ways_on(referral: Referral) -> list[Step]:
    """List where a referral may go by saying so; sending has a form of its own."""
    return [
        step
        for step, origins in REACHED_FROM.items()
        if referral.step in origins and step is not Step.SENT
    ]
