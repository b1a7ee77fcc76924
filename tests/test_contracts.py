"""The contracts of pyproject.toml hold, and none of them can be broken unseen."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from grimp import ImportGraph, build_graph
from importlinter.api import read_configuration
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract

ROOT = Path(__file__).parents[1]
SETTINGS = read_configuration(str(ROOT / "pyproject.toml"))
PACKAGES = SETTINGS["session_options"]["root_packages"]
CONTRACTS = {one["name"]: one for one in SETTINGS["contracts_options"]}
KINDS = {"forbidden": ForbiddenContract, "layers": LayersContract}

# Who would import whom: what each contract is there to refuse.
VIOLATIONS = [
    ("webapp > visits > maps > diagnostics", "diagnostics.falls", "maps.cells"),
    ("webapp > visits > maps > diagnostics", "maps.layers", "visits.mapping.points"),
    ("webapp > visits > maps > diagnostics", "visits.cases.cases", "webapp.frame.settings"),
    ("Of visits, only the rollup", "visits.mapping.views", "maps.cells"),
    ("Of visits, only the rollup", "visits.mapping.points", "maps.layers"),
    ("Only webapp knows Flask", "visits.calls", "flask"),
    ("Only webapp knows Flask", "maps.page", "flask_babel"),
    ("Only webapp knows Flask", "diagnostics.texts", "apscheduler"),
    ("Only visits knows SQLAlchemy", "maps.layers", "sqlalchemy"),
    ("Only visits knows SQLAlchemy", "diagnostics.facts", "alembic"),
    ("Only visits knows where files stand", "webapp.office.papers", "obstore"),
    ("Only maps knows geopy", "webapp.office.portfolio.map", "h3"),
    ("Only maps knows geopy", "visits.mapping.points", "geopy"),
    ("Only diagnostics knows pyxform", "visits.forms", "pyxform"),
    ("Only diagnostics knows pyxform", "webapp.office.forms", "elementpath"),
    ("Only the process that works rounds out", "visits.rounds.solving", "vroom"),
    ("Only the process that chooses works", "visits.works_plan.solving", "highspy"),
    ("Inside visits", "visits.cases.cases", "visits.calls"),
    ("Inside visits", "visits.stock", "visits.works.photos"),
    ("Inside visits", "visits.models.cases", "visits.programmes"),
    ("Inside visits", "visits.ground.errors", "visits.models"),
    ("Inside webapp", "webapp.frame.settings", "webapp.access.auth"),
    ("Inside webapp", "webapp.office.calls", "webapp.api"),
    ("Inside webapp", "webapp.access.auth", "webapp.words"),
    ("Inside the office", "webapp.office.stays", "webapp.office.admissions"),
    ("Inside the office", "webapp.office.calls", "webapp.office.cases"),
    ("Inside the office", "webapp.office.frame", "webapp.office.people"),
    ("Inside access", "webapp.access.auth", "webapp.access.sign_in"),
    ("Inside access", "webapp.access.who_asks", "webapp.access.auth"),
    ("Inside the frame", "webapp.frame.settings", "webapp.frame.errors"),
    ("Inside the frame", "webapp.frame.languages", "webapp.frame.security"),
    ("Models call nothing", "visits.models.works", "diagnostics.codes"),
    ("Models call nothing", "visits.models", "visits.sight"),
]


@pytest.fixture(scope="module")
def graph() -> ImportGraph:
    return build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)


def _contract(name: str) -> str:
    """Name the one contract whose name begins so."""
    (whole,) = (one for one in CONTRACTS if one.startswith(name))
    return whole


def _kept(name: str, graph: ImportGraph) -> bool:
    options: dict[str, Any] = CONTRACTS[name]
    contract = KINDS[options["type"]](name, SETTINGS["session_options"], options)
    return bool(contract.check(deepcopy(graph), verbose=False).kept)


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_contract_is_kept(graph: ImportGraph, name: str) -> None:
    assert _kept(name, graph)


@pytest.mark.parametrize(("name", "importer", "imported"), VIOLATIONS)
def test_a_violation_breaks_its_contract(
    graph: ImportGraph, name: str, importer: str, imported: str
) -> None:
    assert {importer, imported} <= graph.modules
    broken = deepcopy(graph)
    broken.add_import(importer=importer, imported=imported, line_number=1, line_contents="import")
    assert not _kept(_contract(name), broken)


def test_each_contract_is_tried() -> None:
    assert {_contract(name) for name, _, _ in VIOLATIONS} == set(CONTRACTS)


def test_no_contract_forbids_what_nobody_imports(graph: ImportGraph) -> None:
    """A name written wrong would forbid nothing."""
    named = {one for each in CONTRACTS.values() for one in each.get("forbidden_modules", [])}
    assert named - graph.modules == set()


@pytest.mark.parametrize("container", ["visits", "webapp", "webapp.office"])
def test_a_room_on_no_floor_breaks_a_contract(graph: ImportGraph, container: str) -> None:
    larger = deepcopy(graph)
    larger.add_module(f"{container}.attic")
    broken = [name for name in CONTRACTS if not _kept(name, larger)]
    assert [CONTRACTS[name]["containers"] for name in broken] == [[container]]


def test_every_module_is_looked_at(graph: ImportGraph) -> None:
    """What the graph does not know, a folder without `__init__.py` say, no contract would see."""
    assert set(CONTRACTS[_contract("webapp > visits")]["layers"]) == set(PACKAGES)
    written = {
        ".".join(place.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for package in PACKAGES
        for place in (ROOT / package).rglob("*.py")
        if "frontend" not in place.parts  # tools of the build
    }
    assert written - graph.modules == set()
