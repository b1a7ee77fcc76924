"""The register of complaints on its pages: noted, taken on, answered, taken back, saved."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_dwelling, make_person, make_user, make_viewer
from tests.webapp.test_stays import SignIn
from visits.models.accounts import Role
from visits.models.complaints import Complaint
from visits.stays.places import PlaceSaid, add_place
from visits.stays.stays import StaySaid, begin_stay

pytestmark = pytest.mark.one_database
TODAY = NOW.date()


@pytest.fixture
def stay(session: Session) -> str:
    """Give where the page of a stay of two months stands."""
    viewer, since = make_viewer(make_user(session)), TODAY - timedelta(days=60)
    said = PlaceSaid("room", "Chambre 7", "once", 12, 342_00, since)
    place = add_place(session, make_dwelling(session), said, viewer=viewer, now=NOW)
    her = make_person(session, last_name="MOREL", first_name="Inès")
    begun = begin_stay(session, place, her, StaySaid("temporary", since), viewer=viewer, now=NOW)
    session.commit()
    found = str(begun.id)
    session.rollback()
    return found


def only_one(session: Session) -> tuple[str, int]:
    session.expire_all()
    one = session.scalars(select(Complaint)).one()
    found = f"/stays/complaints/{one.id}", one.turn
    session.rollback()
    return found


def said(made_on: date = TODAY, **other: str) -> dict[str, str]:
    return {"about": "noise", "words": "La porte claque", "made_on": made_on.isoformat()} | other


def test_a_complaint_is_noted_answered_taken_back_and_withdrawn_on_its_page(
    client_as: SignIn, stay: str, session: Session
) -> None:
    client, new = client_as(Role.COORDINATOR, language="en"), f"/stays/complaints/of/{stay}"
    assert new in client.get(f"/stays/{stay}").text and client.get(new).status_code == 200
    refused = client.post(new, data=said(words=""))
    assert refused.status_code == 422 and 'id="words-error"' in refused.text
    assert client.post(new, data=said(TODAY - timedelta(days=40))).status_code == 302
    twice = client.post(new, data=said(TODAY - timedelta(days=40)))
    assert twice.status_code == 409 and "La porte claque" in twice.text
    page, turn = only_one(session)
    assert page in client.get(f"/stays/{stay}").text
    assert "1 complaint<" in client.get("/stays/complaints/?state=late&q=morel").text
    social = client_as(Role.SOCIAL_WORKER, language="en")
    assert social.post(f"{page}/mine", data={"turn": turn}).status_code == 302
    stale = client.post(f"{page}/answer", data={"turn": turn, "answer": "Réglée"})
    assert stale.status_code == 409 and "Réglée" in stale.text
    typed = {"turn": turn + 1, "answer": "Réglée", "answered_on": TODAY.isoformat()}
    assert social.post(f"{page}/answer", data=typed | {"answered_on": "hier"}).status_code == 422
    assert social.post(f"{page}/answer", data=typed).status_code == 302
    assert '<span class="as-typed">Réglée' in client.get(page).text
    assert "Réglée" in client.get(page).text and "too late" in client.get(page).text
    assert "0 of 1" in client.get("/stays/complaints/").text
    assert client.post(f"{page}/answer/back", data={"turn": turn + 2}).status_code == 302
    assert client.post(f"{page}/withdraw", data={"turn": turn + 3, "why": ""}).status_code == 422
    gone = client.post(f"{page}/withdraw", data={"turn": turn + 3, "why": "Doublon"})
    assert gone.status_code == 302 and "Doublon" in client.get(page).text
    assert "No complaint here" in client.get("/stays/complaints/").text
    assert client.post(f"{page}/back", data={"turn": turn + 4}).status_code == 302
    assert "1 complaint<" in client.get("/stays/complaints/").text


def test_the_register_is_saved_as_it_is_filtered(
    client_as: SignIn, stay: str, session: Session
) -> None:
    client = client_as(Role.COORDINATOR, language="en")
    new = f"/stays/complaints/of/{stay}"
    client.post(new, data=said(TODAY - timedelta(days=40)))
    client.post(new, data=said(about="fee"))
    for asked, lines in (("", 2), ("?state=late", 1), ("?about=fee", 1), ("?from=hier", 2),
                         (f"?to={TODAY - timedelta(days=1)}", 1), ("?q=nobody", 0)):  # fmt: skip
        saved = client.get(f"/stays/complaints/complaints.csv{asked}").text
        assert len(saved.splitlines()) == lines + 1, asked
        assert (f"{lines} complaint" in client.get(f"/stays/complaints/{asked}").text) == (
            lines > 0
        )


def test_neither_a_technician_nor_an_association_without_mandate_reads_it(
    client_as: SignIn, stay: str, session: Session
) -> None:
    client_as(Role.COORDINATOR).post(f"/stays/complaints/of/{stay}", data=said())
    page, turn = only_one(session)
    assert client_as(Role.TECHNICIAN).get(page).status_code == 403
    partner = client_as(Role.PARTNER_COORDINATOR, organisation="Relais")
    for answer in (partner.get(page), partner.post(f"{page}/mine", data={"turn": turn})):
        assert answer.status_code in (403, 404)


def test_a_complaint_is_handed_over_on_its_page_and_stands_in_what_happened(
    client_as: SignIn, stay: str, session: Session
) -> None:
    client, social = (client_as(one, language="en") for one in ("coordinator", "social_worker"))
    client.post(f"/stays/complaints/of/{stay}", data=said(TODAY - timedelta(days=3)))
    page, turn = only_one(session)
    nobody = client.post(f"{page}/owner", data={"turn": turn, "owner": "x"})
    assert nobody.status_code == 422 and 'id="owner-error"' in nobody.text
    her = str(social.user.id)  # type: ignore[attr-defined]
    assert f'value="{her}"' in client.get(page).text
    assert client.post(f"{page}/owner", data={"turn": turn, "owner": her}).status_code == 302
    assert "1 complaint<" in social.get("/stays/complaints/?state=mine").text
    stale = client.post(f"{page}/owner", data={"turn": turn, "owner": her})
    assert stale.status_code == 409
    person = session.scalars(select(Complaint)).one().stay.person_id
    session.rollback()

    def told() -> str:
        return client.get(f"/people/{person}?kind=complaint").text.split('id="timeline"')[1]

    assert told().count(page) == 1 and "complained" in told()
    answer = {"turn": turn + 1, "answer": "Réglée", "answered_on": TODAY.isoformat()}
    assert social.post(f"{page}/answer", data=answer).status_code == 302
    assert told().count(page) == 2 and "answered" in told()
    client.post(f"{page}/withdraw", data={"turn": turn + 2, "why": "Doublon"})
    assert page not in told()
