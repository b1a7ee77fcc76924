"""A case opened for one person: for whom, and with the points of the list of whom to visit."""

from datetime import date

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.factories import NOW, make_dwelling, make_person, make_user, make_viewer
from tests.submissions import home_visit
from visits.cases.cases import close_case, outcomes_of
from visits.choosing.opening import AGE, open_by_hand, score_case
from visits.choosing.targeting import enrol
from visits.choosing.transfer import transfer_case
from visits.forms.published import publish_form
from visits.ground.errors import Conflict, Invalid
from visits.models.cases import Case
from visits.models.people import Occupancy
from visits.programmes.published import find_programme, publish_programme
from visits.sight import Viewer

pytestmark = pytest.mark.one_database

OLD = """
code = "{code}"
name = {{ fr = "Canicule", en = "Heat" }}
audience = {{ age_min = 65 }}
target = {{ number = 50 }}
[[visit_kind]]
code = "visit"
name = {{ fr = "Visite", en = "Visit" }}
forms = ["home_visit"]
minutes = 45
[[criterion]]
code = "old"
points = 30
when = [{{ fact = "age", at_least = 80 }}]
label = {{ fr = "80 ans", en = "80" }}
[[criterion]]
code = "high"
points = 20
when = [{{ fact = "floor", at_least = 3 }}]
label = {{ fr = "En hauteur", en = "High up" }}
[[criterion]]
code = "alone"
points = 10
when = [{{ fact = "lives_alone", equals = true }}]
label = {{ fr = "Seule", en = "Alone" }}
[[criterion]]
code = "new"
points = 5
when = [{{ fact = "outcome_other", equals = "none" }}]
label = {{ fr = "Jamais suivie", en = "Never before" }}
[[tier]]
code = "light"
name = {{ fr = "Léger", en = "Light" }}
[[tier]]
code = "full"
name = {{ fr = "Complet", en = "Full" }}
score_from = 50
[[outcome]]
code = "ok"
name = {{ fr = "Fait", en = "Done" }}
"""


@pytest.fixture
def viewer(session: Session) -> Viewer:
    publish_form(session, home_visit(), by=None, now=NOW)
    for code in ("heat", "other"):
        publish_programme(session, OLD.format(code=code), source=code, by=None, now=NOW)
    return make_viewer(make_user(session))


def told(case: Case) -> tuple[int, str | None, list[tuple[str, int]]]:
    return case.score, case.tier, [(one["criterion"], one["points"]) for one in case.reasons]


def test_points_and_reasons_are_the_same_whatever_the_way_in(
    session: Session, viewer: Viewer
) -> None:
    three = [make_person(session, dwelling=make_dwelling(session, floor=4)) for _ in range(3)]
    chosen, asks, moves = three
    [case] = enrol(session, find_programme(session, "heat"), [chosen.id], viewer=viewer, now=NOW)
    by_hand, fit = open_by_hand(session, asks, "heat", viewer=viewer, now=NOW)
    other, _fit = open_by_hand(session, moves, "seniors", viewer=viewer, now=NOW)
    moved, _fit = transfer_case(
        session, other, "heat", outcome=next(iter(outcomes_of(session, other))), why="Mieux",
        viewer=viewer, now=NOW,
    )  # fmt: skip
    expected = (55, "full", [("old", 30), ("high", 20), ("new", 5), ("alone", 0)])
    assert told(case) == told(by_hand) == told(moved) == expected
    assert (fit.against, fit.unknown) == ((), ())
    assert by_hand.dwelling_id is not None


def test_a_case_of_before_scoring_is_not_scored_until_it_gets_the_points_of_today(
    session: Session, viewer: Viewer
) -> None:
    person = make_person(session, dwelling=make_dwelling(session, floor=4))
    case, _fit = open_by_hand(session, person, "heat", viewer=viewer, now=NOW)
    expected = told(case)
    with pytest.raises(Conflict, match="case_scored"):
        score_case(session, case, viewer=viewer, now=NOW)
    case.score, case.reasons, case.tier, case.scored_at = 0, [], "light", None
    score_case(session, case, viewer=viewer, now=NOW)
    assert told(case) == (expected[0], "light", expected[2])  # put there by hand, it stays
    assert case.scored_at == NOW
    case.scored_at = None
    close_case(session, case, outcome="ok", viewer=viewer, now=NOW)
    with pytest.raises(Conflict, match="case_closed"):
        score_case(session, case, viewer=viewer, now=NOW)


