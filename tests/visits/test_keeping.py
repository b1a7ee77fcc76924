"""How long the file of a closed case is kept: by its own version, counted and listed when over."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_case, make_user, make_viewer
from tests.submissions import home_visit
from visits.calls.call_list import PAST_KEEPING, CaseFilter, count_cases
from visits.cases.keeping import kept_until, past_keeping
from visits.forms.published import publish_form
from visits.ground.deadlines import months_after
from visits.models.cases import Case
from visits.programmes.published import publish_programme, version_of

KEPT = """
code = "kept"
name = {{ fr = "Gardée", en = "Kept" }}
audience = {{ age_min = 65 }}
target = {{ number = 50 }}
retention_months = {months}
[[visit_kind]]
code = "visit"
name = {{ fr = "Visite", en = "Visit" }}
forms = ["home_visit"]
minutes = 45
[[outcome]]
code = "ok"
name = {{ fr = "Fait", en = "Done" }}
"""


def closed(session: Session, on: date | None, **said: Any) -> Case:
    by = make_user(session)
    return make_case(session, by=by, programme="kept", closed_on=on, outcome="ok", **said)


def publish(session: Session, months: int) -> dict[str, Any]:
    publish_form(session, home_visit(), by=None, now=NOW)
    toml = KEPT.format(months=months)
    publish_programme(session, toml, source="kept", by=None, now=NOW)
    return {"programme_version_id": version_of(session, "kept").id}


def test_each_closed_case_is_kept_as_long_as_its_own_version_says(session: Session) -> None:
    long, today = publish(session, 24), NOW.date()
    year_ago = months_after(today, -12)
    of_before = closed(session, year_ago, **long)
    short = publish(session, 12)
    last_day = closed(session, year_ago, **short)
    over = closed(session, year_ago - timedelta(days=1), **short)
    of_no_version = closed(session, year_ago - timedelta(days=1))
    goes_on = closed(session, None, **short)
    assert kept_until(session, of_before) == months_after(today, 12)
    assert kept_until(session, last_day) == today
    assert kept_until(session, over) == today - timedelta(days=1)
    assert kept_until(session, goes_on) is None
    assert kept_until(session, make_case(session, by=make_user(session), closed_on=today)) is None
    found = select(Case.id).where(past_keeping(session, today))
    assert set(session.scalars(found)) == {over.id, of_no_version.id}
    only = CaseFilter(programme="kept", state=PAST_KEEPING)
    assert count_cases(session, make_viewer(make_user(session)), only=only, now=NOW) == 2


@pytest.mark.parametrize("months", [1, 6, 12])
def test_the_list_and_the_case_agree_at_the_ends_of_months(session: Session, months: int) -> None:
    version = publish(session, months)
    case = closed(session, None, **version)
    for today in (date(2027, 2, 28), date(2027, 3, 1), date(2027, 3, 31), date(2028, 2, 29)):
        for before in range(-3, 5):
            case.closed_on = months_after(today, -months) + timedelta(days=before)
            session.flush()
            until = kept_until(session, case)
            assert until is not None
            listed = session.scalars(select(Case.id).where(past_keeping(session, today))).all()
            assert (listed != []) is (until < today), (today, case.closed_on)
