"""What a household pays and earns: told with a day, the latest counts, each note withdrawn."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_case, make_user, make_viewer
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.money.rents import (
    RentSaid,
    note_rent,
    put_rent_back,
    rents_of,
    standing_rent,
    withdraw_rent,
)
from visits.people.protection import protect
from visits.programmes.agreeing import RENT_WITHIN
from visits.programmes.shape import RentRule
from visits.sight import Viewer
from visits.steering.objectives import COUNT, WHOLE, Asked

TODAY = NOW.date()
SAID = RentSaid(500_00, 2_000_00, TODAY, "herself")


def test_the_latest_day_counts_until_it_is_withdrawn(session: Session) -> None:
    by = make_user(session)
    case, doing = make_case(session, by=by), {"viewer": make_viewer(by), "now": NOW}
    latest = note_rent(session, case, SAID, **doing)
    before = RentSaid(600_00, 2_000_00, TODAY - timedelta(days=9), "paper")
    earlier = note_rent(session, case, before, **doing)
    assert standing_rent(rents_of(session, case)) is latest
    assert (latest.share, latest.within(0.25), earlier.within(0.25)) == (0.25, True, False)
    withdraw_rent(session, case, latest.id, "Erreur", **doing)
    assert standing_rent(rents_of(session, case)) is earlier
    note_rent(session, case, SAID, **doing)
    put_rent_back(session, case, latest.id, **doing)
    with pytest.raises(Conflict):
        note_rent(session, case, SAID, **doing)


def test_a_note_is_withdrawn_in_its_own_case_alone(session: Session) -> None:
    by = make_user(session)
    case, other, doing = (
        make_case(session, by=by), make_case(session, by=by),
        {"viewer": make_viewer(by), "now": NOW},
    )  # fmt: skip
    note = note_rent(session, case, SAID, **doing)
    for act in (
        lambda: withdraw_rent(session, other, note.id, "Erreur", **doing),
        lambda: put_rent_back(session, other, note.id, **doing),
    ):
        with pytest.raises(NotFound):
            act()


def test_the_rate_is_of_those_alone_whom_one_sees(session: Session) -> None:
    by, other = make_user(session), make_user(session)
    cases = [make_case(session, by=by) for _ in range(3)]
    for case, rent in zip(cases, (400_00, 500_00, 600_00), strict=True):
        said = RentSaid(rent, 2_000_00, TODAY, "herself")
        note_rent(session, case, said, viewer=make_viewer(by), now=NOW)
    asked = Asked(TODAY, rent=RentRule(0.25))

    def told(viewer: Viewer) -> list[int]:
        counters = (COUNT[RENT_WITHIN], WHOLE[RENT_WITHIN])
        return [one(session, "seniors", asked, viewer).number for one in counters]

    assert told(make_viewer(other)) == [2, 3]
    protect(session, cases[0].person, by=by.id, now=NOW)
    assert told(make_viewer(other)) == [1, 2]


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        (RentSaid(None, None, None, ""), {
            "rent": "no_amount", "income": "no_amount", "told_on": "required", "source": "required",
        }),
        (RentSaid(0, -1, TODAY + timedelta(days=1), "x"), {
            "rent": "rent_out_of_range", "income": "rent_out_of_range",
            "told_on": "must_not_be_future", "source": "bad_choice",
        }),
        (RentSaid(50_000_01, 50_000_01, TODAY, "paper"), {
            "rent": "rent_out_of_range", "income": "rent_out_of_range",
        }),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_field_by_field(
    session: Session, said: RentSaid, fields: dict[str, str]
) -> None:
    by = make_user(session)
    case = make_case(session, by=by)
    with pytest.raises(Invalid) as refused:
        note_rent(session, case, said, viewer=make_viewer(by), now=NOW)
    assert refused.value.fields == fields
    assert rents_of(session, case) == []
