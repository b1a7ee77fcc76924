"""Words reduced to what is compared: no accents, no case, no punctuation."""

import re
import unicodedata
from functools import lru_cache

LONGEST_KEY = 210

_NOT_WORDS = re.compile(r"[^a-z0-9]+")
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae", "ß": "ss", "’": "'"})


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Reduce to lower-case words without accents or punctuation, one space apart."""
    return _NOT_WORDS.sub(" ", without_accents(text)).strip()


def without_accents(text: str) -> str:
    """Write in lower case, ligatures as two letters and no letter with an accent."""
    apart = unicodedata.normalize("NFKD", text.translate(_LIGATURES).lower())
    return "".join(char for char in apart if not unicodedata.combining(char))


def name_key(last_name: str, first_name: str) -> str:
    """Fold a name for search and for recognising the same person in two files."""
    return f"{fold(last_name)} {fold(first_name)}".strip()[:LONGEST_KEY]
