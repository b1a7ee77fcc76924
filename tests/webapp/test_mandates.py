"""Mandates in the office: granted, ended, and what they let a partner's coordinator do."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_case, make_user, make_visit
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.ground.deadlines import today_in_paris
from visits.models.accounts import Role, User
from visits.models.calls import ContactAttempt
from visits.models.cases import Case
from visits.models.mandates import Mandate, Right

SignIn = Callable[..., FlaskClient]
CALLED = {"disposition": "no_answer", "channel": "phone", "attempts": "0"}


@pytest.fixture
def visitor(session: Session) -> User:
    made = make_user(session, role=Role.VISITOR, organisation="Association")
    session.commit()
    return made


@pytest.fixture
def case(session: Session) -> Case:
    reason = {"criterion": "owes", "points": 5, "value": 700, "label": {"fr": "Impayés", "en": ""}}
    made = make_case(session, by=make_user(session), sealed_reasons=[reason])
    session.commit()
    return made


def give(session: Session, to: User, *rights: Right, programme: str = "seniors") -> Mandate:
    today = today_in_paris(NOW)
    said = MandateSaid(to.organisation_id, programme, None, frozenset(rights), today, None)
    made = grant_mandate(session, said, by=make_user(session).id, now=NOW)
    session.commit()
    return made


def test_who_may_call_by_mandate_calls_whom_nobody_visits_yet(
    client_as: SignIn, session: Session, visitor: User, case: Case
) -> None:
    partner = client_as(Role.PARTNER_COORDINATOR, organisation="Association")
    stranger = client_as(Role.PARTNER_COORDINATOR, organisation="Mutuelle")
    page, call = f"/cases/{case.id}", f"/cases/{case.id}/calls"
    assert partner.get(page).status_code == 404
    assert partner.post(call, data=CALLED).status_code == 403
    give(session, visitor, Right.CALL)
    assert str(case.id) in partner.get("/cases/").text
    shown = partner.get(page).text
    assert 'name="disposition"' in shown
    # What answers and money gave is for those who may read answers.
    assert "Impayés" not in shown
    assert "Impayés" in client_as(Role.COORDINATOR).get(page).text
    assert partner.post(call, data=CALLED).status_code == 302
    assert session.scalars(select(ContactAttempt.case_id)).all() == [case.id]
    assert stranger.get(page).status_code == 404
    assert stranger.post(call, data=CALLED).status_code == 403


def test_the_call_list_and_the_first_page_open_on_the_programme_of_the_mandate(
    client_as: SignIn, session: Session, visitor: User
) -> None:
    partner = client_as(Role.PARTNER_COORDINATOR, organisation="Association")
    hers = make_case(session, by=visitor, programme="isolated_tenants")
    give(session, visitor, Right.CALL, programme="isolated_tenants")
    assert str(hers.id) in partner.get("/cases/").text
    home = partner.get("/").text
    assert "/cases/?programme=isolated_tenants&amp;state=to_contact" in home
    assert "programme=seniors" not in home


def test_a_right_opens_its_own_doors_and_no_other(
    client_as: SignIn, session: Session, visitor: User, case: Case
) -> None:
    partner = client_as(Role.PARTNER_COORDINATOR, organisation="Association")
    assert partner.get("/outcomes/").status_code == 403
    mandate = give(session, visitor, Right.VISIT)
    page = partner.get(f"/cases/{case.id}")
    assert page.status_code == 200
    assert 'name="disposition"' not in page.text
    assert 'id="number"' not in partner.get(f"/people/{case.person_id}").text
    assert partner.post(f"/cases/{case.id}/calls", data=CALLED).status_code == 403
    mandate.rights = [Right.FIGURES]
    session.commit()
    assert partner.get("/outcomes/").status_code == 200
    assert partner.get(f"/cases/{case.id}").status_code == 404
    assert partner.get(f"/people/{case.person_id}").status_code == 404


def test_who_visits_without_a_mandate_sees_and_does_not_call(
    client_as: SignIn, session: Session, visitor: User, case: Case
) -> None:
    partner = client_as(Role.PARTNER_COORDINATOR, organisation="Association")
    make_visit(session, case=case, visitor=visitor)
    session.commit()
    page = partner.get(f"/cases/{case.id}")
    assert page.status_code == 200
    assert 'name="disposition"' not in page.text


def test_an_administrator_grants_ends_and_takes_up_a_mandate(
    client_as: SignIn, session: Session, visitor: User, case: Case
) -> None:
    office = client_as(Role.ADMINISTRATOR)
    typed = {
        "organisation": str(visitor.organisation_id), "programme": "seniors",
        "rights": ["call", "visit"], "from_on": "2026-03-01",
    }  # fmt: skip
    for wrong, field in (
        ({"rights": []}, "rights"), ({"organisation": "x"}, "organisation"),
        ({"from_on": "1.3."}, "from_on"), ({"programme": ""}, "programme"),
        ({"until_on": "2026-02-01"}, "until_on"),
    ):  # fmt: skip
        refused = office.post("/mandates/", data=typed | wrong)
        assert refused.status_code == 422
        assert f'id="{field}-error"' in refused.text
    assert session.scalars(select(Mandate)).all() == []
    session.rollback()  # on SQLite nobody could write meanwhile
    place = office.post("/mandates/", data=typed).headers["Location"]
    assert office.post("/mandates/", data=typed).status_code == 409
    assert "Association" in office.get("/mandates/").text
    make_visit(session, case=case, visitor=visitor, start_at=NOW + timedelta(days=2))
    session.commit()
    for form in ({}, {"visits_stand": "no"}):
        refused = office.post(f"{place}/end", data=form)
        assert refused.status_code == 422
        assert visitor.name in refused.text
    assert office.post(f"{place}/until", data={"until_on": "2026-03-11"}).status_code == 422
    assert office.post(f"{place}/until", data={"until_on": "2026-03-12"}).status_code == 302
    assert office.post(f"{place}/end", data={"visits_stand": "yes"}).status_code == 302
    assert office.post(f"{place}/end", data={"visits_stand": "yes"}).status_code == 409
    assert "Association" not in office.get("/mandates/").text
    assert "Association" in office.get("/mandates/?state=ended").text
    assert office.post(f"{place}/again").status_code == 302
    assert "Association" in office.get("/mandates/").text


@pytest.mark.one_database
def test_a_coordinator_reads_mandates_and_an_administrator_alone_grants_them(
    client_as: SignIn, session: Session, visitor: User
) -> None:
    place = f"/mandates/{give(session, visitor, Right.CALL).id}"
    reads = client_as(Role.COORDINATOR)
    assert reads.get("/mandates/").status_code == reads.get(place).status_code == 200
    for path in ("/mandates/", f"{place}/until", f"{place}/end", f"{place}/again"):
        assert reads.post(path).status_code == 403
    assert reads.get("/mandates/new").status_code == 403
    for role in (Role.PARTNER_COORDINATOR, Role.MANAGER, Role.VISITOR):
        assert client_as(role).get("/mandates/").status_code == 403


def test_who_may_decide_closes_opens_and_hands_over_and_nobody_else(
    client_as: SignIn, session: Session, visitor: User, case: Case
) -> None:
    partner = client_as(Role.PARTNER_COORDINATOR, organisation="Association")
    page, ends = f"/cases/{case.id}", {"ending": "completed", "on": "2026-03-10"}
    given = {"organisation_id": str(visitor.organisation_id), "why": "Suivi"}
    mandate = give(session, visitor, Right.CALL, Right.PLAN, Right.VISIT)
    shown = partner.get(page).text
    assert f"{page}/pauses" in shown
    assert f"{page}/close" not in shown
    assert f"{page}/charge" not in shown
    back = f"charges/{uuid.uuid4()}/back"
    for path, typed in (("close", ends), ("reopen", {}), ("charge", given), (back, {})):
        assert partner.post(f"{page}/{path}", data=typed).status_code == 403
    mandate.rights = [Right.DECIDE]
    session.commit()
    assert f"{page}/charge" in partner.get(page).text
    assert partner.post(f"{page}/close", data=ends).status_code == 302
    assert partner.post(f"{page}/reopen").status_code == 302
    assert partner.post(f"{page}/charge", data=given).status_code == 302
    assert f"{page}/pauses" not in partner.get(page).text


def test_a_case_is_handed_over_on_its_page_and_the_giver_no_longer_sees_it(
    client_as: SignIn, session: Session, visitor: User, case: Case
) -> None:
    partner = client_as(Role.PARTNER_COORDINATOR, organisation="Association")
    office = client_as(Role.COORDINATOR)
    other = make_user(session, role=Role.VISITOR, organisation="Mutuelle", name="Zoé Mutuelle")
    session.commit()
    page = f"/cases/{case.id}"
    given = {"organisation_id": str(other.organisation_id), "why": "Elle connaît Zoé"}
    give(session, visitor, Right.DECIDE)
    refused = partner.post(f"{page}/charge", data=given | {"why": ""})
    assert refused.status_code == 422
    assert "n’a pas de mandat pour ce programme" in refused.text
    assert 'id="charge-why-error"' in refused.text
    assert partner.post(f"{page}/charge", data=given | {"organisation_id": "x"}).status_code == 422
    give(session, other, Right.VISIT)
    assert "Zoé Mutuelle" not in partner.get(page).text
    assert "Zoé Mutuelle" in office.get(page).text
    gone = partner.post(f"{page}/charge", data=given)
    assert gone.headers["Location"] == "/cases/"
    assert partner.get(page).status_code == 404
    shown = office.get(page).text
    assert "Elle connaît Zoé" in shown
    back = shown.split(f'action="{page}/charges/')[1].split("/")[0]
    assert office.post(f"{page}/charges/{back}/back").status_code == 302
    assert office.post(f"{page}/charges/{back}/back").status_code == 409
    assert partner.get(page).status_code == 200
