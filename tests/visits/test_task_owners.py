"""Something to do is a role's, somebody's or an organisation's: of whoever works that very case."""

import uuid
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_case, make_dwelling, make_residence, make_user, make_viewer
from visits.accounts.accounts import find_organisation, find_territory
from visits.accounts.mandates import MandateSaid, end_mandate, grant_mandate, take_up_again
from visits.cases.charge import put_in_charge
from visits.cases.owners import give_task, left_among
from visits.cases.task_list import LEFT, OPEN_ALL, TaskFilter, count_tasks, list_tasks
from visits.cases.tasks import close_task, make_task, tasks_of
from visits.ground.errors import Conflict, Invalid
from visits.models.accounts import OrganisationKind, Role, User
from visits.models.cases import Task, TaskKind, TaskState
from visits.models.mandates import Mandate, Right
from visits.models.people import AccessEvent
from visits.people.protection import name_for_access, protect
from visits.programmes.published import publish_shipped_programmes
from visits.sight import Reach, Viewer, mandates_held
from visits.sight.listing import Wanted

TODAY = date(2026, 3, 10)
ASSOCIATION, MUTUELLE = "Association", "Mutuelle"


class Desk:
    """A case in the north, a coordinator of the landlord's and one of each of two associations."""

    def __init__(self, session: Session) -> None:
        publish_shipped_programmes(session, now=NOW)
        self.session = session
        self.north, self.south = (find_territory(session, name).id for name in ("Nord", "Sud"))
        home = make_dwelling(session, residence=make_residence(session, territory_id=self.north))
        self.office = make_user(session)
        self.ours, self.theirs = (
            make_user(session, role=Role.PARTNER_COORDINATOR, organisation=name)
            for name in (ASSOCIATION, MUTUELLE)
        )
        self.case = make_case(session, by=self.office, dwelling=home)

    def grant(self, to: User, *rights: Right, **said: object) -> Mandate:
        whole = MandateSaid(
            to.organisation_id, "seniors", self.north, frozenset(rights or {Right.CALL}), TODAY,
            None,
        )  # fmt: skip
        return grant_mandate(
            self.session, replace(whole, **said),  # type: ignore[arg-type]
            by=self.office.id, now=NOW,
        )  # fmt: skip

    def end(self, mandate: Mandate) -> None:
        end_mandate(self.session, mandate, viewer=make_viewer(self.office), now=NOW)

    def make(self, owner: uuid.UUID | str | None, what: str = "Rappeler") -> Task:
        return make_task(
            self.session, self.case, TaskKind.REVIEW, what=what, due_on=TODAY,
            owner=str(owner) if owner else None, viewer=make_viewer(self.office), now=NOW,
        )  # fmt: skip

    def give(self, task: Task, owner: uuid.UUID | str) -> None:
        give_task(self.session, task, str(owner), viewer=make_viewer(self.office), now=NOW)

    def refused(self, owner: uuid.UUID | str) -> dict[str, str]:
        with pytest.raises(Invalid) as refused:
            self.make(owner)
        return refused.value.fields

    def charge(self, to: User) -> None:
        put_in_charge(
            self.session, self.case, organisation_id=to.organisation_id, referent_id=None,
            why="De son secteur", viewer=make_viewer(self.office), now=NOW,
        )  # fmt: skip

    def left(self, *tasks: Task) -> set[uuid.UUID]:
        self.session.flush()
        return left_among(self.session, tasks, now=NOW)

    def listed(self, owner: object, by: Viewer | None = None) -> list[str | None]:
        """List what is an owner's; what is counted of it is what is listed."""
        only, eyes = TaskFilter(state=OPEN_ALL, owner=str(owner)), by or make_viewer(self.office)
        self.session.flush()
        found = list_tasks(self.session, eyes, only=only, wanted=Wanted(), today=TODAY)
        assert count_tasks(self.session, eyes, only=only, today=TODAY) == len(found.rows)
        return sorted(str(one.what) for one in found.rows)

    def eyes(self, user: User) -> Viewer:
        held = mandates_held(self.session, user.organisation_id, on=TODAY)
        return replace(make_viewer(user, Reach.ORGANISATION), mandates=held)


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def test_an_organisation_owns_what_is_to_do_where_it_works_and_is_refused_elsewhere(
    desk: Desk,
) -> None:
    ours, wrong = desk.ours.organisation_id, {"owner": "no_mandate_here"}
    assert desk.refused(ours) == wrong
    desk.grant(desk.ours, programme="residences")
    desk.grant(desk.ours, territory_id=desk.south)
    desk.grant(desk.ours, from_on=date(2026, 3, 11))
    desk.grant(desk.theirs, Right.FIGURES)
    fund = find_organisation(desk.session, "Caisse", OrganisationKind.PENSION_FUND).id
    assert desk.refused(ours) == desk.refused(desk.theirs.organisation_id) == wrong
    assert desk.refused(fund) == wrong
    assert desk.refused(desk.ours.id) == {"owner": "bad_choice"}
    assert desk.refused(uuid.uuid4()) == desk.refused("nobody") == {"owner": "bad_choice"}
    office = desk.make(desk.office.organisation_id)
    assert (office.owner_role, office.owner_id) == (None, None)
    assert office.owner_organisation is desk.office.organisation


