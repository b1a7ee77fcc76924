"""What was paid for adaptations in a year: for the property tax, for the pension fund's call.

The landlord deducts what it paid, building by building, invoice by invoice, once all is paid: part
payments alone do not count. CGI art. 1391 C, BOI-IF-TFB-50-20-20-10. Nothing here tells why
somebody needed it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from visits.adaptations.funding import Line, Plan, plan_of
from visits.models.adaptations import AdaptationFile
from visits.models.funding import FundingNote, Payer, PayerStage
from visits.models.portfolio import Dwelling
from visits.sight import Viewer
from visits.sight.adaptations import visible_adaptations

# What is paid with one's own money is no subsidy.
NO_SUBSIDY = (Payer.LANDLORD, Payer.TENANT)


@dataclass(frozen=True)
class Paid:
    """An adaptation that is paid in full, since `paid_on`, with who paid how much, in cents."""

    file: AdaptationFile
    lines: Sequence[Line]
    paid_on: date

    @property
    def invoice(self) -> str:
        """Give the invoices that the landlord paid."""
        notes = [note for one in self.lines if one.payer is Payer.LANDLORD for note in one.notes]
        return ", ".join(dict.fromkeys(note.invoice for note in notes if note.invoice))

    @property
    def cost_cents(self) -> int:
        """What the works cost, tax included, whoever paid."""
        return sum(one.paid_cents for one in self.lines)

    @property
    def landlord_cents(self) -> int:
        """What the landlord paid, which it deducts."""
        return sum(one.paid_cents for one in self.lines if one.payer is Payer.LANDLORD)

    @property
    def subsidy_cents(self) -> int:
        """What others gave, but for the tenant."""
        return sum(one.paid_cents for one in self.lines if one.payer not in NO_SUBSIDY)


def paid_in_full(session: Session, viewer: Viewer, *, year: int) -> list[Paid]:
    """List by building what was paid in full in a year, of what the viewer may see.

    The year is that of the last payment: what stands in the list of a year stays in it. What
    the landlord paid nothing of is none of its.
    """
    noted = {file.id: file for file, _note in _noted(session, viewer, PayerStage.PAID, year=year)}
    found = []
    for file in noted.values():
        plan = plan_of(session, file)
        paid_on = plan.paid_in_full_on
        if paid_on is not None and paid_on.year == year:
            found.append(Paid(file, plan.lines, paid_on))
    hers = [one for one in found if one.landlord_cents]
    return sorted(hers, key=lambda one: (one.file.dwelling.residence.city, _building(one)))


def _building(one: Paid) -> tuple[str, str, date, str]:
    return (
        one.file.dwelling.residence.address,
        one.file.dwelling.reference,
        one.paid_on,
        one.file.reference,
    )


@dataclass(frozen=True)
class Called:
    """An adaptation that the pension fund was asked to help with, and how far it is."""

    file: AdaptationFile
    plan: Plan
    line: Line


def asked_of_pension_fund(session: Session, viewer: Viewer, *, year: int) -> Sequence[Called]:
    """List what the fund's call for landlords was asked in a year, the first first."""
    found = []
    for file, note in _noted(session, viewer, PayerStage.ASKED, year=year):
        if note.payer is Payer.CARSAT_LANDLORD:
            plan = plan_of(session, file)
            found += [Called(file, plan, one) for one in plan.lines if one.payer is note.payer]
    return found


def _noted(
    session: Session, viewer: Viewer, stage: PayerStage, *, year: int
) -> list[tuple[AdaptationFile, FundingNote]]:
    """Give what stands of a stage in a year, whoever pays, with its adaptation."""
    rows = session.execute(
        select(AdaptationFile, FundingNote)
        .join(FundingNote, FundingNote.file_id == AdaptationFile.id)
        .join(AdaptationFile.person)
        .where(visible_adaptations(viewer), FundingNote.withdrawn_at.is_(None))
        .where(FundingNote.stage == stage)
        .where(FundingNote.day >= date(year, 1, 1), FundingNote.day <= date(year, 12, 31))
        .options(joinedload(AdaptationFile.person))
        .options(joinedload(AdaptationFile.dwelling).joinedload(Dwelling.residence))
        .order_by(FundingNote.day, FundingNote.id)
    )
    return [(file, note) for file, note in rows]
