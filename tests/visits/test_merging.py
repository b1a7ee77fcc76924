"""Two files of one person become one, and two again as they were."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
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
from tests.visits.portfolio_files import load
from visits.accounts.accounts import find_organisation
from visits.calls.phones import note_number
from visits.ground.db import Base
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.life.merging import (
    MOVED,
    UNDO_WITHIN,
    Chosen,
    clashing_cases,
    merge_persons,
    undo_merge,
)
from visits.models.accounts import OrganisationKind, Role
from visits.models.calls import Channel, ContactAttempt, Disposition
from visits.models.people import AlertCode, Occupancy, Person, PersonAlert
from visits.models.visits import Visit, VisitState
from visits.people.measures import note_alert
from visits.people.people import with_homes
from visits.sight import find_person
from visits.sight.listing import Wanted
from visits.sight.reach import Viewer
from visits.sight.search import search_people

# What a merge leaves behind on purpose: its own record, and the lines that tell of it.
TOLD = {"person_merge", "access_event", "accessed_person", "correction", "map_point", "map_cell"}
LATER = NOW + timedelta(days=2)


def everything(session: Session) -> dict[str, list[Any]]:
    """Give all rows of all tables but those that tell of the merge.

    How often a visit was put elsewhere only ever grows: a calendar needs it so.
    """
    session.expire_all()
    return {
        table.name: sorted(
            (
                tuple(value for column, value in row._mapping.items() if column != "turn")
                for row in session.execute(select(table))
            ),
            key=str,
        )
        for table in Base.metadata.sorted_tables
        if table.name not in TOLD
    }


class Two:
    """Two files of one person, with as much in each as may be."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.by, self.visitor = make_user(session), make_user(session, role=Role.VISITOR)
        self.viewer: Viewer = make_viewer(self.by)
        self.home = make_dwelling(session)
        said = {"first_name": "Zoé", "last_name": "GÉRAUD", "name_key": "geraud zoe"}
        self.kept = make_person(session, dwelling=self.home, **said)
        self.other = make_person(
            session, civility=None, phone="+33639980002", reference="T-2", do_not_contact=True,
            **(said | {"first_name": "Zoë", "born_on": date(1941, 5, 18)}),
        )  # fmt: skip
        lease = self.kept.occupancies[0].tenancy
        self.shared = Occupancy(person_id=self.other.id, tenancy_id=lease.id, role="spouse")
        session.add(self.shared)
        self.cases = {
            "kept": make_case(session, by=self.by, person=self.kept, dwelling=self.home),
            "other": make_case(session, by=self.by, person=self.other, dwelling=self.home),
            "alone": make_case(
                session, by=self.by, person=self.other, dwelling=self.home, programme="residences"
            ),
        }
        self.visit: Visit = make_visit(
            session, case=self.cases["other"], visitor=self.visitor,
            start_at=NOW + timedelta(days=5), state=VisitState.PLANNED,
        )  # fmt: skip
        session.add(
            ContactAttempt(
                case_id=self.cases["alone"].id, at=NOW, channel=Channel.PHONE,
                disposition=Disposition.NO_ANSWER, caller_id=self.by.id,
            )
        )  # fmt: skip
        note_number(session, self.other, "0639980003", whose="fille", viewer=self.viewer, now=NOW)
        for person in (self.kept, self.other):
            note_alert(session, person, AlertCode.TWO_VISITORS, viewer=self.viewer, now=NOW)
        note_alert(session, self.other, AlertCode.INTERPRETER, viewer=self.viewer, now=NOW)
        session.commit()

    def merge(self, *taken: str, goes_on: str = "other") -> Any:
        """Merge the other file into the kept one."""
        chosen = Chosen(taken, {"seniors": self.cases[goes_on].id})
        return merge_persons(
            self.session, self.kept, self.other, chosen, viewer=self.viewer, now=NOW
        )


@pytest.fixture
def two(session: Session) -> Two:
    return Two(session)


def test_whatever_points_at_a_person_moves_or_is_said_to_stay() -> None:
    stays = {
        "correction",
        "accessed_person",
        "person_merge",
        "likely_double",
        "person",
        "call_turn",
    }
    pointing = {
        table.name
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "person"
    }
    assert pointing == {model.__tablename__ for model in MOVED} | stays


def test_all_of_the_other_file_is_the_kept_ones(two: Two) -> None:
    two.merge("first_name", "born_on", "phone")
    session, kept = two.session, two.kept
    session.expire_all()
    assert (kept.first_name, kept.born_on, kept.civility) == ("Zoë", date(1941, 5, 18), "Mme")
    assert (kept.phone, kept.reference, kept.do_not_contact) == ("+33639980002", "T-2", True)
    for name in ("kept", "other", "alone"):
        assert two.cases[name].person_id == kept.id
    assert not two.cases["kept"].is_open and two.cases["kept"].outcome == "duplicate"
    assert two.cases["other"].is_open and two.visit.state is VisitState.PLANNED
    living = [stay for stay in kept.occupancies if stay.ended_on is None]
    assert len(living) == len({stay.tenancy_id for stay in living}) == 2
    codes = [
        one.code
        for one in session.scalars(select(PersonAlert).where(PersonAlert.person_id == kept.id))
    ]
    assert sorted(codes) == [AlertCode.INTERPRETER, AlertCode.TWO_VISITORS]
    with pytest.raises(NotFound):
        find_person(session, two.viewer, two.other.id)
    found, _ = search_people(session, two.viewer, "geraud", wanted=Wanted(), options=with_homes())
    assert list(found.rows) == [kept]


