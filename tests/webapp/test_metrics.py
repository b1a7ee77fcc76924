"""What a deployment tells machines of itself, and the lines of its log."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from sqlalchemy import text
from sqlalchemy.orm import Session

from webapp import create_app
from webapp.commands.jobs import Job, run_job, run_unless_away
from webapp.frame.kept_secrets import CannotStart
from webapp.frame.security import JsonLines, log_in_lines
from webapp.frame.settings import Settings, read_settings

pytestmark = pytest.mark.both_databases

TOKEN = "a token of the tests"


@pytest.fixture
def watched(settings: Settings) -> Iterator[Flask]:
    """An application that may be watched."""
    app = create_app(replace(settings, metrics=TOKEN))
    yield app
    app.extensions["palier"].engine.dispose()


def _told(client: FlaskClient) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.content_type.startswith("application/openmetrics-text")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_without_the_setting_there_are_no_metrics(client: FlaskClient) -> None:
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize(
    "given", [None, "Bearer", "Bearer another token", "Basic YTpi", "Bearer é"]
)
def test_metrics_open_to_their_token_alone(watched: Flask, given: str | None) -> None:
    headers = {"Authorization": given} if given else {}
    assert watched.test_client().get("/metrics", headers=headers).status_code == 401


def test_metrics_count_answers_and_say_when_jobs_ran(watched: Flask) -> None:
    house, client = watched.extensions["palier"], watched.test_client()
    for path in ("/healthz", "/healthz", "/nowhere", "/people/?q=Martin"):
        client.get(path)
    run_job(house, Job("count", timedelta(minutes=5), lambda session, now: 3))
    told = _told(client)
    assert told["palier_requests_total", "health.healthz", "GET", "200"] == 2
    assert told["palier_requests_total", "none", "GET", "404"] == 1
    assert told["palier_request_seconds_count", "health.healthz"] == 2
    assert told["palier_database_answers",] == 1
    ran = told["palier_job_last_run_timestamp_seconds", "count"]
    assert abs(ran - house.clock().timestamp()) < 3_600
    assert "Martin" not in str(told)


def test_a_token_that_is_too_short_keeps_a_deployment_from_starting(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="PALIER_METRICS"):
        read_settings({"PALIER_METRICS": "short", "PALIER_DATA": str(tmp_path)})


class Heard(logging.Handler):
    """Keeps the lines of the log."""

    def __init__(self) -> None:
        super().__init__()
        (ours,) = log_in_lines().handlers[:1]
        self.filters = ours.filters
        self.setFormatter(JsonLines())
        self.lines: list[dict[str, object]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def heard() -> Iterator[Heard]:
    """What is logged meanwhile."""
    handler = Heard()
    log_in_lines().addHandler(handler)
    yield handler
    log_in_lines().removeHandler(handler)


def test_all_lines_of_a_jobs_run_have_one_id(app: Flask, heard: Heard) -> None:
    def effect(session: Session, *, now: datetime) -> int:
        logging.getLogger("palier").info("within")
        return 1

    for name in ("one", "two"):
        run_unless_away(app.extensions["palier"], Job(name, timedelta(minutes=5), effect))
    said = [(line["message"], line["job"], line["request_id"]) for line in heard.lines]
    assert [one[:2] for one in said] == [
        ("within", "one"), ("job", "one"), ("within", "two"), ("job", "two"),
    ]  # fmt: skip
    assert said[0][2] == said[1][2] != said[2][2] == said[3][2]


def test_a_job_that_fails_says_so_without_the_values_it_was_given(app: Flask, heard: Heard) -> None:
    somebody = "Dur" + "and"  # the line of the code itself stands in the log

    def fail(session: Session, *, now: datetime) -> int:
        session.execute(text("SELECT name FROM nowhere WHERE name = :it"), {"it": somebody})
        return 0

    run_unless_away(app.extensions["palier"], Job("broken", timedelta(minutes=5), fail))
    (line,) = heard.lines
    assert (line["message"], line["job"], line["level"]) == ("job failed", "broken", "error")
    assert line["request_id"]
    assert "nowhere" in str(line["error"])
    assert somebody not in str(line)
