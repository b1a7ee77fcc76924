"""Labels of landlords: rules from a day on, and homes that have them, lack something, or may."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.factories import (
    make_case,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
)
from tests.visits.test_register import Office
from visits.accounts.accounts import find_organisation
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.homes.labelled import (
    Labelled,
    LabelStanding,
    brought_by,
    count_standings,
    labelled,
)
from visits.homes.labels import (
    FURTHEST,
    MAY_ASK,
    OLDEST,
    RulesSaid,
    change_rules,
    find_label,
    list_labels,
    make_label,
    put_label_back,
    put_rules_back,
    rename_label,
    rules_on,
    withdraw_label,
    withdraw_rules,
)
from visits.homes.register import tell
from visits.homes.traits import FITTED
from visits.models.accounts import OrganisationKind, Role, User
from visits.models.labels import HomeLabel
from visits.models.portfolio import Dwelling
from visits.people.protection import protect
from visits.sight import Reach

S = LabelStanding
BARS_AND_WC = ("grab_bars", "raised_wc")
# What is noted of a home so that each thing a label may ask is there.
HAVING: dict[str, Sequence[tuple[str, int]]] = {
    "no_steps": [("outside_steps", 0)],
    "doors": [("entrance_door", 900), ("inner_door", 900)],
}


class Labels(Office):
    """An office whose landlord has a label."""

    def label(
        self, *asks: str, name: str = "La Belle vie", landlord: str = "", days: int = 0
    ) -> HomeLabel:
        said = RulesSaid(asks or BARS_AND_WC, self.today + timedelta(days=days))
        viewer = make_viewer(self.user)
        return make_label(self.session, name, landlord, said, viewer=viewer, now=self.now)

    def change(self, label: HomeLabel, *asks: str, days: int = 0) -> Any:
        said = RulesSaid(asks, self.today + timedelta(days=days))
        return change_rules(self.session, label, said, viewer=make_viewer(self.user), now=self.now)

    def stands(self, home: Dwelling, on: date | None = None) -> list[Labelled]:
        today = on or self.today
        noted = {home.id: tell(self.session, [home.id], today=today)[home.id].traits}
        return labelled(self.session, noted, today=today).get(home.id, [])

    def counts(self, label: HomeLabel, user: User | None = None, reach: Reach = Reach.ALL) -> Any:
        """Count the homes of each standing, and find as many in the register."""
        viewer = make_viewer(user or self.user, reach)
        counts = count_standings(self.session, viewer, label, today=self.today)
        for one, count in counts.items():
            assert len(self.listed(user, reach, label=label, standing=one)) == count
        assert len(self.listed(user, reach, label=label)) == sum(counts.values())
        return {one: count for one, count in counts.items() if count}


@pytest.fixture
def office(session: Any, now: Any) -> Labels:
    return Labels(session, now, make_user(session))


def test_a_home_has_a_label_lacks_something_or_nobody_knows(office: Labels) -> None:
    label = office.label()
    homes = {
        S.HAS: office.home("grab_bars", "raised_wc"),
        S.LACKS_ONE: office.home("grab_bars"),
        S.LACKS_MORE: office.home(),
        S.UNKNOWN: office.home("grab_bars"),
    }
    office.note(homes[S.LACKS_ONE], "raised_wc", 0)
    office.note(homes[S.LACKS_MORE], "raised_wc", 0)
    office.note(homes[S.LACKS_MORE], "grab_bars", 0)
    for standing, home in homes.items():
        (told,) = office.stands(home)
        assert (told.label, told.standing) == (label, standing)
        assert office.listed(label=label, standing=standing) == {home.reference}
    assert office.counts(label) == dict.fromkeys(S, 1)
    (lacking,), (unknown,) = office.stands(homes[S.LACKS_ONE]), office.stands(homes[S.UNKNOWN])
    assert (lacking.missing, lacking.unknown, lacking.since) == (["raised_wc"], [], None)
    assert (unknown.missing, unknown.unknown, unknown.since) == ([], ["raised_wc"], None)


def test_a_home_lacks_one_thing_only_where_all_else_is_known_to_be_there(office: Labels) -> None:
    label, home = office.label(*BARS_AND_WC, "kitchen"), office.home("grab_bars")
    office.note(home, "raised_wc", 0)
    (told,) = office.stands(home)
    assert (told.standing, told.missing, told.unknown) == (
        S.LACKS_MORE, ["raised_wc"], ["kitchen"],
    )  # fmt: skip
    assert office.counts(label) == {S.LACKS_MORE: 1}


@pytest.mark.parametrize("name", MAY_ASK)
def test_all_that_a_label_may_ask_is_not_known_then_met_by_what_is_noted(
    office: Labels, name: str
) -> None:
    office.label(name)
    home = office.home(floor=3, lift=None if name == "reach" else True)
    assert office.stands(home)[0].standing is S.UNKNOWN
    for trait, value in HAVING.get(name, [(name, 1)] if name in FITTED else []):
        office.note(home, trait, value, office.today - timedelta(days=1))
    if name == "reach":
        home.floor = 0
        office.session.flush()
    assert office.stands(home)[0].standing is S.HAS


@pytest.mark.parametrize("name", MAY_ASK)
def test_an_adaptation_brings_what_it_lets_a_home_meet_and_no_other_does(
    office: Labels, name: str
) -> None:
    office.label(name)
    met = set()
    for code in FITTED:
        home = office.home(code, floor=3, lift=False, has_bath=True)
        if office.stands(home)[0].standing is S.HAS:
            met.add(code)
    assert met == brought_by(name)


def test_a_label_is_dated_by_the_last_of_what_makes_it_true(office: Labels) -> None:
    office.label("no_steps", "shower", "doors", days=-300)
    home = office.home()
    ago = [office.today - timedelta(days=days) for days in range(60)]
    for trait, value, since in (
        ("entrance_door", 900, ago[50]), ("inner_door", 900, ago[30]), ("bathroom", 1, ago[40]),
        ("outside_steps", 2, ago[5]), ("lift_access", 1, ago[45]), ("shower", 0, ago[4]),
    ):  # fmt: skip
        office.note(home, trait, value, since)
    assert office.stands(home)[0].since == ago[30]
    office.note(home, "shower", 1, ago[2])  # the bathroom was accessible before
    assert office.stands(home)[0].since == ago[30]
    office.note(home, "inner_door", 800, ago[1])
    assert office.stands(home)[0].since == ago[1]


def test_new_rules_count_from_their_day_and_those_before_stay_readable(office: Labels) -> None:
    label, home = office.label("grab_bars", days=-10), office.home()
    office.note(home, "grab_bars", 1, office.today - timedelta(days=30))
    assert office.stands(home)[0].since == office.today - timedelta(days=10)
    assert office.stands(home, office.today - timedelta(days=11)) == []
    later = office.change(label, "grab_bars", "kitchen", days=5)
    assert office.stands(home)[0].standing is S.HAS
    then = office.today + timedelta(days=5)
    assert office.stands(home, then)[0].standing is S.UNKNOWN
    assert [one.asks for one in label.versions] == [["grab_bars"], ["grab_bars", "kitchen"]]
    viewer = make_viewer(office.user)
    with pytest.raises(Invalid):
        withdraw_rules(label, later.id, " ", viewer=viewer, now=office.now)
    withdraw_rules(label, later.id, "Trop tôt", viewer=viewer, now=office.now)
    assert office.stands(home, then)[0].standing is S.HAS
    with pytest.raises(Conflict):
        withdraw_rules(label, later.id, "Trop tôt", viewer=viewer, now=office.now)
    put_rules_back(label, later.id)
    assert rules_on(label, then) is later
    with pytest.raises(NotFound):
        put_rules_back(label, uuid.uuid4())


def test_of_one_day_the_rules_noted_last_count(office: Labels) -> None:
    label = office.label("grab_bars")
    last = office.change(label, "kitchen")
    assert rules_on(label, office.today) is last


def test_before_its_first_day_and_once_withdrawn_no_home_stands_before_a_label(
    office: Labels,
) -> None:
    home, coming = office.home("grab_bars"), office.label("grab_bars", days=1)
    assert (office.stands(home), office.counts(coming)) == ([], {})
    label = office.label("grab_bars", name="Habitat senior")
    assert office.counts(label) == {S.HAS: 1}
    viewer = make_viewer(office.user)
    withdraw_label(label, "Plus financé", viewer=viewer, now=office.now)
    assert (office.stands(home), office.counts(label)) == ([], {})
    assert list_labels(office.session, viewer) == [coming]
    assert list_labels(office.session, viewer, withdrawn=True) == [label]
    with pytest.raises(Conflict):
        office.change(label, "kitchen")
    with pytest.raises(Conflict):
        rename_label(office.session, label, "Autre")
    put_label_back(office.session, label)
    assert office.counts(label) == {S.HAS: 1}
    with pytest.raises(Conflict):
        put_label_back(office.session, label)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "LA BELLE VIE"}, "name"),
        ({"asks": []}, "asks"),
        ({"asks": ["balcony"]}, "asks"),
        ({"counts_from": None}, "counts_from"),
        ({"counts_from": FURTHEST + timedelta(days=1)}, "counts_from"),
        ({"counts_from": -OLDEST - timedelta(days=1)}, "counts_from"),
        ({"landlord": "x"}, "landlord"),
    ],
)
def test_what_cannot_be_a_label_is_refused_by_field(
    office: Labels, said: dict[str, Any], field: str
) -> None:
    office.label()
    given = {"name": "Autre", "asks": ["shower"], "counts_from": timedelta(0), "landlord": ""}
    given |= said
    far = given["counts_from"]
    rules = RulesSaid(given["asks"], far if far is None else office.today + far)
    viewer = make_viewer(office.user)
    with pytest.raises(Invalid) as refused:
        make_label(
            office.session, given["name"], given["landlord"], rules, viewer=viewer, now=office.now
        )
    assert set(refused.value.fields) == {field}
    assert len(list_labels(office.session, viewer)) == 1


def test_a_name_is_free_once_its_label_is_withdrawn_and_taken_when_it_comes_back(
    office: Labels,
) -> None:
    first, viewer = office.label(), make_viewer(office.user)
    withdraw_label(first, "Erreur", viewer=viewer, now=office.now)
    second = office.label()
    with pytest.raises(Conflict, match="label_name_taken"):
        put_label_back(office.session, first)
    assert first.withdrawn_at is not None
    rename_label(office.session, second, " La belle vie ")
    other = office.label(name="Habitat senior")
    with pytest.raises(Invalid):
        rename_label(office.session, other, "la belle Vie")


def test_no_rules_come_before_those_that_stand(office: Labels) -> None:
    label = office.label(days=-5)
    with pytest.raises(Invalid) as refused:
        office.change(label, "shower", days=-6)
    assert refused.value.fields == {"counts_from": "label_rules_later"}


def test_a_home_of_another_landlord_never_has_the_label(office: Labels) -> None:
    session = office.session
    own, other = (
        find_organisation(session, name, OrganisationKind.LANDLORD)
        for name in ("Office", "Habitat de l’Aisne")
    )
    label = office.label("grab_bars", landlord=str(own.id))
    office.label("grab_bars", name="La Belle vie", landlord=str(other.id))
    homes = [
        make_dwelling(session, residence=make_residence(session, landlord_id=one.id))
        for one in (own, other)
    ]
    for home in homes:
        office.note(home, "grab_bars")
    assert office.listed(label=label) == {homes[0].reference}
    assert office.counts(label) == {S.HAS: 1}
    assert [one.label.landlord_id for one in office.stands(homes[1])] == [other.id]


def test_a_landlords_own_staff_sees_and_changes_its_labels_alone(office: Labels) -> None:
    session = office.session
    technician = make_user(session, role=Role.TECHNICIAN)
    mine = replace(make_viewer(technician), landlord_id=technician.organisation_id)
    other = find_organisation(session, "Habitat de l’Aisne", OrganisationKind.LANDLORD)
    label = office.label("grab_bars", landlord=str(technician.organisation_id))
    theirs = office.label("grab_bars", landlord=str(other.id))
    make_residence(session, landlord_id=other.id)
    assert list_labels(session, mine) == [label]
    assert find_label(session, mine, label.id, to_change=True) is label
    for to_change in (False, True):
        with pytest.raises(NotFound):
            find_label(session, mine, theirs.id, to_change=to_change)


def test_a_label_is_read_by_whoever_sees_a_home_and_changed_by_whoever_runs_the_stock(
    office: Labels,
) -> None:
    session, label = office.session, office.label("grab_bars")
    visitor = make_user(session, role=Role.VISITOR)
    hers = make_viewer(visitor, Reach.OWN)
    assert list_labels(session, hers) == []
    home = office.home("grab_bars")
    office.home("grab_bars")
    case = make_case(session, by=office.user, dwelling=home)
    make_visit(session, case=case, visitor=visitor)
    assert list_labels(session, hers) == [label]
    assert office.counts(label, visitor, Reach.OWN) == {S.HAS: 1}
    with pytest.raises(NotFound):
        find_label(session, hers, label.id, to_change=True)


def test_hidden_homes_are_counted_for_nobody_but_those_named(office: Labels) -> None:
    label = office.label("grab_bars")
    hidden, _open = office.home("grab_bars"), office.home("grab_bars")
    person = make_person(office.session, dwelling=hidden)
    protect(office.session, person, by=office.user.id, now=office.now)
    assert office.counts(label) == {S.HAS: 2}
    assert office.counts(label, make_user(office.session)) == {S.HAS: 1}
