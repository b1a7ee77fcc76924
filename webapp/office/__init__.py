"""HTML for coordinators, managers, the technical service."""

from flask import Flask, current_app
from flask_babel import format_decimal

from webapp.access.auth import Action, may
from webapp.frame.languages import say_each_time
from webapp.frame.transaction import house
from webapp.office import (
    accounts,
    adaptations,
    admissions,
    agenda,
    calls,
    cases,
    choosing,
    circles,
    following,
    forms,
    homes,
    intake,
    messages,
    money,
    papers,
    people,
    portfolio,
    programmes,
    referrals,
    rounds,
    sessions,
    stays,
    steering,
    stock,
    support,
    surroundings,
    transfers,
    works,
    works_plan,
)
from webapp.office.frame.codes import adaptation_name, coded, kind_name, owner_name, term
from webapp.office.frame.figures import (
    as_typed,
    delay,
    euros,
    lasting,
    month,
    quantity,
    skew_in_words,
)
from webapp.office.frame.landlords import landlord_chosen, landlord_column, landlords_seen
from webapp.office.frame.list_file import most_in_a_file
from webapp.office.frame.listing import file_link, here, pairs, sort_link
from webapp.office.frame.moments import clock, iso_day, today
from webapp.office.frame.navigation import navigation
from webapp.office.frame.opened import opened_url, unopened
from webapp.office.frame.subject import gather
from webapp.words import SHARED, field_name, learn_words, named, telephone, word

SUBJECTS = (
    steering.SUBJECT,
    portfolio.SUBJECT,
    choosing.SUBJECT,
    calls.SUBJECT,
    cases.SUBJECT,
    support.SUBJECT,
    circles.SUBJECT,
    sessions.SUBJECT,
    messages.SUBJECT,
    agenda.SUBJECT,
    rounds.SUBJECT,
    stock.SUBJECT,
    people.SUBJECT,
    homes.SUBJECT,
    following.SUBJECT,
    works.SUBJECT,
    works_plan.SUBJECT,
    adaptations.SUBJECT,
    referrals.SUBJECT,
    transfers.SUBJECT,
    surroundings.SUBJECT,
    stays.SUBJECT,
    admissions.SUBJECT,
    intake.SUBJECT,
    money.SUBJECT,
    papers.SUBJECT,
    forms.SUBJECT,
    programmes.SUBJECT,
    accounts.SUBJECT,
)


def register_office(app: Flask) -> None:
    """Register what the office's templates share, and the subjects."""
    app.jinja_env.globals.update(
        Action=Action,
        may=may,
        navigation=navigation,
        here=here,
        sort_link=sort_link,
        file_link=file_link,
        most_in_a_file=most_in_a_file,
        word=word,
        field_name=field_name,
    )
    app.jinja_env.globals.update(named=named, pairs=pairs, opened_url=opened_url, unopened=unopened)
    app.jinja_env.globals.update(today=today, has_page=has_page)
    app.jinja_env.globals.update(
        landlord_chosen=landlord_chosen,
        landlord_column=landlord_column,
        landlords_seen=landlords_seen,
    )
    app.jinja_env.filters.update(
        clock=clock, iso_day=iso_day, phone=telephone, decimal=format_decimal
    )
    app.jinja_env.globals.update(coded=coded, kind_name=kind_name, owner_name=owner_name)
    app.jinja_env.filters.update(
        as_typed=as_typed, delay=delay, euros=euros, month=month, term=term
    )
    app.jinja_env.filters.update(lasting=lasting, quantity=quantity, skew=skew_in_words)
    app.jinja_env.filters.update(adaptation=adaptation_name)
    app.jinja_env.globals["is_demo"] = lambda: house().settings.demo
    learn_words(app, SHARED)
    gather(app, SUBJECTS)
    say_each_time(app)


def has_page(endpoint: str) -> bool:
    """Tell whether there is such a page to link to."""
    return endpoint in current_app.view_functions
