"""Programmes as they are published: versions that never change, kept beside who is in them."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, NotFound
from visits.models.cases import Case, WayIn
from visits.models.portfolio import FormVersion
from visits.models.programmes import ProgrammeVersion
from visits.programmes import Programme, parse_programme, shipped_programmes

# How somebody may say that a case came to be, who opens it by hand.
WAYS_BY_HAND = (WayIn.REQUEST, WayIn.REFERRAL)

# Where a session keeps what it has read: nobody else changes it while its transaction lasts.
READ = "programmes"
MOST_READ = 256  # versions a process keeps as they were read
_BY_ID: dict[uuid.UUID, Programme] = {}
# What shipped with the version before, by the SHA-256 of its text: nobody here has changed it.
SHIPPED_BEFORE = frozenset(
    {
        "129a2d17a32d473dc3464629c90fd569bc5fa19e203ca2e42e30cef9d94cbf6d",
        "ab7cf6e06b3688e9e830172d543b2e85ad4b81318d080dfaae31ac1528cc03b0",
        "a622e08896fc6875cee5b03c009fc375b341269384d795048117ef0b4e7ada39",
        "e67bc7805796f88fcafe88ac48901798f1495f2a892c5729e810d4e31eebf098",
    }
)


def publish_programme(
    session: Session, text: str, *, source: str, by: uuid.UUID | None, now: datetime
) -> ProgrammeVersion:
    """Publish a programme from its TOML as its next version; the same text again changes nothing.

    Whoever is in the programme keeps the version she came in with. Raises BadProgramme, and
    Conflict when a form it names is not published or the programme is retired.
    """
    programme = parse_programme(text, source=source)
    for form in unpublished_forms(session, programme):
        raise Conflict("form_not_published", form=form)
    if programme.code in retired_codes(session):
        raise Conflict("programme_retired")
    return _publish(session, programme, text, by=by, now=now)


def unpublished_forms(session: Session, programme: Programme) -> list[str]:
    """Name the forms of a programme that nobody can fill, as no version of them is published."""
    published = set(session.scalars(select(FormVersion.form_id).distinct()))
    return [form for form in programme.all_forms if form not in published]


def retire_programme(session: Session, code: str, *, by: uuid.UUID, now: datetime) -> None:
    """Let a programme take nobody any more; who is in it goes on. Raises NotFound, Conflict."""
    newest = version_of(session, code)
    if newest.retired_at is not None:
        raise Conflict("programme_retired")
    newest.retired_at, newest.retired_by_id = now, by
    session.flush()


def take_back_retirement(session: Session, code: str) -> None:
    """Let a retired programme take people again. Raises NotFound, Conflict."""
    newest = version_of(session, code)
    if newest.retired_at is None:
        raise Conflict("programme_not_retired")
    newest.retired_at = newest.retired_by_id = None
    session.flush()


def retired_codes(session: Session) -> frozenset[str]:
    """Name the programmes that take nobody any more."""
    newest = {one.code: one.retired_at for one in session.scalars(_by_version())}
    return frozenset(code for code, retired_at in newest.items() if retired_at is not None)


def refuse_new_case(session: Session, programme: Programme, way: WayIn) -> None:
    """Raise Conflict where a programme takes nobody, or nobody this way."""
    if programme.code in retired_codes(session):
        raise Conflict("programme_retired")
    if way not in programme.ways_in:
        raise Conflict("way_in_closed")


def open_to_requests(session: Session) -> list[str]:
    """Name the programmes that take people in a way that somebody may note by hand."""
    retired = retired_codes(session)
    return [
        one.code
        for one in load_programmes(session).values()
        if one.code not in retired and any(way in one.ways_in for way in WAYS_BY_HAND)
    ]


def publish_shipped_programmes(session: Session, *, now: datetime) -> int:
    """Publish the programmes that ship where none of their code is; gives how many ship.

    One that shipped with the version before gets its next version. One that was published or
    imported here stays as it is: it is this deployment's own.
    """
    known = {one.code: one.sha256 for one in session.scalars(_by_version())}
    for code, text in shipped_programmes().items():
        if code not in known or known[code] in SHIPPED_BEFORE:
            _publish(session, parse_programme(text, source=code), text, by=None, now=now)
    return len(shipped_programmes())


def load_programmes(session: Session) -> Mapping[str, Programme]:
    """Read the newest version of every programme by its code, the one pages show first ahead."""
    known: Mapping[str, Programme] | None = session.info.get(READ)
    if known is None:
        newest = {one.code: one for one in session.scalars(_by_version())}
        found = [_read(one.toml) for one in newest.values()]
        found.sort(key=lambda one: (one.position, one.code))
        known = session.info[READ] = MappingProxyType({one.code: one for one in found})
    return known


def find_programme(session: Session, code: str) -> Programme:
    """Find the newest version of a programme. Raises NotFound."""
    try:
        return load_programmes(session)[code]
    except KeyError:
        raise NotFound("programme_not_found") from None


def programme_of(session: Session, case: Case) -> Programme | None:
    """Read the version somebody came in with; None when nothing is known of the programme."""
    version_id = case.programme_version_id
    if version_id is None:
        return load_programmes(session).get(case.programme)
    return programme_by_id(session, version_id)


def programme_by_id(session: Session, version_id: uuid.UUID) -> Programme:
    """Read a version, once a process: it never changes, and no other ever has its id."""
    known = _BY_ID.get(version_id)
    if known is None:
        if len(_BY_ID) >= MOST_READ:
            _BY_ID.clear()
        known = _BY_ID[version_id] = _read(session.get_one(ProgrammeVersion, version_id).toml)
    return known


def version_of(session: Session, code: str, version: int | None = None) -> ProgrammeVersion:
    """Find a version of a programme, the newest without a number. Raises NotFound."""
    statement = _by_version().where(ProgrammeVersion.code == code)
    if version is not None:
        statement = statement.where(ProgrammeVersion.version == version)
    found = session.scalars(statement).all()
    if not found:
        raise NotFound("programme_not_found")
    return found[-1]


def versions_of(session: Session, code: str) -> Sequence[ProgrammeVersion]:
    """List the versions of a programme, the newest last."""
    return session.scalars(_by_version().where(ProgrammeVersion.code == code)).all()


def all_versions(session: Session) -> Sequence[ProgrammeVersion]:
    """List every version of every programme, the newest of each last."""
    return session.scalars(_by_version()).all()


def versions_in_use(session: Session) -> Sequence[ProgrammeVersion]:
    """List the versions that some open case came in with."""
    held = select(Case.programme_version_id).where(Case.closed_on.is_(None)).distinct()
    return session.scalars(_by_version().where(ProgrammeVersion.id.in_(held))).all()


def programme_in(version: ProgrammeVersion) -> Programme:
    """Read what a version says."""
    return _read(version.toml)


def forms_in_use(session: Session) -> frozenset[str]:
    """Name every form that some visit to come may be filled with, by whichever version."""
    held = select(Case.programme_version_id).distinct()
    versions = session.scalars(select(ProgrammeVersion).where(ProgrammeVersion.id.in_(held)))
    programmes = [*load_programmes(session).values(), *(_read(one.toml) for one in versions)]
    return frozenset(form for one in programmes for form in one.all_forms)


def _publish(
    session: Session, programme: Programme, text: str, *, by: uuid.UUID | None, now: datetime
) -> ProgrammeVersion:
    of_code = ProgrammeVersion.code == programme.code
    last = session.scalar(select(func.max(ProgrammeVersion.version)).where(of_code)) or 0
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    if last:
        newest = version_of(session, programme.code)
        if newest.sha256 == sha256:
            return newest
    made = ProgrammeVersion(
        code=programme.code,
        version=last + 1,
        toml=text,
        sha256=sha256,
        published_at=now,
        published_by_id=by,
    )
    session.add(made)
    session.flush()
    session.info.pop(READ, None)
    if not last:  # whoever was enrolled before programmes had versions came in with this one
        before = Case.programme_version_id.is_(None)
        session.execute(
            update(Case)
            .where(Case.programme == programme.code, before)
            .values(programme_version_id=made.id)
        )
    return made


def _by_version() -> Select[ProgrammeVersion]:
    return select(ProgrammeVersion).order_by(ProgrammeVersion.code, ProgrammeVersion.version)


@lru_cache(maxsize=MOST_READ)
def _read(toml: str) -> Programme:
    """Parse a text once a process: it is the same wherever it was published."""
    return parse_programme(toml, source="")
