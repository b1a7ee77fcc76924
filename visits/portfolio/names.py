"""Read the names of persons as landlords write them."""

import re
from dataclasses import dataclass

from visits.ground.folding import fold
from visits.portfolio.values import BadValue, clean, short_text

LONGEST_NAME = 100
_MADAM = r"(?:mme|madame|mlle|melle|mademoiselle|veuve|vve|mme veuve|mme vve)"
_SIR = r"(?:mr|m|monsieur|veuf)"
_BOTH = re.compile(
    rf"(?i)({_SIR}\.?|{_MADAM}\.?|mm\.?)\s*(?:ou|et|&|/|-)\s*({_MADAM}|{_SIR})\.?\s+(.*)"
)
_ONE = re.compile(rf"(?i)((?:{_MADAM}|{_SIR})(?:\.\s*|\s+))((?:{_MADAM}\s+)?)(.*)")
# A bare NE or DIT within capitals may be a part of the name: LE NE, LE DIT.
_FORMER = re.compile(
    r"(?i)\s*[,(]?\s*\b(?<!\ble )(?<!\bla )"
    r"(veuve|vve|veuf|n[ée]e|né|n[ée]\(e\)|[ée]pouse|[ée]p\.?|epx\.?|divorc[ée]e?|dite?)\s+(\S.*?)\)?$"
)
_CARE_OF = re.compile(
    r"(?i)[\s,(/-]+(s/c|c/o|chez|sous (tutelle|curatelle)|tutelle|curatelle|udaf|atmp)\b.*$"
)
_VACANT = re.compile(
    r"(logement |lgt |local )?(vacant|vacante|libre|inoccupe|vide|non loue)|vacance( \w+)?"
)
# `M. BERNARD (décédé)`, `Mme PETIT DCD le 12/03/2020`, `feu BERNARD Paul`; FEU may be a name.
_DEAD = re.compile(
    r"(?i:[\s,(/-]*\b(?:d[ée]c[ée]d[ée](?:\(?e\)?)?|dcd[ée]?e?|d[ée]funte?)\b(?:\s+le\s+[\d/.\-]+)?\)?)"
    r"|^(?:feue?|(?i:feue?)(?=\s+\S+\s))\s+"
)
# Two names in one: `LEROY Jean et Anne`, `M. LEROY et Mme PETIT`, `LEROY Jean / PETIT Anne`.
_SEVERAL = re.compile(r"(?i)\S\s+(et|ou)(\s+\S|$)|^(et|ou)\s+\S|[&+/]|^mm\.?\s")
_NOBODY = re.compile(
    r"(succession|succ|hoirs|consorts|heritiers|indivision|udaf|atmp|association|assoc|asso|sci|sarl|sas"
    r"|societe|mairie|commune de|ccas|departement|conseil departemental|prefecture|etat"
    r"|centre communal|office|syndicat|fondation|mutuelle|ehpad)\b.*"
)
_PREFIX = re.compile(rf"(?i)^({_MADAM}|(?:mr|monsieur)|m(?=\.))\.?\s+(?=\S)")
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


def nobody(text: str, *, alone: bool) -> str | None:
    """Say why a name is no occupant's: `vacant`, or `no_person` for a succession or a body.

    `alone`: nothing else on the line names a person.
    """
    word = fold(text)
    if alone and _VACANT.fullmatch(word):
        return "vacant"
    return "no_person" if _NOBODY.fullmatch(word) and (alone or " " in word) else None


def is_couple(text: str) -> bool:
    """Say whether a name is of two persons: M. et Mme."""
    return _BOTH.match(clean(text)) is not None


def without_death(text: str) -> str:
    """Leave out of a name that its bearer has died."""
    return _DEAD.sub("", text).strip()


def is_dead(text: str) -> bool:
    """Say whether a name says that its bearer has died."""
    return _DEAD.search(text) is not None


def are_several(last_name: str, first_name: str) -> bool:
    """Say whether a last and a first name are those of more than one person."""
    return any(_SEVERAL.search(name) for name in (last_name, first_name))


def read_full_name(text: str) -> PersonName:
    """Split `Mme PENEL Nicole`: surnames are in capitals and come first, first names last."""
    civility, rest = _split_civility(without_death(_CARE_OF.sub("", clean(text))))
    words = _without_former(rest).split()
    if not words or read_civility(rest) or not any(_WORD.search(word) for word in words):
        raise BadValue("bad_name")
    couple = is_couple(text) and rest.isupper() and " ET " not in f" {rest} "
    cut = len(words) if couple or len(words) == 1 else _first_name_at(words)
    return PersonName(
        civility=civility,
        last_name=read_last_name(" ".join(words[:cut])),
        first_name=read_first_name(" ".join(words[cut:])),
    )


def _without_former(text: str) -> str:
    """Leave out the name from before or by marriage; a first name that follows it is kept."""
    found = _FORMER.search(text)
    if not found or not found.start():
        return text
    before, after = text[: found.start()].split(), found[2].rstrip(")").split()
    first = [word for word in after if not word.isupper()]
    if not first and len(before) == 1 and len(after) > 1 and text[found.end() - 1] != ")":
        first = after[-1:]
    elif len(first) == len(after) or len(before) > 1:
        first = first[1:] if len(before) == 1 else []
    return " ".join([*before, *first])


def read_last_name(text: str) -> str:
    """Put a last name in capitals, accents kept; a name from before marriage is left out."""
    text = without_death(text)
    name = _FORMER.sub("", _CARE_OF.sub("", text)) or text
    name = _PREFIX.sub("", name).upper()
    if not _WORD.search(name):
        raise BadValue("bad_name")
    return short_text(name, limit=LONGEST_NAME)


def read_first_name(text: str) -> str:
    """Put capitals where a first name has them: Jean-Pierre, Marie-Hélène."""
    name = text = without_death(text)
    if text.isupper() or text.islower():
        name = _WORD.sub(lambda match: match[0].capitalize(), text)
    # Only now: some letters become two when they change case.
    return short_text(name, limit=LONGEST_NAME)


def _split_civility(text: str) -> tuple[str | None, str]:
    if both := _BOTH.match(text):
        return None, both[3]
    if one := _ONE.match(text):
        return read_civility(one[1].strip(" .")), one[3]
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
