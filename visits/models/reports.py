"""How the report of a visit was left with whom it visited."""

import enum
import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, index_of_some, new_id, stored_enum
from visits.models.messages import Message, MessagePrint
from visits.models.noted import Noted
from visits.models.visits import Visit


class ReportReader(enum.StrEnum):
    """Whose eyes a report is for: whoever opens the door, or hers alone."""

    HOME = "home"
    HER = "her"


class LeftHow(enum.StrEnum):
    """How a report is left; one that is not wanted is left by saying so."""

    EMAIL = "email"
    HANDED = "handed"
    POST = "post"
    UNWANTED = "unwanted"


class ReportLeft(Noted, Base):
    """That the report of a visit is left in some way, once each; withdrawn, it stays with why.

    By e-mail, `message` brings her a link: of its secret only a digest is kept, it opens until
    `expires_at`, and no more after too many `wrong` answers. By post it waits to be printed, in
    the run `print_id`. `language` is `fr` or `en`.
    """

    __tablename__ = "report_left"
    __table_args__ = (
        index_of_some(
            "uq_report_left_standing",
            "visit_id",
            "how",
            unique=True,
            where="withdrawn_at IS NULL",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    visit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    how: Mapped[LeftHow] = mapped_column(stored_enum(LeftHow))
    reader: Mapped[ReportReader] = mapped_column(stored_enum(ReportReader))
    language: Mapped[str] = mapped_column(String(2))
    message_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("message.id"), index=True)
    secret_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    wrong: Mapped[int] = mapped_column(default=0)
    print_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("message_print.id"), index=True)

    visit: Mapped[Visit] = relationship()
    message: Mapped[Message | None] = relationship()
    printed: Mapped[MessagePrint | None] = relationship()

    @property
    def waits(self) -> bool:
        """Tell whether it is still on its way: to be sent, or to be printed."""
        if self.message is not None:
            return self.message.may_go_out
        return self.how is LeftHow.POST and self.print_id is None

    @property
    def went_nowhere(self) -> bool:
        """Tell whether its e-mail was given up or stopped: she has nothing."""
        return self.message is not None and not (self.waits or self.message.sent_at)
