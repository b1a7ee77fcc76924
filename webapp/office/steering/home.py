"""The first page after signing in: what waits, each a link to its list."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from visits.accounts.mandates import seen_in_figures
from visits.intake.alert_list import Alert, current_alerts
from visits.intake.unfinished import unfinished_submissions
from visits.intake.visit_file import VisitFilter, list_visits
from visits.models.accounts import JobState, Role
from visits.models.mandates import Mandate
from visits.models.visits import Submission, Visit, VisitState
from visits.models.works import WorkOrder
from visits.retention.jobs import job_states
from visits.sight.listing import Wanted
from visits.works.work_list import WorkOrderFilter, list_work_orders
from webapp.access.auth import Action, landlord_bound, may, requires, viewer
from webapp.frame.transaction import now
from webapp.office.frame.access import showing
from webapp.office.frame.programmes import programme_names
from webapp.office.steering.tile import to_list
from webapp.office.steering.tiles import TILES

home = Blueprint("home", __name__)

DAYS_AHEAD = 7
ROWS_SHOWN = 8


@dataclass(frozen=True)
class Waiting:
    """What stands under the figures, about persons one by one."""

    alerts: Sequence[Alert]
    unfinished: Sequence[Submission]
    visits: Sequence[Visit]
    works: Sequence[WorkOrder]

    def persons(self) -> Iterator[uuid.UUID | None]:
        """Name those it is about."""
        visits = [*self.visits, *(told.alert.visit for told in self.alerts)]
        visits += [one.visit for one in self.unfinished if one.visit is not None]
        yield from (visit.case.person_id for visit in visits)
        yield from (order.person_id for order in self.works)


@home.get("/")
@requires(Action.OWN_ACCOUNT)
def index() -> ResponseReturnValue:
    """Lead each role to its work."""
    role = g.account.role
    if role is Role.VISITOR:
        return redirect(url_for("tablet.file"))
    with showing("home") as (session, shown):
        tiles = TILES[role](session)
        jobs = list(job_states(session)) if role is Role.ADMINISTRATOR else []
        waiting = Waiting(
            alerts=_alerts(session) if may(Action.SEE_ALERTS) else (),
            unfinished=_unfinished(session) if may(Action.REVIEW_ANSWERS) else (),
            visits=_next_visits(session) if may(Action.SEE_VISITS) else (),
            works=_next_works(session) if may(Action.DO_WORKS) else (),
        )
        shown.update(waiting.persons())
        return render_template(
            "home.html",
            tiles=tiles,
            **vars(waiting),
            first=_first_step(role),
            seen_in_figures=_seen_in_figures(session) if role is Role.FUNDER else None,
            several=landlord_bound().several,
            programme_names=programme_names(session),
            now=now(),
            jobs=jobs,
            overdue=_overdue(jobs),
        )


def _alerts(session: Session) -> Sequence[Alert]:
    seeing = viewer(Action.SEE_ALERTS)
    return current_alerts(session, seeing, works_only=not may(Action.SEE_ANSWERS), now=now())


def _unfinished(session: Session) -> Sequence[Submission]:
    """List what began to arrive more than a day ago and never ended."""
    return unfinished_submissions(session, viewer(Action.REVIEW_ANSWERS), now=now())


def _first_step(role: Role) -> tuple[str, str] | None:
    """Name the page most of a role's days begin with."""
    steps = {
        Role.COORDINATOR: (_("Open the call list"), to_list("cases.index")),
        Role.PARTNER_COORDINATOR: (_("Open the visits"), to_list("visits.index")),
        Role.TECHNICIAN: (_("Open the work orders"), to_list("work_orders.index")),
        Role.CONTRACTOR: (_("Open the work orders"), to_list("work_orders.index")),
        Role.MANAGER: (_("See the outcomes"), to_list("outcomes.index")),
        Role.SOCIAL_WORKER: (_("Open the follow-ups"), to_list("follow_ups.index")),
        Role.ADMINISTRATOR: (_("Add an account"), to_list("accounts.new")),
    }
    return steps.get(role)


def _next_visits(session: Session) -> Sequence[Visit]:
    today = now().astimezone(PARIS).replace(hour=0, minute=0, second=0, microsecond=0)
    only = VisitFilter(today, today + timedelta(days=DAYS_AHEAD), state=VisitState.PLANNED)
    wanted = Wanted(sort="start", size=ROWS_SHOWN)
    return list_visits(session, viewer(Action.SEE_VISITS), only=only, wanted=wanted).rows


def _next_works(session: Session) -> Sequence[WorkOrder]:
    wanted = Wanted(sort="urgency", size=ROWS_SHOWN)
    works = viewer(Action.SEE_WORKS)
    return list_work_orders(session, works, only=WorkOrderFilter(), wanted=wanted, now=now()).rows


def _overdue(jobs: list[JobState]) -> set[str]:
    """Name the jobs that should have run long ago: the clock may stand still."""
    return {job.name for job in jobs if job.next_run_at < now() - timedelta(minutes=30)}


def _seen_in_figures(session: Session) -> Sequence[Mandate]:
    return seen_in_figures(session, g.account.organisation_id, now=now())
