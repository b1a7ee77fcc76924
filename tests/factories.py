"""Make one believable thing; every attribute can be said by keyword."""

import itertools
import uuid
from datetime import UTC, date, datetime
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from visits.accounts.accounts import NewUser, add_user, find_organisation
from visits.cases.tasks import promise_task
from visits.models.accounts import Organisation, OrganisationKind, Role, User
from visits.models.cases import Case, CaseState, Task, TaskKind
from visits.models.mandates import Mandate, Right
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, Residence, Tenancy
from visits.models.referral_requests import ReferralDoor, ReferralRequest
from visits.models.surroundings import OrderedService, OrderedState
from visits.models.visits import Consequence, Visit, VisitState
from visits.programmes import Programme, parse_programme, shipped_programmes
from visits.referrals.doors import make_door, open_door
from visits.referrals.requests import RequestSaid, receive
from visits.sight import Reach, Viewer

LANDLORD = "Office de l'habitat"
NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
_numbers = itertools.count(1)

# A password's hash that fits no password: tests sign in by session, not by typing.
NO_PASSWORD = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$AAAA"
PASSWORD = "correct cheval batterie"
# A hash of it that costs nothing: those of sign-in are slow on purpose.
QUICK_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def make_user(session: Session, *, role: Role = Role.COORDINATOR, **said: Any) -> User:
    number = next(_numbers)
    name = said.pop("organisation", LANDLORD)
    kind = OrganisationKind.LANDLORD if name == LANDLORD else OrganisationKind.PARTNER
    organisation = find_organisation(session, name, kind)
    new = NewUser(
        email=said.pop("email", f"{role}{number}@palier.example"),
        name=said.pop("name", f"Camille {role} {number}"),
        role=role,
        password_hash=said.pop("password_hash", NO_PASSWORD),
        territory_id=said.pop("territory_id", None),
        language=said.pop("language", "fr"),
    )
    user = add_user(session, new, organisation=organisation, now=NOW)
    for name, value in said.items():
        setattr(user, name, value)
    session.flush()
    return user


def make_mandate(session: Session, of: User, *, programme: str = "seniors") -> Mandate:
    """Let the organisation of an account visit a programme’s persons, from long ago on."""
    mandate = Mandate(
        organisation_id=of.organisation_id, landlord_id=landlord_id(session), programme=programme,
        rights=[Right.VISIT.value], from_on=date(2020, 1, 1), noted_at=NOW, noted_by_id=of.id,
    )  # fmt: skip
    session.add(mandate)
    session.flush()
    return mandate


def landlord_id(session: Session) -> uuid.UUID:
    """Give the landlord whose stock it is where nobody says: the first there is."""
    ours = Organisation.kind == OrganisationKind.LANDLORD
    found = session.scalars(select(Organisation.id).where(ours).order_by(Organisation.id).limit(1))
    return found.one_or_none() or find_organisation(session, LANDLORD, OrganisationKind.LANDLORD).id


def make_viewer(user: User, reach: Reach = Reach.ALL) -> Viewer:
    return Viewer(user.id, user.organisation_id, user.territory_id, reach)


def make_residence(session: Session, **said: Any) -> Residence:
    number = next(_numbers)
    given = {
        "reference": f"B{number:04}",
        "address": f"{number} rue des Lilas",
        "postcode": "60000",
        "city": "Beauvais",
        "insee": "60057",
        "address_key": f"{number} rue des lilas",
        "lat": 49.43 + (number % 100) / 1000,
        "lon": 2.08 + (number % 77) / 1000,
        "h3": None,
        "built_year": 1974,
        "storeys": 4,
        "has_lift": False,
    }
    said.setdefault("landlord_id", landlord_id(session))
    residence = Residence(**(given | said))
    session.add(residence)
    session.flush()
    return residence


def make_dwelling(session: Session, *, residence: Residence | None = None, **said: Any) -> Dwelling:
    number = next(_numbers)
    residence = residence or make_residence(session)
    given = {"reference": f"L{number:05}", "floor": 2, "rooms": 3, "surface": 62.5}
    of = {"residence_id": residence.id, "landlord_id": residence.landlord_id}
    dwelling = Dwelling(**(of | given | said))
    session.add(dwelling)
    session.flush()
    return dwelling


def make_person(
    session: Session,
    *,
    dwelling: Dwelling | None = None,
    lives_alone: bool | None = None,
    **said: Any,
) -> Person:
    number = next(_numbers)
    given = {
        "civility": "Mme",
        "first_name": "Odette",
        "last_name": f"LECLERC{number}",
        "born_on": date(1941, 5, 17),
        "phone": "+33639980001",
    }
    given |= said
    given.setdefault("name_key", f"{given['last_name']} {given['first_name']}".lower())
    dwelling = dwelling or make_dwelling(session)
    given.setdefault("landlord_id", dwelling.landlord_id)
    person = Person(**given)
    session.add(person)
    tenancy = Tenancy(
        dwelling_id=dwelling.id,
        started_on=date(1990, 6, 1),
        lives_alone=lives_alone,
    )
    session.add(tenancy)
    session.flush()
    session.add(Occupancy(person_id=person.id, tenancy_id=tenancy.id, role="titulaire"))
    session.flush()
    return person


