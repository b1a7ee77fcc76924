"""JSON for tablets, map and integrations, and the OpenRosa door."""

from flask import Flask
from flask.typing import ResponseReturnValue
from flask_smorest import Api
from werkzeug.exceptions import HTTPException

from webapp.access.sign_in import csrf
from webapp.api.alerts import alerts
from webapp.api.devices import devices
from webapp.api.forms import forms
from webapp.api.handed_in import handed_in
from webapp.api.interventions import interventions
from webapp.api.map import map_views
from webapp.api.openrosa import openrosa
from webapp.api.reference import make_reference
from webapp.api.tablet_day import tablet_day
from webapp.api.visit_reports import visit_reports
from webapp.frame.errors import answer_http


class ProblemApi(Api):
    """flask-smorest whose own errors are RFC 9457 problem details too."""

    def handle_http_exception(self, error: HTTPException) -> ResponseReturnValue:
        """Answer as every other error of the application."""
        return answer_http(error)


def register_api(app: Flask) -> None:
    """Register the JSON API with its description, and the OpenRosa door."""
    app.config.update(
        API_TITLE="Palier",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = ProblemApi(app)
    reports = (visit_reports, alerts, interventions, handed_in)
    for blueprint in (devices, tablet_day, forms, map_views, *reports):
        csrf.exempt(blueprint)  # they take a token or a password, never the session
        api.register_blueprint(blueprint)
    csrf.exempt(openrosa)
    app.register_blueprint(openrosa)
    app.register_blueprint(make_reference(api))
