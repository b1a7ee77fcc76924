"""Who opens what: every page, as every kind of account comes to it, against one readable table.

`access_matrix.txt` beside this file is what is expected. A page or a role that is added changes
what is found, so the table must say who opens it before this passes again. Where the file is gone
it is written anew, to be read as a change and kept.
"""

import difflib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from tests.factories import NOW, make_user
from tests.webapp.reader import REFUSED_BRIEFLY
from tests.webapp.world import HER, MAP, NORTH, SOUTH, Known, World
from visits.accounts.accounts import find_organisation
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.accounts.open_sessions import start_session
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import OrganisationKind, Role
from visits.models.mandates import Mandate, Right
from visits.models.works import WorkOrder
from webapp.access.auth import Action, declared_action
from webapp.access.who_asks import SESSION_NUMBER

pytestmark = pytest.mark.slow

TABLE = Path(__file__).with_name("access_matrix.txt")
OFFICE, OURS, OTHERS = "Office de l'habitat", "Association", "Mutuelle"
OPENS, FORBIDDEN, HIDDEN, ELSE = "x", ".", "0", "?"
SIGNS = {200: OPENS, 302: OPENS, 308: OPENS, 403: FORBIDDEN, 404: HIDDEN}
HEAD = """Who opens which page. x opens, . is forbidden, 0 finds nothing, ? is asked otherwise.

Of a page about somebody there are three signs: our association visits her under its mandate in the
north; the landlord's own visitor does, in the same area; another association does, in the south.
"""


@dataclass(frozen=True)
class Column:
    """A kind of account; `rights` are those of its organisation's mandate, None is no mandate."""

    name: str
    role: Role
    organisation: str = OFFICE
    rights: frozenset[Right] | None = None
    territory: str | None = None


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
Found = dict[str, list[str]]


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


@pytest.fixture
def field(app: Flask, session: Session) -> Field:
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
        place = world.territories[column.territory or NORTH]
        today = today_in_paris(NOW)
        said = MandateSaid(user.organisation_id, "seniors", place, column.rights, today, None)
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


def _look(app: Flask, field: Field, column: Column, rules: list[Rule]) -> list[str]:
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


def _written(found: Mapping[str, list[str]]) -> str:
    lines = [HEAD]
    lines += ["|   " * number + column.name for number, column in enumerate(COLUMNS)]
    for endpoint, signs in found.items():
        cells = " ".join(f"{one:<3}" for one in signs)
        lines.append(f"{cells} {endpoint}")
    return "\n".join(lines) + "\n"


@pytest.mark.one_database("sqlite")
def test_every_page_opens_to_those_whom_the_table_names_and_to_nobody_else(
    app: Flask, field: Field
) -> None:
    assert {column.role for column in COLUMNS} == set(Role), "a role has no column"
    closed = [
        rule
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, str(rule)))
        if "GET" in (rule.methods or ()) and isinstance(declared_action(app, rule.endpoint), Action)
    ]
    columns = [_look(app, field, column, closed) for column in COLUMNS]
    rows = zip(*columns, strict=True)
    found = {rule.endpoint: list(row) for rule, row in zip(closed, rows, strict=True)}
    _keeps_apart(found)
    _keeps_landlords_apart(app, field, closed)
    written, expected = _written(found), TABLE.read_text() if TABLE.exists() else ""
    if not expected:
        TABLE.write_text(written)
    change = difflib.unified_diff(expected.splitlines(), written.splitlines(), "expected", "found")
    assert written == expected, "say in access_matrix.txt who opens it:\n" + "\n".join(change)


def _keeps_apart(found: Found) -> None:
    """Refuse what no table may say, whoever writes it."""
    names = [column.name for column in COLUMNS]
    for endpoint, signs in found.items():
        row = dict(zip(names, signs, strict=True))
        if len(signs[0]) < 3:
            continue
        for ours in (name for name in names if name in ("partner", *(f"…to {r}" for r in Right))):
            assert row[ours][2] != OPENS, f"{endpoint}: an association sees another’s person"
        assert OPENS not in row["other partner"][:2], f"{endpoint}: another sees ours"
        assert OPENS not in row["funder"], f"{endpoint}: a funder sees somebody"
        assert OPENS not in row["funder to figures"], f"{endpoint}: a funder sees somebody"
        assert row["contractor"][1:] in ("..", "00"), f"{endpoint}: an order not given is seen"
        assert row["visitor"][1:] in ("..", "00"), f"{endpoint}: a visitor sees whom others visit"
        assert row["…of the south"][:2] in ("..", "00"), f"{endpoint}: a territory does not hold"


def _keeps_landlords_apart(app: Flask, field: Field, rules: list[Rule]) -> None:
    """Refuse that a page tells of somebody to another landlord's people, or beyond a mandate."""
    about = [rule for rule in rules if rule.arguments & field.persons[0].values.keys()]
    find_organisation(field.world.session, "Aisne", OrganisationKind.LANDLORD)
    hers = replace(field, persons=field.persons[:1])
    offices = (role for role in Role if role not in (Role.FUNDER, Role.CONTRACTOR, Role.VISITOR))
    for column in (
        *(Column(role, role, "Aisne") for role in offices),
        Column("platform", Role.COORDINATOR, "Plateforme"),
    ):
        signs = zip(about, _look(app, hers, column, about), strict=True)
        seen = [rule.endpoint for rule, sign in signs if OPENS in sign]
        assert not seen, f"{column.name}, of another landlord: {seen}"
    platform = Column("platform", Role.COORDINATOR, "Plateforme", frozenset(Right))
    signs = zip(about, _look(app, field, platform, about), strict=True)
    opened = {rule.endpoint: sign for rule, sign in signs if OPENS in sign}
    assert {sign[2:] for sign in opened.values()} == {HIDDEN}, f"beyond its mandate: {opened}"
    assert opened["cases.show"] == opened["people.show"] == "xx0"
