"""The papers that payers of an adaptation want: what came when, what is missing, taken back."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from diagnostics.parameters import shipped_parameters
from tests.factories import NOW, make_case, make_user, make_viewer
from tests.pdfs import PHOTO, SECRET, telling_pdf
from visits.adaptations.files import Request, open_by_hand
from visits.adaptations.funding import FundingSaid, QuoteSaid, add_quote, note_funding, plan_of
from visits.adaptations.funding_papers import (
    WANTED_FOR,
    Paper,
    let_go_of_scans,
    missing_papers,
    note_paper,
    papers_of,
    withdraw_paper,
    withdrawn_papers,
)
from visits.adaptations.missing import missing_in
from visits.adaptations.moving import move_file
from visits.forms.parameters import add_value
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import Role, User
from visits.models.adaptations import AdaptationFile, Step
from visits.models.funding import FundingPaper, Payer
from visits.models.people import AccessEvent, Person
from visits.people.protection import protect
from webapp.words import words_of

SignIn = Callable[..., FlaskClient]
TODAY = NOW.date()


@pytest.fixture
def user(session: Session) -> User:
    return make_user(session)


@pytest.fixture
def file(session: Session, user: User) -> AdaptationFile:
    """A shower of which the département was asked to pay a part."""
    return make_file(session, user)


def make_file(session: Session, user: User) -> AdaptationFile:
    case, viewer = make_case(session, by=user), make_viewer(user)
    assert case.dwelling is not None
    said = Request("shower", "letter", TODAY, "Une douche.")
    file = open_by_hand(session, case.person, case.dwelling, said, viewer=viewer, now=NOW)
    file.step = Step.FUNDING
    add_quote(session, file, QuoteSaid("Rénov", 300_000, TODAY, True), viewer=viewer, now=NOW)
    fund(session, file, user, "departement")
    fund(session, file, user, "landlord")
    return file


def fund(
    session: Session, file: AdaptationFile, user: User, payer: str, stage: str = "asked",
    cents: int = 100_000,
) -> None:  # fmt: skip
    said = FundingSaid(payer, stage, cents, TODAY)
    note_funding(session, file, said, viewer=make_viewer(user), now=NOW)


def papers(session: Session, file: AdaptationFile) -> dict[Payer, list[Paper]]:
    return papers_of(session, file, plan_of(session, file).lines)


def missing(session: Session, file: AdaptationFile) -> list[str]:
    found = missing_papers(papers(session, file)).get(Payer.DEPARTEMENT, [])
    return [one.code for one in found]


def came(
    session: Session, file: AdaptationFile, user: User, paper: str, payer: str = "departement"
) -> FundingPaper:
    viewer = make_viewer(user)
    return note_paper(session, file, payer, paper, TODAY, viewer=viewer, now=NOW)


def test_what_is_wanted_before_it_pays_is_waited_for_once_it_granted(
    session: Session, user: User, file: AdaptationFile
) -> None:
    assert missing(session, file) == ["quote", "tax_notice"]
    came(session, file, user, "quote")
    assert missing(session, file) == ["tax_notice"]
    fund(session, file, user, "departement", "granted")
    assert missing(session, file) == ["tax_notice", "invoice", "completion"]
    assert papers(session, file)[Payer.LANDLORD] == []


def test_nothing_goes_to_be_decided_before_what_payers_want_with_the_request_is_there(
    session: Session, user: User, file: AdaptationFile
) -> None:
    viewer = make_viewer(user)
    fund(session, file, user, "tenant")
    with pytest.raises(Invalid) as refused:
        move_file(session, file, Step.DECISION, turn=file.turn, viewer=viewer, now=NOW)
    assert refused.value.fields == {"papers": "funding_papers_missing"}
    for paper in ("quote", "tax_notice"):
        assert missing_in(session, file)
        came(session, file, user, paper)
    fund(session, file, user, "departement", "granted")
    assert missing(session, file) == ["invoice", "completion"]  # it decides without these
    move_file(session, file, Step.DECISION, turn=file.turn, viewer=viewer, now=NOW)
    assert file.step is Step.DECISION


def test_nothing_is_waited_for_by_whoever_granted_nothing(
    session: Session, user: User, file: AdaptationFile
) -> None:
    fund(session, file, user, "departement", "granted", 0)
    assert missing(session, file) == []


def test_that_a_paper_came_is_taken_back_and_stays_told(
    session: Session, user: User, file: AdaptationFile
) -> None:
    paper, viewer = came(session, file, user, "quote"), make_viewer(user)
    other = make_file(session, user)
    with pytest.raises(NotFound):
        withdraw_paper(session, other, paper.id, viewer=viewer, now=NOW)
    withdraw_paper(session, file, paper.id, viewer=viewer, now=NOW)
    assert missing(session, file) == ["quote", "tax_notice"]
    assert withdrawn_papers(session, file) == [paper]
    with pytest.raises(NotFound):
        withdraw_paper(session, file, paper.id, viewer=viewer, now=NOW)
    came(session, file, user, "quote")
    assert missing(session, file) == ["tax_notice"]


def test_a_paper_is_there_once_and_is_one_that_the_payer_wants(
    session: Session, user: User, file: AdaptationFile
) -> None:
    came(session, file, user, "quote")
    with pytest.raises(Conflict) as twice:
        came(session, file, user, "quote")
    assert twice.value.code == "funding_paper_there"
    for payer, paper in (("departement", "care_plan"), ("apa", "quote"), ("gold", "quote")):
        with pytest.raises(Invalid) as refused:
            came(session, file, user, paper, payer)
        assert refused.value.fields == {"paper": "bad_choice"}
    viewer, late = make_viewer(user), TODAY + timedelta(days=1)
    with pytest.raises(Invalid) as refused:
        note_paper(session, file, "departement", "tax_notice", late, viewer=viewer, now=NOW)
    assert refused.value.fields == {"came_on": "must_not_be_future"}


def test_nothing_is_noted_of_a_file_that_is_over(
    session: Session, user: User, file: AdaptationFile
) -> None:
    paper = came(session, file, user, "quote")
    file.step = Step.CLOSED
    with pytest.raises(Conflict):
        came(session, file, user, "tax_notice")
    with pytest.raises(Conflict):
        withdraw_paper(session, file, paper.id, viewer=make_viewer(user), now=NOW)


def test_the_rule_book_of_the_day_it_was_asked_says_what_is_wanted(
    session: Session, user: User, file: AdaptationFile
) -> None:
    typed = {"value": 0.0, "valid_from": "2026-03-01", "source": "Charte", "evidence": "choice"}
    add_value(session, "paper_departement_asked_tax_notice", typed, by=user.id, now=NOW)
    assert missing(session, file) == ["quote"]
    line = next(one for one in plan_of(session, file).lines if one.payer is Payer.DEPARTEMENT)
    line.asked.day = TODAY.replace(month=2)
    session.flush()
    assert missing(session, file) == ["quote", "tax_notice"]


def test_the_pages_tell_what_is_missing_and_take_it_in(
    client_as: SignIn, session: Session, file: AdaptationFile
) -> None:
    session.commit()
    client = client_as(Role.COORDINATOR, language="en")
    page = f"/adaptations/{file.id}"
    assert "Papers that payers wait for" in client.get(page).text
    shown = client.get(f"{page}/funding").text
    assert "waits for 2 papers" in shown and "not yet waited for" in shown
    said = {"payer": "departement", "paper": "quote", "came_on": TODAY.isoformat()}
    wrong = client.post(f"{page}/funding/papers", data=said | {"came_on": "2999-01-01"})
    assert wrong.status_code == 422 and 'id="came_on-error"' in wrong.text
    assert client.post(f"{page}/funding/papers", data=said).status_code == 302
    assert client.post(f"{page}/funding/papers", data=said).status_code == 409
    assert "waits for 1 paper" in client.get(f"{page}/funding").text
    paper = session.scalars(select(FundingPaper.id)).one()
    session.rollback()
    assert client.post(f"{page}/funding/papers/{paper}").status_code == 302
    again = client.get(f"{page}/funding").text
    assert "waits for 2 papers" in again and "Taken back on" in again
    logged = set(session.scalars(select(AccessEvent.what)))
    assert {"adaptation_paper", "adaptation_paper_withdrawn"} <= logged


def test_a_paper_is_kept_itself_shown_without_its_metadata_and_to_nobody_once_taken_back(
    client_as: SignIn, session: Session, file: AdaptationFile
) -> None:
    session.commit()
    client = client_as(Role.COORDINATOR, language="en")
    page = f"/adaptations/{file.id}/funding"
    session.rollback()
    said = {"payer": "departement", "paper": "quote", "came_on": TODAY.isoformat()}

    def send(address: str, data: bytes, **more: str) -> TestResponse:
        return client.post(address, data={**more, "scan": (BytesIO(data), "devis.pdf")})

    refused = send(f"{page}/papers", b"MZ\x90 a programme", **said)
    assert refused.status_code == 422 and 'id="scan-error"' in refused.text
    assert session.scalars(select(FundingPaper)).all() == []  # neither is half of it noted
    session.rollback()
    assert send(f"{page}/papers", telling_pdf(), **said).status_code == 302
    paper = session.scalars(select(FundingPaper.id)).one()
    session.rollback()
    scan = f"{page}/papers/{paper}/scan"
    assert scan in client.get(page).text
    shown = client.get(scan)
    assert shown.status_code == 200 and SECRET.encode() not in shown.data
    assert send(scan, PHOTO).status_code == 409
    assert client.post(f"{page}/papers/{paper}").status_code == 302
    assert client.get(scan).status_code == 404
    logged = set(session.scalars(select(AccessEvent.what)))
    assert {"adaptation_scan", "adaptation_scan_kept"} <= logged
    for later, gone in ((29, 0), (31, 1), (32, 0)):
        assert let_go_of_scans(session, now=NOW + timedelta(days=later)) == gone


def test_a_paper_that_came_before_is_given_later_and_whoever_is_protected_keeps_it_hidden(
    client_as: SignIn, session: Session, user: User, file: AdaptationFile
) -> None:
    paper, person = came(session, file, user, "quote"), file.person_id
    session.commit()
    scan = f"/adaptations/{file.id}/funding/papers/{paper.id}/scan"
    session.rollback()
    client = client_as(Role.COORDINATOR)
    assert client.get(scan).status_code == 404
    empty = client.post(scan, data={"came": paper_id_of(scan)})
    assert empty.status_code == 422 and 'id="scan-error"' in empty.text
    assert client.post(scan, data={"scan": (BytesIO(PHOTO), "a.jpg")}).status_code == 302
    assert client.get(scan).content_type == "image/jpeg"
    protect(session, session.get_one(Person, person), by=make_user(session).id, now=NOW)
    session.commit()
    assert client.get(scan).status_code == 404


def paper_id_of(address: str) -> str:
    return address.split("/")[-2]


def test_every_paper_of_the_rule_book_has_its_payer_stage_and_words(client_as: SignIn) -> None:
    names = [one for one in shipped_parameters().names() if one.startswith("paper_")]
    prefixes = [f"paper_{payer}_{stage}_" for payer in Payer for stage in WANTED_FOR]
    with client_as(Role.COORDINATOR).application.app_context():
        words = set(words_of("funding_paper"))
        assert set(words_of("funding_paper_for")) == {stage.value for stage in WANTED_FOR}
    for name in names:
        (prefix,) = [one for one in prefixes if name.startswith(one)]
        assert name.removeprefix(prefix) in words
