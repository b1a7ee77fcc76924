"""Admissions: the list and the waiting list, each as a file too; one on its path, or taken back."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.admissions.moving import latest_move, move_on
from visits.admissions.offers import take_back
from visits.admissions.path import WHOSE
from visits.admissions.request_list import (
    LISTS,
    AdmissionFilter,
    list_admissions,
    steps_counted,
)
from visits.admissions.requests import find_admission, hand_to, programmes_with_places
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.admissions import Admission, AdmissionStep
from visits.sight.listing import Listed, Wanted
from webapp.access.auth import Action, requires, viewer
from webapp.frame.languages import day
from webapp.frame.transaction import now, transaction
from webapp.office.admissions.page import (
    action_to_undo,
    page_of_admission,
    status_of,
    typed_turn,
)
from webapp.office.frame.access import showing
from webapp.office.frame.landlords import landlord_cells, landlord_heads
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted_by
from webapp.office.frame.programmes import programme_names
from webapp.words import word

admissions = Blueprint("admissions", __name__, url_prefix="/admissions")


@admissions.get("/")
@requires(Action.SUPPORT)
def index() -> ResponseReturnValue:
    """List who asks for a place, what is due first at the top."""
    return _list("admissions/index.html", _only(), wanted_by("due"))


@admissions.get("/admissions.csv")
@requires(Action.SUPPORT)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike; of very many the first, and says so."""
    return _file("admissions.csv", _only(), wanted_by("due"))


@admissions.get("/waiting")
@requires(Action.SUPPORT)
def waiting() -> ResponseReturnValue:
    """List who waits for a place, whoever waits longest first."""
    return _list("admissions/waiting.html", _waiting(), wanted_by("listed"))


@admissions.get("/waiting.csv")
@requires(Action.SUPPORT)
def waiting_export() -> ResponseReturnValue:
    """Give the waiting list as a file."""
    return _file("waiting.csv", _waiting(), wanted_by("listed"))


def _list(template: str, only: AdmissionFilter, wanted: Wanted) -> str:
    with showing("admissions") as (session, shown):
        listed = _listed(session, only, wanted, shown)
        names = programme_names(session)
        return render_template(
            template,
            listed=listed,
            only=only,
            lists=LISTS,
            counts=steps_counted(session, viewer()),
            programmes=[(code, names[code]) for code in programmes_with_places(session)],
            programme_names=names,
            whose=WHOSE,
            day_now=today_in_paris(now()),
        )


def _file(name: str, only: AdmissionFilter, wanted: Wanted) -> ResponseReturnValue:
    with showing("admissions") as (session, shown):
        listed = _listed(session, only, whole(wanted), shown)
        return list_file(name, _lines(listed.rows, programme_names(session)), of=listed)


def _listed(
    session: Session, only: AdmissionFilter, wanted: Wanted, shown: set[uuid.UUID | None]
) -> Listed[Admission]:
    today = today_in_paris(now())
    listed = list_admissions(session, viewer(), only=only, wanted=wanted, today=today)
    shown.update(one.case.person_id for one in listed.rows)
    return listed


@admissions.get("/<uuid:admission_id>")
@requires(Action.SUPPORT)
def show(admission_id: uuid.UUID) -> ResponseReturnValue:
    """Show one admission: whose step it is, what is missing, what was decided and offered."""
    return page_of_admission(admission_id)


@admissions.post("/<uuid:admission_id>")
@requires(Action.SUPPORT)
def move(admission_id: uuid.UUID) -> ResponseReturnValue:
    """Bring an admission to another step of its path."""

    def do(session: Session, admission: Admission) -> None:
        said, turn = request.form.get("said", ""), typed_turn()
        move_on(session, admission, _step(), turn=turn, said=said, viewer=viewer(), now=now())

    return change(admission_id, Action.SUPPORT, do)


@admissions.post("/<uuid:admission_id>/back")
@requires(Action.SUPPORT)
def back(admission_id: uuid.UUID) -> ResponseReturnValue:
    """Take the last step back; what was decided or offered, by whoever may do that."""

    def do(session: Session, admission: Admission) -> None:
        last = latest_move(admission)
        acting = viewer(action_to_undo(last)) if last else viewer()
        find_admission(session, acting, admission_id)
        take_back(session, admission, turn=typed_turn(), viewer=acting, now=now())

    return change(admission_id, Action.SUPPORT, do)


@admissions.post("/<uuid:admission_id>/holder")
@requires(Action.SUPPORT)
def hold(admission_id: uuid.UUID) -> ResponseReturnValue:
    """Put an admission in somebody's hands."""

    def do(session: Session, admission: Admission) -> None:
        try:
            holder = uuid.UUID(request.form["holder"]) if request.form.get("holder") else None
        except ValueError:
            raise Invalid({"holder": "bad_choice"}) from None
        hand_to(session, admission, holder, viewer=viewer(), now=now())

    return change(admission_id, Action.SUPPORT, do)


def change(
    admission_id: uuid.UUID, action: Action, do: Callable[[Session, Admission], None]
) -> ResponseReturnValue:
    """Change an admission that is within reach of an action; why not stands on its page."""
    try:
        with transaction() as session:
            admission = find_admission(session, viewer(action), admission_id, to_change=True)
            do(session, admission)
    except (Invalid, Conflict) as refused:
        return page_of_admission(admission_id, refused), status_of(refused)
    flash(_("Admission %(reference)s is up to date.", reference=admission.reference), "success")
    return redirect(url_for("admissions.show", admission_id=admission_id))


def _step() -> AdmissionStep:
    try:
        return AdmissionStep(request.form.get("step", ""))
    except ValueError:
        raise Invalid({"step": "bad_choice"}) from None


def _only() -> AdmissionFilter:
    asked = request.args
    return AdmissionFilter(
        asked.get("step", "open"), asked.get("programme", ""), asked.get("q", "")
    )


def _waiting() -> AdmissionFilter:
    asked = request.args
    return AdmissionFilter(AdmissionStep.WAITING, asked.get("programme", ""), asked.get("q", ""))


def _lines(found: Sequence[Admission], names: Mapping[str, str]) -> Iterator[Sequence[str]]:
    heads = (_("Reference"), _("Person"), _("Programme"), *landlord_heads(), _("Asked on"))
    more = (_("Where it stands"), _("Since"), _("Due"), _("Whose"), _("Waits for a place since"))
    yield *heads, *more
    for one in found:
        role = WHOSE.get(one.step)
        yield (
            one.reference,
            one.person.name,
            names.get(one.case.programme, one.case.programme),
            *landlord_cells(one.person.landlord_id),
            day(one.asked_on),
            word("admission_step", one.step),
            day(one.since),
            day(one.due_on) if one.due_on else "",
            one.holder.name if one.holder else word("role", role) if role else "",
            day(one.listed_on) if one.listed_on else "",
        )
