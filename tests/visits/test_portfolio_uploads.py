"""An uploaded file: its columns, its dry run, its confirmation, its end."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import make_user
from tests.visits.portfolio_files import (
    ERP,
    NOW,
    table_of,
)
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.people import Person
from visits.models.portfolio import (
    ColumnMapping,
    Import,
    ImportState,
)
from visits.portfolio import (
    Kind,
    confirm_import,
    examine_import,
    propose_mapping,
    purge_imports,
    remember_mapping,
    upload_file,
)


@pytest.mark.parametrize(
    ("kind", "mapping", "fields"),
    [
        ("tenants", {0: "dwelling_reference"}, {"full_name": "field_missing"}),
        ("tenants", {0: "dwelling_reference", 1: "full_name", 2: "wings"}, {"2": "unknown_field"}),
        (
            "tenants",
            {0: "dwelling_reference", 1: "full_name", 99: "city"},
            {"99": "unknown_column"},
        ),
        (
            "tenants",
            {0: "dwelling_reference", 1: "full_name", 2: "full_name"},
            {"2": "field_twice"},
        ),
        ("aliens", {0: "dwelling_reference"}, {"kind": "unknown_kind"}),
        ("tenants", {"a": "dwelling_reference"}, {"mapping": "unknown_column"}),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_by_column(
    session: Session, kind: str, mapping: dict[Any, str], fields: dict[str, str]
) -> None:
    upload = upload_file(
        session, data=ERP.encode(), file_name="e.csv", user_id=make_user(session).id, now=NOW
    )
    with pytest.raises(Invalid) as caught:
        examine_import(session, upload.id, kind=kind, mapping=mapping, now=NOW)
    assert caught.value.fields == fields


def upload(session: Session, text: str = ERP, *, now: datetime = NOW) -> Import:
    by = make_user(session)
    return upload_file(
        session, data=text.encode("cp1252"), file_name="C:\\x\\e.csv", user_id=by.id, now=now
    )


def test_an_upload_is_examined_then_confirmed_once(session: Session) -> None:
    kept = upload(session)
    assert (kept.file_name, kept.kind, kept.state) == ("e.csv", "tenants", ImportState.UPLOADED)
    plan = examine_import(session, kept.id, kind=kept.kind, mapping=kept.mapping, now=NOW)
    assert session.scalar(select(func.count()).select_from(Person)) == 0
    done = confirm_import(session, kept.id, kind=kept.kind, mapping=kept.mapping, now=NOW)
    assert done.state is ImportState.IMPORTED
    assert done.imported_at == NOW
    assert done.counts is not None
    assert done.counts.items() >= {**plan.counts, "lines": 5}.items()
    assert done.counts["account"] == plan.account.sums
    assert done.problems is not None and len(done.problems["warnings"]) == 4
    with pytest.raises(Conflict, match="already_imported"):
        confirm_import(session, kept.id, kind=kept.kind, mapping=kept.mapping, now=NOW)


def test_the_same_bytes_may_be_uploaded_again_and_change_nothing(session: Session) -> None:
    first, second = upload(session), upload(session)
    assert first.sha256 == second.sha256
    confirm_import(session, first.id, kind=first.kind, mapping=first.mapping, now=NOW)
    again = confirm_import(session, second.id, kind=second.kind, mapping=second.mapping, now=NOW)
    assert again.counts is not None
    assert again.counts["persons"] == {"new": 0, "changed": 0, "unchanged": 4, "refused": 0}


def test_a_corrected_mapping_is_remembered(session: Session) -> None:
    kept = upload(session)
    mapping = {int(column): name for column, name in kept.mapping.items()}
    del mapping[8]
    confirm_import(session, kept.id, kind="tenants", mapping=mapping, now=NOW)
    proposal = propose_mapping(session, table_of(ERP), landlord_id=kept.landlord_id)
    assert (proposal.remembered, proposal.mapping) == (True, mapping)
    mapping[8] = "rent"
    remember_mapping(
        session, table_of(ERP), landlord_id=kept.landlord_id, kind=Kind.TENANTS, mapping=mapping,
        now=NOW,
    )  # fmt: skip
    found = propose_mapping(session, table_of(ERP), landlord_id=kept.landlord_id)
    assert found.mapping == mapping
    assert session.scalar(select(func.count()).select_from(ColumnMapping)) == 1


def test_an_unknown_import_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        examine_import(session, uuid.uuid4(), kind="tenants", mapping={}, now=NOW)
    with pytest.raises(NotFound):
        confirm_import(session, uuid.uuid4(), kind="tenants", mapping={}, now=NOW)


def test_after_thirty_days_the_content_is_gone(session: Session) -> None:
    done, forgotten, fresh = upload(session), upload(session), upload(session)
    confirm_import(session, done.id, kind=done.kind, mapping=done.mapping, now=NOW)
    fresh.uploaded_at = NOW + timedelta(days=20)
    later, forgotten_id = NOW + timedelta(days=31), forgotten.id
    assert purge_imports(session, now=later) == 2
    assert purge_imports(session, now=later) == 0
    session.expire_all()
    assert session.get(Import, forgotten_id) is None
    assert done.content is None and done.problems is None and done.counts is not None
    assert fresh.content is not None
    with pytest.raises(Conflict, match="content_purged"):
        examine_import(session, done.id, kind=done.kind, mapping=done.mapping, now=later)
