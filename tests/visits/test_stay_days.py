"""The days of a stay: counted, compared, their end by the contract."""

from datetime import date

import pytest

from visits.models.stays import Contract, StayKind
from visits.stays.contracts import kind_fits
from visits.stays.days import Days, contract_over_on, is_too_young, why_not_renewed

BEGAN = date(2026, 1, 31)


def test_the_day_one_leaves_another_may_come() -> None:
    first, second = Days(date(2026, 1, 1), date(2026, 2, 1)), Days(date(2026, 2, 1))
    assert not first.meet(second) and not second.meet(first)
    assert first.meet(Days(date(2026, 1, 31))) and second.meet(Days(date(2027, 1, 1)))
    assert (first.hold(date(2026, 1, 31)), first.hold(date(2026, 2, 1))) == (True, False)


@pytest.mark.parametrize(
    ("days", "counted"),
    [
        (Days(date(2025, 5, 1)), 31),
        (Days(date(2026, 1, 10)), 22),
        (Days(date(2026, 1, 10), date(2026, 1, 11)), 1),
        (Days(date(2025, 12, 1), date(2026, 1, 1)), 0),
        (Days(date(2026, 1, 31), date(2026, 3, 1)), 1),
        (Days(date(2026, 2, 1)), 0),
    ],
)
def test_days_are_counted_within_a_month(days: Days, counted: int) -> None:
    assert days.count_within(date(2026, 1, 1), date(2026, 1, 31)) == counted


def test_terms_are_counted_from_the_first_day_whatever_the_months_are_long() -> None:
    ends = [contract_over_on(BEGAN, Contract.RENEWABLE, 1, renewals=number) for number in range(3)]
    assert ends == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
    assert contract_over_on(BEGAN, Contract.PERMANENT, None) is None


@pytest.mark.parametrize(
    ("contract", "renewals", "why"),
    [
        (Contract.RENEWABLE, 9, None),
        (Contract.ONCE, 0, None),
        (Contract.ONCE, 1, "stay_renewed_enough"),
        (Contract.NEVER, 0, "stay_never_renewed"),
        (Contract.PERMANENT, 0, "stay_is_permanent"),
    ],
)
def test_a_contract_is_renewed_up_to_its_limit(
    contract: Contract, renewals: int, why: str | None
) -> None:
    months = None if contract is Contract.PERMANENT else 6
    far = date(2032, 1, 1)
    assert why_not_renewed(BEGAN, contract, months, renewals=renewals, today=far) == why


def test_the_term_after_the_next_is_not_agreed_on_yet() -> None:
    def asked(today: date) -> str | None:
        return why_not_renewed(BEGAN, Contract.RENEWABLE, 6, renewals=1, today=today)

    assert asked(date(2026, 7, 30)) == "stay_term_to_come"
    assert asked(date(2026, 7, 31)) is None


def test_whoever_is_known_to_be_under_16_is_too_young() -> None:
    on = date(2026, 6, 1)
    ages = [is_too_young(on, born_on=date(2010, 6, day), birth_year=None) for day in (1, 2)]
    assert ages == [False, True]
    assert is_too_young(on, born_on=None, birth_year=2011)
    assert not is_too_young(on, born_on=None, birth_year=2010)
    assert not is_too_young(on, born_on=None, birth_year=None)


def test_a_permanent_stay_and_a_contract_that_runs_out_do_not_go_together() -> None:
    assert kind_fits(StayKind.PERMANENT, Contract.PERMANENT)
    assert not kind_fits(StayKind.PERMANENT, Contract.ONCE)
    assert not kind_fits(StayKind.EMERGENCY, Contract.PERMANENT)
    assert all(kind_fits(StayKind.SLIDING, one) for one in Contract)
