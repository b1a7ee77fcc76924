"""What a viewer may see of circles: those she is in, and of their cases what she may be told.

Whoever is in a circle sees its cases by that alone, and nothing else of them; a protected person is
seen by those named for her, in a circle too. Who ended her agreement, or refuses that anything of
her is shared, is seen by nobody there.
"""

import uuid

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from visits.models.cases import Case
from visits.models.circles import Circle, CircleCase, CircleMember
from visits.models.people import PartRefusal, Person, RefusedPart
from visits.sight.reach import Viewer, open_to


def circles_of(viewer: Viewer) -> Select[uuid.UUID]:
    """Select the circles the viewer is in, but for those that were closed."""
    hers = (CircleMember.user_id == viewer.user_id, CircleMember.withdrawn_at.is_(None))
    stands = Circle.withdrawn_at.is_(None)
    return select(CircleMember.circle_id).join(CircleMember.circle).where(*hers, stands)


def visible_circles(viewer: Viewer, *, keeps: bool) -> ColumnElement[bool]:
    """Give the condition on `Circle` for those she is in, or that her organisation keeps.

    Of one that she keeps and is not in she sees its name and its members, and none of its cases.
    """
    hers = Circle.id.in_(circles_of(viewer))
    its = and_(Circle.organisation_id == viewer.organisation_id, Circle.withdrawn_at.is_(None))
    return or_(hers, its) if keeps else hers


def visible_circle_cases(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition on `CircleCase` and its `Person` for what the viewer may read."""
    return and_(
        CircleCase.circle_id.in_(circles_of(viewer)),
        open_to(viewer.user_id),
        CircleCase.withdrawn_at.is_(None),
        CircleCase.ended_on.is_(None),
        Person.id.not_in(_share_nothing(session, viewer)),
    )


def _share_nothing(session: Session, viewer: Viewer) -> list[uuid.UUID]:
    """Find who of a viewer's circles refuses that anything is shared: what is refused is sealed."""
    persons = select(Case.person_id).join(CircleCase, CircleCase.case_id == Case.id)
    hers = persons.where(CircleCase.circle_id.in_(circles_of(viewer)))
    standing = select(PartRefusal.person_id, PartRefusal.part).where(
        PartRefusal.person_id.in_(hers), PartRefusal.ended_at.is_(None)
    )
    told = session.execute(standing).all()
    return [person_id for person_id, part in told if part is RefusedPart.SHARING]
