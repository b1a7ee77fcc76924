"""What has to be known or done before an admission may leave its step."""

from collections.abc import Callable, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.admissions.facts import standing_facts
from visits.admissions.path import rules_for
from visits.models.admissions import AT_ENTRY, Admission, FactKind
from visits.models.admissions import AdmissionStep as Step
from visits.models.needs import MedicalFor, MedicalValidation
from visits.models.visits import AT_HOME, Visit, VisitState
from visits.people.medical import medical_for
from visits.programmes.published import programme_of

# By field, why a step cannot be left.
Missing = dict[str, str]


def missing_in(session: Session, admission: Admission, *, today: date) -> Missing:
    """Name what is missing where an admission stands, with why; nothing when it may go on."""
    look = LOOKS.get(admission.step)
    return look(session, admission, today) if look else {}


def papers_there(session: Session, admission: Admission, *, today: date) -> set[str]:
    """Give the codes of the papers that came and count on a day."""
    facts, rules = standing_facts(session, admission), rules_for(session, admission)
    came = {one.code for one in facts if one.kind is FactKind.DOCUMENT}
    there = {one.code for one in rules.documents if one.code in came and not one.medical}
    medical, validation = rules.medical, medical_validation(session, admission)
    if medical and validation is not None and validation.lapsed_since(today) is None:
        there.add(medical.code)
    return there


def papers_missing(session: Session, admission: Admission, *, today: date) -> list[str]:
    """List the codes of the papers that are waited for on a day."""
    there = papers_there(session, admission, today=today)
    expected = rules_for(session, admission).documents
    return [one.code for one in expected if not one.optional and one.code not in there]


def medical_validation(session: Session, admission: Admission) -> MedicalValidation | None:
    """Give the medical validation that stands for a paper, valid or no longer; None where none."""
    if rules_for(session, admission).medical is None:
        return None
    return medical_for(session, admission.case.person_id, MedicalFor.ADMISSION)


def _interview(session: Session, admission: Admission, _today: date) -> Missing:
    held = any(one.kind is FactKind.INTERVIEW for one in standing_facts(session, admission))
    return {} if held else {"interview": "admission_interview_missing"}


def _papers(session: Session, admission: Admission, today: date) -> Missing:
    missing = papers_missing(session, admission, today=today)
    if not missing:
        return {}
    medical = rules_for(session, admission).medical
    if medical and missing == [medical.code]:
        return {"documents": "admission_medical_lapsed"}
    return {"documents": "admission_papers_missing"}


def _entry(session: Session, admission: Admission, today: date) -> Missing:
    noted = {one.kind for one in standing_facts(session, admission)}
    missing = {str(kind): "required" for kind in AT_ENTRY if kind not in noted}
    medical = rules_for(session, admission).medical
    if medical and medical.code in papers_missing(session, admission, today=today):
        missing["documents"] = "admission_medical_lapsed"
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


LOOKS: Mapping[Step, Callable[[Session, Admission, date], Missing]] = {
    Step.INTERVIEW: _interview,
    Step.DOCUMENTS: _papers,
    Step.ENTRY: _entry,
}
