"""The technical sheet of a dwelling: the flat, its defects and works; nobody who lives there."""

import uuid
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, format_decimal
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.homes.files import Eyes, home_file
from visits.homes.labelled import Labelled, labelled
from visits.homes.register import tell
from visits.homes.traits import ENTRANCE_DOOR, INNER_DOOR, STEPS
from visits.intake.leaving import may_read
from visits.models.portfolio import Dwelling
from visits.models.reports import ReportReader
from visits.models.visits import Consequence
from visits.models.works import WorkOrder
from visits.sight.homes import find_home
from visits.sight.reach import Viewer
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.languages import day, pick
from webapp.frame.transaction import now
from webapp.office.frame.access import showing
from webapp.office.papers.answering import sent_paper, typed_language
from webapp.office.papers.saying import floor_of, headed
from webapp.words import word

home_sheets = Blueprint("home_sheets", __name__, url_prefix="/homes")


@home_sheets.get("/<uuid:dwelling_id>/sheet.pdf")
@requires(Action.SEE_HOMES)
def paper(dwelling_id: uuid.UUID) -> ResponseReturnValue:
    """Give the technical sheet of a dwelling as a PDF: of each thing what the reader may see."""
    eyes = Eyes(homes=viewer(), answers=_seen(Action.SEE_ANSWERS), works=_seen(Action.SEE_WORKS))
    with showing("technical_sheet") as (session, _shown):
        dwelling = find_home(session, viewer(), dwelling_id)
        with force_locale(typed_language()):
            said = sheet_of(session, dwelling, eyes)
    return sent_paper("technical_sheet", said)


def _seen(action: Action) -> Viewer | None:
    return viewer(action) if may(action) else None


def sheet_of(session: Session, dwelling: Dwelling, eyes: Eyes) -> dict[str, Any]:
    """Say what the sheet tells, in the language of the moment."""
    file = home_file(session, eyes, dwelling)
    title = _("Technical sheet of %(reference)s", reference=dwelling.reference)
    small = _("Nothing on this sheet is about the health or the life of whoever lives there.")
    parts = []
    if eyes.works is not None:
        parts.append(_works([one for one in file.works if one.is_open]))
    if eyes.answers is not None:
        parts.append(_findings([one for one in file.findings if may_read(one, ReportReader.HOME)]))
    return headed(session, title, dwelling.residence.landlord) | {
        "about": [*_about(dwelling), *_fitted(session, dwelling)],
        "parts": parts,
        "small": small,
    }


def _about(dwelling: Dwelling) -> list[tuple[str, str]]:
    residence, unknown = dwelling.residence, _("not known")
    lift = {None: unknown, True: _("yes"), False: _("no")}
    surface = f"{format_decimal(dwelling.surface)} m²" if dwelling.surface else unknown
    return [
        (_("Address"), residence.line),
        (_("Floor"), floor_of(dwelling)),
        (_("Door"), dwelling.door or unknown),
        (_("Lift"), lift[residence.has_lift]),
        (_("Rooms"), str(dwelling.rooms) if dwelling.rooms is not None else unknown),
        (_("Surface"), surface),
        (_("Bath"), lift[dwelling.has_bath]),
        (_("Adapted"), lift[dwelling.is_adapted]),
        (_("Energy label"), dwelling.energy_label or residence.energy_label or unknown),
        (_("Built"), str(residence.built_year or unknown)),
    ]


def _fitted(session: Session, dwelling: Dwelling) -> list[tuple[str, str]]:
    """Say what is fitted and measured there, and since when; nothing of who lives there."""
    day_now = today_in_paris(now())
    adapted = tell(session, [dwelling.id], today=day_now)[dwelling.id]
    labels = labelled(session, {dwelling.id: adapted.traits}, today=day_now)
    fitted = [
        (word("trait", one.trait), _("since %(day)s", day=day(one.since))) for one in adapted.fitted
    ]
    measured = [(one, adapted.value(one)) for one in (ENTRANCE_DOOR, INNER_DOOR, STEPS)]
    return [
        (_("Access"), word("access_class", adapted.access)),
        *fitted,
        *((word("trait", one), str(value)) for one, value in measured if value is not None),
        *((one.label.name, _stands(one)) for one in labels.get(dwelling.id, [])),
    ]


def _stands(one: Labelled) -> str:
    """Say how a home stands before a label, and since when it has it."""
    standing = word("label_standing", one.standing)
    since = [_("since %(day)s", day=day(one.since))] if one.since else []
    return " · ".join([standing, *since])


def _works(orders: list[WorkOrder]) -> dict[str, Any]:
    return {
        "icon": "tools",
        "title": _("Open work orders"),
        "none": _("None."),
        "widths": [2, 5, 2, 2],
        "heads": [_("Reference"), _("What to do"), _("Severity"), _("Due")],
        "rows": [
            [one.reference, _plain(one.label), word("severity", one.severity), day(one.due_at)]
            for one in orders
        ],
    }


def _findings(findings: list[Consequence]) -> dict[str, Any]:
    return {
        "icon": "eye",
        "title": _("Defects and adaptations that visits found"),
        "none": _("None."),
        "widths": [6, 3, 2],
        "heads": [_("What was found"), _("Severity"), _("Found on")],
        "rows": [
            [
                _plain(one.label),
                word("severity", one.severity) if one.severity else "–",
                day(one.submission.received_at),
            ]
            for one in findings
        ],
    }


def _plain(label: dict[str, str]) -> str:
    return pick(label).replace("**", "")
