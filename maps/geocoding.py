"""Addresses to places, through a server of the French national address base.

The server always answers something, so an answer is judged before it is believed; a doubtful one
goes to a person.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlsplit

from geopy.adapters import RequestsAdapter
from geopy.exc import GeocoderQueryError, GeocoderRateLimited, GeopyError
from geopy.geocoders import BANFrance

from maps.travel import metres_between

NATIONAL = "data.geopf.fr/geocodage"
"""The national geocoder: public, no key, 50 requests a second, 429 above."""

LEAST_SCORE = 0.5
FINE_KINDS = frozenset({"housenumber", "street"})
SAME_SCORE = 0.05
SAME_SPOT_M = 500
MOST_CANDIDATES = 5
TIMEOUT_S = 5.0

_LONGEST_QUERY = 200
_SHORTEST_QUERY = 3
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class Doubt(StrEnum):
    """Why an address was not placed."""

    NO_ANSWER = "no_answer"
    LOW_SCORE = "low_score"
    OTHER_PLACE = "other_place"
    TOO_COARSE = "too_coarse"
    AMBIGUOUS = "ambiguous"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Place:
    """Say where an address is, and how surely: score 0 to 1, kind as the address base names it."""

    label: str
    lat: float
    lon: float
    score: float
    kind: str
    postcode: str
    insee: str


@dataclass(frozen=True, slots=True)
class NotSure:
    """Leave an address to a person; only UNREACHABLE is worth another try by itself.

    `retry_after` is what the server asked for, in seconds.
    """

    reason: Doubt
    candidates: tuple[Place, ...] = ()
    retry_after: float | None = None


class BadGeocoder(ValueError):
    """Refuse a geocoder setting."""


class Geocoder(Protocol):
    """Answer a query as geopy's BANFrance does: locations with the GeoJSON feature in `raw`."""

    def geocode(self, query: str, *, limit: int, exactly_one: bool) -> Any:
        """Return a list of locations, or None."""
        ...


def geocoder_from_setting(text: str, *, timeout: float = TIMEOUT_S) -> Geocoder | None:
    """Return the geocoder of a setting: "none", or a host with a path such as NATIONAL.

    Addresses of tenants leave in the query, so http is refused but on this machine. `timeout`
    is in seconds. Raise BadGeocoder.
    """
    text = text.strip()
    if text.lower() == "none":
        return None
    parts = urlsplit(text if "://" in text else f"https://{text}")
    if not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        raise BadGeocoder("a geocoder is a host and a path")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _HERE):
        raise BadGeocoder("a geocoder is asked over https")
    geocoder: Geocoder = BANFrance(
        domain=parts.netloc + parts.path,
        scheme=parts.scheme,
        timeout=timeout,
        user_agent="palier",
        # By itself the adapter sleeps for as long as a 429 asks, and holds up the caller.
        adapter_factory=partial(RequestsAdapter, max_retries=0),
    )
    return geocoder


def geocode(
    address: str, *, postcode: str | None, insee: str | None, geocoder: Geocoder
) -> Place | NotSure:
    """Place an address, or say why not; never raise for what the server does."""
    query = _query(address, postcode)
    if len(query) < _SHORTEST_QUERY:
        return NotSure(Doubt.NO_ANSWER)
    try:
        answer = geocoder.geocode(query, limit=MOST_CANDIDATES, exactly_one=False) or []
    except GeocoderRateLimited as refusal:
        return NotSure(Doubt.UNREACHABLE, retry_after=refusal.retry_after)
    except GeocoderQueryError:
        return NotSure(Doubt.NO_ANSWER)
    except (GeopyError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        # geopy reads the answer without checking it, so one that is no GeoJSON ends here too.
        return NotSure(Doubt.UNREACHABLE)
    return judge([location.raw for location in answer], postcode=postcode, insee=insee)


def judge(
    answer: Sequence[Mapping[str, Any]], *, postcode: str | None, insee: str | None
) -> Place | NotSure:
    """Choose the place among the GeoJSON features of an answer, or say why none will do.

    A place scores LEAST_SCORE, has the postcode or the INSEE code asked for, and is a house
    number or a street. Two such places of like score far apart are for a person to tell apart.
    """
    candidates = tuple(place for feature in answer if (place := _place(feature)) is not None)
    if not candidates:
        return NotSure(Doubt.NO_ANSWER)
    scored = [place for place in candidates if place.score >= LEAST_SCORE]
    if not scored:
        return NotSure(Doubt.LOW_SCORE, candidates)
    near = [place for place in scored if _is_there(place, postcode, insee=insee)]
    if not near:
        return NotSure(Doubt.OTHER_PLACE, candidates)
    fine = [place for place in near if place.kind in FINE_KINDS]
    if not fine:
        return NotSure(Doubt.TOO_COARSE, candidates)
    best, *others = _closest(fine, insee)
    if any(_is_rival(other, best) for other in others):
        return NotSure(Doubt.AMBIGUOUS, candidates)
    return best


def _closest(places: list[Place], insee: str | None) -> list[Place]:
    """Keep the places of the very commune if there are any, the best first."""
    same = [place for place in places if insee and place.insee == insee]
    return sorted(same or places, key=lambda place: -place.score)


def _is_there(place: Place, postcode: str | None, *, insee: str | None) -> bool:
    return bool(postcode and place.postcode == postcode) or bool(insee and place.insee == insee)


def _is_rival(place: Place, best: Place) -> bool:
    apart = metres_between((place.lat, place.lon), (best.lat, best.lon))
    return best.score - place.score < SAME_SCORE and apart > SAME_SPOT_M


def _query(address: str, postcode: str | None) -> str:
    words = " ".join(address.split())
    if postcode and postcode not in words.split():
        words = f"{words} {postcode}"
    # The server refuses a query that does not begin with a letter or a digit, or is too long.
    start = next((at for at, char in enumerate(words) if char.isalnum()), len(words))
    return words[start : start + _LONGEST_QUERY].strip()


def _place(feature: Mapping[str, Any]) -> Place | None:
    try:
        lon, lat = map(float, feature["geometry"]["coordinates"][:2])
        facts = feature["properties"]
        score = float(facts["score"])
        label, kind = str(facts["label"]), str(facts["type"])
    except (LookupError, TypeError, ValueError):
        return None
    if not (abs(lat) <= 90 and abs(lon) <= 180 and math.isfinite(score)):
        return None
    postcode, insee = str(facts.get("postcode") or ""), str(facts.get("citycode") or "")
    return Place(label, lat, lon, score=score, kind=kind, postcode=postcode, insee=insee)
