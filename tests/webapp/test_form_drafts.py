"""A workbook from a spreadsheet program: handed in, examined, published, filled, retired."""

import io
import uuid
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from diagnostics.workbook import Workbook, publish, read_workbook, write_workbook
from tests.factories import make_viewer
from tests.submissions import NOW, QUIET, fill, home_visit
from tests.webapp.test_visits_pages import Home
from visits.forms.drafts import publish_draft
from visits.forms.published import WorkbookFile, publish_form, retire_form
from visits.ground.errors import Conflict
from visits.intake.submissions import record_submission
from visits.models.accounts import Role
from visits.models.portfolio import FormDraft, FormVersion
from visits.models.works import WorkOrder
from visits.sight import Reach
from webapp.access.setting_up import FORMS

# What they keep is a file; publishing one is told on both databases elsewhere.
pytestmark = [pytest.mark.slow, pytest.mark.one_database]

SignIn = Callable[..., FlaskClient]
HOME = (FORMS / "home_visit.yaml").read_bytes()
OLD = home_visit().version
NEW = "2027010101"


def edited(**cells: str) -> bytes:
    """Change cells of the home visit in a spreadsheet; `consequence` is what the gas calls for."""
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(_home(), suffix=".xlsx")))
    settings, follows = book["settings"], book["consequences"]
    settings.cell(2, _column(settings, "version")).value = cells.pop("version", NEW)
    for column, value in cells.items():
        follows.cell(2, _column(follows, column)).value = value
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _home() -> Workbook:
    return read_workbook(HOME, suffix=".yaml")


def _column(sheet: Any, name: str) -> int:
    return [cell.value for cell in sheet[1]].index(name) + 1


def test_a_workbook_without_a_name_becomes_a_draft_under_its_files_own(
    client_as: SignIn, session: Session
) -> None:
    survey = "| survey | | | |\n| | type | name | label |\n| | text | a | A |\n"
    client = client_as(Role.COORDINATOR)
    answer = hand_in(client, survey.encode(), "Enquête été.md")
    page = client.get(answer.headers["Location"]).text
    assert "« enquete_ete » est proposé" in page
    draft = session.scalars(select(FormDraft)).one()
    assert (draft.form_id, draft.version) == ("enquete_ete", "20260310")
    kept = read_workbook(draft.workbook, suffix=".xlsx")
    assert kept.setting("form_id") == "enquete_ete"  # whoever downloads it can hand it in again


def hand_in(client: FlaskClient, data: bytes, name: str = "visite.xlsx") -> TestResponse:
    answer = client.post("/forms/new", data={"file": (io.BytesIO(data), name)})
    answer.request.environ["wsgi.input"].close()  # a large body is a file of the test client
    return answer


@pytest.fixture
def home(app: Flask) -> Home:
    """A visit planned, with the shipped form published as `palier init` does."""
    home = Home(app)
    with home.house.sessions.begin() as session:
        publish_form(
            session, home_visit(), by=None, now=NOW, workbook=WorkbookFile("home_visit.yaml", HOME)
        )
    return home


NEW_ORDER = {
    "when": "${lives_alone} = 'yes'", "for_each": "", "kind": "work_order", "code": "lift",
    "severity": "U2", "due": "5wd", "owner": "landlord", "name": "alone_lift",
    "label::fr": "Elle vit seule : l’ascenseur est à régler.", "label::en": "The lift first.",
}  # fmt: skip


def test_a_consequence_changed_in_a_spreadsheet_opens_a_work_order(
    home: Home, client_as: SignIn
) -> None:
    client = client_as(Role.COORDINATOR, name="Claire Dupont")
    answer = hand_in(client, edited(**NEW_ORDER))
    draft = client.get(answer.headers["Location"]).text
    assert "<code>${lives_alone} = &#39;yes&#39;</code>" in draft
    assert OLD in draft
    answer = client.post(answer.headers["Location"] + "/publication")
    page = client.get(answer.headers["Location"]).text
    assert NEW in page
    assert "Claire Dupont" in page
    with home.house.sessions.begin() as session:
        version = session.scalars(select(FormVersion).where(FormVersion.version == NEW)).one()
        form = publish(read_workbook(version.workbook or b"", suffix=".xlsx"))
        assert form.sha256 == version.sha256
        sent = record_submission(
            session,
            home.house.store,
            xml=fill({**QUIET, "lives_alone": "yes"}, form=form),
            files=[],
            viewer=make_viewer(home.visitor, Reach.OWN),
            now=NOW,
            visit_id=home.visit.id,
        )
        order = session.scalars(select(WorkOrder).where(WorkOrder.trade == "lift")).one()
        assert order.consequence.submission_id == sent.id


def test_old_answers_are_read_with_the_version_they_were_given_to(
    home: Home, client_as: SignIn
) -> None:
    home.send()
    client = client_as(Role.COORDINATOR)
    before = client.get(home.page).text
    words = HOME.decode().replace(OLD, NEW).replace("Sentez-vous une odeur de gaz", "Du gaz")
    draft = hand_in(client, words.encode(), "visite.yaml").headers["Location"]
    client.post(draft + "/publication")
    after = client.get(home.page).text
    assert "Sentez-vous une odeur de gaz" in before
    assert "Sentez-vous une odeur de gaz" in after
    assert "Du gaz" not in after


def test_a_refused_workbook_is_shown_cell_by_cell_and_not_kept(
    home: Home, client_as: SignIn
) -> None:
    client = client_as(Role.ADMINISTRATOR)
    answer = hand_in(client, edited(kind="workorder", when="${nobody} = 1"))
    assert answer.status_code == 422
    assert "Vouliez-vous dire « work_order » ?" in answer.text
    assert "La question « nobody » n’existe pas." in answer.text
    assert "<code>kind</code>" in answer.text
    with home.house.sessions() as session:
        assert session.scalar(select(func.count(FormDraft.id))) == 0


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"", ""), (b"x" * (5 * 1024 * 1024 + 1), "a.xlsx"), (b"PK", "a.xlsx"), (b"x", "a.docx")],
)
def test_what_is_no_workbook_is_said_on_the_page(client_as: SignIn, data: bytes, name: str) -> None:
    answer = hand_in(client_as(Role.COORDINATOR), data, name)
    assert answer.status_code == 422
    assert "Traceback" not in answer.text


def test_a_version_is_published_once(home: Home, client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR)
    place = hand_in(client, edited(version=OLD, severity="U3")).headers["Location"]
    assert f"{place}/publication" not in client.get(place).text
    client.post(place + "/publication")
    with home.house.sessions() as session:
        assert session.scalar(select(func.count(FormVersion.id))) == 1
        assert session.scalar(select(func.count(FormDraft.id))) == 1
    client.post(place + "/deletion")
    assert client.get(place).status_code == 404


def test_a_draft_odk_validate_refused_cannot_be_published(home: Home, client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR)
    place = hand_in(client, edited()).headers["Location"]
    draft_id = uuid.UUID(place.rpartition("/")[2])
    with home.house.sessions.begin() as session:
        draft = session.get_one(FormDraft, draft_id)
        draft.validation = {"ran": True, "errors": ["Cycle detected"], "warnings": []}
    assert "Cycle detected" in client.get(place).text
    with home.house.sessions.begin() as session, pytest.raises(Conflict, match="draft_refused"):
        publish_draft(session, draft_id, by=home.coordinator.id, now=NOW)


