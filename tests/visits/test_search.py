"""Searching by words goes by an index of letters, and finds what looking through all would find."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Select, delete, func, select, text, true
from sqlalchemy.orm import InstrumentedAttribute, Session, sessionmaker

from tests.factories import (
    NOW,
    make_case,
    make_dwelling,
    make_ordered,
    make_person,
    make_residence,
    make_user,
    make_viewer,
)
from visits.accounts.listing import AccountFilter, list_accounts
from visits.agenda.visitors import VisitorFilter, list_visitors
from visits.ground.db import sessions
from visits.ground.folding import fold, name_key
from visits.ground.migration import migrate, revert
from visits.models.accounts import Role
from visits.models.people import Occupancy, Person
from visits.models.portfolio import Dwelling, Residence
from visits.people.people import with_homes
from visits.sessions.planning import SessionSaid, plan_session
from visits.sessions.session_list import SessionFilter, list_sessions
from visits.sight.letters import has_any, has_word
from visits.sight.listing import Wanted
from visits.sight.search import search_people
from visits.surroundings.ordered_list import OrderedFilter, list_ordered
from visits.surroundings.residence_list import ResidenceFilter, list_residences

OWN_SEARCH = re.compile(r"\bi(contains|startswith|like)\(|\.like\(|autoescape=True")
# The causes of messages, who is known already, and an article’s words, kept as one looks for them.
NO_SEARCH = {
    "visits/admissions/telling.py", "visits/messages/making.py", "visits/people/by_hand.py",
    "visits/works/price_listing.py",
}  # fmt: skip
NAMES = (
    ("LEMARTINEL", "Zoé"), ("MARTIN", "Ada"), ("D'Été", "Éloïse"), ("Œuvrard", "Anne-Marie"),
    ("NGUYỄN", "Thị"), ("LE", "An"), ("Saint-Martin", ""), ("MARTÍNEZ", "José María"),
)  # fmt: skip
WORDS = (
    "martin", "mart", "mar", "ma", "m", "ete", "eloise", "oeuvrard", "nguyen", "le", "an", "marie",
    "tine", "zzz", "%", "_", '"', "mar%", "saint", "l-77", "77", "b7", "rue", "tilleuls",
    "beauvais",
)  # fmt: skip
SAID = (Person.name_key, Dwelling.reference, Residence.address_key)


@pytest.fixture
def homes(session: Session) -> None:
    """Persons of all kinds of names, in homes of all kinds of references."""
    for number, (last, first) in enumerate(NAMES):
        address = f"{number} rue des Tilleuls"
        residence = make_residence(session, address=address, address_key=fold(address))
        home = make_dwelling(session, residence=residence, reference=f"L-77{number}B7")
        key = name_key(last, first)
        make_person(session, last_name=last, first_name=first, name_key=key, dwelling=home)
    session.commit()


def _ids(session: Session, asked: Select[Any]) -> set[Any]:
    return set(session.scalars(asked))


def _through_all(said: InstrumentedAttribute[str], word: str) -> Select[Any]:
    """Select as it was before there was an index: by a look at every row."""
    return select(said.class_.id).where(func.lower(said).contains(word, autoescape=True))


@pytest.mark.parametrize("said", SAID, ids=str)
def test_an_index_finds_a_word_wherever_a_look_at_every_row_finds_it(
    session: Session, homes: None, said: InstrumentedAttribute[str]
) -> None:
    for word in WORDS:
        by_index = select(said.class_.id).where(has_word(session, said, word))
        assert _ids(session, by_index) == _ids(session, _through_all(said, word)), word
    either = select(said.class_.id).where(has_any(session, said, ("martin", "tilleuls")))
    both = [_ids(session, _through_all(said, word)) for word in ("martin", "tilleuls")]
    assert _ids(session, either) == both[0] | both[1]


def _found(session: Session, typed: str) -> tuple[list[str], bool]:
    viewer = make_viewer(make_user(session))
    listed, near = search_people(session, viewer, typed, wanted=Wanted(), options=with_homes())
    return [one.last_name for one in listed.rows], near


def test_names_are_found_without_accents_and_near_ones_where_nobody_has_that_name(
    session: Session, homes: None
) -> None:
    for typed in ("ÉLOÏSE", "eloise", "d'été", "Ete elo"):
        assert _found(session, typed) == (["D'Été"], False), typed
    assert _found(session, "Martin ada") == (["MARTIN"], False)
    for typed in ("Lemartinelle Zoe", "lemrtinel"):
        assert _found(session, typed) == (["LEMARTINEL"], True), typed
    assert _found(session, "Ouvrard") == (["Œuvrard"], True)
    assert _found(session, "xyz") == ([], False)


def _let_go(session: Session, person: Person) -> None:
    session.execute(delete(Occupancy).where(Occupancy.person_id == person.id))
    session.execute(delete(Person).where(Person.id == person.id))
    session.commit()


def test_who_is_renamed_or_gone_is_found_by_what_is_so_now(session: Session) -> None:
    person = make_person(session, last_name="AUBRY", first_name="", name_key="aubry")
    session.commit()
    person.last_name, person.name_key = "VASSEUR", "vasseur"
    session.commit()
    assert (_found(session, "aubry"), _found(session, "vasseur")) == (
        ([], False), (["VASSEUR"], False),
    )  # fmt: skip
    other = make_person(session, name_key="aubry")
    session.commit()
    _let_go(session, other)
    asked = select(Person.id).where(has_word(session, Person.name_key, "aubry"))
    assert session.scalars(asked).all() == []


@pytest.mark.one_database("sqlite")
def test_nothing_is_left_in_the_index_of_a_name_that_is_gone(session: Session) -> None:
    person = make_person(session, name_key="aubry")
    session.commit()
    _let_go(session, person)
    matching = text("SELECT count(*) FROM searched_name WHERE searched_name MATCH 'aubry'")
    assert session.scalar(matching) == 0
    numbered = session.scalar(text("SELECT count(*) FROM searched"))
    assert numbered == sum(session.scalar(select(func.count(one.class_.id))) or 0 for one in SAID)


@pytest.mark.one_database("sqlite")
def test_rows_that_sqlite_numbers_anew_are_found_all_the_same(
    engine: Engine, session: Session, homes: None
) -> None:
    _let_go(session, session.scalars(select(Person).where(Person.last_name == "MARTIN")).one())
    with closing(sqlite3.connect(str(engine.url.database))) as connection:
        connection.execute("VACUUM")
    person = session.scalars(select(Person).where(Person.last_name == "LEMARTINEL")).one()
    person.name_key = "aubry zoe"
    session.commit()
    assert _found(session, "aubry") == (["LEMARTINEL"], False)
    assert sorted(_found(session, "martin")[0]) == ["MARTÍNEZ", "Saint-Martin"]


@pytest.mark.slow
def test_who_was_there_before_the_index_is_found_and_stays_when_it_goes(
    engine: Engine, session_factory: sessionmaker[Session]
) -> None:
    with session_factory.begin() as session:
        make_person(session, last_name="AUBRY", first_name="Zoé", name_key="aubry zoe")
    revert(engine, to="0089")
    migrate(engine)
    with sessions(engine)() as session:
        asked = select(Person.last_name).where(has_word(session, Person.name_key, "bry"))
        assert session.scalars(asked).all() == ["AUBRY"]


def test_residences_and_what_is_ordered_there_are_found_as_dwellings_are(session: Session) -> None:
    office = make_user(session)
    seeing, address = make_viewer(office), "3 rue de l’Été"
    there = make_residence(
        session, address=address, address_key=fold(address), city="Compiègne", reference="R-77"
    )
    case = make_case(session, by=office, dwelling=make_dwelling(session, residence=there))
    of = office.organisation_id
    ordered = make_ordered(session, case, of=of, by=office, now=NOW, reference="PR-1")
    for said in ("compiegne", "ÉTÉ compiègne", "ete", "r-77"):
        only = ResidenceFilter(text=said)
        listed = list_residences(session, seeing, only=only, wanted=Wanted())
        assert [one.residence for one in listed.rows] == [there], said
        asked = OrderedFilter(text=said)
        orders = list_ordered(session, seeing, only=asked, wanted=Wanted(), today=NOW.date())
        assert orders.rows == [ordered], said
    nowhere = ResidenceFilter(text="ete beauvais")
    assert not list_residences(session, seeing, only=nowhere, wanted=Wanted()).rows


def test_sessions_visitors_and_accounts_are_found_without_their_accents(session: Session) -> None:
    office = make_user(session, name="Frédérique Œuvrard")
    seeing = make_viewer(office)
    visitor = make_user(session, role=Role.VISITOR, name="Zoé Lefèvre")
    there = make_residence(session, city="Compiègne", reference="R-77")
    make_dwelling(session, residence=there)
    said = SessionSaid(
        title="Équilibre", kind="workshop", starts_at=NOW, minutes="60", residence="R-77",
        held_by="other", held_by_name="Les Aînés",
    )  # fmt: skip
    (workshop,) = plan_session(session, "seniors", said, viewer=seeing, now=NOW)
    for word in ("equilibre", "compiegne", "AÎNES equilibre", "r-77"):
        only = SessionFilter(state="all", text=word)
        found = list_sessions(session, seeing, only=only, wanted=Wanted(), now=NOW)
        assert found.rows == [workshop], word
    visitors = VisitorFilter(text="lefevre zoe")
    assert list_visitors(session, seeing, only=visitors, wanted=Wanted()).rows == [visitor]
    for word in ("oeuvrard", "FREDERIQUE", office.email.upper()):
        accounts = AccountFilter(text=word)
        listed = list_accounts(session, only=accounts, wanted=Wanted(), run=true())
        assert listed.rows == [office], word


def test_no_list_looks_for_words_in_a_way_of_its_own() -> None:
    """What is typed becomes a condition in one room, whatever the list."""
    house = Path(__file__).parents[2]
    rooms = ("visits", "webapp", "maps")
    files = [one for room in rooms for one in (house / room).rglob("*.py")]
    found = {str(one.relative_to(house)) for one in files if OWN_SEARCH.search(one.read_text())}
    assert "visits/sight/wording.py" in found
    assert [one for one in sorted(found - NO_SEARCH) if not one.startswith("visits/sight/")] == []
