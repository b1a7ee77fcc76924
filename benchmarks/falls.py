"""Falls by person-year where 120,000 persons live: 5,500 were visited and asked twice afterwards.

So many are followed of a city's (`life_rows.CITY`): a quarter of 22,000 cases are seniors'.
"""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from benchmarks.bench import Bench
from benchmarks.databases import Database
from benchmarks.figures import Figure, figure
from benchmarks.lists import office_on, page_times, signed_in
from visits.accounts.accounts import NewUser, add_user, find_organisation
from visits.ground.deadlines import today_in_paris
from visits.ground.statistics import look_anew
from visits.models.accounts import OrganisationKind, Role, User
from visits.models.cases import Case, CaseState
from visits.models.people import Person
from visits.models.portfolio import FormVersion
from visits.models.visits import Submission, SubmissionState, Visit, VisitState
from visits.sight import Reach, Viewer
from visits.steering.falls import falls_rate, falls_spans
from visits.steering.rates_by import By
from webapp.access.setting_up import publish_what_ships

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
PERSONS, ASKED, ROUNDS, AT_ONCE = 5_500, 2, 10, 5_000
PAGES = ("/outcomes/falls/?programme=seniors", "/outcomes/falls/spans?programme=seniors")


def measure_falls(bench: Bench) -> Iterator[Figure]:
    """Milliseconds of the page of rates, and of the list of what was said."""
    for kind in Database:
        with office_on(bench, kind) as (app, house):
            with house.sessions.begin() as session:
                write_falls(session, PERSONS)
            with house.sessions.begin() as session:
                look_anew(session, whole=True)
                _compare(session)
            client = signed_in(app, "co@palier.example")
            for page in PAGES:
                yield figure(
                    f"falls of {PERSONS:,} followed: {page.partition('?')[0]}",
                    page_times(client, [page] * ROUNDS), unit="ms", database=kind,
                )  # fmt: skip


def write_falls(session: Session, persons: int) -> None:
    """Write persons who were visited and asked of falls twice, half a year apart."""
    publish_what_ships(session, now=NOW)
    office = find_organisation(session, "Office", OrganisationKind.LANDLORD)
    new = NewUser("co@palier.example", "Ana Coordination", Role.COORDINATOR, "none")
    boss = add_user(session, new, organisation=office, now=NOW)
    session.flush()
    asks = select(FormVersion.id).where(FormVersion.form_id == "follow_up_1_6_12")
    form = session.scalars(asks.order_by(FormVersion.id)).first()
    for first in range(0, persons, AT_ONCE):
        rows: dict[type[Any], list[dict[str, Any]]] = {
            one: [] for one in (Person, Case, Visit, Submission)
        }
        for number in range(first, min(first + AT_ONCE, persons)):
            _write_one(rows, number, office.id, boss.id, form)
        for table, found in rows.items():
            session.execute(insert(table), found)


def _compare(session: Session) -> None:
    """Fail if the rate is not what SQL counts of the visits, and of the falls that were written."""
    before = func.lag(Visit.planned_start_at, type_=Visit.planned_start_at.type).over(
        partition_by=Visit.case_id, order_by=(Visit.planned_start_at, Visit.id)
    )
    spans = session.execute(select(Visit.planned_start_at, before).order_by(Visit.id)).all()
    days = sum((today_in_paris(at) - today_in_paris(was)).days for at, was in spans if was)
    falls = sum(_falls(number, turn + 1) for number in range(PERSONS) for turn in range(ASKED))
    boss = session.scalars(select(User).where(User.role == Role.COORDINATOR)).one()
    viewer = Viewer(boss.id, boss.organisation_id, None, Reach.ALL)
    rate = falls_rate(falls_spans(session, "seniors", by=By.PARTNER, viewer=viewer))
    if (rate.persons, rate.falls, rate.days) != (PERSONS, falls, days):
        raise RuntimeError(f"{rate} is not {falls} falls in {days} days")


def _falls(number: int, turn: int) -> int:
    return int(number % 7 == turn)


def _write_one(
    rows: dict[type[Any], list[dict[str, Any]]],
    number: int,
    office_id: uuid.UUID,
    boss_id: uuid.UUID,
    form: uuid.UUID | None,
) -> None:
    person_id, case_id = uuid.UUID(int=number + 1), uuid.UUID(int=number + 1)
    rows[Person].append({
        "id": person_id, "landlord_id": office_id, "first_name": "Odette",
        "last_name": f"N{number}", "name_key": f"n{number} odette", "reference": f"P{number}",
    })  # fmt: skip
    rows[Case].append({
        "id": case_id, "person_id": person_id, "landlord_id": office_id, "programme": "seniors",
        "state": CaseState.VISITED, "score": 1, "reasons": [], "opened_at": NOW,
        "opened_by_id": boss_id,
    })  # fmt: skip
    for turn in range(ASKED + 1):
        at = NOW - timedelta(days=30 + 180 * (ASKED - turn) + number % 20)
        visit_id = uuid.UUID(int=number * (ASKED + 1) + turn + 1)
        rows[Visit].append({
            "id": visit_id, "case_id": case_id, "visitor_id": boss_id, "planned_start_at": at,
            "planned_end_at": at + timedelta(hours=1), "state": VisitState.DONE,
            "planned_by_id": boss_id, "planned_at": at, "done_at": at,
        })  # fmt: skip
        if turn:
            falls = {"spoken": True, "number": _falls(number, turn)}
            rows[Submission].append({
                "id": visit_id, "instance_id": f"uuid:{visit_id}", "visit_id": visit_id,
                "form_version_id": form, "sent_by_id": boss_id, "xml": b"<data/>", "sha256": "0",
                "received_at": at, "ended_at": at, "state": SubmissionState.CHECKED,
                "findings": {"violations": [], "facts": {}, "falls": falls},
            })  # fmt: skip
