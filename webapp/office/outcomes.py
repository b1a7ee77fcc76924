"""Outcomes: where a programme stands, each rate with what it was computed from."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from visits.outcomes import Rate, outcomes
from visits.programmes import load_programmes
from visits.results import follow_up_results, works_results
from webapp.auth import Action, requires, viewer
from webapp.office.programmes import chosen_programme
from webapp.transaction import now, reading

outcome_pages = Blueprint("outcomes", __name__, url_prefix="/outcomes")


@outcome_pages.get("/")
@requires(Action.SEE_OUTCOMES)
def index() -> ResponseReturnValue:
    """Show a programme's figures."""
    programme = chosen_programme(request.args.get("programme", ""))
    with reading() as session:
        counted = outcomes(session, programme.code, viewer=viewer())
        return render_template(
            "outcomes/index.html",
            programme=programme,
            programmes=load_programmes().values(),
            outcomes=counted,
            months=[
                (month, Rate("REFUSALS", refusals, answers))
                for month, (refusals, answers) in counted.refusals_by_month.items()
            ],
            reasons=sorted(counted.refusal_reasons.items(), key=lambda reason: -reason[1]),
            works=works_results(session, programme.code, viewer=viewer(), now=now()),
            follow_ups=follow_up_results(session, programme.code, viewer=viewer(), now=now()),
        )
