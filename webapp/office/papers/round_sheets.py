"""The round sheet: a visitor's day on paper."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from visits.agenda.round_sheet import SheetLine, sheet_of_day
from visits.agenda.visitors import find_visitor
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import User
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now
from webapp.office.frame.access import showing
from webapp.office.frame.moments import clock, typed_day
from webapp.office.papers.answering import sent_paper, typed_language
from webapp.office.papers.saying import headed, spoken_day
from webapp.words import interpreter_said

round_sheets = Blueprint("round_sheets", __name__, url_prefix="/visitors")


@round_sheets.get("/<uuid:visitor_id>/round-sheet.pdf")
@requires(Action.PLAN)
def paper(visitor_id: uuid.UUID) -> ResponseReturnValue:
    """Give a visitor's day as a PDF: that of the address, today where it is none."""
    try:
        of_day = typed_day(request.args.get("day", ""))
    except ValueError:
        of_day = today_in_paris(now())
    with showing("round_sheet") as (session, shown):
        visitor = find_visitor(session, viewer(), visitor_id)
        lines = sheet_of_day(session, visitor.id, of_day, viewer=viewer())
        shown.update(one.person.id for one in lines if one.person)
        with force_locale(typed_language()):
            # Neither its title nor its name says of whom it is: files are left lying about.
            frame = headed(session, _("Round sheet"), visitor.organisation)
            said = frame | sheet_of(visitor, of_day, lines)
    return sent_paper("round_sheet", said)


def sheet_of(visitor: User, day: date, lines: Sequence[SheetLine]) -> dict[str, Any]:
    """Say what a round sheet tells, in the language of the moment."""
    return {
        "about": [(_("Day"), spoken_day(day)), (_("Visit by"), visitor.name)],
        "heads": [_("Hours"), _("Person"), _("Where")],
        "lines": [_line(one) for one in lines],
        "none": _("No visit is planned that day."),
        "small": _(
            "Keep it with you, and destroy it in the evening. Who is not named is on the tablet."
        ),
    }


def _line(one: SheetLine) -> list[str]:
    hours = f"{clock(one.start_at)} – {clock(one.end_at)}"
    if one.person is None or one.visit is None:
        return [hours, _("see the tablet"), one.city]
    return [hours, "\n".join(_whom(one)), "\n".join(_where(one))]


def _whom(one: SheetLine) -> Iterator[str]:
    assert one.visit is not None and one.person is not None
    yield one.person.name
    if one.visit.attended_by:
        yield _("Also to be there: %(who)s", who=one.visit.attended_by)
    if one.interpreter is not None:
        yield interpreter_said(one.interpreter)


def _where(one: SheetLine) -> Iterator[str]:
    assert one.visit is not None
    if one.visit.place:
        yield one.visit.place
    dwelling, residence = one.visit.case.dwelling, one.visit.case.residence
    if dwelling is None or residence is None:
        return
    yield residence.address
    yield f"{residence.postcode} {residence.city}"
    if dwelling.door:
        yield _("Door %(door)s", door=dwelling.door)
