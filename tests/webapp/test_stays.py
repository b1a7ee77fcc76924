"""Stays on their pages: begun for a person, renewed, ended, taken back, listed, saved as a file."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_case, make_dwelling, make_person, make_user, make_viewer
from visits.accounts.accounts import find_organisation
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.models.accounts import OrganisationKind, Role
from visits.models.mandates import Right
from visits.models.people import Person
from visits.models.stays import Place, Stay
from visits.stays.places import PlaceSaid, add_place

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.one_database
TODAY = NOW.date()


@pytest.fixture
def place(session: Session) -> Place:
    home = make_dwelling(session, reference="L-FOYER", floor=1)
    said = PlaceSaid("room", "Chambre 7", "once", 12, 342_00, TODAY - timedelta(days=900))
    made = add_place(session, home, said, viewer=make_viewer(make_user(session)), now=NOW)
    session.commit()
    return made


@pytest.fixture
def person(session: Session) -> Person:
    made = make_person(session, last_name="MOREL", first_name="Inès")
    session.commit()
    return made


def stay_of(session: Session) -> tuple[str, int]:
    """Give the stay there is: where its page stands, and its turn."""
    session.expire_all()
    stay = session.scalars(select(Stay)).one()
    found = f"/stays/{stay.id}", stay.turn
    session.rollback()
    return found


def begun(place: Place, **said: str) -> dict[str, str]:
    on = (TODAY - timedelta(days=330)).isoformat()
    return {"place": str(place.id), "kind": "temporary", "from_on": on} | said


def test_a_stay_is_begun_renewed_ended_and_taken_back_on_the_pages(
    client_as: SignIn, place: Place, person: Person, session: Session
) -> None:
    client, hers = client_as(Role.COORDINATOR, language="en"), f"/people/{person.id}"
    new, typed = f"/stays/new/{person.id}", begun(place)
    session.rollback()
    assert new in client.get(hers).text
    assert "1 free place that fits" in client.get(new).text
    needed = {"source": "herself", "said_on": TODAY.isoformat(), "how-reach": "must"}
    assert client.post(f"{hers}/home", data=needed).status_code == 302
    assert "No free place that fits" in client.get(new).text
    assert client.post(f"{hers}/home", data=needed | {"how-reach": "wish"}).status_code == 302
    assert client.post(new, data=typed).status_code == 302
    page, turn = stay_of(session)
    assert page in client.get(hers).text
    assert client.post(f"{page}/renew", data={"turn": turn}).status_code == 302
    assert client.post(f"{page}/renew", data={"turn": turn}).status_code == 409
    again = client.post(f"{page}/renew", data={"turn": turn + 1})
    assert again.status_code == 409 and "as often as it allows" in again.text
    ends = {"turn": turn + 1, "ended_on": TODAY.isoformat(), "exit_to": "", "why": "Part"}
    refused = client.post(f"{page}/end", data=ends)
    assert refused.status_code == 422 and 'value="Part"' in refused.text
    assert client.post(f"{page}/end", data=ends | {"exit_to": "family"}).status_code == 302
    assert "Family or friends" in client.get(f"{hers}?kind=stay").text
    assert "Nobody stays here" in client.get("/stays/").text
    assert client.post(f"{page}/back", data={"turn": turn + 2}).status_code == 302
    assert "1 stay" in client.get("/stays/?q=morel&kind=temporary").text
    withdrawn = {"turn": turn + 3, "why": "Autre dossier"}
    assert client.post(f"{page}/withdraw", data=withdrawn).status_code == 302
    assert "Autre dossier" in client.get(page).text
    assert "1 stay" in client.get("/stays/?state=withdrawn").text


def test_what_is_refused_comes_back_beside_what_was_typed(
    client_as: SignIn, place: Place, person: Person, session: Session
) -> None:
    client, new = client_as(Role.COORDINATOR, language="fr"), f"/stays/new/{person.id}"
    typed, child = begun(place), make_person(session, born_on=TODAY - timedelta(days=5000))
    session.commit()
    young = f"/stays/new/{child.id}"
    session.rollback()
    for wrong, field in (
        ({"place": ""}, "place"),
        ({"kind": "always"}, "kind"),
        ({"from_on": "hier"}, "from_on"),
        ({"case": "x"}, "case"),
    ):
        answer = client.post(new, data=typed | wrong)
        assert answer.status_code == 422 and f'id="{field}-error"' in answer.text, field
    today = TODAY.isoformat()
    refused = client.post(young, data=typed | {"from_on": today})
    assert refused.status_code == 409 and "moins de 16 ans" in refused.text
    assert client.post(new, data=typed).status_code == 302
    taken = client.post(new, data=typed)
    assert taken.status_code == 409 and "Quelqu’un séjourne" in taken.text


def test_the_list_is_saved_as_a_file_as_it_is_filtered(
    client_as: SignIn, place: Place, person: Person, session: Session
) -> None:
    client, new, typed = client_as(Role.COORDINATOR, language="en"), person.id, begun(place)
    session.rollback()
    client.post(f"/stays/new/{new}", data=typed)
    saved = client.get("/stays/stays.csv?state=soon").text
    assert "MOREL" in saved and "Chambre 7" in saved and "342,00" in saved
    assert "MOREL" not in client.get("/stays/stays.csv?state=over").text
    assert "1 stay" in client.get("/stays/?q=l-foyer").text
    for text in ("…", "nobody", "; --"):
        assert "Nobody stays here" in client.get("/stays/", query_string={"q": text}).text


def test_a_social_worker_reads_stays_and_begins_none_and_a_technician_reads_no_name(
    client_as: SignIn, place: Place, person: Person, session: Session
) -> None:
    where, whom, typed = f"/stays/places/{place.id}", f"/stays/new/{person.id}", begun(place)
    session.rollback()
    client_as(Role.COORDINATOR).post(whom, data=typed)
    social = client_as(Role.SOCIAL_WORKER)
    assert "MOREL" in social.get("/stays/").text and "MOREL" in social.get(where).text
    assert social.post(whom, data=typed).status_code == 403
    technician = client_as(Role.TECHNICIAN)
    assert technician.get("/stays/").status_code == 403
    assert "MOREL" not in technician.get(where).text


def test_the_residence_tells_who_is_where_on_a_day_and_the_days_that_are_filled(
    client_as: SignIn, place: Place, person: Person, session: Session
) -> None:
    residence = f"/stays/places/of/{place.dwelling.residence_id}"
    whom, typed = f"/stays/new/{person.id}", begun(place, from_on="2026-01-11")
    session.rollback()
    client = client_as(Role.COORDINATOR, language="en")
    client.post(whom, data=typed)
    asked = f"{residence}?day=2026-01-11&from=2026-01-01&to=2026-01-31"
    page = client.get(asked).text
    assert "1 taken, 0 free" in page and "21 of 31 place-days filled: 67.7" in page
    assert "MOREL" in page
    assert "0 taken, 1 free" in client.get(asked.replace("day=2026-01-11", "day=2026-01-10")).text
    saved = f"{residence}/places.csv?day=2026-01-11&from=2026-01-01&to=2026-01-31"
    assert "MOREL;31;21" in client.get(saved).text.replace("Inès ", "")
    technician = client_as(Role.TECHNICIAN, language="en")
    for address in (asked, saved):
        told = technician.get(address).text
        assert "MOREL" not in told and "taken" in told


def test_days_that_are_none_and_days_to_come_are_days_up_to_today(
    client_as: SignIn, place: Place, session: Session
) -> None:
    residence = f"/stays/places/of/{place.dwelling.residence_id}"
    session.rollback()
    client = client_as(Role.COORDINATOR, language="en")
    page = client.get(f"{residence}?day=hier&from=2030-01-01&to=2031-01-01").text
    assert "0 of 1 place-days filled: 0.0" in page


def grant(session: Session, programme: str) -> None:
    """Let an association plan in a programme."""
    partner = find_organisation(session, "Relais", OrganisationKind.PARTNER)
    mandate = MandateSaid(partner.id, programme, None, frozenset({Right.PLAN}), TODAY, None)
    grant_mandate(session, mandate, by=make_user(session).id, now=NOW)


def test_a_partner_renews_the_stays_of_its_mandate_and_sees_no_other(
    client_as: SignIn, place: Place, person: Person, session: Session
) -> None:
    case = make_case(session, by=make_user(session), person=person)
    grant(session, case.programme)
    whom, typed = f"/stays/new/{person.id}", begun(place, case=str(case.id))
    session.commit()
    client_as(Role.COORDINATOR).post(whom, data=typed)
    client = client_as(Role.PARTNER_COORDINATOR, language="en", organisation="Relais")
    page, turn = stay_of(session)
    assert "MOREL" in client.get("/stays/").text
    assert client.post(f"{page}/renew", data={"turn": turn}).status_code == 302
    where = re.search(r"/stays/places/[0-9a-f-]{36}", client.get(page).text)
    # She sees the place with the stay, and no page of a home that none of her cases is in.
    assert where and "MOREL" in client.get(where[0]).text
    assert "/homes/residences/" not in client.get(where[0]).text
    other = client_as(Role.PARTNER_COORDINATOR, language="en", organisation="Autre")
    assert "Nobody stays here" in other.get("/stays/").text
    assert other.get(page).status_code == 404
    assert other.post(f"{page}/renew", data={"turn": turn + 1}).status_code == 404


def test_a_partner_sees_no_stay_that_is_of_none_of_its_cases_were_it_of_a_person_it_sees(
    client_as: SignIn, place: Place, person: Person, session: Session
) -> None:
    case = make_case(session, by=make_user(session), person=person)
    grant(session, case.programme)
    whom, typed = f"/stays/new/{person.id}", begun(place)
    session.commit()
    client_as(Role.COORDINATOR).post(whom, data=typed)
    client = client_as(Role.PARTNER_COORDINATOR, language="en", organisation="Relais")
    page, _turn = stay_of(session)
    assert "Nobody stays here" in client.get("/stays/").text
    assert client.get(page).status_code == 404
