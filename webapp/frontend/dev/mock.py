"""Play the server's part of the contract for the tablet app: development only, keeps all in memory.

    python dev/mock.py [PORT [FORM_ID …]]

Without names it serves the trial form; with names, those of the diagnostics that ship, all in one visit.

Serves the built tablet app under /tablet/ with the real content security policy. `POST /mock/fault` with
`{"mode": "ok" | "down" | "401" | "409" | "500" | "422" | "portal" | "short"}` decides how submissions fare.
"""

import hashlib
import json
import mimetypes
import re
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pyxform.xls2xform import convert

sys.path.insert(0, str(Path(__file__).parents[3]))
from diagnostics.workbook import publish, read_workbook  # noqa: E402

HERE = Path(__file__).parent
TABLET = HERE.parent.parent / "static" / "tablet"
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'"
)
USER = {
    "id": "u1",
    "name": "Nadia Benali",
    "email": "nadia@exemple.fr",
    "role": "visitor",
    "language": "fr",
}
CONSEQUENCES = [
    {
        "name": "consequence_gas",
        "kind": "hazard",
        "code": "gas",
        "severity": "U0",
        "due": "4h",
        "owner": "landlord",
    },
    {
        "name": "consequence_rail",
        "kind": "work_order",
        "code": "rail",
        "severity": "U2",
        "due": "5wd",
        "owner": "landlord",
    },
    {
        "name": "consequence_follow_up",
        "kind": "follow_up",
        "code": "call",
        "severity": "P",
        "due": "30d",
        "owner": "visitor",
    },
]
kept: dict[str, dict[str, Any]] = {}
fault = {"mode": "ok"}


def trial() -> dict[str, Any]:
    xform = convert(xlsform=HERE / "visit.md", validate=False).xform
    labelled = [
        {**row, "path": None, "label": {"fr": row["code"], "en": row["code"]}}
        for row in CONSEQUENCES
    ]
    return {
        "form_id": "trial_visit",
        "version": "1",
        "title": {"fr": "Visite d’essai", "en": "Trial visit"},
        "sha256": hashlib.sha256(xform.encode()).hexdigest(),
        "xform": xform,
        "consequences": labelled,
        "proposals": [],
    }


def shipped(name: str) -> dict[str, Any]:
    file = Path(__file__).parents[3] / "diagnostics" / "forms" / f"{name}.yaml"
    form = publish(read_workbook(file.read_bytes(), suffix=".yaml"))
    told = json.loads(json.dumps(asdict(form), default=lambda value: value.decode()))
    return {"proposals": []} | told


FORMS = [shipped(name) for name in sys.argv[2:]] or [trial()]
ALERT = {
    "code": "dog",
    "kind": "safety",
    "label": {"fr": "Gros chien, sonner et attendre.", "en": "Large dog, ring and wait."},
}
EARLIER = [
    {
        "name": "lift",
        "value": "yes",
        "question": {"fr": "Y a-t-il un ascenseur ?", "en": "Is there a lift?"},
        "shown": {"fr": "Oui", "en": "Yes"},
        "about": "dwelling",
        "answered_on": "2026-03-12",
    }
]
DUE = [
    {
        "kind": "work_order",
        "label": {"fr": "Poser une barre d’appui", "en": "Fit a grab rail"},
        "state": "started",
        "due_at": "2026-12-01T10:00:00+00:00",
    }
]
KIT = [{"item": "led", "label": {"fr": "Ampoules LED", "en": "LED bulbs"}, "quantity": 12}]
SENT = [
    {
        "instance_id": "i1",
        "visit_id": None,
        "form_id": FORMS[0]["form_id"],
        "person_name": "Odette Marchand",
        "received_at": "2026-11-20T10:00:00+00:00",
        "state": "checked",
        "opened": DUE,
    }
]


PEOPLE = [
    ("Odette Marchand", "1938-04-02", "0344550102"),
    ("Lucien Petit", "1945-11-20", None),
    ("Jeanne Roussel", "1941-07-14", "0612345678"),
]


