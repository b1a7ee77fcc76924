"""What refuses a page that is made inside a writing transaction does so."""

import pytest
from flask import Flask, render_template_string

from visits.sight import answers
from webapp.access.auth import public
from webapp.frame.transaction import reading, transaction

pytestmark = pytest.mark.both_databases


def test_a_page_that_is_made_while_its_request_may_write_is_a_fault(new_app: Flask) -> None:
    @new_app.get("/inside")
    @public
    def inside() -> str:
        with transaction() as session:
            answers(session)
            return render_template_string("in good time")

    @new_app.get("/after")
    @public
    def after() -> str:
        with reading() as session, transaction() as writing:
            answers(writing)
            answers(session)
        return render_template_string("in good time")

    client = new_app.test_client()
    assert client.get("/inside").status_code == 500
    assert client.get("/after").text == "in good time"