def test_undoing_puts_every_row_back(two: Two) -> None:
    before = everything(two.session)
    merge = two.merge("first_name", "born_on", "phone", goes_on="kept")
    two.session.commit()
    assert two.visit.state is VisitState.CANCELLED
    assert everything(two.session) != before
    undo_merge(two.session, two.kept, merge.id, viewer=two.viewer, now=LATER)
    two.session.commit()
    after = everything(two.session)
    for table, rows in before.items():
        assert after[table] == rows, table


def test_a_case_without_a_home_goes_on_where_the_other_file_has_her_live(two: Two) -> None:
    case = make_case(two.session, by=two.by, person=two.other, programme="isolated_tenants")
    case.dwelling_id = None
    two.session.flush()
    before = everything(two.session)
    merge = two.merge()
    homes = {one.tenancy.dwelling_id for one in two.kept.occupancies if one.ended_on is None}
    assert case.person_id == two.kept.id and case.dwelling_id in homes
    undo_merge(two.session, two.kept, merge.id, viewer=two.viewer, now=LATER)
    assert everything(two.session) == before


def test_what_came_since_stays_with_the_kept_file(two: Two) -> None:
    merge = two.merge("phone")
    note_number(two.session, two.kept, "0639980009", whose="", viewer=two.viewer, now=NOW)
    two.kept.phone = "+33639980009"
    new = make_case(two.session, by=two.by, person=two.kept, programme="isolated")
    two.session.flush()
    undo_merge(two.session, two.kept, merge.id, viewer=two.viewer, now=LATER)
    assert (new.person_id, two.kept.phone) == (two.kept.id, "+33639980009")
    assert two.cases["alone"].person_id == two.other.id


def test_two_open_cases_of_a_programme_must_be_decided(two: Two) -> None:
    clash = clashing_cases(two.session, two.kept, two.other)
    assert clash == {"seniors": (two.cases["kept"], two.cases["other"])}
    for cases in ({}, {"seniors": uuid.uuid4()}, {"seniors": two.cases["alone"].id}):
        with pytest.raises(Invalid) as refused:
            merge_persons(
                two.session, two.kept, two.other, Chosen((), cases), viewer=two.viewer, now=NOW
            )
        assert refused.value.fields == {"case-seniors": "required"}


def test_what_does_not_fit_together_is_refused(two: Two) -> None:
    def refused(code: str) -> None:
        with pytest.raises(Conflict) as caught:
            two.merge()
        assert caught.value.code == code

    with pytest.raises(Invalid):
        merge_persons(two.session, two.kept, two.kept, Chosen(), viewer=two.viewer, now=NOW)
    other = find_organisation(two.session, "Autre bailleur", OrganisationKind.LANDLORD)
    elsewhere = make_residence(two.session, landlord_id=other.id)
    stranger = make_person(two.session, dwelling=make_dwelling(two.session, residence=elsewhere))
    with pytest.raises(Conflict, match="two_landlords"):
        merge_persons(two.session, two.kept, stranger, Chosen(), viewer=two.viewer, now=NOW)
    two.other.died_on = date(2026, 1, 1)
    refused("one_died")
    two.other.died_on, two.other.protected = None, True
    refused("one_protected")


def test_it_is_undone_within_thirty_days_the_latest_first(two: Two) -> None:
    first = two.merge()
    third = make_person(two.session, last_name="GÉRAUD")
    second = merge_persons(
        two.session, two.kept, third, Chosen(), viewer=two.viewer, now=NOW + timedelta(days=1)
    )
    with pytest.raises(Conflict):
        undo_merge(two.session, two.kept, first.id, viewer=two.viewer, now=LATER)
    with pytest.raises(Conflict):
        late = second.made_at + UNDO_WITHIN
        undo_merge(two.session, two.kept, second.id, viewer=two.viewer, now=late)
    undo_merge(two.session, two.kept, second.id, viewer=two.viewer, now=LATER)
    undo_merge(two.session, two.kept, first.id, viewer=two.viewer, now=LATER)
    assert two.other.merged_into_id is None and third.merged_into_id is None


def test_a_file_of_the_landlord_finds_the_kept_one_by_the_reference_of_either(
    session: Session, two: Two
) -> None:
    two.kept.reference = "T-1"
    session.flush()
    two.merge()
    home = two.home.reference
    lines = "".join(
        f"{reference};{home};titulaire;GÉRAUD;Zoé;17/05/1941;0639980077\n"
        for reference in ("T-2", "T-1")
    )
    for text in (lines.splitlines()[0], lines):
        load(session, f"locataire;logement;role;nom;prenom;naissance;tel mobile\n{text}\n")
        session.expire_all()
        assert len(session.scalars(select(Person.id)).all()) == 2
        assert two.kept.reference == "T-1" and two.other.reference == "T-2"
