"""Engines of roads, spoken to over HTTP as they speak: what they know, and what they do not."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from maps import road_engines
from maps.road_engines import BadTravel, RoadEngine, roads_from_setting
from maps.travel import Geodesic

PLACES = [(49.43, 2.08), (49.44, 2.09), (49.2, 2.6)]


class Roads(ThreadingHTTPServer):
    """An engine that answers seconds and metres; `lost` are columns it has no way to."""

    lost: tuple[int, ...] = ()
    broken = False
    asked: list[str]


class Speaking(BaseHTTPRequestHandler):
    server: Roads

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        path, _mark, query = self.path.partition("?")
        said = dict(part.split("=") for part in query.split("&"))
        assert path.startswith("/table/v1/driving/2.0")
        rows, columns = (len(said[name].split(";")) for name in ("sources", "destinations"))
        durations, distances = self._table(rows, columns, 1)
        self._answer({"code": "Ok", "durations": durations, "distances": distances})

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(self.path)
        assert set(said["sources"][0]) == {"lat", "lon"} and said["costing"] == "auto"
        durations, distances = self._table(len(said["sources"]), len(said["targets"]), 0.001)
        self._answer({"sources_to_targets": {"durations": durations, "distances": distances}})

    def _table(self, rows: int, columns: int, unit: float) -> tuple[list[Any], list[Any]]:
        lost = self.server.lost
        durations = [
            [None if c in lost else 60 * (r + c) for c in range(columns)] for r in range(rows)
        ]
        distances = [
            [None if c in lost else 1000 * unit * (r + c) for c in range(columns)]
            for r in range(rows)
        ]
        return durations, distances

    def _answer(self, said: object) -> None:
        body = b"{" if self.server.broken else json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def roads() -> Iterator[Roads]:
    server = Roads(("127.0.0.1", 0), Speaking)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def engine(roads: Roads, name: str) -> RoadEngine:
    found = roads_from_setting(f"{name}:http://127.0.0.1:{roads.server_address[1]}/")
    assert isinstance(found, RoadEngine)
    return found


@pytest.mark.parametrize("name", ["osrm", "valhalla"])
def test_an_engine_tells_seconds_and_metres_of_all_ways(roads: Roads, name: str) -> None:
    table = engine(roads, name).table(PLACES)
    assert table.seconds == [[0, 60, 120], [60, 120, 180], [120, 180, 240]]
    assert table.metres[0] == [0, 1000, 2000]
    assert table.missing == 0


@pytest.mark.parametrize("name", ["osrm", "valhalla"])
def test_a_way_it_does_not_know_is_guessed_and_counted(roads: Roads, name: str) -> None:
    roads.lost = (2,)
    table = engine(roads, name).table(PLACES)
    guessed = Geodesic().table(PLACES)
    assert table.seconds[0] == [0, 60, guessed.seconds[0][2]]
    assert table.metres[1][2] == guessed.metres[1][2]
    assert table.missing == 2


def test_many_places_are_asked_in_blocks(roads: Roads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(road_engines, "BLOCK", 2)
    engine(roads, "osrm").table(PLACES)
    assert len(roads.asked) == 4


def test_a_silent_engine_is_asked_twice_and_all_is_guessed(
    roads: Roads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(road_engines, "BLOCK", 1)
    roads.broken = True
    table = engine(roads, "osrm").table(PLACES)
    assert len(roads.asked) == 2
    assert (table.seconds, table.missing) == (Geodesic().table(PLACES).seconds, 6)
    away = RoadEngine("osrm", "http://127.0.0.1:9", road_engines.ask_osrm).table(PLACES)
    assert away.missing == 6


def test_a_setting_is_none_or_an_engine_at_an_address() -> None:
    assert roads_from_setting("none") == roads_from_setting(" ") == Geodesic()
    for wrong in ("osrm", "osrm:localhost", "google:http://x", "file:///etc/passwd"):
        with pytest.raises(BadTravel):
            roads_from_setting(wrong)


def test_a_guess_of_all_ways_is_the_straight_line_there_and_back() -> None:
    table = Geodesic().table(PLACES)
    assert table.seconds[0][1] == table.seconds[1][0] > 0
    assert table.seconds[0][2] == pytest.approx(Geodesic().matrix(PLACES[:1], PLACES)[0][2], abs=1)
    assert table.metres[0][0] == 0
