"""Twenty-eight households accompanied each week from May to December by six associations."""

from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from tests.factories import make_dwelling, make_person, make_residence, make_user, make_viewer
from tests.webapp.stories import browse_at, tile
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.cases.cases import close_case
from visits.cases.charge import put_in_charge
from visits.cases.coming import make_what_is_due
from visits.cases.pauses import pause
from visits.choosing.opening import open_by_hand
from visits.models.accounts import Role, User
from visits.models.cases import Case, WayIn
from visits.sight.mandates import WORK
from visits.support.acts import ActSaid, note_act
from visits.support.pace import turns_of

pytestmark = pytest.mark.one_database
PROGRAMME = "reinforced_support"
ASSOCIATIONS = ("Amarrage", "Bon Pied", "Cap Nord", "Déclic", "Escale", "Fil Rouge")
MAY, DECEMBER = date(2026, 5, 1), date(2026, 12, 31)
# The month each begins in, how many months it lasts: 82 that count, as one month is a pause.
SPANS = (*((5 + place % 6, 3) for place in range(25)), (5, 4), (11, 2), (11, 2))
PAUSED = 25
# Weeks, of all households one after the other, in which nobody could come.
MISSED = frozenset({40, 41, 120, 200, 280, 330})


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=PARIS)


def months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


class Story:
    """Eight months, day after day, with the clock in hand."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        self.office = make_user(session, language="en")
        self.partners = [
            make_user(session, role=Role.PARTNER_COORDINATOR, organisation=name, language="en")
            for name in ASSOCIATIONS
        ]
        for one in self.partners:
            said = MandateSaid(one.organisation_id, PROGRAMME, None, WORK, MAY, None)
            grant_mandate(session, said, by=self.office.id, now=at(MAY))
        self.cases: list[tuple[Case, User]] = []
        self.last: dict[date, list[tuple[Case, User]]] = {}
        self.weeks = 0

    def live(self) -> None:
        """Open, visit, close: what is due each day is done that day."""
        day = MAY
        while day <= DECEMBER:
            if day.day == 1:
                self.open(day)
            if day.weekday() == 0:
                make_what_is_due(self.session, now=at(day, 6))
            for case, partner in self.cases:
                if case.is_open:
                    self._visit(case, partner, day)
            self._close(day)
            day += timedelta(days=1)
        make_what_is_due(self.session, now=at(DECEMBER, 18))
        self.session.commit()

    def open(self, day: date) -> None:
        """Open the cases that begin on the first day of a month, each with its association."""
        for place, (month, months) in enumerate(SPANS):
            if month != day.month:
                continue
            # One residence of three stands in a priority district; of one nobody said.
            home = make_residence(
                self.session,
                reference=None if place == 27 else f"R{place}",
                priority_district="QN06012" if place % 3 == 1 and place < 24 else None,
            )
            person = make_person(self.session, dwelling=make_dwelling(self.session, residence=home))
            viewer, partner = make_viewer(self.office), self.partners[place % len(self.partners)]
            case, _fit = open_by_hand(
                self.session, person, PROGRAMME, way_in=WayIn.REFERRAL, motive="Impayés, dettes",
                viewer=viewer, now=at(day, 8),
            )  # fmt: skip
            put_in_charge(
                self.session, case, organisation_id=partner.organisation_id, viewer=viewer,
                referent_id=partner.id, why="De son secteur", now=at(day, 8),
            )  # fmt: skip
            if place == PAUSED:
                pause(
                    self.session, case, from_on=date(2026, 6, 1), until_on=date(2026, 6, 30),
                    why="Hôpital", viewer=viewer, now=at(day, 9),
                )  # fmt: skip
            self.cases.append((case, partner))
            last = months_later(day, months) - timedelta(days=1)
            self.last.setdefault(last, []).append((case, partner))

    def _visit(self, case: Case, partner: User, day: date) -> None:
        """Go there on the fourth day of each turn, but for the weeks nobody could."""
        for turn in turns_of(self.session, case):
            if turn.is_open and turn.not_before + timedelta(days=3) == day:
                self.weeks += 1
                if self.weeks not in MISSED:
                    said = ActSaid("visit", day, 55)
                    viewer = make_viewer(partner)
                    note_act(self.session, case, said, viewer=viewer, now=at(day, 17))

    def _close(self, day: date) -> None:
        for case, partner in self.last.get(day, ()):
            close_case(
                self.session, case, outcome="common_services", on=day, note="Relais pris.",
                viewer=make_viewer(partner), now=at(day, 18),
            )  # fmt: skip

    def browse(self, user: User) -> FlaskClient:
        """Sign somebody in on the last evening."""
        return browse_at(self.app, user, at(DECEMBER, 19))


def test_eight_months_end_with_the_figures_of_the_accounts(app: Flask, session: Session) -> None:
    story = Story(app, session)
    story.live()
    office = story.browse(story.office)
    balance = f"/support/balance/?programme={PROGRAMME}&from=2026-05&to=2026-12"
    page = office.get(balance).text
    assert tile(page, "Households") == "28"
    assert tile(page, "Support-months") == "82"
    assert tile(page, "Organisations") == "6"
    # Eight of the 27 whose district is known: nobody guesses at the last one.
    assert tile(page, "In a priority district") == "30 %"
    assert "8 of 27" in page

    visits, missed = int(tile(page, "Visits")), int(tile(page, "Visits missed"))
    assert missed == len(MISSED)
    # Counted another way: from the rows, and from the calendar of the households.
    asked = text("SELECT count(*) FROM support_act WHERE kind = 'visit' AND withdrawn_at IS NULL")
    assert session.scalar(asked) == visits
    session.commit()
    # A turn is seven days after the day of opening, and the visit on the fourth of them.
    days = [
        (months_later(date(2026, month, 1), months) - date(2026, month, 1)).days
        for month, months in SPANS
    ]
    turns_of_june = 4  # of the household that was away in June
    assert visits + missed == sum((one + 2) // 7 for one in days) - turns_of_june
    assert abs(visits - 357) <= 10

    # The missed weeks are listed; whoever knows why one was says so, and it stays counted.
    missed_page = f"/support/missed/?programme={PROGRAMME}"
    listed = office.get(missed_page).text
    assert f"{len(MISSED)} visits missed" in listed
    case, partner = next(one for one in story.cases if f"/support/{one[0].id}" in listed)
    turn = next(one for one in turns_of(session, case) if one.state == "lapsed").id
    session.commit()
    hers = story.browse(partner)
    assert hers.post(f"/support/missed/{turn}", data={"why": "Panne de voiture"}).status_code == 302
    page = office.get(balance).text
    assert (tile(page, "Visits missed"), "1 with a reason" in page) == (str(len(MISSED)), True)
    # All were handed over, and none is open or told of any more.
    shown = office.get("/support/?which=closed").text
    assert "28 households" in shown
    assert "Nobody here" in office.get("/support/?which=raised").text


def test_no_association_sees_the_households_of_another(app: Flask, session: Session) -> None:
    story = Story(app, session)
    story.open(date(2026, 5, 1))
    story.open(date(2026, 6, 1))
    session.commit()
    seen = []
    for one in story.partners:
        shown = story.browse(one).get("/support/").text
        seen.append({str(case.id) for case, _ in story.cases if f"/support/{case.id}" in shown})
        hers = {str(case.id) for case, partner in story.cases if partner is one}
        assert seen[-1] == hers
    assert sum(map(len, seen)) == len(story.cases)
