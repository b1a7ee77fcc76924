"""What criteria ask beyond the lists of homes: money, answers about homes, earlier cases."""

import json
import uuid
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, literal, select, text, type_coerce
from sqlalchemy.orm import Session

from maps.travel import Geodesic
from tests.factories import (
    NOW,
    make_case,
    make_dwelling,
    make_person,
    make_residence,
    make_user,
    make_viewer,
    make_visit,
)
from tests.submissions import GAS, fill, home_visit
from tests.visits.portfolio_files import load
from visits.choosing.audience import Kept, count_kept
from visits.choosing.targeting import enrol, rank_candidates
from visits.forms.published import publish_form
from visits.ground.file_store import FileStore
from visits.intake.submissions import record_submission
from visits.models.accounts import Role
from visits.models.cases import Case, CaseState
from visits.models.people import Person
from visits.models.portfolio import Dwelling, Residence, Tenancy
from visits.models.visits import Submission
from visits.people.protection import protect
from visits.programmes import Audience, Condition, Programme, parse_programme
from visits.programmes.published import find_programme, publish_programme
from visits.sight import Viewer
from visits.surroundings.said import ServiceSaid
from visits.surroundings.services import note_service

pytestmark = pytest.mark.one_database

ASKING = """
code = "asking"
may_use = ["income_band", "arrears"]
[name]
fr = "Essai"
en = "Trial"
[audience]
age_min = 60
[target]
number = 50
[[visit_kind]]
code = "visit"
name = { fr = "Visite", en = "Visit" }
forms = ["home_visit"]
minutes = 45
"""
CRITERION = """
[[criterion]]
code = "it"
points = 40
when = [{{ {when} }}]
label = {{ fr = "Critère", en = "Criterion" }}
"""


def asking(when: str) -> Programme:
    return parse_programme(ASKING + CRITERION.format(when=when), source="asking")


@pytest.fixture
def viewer(session: Session) -> Viewer:
    publish_form(session, home_visit(), by=None, now=NOW)
    return make_viewer(make_user(session))


def scores(session: Session, viewer: Viewer, when: str) -> dict[uuid.UUID, int | None]:
    """Give the points of each person, None where a reason says that it is not known."""
    ranked = rank_candidates(session, asking(when), viewer, now=NOW)
    return {
        one.person.id: None if one.score.unknown else one.score.points for one in ranked.candidates
    }


def kept(session: Session, viewer: Viewer, said: Condition) -> Kept:
    """Count whom a condition keeps, as the pages of a draft do."""
    return count_kept(session, Audience(60, when=(said,)), (), viewer, now=NOW).conditions[0]


def visited(session: Session, folder: Path, home: Dwelling, by: Viewer, **said: str) -> Case:
    """Let a former tenant of a home have been visited there."""
    user = make_user(session, role=Role.VISITOR)
    former = make_person(session, dwelling=home)
    tenancy = session.scalars(select(Tenancy).where(Tenancy.dwelling_id == home.id)).all()[-1]
    case = make_case(session, by=user, person=former, dwelling=home)
    visit = make_visit(session, case=case, visitor=user)
    record_submission(
        session, FileStore(folder), xml=fill(GAS | said, instance_id=f"uuid:{uuid.uuid4()}"),
        files=(), visit_id=visit.id, viewer=make_viewer(user), now=NOW,
    )  # fmt: skip
    tenancy.ended_on = NOW.date()
    session.flush()
    return case


