"""Words reduced to what is compared: no accents, no case, no punctuation."""

import re
import unicodedata
from functools import lru_cache

_NOT_WORDS = re.compile(r"[^a-z0-9]+")
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae", "ß": "ss", "’": "'"})


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Reduce to lower-case words without accents or punctuation, one space apart."""
    plain = unicodedata.normalize("NFKD", text.translate(_LIGATURES).lower())
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return _NOT_WORDS.sub(" ", letters).strip()
