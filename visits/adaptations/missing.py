"""What has to be known or done before an adaptation may leave its step."""

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from diagnostics.adaptations import NO_WORKS
from visits.adaptations.funding import plan_of
from visits.adaptations.funding_papers import missing_papers, papers_of
from visits.adaptations.on_site import on_site
from visits.adaptations.photos import photos_missing
from visits.adaptations.works import all_cancelled, all_done, orders_of
from visits.models.adaptations import AdaptationFile, Step
from visits.models.funding import PayerStage

# By field, why a step cannot be left.
Missing = Mapping[str, str]
# What a reason in words stands for.
NOT_VISITED = "visit_not_done"


def missing_in(session: Session, file: AdaptationFile) -> Missing:
    """Name what is missing where a file stands, with why; nothing when it may go on."""
    look = LOOKS.get(file.step)
    return look(session, file) if look else {}


def _priority(session: Session, file: AdaptationFile) -> Missing:
    return {} if file.priority else {"priority": "required"}


def _visit(session: Session, file: AdaptationFile) -> Missing:
    """Somebody saw the home, or nobody is sent any more and it is said why none is needed."""
    seen = on_site(session, file)
    if seen.is_done:
        return {}
    return {"visit": "visit_still_planned" if seen.is_awaited else NOT_VISITED}


def _plan(session: Session, file: AdaptationFile) -> Missing:
    """A plan sums to the cost from its decision to the end of its accounts, whatever changed."""
    return plan_of(session, file).missing


def _request(session: Session, file: AdaptationFile) -> Missing:
    """What goes to be decided is paid for, and each payer has the papers it wants to decide too."""
    plan = plan_of(session, file)
    waited = missing_papers(papers_of(session, file, plan.lines)).values()
    asked = any(one.stage is PayerStage.ASKED for papers in waited for one in papers)
    return {**plan.missing, **({"papers": "funding_papers_missing"} if asked else {})}


def _works(session: Session, file: AdaptationFile) -> Missing:
    """Orders are given, and done, and still paid for.

    Whoever has it done at her own cost needs none of ours.
    """
    missing = _plan(session, file)
    orders = orders_of(session, file)
    if not orders:
        needed = file.code not in NO_WORKS and not file.own_cost
        return {**missing, "order": "works_not_ordered"} if needed else missing
    if all_cancelled(orders):
        return {**missing, "orders_cancelled": "works_cancelled"}
    return missing if all_done(orders) else {**missing, "orders": "works_not_done"}


def _photos(session: Session, file: AdaptationFile) -> Missing:
    """The rule book says how many photos a reception needs."""
    return {"photos": "reception_photos_needed"} if photos_missing(session, file) else {}


def _payments(session: Session, file: AdaptationFile) -> Missing:
    """All that it costs has a payer, and each paid what it granted; or the tenant certified it."""
    if file.own_cost:
        return {} if file.certified_on else {"certificate": "certificate_missing"}
    plan = plan_of(session, file)
    return {**plan.missing, **({"payments": "payments_missing"} if plan.unpaid else {})}


LOOKS: Mapping[Step, Callable[[Session, AdaptationFile], Missing]] = {
    Step.ELIGIBILITY: _priority,
    Step.VISIT: _visit,
    Step.FUNDING: _request,
    Step.AGREEMENT: _plan,
    Step.WORKS: _works,
    Step.RECEPTION: _photos,
    Step.ACCOUNTS: _payments,
}
