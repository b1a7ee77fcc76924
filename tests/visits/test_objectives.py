"""What a programme set out to do, counted from stays and group sessions too."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_case, make_dwelling, make_user, make_viewer
from visits.models.sessions import CollectiveSession, SessionKind, SessionState
from visits.programmes.schema import COUNTERS
from visits.sight import Reach, Viewer
from visits.stays.places import PlaceSaid, add_place
from visits.stays.stays import EndSaid, StaySaid, begin_stay, end_stay, withdraw_stay
from visits.steering.objectives import COUNT, Asked

TODAY = NOW.date()


def test_there_is_a_count_for_each_counter_a_programme_may_name() -> None:
    assert tuple(COUNT) == COUNTERS


class House:
    """Five places, four stays of one programme: one goes on, two ended, one was a mistake."""

    def __init__(self, session: Session) -> None:
        self.session, by = session, make_user(session)
        self.viewer = make_viewer(by)
        self.cases = [make_case(session, by=by, dwelling=make_dwelling(session)) for _ in range(4)]
        ends = (None, "other_landlord", "no_home", "withdrawn")
        for case, end in zip(self.cases, ends, strict=True):
            said = PlaceSaid("room", "Chambre", "renewable", 6, 300_00, TODAY - timedelta(days=90))
            home = make_dwelling(session)
            place = add_place(session, home, said, viewer=self.viewer, now=NOW)
            comes = StaySaid("temporary", TODAY - timedelta(days=60), case.id)
            stay = begin_stay(session, place, case.person, comes, viewer=self.viewer, now=NOW)
            if end == "withdrawn":
                withdraw_stay(
                    session, stay, why="Erreur", turn=stay.turn, viewer=self.viewer, now=NOW
                )
            elif end:
                left = EndSaid(TODAY - timedelta(days=10), end, "Fin du séjour")
                end_stay(session, stay, left, turn=stay.turn, viewer=self.viewer, now=NOW)
        session.flush()

    def count(
        self, counter: str, *, days_ago: int = 0, viewer: Viewer | None = None
    ) -> tuple[int, int | None]:
        by = TODAY - timedelta(days=days_ago)
        asked = Asked(TODAY, by)
        return tuple(COUNT[counter](self.session, "seniors", asked, viewer or self.viewer))


@pytest.fixture
def house(session: Session) -> House:
    return House(session)


def test_stays_and_those_who_were_rehoused_are_counted_from_the_stays(house: House) -> None:
    assert house.count("stays_begun") == (3, 3)
    assert house.count("rehoused") == (1, 1)
    # Up to a day, and only of whom one may see.
    assert house.count("rehoused", days_ago=11) == (0, 0)
    assert house.count("stays_begun", days_ago=61) == (0, 0)
    house.cases[1].person.protected = True
    house.session.flush()
    assert house.count("rehoused") == (0, 0)
    assert house.count("stays_begun") == (2, 2)


def test_who_stays_is_counted_on_the_day_and_never_ahead(house: House) -> None:
    assert house.count("staying") == (1, 1)
    assert house.count("staying", days_ago=11) == (3, 3)
    assert house.count("staying", days_ago=10) == (1, 1), "who leaves is not there that day"
    assert house.count("staying", days_ago=61) == (0, 0)
    assert house.count("staying", days_ago=-99) == (1, 1), "today, as nobody knows later days"
    house.cases[0].person.protected = True
    house.session.flush()
    assert house.count("staying") == (0, 0)


def test_group_sessions_that_were_held_are_counted_and_no_person_with_them(house: House) -> None:
    landlord = house.cases[0].landlord_id
    for state, days in ((SessionState.HELD, 1), (SessionState.HELD, 9), (SessionState.PLANNED, 1)):
        house.session.add(
            CollectiveSession(
                programme="seniors", landlord_id=landlord, kind=SessionKind.COURSE, title="Cours",
                state=state, starts_at=NOW - timedelta(days=days), minutes=120, place="Salle",
                held_by_name="Numérique", planned_at=NOW, planned_by_id=house.viewer.user_id,
            )
        )  # fmt: skip
    house.session.flush()
    assert house.count("sessions_held") == (2, None)
    assert house.count("sessions_held", days_ago=5) == (1, None)
    stranger = make_user(house.session, organisation="Voisins")
    blind = Viewer(stranger.id, stranger.organisation_id, None, Reach.OWN)
    for counter in COUNT:
        assert not house.count(counter, viewer=blind)[0]
