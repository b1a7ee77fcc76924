"""What machines that watch over a deployment ask: how much it answers, how fast, when jobs ran."""

import hmac
from collections.abc import Iterator

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from werkzeug.exceptions import NotFound

from visits.ground.errors import Refused
from visits.retention.jobs import job_states
from webapp.access.auth import public
from webapp.access.who_asks import NotSignedIn
from webapp.frame.metrics import counted
from webapp.frame.transaction import house, reading, refusal_of

metrics = Blueprint("metrics", __name__)


@metrics.get("/metrics")
@public
def read() -> ResponseReturnValue:
    """Answer in OpenMetrics to whoever has the token of the setting; without one nobody may."""
    token = house().settings.metrics
    if token is None:
        raise NotFound
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), token.encode()):
        raise NotSignedIn("not_signed_in")
    return counted(current_app, list(_of_the_database()))


def _of_the_database() -> Iterator[Metric]:
    """Tell whether the database answers, and then when each job ran."""
    answers = GaugeMetricFamily("palier_database_answers", "1 while the database answers.", value=1)
    ran = GaugeMetricFamily(
        "palier_job_last_run_timestamp_seconds", "When a job last ran.", labels=["job"]
    )
    try:
        with reading() as session:
            for job in job_states(session):
                if job.last_run_at is not None:
                    ran.add_metric([job.name], job.last_run_at.timestamp())
    except Exception as error:
        if not isinstance(error, Refused) and refusal_of(error) is None:
            raise
        answers = GaugeMetricFamily(answers.name, answers.documentation, value=0)
    yield answers
    yield ran
