"""Who pays for an adaptation: quotes, what each payer was asked, granted and paid, in cents.

A plan that does not sum to the cost cannot be agreed. MaPrimeAdapt’ is no payer here: social
housing is left out by law.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from diagnostics.adaptations import NO_WORKS, situation_of
from diagnostics.funding import Answer, Scheme, Verdict, look_for_funding
from diagnostics.regions import region_of
from visits.adaptations.files import log
from visits.forms.parameters import parameters_in_force
from visits.ground.db import new_id
from visits.ground.deadlines import age_on, today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.adaptations import AdaptationFile, Step
from visits.models.funding import AdaptationQuote, FundingNote, Payer, PayerStage
from visits.people.external_scores import gir_on
from visits.sight import Viewer

COMPANY_LENGTH, INVOICE_LENGTH = 100, 60
MOST_CENTS = 20_000_000  # no home is adapted for more: that is a slip of the finger
STAGES = tuple(PayerStage)


@dataclass(frozen=True)
class Line:
    """One payer of a plan, with what stands of it: asked, then granted, then paid bit by bit."""

    payer: Payer
    notes: Sequence[FundingNote]

    def at(self, stage: str) -> list[FundingNote]:
        """List what stands of a stage, by its name; of what was paid, each payment."""
        return [note for note in self.notes if note.stage == stage]

    @property
    def asked(self) -> FundingNote:
        """What it was asked: every line begins so."""
        return self.notes[0]

    @property
    def planned_cents(self) -> int:
        """What the plan counts on: what was granted, else what was asked."""
        return (self.at(PayerStage.GRANTED) or self.notes)[0].cents

    @property
    def paid_cents(self) -> int:
        """What was paid so far."""
        return sum(note.cents for note in self.at(PayerStage.PAID))

    @property
    def owed_cents(self) -> int:
        """What is still to be paid of what the plan counts on."""
        return self.planned_cents - self.paid_cents

    @property
    def stage(self) -> PayerStage:
        """How far it is with this payer."""
        return self.latest.stage

    @property
    def next_stage(self) -> PayerStage | None:
        """What is to be noted next; None once all is paid, or nothing was granted."""
        if self.owed_cents == 0:
            return None
        return PayerStage.GRANTED if self.stage is PayerStage.ASKED else PayerStage.PAID

    @property
    def latest(self) -> FundingNote:
        """The note that may be withdrawn."""
        return self.notes[-1]


@dataclass(frozen=True)
class Plan:
    """Quotes and payers; not `needed` where nothing is built, or the tenant pays for all of it."""

    quotes: Sequence[AdaptationQuote]
    lines: Sequence[Line]
    needed: bool

    @property
    def cost_cents(self) -> int | None:
        """What the chosen quote asks; None while none is chosen."""
        return next((one.cents for one in self.quotes if one.chosen), None)

    @property
    def planned_cents(self) -> int:
        """What all payers together are counted on for."""
        return sum(line.planned_cents for line in self.lines)

    @property
    def missing(self) -> Mapping[str, str]:
        """Name what keeps the plan from being agreed, with why."""
        if not self.needed:
            return {}
        if self.cost_cents is None:
            return {"quote": "quote_missing"}
        return {} if self.planned_cents == self.cost_cents else {"plan": "plan_does_not_sum"}

    @property
    def unpaid(self) -> list[Line]:
        """List the payers who have not paid all that they granted."""
        return [line for line in self.lines if line.next_stage is not None]

    @property
    def paid_in_full_on(self) -> date | None:
        """Give the day of the last payment, once the plan sums and all of it is paid."""
        paid = [note.day for line in self.lines for note in line.at(PayerStage.PAID)]
        return max(paid) if paid and not self.missing and not self.unpaid else None


def plan_of(session: Session, file: AdaptationFile) -> Plan:
    """Read what stands of the plan of an adaptation."""
    quotes = (
        select(AdaptationQuote)
        .where(AdaptationQuote.file_id == file.id, AdaptationQuote.withdrawn_at.is_(None))
        .options(joinedload(AdaptationQuote.noted_by))
        .order_by(AdaptationQuote.dated_on, AdaptationQuote.id)
    )
    found: dict[Payer, list[FundingNote]] = {}
    for note in notes_of(session, file):
        if note.withdrawn_at is None:
            found.setdefault(note.payer, []).append(note)
    lines = [Line(payer, sorted(notes, key=_by_stage)) for payer, notes in found.items()]
    needed = file.code not in NO_WORKS and not file.own_cost
    return Plan(session.scalars(quotes).all(), lines, needed)


def _by_stage(note: FundingNote) -> int:
    return STAGES.index(note.stage)


def notes_of(session: Session, file: AdaptationFile) -> Sequence[FundingNote]:
    """List all that was noted of payers, withdrawn or not, the first first."""
    notes = select(FundingNote).where(FundingNote.file_id == file.id)
    notes = notes.options(joinedload(FundingNote.noted_by))
    return session.scalars(notes.order_by(FundingNote.noted_at, FundingNote.id)).all()


@dataclass(frozen=True)
class QuoteSaid:
    """A quote as it was typed; `keep` where it is the only one, and what the works cost."""

    company: str
    cents: int | None
    dated_on: date | None
    keep: bool = False


def add_quote(
    session: Session, file: AdaptationFile, said: QuoteSaid, *, viewer: Viewer, now: datetime
) -> AdaptationQuote:
    """Note a quote; none is chosen by itself. Raises Invalid, Conflict for a file that is closed.

    It is dated from the day of the request on, and told once.
    """
    refuse_when_over(file)
    company, others = said.company.strip(), plan_of(session, file).quotes
    fields = _wrong_amount("cents", said.cents) | wrong_day("dated_on", said.dated_on, now=now)
    if said.dated_on is not None and said.dated_on < file.asked_on:
        fields["dated_on"] = "before_request"
    if not company:
        fields["company"] = "required"
    elif len(company) > COMPANY_LENGTH:
        fields["company"] = "too_long"
    elif any(_same_quote(one, said) for one in others):
        fields["company"] = "quote_noted_already"
    if said.keep and others:
        fields["keep"] = "other_quotes_stand"
    if fields:
        raise Invalid(fields)
    assert said.cents is not None
    assert said.dated_on is not None
    quote = AdaptationQuote(
        id=new_id(),
        file_id=file.id,
        company=company,
        cents=said.cents,
        dated_on=said.dated_on,
        chosen=said.keep,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(quote)
    session.flush()
    log(session, file, "adaptation_quote", viewer=viewer, now=now)
    return quote


def _same_quote(one: AdaptationQuote, said: QuoteSaid) -> bool:
    """Tell whether a quote that stands is the one that was typed."""
    named = [" ".join(name.split()).casefold() for name in (one.company, said.company)]
    return named[0] == named[1] and (one.cents, one.dated_on) == (said.cents, said.dated_on)


def choose_quote(
    session: Session, file: AdaptationFile, quote_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Let a quote be what the adaptation costs. Raises NotFound, Conflict."""
    refuse_when_over(file)
    chosen = _quote(session, file, quote_id)
    for quote in plan_of(session, file).quotes:
        quote.chosen = quote is chosen
    session.flush()
    log(session, file, "adaptation_quote_chosen", viewer=viewer, now=now)


