"""What was paid for adaptations in a year: for the property tax, for the pension fund's call.

The landlord deducts what it paid in full, building by building, invoice by invoice; advance
payments alone do not count. CGI art. 1391 C, BOI-IF-TFB-50-20-20-10. Nothing here tells why
somebody needed it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.adaptations.funding import Plan, plan_of
from visits.models.adaptations import AdaptationFile
from visits.models.funding import FundingNote, Payer, PayerStage
from visits.models.portfolio import Dwelling
from visits.sight import Viewer
from visits.sight.adaptations import visible_adaptations

# What is paid with one's own money is no subsidy.
NO_SUBSIDY = (Payer.LANDLORD, Payer.TENANT)


@dataclass(frozen=True)
class Paid:
    """An adaptation with what was paid for it, in cents, and by when all of it was."""

    file: AdaptationFile
    invoice: str
    paid_on: date
    landlord_cents: int
    subsidy_cents: int

    @property
    def cost_cents(self) -> int:
        """What the works cost, tax included, but for what the tenant paid."""
        return self.landlord_cents + self.subsidy_cents


def paid_in_full(session: Session, viewer: Viewer, *, year: int) -> list[Paid]:
    """List what the landlord paid in full in a year, by building, of what the viewer may see."""
    noted = _noted(session, viewer, Payer.LANDLORD, PayerStage.PAID, year=year)
    found = []
    for file, note in noted:
        plan = plan_of(session, file)
        if not plan.unpaid:
            found.append(_paid(file, note, plan))
    return sorted(found, key=lambda one: (one.file.dwelling.residence.city, _building(one)))


def _building(one: Paid) -> tuple[str, str, date, str]:
    return (
        one.file.dwelling.residence.address,
        one.file.dwelling.reference,
        one.paid_on,
        one.file.reference,
    )


def _paid(file: AdaptationFile, note: FundingNote, plan: Plan) -> Paid:
    given: Mapping[Payer, list[FundingNote]] = defaultdict(list)
    for line in plan.lines:
        if PayerStage.PAID in line.notes:
            given[line.payer].append(line.notes[PayerStage.PAID])
    others = [one for payer, notes in given.items() if payer not in NO_SUBSIDY for one in notes]
    return Paid(
        file=file,
        invoice=note.invoice or "",
        paid_on=max([note.day, *(one.day for one in others)]),
        landlord_cents=note.cents,
        subsidy_cents=sum(one.cents for one in others),
    )


@dataclass(frozen=True)
class Called:
    """An adaptation that the pension fund was asked to help with, and how far it is."""

    file: AdaptationFile
    plan: Plan
    notes: Mapping[PayerStage, FundingNote]


def asked_of_pension_fund(session: Session, viewer: Viewer, *, year: int) -> Sequence[Called]:
    """List what the fund's call for landlords was asked in a year, the first first."""
    noted = _noted(session, viewer, Payer.CARSAT_LANDLORD, PayerStage.ASKED, year=year)
    found = []
    for file, _note in noted:
        plan = plan_of(session, file)
        lines = [line for line in plan.lines if line.payer is Payer.CARSAT_LANDLORD]
        found += [Called(file, plan, line.notes) for line in lines]
    return found


def _noted(
    session: Session, viewer: Viewer, payer: Payer, stage: PayerStage, *, year: int
) -> list[tuple[AdaptationFile, FundingNote]]:
    """Give what stands of a payer at a stage in a year, with its adaptation."""
    rows = session.execute(
        select(AdaptationFile, FundingNote)
        .join(FundingNote, FundingNote.file_id == AdaptationFile.id)
        .join(AdaptationFile.person)
        .where(visible_adaptations(viewer), FundingNote.withdrawn_at.is_(None))
        .where(FundingNote.payer == payer, FundingNote.stage == stage)
        .where(FundingNote.day >= date(year, 1, 1), FundingNote.day <= date(year, 12, 31))
        .options(joinedload(AdaptationFile.person))
        .options(joinedload(AdaptationFile.dwelling).joinedload(Dwelling.residence))
        .order_by(FundingNote.day, FundingNote.id)
    )
    return [(file, note) for file, note in rows]
