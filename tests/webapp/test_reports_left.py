"""How a report is left: noted, withdrawn, e-mailed as a link, printed to be posted, listed."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories import NOW, make_user, make_viewer, make_visit
from tests.homes import Home
from tests.pdf_text import text_of
from tests.submissions import GAS, fill
from tests.webapp.test_sending_messages import Postmaster, postmaster  # noqa: F401
from visits.intake.report_links import WRONG_AT_MOST
from visits.intake.report_list import LISTS, TO_LEAVE, count_reports, list_reports
from visits.intake.reports import OPENS_FOR
from visits.messages.ways import note_wish, wishes_of, withdraw_wish
from visits.models.accounts import Role
from visits.models.messages import Message, MessageChannel, MessageState
from visits.models.people import AccessEvent, AlertCode, Person, PersonAlert
from visits.models.reports import LeftHow, ReportLeft
from visits.models.visits import Submission, SubmissionState, Visit
from visits.people.protection import protect
from visits.sight import Reach
from visits.sight.listing import Wanted
from webapp.commands.messages import send_messages
from webapp.frame.transaction import House

SignIn = Callable[..., FlaskClient]
HERS, BORN = "elle@example.org", "1941-05-17"
WAYS = ("email", "post")


@pytest.fixture
def home(app: Flask) -> Home:
    found = Home(app, "home_visit")
    found.send_xml(fill(GAS))
    return found


@pytest.fixture
def office(client_as: SignIn, home: Home) -> FlaskClient:
    return client_as(Role.COORDINATOR, language="en")


def agrees(home: Home, channel: str = "email", *, agreed: bool = True) -> None:
    with home.house.sessions.begin() as session:
        person = session.get_one(Person, home.person.id)
        viewer = make_viewer(home.coordinator)
        note_wish(
            session, person, MessageChannel(channel), agreed=agreed,
            address=HERS if channel == "email" else "", language="fr", viewer=viewer, now=NOW,
        )  # fmt: skip


def leave(client: FlaskClient, home: Home, how: str, **said: str) -> int:
    data = {"how": how, "reader": "home", "language": "fr"} | said
    return client.post(f"{home.page}/report", data=data).status_code


def standing(home: Home) -> list[LeftHow]:
    with home.house.sessions() as session:
        noted = select(ReportLeft.how).where(ReportLeft.withdrawn_at.is_(None))
        return list(session.scalars(noted.order_by(ReportLeft.id)))


def withdraw(client: FlaskClient, home: Home, why: str = "erreur") -> int:
    with home.house.sessions() as session:
        left = session.scalars(select(ReportLeft).order_by(ReportLeft.id.desc())).first()
        assert left is not None
        data = {"act": "withdraw", "left": str(left.id), "why": why, "reader": "home"}
    return client.post(f"{home.page}/report", data=data).status_code


def listed(home: Home, which: str) -> int:
    """Count a list, and see that it has as many rows."""
    with home.house.sessions() as session:
        viewer = make_viewer(home.coordinator)
        count = count_reports(session, viewer, which=which)
        rows = list_reports(session, viewer, which=which, wanted=Wanted())
        assert (len(rows.rows), rows.total) == (count, count)
        return count


def lists(home: Home) -> list[str]:
    return [which for which in LISTS if listed(home, which)]


def link_of(home: Home) -> str:
    with home.house.sessions() as session:
        (facts,) = session.scalars(select(Message.facts))
        return re.sub(r"^https?://[^/]+", "", facts["link"])


def give(client: FlaskClient, path: str, born_on: str = BORN) -> tuple[int, str]:
    answer = client.post(path, data={"born_on": born_on})
    pdf = answer.content_type == "application/pdf"
    return answer.status_code, text_of(answer.data) if pdf else answer.text


def test_a_report_handed_over_is_noted_with_who_and_when_and_left(
    home: Home, office: FlaskClient
) -> None:
    assert lists(home) == [TO_LEAVE]
    assert leave(office, home, "handed") == 302
    assert lists(home) == ["left"]
    page = office.get(f"{home.page}/report").text
    assert "Handed over, printed" in page
    assert office.user.name in page  # type: ignore[attr-defined]
    assert "Handed over, printed" in office.get(home.page).text


def test_what_was_noted_by_mistake_is_withdrawn_and_the_report_is_to_leave_again(
    home: Home, office: FlaskClient
) -> None:
    leave(office, home, "unwanted")
    assert withdraw(office, home, "") == 422
    assert withdraw(office, home) == 302
    assert withdraw(office, home) == 409
    assert (standing(home), lists(home)) == ([], [TO_LEAVE])
    assert leave(office, home, "unwanted") == 302


def test_it_is_left_once_each_way_whoever_clicks_twice(home: Home, office: FlaskClient) -> None:
    agrees(home)
    assert [leave(office, home, "email") for _ in range(2)] == [302, 409]
    assert leave(office, home, "handed") == 302
    assert standing(home) == [LeftHow.EMAIL, LeftHow.HANDED]
    with home.house.sessions() as session:
        assert len(session.scalars(select(Message)).all()) == 1


@pytest.mark.parametrize(
    ("said", "field"), [({"how": ""}, "required"), ({"how": "pigeon"}, ""), ({"reader": "x"}, "")]
)
def test_nonsense_is_refused_in_words(
    home: Home, office: FlaskClient, said: dict[str, str], field: str
) -> None:
    assert leave(office, home, **({"how": "handed"} | said)) == 422
    assert standing(home) == []


def test_the_email_brings_a_link_that_opens_with_her_date_of_birth(
    app: Flask,
    home: Home,
    office: FlaskClient,
    postmaster: Postmaster,  # noqa: F811
) -> None:
    agrees(home)
    assert leave(office, home, "email") == 302
    assert lists(home) == ["on_its_way"]
    path = link_of(home)
    house: House = app.extensions["palier"]
    assert send_messages(house, now=house.clock()) == {"touched": 1, "not_sent": 0}
    letter = postmaster.letters.get_nowait()
    text = letter.get_content()
    assert letter["To"] == HERS
    assert path in text.replace("\n", "")
    assert "VERMEULEN" not in text
    assert "gaz" not in text
    assert lists(home) == ["left", "unopened"]
    stranger = app.test_client()
    shown = stranger.get(path)
    assert shown.status_code == 200
    assert shown.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "VERMEULEN" not in shown.text
    assert give(stranger, path, "1941-05-18")[0] == 422
    status, said = give(stranger, path)
    assert status == 200
    assert "Odeur de gaz" in said
    assert lists(home) == ["left"]
    with home.house.sessions() as session:
        read = select(AccessEvent).where(AccessEvent.what == "report_by_link")
        assert session.scalars(read).one().user_id is None


def test_whoever_reads_the_message_reads_no_link_before_nor_after_it_went(
    app: Flask,
    home: Home,
    office: FlaskClient,
    postmaster: Postmaster,  # noqa: F811
) -> None:
    agrees(home)
    leave(office, home, "email")
    house: House = app.extensions["palier"]
    for _ in range(2):
        with home.house.sessions() as session:
            message = session.scalars(select(Message)).one()
        page = office.get(f"/messages/{message.id}").text
        assert "/report-link/" not in page
        assert "un lien pour elle seule" in page
        send_messages(house, now=house.clock())
    assert "link" not in message.facts or message.sent_at is None
    with home.house.sessions() as session:
        sent = session.scalars(select(Message)).one()
        assert sent.state is MessageState.SENT
        assert "link" not in sent.facts
        assert "/report-link/" not in (sent.body or "")


def test_an_address_that_nobody_knows_leaves_the_report_to_leave(
    app: Flask,
    home: Home,
    office: FlaskClient,
    postmaster: Postmaster,  # noqa: F811
) -> None:
    agrees(home)
    leave(office, home, "email")
    postmaster.does = "550"
    house: House = app.extensions["palier"]
    assert send_messages(house, now=house.clock())["not_sent"] == 1
    assert lists(home) == [TO_LEAVE]
    page = " ".join(office.get(f"{home.page}/report").text.split())
    assert "Did not go out" in page
    assert "the mail server knows no such address" in page


def test_after_five_wrong_dates_the_link_opens_nothing_any_more(
    app: Flask, home: Home, office: FlaskClient
) -> None:
    agrees(home)
    leave(office, home, "email")
    path, stranger = link_of(home), app.test_client()
    tried = [give(stranger, path, day)[0] for day in ("", "x", "1900-01-01", "1941-05-18")]
    assert tried == [422] * (WRONG_AT_MOST - 1)
    assert give(stranger, path, "2000-01-01")[0] == 410
    assert give(stranger, path)[0] == 410
    assert stranger.get(path).status_code == 410


@pytest.mark.parametrize(
    "then", ["withdrawn", "late", "protected", "silent", "no_email", "set_aside", "cut"]
)
def test_a_link_opens_no_more_once_it_should_not(
    app: Flask, home: Home, office: FlaskClient, then: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    agrees(home)
    leave(office, home, "email")
    path, stranger = link_of(home), app.test_client()
    if then == "withdrawn":
        withdraw(office, home)
    if then == "cut":
        path = path[:-4]
    with home.house.sessions.begin() as session:
        person = session.get_one(Person, home.person.id)
        if then == "late":
            session.scalars(select(ReportLeft)).one().expires_at = NOW - timedelta(seconds=1)
        if then == "protected":
            protect(session, person, by=home.coordinator.id, now=NOW)
        if then == "silent":
            person.do_not_contact = True
        if then == "no_email":
            viewer = make_viewer(home.coordinator)
            wish = wishes_of(session, person.id)[MessageChannel.EMAIL]
            withdraw_wish(session, person, wish.id, why="x", viewer=viewer, now=NOW)
        if then == "set_aside":
            for one in session.scalars(select(Submission)):
                one.state = SubmissionState.SET_ASIDE
    assert stranger.get(path).status_code == 410
    status, said = give(stranger, path)
    assert status == 410
    assert "VERMEULEN" not in said


def test_withdrawn_before_it_went_it_does_not_go(home: Home, office: FlaskClient) -> None:
    agrees(home)
    leave(office, home, "email")
    withdraw(office, home)
    with home.house.sessions() as session:
        assert session.scalars(select(Message)).one().state is MessageState.STOPPED


@pytest.mark.parametrize("why", ["protected", "do_not_contact", *AlertCode, "died"])
def test_what_goes_out_of_the_house_goes_to_nobody_who_is_silent(
    home: Home, office: FlaskClient, why: str
) -> None:
    agrees(home)
    with home.house.sessions.begin() as session:
        person = session.get_one(Person, home.person.id)
        if why == "protected":
            protect(session, person, by=office.user.id, now=NOW)  # type: ignore[attr-defined]
        elif why == "do_not_contact":
            person.do_not_contact = True
        elif why == "died":
            person.died_on = NOW.date()
        else:
            session.add(
                PersonAlert(
                    person_id=person.id, code=AlertCode(why), noted_on=NOW.date(),
                    review_on=NOW.date(), noted_by_id=home.coordinator.id,
                )
            )  # fmt: skip
    silent = why in (
        "protected", "do_not_contact", "died", "nothing_written", "meet_elsewhere", "phone_read",
    )  # fmt: skip
    assert [leave(office, home, how) for how in WAYS] == [409 if silent else 302] * 2
    assert leave(office, home, "handed") == (409 if why == "died" else 302)


def test_each_way_asks_for_what_it_needs(home: Home, office: FlaskClient) -> None:
    page = office.get(f"{home.page}/report").text
    assert "she has agreed to no e-mail address" in page
    assert leave(office, home, "email") == 409
    agrees(home)
    with home.house.sessions.begin() as session:
        session.get_one(Person, home.person.id).born_on = None
    assert "her date of birth is not known" in office.get(f"{home.page}/report").text
    assert leave(office, home, "email") == 409
    agrees(home, "letter", agreed=False)
    assert leave(office, home, "post") == 409
    with home.house.sessions() as session:
        assert session.scalars(select(Message)).all() == []


def test_reports_to_post_are_printed_in_one_go_with_their_address_and_undone(
    home: Home, office: FlaskClient
) -> None:
    assert office.post("/visits/reports/").status_code == 409
    leave(office, home, "post", reader="her")
    assert lists(home) == ["to_print"]
    printed = office.post("/visits/reports/")
    assert printed.status_code == 302
    run = printed.headers["Location"]
    said = text_of(office.get(f"{run}/reports.pdf").data)
    with home.house.sessions() as session:
        street = session.get_one(Visit, home.visit.id).case.dwelling.residence  # type: ignore[union-attr]
        assert f"{street.postcode} {street.city}" in said
    assert "Odeur de gaz" in said
    assert lists(home) == ["left"]
    assert run.rpartition("/")[2] in office.get("/visits/reports/").text
    assert office.post(run).status_code == 302
    assert lists(home) == ["to_print"]
    assert office.get(run).status_code == 404


def test_what_may_not_be_posted_any_more_stays_in_the_list_and_says_why(
    home: Home, office: FlaskClient
) -> None:
    leave(office, home, "post")
    agrees(home, "letter", agreed=False)
    assert office.post("/visits/reports/").status_code == 409
    page = " ".join(office.get("/visits/reports/?state=to_print").text.split())
    assert "It is not printed: she wants no letters" in page
    assert lists(home) == ["to_print"]


def test_the_list_is_a_file_and_counts_on_the_page_of_visits(
    home: Home, office: FlaskClient
) -> None:
    assert "Reports to leave <strong>1</strong>" in office.get("/visits/").text
    file = office.get("/visits/reports/reports.csv").text
    assert "VERMEULEN" in file
    leave(office, home, "handed")
    assert "VERMEULEN" not in office.get("/visits/reports/reports.csv").text
    file = office.get("/visits/reports/reports.csv?state=left").text
    assert "Handed over, printed" in file


def test_only_who_reads_the_answers_leaves_reports_and_of_those_she_may_see(
    home: Home, client_as: SignIn
) -> None:
    for role in (Role.PARTNER_COORDINATOR, Role.TECHNICIAN, Role.MANAGER):
        client = client_as(role)
        assert leave(client, home, "handed") == 403
        assert client.get("/visits/reports/").status_code == 403
    stranger = client_as(Role.VISITOR)
    assert leave(stranger, home, "handed") == 404
    assert "VERMEULEN" not in stranger.get("/visits/reports/").text
    office = client_as(Role.COORDINATOR)
    assert leave(office, home, "post") == 302
    run = office.post("/visits/reports/").headers["Location"]
    with home.house.sessions.begin() as session:
        person = session.get_one(Person, home.person.id)
        protect(session, person, by=home.coordinator.id, now=NOW)
    assert [office.get(one).status_code for one in (run, f"{run}/reports.pdf")] == [404, 404]
    assert "VERMEULEN" not in office.get("/visits/reports/?state=left").text


def test_a_visitor_lists_the_reports_of_her_own_visits_alone(home: Home) -> None:
    with home.house.sessions.begin() as session:
        other = make_user(session, role=Role.VISITOR)
        case = session.get_one(Visit, home.visit.id).case
        make_visit(session, case=case, visitor=other, start_at=NOW + timedelta(days=1))
        for visitor, seen in ((home.visitor, 1), (other, 0)):
            hers = make_viewer(visitor, Reach.OWN)
            assert count_reports(session, hers, which=TO_LEAVE) == seen


def test_her_timeline_tells_how_her_report_was_left(home: Home, office: FlaskClient) -> None:
    leave(office, home, "handed")
    page = f"/people/{home.person.id}?kind=visit"
    assert "Handed over, printed" in office.get(page).text
    withdraw(office, home)
    assert "Handed over, printed" not in office.get(page).text


def test_the_link_is_good_for_thirty_days() -> None:
    assert timedelta(days=30) == OPENS_FOR  # the refusal and the message say so
