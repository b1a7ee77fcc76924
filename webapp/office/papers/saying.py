"""What papers say alike: their frame, of which visit, a day, an amount between two bounds."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import format_date, format_datetime, format_decimal
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from diagnostics.savings import Range, Savings
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import Organisation
from visits.models.papers import PaperField
from visits.models.portfolio import Dwelling
from visits.models.visits import Visit
from visits.papers.wording import wording_of
from webapp.documents.logos import drawn
from webapp.frame.languages import current_language
from webapp.frame.transaction import house, now

# What a landlord says in each place: what stands, or what is tried.
Wording = Mapping[PaperField, str]


@dataclass(frozen=True)
class Own:
    """What a landlord says itself in the language of the moment; empty where it says nothing."""

    opening: str
    ring: str
    closing: str
    logo: str


def own_words(session: Session, landlord_id: uuid.UUID, said: Wording | None = None) -> Own:
    """Give a landlord's own words: those that stand, or some to try; the logo as a drawing."""
    said = wording_of(session, landlord_id) if said is None else said
    language = current_language()
    opening, ring, closing = (
        said.get(PaperField(f"{place}_{language}"), "").strip()
        for place in ("opening", "ring", "closing")
    )
    digest = said.get(PaperField.LOGO, "")
    return Own(opening, ring, closing, drawn(house().store.get(digest)) if digest else "")


def whom_to_ring(own: str, landlord: str) -> str:
    """Say whom to ring: what the landlord says itself, or else where its number stands."""
    printed = _("%(name)s: the telephone number is on your rent notice.", name=landlord)
    return own or str(printed)


def frame_of(title: str, author: str, *, logo: str = "") -> dict[str, Any]:
    """Give what stands around a paper: its title, who speaks, the day, the words of its pages."""
    return {
        "title": title,
        "author": author,
        "logo": logo,
        "language": current_language(),
        "made": _("Made on %(day)s", day=spoken_day(now())),
        "foot": title,
        "page": _("Page %(page)s of %(pages)s", page="{n}", pages="{of}"),
        "colon": "{} :" if current_language() == "fr" else "{}:",
        "foreign": _("A sign %(box)s stands for a letter that cannot be printed.", box="{box}"),
    }


def headed(
    session: Session,
    title: str,
    landlord: Organisation,
    *,
    ends: str = "",
    said: Wording | None = None,
) -> dict[str, Any]:
    """Give what stands around a paper of a landlord, under its logo.

    It ends with the landlord's own words for papers of that kind, if `ends` names one.
    """
    said = wording_of(session, landlord.id) if said is None else said
    own = said.get(PaperField(f"{ends}_{current_language()}"), "").strip() if ends else ""
    return frame_of(title, landlord.name, logo=own_words(session, landlord.id, said).logo) | {
        "own": own
    }


def spoken_day(value: date) -> str:
    """Write a Paris day as it is read aloud: `jeudi 12 novembre 2026`."""
    day = today_in_paris(value) if isinstance(value, datetime) else value
    return str(format_date(day, "EEEE d MMMM y"))


def spoken_moment(value: datetime) -> str:
    """Write a moment in Paris time as it is read aloud: `jeudi 12 novembre, 16 h 00`, unbroken."""
    hour = "H'\u00a0h\u00a0'mm" if current_language() == "fr" else "HH:mm"
    return str(format_datetime(value, f"EEEE d MMMM, {hour}"))


def spoken_range(amount: Range) -> str:
    """Write an estimate between its two bounds: `22 à 52`."""
    low, high = (str(format_decimal(one, "#,##0")) for one in (amount.low, amount.high))
    return low if low == high else str(_("%(low)s to %(high)s", low=low, high=high))


def about_visit(visit: Visit) -> Iterator[tuple[str, str]]:
    """Say for whom and of which visit; where a protected person lives stands on no paper."""
    person, home = visit.case.person, visit.home
    yield _("For"), person.name
    if home is not None and not person.protected:
        yield _("Home address"), home.residence.short_line
    day, by = spoken_day(visit.planned_start_at), visit.visitor.name
    yield _("Day of the visit"), _("%(day)s, by %(name)s", day=day, name=by)


def floor_of(dwelling: Dwelling) -> str:
    """Say on which floor a dwelling is."""
    if dwelling.floor is None:
        return str(_("not known"))
    return str(_("floor %(floor)d", floor=dwelling.floor) if dwelling.floor else _("Ground floor"))


def saved_lines(saved: Savings | None) -> list[str]:
    """Say what a kit may save in a year; nothing where it is not known."""
    if saved is None or not saved.eur.high:
        return []
    said = [_("This may save you %(euros)s euros a year.", euros=spoken_range(saved.eur))]
    if saved.water_m3.high:
        water = spoken_range(saved.water_m3)
        said.append(_("Water: %(cubic)s cubic metres a year.", cubic=water))
    if saved.heat_goes_to_charges:
        said.append(_("Hot water is shared: that part lowers the charges of the building."))
    return [str(one) for one in said]
