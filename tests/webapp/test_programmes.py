"""Programmes in the office: made from an empty page, changed, compared, published, retired."""

import io
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from marshmallow import fields
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tests.factories import (
    NOW,
    make_case,
    make_dwelling,
    make_person,
    make_user,
    make_viewer,
    make_visit,
)
from tests.submissions import home_visit
from tests.visits.test_programmes import SHORT, WHOLE
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.choosing.opening import open_by_hand
from visits.choosing.targeting import enrol
from visits.forms.published import publish_form
from visits.models.accounts import Role
from visits.models.cases import CaseState, Task, TaskKind, TaskState
from visits.models.mandates import Right
from visits.models.programmes import ProgrammeDraft, ProgrammeVersion
from visits.models.visits import VisitState
from visits.people.protection import protect
from visits.programmes import Cadence, Condition, parse_programme
from visits.programmes.drafts import bring_in, digest_of, said_in
from visits.programmes.published import find_programme, publish_programme, versions_of
from visits.programmes.schema import ProgrammeSchema
from visits.steering.objectives import objectives_of
from webapp.office.programmes.parts import BY_CODE, PARTS, Field, label_of

SignIn = Callable[..., FlaskClient]

PUBLIC = {
    "name.fr": "Visites canicule", "audience.age_min": "75", "audience.when.count": "2",
    "audience.when.0.fact": "lives_alone", "audience.when.0.test": "yes",
    "audience.when.1.fact": "floor", "audience.when.1.test": "at_least",
    "audience.when.1.value": "3", "target.number": "40",
}  # fmt: skip
VISITS = {
    "visit_kind.count": "1", "visit_kind.0.name.fr": "Passage", "visit_kind.0.forms": "home_visit",
    "visit_kind.0.minutes": "30", "visit_kind.0.ask_first": "yes",
}  # fmt: skip
RHYTHM = {
    "cadence.count": "1", "cadence.0.name.fr": "Appel de la semaine", "cadence.0.task": "call",
    "cadence.0.every.number": "1", "cadence.0.every.unit": "w", "cadence.0.after": "opening",
    "cadence.0.months": ["7", "8"],
}  # fmt: skip

GOOD = """
[[outcome]]
code = "ok"
success = true
name = { fr = "Oui", en = "Yes" }
"""
GOAL = """
[[objective]]
code = "{0}"
counter = "{0}"
number = 40
name = {{ fr = "{0}", en = "{0}" }}
{1}
"""


@pytest.fixture
def office(client_as: SignIn, session: Session) -> FlaskClient:
    publish_form(session, home_visit(), by=None, now=NOW)
    session.commit()
    return client_as(Role.COORDINATOR, language="en")


def draft_of(session: Session, code: str) -> ProgrammeDraft:
    session.expire_all()
    found = session.scalars(select(ProgrammeDraft).where(ProgrammeDraft.code == code)).one()
    session.commit()  # a browser writes next
    return found


def held(session: Session, code: str, part: str) -> str:
    return digest_of(said_in(draft_of(session, code)), BY_CODE[part].keys)


def fill(office: FlaskClient, session: Session, code: str, part: str, typed: Any) -> Any:
    said = {"held": held(session, code, part), **typed}
    return office.post(f"/programmes/{code}/draft/{part}", data=said)


def begin(office: FlaskClient, session: Session) -> str:
    """Begin “Visites canicule” and fill in all that a programme needs; gives its code."""
    answer = office.post("/programmes/new", data={"name.fr": "Visites canicule"})
    code = answer.headers["Location"].split("/")[2]
    for part, typed in (("public", PUBLIC), ("visits", VISITS), ("rhythm", RHYTHM)):
        assert fill(office, session, code, part, typed).status_code == 302, part
    return code


