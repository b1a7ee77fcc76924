"""What was fitted in homes and is still there when somebody asks: one, six and twelve months on."""

import enum
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from diagnostics.kit_left import asks_what_is_left, items_left
from diagnostics.kits import ITEMS
from visits.forms.published import read_form
from visits.ground.deadlines import today_in_paris
from visits.intake.conclusion import read_checked
from visits.models.cases import Case
from visits.models.portfolio import Dwelling, FormVersion, Residence
from visits.models.stock import KitMovement
from visits.models.visits import COUNTED, Submission, Visit
from visits.sight import Viewer
from visits.sight.homes import took_place_in, visible_homes
from visits.sight.reach import visible_cases
from visits.stock.movements import fitted_at_home


class Moment(enum.Enum):
    """When it is asked: the months after the fitting, and which days after it count as that."""

    ONE = 1, 30, range(1, 107)
    SIX = 6, 182, range(107, 275)
    TWELVE = 12, 365, range(275, 549)

    def __init__(self, months: int, due: int, days: range) -> None:
        self.months, self.due, self.days = months, due, days


class Told(enum.StrEnum):
    """What is known of an item in a home at a moment, or why nothing is."""

    TOLD = "told"
    UNSAID = "unsaid"
    NOT_ASKED = "not_asked"
    TOO_SOON = "too_soon"


@dataclass(frozen=True)
class Found:
    """What answers of a visit or call tell of an item in a home; `left` is None where not said."""

    dwelling_id: uuid.UUID
    visit_id: uuid.UUID
    person_id: uuid.UUID
    on: date
    item: str
    left: int | None


@dataclass(frozen=True)
class Lasting:
    """What became of an item in a home by a moment.

    All of the item that visits fitted there is one, since the day of the latest fitting; what was
    found before that day says nothing of it.
    """

    dwelling_id: uuid.UUID
    reference: str
    city: str
    item: str
    fitted: int
    on: date
    moment: Moment
    found: Found | None
    is_due: bool

    @property
    def told(self) -> Told:
        """What is known."""
        if self.found is None:
            return Told.NOT_ASKED if self.is_due else Told.TOO_SOON
        return Told.UNSAID if self.found.left is None else Told.TOLD

    @property
    def left(self) -> int | None:
        """How many of those fitted are still there: more than were fitted are not ours."""
        if self.found is None or self.found.left is None:
            return None
        return min(self.found.left, self.fitted)


@dataclass(frozen=True)
class Survival:
    """An item at a moment: homes by what is known, and items where a number was told."""

    item: str
    moment: Moment
    homes: Mapping[Told, int]
    fitted: int
    left: int

    @property
    def asked(self) -> int:
        """In how many homes a number was told: those that `fitted` and `left` are of."""
        return self.homes[Told.TOLD]


def survival_of(lasting: Iterable[Lasting]) -> list[Survival]:
    """Sum by item and moment, in the order of the items of kits."""
    ordered = sorted(lasting, key=_item_and_moment)
    return [_sum(list(rows)) for _, rows in groupby(ordered, key=_item_and_moment)]


def _item_and_moment(one: Lasting) -> tuple[int, int]:
    return ITEMS.index(one.item), one.moment.months


def _sum(rows: Sequence[Lasting]) -> Survival:
    told = [one for one in rows if one.told is Told.TOLD]
    return Survival(
        item=rows[0].item,
        moment=rows[0].moment,
        homes={why: sum(one.told is why for one in rows) for why in Told},
        fitted=sum(one.fitted for one in told),
        left=sum(one.left or 0 for one in told),
    )


def lasting_items(session: Session, viewer: Viewer, *, today: date) -> list[Lasting]:
    """List each item of each home, of those one may see, at each of the moments."""
    found = _by_home_and_item(found_later(session, viewer))
    return [
        _at(moment, home, item, fitted, found.get((home.id, item), ()), today)
        for (home, item), fitted in _fitted(session, viewer).items()
        for moment in Moment
    ]


