"""Which scheme may pay, and why not when it may not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from diagnostics.funding import (
    SCHEMES,
    Answer,
    Income,
    Item,
    Scheme,
    Situation,
    Tenure,
    Verdict,
    kit_level,
    look_for_funding,
)

ON = date(2026, 11, 21)


def verdict(scheme: Scheme, *, on: date = ON, **known: Any) -> Verdict:
    found = {one.scheme: one for one in look_for_funding(Situation(**known), on)}
    return found[scheme]


def test_every_scheme_answers_once_with_a_reason_in_both_languages() -> None:
    found = look_for_funding(Situation(), ON)
    assert {one.scheme for one in found} == set(Scheme) == set(SCHEMES)
    assert len(found) == len(Scheme)
    for one in found:
        assert one.why.fr != one.why.en
        assert "'" not in one.why.fr


def test_a_social_tenant_has_no_maprimeadapt_whatever_else_is_true() -> None:
    known: dict[str, Any] = {
        "age": 82,
        "gir": 4,
        "income": Income.VERY_MODEST,
        "works_cost": 6000.0,
    }
    found = verdict(Scheme.MA_PRIME_ADAPT, **known)
    assert (found.answer, found.amount) == (Answer.MAY_NOT, None)
    assert (found.why.fr, found.why.en) == ("Non : logement social.", "No: social housing.")


@pytest.mark.parametrize(
    ("known", "answer", "amount"),
    [
        ({"age": 70, "income": Income.VERY_MODEST, "works_cost": 10000.0}, "may", 7000),
        ({"age": 70, "income": Income.MODEST, "works_cost": 30000.0}, "may", 11000),
        ({"age": 65, "gir": 6, "income": Income.MODEST, "works_cost": 1000.0}, "may", 500),
        ({"age": 65, "income": Income.MODEST}, "to_check", None),
        ({"age": 59, "income": Income.MODEST}, "may_not", None),
        ({"age": 40, "disability_rate": 50, "income": Income.MODEST}, "may", 11000),
        ({"age": 75, "income": Income.HIGHER}, "may_not", None),
        ({"age": 75}, "to_check", None),
        ({"income": Income.MODEST}, "to_check", None),
    ],
)
def test_maprimeadapt_of_a_private_tenant(
    known: dict[str, Any], answer: str, amount: float | None
) -> None:
    found = verdict(Scheme.MA_PRIME_ADAPT, tenure=Tenure.PRIVATE_TENANT, **known)
    assert (found.answer, found.amount) == (answer, amount)


@pytest.mark.parametrize(
    ("known", "answer", "amount"),
    [
        ({"region": "bourgogne_franche_comte"}, "may", 1750),
        ({"region": "sud_est", "works_cost": 5000.0}, "may", 3500),
        ({"region": "sud_est", "works_cost": 900.0}, "may", 900),
        ({"region": "hauts_de_france"}, "to_check", None),
        ({"region": "sud_est", "receives_apa": True}, "may_not", None),
        ({"region": "sud_est", "gir": 4}, "may_not", None),
        ({"region": "sud_est", "age": 60}, "may_not", None),
        ({"region": "sud_est", "retired": None}, "to_check", 3500),
        ({"region": "sud_est", "tenure": Tenure.OWNER}, "may_not", None),
    ],
)
def test_the_pension_fund_pays_landlords_by_dwelling_and_region(
    known: dict[str, Any], answer: str, amount: float | None
) -> None:
    found = verdict(Scheme.CARSAT_LANDLORD, **{"age": 75, "retired": True, **known})
    assert (found.answer, found.amount) == (answer, amount)


@pytest.mark.parametrize(
    ("items", "level"),
    [
        ((Item.GRAB_BARS,), 1),
        ((Item.AID,), 1),
        ((Item.AID, Item.AID), 2),
        ((Item.HANDRAIL,), 2),
        ((Item.GRAB_BARS, Item.AID, Item.HANDRAIL), 3),
    ],
)
def test_the_prevention_kit_has_three_levels(items: tuple[Item, ...], level: int) -> None:
    assert kit_level(items) == level
    found = verdict(Scheme.PREVENTION_KIT, age=75, items=items, evaluator_visited=True)
    assert (found.answer, found.amount) == (Answer.MAY, level * 100)
    assert [one.name for one in found.parameters] == [f"prevention_kit_level_{level}"]


def test_the_prevention_kit_waits_for_the_evaluator_and_its_amount_is_past_its_date() -> None:
    found = verdict(Scheme.PREVENTION_KIT, age=75, items=(Item.AID,))
    assert found.answer is Answer.TO_CHECK
    assert [one.is_past(ON) for one in found.parameters] == [True]


@pytest.mark.parametrize(
    ("gir", "answer"), [(1, "may"), (4, "may"), (5, "may_not"), (None, "to_check")]
)
def test_apa_opens_at_gir_one_to_four(gir: int | None, answer: str) -> None:
    assert verdict(Scheme.APA, age=80, gir=gir).answer == answer
    assert verdict(Scheme.APA, age=59, gir=gir).answer == Answer.MAY_NOT


def test_oscar_is_for_gir_five_and_six_without_apa() -> None:
    assert verdict(Scheme.OSCAR, age=60, gir=5).answer is Answer.TO_CHECK
    assert verdict(Scheme.OSCAR, age=60, gir=3).answer is Answer.MAY_NOT
    assert verdict(Scheme.OSCAR, age=50).answer is Answer.MAY_NOT


def test_tax_relief_is_what_was_paid_in_full_less_subsidies() -> None:
    works: dict[str, Any] = {"serves_accessibility": True}
    assert verdict(Scheme.TFPB_RELIEF, **works).answer is Answer.TO_CHECK
    paid = verdict(Scheme.TFPB_RELIEF, **works, paid=5500.0, subsidies=1750.0)
    assert (paid.answer, paid.amount) == (Answer.MAY, 3750)
    assert verdict(Scheme.TFPB_RELIEF, paid=5500.0).answer is Answer.TO_CHECK
    assert verdict(Scheme.TFPB_RELIEF, tenure=Tenure.OWNER).answer is Answer.MAY_NOT


def test_the_tax_credit_is_a_quarter_while_it_lasts() -> None:
    known: dict[str, Any] = {"gir": 4, "income": Income.INTERMEDIATE, "works_cost": 8000.0}
    then = date(2025, 6, 1)
    assert verdict(Scheme.TAX_CREDIT, on=then, **known).amount == 1250
    assert verdict(Scheme.TAX_CREDIT, on=then, couple=True, **known).amount == 2000
    assert verdict(Scheme.TAX_CREDIT, **known).answer is Answer.TO_CHECK
    assert verdict(Scheme.TAX_CREDIT, gir=5).answer is Answer.MAY_NOT
    assert verdict(Scheme.TAX_CREDIT).answer is Answer.TO_CHECK


def test_pch_is_asked_of_those_who_have_it() -> None:
    assert verdict(Scheme.PCH, receives_pch=True).amount == 10000
    assert verdict(Scheme.PCH, disability_rate=80).answer is Answer.TO_CHECK
    assert verdict(Scheme.PCH).answer is Answer.TO_CHECK  # nobody has asked yet
    assert verdict(Scheme.PCH, disability_rate=0).answer is Answer.MAY_NOT
