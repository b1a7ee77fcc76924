"""What a kind of consequence is: how it is opened, listed, counted, cancelled and taken up again.

A kind stands in one module; whoever needs them all walks the table in `every_kind`.
"""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from visits.models.accounts import Role
from visits.models.cases import Case
from visits.models.people import RefusedPart
from visits.models.visits import Consequence, Submission, Visit
from visits.models.works import TAKEN_BACK, URGENT, Severity
from visits.sight.reach import Viewer

LANDLORD, TENANT = "landlord", "tenant"
_GRAVEST_FIRST = [*map(str, Severity)]


@dataclass(frozen=True)
class Due:
    """Something that is open in a home, as the tablet tells it; `kind` is that of a consequence."""

    kind: str
    label: dict[str, str]
    state: str
    due_at: datetime | None


@dataclass(frozen=True)
class Waits:
    """A figure of the first page of some roles: the total of the kind's list under `only`."""

    name: str
    roles: tuple[Role, ...]
    count: Callable[[Session, Viewer, datetime], int]
    only: Mapping[str, Any] = field(default_factory=dict)
    tone: str = ""


class Kind(ABC):
    """A kind of consequence, whose things hang each on the finding that opened it.

    `noted_as` names its things in what a submission notes when it is set aside, `states` the words
    of their states. `part` is the part of a visit that somebody may refuse: then only what is
    urgent is opened. `without_home` tells that what is urgent is opened before anybody knows the
    home; `of_home` that it is for dwellings of ours: elsewhere somebody asks instead.
    """

    code: str
    noted_as: str
    states: str
    part: RefusedPart | None = None
    without_home = False
    of_home = False
    waits: tuple[Waits, ...] = ()

    @abstractmethod
    def called_for(self, consequence: Consequence, called: Sequence[Consequence]) -> bool:
        """Tell whether a finding among all of its submission calls for one of this kind."""

    def may_be_refused(self, consequence: Consequence) -> bool:
        """Tell whether whoever refuses the part leaves this too: what is urgent is opened."""
        return self.part is not None and consequence.severity not in URGENT

    @abstractmethod
    def open(
        self,
        session: Session,
        case: Case | None,
        consequence: Consequence,
        *,
        fresh: bool = False,
        now: datetime,
    ) -> None:
        """Open what a finding calls for, once; what is known already goes on.

        A `fresh` finding was only just written: it has opened nothing yet, and nobody looks for it.
        """

    @abstractmethod
    def opened_by(
        self, session: Session, consequence_ids: Collection[uuid.UUID]
    ) -> Mapping[uuid.UUID, Any]:
        """Give by finding what it opened."""

    @abstractmethod
    def is_open(self, thing: Any) -> bool:
        """Tell whether somebody still has to do it."""

    @abstractmethod
    def told(self, thing: Any) -> Due:
        """Say it as the tablet shows it."""

    @abstractmethod
    def due_in(
        self, session: Session, visits: Sequence[Visit]
    ) -> Mapping[uuid.UUID, Sequence[Any]]:
        """Give for each visit what is open in its home and may be told there."""

    @abstractmethod
    def cancel(self, thing: Any, *, reason: str, viewer: Viewer, now: datetime) -> None:
        """Close one that nobody needs any more."""

    @abstractmethod
    def take_up(self, session: Session, thing_id: uuid.UUID, state: str, *, now: datetime) -> None:
        """Put one that was cancelled back to its state; what was closed otherwise stays."""

    def hold(self, session: Session, submission: Submission) -> None:  # noqa: B027 - most need none
        """Wait until nobody else changes what a submission called for."""

    def hanging(self, session: Session, submission: Submission) -> Sequence[Any]:
        """List what is open and called for by this submission alone."""
        ids = [one.id for one in submission.consequences]
        return [one for one in self.opened_by(session, ids).values() if self.is_open(one)]

    def twins(
        self, session: Session, submission: Submission, beside: Submission
    ) -> Collection[uuid.UUID]:
        """Name what hangs on a submission though `beside` calls for the very same."""
        return ()

    def lean_on_others(  # noqa: B027 - most hang on one finding
        self, session: Session, submission: Submission
    ) -> None:
        """Let what others call for too no longer stand on a submission."""

    def take_back(
        self, session: Session, submission: Submission, *, viewer: Viewer, now: datetime
    ) -> None:
        """Take from a home what a submission opened that came from another."""
        for thing in self.hanging(session, submission):
            self.cancel(thing, reason=TAKEN_BACK, viewer=viewer, now=now)


@dataclass(frozen=True)
class Opened:
    """One thing that a finding opened, with its kind."""

    kind: Kind
    thing: Any


def is_urgent_hazard(consequence: Consequence) -> bool:
    """Tell whether a finding names a danger that cannot wait."""
    return consequence.kind == "hazard" and consequence.severity in URGENT


def is_hazard_to_do(consequence: Consequence) -> bool:
    """Tell whether a finding names a danger that cannot wait, or that is to be gone by a day."""
    dated = consequence.kind == "hazard" and consequence.due_at is not None
    return dated or is_urgent_hazard(consequence)


def is_seen_to(hazard: Consequence, called: Sequence[Consequence]) -> bool:
    """Tell whether works that the very answers of a hazard call for see to it.

    An order has to be as urgent; an adaptation is never soon enough for an urgent hazard.
    """
    return any(_sees_to(one, hazard) for one in called)


def _sees_to(one: Consequence, hazard: Consequence) -> bool:
    soon_enough = (
        _rank(one.severity) <= _rank(hazard.severity)
        if one.kind == "work_order"
        else one.kind == "adaptation" and hazard.severity not in URGENT
    )
    answers = {cause["path"] for cause in hazard.causes}
    return soon_enough and bool(answers) and answers <= {cause["path"] for cause in one.causes}


def _rank(severity: str | None) -> int:
    known = severity in _GRAVEST_FIRST
    return _GRAVEST_FIRST.index(str(severity)) if known else len(_GRAVEST_FIRST)
