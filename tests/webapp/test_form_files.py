"""Files beside a form: handed in with the workbook, kept with the version, sent to tablets."""

import io
import re
import shutil
import uuid
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.diagnostics.builders import row, workbook
from tests.factories import make_user
from tests.submissions import NOW
from tests.webapp.test_cli import _run
from tests.webapp.test_wording import png
from visits.accounts.accounts import add_device
from visits.models.accounts import Role
from visits.models.portfolio import FormDraft, FormVersion

pytestmark = pytest.mark.slow

SignIn = Callable[..., FlaskClient]
PNG = png()
MEDIA = Path(__file__).parents[1] / "data" / "media"
TOWNS = b"name,label\ncreil,Creil\n"
FILES = {"plan.png": PNG, "towns.csv": TOWNS}
SURVEY = [
    {**row("note", "look"), "media::image": "plan.png"},
    row("select_one_from_file towns.csv", "town"),
]


def hand_in(client: FlaskClient, files: Mapping[str, bytes], **settings: Any) -> TestResponse:
    data = {
        "file": (io.BytesIO(workbook(SURVEY, **settings)), "plan.yaml"),
        "files": [(io.BytesIO(data), name) for name, data in files.items()],
    }
    answer = client.post("/forms/new", data=data)
    answer.request.environ["wsgi.input"].close()  # a large body is a file of the test client
    return answer


def publish(client: FlaskClient, handed_in: TestResponse) -> None:
    assert handed_in.status_code == 302, handed_in.text
    place = handed_in.headers["Location"]
    assert client.post(f"{place}/publication").status_code == 302


@pytest.fixture
def office(client_as: SignIn) -> FlaskClient:
    return client_as(Role.COORDINATOR)


def test_a_workbook_is_handed_in_with_its_files(office: FlaskClient) -> None:
    handed_in = hand_in(office, FILES)
    page = office.get(handed_in.headers["Location"])
    addresses = re.findall(r'href="([^"]*/files/[^"]*)"', page.text)
    assert {one.rpartition("/")[2]: office.get(one).data for one in addresses} == FILES
    publish(office, handed_in)
    form = office.get("/api/forms/trial/1").json
    assert form is not None
    assert [one["name"] for one in form["files"]] == ["plan.png"]
    assert "<name>creil</name>" in form["xform"]
    picture = office.get("/api/forms/trial/1/files/plan.png")
    assert (picture.data, picture.content_type) == (PNG, "image/png")
    assert "immutable" in picture.headers["Cache-Control"]
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    assert "plan.png" in office.get("/forms/trial/1").text


@pytest.mark.parametrize("name", ["p.png", "p0.jpg", "f.mp4", "a.mp3"])
def test_what_a_form_shows_tells_no_place_and_no_device(office: FlaskClient, name: str) -> None:
    told = (MEDIA / name).read_bytes()
    assert b"SECRET-PLACE" in told
    handed_in = hand_in(office, {**FILES, "plan.png": told})
    publish(office, handed_in)
    form = office.get("/api/forms/trial/1").json
    shown = office.get("/api/forms/trial/1/files/plan.png")
    assert b"SECRET" not in shown.data
    assert form is not None
    assert form["files"][0]["sha256"] == sha256(shown.data).hexdigest()


def test_a_picture_that_cannot_be_read_to_its_end_is_refused_by_name(office: FlaskClient) -> None:
    handed_in = hand_in(office, {**FILES, "plan.png": PNG[:-9]})
    assert handed_in.status_code == 422
    said = re.search(r'id="files-error"[^>]*>([^<]*)<', handed_in.text)
    assert said is not None and "plan.png" in said[1]


def test_without_its_list_a_workbook_is_refused_on_the_cell(
    office: FlaskClient, app: Flask
) -> None:
    handed_in = hand_in(office, {"plan.png": PNG})
    assert handed_in.status_code == 422
    assert "« towns.csv »" in handed_in.text
    with app.extensions["palier"].sessions() as session:
        assert session.scalars(select(FormDraft)).all() == []


