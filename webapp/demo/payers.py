"""Who pays for the demo's adaptations: quotes, three payers at most, all of it to the cent."""

from collections.abc import Mapping
from datetime import datetime
from random import Random

from sqlalchemy.orm import Session

from diagnostics.funding import Answer
from visits.adaptations.funding import (
    FundingSaid,
    QuoteSaid,
    add_quote,
    note_funding,
    plan_of,
    verdicts_on,
)
from visits.adaptations.funding_papers import missing_papers, note_paper, papers_of
from visits.ground.deadlines import today_in_paris
from visits.models.adaptations import AdaptationFile
from visits.models.funding import Payer, PayerStage
from visits.sight import Viewer

COMPANIES = (
    "Rénov’Oise (fictive)",
    "Douches & Confort (fictive)",
    "Atelier du Thelle (fictif)",
    "Menuiserie Valois (fictive)",
)
# Euros, tax included, from the least to the most.
COSTS: Mapping[str, tuple[int, int]] = {
    "shower": (3_900, 6_200),
    "bathroom": (6_000, 9_500),
    "kitchen": (3_000, 6_500),
    "widened_door": (800, 2_000),
    "motor_shutters": (1_400, 3_200),
    "lift_access": (6_000, 14_000),
    "raised_wc": (300, 700),
    "grab_bars": (90, 260),
    "shower_seat": (150, 300),
    "handrail": (240, 600),
}
ELSE = (150, 900)
DEAR = 2_000_00
PENSION_FUND, MUTUAL, SECOND_QUOTE = 0.5, 0.15, 0.6


def plan_to_pay(
    session: Session, file: AdaptationFile, rng: Random, *, viewer: Viewer, now: datetime
) -> None:
    """Note quotes, choose the least, ask payers for all of it and hand in what they want."""
    plan, today = plan_of(session, file), today_in_paris(now)
    if not plan.needed or plan.cost_cents is not None:
        return
    cost = rng.randrange(*COSTS.get(file.code, ELSE)) * 100 + rng.choice((0, 0, 50, 90))
    first, second = rng.sample(COMPANIES, 2)
    add_quote(session, file, QuoteSaid(first, cost, today, keep=True), viewer=viewer, now=now)
    if rng.random() < SECOND_QUOTE:
        dearer = QuoteSaid(second, round(cost * rng.uniform(1.04, 1.3)), today)
        add_quote(session, file, dearer, viewer=viewer, now=now)
    for payer, cents in _shares(session, file, rng, cost, now=now).items():
        said = FundingSaid(payer, PayerStage.ASKED, cents, today)
        note_funding(session, file, said, viewer=viewer, now=now)
    waited = missing_papers(papers_of(session, file, plan_of(session, file).lines))
    for payer, papers in waited.items():
        for one in papers:
            note_paper(session, file, payer, one.code, today, viewer=viewer, now=now)


def _shares(
    session: Session, file: AdaptationFile, rng: Random, cost: int, *, now: datetime
) -> dict[Payer, int]:
    """Share a cost out: the landlord pays what nobody else does."""
    shares: dict[Payer, int] = {}
    if cost > DEAR:
        verdict = verdicts_on(session, file, on=today_in_paris(now))[Payer.CARSAT_LANDLORD]
        most = 1_750_00 if verdict.amount is None else round(verdict.amount * 100)
        if verdict.answer is not Answer.MAY_NOT and rng.random() < PENSION_FUND:
            shares[Payer.CARSAT_LANDLORD] = min(most, cost // 2)
        if rng.random() < MUTUAL:
            shares[Payer.MUTUAL] = 300_00
    return shares | {Payer.LANDLORD: cost - sum(shares.values())}


def settle(
    session: Session, file: AdaptationFile, stage: PayerStage, *, viewer: Viewer, now: datetime
) -> None:
    """Let each payer grant, or pay, what it was counted on for."""
    today = today_in_paris(now)
    invoice = f"F{today:%y%m}-{file.reference[-4:]}" if stage is PayerStage.PAID else ""
    for line in plan_of(session, file).lines:
        if line.next_stage is stage:
            said = FundingSaid(line.payer, stage, line.planned_cents, today, invoice)
            note_funding(session, file, said, viewer=viewer, now=now)
