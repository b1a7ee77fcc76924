"""The time on each page, shown with the answers; a log that cannot be read is left aside."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.diagnostics.test_forms_social import SURROUNDED
from tests.homes import Home
from visits.intake.submissions import SentFile
from visits.models.accounts import Role
from visits.models.visits import SubmissionFile

SignIn = Callable[..., FlaskClient]
LOG = b"""event,node,start,end
form start,,1000,
group questions,/data/consent,1000,61000
group questions,/data/notes,61000,86000
group questions,/data/consent,86000,87000
form finalized,,90000,
"""


@pytest.fixture
def home(app: Flask) -> Home:
    return Home(app, "social_situation")


def audit(data: bytes) -> SentFile:
    return SentFile("audit.csv", "text/csv", data)


def test_the_time_on_each_page_stands_beside_the_answers(home: Home, client_as: SignIn) -> None:
    home.send("social_situation", audit(LOG), **SURROUNDED)
    page = client_as(Role.COORDINATOR).get(home.page).text
    assert "1\u202fmin 26\u202fs en tout" in page
    assert "1\u202fmin 01\u202fs" in page
    assert "25\u202fs" in page
    assert "audit.csv" not in page


@pytest.mark.parametrize("data", [b"", b"\x00\xff", b"a,b\n1,2", b"x" * 100_000])
def test_a_log_that_cannot_be_read_is_left_aside(
    home: Home, client_as: SignIn, data: bytes
) -> None:
    home.send("social_situation", audit(data), **SURROUNDED)
    answer = client_as(Role.COORDINATOR).get(home.page)
    assert answer.status_code == 200
    assert "illisible" in answer.text


def test_without_a_log_nothing_is_said(home: Home, client_as: SignIn) -> None:
    home.send("social_situation", **SURROUNDED)
    page = client_as(Role.COORDINATOR).get(home.page).text
    assert "illisible" not in page
    assert "Temps passé" not in page


def test_the_log_is_not_handed_out_as_it_may_repeat_answers(home: Home, client_as: SignIn) -> None:
    home.send("social_situation", audit(LOG), **SURROUNDED)
    with home.house.sessions() as session:
        file_id = session.scalars(select(SubmissionFile.id)).one()
    client = client_as(Role.COORDINATOR)
    assert client.get(f"{home.page}/files/{file_id}").status_code == 404
