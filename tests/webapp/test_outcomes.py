"""Outcomes: no rate without what it was computed from. And the home page's figures."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from tests.factories import (
    NOW,
    make_case,
    make_user,
    make_viewer,
    make_visit,
    promised,
    shipped_programmes_read,
)
from tests.submissions import GAS
from tests.webapp.test_visits_pages import Home
from visits.calls.contacts import Attempt, record_attempt
from visits.models.accounts import Role, User
from visits.models.calls import Channel, ContactAttempt, Disposition, RefusalReason
from visits.models.cases import CaseState
from visits.models.visits import Visit, VisitState
from visits.models.works import Severity, WorkOrder, WorkOrderState
from visits.steering.outcomes import outcomes, standing
from visits.steering.results import follow_up_results, works_results
from visits.works.moves import MoveSaid, move_work_order
from webapp.commands.jobs import JOBS, run_job
from webapp.office.frame.small_counts import told
from webapp.words import words_of

SignIn = Callable[..., FlaskClient]
PROGRAMME = next(iter(shipped_programmes_read()))


def test_an_empty_programme_says_what_to_do(client_as: SignIn) -> None:
    page = client_as(Role.COORDINATOR).get("/outcomes/")
    assert page.status_code == 200
    assert "empty-state" in page.text


def test_rates_show_their_numerator_and_denominator(app: Flask, client_as: SignIn) -> None:
    with app.extensions["palier"].sessions.begin() as session:
        user = make_user(session)
        for _ in range(3):
            make_case(session, by=user, programme=PROGRAMME, state=CaseState.VISITED)
        refused = make_case(session, by=user, programme=PROGRAMME)
        attempt = Attempt(Disposition.REFUSED, reason=RefusalReason.PRIVACY)
        record_attempt(session, refused, attempt, viewer=make_viewer(user), now=NOW)
    page = client_as(Role.COORDINATOR, language="en").get("/outcomes/").text
    for code, of in (("REF3", "1 of 4"), ("COOP3", "3 of 4"), ("CON1", "4 of 4")):
        line = page[page.index(code) : page.index(code) + 200]
        assert of in line
    assert "1 of 1" in page  # the one refusal has a reason
    assert 'data-chart="line"' in page and 'id="refusals-by-month"' in page


def _refuse(session: Session, user: User, reason: RefusalReason, *, now: datetime = NOW) -> None:
    refused = make_case(session, by=user, programme=PROGRAMME)
    attempt = Attempt(Disposition.REFUSED, reason=reason)
    record_attempt(session, refused, attempt, viewer=make_viewer(user), now=now)


def _figures(page: str) -> str:
    """The words of a page's own part, without marks and without what is written to be filled in."""
    main = page[page.index("<main") : page.index("</main>")]
    main = re.sub(r"<form.*?</form>", "", main, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def test_whoever_may_not_read_answers_gets_no_count_under_five_and_no_exact_total(
    app: Flask, client_as: SignIn
) -> None:
    with app.extensions["palier"].sessions.begin() as session:
        user = make_user(session)
        for _ in range(18):
            make_case(session, by=user, programme=PROGRAMME, state=CaseState.VISITED)
        for _ in range(6):
            _refuse(session, user, RefusalReason.NO_NEED)
        _refuse(session, user, RefusalReason.HEALTH)
        _refuse(session, user, RefusalReason.PRIVACY, now=NOW - timedelta(days=40))
    manager = client_as(Role.MANAGER, language="en")
    for path in ("/outcomes/", "/"):
        figures = _figures(manager.get(path).text)
        assert re.findall(r"\b(?:18|8|26|7|6) of |of (?:8|7|6|18|26)\b", figures) == []
    page = manager.get("/outcomes/").text
    figures = _figures(page)
    assert "Health or tiredness fewer than 5 of 10" in figures
    assert "Feels no need 5 of 10" in figures
    assert "Visited, nothing due now 20 of 25" in figures
    cells = re.findall(r'<td class="num" data-value="([^"]*)">', page)
    assert cells == ["", "100.0"]  # the month with one answer draws nothing
    exact = _figures(client_as(Role.COORDINATOR, language="en").get("/outcomes/").text)
    assert "Visited, nothing due now 18 of 26" in exact and "1 of 8" in exact


def test_five_are_told_and_four_are_not(app: Flask, session: Session) -> None:
    with app.test_request_context("/"):
        g.account = make_user(session, role=Role.MANAGER)
        assert (told(5), told(4) == 4) == (5, False)


def test_works_and_follow_ups_of_few_are_not_told_to_whoever_may_not_read_answers(
    app: Flask, client_as: SignIn
) -> None:
    Home(app).send(GAS)
    figures = _figures(client_as(Role.MANAGER, language="en").get("/outcomes/").text)
    works = figures[figures.index("Median delay") :]
    assert re.findall(r"\b[1-4]\b", works) == []
    exact = _figures(client_as(Role.COORDINATOR, language="en").get("/outcomes/").text)
    assert re.findall(r"\b[1-4]\b", exact[exact.index("Median delay") :])


def test_an_unknown_programme_is_not_found(client_as: SignIn) -> None:
    assert client_as(Role.MANAGER).get("/outcomes/?programme=none").status_code == 404


def test_works_are_counted_by_severity_with_their_delay(app: Flask, session: Session) -> None:
    home = Home(app)
    home.send(GAS)
    programme = session.get_one(Visit, home.visit.id).case.programme
    viewer = make_viewer(home.coordinator)
    before = works_results(session, programme, viewer=viewer, now=NOW + timedelta(days=1))
    assert [(row.severity, row.opened, row.still_open, row.late) for row in before] == [
        (Severity.U0, 1, 1, 1)
    ]
    order = session.scalars(select(WorkOrder)).one()
    move_work_order(
        session,
        order,
        WorkOrderState.DONE,
        MoveSaid(note="fait"),
        viewer=viewer,
        now=NOW + timedelta(minutes=40),
    )
    (after,) = works_results(session, programme, viewer=viewer, now=NOW)
    assert (after.in_time.numerator, after.in_time.denominator) == (1, 1)
    assert after.delay == timedelta(minutes=40)
    assert works_results(session, "another", viewer=viewer, now=NOW) == []


def test_follow_ups_are_counted_once_their_day_has_come(app: Flask, session: Session) -> None:
    home = Home(app)
    home.send(GAS)
    programme = session.get_one(Visit, home.visit.id).case.programme
    viewer = make_viewer(home.coordinator)
    total = len(session.scalars(promised()).all())
    now_counted = follow_up_results(session, programme, viewer=viewer, now=NOW)
    later = follow_up_results(session, programme, viewer=viewer, now=NOW + timedelta(days=400))
    assert (now_counted.done.denominator, now_counted.to_come) == (0, total)
    assert (later.done.numerator, later.done.denominator, later.to_come) == (0, total, 0)


@pytest.mark.slow
@pytest.mark.parametrize("role", sorted(set(Role) - {Role.VISITOR, Role.FUNDER}))
def test_every_role_has_a_home_whose_tiles_lead_somewhere(
    app: Flask, client_as: SignIn, role: Role
) -> None:
    Home(app).send(GAS)
    client = client_as(role)
    page = client.get("/")
    assert page.status_code == 200
    links = [part.partition('"')[0] for part in page.text.split('stretched-link" href="')[1:]]
    assert links
    for link in links:
        assert client.get(link.replace("&amp;", "&")).status_code == 200


def test_a_visitor_goes_straight_to_the_tablet(client_as: SignIn) -> None:
    answer = client_as(Role.VISITOR).get("/")
    assert answer.status_code == 302 and "/tablet/" in answer.location


def test_the_administrator_sees_whether_the_access_log_is_unbroken(
    app: Flask, client_as: SignIn
) -> None:
    home = Home(app)
    client_as(Role.COORDINATOR).get(home.page)
    client_as(Role.COORDINATOR).get(home.page)
    client = client_as(Role.ADMINISTRATOR, language="en")
    assert "Not checked yet" in client.get("/").text
    house = app.extensions["palier"]
    (job,) = (job for job in JOBS if job.name == "check_access_log")
    seal = next(job for job in JOBS if job.name == "seal_access_log")
    run_job(house, seal)
    run_job(house, job)
    assert "Unbroken" in client.get("/").text
    with house.sessions.begin() as session:
        session.connection().exec_driver_sql("DELETE FROM access_event WHERE id = 1")
    run_job(replace(house, clock=lambda: house.clock() + timedelta(days=1)), job)
    assert "Broken in Mar 2026" in client.get("/").text


def test_results_name_their_programme_beside_the_filters_which_are_not_printed(
    client_as: SignIn,
) -> None:
    programme = list(shipped_programmes_read().values())[-1]
    client = client_as(Role.MANAGER, language="en")
    page = client.get(f"/outcomes/?programme={programme.code}").text
    printed = re.sub(r'<form class="filters".*?</form>', "", page, flags=re.S)
    assert unescape(programme.name["en"]) in unescape(printed)


def test_reasons_sum_to_the_refusals_and_who_was_called_is_counted_as_called(
    session: Session,
) -> None:
    user = make_user(session)
    viewer = make_viewer(user)

    def tried(*tries: Attempt) -> None:
        case = make_case(session, by=user, programme=PROGRAMME)
        for number, attempt in enumerate(tries):
            at = NOW + timedelta(days=120 * number)
            record_attempt(session, case, attempt, viewer=viewer, now=at)

    soft = Attempt(Disposition.REFUSED, reason=RefusalReason.TIMING)
    tried(soft, Attempt(Disposition.REFUSED, reason=RefusalReason.PRIVACY))
    make_case(session, by=user, programme=PROGRAMME, state=CaseState.REFUSED)
    tried(Attempt(Disposition.NO_ANSWER))
    tried(Attempt(Disposition.WRONG_NUMBER))
    tried(*[Attempt(Disposition.NO_ANSWER)] * 3)
    tried(Attempt(Disposition.AGREED))
    tried(Attempt(Disposition.IN_HOSPITAL))
    tried(Attempt(Disposition.MOVED))
    tried()
    found = outcomes(session, PROGRAMME, viewer=viewer)
    assert found.refusal_reasons == {"R04": 1, "R99": 1}
    counted = {rate.code: (rate.numerator, rate.denominator) for rate in found.rates}
    assert found.refusals == counted["REF3"][0] == 2
    assert counted["REF3"] == (2, 7)
    assert counted["REFC"] == (2, 4)
    assert counted["CON1"] == (4, 8)


def test_who_was_visited_once_counts_once_in_every_rate_wherever_her_next_visit_stands(
    session: Session,
) -> None:
    user, visitor = make_user(session), make_user(session, role=Role.VISITOR)
    viewer = make_viewer(user)
    for state, knock in (
        (CaseState.TO_CALL, None),
        (CaseState.PLANNED, None),
        (CaseState.NOT_ELIGIBLE, None),
        (CaseState.REFUSED, None),
        (CaseState.CALL_BACK, Disposition.BROKEN_OFF),
        (CaseState.CALL_BACK, Disposition.WRONG_ADDRESS),
    ):
        case = make_case(session, by=user, programme=PROGRAMME)
        make_visit(session, case=case, visitor=visitor, state=VisitState.DONE)
        case.state = state
        if state is CaseState.PLANNED:
            make_visit(session, case=case, visitor=visitor, state=VisitState.UNDER_WAY)
        if knock is not None:
            said = {"channel": Channel.DOOR, "disposition": knock, "caller_id": visitor.id}
            session.add(ContactAttempt(case_id=case.id, at=NOW, **said))
    session.flush()
    found = outcomes(session, PROGRAMME, viewer=viewer)
    counted = {rate.code: (rate.numerator, rate.denominator) for rate in found.rates}
    assert counted == {
        "REF3": (0, 6), "REFC": (0, 6), "REF1": (0, 6), "REF2": (0, 6),
        "COOP3": (6, 6), "COOP1": (6, 6), "RR1": (6, 6), "RR2": (6, 6), "RR3": (6, 6),
        "CON1": (6, 6),
    }  # fmt: skip
    assert standing(session, PROGRAMME, viewer=viewer).by_state == found.by_state
    assert found.refusals == found.by_state[CaseState.REFUSED] == 1


def test_a_refusal_of_the_first_hour_of_a_month_is_of_that_month(session: Session) -> None:
    user = make_user(session)
    midnight = datetime(2026, 7, 1, 0, 30, tzinfo=PARIS)
    _refuse(session, user, RefusalReason.TIMING, now=midnight.astimezone(UTC))
    found = outcomes(session, PROGRAMME, viewer=make_viewer(user))
    assert found.refusals_by_month == {"2026-07": (1, 1)}


def test_every_rate_has_its_name_and_its_definition(app: Flask, session: Session) -> None:
    user = make_user(session)
    rates = outcomes(session, PROGRAMME, viewer=make_viewer(user)).rates
    with app.app_context():
        assert {rate.code for rate in rates} == set(words_of("rate"))
        assert set(words_of("rate_definition")) == set(words_of("rate"))