def test_while_one_organisation_is_in_charge_no_other_one_is_given_anything(desk: Desk) -> None:
    for one in (desk.ours, desk.theirs):
        desk.grant(one)
    desk.make(desk.theirs.organisation_id)
    desk.charge(desk.ours)
    assert desk.refused(desk.theirs.organisation_id) == {"owner": "no_mandate_here"}
    assert desk.refused(desk.theirs.id) == {"owner": "bad_choice"}
    desk.make(desk.ours.organisation_id)
    desk.make(desk.office.organisation_id)


def test_of_a_protected_person_only_those_named_have_something_to_do(desk: Desk) -> None:
    desk.grant(desk.ours)
    desk.grant(desk.theirs)
    protect(desk.session, desk.case.person, by=desk.office.id, now=NOW)
    name_for_access(
        desk.session, desk.case.person, user_id=desk.ours.id, by=desk.office.id, now=NOW
    )
    assert desk.refused(desk.theirs.organisation_id) == {"owner": "no_mandate_here"}
    desk.make(desk.ours.organisation_id)


def test_what_is_an_organisations_is_its_own_and_its_peoples_by_name(desk: Desk) -> None:
    desk.grant(desk.ours)
    desk.grant(desk.theirs)
    desk.make(desk.ours.organisation_id, "À l’association")
    desk.make(desk.ours.id, "À elle")
    desk.make("coordinator", "Au rôle")
    desk.make(desk.theirs.organisation_id, "À la mutuelle")
    assert desk.listed(desk.ours.organisation_id) == ["À elle", "À l’association"]
    assert desk.listed(desk.ours.id) == ["À elle"]
    assert desk.listed(desk.theirs.organisation_id) == ["À la mutuelle"]
    assert desk.listed("coordinator") == ["Au rôle"]
    assert len(desk.listed("")) == 4
    # Whoever sees the case reads whose the rest is; whoever sees it no more reads nothing of it.
    assert desk.listed(desk.ours.organisation_id, desk.eyes(desk.theirs)) == [
        "À elle", "À l’association",
    ]  # fmt: skip
    desk.charge(desk.theirs)
    assert desk.listed(desk.ours.organisation_id, desk.eyes(desk.ours)) == []


def test_what_was_given_to_who_works_there_no_more_stays_and_says_so(desk: Desk) -> None:
    mandate = desk.grant(desk.ours)
    colleague = make_user(desk.session, role=Role.VISITOR, organisation=ASSOCIATION)
    closed = make_user(desk.session)
    tasks = [
        desk.make(owner, what)
        for owner, what in (
            (desk.ours.organisation_id, "À l’association"), (desk.ours.id, "À elle"),
            (colleague.id, "À son collègue"), (closed.id, "À la collègue"),
            (desk.office.id, "Au bureau"), (desk.office.organisation_id, "À l’office"),
            ("visitor", "Au rôle"), (None, "À personne"),
        )
    ]  # fmt: skip
    assert desk.left(*tasks) == set()
    assert desk.listed(LEFT) == []
    colleague.active = closed.active = False
    assert desk.listed(LEFT) == ["À la collègue", "À son collègue"]
    desk.end(mandate)
    gone = ["À elle", "À la collègue", "À l’association", "À son collègue"]
    assert desk.listed(LEFT) == gone
    assert desk.left(*tasks) == {task.id for task in tasks[:4]}
    assert desk.listed(desk.ours.organisation_id, desk.eyes(desk.ours)) == []
    figures = desk.grant(desk.ours, Right.FIGURES)
    assert desk.listed(LEFT) == gone
    desk.end(figures)
    # What is over is nobody's to do.
    eyes = make_viewer(desk.office)
    close_task(desk.session, tasks[0], TaskState.DONE, why="", viewer=eyes, now=NOW)
    assert desk.left(tasks[0]) == set()
    take_up_again(desk.session, mandate, by=desk.office.id, now=NOW)
    assert desk.listed(LEFT) == ["À la collègue", "À son collègue"]
    # Nor does it work there while another organisation is in charge.
    desk.grant(desk.theirs)
    desk.charge(desk.theirs)
    assert desk.listed(LEFT) == ["À elle", "À la collègue", "À son collègue"]


def test_what_is_to_do_is_given_to_somebody_else_and_back(desk: Desk) -> None:
    desk.grant(desk.ours)
    task = desk.make("visitor")
    desk.give(task, desk.ours.organisation_id)
    assert (task.owner_role, task.owner_organisation_id) == (None, desk.ours.organisation_id)
    with pytest.raises(Conflict, match="task_theirs_already"):
        desk.give(task, desk.ours.organisation_id)
    with pytest.raises(Invalid):
        desk.give(task, desk.theirs.organisation_id)
    desk.give(task, desk.office.id)
    assert (task.owner_id, task.owner_organisation_id) == (desk.office.id, None)
    desk.give(task, "visitor")
    assert (task.owner_role, task.owner_id) == ("visitor", None)
    desk.give(task, "")
    assert (task.owner_role, task.owner_id, task.owner_organisation_id) == (None, None, None)
    told = select(AccessEvent.what).where(AccessEvent.what == "task_given")
    assert len(desk.session.scalars(told).all()) == 4
    eyes = make_viewer(desk.office)
    close_task(desk.session, task, TaskState.DONE, why="", viewer=eyes, now=NOW)
    with pytest.raises(Conflict, match="task_closed"):
        desk.give(task, "visitor")
    assert [one.id for one in tasks_of(desk.session, desk.case.id)] == [task.id]
