"""What somebody says of a person by hand: a new person, a name or a birth date corrected."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, joinedload

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.ground.folding import name_key
from visits.models.life import Correction
from visits.models.people import AccessKind, Occupancy, Person
from visits.models.portfolio import Tenancy
from visits.sight import Viewer, visible_persons
from visits.sight.access_log import log_access
from visits.sight.landlords import landlord_for

CIVILITIES = ("Mme", "M.")
NAME_LENGTH = 100
OLDEST = 130
AT_ONCE = 2_000


@dataclass(frozen=True)
class PersonSaid:
    """Who somebody is, as it was typed."""

    last_name: str
    first_name: str = ""
    civility: str | None = None
    born_on: date | None = None


def checked(said: PersonSaid, *, now: datetime) -> PersonSaid:
    """Give what was typed without blanks around it. Raises Invalid, field by field."""
    last_name, first_name = said.last_name.strip(), said.first_name.strip()
    fields, today = {}, today_in_paris(now)
    if not last_name:
        fields["last_name"] = "required"
    for name, typed in (("last_name", last_name), ("first_name", first_name)):
        if len(typed) > NAME_LENGTH:
            fields[name] = "too_long"
    if said.civility and said.civility not in CIVILITIES:
        fields["civility"] = "bad_choice"
    if said.born_on and said.born_on > today:
        fields["born_on"] = "must_not_be_future"
    elif said.born_on and said.born_on.year < today.year - OLDEST:
        fields["born_on"] = "born_too_early"
    if fields:
        raise Invalid(fields)
    return PersonSaid(last_name, first_name, said.civility or None, said.born_on)


def make_person(
    session: Session,
    said: PersonSaid,
    *,
    viewer: Viewer,
    now: datetime,
    landlord_id: uuid.UUID | None = None,
) -> Person:
    """Make a person whom no file has told of, a tenant of the landlord named or of the viewer's."""
    said = checked(said, now=now)
    person = Person(
        **asdict(said),
        landlord_id=landlord_for(session, viewer.user_id, landlord_id, on=today_in_paris(now)),
        name_key=name_key(said.last_name, said.first_name),
    )
    session.add(person)
    session.flush()
    _log(session, person.id, viewer, "person_made", now)
    return person


def alike(
    session: Session, viewer: Viewer, said: PersonSaid, *, home: uuid.UUID | None = None
) -> Sequence[Person]:
    """List whom it may be already: of that name, of the same day or with a day not known.

    In the home meant, a last name is enough. Only persons whom the viewer may see are ever told.
    """
    key, last = name_key(said.last_name, said.first_name), name_key(said.last_name, "")
    same_name = Person.name_key == key
    if home is not None:
        lives_there = (
            exists()
            .where(Occupancy.person_id == Person.id, Occupancy.ended_on.is_(None))
            .where(Tenancy.id == Occupancy.tenancy_id, Tenancy.dwelling_id == home)
            .correlate(Person)
        )
        same_name = same_name | (lives_there & Person.name_key.startswith(last, autoescape=True))
    found = select(Person).where(same_name, visible_persons(viewer))
    if said.born_on is not None:
        found = found.where(or_(Person.born_on.is_(None), Person.born_on == said.born_on))
    return session.scalars(found.order_by(Person.name_key, Person.id).limit(20)).all()


def correct_person(
    session: Session, person: Person, said: PersonSaid, *, viewer: Viewer, now: datetime
) -> list[Correction]:
    """Correct who somebody is; no later file replaces it until it is taken back.

    Raises Invalid, Conflict when nothing would change.
    """
    said = checked(said, now=now)
    wanted = {name: _text(value) for name, value in asdict(said).items()}
    if wanted["born_on"] is None and person.birth_year:
        wanted["born_on"] = str(person.birth_year)  # the year that is known stays
    made = []
    for name, after in wanted.items():
        before = _value_of(person, name)
        if (before or None) == (after or None):
            continue
        made.append(
            Correction(
                person_id=person.id,
                field=name,
                before=before,
                after=after,
                noted_at=now,
                noted_by_id=viewer.user_id,
            )  # fmt: skip
        )
        _put(person, name, after)
    if not made:
        raise Conflict("nothing_changes")
    session.add_all(made)
    session.flush()
    _log(session, person.id, viewer, "person_corrected", now)
    return made


def corrections_of(session: Session, person_id: uuid.UUID) -> Sequence[Correction]:
    """List what was corrected of a person, the latest first."""
    statement = (
        select(Correction)
        .where(Correction.person_id == person_id)
        .options(joinedload(Correction.noted_by), joinedload(Correction.taken_back_by))
        .order_by(Correction.noted_at.desc(), Correction.id.desc())
    )
    return session.scalars(statement).all()


def standing(corrections: Sequence[Correction]) -> dict[str, Correction]:
    """Give by field the correction that holds: the latest that nobody took back."""
    found: dict[str, Correction] = {}
    for one in corrections:
        if one.taken_back_at is None:
            found.setdefault(one.field, one)
    return found


def take_correction_back(
    session: Session,
    person: Person,
    correction_id: uuid.UUID,
    *,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Let a value be again what it was before; files count again for it.

    Raises NotFound, Conflict for one that another one followed.
    """
    corrections = corrections_of(session, person.id)
    one = next((one for one in corrections if one.id == correction_id), None)
    if one is None:
        raise NotFound("not_found")
    if standing(corrections).get(one.field) is not one:
        raise Conflict("not_to_take_back")
    one.taken_back_at, one.taken_back_by_id = now, viewer.user_id
    _put(person, one.field, one.before)
    session.flush()
    _log(session, person.id, viewer, "person_corrected", now)


def by_hand(
    session: Session, ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, dict[str, list[Correction]]]:
    """Give by person and field the corrections that stand, the latest first."""
    found: dict[uuid.UUID, dict[str, list[Correction]]] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), AT_ONCE):
        some = Correction.person_id.in_(wanted[start : start + AT_ONCE])
        rows = select(Correction).where(some, Correction.taken_back_at.is_(None))
        for one in session.scalars(rows.order_by(Correction.noted_at.desc(), Correction.id.desc())):
            found.setdefault(one.person_id, {}).setdefault(one.field, []).append(one)
    return found


def _value_of(person: Person, name: str) -> str | None:
    if name == "born_on" and person.born_on is None:
        return _text(person.birth_year)
    return _text(getattr(person, name))


def _put(person: Person, name: str, text: str | None) -> None:
    if name == "born_on":
        year_alone = text is not None and len(text) == len("1941")
        person.birth_year = int(text) if text and year_alone else None
        person.born_on = date.fromisoformat(text) if text and not year_alone else None
    else:
        setattr(person, name, (text or "") if name in ("last_name", "first_name") else text)
    person.name_key = name_key(person.last_name, person.first_name)


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    return value.isoformat() if isinstance(value, date) else str(value)


def _log(session: Session, person_id: uuid.UUID, viewer: Viewer, what: str, now: datetime) -> None:
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[person_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )
