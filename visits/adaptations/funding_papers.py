"""Which papers each payer of an adaptation wants, which of them came when, and which are missing.

The rule book says which: `paper_<payer>_asked_<paper>` with the request, `paper_<payer>_paid_…`
before it pays; 1 where it is wanted, 0 where it is not.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from diagnostics.parameters import Parameters
from visits.adaptations.files import log
from visits.adaptations.funding import Line, plan_of, refuse_when_over, wrong_day
from visits.forms.parameters import parameters_in_force
from visits.ground.db import new_id
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.file_store import FileStore
from visits.ground.photo_kinds import document_kind
from visits.models.adaptations import AdaptationFile
from visits.models.funding import FundingPaper, Payer, PayerStage
from visits.people.documents import KEPT
from visits.sight import Viewer

WANTED_FOR = (PayerStage.ASKED, PayerStage.PAID)


@dataclass(frozen=True)
class Paper:
    """A paper that a payer wants for a stage, with when it came; `is_due` once it is waited for."""

    code: str
    stage: PayerStage
    came: FundingPaper | None
    is_due: bool

    @property
    def is_missing(self) -> bool:
        """Tell whether it is waited for and not there."""
        return self.is_due and self.came is None


def papers_of(
    session: Session, file: AdaptationFile, lines: Sequence[Line]
) -> dict[Payer, list[Paper]]:
    """List by payer of a plan the papers it wants, by the rule book of the day it was asked.

    Those it wants before it pays are waited for once it granted something; none is of a payer who
    granted nothing.
    """
    rules = parameters_in_force(session)
    there = {(one.payer, one.paper): one for one in _noted(session, file) if not one.withdrawn_at}
    return {
        line.payer: [
            Paper(code, stage, there.get((line.payer, code)), _is_due(line, stage))
            for code, stage in _wanted(rules, line).items()
        ]
        for line in lines
    }


def missing_papers(papers: Mapping[Payer, Sequence[Paper]]) -> dict[Payer, list[Paper]]:
    """Keep those that are waited for, by payer."""
    found = {payer: [one for one in every if one.is_missing] for payer, every in papers.items()}
    return {payer: some for payer, some in found.items() if some}


def withdrawn_papers(session: Session, file: AdaptationFile) -> list[FundingPaper]:
    """List the papers whose coming was taken back."""
    return [one for one in _noted(session, file) if one.withdrawn_at]


def note_paper(
    session: Session,
    file: AdaptationFile,
    payer: str,
    paper: str,
    came_on: date | None,
    *,
    viewer: Viewer,
    now: datetime,
) -> FundingPaper:
    """Note that a paper came which a payer of the plan wants.

    Raises Invalid for a paper it does not want and for a bad day, Conflict for one that is there.
    """
    refuse_when_over(file)
    known = papers_of(session, file, plan_of(session, file).lines)
    wanted = known.get(Payer(payer), []) if payer in tuple(Payer) else []
    found = next((one for one in wanted if one.code == paper), None)
    fields = wrong_day("came_on", came_on, now=now)
    if found is None:
        fields["paper"] = "bad_choice" if paper else "required"
    if fields:
        raise Invalid(fields)
    assert found is not None
    if found.came is not None:
        raise Conflict("funding_paper_there")
    came = FundingPaper(
        id=new_id(),
        file_id=file.id,
        payer=Payer(payer),
        paper=paper,
        came_on=came_on,
        noted_at=now,
        noted_by_id=viewer.user_id,
    )
    session.add(came)
    session.flush()
    log(session, file, "adaptation_paper", viewer=viewer, now=now)
    return came


def keep_scan(
    session: Session,
    store: FileStore,
    file: AdaptationFile,
    paper_id: uuid.UUID,
    data: bytes,
    *,
    viewer: Viewer,
    now: datetime,
) -> FundingPaper:
    """Keep the paper itself that came, a PDF or a picture, once.

    Raises NotFound, Invalid for what is neither or too large, Conflict where it is kept.
    """
    refuse_when_over(file)
    came = _that_came(session, file, paper_id)
    media_type = document_kind(data, at="scan")
    if came.sha256 is not None:
        raise Conflict("funding_scan_there")
    came.sha256, came.size, came.media_type = store.put(session, data), len(data), media_type
    session.flush()
    log(session, file, "adaptation_scan_kept", viewer=viewer, now=now)
    return came


def find_scan(session: Session, file: AdaptationFile, paper_id: uuid.UUID) -> FundingPaper:
    """Find a paper that came and is kept itself, else raise NotFound; withdrawn it is nobody's."""
    came = _that_came(session, file, paper_id)
    if came.sha256 is None:
        raise NotFound("funding_paper_not_found")
    return came


def let_go_of_scans(session: Session, *, now: datetime) -> int:
    """Let go of the bytes of papers that were withdrawn long ago: nobody owns them any more."""
    gone = (FundingPaper.withdrawn_at < now - KEPT, FundingPaper.sha256.is_not(None))
    done = session.execute(update(FundingPaper).where(*gone).values(sha256=None))
    return int(done.rowcount)  # type: ignore[attr-defined]


def withdraw_paper(
    session: Session, file: AdaptationFile, paper_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Take back that a paper came: it is waited for again, and what was kept is shown to nobody.

    Raises NotFound, Conflict.
    """
    refuse_when_over(file)
    came = _that_came(session, file, paper_id)
    came.withdrawn_at, came.withdrawn_by_id = now, viewer.user_id
    session.flush()
    log(session, file, "adaptation_paper_withdrawn", viewer=viewer, now=now)


def _that_came(session: Session, file: AdaptationFile, paper_id: uuid.UUID) -> FundingPaper:
    came = session.get(FundingPaper, paper_id)
    if came is None or came.file_id != file.id or came.withdrawn_at is not None:
        raise NotFound("funding_paper_not_found")
    return came


def _wanted(rules: Parameters, line: Line) -> dict[str, PayerStage]:
    """Give by code the papers that a payer wants, and for which stage."""
    wanted = {}
    for stage in WANTED_FOR:
        prefix = f"paper_{line.payer}_{stage}_"
        for name in rules.names():
            if name.startswith(prefix) and _holds(rules, name, on=line.asked.day):
                wanted[name.removeprefix(prefix)] = stage
    return wanted


def _holds(rules: Parameters, name: str, *, on: date) -> bool:
    try:
        return rules.find(name, on=on).value >= 1
    except LookupError:
        return False


def _is_due(line: Line, stage: PayerStage) -> bool:
    if line.planned_cents == 0:
        return False
    return stage is PayerStage.ASKED or line.at(PayerStage.GRANTED) != []


def _noted(session: Session, file: AdaptationFile) -> Sequence[FundingPaper]:
    papers = select(FundingPaper).where(FundingPaper.file_id == file.id)
    papers = papers.options(joinedload(FundingPaper.noted_by))
    return session.scalars(papers.order_by(FundingPaper.noted_at, FundingPaper.id)).all()
