"""What kits save, summed by programme: each sum is that of its list, and who is told how much."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.diagnostics.test_forms_eco_kit import LAMP, ONE, SHOWER, TAP
from tests.factories import NOW, make_case, make_user, make_viewer, make_visit
from tests.submissions import fill_shipped, shipped
from visits.following.setting_aside import set_aside
from visits.forms.published import publish_form
from visits.ground.file_store import FileStore
from visits.intake.conclusion import read_checked
from visits.intake.kept_savings import MEASURES, KeptSavings, keep_savings
from visits.intake.kit_savings import keep_older_savings, savings_of
from visits.intake.submissions import record_submission
from visits.models.accounts import Role
from visits.models.cases import CaseState
from visits.models.people import AccessEvent
from visits.models.visits import Submission, VisitState
from visits.people.protection import protect
from visits.programmes.published import publish_shipped_programmes
from visits.sight import Reach
from visits.steering.kit_savings import Counts, Saving, list_savings, sum_of, sums_by_programme
from webapp.words import words_of

SignIn = Callable[..., FlaskClient]
DISTRICT = {**ONE, "hot_water": "district"}


class Kits:
    """Visits that filled in a kit."""

    def __init__(self, session: Session, store: FileStore) -> None:
        publish_shipped_programmes(session, now=NOW)
        publish_form(session, shipped("eco_kit"), by=None, now=NOW)
        self.session, self.store, self.user = session, store, make_user(session)

    def sent(self, programme: str = "seniors", days_ago: int = 1, **said: object) -> Submission:
        at = NOW - timedelta(days=days_ago)
        case = make_case(self.session, by=self.user, state=CaseState.VISITED, programme=programme)
        visit = make_visit(
            self.session, case=case, visitor=self.user, start_at=at, state=VisitState.UNDER_WAY
        )
        answers = {**ONE, "lamp": [LAMP], "tap": [TAP, SHOWER], **said}
        return record_submission(
            self.session, self.store, xml=fill_shipped("eco_kit", **answers), files=(),
            visit_id=visit.id, viewer=make_viewer(self.user), now=at,
        )  # fmt: skip

    def listed(self, **said: object) -> list[Saving]:
        given = {"viewer": make_viewer(self.user), **said}
        return list(list_savings(self.session, **given))  # type: ignore[arg-type]


@pytest.fixture
def kits(session: Session, store: FileStore) -> Kits:
    return Kits(session, store)


@pytest.fixture
def store(settings: object) -> FileStore:
    return FileStore(settings.photos)  # type: ignore[attr-defined]


def test_what_is_kept_is_what_the_page_of_the_visit_works_out(kits: Kits) -> None:
    sent = kits.sent()
    (one,) = kits.listed()
    assert sent.visit is not None and one.saved is not None
    found = savings_of(kits.session, sent.visit).saved
    assert found is not None and found.kwh.central > 0
    for measure in MEASURES:
        kept, worked_out = one.saved.saved[measure], getattr(found, measure)
        assert kept.low == pytest.approx(worked_out.low, abs=0.05)
        assert kept.high == pytest.approx(worked_out.high, abs=0.05)


def test_a_price_once_kept_stays_when_the_address_changes(kits: Kits) -> None:
    sent = kits.sent()
    assert sent.visit is not None and sent.visit.home is not None
    before = savings_of(kits.session, sent.visit).saved
    sent.visit.home.residence.postcode = "33000"  # of another region, with another price
    assert savings_of(kits.session, sent.visit).saved == before
    sent.savings = None
    assert savings_of(kits.session, sent.visit).saved != before


def test_sums_add_bound_to_bound_by_programme(kits: Kits) -> None:
    for programme in ("seniors", "seniors", "residences"):
        kits.sent(programme)
    every = kits.listed()
    sums = dict(sums_by_programme(every))
    assert {code: one.visits for code, one in sums.items()} == {"seniors": 2, "residences": 1}
    one = next(row.saved for row in every)
    assert one is not None
    assert sums["seniors"].saved.saved["kwh"].low == round(2 * one.saved["kwh"].low, 1)
    whole = sum_of(every).saved
    assert whole == sums["seniors"].saved + sums["residences"].saved
    assert [row.programme for row in kits.listed(programme="residences")] == ["residences"]
    assert sum_of([]).saved == KeptSavings()


def test_hot_water_without_a_number_is_said(kits: Kits) -> None:
    kits.sent(hot_water="unknown")
    (one,) = kits.listed()
    assert one.counts is Counts.HEAT
    assert dict(sum_of([one]).left_out) == {Counts.HEAT: 1}


def test_what_was_not_worked_out_yet_is_listed_and_the_job_works_it_out(kits: Kits) -> None:
    sent = kits.sent()
    kept, sent.savings = sent.savings, None
    kits.session.flush()
    assert [one.counts for one in kits.listed()] == [Counts.WAITS]
    assert sum_of(kits.listed()).visits == 0
    assert keep_older_savings(kits.session, now=NOW) == 1
    assert keep_older_savings(kits.session, now=NOW) == 0
    assert sent.savings == kept


def test_a_day_of_which_no_number_is_known_is_not_counted(kits: Kits) -> None:
    sent = kits.sent()
    sent.ended_at = NOW.replace(year=1950)
    keep_savings(kits.session, sent, read_checked(sent))
    kits.session.flush()
    (one,) = kits.listed()
    assert (one.saved, one.counts) == (None, Counts.NO_NUMBER)
    assert kits.listed(year=NOW.year) == []


def test_what_is_set_aside_saves_nothing(kits: Kits) -> None:
    sent = kits.sent()
    set_aside(
        kits.session, sent, cancel=(), reason="twice", note={}, viewer=make_viewer(kits.user),
        now=NOW,
    )  # fmt: skip
    assert kits.listed() == []


def test_nobody_is_summed_of_whom_one_may_not_see(kits: Kits) -> None:
    sent = kits.sent()
    kits.sent()
    assert sent.visit is not None
    other = make_user(kits.session, name="Autre")
    protect(kits.session, sent.visit.case.person, by=other.id, now=NOW)
    kits.session.flush()
    assert sum_of(kits.listed()).visits == 1
    elsewhere = make_viewer(make_user(kits.session, role=Role.VISITOR), Reach.OWN)
    assert kits.listed(viewer=elsewhere) == []


def filled(app: Flask, seniors: int = 2) -> None:
    house = app.extensions["palier"]
    with house.sessions.begin() as session:
        kits = Kits(session, house.store)
        for _ in range(seniors):
            kits.sent()
        kits.sent("residences", hot_water="unknown")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def test_the_page_its_file_and_its_list_say_the_same(app: Flask, client_as: SignIn) -> None:
    filled(app)
    client = client_as(Role.COORDINATOR, language="en")
    page = client.get("/outcomes/savings/").text
    assert "In all" in page and "programme=seniors" in page
    sums = rows_of(client.get("/outcomes/savings/savings.csv").text)
    assert sorted(row["Visits with a kit"] for row in sums) == ["1", "2"]
    two = next(row for row in sums if row["Visits with a kit"] == "2")
    rows = rows_of(client.get("/outcomes/savings/visits.csv?programme=seniors").text)
    for name in two:
        if name.endswith((", at least", ", at most")):
            listed = sum(float(row[name]) for row in rows)
            assert listed == pytest.approx(float(two[name]), abs=0.001)
    listed = client.get("/outcomes/savings/visits?programme=seniors&sort=kwh&desc=1").text
    assert "2 visits" in listed and listed.count('/savings">') == 2
    with app.extensions["palier"].sessions() as session:
        what = select(AccessEvent.id).where(AccessEvent.what == "savings_summed")
        assert session.scalars(what).first()


def test_whoever_may_not_read_answers_is_told_nothing_of_few(app: Flask, client_as: SignIn) -> None:
    filled(app, seniors=6)  # told as five: six and five tell of the one between
    client = client_as(Role.MANAGER, language="en")
    page = client.get("/outcomes/savings/?year=2026").text
    assert "fewer than 5" in page and "In all" not in page and "/savings/visits" not in page
    assert client.get("/outcomes/savings/visits").status_code == 403
    assert client.get("/outcomes/savings/visits.csv").status_code == 403
    rows = rows_of(client.get("/outcomes/savings/savings.csv").text)
    few = next(row for row in rows if row["Visits with a kit"] == "fewer than 5")
    assert few["Euros a year, at least"] == ""
    assert next(row for row in rows if row["Visits with a kit"] == "5")["Euros a year, at least"]


def test_nothing_fitted_says_so_and_nonsense_is_the_whole(client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR)
    assert "empty-state" in client.get("/outcomes/savings/?year=abc").text
    nonsense = "/outcomes/savings/visits?programme=zz&only=rain&year=9&sort=zz"
    assert "empty-state" in client.get(nonsense).text


def test_every_reason_and_measure_has_its_words(app: Flask) -> None:
    with app.app_context():
        assert set(words_of("saving")) == set(Counts)
        assert set(words_of("saved")) == set(MEASURES)
