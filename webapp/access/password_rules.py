"""Which passwords are refused: short ones, those that everybody tries first, one's own name."""

import re
import unicodedata

from zxcvbn import zxcvbn

LONGEST_PASSWORD = 500
SHORTEST_PASSWORD = 12
# zxcvbn's scale goes from 0 to 4; under 3 a password falls to the lists that guessers begin with.
HARD_ENOUGH = 3
LOOKED_AT = 72  # characters: as many as zxcvbn looks at in reasonable time

# What zxcvbn's lists, made from English, do not know and people here type first.
TYPED_HERE = (
    "motdepasse", "azerty", "bonjour", "soleil", "doudou", "loulou", "chouchou", "jetaime",
    "marseille", "chocolat", "nicolas", "camille", "coucou", "secret", "bienvenue",
    "administrateur", "visite", "palier", "logement", "locataire", "bailleur", "printemps",
    "automne", "hiver", "janvier", "fevrier", "mars", "avril", "juin", "juillet", "aout",
    "septembre", "octobre", "novembre", "decembre", "lundi", "mardi", "mercredi", "jeudi",
    "vendredi", "samedi", "dimanche",
)  # fmt: skip


def fault_of(password: str, *, email: str, name: str) -> str | None:
    """Name what is wrong with a new password of somebody, if anything."""
    if len(password) < SHORTEST_PASSWORD:
        return "password_too_short"
    if len(password) > LONGEST_PASSWORD:
        return "password_too_long"
    own = [part for part in _parts(email) | _parts(name) if len(part) >= 4]
    if any(part in _plain(password) for part in own):
        return "password_own_name"
    if zxcvbn(password[:LOOKED_AT], user_inputs=[*own, *TYPED_HERE])["score"] < HARD_ENOUGH:
        return "password_too_common"
    return None


def _parts(said: str) -> set[str]:
    """Split an address or a name into the words it is made of."""
    plain = _plain(said)
    return {plain, *re.split(r"[^a-z0-9]+", plain.partition("@")[0] if "@" in plain else plain)}


def _plain(said: str) -> str:
    folded = unicodedata.normalize("NFKD", said.casefold())
    return "".join(letter for letter in folded if not unicodedata.combining(letter)).strip()
