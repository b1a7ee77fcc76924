"""Read the names of persons as landlords write them."""

import re
from dataclasses import dataclass

from visits.portfolio.values import BadValue, clean, fold, short_text

LONGEST_NAME, LONGEST_KEY = 100, 210
_MADAM, _SIR = r"(?:mme|madame|mlle|mademoiselle|melle)", r"(?:mr|m|monsieur)"
_BOTH = re.compile(rf"(?i)({_SIR}\.?|{_MADAM}\.?)\s*(?:ou|et|&|/)\s*({_MADAM}|{_SIR})\.?\s+(.*)")
_ONE = re.compile(rf"(?i)({_SIR}(?:\.\s*|\s+)|{_MADAM}\.?\s+)(.*)")
_FORMER = re.compile(
    r"(?i)\s*[,(]?\s*\b(veuve|vve|veuf|n[ée]e?|[ée]pouse|ep\.?|divorc[ée]e?|dite?)\s+(\S.*?)\)?$"
)
_WORD = re.compile(r"[^\W\d_]+")
# First names that come in two words in files without hyphens.
_DOUBLE = frozenset({"jean", "marie", "anne"})
# A last name does not end here: LE MEUR in capitals is no Mr LE called Meur.
_PARTICLES = frozenset(
    {"le", "la", "de", "du", "des", "van", "von", "el", "al", "ben", "da", "dos", "di"}
)


@dataclass(frozen=True)
class PersonName:
    """A name in its parts: civility `Mme`, `M.` or none; last name in capitals."""

    civility: str | None
    last_name: str
    first_name: str


def read_civility(text: str) -> str | None:
    """Read a form of address; a couple's (M. OU MME) says nothing of the person."""
    word = fold(text)
    if re.fullmatch(_MADAM, word):
        return "Mme"
    return "M." if re.fullmatch(_SIR, word) else None


def read_full_name(text: str) -> PersonName:
    """Split `Mme PENEL Nicole`: surnames are in capitals and come first, first names last."""
    civility, rest = _split_civility(clean(text))
    words = _FORMER.sub("", rest).split()
    if not words or read_civility(rest) or not any(_WORD.search(word) for word in words):
        raise BadValue("bad_name")
    couple = _BOTH.match(clean(text)) is not None and rest.isupper()
    cut = len(words) if couple or len(words) == 1 else _first_name_at(words)
    return PersonName(
        civility=civility,
        last_name=read_last_name(" ".join(words[:cut])),
        first_name=read_first_name(" ".join(words[cut:])),
    )


def read_last_name(text: str) -> str:
    """Put a last name in capitals, accents kept; a name from before marriage is left out."""
    name = _FORMER.sub("", text).upper()
    if not _WORD.search(name):
        raise BadValue("bad_name")
    return short_text(name, limit=LONGEST_NAME)


def read_first_name(text: str) -> str:
    """Put capitals where a first name has them: Jean-Pierre, Marie-Hélène."""
    name = text
    if text.isupper() or text.islower():
        name = _WORD.sub(lambda match: match[0].capitalize(), text)
    # Only now: some letters become two when they change case.
    return short_text(name, limit=LONGEST_NAME)


def name_key(last_name: str, first_name: str) -> str:
    """Fold a name for search and for recognising the same person in two files."""
    return f"{fold(last_name)} {fold(first_name)}".strip()[:LONGEST_KEY]


def _split_civility(text: str) -> tuple[str | None, str]:
    if both := _BOTH.match(text):
        return None, both[3]
    if one := _ONE.match(text):
        return read_civility(one[1]), one[2]
    return None, text


def _first_name_at(words: list[str]) -> int:
    """Find where the first name starts: after the capitals, or at the last word if all is alike."""
    capitals = [word.isupper() for word in words]
    if capitals[0] and not all(capitals):
        return capitals.index(False)
    if not capitals[0] and any(capitals) and all(capitals[capitals.index(True) :]):
        # `Nicole PENEL`: the other way round cannot be told apart by position, so turn it.
        turn = capitals.index(True)
        words[:] = words[turn:] + words[:turn]
        return len(words) - turn
    last = len(words) - 1
    if words[last - 1].lower() in _PARTICLES:
        return last + 1
    return last - 1 if last > 1 and words[last - 1].lower() in _DOUBLE else last
