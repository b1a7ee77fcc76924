"""What a programme is, as its TOML says it: whom to visit first, how to call, what to fill."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import tomli_w
from marshmallow import ValidationError

from visits.programmes.faults import BadProgramme, faults
from visits.programmes.schema import ProgrammeSchema, written
from visits.programmes.shape import (
    Audience,
    Cadence,
    Condition,
    Criterion,
    Outcome,
    Programme,
    Protocol,
    Target,
    Tier,
    VisitKind,
)

__all__ = [
    "Audience",
    "BadProgramme",
    "Cadence",
    "Condition",
    "Criterion",
    "Outcome",
    "Programme",
    "Protocol",
    "Target",
    "Tier",
    "VisitKind",
    "faults_of",
    "parse_programme",
    "shipped_programmes",
    "write_programme",
]


def parse_programme(text: str, *, source: str) -> Programme:
    """Read a programme from TOML. Raises BadProgramme naming `source`, fields and faults."""
    try:
        programme: Programme = ProgrammeSchema().load(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadProgramme(source, [("TOML", _unreadable(error))]) from None
    except ValidationError as error:
        raise BadProgramme(source, list(faults(error.messages))) from None
    return programme


def _unreadable(error: tomllib.TOMLDecodeError) -> str:
    """Say where the reader stopped, which it tells in English alone."""
    place = re.search(r"line (\d+), column (\d+)", str(error))
    where = "ligne {}, colonne {}".format(*place.groups()) if place else "à la fin du fichier"
    return f"illisible, {where}"


def faults_of(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Say what does not hold in what a programme's TOML says, as `(field, what is wrong)`."""
    return list(faults(ProgrammeSchema().validate(said)))


def write_programme(programme: Programme) -> str:
    """Write a programme as TOML that reads as the same programme."""
    return tomli_w.dumps(written(ProgrammeSchema(), programme))


@cache
def shipped_programmes() -> Mapping[str, str]:
    """Give the TOML of every programme that ships, by its code."""
    found: dict[str, str] = {}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        found[parse_programme(text, source=path.name).code] = text
    return MappingProxyType(found)
