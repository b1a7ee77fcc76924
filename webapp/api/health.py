"""Whether this process can serve."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from visits.ground.disk import try_to_write
from visits.sight import answers
from webapp.access.auth import public
from webapp.frame.transaction import house, reading, refusal_of

health = Blueprint("health", __name__)


@health.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Answer once the disk takes a few bytes and the database answers; else say why not."""
    try:
        try_to_write(house().settings.data)
        with reading() as session:
            answers(session)
    except OSError as error:
        refused = refusal_of(error)
        return {"status": refused.code if refused else "disk"}, 503
    return {"status": "ok"}
