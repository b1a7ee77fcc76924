"""Programmes in the office: made from an empty page, typed, compared, refused field by field."""

import io
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from marshmallow import fields
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tests.factories import (
    NOW,
    make_dwelling,
    make_person,
    make_user,
)
from tests.submissions import home_visit
from tests.visits.test_programmes import SHORT
from tests.webapp.programme_pages import (
    PUBLIC,
    VISITS,
    SignIn,
    begin,
    draft_of,
    fill,
    held,
    publish,
)
from visits.forms.published import publish_form
from visits.models.accounts import Role
from visits.models.programmes import ProgrammeDraft, ProgrammeVersion
from visits.people.protection import protect
from visits.programmes import Cadence, Condition
from visits.programmes.drafts import bring_in, said_in
from visits.programmes.published import find_programme
from visits.programmes.schema import ProgrammeSchema
from webapp.office.programmes.parts import PARTS, Field, label_of


@pytest.fixture
def office(client_as: SignIn, session: Session) -> FlaskClient:
    publish_form(session, home_visit(), by=None, now=NOW)
    session.commit()
    return client_as(Role.COORDINATOR, language="en")


def test_a_programme_is_made_from_an_empty_page_and_published(
    office: FlaskClient, session: Session
) -> None:
    session.execute(delete(ProgrammeVersion))
    session.commit()
    assert "No programme yet" in office.get("/programmes/").text
    code = begin(office, session)
    assert code == "visites_canicule"
    page = unescape(office.get(f"/programmes/{code}/draft").text)
    assert "Phone call, every week, in July and August" in page
    assert publish(office, code, 0).status_code == 302
    made = find_programme(session, code)
    assert made.audience.when == (Condition("lives_alone", equals=True), Condition("floor", 3))
    names = {"fr": "Appel de la semaine", "en": "Appel de la semaine"}
    assert made.cadences == (
        Cadence("appel_de_la_semaine", names, "call", every="7d", months=(7, 8)),
    )
    assert made.visit_kinds[0].code == "passage"
    assert len(made.outcomes) == 6
    assert session.scalars(select(ProgrammeDraft)).all() == []
    assert "Visites canicule" in office.get("/programmes/?state=published&q=CANI").text
    assert "No programme fits" in office.get("/programmes/?state=retired").text


def test_each_fault_stands_beside_its_field_and_nothing_is_kept(
    office: FlaskClient, session: Session
) -> None:
    office.post("/programmes/new", data={"name.fr": "Essai"})
    before = draft_of(session, "essai").toml
    wrong = {**PUBLIC, "audience.age_min": "7", "audience.when.1.value": "trois"}
    answer = fill(office, session, "essai", "public", wrong)
    assert answer.status_code == 422
    for field, said in (
        ("audience.age_min", "From 16 to 115."),
        ("audience.when.1", "A number is expected."),
    ):
        assert f'id="{field}-error">{said}' in answer.text
    assert 'value="trois"' in answer.text
    rows = {
        "outcome.count": "3", "outcome.0.code": "gone", "outcome.0.name.fr": "Partie",
        "outcome.0.remove": "yes", "outcome.1.name.fr": "", "outcome.2.name.fr": "x" * 201,
    }  # fmt: skip
    answer = fill(office, session, "essai", "outcomes", rows)
    assert 'id="outcome.2.name-error">From 1 to 200 characters.' in answer.text
    assert draft_of(session, "essai").toml == before
    assert publish(office, "essai", 0).status_code == 422
    missing = office.get("/programmes/essai/draft").text
    assert "Visits</a> · Kind of visit: Fill in this field." in missing
    assert label_of("cadence.1.every") == "What comes 2 · Comes back every"
    assert office.post("/programmes/new", data={"name.fr": " "}).status_code == 422


def test_what_files_answers_and_cases_told_before_is_offered_and_money_only_where_allowed(
    office: FlaskClient, session: Session
) -> None:
    office.post("/programmes/new", data={"name.fr": "Essai"})
    page = unescape(office.get("/programmes/essai/draft/order").text)
    for offered in (
        '<option value="answer_floor">Earlier answer: Floor of the dwelling',
        '<option value="outcome_seniors">How the last case in “Seniors at home” ended',
        '<option value="arrears">Arrears in €',
    ):
        assert offered in page
    asked = {**PUBLIC, "audience.when.0.fact": "arrears", "audience.when.0.value": "500"}
    asked["audience.when.0.test"] = "at_least"
    asked |= {"audience.when.1.fact": "outcome_seniors", "audience.when.1.test": "equals"}
    asked["audience.when.1.value"] = "completed"
    refused = fill(office, session, "essai", "public", asked)
    said = 'id="audience.when.0-error">Say under “Public” that the programme may use this.'
    assert (refused.status_code, said in refused.text) == (422, True)
    assert '<option value="completed">' in refused.text
    assert (
        fill(office, session, "essai", "public", asked | {"may_use": "arrears"}).status_code == 302
    )
    told = unescape(office.get("/programmes/essai/draft").text)
    assert "How the last case in “Seniors at home” ended: is Visited, and what followed" in told


