"""A year of invented data, made through the use cases themselves."""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from random import Random

from sqlalchemy.orm import Session

from diagnostics.form import parse_form
from visits.accounts.accounts import find_user
from visits.choosing.targeting import enrol_top
from visits.forms.published import current_form
from visits.models.cases import Case
from visits.programmes.published import find_programme
from visits.works_plan.candidates import Eyes
from webapp.access.auth import Action
from webapp.access.setting_up import publish_what_ships
from webapp.demo.arrival import (
    import_new_numbers,
    import_stock,
    import_tenants,
    locate_residences,
)
from webapp.demo.by_phone import begin_one
from webapp.demo.calendar import day_of, moment, working_days_after
from webapp.demo.cast import (
    FIRST_EMAIL,
    Cast,
    DemoAccount,
    acting,
    give_mandates,
    hash_passwords,
    hire,
)
from webapp.demo.duty import watch_some
from webapp.demo.maintenance import exchange_some
from webapp.demo.more_answers import CHANCES
from webapp.demo.partners import mandate_associations
from webapp.demo.parts import keep_parts
from webapp.demo.people import Tenant, make_seniors
from webapp.demo.prices import price_some
from webapp.demo.size import Size
from webapp.demo.stock import make_stock
from webapp.demo.story import Story, load_cases
from webapp.demo.surroundings import note_some
from webapp.demo.towns import read_towns
from webapp.demo.van import plan_some
from webapp.demo.wording import word_papers
from webapp.demo.works import close_some, give_some, open_some, send_some
from webapp.demo.works_plans import budget_some
from webapp.demo.year import Others, live
from webapp.frame.transaction import House

__all__ = ["DemoAccount", "Size", "load_demo"]

SEED = 60
PROGRAMME = "seniors"
YEAR = timedelta(days=365)
Tell = Callable[[str], None]
WHOLE = Size()


def load_demo(
    engine_house: House, *, now: datetime, tell: Tell, size: Size = WHOLE
) -> list[DemoAccount]:
    """Load a year that ends now, all of it or nothing; gives the accounts.

    A database that has the demo stays as it is: then the list is empty.
    """
    with engine_house.sessions() as session:
        if find_user(session, FIRST_EMAIL) is not None:
            return []
    hashes = hash_passwords(engine_house.settings)
    with engine_house.sessions.begin() as session:
        return _load(session, engine_house, hashes=hashes, now=now, tell=tell, size=size)


def _load(
    session: Session,
    house: House,
    *,
    hashes: dict[str, str],
    now: datetime,
    tell: Tell,
    size: Size,
) -> list[DemoAccount]:
    rng = Random(SEED)
    first = working_days_after(day_of(now - YEAR), 1)
    opening = moment(first, time(9, 12))
    cast, accounts = hire(session, hashes=hashes, since=opening - timedelta(days=4), now=now)
    publish_what_ships(session, now=opening)
    homes = make_stock(rng, read_towns(), size)
    tell(f"Importing {len(homes):,} dwellings …")
    import_stock(session, homes, user=cast.coordinator, now=opening)
    seniors = make_seniors(rng, homes, size, today=first)
    tell(f"Importing {len(seniors):,} tenants of 70 and over …")
    later = opening + timedelta(minutes=40)
    import_tenants(session, seniors, rng, user=cast.coordinator, now=later)
    give_mandates(session, PROGRAMME, by=cast.coordinator, now=opening)
    mandate_associations(session, by=cast.coordinator, now=opening)
    word_papers(session, by=cast.coordinator, now=opening)
    story = _story(session, house, rng, cast, seniors, now=now)
    enrolled = _enrol(story, size, now=moment(working_days_after(first, 3), time(14, 5)))
    tell(f"Enrolled {len(enrolled):,} persons; living the year …")
    update_at = moment(working_days_after(day_of(now - timedelta(days=9)), 1), time(10, 20))
    story.timeline.at(
        update_at,
        lambda at: import_new_numbers(session, seniors, rng, user=cast.coordinator, now=at),
    )
    since = moment(working_days_after(first, 5), time(9))
    live(story, enrolled, Others(homes, size), since=since, tell=tell)
    give_some(session, by=acting(cast.technician, Action.GIVE_WORKS), now=now)
    open_some(session, by=acting(cast.coordinator, Action.OPEN_WORKS), now=now)
    send_some(session, by=acting(cast.technician, Action.GIVE_WORKS), now=now)
    close_some(session, by=acting(cast.technician, Action.GIVE_WORKS), now=now)
    price_some(session, by=acting(cast.technician, Action.GIVE_WORKS), now=now)
    exchange_some(session, by=acting(cast.technician, Action.GIVE_WORKS), now=now)
    doing = acting(cast.technician, Action.DO_WORKS)
    plan_some(session, by=doing, mate=cast.mate, now=now)
    stock = acting(cast.coordinator, Action.HAND_OUT_KITS)
    keep_parts(session, stock=stock, technician=doing, now=now)
    sees = (Action.SEE_WORKS, Action.FOLLOW_ADAPTATIONS)
    eyes = Eyes(*(acting(cast.coordinator, action) for action in sees))
    technician = acting(cast.technician, Action.GIVE_WORKS)
    budget_some(session, technician=technician, eyes=eyes, now=now)
    on_duty = [acting(one, Action.SEE_WORKS) for one in (cast.technician, cast.coordinator)]
    begin_one(session, by=acting(cast.coordinator, Action.CALL), now=now)
    watch_some(session, first=on_duty[0], second=on_duty[1], now=now)
    note_some(session, by=acting(cast.coordinator, Action.NOTE_SURROUNDINGS), now=now)
    tell("Placing the residences on the map …")
    tell(f"{locate_residences(session):,} residences on the map.")
    return accounts


def _story(
    session: Session,
    house: House,
    rng: Random,
    cast: Cast,
    seniors: Sequence[Tenant],
    *,
    now: datetime,
) -> Story:
    kind = find_programme(session, PROGRAMME).visit_kinds[0]
    return Story(
        session=session,
        store=house.store,
        rng=rng,
        cast=cast,
        form=parse_form(current_form(session, kind.forms[0]).xform),
        others={
            name: parse_form(current_form(session, name).xform)
            for name in kind.optional_forms
            if name in CHANCES
        },
        seniors={senior.reference: senior for senior in seniors},
        now=now,
    )


def _enrol(story: Story, size: Size, *, now: datetime) -> list[Case]:
    programme = find_programme(story.session, PROGRAMME)
    viewer = acting(story.cast.coordinator, Action.ENROL)
    cases = enrol_top(story.session, programme, size.targets, viewer=viewer, now=now)
    return load_cases(story.session, cases, story.rng)
