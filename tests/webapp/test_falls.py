"""Falls told at follow-ups by person-year: hand-made persons, and who is told how much."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.diagnostics.test_forms_follow_up import CALM, FELL
from tests.factories import NOW, make_case, make_user, make_viewer, make_visit
from tests.submissions import fill_shipped, shipped
from visits.accounts.accounts import find_organisation
from visits.following.setting_aside import set_aside
from visits.forms.published import publish_form
from visits.ground.file_store import FileStore
from visits.intake.submissions import record_submission
from visits.models.accounts import OrganisationKind, Role
from visits.models.cases import Case, CaseState
from visits.models.people import AccessEvent
from visits.models.visits import COUNTED, Submission, VisitChannel, VisitState
from visits.people.protection import protect
from visits.programmes.published import publish_shipped_programmes
from visits.sight import Reach
from visits.steering.falls import Span, Why, falls_rate, falls_spans, poisson_interval, rates_apart
from visits.steering.rates_by import By
from webapp.words import words_of

SignIn = Callable[..., FlaskClient]


class Asked:
    """Persons who were visited and asked afterwards, day by day before NOW."""

    def __init__(self, session: Session, store: FileStore) -> None:
        publish_shipped_programmes(session, now=NOW)
        publish_form(session, shipped("follow_up_1_6_12"), by=None, now=NOW)
        self.session, self.store, self.user = session, store, make_user(session)
        self.partner = find_organisation(session, "Voisins", OrganisationKind.PARTNER)

    def case(self, *, partner: bool = False) -> Case:
        case = make_case(self.session, by=self.user, state=CaseState.VISITED)
        case.organisation_id = self.partner.id if partner else None
        return case

    def visited(self, case: Case, days_ago: int, **said: object) -> None:
        at = NOW - timedelta(days=days_ago)
        given = {"state": VisitState.DONE, "done_at": at, **said}
        make_visit(self.session, case=case, visitor=self.user, start_at=at, **given)

    def answered(self, case: Case, days_ago: int, falls: int | None = 0, **said: str) -> Submission:
        """Fill in the follow-up form during a call; None does not say."""
        at = NOW - timedelta(days=days_ago)
        told = {"fell_since": "unsaid"} if falls is None else {}
        if falls:
            told = {**FELL, "falls_since": str(falls)}
            told |= {"share_doctor": "no"} if falls > 1 else {}
        visit = make_visit(
            self.session, case=case, visitor=self.user, start_at=at, kind="follow_up",
            state=VisitState.UNDER_WAY, channel=VisitChannel.PHONE,
        )  # fmt: skip
        answers = said or {**CALM, **told}
        kept = record_submission(
            self.session, self.store, xml=fill_shipped("follow_up_1_6_12", **answers), files=(),
            visit_id=visit.id, viewer=make_viewer(self.user), now=NOW,
        )  # fmt: skip
        kept.ended_at = at
        self.session.flush()
        return kept

    def some(self) -> None:
        """Six persons: 600 days and 5 falls of two of them, two of the partner's."""
        for falls, days in ((0, 100), (3, 100), (0, 50)):
            case = self.case()
            self.visited(case, days + 10)
            self.answered(case, 10, falls)
        for falls, days in ((2, 200), (0, 50), (0, 100)):
            case = self.case(partner=True)
            self.visited(case, days + 10)
            self.answered(case, 10, falls)

    def spans(self, **said: object) -> list[Span]:
        given = {"by": By.PARTNER, "viewer": make_viewer(self.user), **said}
        return falls_spans(self.session, "seniors", **given)  # type: ignore[arg-type]


@pytest.fixture
def asked(session: Session, store: FileStore) -> Asked:
    return Asked(session, store)


@pytest.fixture
def store(settings: object) -> FileStore:
    return FileStore(settings.photos)  # type: ignore[attr-defined]


def test_falls_and_days_are_summed_from_contact_to_contact(asked: Asked) -> None:
    asked.some()
    rate = falls_rate(asked.spans())
    assert (rate.persons, rate.fell, rate.falls, rate.days) == (6, 2, 5, 600)
    assert rate.value == pytest.approx(5 / (600 / 365.25))
    # As many spans as there are counted answers, asked of the database.
    answers = select(func.count()).where(Submission.state.in_(COUNTED))
    assert asked.session.scalar(answers) == len(asked.spans())


