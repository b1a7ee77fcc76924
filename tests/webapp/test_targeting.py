"""The list of whom to visit, and enrolling from it."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_person, make_residence
from visits.models.cases import Case
from visits.models.people import Person

SignIn = Callable[..., FlaskClient]
ADDRESS = "/programmes/seniors/targeting"


def audience(session: Session) -> tuple[Person, Person]:
    """Give somebody with a high score and somebody with a low one."""
    steep = make_residence(session, has_lift=False, city="Creil")
    high = make_person(
        session, dwelling=make_dwelling(session, residence=steep, floor=4),
        born_on=date(1935, 1, 1), last_name="AUBRY", name_key="aubry odette",
    )  # fmt: skip
    low = make_person(
        session, dwelling=make_dwelling(session, floor=0), born_on=date(1955, 1, 1),
        last_name="ZOLA", name_key="zola odette",
    )  # fmt: skip
    session.commit()
    return high, low


def enrolled(session: Session) -> set[object]:
    found = set(session.scalars(select(Case.person_id)))
    session.commit()
    return found


def test_the_list_is_ordered_by_score_and_shows_reasons_and_what_is_not_known(
    client_as: SignIn, session: Session
) -> None:
    high, low = audience(session)
    text = client_as("coordinator", language="en").get(ADDRESS).get_data(as_text=True)
    assert text.index(high.last_name) < text.index(low.last_name)
    assert "85 and over <strong>+30</strong>" in text
    assert "A bath, no shower: not known" in text
    assert "for a target of 1" in text


def test_the_list_is_filtered_by_city_score_case_and_text(
    client_as: SignIn, session: Session
) -> None:
    high, low = audience(session)
    client = client_as("coordinator")
    client.post(ADDRESS, data={"persons": str(high.id)})
    for query in ("city=Creil", "score=40", "q=aubry"):
        text = client.get(f"{ADDRESS}?enrolled=all&{query}").get_data(as_text=True)
        assert high.last_name in text
        assert low.last_name not in text
    assert client.get(f"{ADDRESS}?score=many&page=x&enrolled=perhaps").status_code == 200


def test_the_list_opens_on_those_who_can_still_be_enrolled(
    client_as: SignIn, session: Session
) -> None:
    high, low = audience(session)
    client = client_as("coordinator")
    client.post(ADDRESS, data={"persons": str(high.id)})
    text = client.get(ADDRESS).get_data(as_text=True)
    assert low.last_name in text
    assert high.last_name not in text
    assert high.last_name in client.get(f"{ADDRESS}?enrolled=all").get_data(as_text=True)


def test_those_ticked_are_enrolled_and_the_filters_stay(
    client_as: SignIn, session: Session
) -> None:
    high, low = audience(session)
    answer = client_as("coordinator").post(
        f"{ADDRESS}?enrolled=no", data={"persons": [str(high.id), str(low.id)]}
    )
    assert answer.headers["Location"].endswith("?enrolled=no")
    assert enrolled(session) == {high.id, low.id}


@pytest.mark.parametrize("persons", ["", "nobody", "00000000-0000-0000-0000-000000000000"])
def test_enrolling_nobody_or_a_stranger_is_refused(
    client_as: SignIn, session: Session, persons: str
) -> None:
    audience(session)
    answer = client_as("coordinator").post(ADDRESS, data={"persons": persons})
    assert answer.status_code == 422
    assert 'href="#persons"' in answer.get_data(as_text=True)
    assert enrolled(session) == set()


def test_enrolling_the_first_ones_says_first_how_many_there_are(
    client_as: SignIn, session: Session
) -> None:
    high, _low = audience(session)
    client = client_as("coordinator", language="en")
    text = client.get(f"{ADDRESS}/first?number=1").get_data(as_text=True)
    assert "Enrol 1 person?" in text
    assert enrolled(session) == set()
    answer = client.post(f"{ADDRESS}/first", data={"number": "1"})
    assert answer.status_code == 302
    assert enrolled(session) == {high.id}
    more = client.get(f"{ADDRESS}/first?number=9").get_data(as_text=True)
    assert "there are no more who are not enrolled" in more


@pytest.mark.parametrize("number", ["", "0", "-1", "5001", "x"])
def test_a_number_out_of_range_is_said(client_as: SignIn, session: Session, number: str) -> None:
    audience(session)
    client = client_as("coordinator")
    assert client.get(f"{ADDRESS}/first?number={number}").status_code == 422
    assert client.post(f"{ADDRESS}/first", data={"number": number}).status_code == 422
    assert enrolled(session) == set()


def test_a_protected_person_is_not_proposed(client_as: SignIn, session: Session) -> None:
    high, low = audience(session)
    high.protected = True
    session.commit()
    text = client_as("coordinator").get(ADDRESS).get_data(as_text=True)
    assert high.last_name not in text
    assert low.last_name in text


def test_an_unknown_programme_is_not_found_and_an_empty_stock_says_what_to_do(
    client_as: SignIn,
) -> None:
    client = client_as("coordinator")
    assert client.get("/programmes/unknown/targeting").status_code == 404
    assert 'href="/imports/"' in client.get(ADDRESS).get_data(as_text=True)
    assert client_as("manager").get(ADDRESS).status_code == 403
