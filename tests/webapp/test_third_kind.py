"""A kind of consequence that the table gains is opened, told, counted and taken back everywhere."""

import re
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import NOW, make_user, make_viewer
from tests.submissions import FALLS, fill
from tests.webapp.tablets import Tablet, hand_out_tablet
from visits.following.every_kind import KINDS
from visits.following.kinds import Due, Kind, Waits
from visits.intake.doubles import keep_one, withdraw_decision
from visits.intake.submissions import record_submission
from visits.models.accounts import Role
from visits.models.cases import Case
from visits.models.visits import Consequence, Submission, Visit
from visits.sight import Reach, Viewer

DIM = {"room_kind": "hallway", "light": "dim"}
TILE = re.compile(r"Lamps asked for</\w+>\s*<[^>]*>\s*1\s*<")


@dataclass
class Wanted:
    """Light that somebody brings: a thing of the made-up kind."""

    id: uuid.UUID
    case_id: uuid.UUID
    label: dict[str, str]
    state: str = "asked"
    reference: str = "LA-1"
    due_at: datetime | None = None


class Lamps(Kind):
    """Made up, and kept in memory."""

    code = "hazard"
    noted_as = "lamps"
    states = "lamp"

    def __init__(self) -> None:
        self.sent: dict[uuid.UUID, Wanted] = {}
        self.waits = (Waits("lamps_asked", (Role.COORDINATOR,), self._count),)

    def called_for(self, consequence: Consequence, called: Sequence[Consequence]) -> bool:
        return consequence.kind == self.code

    def open(
        self,
        session: Session,
        case: Case | None,
        consequence: Consequence,
        *,
        fresh: bool = False,
        now: datetime,
    ) -> None:
        assert case is not None
        self.sent[consequence.id] = Wanted(consequence.id, case.id, dict(consequence.label))

    def opened_by(
        self, session: Session, consequence_ids: Collection[uuid.UUID]
    ) -> Mapping[uuid.UUID, Wanted]:
        return {one: self.sent[one] for one in consequence_ids if one in self.sent}

    def is_open(self, thing: Wanted) -> bool:
        return thing.state == "asked"

    def told(self, thing: Wanted) -> Due:
        return Due(self.code, thing.label, thing.state, thing.due_at)

    def due_in(self, session: Session, visits: Sequence[Visit]) -> Mapping[uuid.UUID, list[Wanted]]:
        open_now = [one for one in self.sent.values() if self.is_open(one)]
        return {
            visit.id: [one for one in open_now if one.case_id == visit.case_id] for visit in visits
        }

    def cancel(self, thing: Wanted, *, reason: str, viewer: Viewer, now: datetime) -> None:
        thing.state = "cancelled"

    def take_up(self, session: Session, thing_id: uuid.UUID, state: str, *, now: datetime) -> None:
        self.sent[thing_id].state = state

    def _count(self, session: Session, viewer: Viewer, now: datetime) -> int:
        return sum(self.is_open(one) for one in self.sent.values())


@pytest.fixture
def lamps() -> Iterator[Lamps]:
    """One more kind, in the table for one test."""
    kind = Lamps()
    KINDS.insert(0, kind)
    yield kind
    KINDS.remove(kind)


@pytest.fixture
def tablet(app: Flask, lamps: Lamps, monkeypatch: pytest.MonkeyPatch) -> Tablet:
    words = app.extensions["words"]
    monkeypatch.setitem(words, "lamp", {"asked": "Asked for"})
    monkeypatch.setitem(words["waits"], "lamps_asked", "Lamps asked for")
    return hand_out_tablet(app)


def _send(tablet: Tablet, session: Session) -> Submission:
    return record_submission(
        session,
        tablet.house.store,
        xml=fill(FALLS, rooms=[DIM]),
        files=(),
        viewer=make_viewer(tablet.visitor, Reach.OWN),
        now=NOW,
        visit_id=tablet.visit.id,
    )


def _told(rows: list[dict[str, Any]]) -> list[str]:
    return [row["state"] for row in rows if row["kind"] == "hazard"]


def test_it_is_opened_told_on_the_tablet_shown_and_counted(
    tablet: Tablet, lamps: Lamps, client_as: Callable[..., FlaskClient]
) -> None:
    with tablet.house.sessions.begin() as session:
        _send(tablet, session)
    (opened,) = lamps.sent.values()
    assert _told(tablet.today["due"]) == ["asked"]
    assert _told(tablet.day()["sent"][0]["opened"]) == ["asked"]
    client = client_as(Role.COORDINATOR, language="en")
    page = client.get(f"/visits/{tablet.visit.id}").text
    assert re.search(rf"{opened.reference}.{{0,20}}Asked for", page, re.DOTALL)
    assert TILE.search(client.get("/").text)


def test_a_submission_set_aside_takes_it_back_and_taken_up_puts_it_back(
    tablet: Tablet, lamps: Lamps
) -> None:
    with tablet.house.sessions.begin() as session:
        first, second = _send(tablet, session), _send(tablet, session)
        one, other = lamps.sent.values()
        coordinator = make_viewer(make_user(session))
        keep_one(
            session,
            first,
            second,
            reason="Saisi deux fois",
            cancel=[other.id],
            viewer=coordinator,
            now=NOW,
        )
        assert (one.state, other.state) == ("asked", "cancelled")
        withdraw_decision(session, first, second, viewer=coordinator, now=NOW)
        assert other.state == "asked"
