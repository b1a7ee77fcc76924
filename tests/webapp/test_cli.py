"""The command `palier`, run as a person would."""

import json
import shutil
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from diagnostics.workbook import read_workbook
from tests.factories import make_dwelling, make_residence
from tests.maps.test_geocoding import Addok, addok, feature
from tests.submissions import FALLS, fill, home_visit
from webapp import create_app
from webapp.access.setting_up import FORMS
from webapp.commands.cli import main
from webapp.frame.settings import read_settings
from webapp.frame.transaction import open_house

__all__ = ["addok"]
pytestmark = pytest.mark.slow

HOME = FORMS / "home_visit.yaml"
DATA = Path(__file__).parent.parent / "data"
PASSWORD = "correct cheval batterie"


@pytest.fixture
def deployment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PALIER_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def ready(initialised: Path, deployment: Path) -> Path:
    """A deployment after `palier init`."""
    shutil.copytree(initialised, deployment, dirs_exist_ok=True)
    return deployment


def _run(*arguments: object, expect: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == expect, result.output
    return result


def _add(role: str, *, expect: int = 0, password: str = PASSWORD) -> Result:
    return _run(
        "users", "add", f"{role}@palier.example", "--name", "Ana", "--role", role,
        "--organisation", "Office", "--password", password, expect=expect,
    )  # fmt: skip


def test_a_new_deployment_is_in_order_after_init(deployment: Path) -> None:
    _run("doctor", expect=1)
    _run("init")
    _run("init")
    assert "up to date" in _run("doctor").output
    assert (deployment / "secrets.json").stat().st_mode & 0o077 == 0


def test_an_account_is_added_once_and_with_a_long_password(ready: Path) -> None:
    assert "12" in _add("coordinator", expect=1, password="court").output
    _add("coordinator")
    assert "email_taken" in _add("coordinator", expect=1).output


def test_a_password_is_reset_for_one_sign_in(ready: Path) -> None:
    _add("administrator")
    assert "no account" in _run("users", "reset", "nobody@palier.example", expect=1).output
    said = _run("users", "reset", "ADMINISTRATOR@palier.example").output
    password = said.split()[1]
    app = create_app(read_settings())
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False
    client.post("/sign-in", data={"email": "administrator@palier.example", "password": password})
    assert client.get("/").location == "/account/password"
    app.extensions["palier"].engine.dispose()


def test_a_file_is_tried_then_imported(ready: Path) -> None:
    _add("coordinator")
    file = DATA / "locataires_cp1252.csv"
    tried = _run("import", file, "--as", "coordinator@palier.example", "--dry-run")
    assert "32/13/1941" in tried.output
    for new in (True, False):
        done = _run("import", file, "--as", "coordinator@palier.example")
        counts = json.loads(done.output[: done.output.rindex("}") + 1])
        assert bool(counts["persons"]["new"]) is new


def test_addresses_are_placed_by_a_command(
    ready: Path, addok: Addok, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = open_house(read_settings())
    with house.sessions.begin() as session:
        residence = make_residence(session, lat=None, lon=None, h3=None)
        make_dwelling(session, residence=residence)
        code = residence.postcode
    house.engine.dispose()
    monkeypatch.setenv("PALIER_GEOCODER", "none")
    assert "nobody is asked" in _run("place", expect=1).output
    monkeypatch.setenv("PALIER_GEOCODER", "http://elsewhere.example")
    assert "over https" in _run("place", expect=1).output
    monkeypatch.setenv("PALIER_GEOCODER", addok.address)
    addok.body = addok.collection([feature(postcode=code)])
    assert "1 placed, 0 in doubt, 0 unanswered." in _run("place").output
    assert "0 placed, 0 in doubt" in _run("place").output


def test_an_import_needs_an_account(ready: Path) -> None:
    _run("import", DATA / "logements.csv", "--as", "nobody@palier.example", expect=1)


def test_a_workbook_becomes_an_xform(tmp_path: Path) -> None:
    output = tmp_path / "form.xml"
    _run("forms", "convert", FORMS / "home_visit.yaml", "-o", output)
    assert output.read_bytes() == home_visit().xform


def test_a_bad_workbook_is_refused_with_its_row(tmp_path: Path) -> None:
    source = tmp_path / "bad.md"
    source.write_text(
        "| survey | | | |\n| | type | name | label |\n| | text | a | ${nothing} |\n"
        "| settings | | |\n| | form_id | version |\n| | bad | 1 |\n"
    )
    result = _run("forms", "convert", source, "-o", tmp_path / "x.xml", expect=1)
    assert "survey" in result.output
    assert not (tmp_path / "x.xml").exists()


def test_a_submission_is_checked_against_its_form(tmp_path: Path) -> None:
    form, good, bad = (tmp_path / name for name in ("form.xml", "good.xml", "bad.xml"))
    form.write_bytes(home_visit().xform)
    good.write_bytes(fill(FALLS))
    bad.write_bytes(fill(FALLS).replace(b"<fall_score>3<", b"<fall_score>1<"))
    report = json.loads(_run("forms", "check", form, good).output)
    assert report["valid"] is True
    assert report["calculated"]["/data/fall_risk/fall_score"] == "3"
    report = json.loads(_run("forms", "check", form, bad).output)
    assert report["corrected"] == [
        {"path": "/data/fall_risk/fall_score", "sent": "1", "computed": "3"}
    ]
    bad.write_bytes(fill(FALLS).replace(b"<fell>yes<", b"<fell>maybe<"))
    report = json.loads(_run("forms", "check", form, bad, expect=1).output)
    assert "choice" in {violation["kind"] for violation in report["violations"]}


def test_a_batch_answers_a_line_for_a_line(tmp_path: Path) -> None:
    form, batch = tmp_path / "form.xml", tmp_path / "batch.jsonl"
    form.write_bytes(home_visit().xform)
    now = datetime(2026, 3, 10, 12, 0).isoformat()
    texts = [fill(FALLS).decode(), "not xml", ""]
    lines = [json.dumps({"form": str(form), "submission": one, "now": now}) for one in texts]
    lines += [json.dumps({"form": "nowhere.xml", "submission": "<a/>"}), "no json"]
    batch.write_text("\n".join(lines))
    reports = [
        json.loads(line)
        for line in _run("forms", "check", "--batch", batch).output.split("\n")
        if line
    ]
    assert [report["valid"] for report in reports] == [True, False, False, False, False]
    assert reports[1]["violations"][0]["kind"] == "malformed"


def test_whatever_stands_in_a_batch_is_answered_in_its_line(tmp_path: Path) -> None:
    form, batch = tmp_path / "form.xml", tmp_path / "batch.jsonl"
    form.write_bytes(home_visit().xform)
    said = {"form": str(form), "submission": fill(FALLS).decode()}
    odd = [{**said, "now": "9999-12-31T23:59:59-14:00"}, {**said, "now": "0001-01-01T00:00:00"}]
    lines = [b"\xff\xfe not a text", b"[" * 5000, *(json.dumps(one).encode() for one in odd)]
    lines += [json.dumps({**said, "form": str(tmp_path)}).encode(), json.dumps(said).encode()]
    batch.write_bytes(b"\n".join(lines))
    answers = _run("forms", "check", "--batch", batch).output.splitlines()
    assert len(answers) == len(lines)
    assert json.loads(answers[-1])["valid"] is True


@pytest.mark.parametrize("year", ["9999-12-31T23:59:59.000-14:00", "0001-01-01T00:00:00.000+14:00"])
def test_a_visit_that_ends_at_the_edge_of_the_calendar_is_answered(
    year: str, tmp_path: Path
) -> None:
    survey = "| survey | | | |\n| | type | name | label |\n| | end | end | |\n| | text | a | A |\n"
    (tmp_path / "edge.md").write_text(survey)
    _run("forms", "convert", tmp_path / "edge.md", "-o", tmp_path / "edge.xml")
    head = (tmp_path / "edge.xml").read_text().partition('<data id="edge" version="')[2][:8]
    xml = f'<data id="edge" version="{head}"><end>{year}</end><a>1</a></data>'
    (tmp_path / "sent.xml").write_text(xml)
    report = json.loads(_run("forms", "check", tmp_path / "edge.xml", tmp_path / "sent.xml").output)
    assert report["valid"] is True


def test_a_folder_is_no_form(tmp_path: Path) -> None:
    assert "directory" in _run("forms", "check", tmp_path, tmp_path, expect=2).output


def test_serving_waits_for_init(deployment: Path) -> None:
    assert "init" in _run("serve", expect=1).output


def test_a_diagnostic_goes_out_as_a_spreadsheet_and_comes_back_changed(
    deployment: Path, tmp_path: Path
) -> None:
    out, back = tmp_path / "out.xlsx", tmp_path / "back.yaml"
    _run("forms", "export", "home_visit", out)
    _run("forms", "import", out, expect=1)
    _run("init")
    _run("forms", "export", "home_visit", out)
    assert "could be published" in _run("forms", "import", out, "-o", back).output
    here, there = (read_workbook(p.read_bytes(), suffix=p.suffix) for p in (HOME, back))
    assert here == there
    book = openpyxl.load_workbook(out)
    settings = book["settings"]
    column = [cell.value for cell in settings[1]].index("version") + 1
    settings.cell(2, column).value = "2027010101"
    book.save(out)
    assert "2027010101: published" in _run("forms", "import", out, "--publish").output
    _run("forms", "export", "home_visit", back)
    assert "2027010101" in back.read_text()
    _run("forms", "export", "nothing", back, expect=1)
    _run("forms", "export", "home_visit", tmp_path / "out.docx", expect=1)


def test_a_refused_import_says_where(ready: Path, tmp_path: Path) -> None:
    source = tmp_path / "bad.yaml"
    source.write_text(HOME.read_text().replace("kind: work_order", "kind: workorder", 1))
    said = _run("forms", "import", source, "--publish", expect=1).output
    assert "feuille « consequences »" in said
    assert "Vouliez-vous dire « work_order »" in said
    source.write_text("survey: [")
    assert "illisible" in _run("forms", "import", source, expect=1).output


def test_a_programme_goes_out_as_toml_and_comes_back_as_its_next_version(
    ready: Path, tmp_path: Path
) -> None:
    assert "seniors 1: Seniors à domicile" in _run("programmes", "list").output
    file = tmp_path / "seniors.toml"
    _run("programmes", "export", "seniors", "-o", file)
    text = file.read_text(encoding="utf-8")
    assert _run("programmes", "export", "seniors").output == text
    file.write_text(text.replace("minutes = 90", "minutes = 75\ncolour = 1"))
    for command in ("check", "import"):
        said = _run("programmes", command, file, expect=1).output
        assert "seniors.toml: visit_kind.0.colour: champ inconnu" in said
    assert "seniors 1:" in _run("programmes", "list").output
    file.write_text(text.replace("minutes = 90", "minutes = 75"))
    _run("programmes", "check", file)
    assert "seniors 2: 0 keep" in _run("programmes", "import", file).output
    assert "seniors 2: 0 keep" in _run("programmes", "import", file).output  # nothing new
    assert _run("programmes", "export", "seniors", "--version", 1).output == text
    assert (
        "no programme" in _run("programmes", "export", "seniors", "--version", 3, expect=1).output
    )
    file.write_text(text.replace('forms = ["home_visit"]', 'forms = ["nobody_knows"]'))
    assert "nobody_knows" in _run("programmes", "import", file, expect=1).output
