"""Every kind of account that comes to a page, and persons within its reach and outside."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from tests.factories import NOW, make_user
from tests.webapp.reader import REFUSED_BRIEFLY
from tests.webapp.world import HER, MAP, NORTH, SOUTH, Known, World
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.accounts.open_sessions import start_session
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import Role
from visits.models.mandates import Mandate, Right
from visits.models.works import WorkOrder
from webapp.access.who_asks import SESSION_NUMBER

OFFICE, OURS, OTHERS = "Office de l'habitat", "Association", "Mutuelle"
OPENS, FORBIDDEN, HIDDEN, ELSE = "x", ".", "0", "?"
SIGNS = {200: OPENS, 302: OPENS, 308: OPENS, 403: FORBIDDEN, 404: HIDDEN}


@dataclass(frozen=True)
class Column:
    """A kind of account; `rights` are those of its organisation's mandate, None is no mandate.

    The mandate is for an area of a programme, from and to so many days from today.
    """

    name: str
    role: Role
    organisation: str = OFFICE
    rights: frozenset[Right] | None = None
    territory: str | None = None
    programme: str = "seniors"
    area: str = NORTH
    days: tuple[int, int | None] = (0, None)


COLUMNS = (
    Column("visitor", Role.VISITOR, OURS),
    Column("…to visit", Role.VISITOR, OURS, frozenset({Right.VISIT})),
    Column("coordinator", Role.COORDINATOR),
    Column("…of the south", Role.COORDINATOR, territory=SOUTH),
    Column("social worker", Role.SOCIAL_WORKER),
    Column("technician", Role.TECHNICIAN),
    Column("manager", Role.MANAGER),
    Column("administrator", Role.ADMINISTRATOR),
    Column("partner", Role.PARTNER_COORDINATOR, OURS),
    *(
        Column(f"…to {right}", Role.PARTNER_COORDINATOR, OURS, frozenset({right}))
        for right in Right
    ),
    Column("other partner", Role.PARTNER_COORDINATOR, OTHERS, frozenset(Right), SOUTH),
    Column("contractor", Role.CONTRACTOR, "Plomberie"),
    Column("funder", Role.FUNDER, OURS),
    Column("funder to figures", Role.FUNDER, OURS, frozenset({Right.FIGURES})),
)


@dataclass
class Field:
    """The world of `world.py` with somebody of each kind in it."""

    world: World
    persons: tuple[Known, Known, Known]

    def queries(self, rule: Rule) -> str:
        """Give what a page wants to be asked."""
        if rule.endpoint == "map_views.dwellings":
            return MAP[0]
        return f"day=2026-03-10&visitor_id={uuid.UUID(int=1)}&form_id=home_visit"

    def addresses(self, rule: Rule) -> list[str]:
        """Give a page's addresses: one, or one for each person where it is about somebody."""
        persons = (
            self.persons if rule.arguments & self.persons[0].values.keys() else self.persons[:1]
        )
        return [self._address(rule, known) for known in persons]

    def _address(self, rule: Rule, known: Known) -> str:
        chosen = {"name": "water_price"} if rule.endpoint == "parameters.show" else {}
        for name in rule.arguments - chosen.keys():
            values = known.values.get(name) or self.world.known.values[name]
            ordered = sorted(values, key=str)
            chosen[name] = ordered[0 if name == "left_id" else -1]
        built = rule.build(chosen)
        assert built is not None
        return f"{built[1]}?{self.queries(rule)}"


def make_field(app: Flask, session: Session) -> Field:
    """Settle three persons: visited by our association, by the landlord, by others in the south."""
    world = World(app, session)
    session.scalars(select(Mandate)).one().ended_at = NOW
    own = make_user(session, role=Role.VISITOR, organisation=OFFICE)
    visitors = ((NORTH, world.visitor), (NORTH, own), (SOUTH, world.stranger))
    persons = (Known(), Known(), Known())
    for number, (known, (area, visitor)) in enumerate(zip(persons, visitors, strict=True)):
        said = {**HER, "reference": f"P{number}", "dwelling": f"L{number}"}
        world.settle(
            known, by=world.office, territory=area, visitor=visitor, tag=str(number), **said
        )
        text = f"Logement;Nom;CP\nL{number};CACHETTE;60000\n"
        world.known.note(import_id=world.bring(world.office, "f.csv", text))
    # The files noted with a person are all that there are by then.
    for before, known in reversed(list(pairwise(persons))):
        known.values["file_id"] -= before.values["file_id"]
    plumber = make_user(session, role=Role.CONTRACTOR, organisation="Plomberie")
    for order_id in persons[0].values["order_id"]:
        session.get_one(WorkOrder, order_id).given_to_id = plumber.organisation_id
    session.commit()
    return Field(world, persons)


def _client(app: Flask, world: World, column: Column) -> FlaskClient:
    """Sign in as a kind of account: the visitor is the one who visits for our association."""
    session = world.session
    area = world.territories[column.territory] if column.territory else None
    if column.role is Role.VISITOR:
        user = session.merge(world.visitor)
    else:
        user = make_user(
            session, role=column.role, organisation=column.organisation, territory_id=area
        )
    if column.rights is not None:
        place = world.territories[column.territory or column.area]
        first, last = (
            None if days is None else today_in_paris(NOW) + timedelta(days) for days in column.days
        )
        assert first is not None
        said = MandateSaid(
            user.organisation_id, column.programme, place, column.rights, first, last
        )
        grant_mandate(session, said, by=world.office.id, now=NOW)
    number = start_session(session, user.id, now=NOW)
    session.commit()
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = user.fs_uniquifier, True
        cookie[SESSION_NUMBER] = str(number)
    return client


def _end_mandates(session: Session) -> None:
    for mandate in session.scalars(select(Mandate)):
        mandate.ended_at = NOW
    session.commit()


def look(app: Flask, field: Field, column: Column, rules: list[Rule]) -> list[str]:
    """Open pages as a kind of account; gives of each a sign, or one for each person."""
    client = _client(app, field.world, column)
    signs = []
    for rule in rules:
        answers = [
            client.get(address, headers=REFUSED_BRIEFLY) for address in field.addresses(rule)
        ]
        signs.append("".join(SIGNS.get(answer.status_code, ELSE) for answer in answers))
        for answer in answers:
            assert answer.status_code < 500, rule
            answer.close()
    _end_mandates(field.world.session)
    return signs
