"""Published diagnostics: immutable versions, the newest of which new visits are filled with."""

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, load_only

from diagnostics.form import Form, parse_form
from diagnostics.workbook import Consequence, FormFile, PublishedForm
from visits.ground.bare import without_metadata
from visits.ground.errors import Conflict, NotFound
from visits.ground.file_store import FileStore
from visits.models.portfolio import FormDraft, FormVersion
from visits.programmes.published import forms_in_use

LANGUAGES = ("fr", "en")
MOST_READ = 64  # versions a process keeps as they were read


@dataclass(frozen=True)
class WorkbookFile:
    """The file a form was made of; the end of its name says of which kind it is."""

    name: str
    data: bytes


@dataclass(frozen=True)
class KeptFile:
    """A file beside a form, in the file store; `shown` when it travels with the form.

    The others are its lists: they were written into the form, and wait for its next workbook.
    """

    name: str
    media_type: str
    sha256: str
    size: int
    shown: bool


def keep_files(
    session: Session, store: FileStore, files: Iterable[FormFile]
) -> tuple[KeptFile, ...]:
    """Put the files of a workbook into the store, without what a picture tells beside itself.

    Raises Conflict for a picture, sound or film that cannot be taken apart.
    """
    bare = [(one, _without_metadata(one)) for one in files]
    return tuple(
        KeptFile(one.name, one.media_type, store.put(session, data), len(data), one.shown)
        for one, data in bare
    )


def _without_metadata(file: FormFile) -> bytes:
    if not file.shown:
        return file.data
    bare = without_metadata(file.data, media_type=file.media_type)
    if bare is None:
        raise Conflict("form_file_unreadable", name=file.name)
    return bare


def files_of(version: FormVersion | FormDraft) -> tuple[KeptFile, ...]:
    """Give the files beside a version or a draft, by name."""
    return tuple(KeptFile(**row) for row in version.files)


def shown_files(version: FormVersion | FormDraft) -> tuple[KeptFile, ...]:
    """Give the files that travel with a form: its pictures, sounds and films."""
    return tuple(one for one in files_of(version) if one.shown)


def find_file(version: FormVersion | FormDraft, name: str) -> KeptFile:
    """Find a file beside a form by its name; raises NotFound."""
    found = next((one for one in files_of(version) if one.name == name), None)
    if found is None:
        raise NotFound("file_not_found")
    return found


def files_in_use(session: Session, form_id: str, store: FileStore) -> dict[str, bytes]:
    """Read the files beside the newest version in use, by name; none when the form is new."""
    found = _current(session, form_id)
    return {one.name: store.get(one.sha256) for one in files_of(found)} if found else {}


def publish_form(
    session: Session,
    form: PublishedForm,
    *,
    by: uuid.UUID | None,
    now: datetime,
    workbook: WorkbookFile | None = None,
    files: Sequence[KeptFile] = (),
) -> FormVersion:
    """Keep a form version for ever; publishing the very same one again is harmless.

    Raises Conflict when this version exists with another content: a change is a new version.
    """
    version = session.scalars(_version(form.form_id, form.version)).one_or_none()
    if version is None:
        kept = [asdict(one) for one in files]
        version = FormVersion(**columns_of(form), files=kept, published_at=now, published_by_id=by)
        session.add(version)
    elif _substance(version) != (form.sha256, form.consequences, tuple(files)):
        raise Conflict("version_already_published", version=form.version)
    if version.workbook is None and workbook is not None:
        version.workbook, version.workbook_name = workbook.data, workbook.name
    session.flush()
    return version


def _substance(version: FormVersion) -> tuple[object, ...]:
    return version.sha256, consequences_of(version), files_of(version)


def is_published(session: Session, workbook: bytes) -> bool:
    """Tell whether a version was made of this very workbook."""
    made_of_it = select(FormVersion.id).where(FormVersion.workbook == workbook)
    return session.scalars(made_of_it.limit(1)).first() is not None


def columns_of(form: PublishedForm) -> dict[str, object]:
    """Give what a version and a draft keep of a form alike."""
    shown = parse_form(form.xform)
    return {
        "form_id": form.form_id,
        "version": form.version,
        "title": {language: shown.title(language) for language in LANGUAGES},
        "xform": form.xform,
        "consequences": [asdict(row) for row in form.consequences],
        "sha256": form.sha256,
    }


def retire_form(session: Session, form_id: str, version: str, *, now: datetime) -> FormVersion:
    """Take a version out of use: new visits go on with the newest of the others.

    What was filled with it stays readable. Raises Conflict when a programme fills this form and
    no other version of it is in use.
    """
    found = find_form(session, form_id, version)
    others = [
        one for one in list_forms(session) if one.form_id == form_id and one.retired_at is None
    ]
    if form_id in forms_in_use(session) and [one.id for one in others] == [found.id]:
        raise Conflict("form_needed")
    found.retired_at = found.retired_at or now
    return found


