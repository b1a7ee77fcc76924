"""Why a case is opened: one of the motives a programme lists, counted as far as one may see."""

import pytest
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_person, make_user, make_viewer, shipped_programmes_read
from visits.cases.cases import close_case
from visits.choosing.opening import open_by_hand
from visits.ground.errors import Invalid
from visits.models.cases import WayIn
from visits.programmes import BadProgramme, parse_programme, write_programme
from visits.programmes.published import find_programme
from visits.steering.motives import by_motive

PROGRAMME = "social_follow_up"


def test_cases_are_counted_by_motive_as_far_as_one_may_see_their_persons(session: Session) -> None:
    viewer = make_viewer(make_user(session))
    people = [make_person(session) for _ in range(3)]
    cases = [
        open_by_hand(session, her, PROGRAMME, motive=motive, viewer=viewer, now=NOW)[0]
        for her, motive in zip(people, ("budget", "budget", "rights"), strict=True)
    ]
    close_case(session, cases[2], outcome="settled", viewer=viewer, now=NOW)
    programme = find_programme(session, PROGRAMME)
    counted = {str(one.name): one for one in by_motive(session, programme, viewer=viewer) if one}
    names = [one.name for one in programme.motives]
    assert list(counted) == [str(name) for name in names], "in the order of the list, none other"
    opened = {one.code: counted[str(one.name)].opened for one in programme.motives}
    assert {code: count for code, count in opened.items() if count} == {"budget": 2, "rights": 1}
    assert counted[str(names[2])].closed == 1
    people[0].protected = True
    session.flush()
    assert sum(one.opened for one in by_motive(session, programme, viewer=viewer)) == 2
    assert by_motive(session, find_programme(session, "seniors"), viewer=viewer) == ()


@pytest.mark.parametrize(
    ("motive", "said"), [("", "motive_required"), ("Dettes", "motive_not_listed")]
)
def test_by_hand_a_motive_of_the_list_is_asked_for(
    session: Session, motive: str, said: str
) -> None:
    viewer, her = make_viewer(make_user(session)), make_person(session)
    for way_in in (WayIn.REQUEST, WayIn.REFERRAL):
        with pytest.raises(Invalid) as refused:
            open_by_hand(
                session, her, PROGRAMME, way_in=way_in, motive=motive, viewer=viewer, now=NOW
            )
        assert refused.value.fields == {"motive": said}
    moved, _fit = open_by_hand(
        session, her, PROGRAMME, way_in=WayIn.TRANSFER, motive="Dettes", viewer=viewer, now=NOW
    )
    assert moved.motive == "Dettes"


def test_a_motive_stands_in_the_file_of_its_programme_once() -> None:
    shipped = shipped_programmes_read()[PROGRAMME]
    whole = write_programme(shipped)
    again = parse_programme(whole, source="")
    assert again == shipped
    assert again.motive_told("budget")["en"] == "Budget, rent unpaid"
    assert again.motive_told("Des dettes") == {"fr": "Des dettes", "en": "Des dettes"}
    with pytest.raises(BadProgramme, match="deux motifs ont le même code"):
        parse_programme(whole.replace('code = "rights"', 'code = "budget"', 1), source="")