def test_the_next_version_takes_over_the_files_it_still_names(office: FlaskClient) -> None:
    publish(office, hand_in(office, FILES))
    other = png(wide=8)
    publish(office, hand_in(office, {"plan.png": other}, version="2"))
    assert office.get("/api/forms/trial/1/files/plan.png").data == PNG
    assert office.get("/api/forms/trial/2/files/plan.png").data == other
    assert office.get("/api/forms/trial/2/files/towns.csv").data == TOWNS


def test_the_same_version_with_another_picture_is_not_published(
    office: FlaskClient, app: Flask
) -> None:
    first, second = hand_in(office, FILES), hand_in(office, {**FILES, "plan.png": png(wide=8)})
    publish(office, first)
    publish(office, second)
    assert office.get("/api/forms/trial/1/files/plan.png").data == PNG
    with app.extensions["palier"].sessions() as session:
        assert len(session.scalars(select(FormVersion)).all()) == 1
        assert len(session.scalars(select(FormDraft)).all()) == 1


def test_too_much_at_once_is_refused(office: FlaskClient) -> None:
    handed_in = hand_in(office, {"towns.csv": TOWNS, "film.mp4": b"x" * 21_000_000})
    assert handed_in.status_code == 422
    assert 'id="files-error"' in handed_in.text


@pytest.mark.parametrize("name", ["nothing.png", "..%2f..%2fpalier.db", "Plan.png"])
def test_a_file_that_is_not_there_is_not_found(office: FlaskClient, name: str) -> None:
    publish(office, hand_in(office, FILES))
    assert office.get(f"/api/forms/trial/1/files/{name}").status_code == 404
    assert office.get(f"/api/forms/drafts/{uuid.uuid4()}/files/{name}").status_code == 404


def test_strangers_get_no_file(office: FlaskClient, app: Flask, client_as: SignIn) -> None:
    handed_in = hand_in(office, FILES)
    draft = handed_in.headers["Location"].rpartition("/")[2]
    manager = client_as(Role.MANAGER)
    assert manager.get(f"/api/forms/drafts/{draft}/files/plan.png").status_code == 403
    publish(office, handed_in)
    assert app.test_client().get("/api/forms/trial/1/files/plan.png").status_code == 401


def test_collect_finds_the_files_in_the_manifest(office: FlaskClient, app: Flask) -> None:
    publish(office, hand_in(office, FILES))
    with app.extensions["palier"].sessions.begin() as session:
        _, token = add_device(session, make_user(session, role=Role.VISITOR), name="C", now=NOW)
    headers = {"Authorization": f"Bearer {token}"}
    manifest = app.test_client().get("/openrosa/forms/trial/1/manifest", headers=headers).text
    assert re.findall("<filename>(.*?)</filename>", manifest) == ["plan.png"]
    (address,) = re.findall("<downloadUrl>http://localhost(.*?)</downloadUrl>", manifest)
    assert app.test_client().get(address, headers=headers).data == PNG


def test_the_command_finds_the_files_in_the_folder_beside(
    initialised: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = shutil.copytree(initialised, tmp_path / "data")
    monkeypatch.setenv("PALIER_DATA", str(data))
    source, out = tmp_path / "plan.yaml", tmp_path / "out" / "plan.xlsx"
    source.write_bytes(workbook(SURVEY))
    assert "« towns.csv »" in _run("forms", "import", source, expect=1).output
    _run("forms", "convert", source, "-o", tmp_path / "plan.xml", expect=1)
    (tmp_path / "plan-media").mkdir()
    for name, data in FILES.items():
        (tmp_path / "plan-media" / name).write_bytes(data)
    _run("forms", "convert", source, "-o", tmp_path / "plan.xml")
    _run("forms", "import", source, "--publish", "-o", tmp_path / "kept.yaml")
    out.parent.mkdir()
    _run("forms", "export", "trial", out)
    for folder in (tmp_path / "kept-media", tmp_path / "out" / "plan-media"):
        assert {one.name: one.read_bytes() for one in folder.iterdir()} == FILES
