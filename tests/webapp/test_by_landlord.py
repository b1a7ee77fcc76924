"""Whose stock a row tells of: said and chosen where somebody reaches that of several landlords."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
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
from tests.submissions import GAS, fill, home_visit
from visits.accounts.accounts import find_organisation
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.cases.tasks import make_task
from visits.forms.published import publish_form
from visits.intake.submissions import record_submission
from visits.models.accounts import OrganisationKind, Role, User
from visits.models.cases import Case, CaseState, TaskKind
from visits.models.mandates import Mandate, Right
from visits.models.people import Person
from visits.models.visits import Visit
from visits.models.works import WorkOrder
from visits.sight import Reach

pytestmark = pytest.mark.one_database("sqlite")
SignIn = Callable[..., FlaskClient]
OISE, AISNE, PLATFORM, PLUMBER = "Oise", "Aisne", "Plateforme", "Plomberie"
LISTS = {
    "calls": "/cases/?state=all",
    "tasks": "/tasks/?state=all",
    "people": "/people/?q=locataire",
    "visits": "/visits/?from=2026-01-01&to=2026-12-31",
    "whom to visit": "/programmes/seniors/targeting?enrolled=all",
}


@dataclass
class Two:
    """A platform that works for two landlords: two cases of the first, one of the second."""

    users: dict[str, User]
    visits: list[uuid.UUID]
    sign_in: SignIn

    def asked(self, client: FlaskClient, path: str, name: str | None = None) -> str:
        chosen = f"&landlord={self.users[name].organisation_id}" if name else ""
        answer = client.get(path + chosen)
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    @property
    def platform(self) -> FlaskClient:
        return self.sign_in("coordinator", organisation=PLATFORM)


def rows(text: str) -> list[str]:
    """Give the rows of a page's tables that tell of somebody."""
    return [one for one in re.findall(r"<tr>.*?</tr>", text, re.S) if "LOCATAIRE" in one]


def total(text: str) -> int:
    """Give how many rows a list says it has."""
    found = re.search(r"<p>(\d+) \w", text[text.index("<main") :])
    return int(found[1]) if found else 0


@pytest.fixture
def two(client_as: SignIn, session: Session) -> Two:
    kinds = {OISE: "landlord", AISNE: "landlord", PLATFORM: "platform", PLUMBER: "partner"}
    for name, kind in kinds.items():
        find_organisation(session, name, OrganisationKind(kind))
    users = {name: make_user(session, organisation=name, role=Role.COORDINATOR) for name in kinds}
    users[PLUMBER].role = Role.CONTRACTOR
    visitor = make_user(session, role=Role.VISITOR, organisation=PLATFORM)
    going: list[uuid.UUID] = []
    for name in (OISE, OISE, AISNE):
        home = make_dwelling(
            session, residence=make_residence(session, landlord_id=users[name].organisation_id)
        )
        person = make_person(
            session, dwelling=home, last_name=f"LOCATAIRE{name.upper()}", born_on=date(1940, 3, 2)
        )
        case = make_case(
            session, by=users[name], person=person, dwelling=home, state=CaseState.PLANNED
        )
        visit = make_visit(session, case=case, visitor=visitor)
        make_task(
            session, case, TaskKind.CALL, what="Rappeler", due_on=NOW.date(),
            viewer=make_viewer(users[name]), now=NOW,
        )  # fmt: skip
        going.append(visit.id)
    for name in (OISE, AISNE):
        said = MandateSaid(
            users[PLATFORM].organisation_id, "seniors", None, frozenset(Right), NOW.date(), None
        )
        grant_mandate(session, said, by=users[name].id, now=NOW)
    session.commit()
    return Two(users, going, client_as)


