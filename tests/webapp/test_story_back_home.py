"""Thirty-two tenants who come home from hospital, talked over each month by a shared circle."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from tests.factories import make_person, make_user, make_viewer
from tests.webapp.stories import browse_at, tile
from visits.cases.cases import close_case
from visits.choosing.opening import open_by_hand
from visits.models.accounts import Role, User
from visits.models.cases import Case, WayIn
from visits.models.circles import Circle, CircleCase, CircleMeeting

pytestmark = pytest.mark.one_database
PROGRAMME = "back_home"
FIRST, MONTHS = 4, 9  # April to December 2026
EACH_MONTH, MONTHS_OPENING, LASTS = 4, 8, 4
# Three of those of September are back sooner, in December.
SOONER = (20, 21, 22)
OPENED, CLOSED, OPEN = 32, 23, 9


def at(month: int, day: int, hour: int = 10) -> datetime:
    return datetime.combine(date(2026, month, day), time(hour), tzinfo=PARIS)


def closes_in(place: int) -> int:
    """Give the month in which a case is closed, before its meeting; past the story for some."""
    return FIRST + MONTHS - 1 if place in SOONER else FIRST + place // EACH_MONTH + LASTS


class Story:
    """Nine months with the clock in hand."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        self.office = make_user(session, language="en")
        self.hospital = make_user(
            session, role=Role.PARTNER_COORDINATOR, organisation="Centre hospitalier", language="en"
        )
        self.cases: list[tuple[Case, str]] = []
        session.commit()
        office = self.browse(self.office, at(FIRST, 1))
        name = "Back home after hospital"
        assert office.post("/circles/", data={"name": name}).status_code == 302
        self.circle = f"/circles/{session.scalars(select(Circle.id)).one()}"
        session.commit()
        taken_in = office.post(f"{self.circle}/members", data={"user": self.hospital.id})
        assert taken_in.status_code == 302

    def browse(self, user: User, now: datetime) -> FlaskClient:
        """Sign somebody in at a moment; the clock of the house stands there."""
        return browse_at(self.app, user, now)

    def live(self) -> None:
        """Let each month happen: who comes in, who is back, the meeting on the twentieth."""
        for month in range(FIRST, FIRST + MONTHS):
            if month < FIRST + MONTHS_OPENING:
                self._put(month)
            self._bring_home(month)
            self._meet(month)

    def _put(self, month: int) -> None:
        for _turn in range(EACH_MONTH):
            case, _fit = open_by_hand(
                self.session, make_person(self.session), PROGRAMME, way_in=WayIn.REFERRAL,
                motive="Sortie d’hôpital", viewer=make_viewer(self.office), now=at(month, 2),
            )  # fmt: skip
            self.session.commit()
            said = {
                "circle": self.circle.rpartition("/")[2],
                "shared": "Opérée, deux étages à monter.",
                "agreed_on": f"2026-{month:02}-02",
                "agreed_how": "written",
            }
            put = self.browse(self.office, at(month, 3)).post(f"/circles/put/{case.id}", data=said)
            assert put.status_code == 302
            self.cases.append((case, put.location.rpartition("/")[2]))

    def _bring_home(self, month: int) -> None:
        """Note the landlord’s agreement, then the return, and close the case."""
        for place, (case, one) in enumerate(self.cases):
            if closes_in(place) != month:
                continue
            path, day = f"/circles/cases/{one}/steps", f"2026-{month:02}-05"
            back = {"kind": "back_home", "of_day": day}
            hospital = self.browse(self.hospital, at(month, 6))
            assert hospital.post(path, data=back).status_code == 409
            agreed = {"kind": "landlord_agreed", "of_day": day}
            office = self.browse(self.office, at(month, 6))
            assert office.post(path, data=agreed).status_code == 302
            assert hospital.post(path, data=back).status_code == 302
            close_case(
                self.session, case, outcome="home", viewer=make_viewer(self.office),
                now=at(month, 10),
            )  # fmt: skip
            self.session.commit()

    def _meet(self, month: int) -> None:
        """Make the agenda in one click, note a point of each open case, close the minutes."""
        now = at(month, 20, 14)
        office, hospital = self.browse(self.office, now), self.browse(self.hospital, now)
        made = office.post(f"{self.circle}/meetings", data={"held_on": f"2026-{month:02}-20"})
        assert made.status_code == 302
        for one in self._on_agenda(made.location.rpartition("/")[2]):
            said = {"words": f"Où elle en est en {month}.", "decision": "On continue."}
            noted = hospital.post(f"{made.location}/points/{one}", data=said)
            assert noted.status_code == 302
        closed = office.post(f"{made.location}/minutes", data={"present": "Toutes"})
        assert closed.status_code == 302

    def _on_agenda(self, meeting: str) -> Iterator[str]:
        shown = self.browse(self.hospital, self.app.extensions["palier"].clock())
        page = shown.get(f"/circles/meetings/{meeting}").text
        for place, (_case, one) in enumerate(self.cases):
            if f'id="of-{one}"' in page:
                assert closes_in(place) > int(self.app.extensions["palier"].clock().month)
                yield one


def test_nine_months_end_with_the_figures_of_the_circle(app: Flask, session: Session) -> None:
    story = Story(app, session)
    story.live()
    evening = at(12, 31, 18)
    for user in (story.office, story.hospital):
        page = story.browse(user, evening).get(story.circle).text
        assert tile(page, "Put to the circle") == str(OPENED)
        assert tile(page, "Closed") == str(CLOSED)
        assert tile(page, "Open") == str(OPEN)
        assert tile(page, "No point this month") == "0"
    as_file = story.browse(story.hospital, evening).get(f"{story.circle}/cases.csv?which=all").text
    assert len(as_file.splitlines()) == OPENED + 1

    # Counted another way: from the rows alone.
    counted = text(
        "SELECT count(*), count(c.closed_on) FROM circle_case cc "
        "JOIN case_file c ON c.id = cc.case_id "
        "WHERE c.programme = :code AND cc.withdrawn_at IS NULL AND cc.ended_on IS NULL"
    )
    assert tuple(session.execute(counted, {"code": PROGRAMME}).one()) == (OPENED, CLOSED)
    points = text(
        "SELECT p.circle_case_id, m.held_on FROM circle_point p "
        "JOIN circle_meeting m ON m.id = p.meeting_id WHERE p.withdrawn_at IS NULL"
    )
    said = {tuple(map(str, row)) for row in session.execute(points)}
    session.commit()
    # Each month that a case was open has its dated point, and no other month has one.
    told = session.execute(select(CircleCase.id, Case.opened_at, Case.closed_on).join(Case))
    expected = set()
    held = {one.held_on for one in session.scalars(select(CircleMeeting))}
    for ident, opened_at, closed_on in told:
        for day in held:
            if opened_at.date() <= day < (closed_on or date.max):
                expected.add((ident.hex, day.isoformat()))
    session.commit()
    assert {(one.replace("-", ""), day) for one, day in said} == expected
    assert len(held) == MONTHS

    stranger = make_user(session, role=Role.PARTNER_COORDINATOR, organisation="Autre")
    session.commit()
    other = story.browse(stranger, evening)
    assert other.get(story.circle).status_code == 404
    assert story.circle not in other.get("/circles/").text
    later = story.browse(story.office, evening + timedelta(days=20)).get(story.circle).text
    assert tile(later, "No point this month") == str(OPEN)