def withdraw_quote(
    session: Session, file: AdaptationFile, quote_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Withdraw a quote; when it was the chosen one none is. Raises NotFound, Conflict."""
    refuse_when_over(file)
    quote = _quote(session, file, quote_id)
    quote.chosen, quote.withdrawn_at, quote.withdrawn_by_id = False, now, viewer.user_id
    session.flush()
    log(session, file, "adaptation_quote_withdrawn", viewer=viewer, now=now)


def _quote(session: Session, file: AdaptationFile, quote_id: uuid.UUID) -> AdaptationQuote:
    for quote in plan_of(session, file).quotes:
        if quote.id == quote_id:
            return quote
    raise NotFound("adaptation_quote_not_found")


@dataclass(frozen=True)
class FundingSaid:
    """What a payer was asked, granted or paid, as it was typed."""

    payer: str
    stage: str
    cents: int | None
    day: date | None
    invoice: str = ""


def note_funding(
    session: Session, file: AdaptationFile, said: FundingSaid, *, viewer: Viewer, now: datetime
) -> FundingNote:
    """Note what a payer was asked, granted or paid, one after the other; paid in as many parts.

    A payer may grant nothing. Raises Invalid field by field: above the ceiling of a scheme, more
    than was asked or is still owed, on a day before; Conflict when somebody noted it meanwhile.
    """
    refuse_when_over(file)
    if said.payer == Scheme.MA_PRIME_ADAPT:
        raise Invalid({"payer": "never_in_social_housing"})
    if said.payer not in tuple(Payer) or said.stage not in STAGES:
        raise Invalid({"payer": "bad_choice" if said.payer else "required"})
    payer, stage = Payer(said.payer), PayerStage(said.stage)
    line = next((one for one in plan_of(session, file).lines if one.payer is payer), None)
    expected = PayerStage.ASKED if line is None else line.next_stage
    if stage is not expected:
        raise Conflict("funding_noted_already")
    fields = wrong_day("day", said.day, now=now, after=line.latest.day if line else None)
    if line is None and said.day is not None and said.day < file.asked_on:
        fields["day"] = "before_request"
    fields |= _wrong_amount("cents", said.cents, nothing=stage is PayerStage.GRANTED)
    if "cents" not in fields:
        fields |= _too_much(session, file, payer, said.cents or 0, line, now=now)
    if len(said.invoice.strip()) > INVOICE_LENGTH:
        fields["invoice"] = "too_long"
    elif payer is Payer.LANDLORD and stage is PayerStage.PAID and not said.invoice.strip():
        fields["invoice"] = "required"  # the property tax asks for it
    if fields:
        raise Invalid(fields)
    assert said.cents is not None
    assert said.day is not None
    note = FundingNote(
        id=new_id(),
        file_id=file.id,
        payer=payer,
        stage=stage,
        cents=said.cents,
        day=said.day,
        invoice=said.invoice.strip() or None,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(note)
    session.flush()
    log(session, file, f"adaptation_{stage}", viewer=viewer, now=now)
    return note


def withdraw_funding(
    session: Session, file: AdaptationFile, note_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Withdraw the latest note of a payer. Raises NotFound, Conflict for one that others follow."""
    refuse_when_over(file)
    for line in plan_of(session, file).lines:
        if note_id not in {note.id for note in line.notes}:
            continue
        if line.latest.id != note_id:
            raise Conflict("funding_followed")
        line.latest.withdrawn_at, line.latest.withdrawn_by_id = now, viewer.user_id
        session.flush()
        log(session, file, "adaptation_funding_withdrawn", viewer=viewer, now=now)
        return
    raise NotFound("funding_note_not_found")


def verdicts_on(session: Session, file: AdaptationFile, *, on: date) -> Mapping[Payer, Verdict]:
    """Say of each scheme that is a payer whether it may pay for this, why, and up to how much."""
    person = file.person
    situation = situation_of(
        file.code,
        age=None if person.born_on is None else age_on(on, born=person.born_on),
        gir=gir_on(session, person, on),
        region=region_of(file.dwelling.residence.postcode),
    )
    found = look_for_funding(situation, on, parameters=parameters_in_force(session))
    payers = {one.value for one in Payer}
    return {Payer(one.scheme): one for one in found if one.scheme.value in payers}


def _too_much(
    session: Session,
    file: AdaptationFile,
    payer: Payer,
    cents: int,
    line: Line | None,
    *,
    now: datetime,
) -> dict[str, str]:
    if line is not None:
        return {"cents": "more_than_asked"} if cents > line.owed_cents else {}
    verdict = verdicts_on(session, file, on=today_in_paris(now)).get(payer)
    if verdict is None:
        return {}
    if verdict.answer is Answer.MAY_NOT:
        return {"payer": "scheme_may_not_pay"}
    if verdict.amount is not None and cents > round(verdict.amount * 100):
        return {"cents": "over_ceiling"}
    return {}


def _wrong_amount(field: str, cents: int | None, *, nothing: bool = False) -> dict[str, str]:
    if cents is None:
        return {field: "required"}
    if cents < 0 or (cents == 0 and not nothing) or cents > MOST_CENTS:
        return {field: "bad_amount"}
    return {}


def wrong_day(
    field: str, day: date | None, *, now: datetime, after: date | None = None
) -> dict[str, str]:
    """Say by field what is wrong with a day that something happened on."""
    if day is None:
        return {field: "required"}
    if day > today_in_paris(now):
        return {field: "must_not_be_future"}
    return {field: "before_the_one_before"} if after is not None and day < after else {}


def refuse_when_over(file: AdaptationFile) -> None:
    """Refuse to change the plan of an adaptation whose path has ended; raises Conflict."""
    if file.step in (Step.CLOSED, Step.REFUSED, Step.WITHDRAWN):
        raise Conflict("adaptation_over")
