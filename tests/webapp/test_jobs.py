"""Jobs: one effect however many processes run, tried again when it fails."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_user
from visits.models.accounts import JobState
from webapp.commands.jobs import JOBS, Job, run_job
from webapp.frame.transaction import House

pytestmark = pytest.mark.both_databases


def _house(app: Flask) -> House:
    house: House = app.extensions["palier"]
    return house


def test_of_many_processes_one_runs_a_due_job(app: Flask) -> None:
    done: list[int] = []

    def effect(session: Session, *, now: datetime) -> int:
        done.append(1)
        return 1

    job = Job("count", timedelta(minutes=5), effect)
    threads = [threading.Thread(target=run_job, args=(_house(app), job)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1


def test_a_job_runs_again_when_its_time_has_come(app: Flask, now: datetime) -> None:
    house = _house(app)
    job = Job("count", timedelta(minutes=5), lambda session, now: 0)
    assert run_job(house, job)
    assert not run_job(house, job)
    later = replace(house, clock=lambda: now + timedelta(minutes=6))
    assert run_job(later, job)


def test_a_clock_put_back_keeps_no_job_waiting(app: Flask, now: datetime) -> None:
    house = _house(app)
    job = Job("count", timedelta(days=1), lambda session, now: 0)
    ahead = replace(house, clock=lambda: now + timedelta(days=365))
    assert run_job(ahead, job)
    assert run_job(house, job)
    assert not run_job(house, job)
    looks = replace(job, reads=True)
    assert run_job(ahead, looks)
    assert run_job(house, looks)


def test_a_job_that_fails_leaves_no_claim(app: Flask) -> None:
    def fail(session: Session, *, now: datetime) -> int:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        run_job(_house(app), Job("count", timedelta(minutes=5), fail))
    assert run_job(_house(app), Job("count", timedelta(minutes=5), lambda session, now: 0))


def test_a_job_that_reads_for_long_keeps_nobody_from_writing(app: Flask) -> None:
    house = _house(app)

    def look(session: Session, *, now: datetime) -> int:
        with house.sessions.begin() as other:
            make_user(other)
        return 1

    job = Job("look", timedelta(minutes=5), look, reads=True)
    assert run_job(house, job)
    assert not run_job(house, job)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_each_job_runs_on_an_empty_database(app: Flask, job: Job) -> None:
    assert run_job(_house(app), job)
    with _house(app).sessions() as session:
        state = session.scalars(select(JobState).where(JobState.name == job.name)).one()
        assert state.result is not None
        assert state.result["touched"] == 0
