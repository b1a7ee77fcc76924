"""The register of adapted homes: what is noted counts by its day, and only while it stands."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.facts import DWELLING, proposals
from tests.diagnostics.filling import Filled, parsed, shipped_form
from tests.factories import (
    make_case,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
)
from tests.visits.adapting import NO_VISIT, agreed, fund
from visits.adaptations.deciding import Decided, decide
from visits.adaptations.files import Request, open_by_hand
from visits.adaptations.moving import move_file, take_move_back
from visits.forms.published import publish_form
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.homes.access import AccessClass, Demand, Letting
from visits.homes.register import (
    FREE_OR_SOON,
    Adapted,
    RegisterFilter,
    count_register,
    list_register,
    tell,
)
from visits.homes.traits import ANSWERS, TRAITS, TraitSaid, note_trait, traits_of, withdraw_trait
from visits.intake.submissions import record_submission
from visits.models.accounts import Role, User
from visits.models.adaptations import Step
from visits.models.people import LeaseToCome
from visits.models.portfolio import Dwelling, Tenancy
from visits.models.traits import HomeTrait, TraitSource
from visits.models.visits import SubmissionState
from visits.people.protection import protect
from visits.sight import Reach
from visits.sight.listing import Wanted


@dataclass
class Office:
    """A coordinator and homes that she knows."""

    session: Session
    now: datetime
    user: User

    @property
    def today(self) -> date:
        return self.now.date()

    def home(self, *fitted: str, lift: bool = True, **said: Any) -> Dwelling:
        residence = make_residence(self.session, has_lift=lift)
        dwelling = make_dwelling(self.session, residence=residence, **said)
        for trait in fitted:
            self.note(dwelling, trait)
        return dwelling

    def note(self, home: Dwelling, trait: str, value: int = 1, since: date | None = None) -> Any:
        said = TraitSaid(trait, value, since or self.today)
        viewer = make_viewer(self.user)
        return note_trait(self.session, home, said, viewer=viewer, now=self.now)

    def told(self, home: Dwelling) -> Adapted:
        return tell(self.session, [home.id], today=self.today)[home.id]

    def listed(self, user: User | None = None, reach: Reach = Reach.ALL, **only: Any) -> set[str]:
        viewer, wanted = make_viewer(user or self.user, reach), Wanted(sort="letting")
        asked = RegisterFilter(**only)
        rows = list_register(self.session, viewer, only=asked, wanted=wanted, today=self.today)
        counted = count_register(self.session, viewer, only=asked, today=self.today)
        assert rows.total == counted == len(rows.rows)
        return {one.dwelling.reference for one in rows.rows}


@pytest.fixture
def office(session: Session, now: datetime) -> Office:
    return Office(session, now, make_user(session))


def test_a_home_is_in_the_register_as_long_as_something_is_fitted(office: Office) -> None:
    home = office.home("grab_bars", reference="A1")
    office.home(reference="A2")
    office.home(reference="A3", is_adapted=True)
    assert office.listed() == {"A1", "A3"}
    assert office.listed(trait="grab_bars") == {"A1"}
    office.note(home, "grab_bars", 0)
    assert office.listed() == {"A3"}


def test_of_several_notes_the_latest_day_counts_and_of_one_day_the_latest(office: Office) -> None:
    home = office.home()
    today = office.today
    office.note(home, "inner_door", 830, today - timedelta(days=1))
    office.note(home, "inner_door", 700, today - timedelta(days=900))
    assert office.told(home).value("inner_door") == 830
    latest = office.note(home, "inner_door", 760, today - timedelta(days=1))
    assert office.told(home).value("inner_door") == 760
    viewer = make_viewer(office.user)
    withdraw_trait(office.session, home, latest.id, "Mal lu", viewer=viewer, now=office.now)
    assert office.told(home).value("inner_door") == 830
    with pytest.raises(Conflict):
        withdraw_trait(office.session, home, latest.id, "Mal lu", viewer=viewer, now=office.now)


def test_what_is_withdrawn_stays_told_with_its_reason(office: Office) -> None:
    home, elsewhere = office.home("shower"), office.home()
    (noted,) = traits_of(office.session, home)
    viewer = make_viewer(office.user)
    with pytest.raises(Invalid):
        withdraw_trait(office.session, home, noted.id, " ", viewer=viewer, now=office.now)
    with pytest.raises(NotFound):
        withdraw_trait(office.session, elsewhere, noted.id, "x", viewer=viewer, now=office.now)
    withdraw_trait(office.session, home, noted.id, "Autre logement", viewer=viewer, now=office.now)
    (noted,) = traits_of(office.session, home)
    assert (noted.withdrawn_why, noted.withdrawn_by_id) == ("Autre logement", office.user.id)
    assert office.listed() == set()


@pytest.mark.parametrize(
    ("trait", "value", "days", "field"),
    [
        ("", 1, 0, "trait"),
        ("balcony", 1, 0, "trait"),
        ("shower", 2, 0, "value"),
        ("inner_door", None, 0, "value"),
        ("inner_door", 83, 0, "value"),
        ("outside_steps", -1, 0, "value"),
        ("shower", 1, 1, "since"),
        ("shower", 1, -30_000, "since"),
        ("leaving", 1, 500, "since"),
    ],
)
def test_what_cannot_be_is_refused_by_field(
    office: Office, trait: str, value: int | None, days: int, field: str
) -> None:
    home, on = office.home(), office.today + timedelta(days=days)
    viewer = make_viewer(office.user)
    with pytest.raises(Invalid) as refused:
        said = TraitSaid(trait, value, on)
        note_trait(office.session, home, said, viewer=viewer, now=office.now)
    assert set(refused.value.fields) == {field}
    assert traits_of(office.session, home) == []


@pytest.mark.parametrize(
    ("floor", "lift", "met"),
    [
        (0, None, True), (0, False, True), (3, True, True), (None, True, True),
        (3, False, False), (-1, False, False), (3, None, None), (None, False, None),
        (None, None, None),
    ],
)  # fmt: skip
def test_no_stairs_lead_to_the_ground_floor_or_where_a_lift_is_and_else_nobody_knows(
    office: Office, floor: int | None, lift: bool | None, met: bool | None
) -> None:
    residence = make_residence(office.session, has_lift=lift)
    home = make_dwelling(office.session, residence=residence, floor=floor)
    assert office.told(home).met[Demand.REACH] is met


def test_a_home_is_usable_in_a_wheelchair_once_all_of_it_is_known(office: Office) -> None:
    home = office.home(reference="U")
    assert office.told(home).access is AccessClass.UNKNOWN
    office.note(home, "outside_steps", 0)
    assert office.told(home).access is AccessClass.REACHABLE
    office.note(home, "entrance_door", 830)
    office.note(home, "inner_door", 770)
    assert office.told(home).access is AccessClass.REACHABLE
    office.note(home, "shower")
    assert office.told(home).access is AccessClass.USABLE
    assert office.listed(access="usable") == {"U"}
    office.note(home, "inner_door", 769)
    assert office.told(home).access is AccessClass.REACHABLE
    office.note(home, "outside_steps", 3)
    assert office.told(home).access is AccessClass.NOT_REACHABLE


def test_a_home_is_free_soon_free_or_let_by_its_leases_and_what_is_announced(
    office: Office,
) -> None:
    session, today = office.session, office.today
    home = office.home("shower", reference="F")
    assert office.told(home).letting is Letting.UNKNOWN
    assert office.listed(letting=FREE_OR_SOON) == set()
    make_person(session, dwelling=home)
    lease = session.scalars(select(Tenancy).where(Tenancy.dwelling_id == home.id)).one()
    assert office.told(home).letting is Letting.LET
    leaving = office.note(home, "leaving", 1, today + timedelta(days=40))
    told = office.told(home)
    assert (told.letting, told.leaves_on) == (Letting.SOON, today + timedelta(days=40))
    assert office.listed(letting=FREE_OR_SOON) == office.listed(letting="soon") == {"F"}
    viewer = make_viewer(office.user)
    withdraw_trait(session, home, leaving.id, "Elle reste", viewer=viewer, now=office.now)
    assert office.listed(letting="let") == {"F"}
    lease.ended_on = today + timedelta(days=9)
    session.flush()
    assert office.told(home).letting is Letting.SOON
    lease.ended_on = today - timedelta(days=9)
    session.flush()
    assert office.told(home).letting is Letting.FREE
    session.add(LeaseToCome(dwelling_id=home.id, starts_on=today + timedelta(days=5), content={}))
    session.flush()
    assert office.told(home).letting is Letting.LET


def test_of_a_home_without_a_known_lease_somebody_says_from_when_it_is_free(
    office: Office,
) -> None:
    home, today = office.home("shower"), office.today
    assert office.told(home).letting is Letting.UNKNOWN
    office.note(home, "leaving", 1, today - timedelta(days=3))
    assert office.told(home).letting is Letting.FREE
    office.note(home, "leaving", 1, today + timedelta(days=3))
    assert office.told(home).letting is Letting.SOON
    lease = Tenancy(dwelling_id=home.id, started_on=today + timedelta(days=3))
    office.session.add(lease)
    office.session.flush()
    assert office.told(home).letting is Letting.LET


def test_a_hidden_home_is_in_nobodys_register_but_of_those_named(office: Office) -> None:
    home = office.home("shower", reference="H")
    person = make_person(office.session, dwelling=home)
    protect(office.session, person, by=office.user.id, now=office.now)
    assert office.listed() == {"H"}
    assert office.listed(make_user(office.session)) == set()
    assert office.listed(make_user(office.session), text="H") == set()


def test_what_was_received_is_in_the_register_and_leaves_it_with_its_reception(
    office: Office,
) -> None:
    session, now, viewer = office.session, office.now, make_viewer(office.user)
    home = office.home(reference="R")
    person = make_person(session, dwelling=home)
    said = Request("shower", "phone", office.today)
    file = open_by_hand(session, person, home, said, viewer=viewer, now=now)

    def go(step: Step) -> None:
        move_file(
            session, file, step, turn=file.turn, said=NO_VISIT, agreed=agreed(now),
            priority="next", viewer=viewer, now=now,
        )  # fmt: skip

    go(Step.ELIGIBILITY)
    go(Step.FUNDING)
    fund(session, file, viewer=viewer, now=now)
    go(Step.DECISION)
    decide(session, file, Decided("granted"), turn=file.turn, viewer=viewer, now=now)
    go(Step.WORKS)
    go(Step.RECEPTION)
    assert office.listed() == set()
    home.has_bath, home.is_adapted = True, None
    assert (office.told(home).has_bath, office.told(home).is_adapted) == (True, None)
    go(Step.FIRST_FOLLOW_UP)
    (fitted,) = office.told(home).fitted
    assert (fitted.trait, fitted.source, fitted.since) == (
        "shower", TraitSource.ADAPTATION, office.today,
    )  # fmt: skip
    assert (office.told(home).has_bath, office.told(home).is_adapted) == (False, True)
    take_move_back(session, file, turn=file.turn, viewer=viewer, now=now)
    assert office.listed() == set()


def test_a_widened_door_is_received_with_its_width_which_leaves_with_its_reception(
    office: Office,
) -> None:
    session, now, viewer = office.session, office.now, make_viewer(office.user)
    home = office.home(reference="R")
    said = Request("widened_door", "phone", office.today)
    file = open_by_hand(
        session, make_person(session, dwelling=home), home, said, viewer=viewer, now=now
    )

    def received(**measured: int) -> None:
        file.step, received = Step.RECEPTION, Step.FIRST_FOLLOW_UP
        acting = {"turn": file.turn, "viewer": viewer, "now": now}
        move_file(session, file, received, measured=measured, **acting)

    for wrong in ({"inner_door": 83}, {"outside_steps": 2}):
        with pytest.raises(Invalid) as refused:
            received(**wrong)
        assert refused.value.fields == dict.fromkeys(wrong, "trait_out_of_range")
    received(inner_door=830)
    told = office.told(home)
    assert (told.value("inner_door"), told.value("entrance_door")) == (830, None)
    assert told.traits["inner_door"].source is TraitSource.ADAPTATION
    take_move_back(session, file, turn=file.turn, viewer=viewer, now=now)
    assert session.scalars(select(HomeTrait).where(HomeTrait.withdrawn_at.is_(None))).all() == []
    file.code = "shower"  # of which nothing is measured
    with pytest.raises(Invalid):
        received(inner_door=830)


def test_what_a_visit_measures_counts_as_long_as_its_answers_do(app: Flask, office: Office) -> None:
    session, now = office.session, office.now
    publish_form(session, shipped_form("accessibility"), by=None, now=now)
    visitor = make_user(session, role=Role.VISITOR)
    case = make_case(session, by=office.user)
    visit = make_visit(session, case=case, visitor=visitor)
    assert case.dwelling is not None
    answers = {"visit_agreed": "yes", "applies": "existing", "inner_door": "800",
               "outside_steps": "2", "washing": "shower", "grab_bars": "yes"}  # fmt: skip
    sent = record_submission(
        session, app.extensions["palier"].store, files=[],
        xml=Filled("accessibility", **answers).checked.xml,
        viewer=make_viewer(visitor, Reach.OWN), now=now, visit_id=visit.id,
    )  # fmt: skip
    told = office.told(case.dwelling)
    assert {name: told.value(name) for name in ("inner_door", "outside_steps", "grab_bars")} == {
        "inner_door": 800, "outside_steps": 2, "grab_bars": 1,
    }  # fmt: skip
    sent.state = SubmissionState.SET_ASIDE
    session.flush()
    assert office.told(case.dwelling).traits == {}


def test_every_answer_that_tells_a_trait_is_asked_by_a_form_that_ships() -> None:
    asked = {one.name for one in proposals(parsed("accessibility")) if one.about == DWELLING}
    assert set(ANSWERS) <= asked
    assert {trait for trait, _words in ANSWERS.values()} <= set(TRAITS)
