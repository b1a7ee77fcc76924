"""Who pays is told cells of five persons and more, each by itself, within her mandates."""

import uuid
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
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
from visits.accounts.accounts import NewUser, add_user, find_organisation, find_territory
from visits.accounts.changes import AccountSaid, change_account
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.ground.errors import Invalid
from visits.models.accounts import OrganisationKind, Role, User
from visits.models.cases import CaseState
from visits.models.mandates import Right
from visits.models.visits import VisitState
from visits.programmes.published import publish_shipped_programmes
from visits.sight import Reach, mandates_held
from visits.steering.figures import Cell, Figures, figures, told_sum

TODAY = date(2026, 3, 10)


class Field:
    """A fund with a mandate for the figures of a programme in the north."""

    def __init__(self, session: Session) -> None:
        publish_shipped_programmes(session, now=NOW)
        self.session, self.office = session, make_user(session)
        self.visitor = make_user(session, role=Role.VISITOR)
        self.north, self.south = (find_territory(session, name).id for name in ("Nord", "Sud"))
        self.fund = find_organisation(session, "Caisse", OrganisationKind.PENSION_FUND)
        self.funder = self.account(Role.FUNDER)
        said = MandateSaid(
            self.fund.id, "seniors", self.north, frozenset({Right.FIGURES}), TODAY, None
        )
        self.mandate = grant_mandate(session, said, by=self.office.id, now=NOW)

    def account(self, role: Role) -> User:
        new = NewUser(f"{role}@caisse.example", "Marc", role, "!")
        return add_user(self.session, new, organisation=self.fund, now=NOW)

    def settle(self, number: int, state: CaseState = CaseState.TO_CALL, **said: Any) -> list[Any]:
        place = make_residence(self.session, territory_id=said.pop("area", self.north))
        made = []
        for _ in range(number):
            home = make_dwelling(self.session, residence=place)
            made.append(make_case(self.session, by=self.office, dwelling=home, state=state, **said))
        return made

    def told(self, programme: str = "seniors", *, on: date = TODAY) -> Figures:
        held = mandates_held(self.session, self.fund.id, on=on)
        eyes = replace(make_viewer(self.funder, Reach.FIGURES), mandates=held)
        return figures(self.session, programme, viewer=eyes)


@pytest.fixture
def field(session: Session) -> Field:
    return Field(session)


def persons(told: Figures) -> dict[str, int | None]:
    return {cell.code: cell.told for cell in told.persons}


def test_no_cell_under_five_is_told_nor_that_it_is_empty_nor_what_is_left_of_a_sum(
    field: Field,
) -> None:
    nothing = dict.fromkeys(
        ("visited", "under_way", "refused", "unreachable", "not_eligible", "closed"), None
    )
    assert persons(field.told()) == nothing
    field.settle(5, CaseState.VISITED)
    field.settle(1, CaseState.PLANNED)
    field.settle(1, CaseState.REFUSED)
    field.settle(4, CaseState.UNREACHABLE)
    # An exact sum, or one that is rounded by itself, would tell who is left of it.
    assert persons(field.told()) == nothing | {"visited": 5}
    assert told_sum(field.told().persons) == 5
    field.settle(3, CaseState.VISITED)
    field.settle(4, CaseState.AGREED)
    told = field.told().persons
    assert persons(field.told()) == nothing | {"visited": 10, "under_way": 5}
    assert told_sum(told) == 15
    assert told_sum([Cell("x", None)]) is None


def test_five_visits_of_one_person_are_not_told(field: Field) -> None:
    (case,) = field.settle(1)
    for day in range(6):
        start = NOW - timedelta(days=day)
        make_visit(
            field.session, case=case, visitor=field.visitor, state=VisitState.DONE, start_at=start
        )
    assert {cell.told for cell in field.told().visits} == {None}
    for other in field.settle(4):
        make_visit(field.session, case=other, visitor=field.visitor, state=VisitState.DONE)
    assert [cell.told for cell in field.told().visits] == [10, None, None]


def test_a_person_with_several_cases_counts_once_where_the_last_one_stands(field: Field) -> None:
    for case in field.settle(5, CaseState.REFUSED, closed_on=TODAY):
        make_case(
            field.session, by=field.office, person=case.person, dwelling=case.dwelling,
            opened_at=NOW + timedelta(hours=1),
        )  # fmt: skip
    told = persons(field.told())
    assert (told["refused"], told["under_way"]) == (None, 5)


def test_figures_are_those_of_the_mandate_alone(field: Field) -> None:
    field.settle(5, area=field.south)
    field.settle(5, programme="residences")
    home = make_dwelling(field.session, residence=make_residence(field.session))
    for _ in range(5):
        person = make_person(field.session, dwelling=home)
        make_case(field.session, by=field.office, person=person, dwelling=home)
    hidden = field.settle(5)
    for case in hidden:
        case.person.protected = True
    field.session.flush()
    for programme in ("seniors", "residences"):
        assert set(persons(field.told(programme)).values()) == {None}
    field.settle(5)
    assert persons(field.told())["under_way"] == 5
    assert set(persons(field.told(on=TODAY - timedelta(days=1))).values()) == {None}


def test_a_funds_account_can_have_no_role_that_sees_persons(field: Field) -> None:
    with pytest.raises(Invalid) as refused:
        field.account(Role.COORDINATOR)
    assert refused.value.fields == {"role": "fund_sees_figures"}
    said = AccountSaid("x@caisse.example", "Marc", Role.MANAGER, "fr", field.fund, None)
    with pytest.raises(Invalid):
        change_account(field.session, field.funder.id, said, by=uuid.uuid4(), now=NOW)
