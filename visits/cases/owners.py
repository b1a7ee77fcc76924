"""Whose a task is: a role's, somebody's by name or an organisation's; given, and nobody's any more.

What is given by name is given to whoever works this very case. When that ends, the task stays, and
is said to be of somebody who works here no more until it is given to somebody else.
"""

import uuid
from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from visits.cases.charge import Choices, charge_choices
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.accounts import Organisation, OrganisationKind, User
from visits.models.cases import Case, Task
from visits.models.people import AccessKind, Person
from visits.people.protection import named_for
from visits.programmes.schema import OWNERS
from visits.sight import Viewer
from visits.sight.access_log import log_access
from visits.sight.mandates import mandates_to_work
from visits.sight.reach import mandated

Owner = tuple[str | None, uuid.UUID | None, uuid.UUID | None]


def owner_said(
    session: Session, case: Case, owner: str | None, *, viewer: Viewer, now: datetime
) -> Owner:
    """Read whose a task is to be: `owner` is a role, the id of an account or an organisation's.

    Gives its role, account and organisation, one of them at most. Raises Invalid for an
    organisation that has no mandate here, and for whoever else may not be given it.
    """
    if not owner or owner in OWNERS:
        return owner or None, None, None
    may = who_may_own(session, case, charge_choices(session, case, viewer=viewer, now=now))
    for user in may.referents:
        if str(user.id) == owner:
            return None, user.id, None
    for organisation in may.organisations:
        if str(organisation.id) == owner:
            return None, None, organisation.id
    raise Invalid(
        {"owner": "no_mandate_here" if _is_organisation(session, owner) else "bad_choice"}
    )


def _is_organisation(session: Session, said: str) -> bool:
    try:
        return session.get(Organisation, uuid.UUID(said)) is not None
    except ValueError:
        return False


def who_may_own(session: Session, case: Case, choices: Choices) -> Choices:
    """Keep of those to whom a case may be given who sees it as it stands.

    While an organisation is in charge no other one does but the landlord, and of a protected
    person only an organisation of those named for her.
    """
    named, of_named = named_for(session, case.person, case.dwelling_id), None
    if named is not None:
        theirs = select(User.organisation_id).where(User.id.in_(named), User.active)
        of_named = set(session.scalars(theirs))
    seeing = [
        one
        for one in choices.organisations
        if case.organisation_id in (None, one.id) or one.kind is OrganisationKind.LANDLORD
    ]
    ids = {one.id for one in seeing}
    return Choices(
        [one for one in seeing if of_named is None or one.id in of_named],
        [one for one in choices.referents if one.organisation_id in ids],
    )


def give_task(session: Session, task: Task, owner: str, *, viewer: Viewer, now: datetime) -> None:
    """Say whose an open task is from now on, as `owner_said` reads it; empty is nobody's.

    Given to whoever had it before, it is theirs again.
    """
    given = owner_said(session, task.case, owner, viewer=viewer, now=now)
    if not task.is_open:
        raise Conflict("task_closed")
    if given == (task.owner_role, task.owner_id, task.owner_organisation_id):
        raise Conflict("task_theirs_already")
    task.owner_role, task.owner_id, task.owner_organisation_id = given
    session.flush()
    log_access(
        session, user_id=viewer.user_id, persons=[task.case.person_id], kind=AccessKind.WRITE,
        what="task_given", now=now,
    )  # fmt: skip


def is_left(session: Session, today: date) -> ColumnElement[bool]:
    """Give the condition on `Task` for those given by name to who works in its case no more.

    An account that is closed; an organisation, or somebody of one, whose mandate here is over or
    beside which another one is in charge.
    """
    whose = func.coalesce(Task.owner_organisation_id, User.organisation_id)
    works_here = or_(
        Case.landlord_id == whose,
        *(
            and_(whose == holder, mandated(held), _in_charge_or_nobody(holder))
            for holder, held in mandates_to_work(session, on=today)
        ),
    )
    working = (
        select(Task.id)
        .join(Case, Case.id == Task.case_id)
        .join(Person, Person.id == Case.person_id)
        .outerjoin(User, User.id == Task.owner_id)
        .where(_by_name(), works_here, or_(Task.owner_id.is_(None), User.active))
    )
    return and_(_by_name(), Task.id.not_in(working))


def _by_name() -> ColumnElement[bool]:
    return or_(Task.owner_id.is_not(None), Task.owner_organisation_id.is_not(None))


def _in_charge_or_nobody(organisation_id: uuid.UUID) -> ColumnElement[bool]:
    return or_(Case.organisation_id.is_(None), Case.organisation_id == organisation_id)


def left_among(session: Session, tasks: Collection[Task], *, now: datetime) -> set[uuid.UUID]:
    """Tell which of some tasks are to do and given to who works in their case no more."""
    ids = [one.id for one in tasks if one.is_open and (one.owner_id or one.owner_organisation_id)]
    if not ids:
        return set()
    left = select(Task.id).where(Task.id.in_(ids), is_left(session, today_in_paris(now)))
    return set(session.scalars(left))
