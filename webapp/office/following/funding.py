"""Who may help to pay for the adaptations a visit called for, as far as is known."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from diagnostics.adaptations import situation_of, unknown_facts
from diagnostics.codes import Name
from diagnostics.funding import SCHEMES, Situation, Verdict, look_for_funding
from diagnostics.parameters import Parameter, Parameters
from diagnostics.regions import region_of
from visits.agenda.planning import find_visit
from visits.forms.parameters import parameters_in_force
from visits.ground.deadlines import age_on
from visits.ground.errors import NotFound
from visits.intake.visit_file import counted_submissions
from visits.models.visits import Consequence, Submission, Visit
from visits.people.external_scores import gir_on
from visits.people.part_refusals import refused_parts
from webapp.access.auth import Action, requires, viewer
from webapp.office.frame.access import showing
from webapp.office.frame.moments import day_of

funding = Blueprint("funding", __name__, url_prefix="/visits")

KIND = "adaptation"


@dataclass(frozen=True)
class Looked:
    """Adaptations that are in the same case, and what each scheme may do for them."""

    adaptations: Sequence[Consequence]
    situation: Situation
    verdicts: Sequence[Verdict]

    @property
    def unknown(self) -> tuple[Name, ...]:
        """Name what would have to be found out."""
        return unknown_facts(self.situation)


@funding.get("/<uuid:visit_id>/funding")
@requires(Action.SEE_ANSWERS)
def show(visit_id: uuid.UUID) -> ResponseReturnValue:
    """Show, adaptation by adaptation, which schemes may pay, and why not."""
    with showing("funding") as (session, shown):
        visit = find_visit(session, viewer(), visit_id)
        shown.add(visit.case.person_id)
        return _page(session, visit)


def _page(session: Session, visit: Visit) -> str:
    calling = [
        one
        for one in counted_submissions(session, visit)
        if any(consequence.kind == KIND for consequence in one.consequences)
    ]
    if not calling:
        raise NotFound("funding_not_found")
    last = calling[-1]
    on = day_of(last.ended_at or last.received_at)
    known = parameters_in_force(session, known_at=last.received_at)
    looked = _looked(session, visit, calling, on=on, known=known)
    return render_template(
        "visits/funding.html",
        visit=visit,
        on=on,
        refused=refused_parts(session, visit.case.person_id),
        looked=looked,
        parameters=_used(looked),
        schemes=SCHEMES,
    )


def _looked(
    session: Session,
    visit: Visit,
    calling: Sequence[Submission],
    *,
    on: date,
    known: Parameters,
) -> list[Looked]:
    person = visit.case.person
    age = None if person.born_on is None else age_on(on, born=person.born_on)
    gir = gir_on(session, person, on)
    home = visit.home
    region = region_of(home.residence.postcode) if home else ""
    cases: dict[Situation, list[Consequence]] = {}
    for submission in calling:
        for one in submission.consequences:
            if one.kind == KIND:
                situation = situation_of(one.code, age=age, gir=gir, region=region)
                cases.setdefault(situation, []).append(one)
    return [Looked(ones, case, _verdicts(case, on, known)) for case, ones in cases.items()]


def _verdicts(situation: Situation, on: date, known: Parameters) -> Sequence[Verdict]:
    try:
        return look_for_funding(situation, on, parameters=known)
    except LookupError:  # a visit before the first value we know
        return ()


def _used(looked: Sequence[Looked]) -> list[Parameter]:
    rows = (row for one in looked for verdict in one.verdicts for row in verdict.parameters)
    return list({row.name: row for row in rows}.values())