def test_each_answer_is_about_the_time_since_the_contact_before(asked: Asked) -> None:
    case = asked.case()
    asked.visited(case, 400)
    asked.answered(case, 370, 1)
    asked.answered(case, 190, 0)
    asked.answered(case, 10, 2)
    spans = asked.spans()
    assert [(one.days, one.falls) for one in spans] == [(30, 1), (180, 0), (180, 2)]
    rate = falls_rate(spans)
    assert (rate.persons, rate.fell, rate.falls, rate.days) == (1, 1, 3, 390)
    assert rate.value is None and rate.interval is None  # one person is no rate


def test_what_is_not_said_is_not_counted_and_is_a_contact(asked: Asked) -> None:
    case = asked.case()
    asked.visited(case, 100)
    asked.answered(case, 60, None)
    asked.answered(case, 20, 1)
    assert [(one.days, one.why) for one in asked.spans()] == [(40, Why.UNSAID), (40, Why.COUNTED)]
    assert falls_rate(asked.spans()).days == 40


def test_nobody_reached_is_no_contact(asked: Asked) -> None:
    case = asked.case()
    asked.visited(case, 100)
    asked.answered(case, 60, month="m1", channel="phone", reached="no", not_reached_why="hospital")
    asked.answered(case, 20, 1)
    assert [(one.days, one.why) for one in asked.spans()] == [(80, Why.COUNTED)]


def test_a_visit_that_did_not_take_place_is_no_contact(asked: Asked) -> None:
    case = asked.case()
    asked.visited(case, 100)
    asked.visited(case, 50, state=VisitState.FAILED)
    asked.answered(case, 20, 0)
    assert [one.days for one in asked.spans()] == [80]


def test_an_answer_without_a_contact_before_or_of_the_same_day_is_listed_only(asked: Asked) -> None:
    case = asked.case()
    asked.answered(case, 20, 4)
    asked.answered(case, 20, 1)
    whys = [one.why for one in asked.spans()]
    assert whys == [Why.NOBODY_BEFORE, Why.SAME_DAY]
    assert falls_rate(asked.spans()).persons == 0


def test_what_is_set_aside_says_nothing_and_a_correction_speaks_for_it(asked: Asked) -> None:
    case = asked.case()
    asked.visited(case, 100)
    first = asked.answered(case, 20, 9)
    set_aside(
        asked.session, first, cancel=(), reason="twice", note={}, viewer=make_viewer(asked.user),
        now=NOW,
    )  # fmt: skip
    assert asked.spans() == []
    corrected = asked.answered(case, 19, 1)
    assert [one.falls for one in asked.spans()] == [1] and corrected.counts


def test_answers_from_before_falls_were_kept_are_read_again(asked: Asked) -> None:
    asked.some()
    before = falls_rate(asked.spans())
    for sent in asked.session.scalars(select(Submission).order_by(Submission.id)):
        sent.findings = {key: said for key, said in sent.findings.items() if key != "falls"}
    asked.session.flush()
    assert falls_rate(asked.spans()) == before


def test_a_year_is_that_of_the_answer_and_its_span_begins_before_it(asked: Asked) -> None:
    case = asked.case()
    asked.visited(case, 200)
    asked.answered(case, 100, 1)
    asked.answered(case, 10, 0)
    assert [one.last.year for one in asked.spans(year=NOW.year)] == [NOW.year]
    assert [one.days for one in asked.spans(year=NOW.year)] == [90]
    assert asked.spans(year=NOW.year - 1)[0].first == date(2025, 8, 22)
    assert asked.spans(year=1999) == []


def test_groups_add_up_to_the_whole(asked: Asked) -> None:
    asked.some()
    groups = dict(rates_apart(asked.spans()))
    assert list(groups) == ["Voisins", None]
    assert (groups["Voisins"].falls, groups["Voisins"].days) == (2, 350)
    assert (groups[None].falls, groups[None].days) == (3, 250)
    whole = falls_rate(asked.spans(by=By.TOWN))
    assert whole == falls_rate(asked.spans())