def use_again(session: Session, form_id: str, version: str) -> FormVersion:
    """Take a retired version back into use; new visits are filled with the newest one in use."""
    found = find_form(session, form_id, version)
    found.retired_at = None
    return found


def find_form(session: Session, form_id: str, version: str) -> FormVersion:
    """Find the very version a submission was filled with, retired or not."""
    found = session.scalars(_version(form_id, version)).one_or_none()
    if found is None:
        raise NotFound("form_not_found", form=form_id, version=version)
    return found


def find_light_form(session: Session, form_id: str, version: str) -> FormVersion:
    """Find the same; its long parts, which `read_form` keeps, are fetched only if asked for."""
    told = {"form_id": form_id, "version": version}
    found = session.scalars(_LIGHT, told).one_or_none()
    if found is None:
        raise NotFound("form_not_found", form=form_id, version=version)
    return found


@dataclass(frozen=True)
class ReadForm:
    """What a version asks, and what its answers may call for, ready to check with."""

    form: Form
    consequences: tuple[Consequence, ...]


# By id and hash: a version never changes once it is here, so no process keeps one that is stale.
_READ: dict[tuple[uuid.UUID, str], ReadForm] = {}


def read_form(version: FormVersion) -> ReadForm:
    """Give a version as it is read, once a process."""
    key = (version.id, version.sha256)
    known = _READ.get(key)
    if known is None:
        if len(_READ) >= MOST_READ:
            _READ.clear()
        known = _READ[key] = ReadForm(parse_form(version.xform), consequences_of(version))
    return known


def current_form(session: Session, form_id: str) -> FormVersion:
    """Find the newest version of a form that is not retired."""
    found = _current(session, form_id)
    if found is None:
        raise NotFound("form_not_found", form=form_id)
    return found


def current_forms(session: Session) -> dict[str, FormVersion]:
    """Find by form the newest version that is not retired."""
    in_use = select(FormVersion).where(FormVersion.retired_at.is_(None))
    order = (FormVersion.published_at, FormVersion.version, FormVersion.id)
    return {form.form_id: form for form in session.scalars(in_use.order_by(*order))}


def current_published(session: Session, form_id: str) -> PublishedForm | None:
    """Give the newest version in use as it was published; None when the form is new."""
    found = _current(session, form_id)
    return published(found) if found is not None else None


def workbook_in_use(session: Session, form_id: str) -> WorkbookFile | None:
    """Give the workbook of the newest version in use; None when none was kept."""
    found = _current(session, form_id)
    return workbook_of(found) if found is not None else None


def workbook_of(version: FormVersion | FormDraft) -> WorkbookFile | None:
    """Give the workbook a version or a draft was made of; None when none was kept."""
    if version.workbook is None:
        return None
    return WorkbookFile(version.workbook_name or "form.yaml", version.workbook)


def _current(session: Session, form_id: str) -> FormVersion | None:
    statement = (
        select(FormVersion)
        .where(FormVersion.form_id == form_id, FormVersion.retired_at.is_(None))
        .order_by(
            FormVersion.published_at.desc(), FormVersion.version.desc(), FormVersion.id.desc()
        )
        .limit(1)
    )
    return session.scalars(statement).one_or_none()


def list_forms(session: Session) -> Sequence[FormVersion]:
    """List every version, by form and newest first."""
    order = (FormVersion.form_id, FormVersion.published_at.desc(), FormVersion.version.desc())
    statement = select(FormVersion).order_by(*order)
    return session.scalars(statement).all()


def consequences_of(version: FormVersion | FormDraft) -> tuple[Consequence, ...]:
    """Give the consequences a version may call for, as the workbook said them."""
    return tuple(
        Consequence(**{**row, "causes": tuple(row["causes"])}) for row in version.consequences
    )


def said_of(version: FormVersion, path: str) -> Consequence | None:
    """Give what a version says of a consequence by where it stands, whatever its turn."""
    plain = re.sub(r"\[\d+\]", "", path)
    return next((one for one in read_form(version).consequences if one.path == plain), None)


def published(version: FormVersion | FormDraft) -> PublishedForm:
    """Give a version or a draft as it came out of its workbook."""
    return PublishedForm(
        form_id=version.form_id,
        version=version.version,
        title=str(version.title.get("fr", "")),
        xform=version.xform,
        consequences=consequences_of(version),
        sha256=version.sha256,
    )


def _version(form_id: str, version: str) -> Select[FormVersion]:
    return select(FormVersion).where(FormVersion.form_id == form_id, FormVersion.version == version)


# Made once: it is asked with each submission.
_LIGHT = (
    select(FormVersion)
    .where(FormVersion.form_id == bindparam("form_id"))
    .where(FormVersion.version == bindparam("version"))
    .options(load_only(FormVersion.form_id, FormVersion.version, FormVersion.sha256))
)
