"""The demo's places: two residences where flats nobody rents are rooms and studios to stay in."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select

from visits.ground.deadlines import today_in_paris
from visits.models.portfolio import Dwelling, Tenancy
from visits.models.stays import Place
from visits.stays.places import PlaceSaid, add_place, withdraw_place
from visits.stays.posts import PostSaid, note_post
from webapp.access.auth import Action
from webapp.demo.calendar import day_of
from webapp.demo.cast import acting
from webapp.demo.story import Story

RESIDENCES, FLATS = 2, 6
AFTER = timedelta(days=2, hours=1)
# Of each flat its places: kind, name, contract, months, fee in cents a month.
SHARED = (
    ("room", "Chambre 1", "once", 12, 342_00),
    ("room", "Chambre 2", "once", 12, 342_00),
    ("room", "Chambre 3", "once", 12, 355_50),
    ("common", "Salon et cuisine", "", None, None),
)
PLACES = (
    SHARED,
    SHARED,
    (("studio", "Studio", "renewable", 6, 421_00),),
    (("studio", "Studio", "renewable", 6, 421_00),),
    (("flat", "Logement", "permanent", None, 498_00),),
    (("caretaker", "Loge", "", None, None),),
)
# In each residence: what it is, how much of a full time, how many days after the places came.
POSTS = (
    ("Responsable de la résidence", 0.5, 0),
    ("Accompagnement social", 0.8, 0),
    ("Veille de nuit", 1.0, 120),
)
DAY = timedelta(days=1)
WHY = "Chambre trop petite : devenue un bureau."


def add_places(story: Story, since: datetime) -> None:
    """Let two residences have places from the first days on."""
    story.timeline.at(since + AFTER, lambda at: _add(story, at))


def _add(story: Story, now: datetime) -> None:
    viewer, on = acting(story.cast.coordinator, Action.EDIT_HOMES), today_in_paris(now)
    added: list[Place] = []
    for flats in _empty_flats(story):
        for home, places in zip(flats, PLACES, strict=True):
            for kind, name, contract, months, fee in places:
                said = PlaceSaid(kind, name, contract, months, fee, on)
                added.append(add_place(story.session, home, said, viewer=viewer, now=now))
        for what, part, since in POSTS:
            begun = PostSaid(what, part, day_of(now) + since * DAY)
            note_post(story.session, flats[0].residence, begun, viewer=viewer, now=now)
    if added:
        place = added[2]
        withdraw_place(story.session, place, WHY, turn=place.turn, viewer=viewer, now=now)


def _empty_flats(story: Story) -> Iterator[list[Dwelling]]:
    """Give the flats of the first residences where enough of them are let to nobody."""
    let = exists().where(Tenancy.dwelling_id == Dwelling.id)
    empty = select(Dwelling.residence_id).where(~let).group_by(Dwelling.residence_id)
    enough = empty.having(func.count() >= FLATS).order_by(Dwelling.residence_id)
    for residence_id in story.session.scalars(enough.limit(RESIDENCES)).all():
        flats = select(Dwelling).where(Dwelling.residence_id == residence_id, ~let)
        ordered = flats.order_by(Dwelling.reference, Dwelling.id).limit(FLATS)
        yield list(story.session.scalars(ordered))