def test_nobody_is_counted_of_whom_one_may_not_see(asked: Asked) -> None:
    asked.some()
    elsewhere = make_viewer(make_user(asked.session, role=Role.VISITOR), Reach.OWN)
    assert asked.spans(viewer=elsewhere) == []
    hidden = asked.spans()[0]
    case = asked.session.get_one(Case, hidden.case_id)
    other = make_user(asked.session, name="Autre")
    protect(asked.session, case.person, by=other.id, now=NOW)
    asked.session.flush()
    assert falls_rate(asked.spans()).persons == 5


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0.0, 3.69), (1, 0.01, 5.56), (5, 1.62, 11.67), (100, 81.4, 121.6)],
)
def test_the_interval_is_the_poisson_one(count: int, low: float, high: float) -> None:
    found = poisson_interval(count)
    assert found == (pytest.approx(low, abs=0.05), pytest.approx(high, abs=0.05))


def filled(app: Flask) -> None:
    house = app.extensions["palier"]
    with house.sessions.begin() as session:
        asked = Asked(session, house.store)
        asked.some()
        silent = asked.case()
        asked.visited(silent, 90)
        asked.answered(silent, 30, None)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def test_the_page_its_file_and_its_list_say_the_same(app: Flask, client_as: SignIn) -> None:
    filled(app)
    client = client_as(Role.COORDINATOR, language="en")
    page = client.get("/outcomes/falls/?programme=seniors").text
    assert "Read with caution" in page and "Voisins" in page
    assert "Does not say whether they fell: 1" in page
    rows = rows_of(client.get("/outcomes/falls/falls.csv?programme=seniors").text)
    assert [(row["Compared"], row["Falls told"], row["Persons who fell"]) for row in rows] == [
        ("Voisins", "2", "1"), ("No partner in charge", "3", "1"),
    ]  # fmt: skip
    assert {row["Falls per person-year"] for row in rows} == {""}  # three persons each
    spans = rows_of(client.get("/outcomes/falls/spans.csv?programme=seniors&group=Voisins").text)
    assert sum(int(row["Falls told"]) for row in spans) == 2
    assert sum(int(row["Days"]) for row in spans) == 350
    listed = client.get("/outcomes/falls/spans?programme=seniors&only=fell&sort=falls").text
    assert "2 answers" in listed
    with app.extensions["palier"].sessions() as session:
        assert session.scalars(select(AccessEvent.id).where(AccessEvent.what == "falls")).first()


def test_the_whole_has_its_rate_and_interval(app: Flask, client_as: SignIn) -> None:
    filled(app)
    page = client_as(Role.COORDINATOR, language="en").get("/outcomes/falls/?programme=seniors").text
    assert "3.04" in page and "0.98 to 7.1" in page


def test_whoever_may_not_read_answers_is_told_no_few_and_no_list(
    app: Flask, client_as: SignIn
) -> None:
    filled(app)
    client = client_as(Role.MANAGER, language="en")
    page = client.get("/outcomes/falls/?programme=seniors").text
    assert "fewer than 5" in page and "3.04" not in page and "/outcomes/falls/spans" not in page
    assert client.get("/outcomes/falls/spans?programme=seniors").status_code == 403
    rows = rows_of(client.get("/outcomes/falls/falls.csv?programme=seniors&sort=rate").text)
    assert {row["Falls told"] for row in rows} == {"fewer than 5"}
    assert {row["Persons asked"] for row in rows} == {"fewer than 5"}
    assert {row["Person-years"] for row in rows} == {"–"}


def test_nobody_asked_says_what_to_do_and_nonsense_is_the_default(client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR)
    assert "empty-state" in client.get("/outcomes/falls/?by=weather&year=abc").text
    assert "empty-state" in client.get("/outcomes/falls/spans?only=rain&group=zzz&sort=zzz").text


def test_every_reason_has_its_words(app: Flask) -> None:
    with app.app_context():
        assert set(words_of("falls_span")) == set(Why)
