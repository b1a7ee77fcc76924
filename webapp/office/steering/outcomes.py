"""Outcomes: where a programme stands, each rate with what it was computed from."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from visits.ground.deadlines import today_in_paris
from visits.steering.motives import by_motive
from visits.steering.objectives import objectives_of
from visits.steering.outcomes import outcomes
from visits.steering.rates import Rate
from visits.steering.results import follow_up_results, works_by_hand, works_results
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.transaction import now, reading
from webapp.office.frame.programmes import chosen_in_reach, programmes_in_reach
from webapp.office.frame.small_counts import told, told_delay, told_exactly, told_part, told_rate

outcome_pages = Blueprint("outcomes", __name__, url_prefix="/outcomes")


@outcome_pages.get("/")
@requires(Action.SEE_OUTCOMES)
def index() -> ResponseReturnValue:
    """Show a programme's figures."""
    with reading(widely=True) as session:
        programme = chosen_in_reach(session, viewer(), request.args.get("programme", ""))
        counted = outcomes(session, programme.code, viewer=viewer())
        return render_template(
            "outcomes/index.html",
            programme=programme,
            programmes=programmes_in_reach(session, viewer()),
            outcomes=counted,
            months=[
                (month, Rate("REFUSALS", refusals, answers))
                for month, (refusals, answers) in counted.refusals_by_month.items()
            ],
            reasons=sorted(counted.refusal_reasons.items(), key=_most_told_first),
            objectives=objectives_of(
                session, programme, viewer=viewer(), today=today_in_paris(now())
            ),
            motives=by_motive(session, programme, viewer=viewer()),
            works=works_results(session, programme.code, viewer=viewer(), now=now()),
            by_hand=works_by_hand(session, viewer=viewer(Action.SEE_WORKS), now=now())
            if may(Action.SEE_WORKS)
            else [],
            follow_ups=follow_up_results(session, programme.code, viewer=viewer(), now=now()),
            told=told,
            told_rate=told_rate,
            told_part=told_part,
            told_delay=told_delay,
            told_exactly=told_exactly(),
        )


def _most_told_first(reason: tuple[str, int]) -> tuple[int, str]:
    """Order by what is told, for the order of counts that are not told tells them."""
    count = told(reason[1])
    return (-count if isinstance(count, int) else 0, reason[0])
