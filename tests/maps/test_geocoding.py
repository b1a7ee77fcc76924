import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from maps.geocoding import (
    NATIONAL,
    BadGeocoder,
    Doubt,
    Geocoder,
    NotSure,
    Place,
    geocode,
    geocoder_from_setting,
    judge,
)


def feature(**changes: Any) -> dict[str, Any]:
    facts = {
        "label": "12 Rue Napoléon 60200 Compiègne",
        "score": 0.96,
        "type": "housenumber",
        "postcode": "60200",
        "citycode": "60159",
        "lon": 2.825544,
        "lat": 49.417104,
    } | changes
    point = {"type": "Point", "coordinates": [facts.pop("lon"), facts.pop("lat")]}
    return {"type": "Feature", "geometry": point, "properties": facts}


def street(
    town: str, postcode: str, citycode: str, *, score: float, lon: float, lat: float
) -> dict[str, Any]:
    label = f"Rue Napoléon {postcode} {town}"
    facts = {"postcode": postcode, "citycode": citycode, "lon": lon, "lat": lat}
    return feature(label=label, score=score, type="street", **facts)


# What the national address base answered to "rue napoléon", and to an address of Creil with
# words that do not belong to it.
NAPOLEON = [
    street("Les Sables-d'Olonne", "85100", "85194", score=0.973377, lon=-1.792213, lat=46.495502),
    street("Bastia", "20200", "2B033", score=0.968471, lon=9.449953, lat=42.698296),
    street("Alès", "30100", "30007", score=0.967317, lon=4.079564, lat=44.117731),
    street("Denain", "59220", "59172", score=0.96567, lon=3.377516, lat=50.332984),
    street("Compiègne", "60200", "60159", score=0.962775, lon=2.825544, lat=49.417104),
]
CREIL = [
    feature(
        label="4 Allee de la Faiencerie 60100 Creil", score=0.4988585513641395,
        postcode="60100", citycode="60175", lon=2.470229, lat=49.259143,
    )
]  # fmt: skip


def test_among_streets_of_one_name_the_one_of_the_postcode_is_taken() -> None:
    place = judge(NAPOLEON, postcode="60200", insee=None)
    assert place == Place(
        label="Rue Napoléon 60200 Compiègne", lat=49.417104, lon=2.825544, score=0.962775,
        kind="street", postcode="60200", insee="60159",
    )  # fmt: skip


def test_the_insee_code_finds_the_town_where_the_postcode_is_wrong() -> None:
    place = judge(NAPOLEON, postcode="20000", insee="2B033")
    assert isinstance(place, Place)
    assert place.label == "Rue Napoléon 20200 Bastia"


@pytest.mark.parametrize(("postcode", "insee"), [("75001", None), (None, None), ("", "")])
def test_a_street_of_another_town_is_not_believed(postcode: str | None, insee: str | None) -> None:
    doubt = judge(NAPOLEON, postcode=postcode, insee=insee)
    assert isinstance(doubt, NotSure)
    assert doubt.reason is Doubt.OTHER_PLACE
    assert len(doubt.candidates) == 5


def test_a_right_address_with_a_score_just_below_half_goes_to_a_person() -> None:
    doubt = judge(CREIL, postcode="60100", insee="60175")
    assert isinstance(doubt, NotSure)
    assert doubt.reason is Doubt.LOW_SCORE
    assert doubt.candidates[0].label == "4 Allee de la Faiencerie 60100 Creil"


def test_a_score_of_half_will_do() -> None:
    assert isinstance(judge([feature(score=0.5)], postcode="60200", insee=None), Place)


@pytest.mark.parametrize("kind", ["locality", "municipality"])
def test_a_town_is_too_coarse_for_a_visit(kind: str) -> None:
    doubt = judge([feature(type=kind)], postcode="60200", insee="60159")
    assert isinstance(doubt, NotSure)
    assert doubt.reason is Doubt.TOO_COARSE


def test_one_street_name_in_two_villages_of_a_postcode_goes_to_a_person() -> None:
    answer = [feature(score=0.81), feature(score=0.80, citycode="60323", lat=49.30)]
    doubt = judge(answer, postcode="60200", insee=None)
    assert isinstance(doubt, NotSure)
    assert doubt.reason is Doubt.AMBIGUOUS
    place = judge(answer, postcode="60200", insee="60323")
    assert isinstance(place, Place)
    assert place.insee == "60323"


def test_a_number_and_its_street_are_one_place() -> None:
    answer = [feature(score=0.9, type="street"), feature(score=0.92, lat=49.4172)]
    place = judge(answer, postcode="60200", insee=None)
    assert isinstance(place, Place)
    assert place.kind == "housenumber"


@pytest.mark.parametrize(
    "answer",
    [
        [],
        [{}],
        [{"geometry": None, "properties": None}],
        [feature(lat=None)],
        [feature(lat=123.0)],
        [feature(lon=float("nan"))],
        [feature(score="high")],
        [feature(score=float("nan"))],
    ],
)
def test_an_answer_without_a_usable_place_is_no_answer(answer: list[dict[str, Any]]) -> None:
    assert judge(answer, postcode="60200", insee=None) == NotSure(Doubt.NO_ANSWER)


