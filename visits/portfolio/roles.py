"""Who somebody is in a household, and whether she still lives there, as landlords write it."""

import re

from visits.ground.folding import fold
from visits.portfolio.values import BadValue

# In the order in which they are looked for within a longer text: who is dead, then who left.
_ROLES = {
    "dead": ("decede", "decedee", "decede e", "dcd", "deces", "defunt", "defunte", "feu", "dead"),
    "former": ("ancien locataire", "ancienne locataire", "ex locataire", "ex occupant",
               "sorti", "sortie", "sortant", "sortante", "parti", "partie", "former",
               "ancien occupant", "ancienne occupante"),
    # Who follows stands on a lease without living under it.
    "guarantor": ("garant", "garante", "caution", "guarantor"),
    "guardian": ("tuteur", "tutrice", "curateur", "curatrice", "mandataire", "guardian",
                 "representant legal", "udaf"),
    "former_spouse": ("ex conjoint", "ex conjointe", "ex epoux", "ex epouse", "ex mari", "ex femme",
                      "ex concubin", "ex concubine", "ancien conjoint", "ancienne conjointe",
                      "ancien epoux", "ancienne epouse", "divorce", "divorcee", "former spouse"),
    "trusted": ("personne de confiance", "personne a prevenir", "personne a contacter",
                "contact d urgence", "trusted person"),
    "carer": ("aidant", "aidante", "aide a domicile", "auxiliaire de vie", "carer"),
    "spouse": ("conjoint", "conjointe", "epoux", "epouse", "spouse", "concubin", "concubine",
               "pacse", "pacsee", "partenaire"),
    "child": ("enfant", "fils", "fille", "child"),
    "holder": ("titulaire", "locataire", "holder", "principal", "principale", "signataire",
               "cotitulaire", "colocataire"),
    "other": ("autre", "other", "occupant", "occupante", "heberge", "hebergee", "parent", "pere",
              "mere", "frere", "soeur", "tante", "oncle", "neveu", "niece", "cousin", "cousine",
              "ascendant", "descendant", "ami", "amie", "sous locataire", "ayant droit",
              "petit fils", "petite fille", "beau pere", "belle mere", "gendre", "belle fille"),
}  # fmt: skip
CONTACTS = frozenset({"guarantor", "guardian", "former_spouse", "carer", "trusted"})
# What a column that tells who is gone says of those who are still there.
_STILL_THERE = frozenset(
    {"present", "presente", "present e", "actif", "active", "en cours", "en place", "en vigueur",
     "occupe", "loue", "louee", "bail en cours", "vivant", "vivante", "habite", "oui", "ok",
     "celibataire", "marie", "mariee", "veuf", "veuve", "separe", "separee", "retraite",
     "retraitee", "salarie", "salariee", "sans emploi"}
)  # fmt: skip
_NEGATED = re.compile(r"\b(non|pas|sans|n)\b")
_WORDS = {role: re.compile(rf"\b(?:{'|'.join(words)})s?\b") for role, words in _ROLES.items()}
_WHOLE = {word: role for role, words in _ROLES.items() for word in words}


def read_role(text: str) -> str:
    """Read who somebody is in the household, as an occupant or as somebody beside it."""
    return _said(text) or "other"


def is_known_role(text: str) -> bool:
    """Say whether a cell says who somebody is, or is only taken for somebody living there."""
    return _said(text) is not None


def read_status(text: str) -> str | None:
    """Read whether somebody still lives there: `dead`, `former`, or nothing of note.

    Raises BadValue for what says neither.
    """
    role = _said(text)
    if role is None and fold(text) not in _STILL_THERE:
        raise BadValue("unknown_status")
    return role if role in ("dead", "former") else None


def _said(text: str) -> str | None:
    """Find the role that a cell names: as a whole, else by the words in it."""
    word = fold(text)
    if word in _WHOLE:
        return _WHOLE[word]
    found = [role for role, words in _WORDS.items() if words.search(word)]
    # `Titulaire, conjoint décédé`: nobody can tell of which of the two it speaks.
    unclear = {"holder", "spouse"} <= set(found) or _NEGATED.search(word)
    return found[0] if found and not unclear else None
