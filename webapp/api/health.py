"""Whether this process lives, and whether it can serve."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from visits.ground.disk import try_to_write
from visits.ground.errors import Refused
from visits.sight import answers
from webapp.access.auth import public
from webapp.frame.errors import LATER
from webapp.frame.transaction import house, reading, refusal_of

health = Blueprint("health", __name__)


@health.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Answer: who asks learns that the process lives. Beginning it anew would mend nothing else."""
    return {"status": "ok"}


@health.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Answer once the disk takes a few bytes and the database answers; else say why not."""
    try:
        try_to_write(house().settings.data)
        with reading() as session:
            answers(session)
    except Exception as error:
        refused = error if isinstance(error, Refused) else refusal_of(error)
        if refused is None and not isinstance(error, OSError):
            raise
        later = next((seconds for kind, seconds in LATER if isinstance(refused, kind)), 10)
        return {"status": refused.code if refused else "disk"}, 503, {"Retry-After": str(later)}
    return {"status": "ok"}
