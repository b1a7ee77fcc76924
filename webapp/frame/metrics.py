"""What is counted of requests, for whoever looks after a deployment: never who asked, nor for whom.

With several processes each counts in a file of its own, and whichever is asked adds them all up.
"""

import os
import time
from collections.abc import Iterable
from pathlib import Path

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, values
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

# The library's own variable.
TOGETHER = "PROMETHEUS_MULTIPROC_DIR"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10)


def count_together(folder: Path) -> None:
    """Have this process and those that part from it count in one folder."""
    os.environ[TOGETHER] = str(folder)
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]


def count_requests(app: Flask) -> None:
    """Count what is answered, and how long it took, by endpoint."""
    registry = app.extensions["palier_counts"] = CollectorRegistry()
    answers = Counter(
        "palier_requests", "Answers given.", ["endpoint", "method", "status"], registry=registry
    )
    took = Histogram(
        "palier_request_seconds",
        "How long an answer took to make.",
        ["endpoint"],
        buckets=SECONDS,
        registry=registry,
    )

    @app.after_request
    def count(answer: Response) -> Response:
        endpoint = request.endpoint or "none"
        method = request.method if request.method in METHODS else "other"
        answers.labels(endpoint, method, str(answer.status_code)).inc()
        took.labels(endpoint).observe(time.perf_counter() - g.get("started", time.perf_counter()))
        return answer


class _Told(Collector):
    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def counted(app: Flask, more: Iterable[Metric]) -> Response:
    """Write what was counted, by all processes together, and more, as OpenMetrics."""
    registry = CollectorRegistry()
    if TOGETHER in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(app.extensions["palier_counts"])
    registry.register(_Told(more))
    text: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return Response(text, content_type=CONTENT_TYPE_LATEST)
