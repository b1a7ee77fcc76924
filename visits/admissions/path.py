"""The path of an admission: its steps, whose each is, by when, and from where each is reached."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from visits.ground.deadlines import day_after
from visits.models.accounts import Role
from visits.models.admissions import OPEN_STEPS, Admission
from visits.models.admissions import AdmissionStep as Step
from visits.models.cases import Case
from visits.models.stays import Contract, StayKind
from visits.programmes.published import programme_of
from visits.programmes.shape import COMMISSION, AdmissionRules
from visits.stays.contracts import kind_fits

COO, SOC = Role.COORDINATOR, Role.SOCIAL_WORKER

# Whose each step is, along the path.
WHOSE: Mapping[Step, Role] = {
    Step.REQUEST: COO,
    Step.INTERVIEW: SOC,
    Step.DOCUMENTS: SOC,
    Step.DECISION: COO,
    Step.WAITING: COO,
    Step.OFFERED: SOC,
    Step.ENTRY: COO,
}
# From where each step may be reached. An admission opens at the first one.
REACHED_FROM: Mapping[Step, tuple[Step, ...]] = {
    Step.INTERVIEW: (Step.REQUEST,),
    Step.DOCUMENTS: (Step.REQUEST, Step.INTERVIEW),
    # A refusal may be looked at again.
    Step.DECISION: (Step.DOCUMENTS, Step.REFUSED),
    # An offer that came to nothing leaves her on the list, where she was.
    Step.WAITING: (Step.DECISION, Step.OFFERED, Step.ENTRY),
    Step.OFFERED: (Step.WAITING,),
    Step.ENTRY: (Step.OFFERED,),
    Step.ENTERED: (Step.ENTRY,),
    Step.REFUSED: (Step.DECISION,),
    Step.WITHDRAWN: OPEN_STEPS,
}
# Where somebody brings an admission by saying so; elsewhere leads what is decided, offered, noted.
BY_SAYING = (Step.INTERVIEW, Step.DOCUMENTS, Step.DECISION, Step.WITHDRAWN)
# Where only a decision leads.
DECIDED = (Step.WAITING, Step.REFUSED)


def rules_of(session: Session, case: Case) -> AdmissionRules | None:
    """Give how one comes to a place in the programme of a case; None where it gives none."""
    programme = programme_of(session, case)
    return programme.admission if programme else None


def rules_for(session: Session, admission: Admission) -> AdmissionRules:
    """Give by which rules an admission goes its way: its programme's, if they still say any."""
    return rules_of(session, admission.case) or AdmissionRules(stay=StayKind.TEMPORARY)


def stay_in(rules: AdmissionRules, contract: Contract | None) -> StayKind | None:
    """Give how somebody stays where a place is let so; None where her programme gives none."""
    kinds = [StayKind(one) for one in (rules.stay, rules.other_stay) if one]
    return next((one for one in kinds if contract and kind_fits(one, contract)), None)


def due_on(rules: AdmissionRules, step: Step, *, on: date) -> date | None:
    """Give by when a step that began on a day should be done; None for an end."""
    delay = rules.delay_of(step)
    return day_after(on, delay) if delay and step in OPEN_STEPS else None


def ways_on(admission: Admission, rules: AdmissionRules) -> list[Step]:
    """List where somebody may bring an admission by saying so.

    Whoever is to be heard is heard before her papers are asked for.
    """
    skipped = Step.DOCUMENTS if rules.interviews else Step.INTERVIEW
    return [
        step
        for step in BY_SAYING
        if admission.step in REACHED_FROM[step]
        and not (admission.step is Step.REQUEST and step is skipped)
    ]


def by_commission(rules: AdmissionRules) -> bool:
    """Tell whether nobody is decided on but by a commission."""
    return rules.decided_by == COMMISSION
