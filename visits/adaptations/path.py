"""The path of an adaptation: its steps, whose each is, by when, and from where each is reached.

The version of the programme that a file was opened in says the delays and the roles. Where it says
nothing, the delays are dated parameters (`diagnostics/parameters/adaptations.toml`), so that a
landlord enters its own without anybody touching the code. The order is the law's: nobody says it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.parameters import Parameter
from visits.forms.parameters import parameters_in_force
from visits.ground.deadlines import day_after, months_after, today_in_paris
from visits.models.accounts import Role
from visits.models.adaptations import OPEN_STEPS, AdaptationFile, AdaptationMove, Asked, Step
from visits.programmes import Programme
from visits.programmes.published import programme_by_id

COO, SOC = Role.COORDINATOR, Role.SOCIAL_WORKER


@dataclass(frozen=True)
class Stage:
    """A step of the path where no programme says otherwise: whose it is, and how long it may take.

    `delay` is the name of a parameter.
    """

    whose: Role
    delay: str


PATH: Mapping[Step, Stage] = {
    Step.ACKNOWLEDGE: Stage(COO, "adaptation_acknowledge"),
    Step.ELIGIBILITY: Stage(SOC, "adaptation_eligibility"),
    Step.VISIT: Stage(SOC, "adaptation_visit"),
    Step.FUNDING: Stage(COO, "adaptation_funding"),
    Step.DECISION: Stage(COO, "adaptation_decision"),
    Step.AGREEMENT: Stage(SOC, "adaptation_agreement"),
    Step.WORKS: Stage(COO, "adaptation_works"),
    Step.RECEPTION: Stage(COO, "adaptation_reception"),
    Step.FIRST_FOLLOW_UP: Stage(SOC, "adaptation_first_follow_up"),
    Step.LAST_FOLLOW_UP: Stage(SOC, "adaptation_last_follow_up"),
    Step.ACCOUNTS: Stage(COO, "adaptation_accounts"),
}

# From where each step may be reached. A file opens at the first one.
REACHED_FROM: Mapping[Step, tuple[Step, ...]] = {
    Step.ELIGIBILITY: (Step.ACKNOWLEDGE,),
    Step.VISIT: (Step.ELIGIBILITY,),
    # A bar or a seat needs no visit of its own.
    Step.FUNDING: (Step.ELIGIBILITY, Step.VISIT),
    # What was refused, of all of it or of a part, may be looked at again.
    Step.DECISION: (Step.FUNDING, Step.AGREEMENT, Step.REFUSED),
    Step.AGREEMENT: (Step.DECISION,),
    Step.WORKS: (Step.AGREEMENT,),
    Step.RECEPTION: (Step.WORKS,),
    Step.FIRST_FOLLOW_UP: (Step.RECEPTION,),
    Step.LAST_FOLLOW_UP: (Step.FIRST_FOLLOW_UP,),
    Step.ACCOUNTS: (Step.LAST_FOLLOW_UP,),
    Step.CLOSED: (Step.ACCOUNTS,),
    Step.REFUSED: (Step.ELIGIBILITY, Step.DECISION),
    Step.WITHDRAWN: OPEN_STEPS,
}
# From where only a review leads back to a decision.
REVIEWED_FROM = (Step.AGREEMENT, Step.REFUSED)
# Where only a decision leads, and where only what came of a follow-up does.
DECIDED = (Step.AGREEMENT, Step.REFUSED)
FOLLOWED = (Step.LAST_FOLLOW_UP, Step.ACCOUNTS)
# Works are done, whoever had them done.
AFTER_WORKS = OPEN_STEPS[OPEN_STEPS.index(Step.RECEPTION) :]
BEFORE_DECISION = OPEN_STEPS[: OPEN_STEPS.index(Step.DECISION) + 1]


# The tenant pays and asks to be allowed: silence is a yes, and she certifies what was done.
# Law of 6 July 1989, art. 7 f; decree 2016-1282.
class Legal(StrEnum):
    """A delay of the law that runs for works at the tenant's own cost."""

    SILENCE = "silence"
    CERTIFICATE = "certificate"


# So many days before its end a delay of the law is near.
WARNING = "adaptation_legal_warning"


def delay_of(session: Session, name: str, *, on: date) -> Parameter:
    """Give the delay that holds on a day: days, working days or months."""
    return parameters_in_force(session).find(name, on=on)


