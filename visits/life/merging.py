"""Two files of one person become one, and two again: all that hangs on the one moves to the other.

The file that is not kept stays as an empty shell that nobody sees: lines of the access log, which
are sealed, and the landlord's reference go on pointing at it.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from visits.cases.cases import home_of
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.life.endings import GivenBack, Told, end_cases, give_back
from visits.mapping.points import refresh_map_of_person
from visits.models.adaptations import AdaptationFile
from visits.models.calls import CallWish
from visits.models.cases import Case
from visits.models.documents import Document
from visits.models.life import HowTold, LifeEvent, PersonMerge
from visits.models.messages import Message, MessageWish
from visits.models.needs import AutonomyNote, HomeNeeds, MedicalValidation
from visits.models.people import (
    AccessKind,
    AloneSaid,
    Consent,
    ExternalScore,
    NamedAccess,
    Occupancy,
    PartRefusal,
    Person,
    PersonAlert,
    PhoneNumber,
)
from visits.models.referrals import Referral
from visits.models.sessions import SessionEnrolment
from visits.models.stays import Stay
from visits.models.transfers import TransferWish
from visits.models.works import WorkOrder
from visits.people.by_hand import (
    PersonSaid,
    correct_person,
    corrections_of,
    standing,
    take_correction_back,
)
from visits.people.protection import wait_to_protect
from visits.sight import Viewer, visible_persons
from visits.sight.access_log import log_access

# All that points at a person moves with her, but for the corrections of her name, which speak of
# the name that the other file had, the sealed lines of the access log, and pairs that are alike.
MOVED: tuple[Any, ...] = (
    Occupancy, PhoneNumber, Consent, PartRefusal, PersonAlert, ExternalScore, NamedAccess, Case,
    LifeEvent, WorkOrder, AdaptationFile, Referral, TransferWish, SessionEnrolment, Stay, Document,
    CallWish, Message, MessageWish, HomeNeeds, AutonomyNote, MedicalValidation, AloneSaid,
)  # fmt: skip
FIELDS = ("civility", "last_name", "first_name", "born_on", "phone")
UNDO_WITHIN, DUPLICATE = timedelta(days=30), "duplicate"


@dataclass(frozen=True)
class Chosen:
    """What is taken over from the file that is not kept, and by programme the case that goes on."""

    taken: Collection[str] = ()
    cases: Mapping[str, uuid.UUID] = field(default_factory=dict)


def clashing_cases(session: Session, kept: Person, other: Person) -> dict[str, tuple[Case, Case]]:
    """Give by programme the two open cases of which one alone can go on, the kept file's first."""
    opened = (Case.person_id.in_([kept.id, other.id]), Case.closed_on.is_(None))
    found: dict[str, dict[uuid.UUID, Case]] = {}
    for case in session.scalars(select(Case).where(*opened).order_by(Case.programme, Case.id)):
        found.setdefault(case.programme, {})[case.person_id] = case
    return {
        programme: (cases[kept.id], cases[other.id])
        for programme, cases in found.items()
        if len(cases) > 1
    }


def merge_persons(
    session: Session, kept: Person, other: Person, chosen: Chosen, *, viewer: Viewer, now: datetime
) -> PersonMerge:
    """Let one file be all that is known of a person; what the other one holds comes along.

    Of two open cases in one programme the one not chosen is closed. Raises Invalid for a programme
    that is not decided, Conflict when one died or is protected and the other is not, or when they
    are tenants of two landlords.
    """
    wait_to_protect(session)
    _refuse(kept, other)
    ended = _duplicates(clashing_cases(session, kept, other), chosen)
    told = Told(HowTold.PAGE, viewer.user_id, now)
    done: dict[str, Any] = {
        "ended": end_cases(session, ended, DUPLICATE, told, on=today_in_paris(now)),
        "kept": {"reference": kept.reference, "do_not_contact": kept.do_not_contact},
        "phone": [kept.phone, None],
        "stays": _share_homes(session, kept, other),
    }
    done["rows"] = _move_all(session, kept, other)
    done["housed"] = _house(session, kept)
    done["numbers"] = _keep_phones(session, kept, other, chosen, viewer=viewer, now=now)
    done["phone"][1] = kept.phone
    kept.do_not_contact = kept.do_not_contact or other.do_not_contact
    done["reference"] = _hand_reference(session, kept, other)
    done["corrected"] = _take_over(session, kept, other, chosen, viewer=viewer, now=now)
    other.merged_into_id = kept.id
    merge = PersonMerge(
        kept_id=kept.id, other_id=other.id, moved=done, made_at=now, made_by_id=viewer.user_id
    )
    session.add(merge)
    session.flush()
    _tell(session, merge, viewer, "persons_merged", now)
    return merge


def _refuse(kept: Person, other: Person) -> None:
    if kept.id == other.id:
        raise Invalid({"with": "same_person"})
    if kept.landlord_id != other.landlord_id:
        raise Conflict("two_landlords")
    if (kept.died_on is None) != (other.died_on is None):
        raise Conflict("one_died")
    if kept.protected != other.protected:
        raise Conflict("one_protected")


