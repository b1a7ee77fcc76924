"""The demo's adapted homes: measured, before a label of the landlord, some free or soon free."""

from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select

from visits.ground.deadlines import today_in_paris
from visits.homes.labels import RulesSaid, make_label
from visits.homes.traits import LEAVING, TraitSaid, note_trait
from visits.models.portfolio import Dwelling, Tenancy
from visits.sight.homes import landlords_run
from webapp.access.auth import Action
from webapp.demo.cast import acting
from webapp.demo.story import Story

SEED = 95
LABEL, LABEL_ASKS = "La Belle vie", ("no_steps", "doors", "shower", "grab_bars")
# How often each is there in a home that is called adapted.
FITTED = {"shower": 0.8, "grab_bars": 0.7, "raised_wc": 0.35, "motor_shutters": 0.2}
WIDE, ENTRANCES, INNER = 0.6, (780, 800, 830, 900), (700, 730, 770, 800, 830)
STEPS = (0, 0, 0, 1, 3)
FREE, AGO, AHEAD, FURTHEST = 0.12, 20, 10, 60


def measure_adapted_homes(story: Story, since: datetime) -> None:
    """Let a technician go round the adapted homes, and note which are free or will be."""
    story.timeline.at(since + timedelta(days=2, hours=3), lambda at: _go_round(story, at))
    story.timeline.at(story.now - timedelta(days=3), lambda at: _announce(story, at))


def _adapted(story: Story) -> list[Dwelling]:
    called = select(Dwelling).where(Dwelling.is_adapted.is_(True)).order_by(Dwelling.reference)
    return list(story.session.scalars(called.order_by(Dwelling.id)))


def _go_round(story: Story, now: datetime) -> None:
    rng, viewer = Random(SEED), acting(story.cast.coordinator, Action.EDIT_HOMES)
    today = today_in_paris(now)
    for home in _adapted(story):
        said = [TraitSaid("outside_steps", rng.choice(STEPS), today)]
        fitted_on = today - timedelta(days=rng.randint(200, 4_000))
        said += [TraitSaid(name, 1, fitted_on) for name, n in FITTED.items() if rng.random() < n]
        wide = rng.random() < WIDE
        said.append(TraitSaid("entrance_door", 900 if wide else rng.choice(ENTRANCES), today))
        said.append(TraitSaid("inner_door", 830 if wide else rng.choice(INNER), today))
        for one in said:
            note_trait(story.session, home, one, viewer=viewer, now=now)
    (landlord, *_others) = landlords_run(story.session, viewer)
    rules = RulesSaid(LABEL_ASKS, today)
    make_label(story.session, LABEL, str(landlord.id), rules, viewer=viewer, now=now)


def _announce(story: Story, now: datetime) -> None:
    rng, viewer = Random(SEED), acting(story.cast.coordinator, Action.EDIT_HOMES)
    let = set(story.session.scalars(select(Tenancy.dwelling_id).where(Tenancy.ended_on.is_(None))))
    for home in _adapted(story):
        if rng.random() < FREE:
            first = AHEAD if home.id in let else -AGO
            on = today_in_paris(now) + timedelta(days=rng.randint(first, FURTHEST))
            said = TraitSaid(LEAVING, 1, on)
            note_trait(story.session, home, said, viewer=viewer, now=now)
