"""Pages of teams of technicians, and orders that are assigned to one."""

import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import make_dwelling, make_person, make_user, make_viewer
from visits.models.accounts import Organisation, OrganisationKind, Role, User
from visits.models.teams import Team
from visits.models.works import WorkOrder
from visits.people.protection import protect
from visits.works.by_hand import OrderSaid, open_by_hand

SignIn = Callable[..., FlaskClient]
LEAK = OrderSaid("plumbing", "U2", "kitchen", "Fuite sous l’évier", "tenant")


def hire(session: Session, name: str, **more: Any) -> User:
    """Have a technician."""
    return make_user(session, role=Role.TECHNICIAN, name=name, **more)


def leak(session: Session, by: User) -> WorkOrder:
    """Open an order of a home in a house with others."""
    home = make_dwelling(session)
    make_dwelling(session, residence=home.residence)
    return open_by_hand(session, home, LEAK, viewer=make_viewer(by), now=by.created_at)


def test_a_team_is_added_changed_closed_and_opened_again(
    client_as: SignIn, session: Session
) -> None:
    ana, bea = hire(session, "Ana Plomb"), hire(session, "Bea Watt")
    session.commit()
    service, reads = client_as(Role.TECHNICIAN), client_as(Role.COORDINATOR)
    assert "Aucune équipe ouverte" in service.get("/teams/").text
    said = {
        "name": "Plomberie Oise", "members": [str(ana.id)], "trades": ["plumbing"],
        "landlord": str(ana.organisation_id),
    }  # fmt: skip
    assert reads.post("/teams/", data=said).status_code == 403
    wrong = service.post("/teams/", data=said | {"name": "", "members": []})
    assert wrong.status_code == 422 and "Cochez au moins un technicien." in wrong.text
    assert 'value="plumbing" id="trades-plumbing" checked' in wrong.text
    assert service.post("/teams/", data=said | {"members": ["x"]}).status_code == 422
    assert service.post("/teams/", data=said).status_code == 302
    again = service.post("/teams/", data=said | {"name": "plomberie oise"})
    assert again.status_code == 422 and "porte déjà ce nom" in again.text
    team = session.scalars(select(Team)).one()
    page = f"/teams/{team.id}"
    session.commit()
    assert page in service.get("/teams/").text
    shown = reads.get("/teams/").text
    assert "Ana Plomb" in shown and "Plomberie Oise" in shown and page not in shown
    changed = said | {"members": [str(ana.id), str(bea.id)], "turn": "0"}
    assert service.post(page, data=changed | {"name": "Plomberie"}).status_code == 302
    late = service.post(page, data=changed)
    assert late.status_code == 409 and "Quelqu’un a modifié cette équipe" in late.text
    assert 'value="Plomberie"' in late.text and 'name="turn" value="1"' in late.text
    wrong = service.post(page, data=changed | {"name": " ", "turn": "1"})
    assert wrong.status_code == 422 and 'name="turn" value="1"' in wrong.text
    ana.active = bea.active = False
    session.commit()
    assert "personne en poste" in service.get("/teams/").text
    assert re.search(r"checked>.*Ana Plomb.*plus en poste", service.get(page).text)
    assert service.post(f"{page}/closing").status_code == 302
    assert service.get(page).status_code == service.post(page, data=changed).status_code == 409
    assert "Rouvrir Plomberie" in service.get("/teams/").text
    assert service.post(f"{page}/opening").status_code == 302
    assert service.post(f"{page}/opening").status_code == 409


