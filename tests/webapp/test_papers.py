"""A person's page lists what there is on paper about her, each thing to those who may read it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.workbook import publish, read_workbook
from tests.factories import (
    NOW,
    make_case,
    make_dwelling,
    make_person,
    make_user,
    make_viewer,
    make_visit,
)
from tests.submissions import QUIET, fill
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.forms.published import publish_form
from visits.ground.deadlines import today_in_paris
from visits.intake.submissions import SentFile, record_submission
from visits.models.accounts import Role
from visits.models.calls import Channel, ContactAttempt, Disposition
from visits.models.mandates import Right
from visits.models.people import Person, RefusedPart
from visits.models.visits import Submission, SubmissionFile, SubmissionState
from visits.people.part_refusals import refuse_parts
from visits.sight.reach import Reach
from webapp.access.setting_up import FORMS

SignIn = Callable[..., FlaskClient]
PHOTO = (Path(__file__).parent.parent / "data" / "media" / "p0.jpg").read_bytes()
SIGNED = b"    appearance: signature\n"


@dataclass
class Home:
    """Somebody who is visited, and what her visitor sends."""

    app: Flask
    session: Session

    def __post_init__(self) -> None:
        self.by = make_user(self.session)
        self.visitor = make_user(
            self.session, role=Role.VISITOR, organisation="Association", name="Nadia Four"
        )
        home = make_dwelling(self.session)
        self.person = make_person(self.session, dwelling=home)
        self.case = make_case(self.session, by=self.by, person=self.person, dwelling=home)
        self.visit = make_visit(self.session, case=self.case, visitor=self.visitor)
        self.page = f"/people/{self.person.id}"
        self.by_visit = f"/visits/{self.visit.id}"

    def send(self, *, asked: bytes = SIGNED, name: str = "a.jpg") -> str:
        """Send a form with a picture that is asked for in a way; gives the picture's address."""
        workbook = (FORMS / "home_visit.yaml").read_bytes().replace(SIGNED, asked)
        form = publish(read_workbook(workbook, suffix=".yaml"))
        publish_form(self.session, form, by=None, now=NOW)
        record_submission(
            self.session, self.app.extensions["palier"].store,
            xml=fill(QUIET | {"signature": name}, form=form),
            files=[SentFile(name, "image/jpeg", PHOTO)],
            viewer=make_viewer(self.visitor, Reach.OWN), now=NOW, visit_id=self.visit.id,
        )  # fmt: skip
        kept = self.session.scalars(select(SubmissionFile).where(SubmissionFile.name == name)).one()
        return f"{self.by_visit}/files/{kept.id}"

    def tell(self, channel: Channel, **said: Any) -> None:
        given = {"disposition": Disposition.NO_ANSWER, "at": NOW, "caller_id": self.by.id}
        attempt = ContactAttempt(case_id=self.case.id, channel=channel, **(given | said))
        self.session.add(attempt)
        self.session.flush()


@pytest.fixture
def home(app: Flask, session: Session) -> Home:
    return Home(app, session)


def papers(client: FlaskClient, page: str) -> str:
    """Give the documents of a page."""
    answer = client.get(page)
    assert answer.status_code == 200
    found = re.search(r'<section class="panel" id="papers">.*?</section>', answer.text, re.DOTALL)
    assert found is not None
    return found[0]


def test_answers_stand_there_with_what_was_signed_said_and_by_whom(
    client_as: SignIn, home: Home
) -> None:
    url = home.send()
    home.session.commit()
    text = papers(client_as("coordinator", language="en"), home.page)
    assert "Nadia Four" in text and "Home visit" in text
    assert f'href="{home.by_visit}"' in text and f'href="{url}"' in text
    assert "Signatures" in text and "Photos:" not in text
    assert "Health questions yes" in text


def test_a_photo_stands_there_until_she_refuses_photos(client_as: SignIn, home: Home) -> None:
    url = home.send(asked=b"")
    home.session.commit()
    office = client_as("social_worker", language="en")
    text = papers(office, home.page)
    assert url in text and "Photos:" in text
    refuse_parts(
        home.session, home.session.get_one(Person, home.person.id), [RefusedPart.PHOTOS],
        viewer=make_viewer(home.by), now=NOW,
    )  # fmt: skip
    home.session.commit()
    text = papers(office, home.page)
    assert url not in text and "Kept sealed: photos are refused" in text


def test_answers_that_were_set_aside_stand_there_no_more(client_as: SignIn, home: Home) -> None:
    url = home.send()
    home.session.scalars(select(Submission)).one().state = SubmissionState.SET_ASIDE
    home.session.commit()
    text = papers(client_as("coordinator", language="en"), home.page)
    assert url not in text and "None that your account sees." in text


def test_letters_and_what_was_left_at_the_door_stand_there(client_as: SignIn, home: Home) -> None:
    home.tell(Channel.LETTER)
    home.tell(Channel.DOOR, left_behind=["card"])
    home.tell(Channel.DOOR)
    home.tell(Channel.PHONE)
    home.session.commit()
    text = papers(client_as("coordinator", language="en"), home.page)
    assert text.count(f'href="/cases/{home.case.id}"') == 2
    assert ">Letter</a>" in text and "a visiting card" in text
    assert ">Letter</a>" not in papers(client_as("social_worker", language="en"), home.page)


def test_a_partner_reads_of_her_own_cases_alone_and_no_answer(
    client_as: SignIn, session: Session, home: Home
) -> None:
    url = home.send()
    home.tell(Channel.LETTER)
    other = make_case(session, by=home.by, person=home.person, programme="residences")
    session.add(
        ContactAttempt(
            case_id=other.id, channel=Channel.LETTER, disposition=Disposition.NO_ANSWER,
            at=NOW, caller_id=home.by.id,
        )
    )  # fmt: skip
    rights = frozenset({Right.CALL})
    said = MandateSaid(
        home.visitor.organisation_id, "seniors", None, rights, today_in_paris(NOW), None
    )
    grant_mandate(session, said, by=home.by.id, now=NOW)
    other_id = other.id
    session.commit()
    partner = client_as("partner_coordinator", organisation="Association")
    text = papers(partner, home.page)
    assert f"/cases/{home.case.id}" in text and url not in text and home.by_visit not in text
    assert f"/cases/{other_id}" not in text
    assert f"/cases/{other_id}" in papers(client_as("coordinator"), home.page)


def test_the_earlier_ones_are_folded(client_as: SignIn, home: Home) -> None:
    for _ in range(12):
        home.tell(Channel.LETTER)
    home.session.commit()
    text = papers(client_as("coordinator", language="en"), home.page)
    assert "2 earlier documents" in text and text.count("/cases/") == 12
