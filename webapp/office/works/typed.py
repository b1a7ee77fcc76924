"""What is typed and written on pages about works."""

import uuid
from collections.abc import Sequence
from datetime import date

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from visits.ground.errors import Invalid
from visits.models.people import Person
from visits.models.portfolio import Dwelling
from visits.works.by_hand import Home, find_tenant, tenants_of
from webapp.access.auth import Action, may, viewer
from webapp.office.frame.moments import typed_day


def day_in(name: str) -> date | None:
    """Read the day that a field holds; None when it is empty. Raises Invalid, naming the field."""
    typed = request.form.get(name, "")
    try:
        return typed_day(typed) if typed else None
    except ValueError:
        raise Invalid({name: "bad_date"}) from None


def tenants_to_ring(session: Session, home: Home | None) -> Sequence[Person]:
    """List whom one may name as the tenant to ring about a home."""
    if not isinstance(home, Dwelling) or not may(Action.SEE_PERSONS):
        return []
    return tenants_of(session, home, viewer(Action.SEE_PERSONS))


def tenant_typed(session: Session, home: Home | None) -> Person | None:
    """Find the tenant that a form names to be rung; None for nobody. Raises Invalid."""
    if not request.form.get("person") or not isinstance(home, Dwelling):
        return None
    chosen = request.form.get("person", type=uuid.UUID)
    if chosen is None or not may(Action.SEE_PERSONS):
        raise Invalid({"person": "bad_choice"})
    return find_tenant(session, home, viewer(Action.SEE_PERSONS), chosen)


def every_words(months: int) -> str:
    """Say how often works come again."""
    if months == 1:
        return str(_("every month"))
    return str(ngettext("every %(num)d month", "every %(num)d months", months))
