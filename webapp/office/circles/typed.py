"""How the forms of circles are read, and how a change that was refused comes back."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from visits.ground.errors import Conflict, Invalid, Refused
from webapp.frame.errors import sentence
from webapp.frame.transaction import transaction

Page = Callable[[Refused | None, str], str]


def changed(do: Callable[[Session], str], form: str, *, to: str, page: Page) -> ResponseReturnValue:
    """Change something and say so; what is refused comes back beside what was typed."""
    try:
        with transaction() as session:
            said = do(session)
    except (Invalid, Conflict) as refused:
        return page(refused, form), 422 if isinstance(refused, Invalid) else 409
    flash(said, "success")
    return redirect(to)


def refusal(refused: Refused | None, form: str) -> dict[str, Any]:
    """Say to a template which `form` was refused, why, and what was typed there."""
    fields = getattr(refused, "fields", {})
    return {
        "form": form,
        "typed": request.form if form else {},
        "errors": {f"{form}-{name}": sentence(code) for name, code in fields.items()},
        "said": sentence(refused.code, refused.details) if refused and not fields else "",
    }


def text(name: str) -> str:
    """Read a text, its lines as everywhere here."""
    return request.form.get(name, "").replace("\r\n", "\n")


def chosen(name: str) -> uuid.UUID | None:
    """Read what was chosen of a list, if anything. Raises Invalid, naming the field."""
    try:
        return uuid.UUID(request.form[name]) if request.form.get(name) else None
    except ValueError:
        raise Invalid({name: "bad_choice"}) from None
