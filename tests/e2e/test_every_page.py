"""Every page, as every role comes to it: reached, whole, in one language, at every size."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ProxySettings
from sqlalchemy import select

from tests.conftest import SECRETS
from tests.e2e.layout import Structure, faults, structure_of
from tests.e2e.pages import pages_of, refuse_one, visits_of_each
from tests.e2e.profiles import fresh_profile
from tests.e2e.rare import add_rare_things, refusal_pages
from tests.e2e.walked import Walked, serve
from tests.factories import make_user
from tests.made_once import shared_folder
from tests.walk import Seen, open_to
from visits.models.accounts import Organisation, Role, User
from visits.models.adaptations import (
    AdaptationDecision,
    AdaptationFile,
    AdaptationFollowUp,
    AdaptationMove,
)
from visits.models.admissions import Admission, AdmissionDecision, AdmissionFact, AdmissionMove
from visits.models.agenda import Absence
from visits.models.alternatives import AlternativeAnswer
from visits.models.calls import ContactAttempt
from visits.models.cases import Case, CaseCharge, CasePause, Task
from visits.models.circles import (
    Circle,
    CircleCase,
    CircleMeeting,
    CircleMember,
    CirclePoint,
    CircleStep,
    CircleTask,
)
from visits.models.commissions import Commission
from visits.models.complaints import Complaint
from visits.models.exchanges import AnswerFile
from visits.models.interventions import Intervention
from visits.models.labels import HomeLabel
from visits.models.money import MoneyNote
from visits.models.needs import AutonomyNote
from visits.models.papers import PaperChange
from visits.models.people import Person
from visits.models.portfolio import Residence
from visits.models.posts import StaffPost
from visits.models.prices import PriceArticle, PriceList
from visits.models.referral_requests import ReferralDoor, ReferralRequest
from visits.models.referrals import Referral, ReferralMove
from visits.models.rents import RentNote
from visits.models.sessions import CollectiveSession, SessionEnrolment, SessionMove
from visits.models.stays import Place, Stay
from visits.models.stock import Article, StockOrder
from visits.models.support import AimStep, SupportAct, SupportAim
from visits.models.surroundings import (
    NearbyService,
    OrderedMove,
    OrderedService,
    ServiceNote,
)
from visits.models.teams import Team
from visits.models.transfers import TransferOffer, TransferWish
from visits.models.visits import Visit
from visits.models.works import WorkOrder
from visits.models.works_history import WorkOrderEvent, WorkOrderLink, WorkOrderQuote
from visits.models.works_plans import WorksPlan
from webapp import create_app
from webapp.access.setting_up import publish_what_ships
from webapp.demo import Size, load_demo
from webapp.demo.answers import COMMENTS
from webapp.demo.programme_answers import GOALS, MONTH_NOTES, WEEK_NOTES
from webapp.frame.kept_templates import keep_templates
from webapp.frame.settings import Settings
from webapp.frame.transaction import House

pytestmark = pytest.mark.browser

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
SMALL = Size(dwellings=900, seniors=120, targets=70)
VOID = frozenset({"br", "img", "input", "meta", "link", "hr", "wbr", "source", "area", "col"})
FRENCH = re.compile(
    r"\b(le|la|les|des|du|une|est|sont|pour|dans|avec|par|aux|et|ou|qui|que|pas|jours?|mois|ont"
    r"|chez|sans|cette|visite|appel|logement|aucune?)\b|[àâçéèêëîïôùûœ]",
    re.IGNORECASE,
)
ENGLISH = re.compile(
    r"\b(the|of|and|to|is|are|with|not|for|this|that|from|by|no|yes|was|were|home|days?|month"
    r"|call|follow-up|work|order|none|open|done)\b"
)
LEFT_OVERS = {"en": FRENCH, "fr": ENGLISH}
# A name of the code: of a question, a table or a state; one in quotes stands beside its words.
QUOTED = re.compile(r"“\w+”|«\s\w+\s»")
BARE = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")
# Names of places and houses that are the same in every language.
NAMES = (
    "Action Logement",
    "Français",
    "Carsat Bourgogne-Franche-Comté",
    "Carsat Sud-Est",
    "Département",
)
# What htmx puts into a page.
PARTS = frozenset({"appointments.diary"})
DOORS = ("/sign-in", "/password/forgotten", "/password/choose/nothing", "/nothing-here")
# What a role comes to only with something that the demonstration has not.
UNSEEN = {
    (Role.COORDINATOR, "commission_requests.new"),  # no commission sits today
    (Role.VISITOR, "home.index"),  # leads to her visits
    (Role.VISITOR, "comparisons.show"),
    (Role.VISITOR, "savings.show"),
    (Role.PARTNER_COORDINATOR, "kit_articles.edit"),  # her association keeps no article
    (Role.PARTNER_COORDINATOR, "places.show"),  # nobody it visits stays in a place
    (Role.PARTNER_COORDINATOR, "stays.show"),
    (Role.PARTNER_COORDINATOR, "rents.show"),  # no rule on rents in its programmes
    (Role.PARTNER_COORDINATOR, "complaints.new"),
    (Role.PARTNER_COORDINATOR, "complaints.show"),
    (Role.PARTNER_COORDINATOR, "admissions.show"),  # nor asks for one
    (Role.PARTNER_COORDINATOR, "admission_commissions.show"),
    (Role.PARTNER_COORDINATOR, "decision_letters.admission"),
    *(
        (Role.PARTNER_COORDINATOR, page)  # nobody of hers is to be called, planned or away
        for page in ("absences.show", "agenda.show", "by_phone.show", "desk.show", "slots.find")
    ),
    *(
        (Role.PARTNER_COORDINATOR, page)  # it asked for no rounds
        for page in ("round_pages.show", "round_pages.left_out", "round_map.show")
    ),
    *(
        (role, page)  # they are in no circle
        for role in (Role.TECHNICIAN, Role.MANAGER)
        for page in ("circles.show", "circle_cases.show", "circle_meetings.show")
    ),
}


@pytest.fixture(scope="module")
def shown(demo: Walked, empty: Walked) -> dict[tuple[str, Role], list[Seen]]:
    """Each page once as it is built: one whose parts others have all shown tells nothing new."""
    built: dict[str, dict[Structure, tuple[str, Role, Seen]]] = {}
    for walked in (demo, empty):
        for role in Role:
            for one in walked.pages(role, "fr"):
                same = built.setdefault(one.endpoint, {})
                same.setdefault(structure_of(one.html), (walked.url, role, one))
    found: dict[tuple[str, Role], list[Seen]] = {}
    for endpoint in built.keys() - PARTS:
        told: set[tuple[str, ...]] = set()
        for structure in sorted(built[endpoint], key=len, reverse=True):
            if not structure <= told:
                told |= structure
                url, role, one = built[endpoint][structure]
                found.setdefault((url, role), []).append(one)
    return found


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """A profile that reaches the servers of this machine and nothing else."""
    nowhere: ProxySettings = {"server": "http://127.0.0.1:9", "bypass": "127.0.0.1"}
    with fresh_profile(browser, proxy=nowhere) as context:
        yield context


@pytest.mark.parametrize("role", Role)
def test_a_role_s_pages_are_accessible_and_fit_at_every_size(
    demo: Walked,
    empty: Walked,
    shown: dict[tuple[str, Role], list[Seen]],
    window: BrowserContext,
    role: Role,
) -> None:
    problems = []
    for walked in (demo, empty):
        page = walked.open(window, role)
        for one in shown.get((walked.url, role), []):
            problems += [f"{one.path}: {fault}" for fault in walked.look(page, one, faults)]
        page.close()
    assert not problems, "\n".join(problems)


def test_the_doors_and_the_refusals_are_accessible_and_fit_at_every_size(
    demo: Walked, window: BrowserContext
) -> None:
    window.clear_cookies()
    nobody, page = demo.app.test_client(), window.new_page()
    shown = [Seen(path, path, nobody.get(path).text) for path in DOORS]
    wrong = {"email": "quelquun@palier.example", "password": "faux"}
    shown.append(Seen("/sign-in?wrong", "", nobody.post("/sign-in", data=wrong).text))
    built: set[Structure] = set()
    for code, html in refusal_pages(demo.app):
        if (structure := structure_of(html)) not in built:
            built.add(structure)
            shown.append(Seen(f"/refused/{code}", "", html))
    problems = [f"{one.path}: {fault}" for one in shown for fault in demo.look(page, one, faults)]
    page.close()
    assert not problems, "\n".join(problems)


def _new(template: Path, folder: Path, shared: Path) -> Flask:
    shutil.copyfile(template, folder / "palier.db")
    settings = Settings(
        data=folder,
        database_url=f"sqlite:///{folder / 'palier.db'}",
        session_secret="a session secret of the tests",
        secrets=SECRETS,
        basemap="none",
        demo=True,
    )
    app = create_app(settings, clock=lambda: NOW)
    keep_templates(app, shared)
    return app


@pytest.fixture(scope="module")
def demo(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    """A small demonstration, served, and what it has not."""
    app = _new(sqlite_template, tmp_path_factory.mktemp("demo"), shared_folder(tmp_path_factory))
    house: House = app.extensions["palier"]
    load_demo(house, now=NOW, tell=lambda line: None, size=SMALL)
    examples = [one.path for one in pages_of(house)] + add_rare_things(house)
    instead = refuse_one(house)
    examples += [instead, instead.partition("/alternatives/")[0]]
    examples += visits_of_each(house)
    with serve(app, examples) as walked:
        yield walked


@pytest.fixture(scope="module")
def empty(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    """A deployment that nobody has used yet."""
    app = _new(sqlite_template, tmp_path_factory.mktemp("empty"), shared_folder(tmp_path_factory))
    house: House = app.extensions["palier"]
    with house.sessions.begin() as session:
        publish_what_ships(session, now=NOW)
        for role in Role:
            make_user(session, role=role)
    with serve(app, []) as walked:
        yield walked


@pytest.fixture(scope="module")
def typed(demo: Walked) -> re.Pattern[str]:
    """What people typed or are called: it is in no language of ours."""
    house: House = demo.app.extensions["palier"]
    with house.sessions() as session:
        said: set[str | None] = {*NAMES, *COMMENTS, *GOALS, *WEEK_NOTES, *MONTH_NOTES}
        for column in (
            User.name,
            Organisation.name,
            Residence.address,
            Residence.city,
            ContactAttempt.note,
            WorkOrder.closing_note,
            Team.name,
            WorksPlan.name,
            HomeLabel.name,
            Task.why,
            Visit.closed_reason,
            Task.what,
            Case.motive,
            Case.closing_note,
            CasePause.why,
            CaseCharge.why,
            MoneyNote.what,
            MoneyNote.payer,
            MoneyNote.withdrawn_why,
            CollectiveSession.title,
            CollectiveSession.place,
            CollectiveSession.held_by_name,
            CollectiveSession.payer,
            CollectiveSession.note,
            SessionMove.why,
            SessionEnrolment.withdrawn_why,
            ServiceNote.name,
            ServiceNote.place,
            ServiceNote.open_days,
            NearbyService.withdrawn_why,
            OrderedService.what_for,
            OrderedMove.said,
            Absence.note,
            Circle.name,
            CircleCase.shared,
            CircleMeeting.present,
            CircleMeeting.note,
            CircleMember.withdrawn_why,
            CirclePoint.words,
            CirclePoint.decision,
            CircleStep.withdrawn_why,
            CircleTask.what,
            SupportAct.present,
            SupportAct.note,
            SupportAct.withdrawn_why,
            SupportAim.words,
            SupportAim.withdrawn_why,
            AimStep.note,
            AimStep.withdrawn_why,
            WorkOrder.access,
            WorkOrder.parts,
            Intervention.note,
            Intervention.parts,
            WorkOrderEvent.note,
            WorkOrderLink.contractor,
            WorkOrderQuote.contractor,
            WorkOrderQuote.note,
            PriceList.contract,
            PriceList.file_name,
            PriceArticle.label,
            PriceArticle.unit,
            AnswerFile.file_name,
            AdaptationFile.wish,
            AdaptationMove.said,
            AdaptationDecision.explanation,
            AdaptationFollowUp.needed,
            AlternativeAnswer.why,
            Admission.wish,
            Admission.situation,
            AdmissionMove.said,
            AdmissionFact.said,
            AdmissionDecision.explanation,
            Commission.present,
            Referral.partner,
            Referral.asked,
            Referral.because,
            ReferralMove.said,
            ReferralDoor.partner,
            ReferralRequest.last_name,
            ReferralRequest.first_name,
            ReferralRequest.address,
            ReferralRequest.asked,
            ReferralRequest.sender,
            ReferralRequest.why,
            RentNote.withdrawn_why,
            StaffPost.what,
            StaffPost.withdrawn_why,
            Place.name,
            Place.withdrawn_why,
            Complaint.words,
            Complaint.answer,
            Complaint.withdrawn_why,
            Stay.exit_why,
            Stay.withdrawn_why,
            TransferWish.wish,
            TransferWish.closed_why,
            TransferOffer.said,
            PaperChange.said,
            Article.name,
            StockOrder.supplier,
        ):
            said.update(session.scalars(select(column)))
        instead = [
            *session.scalars(select(AdmissionDecision.instead)),
            *session.scalars(select(AdaptationDecision.instead)),
        ]
        said.update(what for one in instead if one for what in one.values())
        days = session.scalars(select(AutonomyNote.said))
        said.update(area["words"] for one in days for area in one.values())
        by_hand = select(WorkOrder.description).where(WorkOrder.opened_by_id.is_not(None))
        said.update(session.scalars(by_hand))
        said.update(person.name for person in session.scalars(select(Person)))
    longest_first = sorted((one for one in said if one), key=len, reverse=True)
    return re.compile("|".join(re.escape(" ".join(one.split())) for one in longest_first))


@pytest.mark.parametrize("language", LEFT_OVERS)
@pytest.mark.parametrize("role", Role)
def test_a_role_s_pages_are_all_reached_and_speak_one_language(
    demo: Walked, typed: re.Pattern[str], role: Role, language: str
) -> None:
    seen = demo.pages(role, language)
    reached = {one.endpoint for one in seen} | {page for who, page in UNSEEN if who is role}
    assert open_to(demo.app, role) - reached == set()
    left_over = [problem for one in seen for problem in _left_over(one, typed, language)]
    assert not left_over, "\n".join(left_over)
    assert [one.path for one in seen if one.endpoint not in PARTS and _skips(one.html)] == []


def _skips(html: str) -> bool:
    """Tell whether headings are not one of the first level, then each at most one below."""
    levels = [int(level) for level in re.findall(r"<h([1-6])[\s>]", html)]
    return levels.count(1) != 1 or any(below > above + 1 for above, below in pairwise([0, *levels]))


def _left_over(one: Seen, typed: re.Pattern[str], language: str) -> Iterator[str]:
    for text in texts(one.html, language):
        ours = typed.sub("", text)
        if LEFT_OVERS[language].search(ours):
            yield f"{one.path}: not {language}: {text}"
        # The documentation of the interface for programs is about names.
        if BARE.search(QUOTED.sub("", ours)) and one.endpoint != "api_reference.show":
            yield f"{one.path}: a bare name: {text}"


class _Texts(HTMLParser):
    """Collects what is read, but for code and what says that it is in another language."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        left_out = tag in ("script", "style", "code") or said.get("lang") not in (
            None,
            self.language,
        )
        if not left_out and not self._inside():
            names = ("aria-label", "title", "placeholder", "alt", "data-confirm")
            self.found += [" ".join(text.split()) for name in names if (text := said.get(name))]
        if tag not in VOID:
            self.open.append((tag, left_out))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._inside():
            self.found.append(" ".join(data.split()))

    def _inside(self) -> bool:
        return any(left_out for _, left_out in self.open)


def texts(html: str, language: str) -> list[str]:
    """Give the texts of a page that are to be in a language."""
    parser = _Texts(language)
    parser.feed(html)
    return parser.found
