"""Walk the pages of an application as each role, and show them in a browser as they answered."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, request
from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext, Page, Request
from sqlalchemy import select
from werkzeug.serving import make_server

from tests.e2e.layout import AXE
from tests.walk import Seen, walk
from visits.accounts.open_sessions import start_session
from visits.models.accounts import Role, User
from webapp.access.who_asks import SESSION_NUMBER
from webapp.frame.transaction import House

POLICY = "Content-Security-Policy"
# By its address, a browser reads it once; handed over with each page, it would each time.
AXE_PATH = "/axe.js"
DRAWN = """() => !document.querySelector('#map-status:empty')
    && document.querySelectorAll('[data-chart]').length
        === document.querySelectorAll('[data-chart] canvas').length"""


@dataclass
class Walked:
    """An application that serves; each role's pages, fetched once a language.

    `kept` are the answers to give as they came to somebody of a role, by their address.
    """

    app: Flask
    url: str
    examples: list[str]
    kept: dict[str, Response] = field(default_factory=dict)
    # What a page may frame depends on who opens it.
    _policies: dict[tuple[str, str], str] = field(default_factory=dict)
    _pages: dict[tuple[Role, str], list[Seen]] = field(default_factory=dict)

    def client(self, role: Role, language: str = "fr") -> FlaskClient:
        """Sign in as the first account of a role, with its pages in a language."""
        house: House = self.app.extensions["palier"]
        with house.sessions.begin() as session:
            by_address = select(User).where(User.role == role).order_by(User.email, User.id)
            user = session.scalars(by_address.limit(1)).one()
            user.language = language
            number = start_session(session, user.id, now=house.clock())
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = user.fs_uniquifier
            cookie["_fresh"] = True
            cookie[SESSION_NUMBER] = str(number)
            cookie["fs_paa"] = house.clock().timestamp()
        return client

    def pages(self, role: Role, language: str) -> list[Seen]:
        """Give what a role comes to."""
        if (role, language) not in self._pages:
            client = self.client(role, language)

            def open_page(path: str) -> str:
                answer = client.get(path)
                self._policies[path, answer.text] = answer.headers[POLICY]
                return answer.text if answer.status_code == 200 else ""

            self._pages[role, language] = walk(self.app, open_page, role, self.examples)
        return self._pages[role, language]

    def open(self, window: BrowserContext, role: Role) -> Page:
        """Open a page of a browser as somebody of a role."""
        name = self.app.config["SESSION_COOKIE_NAME"]
        cookie = self.client(role).get_cookie(name)
        assert cookie is not None
        window.clear_cookies()
        window.add_cookies([{"name": name, "value": cookie.value, "url": self.url}])
        return window.new_page()

    def look(self, page: Page, one: Seen, faults: Callable[[Page], list[str]]) -> list[str]:
        """Show a page as it answered and look at it; what the browser refused is a fault too."""
        found: list[str] = []
        policy = self._policies.get((one.path, one.html))
        self.kept[one.path] = Response(one.html, headers={POLICY: policy} if policy else None)

        def failed(request: Request) -> None:
            if request.failure != "net::ERR_ABORTED":  # what a page leaves unasked as it closes
                found.append(f"{request.url}: {request.failure}")

        def said(message: Any) -> None:
            if getattr(message, "type", "error") == "error":
                found.append(str(getattr(message, "text", message)))

        heard = {"console": said, "pageerror": said, "requestfailed": failed}
        for event, hear in heard.items():
            page.on(event, hear)  # type: ignore[call-overload]
        page.goto(f"{self.url}{one.path}", wait_until="load")
        page.wait_for_function(DRAWN)
        page.add_script_tag(url=AXE_PATH)
        found += faults(page)
        for event, hear in heard.items():
            page.remove_listener(event, hear)
        return found


@contextmanager
def serve(app: Flask, examples: Iterable[str]) -> Iterator[Walked]:
    """Serve an application from this process."""
    kept: dict[str, Response] = {}
    axe = AXE.read_text()

    def answer_as_kept() -> Response | None:
        if request.path == AXE_PATH:
            lasts = {"Cache-Control": "max-age=3600"}
            return Response(axe, content_type="text/javascript", headers=lasts)
        return kept.pop(request.full_path.rstrip("?"), None)

    app.before_request_funcs[None].insert(0, answer_as_kept)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Walked(app, f"http://127.0.0.1:{server.server_port}", list(examples), kept)
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["palier"].engine.dispose()
