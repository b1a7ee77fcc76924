"""The demo's year holds together: it was lived through the use cases."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask_security.utils import verify_password
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from diagnostics.delays import PARIS
from tests.factories import make_viewer, promised
from visits.accounts.accounts import device_of_token, find_user
from visits.models.accounts import Organisation, Role, Territory, User
from visits.models.calls import Channel, ContactAttempt, Disposition, Refusal
from visits.models.cases import Case, CasePause, CaseState, Task, TaskKind, TaskState
from visits.models.interventions import Intervention
from visits.models.mandates import Mandate
from visits.models.map import MapPoint
from visits.models.people import AccessEvent, NamedAccess, Occupancy, Person, PersonAlert
from visits.models.portfolio import Dwelling, Import, Residence, Tenancy
from visits.models.posts import StaffPost
from visits.models.rents import RentNote
from visits.models.stock import KitMovement, MovementKind
from visits.models.surroundings import NearbyService, OrderedService, OrderedState, ServiceNote
from visits.models.visits import AT_HOME, Submission, SubmissionState, Visit, VisitState
from visits.models.works import DONE_STATES, WorkOrder, WorkOrderState
from visits.sight.access_chain import find_break, seal_access_log
from visits.sight.listing import Wanted
from visits.sight.reach import hidden_homes
from visits.stays.posts import full_times
from visits.steering.kit_savings import Counts, list_savings
from visits.steering.kit_survival import found_later
from visits.steering.outcomes import outcomes
from visits.stock.bags import bags_of
from visits.works.photos import photos_of
from visits.works.round import orders_of_round
from visits.works.work_list import WorkOrderFilter, list_work_orders
from webapp import create_app
from webapp.access.auth import Action
from webapp.demo import DemoAccount, Size, load_demo
from webapp.demo.admissions import ASKED
from webapp.demo.cast import LINKS, NEIGHBOURS, acting
from webapp.demo.stays import CAME
from webapp.frame.settings import Settings
from webapp.frame.transaction import House
from webapp.words import words_of

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
FRIDAY_NIGHT = datetime(2026, 3, 13, 21, 50, tzinfo=UTC)
SMALL = Size(dwellings=200, seniors=60, targets=30)
MIDDLE = Size(dwellings=600, seniors=200, targets=120)
MAIN_FORMS = (
    "home_visit", "weekly_support", "first_month_visit", "annual_residence_check", "surroundings",
)  # fmt: skip
SECRETS = ("a secret of the tests, long enough",)


@dataclass(frozen=True)
class Loaded:
    """A loaded demo: its application, what `load_demo` gave and told."""

    app: Flask
    house: House
    accounts: list[DemoAccount]
    told: list[str]


@pytest.fixture(scope="module")
def loaded(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """A demo of middling size."""
    app = _application(tmp_path_factory.mktemp("demo"), sqlite_template)
    house: House = app.extensions["palier"]
    told: list[str] = []
    accounts = load_demo(house, now=NOW, tell=told.append, size=MIDDLE)
    yield Loaded(app, house, accounts, told)
    house.engine.dispose()


def _application(folder: Path, template: Path) -> Flask:
    shutil.copyfile(template, folder / "palier.db")
    settings = Settings(
        data=folder,
        database_url=f"sqlite:///{folder / 'palier.db'}",
        session_secret="a session secret of the tests",
        secrets=SECRETS,
        demo=True,
    )
    return create_app(settings)


@pytest.fixture
def demo(loaded: Loaded) -> Iterator[Session]:
    """A session that reads the loaded demo."""
    with loaded.house.sessions() as session:
        yield session


def test_its_technician_has_orders_today_and_after_and_shows_what_he_brought_back(
    loaded: Loaded,
) -> None:
    today = NOW.astimezone(PARIS).date()
    with loaded.house.sessions() as session:
        by = acting(find_user(session, "technicien@palier.example"), Action.CARRY_WORKS)
        days = [one.planned_on for one in orders_of_round(session, by, today=today).orders]
        assert days.count(today) >= 3 and any(day > today for day in days if day)
        mate = acting(find_user(session, "technicien2@palier.example"), Action.CARRY_WORKS)
        shared = orders_of_round(session, mate, today=today).orders
        assert any(one.team_id for one in shared)
        assert not any(one.assigned_to_id and not one.is_urgent for one in shared)
        told = session.scalars(select(Intervention).order_by(Intervention.id)).all()
        states = {str(one.state): one for one in told}
        done = states["checked"].order
        assert (done.state, len(photos_of(session, done))) == (WorkOrderState.DONE, 2)
        assert done.parts and done.labour_minutes
        assert states["to_review"].order.state is WorkOrderState.CANCELLED


# All others load it on SQLite.
@pytest.mark.one_database("postgresql")
def test_a_small_demo_loads_on_a_friday_night_and_a_second_load_does_nothing(app: Flask) -> None:
    house: House = app.extensions["palier"]
    accounts = load_demo(house, now=FRIDAY_NIGHT, tell=lambda line: None, size=SMALL)
    assert len(accounts) == 20
    assert _soon(house, accounts, FRIDAY_NIGHT) >= 3
    with house.sessions() as session:
        before = _counts(session)
    assert load_demo(house, now=FRIDAY_NIGHT, tell=lambda line: None, size=SMALL) == []
    with house.sessions.begin() as session:
        assert _counts(session) == before
        assert seal_access_log(session, now=FRIDAY_NIGHT) > 0
        assert find_break(session) is None


def test_a_second_load_does_nothing_on_sqlite_either(loaded: Loaded, demo: Session) -> None:
    assert load_demo(loaded.house, now=NOW, tell=loaded.told.append, size=MIDDLE) == []
    assert seal_access_log(demo, now=NOW) > 0  # and is let go of with the session
    assert find_break(demo) is None


def _counts(session: Session) -> list[int | None]:
    tables = (Dwelling, Person, Case, ContactAttempt, Visit, Submission, WorkOrder, Task)
    return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def test_the_demo_has_the_size_it_was_asked_for(demo: Session) -> None:
    dwellings, persons, _, *others = _counts(demo)
    assert (dwellings, persons) == (600, 200 + MIDDLE.young + len(CAME) + len(ASKED))
    assert Counter(demo.scalars(select(Case.programme))) == {
        "seniors": 120, "isolated_tenants": MIDDLE.isolated, "young_tenants": MIDDLE.young,
        "residences": MIDDLE.residences, "transitional_residence": len(ASKED),
        "partner_residences": 1,
    }  # fmt: skip
    assert all(others)


def test_a_map_was_ordered_done_and_accepted_beside_what_the_office_noted(demo: Session) -> None:
    ordered = {one.kind: one for one in demo.scalars(select(OrderedService))}
    assert ordered["surroundings"].state is OrderedState.APPROVED
    check = ordered.pop("yearly_check")
    assert check.is_delivered and check.state is not OrderedState.APPROVED
    assert list(ordered) == ["surroundings"]
    sources = Counter(demo.scalars(select(ServiceNote.source)))
    assert sources == {"hand": 13, "visit": 6}
    assert len(set(demo.scalars(select(NearbyService.residence_id)))) >= 2


def test_rents_keep_to_the_rule_and_do_not_and_houses_have_posts(demo: Session) -> None:
    told = demo.scalars(select(RentNote)).all()
    assert {one.within(0.25) for one in told} == {True, False}
    posts = demo.scalars(select(StaffPost)).all()
    houses = len({one.residence_id for one in posts})
    assert houses and full_times(posts, NOW.date()) == pytest.approx(2.3 * houses)


def test_cases_live_their_lives_in_the_four_programmes(demo: Session) -> None:
    tasks = Counter(map(tuple, demo.execute(select(Task.kind, Task.state))))
    assert {state for kind, state in tasks if kind is TaskKind.VISIT} >= {
        TaskState.OPEN, TaskState.DONE, TaskState.WITHDRAWN,
    }  # fmt: skip
    withdrawn = demo.scalars(select(Task).where(Task.state == TaskState.WITHDRAWN)).all()
    assert {"case_closed", "refused"} <= {task.why for task in withdrawn}
    assert {kind for kind, _ in tasks} == {
        TaskKind.VISIT, TaskKind.CALL, TaskKind.REVIEW, TaskKind.CHECK, TaskKind.ANSWER,
    }  # fmt: skip
    today = NOW.date()
    late = select(Task.id).where(Task.state == TaskState.OPEN, Task.due_on < today)
    assert demo.scalars(late).all()
    assert len(set(demo.scalars(select(Case.outcome)))) >= 6
    assert demo.scalar(select(func.count()).select_from(CasePause))
    several = select(Visit.case_id).where(Visit.state == VisitState.DONE).group_by(Visit.case_id)
    assert len(demo.scalars(several.having(func.count() > 3)).all()) > 2
    assert "case_reopened" in set(demo.scalars(select(AccessEvent.what)))
    twice = select(Case.person_id).group_by(Case.person_id).having(func.count() > 1)
    assert demo.scalars(twice).all()


def test_associations_work_in_their_programme_and_area_only(demo: Session) -> None:
    mandates = demo.execute(select(Mandate.programme, Mandate.territory_id)).all()
    assert len(mandates) == 6  # the fund and an association share the seniors'
    names = {NEIGHBOURS: "Agence de Beauvais", LINKS: "Agence de Creil-Compiègne"}
    charged = (
        select(Case.programme, Organisation.name, Territory.name)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .join(Case.dwelling).join(Dwelling.residence)
        .join(Territory, Territory.id == Residence.territory_id)
    )  # fmt: skip
    found = demo.execute(charged).all()
    assert found
    for programme, organisation, area in found:
        assert (programme, area) == ("isolated_tenants", names[organisation])


def test_every_role_has_an_account_that_its_password_opens(loaded: Loaded, demo: Session) -> None:
    roles = Counter(account.role for account in loaded.accounts)
    more = Counter({"visitor": 6, "partner_coordinator": 4, "technician": 1})
    assert roles == Counter({role.value: 1 for role in Role}) + more
    with loaded.app.app_context():
        for account in loaded.accounts:
            user = find_user(demo, account.email)
            assert user is not None
            assert len(account.password) >= 12
            assert verify_password(account.password, user.password)


def test_every_visitor_has_a_tablet_and_nobody_else_has(loaded: Loaded, demo: Session) -> None:
    for account in loaded.accounts:
        assert (account.device_token is not None) == (account.role == "visitor")
        if account.device_token is not None:
            device = device_of_token(demo, account.device_token)
            assert device is not None
            assert device.user.email == account.email
    kinds = Counter(demo.scalars(select(Organisation.kind)))
    assert set(kinds) == {"landlord", "partner", "pension_fund"}


def test_the_refusal_rate_is_near_thirteen_in_a_hundred(demo: Session) -> None:
    coordinator = find_user(demo, "coordinatrice@palier.example")
    assert coordinator is not None
    found = outcomes(demo, "seniors", viewer=acting(coordinator, Action.SEE_OUTCOMES))
    rate = next(rate for rate in found.rates if rate.code == "REF3")
    assert rate.value is not None
    assert 0.1 <= rate.value <= 0.16
    assert len(found.refusal_reasons) >= 4


def test_about_three_cases_in_ten_are_still_to_call(demo: Session) -> None:
    states = Counter(demo.scalars(select(Case.state).where(Case.programme == "seniors")))
    assert 0.22 <= states[CaseState.TO_CALL] / 120 <= 0.38
    assert states[CaseState.VISITED] > states[CaseState.PLANNED] > 0
    assert states[CaseState.UNREACHABLE] and states[CaseState.NOT_ELIGIBLE]


def test_no_visit_was_planned_before_the_person_agreed(demo: Session) -> None:
    agreed: dict[object, datetime] = {}
    yes = select(ContactAttempt).where(ContactAttempt.disposition == Disposition.AGREED)
    for attempt in demo.scalars(yes.order_by(ContactAttempt.at.desc(), ContactAttempt.id)):
        agreed[attempt.case_id] = attempt.at
    visits = demo.scalars(select(Visit).where(AT_HOME)).all()
    assert visits
    assert all(agreed[visit.case_id] < visit.planned_at for visit in visits)
    assert all(visit.planned_at < visit.planned_start_at for visit in visits)


def test_every_refusal_has_its_coded_reason(demo: Session) -> None:
    refused = (Disposition.REFUSED, Disposition.REFUSED_BY_FAMILY)
    attempts = demo.scalars(select(ContactAttempt)).all()
    reasons = [attempt.reason for attempt in attempts if attempt.disposition in refused]
    assert reasons and all(reasons)
    assert demo.scalar(select(func.count()).select_from(Refusal)) == len(reasons)


def test_people_are_called_in_office_hours_only(demo: Session) -> None:
    for at in demo.scalars(select(ContactAttempt.at)):
        local = at.astimezone(PARIS)
        assert local.weekday() < 5
        assert 9 <= local.hour < 18


def test_a_visitor_has_four_visits_a_day_at_most(demo: Session) -> None:
    kept = select(Visit).where(Visit.state != VisitState.CANCELLED, AT_HOME)
    days = Counter(
        (visit.visitor_id, visit.planned_start_at.astimezone(PARIS).date())
        for visit in demo.scalars(kept)
    )
    assert max(days.values()) <= 4


def test_the_first_visitor_has_three_visits_today_or_tomorrow_while_she_is_out(
    sqlite_template: Path, tmp_path: Path
) -> None:
    now = datetime(2026, 3, 10, 15, 40, tzinfo=UTC)
    house: House = _application(tmp_path, sqlite_template).extensions["palier"]
    accounts = load_demo(house, now=now, tell=lambda line: None, size=SMALL)
    assert _soon(house, accounts, now) >= 3
    house.engine.dispose()


def _soon(house: House, accounts: list[DemoAccount], now: datetime) -> int:
    """Count what the first visitor has planned for the rest of today and tomorrow."""
    email = next(account.email for account in accounts if account.role == "visitor")
    last = now.astimezone(PARIS).date() + timedelta(days=1)
    with house.sessions() as session:
        visitor = find_user(session, email)
        assert visitor is not None
        visits = session.scalars(select(Visit).where(Visit.visitor_id == visitor.id)).all()
    coming = [v for v in visits if v.planned_start_at > now and v.state is VisitState.PLANNED]
    return sum(visit.planned_start_at.astimezone(PARIS).date() <= last for visit in coming)


def test_every_visit_held_was_sent_once_and_few_are_to_be_reviewed(demo: Session) -> None:
    done = demo.scalars(select(Visit.id).where(Visit.state == VisitState.DONE)).all()
    submissions = demo.scalars(
        select(Submission).options(joinedload(Submission.form_version))
    ).all()
    forms = Counter(one.form_version.form_id for one in submissions)
    main = [one.visit_id for one in submissions if one.form_version.form_id in MAIN_FORMS]
    on_phone = demo.scalars(select(Visit.id).where(Visit.state == VisitState.DONE, ~AT_HOME)).all()
    assert len(on_phone) >= 3
    begun = select(Visit.id).where(Visit.state == VisitState.UNDER_WAY, ~AT_HOME)
    assert demo.scalars(begun).all()
    assert sorted(done) == sorted([*on_phone, *(visit_id for visit_id in main if visit_id)])
    assert {one.visit_id for one in submissions} == set(done)
    assert forms["eco_kit"] > 3 and forms["fall_risk"] > 1
    states = Counter(submission.state for submission in submissions)
    assert set(states) <= {SubmissionState.CHECKED, SubmissionState.TO_REVIEW}
    assert states[SubmissionState.TO_REVIEW] <= 0.1 * len(submissions)


def test_every_access_of_the_log_has_its_words(demo: Session, loaded: Loaded) -> None:
    logged = set(demo.scalars(select(AccessEvent.what).distinct()))
    states = {f"work_order_{state}" for state in WorkOrderState}
    with loaded.app.app_context():
        assert sorted((logged | states) - set(words_of("accessed"))) == []


def test_doors_stayed_shut_and_say_why(demo: Session) -> None:
    failed = demo.scalars(select(Visit.id).where(Visit.state == VisitState.FAILED)).all()
    knocks = demo.scalars(select(ContactAttempt).where(ContactAttempt.visit_id.is_not(None))).all()
    assert failed
    assert sorted(failed) == sorted(one.visit_id for one in knocks if one.visit_id)
    assert {one.channel for one in knocks} == {Channel.DOOR}


def test_orders_took_parts_out_of_stock_and_one_waits_for_what_is_not_there(demo: Session) -> None:
    used = select(KitMovement).where(KitMovement.kind == MovementKind.USED)
    taken = demo.scalars(used.order_by(KitMovement.id)).all()
    assert taken and all(one.work_order_id and one.cents for one in taken)
    by = acting(find_user(demo, "technicien@palier.example"), Action.SEE_WORKS)
    only = WorkOrderFilter(hold_why="part")
    waits = list_work_orders(demo, by, only=only, wanted=Wanted(), now=NOW).rows
    assert [one.hold_article.name for one in waits if one.hold_article] == ["Mitigeur de douche"]


def test_kits_were_handed_out_and_fitted_and_some_doors_ask_for_care(demo: Session) -> None:
    touring = select(KitMovement.visitor_id).where(KitMovement.visitor_id.is_not(None)).distinct()
    visitors = demo.scalars(touring).all()
    assert len(visitors) == 4
    bags = bags_of(demo, visitors)
    assert all(bags[visitor]["led"] > 0 for visitor in visitors)
    assert demo.scalars(select(KitMovement.id).where(KitMovement.submission_id.is_not(None))).all()
    alerts = demo.scalars(select(PersonAlert)).all()
    assert len(alerts) >= 5
    assert any(alert.ended_on is None and alert.review_on < NOW.date() for alert in alerts)


def test_some_of_what_was_fitted_was_found_later_and_every_kit_has_its_savings(
    demo: Session,
) -> None:
    coordinators = select(User).where(User.role == Role.COORDINATOR).order_by(User.id)
    seeing = make_viewer(demo.scalars(coordinators).all()[0])
    assert [one for one in found_later(demo, seeing) if one.left is not None]
    savings = list_savings(demo, seeing)
    assert savings and not [one for one in savings if one.counts is Counts.WAITS]


def test_every_work_order_and_follow_up_has_the_answer_that_caused_it(demo: Session) -> None:
    orders = demo.scalars(select(WorkOrder).where(WorkOrder.opened_by_id.is_(None))).all()
    follow_ups = demo.scalars(promised()).all()
    assert {order.consequence.kind for order in orders} == {"work_order", "hazard"}
    assert {follow_up.consequence.kind for follow_up in follow_ups} == {"follow_up"}
    for one in (*orders, *follow_ups):
        assert one.consequence.causes
        assert one.consequence.submission.visit is not None


def test_most_works_and_calls_that_were_due_are_done(demo: Session) -> None:
    orders = Counter(demo.scalars(select(WorkOrder.state)))
    assert sum(orders[state] for state in DONE_STATES) > sum(orders.values()) / 2
    due = demo.scalars(promised().where(Task.due_on < NOW.date() - timedelta(days=14))).all()
    made = sum(follow_up.state is TaskState.DONE for follow_up in due)
    assert made > len(due) * 0.7


def test_nothing_happens_after_the_demo_starts_and_the_log_is_in_order(demo: Session) -> None:
    moments = demo.scalars(select(AccessEvent.at).order_by(AccessEvent.id)).all()
    assert list(moments) == sorted(moments)
    assert moments[-1] <= NOW


def test_one_home_is_protected_whole_open_to_two_and_off_the_map(demo: Session) -> None:
    protected = demo.scalars(select(Person).where(Person.protected.is_(True))).all()
    (home,) = set(demo.scalars(hidden_homes()))
    living = (
        select(Occupancy.person_id)
        .join(Occupancy.tenancy)
        .where(Tenancy.dwelling_id == home, Occupancy.ended_on.is_(None))
    )
    assert set(demo.scalars(living)) == {person.id for person in protected}
    for person in protected:
        named = select(NamedAccess).where(NamedAccess.person_id == person.id)
        assert len(demo.scalars(named).all()) == 2
    assert not demo.scalars(select(MapPoint).where(MapPoint.dwelling_id == home)).all()


def test_every_dwelling_but_the_protected_one_is_on_the_map(demo: Session) -> None:
    assert not demo.scalars(select(Residence.id).where(Residence.h3.is_(None))).all()
    assert demo.scalar(select(func.count(MapPoint.dwelling_id.distinct()))) == 599


def test_the_imports_show_with_their_refused_lines(demo: Session) -> None:
    imports = {one.file_name: one for one in demo.scalars(select(Import))}
    newcomers = {name for name in imports if name.startswith("entrees_")}
    assert len(newcomers) == 6 and len(imports.keys() - newcomers) == 5
    refused = imports["locataires_70_ans_et_plus.csv"].problems["refusals"]  # type: ignore[index]
    assert {problem["code"] for problem in refused} >= {"missing", "no_such_day"}
    corrected = imports["locataires_lignes_corrigees.csv"].counts
    assert corrected is not None
    assert corrected["persons"]["new"] == len({problem["line"] for problem in refused})


def test_nobody_can_be_reached_at_the_numbers_of_the_demo(demo: Session) -> None:
    phones = [phone for phone in demo.scalars(select(Person.phone)) if phone]
    assert phones
    assert all(phone.startswith(("+33639 98".replace(" ", ""), "+3335301")) for phone in phones)


def test_the_load_tells_how_far_it_is(loaded: Loaded) -> None:
    assert any("600 dwellings" in line for line in loaded.told)
    assert len(loaded.told) > 12
