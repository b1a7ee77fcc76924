"""Documents added to a person's file: kept sealed, shown without metadata, withdrawn, put back."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.file_store import FileStore
from visits.ground.photo_kinds import document_kind
from visits.models.documents import Document, DocumentKind
from visits.models.people import AccessKind, Person
from visits.sight import Viewer
from visits.sight.access_log import log_access

TITLE_LENGTH = 200
WHY_LENGTH = 500
MOST = 300
# So long one that was withdrawn may be put back; then its bytes go.
KEPT = timedelta(days=30)


@dataclass(frozen=True)
class DocumentSaid:
    """A document as somebody gives it."""

    kind: str
    title: str
    dated_on: date | None
    data: bytes


def add_document(
    session: Session,
    store: FileStore,
    person: Person,
    said: DocumentSaid,
    *,
    viewer: Viewer,
    now: datetime,
) -> Document:
    """Add a document to a person's file. Raises Invalid, field by field, Conflict for too many."""
    media_type = _checked(said, now=now)
    counted = select(func.count()).where(Document.person_id == person.id)
    if (session.scalar(counted) or 0) >= MOST:
        raise Conflict("too_many_documents")
    assert said.dated_on is not None  # it was required above
    document = Document(
        person_id=person.id,
        kind=DocumentKind(said.kind),
        title=said.title.strip(),
        dated_on=said.dated_on,
        sha256=store.put(session, said.data),
        size=len(said.data),
        media_type=media_type,
        added_at=now,
        added_by_id=viewer.user_id,
    )
    session.add(document)
    _log(session, document, viewer, "document_added", now)
    return document


def _checked(said: DocumentSaid, *, now: datetime) -> str:
    fields: dict[str, str] = {}
    if said.kind not in tuple(DocumentKind):
        fields["document_kind"] = "bad_choice"
    if not said.title.strip():
        fields["document_title"] = "required"
    elif len(said.title.strip()) > TITLE_LENGTH:
        fields["document_title"] = "too_long"
    if said.dated_on is None:
        fields["document_day"] = "required"
    elif said.dated_on > today_in_paris(now):
        fields["document_day"] = "must_not_be_future"
    media_type = ""
    try:
        media_type = document_kind(said.data, at="document_file")
    except Invalid as wrong:
        fields |= wrong.fields
    if fields:
        raise Invalid(fields)
    return media_type


def withdraw_document(
    session: Session,
    person: Person,
    document_id: uuid.UUID,
    *,
    reason: str,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Withdraw a document: it is shown to nobody. Raises NotFound, Invalid without a reason."""
    document = find_document(session, person, document_id)
    if not reason.strip():
        raise Invalid({"document_why": "required"})
    if len(reason.strip()) > WHY_LENGTH:
        raise Invalid({"document_why": "too_long"})
    document.withdrawn_at, document.withdrawn_by_id = now, viewer.user_id
    document.withdrawn_why = reason.strip()
    _log(session, document, viewer, "document_withdrawn", now)


def put_document_back(
    session: Session, person: Person, document_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> None:
    """Let a document that was withdrawn stand again, while its bytes are kept."""
    document = _find(session, person, document_id)
    if document.stands or document.sha256 is None:
        raise NotFound("document_not_found")
    document.withdrawn_at = document.withdrawn_by_id = document.withdrawn_why = None
    _log(session, document, viewer, "document_added", now)


def find_document(session: Session, person: Person, document_id: uuid.UUID) -> Document:
    """Find a document of a person that nobody withdrew, else raise NotFound."""
    document = _find(session, person, document_id)
    if not document.stands:
        raise NotFound("document_not_found")
    return document


def _find(session: Session, person: Person, document_id: uuid.UUID) -> Document:
    document = session.get(Document, document_id)
    if document is None or document.person_id != person.id:
        raise NotFound("document_not_found")
    return document


def documents_of(session: Session, person: Person) -> Sequence[Document]:
    """List the documents added to a person's file, withdrawn ones too."""
    statement = (
        select(Document)
        .where(Document.person_id == person.id)
        .options(joinedload(Document.added_by))
        .order_by(Document.dated_on.desc(), Document.id.desc())
    )
    return session.scalars(statement).all()


def let_go_of_documents(session: Session, *, now: datetime) -> int:
    """Let go of the bytes of what was withdrawn long ago: nobody owns them any more."""
    gone = (Document.withdrawn_at < now - KEPT, Document.sha256.is_not(None))
    done = session.execute(update(Document).where(*gone).values(sha256=None))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _log(session: Session, document: Document, viewer: Viewer, what: str, now: datetime) -> None:
    session.flush()
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[document.person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
