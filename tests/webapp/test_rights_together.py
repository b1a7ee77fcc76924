"""What a mandate's rights open together, and what one that is over or for others does not."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from tests.webapp.matrix import (
    COLUMNS,
    FORBIDDEN,
    HIDDEN,
    OPENS,
    OURS,
    Column,
    Field,
    look,
    make_field,
)
from tests.webapp.world import SOUTH
from visits.models.accounts import Role
from visits.models.mandates import Right
from webapp.access.auth import declared_action

pytestmark = pytest.mark.slow

TABLE = Path(__file__).with_name("access_matrix.txt")
WIDER = FORBIDDEN + HIDDEN + OPENS
CALL, PLAN, VISIT, DECIDE, FIGURES = Right
EVERY = frozenset(Right)
TOGETHER = (
    *(
        Column("partner", Role.PARTNER_COORDINATOR, OURS, frozenset(rights))
        for rights in ({CALL, VISIT}, {CALL, FIGURES}, {PLAN, FIGURES}, Right)
    ),
    Column("visitor", Role.VISITOR, OURS, EVERY - {VISIT}),
    Column("visitor", Role.VISITOR, OURS, frozenset({VISIT, CALL, FIGURES})),
    Column("funder", Role.FUNDER, OURS, EVERY - {FIGURES}),
    Column("funder", Role.FUNDER, OURS, EVERY),
)
OVER = (
    Column("ended", Role.PARTNER_COORDINATOR, OURS, EVERY, days=(-30, -1)),
    Column("to come", Role.PARTNER_COORDINATOR, OURS, EVERY, days=(1, None)),
)
ELSEWHERE = (
    Column("another programme", Role.PARTNER_COORDINATOR, OURS, EVERY, programme="residences"),
    Column("another area", Role.PARTNER_COORDINATOR, OURS, EVERY, area=SOUTH),
)
# What a role opens by each right alone, by the names of its columns; one of none is its first.
ALONE = {
    Role.PARTNER_COORDINATOR: {right: f"…to {right}" for right in Right},
    Role.VISITOR: {VISIT: "…to visit"},
    Role.FUNDER: {FIGURES: "funder to figures"},
}
FIRST = {Role.PARTNER_COORDINATOR: "partner", Role.VISITOR: "visitor", Role.FUNDER: "funder"}


class Table:
    """What `access_matrix.txt` says, column by column."""

    def __init__(self) -> None:
        rows = [line.split() for line in TABLE.read_text().splitlines()]
        rows = [row for row in rows if len(row) == len(COLUMNS) + 1 and "|" not in row]
        self.rows = {row[-1]: row[:-1] for row in rows}
        self.at = {(column.role, column.name): at for at, column in enumerate(COLUMNS)}

    def alone(self, endpoint: str, role: Role, right: Right | None = None) -> str:
        """Give what a role is shown of a page by one right, or by none."""
        name = ALONE[role].get(right) if right else None
        return self.rows[endpoint][self.at[role, name or FIRST[role]]]

    def together(self, endpoint: str, column: Column) -> str:
        """Give what rights show together: what any of them does, and nothing more."""
        shown = [self.alone(endpoint, column.role)]
        shown += [self.alone(endpoint, column.role, right) for right in column.rights or ()]
        return "".join(max(signs, key=WIDER.index) for signs in zip(*shown, strict=True))

    def elsewhere(self, endpoint: str, column: Column) -> str:
        """Give what a mandate for others shows: nobody of here, at most that a page is there."""
        within, none = self.together(endpoint, column), self.alone(endpoint, column.role)
        if len(within) == 1:
            return within
        here = [
            max(without, HIDDEN if mandated != FORBIDDEN else FORBIDDEN, key=WIDER.index)
            for without, mandated in zip(none, within, strict=True)
        ]
        # In her own area she sees those who are like ours and visited by others.
        return "".join(here[:2]) + (within[1] if column.area == SOUTH else here[2])

    def tells_rights_apart(self, endpoint: str) -> bool:
        """Tell whether a mandate's rights matter to a page."""
        return endpoint in self.rows and any(
            len({self.alone(endpoint, role), *(self.alone(endpoint, role, one) for one in Right)})
            > 1
            for role in ALONE
        )


@pytest.fixture
def field(app: Flask, session: Session) -> Field:
    return make_field(app, session)


@pytest.mark.one_database("sqlite")
def test_rights_open_together_what_each_opens_alone_and_none_when_over_or_for_others(
    app: Flask, field: Field
) -> None:
    table = Table()
    # Of each action, with somebody and without: the rule is asked once, not on every page of it.
    asked: dict[tuple[object, bool], Rule] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, str(rule))):
        if "GET" in (rule.methods or ()) and table.tells_rights_apart(rule.endpoint):
            about = bool(rule.arguments & field.persons[0].values.keys())
            asked.setdefault((declared_action(app, rule.endpoint), about), rule)
    rules = list(asked.values())
    assert len(rules) > 10
    for columns, expected in (
        (TOGETHER, table.together),
        (OVER, lambda endpoint, column: table.alone(endpoint, column.role)),
        (ELSEWHERE, table.elsewhere),
    ):
        for column in columns:
            found = dict(
                zip((rule.endpoint for rule in rules), look(app, field, column, rules), strict=True)
            )
            wanted = {endpoint: expected(endpoint, column) for endpoint in found}
            assert found == wanted, f"{column.name}, to {sorted(column.rights or ())}"
