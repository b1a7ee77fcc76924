"""What may be around a residence: one table of kinds, what everybody needs near, ways, orders."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from diagnostics.codes import Name
from visits.ground.folding import fold


class Group(StrEnum):
    """Kinds that belong together, in the order in which they are told."""

    SHOPS = "shops"
    HEALTH = "health"
    TRANSPORT = "transport"
    EVERYDAY = "everyday"
    LEISURE = "leisure"


@dataclass(frozen=True)
class Kind:
    """A kind of service: its name, its group, and what else files call it."""

    name: Name
    group: Group
    called: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    "bakery": Kind(Name("Boulangerie", "Bakery"), Group.SHOPS, ("boulangerie pâtisserie",)),
    "grocery": Kind(
        Name("Épicerie", "Grocery"),
        Group.SHOPS,
        ("supérette", "convenience", "alimentation générale", "commerce alimentaire"),
    ),
    "supermarket": Kind(
        Name("Supermarché", "Supermarket"), Group.SHOPS, ("hypermarché", "grande surface")
    ),
    "market": Kind(Name("Marché", "Market"), Group.SHOPS, ("marketplace", "marché de plein air")),
    "pharmacy": Kind(Name("Pharmacie", "Pharmacy"), Group.HEALTH),
    "doctor": Kind(
        Name("Médecin", "Doctor"),
        Group.HEALTH,
        ("médecin généraliste", "doctors", "généraliste", "cabinet médical", "maison médicale",
         "maison de santé", "centre de santé", "structure santé"),
    ),
    "nurse": Kind(Name("Infirmier", "Nurse"), Group.HEALTH, ("infirmière", "cabinet infirmier")),
    "stop": Kind(
        Name("Arrêt de bus ou de tram", "Bus or tram stop"),
        Group.TRANSPORT,
        ("arrêt", "arrêt de bus", "bus stop", "bus", "tram", "tramway", "tram stop"),
    ),
    "station": Kind(
        Name("Gare", "Station"),
        Group.TRANSPORT,
        ("train", "transilien", "rer", "métro", "subway", "halte", "railway station"),
    ),
    "post_office": Kind(
        Name("Poste", "Post office"),
        Group.EVERYDAY,
        ("bureau de poste", "la poste", "agence postale", "relais poste"),
    ),
    "cash": Kind(
        Name("Banque ou distributeur", "Bank or cash machine"),
        Group.EVERYDAY,
        ("banque", "bank", "distributeur", "atm", "dab", "gab", "distributeur de billets"),
    ),
    "town_hall": Kind(
        Name("Mairie ou CCAS", "Town hall or social centre"),
        Group.EVERYDAY,
        ("mairie", "townhall", "town hall", "ccas", "centre communal d’action sociale",
         "france services", "mairie annexe"),
    ),
    "library": Kind(
        Name("Bibliothèque", "Library"), Group.LEISURE, ("médiathèque", "ludothèque")
    ),
    "park": Kind(
        Name("Parc ou jardin", "Park or garden"),
        Group.LEISURE,
        ("parc", "jardin", "square", "garden"),
    ),
    "bench": Kind(Name("Banc", "Bench"), Group.LEISURE, ("banc public",)),
}  # fmt: skip
RANKS: Mapping[str, int] = {code: rank for rank, code in enumerate(KINDS)}
_CALLED = {
    fold(text): code
    for code, kind in KINDS.items()
    for text in (code, kind.name.fr, kind.name.en, *kind.called)
}

# What everybody needs within a walk, and which kinds answer it.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "food": ("grocery", "supermarket"),
    "bread": ("bakery",),
    "pharmacy": ("pharmacy",),
    "doctor": ("doctor",),
    "stop": ("stop", "station"),
    "post_office": ("post_office",),
    "cash": ("cash", "post_office"),
}
# What “distance to services” means where the landlord gives none: all of these are reached.
FAR_BY = ("food", "doctor", "stop")
# What one meets on the way there; the last ones help.
WAYS = ("steps", "slope", "no_pavement", "busy_road", "bench", "flat")
# How far somebody may be asked to walk, in metres, and what is told where nothing else is asked.
WITHIN = (300, 500, 1_000, 1_500)
WALKING_M = 1_000
MOST_METRES = 5_000
# How far an older person walks in a minute: 3 km/h, slower than most, as she carries her shopping.
METRES_A_MINUTE = 50


def kind_called(text: str) -> str | None:
    """Give the kind that a file means by a word; None for one that is none of ours."""
    return _CALLED.get(fold(text.replace("_", " ")))


@dataclass(frozen=True)
class Ordered:
    """A kind of ordered service: its name, and the form that delivers it."""

    name: Name
    form: str


ORDERED: Mapping[str, Ordered] = {
    "surroundings": Ordered(
        Name("Plan des commerces et services alentour", "Map of shops and services around"),
        "surroundings",
    ),
    "entry_inventory": Ordered(
        Name("État des lieux d’entrée", "Entry inventory"), "entry_inventory"
    ),
    "yearly_check": Ordered(
        Name(
            "Contrôle technique annuel de la résidence", "Yearly technical check of the residence"
        ),
        "annual_residence_check",
    ),
}
