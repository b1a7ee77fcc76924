"""A service near a residence as somebody writes it down, read field by field."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from visits.ground.errors import Invalid
from visits.ground.folding import fold
from visits.ground.numbers import typed_number
from visits.models.portfolio import Residence
from visits.models.surroundings import Measured
from visits.portfolio.values import BadValue, read_phone
from visits.surroundings.kinds import KINDS, METRES_A_MINUTE, MOST_METRES, WAYS

# How long a way between two places is, in metres; each place is latitude and longitude, in degrees.
Walk = Callable[[tuple[float, float], tuple[float, float]], int]
LENGTHS = {"name": 120, "place": 200, "open_days": 200, "phone": 20}
OLDEST = timedelta(days=10 * 366)
BY_SOMEBODY = (Measured.WALKED, Measured.TOLD)


@dataclass(frozen=True)
class ServiceSaid:
    """A service as it was told; distances in metres, places in degrees."""

    kind: str
    name: str = ""
    place: str = ""
    lat: float | None = None
    lon: float | None = None
    metres: int | None = None
    measured: Measured | None = None
    ways: tuple[str, ...] = ()
    open_days: str = ""
    phone: str = ""
    known_on: date | None = None

    @property
    def name_key(self) -> str:
        """Give the name as it is compared."""
        return fold(self.name)[:130]


def read_said(typed: Mapping[str, str], ways: Sequence[str] = ()) -> ServiceSaid:
    """Read what was typed; an empty field is not known. Raises Invalid, field by field."""
    fields: dict[str, str] = {}

    def read(name: str, how: Callable[[str], Any], why: str) -> Any:
        text = typed.get(name, "").strip()
        try:
            return how(text) if text else None
        except (ValueError, BadValue):
            fields[name] = why
            return None

    metres = read("metres", _metres, "service_too_far")
    minutes = read("minutes", _minutes, "service_too_far")
    said = ServiceSaid(
        kind=typed.get("kind", ""),
        **{name: " ".join(typed.get(name, "").split()) for name in ("name", "place", "open_days")},
        lat=read("lat", lambda text: _degrees(text, 90), "service_no_degrees"),
        lon=read("lon", lambda text: _degrees(text, 180), "service_no_degrees"),
        metres=minutes if metres is None else metres,
        measured=read("measured", Measured, "bad_choice"),
        ways=tuple(one for one in WAYS if one in ways),
        phone=read("phone", read_phone, "service_bad_phone") or "",
        known_on=read("known_on", date.fromisoformat, "bad_date"),
    )
    if fields:
        raise Invalid(fields)
    return said


def _metres(text: str) -> int:
    number = round(typed_number(text))
    if not 0 <= number <= MOST_METRES:
        raise ValueError(text)
    return number


def _minutes(text: str) -> int:
    return _metres(str(typed_number(text) * METRES_A_MINUTE))


def _degrees(text: str, most: int) -> float:
    number = typed_number(text)
    if abs(number) > most:
        raise ValueError(text)
    return number


def wrong_in(said: ServiceSaid, *, today: date) -> dict[str, str]:
    """Say by field what cannot be kept of a service."""
    fields = {}
    if said.kind not in KINDS:
        fields["kind"] = "bad_choice" if said.kind else "required"
    if not said.name_key:
        fields["name"] = "required"
    for name, length in LENGTHS.items():
        if len(getattr(said, name)) > length:
            fields[name] = "too_long"
    if (said.lat is None) != (said.lon is None):
        fields["lon" if said.lon is None else "lat"] = "service_half_a_place"
    if said.metres is None and said.measured in BY_SOMEBODY:
        fields["metres"] = "required"
    if said.known_on is not None and said.known_on > today:
        fields["known_on"] = "must_not_be_future"
    elif said.known_on is not None and said.known_on < today - OLDEST:
        fields["known_on"] = "service_too_long_ago"
    return fields


def with_distance(said: ServiceSaid, residence: Residence, walk: Walk) -> ServiceSaid:
    """Work out how far it is where nobody told; what was told without saying how, was told."""
    if said.metres is not None:
        known = said.measured if said.measured in BY_SOMEBODY else Measured.TOLD
        return replace(said, measured=known)
    places = (residence.lat, residence.lon, said.lat, said.lon)
    if None in places:
        return replace(said, measured=None)
    here, there = (residence.lat or 0.0, residence.lon or 0.0), (said.lat or 0.0, said.lon or 0.0)
    metres = walk(here, there)
    if metres > MOST_METRES:
        raise Invalid({"lat": "service_too_far"})
    return replace(said, metres=metres, measured=Measured.WORKED_OUT)
