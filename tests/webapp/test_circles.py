"""Circles on their pages: who is told what, agendas in one act, dated points, the way home."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_case, make_user, make_viewer
from tests.pdf_text import text_of
from visits.accounts.accounts import find_organisation
from visits.models.accounts import OrganisationKind, Role
from visits.models.cases import Case
from visits.models.circles import Circle, CircleCase, CircleMeeting, CircleMember, CircleTask
from visits.models.people import RefusedPart
from visits.people.part_refusals import refuse_parts
from visits.people.protection import name_for_access

SignIn = Callable[..., FlaskClient]
TODAY = NOW.date().isoformat()
SHARED = "Sort de chirurgie, deux étages sans ascenseur."
PUT = {"shared": SHARED, "agreed_on": TODAY, "agreed_how": "spoken"}
POINT = {"words": "Lit médicalisé commandé.", "decision": "Retour le 20 si la rampe est posée."}


def post(client: FlaskClient, path: str, **typed: object) -> tuple[int, str]:
    answer = client.post(path, data=typed, follow_redirects=True)
    return answer.status_code, unescape(answer.get_data(as_text=True))


@dataclass
class Around:
    """A circle of the landlord and a hospital around one case."""

    office: FlaskClient
    hospital: FlaskClient
    circle: str
    case: Case
    session: Session

    @property
    def name(self) -> str:
        name = self.case.person.name
        self.session.commit()
        return name

    def put(self, case: Case | None = None, **typed: object) -> str:
        said = PUT | {"circle": self.circle.rpartition("/")[2]} | typed
        path = f"/circles/put/{(case or self.case).id}"
        self.session.commit()
        assert post(self.office, path, **said)[0] == 200
        latest = select(CircleCase.id).order_by(CircleCase.id.desc()).limit(1)
        found = self.session.scalars(latest).one()
        self.session.commit()
        return str(found)

    def meet(self, on: str = TODAY) -> str:
        assert post(self.office, f"{self.circle}/meetings", held_on=on)[0] == 200
        latest = select(CircleMeeting.id).order_by(CircleMeeting.id.desc()).limit(1)
        found = self.session.scalars(latest).one()
        self.session.commit()
        return f"/circles/meetings/{found}"


@pytest.fixture
def around(client_as: SignIn, session: Session) -> Around:
    case = make_case(session, by=make_user(session), opened_at=NOW - timedelta(days=30))
    session.commit()
    office = client_as("coordinator", language="en")
    hospital = client_as("partner_coordinator", language="en", organisation="Centre hospitalier")
    post(office, "/circles/", name="Back home after hospital")
    circle = f"/circles/{session.scalars(select(Circle.id)).one()}"
    session.commit()
    post(office, f"{circle}/members", user=hospital.user.id)  # type: ignore[attr-defined]
    return Around(office, hospital, circle, case, session)


def test_a_member_reads_what_the_circle_is_told_and_nothing_else(around: Around) -> None:
    one = around.put()
    assert around.name in around.hospital.get(around.circle).text
    shown = around.hospital.get(f"/circles/cases/{one}").text
    assert SHARED in shown
    home = around.case.dwelling.residence  # type: ignore[union-attr]
    told = (home.address, str(around.case.person.phone)[-8:])
    around.session.commit()
    assert not any(secret in shown for secret in told)
    for closed in (f"/cases/{around.case.id}", f"/support/{around.case.id}"):
        assert around.hospital.get(closed).status_code in (403, 404)
    assert around.hospital.get(f"/people/{around.case.person_id}").status_code == 404


def test_whoever_is_not_in_a_circle_sees_nobody_by_it(around: Around, client_as: SignIn) -> None:
    one, meeting = around.put(), around.meet()
    for role, organisation in (
        ("partner_coordinator", "Autre"),
        ("manager", "Office de l'habitat"),
    ):
        other = client_as(role, language="en", organisation=organisation)
        for path in (around.circle, f"/circles/cases/{one}", meeting, f"{meeting}/minutes.pdf"):
            assert other.get(path).status_code == 404, path
    colleague = client_as("coordinator", language="en")
    assert "You are not in this circle" in colleague.get(around.circle).text
    assert around.name not in colleague.get(around.circle).text
    assert colleague.get(meeting).status_code == 404


def test_a_protected_person_stays_protected_in_a_circle(around: Around) -> None:
    one, meeting = around.put(), around.meet()
    around.session.merge(around.case.person).protected = True
    around.session.commit()
    for path in (around.circle, meeting):
        assert around.name not in around.hospital.get(path).text
    assert around.hospital.get(f"/circles/cases/{one}").status_code == 404
    assert f"<dd>{0}</dd>" in around.hospital.get(around.circle).text


def test_nobody_is_put_to_a_circle_without_her_agreement(around: Around) -> None:
    circle = around.circle.rpartition("/")[2]
    path = f"/circles/put/{around.case.id}"
    status, shown = post(around.office, path, **(PUT | {"agreed_on": "", "circle": circle}))
    assert (status, "Nobody is discussed who did not agree" in shown) == (422, True)
    assert SHARED in shown  # what was typed is kept
    user = around.office.user  # type: ignore[attr-defined]
    refuse_parts(
        around.session, around.case.person, [RefusedPart.SHARING], viewer=make_viewer(user), now=NOW
    )
    around.session.commit()
    status, shown = post(around.office, path, **PUT, circle=circle)
    assert (status, "She refuses that anything of her is shared" in shown) == (409, True)


def test_who_refuses_to_share_later_leaves_the_circle_too(around: Around) -> None:
    one = around.put()
    user = around.office.user  # type: ignore[attr-defined]
    refuse_parts(
        around.session, around.case.person, [RefusedPart.SHARING], viewer=make_viewer(user), now=NOW
    )
    around.session.commit()
    assert around.hospital.get(f"/circles/cases/{one}").status_code == 404


def test_who_ends_her_agreement_leaves_the_agenda_and_it_is_said(around: Around) -> None:
    one, meeting = around.put(), around.meet()
    assert around.name in around.hospital.get(meeting).text
    status, shown = post(around.hospital, f"/circles/cases/{one}/end", ended_on=TODAY)
    assert (status, "she stands on no agenda any more" in shown) == (200, True)
    shown = around.hospital.get(meeting).text
    assert around.name not in shown
    assert "1 person no longer agrees to be discussed" in shown
    assert around.office.get(f"/circles/cases/{one}").status_code == 404
    # She may agree again: she is put to the circle anew, and what was said before stays unread.
    again = around.put()
    assert again != one


def test_nobody_learns_from_the_count_of_who_left_that_somebody_is_protected(
    around: Around,
) -> None:
    one, meeting = around.put(), around.meet()
    assert post(around.hospital, f"/circles/cases/{one}/end", ended_on=TODAY)[0] == 200
    around.session.merge(around.case.person).protected = True
    around.session.commit()
    assert "no longer agree" not in around.hospital.get(meeting).text


def test_the_agenda_is_made_in_one_act_of_what_moved(around: Around) -> None:
    still = make_case(around.session, by=make_user(around.session))
    around.session.commit()
    for case in (still, around.case):
        around.put(case)
    one = str(around.session.scalars(select(CircleCase.id).filter_by(case_id=around.case.id)).one())
    around.session.commit()
    post(around.office, f"/circles/cases/{one}/steps", kind="landlord_agreed", of_day=TODAY)
    meeting = around.meet()
    shown = around.hospital.get(meeting).text
    assert shown.index(around.name) < shown.index(still.person.name)
    assert "the landlord agreed" in shown
    around.session.commit()


def test_a_point_is_noted_once_withdrawn_and_noted_anew(around: Around) -> None:
    one, meeting = around.put(), around.meet()
    path = f"{meeting}/points/{one}"
    assert post(around.hospital, path, **(POINT | {"words": " "}))[0] == 422
    status, shown = post(around.hospital, path, **POINT)
    assert (status, POINT["words"] in shown, POINT["decision"] in shown) == (200, True, True)
    assert post(around.office, path, **POINT)[0] == 409
    assert post(around.hospital, f"{path}/withdraw", why="Mauvaise personne")[0] == 200
    assert post(around.office, path, **POINT)[0] == 200
    assert "No point this month" in around.office.get(around.circle).text


def test_a_meeting_gives_out_tasks_that_its_members_do(around: Around) -> None:
    one, meeting = around.put(), around.meet()
    user = around.hospital.user.id  # type: ignore[attr-defined]
    task = {"what": "Demander la rampe", "owner": user, "due_on": "2026-03-20"}
    stranger = make_user(around.session)
    around.session.commit()
    path = f"{meeting}/tasks/{one}"
    assert post(around.office, path, **(task | {"owner": stranger.id}))[0] == 422
    assert post(around.office, path, **(task | {"due_on": "2026-03-01"}))[0] == 422
    assert post(around.office, path, **task)[0] == 200
    assert "Demander la rampe" in around.hospital.get("/circles/").text
    given = around.session.scalars(select(CircleTask.id)).one()
    around.session.commit()
    done = f"/circles/cases/{one}/tasks/{given}"
    other = around.put(make_case(around.session, by=make_user(around.session)))
    elsewhere = f"/circles/cases/{other}/tasks/{given}/done"
    assert post(around.hospital, elsewhere, done_on=TODAY)[0] == 404
    assert post(around.hospital, f"{done}/done", done_on=TODAY)[0] == 200
    assert post(around.hospital, f"{done}/done", done_on=TODAY)[0] == 409
    assert "Demander la rampe" not in around.hospital.get("/circles/").text
    assert post(around.hospital, f"{done}/back")[0] == 200
    assert post(around.office, f"{done}/withdraw", why="La rampe est là")[0] == 200


def test_nobody_is_back_home_before_her_landlord_agreed(around: Around) -> None:
    one = around.put()
    path = f"/circles/cases/{one}/steps"
    status, shown = post(around.hospital, path, kind="back_home", of_day=TODAY)
    assert (status, "before her landlord agreed" in shown) == (409, True)
    status, shown = post(around.hospital, path, kind="landlord_agreed", of_day=TODAY)
    assert (status, "Only somebody of her landlord’s" in shown) == (409, True)
    assert post(around.office, path, kind="landlord_agreed", of_day=TODAY)[0] == 200
    assert post(around.hospital, path, kind="back_home", of_day="2026-03-09")[0] == 422
    assert post(around.hospital, path, kind="back_home", of_day=TODAY)[0] == 200
    shown = around.office.get(f"/circles/cases/{one}").text
    agreed = shown.partition(f"{path}/")[2].partition("/withdraw")[0]
    assert post(around.office, f"{path}/{agreed}/withdraw", why="Erreur")[0] == 409


def test_minutes_close_open_again_and_are_a_paper(around: Around) -> None:
    one, meeting = around.put(), around.meet()
    post(around.hospital, f"{meeting}/points/{one}", **POINT)
    assert post(around.office, f"{meeting}/minutes", present="")[0] == 422
    assert post(around.office, f"{meeting}/minutes", present="Tous", note="Rien d’autre")[0] == 200
    assert post(around.hospital, f"{meeting}/points/{one}/withdraw", why="x")[0] == 409
    paper = text_of(around.hospital.get(f"{meeting}/minutes.pdf").data)
    assert all(said in paper for said in (around.name, "Lit médicalisé", "Tous"))
    assert post(around.office, f"{meeting}/minutes", what="again")[0] == 200
    # The circle meets next month: until these are closed no other agenda is made.
    assert post(around.office, f"{around.circle}/meetings", held_on="2026-04-10")[0] == 409
    # Whoever is named for a protected person reads of her on the page; the paper goes about.
    person = around.session.merge(around.case.person)
    person.protected = True
    user = around.office.user.id  # type: ignore[attr-defined]
    name_for_access(around.session, person, user_id=user, by=user, now=NOW)
    around.session.commit()
    assert around.name in around.office.get(meeting).text
    assert around.name not in text_of(around.office.get(f"{meeting}/minutes.pdf").data)


def test_who_left_a_circle_reads_nothing_of_it(around: Around) -> None:
    around.put()
    user = around.hospital.user.id  # type: ignore[attr-defined]
    member = around.session.scalars(select(CircleMember.id).filter_by(user_id=user)).one()
    around.session.commit()
    leave = f"{around.circle}/members/{member}/leave"
    assert post(around.office, leave, why="")[0] == 422
    assert post(around.hospital, leave, why="A changé de poste")[0] == 403
    assert post(around.office, leave, why="A changé de poste")[0] == 200
    assert around.hospital.get(around.circle).status_code == 404
    assert post(around.office, f"{around.circle}/close", why="Fini")[0] == 200
    assert around.office.get(around.circle).status_code == 404


def test_only_who_may_read_circles_is_taken_into_one(around: Around) -> None:
    visitor = make_user(around.session, role=Role.VISITOR)
    around.session.commit()
    assert post(around.office, f"{around.circle}/members", user=visitor.id)[0] == 422
    assert post(around.office, f"{around.circle}/members", user="nobody")[0] == 422
    hers = around.hospital.user.id  # type: ignore[attr-defined]
    assert post(around.office, f"{around.circle}/members", user=hers)[0] == 409
    # Another landlord's people are nobody to choose from.
    kind = OrganisationKind.LANDLORD
    find_organisation(around.session, "Habitat de l'Aisne", kind)
    other = make_user(around.session, organisation="Habitat de l'Aisne", name="Dominique Ailleurs")
    around.session.commit()
    assert other.name not in around.office.get(around.circle).text
    assert post(around.office, f"{around.circle}/members", user=other.id)[0] == 422


def test_a_meeting_called_by_mistake_is_withdrawn_until_something_is_noted(
    around: Around,
) -> None:
    one, meeting = around.put(), around.meet("2026-03-20")
    status, shown = post(around.hospital, f"{meeting}/points/{one}", **POINT)
    assert (status, "still to come" in shown) == (409, True)
    assert post(around.office, f"{meeting}/withdraw", why="")[0] == 422
    assert post(around.office, f"{meeting}/withdraw", why="Pas ce jour-là")[0] == 200
    meeting = around.meet()
    assert post(around.hospital, f"{meeting}/points/{one}", **POINT)[0] == 200
    assert post(around.office, f"{meeting}/withdraw", why="Pas ce jour-là")[0] == 409


def test_the_first_page_counts_what_circles_gave_one_to_do(around: Around) -> None:
    one, meeting = around.put(), around.meet()
    assert "Tasks of circles" not in around.hospital.get("/").text
    user = around.hospital.user.id  # type: ignore[attr-defined]
    for what in ("Demander la rampe", "Appeler sa fille"):
        task = {"what": what, "owner": user, "due_on": "2026-03-20"}
        assert post(around.office, f"{meeting}/tasks/{one}", **task)[0] == 200
    home = " ".join(around.hospital.get("/").text.split())
    assert '<a class="stretched-link" href="/circles/">Tasks of circles</a></dt> <dd>2' in home
    assert "Yours to do · 2" in around.hospital.get("/circles/").text
    assert "Tasks of circles" not in around.office.get("/").text
