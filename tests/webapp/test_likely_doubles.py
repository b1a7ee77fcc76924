"""Files that may be of one person are listed, compared, told apart and no longer."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_dwelling, make_person, make_residence, make_user
from visits.accounts.accounts import find_territory
from visits.calls.phones import note_number
from visits.ground.folding import fold
from visits.life.likely_doubles import DoubleFilter, find_doubles, keep_doubles, list_doubles
from visits.models.accounts import Role
from visits.models.life import LikelyDouble
from visits.models.people import NamedAccess, Occupancy, Person
from visits.models.portfolio import Tenancy
from visits.sight import Reach, Viewer
from visits.sight.listing import JUST_COUNT, Wanted
from webapp.commands.jobs import JOBS, run_job

SignIn = Callable[..., FlaskClient]
PAGE = "/people/doubles/"


def person(session: Session, name: str, **said: Any) -> Person:
    number = int(session.info.setdefault("numbers", 1000)) + 1
    session.info["numbers"] = number
    last, first = name.split()
    given = {"last_name": last, "first_name": first, "name_key": fold(name)}
    return make_person(session, **(given | {"phone": f"+3363998{number}", "born_on": None} | said))


def look(session: Session) -> int:
    return keep_doubles(session, find_doubles(session, now=NOW), now=NOW)


def pairs(session: Session) -> set[tuple[frozenset[str], str]]:
    look(session)
    return {
        (frozenset((one.one.name_key, one.other.name_key)), why)
        for one in session.scalars(select(LikelyDouble))
        for why in ("same_birth", "same_home", "same_phone")
        if getattr(one, why)
    }


def test_who_shares_a_birth_date_and_nearly_the_name_may_be_the_same(session: Session) -> None:
    born = {"born_on": date(1941, 5, 17)}
    for name in ("DUPONT Rose", "DUPOND Rose", "DUPRE Luc", "MARTIN Rose"):
        person(session, name, **born)
    person(session, "DUPONT Rosa", born_on=date(1941, 5, 18))
    presumed = {"born_on": date(1941, 1, 1)}
    for name in ("BENALI Ali", "BENALI Aly", "BENALI Ali"):
        person(session, name, **presumed)
    assert pairs(session) == {
        (frozenset({"dupont rose", "dupond rose"}), "same_birth"),
        (frozenset({"benali ali"}), "same_birth"),
    }


def test_who_bears_one_name_in_a_dwelling_or_has_one_number_may_be_the_same(
    session: Session,
) -> None:
    home = make_dwelling(session)
    for born in (None, date(1941, 5, 17)):
        person(session, "LEROY Luc", dwelling=home, born_on=born)
    father, son = (person(session, "PERE Jean", born_on=date(year, 3, 2)) for year in (1940, 1970))
    son.occupancies[0].tenancy_id = father.occupancies[0].tenancy_id
    shared = {"phone": "+33639980001"}
    one, other = person(session, "AUBE Rose", **shared), person(session, "AUBÉ Rosa", **shared)
    beside = person(session, "AUBE Paul", **shared)
    session.execute(
        Occupancy.__table__.update()
        .where(Occupancy.person_id == beside.id)
        .values(tenancy_id=select(Tenancy.id).join(Occupancy).where(
            Occupancy.person_id == one.id).scalar_subquery())
    )  # fmt: skip
    for name in ("TUTELLE Anne", "TUTELLE Bea", "TUTELLE Cleo", "TUTELLE Dora", "TUTELLE Eve"):
        person(session, name, phone="+33639980002")
    session.expire_all()
    assert pairs(session) == {
        (frozenset({"leroy luc"}), "same_home"),
        (frozenset({one.name_key, other.name_key}), "same_phone"),
        (frozenset({beside.name_key, other.name_key}), "same_phone"),
    }


def test_who_has_a_number_in_common_but_no_name_is_not_the_same(session: Session) -> None:
    shared = {"phone": "+33639980001"}
    person(session, "BAUER Denise", born_on=date(1937, 6, 25), **shared)
    person(session, "BONNARD Marcel", born_on=date(1952, 5, 13), **shared)
    assert pairs(session) == set()
    # A daughter has her own birth date; who has none, or a misspelt name, may be either.
    person(session, "BAUER Lise", born_on=date(1964, 2, 1), **shared)
    assert pairs(session) == set()
    person(session, "BAUERS Denise", born_on=date(1937, 6, 26), **shared)
    assert pairs(session) == {(frozenset({"bauer denise", "bauers denise"}), "same_phone")}


def test_who_sees_two_that_share_a_number_learns_of_no_third(session: Session) -> None:
    names = ("NOIR Anne", "NOIR Bea", "NOIR Cleo", "NOIR Dora", "NOIR Eve")
    persons = [person(session, name, phone="+33639980002") for name in names]
    assert pairs(session) == set()
    persons[4].protected = True
    session.flush()
    assert len(pairs(session)) == 6


def test_a_daughters_number_makes_nobody_the_same(session: Session, viewer: Viewer) -> None:
    mother, daughter = person(session, "AUBE Rose"), person(session, "AUBE Lea")
    assert daughter.phone is not None
    note_number(session, mother, daughter.phone, whose="daughter", viewer=viewer, now=NOW)
    assert pairs(session) == set()
    note_number(session, mother, daughter.phone, whose="", viewer=viewer, now=NOW)
    assert pairs(session) == {(frozenset({"aube rose", "aube lea"}), "same_phone")}


@pytest.fixture
def viewer(session: Session) -> Viewer:
    """Who sees everybody unprotected."""
    user = make_user(session)
    return Viewer(user.id, user.organisation_id, None, Reach.ALL)


def two(session: Session, **said: Any) -> tuple[Person, Person]:
    born = {"born_on": date(1941, 5, 17)}
    return person(session, "DUPONT Rose", **born), person(session, "DUPOND Rose", **born | said)


def count(session: Session, viewer: Viewer, **only: Any) -> int:
    listed = list_doubles(session, viewer, only=DoubleFilter(**only), wanted=JUST_COUNT)
    return listed.total


def test_looking_again_keeps_who_was_told_apart_and_lets_go_of_who_is_alike_no_more(
    session: Session, viewer: Viewer
) -> None:
    rose, _ = two(session)
    luc = person(session, "DUPONX Rose", born_on=date(1941, 5, 17))
    assert look(session) == 3
    told = session.scalars(select(LikelyDouble).where(LikelyDouble.other_id == luc.id)).first()
    assert told is not None
    told.told_apart_at, told.told_apart_by_id = NOW, viewer.user_id
    luc.born_on = rose.born_on = date(1950, 2, 3)
    luc.name_key, luc.merged_into_id = "autre luc", None
    session.flush()
    assert look(session) == 0
    assert session.scalars(select(LikelyDouble.id)).all() == [told.id]
    assert (count(session, viewer), count(session, viewer, apart=True)) == (0, 1)


def test_a_pair_counts_for_who_sees_both_of_it(session: Session, viewer: Viewer) -> None:
    north, south = (find_territory(session, name).id for name in ("Nord", "Sud"))
    homes = [
        make_dwelling(session, residence=make_residence(session, territory_id=one))
        for one in (north, south)
    ]
    rose, _ = two(session, dwelling=homes[1])
    for stay in rose.occupancies:
        stay.tenancy.dwelling_id = homes[0].id
    look(session)
    assert count(session, viewer) == 1
    for territory in (north, south):
        local = Viewer(viewer.user_id, viewer.organisation_id, territory, Reach.TERRITORY)
        assert count(session, local) == 0
    rose.protected = True
    session.flush()
    assert count(session, viewer) == 0
    session.add(
        NamedAccess(
            person_id=rose.id, user_id=viewer.user_id, named_at=NOW, named_by_id=viewer.user_id
        )
    )
    session.flush()
    assert count(session, viewer) == 1


def test_pairs_are_sorted_filtered_and_paged(session: Session, viewer: Viewer) -> None:
    two(session)
    home = make_dwelling(session)
    for _ in range(2):
        person(session, "ABEL Luc", dwelling=home, born_on=date(1941, 5, 17))
    look(session)

    def names(**said: Any) -> list[str]:
        only = DoubleFilter(why=said.pop("why", ""))
        found = list_doubles(session, viewer, only=only, wanted=Wanted(**said)).rows
        return [one.one.name_key for one in found]

    assert names() == ["abel luc", "dupont rose"]
    assert names(sort="name", descending=True) == ["dupont rose", "abel luc"]
    assert names(why="same_home") == ["abel luc"]
    assert (names(size=1), names(size=1, page=2)) == (["abel luc"], ["dupont rose"])


def test_they_are_looked_for_once_a_day(app: Flask, session: Session) -> None:
    two(session)
    session.commit()
    job = next(job for job in JOBS if job.name == "find_doubles")
    assert run_job(app.extensions["palier"], job)
    assert not run_job(app.extensions["palier"], job)
    assert len(session.scalars(select(LikelyDouble)).all()) == 1


def test_a_pair_is_listed_compared_saved_told_apart_and_taken_back(
    client_as: SignIn, session: Session
) -> None:
    rose, other = two(session)
    rose.last_name = "=DUPONT"
    ids = rose.id, other.id
    look(session)
    session.commit()
    double = session.scalars(select(LikelyDouble.id)).one()
    session.rollback()
    office = client_as(Role.SOCIAL_WORKER, language="en")
    text = office.get(PAGE).text
    assert "1 pair" in text and "birth date and nearly the name" in text
    assert f"/people/{min(ids)}/merge?with={max(ids)}" in text
    saved = office.get(f"{PAGE}doubles.csv").text
    assert "DUPOND" in saved and ";=" not in saved
    assert office.post(f"{PAGE}{double}", data={"do": "apart"}).status_code == 302
    assert office.post(f"{PAGE}{double}", data={"do": "apart"}).status_code == 404
    assert "No likely doubles" in office.get(PAGE).text
    assert "DUPOND" in office.get(f"{PAGE}?apart=1").text
    assert "DUPOND" not in office.get(f"/people/{ids[0]}/merge").text
    back = office.post(f"{PAGE}{double}", data={"do": "back", "apart": "1"})
    assert (back.status_code, back.location) == (302, f"{PAGE}?apart=1")
    assert "1 pair" in office.get(PAGE).text


def test_a_file_of_very_many_pairs_says_that_it_is_not_all_of_them(
    client_as: SignIn, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    two(session)
    home = make_dwelling(session)
    for _ in range(2):
        person(session, "ABEL Luc", dwelling=home, born_on=date(1941, 5, 17))
    look(session)
    session.commit()
    monkeypatch.setattr("webapp.office.frame.list_file.MOST_IN_A_FILE", 1)
    office = client_as(Role.SOCIAL_WORKER, language="en")
    assert "A file has the first 1 of a list" in office.get(PAGE).text
    lines = office.get(f"{PAGE}doubles.csv").text.splitlines()
    assert len(lines) == 1 + 1 + 1
    assert lines[-1].startswith("and 1 more")


def test_only_who_edits_persons_and_sees_both_tells_them_apart(
    client_as: SignIn, session: Session
) -> None:
    rose, _ = two(session)
    look(session)
    session.commit()
    double = session.scalars(select(LikelyDouble.id)).one()
    session.rollback()
    for role in (Role.VISITOR, Role.TECHNICIAN, Role.MANAGER, Role.PARTNER_COORDINATOR):
        client = client_as(role)
        assert client.get(PAGE).status_code == 403
        assert client.post(f"{PAGE}{double}").status_code == 403
    rose.protected = True
    session.commit()
    assert client_as(Role.COORDINATOR).post(f"{PAGE}{double}").status_code == 404
    assert session.scalars(select(LikelyDouble.told_apart_at)).one() is None
