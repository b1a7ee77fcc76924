"""Somebody who reads every page there is of the world of `world.py`."""

import io
import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qs

from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import delete

from tests.sought import noting_what_is_sought
from tests.webapp.world import MAP, Known
from visits.models.people import AccessEvent
from visits.models.portfolio import Import

# What narrows a list; half a word of hers is enough to find her.
QUERIES = ("", "state=all&q=achett", "state=all&q=secr", "q=itoye&review=1")
OF_ONE = f"day=2026-03-10&visitor_id={uuid.uuid4()}"
# A refusal says to a machine what it says on its page, in the frame that every page has.
REFUSED_BRIEFLY = {"Accept": "application/json"}


@dataclass
class Reader:
    """Somebody who reads every page there is, in the browser and on the tablet."""

    app: Flask
    client: FlaskClient
    token: str | None

    def look(self, path: str) -> tuple[int, str]:
        """Read one page, without what differs at each look."""
        by_tablet = self.token and path.startswith(("/api/", "/openrosa/"))
        headers = {"Authorization": f"Bearer {self.token}"} if by_tablet else REFUSED_BRIEFLY
        answer = self.client.get(path, headers=headers)
        assert answer.status_code < 500, path
        text = _said(answer.get_data(), answer.mimetype)
        answer.close()
        return answer.status_code, _VARIES.sub("", text)

    def pages(self, known: Known, only: set[str] | None = None) -> dict[str, tuple[int, str]]:
        """Read all pages, or those whose address holds one of some arguments.

        Each is asked what it looks for; to what it does not look for its answer is the same.
        """
        with self.app.extensions["palier"].sessions.begin() as session:
            session.execute(delete(AccessEvent))
            session.execute(delete(Import).where(Import.file_name == "f.csv"))
        found: dict[str, tuple[int, str]] = {}
        with noting_what_is_sought(self.app) as sought:
            for address, (first, *others) in self.addresses(known, only):
                status, _ = found[f"{address}?{first}"] = self.look(f"{address}?{first}")
                asked = [one for one in others if sought.any_of(parse_qs(one))]
                for query in asked if status not in (403, 404) else ():
                    found[f"{address}?{query}"] = self.look(f"{address}?{query}")
        return found

    def addresses(
        self, known: Known, only: set[str] | None = None
    ) -> Iterator[tuple[str, Sequence[str]]]:
        """Give the address of every page, or of those that take some arguments, and its queries."""
        for rule in sorted(self.app.url_map.iter_rules(), key=str):
            if "GET" not in (rule.methods or ()) or rule.endpoint in NOT_READ:
                continue
            if only is not None and not only & rule.arguments:
                continue
            for address in known.addresses(rule):
                queries = MAP if address.startswith("/api/map") else QUERIES
                yield address, [OF_ONE] if rule.arguments else queries

    def dry_runs(self) -> dict[str, str]:
        """Give what importing says of lines that speak of her, of her home, and of nobody."""
        said = {}
        for line in (
            ";L-EN-VUE;CACHETTE;Ursuline;17/05/1941;0700000000",
            ";L-EN-VUE;CACHETTE;;;",
            ";L-EN-VUE;NEUVE;Ana;01/02/1950;0612345678",
        ):
            data = f"Code locataire;Logement;Nom;Prénom;Né(e) le;Tél\n{line}\n".encode()
            answer = self.client.post("/imports/", data={"file": (io.BytesIO(data), "f.csv")})
            if answer.status_code == 302:
                place = answer.headers["Location"]
                text = self.look(place)[1] + self.look(f"{place}/refusals.csv")[1]
                said[line] = text.replace(place, "")
        return said


def _said(data: bytes, mimetype: str) -> str:
    """Read an answer as a person does: a paper page by page."""
    if mimetype == "application/pdf":
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    return unescape(data.decode("utf-8", "replace"))


# The way out, and files that are the same for everybody.
NOT_READ = {"security.logout", "static", "security.static"}
_VARIES = re.compile(
    r'"request_id": ?"[^"]*"|(?<=\xa0: )[0-9a-f]{12}(?=</p>)'
    r'|"(?:csrf|X-CSRFToken)": ?"[^"]*"'
    r'|name="csrf-token" content="[^"]*"|name="csrf_token" value="[^"]*"|"challenge": ?"[^"]*"'
)
