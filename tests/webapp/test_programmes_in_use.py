"""A programme that cases follow: changed under them, retired, counted against its objectives."""

import io
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
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
from tests.webapp.programme_pages import (
    PUBLIC,
    RHYTHM,
    VISITS,
    SignIn,
    begin,
    draft_of,
    fill,
    publish,
)
from visits.accounts.mandates import MandateSaid, grant_mandate
from visits.choosing.opening import open_by_hand
from visits.choosing.targeting import enrol
from visits.forms.published import publish_form
from visits.models.accounts import Role
from visits.models.cases import CaseState, Task, TaskKind, TaskState
from visits.models.mandates import Right
from visits.models.visits import VisitState
from visits.people.protection import protect
from visits.programmes import parse_programme
from visits.programmes.drafts import said_in
from visits.programmes.published import find_programme, publish_programme, versions_of
from visits.steering.objectives import objectives_of

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


def test_what_cases_use_does_not_go_and_only_those_one_may_see_are_counted(
    office: FlaskClient, session: Session
) -> None:
    code = begin(office, session)
    publish(office, code, 0)
    by, guardian = make_user(session), make_user(session)
    used = make_case(session, by=by, programme=code, closed_on=NOW.date(), outcome="helped")
    due = make_case(session, by=by, programme=code)
    session.add(
        Task(case_id=due.id, landlord_id=due.landlord_id, kind=TaskKind.VISIT,
             visit_kind="passage", not_before=NOW.date(), due_on=NOW.date(),
             state=TaskState.OPEN, made_at=NOW)
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


def test_files_kept_longer_than_the_programme_says_are_counted_listed_and_told_on_the_case(
    office: FlaskClient, session: Session
) -> None:
    kept = SHORT.replace("visit_minutes = 30", "visit_minutes = 30\nretention_months = 12")
    publish_programme(session, kept, source="heat", by=None, now=NOW)
    by, long_ago = make_user(session), NOW.date() - timedelta(days=400)
    over, not_yet = (
        make_case(session, by=by, programme="heat", closed_on=day, outcome="completed")
        for day in (long_ago, NOW.date())
    )
    session.commit()
    listed = "/cases/?programme=heat&state=past_keeping"
    assert ">1 closed case</a>" in office.get("/programmes/heat").text
    assert listed.replace("&", "&amp;") in office.get("/programmes/heat").text
    page = office.get(listed).text
    assert (str(over.id) in page, str(not_yet.id) in page) == (True, False)
    page = office.get(f"/cases/{over.id}").text
    assert "is to be kept until" in page and "That day has passed" in page
    assert "That day has passed" not in office.get(f"/cases/{not_yet.id}").text


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
    found = objectives_of(
        session, programme, viewer=make_viewer(by), today=NOW.date() + timedelta(days=9)
    )
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
