"""What a programme is, as its TOML says it: whom to visit first, how to call, what to fill."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

from marshmallow import ValidationError

from visits.programmes.schema import ProgrammeSchema
from visits.programmes.shape import (
    Audience,
    Cadence,
    Condition,
    Criterion,
    Outcome,
    Programme,
    Protocol,
    Target,
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
    "VisitKind",
    "parse_programme",
    "shipped_programmes",
]

# What the schema says, in French; whatever is not here is said as it is.
IN_FRENCH = (
    (r"Unknown field\.", "champ inconnu"),
    (r"Missing data for required field\.", "champ obligatoire absent"),
    (r"Not a valid (integer|number)\.", "un nombre est attendu"),
    (r"Not a valid string\.", "un texte est attendu"),
    (r"Not a valid list\.", "une liste est attendue"),
    (r"(Not a valid mapping type|Invalid input type)\.", "une table est attendue"),
    (r"Field may not be null\.", "ce champ ne peut pas être vide"),
    (r"Invalid value\.", "valeur impossible"),
    (r"Must be one of: (.+)\.", r"une de ces valeurs est attendue : \1"),
    (
        r"String does not match expected pattern\.",
        "minuscules, chiffres et _ seulement, une lettre d’abord",
    ),
    (r"Shorter than minimum length (\d+)\.", r"au moins \1 attendu"),
    (
        r"Must be greater than (or equal to )?(\S+) and less than (or equal to )?(\S+)\.",
        r"entre \2 et \4",
    ),
    (r"Must be greater than or equal to (\S+)\.", r"au moins \1"),
)


class BadProgramme(ValueError):
    """A programme's TOML does not hold: `problems` are `(field, what is wrong, in French)`."""

    def __init__(self, source: str, problems: Sequence[tuple[str, str]]) -> None:
        self.source, self.problems = source, tuple(problems)
        super().__init__("\n".join(f"{source}: {place}: {said}" for place, said in problems))


def parse_programme(text: str, *, source: str) -> Programme:
    """Read a programme from TOML. Raises BadProgramme naming `source`, fields and faults."""
    try:
        programme: Programme = ProgrammeSchema().load(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadProgramme(source, [("TOML", str(error))]) from None
    except ValidationError as error:
        raise BadProgramme(source, list(_faults(error.messages))) from None
    return programme


def _faults(messages: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Lay out what a schema said as one fault a field: `criterion.3.points`."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            named = "" if key == "_schema" else str(key)
            yield from _faults(inner, ".".join(part for part in (place, named) if part))
        return
    for said in messages if isinstance(messages, list) else [messages]:
        yield place, _in_french(str(said))


def _in_french(said: str) -> str:
    for pattern, french in IN_FRENCH:
        if found := re.fullmatch(pattern, said):
            return found.expand(french)
    return said


@cache
def shipped_programmes() -> Mapping[str, str]:
    """Give the TOML of every programme that ships, by its code."""
    found: dict[str, str] = {}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        found[parse_programme(text, source=path.name).code] = text
    return MappingProxyType(found)
