"""Two hundred and twenty-two places: for a year renewed once, or for good, always with a reason."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.factories import make_residence, make_user
from tests.webapp.residents import House, at
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.adaptations.deciding import Decided
from visits.admissions.commissions import call_for, note_present, put_on_agenda
from visits.cases.charge import put_in_charge
from visits.cases.coming import make_what_is_due
from visits.models.accounts import Role
from visits.models.admissions import Admission
from visits.models.cases import Case
from visits.models.commissions import Commission
from visits.models.stays import Place, Stay
from visits.sight.mandates import WORK
from visits.stays.complaints import ComplaintSaid, answer_complaint, note_complaint
from visits.stays.places import PlaceSaid
from visits.stays.stays import StaySaid, begin_stay, renew_stay

pytestmark = pytest.mark.one_database
FOR_A_TIME, FOR_GOOD = 112, 110
PLACES = FOR_A_TIME + FOR_GOOD
OPENS, COMMISSION = date(2024, 1, 8), date(2024, 2, 20)
RENEWED, CHECKS, EVENING = date(2025, 1, 6), date(2025, 1, 20), date(2025, 12, 31)
# Of those who ask in February: so many of each kind of place are free, two are refused.
FREE, REFUSED = 4, 2
WITH_RSA = 40
# Days until a complaint of the second year was answered; ten working days are never more than 18.
ANSWERED_AFTER = (1, 3, 7, 10, 12, 2, 5, 30, None)
IN_TIME = 7
COMPLAINED = date(2025, 3, 3)
WHY = "Ses ressources et son projet tiennent ; un logement est libre."


class Story(House):
    """Two years of a residence."""

    programme = "social_residence"

    def __init__(
        self, app: Flask, session: Session, *, for_a_time: int = FREE, for_good: int = FREE
    ) -> None:
        super().__init__(app, session)
        self.followed: list[Case] = []  # by the département, for the RSA allowance
        self.house = make_residence(session, has_lift=True, storeys=9)
        self.path = f"/stays/places/of/{self.house.id}"
        self.departement = make_user(
            session, role=Role.PARTNER_COORDINATOR, organisation="Département", language="en"
        )
        whose = self.departement.organisation_id
        mandate = MandateSaid(whose, self.programme, None, WORK, OPENS, None)
        grant_mandate(session, mandate, by=self.office.id, now=at(OPENS, 7))
        year = PlaceSaid("studio", "Studio", "once", 12, 380_00, OPENS)
        ever = PlaceSaid("flat", "Logement", "permanent", None, 420_00, OPENS)
        self.years = [self.home(self.house, [year])[0] for _ in range(for_a_time)]
        self.evers = [self.home(self.house, [ever])[0] for _ in range(for_good)]

    def bring_over(self, place: Place, kind: str) -> Stay:
        """Write down a stay of who lived there before, with her case."""
        case = self.case(self.person(date(1960 + self.came % 40, 3, 1), OPENS), OPENS)
        if self.came <= WITH_RSA:
            self.followed.append(case)
            put_in_charge(
                self.session, case, organisation_id=self.departement.organisation_id,
                referent_id=self.departement.id, why="Référent RSA", viewer=self.viewer,
                now=at(OPENS, 9),
            )  # fmt: skip
        said = StaySaid(kind, OPENS, case.id)
        return begin_stay(self.session, place, case.person, said, viewer=self.viewer, now=at(OPENS))

    def ask_for(self, asking: int) -> tuple[Commission, Sequence[Admission]]:
        """Let so many ask in February, and put them on the agenda of the commission."""
        asked = []
        for _one in range(asking):
            case = self.case(self.person(date(1985, 6, 1), date(2024, 2, 1)), date(2024, 2, 1))
            asked.append(self.ask(case, date(2024, 2, 1), ["identity", "income"]))
        now = at(date(2024, 2, 10))
        held = call_for(self.session, self.programme, COMMISSION, viewer=self.viewer, now=now)
        for one in asked:
            put_on_agenda(self.session, held, one, viewer=self.viewer, now=now)
        note_present(held, "Mme Roy (Département), M. Le Goff (bailleur)")
        return held, asked

    def complain(self, stay: Stay, answered_after: int | None) -> None:
        """Note that somebody complains, and what she is answered some days later."""
        said = ComplaintSaid("services", "Le linge vient en retard.", COMPLAINED)
        viewer, now = self.viewer, at(COMPLAINED)
        complaint = note_complaint(self.session, stay, said, viewer=viewer, now=now)
        if answered_after is not None:
            on = COMPLAINED + timedelta(days=answered_after)
            words, turn = "Il vient le mardi.", complaint.turn
            answer_complaint(
                self.session, complaint, words, on, turn=turn, viewer=viewer, now=at(on)
            )

    def live(self) -> None:
        """Fill the house, the last places by a commission; renew once; let checks come due."""
        before = [self.bring_over(place, "temporary") for place in self.years[:-FREE]]
        for place in self.evers[:-FREE]:
            self.bring_over(place, "permanent")
        _held, asked = self.ask_for(FREE * 2 + REFUSED)
        for one, place in zip(asked, self.years[-FREE:] + self.evers[-FREE:], strict=False):
            self.decide(one, Decided("accepted", explanation=WHY), COMMISSION)
            self.let_in(one, place, date(2024, 3, 1))
        for one in asked[-REFUSED:]:
            instead = {"other_residence": "La résidence des Tilleuls"}
            why = "Ses ressources dépassent le plafond."
            self.decide(one, Decided("refused", "income_too_high", why, instead), COMMISSION)
            self.close(one.case, "not_taken_in", date(2024, 3, 1))
        for stay in before:
            renew_stay(self.session, stay, turn=stay.turn, viewer=self.viewer, now=at(RENEWED))
        for stay, days in zip(before, ANSWERED_AFTER, strict=False):
            self.complain(stay, days)
        make_what_is_due(self.session, now=at(CHECKS, 6))
        self.session.commit()


def test_two_years_end_with_every_place_taken(app: Flask, session: Session) -> None:
    story = Story(app, session, for_a_time=FOR_A_TIME, for_good=FOR_GOOD)
    story.live()
    due_then = "/tasks/?state=open_all&kind=visit&programme=social_residence"
    checks = story.page(due_then, at(CHECKS))
    evening = at(EVENING, 18)
    house = story.page(story.path, evening)
    assert f"{PLACES} places to stay in" in house and f"{PLACES} taken, 0 free" in house
    for kind, number in (("temporary", FOR_A_TIME), ("permanent", FOR_GOOD)):
        assert f"{number} stays<" in story.page(f"/stays/?kind={kind}", evening), kind
    told = f"{IN_TIME} of {len(ANSWERED_AFTER)}"
    asked = "/stays/complaints/?from=2025-01-01&to=2025-12-31"
    assert f"<dt>Answered in time</dt><dd>{told}</dd>" in story.page(asked, evening)
    assert "1 complaint<" in story.page(f"{asked}&state=late", evening)
    programme = story.page("/programmes/social_residence", evening)
    assert f"<strong>{PLACES}</strong> of {PLACES}" in programme

    # Counted another way: from the rows alone.
    kinds = text("SELECT s.kind, p.contract, count(*), count(s.until_on) FROM stay s JOIN place p"
                 " ON p.id = s.place_id GROUP BY s.kind, p.contract ORDER BY s.kind")  # fmt: skip
    assert [tuple(one) for one in session.execute(kinds)] == [
        ("permanent", "permanent", FOR_GOOD, 0),
        ("temporary", "once", FOR_A_TIME, FOR_A_TIME),
    ]
    decided = text("SELECT outcome, count(*), count(explanation), count(reason)"
                   " FROM admission_decision GROUP BY outcome ORDER BY outcome")  # fmt: skip
    assert [tuple(one) for one in session.execute(decided)] == [
        ("accepted", FREE * 2, FREE * 2, 0), ("refused", REFUSED, REFUSED, REFUSED)
    ]  # fmt: skip
    late = text("SELECT count(*), sum(CASE WHEN answered_on <= due_on THEN 1 ELSE 0 END)"
                " FROM complaint WHERE withdrawn_at IS NULL")  # fmt: skip
    assert tuple(session.execute(late).one()) == (len(ANSWERED_AFTER), IN_TIME)
    by_rsa = text("SELECT count(*) FROM case_file c JOIN organisation o"
                  " ON o.id = c.organisation_id AND o.name = 'Département'")  # fmt: skip
    assert session.scalar(by_rsa) == WITH_RSA
    due = text("SELECT count(*) FROM task WHERE cadence = 'check' AND state = 'open'")
    coming = session.scalar(due)
    session.commit()
    assert f"{coming} things to do" in checks and coming == PLACES
    page = story.page(f"/cases/{story.followed[0].id}", evening, by=story.departement)
    assert f"<dt>Referent</dt><dd>{story.departement.name}</dd>" in page


def test_a_third_year_and_a_decision_without_reason_are_refused(
    app: Flask, session: Session
) -> None:
    story = Story(app, session)
    stay = story.bring_over(story.years[0], "temporary")
    ever = story.bring_over(story.evers[0], "permanent")
    session.commit()

    def renew(one: Stay, on: date) -> tuple[int, str]:
        path = f"/stays/{one.id}"
        found = re.search(r'name="turn" value="(\d+)"', story.page(path, at(on)))
        data = {"turn": found[1] if found else "0"}
        answer = story.browse(story.office, at(on)).post(f"{path}/renew", data=data)
        return answer.status_code, answer.text

    assert renew(stay, RENEWED)[0] == 302
    status, said = renew(stay, EVENING)
    assert status == 409 and "as often as it allows" in said
    status, said = renew(ever, EVENING)
    assert status == 409
    session.refresh(stay)
    assert stay.until_on == date(2026, 1, 8), "two years, and nothing was changed"
    ends = text("SELECT count(*) FROM stay_renewal")
    assert session.scalar(ends) == 1
    session.commit()
    over = story.page("/stays/?state=soon", at(EVENING))
    assert "NUMERO001" in over and "NUMERO002" not in over

    # A place for a time is no place for good, nor the other way round.
    her = story.person(date(1990, 1, 1), OPENS)
    session.commit()
    office = story.browse(story.office, at(OPENS))
    wrong = {"kind": "permanent", "from_on": OPENS.isoformat(), "place": str(story.years[1].id)}
    session.commit()
    assert office.post(f"/stays/new/{her.id}", data=wrong).status_code == 422

    # Nothing is decided without its reason, and a refusal says what else there is.
    _held, [asked] = story.ask_for(1)
    session.commit()
    path = f"/admissions/{asked.id}"
    for said in ({"outcome": "accepted"}, {"outcome": "refused", "explanation": "Non."}):
        page = story.page(path, at(COMMISSION, 15))
        turn = re.search(r'name="turn" value="(\d+)"', page)
        assert turn
        office = story.browse(story.office, at(COMMISSION, 15))
        answer = office.post(f"{path}/decision", data=said | {"turn": turn[1]})
        assert answer.status_code == 422 and "error" in answer.text
    assert session.scalar(text("SELECT count(*) FROM admission_decision")) == 0
    session.commit()
