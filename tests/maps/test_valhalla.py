"""Travel by road on a real engine: Valhalla, on a small town that the test writes."""

import json
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from maps.road_engines import RoadEngine, roads_from_setting
from maps.travel import Geodesic
from tests.maps.find_valhalla import find_valhalla, roads_python
from tests.maps.write_streets import ISLAND, SIDE, SOUTH, STEP, WEST

pytestmark = [pytest.mark.slow, pytest.mark.one_database]
EAST, NORTH = WEST + (SIDE - 1) * STEP, SOUTH + (SIDE - 1) * STEP
SOUTHWEST, SOUTHEAST, NORTHEAST = (SOUTH, WEST), (SOUTH, EAST), (NORTH, EAST)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Build the roads of a town and serve them; gives the address of the engine."""
    programs = find_valhalla()
    if programs is None:
        pytest.skip("no Valhalla here: python -m tests.maps.find_valhalla says why")
    folder = Path(tempfile.mkdtemp(prefix="roads-"))
    town, settings = folder / "town.osm.pbf", folder / "valhalla.json"
    writer = Path(__file__).with_name("write_streets.py")
    subprocess.run([roads_python(), writer, town], check=True)
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = asked.getsockname()[1]
    settings.write_text(json.dumps(_settings(folder, port)))
    build = [programs / "valhalla_build_tiles", "-c", settings, town]
    subprocess.run(build, check=True, capture_output=True)
    served = f"http://127.0.0.1:{port}"
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [programs / "valhalla_service", settings, "1"], stdout=log, stderr=log
        ) as engine,
    ):
        try:
            _wait_for(served, engine)
            yield served
        finally:
            engine.kill()
    shutil.rmtree(folder, ignore_errors=True)


def _settings(folder: Path, port: int) -> dict[str, object]:
    written = subprocess.run(
        [roads_python(), "-m", "valhalla.valhalla_build_config"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    said = json.loads(written.stdout)
    said["mjolnir"] |= {"tile_dir": str(folder / "tiles"), "tile_extract": "", "concurrency": 1}
    service = said["httpd"]["service"]
    service["listen"] = f"tcp://127.0.0.1:{port}"
    service |= {name: f"ipc://{folder / name}" for name in ("loopback", "interrupt")}
    for part in ("loki", "thor", "odin"):
        said[part]["service"]["proxy"] = f"ipc://{folder / part}"
    return said


def _wait_for(served: str, engine: "subprocess.Popen[bytes]") -> None:
    while engine.poll() is None:
        try:
            with urllib.request.urlopen(f"{served}/status", timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the engine ended before it answered")


def road(served: str) -> RoadEngine:
    found = roads_from_setting(f"valhalla:{served}")
    assert isinstance(found, RoadEngine)
    return found


def test_a_drive_follows_the_streets_and_may_take_longer_back(address: str) -> None:
    places = [SOUTHWEST, SOUTHEAST, NORTHEAST]
    table = road(address).table(places)
    straight = Geodesic(detour=1.0).table(places)
    assert table.missing == 0
    for at in range(3):
        assert table.seconds[at][at] == 0
        for to in {0, 1, 2} - {at}:
            assert table.metres[at][to] >= straight.metres[at][to] - 5
            assert 0 < table.metres[at][to] / table.seconds[at][to] < 30 / 3.6 * 1.2
    # East along the south; back around it, by the next street.
    assert table.metres[1][0] > table.metres[0][1] + 300
    assert table.metres[2][1] == pytest.approx(table.metres[1][2], rel=0.05)


def test_where_no_street_leads_is_guessed_and_counted(address: str) -> None:
    places = [SOUTHWEST, NORTHEAST, ISLAND[0]]
    table, guessed = road(address).table(places), Geodesic().table(places)
    assert table.missing == 4
    assert table.metres[0][2] == guessed.metres[0][2]
    assert table.metres[0][1] != guessed.metres[0][1]
