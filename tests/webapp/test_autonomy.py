"""The page of her days at home: noted, corrected, withdrawn, and who opens it."""

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_case, make_person, make_user, make_visit
from visits.models.accounts import Role
from visits.people.autonomy import autonomy_of, let_go_of_autonomy
from visits.people.protection import protect

SignIn = Callable[..., FlaskClient]
SAID = {"assessed_on": NOW.date().isoformat(), "asked_by": "A. Roy, CCAS", "setting": "home"}
INDOORS = {"how-indoors": "hard", "words-indoors": "Je me tiens au mur."}


def test_what_she_says_is_noted_corrected_withdrawn_and_counts_again(
    client_as: SignIn, session: Session
) -> None:
    person = make_person(session)
    session.commit()
    client, page = client_as("social_worker", language="en"), f"/people/{person.id}/autonomy"
    assert "Nobody asked yet" in client.get(page).text
    assert client.post(page, data=SAID | INDOORS).status_code == 302
    shown = client.get(page).text
    assert "<q>Je me tiens au mur.</q>" in shown and "alone, with difficulty" in shown
    assert "asked by A. Roy, CCAS" in shown and "not asked about" in shown
    (note,) = autonomy_of(session, person)
    correct = f"{page}?correct={note.id}"
    session.rollback()
    again = client.get(correct).text
    assert 'value="Je me tiens au mur."' in again and '<option value="hard" selected>' in again
    better = SAID | INDOORS | {"words-indoors": "Je me tiens à la rampe."}
    assert client.post(page, data=better).status_code == 302
    assert (
        "Asked on 10 Mar 2026 by A. Roy, CCAS." in client.get(page.removesuffix("/autonomy")).text
    )
    entry = re.findall(r'name="entry" value="([^"]+)"', client.get(page).text)[0]
    refused = client.post(f"{page}/{entry}/withdraw", data={"entry": entry})
    assert refused.status_code == 422 and 'id="why-error"' in refused.text
    why = {"entry": entry, "why": "Mal compris"}
    assert client.post(f"{page}/{entry}/withdraw", data=why).status_code == 302
    first = client.get(page).text.split('id="told"')[0]
    assert "Je me tiens au mur." in first and "rampe" not in first
    assert client.post(f"{page}/{entry}/back").status_code == 302
    assert client.post(f"{page}/{entry}/back").status_code == 409


def test_what_is_refused_keeps_what_was_typed(client_as: SignIn, session: Session) -> None:
    person = make_person(session)
    session.commit()
    client, page = client_as("coordinator", language="en"), f"/people/{person.id}/autonomy"
    for wrong, field in (
        ({"how-indoors": ""}, "how-indoors"),
        ({"assessed_on": "hier"}, "assessed_on"),
        ({"setting": "moon"}, "setting"),
        ({"how-indoors": "", "words-indoors": ""}, "areas"),
    ):
        refused = client.post(page, data=SAID | INDOORS | {"asked_by": "Mme Lenoir"} | wrong)
        assert refused.status_code == 422, wrong
        assert f'id="{field}-error"' in refused.text and "Mme Lenoir" in refused.text


def test_what_was_let_go_is_told_by_its_day_alone(client_as: SignIn, session: Session) -> None:
    person = make_person(session)
    session.commit()
    client, page = client_as("coordinator", language="en"), f"/people/{person.id}/autonomy"
    assert client.post(page, data=SAID | {"assessed_on": "2024-03-01"} | INDOORS).status_code == 302
    assert "ask her again" in client.get(page).text
    assert let_go_of_autonomy(session, now=NOW) == 1
    session.commit()
    shown = client.get(page).text
    assert "ask her again" in shown and "what she said was let go on 10 Mar 2026" in shown
    assert "Je me tiens au mur." not in shown and "/withdraw" not in shown
    assert "was let go on 10 Mar 2026" in client.get(f"/people/{person.id}?kind=autonomy").text
    assert client.post(page, data=SAID | INDOORS).status_code == 302


def test_whoever_may_not_read_answers_reads_nothing_of_her_days(
    client_as: SignIn, session: Session
) -> None:
    person, by = make_person(session), make_user(session)
    case = make_case(session, by=by, person=person)
    visitor = make_user(session, role=Role.VISITOR)
    make_visit(session, case=case, visitor=visitor)
    session.commit()
    page = f"/people/{person.id}/autonomy"
    closed = (
        *(Role.TECHNICIAN, Role.MANAGER, Role.FUNDER, Role.CONTRACTOR, Role.VISITOR),
        *(Role.PARTNER_COORDINATOR, Role.ADMINISTRATOR),
    )
    for role in closed:
        assert client_as(role).get(page).status_code == 403, role
    protect(session, person, by=by.id, now=NOW)
    session.commit()
    assert client_as(Role.SOCIAL_WORKER).get(page).status_code == 404
