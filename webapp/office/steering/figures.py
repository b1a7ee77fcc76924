"""What a funder sees: figures of the programmes and areas of its mandates, and nobody."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from visits.steering.figures import Cell, figures, told_sum
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import reading
from webapp.office.frame.programmes import chosen_in_reach, programmes_in_reach

figure_pages = Blueprint("figures", __name__, url_prefix="/figures")


@figure_pages.get("/")
@requires(Action.SEE_FIGURES)
def index() -> ResponseReturnValue:
    """Show a programme's cells, rounded, none under five persons."""
    with reading(widely=True) as session:
        programme = chosen_in_reach(session, viewer(), request.args.get("programme", ""))
        counted = figures(session, programme.code, viewer=viewer())
        return render_template(
            "figures/index.html",
            programme=programme,
            programmes=programmes_in_reach(session, viewer()),
            persons=counted.persons,
            groups=[
                ("visits", counted.visits),
                ("works", counted.works),
                ("sessions", counted.sessions),
            ],
            share=_share,
            told_sum=told_sum,
        )


def _share(cell: Cell, of: tuple[Cell, ...]) -> float | None:
    """Compute a share from told numbers alone."""
    whole = told_sum(of)
    return cell.told / whole if cell.told is not None and whole else None
