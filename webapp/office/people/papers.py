"""The documents of a person's page: what its reader may see of them."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from visits.intake.papers import Paper, papers_of
from visits.models.people import Person
from visits.sight import Viewer
from webapp.access.auth import Action, may, viewer


def papers_shown(session: Session, person: Person, *, may_add: bool) -> Sequence[Paper]:
    """List the papers about somebody, as far as the signed-in account sees."""
    return papers_of(
        session,
        person,
        answers=_seen(Action.SEE_ANSWERS),
        calls=_seen(Action.SEE_CASES),
        added=may_add,
    )


def _seen(action: Action) -> Viewer | None:
    return viewer(action) if may(action) else None
