"""What a technician's tablet carries into the day: orders, where they are and when, never why."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.models.people import PartRefusal, RefusedPart
from visits.models.portfolio import Dwelling, Residence
from visits.models.works import WorkOrder
from visits.people.part_refusals import standing_refusals
from visits.works.at_the_door import measures_for
from visits.works.parts import Offered, parts_offered
from visits.works.photos import photos_missing
from visits.works.round import orders_of_round
from webapp.access.auth import Action, viewer
from webapp.frame.languages import LANGUAGES
from webapp.frame.transaction import now
from webapp.words import in_both

# What is told of a place of which nothing is known.
NOWHERE: dict[str, Any] = {
    **dict.fromkeys(("reference", "address", "postcode", "city"), ""),
    **dict.fromkeys(("floor", "door", "access_code", "lift", "lat", "lon")),
}


def round_of(session: Session) -> tuple[dict[str, Any], set[UUID]]:
    """Give the orders of a technician's days as the tablet is told of them, and whose they are."""
    today = today_in_paris(now())
    found = orders_of_round(session, viewer(Action.CARRY_WORKS), today=today)
    persons = {one.person_id for one in found.orders if one.person_id is not None}
    refused = standing_refusals(session, persons)
    missing = photos_missing(session, found.orders, now=now())
    told = [_order(session, one, refused, missing[one.id]) for one in found.orders]
    parts = [_part_of_stock(one) for one in parts_offered(session, viewer(Action.CARRY_WORKS))]
    return {"orders": told, "more_orders": found.more, "parts": parts}, persons


def _part_of_stock(one: Offered) -> dict[str, Any]:
    name = " · ".join(said for said in (one.article.name, one.article.fitting) if said)
    return {"id": one.article.id, "name": name, "bag": one.bag, "central": one.central}


def _order(
    session: Session,
    order: WorkOrder,
    refused: Mapping[UUID, Sequence[PartRefusal]],
    photos_needed: int,
) -> dict[str, Any]:
    person = order.person
    parts = {one.part for one in refused.get(order.person_id, ())} if order.person_id else set()
    return {
        "id": order.id,
        "reference": order.reference,
        "trade": in_both("trade", order.trade),
        "severity": order.severity,
        "state": order.state,
        "label": {code: order.label.get(code, "").replace("**", "") for code in LANGUAGES},
        "place": in_both("place", order.place) if order.place else None,
        "access": order.access,
        "measures": [in_both("alert", code) for code in measures_for(session, order)],
        "tenant": person.name if person is not None else "",
        "phone": person.phone if person is not None else None,
        "planned_on": order.planned_on,
        "planned_part": _part(order.planned_part),
        "told": order.told_how is not None,
        "hold_until": order.hold_until,
        "due_at": order.due_at,
        "photos_refused": RefusedPart.PHOTOS in parts,
        "photos_needed": photos_needed,
        "dwelling": _where(order.dwelling, order.stands_in, order.is_open),
    }


def _part(part: str | None) -> dict[str, str] | None:
    return in_both("part_of_day", part) if part else None


def _where(dwelling: Dwelling | None, residence: Residence | None, is_open: bool) -> dict[str, Any]:
    if residence is None:
        return NOWHERE
    told = NOWHERE | {
        "address": residence.address,
        "postcode": residence.postcode,
        "city": residence.city,
        "lift": residence.has_lift,
        "lat": residence.lat,
        "lon": residence.lon,
    }
    if dwelling is None:
        return told
    return told | {
        "reference": dwelling.reference,
        "floor": dwelling.floor,
        "door": dwelling.door,
        "access_code": dwelling.access_code if is_open else None,
    }
