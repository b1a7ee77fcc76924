"""The line a page leaves in the access log when it shows persons."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from flask import g
from sqlalchemy.orm import Session

from visits.models.people import AccessKind
from visits.sight.access_log import log_access
from webapp.frame.transaction import now, reading, transaction

# What is read in the replica, where there is one: each is a list and its file, by its word of the
# log. The file of a person, a home or a case is read where it is written.
LISTS = frozenset(
    {
        "adaptation_year", "adaptations", "admission_commissions", "admissions", "agenda",
        "awaited_homes", "calls", "commissions", "complaints",
        "diary", "falls", "follow_ups", "kit_survival", "likely_doubles", "messages",
        "missed_visits", "older_cases",
        "orders_told", "people_search", "places", "referral_requests", "referrals",
        "reports_left", "savings",
        "savings_summed", "stays", "support_balance", "supports", "targeting", "tasks",
        "transfers", "visits", "work_orders",
    }
)  # fmt: skip


@contextmanager
def showing(what: str) -> Iterator[tuple[Session, set[uuid.UUID | None]]]:
    """Open a reading transaction for a page, and a set for the persons that it shows.

    Once the page is made and before it is sent, one line of the log, `what`, names them all. It
    has a transaction of its own: nobody waits while a page is made. None stands for nobody known.
    """
    shown: set[uuid.UUID | None] = set()
    with reading(widely=what in LISTS) as session:
        yield session, shown
    persons = {person_id for person_id in shown if person_id is not None}
    if not persons:
        return
    with transaction() as session:
        log_access(
            session,
            user_id=g.account.id,
            persons=persons,
            kind=AccessKind.READ,
            what=what,
            now=now(),
        )