@pytest.mark.parametrize("path", LISTS.values(), ids=LISTS)
def test_a_list_says_whose_tenant_each_is_and_may_be_of_one_landlord_alone(
    two: Two, path: str
) -> None:
    whole = two.asked(two.platform, path)
    assert 'id="landlord"' in whole
    for name, many in ((OISE, 2), (AISNE, 1)):
        for listed in (rows(whole), rows(two.asked(two.platform, path, name))):
            hers = [one for one in listed if f"LOCATAIRE{name.upper()}" in one]
            assert len(hers) == many
            assert all(f">{name}</td>" in one for one in hers)
        assert len(rows(two.asked(two.platform, path, name))) == many
    assert len(rows(whole)) == 3
    staff = two.sign_in("coordinator", organisation=OISE)
    for chosen in (None, AISNE):  # she chooses nothing: what she asks for is not heard
        told = two.asked(staff, path, chosen)
        assert len(rows(told)) == 2
        assert ">Oise</td>" not in told
        assert 'id="landlord"' not in told


def test_the_first_to_visit_are_enrolled_of_the_landlord_that_is_shown(
    two: Two, session: Session
) -> None:
    for one in (*session.scalars(select(Case)), *session.scalars(select(Mandate))):
        one.programme = "young_tenants"
    session.commit()
    asked = f"/programmes/seniors/targeting/first?landlord={two.users[AISNE].organisation_id}"
    form = two.platform.get(f"{asked}&number=3").get_data(as_text=True)
    (action,) = re.findall(r'method="post" action="([^"]*targeting/first[^"]*)"', form)
    sent = {"number": "3"}
    assert two.platform.post(action.replace("&amp;", "&"), data=sent).status_code == 302
    enrolled = select(Person.landlord_id).join(Case.person).where(Case.programme == "seniors")
    assert session.scalars(enrolled).all() == [two.users[AISNE].organisation_id]


def test_a_file_says_whose_it_is(two: Two, session: Session) -> None:
    case = session.scalars(select(Case).order_by(Case.id)).first()
    assert case is not None
    assert case.dwelling is not None
    paths = (
        f"/people/{case.person_id}?", f"/cases/{case.id}?", f"/homes/{case.dwelling_id}?",
        f"/homes/residences/{case.dwelling.residence_id}?", f"/visits/{two.visits[0]}?",
    )  # fmt: skip
    session.rollback()
    staff = two.sign_in("coordinator", organisation=OISE)
    for path in paths:
        assert "<dd>Oise</dd>" in two.asked(two.platform, path), path
        assert "<dd>Oise</dd>" not in two.asked(staff, path), path


def test_a_figure_counts_what_its_list_has_under_the_same_landlord(two: Two) -> None:
    for name, many in ((None, 3), (OISE, 2), (AISNE, 1)):
        for path in ("/tasks/?state=due", "/cases/?state=planned"):
            told = two.asked(two.platform, path, name)
            tile = r'href="([^"]*state=(?:due|planned)[^"]*)"[^>]*>[^<]*</a></dt><dd>(\d+)<'
            (link, counted), *_more = re.findall(tile, told)
            assert int(counted) == many
            assert len(rows(two.asked(two.platform, link.replace("&amp;", "&")))) == many
        outcomes = two.asked(two.platform, "/outcomes/?programme=seniors", name)
        assert re.search(rf"<dt>[^<]*</dt><dd>{many}</dd>", outcomes)


def test_the_first_page_counts_one_landlord_alone_as_the_lists_it_leads_to(two: Two) -> None:
    tile = r'<a class="stretched-link" href="([^"]+)">([^<]+)</a></dt>\s*<dd>(\d+)'
    counted = {}
    for name in (None, OISE, AISNE):
        page = two.asked(two.platform, "/?", name)
        assert 'name="landlord"' in page
        for link, label, figure in re.findall(tile, page):
            counted[label, name] = int(figure)
            listed = two.asked(two.platform, unescape(link))
            if name and "/outcomes/" not in link:
                assert "landlord=" in link
            assert total(listed) == int(figure), (label, name)
    labels = {label for label, _name in counted}
    assert any(counted[label, OISE] for label in labels)
    for label in labels:
        assert counted[label, None] == counted[label, OISE] + counted[label, AISNE], label
    assert 'name="landlord"' not in two.asked(two.sign_in("coordinator", organisation=OISE), "/?")


