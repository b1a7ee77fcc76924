"""What is noted of a person on a page of its own: noted, withdrawn, put back, or refused there."""

import uuid
from collections.abc import Callable

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from visits.ground.errors import Conflict, Invalid, Refused
from visits.sight import find_person
from webapp.access.auth import viewer
from webapp.frame.transaction import now, transaction

# The page as it stands, or with why a change of it was refused.
Page = Callable[[uuid.UUID, Refused | None], str]


def change_noted(
    person_id: uuid.UUID, verb: Callable[..., object], *said: object, page: Page, done: str
) -> ResponseReturnValue:
    """Do a verb `verb(session, person, *said, viewer, now)`, and show the page of its subject."""
    try:
        with transaction() as session:
            person = find_person(session, viewer(), person_id, to_change=True)
            verb(session, person, *said, viewer=viewer(), now=now())
    except (Invalid, Conflict) as refused:
        return page(person_id, refused), 422 if isinstance(refused, Invalid) else 409
    flash(done, "success")
    return redirect(url_for(".show", person_id=person_id))
