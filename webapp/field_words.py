"""What is typed or handed in: the fields of the office's forms, and the landlord's files."""

from typing import Any

from flask_babel import lazy_gettext as _l

FIELD_WORDS: dict[str, dict[str, Any]] = {
    # As an error summary names them.
    "field": {
        "assessed_on": _l("Established on"),
        "author": _l("Established by"),
        "call_back_at": _l("Call back on"),
        "code": _l("Measure"),
        "disposition": _l("What came of it"),
        "email": _l("E-mail"),
        "evidence": _l("How well known"),
        "file": _l("File"),
        "high": _l("High bound"),
        "item": _l("Kit item"),
        "keep": _l("Keep one"),
        "kind": _l("Kind"),
        "language": _l("Language"),
        "left_behind": _l("What was left at the door"),
        "low": _l("Low bound"),
        "maximum": _l("Out of"),
        "minutes": _l("Minutes"),
        "name": _l("Name"),
        "new_organisation": _l("Name of the new organisation"),
        "note": _l("Note"),
        "number": _l("How many"),
        "organisation": _l("Organisation"),
        "organisation_kind": _l("What it is"),
        "outcome": _l("What happened at the door"),
        "quantity": _l("How many"),
        "reason": _l("Reason"),
        "role": _l("Role"),
        "score": _l("Score"),
        "source": _l("Source"),
        "start_at": _l("Date and time"),
        "territory": _l("Territory"),
        "users": _l("Who works with this person"),
        "valid_from": _l("Valid from"),
        "valid_until": _l("Valid until"),
        "value": _l("Value"),
        "version": _l("Version"),
        "visitor_id": _l("Visit by"),
    },
    "separator": {
        ";": _l("semicolon"),
        ",": _l("comma"),
        "\t": _l("tab"),
        "|": _l("vertical bar"),
    },
    "skipped": {
        "title": _l("Title"),
        "total": _l("Total"),
        "footer": _l("End of page"),
        "header": _l("Headings again"),
    },
    "stock": {
        "residences": _l("Residences"),
        "dwellings": _l("Dwellings"),
        "persons": _l("Persons"),
        "residence": _l("Residence"),
        "dwelling": _l("Dwelling"),
        "person": _l("Person"),
    },
}