def make_case(session: Session, *, by: User, person: Person | None = None, **said: Any) -> Case:
    dwelling = said.pop("dwelling", None) or make_dwelling(session)
    person = person or make_person(session, dwelling=dwelling)
    given = {
        "programme": "seniors",
        "state": CaseState.TO_CALL,
        "score": 55,
        "reasons": [
            {
                "criterion": "age",
                "points": 25,
                "value": "84",
                "label": {"fr": "84 ans", "en": "84 years old"},
            }
        ],
        "scored_at": NOW,
        "opened_at": NOW,
        "opened_by_id": by.id,
    }
    given |= {"landlord_id": person.landlord_id}
    case = Case(person_id=person.id, dwelling_id=dwelling.id, **(given | said))
    session.add(case)
    session.flush()
    return case


def make_visit(session: Session, *, case: Case, visitor: User, **said: Any) -> Visit:
    start = said.pop("start_at", datetime(2026, 3, 10, 13, 0, tzinfo=UTC))
    given = {
        "planned_start_at": start,
        "planned_end_at": start.replace(hour=(start.hour + 1) % 24),
        "state": VisitState.PLANNED,
        "planned_by_id": visitor.id,
        "planned_at": NOW,
    }
    visit = Visit(id=uuid.uuid4(), case_id=case.id, visitor_id=visitor.id, **(given | said))
    session.add(visit)
    if case.state in (CaseState.TO_CALL, CaseState.AGREED):
        case.state = CaseState.PLANNED
    session.flush()
    return visit


def shipped_programmes_read() -> dict[str, Programme]:
    """Read the programmes that ship, the one pages show first ahead."""
    found = [parse_programme(text, source=code) for code, text in shipped_programmes().items()]
    return {one.code: one for one in sorted(found, key=lambda one: (one.position, one.code))}


def promised() -> Select[Task]:
    """Select what the answers of visits promised, what is due first at the top."""
    of_findings = select(Task).where(Task.consequence_id.is_not(None))
    return of_findings.order_by(Task.due_on, Task.id)


def make_promise(session: Session, beside: Task) -> Task:
    """Let the answers that promised something promise a call more, due at once."""
    first = beside.consequence
    assert first is not None
    number = session.scalar(
        select(func.max(Consequence.position)).where(
            Consequence.submission_id == first.submission_id
        )
    )
    more = Consequence(
        submission_id=first.submission_id, position=(number or 0) + 1, path=first.path,
        kind=first.kind, code="call", label=first.label, causes=[],
    )  # fmt: skip
    session.add(more)
    session.flush()
    made = promise_task(session, beside.case, more, kind=TaskKind.CALL, due_on=NOW.date(), now=NOW)
    session.flush()
    return made


def make_due(task: Task, on: date) -> None:
    """Let a task be due on a day."""
    task.not_before = task.due_on = on


def open_door_to(session: Session, by: User, *, now: datetime) -> ReferralDoor:
    """Let a partner ask something of an account's own landlord by a form."""
    viewer = make_viewer(by)
    secret = make_door(session, by.organisation_id, "CCAS", 90, viewer=viewer, now=now)
    return open_door(session, secret, now=now)


def make_ordered(
    session: Session, case: Case, *, of: uuid.UUID, by: User, now: datetime, **said: Any
) -> OrderedService:
    """Order a map of the surroundings of an organisation, at the home of a case."""
    assert case.dwelling is not None
    told = {
        "reference": f"PR-{uuid.uuid4().hex[:8].upper()}", "kind": "surroundings",
        "what_for": "Un plan pour les locataires.", "due_on": now.date(),
        "state": OrderedState.ORDERED,
    }  # fmt: skip
    ordered = OrderedService(
        residence_id=case.dwelling.residence_id, organisation_id=of, case_id=case.id, since=now,
        ordered_at=now, ordered_by_id=by.id, **(told | said),
    )  # fmt: skip
    session.add(ordered)
    session.flush()
    return ordered


def come_by_form(
    session: Session, door: ReferralDoor, *, now: datetime, **said: Any
) -> ReferralRequest:
    """Let a partner ask something by its form."""
    written = {
        "last_name": "Petit", "first_name": "Odette", "address": "2 rue du Port, Creil",
        "code": "ccas", "asked": "Une visite.", "basis": "consent", "agreed_on": now.date(),
        "sender": "A. Roy", "sender_at": "03 44 00 00 00",
    }  # fmt: skip
    form = RequestSaid(**(written | said))
    return receive(session, door, form, key=uuid.uuid4(), now=now)