def _duplicates(clashing: Mapping[str, tuple[Case, Case]], chosen: Chosen) -> list[Case]:
    """Give the cases that do not go on; each programme with two must be decided."""
    fields, found = {}, []
    for programme, cases in clashing.items():
        left = [case for case in cases if case.id != chosen.cases.get(programme)]
        if len(left) == 1:
            found += left
        else:
            fields[f"case-{programme}"] = "required"
    if fields:
        raise Invalid(fields)
    return found


def _share_homes(session: Session, kept: Person, other: Person) -> list[list[Any]]:
    """Let two stays under one lease be the kept file's; gives how both were.

    The other's ends, so that one person does not live there twice.
    """
    hers = {stay.tenancy_id: stay for stay in _stays(session, kept)}
    shared = []
    for stay in _stays(session, other):
        same = hers.get(stay.tenancy_id)
        if same is None:
            continue
        shared.append(
            [str(same.id), same.role, _iso(same.ended_on), str(stay.id), _iso(stay.ended_on)]
        )
        goes_on = None in (same.ended_on, stay.ended_on)
        last = max(filter(None, (same.ended_on, stay.ended_on)), default=date.min)
        same.role = same.role or stay.role
        same.ended_on = None if goes_on else last
        # It was no stay of its own: it ended when it began, or at a day that is past anyway.
        stay.ended_on = stay.ended_on or stay.tenancy.started_on or date.min
    session.flush()
    return shared


def _stays(session: Session, person: Person) -> Sequence[Occupancy]:
    hers = select(Occupancy).where(Occupancy.person_id == person.id)
    return session.scalars(hers.options(joinedload(Occupancy.tenancy)).order_by(Occupancy.id)).all()


def _move_all(session: Session, kept: Person, other: Person) -> dict[str, list[str]]:
    """Move what hangs on the other file; gives the rows by table. What both hold alike stays."""
    moved = {}
    for model in MOVED:
        mine = _marks(session, model, kept)
        rows = session.scalars(select(model).where(model.person_id == other.id).order_by(model.id))
        ids = [row.id for row in rows if (mark := _mark(row)) is None or mark not in mine]
        session.execute(
            update(model)
            .where(model.id.in_(ids))
            .values(person_id=kept.id)
            .execution_options(synchronize_session="fetch")
        )
        moved[model.__tablename__] = [str(id) for id in ids]
    session.expire(kept, ["occupancies"])
    session.expire(other, ["occupancies"])
    return moved


def _house(session: Session, kept: Person) -> list[str]:
    """Let open cases without a home go on where one of her files has her live; gives them."""
    homeless = select(Case).where(
        Case.person_id == kept.id, Case.closed_on.is_(None), Case.dwelling_id.is_(None)
    )
    home, housed = home_of(session, kept), list[str]()
    for case in session.scalars(homeless.order_by(Case.id)) if home else ():
        case.dwelling_id = home
        housed.append(str(case.id))
    session.flush()
    return housed


def _marks(session: Session, model: Any, person: Person) -> set[Any]:
    rows = session.scalars(select(model).where(model.person_id == person.id))
    return {mark for row in rows if (mark := _mark(row)) is not None}


def _mark(row: Any) -> Any:
    """Give what a person may have but once: two files may hold it twice."""
    if isinstance(row, Occupancy):
        return row.tenancy_id
    if isinstance(row, NamedAccess):
        return row.user_id
    if isinstance(row, PersonAlert):
        return None if row.ended_on else row.code
    if isinstance(row, PartRefusal):
        return None if row.ended_at else row.part
    if isinstance(row, SessionEnrolment):
        return None if row.withdrawn_at else row.session_id
    if isinstance(row, CallWish):
        return None if row.withdrawn_at else (row.kind, row.programme)
    if isinstance(row, MessageWish):
        return None if row.withdrawn_at else row.channel
    return None


def _keep_phones(
    session: Session, kept: Person, other: Person, chosen: Chosen, *, viewer: Viewer, now: datetime
) -> list[str]:
    """Let both files' numbers stand, the chosen one first; gives the rows made for it."""
    beside = other.phone
    if "phone" in chosen.taken and other.phone:
        kept.phone, beside = other.phone, kept.phone
    elif not kept.phone:
        kept.phone, beside = other.phone, None
    rows = session.scalars(select(PhoneNumber).where(PhoneNumber.person_id == kept.id))
    if not beside or beside == kept.phone or any(row.number == beside for row in rows):
        return []
    row = PhoneNumber(person_id=kept.id, number=beside, noted_at=now, noted_by_id=viewer.user_id)
    session.add(row)
    session.flush()
    return [str(row.id)]


def _hand_reference(session: Session, kept: Person, other: Person) -> str | None:
    """Let the kept file have the landlord's reference, where it has none; gives it."""
    handed = other.reference if kept.reference is None else None
    if handed:
        other.reference = None
        session.flush()
        kept.reference = handed
    return handed


