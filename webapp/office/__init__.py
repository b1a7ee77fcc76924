"""HTML for coordinators, managers, the technical service."""

from flask import Flask, current_app
from flask_babel import format_decimal

from webapp.auth import Action, may
from webapp.office.account import account
from webapp.office.account_changes import account_changes
from webapp.office.accounts import accounts
from webapp.office.alerts import alerts
from webapp.office.appointments import appointments
from webapp.office.codes import adaptation_name, coded, kind_name, owner_name, term
from webapp.office.comparisons import comparisons
from webapp.office.enrolments import enrolments
from webapp.office.figures import delay, lasting, month, quantity, skew_in_words
from webapp.office.follow_ups import follow_ups, promise
from webapp.office.form_contents import named_in, spoken
from webapp.office.form_drafts import form_drafts
from webapp.office.forms import form_pages
from webapp.office.funding import funding
from webapp.office.home import home
from webapp.office.import_lines import import_lines
from webapp.office.imports import imports
from webapp.office.kits import kits
from webapp.office.listing import here, pairs, sort_link
from webapp.office.map import map_page
from webapp.office.moments import clock, iso_day, today
from webapp.office.navigation import navigation
from webapp.office.outcomes import outcome_pages
from webapp.office.parameters import parameters
from webapp.office.passwords import passwords
from webapp.office.people import people
from webapp.office.person_alerts import person_alerts
from webapp.office.programmes import programme_name
from webapp.office.protection import protection
from webapp.office.savings import savings, spread
from webapp.office.second_factor import second_factor
from webapp.office.second_step import second_step
from webapp.office.targeting import targeting
from webapp.office.unclaimed import unclaimed
from webapp.office.visits import visits
from webapp.office.work_orders import work_orders
from webapp.transaction import house
from webapp.words import field_name, named, telephone, word

BLUEPRINTS = (
    home,
    imports,
    import_lines,
    targeting,
    enrolments,
    appointments,
    people,
    protection,
    person_alerts,
    kits,
    work_orders,
    visits,
    unclaimed,
    comparisons,
    alerts,
    savings,
    funding,
    follow_ups,
    map_page,
    outcome_pages,
    form_pages,
    form_drafts,
    parameters,
    accounts,
    account_changes,
    account,
    passwords,
    second_step,
    second_factor,
)


def register_office(app: Flask) -> None:
    """Register the office pages and what their templates share."""
    app.jinja_env.globals.update(
        Action=Action,
        may=may,
        navigation=navigation,
        here=here,
        sort_link=sort_link,
        word=word,
        field_name=field_name,
    )
    app.jinja_env.globals.update(named=named, pairs=pairs)
    app.jinja_env.globals.update(today=today, programme_name=programme_name, has_page=has_page)
    app.jinja_env.filters.update(
        clock=clock, iso_day=iso_day, phone=telephone, decimal=format_decimal
    )
    app.jinja_env.globals.update(coded=coded, kind_name=kind_name, owner_name=owner_name)
    app.jinja_env.filters.update(
        delay=delay, month=month, term=term, quantity=quantity, spread=spread
    )
    app.jinja_env.filters.update(adaptation=adaptation_name, lasting=lasting, skew=skew_in_words)
    app.jinja_env.filters.update(promise=promise, named_in=named_in, spoken=spoken)
    app.jinja_env.globals["is_demo"] = lambda: house().settings.demo
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)


def has_page(endpoint: str) -> bool:
    """Tell whether there is such a page to link to."""
    return endpoint in current_app.view_functions
