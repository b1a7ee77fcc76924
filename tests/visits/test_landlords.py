"""Several landlords: each with its own references, files, homes and tenants."""

import uuid
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.factories import (
    NOW,
    make_case,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
)
from tests.visits.portfolio_files import (
    BUILDINGS,
    CELL,
    ERP,
    FLATS,
    TENANTS,
    counts,
    load,
    plan_of,
    table_of,
)
from visits.accounts.accounts import find_organisation, find_territory
from visits.accounts.mandates import MandateSaid, find_mandate, grant_mandate, list_mandates
from visits.agenda.planning import move_visit
from visits.agenda.slot_check import visitors
from visits.cases.charge import charge_choices, put_in_charge
from visits.ground.errors import Invalid, NotFound
from visits.life.arrivals import Arriving, record_arrival
from visits.life.endings import Told
from visits.mapping.points import rebuild_map, refresh_map
from visits.mapping.views import (
    Area,
    MapFilter,
    count_buildings,
    count_cells,
    list_dwellings,
    located_area,
)
from visits.models.accounts import OrganisationKind, Role, User
from visits.models.cases import Case
from visits.models.life import HowTold
from visits.models.mandates import Mandate, Right
from visits.models.map import MapCell
from visits.models.people import LeaseToCome, Occupancy, Person
from visits.models.portfolio import Dwelling, Residence
from visits.models.visits import Visit
from visits.people.by_hand import PersonSaid
from visits.people.by_hand import make_person as write_down
from visits.portfolio import Kind, propose_mapping, upload_file
from visits.portfolio.mapping import remember_mapping
from visits.portfolio.to_come import _by, viewer_of
from visits.programmes.published import publish_shipped_programmes
from visits.sight import Reach, Viewer, mandates_held, visible_cases, visible_persons
from visits.sight.homes import visible_homes
from visits.sight.landlords import landlord_for
from visits.stock.movements import bag_holders


@pytest.fixture
def landlords(session: Session) -> tuple[uuid.UUID, uuid.UUID]:
    """Two landlords."""
    kind = OrganisationKind.LANDLORD
    one, other = (find_organisation(session, name, kind).id for name in ("Oise", "Aisne"))
    return one, other


def test_the_same_references_of_two_landlords_are_two_homes_and_two_tenants(
    session: Session, landlords: tuple[uuid.UUID, uuid.UUID]
) -> None:
    one, other = landlords
    files = (BUILDINGS, FLATS, TENANTS)
    load(session, *files, landlord=one)
    session.flush()
    plans = [plan_of(session, text, landlord=other) for text in files]
    # As of files that nobody has seen: nothing known, nothing unchanged, nobody met elsewhere.
    assert counts(plans[0], "residences") == (3, 0, 0, 0)
    assert counts(plans[2], "persons") == (4, 0, 0, 0)
    assert all(not plan.changes for plan in plans)
    load(session, *files, landlord=other)
    session.expire_all()
    for kind in (Residence, Dwelling, Person):
        found = session.execute(select(kind.reference, kind.landlord_id)).all()
        references = {reference for reference, _landlord in found}
        assert sorted(found) == sorted((r, owner) for r in references for owner in landlords)
    lived_in = (
        select(Person.landlord_id, Dwelling.landlord_id, Residence.landlord_id)
        .join(Occupancy, Occupancy.person_id == Person.id)
        .join(Occupancy.tenancy)
        .join(Dwelling)
        .join(Residence, Dwelling.residence_id == Residence.id)
    )
    assert {len(set(row)) for row in session.execute(lived_in)} == {1}
    again = plan_of(session, TENANTS, landlord=other)
    assert counts(again, "persons") == (0, 0, 4, 0)


def test_a_file_does_not_learn_from_the_stock_of_another_landlord(
    session: Session, landlords: tuple[uuid.UUID, uuid.UUID]
) -> None:
    one, other = landlords
    load(session, BUILDINGS, FLATS, ERP, landlord=one)
    load(session, ERP, landlord=other)
    spelled = select(Residence.city).where(Residence.landlord_id == other)
    assert set(session.scalars(spelled)) == {"Creil", "Crepy en Valois"}  # as its own file says
    homes = select(Dwelling).where(Dwelling.landlord_id == other)
    assert all(home.residence.reference is None for home in session.scalars(homes))