class Addok(ThreadingHTTPServer):
    """A server that speaks as the national geocoder does, on this machine."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body = self.collection([])
        self.queries: list[dict[str, list[str]]] = []
        self.paths: list[str] = []
        self.hold = threading.Event()
        self.hold.set()

    @staticmethod
    def collection(features: list[dict[str, Any]]) -> bytes:
        return json.dumps({"type": "FeatureCollection", "features": features}).encode()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/geocodage"


class Answering(BaseHTTPRequestHandler):
    server: Addok

    def handle(self) -> None:
        # A client that has given up waiting is one of the cases tried here.
        with suppress(BrokenPipeError, ConnectionResetError):
            super().handle()

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        self.server.paths.append(asked.path)
        self.server.queries.append(parse_qs(asked.query))
        self.server.hold.wait(5)
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def addok(monkeypatch: pytest.MonkeyPatch) -> Iterator[Addok]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with Addok() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.hold.set()
        server.shutdown()
        thread.join()


def asking(addok: Addok, *, timeout: float = 5.0) -> Geocoder:
    geocoder = geocoder_from_setting(addok.address, timeout=timeout)
    assert geocoder is not None
    return geocoder


def place(address: str, addok: Addok, *, timeout: float = 5.0) -> Place | NotSure:
    return geocode(
        address, postcode="60200", insee="60159", geocoder=asking(addok, timeout=timeout)
    )


def test_an_address_is_asked_for_with_its_postcode_and_placed(addok: Addok) -> None:
    addok.body = addok.collection([feature()])
    found = place("  12 rue   Napoléon ", addok)
    assert isinstance(found, Place)
    assert (found.lat, found.lon) == (49.417104, 2.825544)
    assert addok.paths == ["/geocodage/search"]
    assert addok.queries == [{"q": ["12 rue Napoléon 60200"], "limit": ["5"]}]


def test_a_postcode_already_there_is_not_said_twice(addok: Addok) -> None:
    place("12 rue Napoléon 60200 Compiègne", addok)
    assert addok.queries[0]["q"] == ["12 rue Napoléon 60200 Compiègne"]


def test_an_overlong_address_is_cut_to_what_the_server_takes(addok: Addok) -> None:
    place("(bât. B) " + "rue " * 200, addok)
    (query,) = addok.queries[0]["q"]
    assert len(query) <= 200
    assert query.startswith("bât. B")


def test_an_address_of_nothing_is_not_asked_for(addok: Addok) -> None:
    doubt = geocode(" ?! ", postcode=None, insee="60159", geocoder=asking(addok))
    assert doubt == NotSure(Doubt.NO_ANSWER)
    assert addok.queries == []


def test_an_empty_answer_is_no_answer(addok: Addok) -> None:
    assert place("12 rue Napoléon", addok) == NotSure(Doubt.NO_ANSWER)


def test_a_query_the_server_refuses_is_no_answer(addok: Addok) -> None:
    addok.status = 400
    assert place("12 rue Napoléon", addok) == NotSure(Doubt.NO_ANSWER)


def test_a_server_that_wants_a_rest_says_for_how_long_and_holds_up_nobody(addok: Addok) -> None:
    addok.status, addok.headers = 429, {"Retry-After": "3600"}
    assert place("12 rue Napoléon", addok) == NotSure(Doubt.UNREACHABLE, retry_after=3600)
    assert len(addok.queries) == 1


@pytest.mark.parametrize("status", [403, 500, 503])
def test_a_server_in_trouble_is_unreachable(addok: Addok, status: int) -> None:
    addok.status = status
    assert place("12 rue Napoléon", addok) == NotSure(Doubt.UNREACHABLE)


def test_a_server_that_does_not_answer_in_time_is_unreachable(addok: Addok) -> None:
    addok.hold.clear()
    assert place("12 rue Napoléon", addok, timeout=0.1) == NotSure(Doubt.UNREACHABLE)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>maintenance</html>",
        b"[]",
        b'"features"',
        b'{"features": [1]}',
        b'{"features": [{}]}',
        b'{"features": {"a": 1}}',
        b'{"features": [{"geometry": {"coordinates": ["x", "y"]}, "properties": {}}]}',
    ],
)
def test_an_answer_that_is_no_geojson_places_nothing(addok: Addok, body: bytes) -> None:
    addok.body = body
    doubt = place("12 rue Napoléon", addok)
    assert isinstance(doubt, NotSure)
    assert doubt.reason in {Doubt.UNREACHABLE, Doubt.NO_ANSWER}


def test_a_server_that_is_not_there_is_unreachable(addok: Addok) -> None:
    geocoder = geocoder_from_setting("http://127.0.0.1:1", timeout=1)
    assert geocoder is not None
    doubt = geocode("12 rue Napoléon", postcode="60200", insee=None, geocoder=geocoder)
    assert doubt == NotSure(Doubt.UNREACHABLE)


def test_the_national_geocoder_is_asked_over_https() -> None:
    assert vars(geocoder_from_setting(NATIONAL))["geocode_api"] == (
        "https://data.geopf.fr/geocodage/search"
    )


def test_geocoding_can_be_off() -> None:
    assert geocoder_from_setting(" none ") is None


@pytest.mark.parametrize(
    "text",
    ["", "http://geocodeur.example.fr", "ftp://127.0.0.1", "https://", "https://me:pw@h.fr",
     "h.fr/x?key=1"],
)  # fmt: skip
def test_a_geocoder_that_would_not_do_is_refused(text: str) -> None:
    with pytest.raises(BadGeocoder):
        geocoder_from_setting(text)
