"""Where residences are, asked of the geocoder: as a job, and as `palier place`."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import click

from maps.geocoding import (
    BadGeocoder,
    Doubt,
    Geocoder,
    NotSure,
    geocode,
    geocoder_from_setting,
)
from visits.portfolio.placing import Answered, Asked, note_place, to_place
from webapp.frame.settings import read_settings
from webapp.frame.transaction import House, open_house
from webapp.office.frame.placing import put_on_map

# Our choice, far below what the national server allows: a large stock takes a night, once.
A_SECOND = 5
MOST_AN_HOUR = 2_000
AT_ONCE = 50
# So many silences in a row are the server's, not the addresses'.
SILENCES = 3


def place_residences(
    house: House,
    *,
    now: datetime,
    most: int = MOST_AN_HOUR,
    a_second: float = A_SECOND,
    tell: Callable[[str], None] = lambda said: None,
) -> dict[str, Any]:
    """Ask for the place of residences that have none; tells how many were placed and how many not.

    No transaction is open while the server is asked. It ends at once when the server is silent.
    """
    geocoder = geocoder_from_setting(house.settings.geocoder)
    result = {"touched": 0, "in_doubt": 0, "silent": 0}
    with house.sessions() as session:
        asked = to_place(session, limit=most, now=now) if geocoder else []
    for start in range(0, len(asked), AT_ONCE):
        answers = _answers(asked[start : start + AT_ONCE], geocoder, a_second)
        with house.sessions.begin() as session:
            for one, answer in answers:
                if note_place(session, one, answer, now=now):
                    result["touched"] += 1
                elif answer.doubt == Doubt.UNREACHABLE:
                    result["silent"] += 1
                elif answer.doubt:
                    result["in_doubt"] += 1
            put_on_map(session)
        tell(f"{start + len(answers)} / {len(asked)}")
        if len(answers) < len(asked[start : start + AT_ONCE]):
            break
    return result


def _answers(
    asked: list[Asked], geocoder: Geocoder | None, a_second: float
) -> list[tuple[Asked, Answered]]:
    """Ask for some addresses, one after the other; fewer come back when nobody answers."""
    answers: list[tuple[Asked, Answered]] = []
    silences = 0
    for one in asked:
        if geocoder is None or silences >= SILENCES:
            break
        answer = _ask(one, geocoder)
        answers.append((one, answer))
        silences = silences + 1 if answer.doubt == Doubt.UNREACHABLE else 0
        _pause.wait(1 / a_second)
    return answers


_pause = threading.Event()  # never set: waiting for it is how long the server has peace


def _ask(one: Asked, geocoder: Geocoder) -> Answered:
    query = f"{one.address} {one.postcode} {one.city}"
    found = geocode(query, postcode=one.postcode, insee=one.insee, geocoder=geocoder)
    if isinstance(found, NotSure):
        return Answered(doubt=found.reason.value)
    return Answered(found.lat, found.lon, score=found.score, kind=found.kind)


@click.command("place")
@click.option("--most", default=MOST_AN_HOUR, show_default=True, help="How many at most.")
def place(most: int) -> None:
    """Ask the geocoder where the residences are that have no place on the map."""
    house = open_house(read_settings())
    click.get_current_context().call_on_close(house.engine.dispose)
    if house.settings.geocoder.strip().lower() == "none":
        raise click.ClickException("PALIER_GEOCODER is none: nobody is asked.")
    try:
        done = place_residences(house, now=house.clock(), most=most, tell=click.echo)
    except BadGeocoder as bad:
        raise click.ClickException(f"PALIER_GEOCODER cannot be used: {bad}.") from bad
    click.echo(
        f"{done['touched']} placed, {done['in_doubt']} in doubt, {done['silent']} unanswered."
    )
