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


def templates_for(session: Session, viewer: Viewer) -> Sequence[OrderTemplate]:
    """List the templates of a viewer's organisation by trade and name."""
    statement = select(OrderTemplate).where(
        OrderTemplate.organisation_id == viewer.organisation_id,
        OrderTemplate.withdrawn_at.is_(None),
    )
    found = session.scalars(statement.order_by(OrderTemplate.id)).all()
    return sorted(found, key=lambda one: (one.trade, one.name))


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
    take_turn(session, f"order templates {viewer.organisation_id}")
    known = templates_for(session, viewer)
    if any(one.name.casefold() == name.casefold() for one in known):
        raise Invalid({"template_name": "template_known"})
    if len(known) >= MOST:
        raise Conflict("too_many_templates")
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


def find_template(session: Session, template_id: uuid.UUID, *, viewer: Viewer) -> OrderTemplate:
    """Find a template of a viewer's organisation that stands, else raise NotFound."""
    template = session.get(OrderTemplate, template_id)
    if (
        template is None
        or template.organisation_id != viewer.organisation_id
        or template.withdrawn_at is not None
    ):
        raise NotFound("template_not_found")
    return template


def withdraw_template(
    session: Session, template_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Let a template be used no more; orders opened with it stay. Raises NotFound."""
    template = find_template(session, template_id, viewer=viewer)
    session.refresh(template, with_for_update={"key_share": True})
    template.withdrawn_at, template.withdrawn_by_id = now, viewer.user_id
