"""Lost, broken and wrong secrets: said at the start, in two languages, and nothing is made anew."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, delete, select

from tests.conftest import SECRETS
from tests.factories import NOW, make_case, make_person, make_user, make_viewer, make_visit
from tests.submissions import FALLS, fill, home_visit
from visits.forms.published import publish_form
from visits.ground.db import connect, keyring, sessions
from visits.ground.file_store import FileStore
from visits.intake.submissions import SentFile, record_submission
from visits.models.accounts import Role
from visits.models.keys import KeyCanary
from visits.models.people import AlertCode, Person
from visits.models.visits import Consequence
from visits.people.measures import note_alert
from visits.safekeeping.keys import rotate_values, sealed_tables
from visits.sight import Reach
from webapp.commands.cli import main

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]

OLD, NEW = "an old secret that was first", "a new secret that came later"
COMMANDS = (
    ("serve", "--no-jobs"), ("jobs",), ("init",), ("demo", "--no-serve"), ("doctor",), ("keys",),
    ("keys", "rotate"), ("import", __file__, "--as", "a@b.example"),
    ("users", "add", "a@b.example", "--name", "A", "--role", "visitor", "--organisation", "O",
     "--password", "correct cheval batterie"),
    ("users", "reset", "a@b.example"), ("backup", "x.palier", "--without-secrets"),
    ("forms", "export", "home_visit", "x.yaml"), ("forms", "import", __file__),
    ("programmes", "list"), ("programmes", "export", "seniors"),
    ("programmes", "import", __file__), ("files",), ("files", "move"), ("place",),
)  # fmt: skip
# What reads files alone, or makes a deployment of a backup.
WITHOUT_DATA = {("forms", "convert"), ("forms", "check"), ("programmes", "check"), ("restore",)}
PHOTO = b"\x89PNG signature of somebody"


@pytest.fixture(autouse=True)
def _keys_of_tests(engine: Engine) -> Iterator[None]:
    keyring.load((OLD,))
    yield
    keyring.load(SECRETS)


@pytest.fixture
def ready(initialised: Path, tmp_path: Path) -> Path:
    """A deployment of its own, as `palier init` made it."""
    # Templates are kept, and closed, by who serves.
    left_out = shutil.ignore_patterns("templates")
    return Path(shutil.copytree(initialised, tmp_path / "data", ignore=left_out))


@pytest.fixture
def deployment(tmp_path: Path, engine: Engine, database_url: str) -> dict[str, str]:
    """Somebody's data on this database, and the environment it runs in."""
    (tmp_path / "secrets.json").write_text(json.dumps({"session": "s" * 48, "columns": OLD}))
    store = FileStore(tmp_path / "files")
    with sessions(engine).begin() as session:
        session.execute(delete(KeyCanary))
        session.add(KeyCanary(word="canary"))
        publish_form(session, home_visit(), by=None, now=NOW)
        visitor = make_user(session, role=Role.VISITOR)
        visit = make_visit(session, case=make_case(session, by=visitor), visitor=visitor)
        visit.case.person.phone = "+33639981234"
        visit.case.dwelling.access_code = "24B7-digicode"
        viewer = make_viewer(visitor, Reach.OWN)
        note_alert(session, visit.case.person, AlertCode.TWO_VISITORS, viewer=viewer, now=NOW)
        record_submission(
            session, store, xml=fill(FALLS), files=[SentFile("a.png", "image/png", PHOTO)],
            viewer=viewer, now=NOW, visit_id=visit.id,
        )  # fmt: skip
    return {"PALIER_DATA": str(tmp_path), "PALIER_DATABASE_URL": database_url}


def _run(environ: dict[str, str], *arguments: str, expect: int = 0) -> Result:
    done = CliRunner(env=environ).invoke(main, arguments)
    assert done.exit_code == expect, done.output
    return done


def _refused(environ: dict[str, str], *arguments: str) -> str:
    done = _run(environ, *arguments, expect=1)
    assert isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    assert "Rien n’a été changé" in done.output
    assert "Nothing was changed" in done.output
    return done.output


def _named(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        named = (*before, name)
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield named
        if isinstance(command, click.Group):
            yield from _named(command, named)


def test_each_command_that_opens_the_data_is_tried_here() -> None:
    named = set(_named(main))
    tried = {
        max((one for one in named if command[: len(one)] == one), key=len) for command in COMMANDS
    }
    assert tried == named - WITHOUT_DATA


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:2])[:20])
def test_lost_secrets_are_not_made_anew_beside_data(
    deployment: dict[str, str], command: tuple[str, ...]
) -> None:
    place = Path(deployment["PALIER_DATA"]) / "secrets.json"
    place.unlink()
    assert str(place) in _refused(deployment, *command)
    assert not place.exists()


def test_files_without_a_database_are_data_too(tmp_path: Path) -> None:
    (tmp_path / "files" / "ab").mkdir(parents=True)
    (tmp_path / "files" / "ab" / "photo").write_bytes(b"x")
    _refused({"PALIER_DATA": str(tmp_path)}, "init")
    assert [place.name for place in tmp_path.iterdir()] == ["files"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"session": "only"}',
        b"\xff\xfe",
        b"null",
        b"[" * 100_000,
        b'{"session": "' + b"s" * 48 + b'", "columns": []}',
        b'{"session": "' + b"s" * 48 + b'", "columns": "' + rb"\ud800" * 48 + b'"}',
    ],
    ids=lambda content: str(content[-12:]),
)
def test_broken_secrets_are_told_and_stay_as_they_are(
    deployment: dict[str, str], content: bytes
) -> None:
    place = Path(deployment["PALIER_DATA"]) / "secrets.json"
    place.write_bytes(content)
    for command in (("serve",), ("demo", "--no-serve"), ("init",)):
        _refused(deployment, *command)
    assert place.read_bytes() == content


