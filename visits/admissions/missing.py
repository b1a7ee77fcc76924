"""What has to be known or done before an admission may leave its step."""

from collections.abc import Callable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.admissions.facts import standing_facts
from visits.admissions.path import rules_for
from visits.models.admissions import AT_ENTRY, Admission, FactKind
from visits.models.admissions import AdmissionStep as Step
from visits.models.visits import AT_HOME, Visit, VisitState
from visits.programmes.published import programme_of

# By field, why a step cannot be left.
Missing = dict[str, str]


def missing_in(session: Session, admission: Admission) -> Missing:
    """Name what is missing where an admission stands, with why; nothing when it may go on."""
    look = LOOKS.get(admission.step)
    return look(session, admission) if look else {}


def papers_missing(session: Session, admission: Admission) -> list[str]:
    """List the codes of the papers that are waited for."""
    facts = standing_facts(session, admission)
    there = {one.code for one in facts if one.kind is FactKind.DOCUMENT}
    expected = rules_for(session, admission).documents
    return [one.code for one in expected if not one.optional and one.code not in there]


def _interview(session: Session, admission: Admission) -> Missing:
    held = any(one.kind is FactKind.INTERVIEW for one in standing_facts(session, admission))
    return {} if held else {"interview": "admission_interview_missing"}


def _papers(session: Session, admission: Admission) -> Missing:
    missing = papers_missing(session, admission)
    return {"documents": "admission_papers_missing"} if missing else {}


def _entry(session: Session, admission: Admission) -> Missing:
    noted = {one.kind for one in standing_facts(session, admission)}
    missing = {str(kind): "required" for kind in AT_ENTRY if kind not in noted}
    if not inventory_done(session, admission):
        missing["inventory"] = "admission_inventory_missing"
    return missing


def inventory_done(session: Session, admission: Admission) -> bool:
    """Tell whether the place was looked at with its form since it was offered, if that is asked."""
    programme, offer = programme_of(session, admission.case), admission.offer
    kind = rules_for(session, admission).inventory
    if kind is None or programme is None or offer is None:
        return True
    done = select(Visit.kind).where(
        Visit.case_id == admission.case_id,
        Visit.state == VisitState.DONE,
        AT_HOME,
        Visit.done_at >= offer.offered_at,
    )
    return any(programme.visit_kind(one).code == kind for one in session.scalars(done))


LOOKS: Mapping[Step, Callable[[Session, Admission], Missing]] = {
    Step.INTERVIEW: _interview,
    Step.DOCUMENTS: _papers,
    Step.ENTRY: _entry,
}
