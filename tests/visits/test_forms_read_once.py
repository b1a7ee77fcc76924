"""A form is read once a process, and no process keeps one that is not what was published."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from diagnostics.workbook import PublishedForm
from tests.factories import NOW, make_case, make_user, make_viewer, make_visit
from tests.submissions import GAS, fill, home_visit
from visits.forms.published import find_light_form, publish_form, read_form
from visits.ground.file_store import FileStore
from visits.intake.submissions import record_submission
from visits.models.accounts import Role
from visits.sight import Reach


def _next(form: PublishedForm, version: str) -> PublishedForm:
    """Publish the same questions under another version, calling for nothing."""
    xform = form.xform.replace(
        f'version="{form.version}"'.encode(), f'version="{version}"'.encode()
    )
    return replace(form, version=version, xform=xform, sha256=f"{version:0>64}", consequences=())


def test_a_version_that_another_process_published_is_checked_with_at_once(
    session_factory: sessionmaker[Session], tmp_path: Path
) -> None:
    first, later = home_visit(), _next(home_visit(), "99")
    with session_factory.begin() as session:
        visitor = make_user(session, role=Role.VISITOR)
        visit = make_visit(session, case=make_case(session, by=visitor), visitor=visitor)
        publish_form(session, first, by=None, now=NOW)
    called = []
    for form in (first, later, first):
        with session_factory.begin() as session:
            kept = record_submission(
                session, FileStore(tmp_path), xml=fill(GAS, form=form), files=(), now=NOW,
                viewer=make_viewer(visitor, Reach.OWN), visit_id=visit.id,
            )  # fmt: skip
            called.append(bool(kept.consequences))
            if form is first:
                publish_form(session, later, by=None, now=NOW)
    assert called == [True, False, True]


def test_a_form_whose_publishing_failed_is_not_taken_for_the_one_that_is_published(
    session_factory: sessionmaker[Session],
) -> None:
    form, other = home_visit(), replace(home_visit(), consequences=())
    with pytest.raises(ZeroDivisionError), session_factory.begin() as session:
        publish_form(session, other, by=None, now=NOW)
        assert read_form(find_light_form(session, form.form_id, form.version)).consequences == ()
        raise ZeroDivisionError
    with session_factory.begin() as session:
        publish_form(session, form, by=None, now=NOW)
        read = read_form(find_light_form(session, form.form_id, form.version))
    assert read.consequences == form.consequences
