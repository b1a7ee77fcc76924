"""A programme's next version while it is written: begun, kept part by part, thrown away."""

import hashlib
import tomllib
import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import tomli_w
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from visits.ground.db import take_turn
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.folding import fold
from visits.models.programmes import ProgrammeDraft, ProgrammeVersion
from visits.programmes import (
    BadProgramme,
    faults_of,
    parse_programme,
    write_programme,
)
from visits.programmes.names import TAKEN, name_faults
from visits.programmes.published import load_programmes, version_of

Said = Mapping[str, Any]

LONGEST_NAME = 200
# What the addresses of pages mean already.
NO_CODES = frozenset({"new", "targeting"})
# What a programme begins with: how a case may end, whatever the programme is for.
BEGINNING: dict[str, Any] = {
    "protocol": {"max_calls": 3, "soft_refusal_retry_months": 3},
    "outcome": [
        {
            "code": "helped",
            "name": {"fr": "Accompagnement abouti", "en": "Helped"},
            "success": True,
        },
        {"code": "not_needed", "name": {"fr": "Pas de besoin", "en": "No need"}, "success": True},
        {"code": "declined", "name": {"fr": "Ne souhaite pas", "en": "Does not wish it"}},
        {"code": "unreachable", "name": {"fr": "Injoignable", "en": "Could not be reached"}},
        {"code": "moved", "name": {"fr": "A déménagé", "en": "Moved away"}},
        {"code": "dead", "name": {"fr": "Décès", "en": "Died"}},
    ],
}


def begin_draft(
    session: Session, names: Mapping[str, str], *, by: uuid.UUID, now: datetime
) -> ProgrammeDraft:
    """Begin a new programme by its name; its code comes from the French one. Raises Invalid."""
    french = names.get("fr", "").strip()
    if not french or len(french) > LONGEST_NAME:
        raise Invalid({"name.fr": "required" if not french else "too_long"})
    take_turn(session, "programmes")
    said = {"name": {"fr": french, "en": names.get("en", "").strip() or french}, **BEGINNING}
    faults = name_faults(said, names_beside(session, ""))
    if faults:
        codes = {TAKEN: "programme_name_taken"}
        raise Invalid({at: codes.get(why, "programme_name_says_nothing") for at, why in faults})
    return _keep(session, {"code": _free_code(session, french), **said}, by=by, now=now)


def take_up(session: Session, code: str, *, by: uuid.UUID, now: datetime) -> ProgrammeDraft:
    """Give a programme's draft, or begin it as its newest version says. Raises NotFound."""
    take_turn(session, "programmes")
    known = _draft(session, code)
    if known is not None:
        return known
    newest = parse_programme(version_of(session, code).toml, source=code)
    return _keep(session, tomllib.loads(write_programme(newest)), by=by, now=now)


def bring_in(
    session: Session, text: str, *, source: str, by: uuid.UUID, now: datetime
) -> ProgrammeDraft:
    """Make a draft of a whole programme's TOML.

    Raises BadProgramme, and Conflict when there is a draft of that programme.
    """
    programme = parse_programme(text, source=source)
    take_turn(session, "programmes")
    if programme.code in NO_CODES:
        raise Conflict("programme_code_taken")
    if _draft(session, programme.code) is not None:
        raise Conflict("programme_draft_exists")
    faults = name_faults(tomllib.loads(text), names_beside(session, programme.code))
    if faults:
        raise BadProgramme(source, faults)
    return _keep(session, tomllib.loads(write_programme(programme)), by=by, now=now)


def find_draft(session: Session, code: str, *, to_change: bool = False) -> ProgrammeDraft:
    """Find a programme's draft, else raise NotFound; `to_change` waits for whoever changes it."""
    found = _draft(session, code, to_change=to_change)
    if found is None:
        raise NotFound("programme_draft_not_found")
    return found


def list_drafts(session: Session) -> dict[str, ProgrammeDraft]:
    """Give the drafts there are, by code."""
    drafts = session.scalars(select(ProgrammeDraft).order_by(ProgrammeDraft.code))
    return {draft.code: draft for draft in drafts}


