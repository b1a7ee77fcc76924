"""What the answers of a visit call for is opened, each of its kind."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from visits.following.every_kind import KINDS, PROMISES
from visits.following.kinds import TENANT, Kind, is_seen_to
from visits.models.cases import Case
from visits.models.people import RefusedPart
from visits.models.visits import Consequence
from visits.models.works import URGENT


def open_what_follows(
    session: Session,
    case: Case,
    called: Sequence[Consequence],
    *,
    refused: Collection[RefusedPart],
    fresh: bool = False,
    now: datetime,
) -> None:
    """Open what the consequences of one submission call for; what is open already stays one.

    A hazard that is urgent or has its day is never only a sentence: the landlord's becomes a work
    order, unless the same answers call for works that see to it; anybody else's becomes a
    follow-up, so that somebody asks how it ended. What the tenant may do and can wait stays advice.
    Of a part that is `refused`, only what is urgent is opened, and works of what a residence has in
    common: they are not hers to refuse. At a place that is no dwelling of
    ours nobody sends works: somebody asks. `fresh`: they were only just written.
    """
    for consequence in called:
        kind = _kind_of(consequence, called)
        if kind is None or (kind.part in refused and kind.may_be_refused(consequence)):
            continue
        if kind.of_home and case.dwelling_id is None:
            kind = PROMISES
        kind.open(session, case, consequence, fresh=fresh, now=now)


def works_left(called: Sequence[Consequence], refused: Collection[RefusedPart]) -> bool:
    """Tell whether works that are called for stay unopened, as she refuses them."""
    return RefusedPart.WORKS in refused and any(_may_be_left(one, called) for one in called)


def why_unopened(finding: Consequence) -> str:
    """Say why a finding opened nothing, as a word of `unopened`."""
    submission = finding.submission
    if is_left(finding):
        return "refused"
    if finding.kind == "hazard" and is_seen_to(finding, submission.consequences):
        return "seen_to"
    of_tenant = finding.kind == "hazard" and finding.owner == TENANT
    return "advice" if of_tenant or finding.kind == "advice" else "noted"


def is_left(finding: Consequence) -> bool:
    """Tell whether works were left unopened when the answers came, as she refused them."""
    submission = finding.submission
    against = (submission.findings or {}).get("against_refusal", ())
    return RefusedPart.WORKS in against and _may_be_left(finding, submission.consequences)


def open_urgent_works(session: Session, called: Sequence[Consequence], *, now: datetime) -> None:
    """Open the urgent works of a submission whose home nobody knows yet."""
    for consequence in called:
        kind = _kind_of(consequence, called)
        if kind is not None and kind.without_home and consequence.severity in URGENT:
            kind.open(session, None, consequence, now=now)


def _kind_of(consequence: Consequence, called: Sequence[Consequence]) -> Kind | None:
    return next((kind for kind in KINDS if kind.called_for(consequence, called)), None)


def _may_be_left(consequence: Consequence, called: Sequence[Consequence]) -> bool:
    kind = _kind_of(consequence, called)
    if kind is None or kind.part is not RefusedPart.WORKS:
        return False
    return kind.may_be_refused(consequence)
