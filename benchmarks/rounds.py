"""Rounds of four visitors: a week of them, and 842 visits in a campaign; from asking to proposal.

Each is read, solved by its own process on one core, checked visit by visit and kept.
"""

import logging
import time as clock
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from benchmarks.agenda import write_case
from benchmarks.bench import Bench
from benchmarks.databases import Database
from benchmarks.figures import Figure, figure
from benchmarks.lists import office_app
from visits.accounts.accounts import NewUser, add_user, find_organisation
from visits.agenda.availabilities import HoursSaid, note_hours, say_terms
from visits.models.accounts import OrganisationKind, Role
from visits.models.cases import CaseState
from visits.rounds.proposals import ask_for_rounds
from visits.rounds.scope import Scope
from visits.sight import Reach, Viewer
from webapp.access.setting_up import publish_what_ships
from webapp.commands.rounds import work_out_rounds
from webapp.frame.transaction import House

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
MONDAY = date(2026, 3, 16)
BASES = ("49.30, 2.30", "49.40, 2.70", "49.55, 2.25", "49.60, 2.80")
CASES = {"a week, 120 visits": (120, 7), "a campaign, 842 visits": (842, 98)}


def measure_rounds(bench: Bench) -> Iterator[Figure]:
    """Milliseconds from asking to a proposal."""
    for kind in Database:
        for name, (visits, days) in CASES.items():
            with bench.databases.deployment(kind) as settings:
                app = office_app(settings.database_url)
                house: House = app.extensions["palier"]
                logging.disable(logging.WARNING)
                try:
                    _write(house, visits, days)
                    began = clock.perf_counter()
                    work_out_rounds(house)
                    took = (clock.perf_counter() - began) * 1_000
                    yield figure(f"rounds: {name}", [took], unit="ms", database=kind)
                finally:
                    logging.disable(logging.NOTSET)
                    house.engine.dispose()


def _write(house: House, visits: int, days: int) -> None:
    """Write four visitors and those who wait, and ask for their rounds."""
    rng = Random(7)
    with house.sessions.begin() as session:
        publish_what_ships(session, now=NOW)
        office = find_organisation(session, "Office", OrganisationKind.LANDLORD)
        new = NewUser("co@palier.example", "Ana Coordination", Role.COORDINATOR, "none")
        boss = add_user(session, new, organisation=office, now=NOW)
        session.flush()
        viewer = Viewer(boss.id, office.id, None, Reach.ALL)
        visitors = []
        for number, base in enumerate(BASES):
            new = NewUser(f"v{number}@palier.example", f"Visite {number}", Role.VISITOR, "none")
            visitor = add_user(session, new, organisation=office, now=NOW)
            session.flush()
            for weekday in range(5):
                said = HoursSaid(weekday, time(8, 30), time(17, 30), date(2026, 1, 1), start=base)
                note_hours(session, visitor.id, said, viewer=viewer, now=NOW)
            say_terms(
                session, visitor.id, buffer="0", most="5", languages=[], skills=[], viewer=viewer,
                now=NOW,
            )  # fmt: skip
            visitors.append(visitor.id)
        for _ in range(visits):
            write_case(session, rng, CaseState.AGREED, boss.id)
        last = MONDAY + timedelta(days=days - 1)
        scope = Scope(MONDAY, last, frozenset(visitors))
        ask_for_rounds(session, scope, viewer=viewer, now=NOW)
