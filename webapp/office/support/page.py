"""The page of one accompaniment: what she wants, how it goes, what was done month by month."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from visits.cases.cases import find_case
from visits.cases.pauses import pauses_on
from visits.cases.tasks import tasks_of
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, Refused
from visits.models.cases import Case, Task, TaskKind
from visits.models.support import HowFar, SupportAct
from visits.people.measures import standing_alerts
from visits.programmes.published import programme_of
from visits.support.acts import acts_of, may_read
from visits.support.aims import aims_of
from visits.support.balance import balance, totals
from visits.support.listing import lately
from visits.support.pace import UNEXPLAINED, pace_of, runs_of, turns_of
from webapp.access.auth import viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.listing import stands_at

# Of the visits promised, those of so many turns stand on the page; the list has the others.
TURNS_SHOWN = 13


def change(
    case_id: uuid.UUID, form: str, do: Callable[[Session, Case], str]
) -> ResponseReturnValue:
    """Change an accompaniment and say so; what is refused comes back beside what was typed."""
    try:
        with transaction() as session:
            said = do(session, find_case(session, viewer(), case_id, to_change=True))
    except (Invalid, Conflict) as refused:
        return page_of_support(case_id, refused, form=form), status_of(refused)
    flash(said, "success")
    return redirect(url_for("support.show", case_id=case_id, _anchor=form.partition("-")[0]))


def status_of(refused: Refused) -> int:
    """Give the status of a page that says why a change was refused."""
    return 422 if isinstance(refused, Invalid) else 409


def page_of_support(case_id: uuid.UUID, refused: Refused | None = None, *, form: str = "") -> str:
    """Render the page of an accompaniment; a `form` that was refused keeps what was typed."""
    stands_at("support.show", case_id=case_id)
    fields = getattr(refused, "fields", {})
    with showing("support") as (session, shown):
        case = find_case(session, viewer(), case_id)
        shown.add(case.person_id)
        return render_template(
            "support/show.html",
            case=case,
            person=case.person,
            programme=programme_of(session, case),
            alerts=standing_alerts(session, [case.person_id]).get(case.person_id, ()),
            aims=aims_of(session, case.id),
            how_fars=list(HowFar),
            form=form,
            typed=request.form if form else {},
            errors={f"{form}-{name}": sentence(code) for name, code in fields.items()},
            said=sentence(refused.code, refused.details) if refused and not fields else "",
            **_going(session, case),
            **_done(session, case),
        )


def _going(session: Session, case: Case) -> dict[str, Any]:
    """Gather how it goes: what was promised and kept, what comes."""
    today = today_in_paris(now())
    turns = [one for one in turns_of(session, case) if one.not_before <= today]
    return {
        "day_now": today,
        "paced": pace_of(programme_of(session, case)) is not None,
        "turns": turns[:TURNS_SHOWN],
        "run": runs_of(session, [case.id], today).get(case.id) if case.is_open else None,
        "explainable": {one.id for one in turns if _is_missed(one, today)},
        "lately": lately(session, [case.id])[case.id],
        "rests": pauses_on(session, [case.id], today).get(case.id),
        "reviews": [one for one in tasks_of(session, case.id) if one.kind is TaskKind.REVIEW],
    }


def _is_missed(turn: Task, today: date) -> bool:
    return turn.state in UNEXPLAINED and turn.due_on < today and turn.visit_id is None


def _done(session: Session, case: Case) -> dict[str, Any]:
    """Gather what was done, each month with what it comes to, the latest first."""
    today = today_in_paris(now())
    months = balance(
        session,
        Case.id == case.id,
        viewer=viewer(),
        first=today_in_paris(case.opened_at),
        last=case.closed_on or today,
        today=today,
    )
    acts = _by_month(acts_of(session, case.id))
    return {
        "months": [
            (one, [(act, may_read(act, case, viewer())) for act in acts.get(one.month, ())])
            for one in reversed(months)
        ],
        "in_all": totals(months),
    }


def _by_month(acts: Iterable[SupportAct]) -> dict[date, Sequence[SupportAct]]:
    found: dict[date, list[SupportAct]] = defaultdict(list)
    for one in acts:
        found[one.happened_on.replace(day=1)].append(one)
    return dict(found)
