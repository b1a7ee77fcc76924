"""Plays ODK Collect's whole exchange over HTTP, as the OpenRosa specification writes it.

`python -m tests.openrosa_client http://localhost:8000 EMAIL TOKEN` tries a running server: who it
asks for, what it lists, whether its hashes hold. It sends nothing.
"""

import hashlib
import http.client
import sys
import uuid
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from urllib.parse import urlsplit

from lxml import etree

OPENROSA = {"X-OpenRosa-Version": "1.0"}


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def texts(self, name: str) -> list[str]:
        """Give the texts of the elements of a name."""
        return [
            str(text)
            for text in etree.fromstring(self.body).xpath(f"//*[local-name()='{name}']/text()")
        ]


@dataclass
class Collect:
    """A client that knows nothing of the server but its address and an account."""

    url: str
    email: str
    secret: str
    asked: bool = field(default=False)

    def call(self, method: str, path: str, *, body: bytes = b"", content_type: str = "") -> Answer:
        """Call the server; the password goes along only once it was asked for."""
        place = urlsplit(path if "://" in path else self.url + path)
        connection = http.client.HTTPConnection(place.netloc, timeout=300)
        headers = {**OPENROSA, "Date": formatdate(usegmt=True)}
        if content_type:
            headers["Content-Type"] = content_type
        if self.asked:
            pair = b64encode(f"{self.email}:{self.secret}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        target = place.path + (f"?{place.query}" if place.query else "")
        connection.request(method, target, body=body or None, headers=headers)
        answer = connection.getresponse()
        got = Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        connection.close()
        if (
            got.status == 401
            and not self.asked
            and "basic" in got.headers["www-authenticate"].lower()
        ):
            self.asked = True
            return self.call(method, path, body=body, content_type=content_type)
        return got

    def knock(self) -> Answer:
        """Ask where to send and how much at once, before any form goes out."""
        return self.call("HEAD", "/openrosa/submission")

    def forms(self) -> dict[str, bytes]:
        """List, download and check the forms and the files beside them, by form id."""
        listed = etree.fromstring(self.call("GET", "/openrosa/formList").body)
        found = {}
        for row in listed:
            said = {etree.QName(part).localname: part.text or "" for part in row}
            form = self.call("GET", said["downloadUrl"]).body
            assert said["hash"] == f"md5:{hashlib.md5(form, usedforsecurity=False).hexdigest()}"
            self._beside(said["manifestUrl"])
            found[said["formID"]] = form
        return found

    def _beside(self, manifest_url: str) -> None:
        manifest = self.call("GET", manifest_url)
        assert manifest.status == 200
        for row in etree.fromstring(manifest.body):
            said = {etree.QName(part).localname: part.text or "" for part in row}
            media = self.call("GET", said["downloadUrl"]).body
            assert said["hash"] == f"md5:{hashlib.md5(media, usedforsecurity=False).hexdigest()}"

    def send(self, xml: bytes, files: Mapping[str, bytes], *, per_part: int = 1) -> list[Answer]:
        """Send a filled form in parts of some files; all but the last say that more follow."""
        names = list(files)
        parts = [names[at : at + per_part] for at in range(0, len(names), per_part)] or [[]]
        answers = []
        for number, part in enumerate(parts):
            more = number < len(parts) - 1
            answers.append(self.send_part(xml, {name: files[name] for name in part}, more=more))
        return answers

    def send_part(self, xml: bytes, files: Mapping[str, bytes], *, more: bool = False) -> Answer:
        """Send one part."""
        boundary = uuid.uuid4().hex
        body = _part(boundary, "xml_submission_file", "submission.xml", "text/xml", xml)
        for name, data in files.items():
            body += _part(boundary, name, name, "image/jpeg", data)
        if more:
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="*isIncomplete*"\r\n\r\n'
            body += head.encode() + b"yes\r\n"
        body += f"--{boundary}--\r\n".encode()
        content_type = f"multipart/form-data; boundary={boundary}"
        return self.call("POST", "/openrosa/submission", body=body, content_type=content_type)


def _part(boundary: str, name: str, file_name: str, media_type: str, data: bytes) -> bytes:
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n'
        f"Content-Type: {media_type}\r\n\r\n"
    )
    return head.encode() + data + b"\r\n"


if __name__ == "__main__":
    client = Collect(*sys.argv[1:4])
    greeting = client.knock()
    print("HEAD", greeting.status, greeting.headers.get("location"))
    for form_id, form in client.forms().items():
        print(form_id, len(form), "bytes, hash right")
