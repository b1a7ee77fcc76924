"""What works cost by frame contract: price lists as they were taken in, and what orders count."""

import uuid
from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedBytes, index_of_some, new_id
from visits.models.accounts import Organisation, User

STANDS = "taken_at IS NOT NULL AND withdrawn_at IS NULL"


class PriceList(Base):
    """The prices of a frame contract from a day on, until its next list begins.

    It is looked at first: `content` is the file as it came, until it is taken in or let go.
    `vat_hundredths` is what is added to the prices of the file, in hundredths of a percent: 1000 is
    10 %, 0 is for prices that are with tax.
    """

    __tablename__ = "price_list"
    __table_args__ = (
        index_of_some(
            "uq_price_list_standing", "landlord_id", "contract", "holds_from", unique=True,
            where=STANDS,
),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    landlord_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    contract: Mapped[str] = mapped_column(String(100))
    holds_from: Mapped[date]
    vat_hundredths: Mapped[int]
    file_name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes | None] = mapped_column(EncryptedBytes)
    brought_at: Mapped[datetime]
    brought_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    taken_at: Mapped[datetime | None]
    taken_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    landlord: Mapped[Organisation] = relationship()
    brought_by: Mapped[User] = relationship(foreign_keys=[brought_by_id])
    taken_by: Mapped[User | None] = relationship(foreign_keys=[taken_by_id])
    withdrawn_by: Mapped[User | None] = relationship(foreign_keys=[withdrawn_by_id])

    def with_tax(self, hundredths_of_cents: int) -> int:
        """Add the tax to what is in hundredths of cents, and give whole cents, half up."""
        with_tax, whole = hundredths_of_cents * (10_000 + self.vat_hundredths), 100 * 10_000
        return (2 * with_tax + whole) // (2 * whole)


class PriceArticle(Base):
    """An article of a price list, never changed: `cents` is the price of one unit in the file.

    `code_key` is the code as it is compared, `words` what it is found by.
    """

    __tablename__ = "price_article"
    __table_args__ = (UniqueConstraint("list_id", "code_key"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    list_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("price_list.id"))
    code: Mapped[str] = mapped_column(String(60))
    code_key: Mapped[str] = mapped_column(String(60))
    label: Mapped[str] = mapped_column(String(500))
    words: Mapped[str] = mapped_column(String(600))
    unit: Mapped[str] = mapped_column(String(30))
    cents: Mapped[int] = mapped_column(BigInteger)
    trade: Mapped[str | None] = mapped_column(String(64))

    prices: Mapped[PriceList] = relationship()

    @property
    def cents_with_tax(self) -> int:
        """Give the price of one unit with tax, in cents."""
        return self.prices.with_tax(self.cents * 100)


class WorkOrderLine(Base):
    """So much of an article that an order needs: `cents` is what it comes to, with tax."""

    __tablename__ = "work_order_line"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    work_order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("work_order.id"), index=True)
    article_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("price_article.id"), index=True)
    quantity_hundredths: Mapped[int]
    cents: Mapped[int] = mapped_column(BigInteger)
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    article: Mapped[PriceArticle] = relationship()
    noted_by: Mapped[User] = relationship(foreign_keys=[noted_by_id])
