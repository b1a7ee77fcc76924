"""What brings a filled form, and what is said of it: the same for tablets and the office."""

import re
from datetime import datetime
from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage

from diagnostics.submission import BadSubmission
from visits.following.every_kind import is_followed
from visits.intake.submissions import SentFile
from visits.models.visits import Consequence, Submission
from webapp.frame.schemas.receipts import ReceiptSchema

MAX_XML = 4 * 1024 * 1024
MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*")
XML_PART = "xml_submission_file"
# OpenRosa's word for "more files follow"; and ours for the time by the tablet's own clock.
INCOMPLETE, SENT_AT = "*isIncomplete*", "Palier-Sent-At"


def parts() -> tuple[bytes, list[SentFile]]:
    """Read the form and the files of a request. Raises BadSubmission without a form, or a vast one.

    A form is at most `MAX_XML` bytes.
    """
    sent = request.files
    if XML_PART not in sent:
        raise BadSubmission("La partie « xml_submission_file » manque.")
    xml = sent[XML_PART].stream.read(MAX_XML + 1)
    if len(xml) > MAX_XML:
        raise BadSubmission("Ce formulaire rempli est trop volumineux.")
    files = [key for key in sent if key not in (XML_PART, INCOMPLETE)]
    return xml, [sent_file(part) for key in files for part in sent.getlist(key)]


def sent_at() -> datetime | None:
    """Read the tablet's own time. A visit is never refused for it."""
    try:
        return datetime.fromisoformat(request.headers.get(SENT_AT, ""))
    except ValueError:
        return None


def sent_file(part: FileStorage) -> SentFile:
    """Read a part of a request that is a file: its bare name, its kind, its bytes."""
    name = (part.filename or part.name or "").replace("\\", "/").rpartition("/")[2]
    kind = part.mimetype if MEDIA_TYPE.fullmatch(part.mimetype) else "application/octet-stream"
    return SentFile(name, kind, part.read())


def receipt_of(kept: Submission) -> Any:
    """List what is kept of a submission so far, as JSON has it."""
    findings = kept.findings or {}
    shape = {
        "instance_id": kept.instance_id,
        "received_at": kept.received_at,
        "state": kept.state,
        # The XML is a file like the others: a tablet lets go only of what is listed.
        "files": [_xml_file(kept), *kept.files],
        "violations": findings.get("violations", []),
        "consequences": [_called(one, kept) for one in kept.consequences],
    }
    return ReceiptSchema().dump(shape)


def _xml_file(kept: Submission) -> dict[str, str | int]:
    return {"name": XML_PART, "sha256": kept.sha256, "size": len(kept.xml)}


def _called(one: Consequence, kept: Submission) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "code": one.code,
        "severity": one.severity,
        "due_at": one.due_at,
        "label": one.label,
        "opened": is_followed(one, kept.consequences),
    }
