"""What an adaptation costs and who pays for it: quotes, and what each payer was asked and gave."""

import enum
import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedText, new_id, stored_enum
from visits.models.accounts import User


class Payer(enum.StrEnum):
    """Who may pay for adapting a home of social housing; the law leaves MaPrimeAdapt’ out."""

    LANDLORD = "landlord"
    TENANT = "tenant"
    CARSAT_LANDLORD = "carsat_landlord"
    PREVENTION_KIT = "prevention_kit"
    OSCAR = "oscar"
    APA = "apa"
    PCH = "pch"
    DEPARTEMENT = "departement"
    ACTION_LOGEMENT = "action_logement"
    MUTUAL = "mutual"
    OTHER = "other"


class PayerStage(enum.StrEnum):
    """How far it is with a payer."""

    ASKED = "asked"
    GRANTED = "granted"
    PAID = "paid"


class AdaptationQuote(Base):
    """What a company asks for the works of an adaptation, tax included; one of them is chosen."""

    __tablename__ = "adaptation_quote"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("adaptation_file.id"), index=True)
    company: Mapped[str] = mapped_column(String(100))
    cents: Mapped[int]
    dated_on: Mapped[date]
    chosen: Mapped[bool] = mapped_column(default=False)
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    noted_by: Mapped[User] = relationship(foreign_keys=[noted_by_id])


class FundingNote(Base):
    """An amount that a payer was asked, granted or paid for an adaptation, on a day.

    Notes are never written over: one is withdrawn and another is made. `invoice` is the number of
    what was paid.
    """

    __tablename__ = "funding_note"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("adaptation_file.id"), index=True)
    payer: Mapped[Payer] = mapped_column(stored_enum(Payer))
    stage: Mapped[PayerStage] = mapped_column(stored_enum(PayerStage))
    cents: Mapped[int]
    day: Mapped[date]
    invoice: Mapped[str | None] = mapped_column(String(60))
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    noted_by: Mapped[User] = relationship(foreign_keys=[noted_by_id])


class FundingPaper(Base):
    """A paper that a payer wants and that is there, with the day it came; withdrawn if it is not.

    Which papers a payer wants, the rule book says. It may tell of her health or her means: sealed,
    and so are the bytes of the paper itself in the file store, where somebody kept it. `sha256` is
    empty where nobody did, and once the bytes were let go.
    """

    __tablename__ = "funding_paper"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("adaptation_file.id"), index=True)
    payer: Mapped[Payer] = mapped_column(stored_enum(Payer))
    paper: Mapped[str] = mapped_column(EncryptedText)
    came_on: Mapped[date]
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    size: Mapped[int | None]
    media_type: Mapped[str | None] = mapped_column(String(100))
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    noted_by: Mapped[User] = relationship(foreign_keys=[noted_by_id])
