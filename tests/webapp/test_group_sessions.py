"""Collective sessions: planned, changed, held, cancelled, each undone; listed and saved."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import landlord_id, make_dwelling, make_person, make_residence, make_user
from visits.accounts.accounts import find_organisation
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.models.accounts import OrganisationKind, Role, Territory
from visits.models.mandates import Right
from visits.models.sessions import CollectiveSession, SessionState
from visits.people.protection import protect

SignIn = Callable[..., FlaskClient]
NEW = "/group-sessions/new"
WORKSHOP: dict[str, Any] = {
    "programme": "seniors", "title": "Atelier équilibre", "kind": "workshop", "day": "2026-03-17",
    "time": "14:00", "minutes": "120", "place": "Salle Jean-Moulin", "capacity": "12",
    "held_by": "other", "held_by_name": "Gym douce", "cost": "120,50", "payer": "Carsat",
    "note": "Venir en chaussures plates.",
}  # fmt: skip


def post(client: FlaskClient, path: str, **typed: object) -> tuple[int, str]:
    answer = client.post(path, data=typed, follow_redirects=True)
    return answer.status_code, answer.get_data(as_text=True)


def planned(session: Session) -> list[CollectiveSession]:
    first = select(CollectiveSession).order_by(CollectiveSession.starts_at, CollectiveSession.id)
    found = session.scalars(first.execution_options(populate_existing=True)).all()
    session.commit()
    return list(found)


@pytest.fixture
def client(client_as: SignIn) -> FlaskClient:
    return client_as("coordinator", language="en")


def test_a_session_is_planned_and_stands_in_the_list_and_the_file(
    client: FlaskClient, session: Session
) -> None:
    status, shown = post(client, NEW, **WORKSHOP)
    assert (status, "1 session is planned" in shown) == (200, True)
    for said in ("Atelier équilibre", "Salle Jean-Moulin", "Gym douce", "120.50", "Carsat", "2 h"):
        assert said in shown
    (one,) = planned(session)
    assert (one.starts_at.hour, one.minutes, one.cost_cents) == (13, 120, 12050)
    assert "Atelier équilibre" in client.get("/group-sessions/").text
    saved = client.get("/group-sessions/sessions.csv").get_data(as_text=True)
    assert "Atelier équilibre" in saved and "120,50" in saved and "Venir" not in saved


def test_a_series_keeps_its_hour_when_the_clocks_change(
    client: FlaskClient, session: Session
) -> None:
    status, shown = post(client, NEW, **(WORKSHOP | {"weeks": "16"}))
    assert (status, "16 sessions are planned" in shown) == (200, True)
    found = planned(session)
    assert {one.series_id for one in found} == {found[0].series_id} != {None}
    assert [one.starts_at.hour for one in found] == [13, 13] + [12] * 14
    listed = client.get(f"/group-sessions/?series={found[0].series_id}&state=all").text
    assert "16 sessions" in listed
    alone = client.get(f"/group-sessions/?series={uuid.uuid4()}&state=all").text
    assert "No session here" in alone


def test_days_and_hours_at_which_hardly_anybody_comes_are_told(
    client: FlaskClient, session: Session
) -> None:
    weekly = WORKSHOP | {"day": "2026-05-07", "weeks": "2", "title": "Jeudis"}
    said = post(client, NEW, **weekly)[1]
    assert "At an unusual time: 14 May 2026 14:00 (a public holiday)." in said  # Ascension Day
    assert "2 sessions are planned" in said
    one = planned(session)[0]
    path, moved = f"/group-sessions/{one.id}/edit", weekly | {"turn": "0"}
    assert "10 May 2026 14:00 (a Sunday)" in post(client, path, **moved | {"day": "2026-05-10"})[1]
    early = moved | {"day": "2026-05-12", "time": "03:00", "turn": "1"}
    assert "12 May 2026 03:00 (before 8:00 or after 20:00)" in post(client, path, **early)[1]
    usual = post(client, path, **moved | {"day": "2026-05-12", "turn": "2"})[1]
    assert "unusual time" not in usual and "up to date" in usual


def test_the_same_form_sent_twice_plans_one_session(client: FlaskClient, session: Session) -> None:
    post(client, NEW, **WORKSHOP)
    status, shown = post(client, NEW, **WORKSHOP)
    assert (status, "at this hour already" in shown) == (409, True)
    assert "Venir en chaussures plates." in shown
    assert len(planned(session)) == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"programme": "moon"}, "programme"),
        ({"title": " "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"kind": "party"}, "kind"),
        ({"day": ""}, "day"),
        ({"day": "2026-03-29", "time": "02:30"}, "day"),
        ({"day": "2029-03-29"}, "day"),
        ({"day": "2022-03-29"}, "day"),
        ({"minutes": "4"}, "minutes"),
        ({"minutes": "deux heures"}, "minutes"),
        ({"weeks": "0"}, "weeks"),
        ({"weeks": "53"}, "weeks"),
        ({"place": ""}, "place"),
        ({"residence": "R-1"}, "place"),
        ({"residence": "R-1", "place": ""}, "residence"),
        ({"capacity": "0"}, "capacity"),
        ({"capacity": "-3"}, "capacity"),
        ({"held_by": ""}, "held_by"),
        ({"held_by_name": ""}, "held_by_name"),
        ({"held_by": str(uuid.uuid4())}, "held_by"),
        ({"cost": "cher"}, "cost"),
        ({"cost": "-1"}, "cost"),
        ({"payer": "x" * 121}, "payer"),
        ({"note": "x" * 2001}, "note"),
    ],
)
def test_what_cannot_be_is_refused_beside_what_was_typed(
    client: FlaskClient, session: Session, typed: dict[str, str], field: str
) -> None:
    status, shown = post(client, NEW, **(WORKSHOP | typed))
    assert (status, f'id="{field}-error"' in shown) == (422, True)
    assert field in ("note", "title") or "Atelier équilibre" in shown
    assert planned(session) == []


def test_a_session_stands_in_a_residence_by_its_reference(
    client: FlaskClient, session: Session
) -> None:
    residence = make_residence(session, reference="R-77", address="4 rue du Bac", city="Creil")
    session.commit()
    status, shown = post(client, NEW, **(WORKSHOP | {"residence": "r-77", "place": ""}))
    assert (status, "4 rue du Bac, Creil" in shown) == (200, True)
    (one,) = planned(session)
    assert (one.residence_id, one.place) == (residence.id, None)
    assert 'value="R-77"' in client.get(f"/group-sessions/{one.id}/edit").text
    assert "Atelier" in client.get("/group-sessions/?q=creil").text


def test_a_session_is_changed_unless_somebody_did_meanwhile(
    client: FlaskClient, session: Session
) -> None:
    post(client, NEW, **WORKSHOP)
    (one,) = planned(session)
    path = f"/group-sessions/{one.id}/edit"
    status, shown = post(client, path, turn="0", **(WORKSHOP | {"title": "Atelier mémoire"}))
    assert (status, "Atelier mémoire" in shown) == (200, True)
    status, shown = post(client, path, turn="0", **(WORKSHOP | {"title": "Atelier chant"}))
    assert (status, "Atelier chant" in shown, "Somebody changed" in shown) == (409, True, True)
    assert planned(session)[0].title == "Atelier mémoire"


def test_a_session_is_held_once_it_has_begun_and_that_is_taken_back(
    client: FlaskClient, session: Session
) -> None:
    post(client, NEW, **WORKSHOP)
    post(client, NEW, **(WORKSHOP | {"day": "2026-03-09"}))
    past, coming = planned(session)
    assert post(client, f"/group-sessions/{coming.id}/state", act="hold", turn="0")[0] == 409
    assert "Past, to be confirmed" in client.get("/group-sessions/?state=to_confirm").text
    status, shown = post(client, f"/group-sessions/{past.id}/state", act="hold", turn="0")
    assert (status, "Session held" in shown) == (200, True)
    path = f"/group-sessions/{past.id}/state"
    assert post(client, path, act="cancel", why="x", turn="1")[0] == 409
    later = WORKSHOP | {"day": "2026-03-12"}
    assert post(client, f"/group-sessions/{past.id}/edit", turn="1", **later)[0] == 422
    assert post(client, f"/group-sessions/{past.id}/state", act="back", turn="0")[0] == 409
    status, shown = post(client, f"/group-sessions/{past.id}/state", act="back", turn="1")
    assert (status, "taken back on" in shown) == (200, True)
    assert planned(session)[0].state is SessionState.PLANNED
    assert post(client, f"/group-sessions/{past.id}/state", act="back", turn="2")[0] == 409


def test_a_session_is_cancelled_with_a_reason_and_changes_no_more(
    client: FlaskClient, session: Session
) -> None:
    post(client, NEW, **WORKSHOP)
    (one,) = planned(session)
    path = f"/group-sessions/{one.id}/state"
    status, shown = post(client, path, act="cancel", why=" ", turn="0")
    assert (status, 'id="why-error"' in shown) == (422, True)
    assert post(client, path, act="cancel", why="x" * 201, turn="0")[0] == 422
    assert post(client, path, act="dance", turn="0")[0] == 422
    status, shown = post(client, path, act="cancel", why="La salle est fermée.", turn="0")
    assert (status, "La salle est fermée." in shown) == (200, True)
    assert post(client, f"/group-sessions/{one.id}/edit", turn="1", **WORKSHOP)[0] == 409
    # The hour is free again, and what was cancelled by mistake comes back.
    assert post(client, NEW, **WORKSHOP)[0] == 200
    assert post(client, path, act="back", turn="1")[0] == 200


def test_the_list_is_filtered_and_sorted(client: FlaskClient, session: Session) -> None:
    post(client, NEW, **WORKSHOP)
    post(client, NEW, **(WORKSHOP | {"title": "Sortie", "kind": "outing", "day": "2026-04-20"}))
    post(client, NEW, **(WORKSHOP | {"title": "Cours", "kind": "course", "day": "2026-02-02"}))

    def titles(asked: str) -> list[str]:
        shown = client.get(f"/group-sessions/?{asked}").text
        named = {
            title: shown.find(f">{title}</a>") for title in ("Atelier équilibre", "Sortie", "Cours")
        }
        return [title for title, at in sorted(named.items(), key=lambda one: one[1]) if at >= 0]

    assert titles("") == ["Atelier équilibre", "Sortie"]
    assert titles("state=all") == ["Sortie", "Atelier équilibre", "Cours"]
    assert titles("state=all&sort=title") == ["Atelier équilibre", "Cours", "Sortie"]
    assert titles("state=to_confirm") == ["Cours"]
    assert titles("state=all&kind=outing") == ["Sortie"]
    assert titles("state=all&from=2026-03-17&to=2026-03-17") == ["Atelier équilibre"]
    assert titles("state=all&q=SORT") == ["Sortie"]
    assert titles("state=all&q=gym") == ["Sortie", "Atelier équilibre", "Cours"]
    assert titles("state=all&programme=young_tenants") == []
    for nonsense in ("holder=x", "series=x", "kind=x", "from=x", "sort=x", "page=9"):
        assert client.get(f"/group-sessions/?{nonsense}").status_code == 200


def mandate(session: Session, organisation: str, *rights: Right) -> None:
    partner = find_organisation(session, organisation, OrganisationKind.PARTNER)
    landlord_id(session)
    said = MandateSaid(
        organisation_id=partner.id,
        programme="seniors",
        territory_id=None,
        rights=frozenset(rights),
        from_on=NOW.date(),
        until_on=NOW.date() + timedelta(days=90),
    )
    by = make_user(session, role=Role.ADMINISTRATOR)
    grant_mandate(session, said, by=by.id, now=NOW)
    session.commit()


def test_a_partner_plans_and_sees_what_it_holds_and_nothing_else(
    client: FlaskClient, client_as: SignIn, session: Session
) -> None:
    mandate(session, "Voisins", Right.PLAN)
    mandate(session, "Autres", Right.PLAN)
    partner = client_as("partner_coordinator", organisation="Voisins", language="en")
    other = client_as("partner_coordinator", organisation="Autres", language="en")
    own = str(partner.user.organisation_id)  # type: ignore[attr-defined]
    post(client, NEW, **WORKSHOP)
    assert post(partner, NEW, **WORKSHOP)[0] == 422  # another organisation holds none of its own
    hers = WORKSHOP | {"title": "Café des voisins", "held_by": own}
    assert post(partner, NEW, **(hers | {"programme": "young_tenants"}))[0] == 422
    assert post(partner, NEW, **hers)[0] == 200
    landlords, theirs = planned(session)
    assert theirs.title == "Café des voisins"
    listed = partner.get("/group-sessions/").text
    assert "Café des voisins" in listed and "Atelier équilibre" not in listed
    assert "Café des voisins" in client.get("/group-sessions/").text
    for one, reader in ((landlords, partner), (theirs, other)):
        assert reader.get(f"/group-sessions/{one.id}").status_code == 404
        assert post(reader, f"/group-sessions/{one.id}/state", act="cancel", why="x")[0] == 404
    assert "Café des voisins" not in other.get("/group-sessions/").text


def test_without_the_right_to_plan_no_partner_opens_sessions(
    client_as: SignIn, session: Session
) -> None:
    mandate(session, "Voisins", Right.CALL)
    partner = client_as("partner_coordinator", organisation="Voisins")
    assert partner.get("/group-sessions/").status_code == 403
    for role in ("visitor", "technician", "manager", "funder"):
        assert client_as(role).get("/group-sessions/").status_code == 403


def test_who_looks_after_an_area_sees_what_is_in_no_other(
    client: FlaskClient, client_as: SignIn, session: Session
) -> None:
    north, south = Territory(name="Nord"), Territory(name="Sud")
    session.add_all([north, south])
    session.flush()
    make_residence(session, reference="NORD", territory_id=north.id)
    make_residence(session, reference="SUD", territory_id=south.id)
    session.commit()
    post(client, NEW, **(WORKSHOP | {"title": "Au nord", "residence": "NORD", "place": ""}))
    post(client, NEW, **(WORKSHOP | {"title": "Au sud", "residence": "SUD", "place": ""}))
    post(client, NEW, **WORKSHOP)
    reader = client_as("coordinator", territory_id=north.id)
    listed = reader.get("/group-sessions/").text
    assert "Au nord" in listed and "Atelier équilibre" in listed and "Au sud" not in listed
    hidden = next(one for one in planned(session) if one.title == "Au sud")
    assert reader.get(f"/group-sessions/{hidden.id}").status_code == 404
    assert post(reader, NEW, **(WORKSHOP | {"residence": "SUD", "place": ""}))[0] == 422


def test_a_house_where_a_protected_person_lives_alone_is_no_residence_to_hold_one_in(
    client: FlaskClient, session: Session
) -> None:
    house = make_residence(session, reference="R-9", address="9 rue de la Cachette")
    person = make_person(session, dwelling=make_dwelling(session, residence=house))
    protect(session, person, by=make_user(session).id, now=NOW)
    session.commit()
    for typed in ("R-9", "9 rue de la cachette"):
        status, shown = post(client, NEW, **(WORKSHOP | {"residence": typed, "place": ""}))
        assert (status, "9 rue de la Cachette" in shown) == (422, False)
    assert planned(session) == []


def test_a_session_is_taken_into_a_calendar(client: FlaskClient, session: Session) -> None:
    long = "Atelier équilibre; gestes, postures et prévention des chutes à la maison, chez soi"
    post(client, NEW, **(WORKSHOP | {"title": long}))
    (one,) = planned(session)
    path = f"/group-sessions/{one.id}/session.ics"
    assert path in client.get(f"/group-sessions/{one.id}").text
    answer = client.get(path)
    lines = answer.get_data().split(b"\r\n")
    assert answer.mimetype == "text/calendar"
    assert all(len(line) <= 75 for line in lines)
    said = answer.get_data(as_text=True).replace("\r\n ", "")
    for line in (
        "DTSTART:20260317T130000Z",
        "DTEND:20260317T150000Z",
        f"SUMMARY:{long.replace(';', chr(92) + ';').replace(',', chr(92) + ',')}",
        "LOCATION:Salle Jean-Moulin",
        "STATUS:CONFIRMED",
        "SEQUENCE:0",
    ):
        assert f"{line}\r\n" in said, line
    post(client, f"/group-sessions/{one.id}/state", act="cancel", why="Pluie", turn="0")
    again = client.get(path).text
    assert "STATUS:CANCELLED" in again and "SEQUENCE:1" in again and "Pluie" not in again
