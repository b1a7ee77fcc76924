"""Whether this process can serve."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from visits.queries import answers
from webapp.auth import public
from webapp.transaction import reading

health = Blueprint("health", __name__)


@health.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Answer once the database answers."""
    with reading() as session:
        answers(session)
    return {"status": "ok"}
