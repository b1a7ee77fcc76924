"""A case is given into the charge of whoever may work on it, and the last giving is taken back."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.factories import NOW, make_case, make_dwelling, make_residence, make_user, make_viewer
from visits.accounts.accounts import find_organisation, find_territory
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.cases.charge import charge_choices, charges_of, put_in_charge, take_charge_back
from visits.ground.errors import Conflict, Invalid
from visits.models.accounts import OrganisationKind, Role, User
from visits.models.cases import Case, CaseCharge
from visits.models.mandates import Mandate, Right
from visits.people.protection import protect
from visits.programmes.published import publish_shipped_programmes
from visits.sight import Reach

ASSOCIATION, MUTUELLE = "Association", "Mutuelle"


@dataclass
class Desk:
    """A case in the north, a coordinator of the landlord and visitors of two associations."""

    session: Session
    office: User
    visitor: User
    other: User
    case: Case
    north: uuid.UUID
    south: uuid.UUID

    def grant(self, to: User, *rights: Right, **said: Any) -> Mandate:
        given = {
            "organisation_id": to.organisation_id, "programme": "seniors",
            "territory_id": self.north, "rights": frozenset(rights or {Right.VISIT}),
            "from_on": date(2026, 3, 10), "until_on": None,
        }  # fmt: skip
        said_whole = MandateSaid(**(given | said))
        return grant_mandate(self.session, said_whole, by=self.office.id, now=NOW)

    def give(self, to: User | None, referent: User | None = None, **said: Any) -> CaseCharge:
        given = {
            "organisation_id": to.organisation_id if to else None,
            "referent_id": referent.id if referent else None,
            "why": "Elle y va déjà", "viewer": make_viewer(self.office), "now": NOW,
        }  # fmt: skip
        return put_in_charge(self.session, self.case, **(given | said))

    def refused(self, to: User | None, referent: User | None = None, **said: Any) -> dict[str, str]:
        with pytest.raises(Invalid) as refused:
            self.give(to, referent, **said)
        assert self.case.organisation_id is None
        return refused.value.fields


@pytest.fixture
def desk(session: Session) -> Desk:
    publish_shipped_programmes(session, now=NOW)
    north, south = (find_territory(session, name).id for name in ("Nord", "Sud"))
    home = make_dwelling(session, residence=make_residence(session, territory_id=north))
    office = make_user(session)
    return Desk(
        session, office, make_user(session, role=Role.VISITOR, organisation=ASSOCIATION),
        make_user(session, role=Role.VISITOR, organisation=MUTUELLE),
        make_case(session, by=office, dwelling=home), north, south,
    )  # fmt: skip


def test_an_organisation_without_a_mandate_for_this_case_is_refused_by_name(desk: Desk) -> None:
    wrong = {"organisation_id": "no_mandate_here"}
    assert desk.refused(desk.visitor) == wrong
    desk.grant(desk.visitor, programme="residences")
    desk.grant(desk.visitor, territory_id=desk.south)
    desk.grant(desk.visitor, from_on=date(2026, 3, 11))
    desk.grant(desk.other, Right.FIGURES)
    assert desk.refused(desk.visitor) == desk.refused(desk.other) == wrong
    fund = find_organisation(desk.session, "Caisse", OrganisationKind.PENSION_FUND)
    assert desk.refused(None, organisation_id=fund.id) == wrong
    assert desk.refused(None, organisation_id=uuid.uuid4()) == {"organisation_id": "bad_choice"}
    choices = charge_choices(desk.session, desk.case, viewer=make_viewer(desk.office), now=NOW)
    assert [one.name for one in choices.organisations] == [desk.office.organisation.name]
    desk.give(desk.office)
    assert desk.case.organisation_id == desk.office.organisation_id


def test_a_referent_works_for_who_is_in_charge_and_may_see_the_case(desk: Desk) -> None:
    desk.grant(desk.visitor)
    elsewhere = make_user(
        desk.session, role=Role.VISITOR, organisation=ASSOCIATION, territory_id=desk.south
    )
    closed = make_user(desk.session, role=Role.VISITOR, organisation=ASSOCIATION, active=False)
    assert desk.refused(desk.visitor, desk.office) == {"referent_id": "of_another_organisation"}
    assert desk.refused(None, desk.visitor) == {"referent_id": "of_another_organisation"}
    for blind in (elsewhere, closed):
        assert desk.refused(desk.visitor, blind) == {"referent_id": "referent_sees_nothing"}
    protect(desk.session, desk.case.person, by=desk.office.id, now=NOW)
    assert desk.refused(desk.visitor, desk.visitor) == {"referent_id": "referent_sees_nothing"}
    desk.give(desk.office, desk.office)
    assert desk.case.referent is desk.office


def test_a_partner_hands_over_without_choosing_among_another_organisations_people(
    desk: Desk,
) -> None:
    desk.grant(desk.visitor)
    desk.grant(desk.other)
    eyes = make_viewer(desk.visitor, Reach.MANDATE)
    choices = charge_choices(desk.session, desk.case, viewer=eyes, now=NOW)
    assert {one.name for one in choices.organisations} >= {ASSOCIATION, MUTUELLE}
    assert choices.referents == [desk.visitor]
    wrong = {"referent_id": "of_another_organisation"}
    assert desk.refused(desk.other, desk.other, viewer=eyes) == wrong
    desk.give(desk.other, viewer=eyes)
    assert desk.case.organisation_id == desk.other.organisation_id


def test_each_hand_over_says_why_and_the_last_one_is_taken_back(desk: Desk) -> None:
    assert desk.refused(desk.office, why=" ") == {"why": "required"}
    assert desk.refused(desk.office, why="x" * 201) == {"why": "too_long"}
    eyes = make_viewer(desk.office)
    mandate = desk.grant(desk.visitor)
    first = desk.give(desk.visitor, desk.visitor)
    with pytest.raises(Conflict):
        desk.give(desk.visitor, desk.visitor)
    second = desk.give(desk.office, desk.office)
    with pytest.raises(Conflict):
        take_charge_back(desk.session, desk.case, first.id, viewer=eyes, now=NOW)
    mandate.ended_at = NOW
    with pytest.raises(Conflict) as refused:
        take_charge_back(desk.session, desk.case, second.id, viewer=eyes, now=NOW)
    assert refused.value.code == "charge_was_gone"
    mandate.ended_at = None
    take_charge_back(desk.session, desk.case, second.id, viewer=eyes, now=NOW)
    assert desk.case.referent_id == desk.visitor.id
    assert desk.case.organisation_id == desk.visitor.organisation_id
    with pytest.raises(Conflict):
        take_charge_back(desk.session, desk.case, second.id, viewer=eyes, now=NOW)
    take_charge_back(desk.session, desk.case, first.id, viewer=eyes, now=NOW)
    assert (desk.case.organisation_id, desk.case.referent_id) == (None, None)
    kept = [(one.why, one.withdrawn_by_id) for one in charges_of(desk.session, desk.case.id)]
    assert kept == [("Elle y va déjà", desk.office.id)] * 2


def test_nobody_is_put_in_charge_of_a_closed_case(desk: Desk) -> None:
    given = desk.give(desk.office)
    desk.case.closed_on = NOW.date()
    with pytest.raises(Conflict):
        desk.give(None)
    with pytest.raises(Conflict):
        take_charge_back(
            desk.session, desk.case, given.id, viewer=make_viewer(desk.office), now=NOW
        )
