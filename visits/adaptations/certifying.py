"""The tenant's certificate that works at her own cost were done as she said; two months for it.

Law of 6 July 1989, art. 7 f; decree 2016-1282.
"""

from datetime import date, datetime

from sqlalchemy.orm import Session

from visits.adaptations.files import log
from visits.adaptations.funding import wrong_day
from visits.adaptations.path import AFTER_WORKS, legal_day
from visits.ground.errors import Conflict, Invalid
from visits.models.adaptations import AdaptationFile
from visits.sight import Viewer


def note_certificate(
    session: Session, file: AdaptationFile, on: date | None, *, viewer: Viewer, now: datetime
) -> None:
    """Note on which day she certified the works; the delay of the law ends with it.

    Raises Invalid for a day before they ended or to come, Conflict where none is waited for.
    """
    if not takes_certificate(file) or file.certified_on is not None:
        raise Conflict("certificate_not_awaited")
    fields = wrong_day("certified_on", on, now=now)
    if on is not None and file.works_ended_on is not None and on < file.works_ended_on:
        fields["certified_on"] = "certified_before_end"
    if fields:
        raise Invalid(fields)
    _keep(session, file, on, "adaptation_certified", viewer=viewer, now=now)


def withdraw_certificate(
    session: Session, file: AdaptationFile, *, viewer: Viewer, now: datetime
) -> None:
    """Take back that she certified the works: the delay runs as before. Raises Conflict."""
    if not takes_certificate(file) or file.certified_on is None:
        raise Conflict("certificate_not_there")
    _keep(session, file, None, "adaptation_certificate_withdrawn", viewer=viewer, now=now)


def takes_certificate(file: AdaptationFile) -> bool:
    """Tell whether works at her own cost are done, and the file is open."""
    return file.own_cost and file.step in AFTER_WORKS


def _keep(
    session: Session,
    file: AdaptationFile,
    on: date | None,
    what: str,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    file.certified_on = on
    file.legal_on = legal_day(session, file)
    session.flush()
    log(session, file, what, viewer=viewer, now=now)