def test_without_a_home_or_a_birth_date_what_is_known_still_counts(
    session: Session, viewer: Viewer
) -> None:
    away, home = make_person(session), make_dwelling(session, floor=4)
    ageless = make_person(session, dwelling=home, born_on=None, do_not_contact=True)
    left = update(Occupancy).where(Occupancy.person_id == away.id)
    session.execute(left.values(ended_on=NOW.date()))
    before, _fit = open_by_hand(session, away, "other", viewer=viewer, now=NOW)
    close_case(session, before, outcome="ok", viewer=viewer, now=NOW)
    case, _fit = open_by_hand(session, away, "heat", viewer=viewer, now=NOW)
    assert (case.dwelling_id, *told(case)[:2]) == (None, 30, "light")
    case, fit = open_by_hand(session, ageless, "heat", viewer=viewer, now=NOW)
    assert fit.unknown == (AGE,)
    assert [one["criterion"] for one in case.reasons if one["points"]] == ["high", "new"]


def test_who_asks_comes_in_past_the_public_with_a_reason_that_the_case_keeps(
    session: Session, viewer: Viewer
) -> None:
    high = OLD.replace("age_min = 65", 'age_min = 65, when = [{{ fact = "floor", at_least = 3 }}]')
    publish_programme(session, high.format(code="high"), source="high", by=None, now=NOW)
    person = make_person(session, dwelling=make_dwelling(session, floor=1))
    for why, refusal in (("  ", "case_outside_public"), ("x" * 501, "too_long")):
        with pytest.raises(Invalid) as refused:
            open_by_hand(session, person, "high", outside=why, viewer=viewer, now=NOW)
        assert refused.value.fields == {"outside": refusal}
    case, fit = open_by_hand(session, person, "high", outside=" Vertiges ", viewer=viewer, now=NOW)
    assert fit.against == ("floor",)
    assert case.outside == {"facts": ["floor"], "why": "Vertiges"}
    # Moved there she was not: nobody asked for her.
    other, _fit = open_by_hand(session, person, "heat", viewer=viewer, now=NOW)
    assert other.outside is None
    close_case(session, case, outcome="ok", viewer=viewer, now=NOW)
    with pytest.raises(Conflict, match="case_does_not_fit"):
        transfer_case(session, other, "high", outcome="ok", why="Mieux", viewer=viewer, now=NOW)
    assert other.is_open


@pytest.mark.parametrize(
    ("programme", "born", "refused"),
    [
        ("seniors", {"born_on": date(2015, 1, 1)}, True),
        ("isolated_tenants", {"born_on": date(2015, 1, 1)}, True),
        ("young_tenants", {"born_on": date(1939, 1, 1)}, True),
        ("young_tenants", {"born_on": date(2004, 1, 1)}, False),
        # Of a year alone she is 70 or not yet: that is not known, and refuses nobody.
        ("seniors", {"born_on": None, "birth_year": 1956}, False),
        ("seniors", {"born_on": None, "birth_year": 1957}, True),
    ],
)
def test_whoever_is_not_of_its_ages_is_refused(
    session: Session, viewer: Viewer, programme: str, born: dict[str, object], refused: bool
) -> None:
    person = make_person(session, **born)  # type: ignore[arg-type]
    if not refused:
        case, fit = open_by_hand(session, person, programme, viewer=viewer, now=NOW)
        assert case.programme == programme and AGE not in fit.against
        assert (AGE in fit.unknown) is (born["born_on"] is None)
        return
    with pytest.raises(Conflict, match="case_does_not_fit") as said:
        open_by_hand(session, person, programme, viewer=viewer, now=NOW)
    assert said.value.details == {"facts": (AGE,)}