def test_a_secret_too_short_is_told(deployment: dict[str, str]) -> None:
    done = _run(deployment | {"PALIER_SECRETS": "short"}, "init", expect=1)
    assert "Un secret compte au moins 16 caractères" in done.output


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:2])[:20])
def test_a_wrong_secret_is_noticed_at_the_start(
    deployment: dict[str, str], command: tuple[str, ...]
) -> None:
    said = _refused(deployment | {"PALIER_SECRETS": NEW}, *command)
    assert "aucun" in said.lower()


def test_a_wrong_secret_is_noticed_before_anything_was_written(ready: Path) -> None:
    environ = {"PALIER_DATA": str(ready)}
    _run(environ, "keys")
    _refused(environ | {"PALIER_SECRETS": NEW}, "init")


def test_a_wrong_secret_is_noticed_by_the_files_alone(ready: Path) -> None:
    keyring.load((NEW,))
    other = connect("sqlite://", secrets=(NEW,))
    with sessions(other).begin() as session:
        FileStore(ready / "files").put(session, PHOTO)
    other.dispose()
    _refused({"PALIER_DATA": str(ready)}, "keys")


def test_a_database_that_does_not_answer_is_told(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://nobody@/none?host={tmp_path}"
    environ = {"PALIER_DATA": str(tmp_path), "PALIER_DATABASE_URL": url}
    _refused(environ, "serve")
    given = {"PALIER_SECRETS": OLD, "PALIER_SESSION_SECRET": "s" * 48}
    assert "ne répond pas" in _run(environ | given, "serve", expect=1).output
    assert list(tmp_path.iterdir()) == []


def test_new_secrets_are_whole_and_closed_to_others(initialised: Path) -> None:
    data = initialised
    assert sorted(json.loads((data / "secrets.json").read_text())) == ["columns", "session"]
    open_places = [place for place in (data, *data.rglob("*")) if place.stat().st_mode & 0o077]
    assert open_places == []
    assert not [place for place in data.iterdir() if place.name.startswith("secrets.json.")]


def test_what_stood_open_is_closed_at_the_next_start(ready: Path) -> None:
    for place in (ready, *ready.iterdir()):
        place.chmod(0o755 if place.is_dir() else 0o644)
    _run({"PALIER_DATA": str(ready)}, "keys")
    assert [one for one in (ready, *ready.iterdir()) if one.stat().st_mode & 0o077] == []


def test_after_a_rotation_the_old_secret_can_go(
    deployment: dict[str, str], database_url: str
) -> None:
    both, new = ({"PALIER_SECRETS": one} for one in (f"{NEW},{OLD}", NEW))
    shown = _run(deployment | both, "keys").output
    assert "secret 1 (the newest): 0 values, 0 files" in shown
    assert "secret 2: 0 values" not in shown
    done = _run(deployment | both, "keys", "rotate").output
    assert "secret 2: 0 values, 0 files" in done
    assert "the others can go" in done
    _run(deployment | new, "keys", "rotate")
    _assert_readable(deployment, database_url)


def test_a_rotation_that_was_cut_short_goes_on(
    deployment: dict[str, str], database_url: str, engine: Engine
) -> None:
    keyring.load((NEW, OLD))
    tables = sealed_tables()
    with sessions(engine).begin() as session:
        for table in tables[: len(tables) // 2]:
            rotate_values(session, table, after=None)
    with pytest.raises(RuntimeError, match="cut"), sessions(engine).begin() as session:
        for table in tables:
            rotate_values(session, table, after=None)
        raise RuntimeError("cut")
    _run(deployment | {"PALIER_SECRETS": f"{NEW},{OLD}"}, "keys", "rotate")
    _assert_readable(deployment, database_url)


def _assert_readable(deployment: dict[str, str], database_url: str) -> None:
    engine = connect(database_url, secrets=(NEW,))
    with sessions(engine)() as session:
        for table in sealed_tables():
            session.execute(select(table)).all()
        assert session.scalars(select(Person.phone)).all() == ["+33639981234"]
        assert "fall_call" in session.scalars(select(Consequence.code)).all()
    store = FileStore(Path(deployment["PALIER_DATA"]) / "files")
    assert [store.get(digest) for digest in store.digests()] == [PHOTO]
    engine.dispose()


def test_what_no_secret_opens_is_counted_and_keeps_the_old_one(
    deployment: dict[str, str], engine: Engine
) -> None:
    with sessions(engine).begin() as session:
        keyring.load(("a third secret, lost long ago",))
        lost = make_person(session, phone="+33639980000")
        session.flush()
        assert lost.id
        keyring.load((OLD,))
    shown = _run(deployment, "keys").output
    assert "unreadable: 1 values, 0 files" in shown
    assert "1 are left" in _run(deployment, "keys", "rotate", expect=1).output


def test_a_photo_in_clear_is_counted_then_sealed_by_init(deployment: dict[str, str]) -> None:
    files = Path(deployment["PALIER_DATA"]) / "files"
    (place,) = (one for one in files.rglob("*") if one.is_file())
    place.write_bytes(PHOTO)
    assert "in clear: 0 values, 1 files" in _run(deployment, "keys").output
    _run(deployment, "init")
    assert "signature" not in place.read_bytes().decode("latin-1")
    assert "in clear" not in _run(deployment, "keys").output
