"""Read postal addresses as landlords write them, and fold them so that two spellings meet."""

import re
from dataclasses import dataclass
from functools import lru_cache

from visits.ground.folding import fold
from visits.portfolio.values import clean, short_text

# Abbreviations of the postal norm (NF Z10-011) and those seen in landlords' files.
ABBREVIATIONS = {
    "r": "rue", "av": "avenue", "ave": "avenue", "bd": "boulevard", "bld": "boulevard",
    "blvd": "boulevard", "boul": "boulevard", "all": "allee", "allees": "allee", "imp": "impasse",
    "pl": "place", "res": "residence", "che": "chemin", "chem": "chemin", "ch": "chemin",
    "rte": "route", "sq": "square", "crs": "cours", "fg": "faubourg", "fbg": "faubourg",
    "lot": "lotissement", "ham": "hameau", "pass": "passage", "pas": "passage", "qu": "quai",
    "prom": "promenade", "rpt": "rond point", "chs": "chaussee", "vla": "villa", "cite": "cite",
}  # fmt: skip
_WORDS = {
    "st": "saint", "ste": "sainte", "gal": "general", "gen": "general", "mal": "marechal",
    "dr": "docteur", "pdt": "president", "prof": "professeur", "pr": "professeur",
    "cdt": "commandant", "col": "colonel", "cap": "capitaine", "lt": "lieutenant",
}  # fmt: skip
LONGEST_KEY, LONGEST_CITY = 250, 100
_SUFFIXES = {"b": "bis", "t": "ter", "q": "quater"}
_EXTRA = re.compile(
    r"(?i)[\s,;-]*\b(b[aâ]t(?:iment)?|esc(?:alier)?|entr[ée]e|tour|apt|appt?|appartement|porte)"
    r"\b\.?\s*(?:n°\s*)?([a-z]?\d{0,4}|[a-z]{1,2})\s*$"
)
_NUMBER = re.compile(r"(\d{1,4})\s?(bis|ter|quater|[a-fqt])?\b(?! (?:eme|er|ere)\b)\s*")
_CEDEX = re.compile(r"\bcedex(?: \d+)?\b")
_SMALL = frozenset(
    {"sur", "sous", "les", "lès", "le", "la", "de", "du", "des", "en", "et", "aux", "au"}
)


@dataclass(frozen=True)
class Address:
    """A street address and what says where in the building: `Bât B`, `Esc. 2`."""

    street: str
    inside: str


@lru_cache(maxsize=65_536)
def read_address(text: str) -> Address:
    """Set the building, stair and door apart from the street address."""
    street, inside = clean(text), list[str]()
    while (match := _EXTRA.search(street)) and match[2] and match.start() > 0:
        inside.insert(0, _inside(match[1], match[2]))
        street = street[: match.start()].rstrip(" ,;-")
    return Address(street=street, inside=", ".join(inside))


@lru_cache(maxsize=65_536)
def address_key(street: str) -> str:
    """Fold a street address: `35, R de l'Abbé Lemire` meets `35 RUE DE L'ABBE LEMIRE`."""
    folded = fold(read_address(street).street)
    number, rest = "", folded
    if match := _NUMBER.match(folded):
        suffix = match[2] or ""
        number = match[1].lstrip("0") + _SUFFIXES.get(suffix, suffix)
        rest = folded[match.end() :]
    words = rest.split()
    if words:
        words[0] = ABBREVIATIONS.get(words[0], words[0])
    key = " ".join([number, *(_WORDS.get(word, word) for word in words)]).strip()
    return key[:LONGEST_KEY]


@lru_cache(maxsize=8_192)
def city_key(city: str) -> str:
    """Fold a commune's name: St-Just and SAINT JUST meet; CEDEX is left out."""
    words = _CEDEX.sub("", fold(city)).split()
    return " ".join(_WORDS.get(word, word) for word in words)


def read_city(text: str) -> str:
    """Give a commune written in capitals its ordinary letters; otherwise leave it as it is.

    Raises BadValue for one of more than `LONGEST_CITY` characters.
    """
    city = re.sub(r"(?i)\s+cedex(\s+\d+)?$", "", text)
    if city.isupper() or city.islower():
        words = city.lower().split()
        city = " ".join(
            word if position and word in _SMALL else _capital(word)
            for position, word in enumerate(words)
        )
    # Only now: some letters become two when they change case.
    return short_text(city, limit=LONGEST_CITY)


def _capital(word: str) -> str:
    return "-".join(part if part in _SMALL else part.capitalize() for part in word.split("-"))


def _inside(kind: str, number: str) -> str:
    word = fold(kind)
    known = {"bat": "Bât", "esc": "Esc.", "ent": "Entrée", "tou": "Tour"}
    return f"{known.get(word[:3], 'Porte')} {number.upper()}"
