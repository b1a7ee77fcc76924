"""Words for orders that are often opened: kept under a name from an order, used by hand."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.ground.db import take_turn
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.recurring import OrderTemplate
from visits.models.works import WorkOrder
from visits.sight import Viewer

NAME_LENGTH, MOST = 60, 200


def templates_for(
    session: Session, viewer: Viewer, *, withdrawn: bool = False
) -> Sequence[OrderTemplate]:
    """List by trade and name the templates of a viewer's organisation, or the last withdrawn."""
    gone = OrderTemplate.withdrawn_at.is_not(None)
    statement = (
        select(OrderTemplate)
        .where(OrderTemplate.organisation_id == viewer.organisation_id)
        .where(gone if withdrawn else ~gone)
        .order_by(OrderTemplate.withdrawn_at.desc(), OrderTemplate.id)
        .limit(MOST)
    )
    return sorted(session.scalars(statement), key=lambda one: (one.trade, one.name))


def keep_template(
    session: Session, order: WorkOrder, name: str, *, viewer: Viewer, now: datetime
) -> OrderTemplate:
    """Keep the words of an order that was opened by hand, under a name.

    Raises Invalid, Conflict for one that a visit called for, for a name that is known and for too
    many.
    """
    if order.opened_by_id is None:
        raise Conflict("template_of_a_finding")
    name = name.strip()
    if not name or len(name) > NAME_LENGTH:
        raise Invalid({"template_name": "list_name_too_long" if name else "required"})
    if _take_turn_for(session, name, viewer):
        raise Invalid({"template_name": "template_known"})
    template = OrderTemplate(
        organisation_id=viewer.organisation_id,
        name=name,
        trade=order.trade,
        place=order.place,
        severity=order.severity,
        description=order.description,
        kept_at=now,
        kept_by_id=viewer.user_id,
    )
    session.add(template)
    session.flush()
    return template


def _take_turn_for(session: Session, name: str, viewer: Viewer) -> bool:
    """Wait for a place for one more template; tells whether one of that name stands already.

    Raises Conflict for too many.
    """
    take_turn(session, f"order templates {viewer.organisation_id}")
    known = templates_for(session, viewer)
    if len(known) >= MOST:
        raise Conflict("too_many_templates")
    return any(one.name.casefold() == name.casefold() for one in known)


def find_template(
    session: Session, template_id: uuid.UUID, *, viewer: Viewer, withdrawn: bool = False
) -> OrderTemplate:
    """Find a template of a viewer's organisation that stands, or is withdrawn; raises NotFound."""
    template = session.get(OrderTemplate, template_id)
    if template is None or template.organisation_id != viewer.organisation_id:
        raise NotFound("template_not_found")
    if withdrawn is (template.withdrawn_at is None):
        raise NotFound("template_not_found")
    return template


def withdraw_template(
    session: Session, template_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Let a template be used no more; orders opened with it stay. Raises NotFound."""
    template = find_template(session, template_id, viewer=viewer)
    session.refresh(template, with_for_update={"key_share": True})
    template.withdrawn_at, template.withdrawn_by_id = now, viewer.user_id


def put_template_back(session: Session, template_id: uuid.UUID, *, viewer: Viewer) -> None:
    """Let a template that was withdrawn be used again.

    Raises NotFound, Conflict for a name that another has by now and for too many.
    """
    template = find_template(session, template_id, viewer=viewer, withdrawn=True)
    if _take_turn_for(session, template.name, viewer):
        raise Conflict("template_known")
    session.refresh(template, with_for_update={"key_share": True})
    template.withdrawn_at = template.withdrawn_by_id = None