def stand(session: Session, file: AdaptationFile, step: Step, *, now: datetime) -> None:
    """Let a file be at a step from now on, with by when it should leave it."""
    file.step, file.since = step, now
    file.due_on = due_on(session, file, step, on=today_in_paris(now))
    file.legal_on = legal_day(session, file)


def due_on(session: Session, file: AdaptationFile, step: Step, *, on: date) -> date | None:
    """Give by when a step of a file that began on a day should be done; None for an end.

    The last follow-up is counted from the day of the first, however late somebody asked then.
    """
    stage = PATH.get(step)
    if stage is None:
        return None
    if step is Step.LAST_FOLLOW_UP and file.due_on is not None:
        on = file.due_on
    said = programme_by(session, file)
    return day_after(
        on, (said and said.adaptation_step(step).delay) or _delay(session, stage, on=on)
    )


def path_of(session: Session, file: AdaptationFile) -> dict[Step, Role]:
    """Give the steps of a file in their order, each with the role whose it is."""
    said = programme_by(session, file)
    owners = {one.step: one.owner for one in said.adaptation} if said else {}
    return {
        step: Role(owner) if (owner := owners.get(step)) else stage.whose
        for step, stage in PATH.items()
    }


def whose(session: Session, file: AdaptationFile) -> Role | None:
    """Give the role whose the step is where a file stands; None at an end."""
    return path_of(session, file).get(file.step)


def programme_by(session: Session, file: AdaptationFile) -> Programme | None:
    """Read the version of a programme by which a file goes; None for one of no case."""
    version_id = file.programme_version_id
    return programme_by_id(session, version_id) if version_id else None


def _delay(session: Session, stage: Stage, *, on: date) -> str:
    return str(delay_of(session, stage.delay, on=on).delay)


def ways_on(file: AdaptationFile) -> list[Step]:
    """List where somebody may bring a file by saying so.

    A decision, a review, and what came of a follow-up, have forms of their own.
    """
    return [
        step
        for step, origins in REACHED_FROM.items()
        if file.step in origins and step not in (*DECIDED, *FOLLOWED) and file.is_open
        if not (step is Step.DECISION and file.step in REVIEWED_FROM)
    ]


def legal_delay_of(file: AdaptationFile) -> Legal | None:
    """Tell which delay of the law runs where a file stands.

    The landlord's silence runs from a registered letter until somebody answers, the tenant's
    certificate from the end of the works until it is there.
    """
    if not file.own_cost:
        return None
    if file.step in AFTER_WORKS:
        return Legal.CERTIFICATE if file.certified_on is None else None
    asked = file.asked is Asked.REGISTERED and file.step in (*BEFORE_DECISION, Step.REFUSED)
    return Legal.SILENCE if asked else None


def silence_is_over(file: AdaptationFile, *, today: date) -> bool:
    """Tell whether nobody answered in time: the law takes it for a yes."""
    late = file.legal_on is not None and file.legal_on < today
    return late and legal_delay_of(file) is Legal.SILENCE


def legal_day(session: Session, file: AdaptationFile) -> date | None:
    """Give the last day of the delay of the law that runs where a file stands, if one does.

    A decision was an answer, were it looked at again; one that came too late was none.
    """
    running = legal_delay_of(file)
    if running is None:
        return None
    ended_on = file.works_ended_on or today_in_paris(file.since)
    begun = file.asked_on if running is Legal.SILENCE else ended_on
    until = months_after(begun, legal_months(session, running, on=begun))
    answered = running is Legal.SILENCE and _decided_by(session, file, until)
    return None if answered else until


def legal_months(session: Session, running: Legal, *, on: date) -> int:
    """Give how many months a delay of the law has that begins on a day."""
    return int(delay_of(session, f"adaptation_{running}", on=on).value)


def near_until(session: Session, *, today: date) -> date:
    """Give until which day a delay of the law that ends is near."""
    return today + timedelta(days=int(delay_of(session, WARNING, on=today).value))


def _decided_by(session: Session, file: AdaptationFile, until: date) -> bool:
    decided = select(AdaptationMove.at).where(
        AdaptationMove.file_id == file.id,
        AdaptationMove.step.in_(DECIDED),
        AdaptationMove.taken_back_at.is_(None),
    )
    session.flush()
    moments = session.scalars(decided.order_by(AdaptationMove.at, AdaptationMove.id))
    return any(today_in_paris(at) <= until for at in moments)
