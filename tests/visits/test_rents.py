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
