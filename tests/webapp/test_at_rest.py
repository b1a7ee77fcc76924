"""What stands on the disk of a year of visits tells nobody of health, danger or a way in."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, Enum, LargeBinary, String, select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from visits.cases.tasks import CASE_CLOSED, TOO_LATE
from visits.ground.db import ENCRYPTED, Base
from visits.homes.traits import FITTED
from visits.models.accounts import User
from visits.models.calls import Refusal
from visits.models.cases import CaseState
from visits.models.money import MoneyNote
from visits.models.people import Person, PersonAlert
from visits.models.portfolio import Dwelling, Residence
from visits.models.surroundings import OrderedService, ServiceNote
from visits.models.visits import Consequence
from visits.models.works import WorkOrder
from webapp.demo import load_demo
from webapp.demo.size import Size
from webapp.frame.transaction import House

pytestmark = pytest.mark.slow

LISTED = re.compile(r"`(\w+\.\w+)`")
MANUAL = Path(__file__).parent.parent.parent / "docs" / "operating.md"
READABLE = (String, JSON, LargeBinary)
FORMS = ("form_version", "form_draft", "parameter_value", "programme_version", "programme_draft")
OF_HEALTH = re.compile(
    r"hospital|health|dead|died|death|medical|doctor|fall|violen|danger|(?:^|_)care(?:_|$)"
)
# Call lists and rates are worked out by it, as the manual says; which question was asked; for what
# a budget is spent.
IN_CLEAR_ALL_THE_SAME = {"contact_attempt.disposition", "consent.scope", "works_plan.aim"}
LEAST = 5
# So long that chance does not write it.
LONG = 8
# The same words with another meaning: what is broken in a dwelling, what is in a visitor's bag, who
# we are, who pays, what the landlord's file says of a home, how a question of consent was put, what
# is fitted in a dwelling, by what way somebody asked for a place, what is in a residence's street.
SAME_WORDS = {
    *(
        "work_order.trade",
        "work_order.came_from",
        "price_article.trade",
        "kit_movement.item",
        "kit_article.item",
        "user_account.role",
        "organisation.kind",
    ),
    "mandate.rights",
    "funding_note.payer",
    "funding_paper.payer",
    "home_trait.trait",
    "home_label_rules.asks",
    *("case_file.reasons", "consent.read_out", "consent.text_version"),
    "admission.asked",
    "service_note.kind",
}
# Names of columns and fields, told by the schema itself.
NAMES = {column.name for table in Base.metadata.sorted_tables for column in table.columns}
NAMES |= {"dwelling_reference", "canary"}
# What an answer taken back had changed is kept sealed; the state it names stands in clear.
NAMES |= {str(state) for state in CaseState}
# Why a task was withdrawn is sealed; what was done to its case stands in the access log.
NAMES |= {CASE_CLOSED}
# Why a task lapsed is sealed; a message that nobody took in time says it of itself.
NAMES |= {TOO_LATE}
# Which paper a payer wants is sealed; that a cost comes from a quote, a plan of works says.
NAMES |= {"quote"}
# What is fitted in a home is the landlord's to know; who needed it, and why, stays sealed.
NAMES |= set(FITTED)
# What somebody is promised, and what there is to do in any case whatever.
EVERYDAY = {"call", "visit"}
SMALL = Size(dwellings=200, seniors=60, targets=60)
CODED = (
    Consequence.path,
    Consequence.code,
    Consequence.owner,
    PersonAlert.code,
    Refusal.reason,
)


@pytest.fixture
def filled(app: Flask) -> Flask:
    """A small demo: every kind of answer, call, measure and follow-up there is."""
    load_demo(app.extensions["palier"], now=NOW, tell=lambda line: None, size=SMALL)
    return app


def _in_clear() -> set[str]:
    return {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, READABLE) and not isinstance(column.type, ENCRYPTED)
    }


def test_each_column_is_encrypted_or_in_the_manual_with_its_reason() -> None:
    section = MANUAL.read_text().partition("## What stands in clear")[2].partition("\n## ")[0]
    told = set(LISTED.findall(section))
    assert _in_clear() - told == set(), "encrypt it, or say in docs/operating.md why not"
    assert told - _in_clear() == set(), "docs/operating.md lists what is encrypted or gone"


def test_no_column_in_clear_chooses_among_words_of_health_or_danger() -> None:
    told = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Enum) and any(map(OF_HEALTH.search, column.type.enums))
    }
    assert told == IN_CLEAR_ALL_THE_SAME


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif value is not None:
        yield str(value)


def _secrets(session: Session) -> set[str]:
    """Read all that is encrypted."""
    return {
        said
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, ENCRYPTED)
        for value in session.scalars(select(column).where(column.is_not(None)))
        for said in _strings(value)
    }


def _readable(session: Session, *, forms: bool) -> str:
    """Read as text whatever somebody reads in the database without our secrets."""
    found: list[str] = []
    for name in sorted(_in_clear()):
        table, _, column = name.partition(".")
        if (table in FORMS) is forms:
            values = session.scalars(select(Base.metadata.tables[table].c[column]))
            found += [said for value in values for said in _strings(value)]
    return "\n".join(found)


def _disk(house: House, url: str) -> str:
    """Read the bytes of the database, its log and the file store."""
    files = [one for one in house.store.shelf.place.rglob("*") if one.is_file()]
    assert files
    files += Path(url.removeprefix("sqlite:///")).parent.iterdir()
    return b"".join(one.read_bytes() for one in files).decode("utf-8", "replace")


# What is sealed is so before either database sees it: the bytes of SQLite's file hold all there is.
@pytest.mark.one_database
def test_nothing_that_is_secret_or_of_health_stands_in_clear(
    filled: Flask, database_url: str
) -> None:
    house = filled.extensions["palier"]
    _assert_no_secret_on_the_disk(house, database_url)
    _assert_no_code_in_a_column_in_clear(house)


def _assert_no_secret_on_the_disk(house: House, database_url: str) -> None:
    with house.sessions() as session:
        forms = _readable(session, forms=True)  # they say every question, and are no secret
        own = {said for said in _secrets(session) if len(said) >= LEAST and said not in forms}
        codes = set(session.scalars(select(Dwelling.access_code)))
        phones = {phone for phone in session.scalars(select(Person.phone)) if phone}
        # Who somebody is and where homes stand is listed; a partner writes it in its form too, and
        # the maintenance system the number of an order in its answers. Which visitor a message
        # is about, her rounds and her diary say too. What a visitor saw of shops anybody may see.
        # Who asked somebody how she lives is sealed; that name stands with her account. To whom she
        # was referred is sealed; who pays for a programme stands in its accounts.
        listed = (
            *(Person.last_name, Person.first_name, Residence.address, WorkOrder.reference),
            *(ServiceNote.name, ServiceNote.open_days, OrderedService.reference),
            *(User.id, User.name),
            MoneyNote.payer,
        )
        known = {str(said) for column in listed for said in session.scalars(select(column))}
    own = {said for said in own - NAMES - known if not said.isdigit()}
    assert len(own) > 100
    assert len(own & codes) > 4
    assert len(phones) > 10
    disk = _disk(house, database_url)
    found = sorted(said for said in (own | phones) if _stands_in(said, disk))
    assert found == []


def _stands_in(said: str, disk: str) -> bool:
    """Tell whether words stand on a disk; short ones alone: sealed bytes spell any by chance.

    A short one beside other words in a row is looked for column by column.
    """
    if said not in disk or len(said) >= LONG:
        return said in disk
    alone = rf"(?<![\w+/=-]){re.escape(said)}(?![\w+/=-])"
    return re.search(alone, disk, re.ASCII) is not None


def _assert_no_code_in_a_column_in_clear(house: House) -> None:
    with house.sessions() as session:
        kept = {column: _values(session, column) for column in CODED}
        told = {
            (name, word)
            for name in _in_clear() - SAME_WORDS
            if name.partition(".")[0] not in FORMS
            for said in _values(session, _column(name))
            for word in (set().union(*kept.values()) - EVERYDAY)
            & set(re.findall(r"[\w/\[\]]+", said))
        }
    assert all(kept.values())
    assert told == set()


def _column(name: str) -> Any:
    table, _, column = name.partition(".")
    return Base.metadata.tables[table].c[column]


def _values(session: Session, column: Any) -> set[str]:
    return {str(value) for value in session.scalars(select(column)) if value is not None}
