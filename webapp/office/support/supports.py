"""Accompaniments: the list and the same as a file, and the page of one."""

import uuid
from collections.abc import Iterator, Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.cases.task_list import late_among
from visits.ground.deadlines import today_in_paris
from visits.models.cases import Case, Task
from visits.programmes.published import load_programmes
from visits.sight.listing import Listed, Wanted
from visits.support.listing import OPEN, WHICH, SupportFilter, count_each, lately, list_supports
from visits.support.pace import runs_of
from webapp.access.auth import Action, requires, viewer
from webapp.frame.languages import day, moment
from webapp.frame.transaction import now
from webapp.office.frame.access import showing
from webapp.office.frame.landlords import landlord_cells, landlord_heads
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted
from webapp.office.frame.moments import day_of
from webapp.office.frame.programmes import programme_names
from webapp.office.support.page import page_of_support

support = Blueprint("support", __name__, url_prefix="/support")


@support.get("/")
@requires(Action.SUPPORT)
def index() -> ResponseReturnValue:
    """List whom one accompanies, and how it goes."""
    only, today = _only(), today_in_paris(now())
    with showing("supports") as (session, shown):
        counts = count_each(session, viewer(), only=only, today=today)
        listed = _listed(session, only, wanted(), counts[only.which])
        shown.update(case.person_id for case in listed.rows)
        ids = [case.id for case in listed.rows]
        return render_template(
            "support/index.html",
            listed=listed,
            only=only,
            which=WHICH,
            counts=counts,
            lately=lately(session, ids),
            runs=runs_of(session, ids, today),
            late=late_among(session, Task.case_id, ids, today),
            programmes=_with_support(session),
            names=programme_names(session),
        )


@support.get("/supports.csv")
@requires(Action.SUPPORT)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike."""
    with showing("supports") as (session, shown):
        listed = _listed(session, _only(), whole(wanted()))
        shown.update(case.person_id for case in listed.rows)
        return list_file("accompagnements.csv", _lines(session, listed.rows), of=listed)


@support.get("/<uuid:case_id>")
@requires(Action.SUPPORT)
def show(case_id: uuid.UUID) -> ResponseReturnValue:
    """Show how one accompaniment goes."""
    return page_of_support(case_id)


def _only() -> SupportFilter:
    which = request.args.get("which", OPEN)
    return SupportFilter(
        which=which if which in WHICH else OPEN,
        mine=request.args.get("mine") == "1",
        programme=request.args.get("programme", ""),
        text=request.args.get("q", ""),
    )


def _listed(
    session: Session, only: SupportFilter, how: Wanted, total: int | None = None
) -> Listed[Case]:
    today = day_of(now())
    return list_supports(session, viewer(), only=only, wanted=how, today=today, total=total)


def _with_support(session: Session) -> list[object]:
    return [one for one in load_programmes(session).values() if one.support is not None]


def _lines(session: Session, cases: Sequence[Case]) -> Iterator[Sequence[str]]:
    ids, names = [case.id for case in cases], programme_names(session)
    said, missed = lately(session, ids), runs_of(session, ids, day_of(now()))
    heads = (_("Person"), _("City"), _("Programme"), _("Referent"), _("Organisation"))
    yield (
        *heads, *landlord_heads(), _("Open since"), _("Closed on"), _("Last visit"),
        _("Last act"), _("Next visit"), _("Next review"), _("Missed in a row"),
    )  # fmt: skip
    for case in cases:
        one = said[case.id]
        yield (
            case.person.name,
            case.residence.city if case.residence else "",
            names.get(case.programme, case.programme),
            case.referent.name if case.referent else "",
            case.organisation.name if case.organisation else "",
            *landlord_cells(case.landlord_id),
            day(case.opened_at),
            day(case.closed_on) if case.closed_on else "",
            day(one.last_visit_at) if one.last_visit_at else "",
            day(one.last_act_on) if one.last_act_on else "",
            moment(one.next_visit_at) if one.next_visit_at else "",
            day(one.review_on) if one.review_on else "",
            str(missed[case.id].in_a_row) if case.id in missed else "",
        )