def test_money_and_distance_come_from_files_and_stay_unknown_where_none_tells(
    session: Session, viewer: Viewer
) -> None:
    load(
        session,
        "logement;nom;prenom;naissance;adresse;cp;ville;impayés;tranche de revenus;"
        "distance aux services\n"
        "L1;PENEL;Nicole;24/11/1948;1 rue Haute;60100;Creil;812,40 €;PLAI;1,2 km\n"
        "L2;DUMAS;Marie;10/07/1951;2 rue Haute;60100;Creil;0;;\n"
        "L3;MEUR;Yann;16/07/1944;3 rue Haute;60100;Creil;beaucoup;;300\n",
    )
    nicole, marie, yann = (
        session.scalars(select(Person.id).where(Person.last_name == name)).one()
        for name in ("PENEL", "DUMAS", "MEUR")
    )
    owing = 'fact = "arrears", at_least = 500'
    assert scores(session, viewer, owing) == {nicole: 40, marie: 0, yann: None}
    band = 'fact = "income_band", equals = "plai"'
    assert scores(session, viewer, band) == {nicole: 40, marie: None, yann: None}
    far = 'fact = "service_distance", at_least = 1000'
    assert scores(session, viewer, far) == {nicole: 40, marie: None, yann: 0}
    assert kept(session, viewer, Condition("arrears", at_least=500)) == Kept(1, 1, 1)
    assert kept(session, viewer, Condition("income_band", equals="PLAI")) == Kept(1, 0, 2)
    for sealed in session.execute(text("SELECT arrears, income_band FROM tenancy")).all():
        assert b"812" not in bytes(sealed[0] or b"")
        assert b"PLAI" not in bytes(sealed[1] or b"")


def test_the_distance_to_services_is_the_landlords_and_else_that_of_what_is_noted_around(
    session: Session, viewer: Viewer
) -> None:
    person = make_person(session)
    home = session.scalars(select(Residence)).one()
    far = 'fact = "service_distance", at_least = 600'
    assert scores(session, viewer, far) == {person.id: None}
    for kind, metres in (("grocery", 200), ("doctor", 700)):
        said = ServiceSaid(kind, kind, metres=metres)
        note_service(session, home, said, walk=Geodesic().metres, viewer=viewer, now=NOW)
    assert scores(session, viewer, far) == {person.id: None}, "no stop is noted"
    said = ServiceSaid("stop", "Mairie", metres=100)
    note_service(session, home, said, walk=Geodesic().metres, viewer=viewer, now=NOW)
    assert scores(session, viewer, far) == {person.id: 40}
    home.service_distance = 300
    session.flush()
    assert scores(session, viewer, far) == {person.id: 0}, "the landlord's own stands"


def test_the_reasons_of_money_and_answers_are_kept_apart_and_encrypted(
    session: Session, viewer: Viewer
) -> None:
    person = make_person(session)
    session.scalars(select(Tenancy)).one().arrears = 700
    said = CRITERION.format(when='fact = "arrears", at_least = 500')
    age = CRITERION.format(when='fact = "age", at_least = 60').replace('"it"', '"old"')
    publish_programme(session, ASKING + said + age, source="", by=None, now=NOW)
    programme = find_programme(session, "asking")
    [case] = enrol(session, programme, [person.id], viewer=viewer, now=NOW)
    assert (case.score, [one["criterion"] for one in case.reasons]) == (80, ["old"])
    assert [one["criterion"] for one in case.sealed_reasons or ()] == ["it"]
    session.flush()
    raw = session.execute(text("SELECT reasons, sealed_reasons FROM case_file")).one()
    assert '"it"' not in json.dumps(raw[0])
    assert b"700" not in bytes(raw[1])


def test_the_last_answer_about_a_home_counts_for_whoever_lives_there(
    session: Session, viewer: Viewer, tmp_path: Path
) -> None:
    home = make_dwelling(session)
    visited(session, tmp_path, home, viewer, floor="4", lift="working")
    lives, elsewhere = make_person(session, dwelling=home), make_person(session)
    high = 'fact = "answer_floor", at_least = 3'
    assert scores(session, viewer, high) == {lives.id: 40, elsewhere.id: None}
    lift = 'fact = "answer_lift", equals = "working"'
    assert scores(session, viewer, lift) == {lives.id: 40, elsewhere.id: None}
    # One that a later version of its form marks as confidential is nobody's to choose by.
    form = home_visit()
    bind = b'nodeset="/data/dwelling/lift"'
    marked = form.xform.replace(bind, b'palier:readers="social_worker" ' + bind, 1)
    assert marked != form.xform
    publish_form(session, replace(form, xform=marked, version="2"), by=None, now=NOW)
    assert scores(session, viewer, lift) == {lives.id: None, elsewhere.id: None}
    assert scores(session, viewer, high) == {lives.id: 40, elsewhere.id: None}
    # What is about a person, and not her home, is nobody else's.
    assert scores(session, viewer, 'fact = "answer_gas_smell", equals = true') == {
        lives.id: None, elsewhere.id: None,
    }  # fmt: skip


