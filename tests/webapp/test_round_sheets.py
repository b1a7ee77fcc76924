"""The round sheet: a visitor's day on paper, and what a paper does not say."""

import io
from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy.orm import Session

from tests.factories import LANDLORD, make_case, make_user, make_viewer, make_visit
from tests.visits.test_absences import TUESDAY, at
from visits.cases.interpreters import note_interpreter
from visits.models.accounts import Role
from visits.models.cases import CaseState
from visits.models.people import AlertCode
from visits.people.measures import note_alert
from visits.people.protection import protect


def test_a_sheet_says_whom_and_where_but_not_of_those_a_paper_must_not_name(
    session: Session, client_as: Callable[..., FlaskClient]
) -> None:
    office = client_as("coordinator", language="en")
    user = office.user  # type: ignore[attr-defined]
    visitor = make_user(session, role=Role.VISITOR, organisation=LANDLORD)
    told, minded, hidden, later = (
        make_case(session, by=visitor, state=CaseState.PLANNED) for _ in range(4)
    )
    for hour, case in ((9, told), (11, minded), (14, hidden)):
        make_visit(session, case=case, visitor=visitor, start_at=at(TUESDAY, hour))
        language = "Portuguese" if case is told else "Kurdish"
        note_interpreter(session, case, language, viewer=make_viewer(user), now=case.opened_at)
    next_day = at(TUESDAY + timedelta(days=1), 9)
    make_visit(session, case=later, visitor=visitor, start_at=next_day)
    note_alert(
        session,
        minded.person,
        AlertCode.PLAIN_CLOTHES,
        viewer=make_viewer(user),
        now=told.opened_at,
    )
    protect(session, hidden.person, by=user.id, now=told.opened_at)
    names = [one.person.last_name for one in (told, minded, hidden, later)]
    address = told.residence.address if told.residence else ""
    session.commit()
    answer = office.get(f"/visitors/{visitor.id}/round-sheet.pdf?day={TUESDAY}")
    assert answer.headers["Content-Disposition"] == "inline; filename=round-sheet.pdf"
    paper = PdfReader(io.BytesIO(answer.data))
    text = " ".join(page.extract_text() for page in paper.pages)
    assert [name in text for name in names] == [True, False, False, False]
    assert address in text and text.count("see the tablet") == 2
    assert "Interpreter asked for: Portuguese" in " ".join(text.split()) and "Kurdish" not in text
    assert paper.metadata and paper.metadata.title == "Round sheet"
    assert office.get(f"/visitors/{visitor.id}/round-sheet.pdf?day=2026-02-30").status_code == 200


def test_a_sheet_is_of_a_visitor_one_plans_for(
    session: Session, client_as: Callable[..., FlaskClient]
) -> None:
    visitor = make_user(session, role=Role.VISITOR, organisation=LANDLORD)
    session.commit()
    partner = client_as("partner_coordinator", organisation="A partner")
    assert partner.get(f"/visitors/{visitor.id}/round-sheet.pdf?day={TUESDAY}").status_code == 404
    assert (
        client_as("visitor")
        .get(f"/visitors/{visitor.id}/round-sheet.pdf?day={TUESDAY}")
        .status_code
        == 403
    )