def test_the_file_of_what_is_to_do_has_the_landlord_in_a_column(two: Two) -> None:
    for name, many in ((None, 3), (AISNE, 1)):
        lines = two.asked(two.platform, "/tasks/tasks.csv?state=due", name).splitlines()[1:]
        owners = [line.split(";")[-2] for line in lines]
        assert len(owners) == many
        assert set(owners) == ({OISE, AISNE} if name is None else {name})
    staff = two.asked(two.sign_in("coordinator", organisation=OISE), "/tasks/tasks.csv?state=due")
    assert OISE not in {line.split(";")[-2] for line in staff.splitlines()}


def test_who_does_works_for_two_landlords_is_told_for_whom_each_order_is(
    app: Flask, two: Two, session: Session
) -> None:
    house = app.extensions["palier"]
    publish_form(session, home_visit(), by=None, now=NOW)
    for visit_id in two.visits:
        visitor = session.get_one(Visit, visit_id).visitor
        record_submission(
            session, house.store, xml=fill(GAS), files=(), now=NOW, visit_id=visit_id,
            viewer=make_viewer(visitor, Reach.OWN),
        )  # fmt: skip
    orders = session.scalars(select(WorkOrder).order_by(WorkOrder.id)).all()
    for order in orders:
        order.given_to_id = two.users[PLUMBER].organisation_id
    orders[0].person_id = None  # of a home alone
    session.commit()
    contractor = two.sign_in("contractor", organisation=PLUMBER)
    path = "/work-orders/?state=all"
    assert two.asked(contractor, path).count(">Oise</td>") == 2
    assert two.asked(contractor, path).count(">Aisne</td>") == 1
    told = two.asked(contractor, path, AISNE)
    assert (told.count(">Oise</td>"), told.count(">Aisne</td>")) == (0, 1)
    assert two.asked(contractor, path, OISE).count(">Oise</td>") == 2


def test_asking_for_a_landlord_opens_no_more_than_is_open(two: Two, session: Session) -> None:
    helpers = make_user(session, organisation="Association")
    said = MandateSaid(helpers.organisation_id, "seniors", None, frozenset(Right), NOW.date(), None)
    mandate = grant_mandate(session, said, by=two.users[AISNE].id, now=NOW)
    mandate_id = str(mandate.id)
    session.commit()
    stranger = str(uuid.uuid4())
    assert mandate_id not in two.asked(two.platform, "/mandates/?state=all", AISNE)
    assert two.asked(two.platform, "/mandates/?state=all", AISNE).count("<tr>") == 2
    assert rows(two.platform.get(f"/cases/?state=all&landlord={stranger}").text) == []
    assert len(rows(two.platform.get("/cases/?state=all&landlord=x").text)) == 3
    # Whoever works for one landlord alone has nothing to tell apart.
    alone = two.asked(two.sign_in("coordinator", organisation="Association"), LISTS["calls"])
    assert len(rows(alone)) == 1
    assert 'id="landlord"' not in alone


def test_a_funder_gets_no_further_cut_of_its_figures(two: Two, session: Session) -> None:
    fund = find_organisation(session, "Caisse", OrganisationKind.PENSION_FUND)
    for name in (OISE, AISNE):
        said = MandateSaid(fund.id, "seniors", None, frozenset({Right.FIGURES}), NOW.date(), None)
        grant_mandate(session, said, by=two.users[name].id, now=NOW)
    session.commit()
    for _more in range(5):
        person = make_person(session, dwelling=make_dwelling(session))
        make_case(session, by=two.users[OISE], person=person)
    session.commit()
    funder = two.sign_in("funder", organisation="Caisse")
    whole, part = (
        two.asked(funder, "/figures/?programme=seniors", name).partition("<main")[2]
        for name in (None, AISNE)
    )
    assert re.search(r"<td[^>]*>\s*10\s*<", whole)
    assert whole == part
    told = two.asked(funder, "/?")
    assert [f"<td>{name}</td>" in told for name in (OISE, AISNE)] == [True, True]
