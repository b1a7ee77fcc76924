"""What there is on paper about somebody: answers with what came along, letters, what was left."""

import enum
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from diagnostics.audit import FILE_NAME as TIME_LOG
from diagnostics.kits import ECO_KIT
from visits.forms.published import read_form
from visits.ground.deadlines import midnight_in_paris
from visits.intake.sealed_photos import answers_in, sealed_photos
from visits.models.calls import Channel, ContactAttempt
from visits.models.cases import Case
from visits.models.documents import Document
from visits.models.people import Consent, Person
from visits.models.visits import COUNTED, Consequence, Submission, SubmissionFile, Visit
from visits.people.consents import still_counts
from visits.people.documents import documents_of
from visits.sight.reach import Viewer, visible_cases
from visits.stock.bags import fitted_by

ADAPTATION = "adaptation"


class PaperKind(enum.StrEnum):
    """What a paper is."""

    ANSWERS = "answers"
    LETTER = "letter"
    LEFT = "left"
    ADDED = "added"


class FileKind(enum.StrEnum):
    """What came along with answers."""

    PHOTO = "photo"
    SIGNATURE = "signature"
    SOUND = "sound"
    FILE = "file"


@dataclass(frozen=True)
class Enclosed:
    """A file that came with answers; `sealed` while the person refuses photos."""

    kind: FileKind
    file: SubmissionFile
    sealed: bool


@dataclass(frozen=True)
class Paper:
    """A paper: of which day, by whom, and what it is of: answers of a visit, a call's letter.

    `reports` are worked out of the answers: what the kit saves, its receipt, who may pay.
    """

    kind: PaperKind
    at: datetime
    by: str
    submission: Submission | None = None
    attempt: ContactAttempt | None = None
    document: Document | None = None
    enclosed: Sequence[Enclosed] = ()
    consents: Sequence[Consent] = ()
    reports: Sequence[str] = ()

    @property
    def id(self) -> uuid.UUID:
        """Give the id of what the paper is of."""
        return (self.submission or self.attempt or self.document).id  # type: ignore[union-attr]


def papers_of(
    session: Session,
    person: Person,
    *,
    answers: Viewer | None,
    calls: Viewer | None,
    added: bool,
) -> list[Paper]:
    """List papers about a person, the latest first: of answers and of calls, as far as one sees.

    Those that were `added` by hand are for whoever may add one.
    """
    found: list[Paper] = []
    if answers is not None:
        found += _of_visits(session, _seen(person, answers))
    if calls is not None:
        found += _of_calls(session, _seen(person, calls))
    if added:
        found += _added(session, person)
    return sorted(found, key=lambda one: (one.at, one.id), reverse=True)


def _added(session: Session, person: Person) -> Iterator[Paper]:
    for one in documents_of(session, person):
        yield Paper(
            PaperKind.ADDED, midnight_in_paris(one.dated_on), one.added_by.name, document=one
        )


def _seen(person: Person, viewer: Viewer) -> Select[uuid.UUID]:
    hers = (Case.person_id == person.id, visible_cases(viewer))
    return select(Case.id).join(Case.person).where(*hers)


def _of_visits(session: Session, cases: Select[uuid.UUID]) -> Iterator[Paper]:
    heavy = (defer(Submission.xml), defer(Submission.findings), defer(Submission.outcome))
    sent = session.scalars(
        select(Submission)
        .join(Submission.visit)
        .where(Visit.case_id.in_(cases), Submission.state.in_(COUNTED))
        .options(*heavy, joinedload(Submission.sent_by), joinedload(Submission.form_version))
        .options(selectinload(Submission.files))
        .order_by(Submission.id)
    ).all()
    ids = [one.id for one in sent]
    consents = _consents(session, ids)
    adapting = set(
        session.scalars(
            select(Consequence.submission_id).where(
                Consequence.submission_id.in_(ids), Consequence.kind == ADAPTATION
            )
        )
    )
    fitted = fitted_by(session, ids)
    for one in sent:
        told = {
            "savings": one.form_version.form_id == ECO_KIT,
            "receipt": one.id in fitted,
            "funding": one.id in adapting,
        }
        yield Paper(
            PaperKind.ANSWERS,
            one.ended_at or one.received_at,
            one.sent_by.name,
            submission=one,
            enclosed=_enclosed(session, one),
            consents=consents[one.id],
            reports=[name for name, there in told.items() if there],
        )


def _consents(session: Session, ids: Sequence[uuid.UUID]) -> Mapping[Any, list[Consent]]:
    found: dict[Any, list[Consent]] = defaultdict(list)
    said = select(Consent).where(Consent.submission_id.in_(ids), still_counts())
    for consent in session.scalars(said.order_by(Consent.scope, Consent.id)):
        there = found[consent.submission_id]
        # Two questions about one scope that were answered alike are one thing agreed to.
        if all((one.scope, one.given) != (consent.scope, consent.given) for one in there):
            there.append(consent)
    return found


def _enclosed(session: Session, submission: Submission) -> list[Enclosed]:
    """List the files that answer a question, as the page of the visit shows them."""
    files = [one for one in submission.files if one.name != TIME_LOG]
    if not files:
        return []
    form = read_form(submission.form_version).form
    signed = {one.name for one in form.questions if "signature" in one.appearance}
    asked = {one.text.strip(): one.name for one in answers_in(submission)}
    sealed = sealed_photos(session, submission)
    return [
        Enclosed(_kind(one, asked[one.name] in signed), one, one.name in sealed)
        for one in files
        if one.name in asked
    ]


def _kind(file: SubmissionFile, signed: bool) -> FileKind:
    if signed:
        return FileKind.SIGNATURE
    kinds = {"image": FileKind.PHOTO, "audio": FileKind.SOUND}
    return kinds.get(file.media_type.partition("/")[0], FileKind.FILE)


def _of_calls(session: Session, cases: Select[uuid.UUID]) -> Iterator[Paper]:
    """Give letters, and what was left at a door that stayed shut; not what was taken back."""
    statement = (
        select(ContactAttempt)
        .where(ContactAttempt.case_id.in_(cases), ContactAttempt.taken_back_at.is_(None))
        .where(ContactAttempt.channel.in_((Channel.LETTER, Channel.DOOR)))
        .options(joinedload(ContactAttempt.caller))
        .order_by(ContactAttempt.id)
    )
    for one in session.scalars(statement):
        if one.channel is Channel.LETTER:
            yield Paper(PaperKind.LETTER, one.at, one.caller.name, attempt=one)
        elif one.left_behind:
            yield Paper(PaperKind.LEFT, one.at, one.caller.name, attempt=one)
