"""HTML for coordinators, managers, the technical service."""

from flask import Flask, current_app
from flask_babel import format_decimal

from webapp.access.auth import Action, may
from webapp.frame.transaction import house
from webapp.office.accounts.accounts import accounts
from webapp.office.accounts.changes import account_changes
from webapp.office.accounts.own import account
from webapp.office.accounts.passwords import passwords
from webapp.office.accounts.second_factor import second_factor
from webapp.office.accounts.second_step import second_step
from webapp.office.agenda.appointments import appointments
from webapp.office.agenda.kits import kits
from webapp.office.calls.cases import cases
from webapp.office.choosing.targeting import targeting
from webapp.office.following.follow_ups import follow_ups, promise
from webapp.office.following.funding import funding
from webapp.office.following.savings import savings, spread
from webapp.office.following.work_orders import work_orders
from webapp.office.forms.contents import named_in, spoken
from webapp.office.forms.drafts import form_drafts
from webapp.office.forms.parameters import parameters
from webapp.office.forms.published import form_pages
from webapp.office.frame.codes import adaptation_name, coded, kind_name, owner_name, term
from webapp.office.frame.figures import delay, lasting, month, quantity, skew_in_words
from webapp.office.frame.listing import here, pairs, sort_link
from webapp.office.frame.moments import clock, iso_day, today
from webapp.office.frame.navigation import navigation
from webapp.office.intake.alerts import alerts
from webapp.office.intake.comparisons import comparisons
from webapp.office.intake.unclaimed import unclaimed
from webapp.office.intake.visits import visits
from webapp.office.people.measures import person_alerts
from webapp.office.people.part_refusals import part_refusals
from webapp.office.people.people import people
from webapp.office.people.phones import phones
from webapp.office.people.protection import protection
from webapp.office.portfolio.imports import imports
from webapp.office.portfolio.lines import import_lines
from webapp.office.portfolio.map import map_page
from webapp.office.steering.home import home
from webapp.office.steering.outcomes import outcome_pages
from webapp.words import field_name, named, telephone, word

BLUEPRINTS = (
    home,
    imports,
    import_lines,
    targeting,
    cases,
    appointments,
    part_refusals,
    people,
    protection,
    person_alerts,
    phones,
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
    app.jinja_env.globals.update(today=today, has_page=has_page)
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
