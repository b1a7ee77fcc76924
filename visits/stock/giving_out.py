"""Kits given without a visit: so many articles for each of many homes, noted at once."""

import re
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.orm import Session

from visits.ground.bulk import insert_many
from visits.ground.db import new_id
from visits.ground.deadlines import midnight_in_paris, today_in_paris
from visits.ground.errors import Invalid
from visits.models.portfolio import Dwelling, Residence
from visits.models.stock import Article, Given, KitMovement, MovementKind
from visits.sight import Viewer
from visits.sight.homes import visible_homes
from visits.stock.central import BATCH_LENGTH, STANDS, in_stock, movement_of

MOST_HOMES, MOST_A_HOME = 20_000, 50
LONGEST_AGO, A_DAY = timedelta(days=2 * 366), timedelta(days=1)
_BETWEEN = re.compile(r"[\s,;]+")
_AT_ONCE = 500


@dataclass(frozen=True)
class Homes:
    """The homes that are meant; `unknown` are the references of none that may be seen."""

    ids: Sequence[uuid.UUID]
    unknown: Sequence[str] = ()


@dataclass(frozen=True)
class Need:
    """What giving out takes of an article, and what there is."""

    article: Article
    each: int
    needed: int
    there: int

    @property
    def is_short(self) -> bool:
        """Tell whether there are not enough."""
        return self.needed > self.there


@dataclass(frozen=True)
class Giving:
    """On which day it was given, today unless said, and of which batch, by article."""

    on: date | None = None
    batches: Mapping[uuid.UUID, str] = field(default_factory=dict)


TODAY = Giving()


@dataclass(frozen=True)
class Plan:
    """What giving out comes to before it is done; `before` homes were given some of it already."""

    homes: Homes
    needs: Sequence[Need]
    before: int


def homes_listed(session: Session, viewer: Viewer, references: str) -> Homes:
    """Find the dwellings of references as somebody lists them, each once.

    Raises Invalid for none and for more than `MOST_HOMES`.
    """
    listed = list(dict.fromkeys(one for one in _BETWEEN.split(references) if one))
    if not listed or len(listed) > MOST_HOMES:
        raise Invalid({"references": "too_many_homes" if listed else "required"})
    known: dict[str, uuid.UUID] = {}
    for start in range(0, len(listed), _AT_ONCE):
        named = Dwelling.reference.in_(listed[start : start + _AT_ONCE])
        known |= dict(_seen(session, viewer, named))
    unknown = [one for one in listed if one not in known]
    return Homes([known[one] for one in listed if one in known], unknown)


def homes_of(session: Session, viewer: Viewer, residence: Residence) -> Homes:
    """List the dwellings of a residence that the viewer may see."""
    found = _seen(session, viewer, Dwelling.residence_id == residence.id)
    return Homes([dwelling_id for _, dwelling_id in found])


def _seen(
    session: Session, viewer: Viewer, which: ColumnElement[bool]
) -> list[tuple[str, uuid.UUID]]:
    statement = (
        select(Dwelling.reference, Dwelling.id)
        .join(Dwelling.residence)
        .where(which, visible_homes(viewer))
        .order_by(Dwelling.reference, Dwelling.id)
    )
    return [(reference, dwelling_id) for reference, dwelling_id in session.execute(statement)]


def plan_giving(
    session: Session, homes: Homes, kit: Iterable[tuple[Article, int]], *, again: bool
) -> Plan:
    """Say what so many of each article a home come to; `again` gives to who was given some before.

    Raises Invalid for a bad number or none at all.
    """
    each = {article: number for article, number in kit if number}
    for article, number in each.items():
        if not 0 < number <= MOST_A_HOME:
            raise Invalid({f"each-{article.id}": "number_too_far"})
    if not each:
        raise Invalid({"kit": "kit_empty"})
    before = _given_before(session, homes, [article.id for article in each])
    left = homes.ids if again else [one for one in homes.ids if one not in before]
    needs = [
        Need(article, number, number * len(left), in_stock(session, article))
        for article, number in each.items()
    ]
    return Plan(Homes(left, homes.unknown), needs, len(before))


def _given_before(
    session: Session, homes: Homes, articles: Collection[uuid.UUID]
) -> set[uuid.UUID]:
    given = select(Given.dwelling_id).join(Given.movement)
    given = given.where(STANDS, KitMovement.article_id.in_(articles)).distinct()
    return set(session.scalars(given)) & set(homes.ids)


def check_given(given: Giving, *, now: datetime) -> None:
    """Refuse a day to come, or one long ago, and a batch too long; raises Invalid."""
    fields = {}
    if given.on is not None and given.on > today_in_paris(now):
        fields["given_on"] = "must_not_be_future"
    elif given.on is not None and given.on < today_in_paris(now) - LONGEST_AGO:
        fields["given_on"] = "too_long_ago"
    for article_id, batch in given.batches.items():
        if len(batch.strip()) > BATCH_LENGTH:
            fields[f"batch-{article_id}"] = "text_too_long"
    if fields:
        raise Invalid(fields)


def give_out(
    session: Session, plan: Plan, given: Giving = TODAY, *, viewer: Viewer, now: datetime
) -> uuid.UUID:
    """Note that each home of a plan was given its kit; gives the act, to be withdrawn as one.

    Raises Invalid when no home is meant, an article does not suffice, or for a day or a batch.
    """
    check_given(given, now=now)
    if not plan.homes.ids:
        raise Invalid({"references": "no_home_known"})
    if any(need.is_short for need in plan.needs):
        raise Invalid({"kit": "more_than_in_stock"})
    act_id = new_id()
    for need in plan.needs:
        movement = movement_of(
            need.article, MovementKind.GIVEN, -need.needed, viewer=viewer, now=now
        )
        movement.id, movement.act_id = new_id(), act_id
        movement.batch = given.batches.get(need.article.id, "").strip()
        if given.on is not None and given.on < today_in_paris(now):
            # After all that came that day.
            movement.at = midnight_in_paris(given.on + A_DAY) - timedelta(minutes=1)
        session.add(movement)
        session.flush()
        rows = [{"dwelling_id": one} for one in plan.homes.ids]
        homes: Table = Given.__table__  # type: ignore[assignment]
        insert_many(session, homes, rows, movement_id=movement.id, quantity=need.each)
    return act_id
