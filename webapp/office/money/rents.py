"""What a household pays for its home and earns, on the page of a case, and the rule it meets."""

import uuid
from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.cases.cases import find_case
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, Refused
from visits.ground.numbers import typed_cents
from visits.models.cases import Case
from visits.models.rents import RentSource
from visits.money.rents import (
    RentSaid,
    note_rent,
    put_rent_back,
    rents_of,
    standing_rent,
    withdraw_rent,
)
from visits.programmes.published import programme_of
from visits.sight.withdrawing import WHY_LENGTH
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.moments import optional_day

rents = Blueprint("rents", __name__, url_prefix="/cases/<uuid:case_id>/rent")


@rents.get("")
@requires(Action.SUPPORT)
def show(case_id: uuid.UUID) -> ResponseReturnValue:
    """Show what was told, day by day, and whether the latest keeps to the programme's rule."""
    return _page(case_id)


@rents.post("")
@requires(Action.SUPPORT)
def note(case_id: uuid.UUID) -> ResponseReturnValue:
    """Note what the household pays and earns."""

    def do(session: Session, case: Case) -> str:
        typed = request.form
        told_on = optional_day(typed.get("told_on", ""), field="told_on")
        said = RentSaid(_cents("rent"), _cents("income"), told_on, typed.get("source", ""))
        note_rent(session, case, said, viewer=viewer(), now=now())
        return str(_("Noted."))

    return _change(case_id, do)


@rents.post("/<uuid:rent_id>/withdraw")
@requires(Action.SUPPORT)
def withdraw(case_id: uuid.UUID, rent_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw what was noted by mistake."""

    def do(session: Session, case: Case) -> str:
        why = request.form.get("why", "")
        withdraw_rent(session, case, rent_id, why, viewer=viewer(), now=now())
        return str(_("Withdrawn: it stays readable, and counts no more."))

    return _change(case_id, do, rent_id)


@rents.post("/<uuid:rent_id>/back")
@requires(Action.SUPPORT)
def back(case_id: uuid.UUID, rent_id: uuid.UUID) -> ResponseReturnValue:
    """Let what was withdrawn count again."""

    def do(session: Session, case: Case) -> str:
        put_rent_back(session, case, rent_id, viewer=viewer(), now=now())
        return str(_("Put back: it counts again."))

    return _change(case_id, do)


def _change(
    case_id: uuid.UUID, do: Callable[[Session, Case], str], rent_id: uuid.UUID | None = None
) -> ResponseReturnValue:
    try:
        with transaction() as session:
            said = do(session, find_case(session, viewer(), case_id, to_change=True))
    except (Invalid, Conflict) as refused:
        status = 422 if isinstance(refused, Invalid) else 409
        return _page(case_id, refused, rent_id), status
    flash(said, "success")
    return redirect(url_for(".show", case_id=case_id))


def _page(
    case_id: uuid.UUID, refused: Refused | None = None, withdrawing: uuid.UUID | None = None
) -> str:
    fields = refused.fields if isinstance(refused, Invalid) else {}
    with showing("rents") as (session, shown):
        case = find_case(session, viewer(), case_id)
        shown.add(case.person_id)
        notes, programme = rents_of(session, case), programme_of(session, case)
        return render_template(
            "money/rents.html",
            case=case,
            person=case.person,
            programme=programme,
            rule=programme.rent if programme else None,
            notes=notes,
            standing=standing_rent(notes),
            sources=list(RentSource),
            why_length=WHY_LENGTH,
            withdrawing=withdrawing,
            day_now=today_in_paris(now()),
            typed=request.form if refused else {},
            errors={name: sentence(code) for name, code in fields.items()},
            said=sentence(refused.code) if isinstance(refused, Conflict) else "",
        )


def _cents(name: str) -> int | None:
    """Read an amount as it was typed; None for what is none."""
    try:
        return typed_cents(request.form.get(name, ""))
    except ValueError:
        return None