def test_columns_are_remembered_for_the_landlord_whose_file_it_was(
    session: Session, landlords: tuple[uuid.UUID, uuid.UUID]
) -> None:
    one, other = landlords
    mapping = {0: "dwelling_reference", 1: "full_name"}
    for owner, columns in ((one, mapping), (other, {**mapping, 2: "born_on"})):
        assert not propose_mapping(session, table_of(ERP), landlord_id=owner).remembered
        remember_mapping(
            session, table_of(ERP), landlord_id=owner, kind=Kind.TENANTS, mapping=columns, now=NOW
        )
    assert propose_mapping(session, table_of(ERP), landlord_id=one).mapping == mapping


def test_staff_write_for_their_own_landlord_and_others_say_for_whom(
    session: Session, landlords: tuple[uuid.UUID, uuid.UUID]
) -> None:
    one, other = landlords
    staff = make_user(session, organisation="Oise")
    platform = make_user(session, organisation="Plateforme", role=Role.VISITOR)
    sent: dict[str, Any] = {"data": ERP.encode(), "file_name": "e.csv", "now": NOW}
    assert upload_file(session, user_id=staff.id, **sent).landlord_id == one
    publish_shipped_programmes(session, now=NOW)
    for owner in ("Oise", "Aisne"):
        said = MandateSaid(
            platform.organisation_id, "seniors", None, frozenset(Right), NOW.date(), None
        )
        by = make_user(session, organisation=owner)
        grant_mandate(session, said, by=by.id, now=NOW)
    assert upload_file(session, user_id=platform.id, landlord_id=other, **sent).landlord_id == other
    for who, chosen, code in (
        (staff, other, "bad_choice"), (platform, None, "required"),
        (platform, uuid.uuid4(), "bad_choice"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            landlord_for(session, who.id, chosen, on=NOW.date())
        assert refused.value.fields == {"landlord": code}
    her = PersonSaid("SORT", "Jeanne")
    written = write_down(session, her, viewer=make_viewer(staff), now=NOW)
    assert written.landlord_id == one


def test_who_writes_where_no_landlord_is_known_is_told_so(session: Session) -> None:
    user = make_user(session, organisation="Plateforme", role=Role.VISITOR)
    with pytest.raises(Invalid) as refused:
        landlord_for(session, user.id, on=NOW.date())
    assert refused.value.fields == {"landlord": "no_landlord"}


def test_nobody_moves_into_another_landlords_home(
    session: Session, landlords: tuple[uuid.UUID, uuid.UUID]
) -> None:
    one, other = landlords
    staff = make_user(session, organisation="Oise")
    of = {owner: make_residence(session, landlord_id=owner) for owner in landlords}
    person = make_person(session, dwelling=make_dwelling(session, residence=of[one]))
    elsewhere = make_dwelling(session, residence=of[other])
    with pytest.raises(Invalid) as refused:
        record_arrival(
            session, person, Arriving(elsewhere, date(2026, 3, 1)),
            told=Told(HowTold.PAGE, staff.id, NOW),
        )  # fmt: skip
    assert refused.value.fields == {"home_reference": "home_not_found"}
    # Nor can the database be told that a dwelling is of another landlord than its residence.
    with pytest.raises(IntegrityError), session.begin_nested():
        make_dwelling(session, residence=of[one], landlord_id=other)
    # … nor a case of another one than its person.
    with pytest.raises(IntegrityError), session.begin_nested():
        make_case(session, by=staff, person=person, landlord_id=other)


@dataclass
class Two:
    """Two landlords with a case each in one territory, and an association that visits for both."""

    session: Session
    staff: tuple[User, User]
    cases: tuple[Case, Case]
    visitor: User
    north: uuid.UUID

    def seen(self, viewer: Viewer) -> list[int]:
        """Say whose cases a viewer sees; persons and homes are theirs and no other."""
        session = self.session
        cases = select(Case.id).join(Case.person).where(visible_cases(viewer))
        found = set(session.scalars(cases))
        persons = session.scalars(select(Person.id).where(visible_persons(viewer)))
        homes = session.scalars(
            select(Dwelling.id).join(Dwelling.residence).where(visible_homes(viewer))
        )
        mine = [one for one in self.cases if one.id in found]
        assert set(persons) == {one.person_id for one in mine}
        assert set(homes) == {one.dwelling_id for one in mine}
        return [number for number, one in enumerate(self.cases) if one in mine]

    def bound(self, number: int, reach: Reach, **said: Any) -> Viewer:
        """Look as somebody of a landlord does while there are several."""
        user = self.staff[number]
        return replace(make_viewer(user, reach), landlord_id=user.organisation_id, **said)

    def grant(self, number: int, programme: str = "seniors") -> Mandate:
        said = MandateSaid(
            self.visitor.organisation_id, programme, None, frozenset(Right), NOW.date(), None
        )
        return grant_mandate(self.session, said, by=self.staff[number].id, now=NOW)


@pytest.fixture
def two(session: Session, landlords: tuple[uuid.UUID, uuid.UUID]) -> Two:
    publish_shipped_programmes(session, now=NOW)
    staff = (make_user(session, organisation="Oise"), make_user(session, organisation="Aisne"))
    visitor = make_user(session, role=Role.VISITOR, organisation="Association")
    north = find_territory(session, "Nord").id
    cases = []
    for user, landlord in zip(staff, landlords, strict=True):
        residence = make_residence(
            session, landlord_id=landlord, reference="B-1", territory_id=north, lat=49.41,
            lon=2.11, h3=CELL,
        )  # fmt: skip
        home = make_dwelling(session, residence=residence, reference="L-1")
        person = make_person(session, dwelling=home, reference="P-1")
        case = make_case(session, by=user, person=person, dwelling=home)
        make_visit(session, case=case, visitor=visitor)
        cases.append(case)
    rebuild_map(session)
    return Two(session, staff, (cases[0], cases[1]), visitor, north)


def test_whoever_belongs_to_a_landlord_reaches_its_stock_and_no_other(two: Two) -> None:
    assert two.seen(make_viewer(two.staff[0])) == [0, 1]  # as where there is one landlord
    for number in (0, 1):
        assert two.seen(two.bound(number, Reach.LANDLORD)) == [number]
        assert two.seen(two.bound(number, Reach.TERRITORY, territory_id=two.north)) == [number]
        assert two.seen(two.bound(number, Reach.OWN, user_id=two.visitor.id)) == [number]
    # Fails shut: of whom nobody said which landlord is hers.
    assert two.seen(make_viewer(two.staff[0], Reach.LANDLORD)) == []


def test_a_mandate_opens_the_tenants_of_the_landlord_who_gave_it(two: Two) -> None:
    session, organisation_id = two.session, two.visitor.organisation_id

    def eyes(reach: Reach = Reach.MANDATE) -> Viewer:
        held = mandates_held(session, organisation_id, on=NOW.date())
        return replace(make_viewer(two.visitor, reach), mandates=held)

    first = two.grant(0)
    for reach in (Reach.MANDATE, Reach.FIGURES):
        assert two.seen(eyes(reach)) == [0]
    second = two.grant(1)  # the same programme and days, for another landlord
    assert two.seen(eyes()) == [0, 1]
    # Each landlord's people see and change their own; whoever holds them sees both, changes none.
    for number, granted in enumerate((first, second)):
        viewer = two.bound(number, Reach.LANDLORD)
        assert list_mandates(session, viewer, state="all", now=NOW) == [granted]
        with pytest.raises(NotFound):
            find_mandate(session, viewer, (second, first)[number].id)
        with pytest.raises(NotFound):
            find_mandate(session, eyes(), granted.id, to_change=True)
    assert list_mandates(session, eyes(), state="all", now=NOW) == [first, second]


def test_nobody_but_a_landlord_grants_mandates_for_its_tenants(two: Two) -> None:
    said = MandateSaid(
        two.visitor.organisation_id, "seniors", None, frozenset(Right), NOW.date(), None
    )
    with pytest.raises(Invalid) as refused:
        grant_mandate(two.session, said, by=two.visitor.id, now=NOW)
    assert refused.value.fields == {"organisation": "landlord_grants"}
    assert grant_mandate(two.session, said, by=two.staff[1].id, now=NOW).landlord_id == (
        two.staff[1].organisation_id
    )


def test_a_mandate_to_decide_lets_write_for_the_landlord_who_gave_it(two: Two) -> None:
    today = NOW.date()
    with pytest.raises(Invalid) as refused:
        landlord_for(two.session, two.visitor.id, on=today)
    assert refused.value.fields == {"landlord": "no_landlord"}
    two.grant(1)
    assert landlord_for(two.session, two.visitor.id, on=today) == two.staff[1].organisation_id
    with pytest.raises(Invalid) as refused:
        landlord_for(two.session, two.visitor.id, two.staff[0].organisation_id, on=today)
    assert refused.value.fields == {"landlord": "bad_choice"}


def test_a_cell_of_the_map_counts_the_homes_of_ones_own_landlord(two: Two) -> None:
    session, area = two.session, Area(49.0, 2.0, 50.0, 3.0)
    parents = {session.scalars(select(MapCell.parent).where(MapCell.resolution == 8)).first()}
    for viewer, many in (
        (make_viewer(two.staff[0]), 2),
        (two.bound(0, Reach.LANDLORD), 1),
        (two.bound(1, Reach.TERRITORY, territory_id=two.north), 1),
        (two.bound(0, Reach.MANDATE), 0),
    ):
        asked: dict[str, Any] = {"area": area, "only": MapFilter()}
        cells = count_cells(session, viewer, resolution=8, parents=[*parents], **asked)
        assert sum(cell.dwellings for cell in cells) == many
        assert sum(one.dwellings for one in count_buildings(session, viewer, **asked)[0]) == many
        assert len(list_dwellings(session, viewer, **asked)[0]) == many
        assert (located_area(session, viewer) is not None) is (many > 0)
    # Counted one by one or anew, the cells are the same.
    kept = set(session.execute(select(MapCell.__table__)))
    refresh_map(session, [one.dwelling_id for one in two.cases])
    assert set(session.execute(select(MapCell.__table__))) == kept


def test_another_landlord_is_not_put_in_charge_and_its_people_do_not_visit(two: Two) -> None:
    session, case, viewer = two.session, two.cases[0], make_viewer(two.staff[0])
    choices = charge_choices(session, case, viewer=viewer, now=NOW)
    assert [one.name for one in choices.organisations] == ["Oise"]
    with pytest.raises(Invalid) as refused:
        put_in_charge(
            session, case, organisation_id=two.staff[1].organisation_id, referent_id=None,
            why="Elle la connaît", viewer=viewer, now=NOW,
        )  # fmt: skip
    assert refused.value.fields == {"organisation_id": "no_mandate_here"}
    theirs = make_user(session, role=Role.VISITOR, organisation="Aisne")
    assert theirs not in visitors(session, case.person.landlord_id)
    assert two.visitor in visitors(session, case.person.landlord_id)
    assert theirs not in bag_holders(session, two.bound(0, Reach.LANDLORD))
    with pytest.raises(Invalid) as refused:
        move_visit(
            session, session.scalars(select(Visit).where(Visit.case_id == case.id)).one(),
            visitor_id=theirs.id, start_at=NOW + timedelta(days=1), viewer=viewer, now=NOW,
        )  # fmt: skip
    assert refused.value.fields == {"visitor_id": "unknown_visitor"}


def test_leases_to_come_are_carried_out_as_far_as_their_sender_saw(
    session: Session, landlords: tuple[uuid.UUID, uuid.UUID]
) -> None:
    viewer = replace(make_viewer(make_user(session)), landlord_id=landlords[0])
    assert viewer_of(LeaseToCome(content={"viewer": _by(viewer)})) == viewer
    old = LeaseToCome(content={"viewer": _by(viewer)[:4]})  # type: ignore[index]
    assert viewer_of(old) == replace(viewer, landlord_id=None)