def test_where_two_landlords_are_a_team_says_whose_it_is(
    client_as: SignIn, session: Session
) -> None:
    ours, theirs = hire(session, "Ana"), hire(session, "Zoé", organisation="Autre bailleur")
    session.get_one(Organisation, theirs.organisation_id).kind = OrganisationKind.LANDLORD
    session.commit()
    service = client_as(Role.TECHNICIAN)
    shown = service.get("/teams/").text
    assert "Ana" in shown and "Zoé" not in shown
    said = {"name": "Équipe A", "landlord": str(theirs.organisation_id)}
    assert service.post("/teams/", data=said | {"members": [str(ours.id)]}).status_code == 422
    said["landlord"] = str(ours.organisation_id)
    assert service.post("/teams/", data=said | {"members": [str(theirs.id)]}).status_code == 422
    assert service.post("/teams/", data=said | {"members": [str(ours.id)]}).status_code == 302
    others = client_as(Role.TECHNICIAN, organisation="Autre bailleur")
    (page,) = set(re.findall(r'href="(/teams/[0-9a-f-]{36})"', service.get("/teams/").text))
    assert "Équipe A" not in others.get("/teams/").text
    assert others.get(page).status_code == others.post(f"{page}/closing").status_code == 404


def test_an_order_goes_to_a_team_from_its_page_and_from_the_list(
    client_as: SignIn, session: Session
) -> None:
    ana = hire(session, "Ana Plomb")
    order = leak(session, ana)
    session.commit()
    service = client_as(Role.TECHNICIAN, language="en")
    named = {"members": [str(ana.id)], "landlord": str(ana.organisation_id)}
    for name, trades in (("All round", []), ("Plumbers", ["plumbing"])):
        said = named | {"name": name, "trades": trades}
        assert service.post("/teams/", data=said).status_code == 302
    ids = {one.name: str(one.id) for one in session.scalars(select(Team))}
    session.commit()
    page = f"/work-orders/{order.id}"
    shown = service.get(page).text.partition("<optgroup")[2]
    assert shown.index("Plumbers") < shown.index("All round") < shown.index("Ana Plomb")
    assert service.post(f"{page}/assigned", data={"assignee": ids["Plumbers"]}).status_code == 302
    assert "Assigned to Plumbers" in service.get(page).text
    several = {"act": "assign", "ids": [str(order.id)]}
    bulk = service.post("/work-orders/together", data=several | {"assignee": ids["All round"]})
    assert order.reference in bulk.text
    mine = f"contractor={ids['All round']}"
    listed, board = (
        service.get(f"/work-orders/?{mine}{view}").text for view in ("", "&view=board")
    )
    assert "<td>All round</td>" in listed and " · All round" in board
    assert "All round" in service.get(f"/work-orders/orders.csv?{mine}").text
    kept = {"list_name": "Theirs", "query": mine}
    assert service.post("/work-orders/saved", data=kept).location.endswith(f"?{mine}")
    assert order.reference not in service.get(f"/work-orders/?contractor={ids['Plumbers']}").text
    assert service.post(f"/teams/{ids['All round']}/closing").status_code == 302
    assert "All round" in service.get(page).text and "closed</span>" in service.get(page).text
    assert service.post(f"{page}/assigned", data={"assignee": ids["All round"]}).status_code == 409


def test_no_page_of_a_team_tells_of_an_order_of_a_protected_home(
    client_as: SignIn, session: Session
) -> None:
    ana = hire(session, "Ana Plomb")
    order = leak(session, ana)
    team = Team(
        landlord_id=ana.organisation_id, name="Équipe A", name_key="equipe a", trades=[], turn=0,
        members=[ana], noted_at=ana.created_at, noted_by_id=ana.id,
    )  # fmt: skip
    session.add(team)
    session.flush()
    order.team_id = team.id
    session.commit()
    service = client_as(Role.TECHNICIAN)
    pages = ("/teams/", f"/work-orders/?contractor={team.id}", "/work-orders/")
    assert "Équipe A" in service.get("/work-orders/").text
    before = [service.get(page).text for page in pages]
    person = make_person(session, dwelling=order.dwelling)
    protect(session, person, by=ana.id, now=ana.created_at)
    session.commit()
    teams, mine, every = (service.get(page).text for page in pages)
    assert teams.count("<tr") == before[0].count("<tr")
    assert order.reference in before[1] and order.reference not in mine
    assert "Équipe A" not in every and "Équipe A" not in mine
