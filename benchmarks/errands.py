"""Visits planned and filled, ready to be sent: made by the use cases themselves."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from diagnostics.form import Form, parse_form
from visits.agenda.planning import plan_visit
from visits.calls.contacts import Attempt, record_attempt
from visits.choosing.targeting import enrol_top
from visits.forms.published import current_form
from visits.models.calls import Disposition
from visits.models.cases import Case
from visits.programmes import Programme
from visits.programmes.published import find_programme
from webapp.access.auth import Action
from webapp.access.setting_up import publish_what_ships
from webapp.demo.answers import Filled, Resident, fill
from webapp.demo.arrival import import_stock, import_tenants, locate_residences
from webapp.demo.cast import Cast, DemoAccount, acting, hash_passwords, hire
from webapp.demo.people import make_seniors
from webapp.demo.size import Size
from webapp.demo.stock import make_stock
from webapp.demo.towns import read_towns
from webapp.frame.transaction import House

PHOTO_BYTES = 150_000
HOUR = timedelta(hours=1)
XML_PART = "xml_submission_file"
BOUNDARY = "palier-benchmark-boundary"


@dataclass(frozen=True)
class Errand:
    """One request a tablet is to make, and the id it will be kept under."""

    instance_id: str
    target: str
    token: str
    body: bytes


def plan_errands(house: House, number: int, *, now: datetime) -> list[Errand]:
    """Fill an empty deployment with that many planned visits and fill each of them."""
    rng = Random(11)
    hashes = hash_passwords(house.settings)
    with house.sessions.begin() as session:
        cast, accounts = hire(session, hashes=hashes, since=now - timedelta(days=30), now=now)
        publish_what_ships(session, now=now)
        _bring_in(session, rng, cast, number, now=now)
        form = parse_form(current_form(session, _programme(session).visit_kind("").forms[0]).xform)
        tokens = _tokens(cast, accounts)
        return list(_errands(session, rng, cast, form, number=number, tokens=tokens, now=now))


def _programme(session: Session) -> Programme:
    return find_programme(session, "seniors")


def _bring_in(session: Session, rng: Random, cast: Cast, number: int, *, now: datetime) -> None:
    size = Size(dwellings=number * 4, seniors=number * 3 // 2)
    homes = make_stock(rng, read_towns(), size)
    import_stock(session, homes, user=cast.coordinator, now=now)
    seniors = make_seniors(rng, homes, size, today=now.date())
    import_tenants(session, seniors, rng, user=cast.coordinator, now=now)
    locate_residences(session)


def _tokens(cast: Cast, accounts: list[DemoAccount]) -> dict[uuid.UUID, str]:
    by_email = {account.email: account.device_token or "" for account in accounts}
    return {user.id: by_email[user.email] for user in cast.visitors}


def _errands(
    session: Session,
    rng: Random,
    cast: Cast,
    form: Form,
    *,
    number: int,
    tokens: dict[uuid.UUID, str],
    now: datetime,
) -> Iterator[Errand]:
    viewer = acting(cast.coordinator, Action.ENROL)
    enrolled = enrol_top(session, _programme(session), number, viewer=viewer, now=now)
    for place, case in enumerate(enrolled):
        turn, which = divmod(place, len(cast.visitors))
        visitor_id, start_at = cast.visitors[which].id, now + (turn + 1) * HOUR
        visit_id = _plan(session, case, cast, visitor_id, start_at=start_at, now=now)
        resident = Resident(
            age=rng.randint(70, 95),
            alone=rng.random() < 0.6,
            floor=rng.randint(0, 5),
            has_lift=rng.random() < 0.4,
            has_bath=rng.random() < 0.6,
            built_year=rng.randint(1955, 2015),
        )
        filled = fill(rng, form, resident, start_at=now - HOUR, end_at=now)
        yield _errand(rng, filled, visit_id=visit_id, token=tokens[visitor_id])


def _plan(
    session: Session,
    case: Case,
    cast: Cast,
    visitor_id: uuid.UUID,
    *,
    start_at: datetime,
    now: datetime,
) -> uuid.UUID:
    caller = acting(cast.coordinator, Action.CALL)
    record_attempt(session, case, Attempt(Disposition.AGREED), viewer=caller, now=now)
    planner = acting(cast.coordinator, Action.PLAN)
    return plan_visit(
        session,
        case,
        visitor_id=visitor_id,
        start_at=start_at,
        minutes=45,
        insist="measured at whatever hour",
        viewer=planner,
        now=now,
    ).id


def _errand(rng: Random, filled: Filled, *, visit_id: uuid.UUID, token: str) -> Errand:
    parts = [(XML_PART, "visit.xml", "text/xml", filled.xml)]
    # Every tablet sends one picture at least; its bytes are never looked at.
    for name in filled.photos or ("front_door.jpg",):
        parts.append((name, name, "image/jpeg", rng.randbytes(PHOTO_BYTES)))
    start = filled.xml.index(b"uuid:")
    return Errand(
        instance_id=filled.xml[start : start + 41].decode(),
        target=f"/openrosa/submission?visit={visit_id}",
        token=token,
        body=b"".join(map(_part, parts)) + f"--{BOUNDARY}--\r\n".encode(),
    )


def _part(part: tuple[str, str, str, bytes]) -> bytes:
    field, name, media_type, data = part
    head = (
        f"--{BOUNDARY}\r\n"
        f'Content-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        f"Content-Type: {media_type}\r\n\r\n"
    )
    return head.encode() + data + b"\r\n"
