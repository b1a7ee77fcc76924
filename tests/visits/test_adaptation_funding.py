"""Who pays for an adaptation: a plan that sums, ceilings, what is noted twice, and the works."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.factories import make_case, make_person, make_user, make_viewer
from tests.visits.adapting import BY_HERSELF, COST, NO_VISIT, agreed, follow_up, fund, pay
from visits.adaptations.accounts import asked_of_pension_fund, paid_in_full
from visits.adaptations.deciding import Decided, decide
from visits.adaptations.files import Request, open_by_hand
from visits.adaptations.funding import (
    FundingSaid,
    QuoteSaid,
    add_quote,
    choose_quote,
    note_funding,
    plan_of,
    verdicts_on,
    withdraw_funding,
    withdraw_quote,
)
from visits.adaptations.missing import missing_in
from visits.adaptations.moving import move_file
from visits.adaptations.receiving import receive_what_is_done
from visits.adaptations.works import orders_of, still_going
from visits.following.adaptation_works import cancel_orders, order_works
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.adaptations import AdaptationFile, Step
from visits.models.funding import Payer
from visits.models.works import WorkOrderState
from visits.people.protection import protect
from visits.sight import Viewer
from visits.works.by_hand import OrderSaid
from visits.works.moves import MoveSaid, move_work_order

Ask = Callable[..., None]


@pytest.fixture
def viewer(session: Session) -> Viewer:
    return make_viewer(make_user(session))


@pytest.fixture
def file(session: Session, viewer: Viewer, now: datetime) -> AdaptationFile:
    """A shower for somebody of 84 that waits for its plan."""
    person = make_person(session, born_on=date(1941, 5, 17))
    case = make_case(session, by=make_user(session), person=person)
    assert case.dwelling is not None
    said = Request("shower", "phone", now.date())
    opened = open_by_hand(session, person, case.dwelling, said, viewer=viewer, now=now)
    session.flush()
    go(session, opened, Step.ELIGIBILITY, viewer=viewer, now=now)
    go(session, opened, Step.FUNDING, viewer=viewer, now=now)
    return opened


def go(
    session: Session, file: AdaptationFile, step: Step, *, viewer: Viewer, now: datetime
) -> None:
    said = NO_VISIT if step is Step.FUNDING else BY_HERSELF
    if step is not Step.FUNDING and orders_of(session, file):
        said = ""
    move_file(
        session, file, step, turn=file.turn, said=said, agreed=agreed(now), priority="next",
        viewer=viewer, now=now,
    )  # fmt: skip


@pytest.fixture
def ask(session: Session, file: AdaptationFile, viewer: Viewer, now: datetime) -> Ask:
    def note(payer: str, cents: int | None, stage: str = "asked", day: date | None = None) -> None:
        said = FundingSaid(payer, stage, cents, day or now.date(), "F-1")
        note_funding(session, file, said, viewer=viewer, now=now)

    return note


def test_a_plan_that_does_not_sum_to_the_cost_cannot_be_agreed(
    session: Session, file: AdaptationFile, viewer: Viewer, now: datetime, ask: Ask
) -> None:
    assert missing_in(session, file) == {"quote": "quote_missing"}
    add_quote(session, file, QuoteSaid("Rénov", COST, now.date(), True), viewer=viewer, now=now)
    ask("landlord", COST - 1)
    with pytest.raises(Invalid) as refused:
        go(session, file, Step.DECISION, viewer=viewer, now=now)
    assert refused.value.fields == {"plan": "plan_does_not_sum"}
    ask("tenant", 1)
    go(session, file, Step.DECISION, viewer=viewer, now=now)
    decide(session, file, Decided("granted"), turn=file.turn, viewer=viewer, now=now)
    ask("tenant", 0, "granted")
    with pytest.raises(Invalid):
        go(session, file, Step.WORKS, viewer=viewer, now=now)


def test_maprimeadapt_never_pays_for_social_housing(ask: Ask) -> None:
    with pytest.raises(Invalid) as refused:
        ask("ma_prime_adapt", 100)
    assert refused.value.fields == {"payer": "never_in_social_housing"}


def test_a_scheme_pays_no_more_than_its_ceiling_and_not_what_it_does_not_pay_for(
    session: Session, file: AdaptationFile, now: datetime, ask: Ask
) -> None:
    with pytest.raises(Invalid) as refused:
        ask("prevention_kit", 100)  # a shower is no technical aid
    assert refused.value.fields == {"payer": "scheme_may_not_pay"}
    file.code = "grab_bars"
    ceiling = verdicts_on(session, file, on=now.date())[Payer.PREVENTION_KIT].amount
    assert ceiling is not None
    with pytest.raises(Invalid) as refused:
        ask("prevention_kit", round(ceiling * 100) + 1)
    assert refused.value.fields == {"cents": "over_ceiling"}
    ask("prevention_kit", round(ceiling * 100))
    # A pension is never known here: the fund of the region pays no more for that.
    file.dwelling.residence.postcode = "13001"
    with pytest.raises(Invalid) as refused:
        ask("carsat_landlord", 350_001)
    assert refused.value.fields == {"cents": "over_ceiling"}
    ask("carsat_landlord", 350_000)


@pytest.mark.parametrize(
    ("cents", "why"),
    [(-300, "bad_amount"), (0, "bad_amount"), (None, "required"), (10**10, "bad_amount")],
)
def test_an_amount_that_is_none_is_refused(ask: Ask, cents: int | None, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        ask("landlord", cents)
    assert refused.value.fields == {"cents": why}


def test_amounts_follow_one_another_each_no_more_and_no_earlier(
    session: Session, file: AdaptationFile, viewer: Viewer, now: datetime, ask: Ask
) -> None:
    today = now.date()
    with pytest.raises(Invalid) as refused:
        ask("landlord", 1000, day=file.asked_on - timedelta(days=1))
    assert refused.value.fields == {"day": "before_request"}
    ask("landlord", 1000)
    with pytest.raises(Conflict):
        ask("landlord", 1000)
    with pytest.raises(Conflict):
        ask("landlord", 1000, "paid")
    with pytest.raises(Invalid) as refused:
        ask("landlord", 1001, "granted", today - timedelta(days=1))
    assert refused.value.fields == {"cents": "more_than_asked", "day": "before_the_one_before"}
    with pytest.raises(Invalid) as refused:
        ask("landlord", 900, "granted", today + timedelta(days=1))
    assert refused.value.fields == {"day": "must_not_be_future"}
    ask("landlord", 900, "granted")
    (line,) = plan_of(session, file).lines
    assert line.planned_cents == 900
    with pytest.raises(Conflict):
        withdraw_funding(session, file, line.asked.id, viewer=viewer, now=now)
    withdraw_funding(session, file, line.latest.id, viewer=viewer, now=now)
    (line,) = plan_of(session, file).lines
    assert line.planned_cents == 1000
    with pytest.raises(NotFound):
        withdraw_funding(session, file, file.id, viewer=viewer, now=now)


def test_one_quote_is_chosen_and_none_once_it_is_withdrawn(
    session: Session, file: AdaptationFile, viewer: Viewer, now: datetime
) -> None:
    for company, cents in (("Rénov", 500), ("Douche & fils", 400)):
        said = QuoteSaid(company, cents, now.date())
        add_quote(session, file, said, viewer=viewer, now=now)
    first, second = plan_of(session, file).quotes
    assert plan_of(session, file).cost_cents is None
    choose_quote(session, file, first.id, viewer=viewer, now=now)
    assert plan_of(session, file).cost_cents == 500
    choose_quote(session, file, second.id, viewer=viewer, now=now)
    assert plan_of(session, file).cost_cents == 400
    withdraw_quote(session, file, second.id, viewer=viewer, now=now)
    assert plan_of(session, file).cost_cents is None
    assert [one.id for one in plan_of(session, file).quotes] == [first.id]
    with pytest.raises(Invalid) as refused:
        add_quote(session, file, QuoteSaid(" ", -3, None), viewer=viewer, now=now)
    assert refused.value.fields == {
        "company": "required", "cents": "bad_amount", "dated_on": "required",
    }  # fmt: skip


def test_works_are_ordered_once_agreed_and_their_end_brings_the_reception(
    session: Session, file: AdaptationFile, viewer: Viewer, now: datetime
) -> None:
    said = OrderSaid("plumbing", "P", "bathroom", "Remplacer la baignoire.", "staff")
    with pytest.raises(Conflict):
        order_works(session, file, said, viewer=viewer, now=now)
    fund(session, file, viewer=viewer, now=now)
    go(session, file, Step.DECISION, viewer=viewer, now=now)
    decide(session, file, Decided("granted"), turn=file.turn, viewer=viewer, now=now)
    go(session, file, Step.WORKS, viewer=viewer, now=now)
    first = order_works(session, file, said, viewer=viewer, now=now)
    second = order_works(session, file, said, viewer=viewer, now=now)
    assert (first.person_id, first.dwelling_id) == (file.person_id, file.dwelling_id)
    with pytest.raises(Invalid) as refused:
        go(session, file, Step.RECEPTION, viewer=viewer, now=now)
    assert refused.value.fields == {"orders": "works_not_done"}
    for order, state in ((first, WorkOrderState.DONE), (second, WorkOrderState.CANCELLED)):
        assert receive_what_is_done(session, now=now) == 0
        move_work_order(session, order, state, MoveSaid(note="Fait."), viewer=viewer, now=now)
        session.flush()
    assert receive_what_is_done(session, now=now) == 1
    assert file.step is Step.RECEPTION
    assert receive_what_is_done(session, now=now) == 0


def test_a_year_tells_what_was_paid_in_full_and_what_the_pension_fund_was_asked(
    session: Session, file: AdaptationFile, viewer: Viewer, now: datetime, ask: Ask
) -> None:
    add_quote(session, file, QuoteSaid("Rénov", COST, now.date(), True), viewer=viewer, now=now)
    ask("carsat_landlord", 100_000)
    ask("landlord", COST - 100_000)
    for stage in ("granted", "paid"):
        ask("landlord", COST - 100_000, stage)
    year = now.year
    assert paid_in_full(session, viewer, year=year) == []  # the fund has not paid yet
    for stage in ("granted", "paid"):
        ask("carsat_landlord", 90_000, stage)
    assert paid_in_full(session, viewer, year=year) == []  # nobody pays what it did not grant
    for stage in ("asked", "granted", "paid"):
        ask("tenant", 10_000, stage)
    (paid,) = paid_in_full(session, viewer, year=year)
    assert (paid.landlord_cents, paid.subsidy_cents) == (COST - 100_000, 90_000)
    assert (paid.cost_cents, paid.invoice) == (COST, "F-1")
    assert paid_in_full(session, viewer, year=year - 1) == []
    (called,) = asked_of_pension_fund(session, viewer, year=year)
    assert called.line.paid_cents == 90_000
    protect(session, file.person, by=make_user(session).id, now=now)
    assert paid_in_full(session, viewer, year=year) == []
    assert asked_of_pension_fund(session, viewer, year=year) == []


def test_accounts_are_not_closed_while_somebody_owes_what_was_granted(
    session: Session, file: AdaptationFile, viewer: Viewer, now: datetime, ask: Ask
) -> None:
    fund(session, file, viewer=viewer, now=now)
    go(session, file, Step.DECISION, viewer=viewer, now=now)
    decide(session, file, Decided("granted"), turn=file.turn, viewer=viewer, now=now)
    for step in (Step.WORKS, Step.RECEPTION, Step.FIRST_FOLLOW_UP):
        go(session, file, step, viewer=viewer, now=now)
    now = follow_up(session, file, viewer=viewer, now=now)
    with pytest.raises(Invalid) as refused:
        go(session, file, Step.CLOSED, viewer=viewer, now=now)
    assert refused.value.fields == {"payments": "payments_missing"}
    pay(session, file, viewer=viewer, now=now)
    go(session, file, Step.CLOSED, viewer=viewer, now=now)
    with pytest.raises(Conflict, match="adaptation_over"):
        ask("tenant", 100)


def test_a_quote_is_told_once_from_the_day_of_the_request_and_kept_by_somebody(
    session: Session, file: AdaptationFile, viewer: Viewer, now: datetime
) -> None:
    def wrong(company: str, cents: int, day: date, *, keep: bool = False) -> object:
        with pytest.raises(Invalid) as refused:
            add_quote(session, file, QuoteSaid(company, cents, day, keep), viewer=viewer, now=now)
        return refused.value.fields

    today = now.date()
    add_quote(session, file, QuoteSaid("Rénov’Oise", COST, today), viewer=viewer, now=now)
    assert plan_of(session, file).missing == {"quote": "quote_missing"}
    again = wrong(" rénov’oise  ", COST, today)
    assert again == {"company": "quote_noted_already"}
    before = wrong("Autre", COST, file.asked_on - timedelta(days=1))
    assert before == {"dated_on": "before_request"}
    assert wrong("Autre", COST, today, keep=True) == {"keep": "other_quotes_stand"}
    assert wrong("Autre", COST, today + timedelta(days=1)) == {"dated_on": "must_not_be_future"}


def at_accounts(
    session: Session, file: AdaptationFile, *, viewer: Viewer, now: datetime
) -> AdaptationFile:
    """Bring a file that the landlord pays for to its accounts, with nothing paid yet."""
    fund(session, file, viewer=viewer, now=now)
    go(session, file, Step.DECISION, viewer=viewer, now=now)
    decide(session, file, Decided("granted"), turn=file.turn, viewer=viewer, now=now)
    for step in (Step.WORKS, Step.RECEPTION, Step.FIRST_FOLLOW_UP):
        go(session, file, step, viewer=viewer, now=now)
    follow_up(session, file, viewer=viewer, now=now)
    return file


def test_what_is_emptied_or_dearer_after_it_was_agreed_stops_the_works(
    session: Session, file: AdaptationFile, viewer: Viewer, now: datetime
) -> None:
    fund(session, file, viewer=viewer, now=now)
    go(session, file, Step.DECISION, viewer=viewer, now=now)
    decide(session, file, Decided("granted"), turn=file.turn, viewer=viewer, now=now)
    go(session, file, Step.WORKS, viewer=viewer, now=now)
    dearer = QuoteSaid("Plus cher", COST + 1, now.date())
    quote = add_quote(session, file, dearer, viewer=viewer, now=now)
    choose_quote(session, file, quote.id, viewer=viewer, now=now)
    assert missing_in(session, file)["plan"] == "plan_does_not_sum"
    said = OrderSaid("plumbing", "P", "bathroom", "Remplacer la baignoire.", "staff")
    with pytest.raises(Invalid) as refused:
        order_works(session, file, said, viewer=viewer, now=now)
    assert refused.value.fields == {"plan": "plan_does_not_sum"}
    with pytest.raises(Invalid) as refused:
        go(session, file, Step.RECEPTION, viewer=viewer, now=now)
    assert refused.value.fields == {"plan": "plan_does_not_sum"}
    withdraw_quote(session, file, quote.id, viewer=viewer, now=now)
    assert missing_in(session, file)["quote"] == "quote_missing"


def test_what_is_withdrawn_tells_which_of_its_orders_still_go_and_cancels_them(
    session: Session, file: AdaptationFile, viewer: Viewer, now: datetime
) -> None:
    fund(session, file, viewer=viewer, now=now)
    go(session, file, Step.DECISION, viewer=viewer, now=now)
    decide(session, file, Decided("granted"), turn=file.turn, viewer=viewer, now=now)
    go(session, file, Step.WORKS, viewer=viewer, now=now)
    said = OrderSaid("plumbing", "P", "bathroom", "Remplacer la baignoire.", "staff")
    order = order_works(session, file, said, viewer=viewer, now=now)
    assert list(still_going(session, file)) == []
    why = "Son mari est tombé malade."
    move_file(
        session, file, Step.WITHDRAWN, turn=file.turn, said=why, viewer=viewer, now=now
    )  # fmt: skip
    assert list(still_going(session, file)) == [order]
    cancel_orders(session, file, "N’est plus à faire.", viewer=viewer, now=now)
    assert (order.state, list(still_going(session, file))) == (WorkOrderState.CANCELLED, [])
    with pytest.raises(Conflict, match="adaptation_orders_none"):
        cancel_orders(session, file, "N’est plus à faire.", viewer=viewer, now=now)


def test_accounts_are_not_closed_on_a_plan_that_was_emptied(
    session: Session, file: AdaptationFile, viewer: Viewer, now: datetime
) -> None:
    at_accounts(session, file, viewer=viewer, now=now)
    (line,) = plan_of(session, file).lines
    withdraw_funding(session, file, line.latest.id, viewer=viewer, now=now)
    with pytest.raises(Invalid) as refused:
        go(session, file, Step.CLOSED, viewer=viewer, now=now)
    assert refused.value.fields == {"plan": "plan_does_not_sum"}


def test_what_is_paid_in_part_is_paid_in_part_until_the_rest_is(
    session: Session, file: AdaptationFile, viewer: Viewer, now: datetime, ask: Ask
) -> None:
    at_accounts(session, file, viewer=viewer, now=now)
    ask("landlord", COST, "granted")
    ask("landlord", 100, "paid")
    (line,) = plan_of(session, file).lines
    assert (line.paid_cents, line.owed_cents) == (100, COST - 100)
    assert missing_in(session, file) == {"payments": "payments_missing"}
    assert paid_in_full(session, viewer, year=now.year) == []
    with pytest.raises(Invalid) as refused:
        ask("landlord", COST - 99, "paid")
    assert refused.value.fields == {"cents": "more_than_asked"}
    ask("landlord", COST - 100, "paid")
    (line,) = plan_of(session, file).lines
    assert [note.cents for note in line.notes] == [COST, COST, 100, COST - 100]
    (paid,) = paid_in_full(session, viewer, year=now.year)
    assert (paid.cost_cents, paid.landlord_cents) == (COST, COST)
    with pytest.raises(Conflict):
        ask("landlord", 1, "paid")
    withdraw_funding(session, file, line.latest.id, viewer=viewer, now=now)
    assert missing_in(session, file) == {"payments": "payments_missing"}


def test_the_year_is_that_of_the_last_payment_whoever_made_it(
    session: Session, file: AdaptationFile, viewer: Viewer, now: datetime, ask: Ask
) -> None:
    new_year = date(now.year, 1, 15)
    december = date(now.year - 1, 12, 20)
    file.asked_on = december
    said = QuoteSaid("Rénov", 500, now.date(), True)
    add_quote(session, file, said, viewer=viewer, now=now)
    for stage in ("asked", "granted", "paid"):
        ask("landlord", 400, stage, december)
    for stage in ("asked", "granted", "paid"):
        ask("mutual", 100, stage, new_year)
    assert paid_in_full(session, viewer, year=now.year - 1) == []
    (paid,) = paid_in_full(session, viewer, year=now.year)
    assert paid.paid_on == new_year


def test_what_the_landlord_paid_names_its_invoice(
    session: Session, file: AdaptationFile, viewer: Viewer, now: datetime, ask: Ask
) -> None:
    for stage in ("asked", "granted"):
        ask("landlord", 500, stage)
    said = FundingSaid("landlord", "paid", 500, now.date(), " ")
    with pytest.raises(Invalid) as refused:
        note_funding(session, file, said, viewer=viewer, now=now)
    assert refused.value.fields == {"invoice": "required"}
