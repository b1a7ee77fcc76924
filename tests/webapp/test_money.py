"""What a programme costs, who pays, and what one visit comes to, each with its basis."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_case, make_user, make_viewer, make_visit
from visits.ground.errors import NotFound
from visits.models.accounts import Organisation, OrganisationKind, Role
from visits.models.money import Basis, CostKind, MoneyKind, MoneyNote
from visits.models.sessions import CollectiveSession, SessionKind, SessionState
from visits.models.visits import VisitState
from visits.money.accounts import ToldUnitCost, UnitCost, accounts, count_each
from visits.money.notes import MoneyFilter, MoneySaid, note_money, withdraw_money
from visits.programmes.published import find_programme
from visits.sight import Reach, Viewer

SignIn = Callable[..., FlaskClient]
TODAY = NOW.date()
YEAR = MoneyFilter("seniors", None, date(TODAY.year, 1, 1), date(TODAY.year, 12, 31))
COST: dict[str, Any] = {
    "kind": "cost", "amount": "1 200,50", "cost_kind": "staff", "payer": "", "what": "Janvier",
    "of_day": TODAY.isoformat(),
}  # fmt: skip


@pytest.fixture
def landlord(session: Session) -> str:
    made = make_user(session).organisation_id
    session.commit()
    return str(made)


def post(client: FlaskClient, path: str, **typed: object) -> tuple[int, str]:
    answer = client.post(path, data=typed, follow_redirects=True)
    return answer.status_code, unescape(answer.get_data(as_text=True)).replace("\xa0", " ")


def notes(session: Session) -> list[MoneyNote]:
    found = list(session.scalars(select(MoneyNote).order_by(MoneyNote.noted_at, MoneyNote.id)))
    session.commit()
    return found


@pytest.mark.parametrize(
    ("count", "expected"), [(842, 141_33), (733, 162_35), (0, None), (119_000_00, 1)]
)
def test_a_unit_cost_is_all_costs_by_how_many_there_are_to_the_nearest_cent(
    count: int, expected: int | None
) -> None:
    assert UnitCost(Basis.VISIT_DONE, 119_000_00, count).cents == expected


@pytest.mark.parametrize(
    ("told", "costs", "count", "doubtful"),
    [
        (6_000_00, 63_000_00, 38, True),  # 38 of them would come to 228,000
        (141_00, 119_000_00, 842, False),  # rounded
        (162_35, 119_000_00, 733, False),
        (150_00, 119_000_00, 842, True),
        (150_00, 119_000_00, 0, True),
        (150_00, 0, 842, True),
    ],
)
def test_a_unit_cost_that_the_costs_do_not_come_to_is_in_doubt(
    told: int, costs: int, count: int, doubtful: bool
) -> None:
    note = MoneyNote(cents=told)
    assert ToldUnitCost(note, UnitCost(Basis.DIAGNOSTIC, costs, count)).is_doubtful is doubtful


def test_costs_and_grants_are_noted_summed_listed_and_withdrawn(
    client_as: SignIn, session: Session, landlord: str
) -> None:
    client = client_as("coordinator", language="en")
    status, shown = post(client, "/money/?programme=seniors", landlord=landlord, **COST)
    assert (status, "The amount is noted." in shown, "€1,200.50" in shown) == (200, True, True)
    status, shown = post(client, "/money/?programme=seniors", landlord=landlord, **COST)
    assert (status, "noted already" in shown) == (409, True)
    grant = {"kind": "grant_asked", "amount": "900", "payer": "CARSAT", "cost_kind": ""}
    post(client, "/money/", landlord=landlord, **COST | grant)
    paid = grant | {"kind": "grant_paid", "amount": "450"}
    status, shown = post(client, "/money/", landlord=landlord, **COST | paid)
    assert "€450.00 paid of €900.00 asked" in shown
    kept = notes(session)
    assert [(one.kind, one.cents, one.cost_kind) for one in kept] == [
        (MoneyKind.COST, 1_200_50, CostKind.STAFF),
        (MoneyKind.GRANT_ASKED, 900_00, None),
        (MoneyKind.GRANT_PAID, 450_00, None),
    ]
    back = f"/money/{kept[0].id}/withdraw"
    status, shown = post(client, back, why=" ")
    assert (status, f"{kept[0].id}-why-error" in shown) == (422, True)
    status, shown = post(client, back, why="Facture d’un autre programme")
    assert (status, "Facture d’un autre programme" in shown) == (200, True)
    assert "No cost is noted for this year" in shown
    assert post(client, back, why="Encore")[0] == 409
    rows = client.get("/money/money.csv").text.splitlines()
    assert sorted(row.split(";")[2] for row in rows[1:]) == ["1200.5", "450.0", "900.0"]
    only_paid = client.get("/money/?kind=grant_paid").text
    assert "1 amount" in only_paid


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"amount": ""}, "amount"),
        ({"amount": "1,234"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "20000001"}, "amount"),
        ({"amount": "9" * 30}, "amount"),
        ({"of_day": ""}, "of_day"),
        ({"of_day": "2026-02-30"}, "of_day"),
        ({"of_day": (TODAY + timedelta(days=1)).isoformat()}, "of_day"),
        ({"cost_kind": ""}, "cost_kind"),
        ({"cost_kind": "moon"}, "cost_kind"),
        ({"payer": "x" * 101}, "payer"),
        ({"what": "x" * 201}, "what"),
    ],
)
def test_an_amount_that_cannot_be_is_refused_beside_what_was_typed(
    client_as: SignIn, session: Session, landlord: str, typed: dict[str, str], field: str
) -> None:
    status, shown = post(client_as("coordinator"), "/money/", landlord=landlord, **COST | typed)
    assert (status, f'id="cost-{field}-error"' in shown) == (422, True)
    assert field == "what" or "Janvier" in shown
    assert notes(session) == []


def test_an_unknown_kind_or_landlord_is_refused(
    client_as: SignIn, session: Session, landlord: str
) -> None:
    client = client_as("coordinator")
    assert post(client, "/money/", landlord=landlord, **COST | {"kind": "moon"})[0] == 422
    assert post(client, "/money/", landlord="", **COST)[0] == 422
    assert notes(session) == []


def test_what_a_cost_may_be_one_of_is_counted_in_the_year_as_far_as_one_sees(
    session: Session,
) -> None:
    by, visitor = make_user(session), make_user(session, role=Role.VISITOR)
    first, second, before, hidden = (
        make_case(session, by=by, opened_at=NOW - timedelta(days=20)) for _ in range(4)
    )
    before.opened_at, before.closed_on = NOW - timedelta(days=900), TODAY - timedelta(days=800)
    hidden.person.protected = True
    for case, kind in ((first, ""), (first, "other"), (hidden, "")):
        make_visit(
            session, case=case, visitor=visitor, state=VisitState.DONE, kind=kind, done_at=NOW
        )
    make_visit(
        session, case=second, visitor=visitor, state=VisitState.DONE,
        done_at=NOW - timedelta(days=800),
    )  # fmt: skip
    session.flush()
    programme = find_programme(session, "seniors")
    assert count_each(session, make_viewer(by), programme, only=YEAR) == {
        Basis.PERSON_TARGETED: 2,
        Basis.VISIT_DONE: 2,
        Basis.DIAGNOSTIC: 1,
        Basis.HOUSEHOLD_HELPED: 1,
    }
    stranger = make_user(session, organisation="Voisins")
    blind = Viewer(stranger.id, stranger.organisation_id, None, Reach.OWN)
    assert set(count_each(session, blind, programme, only=YEAR).values()) == {0}


def test_whoever_may_not_read_answers_is_told_no_few_nor_what_one_of_them_comes_to(
    client_as: SignIn, session: Session, landlord: str
) -> None:
    by, visitor = make_user(session), make_user(session, role=Role.VISITOR)
    for number in range(7):
        case = make_case(session, by=by, opened_at=NOW - timedelta(days=20))
        if number < 3:
            make_visit(
                session, case=case, visitor=visitor, state=VisitState.DONE, done_at=NOW
            )  # fmt: skip
    session.commit()
    manager, office = client_as("manager", language="en"), client_as("coordinator", language="en")
    post(manager, "/money/", landlord=landlord, **COST | {"amount": "700"})
    guess = {"kind": "unit_cost", "amount": "233.33", "basis": "visit_done", "cost_kind": ""}
    post(manager, "/money/", landlord=landlord, **COST | guess)
    shown = {who: _shown(client) for who, client in (("manager", manager), ("office", office))}
    assert shown["office"]["per visit done"] == ["€233.33", "3"]
    assert shown["office"]["per person targeted"] == ["€100.00", "7"]
    assert shown["manager"]["per visit done"] == ["–", "fewer than 5"]
    assert shown["manager"]["per person targeted"] == ["€140.00", "5"]
    assert "it is what the costs come to" in office.get("/money/").text
    # What a guess is called would tell how many there are.
    assert not re.search("it is what the costs come to|in doubt", manager.get("/money/").text)


def _shown(client: FlaskClient) -> dict[str, list[str]]:
    page = unescape(client.get("/money/").text).replace("\xa0", " ")
    row = r'<tr><th scope="row">([^<]*)</th><td class="num">([^<]*)</td><td class="num">([^<]*)<'
    return {basis: [cents, count] for basis, cents, count in re.findall(row, page)}


def test_what_is_of_another_year_programme_or_landlord_is_not_summed(session: Session) -> None:
    by = make_user(session)
    viewer = make_viewer(by)
    other = Organisation(name="Autre bailleur", kind=OrganisationKind.LANDLORD)
    session.add(other)
    session.flush()

    def note(**said: Any) -> MoneyNote:
        given = {
            "programme": "seniors", "landlord_id": by.organisation_id, "kind": "cost",
            "cents": 100_00, "of_day": TODAY, "cost_kind": "staff",
        }  # fmt: skip
        return note_money(session, MoneySaid(**given | said), viewer=viewer, now=NOW)

    note()
    note(of_day=TODAY - timedelta(days=400))
    note(programme="residences")
    gone = note(cost_kind="travel")
    withdraw_money(session, gone.id, why="Erreur", viewer=viewer, now=NOW)
    elsewhere = note(landlord_id=other.id, cost_kind="works")
    programme = find_programme(session, "seniors")
    assert accounts(session, viewer, programme, only=YEAR).costs == {
        CostKind.STAFF: 100_00,
        CostKind.WORKS: 100_00,
    }
    hers = Viewer(by.id, by.organisation_id, None, Reach.LANDLORD, (), by.organisation_id)
    assert accounts(session, hers, programme, only=YEAR).costs == {CostKind.STAFF: 100_00}
    with pytest.raises(NotFound, match="money_not_found"):
        withdraw_money(session, elsewhere.id, why="Erreur", viewer=hers, now=NOW)


def test_a_figure_that_cannot_be_is_kept_as_told_with_its_doubt(
    client_as: SignIn, session: Session, landlord: str
) -> None:
    by, visitor = make_user(session), make_user(session, role=Role.VISITOR)
    for _ in range(2):
        case = make_case(session, by=by, opened_at=NOW - timedelta(days=20))
        make_visit(session, case=case, visitor=visitor, state=VisitState.DONE, done_at=NOW)
    session.commit()
    client = client_as("coordinator", language="en")
    told = {"kind": "unit_cost", "amount": "6000", "basis": "diagnostic", "cost_kind": ""}
    post(client, "/money/", landlord=landlord, **COST | {"amount": "3000"})
    status, shown = post(client, "/money/", landlord=landlord, **COST | told)
    assert status == 200
    assert "for 2 it would come to €12,000.00, and the costs noted are €3,000.00" in shown
    assert "kept as told, in doubt" in shown
    # What is told is no cost: the sum stays.
    assert "€1,500.00" in shown


@pytest.mark.parametrize("role", [Role.SOCIAL_WORKER, Role.PARTNER_COORDINATOR, Role.TECHNICIAN])
def test_money_is_closed_to_other_roles(client_as: SignIn, landlord: str, role: Role) -> None:
    client = client_as(role)
    assert client.get("/money/").status_code == 403
    assert client.get("/money/money.csv").status_code == 403
    assert client.post("/money/", data=COST | {"landlord": landlord}).status_code == 403


def test_what_group_sessions_cost_is_spent_too_and_typed_once(session: Session) -> None:
    by = make_user(session)
    viewer = make_viewer(by)
    for state, days, programme in (
        (SessionState.HELD, 0, "seniors"),
        (SessionState.PLANNED, 0, "seniors"),
        (SessionState.HELD, 400, "seniors"),
        (SessionState.HELD, 0, "residences"),
    ):
        session.add(
            CollectiveSession(
                programme=programme, landlord_id=by.organisation_id, title="Atelier",
                kind=SessionKind.WORKSHOP, state=state, starts_at=NOW - timedelta(days=days),
                minutes=120, cost_cents=75_00, place="Salle",
                held_by_name="Atelier Cuisine", planned_at=NOW, planned_by_id=by.id,
            )
        )  # fmt: skip
    session.flush()
    found = accounts(session, viewer, find_programme(session, "seniors"), only=YEAR)
    assert (found.of_sessions, found.spent, found.costs.total()) == (75_00, 75_00, 0)
    stranger = make_user(session, organisation="Voisins")
    blind = Viewer(stranger.id, stranger.organisation_id, None, Reach.OWN)
    assert accounts(session, blind, find_programme(session, "seniors"), only=YEAR).spent == 0
