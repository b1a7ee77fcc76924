"""The clock: jobs that remind, escalate and purge, each effect once."""

import fcntl
import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.orm import Session

from visits.accounts.open_sessions import forget_old_sessions
from visits.accounts.sign_in_wall import forget_old_tries
from visits.adaptations.alternatives import offer_what_was_decided
from visits.adaptations.funding_papers import let_go_of_scans
from visits.adaptations.receiving import receive_what_is_done
from visits.cases.coming import make_what_is_due
from visits.ground.db import empty_log, start_reading
from visits.ground.disk import room_in
from visits.ground.errors import Away, FilesAway, Refused
from visits.ground.statistics import look_as_time_passes
from visits.intake.conclusion import keep_outcomes
from visits.intake.kit_savings import keep_older_savings
from visits.life.likely_doubles import find_doubles, keep_doubles
from visits.people.autonomy import let_go_of_autonomy
from visits.people.call_wishes import end_no_contact
from visits.people.documents import let_go_of_documents
from visits.portfolio import purge_imports
from visits.portfolio.moving_in import move_in
from visits.retention.jobs import claim_job, is_due, note_result
from visits.retention.orphans import remove_orphans
from visits.sight.access_chain import check_access_log, let_go_of_access_log, seal_access_log
from visits.works.calling import call_on_duty
from visits.works.recurring import make_recurring_orders
from visits.works.work_orders import escalate_work_orders
from webapp.commands.duty import tell_on_duty
from webapp.commands.maintenance import tell_maintenance_system
from webapp.commands.messages import make_messages, send_messages
from webapp.commands.placing import place_residences
from webapp.commands.rounds import work_out_rounds
from webapp.frame.errors import without_values
from webapp.frame.security import beside_requests
from webapp.frame.transaction import House, refusal_of

log = logging.getLogger("palier")
LARGE_LOG = 1_000_000  # bytes
SPARED_IN_NEED = timedelta(hours=1)  # an upload is over by then


@dataclass(frozen=True)
class Job:
    """A recurring effect.

    `run(session, now=…)` gives how many rows it touched, or a result to keep whose `touched` is
    that number; one of `files` gets the file store too. One that only `reads`, and for long, does
    so before it claims its turn: on SQLite nobody could write meanwhile. `keep(session, found,
    now=…)` then writes what it found. One that asks `outside` is `run(house, now=…)`, its turn
    claimed before: nobody waits for a stranger's answer.
    """

    name: str
    every: timedelta
    run: Callable[..., Any]
    reads: bool = False
    keep: Callable[..., int] | None = None
    files: bool = False
    outside: bool = False


JOBS = (
    Job("escalate_work_orders", timedelta(minutes=5), escalate_work_orders),
    Job("call_on_duty", timedelta(minutes=1), call_on_duty),
    Job("tell_on_duty", timedelta(minutes=1), tell_on_duty, outside=True),
    Job("make_messages", timedelta(minutes=30), make_messages, outside=True),
    Job("send_messages", timedelta(minutes=1), send_messages, outside=True),
    Job("tell_maintenance_system", timedelta(minutes=1), tell_maintenance_system, outside=True),
    Job("receive_what_is_done", timedelta(minutes=5), receive_what_is_done),
    Job("offer_what_was_decided", timedelta(hours=1), offer_what_was_decided),
    Job("make_recurring_orders", timedelta(hours=1), make_recurring_orders),
    Job("make_what_is_due", timedelta(hours=1), make_what_is_due),
    Job("forget_failed_sign_ins", timedelta(hours=1), forget_old_tries),
    Job("forget_old_sessions", timedelta(hours=1), forget_old_sessions),
    Job("end_no_contact", timedelta(hours=1), end_no_contact),
    Job("move_in", timedelta(hours=1), move_in),
    Job("find_doubles", timedelta(hours=24), find_doubles, reads=True, keep=keep_doubles),
    Job("place_residences", timedelta(hours=1), place_residences, outside=True),
    Job("let_go_of_documents", timedelta(hours=24), let_go_of_documents),
    Job("let_go_of_scans", timedelta(hours=24), let_go_of_scans),
    Job("let_go_of_autonomy", timedelta(hours=24), let_go_of_autonomy),
    Job("purge_imports", timedelta(hours=24), purge_imports),
    Job("seal_access_log", timedelta(minutes=2), seal_access_log),
    Job("let_go_of_access_log", timedelta(hours=24), let_go_of_access_log),
    Job("check_access_log", timedelta(hours=24), check_access_log, reads=True),
    Job("look_at_tables", timedelta(hours=1), look_as_time_passes),
    Job("keep_outcomes", timedelta(minutes=10), keep_outcomes),
    Job("keep_older_savings", timedelta(minutes=10), keep_older_savings),
    Job("remove_orphans", timedelta(hours=24), remove_orphans, files=True),
)


