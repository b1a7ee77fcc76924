"""The letter of a decision: read first, then printed; silent, protected, dead."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_case, make_user, make_viewer
from tests.pdf_text import text_of
from tests.visits.adapting import NO_VISIT, fund
from visits.accounts.accounts import find_territory
from visits.adaptations.deciding import Decided, decide
from visits.adaptations.files import Request, open_by_hand
from visits.adaptations.funding import FundingSaid, note_funding
from visits.adaptations.moving import move_file
from visits.models.adaptations import AdaptationFile, Step
from visits.models.funding import FundingNote
from visits.models.people import AlertCode, Person
from visits.people.measures import note_alert
from visits.people.protection import protect

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.one_database
REFUSED = Decided(
    "refused",
    "load_bearing",
    "Le mur porte l’immeuble.",
    {"aid": "Un siège de bain pivotant."},
    "not_yet",
)


@pytest.fixture
def file(session: Session) -> AdaptationFile:
    """A shower that waits for its decision."""
    viewer = make_viewer(make_user(session))
    case = make_case(session, by=make_user(session))
    assert case.dwelling is not None
    said = Request("shower", "letter", NOW.date(), "Une douche.")
    opened = open_by_hand(session, case.person, case.dwelling, said, viewer=viewer, now=NOW)
    for step in (Step.ELIGIBILITY, Step.FUNDING, Step.DECISION):
        if step is Step.DECISION:
            fund(session, opened, viewer=viewer, now=NOW)
        move_file(
            session,
            opened,
            step,
            turn=opened.turn,
            said=NO_VISIT,
            priority="first",
            viewer=viewer,
            now=NOW,
        )
    session.commit()
    return opened


def said_of(session: Session, file: AdaptationFile, said: Decided) -> str:
    """Decide, and give where the letter is."""
    decide(session, file, said, turn=file.turn, viewer=make_viewer(make_user(session)), now=NOW)
    session.commit()
    return f"/adaptations/{file.id}/letter"


def test_a_refusal_says_why_what_instead_and_until_when_it_may_be_looked_at_again(
    client_as: SignIn, session: Session, file: AdaptationFile
) -> None:
    street = file.dwelling.residence.address
    path = said_of(session, file, REFUSED)
    client = client_as("coordinator", language="en")
    assert path in client.get(f"/adaptations/{file.id}").text
    page, paper = client.get(path).text, text_of(client.get(f"{path}.pdf").data)
    for told in ("We cannot do these works.", "Le mur porte l’immeuble.", "10 May 2026", street):
        assert told in page and told in paper, told
    for told in ("A wall that carries the building", "Un siège de bain pivotant."):
        assert told in page and told in paper, told
    assert "Nothing is done without your agreement" not in page
    french = text_of(client.get(f"{path}.pdf?language=fr").data)
    assert "Nous ne pouvons pas faire ces travaux." in french


def test_a_landlords_own_end_stands_on_the_letter_and_is_tried_before(
    client_as: SignIn, session: Session, file: AdaptationFile
) -> None:
    path, client = said_of(session, file, REFUSED), client_as("coordinator", language="en")
    tried = {"letter_fr": "Oise Habitat vous écoute.", "paper": "letter", "seen": ""}
    shown = text_of(client.post("/papers/preview?language=fr", data=tried).data)
    assert "Oise Habitat vous écoute." in shown and file.person.last_name in shown
    assert "Oise Habitat" not in text_of(client.get(f"{path}.pdf?language=fr").data)
    client.post("/papers/", data=tried)
    assert "Oise Habitat vous écoute." in text_of(client.get(f"{path}.pdf?language=fr").data)
    assert "Oise Habitat" not in text_of(client.get(f"{path}.pdf?language=en").data)
    protect(session, file.person, by=make_user(session).id, now=NOW)
    session.commit()
    assert client.post("/papers/preview", data=tried).status_code == 404
    for paper, status in (("nonsense", 404), ("minutes", 404)):
        assert client.post("/papers/preview", data={"paper": paper}).status_code == status


def test_a_grant_says_that_nothing_is_done_without_her(
    client_as: SignIn, session: Session, file: AdaptationFile
) -> None:
    client = client_as("coordinator", language="en")
    nothing = client.get(f"/adaptations/{file.id}/letter")
    assert nothing.status_code == 404 and "Nothing is decided of it" in nothing.text
    page = client.get(said_of(session, file, Decided("granted"))).text
    assert "We agree to these works." in page
    assert "Nothing is done without your agreement" in page
    assert "If you do not agree" not in page and "What we offer you instead" not in page


@pytest.mark.parametrize(
    ("stage", "told"),
    [
        ("asked", "would be €480.00: you tell us whether you agree"),
        ("granted", "is €480.00, as you"),
    ],
)
def test_a_grant_tells_her_share_as_planned_and_whether_she_agreed_to_it(
    client_as: SignIn, session: Session, file: AdaptationFile, stage: str, told: str
) -> None:
    viewer = make_viewer(make_user(session))
    (note,) = session.scalars(select(FundingNote)).all()
    note.cents -= 48_000
    for one in ("asked", "granted")[: 1 + (stage == "granted")]:
        said = FundingSaid("tenant", one, 48_000, NOW.date())
        note_funding(session, file, said, viewer=viewer, now=NOW)
    path = said_of(session, file, Decided("granted"))
    page = client_as("coordinator", language="en").get(path)
    assert f"Your share {told}" in page.text


def test_a_grant_in_part_says_until_when_the_rest_may_be_looked_at_again_and_the_page_asks_for_it(
    client_as: SignIn, session: Session, file: AdaptationFile
) -> None:
    path = said_of(session, file, replace(REFUSED, outcome="in_part"))
    turn = str(file.turn)
    client = client_as("coordinator", language="en")
    letter = client.get(path).text
    assert "look again at what we refuse until" in letter and "10 May 2026" in letter
    place = f"/adaptations/{file.id}"
    assert f"{place}/review" in client.get(place).text
    asked = {"turn": turn, "said": "Le mur est léger."}
    told = client.post(f"{place}/review", data=asked, follow_redirects=True).text
    assert "To be looked at again" in told and f"{place}/review" not in told


@pytest.mark.parametrize("why", ["protected", "alert", "dead"])
def test_where_nothing_written_is_sent_the_letter_names_no_address(
    client_as: SignIn, session: Session, file: AdaptationFile, why: str
) -> None:
    street, person = file.dwelling.residence.address, session.get_one(Person, file.person_id)
    path = said_of(session, file, REFUSED)
    client = client_as("coordinator", language="en")
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
        assert paper.status_code == 409 and "letter.pdf" not in page.text
    else:
        assert paper.status_code == 200 and street not in text_of(paper.data)


def test_whoever_may_not_follow_her_adaptation_reads_no_letter(
    client_as: SignIn, session: Session, file: AdaptationFile
) -> None:
    path, other = said_of(session, file, REFUSED), find_territory(session, "Ailleurs").id
    session.commit()
    for role, status in (("technician", 403), ("funder", 403), ("partner_coordinator", 403)):
        assert client_as(role).get(path).status_code == status, role
    elsewhere = client_as("coordinator", territory_id=other)
    for page in (path, f"{path}.pdf"):
        assert elsewhere.get(page).status_code == 404
