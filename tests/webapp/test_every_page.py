"""Every page, as every role comes to it: reached, whole, and in one language."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import SECRETS
from tests.e2e.pages import pages_of
from tests.walk import AT_THE_DOOR, NOT_PAGES, PAGES, Seen, open_to, walk
from visits.accounts.open_sessions import start_session
from visits.models.accounts import Organisation, Role, User
from visits.models.people import Person
from visits.models.portfolio import Residence
from visits.models.programmes import ContactAttempt
from visits.models.works import FollowUp, WorkOrder
from webapp import create_app
from webapp.access.auth import SESSION_NUMBER
from webapp.demo import Size, load_demo
from webapp.demo.answers import COMMENTS
from webapp.frame.settings import Settings
from webapp.frame.transaction import House

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
NAMES = ("Français", "Carsat Bourgogne-Franche-Comté", "Carsat Sud-Est", "Département")
UNCLAIMED = ("unclaimed.handed_in", "unclaimed.show")
# What a role comes to only with something that the demonstration has not.
UNSEEN = {
    (Role.VISITOR, "home.index"),  # leads to her visits
    (Role.COORDINATOR, "import_lines.warnings_page"),  # no line of the demonstration is in doubt
    (Role.VISITOR, "comparisons.show"),
    (Role.VISITOR, "savings.show"),
    *((role, page) for role in (Role.COORDINATOR, Role.SOCIAL_WORKER) for page in UNCLAIMED),
}


def test_every_address_is_a_page_that_is_walked_or_known_not_to_be_one(app: Flask) -> None:
    answering = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    assert answering == PAGES | AT_THE_DOOR | NOT_PAGES
    assert len(answering) == len(PAGES) + len(AT_THE_DOOR) + len(NOT_PAGES)


@pytest.fixture(scope="module")
def demo(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A small demonstration."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copyfile(sqlite_template, folder / "palier.db")
    settings = Settings(
        data=folder,
        database_url=f"sqlite:///{folder / 'palier.db'}",
        session_secret="a session secret of the tests",
        secrets=SECRETS,
        demo=True,
    )
    app = create_app(settings, clock=lambda: NOW)
    house: House = app.extensions["palier"]
    load_demo(house, now=NOW, tell=lambda line: None, size=SMALL)
    yield app
    house.engine.dispose()


@pytest.fixture(scope="module")
def examples(demo: Flask) -> list[str]:
    """Addresses of pages that show something."""
    return [one.path for one in pages_of(demo.extensions["palier"])]


@pytest.fixture(scope="module")
def typed(demo: Flask) -> re.Pattern[str]:
    """What people typed or are called: it is in no language of ours."""
    house: House = demo.extensions["palier"]
    with house.sessions() as session:
        said: set[str | None] = {*NAMES, *COMMENTS}
        for column in (
            User.name,
            Organisation.name,
            Residence.address,
            Residence.city,
            ContactAttempt.note,
            WorkOrder.closing_note,
            FollowUp.note,
        ):
            said.update(session.scalars(select(column)))
        said.update(person.name for person in session.scalars(select(Person)))
    longest_first = sorted((one for one in said if one), key=len, reverse=True)
    return re.compile("|".join(re.escape(" ".join(one.split())) for one in longest_first))


Came = Callable[[Role, str], Callable[[str], str]]


@pytest.fixture(scope="module")
def came(demo: Flask) -> Came:
    """Sign in as the first account of a role, with its pages in a language."""
    house: House = demo.extensions["palier"]

    def sign_in(role: Role, language: str) -> Callable[[str], str]:
        with house.sessions.begin() as session:
            by_address = select(User).where(User.role == role).order_by(User.email, User.id)
            user = session.scalars(by_address).first()
            assert user is not None
            user.language = language
            number = start_session(session, user.id, now=NOW)
        client = demo.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = user.fs_uniquifier
            cookie["_fresh"] = True
            cookie[SESSION_NUMBER] = str(number)
            cookie["fs_paa"] = NOW.timestamp()

        def open_page(path: str) -> str:
            answer = client.get(path)
            return answer.text if answer.status_code == 200 else ""

        return open_page

    return sign_in


@pytest.mark.slow
@pytest.mark.parametrize("language", LEFT_OVERS)
@pytest.mark.parametrize("role", Role)
def test_a_role_s_pages_are_all_reached_and_speak_one_language(
    demo: Flask,
    came: Came,
    examples: list[str],
    typed: re.Pattern[str],
    role: Role,
    language: str,
) -> None:
    seen = walk(demo, came(role, language), role, examples)
    reached = {one.endpoint for one in seen} | {page for who, page in UNSEEN if who is role}
    assert open_to(demo, role) - reached == set()
    assert [problem for one in seen for problem in _left_over(one, typed, language)] == []


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