def test_the_faults_are_said_in_french(client_as: SignIn, session: Session) -> None:
    french = client_as(Role.COORDINATOR)
    french.post("/programmes/new", data={"name.fr": "Essai"})
    answer = fill(french, session, "essai", "public", {**PUBLIC, "audience.age_min": "7"})
    assert 'id="audience.age_min-error">De 16 à 115.' in answer.text


def test_the_second_of_two_people_on_a_part_does_not_write_over_the_first(
    office: FlaskClient, client_as: SignIn, session: Session
) -> None:
    code = begin(office, session)
    other = client_as(Role.COORDINATOR, name="Odile Second")
    before = held(session, code, "public")
    first = {**PUBLIC, "audience.age_min": "80", "held": before}
    assert other.post(f"/programmes/{code}/draft/public", data=first).status_code == 302
    late = {**PUBLIC, "audience.age_min": "70", "held": before}
    answer = office.post(f"/programmes/{code}/draft/public", data=late)
    assert answer.status_code == 409
    assert "Odile Second saved this" in answer.text
    assert 'value="70"' in answer.text
    assert said_in(draft_of(session, code))["audience"]["age_min"] == 80
    # Another part is nobody's business but its own.
    calls = {"protocol.max_calls": "5", "protocol.soft_refusal_retry_months": "3"}
    assert fill(office, session, code, "calls", calls).status_code == 302
    knowingly = {**late, "held": held(session, code, "public")}
    assert office.post(f"/programmes/{code}/draft/public", data=knowingly).status_code == 302
    assert said_in(draft_of(session, code))["audience"]["age_min"] == 70


def test_whom_each_criterion_keeps_is_counted_before_anything_is_saved(
    office: FlaskClient, session: Session
) -> None:
    code = begin(office, session)
    high = [make_dwelling(session, floor=floor) for floor in (3, 4, 1)]
    for dwelling, alone in zip(high, (True, None, True), strict=True):
        make_person(session, dwelling=dwelling, lives_alone=alone)
    hidden = make_person(session, dwelling=make_dwelling(session, floor=5), lives_alone=True)
    guardian = make_user(session)
    protect(session, hidden, by=guardian.id, now=NOW)
    session.commit()
    before = draft_of(session, code).toml
    typed = {**PUBLIC, "held": "x", "do": "count"}
    row = '<th scope="row">Lives alone: yes</th><td class="num">2</td><td class="num">0</td>'

    def told(page: str) -> None:
        counts = page[page.index('id="counts"') :].replace("\n", "")
        assert "<dt>Of this age, at home</dt><dd>3</dd>" in counts
        assert "<dt>In the public</dt><dd><strong>1</strong></dd>" in counts
        assert f'{row}<td class="num">1</td>' in counts

    told(office.post(f"/programmes/{code}/draft/public", data=typed).text)
    assert draft_of(session, code).toml == before
    # A criterion is called as it counts: whoever is above counts too, whatever its label says.
    order = {
        "criterion.count": "1", "criterion.0.label.fr": "75 à 79 ans", "criterion.0.points": "5",
        "criterion.0.when.count": "1", "criterion.0.when.0.fact": "age",
        "criterion.0.when.0.test": "at_least", "criterion.0.when.0.value": "75",
    }  # fmt: skip
    page = office.post(f"/programmes/{code}/draft/order", data={**order, "do": "count"}).text
    assert '<th scope="row">Age: at least 75</th><td class="num">1</td>' in page
    # The page of what is published says the same, and so does the list of whom to visit.
    publish(office, code, 0)
    told(office.get(f"/programmes/{code}").text)
    listed = " ".join(office.get(f"/programmes/{code}/targeting").text.split())
    assert '<dd>1 <span class="stat-of">persons in its public</span>' in listed
    assert "3 persons of 75 and over: of 1 it is not known whether all" in listed


def test_a_draft_is_compared_with_what_is_published(office: FlaskClient, session: Session) -> None:
    code = begin(office, session)
    publish(office, code, 0)
    office.post(f"/programmes/{code}/draft")
    assert "Nothing yet." in office.get(f"/programmes/{code}/draft").text
    fill(office, session, code, "public", {**PUBLIC, "audience.age_min": "80"})
    fill(office, session, code, "rhythm", {})
    rows = {
        "outcome.count": "2", "outcome.0.code": "helped",
        "outcome.0.name.fr": "Accompagnement abouti",
        "outcome.0.name.en": "Helped", "outcome.0.success": "yes",
        "outcome.1.name.fr": "Hospitalisée",
    }  # fmt: skip
    fill(office, session, code, "outcomes", rows)
    steps = {
        "adaptation_step.count": "2", "adaptation_step.0.step": "visit",
        "adaptation_step.0.delay.number": "20", "adaptation_step.0.delay.unit": "d",
        "adaptation_step.1.step": "works", "adaptation_step.1.owner": "social_worker",
    }  # fmt: skip
    assert fill(office, session, code, "paths", steps).status_code == 302
    page = unescape(office.get(f"/programmes/{code}/draft").text)
    changes = page[page.index('id="changes"') :]
    for said in (
        "From age: <del>75</del> → <ins>80</ins>",
        "What comes “Appel de la semaine”: <del>Phone call, every week",
        "Outcome “Hospitalisée”: <ins>This is what the programme is for: no</ins>",
        "Outcome “Died”: <del>",
        "Step of an adaptation “Technical or therapist’s visit”: <ins>Within: 20 days",
        "Step of an adaptation “Adaptation works”: <ins>Who: Social worker",
    ):
        assert said in changes, said
    assert "Outcome “Helped”" not in changes


