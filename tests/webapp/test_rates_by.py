"""Rates side by side: by programme, partner, caller, town, month. Each case is in one group."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import (
    NOW,
    make_case,
    make_user,
    make_viewer,
    shipped_programmes_read,
)
from visits.accounts.accounts import find_organisation
from visits.calls.contacts import Attempt, record_attempt
from visits.models.accounts import OrganisationKind, Role, User
from visits.models.calls import Disposition, RefusalReason
from visits.models.cases import Case, CaseState
from visits.sight import Reach
from visits.steering.outcomes import outcomes
from visits.steering.rates import Tally, rates
from visits.steering.rates_by import By, compared
from webapp.words import words_of

SignIn = Callable[..., FlaskClient]
PROGRAMME = next(iter(shipped_programmes_read()))


def test_the_rates_of_a_campaign_are_those_worked_out_by_hand() -> None:
    # 842 chosen, 42 not concerned, 600 visited, 30 begun, 105 refused, 45 not reached, 10 spoken
    # to otherwise, 10 not called; e = 790 / 832.
    counted = Tally(600, 30, 105, 10, 45, 10, 42, reached=745)
    found = {one.code: (one.numerator, one.denominator) for one in rates(counted)}
    assert found == {
        "REF1": (105, 800), "REF2": (105, 799), "REF3": (105, 790), "REFC": (105, 745),
        "COOP1": (600, 745), "COOP3": (600, 735),
        "RR1": (600, 800), "RR2": (630, 800), "RR3": (600, 799), "CON1": (745, 800),
    }  # fmt: skip


def test_a_rate_of_nobody_has_no_value() -> None:
    assert [one.value for one in rates(Tally())] == [None] * 10
    assert Tally(unknown=3).likely_eligible == 3


def refuse(session: Session, case: Case, caller: User) -> None:
    said = Attempt(Disposition.REFUSED, reason=RefusalReason.PRIVACY)
    record_attempt(session, case, said, viewer=make_viewer(caller), now=NOW)


def not_in(session: Session, case: Case, caller: User, days_ago: int = 0) -> None:
    said = Attempt(Disposition.NO_ANSWER)
    viewer = make_viewer(caller)
    record_attempt(session, case, said, viewer=viewer, now=NOW - timedelta(days=days_ago))


def some(session: Session) -> User:
    """Seven cases: four visited, one refused after two called, one not reached, one not called."""
    first, second = make_user(session, name="Odile Brin"), make_user(session, name="Odile Brin")
    partner = find_organisation(session, "Voisins", OrganisationKind.PARTNER)
    for _ in range(4):
        case = make_case(session, by=first, programme=PROGRAMME, state=CaseState.VISITED)
        case.organisation_id = partner.id
    refused = make_case(session, by=first, programme=PROGRAMME)
    not_in(session, refused, first, days_ago=1)
    refuse(session, refused, second)
    not_in(session, make_case(session, by=first, programme=PROGRAMME), first)
    late = make_case(session, by=first, programme=PROGRAMME)
    late.opened_at = NOW - timedelta(days=70)
    late.dwelling_id = None
    session.flush()
    return first


@pytest.mark.parametrize("by", By)
def test_groups_add_up_to_the_whole(session: Session, by: By) -> None:
    viewer = make_viewer(some(session))
    groups = compared(session, by, Case.programme == PROGRAMME, viewer=viewer)
    whole = Tally()
    for one in groups:
        whole += one.tally
    assert rates(whole) == outcomes(session, PROGRAMME, viewer=viewer).rates
    assert whole.in_all == 7


def test_a_case_is_its_last_callers_and_two_of_one_name_stay_two(session: Session) -> None:
    viewer = make_viewer(some(session))
    groups = compared(session, By.CALLER, Case.programme == PROGRAMME, viewer=viewer)
    said = [(one.name, one.tally.refused, one.tally.not_reached) for one in groups]
    assert sorted(said[:2]) == [("Odile Brin", 0, 1), ("Odile Brin", 1, 0)]
    assert groups[2].name is None and groups[2].tally.unknown == 1


def test_partners_months_and_homes_are_told_apart(session: Session) -> None:
    viewer = make_viewer(some(session))

    def counted(by: By) -> list[tuple[str | None, int]]:
        groups = compared(session, by, Case.programme == PROGRAMME, viewer=viewer)
        return [(one.name, one.tally.in_all) for one in groups]

    assert counted(By.PARTNER) == [("Voisins", 4), (None, 3)]
    assert [count for _, count in counted(By.MONTH)] == [1, 6]
    assert [count for _, count in counted(By.TOWN)][-1] == 1
    assert counted(By.TOWN)[-1][0] is None


def test_nobody_is_counted_of_whom_one_may_not_see(session: Session) -> None:
    some(session)
    elsewhere = make_viewer(make_user(session, role=Role.VISITOR), Reach.OWN)
    for by in By:
        assert compared(session, by, viewer=elsewhere) == ()


def test_the_page_compares_and_its_file_says_the_same(app: Flask, client_as: SignIn) -> None:
    with app.extensions["palier"].sessions.begin() as session:
        some(session)
    client = client_as(Role.COORDINATOR, language="en")
    page = client.get("/outcomes/rates/?by=partner").text
    assert "Voisins" in page and "No partner in charge" in page and "1 of 6" in page
    table = client.get("/outcomes/rates/rates.csv?by=partner&sort=REF3&desc=1").text
    rows = list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff")), delimiter=";"))
    assert [(row["Compared"], row["In the programme"], row["REF3"]) for row in rows] == [
        ("No partner in charge", "3", "1"), ("Voisins", "4", "0"),
    ]  # fmt: skip
    assert rows[0]["REF3: of"] == "2" and rows[0]["REF3: share in %"] == "50.0"


def test_whoever_counts_not_exactly_is_told_no_few_and_no_caller(
    app: Flask, client_as: SignIn
) -> None:
    with app.extensions["palier"].sessions.begin() as session:
        some(session)
    client = client_as(Role.MANAGER, language="en")
    page = client.get("/outcomes/rates/?by=caller").text
    assert "Odile" not in page and "By who called last" not in page
    assert "fewer than 5" in page and "1 of" not in page
    # What is not told is not in the order, nor in the file.
    assert "sort=REF3" not in page
    table = client.get("/outcomes/rates/rates.csv?by=partner&sort=COOP3").text
    assert table.index("Voisins") < table.index("No partner")
    rows = list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff")), delimiter=";"))
    assert {row["In the programme"] for row in rows} == {"fewer than 5"}


def test_nobody_enrolled_says_so_and_nonsense_is_the_default(client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR)
    assert "empty-state" in client.get("/outcomes/rates/?by=weather&programme=none").text


def test_every_comparison_has_its_words(app: Flask) -> None:
    with app.app_context():
        for family in ("rates_by", "rates_of_none", "rates_by_definition"):
            assert set(words_of(family)) == {by.value for by in By}