def test_without_java_the_draft_says_that_odk_was_not_asked(
    home: Home, client_as: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    client = client_as(Role.COORDINATOR)
    page = client.get(hand_in(client, edited()).headers["Location"]).text
    assert "Java" in page
    assert "publication" in page


def test_a_version_is_retired_but_never_the_last_one_visits_need(
    home: Home, client_as: SignIn
) -> None:
    home.send()
    client = client_as(Role.COORDINATOR)
    old = f"/forms/home_visit/{OLD}"
    client.post(f"{old}/retirement")
    assert f"{old}/retirement" in client.get(old).text
    client.post(hand_in(client, edited()).headers["Location"] + "/publication")
    client.post(f"{old}/retirement")
    assert f"{old}/retirement" not in client.get(old).text
    assert "Sentez-vous une odeur de gaz" in client.get(home.page).text
    with home.house.sessions.begin() as session, pytest.raises(Conflict, match="form_needed"):
        retire_form(session, "home_visit", NEW, now=NOW)


def test_a_retired_version_is_used_again_and_the_newest_goes_on(
    home: Home, client_as: SignIn
) -> None:
    client = client_as(Role.COORDINATOR)
    client.post(hand_in(client, edited()).headers["Location"] + "/publication")
    old, new = f"/forms/home_visit/{OLD}", f"/forms/home_visit/{NEW}"
    client.post(f"{new}/retirement")
    assert f"{new}/return" in client.get(new).text
    assert "de nouveau en service" in client.post(f"{new}/return", follow_redirects=True).text
    client.post(f"{old}/retirement")
    answer = client.post(f"{old}/return", follow_redirects=True)
    assert f"continuent avec la version {NEW}" in answer.text
    assert f"{old}/retirement" in answer.text
    assert client.post("/forms/home_visit/0/return").status_code == 404
    assert client_as(Role.MANAGER).post(f"{new}/return").status_code == 403


def test_the_workbook_of_a_version_is_a_spreadsheet_to_download(
    home: Home, client_as: SignIn
) -> None:
    client = client_as(Role.MANAGER)
    answer = client.get(f"/forms/home_visit/{OLD}.xlsx")
    assert read_workbook(answer.data, suffix=".xlsx") == _home()
    assert f"home_visit-{OLD}.xlsx" in answer.headers["Content-Disposition"]
    coordinator = client_as(Role.COORDINATOR)
    data = edited()
    place = hand_in(coordinator, data).headers["Location"]
    assert coordinator.get(f"{place}.xlsx").data == data
    with home.house.sessions.begin() as session:
        session.scalars(select(FormVersion)).one().workbook = None
    assert client.get(f"/forms/home_visit/{OLD}.xlsx").status_code == 404


def test_two_versions_are_compared(home: Home, client_as: SignIn) -> None:
    client = client_as(Role.COORDINATOR)
    client.post(hand_in(client, edited(severity="U3")).headers["Location"] + "/publication")
    page = client.get(f"/forms/home_visit/{NEW}/changes").text
    assert "U3" in page
    assert "Conséquences modifiées" in page
    same = client.get(f"/forms/home_visit/{NEW}/changes?since={NEW}").text
    assert "Rien ne diffère" in same
    assert client.get(f"/forms/home_visit/{OLD}/changes").status_code == 404
    assert client.get(f"/forms/home_visit/{OLD}/changes?since=no").status_code == 404


def test_the_preview_shows_our_own_tablet_in_a_frame_and_no_other_page_may(
    home: Home, client_as: SignIn
) -> None:
    client = client_as(Role.COORDINATOR)
    page = client.get(f"/forms/home_visit/{OLD}/preview")
    assert f"/tablet/?language=fr#/preview/home_visit/{OLD}" in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    others = client.get("/forms/").headers["Content-Security-Policy"]
    assert "frame-src 'none'" in others
    place = hand_in(client, edited()).headers["Location"]
    draft_id = place.rpartition("/")[2]
    assert f"#/preview/drafts/{draft_id}" in client.get(f"{place}/preview").text
    form = client.get(f"/api/forms/drafts/{draft_id}")
    assert form.json is not None
    assert form.json["version"] == NEW
    assert form.headers["Cache-Control"] == "no-store"


def test_drafts_are_for_those_who_publish(home: Home, client_as: SignIn) -> None:
    place = hand_in(client_as(Role.COORDINATOR), edited()).headers["Location"]
    manager = client_as(Role.MANAGER)
    assert NEW not in manager.get("/forms/").text
    assert manager.get(place).status_code == 403
    draft_id = place.rpartition("/")[2]
    assert manager.get(f"/api/forms/drafts/{draft_id}").status_code == 403
