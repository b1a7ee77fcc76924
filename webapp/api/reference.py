"""The API's description for people, made from the OpenAPI document."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_smorest import Api

from webapp.access.auth import Action, requires

METHODS = ("get", "post", "put", "patch", "delete")


def make_reference(api: Api) -> Blueprint:
    """Make the page that reads the API's own document."""
    reference = Blueprint("api_reference", __name__)

    @reference.get("/api/docs")
    @requires(Action.OWN_ACCOUNT)
    def show() -> ResponseReturnValue:
        """Show every call, its parameters and its answers."""
        document = api.spec.to_dict()
        calls = [
            {"method": method, "path": path, **operation}
            for path, operations in sorted(document["paths"].items())
            for method, operation in operations.items()
            if method in METHODS
        ]
        return render_template("api_reference.html", calls=calls, document=document)

    return reference
