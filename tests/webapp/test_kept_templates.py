"""What a process compiled, the next one reads; what cannot be kept or read is compiled again."""

from pathlib import Path

import pytest

from webapp import create_app
from webapp.frame.kept_templates import keep_templates
from webapp.frame.settings import Settings

pytestmark = pytest.mark.one_database("sqlite")


def sign_in_page(settings: Settings) -> str:
    """Show a page as a process does that has just begun."""
    app = create_app(settings)
    keep_templates(app, settings.data)
    answer = app.test_client().get("/sign-in")
    assert answer.status_code == 200
    app.extensions["palier"].engine.dispose()
    return answer.text.split("<main", 1)[1].split("csrf_token")[0]


def kept(settings: Settings) -> dict[str, int]:
    """Tell when each kept template was written."""
    return {one.name: one.stat().st_mtime_ns for one in (settings.data / "templates").iterdir()}


def test_a_fresh_process_compiles_nothing_that_another_one_did(settings: Settings) -> None:
    first = sign_in_page(settings)
    before = kept(settings)
    assert before
    assert sign_in_page(settings) == first
    assert kept(settings) == before


@pytest.mark.parametrize("left", [0, 1, 12, 20, 200])
def test_a_template_that_was_cut_short_is_compiled_again(settings: Settings, left: int) -> None:
    first = sign_in_page(settings)
    whole = {one: one.read_bytes() for one in (settings.data / "templates").iterdir()}
    for place, data in whole.items():
        place.write_bytes(data[:left])
    assert sign_in_page(settings) == first
    assert {one: one.read_bytes() for one in whole} == whole


def test_nobody_else_on_the_machine_reads_or_writes_them(settings: Settings) -> None:
    sign_in_page(settings)
    assert (settings.data / "templates").stat().st_mode & 0o077 == 0


def test_a_page_is_shown_where_nothing_can_be_kept(settings: Settings) -> None:
    Path(settings.data / "templates").write_text("no folder")
    assert "sign-in panel" in sign_in_page(settings)


def test_a_page_is_shown_once_what_was_kept_is_gone(settings: Settings) -> None:
    app = create_app(settings)
    keep_templates(app, settings.data)
    (settings.data / "templates").rmdir()
    assert app.test_client().get("/sign-in").status_code == 200
    app.extensions["palier"].engine.dispose()
