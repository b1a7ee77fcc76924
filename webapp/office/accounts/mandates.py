"""Mandates: which organisation works in which programme and area, with which rights."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from visits.accounts.listing import list_organisations, list_territories
from visits.accounts.mandates import (
    ALL,
    ENDED,
    IN_FORCE,
    TO_COME,
    MandateSaid,
    change_end,
    changes_of,
    end_mandate,
    find_mandate,
    grant_mandate,
    list_mandates,
    standing_visits,
    state_of,
    take_up_again,
)
from visits.ground.errors import Conflict, Invalid, Refused
from visits.models.accounts import OrganisationKind
from visits.models.mandates import Mandate, Right
from visits.sight.reach import BY_MANDATE
from webapp.access.auth import Action, landlord_bound, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction
from webapp.office.accounts.run import areas_here
from webapp.office.frame.moments import today, typed_day
from webapp.office.frame.programmes import programme_names

mandates = Blueprint("mandates", __name__, url_prefix="/mandates")

STATES = (IN_FORCE, TO_COME, ENDED, ALL)


@mandates.get("/")
@requires(Action.SEE_MANDATES)
def index() -> ResponseReturnValue:
    """List the mandates."""
    state = request.args.get("state", IN_FORCE)
    with reading() as session:
        return render_template(
            "mandates/index.html",
            mandates=list_mandates(session, viewer(), state=state, now=now()),
            state=state if state in STATES else ALL,
            states=(IN_FORCE, TO_COME, ENDED),
            programme_names=programme_names(session),
            stands=_stands,
            several=landlord_bound().several,
        )


def _stands(mandate: Mandate) -> str:
    return state_of(mandate, now=now())


@mandates.get("/new")
@requires(Action.MANAGE_MANDATES)
def new() -> ResponseReturnValue:
    """Show the form of a new mandate."""
    with reading() as session:
        return _form(session, MultiDict({"from_on": today()}), {})


@mandates.post("/")
@requires(Action.MANAGE_MANDATES)
def grant() -> ResponseReturnValue:
    """Give an organisation a mandate."""
    try:
        with transaction() as session:
            mandate = grant_mandate(session, _typed(), by=g.account.id, now=now())
    except Invalid as refused:
        errors = {name: sentence(code) for name, code in refused.fields.items()}
        with reading() as session:
            return _form(session, request.form, errors), 422
    except Conflict as refused:
        with reading() as session:
            return _form(session, request.form, {"organisation": sentence(refused.code)}), 409
    flash(_("The mandate is granted."), "success")
    return redirect(url_for(".show", mandate_id=mandate.id))


def _form(session: Session, typed: MultiDict[str, str], errors: dict[str, str]) -> str:
    landlord = OrganisationKind.LANDLORD
    return render_template(
        "mandates/new.html",
        typed=typed,
        errors=errors,
        organisations=[one for one in list_organisations(session) if one.kind is not landlord],
        programmes=list(programme_names(session).items()),
        territories=list_territories(session, areas_here()),
        rights=list(Right),
    )


def _typed() -> MandateSaid:
    """Read what was typed of a mandate. Raises Invalid, field by field."""
    form, wrong = request.form, dict[str, str]()
    organisation = _typed_id(form, "organisation", wrong)
    territory = _typed_id(form, "territory", wrong)
    if organisation is None:
        wrong["organisation"] = "bad_choice"
    rights = frozenset(right for right in Right if right in form.getlist("rights"))
    if not rights:
        wrong["rights"] = "required"
    from_on = _typed_date(form, "from_on", wrong)
    if from_on is None:
        wrong.setdefault("from_on", "required")
    until_on = _typed_date(form, "until_on", wrong)
    if wrong or organisation is None or from_on is None:
        raise Invalid(wrong)
    programme = form.get("programme", "")
    return MandateSaid(organisation, programme, territory, rights, from_on, until_on)


def _typed_id(form: Mapping[str, str], name: str, wrong: dict[str, str]) -> uuid.UUID | None:
    try:
        return uuid.UUID(form[name]) if form.get(name) else None
    except ValueError:
        wrong[name] = "bad_choice"
        return None


def _typed_date(form: Mapping[str, str], name: str, wrong: dict[str, str]) -> date | None:
    try:
        return typed_day(form[name]) if form.get(name) else None
    except ValueError:
        wrong[name] = "bad_date"
        return None


@mandates.get("/<uuid:mandate_id>")
@requires(Action.SEE_MANDATES)
def show(mandate_id: uuid.UUID) -> ResponseReturnValue:
    """Show a mandate, and which visits of its organisation's people are planned under it."""
    with reading() as session:
        return _page(session, mandate_id)