def run_job(house: House, job: Job) -> bool:
    """Run a job if it is due; gives whether this process did."""
    now = house.clock()
    found = None
    if job.reads:
        found = _look(house, job, now)
        if found is None:
            return False
    with house.sessions.begin() as session:
        if not claim_job(session, job.name, every=job.every, now=now):
            return False
        result = {} if job.outside else _effect(house, session, job, found, now)
        note_result(session, job.name, result)
    if job.outside:
        result = job.run(house, now=now)
        with house.sessions.begin() as session:
            note_result(session, job.name, result)
    log.info("job", extra={"facts": {"job": job.name, "touched": result["touched"]}})
    return True


def _effect(house: House, session: Session, job: Job, found: Any, now: datetime) -> dict[str, Any]:
    done = _run(house, session, job, now) if found is None else found
    if job.keep:
        done = job.keep(session, done, now=now)
    return done if isinstance(done, dict) else {"touched": done}


def _look(house: House, job: Job, now: datetime) -> Any:
    """Give what a job that reads found, None where it is not due."""
    with house.sessions() as session:
        start_reading(session)
        return _run(house, session, job, now) if is_due(session, job.name, now=now) else None


def _run(house: House, session: Session, job: Job, now: datetime) -> Any:
    return job.run(session, house.store, now=now) if job.files else job.run(session, now=now)


def run_unless_away(house: House, job: Job) -> None:
    """Run a job; what keeps it from its end is said in the log, and the job stays due."""
    _unless_away(job.name, lambda: run_job(house, job))


def work_out_unless_away(house: House) -> None:
    """Work out rounds that somebody waits for; what keeps it from its end is said in the log."""
    _unless_away("work_out_rounds", lambda: work_out_rounds(house))


def _unless_away(name: str, run: Callable[[], object]) -> None:
    with beside_requests(job=name):
        try:
            run()
        except Exception as error:
            refused = error if isinstance(error, Refused) else refusal_of(error)
            if isinstance(refused, Away | FilesAway):
                log.warning(refused.code.replace("_", " "))
            else:
                log.error("job failed", exc_info=without_values(error))


def make_room(house: House) -> bool:
    """Let go what may go when the disk is soon full, full as it may be; tells whether it tried.

    Nothing is claimed first: that would be a write, and a second time does no harm.
    """
    if not room_in(house.settings.data).soon_full:
        return False
    now = house.clock()
    with house.sessions.begin() as session:
        removed = remove_orphans(session, house.store, now=now, spared=SPARED_IN_NEED)
    log.warning("disk soon full", extra={"facts": {"job": "make_room", **removed}})
    with house.sessions.begin() as session:
        purge_imports(session, now=now)
    return True


def empty_log_when_quiet(house: House) -> bool:
    """Let go of SQLite's log once it has grown; tells whether it is gone or small."""
    log_place = Path(f"{house.engine.url.database}-wal")
    if house.engine.dialect.name != "sqlite" or not log_place.exists():
        return True
    return log_place.stat().st_size < LARGE_LOG or empty_log(house.engine)


def start_jobs(house: House) -> BackgroundScheduler:
    """Start looking every half minute for jobs that are due."""
    # That one is still at it when its turn comes again is no news.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(timezone="UTC")
    for job in JOBS:
        scheduler.add_job(
            run_unless_away,
            "interval",
            seconds=30,
            args=(house, job),
            id=job.name,
            name=job.name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,  # late is late, not missed
            next_run_time=house.clock(),
        )
    scheduler.add_job(
        make_room, "interval", minutes=5, args=(house,), id="make_room", max_instances=1
    )
    scheduler.add_job(
        empty_log_when_quiet, "interval", minutes=1, args=(house,), id="empty_log", max_instances=1
    )
    scheduler.add_job(
        work_out_unless_away,
        "interval",
        seconds=2,
        args=(house,),
        id="work_out_rounds",
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,
    )
    scheduler.start()
    return scheduler


def run_jobs_in_turn(house: House) -> None:
    """Start the jobs once no other process of this data folder runs them; waits aside.

    Several would do no harm, but each would look for what one finds. Whoever has the turn keeps it
    for as long as it lives.
    """

    def wait_and_start() -> None:
        fcntl.flock(os.open(house.settings.data, os.O_RDONLY), fcntl.LOCK_EX)
        log.info("jobs", extra={"facts": {"turn": "taken"}})
        start_jobs(house)

    threading.Thread(target=wait_and_start, name="jobs", daemon=True).start()
