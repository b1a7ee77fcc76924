"""What a tablet loads: the built files, as they are and packed."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.figures import Figure, figure
from webapp.api.tablet_app import FOLDER
from webapp.frame.assets import BUILD

# Loaded when a visit is opened: the form engine and the screens around it.
LATER = ("Visit", "Form", "Preview", "engine")
PACKED = (".br", ".gz")


def measure_bundles(bench: Bench) -> Iterator[Figure]:
    """Kilobytes of the tablet app and of the office’s scripts, as they are sent with gzip."""
    files = [place for place in sorted(FOLDER.rglob("*")) if _is_original(place)]
    later = [place for place in files if place.name.startswith(LATER)]
    yield _weighed("tablet: shell", [place for place in files if place not in later])
    yield _weighed("tablet: the visit and the form engine", later)
    yield _weighed("tablet: all, kept for offline", files)
    for place in sorted(BUILD.rglob("*.js")) + sorted(BUILD.rglob("*.css")):
        yield _weighed(f"office: {_plain(place)}", [place])


def _plain(place: Path) -> str:
    """Name a file without the hash in its name."""
    stem, _, hashed = place.stem.rpartition("-")
    return f"{stem}{place.suffix}" if stem and len(hashed) >= 8 else place.name


def _weighed(what: str, places: list[Path]) -> Figure:
    raw = sum(place.stat().st_size for place in places)
    packed = sum(map(_packed, places))
    return figure(what, [packed / 1000], unit="kB gz", kB=round(raw / 1000), files=len(places))


def _packed(place: Path) -> int:
    packed = place.with_name(f"{place.name}.gz")
    return (packed if packed.is_file() else place).stat().st_size


def _is_original(place: Path) -> bool:
    return place.is_file() and place.suffix not in PACKED
