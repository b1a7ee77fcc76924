"""HTML for coordinators, managers, the technical service."""

from flask import Flask

from webapp.auth import Action, may
from webapp.office.home import home
from webapp.office.listing import here, sort_link
from webapp.office.navigation import navigation
from webapp.office.words import word
from webapp.office.work_orders import work_orders
from webapp.transaction import house

BLUEPRINTS = (home, work_orders)


def register_office(app: Flask) -> None:
    """Register the office pages and what their templates share."""
    app.jinja_env.globals.update(
        Action=Action, may=may, navigation=navigation, here=here, sort_link=sort_link, word=word
    )
    app.jinja_env.globals["is_demo"] = lambda: house().settings.demo
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