def said_in(draft: ProgrammeDraft) -> dict[str, Any]:
    """Read what there is of a draft so far, as its TOML says it."""
    return tomllib.loads(draft.toml)


def digest_of(said: Said, keys: Collection[str]) -> str:
    """Give what tells whether a part of a draft is as it was read."""
    part = {key: said[key] for key in sorted(keys) if key in said}
    return hashlib.sha256(tomli_w.dumps(part).encode()).hexdigest()[:16]


def keep_part(
    session: Session, code: str, part: Said, *, keys: Collection[str], held: str, by: uuid.UUID,
    now: datetime,
) -> ProgrammeDraft:  # fmt: skip
    """Write what a part of a draft says, its `keys`, over what it said when it was `held`.

    Raises BadProgramme with the faults of this part, and Conflict when somebody else wrote it
    meanwhile. What is not said any more is left out.
    """
    draft = find_draft(session, code, to_change=True)
    said = said_in(draft)
    if digest_of(said, keys) != held:
        raise Conflict("programme_draft_changed")
    whole = {key: value for key, value in said.items() if key not in keys}
    whole |= {key: value for key, value in part.items() if key in keys}
    faults = [*faults_of_part(whole, keys), *_name_faults(session, code, whole, keys)]
    if faults:
        raise BadProgramme(code, faults)
    draft.toml, draft.changed_at, draft.changed_by_id = tomli_w.dumps(whole), now, by
    session.flush()
    return draft


def faults_of_part(said: Said, keys: Collection[str]) -> list[tuple[str, str]]:
    """Say what does not hold in a part of a draft."""
    return [fault for fault in faults_of(said) if fault[0].partition(".")[0] in keys]


def names_beside(session: Session, code: str) -> list[Mapping[str, str]]:
    """Give the names of all other programmes, published or drafts."""
    published = [one.name for one in load_programmes(session).values() if one.code != code]
    drafts = [one for one in list_drafts(session).values() if one.code != code]
    return [*published, *(said_in(one).get("name", {}) for one in drafts)]


def _name_faults(
    session: Session, code: str, said: Said, keys: Collection[str]
) -> list[tuple[str, str]]:
    found = name_faults(said, names_beside(session, code))
    return [fault for fault in found if fault[0].partition(".")[0] in keys]


def throw_away(session: Session, code: str) -> None:
    """Let go of a draft. Raises NotFound."""
    draft = find_draft(session, code, to_change=True)
    session.execute(delete(ProgrammeDraft).where(ProgrammeDraft.id == draft.id))


def _draft(session: Session, code: str, *, to_change: bool = False) -> ProgrammeDraft | None:
    statement = select(ProgrammeDraft).where(ProgrammeDraft.code == code)
    if to_change:
        statement = statement.with_for_update()
    return session.scalars(statement).one_or_none()


def _keep(
    session: Session, said: dict[str, Any], *, by: uuid.UUID, now: datetime
) -> ProgrammeDraft:
    draft = ProgrammeDraft(
        code=said["code"],
        toml=tomli_w.dumps(said),
        begun_at=now,
        begun_by_id=by,
        changed_at=now,
        changed_by_id=by,
    )
    session.add(draft)
    session.flush()
    return draft


def _free_code(session: Session, name: str) -> str:
    """Make a code of a name that no programme has."""
    taken = {*session.scalars(select(ProgrammeVersion.code).distinct()), *NO_CODES}
    taken |= set(session.scalars(select(func.distinct(ProgrammeDraft.code))))
    return free_code(name, taken, otherwise="programme")


def free_code(name: str, taken: Collection[str], *, otherwise: str) -> str:
    """Make a code of a name: small letters, digits and _, beginning with a letter, not taken."""
    made = fold(name).replace(" ", "_")[:36].strip("_")
    if len(made) < 2 or not made[0].isalpha():
        made = f"{otherwise}_{made}".strip("_")[:36]
    number, code = 1, made
    while code in taken:
        number += 1
        code = f"{made}_{number}"
    return code
