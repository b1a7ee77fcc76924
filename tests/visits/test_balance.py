"""What accompaniments come to by month: counted from days, and summed as they stand."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from sqlalchemy.orm import Session

from tests.factories import make_case, make_user, make_viewer, make_visit
from visits.models.accounts import Role
from visits.models.cases import Case, CasePause
from visits.models.support import ActKind
from visits.models.visits import VisitState
from visits.sight import Reach, Viewer
from visits.support.acts import ActSaid, note_act
from visits.support.balance import balance, days_by_month, totals

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


@pytest.mark.parametrize(
    ("first", "last", "but", "expected"),
    [
        (MAY, date(2026, 5, 31), (), [(MAY, 31)]),
        (date(2026, 5, 31), date(2026, 6, 1), (), [(MAY, 1), (JUNE, 1)]),
        (date(2026, 5, 20), date(2026, 5, 19), (), []),
        # A pause that crosses the months, its first and last day left out.
        (
            MAY,
            date(2026, 6, 30),
            ((date(2026, 5, 22), date(2026, 6, 10)),),
            [(MAY, 21), (JUNE, 20)],
        ),
        # Two pauses that overlap leave each day out once; one outside leaves out nothing.
        (
            MAY,
            date(2026, 5, 31),
            (
                (date(2026, 5, 10), date(2026, 5, 20)),
                (date(2026, 5, 15), date(2026, 5, 25)),
                (date(2026, 5, 12), date(2026, 5, 13)),
                (date(2026, 7, 1), date(2026, 7, 2)),
            ),
            [(MAY, 15)],
        ),
        (MAY, date(2026, 5, 31), ((date(2026, 4, 1), date(2026, 6, 30)),), [(MAY, 0)]),
    ],
)  # fmt: skip
def test_days_count_by_month_without_those_of_pauses(
    first: date, last: date, but: tuple[tuple[date, date], ...], expected: list[tuple[date, int]]
) -> None:
    assert list(days_by_month(first, last, but=but)) == expected


def test_the_balance_counts_days_visits_acts_and_only_what_one_may_see(session: Session) -> None:
    by, visitor = make_user(session), make_user(session, role=Role.VISITOR)
    viewer = make_viewer(by)
    now = datetime(2026, 6, 15, 10, tzinfo=UTC)
    case = make_case(session, by=by, opened_at=datetime(2026, 5, 16, 8, tzinfo=UTC))
    session.add(
        CasePause(
            case_id=case.id, from_on=date(2026, 6, 1), until_on=date(2026, 6, 5), why="Cure",
            noted_at=now, noted_by_id=by.id,
        )
    )  # fmt: skip
    for at in (datetime(2026, 5, 31, 21, 59, tzinfo=UTC), datetime(2026, 5, 31, 22, 1, tzinfo=UTC)):
        make_visit(session, case=case, visitor=visitor, state=VisitState.DONE, done_at=at)
    make_visit(session, case=case, visitor=visitor, state=VisitState.CANCELLED)
    for kind, minutes in (("visit", 30), ("letter", 20), ("letter", None)):
        note_act(session, case, ActSaid(kind, date(2026, 6, 12), minutes), viewer=viewer, now=now)
    months = balance(
        session, Case.id == case.id, viewer=viewer, first=date(2026, 1, 1),
        last=date(2026, 12, 31), today=now.date(),
    )  # fmt: skip
    # 16 days of May; of June, up to today, 15 without the five of the pause. Midnight is Paris's.
    assert [(one.month, one.days, one.of_days, one.visits) for one in months] == [
        (MAY, 16, 31, 1),
        (JUNE, 10, 30, 2),
    ]
    assert (months[1].acts, months[1].minutes) == ({ActKind.LETTER: 2}, 50)
    summed = totals(months)
    assert summed.support_months == Fraction(16, 31) + Fraction(10, 30)
    assert (summed.visits, summed.minutes, len(summed.cases)) == (3, 50, 1)
    stranger = make_user(session, organisation="Voisins")
    blind = Viewer(stranger.id, stranger.organisation_id, None, Reach.OWN)
    seen = balance(
        session, Case.id == case.id, viewer=blind, first=MAY, last=JULY, today=now.date()
    )
    assert seen == []


def test_a_case_counts_up_to_its_last_day_and_twice_nowhere(session: Session) -> None:
    by = make_user(session)
    ended = make_case(
        session, by=by, opened_at=datetime(2026, 4, 1, 8, tzinfo=UTC), closed_on=date(2026, 5, 10)
    )
    before = make_case(
        session, by=by, opened_at=datetime(2026, 3, 1, 8, tzinfo=UTC), closed_on=date(2026, 4, 30)
    )
    months = balance(
        session, Case.id.in_([ended.id, before.id]), viewer=make_viewer(by), first=MAY,
        last=JUNE - timedelta(days=1), today=JULY,
    )  # fmt: skip
    assert [(one.of.case_id, one.days) for one in months] == [(ended.id, 10)]


def test_a_priority_district_is_known_only_where_somebody_said_so(session: Session) -> None:
    by = make_user(session)
    cases = [
        make_case(session, by=by, opened_at=datetime(2026, 5, 1, 8, tzinfo=UTC)) for _ in "abc"
    ]
    said: list[tuple[str | None, str | None]] = [("QN06001", "R1"), (None, "R2"), (None, None)]
    for case, (district, reference) in zip(cases, said, strict=True):
        assert case.residence is not None
        case.residence.priority_district, case.residence.reference = district, reference
    session.flush()
    summed = totals(
        balance(
            session, Case.id.in_([one.id for one in cases]), viewer=make_viewer(by), first=MAY,
            last=JUNE, today=JUNE,
        )
    )  # fmt: skip
    assert (summed.in_priority_district, len(summed.districts)) == (1, 2)