def publish(office: FlaskClient, code: str, since: int) -> Any:
    return office.post(f"/programmes/{code}/draft/publication", data={"since": str(since)})


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
    page = unescape(office.get(f"/programmes/{code}/draft").text)
    changes = page[page.index('id="changes"') :]
    for said in (
        "From age: <del>75</del> → <ins>80</ins>",
        "What comes “Appel de la semaine”: <del>Phone call, every week",
        "Outcome “Hospitalisée”: <ins>This is what the programme is for: no</ins>",
        "Outcome “Died”: <del>",
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


def test_what_cases_use_does_not_go_and_only_those_one_may_see_are_counted(
    office: FlaskClient, session: Session
) -> None:
    code = begin(office, session)
    publish(office, code, 0)
    by, guardian = make_user(session), make_user(session)
    used = make_case(session, by=by, programme=code, closed_on=NOW.date(), outcome="helped")
    due = make_case(session, by=by, programme=code)
    session.add(
        Task(case_id=due.id, kind=TaskKind.VISIT, visit_kind="passage", not_before=NOW.date(),
             due_on=NOW.date(), state=TaskState.OPEN, made_at=NOW)
    )  # fmt: skip
    session.commit()
    office.post(f"/programmes/{code}/draft")
    fill(office, session, code, "outcomes", {"outcome.count": "1", "outcome.0.name.fr": "Autre"})
    kind = {**VISITS, "visit_kind.0.name.fr": "Tournée"}
    fill(office, session, code, "visits", kind)
    page = unescape(office.get(f"/programmes/{code}/draft").text)
    assert "The outcome “Helped” cannot go: cases were closed with it (1)" in page
    assert "The kind of visit “Passage” cannot go: it is planned or due (cases: 1)" in page
    assert publish(office, code, 1).status_code == 409
    # To whoever may not see them, these cases are nobody's.
    for case in (used, due):
        protect(session, case.person, by=guardian.id, now=NOW)
    session.commit()
    assert "cannot go" not in office.get(f"/programmes/{code}/draft").text
    assert publish(office, code, 1).status_code == 302


def test_what_is_added_again_under_its_name_is_the_same_thing_again(
    office: FlaskClient, session: Session
) -> None:
    code = begin(office, session)
    path = {
        "path.count": "1", "path.0.name.fr": "Demande", "path.0.step.count": "1",
        "path.0.step.0.name.fr": "Étude", "path.0.step.0.delay.number": "7",
    }  # fmt: skip
    tier = {"tier.count": "1", "tier.0.name.fr": "Renforcé"}
    fill(office, session, code, "paths", path)
    fill(office, session, code, "order", tier)
    publish(office, code, 0)
    office.post(f"/programmes/{code}/draft")

    def codes(key: str) -> list[str]:
        return [one["code"] for one in said_in(draft_of(session, code))[key]]

    # A code is kept for what it meant: another one called so gets one of its own.
    rows = {"outcome.count": "2", "outcome.0.name.fr": "Helped", "outcome.1.name.fr": "Fini"}
    fill(office, session, code, "outcomes", rows)
    assert codes("outcome") == ["helped_2", "fini"]
    kept = {"outcome.0.code": "helped_2", "outcome.1.code": "fini"}
    again = {"outcome.count": "3", "outcome.2.name.fr": "accompagnement ABOUTI"}
    fill(office, session, code, "outcomes", {**rows, **kept, **again})
    assert codes("outcome") == ["helped_2", "fini", "helped"]
    # Taken away and typed anew in one go, a kind of visit and a rhythm are what they were too.
    twice = {**VISITS, "visit_kind.count": "2", "visit_kind.0.code": "passage"}
    twice |= {f"visit_kind.1.{key[13:]}": said for key, said in VISITS.items() if ".0." in key}
    fill(office, session, code, "visits", {**twice, "visit_kind.0.remove": "yes"})
    fill(office, session, code, "rhythm", RHYTHM)
    assert (codes("visit_kind"), codes("cadence")) == (["passage"], ["appel_de_la_semaine"])
    [before] = said_in(draft_of(session, code))["path"]
    other = {"path.0.code": "demande", "path.0.step.0.name.fr": "Demande"}
    for typed in ({**path, **other}, path):
        fill(office, session, code, "paths", typed)
    assert said_in(draft_of(session, code))["path"] == [before]
    fill(office, session, code, "order", {})
    fill(office, session, code, "order", tier)
    assert codes("tier") == ["renforce"]


def test_what_cases_use_is_put_back_by_a_button(office: FlaskClient, session: Session) -> None:
    code = begin(office, session)
    publish(office, code, 0)
    make_case(
        session, by=make_user(session), programme=code, closed_on=NOW.date(), outcome="not_needed"
    )
    session.commit()
    office.post(f"/programmes/{code}/draft")
    path, row = f"/programmes/{code}/draft", {"kind": "outcome", "code": "not_needed"}
    rows = {"outcome.count": "2", "outcome.0.name.fr": "Décès", "outcome.1.name.fr": "Fini"}
    fill(office, session, code, "outcomes", {**rows, "outcome.0.code": "dead"})
    assert "Put it back" in office.get(path).text
    for wrong in ({**row, "code": "nothing"}, {**row, "kind": "name"}):
        assert office.post(f"{path}/row", data=wrong).status_code == 404
    for _ in range(2):
        back = office.post(f"{path}/row", data=row, follow_redirects=True).text
        assert "“No need” is back in the draft." in back and "Put it back" not in back
        found = said_in(draft_of(session, code))["outcome"]
        assert [one["code"] for one in found] == ["not_needed", "dead", "fini"]
    # One that was called so meanwhile gets its code back, with whatever names it.
    named = {"outcome.count": "1", "outcome.0.code": "autre", "outcome.0.name.fr": "Pas de besoin"}
    fill(office, session, code, "outcomes", named)
    office.post(f"{path}/row", data=row)
    assert [one["code"] for one in said_in(draft_of(session, code))["outcome"]] == ["not_needed"]
    assert publish(office, code, 1).status_code == 302


def test_a_version_published_meanwhile_is_not_written_over_unread(
    office: FlaskClient, session: Session
) -> None:
    code = begin(office, session)
    publish(office, code, 0)
    office.post(f"/programmes/{code}/draft")
    toml = draft_of(session, code).toml.replace("age_min = 75", "age_min = 77")
    publish_programme(session, toml, source="x", by=None, now=NOW)
    session.commit()
    answer = publish(office, code, 1)
    assert answer.status_code == 409
    assert "Another version was published meanwhile" in answer.text
    assert "<del>77</del> → <ins>75</ins>" in answer.text
    assert publish(office, code, 2).status_code == 302


def test_open_cases_keep_their_version_and_say_so(office: FlaskClient, session: Session) -> None:
    code = begin(office, session)
    publish(office, code, 0)
    person = make_person(session, dwelling=make_dwelling(session, floor=4), lives_alone=True)
    viewer = make_viewer(make_user(session))
    enrol(session, find_programme(session, code), [person.id], viewer=viewer, now=NOW)
    session.commit()
    office.post(f"/programmes/{code}/draft")
    fill(office, session, code, "public", {**PUBLIC, "audience.age_min": "80"})
    assert "1 open case keeps the version" in office.get(f"/programmes/{code}/draft").text
    publish(office, code, 1)
    page = office.get(f"/programmes/{code}").text
    assert "0 open cases" in page
    assert "1 open case<" in page or "1 open case " in page
    assert "From age" in office.get(f"/programmes/{code}/versions/1").text


def test_a_retired_programme_takes_nobody_until_that_is_taken_back(
    office: FlaskClient, session: Session
) -> None:
    code = begin(office, session)
    publish(office, code, 0)
    person = make_person(session, dwelling=make_dwelling(session, floor=4), lives_alone=True)
    session.commit()
    chosen = {"persons": [str(person.id)]}
    assert office.post(f"/programmes/{code}/retirement").status_code == 302
    assert "takes nobody any more" in office.get(f"/programmes/{code}").text
    assert "No programme fits" in office.get("/programmes/?state=published&q=canicule").text
    assert office.post(f"/programmes/{code}/targeting", data=chosen).status_code == 409
    office.post(f"/programmes/{code}/draft")
    assert publish(office, code, 1).status_code == 409
    office.post(f"/programmes/{code}/retirement/back")
    assert office.post(f"/programmes/{code}/targeting", data=chosen).status_code == 302


def test_a_programme_goes_out_and_comes_back_as_a_draft(
    office: FlaskClient, session: Session
) -> None:
    def bring(text: str) -> Any:
        return office.post("/programmes/new/file", data={"file": (io.BytesIO(text.encode()), "p")})

    assert bring(WHOLE).headers["Location"] == "/programmes/whole/draft"
    assert bring(WHOLE).status_code == 409
    saved = office.get("/programmes/whole/draft.toml").text
    assert parse_programme(saved, source="") == parse_programme(WHOLE, source="")
    office.post("/programmes/whole/draft/deletion")
    assert bring(saved).status_code == 302
    publish(office, "whole", 0)
    assert office.get("/programmes/whole/versions/1.toml").text == saved
    answer = bring(SHORT.replace("age_min = 75", "age_min = 7"))
    assert answer.status_code == 422
    assert "audience.age_min" in answer.text
    assert bring(SHORT.replace('"heat"', '"new"')).status_code == 409
    assert bring("\x00").status_code == 422


def test_after_publishing_the_open_cases_are_brought_after_a_look_and_taken_back(
    office: FlaskClient, session: Session
) -> None:
    publish_programme(session, SHORT, source="heat", by=None, now=NOW)
    programme = find_programme(session, "heat")
    person = make_person(session, last_name="MARTINET", lives_alone=True)
    viewer = make_viewer(make_user(session))
    [case] = enrol(session, programme, [person.id], viewer=viewer, now=NOW)
    session.commit()
    office.post("/programmes/heat/draft")
    fill(office, session, "heat", "rhythm", {**RHYTHM, "cadence.0.months": []})
    answer = publish(office, "heat", 1)
    older = "/programmes/heat/older"
    assert answer.headers["Location"] == older
    page = " ".join(unescape(office.get(older).text).split())
    assert "From version 1 to version 2" in page
    assert "Bring 1 open case to version 2" in page
    assert "What comes “Appel de la semaine”" in page
    assert "1 open case follows an earlier version." in office.get("/programmes/heat").text
    assert office.post(older, data={"to": "1"}).status_code == 409
    assert office.post(older, data={"to": "2"}).status_code == 302
    assert "All open cases follow the version in force" in office.get(older).text
    due = select(Task).where(Task.case_id == case.id).order_by(Task.id)
    assert [one.cadence for one in session.scalars(due)] == ["appel_de_la_semaine"] * 5
    session.commit()
    told = office.get(f"/cases/{case.id}").text
    assert "Brought from version 1 of the programme to version 2" in told
    back = unescape(office.get(older).text).partition(f'action="{older}/')[2].partition('"')[0]
    assert office.post(f"{older}/{back}").status_code == 302
    assert office.post(f"{older}/{back}").status_code == 404
    assert "Bring 1 open case to version 2" in office.get(older).text


def test_a_programme_s_page_counts_its_objectives_and_tells_its_mandates(
    office: FlaskClient, session: Session
) -> None:
    counters = ("cases_opened", "persons_visited", "visits_done", "cases_succeeded")
    goals = "".join(GOAL.format(one, "") for one in counters)
    group = SHORT.replace('code = "alone"', 'code = "alone"\ngroup = "entourage"')
    text = group + GOOD + goals + '[[partner]]\norganisation = "Relais"\nrights = ["visit"]\n'
    by = make_user(session)
    visitor = make_user(session, role=Role.VISITOR, organisation="Relais")
    for version in (text, text.replace('"ok"', '"better"')):
        publish_programme(session, version, source="heat", by=None, now=NOW)
    first, second = versions_of(session, "heat")
    for version, outcome in ((first, "ok"), (second, "ok"), (second, None)):
        case = make_case(
            session, by=by, programme="heat", programme_version_id=version.id, outcome=outcome,
            closed_on=NOW.date() if outcome else None,
        )  # fmt: skip
        for _time in range(2):
            make_visit(session, case=case, visitor=visitor, state=VisitState.DONE)
    protect(session, case.person, by=make_user(session).id, now=NOW)
    session.commit()

    def page() -> str:
        return " ".join(unescape(office.get("/programmes/heat").text).split())

    counted = [page().partition(f"<dt>{one}</dt><dd><strong>")[2][:1] for one in counters]
    # Whoever is protected is in no figure; a success is what the case's own version calls so.
    assert counted == ["2", "2", "4", "1"]
    assert "“entourage”, of which only the best criterion counts" in page()
    lacks = "This partner has no mandate in force here"
    assert lacks in page()
    office.post("/programmes/heat/draft")
    assert lacks in office.get("/programmes/heat/draft").text
    said = MandateSaid(
        visitor.organisation_id, "heat", None, frozenset({Right.VISIT}), NOW.date(), None
    )
    grant_mandate(session, said, by=by.id, now=NOW)
    session.commit()
    assert lacks not in page()
    assert ">Relais</a> · everywhere · " in page()
    assert "Objectives" in office.get("/outcomes/?programme=heat").text


def test_what_lies_after_an_objective_s_day_is_not_counted(session: Session) -> None:
    counters = ("cases_opened", "visits_done", "cases_succeeded")
    goals = "".join(GOAL.format(one, "by = 2026-03-10") for one in counters)
    publish_form(session, home_visit(), by=None, now=NOW)
    version = publish_programme(session, SHORT + GOOD + goals, source="heat", by=None, now=NOW)
    by = make_user(session)
    for days in (0, 1):
        day = NOW + timedelta(days=days)
        case = make_case(
            session, by=by, programme="heat", programme_version_id=version.id, outcome="ok",
            opened_at=day, closed_on=day.date(),
        )  # fmt: skip
        make_visit(session, case=case, visitor=by, state=VisitState.DONE, done_at=day)
    programme = find_programme(session, "heat")
    found = objectives_of(session, programme, viewer=make_viewer(by))
    assert [(one.count, one.persons) for one in found] == [(1, 1)] * 3


def test_a_tier_filters_the_call_list_and_says_how_long_a_visit_takes(
    office: FlaskClient, session: Session
) -> None:
    tier = '[[tier]]\ncode = "{0}"\nname = {{ fr = "{0}", en = "{0}" }}\nscore_from = {1}\n{2}\n'
    tiers = tier.format("light", 0, "minutes = 15") + tier.format("full", 30, "")
    publish_programme(session, SHORT + tiers, source="heat", by=None, now=NOW)
    viewer = make_viewer(make_user(session))
    make_user(session, role=Role.VISITOR)
    scored, asks = make_person(session), make_person(session, born_on=None)
    [chosen] = enrol(session, find_programme(session, "heat"), [scored.id], viewer=viewer, now=NOW)
    by_hand, _fit = open_by_hand(session, asks, "heat", viewer=viewer, now=NOW)
    by_hand.state = chosen.state = CaseState.AGREED
    assert (chosen.tier, by_hand.tier) == ("full", "light")
    session.commit()
    listed = office.get("/cases/?programme=heat&state=all&tier=full").text
    assert (str(chosen.id) in listed, str(by_hand.id) in listed) == (True, False)
    for case, minutes in ((chosen, 30), (by_hand, 15)):
        page = office.get(f"/cases/{case.id}").text
        assert f'step="5" required value="{minutes}"' in page


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
        nested = isinstance(inner, fields.Nested) and key not in ("name", "label", "when")
        yield key, dict(_keys(inner.schema)) if nested else {}


def _typed(listed: Any) -> Any:
    found: dict[str, Any] = {}
    field: Field
    for field in listed:
        table, _dot, key = field.key.rpartition(".")
        inner = dict(_typed(field.fields)) if field.kind == "rows" else {}
        (found.setdefault(table, {}) if table else found)[key] = inner
    return found.items()
