"""Reading a submission takes a time that grows with its size, and it is read once."""

from datetime import datetime
from pathlib import Path
from time import process_time
from xml.parsers import expat

import pytest
from sqlalchemy.orm import Session

from diagnostics import wellformed
from diagnostics.wellformed import read_submission
from tests.factories import make_case, make_user, make_viewer, make_visit
from tests.submissions import GAS, fill, home_visit
from visits.forms.published import publish_form
from visits.ground.file_store import FileStore
from visits.intake.submissions import record_submission
from visits.models.accounts import Role
from visits.sight import Reach


def torn(pieces: int) -> bytes:
    """A long text that empty children tear into pieces."""
    return b"<data id='x'>" + (b"x" * 2_000 + b"<a/>") * pieces + b"</data>"


def cpu(pieces: int) -> float:
    xml = torn(pieces)
    begun = process_time()
    read_submission(xml)
    return process_time() - begun


def test_the_time_grows_with_the_size_and_not_with_its_square() -> None:
    # Eight times as much takes eight times as long; its square would be sixty-four.
    few = min(cpu(500) for _ in range(5))
    many = min(cpu(4_000) for _ in range(3))
    assert many < 24 * few


def test_a_torn_text_is_whole() -> None:
    assert read_submission(b"<a>one <b>two</b>three<!-- no -->!</a>").text == "one three!"


def test_a_submission_is_read_once(
    session: Session, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsers = []

    class CountingExpat:
        ExpatError = expat.ExpatError

        @staticmethod
        def ParserCreate() -> expat.XMLParserType:  # noqa: N802 -- expat's own name
            parsers.append(expat.ParserCreate())
            return parsers[-1]

    publish_form(session, home_visit(), by=None, now=now)
    visitor = make_user(session, role=Role.VISITOR)
    visit = make_visit(session, case=make_case(session, by=visitor), visitor=visitor)
    xml = fill(GAS)
    monkeypatch.setattr(wellformed, "expat", CountingExpat)
    record_submission(
        session, FileStore(tmp_path), xml=xml, files=(), now=now, visit_id=visit.id,
        viewer=make_viewer(visitor, Reach.OWN),
    )  # fmt: skip
    assert len(parsers) == 1
