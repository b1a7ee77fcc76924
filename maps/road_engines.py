"""Travel times by road, asked of an engine over HTTP: OSRM or Valhalla.

What an engine does not know, or does not answer in time, is guessed as the straight line is; how
many pairs that is, is told. It is asked in blocks: both refuse too many places at once.
"""

import json
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

from maps.travel import Geodesic, Position, Table

BLOCK, TIMEOUT_S = 100, 20
# So many blocks without an answer are the engine's own silence: it is asked no more.
SILENCES = 2
KM = 1_000
Answer = tuple[list[list[float | None]], list[list[float | None]]]


class BadTravel(ValueError):
    """A setting that names no engine; the text says why."""


@dataclass(frozen=True)
class RoadEngine:
    """An engine at an address; `ask` speaks as it does, `by` is its name."""

    by: str
    address: str
    ask: Callable[[str, Sequence[Position], Sequence[Position]], Answer]
    fallback: Geodesic = field(default_factory=Geodesic)

    def table(self, places: Sequence[Position]) -> Table:
        """Ask for all ways between some places."""
        guessed = self.fallback.table(places)
        seconds, metres = guessed.seconds, guessed.metres
        missing, silences = 0, 0
        for rows, columns in _blocks(len(places)):
            answer = None
            if silences < SILENCES:
                answer = self._answer([places[at] for at in rows], [places[at] for at in columns])
                silences = 0 if answer else silences + 1
            for row, at in enumerate(rows):
                for column, to in enumerate(columns):
                    drive = answer[0][row][column] if answer else None
                    if drive is None:
                        missing += at != to
                        continue
                    seconds[at][to] = round(drive)
                    way = answer[1][row][column] if answer else None
                    metres[at][to] = metres[at][to] if way is None else round(way)
        return Table(seconds, metres, missing)

    def _answer(self, sources: Sequence[Position], ends: Sequence[Position]) -> Answer | None:
        """Ask for one block; None when nobody answers, or nothing that can be read."""
        try:
            seconds, metres = self.ask(self.address, sources, ends)
            whole = all(
                len(each) == len(sources) and all(len(row) == len(ends) for row in each)
                for each in (seconds, metres)
            )
        except (OSError, HTTPException, ValueError, KeyError, TypeError):
            return None
        return (seconds, metres) if whole else None


def _blocks(count: int) -> Iterator[tuple[range, range]]:
    for row in range(0, count, BLOCK):
        for column in range(0, count, BLOCK):
            yield (
                range(row, min(count, row + BLOCK)),
                range(column, min(count, column + BLOCK)),
            )


def ask_osrm(address: str, sources: Sequence[Position], ends: Sequence[Position]) -> Answer:
    """Ask the table service of OSRM, version 1."""
    places = ";".join(f"{lon:.6f},{lat:.6f}" for lat, lon in (*sources, *ends))
    rows = ";".join(str(at) for at in range(len(sources)))
    columns = ";".join(str(len(sources) + at) for at in range(len(ends)))
    said = _read(
        f"{address}/table/v1/driving/{places}?annotations=duration,distance"
        f"&sources={rows}&destinations={columns}"
    )
    return said["durations"], said["distances"]


def ask_valhalla(address: str, sources: Sequence[Position], ends: Sequence[Position]) -> Answer:
    """Ask the matrix of Valhalla, in its short form: seconds and kilometres."""
    asked = {
        "sources": [{"lat": lat, "lon": lon} for lat, lon in sources],
        "targets": [{"lat": lat, "lon": lon} for lat, lon in ends],
        "costing": "auto",
        "verbose": False,
    }
    said = _read(f"{address}/sources_to_targets", asked)["sources_to_targets"]
    metres = [[None if one is None else one * KM for one in row] for row in said["distances"]]
    return said["durations"], metres


def _read(address: str, asked: dict[str, Any] | None = None) -> Any:
    body = None if asked is None else json.dumps(asked).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
        return json.load(answer)


ENGINES = {"osrm": ask_osrm, "valhalla": ask_valhalla}


def roads_from_setting(setting: str) -> Geodesic | RoadEngine:
    """Read `none`, or the name of an engine and its address: `osrm:http://localhost:5000`.

    Raises BadTravel.
    """
    written = setting.strip()
    if written.lower() in ("", "none"):
        return Geodesic()
    name, _colon, address = written.partition(":")
    ask = ENGINES.get(name.strip().lower())
    if ask is None or not address.strip().startswith(("http://", "https://")):
        raise BadTravel("it is none, or osrm: or valhalla: and an address")
    return RoadEngine(name.strip().lower(), address.strip().rstrip("/"), ask)
