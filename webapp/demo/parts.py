"""Parts of works in the central stock: what orders took, and an order that waits for one."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.models.stock import PART, Article
from visits.models.works import URGENT, HoldWhy, WorkOrder, WorkOrderState
from visits.sight import Viewer
from visits.stock.articles import ArticleSaid, add_article
from visits.stock.central import receive
from visits.works.moves import MoveSaid, move_work_order, moves_of
from visits.works.parts import use_part

# By trade: what is kept, how many came, how many the last orders took each.
PARTS = {
    "plumbing": (ArticleSaid(PART, "Siphon de lavabo", "32", "", "6,90", "4"), 12, 1),
    "electricity": (ArticleSaid(PART, "Disjoncteur 16 A", "", "", "8,40", "5"), 20, 2),
    "general": (ArticleSaid(PART, "Détecteur de fumée", "", "", "12,50", "30"), 45, 1),
}
MISSING = ArticleSaid(PART, "Mitigeur de douche", "G3/4", "", "64", "1")
ORDERS, WEEKS_AGO = 3, timedelta(weeks=6)


def keep_parts(session: Session, *, stock: Viewer, technician: Viewer, now: datetime) -> None:
    """Keep parts of works: some orders took theirs, one waits for what is not there yet."""
    for trade, (said, came, taken) in PARTS.items():
        article = add_article(session, said, viewer=stock)
        receive(session, article, came, viewer=stock, now=now - WEEKS_AGO)
        done = (
            select(WorkOrder)
            .where(WorkOrder.trade == trade, WorkOrder.state == WorkOrderState.DONE)
            .where(WorkOrder.closed_at > now - WEEKS_AGO, WorkOrder.given_to_id.is_(None))
            .order_by(WorkOrder.closed_at.desc(), WorkOrder.id)
        )
        for order in session.scalars(done.limit(ORDERS)).all():
            use_part(session, order, article, taken, from_bag=False, viewer=technician, now=now)
    _wait(session, add_article(session, MISSING, viewer=stock), technician, now)


def _wait(session: Session, article: Article, technician: Viewer, now: datetime) -> None:
    """Let an order of the plumber be on hold for a part that is to come."""
    open_ones = (
        select(WorkOrder)
        .where(WorkOrder.trade == "plumbing", WorkOrder.given_to_id.is_(None))
        .where(WorkOrder.severity.not_in(URGENT))
        .order_by(WorkOrder.opened_at.desc(), WorkOrder.id)
    )
    for order in session.scalars(open_ones.limit(20)):
        if WorkOrderState.ON_HOLD in moves_of(order, technician):
            until = (now + timedelta(days=10)).date()
            said = MoveSaid(
                hold_why=HoldWhy.PART, hold_until=until, hold_article=article, hold_number=1,
                note="Commandé chez le fournisseur.",
            )  # fmt: skip
            move_work_order(
                session, order, WorkOrderState.ON_HOLD, said, viewer=technician, now=now
            )
            return
