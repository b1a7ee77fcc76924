"""An adaptation that a visit called for, as the question who may pay for it; what is not known."""

from __future__ import annotations

from .codes import Name
from .funding import Income, Item, Situation

# What the prevention kit counts; the other adaptations are works of the landlord.
ITEMS = {
    "grab_bars": Item.GRAB_BARS,
    "handrail": Item.HANDRAIL,
    "raised_wc": Item.AID,
    "shower_seat": Item.AID,
    "thermostatic_mixer": Item.AID,
    "tele_assistance": Item.AID,
}
# What changes nothing in the dwelling: no accessibility works to deduct.
NO_WORKS = frozenset(["move", "tele_assistance"])


def situation_of(
    code: str, *, age: int | None = None, gir: int | None = None, region: str = ""
) -> Situation:
    """Describe a social tenant who needs an adaptation, as far as it is known."""
    return Situation(
        age=age,
        gir=gir,
        region=region,
        items=(ITEMS[code],) if code in ITEMS else (),
        serves_accessibility=code not in NO_WORKS,
    )


def unknown_facts(one: Situation) -> tuple[Name, ...]:
    """Name what would have to be found out to say more."""
    missing = (
        (one.age is None, Name("l’âge", "the age")),
        (one.gir is None, Name("le GIR", "the GIR")),
        (one.retired is None, Name("la retraite", "whether the person is retired")),
        (one.disability_rate is None, Name("un taux d’incapacité", "a rate of disability")),
        (one.income is Income.UNKNOWN, Name("la tranche de revenus", "the bracket of income")),
        (not one.region, Name("la caisse de la région", "the pension fund of the region")),
        (not one.evaluator_visited, Name("la visite d’un évaluateur", "an evaluator’s visit")),
        (one.works_cost is None, Name("le coût des travaux", "what the works cost")),
    )
    return tuple(name for unknown, name in missing if unknown)
