"""The form of an account: read, and shown again with what is wrong."""

import uuid
from collections.abc import Sequence
from typing import TypeVar

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.accounts.accounts import find_organisation
from visits.accounts.changes import AccountSaid
from visits.accounts.listing import list_organisations, list_territories
from visits.ground.errors import Invalid
from visits.models.accounts import Organisation, OrganisationKind, Role, Territory, User
from webapp.office.accounts.run import areas_here, may_add, run_here

Row = TypeVar("Row")


def typed_account(session: Session, was: User | None = None) -> AccountSaid:
    """Read what was typed of an account, that `was`; raises Invalid, field by field."""
    form, wrong = request.form, {}
    email, name = form.get("email", "").strip(), form.get("name", "").strip()
    if not email:
        wrong["email"] = "required"
    elif "@" not in email or len(email) > 254:
        wrong["email"] = "bad_email"
    if not name:
        wrong["name"] = "required"
    if form.get("role") not in tuple(Role):
        wrong["role"] = "bad_choice"
    territory = _found(session, Territory, form.get("territory", ""))
    if form.get("territory") and territory not in _territories(session, was):
        wrong["territory"] = "bad_choice"
    organisation = _organisation(session, wrong)
    if wrong or organisation is None:
        raise Invalid(wrong)
    return AccountSaid(
        email=email,
        name=name,
        role=Role(form["role"]),
        language="en" if form.get("language") == "en" else "fr",
        organisation=organisation,
        territory_id=territory.id if territory else None,
    )


def _organisation(session: Session, wrong: dict[str, str]) -> Organisation | None:
    """Find the organisation that was chosen, or make the new one that was named."""
    named = request.form.get("new_organisation", "").strip()
    if named:
        kind = request.form.get("organisation_kind", "")
        if len(named) > 200:
            wrong["new_organisation"] = "too_long"
        elif kind not in tuple(OrganisationKind):
            wrong["organisation_kind"] = "bad_choice"
        elif not wrong:
            return _named(session, named, OrganisationKind(kind), wrong)
        return None
    chosen = _found(session, Organisation, request.form.get("organisation", ""))
    if chosen is None or chosen not in list_organisations(session, run_here()):
        wrong["organisation"] = "bad_choice"
    return chosen


def _named(
    session: Session, name: str, kind: OrganisationKind, wrong: dict[str, str]
) -> Organisation | None:
    known = session.scalars(select(Organisation).where(Organisation.name == name)).one_or_none()
    if known is not None and known not in list_organisations(session, run_here()):
        wrong["new_organisation"] = "organisation_taken"
    elif known is None and not may_add(session, kind):
        wrong["organisation_kind"] = "platform_adds_it"
    else:
        return known or find_organisation(session, name, kind)
    return None


def _found(session: Session, model: type[Row], typed: str) -> Row | None:
    try:
        return session.get(model, uuid.UUID(typed))
    except ValueError:
        return None


def _territories(session: Session, was: User | None) -> Sequence[Territory]:
    return list_territories(session, areas_here(), kept=was.territory_id if was else None)


def form_choices(session: Session, was: User | None = None) -> dict[str, object]:
    """Give what the fields of an account, that `was`, are chosen from."""
    return {
        "roles": list(Role),
        "organisations": list_organisations(session, run_here()),
        "territories": _territories(session, was),
        "kinds": list(OrganisationKind),
    }
