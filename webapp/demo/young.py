"""Invented tenants of 18 to 30 who have just moved in, and the lists of them month by month."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from visits.models.accounts import User
from webapp.demo.arrival import import_file
from webapp.demo.calendar import day_of, moment, working_days_after
from webapp.demo.people import MOBILE, Tenant, last_name
from webapp.demo.sheets import as_typed, tenants_file
from webapp.demo.stock import Home
from webapp.demo.story import Story

# Common in France among those born from 1996 to 2007.
WOMEN = (
    "Léa", "Manon", "Camille", "Chloé", "Sarah", "Inès", "Océane", "Laura", "Jade", "Lina",
    "Marie", "Clara", "Anaïs", "Maëlys", "Yasmine",
)  # fmt: skip
MEN = (
    "Lucas", "Théo", "Hugo", "Enzo", "Maxime", "Nathan", "Thomas", "Mathis", "Quentin", "Yanis",
    "Alexandre", "Romain", "Mehdi", "Dylan", "Antoine",
)  # fmt: skip
MONTHS = 7
MOST_ROOMS = 2


def moving_in(
    story: Story, homes: Sequence[Home], number: int
) -> list[tuple[datetime, list[Tenant]]]:
    """Give who moves in month by month, with the moment at which the landlord's list comes."""
    lived_in = {senior.home.reference for senior in story.seniors.values()}
    free = [one for one in homes if one.reference not in lived_in and one.rooms <= MOST_ROOMS]
    chosen = story.rng.sample(free, min(number, len(free)))
    found = []
    for month in range(MONTHS):
        comes_on = working_days_after(day_of(story.now - timedelta(days=28 * (MONTHS - month))), 1)
        of_month = chosen[month::MONTHS]
        people = [_newcomer(story.rng, home, comes_on) for home in of_month]
        if people:
            found.append((moment(comes_on, time(8, 47)), people))
    return found


def import_newcomers(story: Story, people: Sequence[Tenant], *, user: User, now: datetime) -> None:
    """Import the landlord's list of those who moved in."""
    title = "Entrées dans les lieux, moins de 31 ans (fictifs)"
    data = tenants_file(as_typed(people), edited_on=day_of(now), title=title)
    import_file(story.session, data, f"entrees_{now:%Y_%m_%d}.csv", user=user, now=now)


def _newcomer(rng: Random, home: Home, listed_on: date) -> Tenant:
    woman = rng.random() < 0.52
    moved_in = listed_on - timedelta(days=rng.randint(2, 20))
    digits = f"{rng.randint(0, 9999):04d}"
    return Tenant(
        reference=f"J{home.reference[-6:]}",
        home=home,
        lease=f"{moved_in:%y}{rng.randint(10_000, 99_999)}",
        civility="Mme" if woman else "M.",
        last_name=last_name(rng),
        first_name=rng.choice(WOMEN if woman else MEN),
        born_on=moved_in - timedelta(days=rng.randint(19 * 365, 28 * 365)),
        role="Titulaire",
        moved_in_on=moved_in,
        phone="",
        mobile=f"{MOBILE} {digits[:2]} {digits[2:]}",
        alone=True,
    )
