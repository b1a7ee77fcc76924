"""A browser without a screen: cookies, the sign-in form, the links of the navigation."""

import json
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from lxml import html


class Browser:
    """Somebody at a desk."""

    def __init__(self, url: str) -> None:
        self.url = url
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def get(self, path: str) -> bytes:
        """Read a page; raises HTTPError."""
        with self.opener.open(self.url + path, timeout=60) as answer:
            return bytes(answer.read())

    def sign_in(self, accounts: Path, role: str) -> None:
        """Sign in as the demo's first account of a role."""
        listed = json.loads(accounts.read_text())
        account = next(one for one in listed if one["role"] == role)
        form = self._read("/sign-in").forms[0]
        said = dict(form.form_values()) | {key: account[key] for key in ("email", "password")}
        headers = {"Referer": f"{self.url}/sign-in"}
        body = urllib.parse.urlencode(said).encode()
        target = urllib.parse.urljoin(self.url, form.action)
        with self.opener.open(urllib.request.Request(target, body, headers)) as answer:
            if "sign-in" in answer.url:
                raise AssertionError(f"{account['email']} could not sign in")

    def navigation(self) -> list[str]:
        """List the pages the navigation leads to."""
        links = self._read("/").xpath("//nav//a/@href")
        found = [str(link) for link in links if str(link).startswith("/")]
        return [link for link in dict.fromkeys(found) if not link.startswith("/sign-out")]

    def _read(self, path: str) -> Any:
        # lxml's HTML elements have forms, which its types do not know.
        return html.fromstring(self.get(path))
