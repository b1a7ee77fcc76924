"""Who opens what: every page, as every kind of account comes to it, against one readable table.

`access_matrix.txt` beside this file is what is expected. A page or a role that is added changes
what is found, so the table must say who opens it before this passes again. Where the file is gone
it is written anew, to be read as a change and kept.
"""

import difflib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from tests.webapp.matrix import COLUMNS, HIDDEN, OPENS, Column, Field, look, make_field
from visits.accounts.accounts import find_organisation
from visits.models.accounts import OrganisationKind, Role
from visits.models.mandates import Right
from webapp.access.auth import Action, declared_action

pytestmark = pytest.mark.slow

TABLE = Path(__file__).with_name("access_matrix.txt")
HEAD = """Who opens which page. x opens, . is forbidden, 0 finds nothing, ? is asked otherwise.

Of a page about somebody there are three signs: our association visits her under its mandate in the
north; the landlord's own visitor does, in the same area; another association does, in the south.
"""


Found = dict[str, list[str]]


@pytest.fixture
def field(app: Flask, session: Session) -> Field:
    return make_field(app, session)


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
    columns = [look(app, field, column, closed) for column in COLUMNS]
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
        signs = zip(about, look(app, hers, column, about), strict=True)
        seen = [rule.endpoint for rule, sign in signs if OPENS in sign]
        assert not seen, f"{column.name}, of another landlord: {seen}"
    platform = Column("platform", Role.COORDINATOR, "Plateforme", frozenset(Right))
    signs = zip(about, look(app, field, platform, about), strict=True)
    opened = {rule.endpoint: sign for rule, sign in signs if OPENS in sign}
    assert {sign[2:] for sign in opened.values()} == {HIDDEN}, f"beyond its mandate: {opened}"
    assert opened["cases.show"] == opened["people.show"] == "xx0"