def _page(session: Session, mandate_id: uuid.UUID, **more: Any) -> str:
    mandate = find_mandate(session, viewer(), mandate_id)
    said: dict[str, Any] = {"errors": {}, "said": "", "typed": {}} | more
    return render_template(
        "mandates/show.html",
        mandate=mandate,
        state=state_of(mandate, now=now()),
        programme_names=programme_names(session),
        standing=standing_visits(session, mandate, viewer()),
        changes=changes_of(session, mandate),
        several=landlord_bound().several,
        changeable=viewer().reach not in BY_MANDATE,
        **said,
    )


@mandates.post("/<uuid:mandate_id>/until")
@requires(Action.MANAGE_MANDATES)
def until(mandate_id: uuid.UUID) -> ResponseReturnValue:
    """Give a mandate another last day, or none."""
    wrong: dict[str, str] = {}
    try:
        last = _typed_date(request.form, "until_on", wrong)
        if wrong:
            raise Invalid(wrong)
        with transaction() as session:
            mandate = find_mandate(session, viewer(), mandate_id, to_change=True)
            stand = request.form.get("visits_stand") == "yes"
            change_end(session, mandate, last, viewer=viewer(), now=now(), visits_stand=stand)
    except (Invalid, Conflict) as refused:
        return _refused(mandate_id, refused)
    flash(_("The last day is changed."), "success")
    return redirect(url_for(".show", mandate_id=mandate_id))


@mandates.post("/<uuid:mandate_id>/end")
@requires(Action.MANAGE_MANDATES)
def end(mandate_id: uuid.UUID) -> ResponseReturnValue:
    """End a mandate at once."""
    try:
        with transaction() as session:
            mandate = find_mandate(session, viewer(), mandate_id, to_change=True)
            stand = request.form.get("visits_stand") == "yes"
            end_mandate(session, mandate, viewer=viewer(), now=now(), visits_stand=stand)
    except (Invalid, Conflict) as refused:
        return _refused(mandate_id, refused)
    flash(_("The mandate is ended."), "success")
    return redirect(url_for(".show", mandate_id=mandate_id))


@mandates.post("/<uuid:mandate_id>/again")
@requires(Action.MANAGE_MANDATES)
def again(mandate_id: uuid.UUID) -> ResponseReturnValue:
    """Take back that a mandate was ended."""
    try:
        with transaction() as session:
            mandate = find_mandate(session, viewer(), mandate_id, to_change=True)
            take_up_again(session, mandate, by=g.account.id, now=now())
    except (Invalid, Conflict) as refused:
        return _refused(mandate_id, refused)
    flash(_("The mandate stands again."), "success")
    return redirect(url_for(".show", mandate_id=mandate_id))


def _refused(mandate_id: uuid.UUID, refused: Refused) -> ResponseReturnValue:
    fields = getattr(refused, "fields", {})
    errors = {name: sentence(code) for name, code in fields.items()}
    said = "" if errors else sentence(refused.code, refused.details)
    with reading() as session:
        page = _page(session, mandate_id, errors=errors, said=said, typed=request.form)
        return page, 422 if errors else 409
