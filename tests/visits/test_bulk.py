"""Very many rows written by one statement are what they would be one after the other."""

import uuid
from datetime import UTC, date, datetime
from typing import Any, cast

import pytest
from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_case, make_user
from visits.ground import bulk
from visits.ground.bulk import insert_many
from visits.ground.db import new_id
from visits.models.cases import Case, Task, TaskKind, TaskState

TASKS = cast(Table, Task.__table__)
LATER = datetime(2026, 7, 1, 23, 59, 59, 120, tzinfo=UTC)


@pytest.fixture
def case(session: Session) -> Case:
    return make_case(session, by=make_user(session))


def row(case: Case, due_on: date, **said: Any) -> dict[str, Any]:
    given = {
        "id": new_id(), "case_id": case.id, "landlord_id": case.landlord_id,
        "kind": TaskKind.VISIT, "cadence": "first", "visit_kind": None,
        "not_before": date(2026, 3, 1), "due_on": due_on,
        "owner_role": "l’équipe \"B\"\\\n☂", "state": TaskState.OPEN,
    }  # fmt: skip
    return given | said


def test_rows_are_kept_as_one_by_one(session: Session, case: Case) -> None:
    told = [row(case, date(2026, 4, day), visit_kind="v" if day % 2 else None) for day in (1, 2, 3)]
    one = row(case, date(2026, 4, 4))
    session.add(Task(**one, made_at=LATER))
    session.flush()
    assert insert_many(session, TASKS, told, made_at=LATER) == 3
    session.expire_all()
    for said in (*told, one):
        kept = session.get_one(Task, said["id"])
        assert {name: getattr(kept, name) for name in said} == said
        assert (kept.made_at, kept.visit_id, kept.why) == (LATER, None, None)
    # Those that a statement compares are found again, whoever wrote them.
    found = select(func.count()).where(Task.due_on <= date(2026, 4, 4), Task.made_at == LATER)
    assert session.scalar(found.where(Task.case_id == case.id)) == 4


def test_what_is_there_stays_the_only_one_and_does_not_count(
    session: Session, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    first = [row(case, date(2026, 4, day)) for day in (1, 2, 3)]
    assert insert_many(session, TASKS, first, made_at=NOW) == 3
    again = [row(case, date(2026, 4, day)) for day in (1, 2, 3, 4, 5)]
    assert insert_many(session, TASKS, again, made_at=NOW) == 2
    assert insert_many(session, TASKS, [], made_at=NOW) == 0
    assert session.get(Task, again[0]["id"]) is None


@pytest.mark.parametrize("value", [NOW, b"sealed"])
def test_what_cannot_stand_in_a_row_is_refused(session: Session, case: Case, value: Any) -> None:
    with pytest.raises(TypeError):
        insert_many(session, TASKS, [row(case, NOW.date(), made_at=value)])


def test_a_case_that_is_not_there_is_refused_by_the_database(session: Session, case: Case) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        insert_many(
            session, TASKS, [row(case, NOW.date(), case_id=uuid.uuid4())], made_at=NOW
        )  # fmt: skip