@pytest.mark.parametrize(
    ("typed", "at", "said"),
    [
        ({"name.fr": "!!!"}, "name.fr", "A letter or a figure is expected."),
        ({"name.fr": "seniors A DOMICILE"}, "name.fr", "Another programme has this name"),
        ({"name.fr": "Visites canicule"}, "name.fr", "Another programme has this name"),
        ({"name.fr": "Autre", "name.en": "Seniors at home"}, "name.en", "has this name"),
    ],
)
def test_a_name_says_something_and_is_no_other_programme_s(
    office: FlaskClient, session: Session, typed: dict[str, str], at: str, said: str
) -> None:
    code = begin(office, session)
    answer = office.post("/programmes/new", data=typed)
    assert answer.status_code == 422
    assert said in answer.text and f'id="{at}-error"' in answer.text
    # Nor is it called so later, on its page or in a file.
    renamed = fill(office, session, code, "public", {**PUBLIC, "name.en": "", **typed})
    same = typed["name.fr"] == "Visites canicule"
    assert (renamed.status_code, said in renamed.text) == ((302, False) if same else (422, True))
    file = {"file": (io.BytesIO(SHORT.replace('"heat"', '"other"').encode()), "x.toml")}
    refused = office.post("/programmes/new/file", data=file)
    assert refused.status_code == 422 and "name.fr" in refused.text


def test_two_things_of_one_name_in_a_list_are_refused_at_the_second(
    office: FlaskClient, session: Session
) -> None:
    code = begin(office, session)
    rows = {"outcome.count": "2", "outcome.0.name.fr": "Fini", "outcome.1.name.fr": "FINI"}
    refused = fill(office, session, code, "outcomes", rows)
    assert refused.status_code == 422
    assert 'id="outcome.1.name-error">Another one has this name' in refused.text


def test_a_number_is_typed_with_a_comma_and_an_amount_has_cents(
    office: FlaskClient, client_as: SignIn, session: Session
) -> None:
    code = begin(office, session)
    line = {"budget_line.count": "1", "budget_line.0.name.fr": "Caisse"}
    for amount, status in (("1 234,50", 302), ("1,234", 422), ("un peu", 422)):
        typed = {**line, "budget_line.0.amount": amount}
        assert fill(office, session, code, "means", typed).status_code == status, amount
    assert said_in(draft_of(session, code))["budget_line"][0]["amount"] == 1234.5
    assert "1,234.50\u202f€" in office.get(f"/programmes/{code}/draft").text
    again = f"/programmes/{code}/draft/means"
    assert 'value="1234.5"' in office.get(again).text
    assert 'value="1234,5"' in client_as(Role.COORDINATOR, language="fr").get(again).text
    uneven = {**VISITS, "visit_kind.0.minutes": "45,5"}
    refused = fill(office, session, code, "visits", uneven)
    assert "A whole number is expected." in refused.text


def test_only_who_manages_programmes_opens_them(client_as: SignIn, session: Session) -> None:
    publish_form(session, home_visit(), by=None, now=NOW)
    bring_in(session, SHORT, source="", by=make_user(session).id, now=NOW)
    session.commit()
    for role in Role:
        status = 200 if role is Role.COORDINATOR else 403
        client = client_as(role)
        for path in ("/programmes/", "/programmes/new", "/programmes/heat/draft"):
            assert client.get(path).status_code == status, (role, path)
        if role is not Role.COORDINATOR:
            assert publish(client, "heat", 0).status_code == 403
    assert "heat" not in session.scalars(select(ProgrammeVersion.code)).all()


def test_every_key_of_a_programme_has_its_field_on_a_page() -> None:
    typed = dict(_typed(field for part in PARTS for field in part.fields))
    assert dict(_keys(ProgrammeSchema())) == typed | {"code": {}}


def _keys(schema: Any) -> Any:
    for name, field in schema.fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        key = field.data_key or name
        nested = isinstance(inner, fields.Nested) and key not in ("name", "label", "script", "when")
        yield key, dict(_keys(inner.schema)) if nested else {}


def _typed(listed: Any) -> Any:
    found: dict[str, Any] = {}
    field: Field
    for field in listed:
        table, _dot, key = field.key.rpartition(".")
        inner = dict(_typed(field.fields)) if field.kind == "rows" else {}
        (found.setdefault(table, {}) if table else found)[key] = inner
    return found.items()