def visit(n: int) -> dict[str, Any]:
    morning = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0)
    start = morning + timedelta(hours=[1, 3, 26][n])
    name, born, phone = PEOPLE[n]
    return {
        "id": f"0000000{n}-0000-4000-8000-000000000000",
        "state": "planned",
        "planned_start_at": start.isoformat(),
        "planned_end_at": (start + timedelta(hours=1)).isoformat(),
        "person": {"name": name, "born_on": born, "birth_year": None, "phone": phone},
        "dwelling": {
            "reference": f"AB0000{n}",
            "address": f"{3 + n} rue des Tilleuls",
            "postcode": "60000",
            "city": "Beauvais",
            "floor": n,
            "door": "12" if n else None,
            "access_code": "24B7" if n != 1 else None,
            "lift": n == 2,
            "lat": 49.43 + n / 100,
            "lon": 2.08,
        },
        "attempt": n + 1,
        "alerts": [ALERT] if n == 0 else [],
        "forms": [
            {
                "form_id": form["form_id"],
                "version": form["version"],
                "required": at < 2,
                "received": False,
            }
            for at, form in enumerate(FORMS)
        ],
        "earlier": EARLIER if n == 0 else [],
        "due": DUE if n == 0 else [],
    }


def day() -> dict[str, Any]:
    keys = ("form_id", "version", "title", "sha256")
    listed = [{key: form[key] for key in keys} for form in FORMS]
    return {
        "server_now": datetime.now(UTC).isoformat(),
        "user": USER,
        "visits": [visit(n) for n in range(len(PEOPLE))],
        "forms": listed,
        "kit": KIT,
        "sent": SENT,
        "visit_idle_minutes": 15,
        "order_delays": {"U0": "1h", "U1": "4h", "U2": "5wd", "U3": "30d", "P": "3m"},
    }


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Stay quiet."""

    def answer(self, status: int, body: Any = None, *, kind: str = "application/json") -> None:
        data = (
            b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        )
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()
        self.wfile.write(data)

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path == "/mock/kept":
            return self.answer(200, kept)
        if path.startswith("/api/"):
            if fault["mode"] == "401" or not self.headers.get("Authorization"):
                return self.answer(401, {"title": "Unauthorized", "status": 401})
            if path == "/api/tablet/day":
                return self.answer(200, day())
            wanted = path.split("/")[3]
            return self.answer(200, next(form for form in FORMS if form["form_id"] == wanted))
        file = TABLET / (path.removeprefix("/tablet/") or "index.html")
        if not path.startswith("/tablet/") or not file.is_file():
            return self.answer(404, {"title": "Not found", "status": 404})
        return self.answer(
            200,
            file.read_bytes(),
            kind=mimetypes.guess_type(file.name)[0] or "application/octet-stream",
        )

    def do_POST(self) -> None:
        body = self.body()
        if self.path == "/mock/fault":
            fault.update(json.loads(body))
            return self.answer(200, fault)
        if self.path == "/api/devices" or self.path.endswith("/recover"):
            if json.loads(body)["password"] != "palier":
                return self.answer(401, {"title": "Wrong", "status": 401})
            told = {"device_id": "d1", "token": "t1", "recovery_key": "A" * 43 + "=", "user": USER}
            return self.answer(201, told)
        mode = fault["mode"]
        if mode == "down":
            return self.connection.close()
        if mode == "portal":
            return self.answer(200, b"<html>Wi-Fi</html>", kind="text/html")
        if mode in ("401", "409", "422", "500"):
            return self.answer(int(mode), {"title": mode, "status": int(mode)})
        if self.path.startswith("/api/visits/"):
            told = json.loads(body)
            kept[told["id"]] = {"path": self.path, "body": told}
            return self.answer(201, {"id": told["id"], "received_at": told["sent_at"]})
        return self.answer(201, self.receive(body, short=mode == "short"))

    def do_DELETE(self) -> None:
        self.answer(204)

    def receive(self, body: bytes, *, short: bool) -> dict[str, Any]:
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        parts: list[Message] = message_from_bytes(head + body).get_payload()  # type: ignore[assignment]
        files = []
        xml = b""
        for part in parts:
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            name = str(part.get_param("name", header="content-disposition"))
            xml = data if name == "xml_submission_file" else xml
            files.append(
                {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
            )
        match = re.search(rb"uuid:([0-9a-f-]+)", xml)
        instance_id = match[1].decode() if match else ""
        times = kept.get(instance_id, {}).get("times", 0) + 1
        kept[instance_id] = {"xml": xml.decode(), "files": files, "times": times, "path": self.path}
        return {
            "instance_id": instance_id,
            "received_at": datetime.now(UTC).isoformat(),
            "state": "checked",
            "files": files[:-1] if short else files,
            "violations": [],
            "consequences": [],
        }


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 5199
    print(f"http://127.0.0.1:{port}/tablet/", flush=True)
    ThreadingHTTPServer(("127.0.0.1", port), Door).serve_forever()
