"""What is said of a programme that does not hold, in French, one fault a field."""

import re
from collections.abc import Iterator, Mapping, Sequence

# What the schema says; whatever is not here is said as it is.
IN_FRENCH = (
    (r"Unknown field\.", "champ inconnu"),
    (r"Missing data for required field\.", "champ obligatoire absent"),
    (r"Not a valid integer\.", "un nombre entier est attendu"),
    (r"Not a valid number\.", "un nombre est attendu"),
    (r"Not a valid string\.", "un texte est attendu"),
    (r"Not a valid boolean\.", "true ou false est attendu"),
    (r"Not a valid date\.", "une date est attendue, comme 2026-12-31"),
    (r"Not a valid list\.", "une liste est attendue"),
    (r"(Not a valid mapping type|Invalid input type)\.", "une table est attendue"),
    (r"Special numeric values .+", "un nombre est attendu"),
    (r"Field may not be null\.", "ce champ ne peut pas être vide"),
    (r"Invalid value\.", "valeur impossible"),
    (r"Must be one of: (.+)\.", r"une de ces valeurs est attendue : \1"),
    (
        r"String does not match expected pattern\.",
        "minuscules, chiffres et _ seulement, une lettre d’abord",
    ),
    (r"Shorter than minimum length (\d+)\.", r"au moins \1 attendu"),
    (r"Longer than maximum length (\d+)\.", r"au plus \1 attendus"),
    (r"Length must be between (\d+) and (\d+)\.", r"entre \1 et \2 caractères attendus"),
    (r"One or more of the choices you made was not in: (.+)\.", r"seulement de ces valeurs : \1"),
    (
        r"Must be greater than (or equal to )?(\S+) and less than (or equal to )?(\S+)\.",
        r"entre \2 et \4",
    ),
    (r"Must be greater than or equal to (\S+)\.", r"au moins \1"),
    (r"Must be less than or equal to (\S+)\.", r"au plus \1"),
)


class BadProgramme(ValueError):
    """A programme's TOML does not hold: `problems` are `(field, what is wrong, in French)`."""

    def __init__(self, source: str, problems: Sequence[tuple[str, str]]) -> None:
        self.source, self.problems = source, tuple(problems)
        super().__init__("\n".join(f"{source}: {place}: {said}" for place, said in problems))


def faults(messages: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Lay out what a schema said as one fault a field: `criterion.3.points`."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            named = "" if key == "_schema" else str(key)
            yield from faults(inner, ".".join(part for part in (place, named) if part))
        return
    for said in messages if isinstance(messages, list) else [messages]:
        yield place, _in_french(str(said))


def _in_french(said: str) -> str:
    for pattern, french in IN_FRENCH:
        if found := re.fullmatch(pattern, said):
            return found.expand(french)
    return said