def found_in(session: Session, viewer: Viewer, dwelling: Dwelling) -> list[Found]:
    """List what was found in a home, the latest first."""
    found = found_later(session, viewer, Dwelling.id == dwelling.id)
    return sorted(found, key=lambda one: (one.on, one.visit_id, one.item), reverse=True)


def found_later(
    session: Session, viewer: Viewer, which: ColumnElement[bool] | None = None
) -> list[Found]:
    """List what counted answers tell of items in homes one may see; of a visit, the latest."""
    rows = session.execute(
        select(took_place_in.label("home"), Visit.id, Case.person_id)
        .add_columns(Submission.id.label("sent_id"), Submission.findings)
        .add_columns(Submission.ended_at, Submission.received_at)
        .select_from(Submission)
        .join(Visit, Visit.id == Submission.visit_id)
        .join(Case, Case.id == Visit.case_id)
        .join(Dwelling, Dwelling.id == took_place_in)
        .join(Dwelling.residence)
        .join(Case.person)
        .where(Submission.state.in_(COUNTED), Submission.form_version_id.in_(_asking(session)))
        .where(visible_homes(viewer), visible_cases(viewer), true() if which is None else which)
        .order_by(Submission.received_at, Submission.id)
    )
    return [
        one
        for found in {(row.id, row.home): list(_found(session, row)) for row in rows}.values()
        for one in found
    ]


def _found(session: Session, row: Any) -> Iterable[Found]:
    kept = (row.findings or {}).get("kit_left")
    told = _read_again(session, row.sent_id) if kept is None else kept
    on = today_in_paris(row.ended_at or row.received_at)
    for item, left in told.items():
        yield Found(row.home, row.id, row.person_id, on, item, left)


def _read_again(session: Session, submission_id: uuid.UUID) -> Mapping[str, int | None]:
    """Read what answers of before it was kept beside them say."""
    sent = session.get_one(Submission, submission_id)
    return items_left(read_form(sent.form_version).form, read_checked(sent)) or {}


def _asking(session: Session) -> list[uuid.UUID]:
    """List the versions of forms that ask what is still in place."""
    filled = select(Submission.form_version_id).distinct()
    versions = session.scalars(select(FormVersion).where(FormVersion.id.in_(filled)))
    return [one.id for one in versions if asks_what_is_left(read_form(one).form)]


@dataclass(frozen=True)
class _Home:
    id: uuid.UUID
    reference: str
    city: str


def _fitted(session: Session, viewer: Viewer) -> dict[tuple[_Home, str], tuple[int, date]]:
    """Count by home and item what visits fitted, with the day of the latest of them."""
    asked = fitted_at_home(
        viewer,
        Dwelling.id.label("home"), Dwelling.reference, Residence.city, Visit.id.label("visit"),
        KitMovement.item, KitMovement.quantity, KitMovement.at,
    )  # fmt: skip
    visits = {(row.visit, row.item): row for row in session.execute(asked)}
    found: dict[tuple[_Home, str], tuple[int, date]] = {}
    for row in visits.values():
        of = _Home(row.home, row.reference, row.city), row.item
        number, latest = found.get(of, (0, date.min))
        found[of] = number - row.quantity, max(latest, today_in_paris(row.at))
    return found


def _by_home_and_item(found: Iterable[Found]) -> dict[tuple[uuid.UUID, str], list[Found]]:
    by: dict[tuple[uuid.UUID, str], list[Found]] = {}
    for one in sorted(found, key=lambda one: (one.on, one.visit_id)):
        by.setdefault((one.dwelling_id, one.item), []).append(one)
    return by


def _at(
    moment: Moment,
    home: _Home,
    item: str,
    fitted: tuple[int, date],
    found: Sequence[Found],
    today: date,
) -> Lasting:
    number, on = fitted
    then = [one for one in found if (one.on - on).days in moment.days]
    known = [one for one in then if one.left is not None] or then
    return Lasting(
        dwelling_id=home.id,
        reference=home.reference,
        city=home.city,
        item=item,
        fitted=number,
        on=on,
        moment=moment,
        found=known[-1] if known else None,
        is_due=(today - on).days >= moment.due,
    )
