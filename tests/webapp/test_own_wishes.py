"""Her paper, “My home, my wishes”: read first, then printed; silent, protected, dead."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import NOW, make_case, make_user, make_viewer
from tests.pdf_text import text_of
from visits.homes.access import Demand
from visits.homes.matching import Needs
from visits.homes.needs import note_needs
from visits.models.accounts import Role
from visits.models.cases import Case
from visits.models.people import AlertCode, Person
from visits.people.autonomy import Area, AutonomySaid, How, Said, let_go_of_autonomy, note_autonomy
from visits.people.measures import note_alert
from visits.people.protection import protect
from webapp.office.papers.own_wishes import AREAS, HOWS

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.one_database
DAYS = {"stairs": Said("hard", "Je m’arrête à chaque étage."), "meals": Said("helped")}


@pytest.fixture
def case(session: Session) -> Case:
    """Somebody who said how her days go and what she wishes."""
    viewer = make_viewer(make_user(session))
    found = make_case(session, by=make_user(session))
    said = AutonomySaid(DAYS, NOW.date(), "A. Roy, CCAS", "home")
    note_autonomy(session, found.person, said, viewer=viewer, now=NOW)
    needs = Needs(demands=(Demand.REACH, Demand.SHOWER), rooms=2, musts=frozenset({"reach"}))
    on = NOW.date()
    note_needs(session, found.person, needs, source="herself", said_on=on, viewer=viewer, now=NOW)
    session.commit()
    return found


def test_her_words_and_wishes_stand_on_the_page_and_on_the_paper(
    client_as: SignIn, session: Session, case: Case
) -> None:
    client, of = client_as("social_worker", language="en"), f"/people/{case.person_id}"
    for page in ("autonomy", "home"):
        assert f"{of}/wishes" in client.get(f"{of}/{page}").text, page
    page, paper = client.get(f"{of}/wishes").text, text_of(client.get(f"{of}/wishes.pdf").data)
    for told in (
        *("I do it alone, but it is hard", "Je m’arrête à chaque étage.", "I do it with help"),
        *("What my home must have", "Ground floor or lift", "What I would like"),
        *("2 rooms at least", "Whom to ring"),
    ):
        assert told in page and told in paper, told
    assert "Washing" not in page, "nobody asked her about it"
    assert "A. Roy" not in paper
    french = text_of(client.get(f"{of}/wishes.pdf?language=fr").data)
    assert "Mon logement, mes souhaits" in french and "Je le fais avec de l’aide" in french


def test_what_was_let_go_or_never_said_is_on_no_paper(
    client_as: SignIn, session: Session, case: Case
) -> None:
    client, of = client_as("coordinator", language="en"), f"/people/{case.person_id}"
    assert let_go_of_autonomy(session, now=NOW.replace(year=NOW.year + 3)) == 1
    session.commit()
    paper = text_of(client.get(f"{of}/wishes.pdf").data)
    assert "How my days go" not in paper and "Ground floor or lift" in paper
    other = make_case(session, by=make_user(session)).person_id
    session.commit()
    nothing = client.get(f"/people/{other}/wishes")
    assert nothing.status_code == 404 and "ask her first" in nothing.text
    assert "/wishes" not in client.get(f"/people/{other}/home").text


@pytest.mark.parametrize("why", ["protected", "alert", "dead"])
def test_it_names_no_address_and_is_made_for_nobody_who_died(
    client_as: SignIn, session: Session, case: Case, why: str
) -> None:
    client, path = client_as("coordinator", language="en"), f"/people/{case.person_id}/wishes"
    assert case.dwelling is not None
    street, person = case.dwelling.residence.address, session.get_one(Person, case.person_id)
    if why == "protected":
        protect(session, person, by=client.user.id, now=NOW)  # type: ignore[attr-defined]
    elif why == "dead":
        person.died_on = NOW.date()
    else:
        viewer = make_viewer(make_user(session))
        note_alert(session, person, AlertCode.NOTHING_WRITTEN, viewer=viewer, now=NOW)
    session.commit()
    page, paper = client.get(path), client.get(f"{path}.pdf")
    assert page.status_code == 200 and street not in page.text
    assert ("hand it to her alone" in page.text) == (why != "dead")
    if why == "dead":
        assert paper.status_code == 409 and "wishes.pdf" not in page.text
    else:
        assert paper.status_code == 200 and street not in text_of(paper.data)


def test_whoever_may_not_read_of_her_days_reads_no_paper(
    client_as: SignIn, session: Session, case: Case
) -> None:
    path = f"/people/{case.person_id}/wishes"
    for role in (Role.TECHNICIAN, Role.FUNDER, Role.PARTNER_COORDINATOR, Role.VISITOR):
        for page in (path, f"{path}.pdf"):
            assert client_as(role).get(page).status_code == 403, role
    protect(session, session.get_one(Person, case.person_id), by=make_user(session).id, now=NOW)
    session.commit()
    assert client_as(Role.SOCIAL_WORKER).get(f"{path}.pdf").status_code == 404


def test_each_area_and_each_way_has_its_pictogram() -> None:
    assert set(AREAS) == set(Area) and set(HOWS) == set(How)
    assert len(set(AREAS.values())) == len(Area)