def test_older_answers_stand_for_what_the_newest_leave_out(
    session: Session, viewer: Viewer, tmp_path: Path
) -> None:
    home = make_dwelling(session)
    for floor, lift in (("4", "working"), ("2", "working"), ("2", "none")):
        visited(session, tmp_path, home, viewer, floor=floor, lift=lift)
    lives = make_person(session, dwelling=home)
    first, second, newest = session.scalars(select(Submission).order_by(Submission.id))
    for at, one in enumerate((first, second, newest)):
        one.ended_at = NOW + timedelta(minutes=at)
    for one, unsaid in ((second, "lift"), (newest, "floor")):
        facts = {name: fact for name, fact in one.findings["facts"].items() if name != unsaid}
        one.findings = {**one.findings, "facts": facts}
    session.flush()
    assert scores(session, viewer, 'fact = "answer_lift", equals = "none"') == {lives.id: 40}
    assert scores(session, viewer, 'fact = "answer_floor", at_least = 3') == {lives.id: 0}
    assert scores(session, viewer, 'fact = "answer_floor", at_most = 2') == {lives.id: 40}


def test_answers_are_opened_only_of_homes_of_the_audience_and_only_as_far_as_needed(
    session: Session, viewer: Viewer, tmp_path: Path
) -> None:
    home, elsewhere = make_dwelling(session), make_dwelling(session)
    for where in (home, home, elsewhere):
        visited(session, tmp_path, where, viewer, floor="4", lift="working")
    lives = make_person(session, dwelling=home)
    make_person(session, dwelling=elsewhere, born_on=date(2001, 1, 1))  # not of the audience's age
    older, newest, of_nobody = session.scalars(select(Submission).order_by(Submission.id))
    older.ended_at, newest.ended_at = NOW, NOW + timedelta(minutes=1)
    session.flush()
    for one in (older, of_nobody):  # whoever opened these would raise
        sealed = type_coerce(literal(b"no key opens this"), LargeBinary)
        session.execute(
            Submission.__table__.update()  # type: ignore[attr-defined]
            .where(Submission.id == one.id)
            .values(findings=sealed)
        )
    session.expire_all()
    assert scores(session, viewer, 'fact = "answer_floor", at_least = 3') == {lives.id: 40}


def test_what_was_said_in_a_protected_visit_counts_for_nobody_who_lives_there_now(
    session: Session, viewer: Viewer, tmp_path: Path
) -> None:
    home = make_dwelling(session)
    case = visited(session, tmp_path, home, viewer, floor="4", lift="working")
    lives = make_person(session, dwelling=home)
    protect(session, case.person, by=viewer.user_id, now=NOW)  # she may see it, and uses it not
    assert not lives.protected
    assert scores(session, viewer, 'fact = "answer_floor", at_least = 3') == {lives.id: None}


def test_an_earlier_outcome_is_that_of_the_last_closed_case_one_may_see(
    session: Session, viewer: Viewer
) -> None:
    user = make_user(session)
    home = make_dwelling(session, residence=make_residence(session))
    helped, never = make_person(session, dwelling=home), make_person(session)
    for days, outcome in ((90, "declined"), (30, "completed")):
        make_case(
            session, by=user, person=helped, dwelling=home, state=CaseState.VISITED,
            closed_on=NOW.date() - timedelta(days=days), outcome=outcome,
        )  # fmt: skip
    good = 'fact = "outcome_seniors", equals = "completed"'
    assert scores(session, viewer, good) == {helped.id: 40, never.id: 0}
    none = 'fact = "outcome_seniors", equals = "none"'
    assert scores(session, viewer, none) == {helped.id: 0, never.id: 40}
    # She lives elsewhere now, and somebody protected in what was her home: it tells of nobody.
    [tenancy] = session.scalars(select(Tenancy).where(Tenancy.dwelling_id == home.id))
    tenancy.dwelling_id = make_dwelling(session).id
    hidden = make_person(session, dwelling=home)
    session.flush()
    protect(session, hidden, by=user.id, now=NOW)
    assert scores(session, viewer, good) == {helped.id: 0, never.id: 0}
