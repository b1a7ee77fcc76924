"""How what the desk or the page of a case refused is said."""

from typing import Any

from visits.ground.errors import Refused
from webapp.frame.errors import sentence
from webapp.frame.languages import day, moment
from webapp.office.frame.programmes import facts_named

# How the details of a refusal are said.
SAID: dict[str, Any] = {"until": day, "since": day, "at": moment, "on": day, "facts": facts_named}


def what_was_refused(refused: Refused, form: str) -> tuple[dict[str, str], str, int]:
    """Say what was refused: field by field of a form, or in a sentence; and with which status."""
    fields = getattr(refused, "fields", {})
    details: dict[str, object] = {
        name: SAID[name](value) if name in SAID else value
        for name, value in refused.details.items()
    }
    errors = {f"{form}-{name}": sentence(code, details) for name, code in fields.items()}
    return errors, "" if errors else sentence(refused.code, details), 422 if errors else 409