def _take_over(
    session: Session, kept: Person, other: Person, chosen: Chosen, *, viewer: Viewer, now: datetime
) -> list[str]:
    """Correct what the other file knows better; gives the corrections, which no file replaces."""

    def said(name: str) -> Any:
        taken = name in chosen.taken and getattr(other, name)
        return getattr(other if taken else kept, name)

    better = PersonSaid(said("last_name"), said("first_name"), said("civility"), said("born_on"))
    same = (kept.last_name, kept.first_name, kept.civility, kept.born_on)
    if same == (better.last_name, better.first_name, better.civility, better.born_on):
        return []
    return [str(one.id) for one in correct_person(session, kept, better, viewer=viewer, now=now)]


def find_kept(session: Session, viewer: Viewer, person_id: uuid.UUID) -> Person | None:
    """Find the file that one was merged into, through however many; None where she sees none."""
    shell = session.get(Person, person_id)
    if shell is None or shell.merged_into_id is None:
        return None
    while shell.merged_into_id is not None:
        shell = session.get_one(Person, shell.merged_into_id)
    seen = select(Person).where(Person.id == shell.id, visible_persons(viewer))
    return session.scalars(seen).one_or_none()


def merges_of(session: Session, person: Person) -> Sequence[PersonMerge]:
    """List what was merged into a person's file, the latest first."""
    statement = (
        select(PersonMerge)
        .where(PersonMerge.kept_id == person.id)
        .options(joinedload(PersonMerge.made_by), joinedload(PersonMerge.other))
        .order_by(PersonMerge.made_at.desc(), PersonMerge.id.desc())
    )
    return session.scalars(statement).all()


def may_undo(merges: Sequence[PersonMerge], *, now: datetime) -> PersonMerge | None:
    """Give the merge that may be undone: the latest that stands, within thirty days."""
    latest = next((one for one in merges if one.undone_at is None), None)
    return latest if latest is not None and now < latest.made_at + UNDO_WITHIN else None


def undo_merge(
    session: Session, kept: Person, merge_id: uuid.UUID, *, viewer: Viewer, now: datetime
) -> GivenBack:
    """Let two files be two again, each with what it had; what came since stays with the kept one.

    Raises NotFound, Conflict when it is too late or another merge followed.
    """
    wait_to_protect(session)
    merges = merges_of(session, kept)
    merge = next((one for one in merges if one.id == merge_id), None)
    if merge is None:
        raise NotFound("not_found")
    if merge is not may_undo(merges, now=now):
        raise Conflict("not_to_take_back")
    other, done = merge.other, merge.moved
    other.merged_into_id = None
    session.flush()
    _move_back(session, kept, other, done)
    _correct_back(session, kept, done, viewer=viewer, now=now)
    if done["reference"] and kept.reference == done["reference"]:
        kept.reference = None
        session.flush()
        other.reference = done["reference"]
    kept.do_not_contact = done["kept"]["do_not_contact"]
    session.flush()
    back = give_back(session, kept, done["ended"], now=now)
    merge.undone_at, merge.undone_by_id = now, viewer.user_id
    session.flush()
    _tell(session, merge, viewer, "merge_undone", now)
    return back


def _move_back(session: Session, kept: Person, other: Person, done: Mapping[str, Any]) -> None:
    housed = [uuid.UUID(one) for one in done.get("housed", ())]  # merges of before have none
    for case in session.scalars(select(Case).where(Case.id.in_(housed)).order_by(Case.id)):
        case.dwelling_id = None
    for model in MOVED:
        # A merge of before a table was there has none of its rows.
        ids = [uuid.UUID(one) for one in done["rows"].get(model.__tablename__, ())]
        session.execute(
            update(model)
            .where(model.id.in_(ids), model.person_id == kept.id)
            .values(person_id=other.id)
            .execution_options(synchronize_session="fetch")
        )
    for same_id, role, ended, stay_id, other_ended in done["stays"]:
        same = session.get_one(Occupancy, uuid.UUID(same_id))
        stay = session.get_one(Occupancy, uuid.UUID(stay_id))
        same.role, same.ended_on = role, _day(ended)
        stay.ended_on = _day(other_ended)
    session.expire(kept, ["occupancies"])
    session.expire(other, ["occupancies"])
    session.flush()


def _correct_back(
    session: Session, kept: Person, done: Mapping[str, Any], *, viewer: Viewer, now: datetime
) -> None:
    """Take back what the merge corrected and noted, where nobody changed it since."""
    for number in done["corrected"]:
        holds = {one.id for one in standing(corrections_of(session, kept.id)).values()}
        if uuid.UUID(number) in holds:
            take_correction_back(session, kept, uuid.UUID(number), viewer=viewer, now=now)
    for number in done["numbers"]:
        row = session.get(PhoneNumber, uuid.UUID(number))
        if row is not None and row.ended_at is None:
            session.delete(row)
    before, after = done["phone"]
    if kept.phone == after:
        kept.phone = before


def _tell(session: Session, merge: PersonMerge, viewer: Viewer, what: str, now: datetime) -> None:
    for person_id in (merge.kept_id, merge.other_id):
        refresh_map_of_person(session, person_id)
    log_access(
        session,
        user_id=viewer.user_id,
        persons=[merge.kept_id, merge.other_id],
        kind=AccessKind.WRITE,
        what=what,
        now=now,
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
