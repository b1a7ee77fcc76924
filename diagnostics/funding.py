"""Who may help to pay for adapting a dwelling, scheme by scheme, and why or why not.

Nothing here decides: it says what is worth asking. Amounts come from dated parameters; a verdict
carries them, so a report can say which are past their date.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .codes import Name
from .parameters import Parameter, Parameters, shipped_parameters

MA_PRIME_ADAPT_AGE = 70
MA_PRIME_ADAPT_AGE_WITH_GIR = 60
APA_AGE = 60
APA_GIR = range(1, 5)
PENSION_FUND_GIR = range(5, 7)
PENSION_FUND_AGE = 55
CARSAT_LANDLORD_AGE = 65
HALF_DISABLED = 50


class Tenure(StrEnum):
    """How the person lives there; social housing unless said otherwise."""

    SOCIAL_TENANT = "social_tenant"
    PRIVATE_TENANT = "private_tenant"
    OWNER = "owner"


class Income(StrEnum):
    """The bracket of income by Anah's tables; we never keep amounts."""

    VERY_MODEST = "very_modest"
    MODEST = "modest"
    INTERMEDIATE = "intermediate"
    HIGHER = "higher"
    UNKNOWN = "unknown"


class Item(StrEnum):
    """What is bought, as the prevention kit counts it."""

    GRAB_BARS = "grab_bars"
    AID = "aid"
    HANDRAIL = "handrail"


class Scheme(StrEnum):
    """Who may pay."""

    MA_PRIME_ADAPT = "ma_prime_adapt"
    CARSAT_LANDLORD = "carsat_landlord"
    PREVENTION_KIT = "prevention_kit"
    OSCAR = "oscar"
    APA = "apa"
    PCH = "pch"
    TFPB_RELIEF = "tfpb_relief"
    TAX_CREDIT = "tax_credit"


SCHEMES: Mapping[Scheme, Name] = {
    Scheme.MA_PRIME_ADAPT: Name("MaPrimeAdapt’", "MaPrimeAdapt’"),
    Scheme.CARSAT_LANDLORD: Name(
        "Carsat, appel à projets des bailleurs sociaux", "Carsat, call for social landlords"
    ),
    Scheme.PREVENTION_KIT: Name("Kit prévention de la caisse de retraite", "Prevention kit"),
    Scheme.OSCAR: Name("Plan OSCAR de la caisse de retraite", "OSCAR plan of the pension fund"),
    Scheme.APA: Name("APA", "APA (allowance for loss of autonomy)"),
    Scheme.PCH: Name("PCH", "PCH (disability compensation)"),
    Scheme.TFPB_RELIEF: Name(
        "Dégrèvement de taxe foncière (CGI, art. 1391 C)", "Property tax relief (CGI, art. 1391 C)"
    ),
    Scheme.TAX_CREDIT: Name("Crédit d’impôt autonomie", "Tax credit for autonomy"),
}


class Answer(StrEnum):
    """What to think of a scheme: it may pay, it may not, or somebody has to find out."""

    MAY = "may"
    MAY_NOT = "may_not"
    TO_CHECK = "to_check"


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of the person and the works; None is not known. Amounts in euros.

    `works_cost` is before tax. `paid` is what the landlord has paid in full, tax included, and
    `subsidies` what was received for it.
    """

    tenure: Tenure = Tenure.SOCIAL_TENANT
    age: int | None = None
    gir: int | None = None
    disability_rate: int | None = None
    receives_pch: bool = False
    receives_apa: bool = False
    retired: bool | None = None
    couple: bool = False
    income: Income = Income.UNKNOWN
    region: str = ""
    items: tuple[Item, ...] = ()
    evaluator_visited: bool = False
    works_cost: float | None = None
    paid: float | None = None
    subsidies: float = 0.0
    serves_accessibility: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a scheme may do, why, up to how much, and with which parameters."""

    scheme: Scheme
    answer: Answer
    why: Name
    amount: float | None = None
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class _Table:
    """The parameters of a day."""

    parameters: Parameters
    on: date

    def __getitem__(self, name: str) -> Parameter:
        return self.parameters.find(name, on=self.on)

    def perhaps(self, name: str) -> Parameter | None:
        """Give a parameter when one by that name is known on that day."""
        try:
            return self[name]
        except LookupError:
            return None


def look_for_funding(
    situation: Situation, on: date, *, parameters: Parameters | None = None
) -> tuple[Verdict, ...]:
    """Go through all schemes, with the parameters of a day; raises LookupError before 2024."""
    table = _Table(parameters if parameters is not None else shipped_parameters(), on)
    return tuple(look(situation, table) for look in _LOOKS)


def ma_prime_adapt(one: Situation, table: _Table) -> Verdict:
    """Look at MaPrimeAdapt’: social housing is left out by default; betagouv/reno, mpa."""
    scheme = Scheme.MA_PRIME_ADAPT
    if one.tenure is Tenure.SOCIAL_TENANT:
        return _no(scheme, "Non : logement social.", "No: social housing.")
    known = _is_old_or_disabled(one)
    if known is False:
        return _no(
            scheme,
            "Il faut 70 ans, ou 60 ans avec un GIR, ou un taux d’incapacité de 50 %, ou la PCH.",
            "It takes 70 years, or 60 with a GIR, or a disability rate of 50 %, or the PCH.",
        )
    if one.income in (Income.INTERMEDIATE, Income.HIGHER):
        return _no(
            scheme, "Revenus au-dessus des plafonds modestes.", "Income above the modest brackets."
        )
    if known is None or one.income is Income.UNKNOWN:
        return _check(
            scheme, "Âge, GIR ou revenus à connaître.", "Age, GIR or income is to be known."
        )
    rate = table[f"ma_prime_adapt_rate_{one.income}"]
    ceiling = table["ma_prime_adapt_ceiling"]
    return Verdict(
        scheme,
        Answer.MAY,
        Name(
            "Peut payer, avec un accompagnement obligatoire et avant tout début de travaux.",
            "May pay, with compulsory support and before any works begin.",
        ),
        _share(one.works_cost, rate=rate, ceiling=ceiling),
        (rate, ceiling),
    )


def _is_old_or_disabled(one: Situation) -> bool | None:
    if one.receives_pch or (one.disability_rate or 0) >= HALF_DISABLED:
        return True
    if one.age is None:
        return None
    if one.age < MA_PRIME_ADAPT_AGE_WITH_GIR:
        return False
    return True if one.age >= MA_PRIME_ADAPT_AGE or one.gir is not None else None


def carsat_landlord(one: Situation, table: _Table) -> Verdict:
    """Look at the pension fund's call for projects of social landlords; carsat-bfc.fr 2022."""
    scheme = Scheme.CARSAT_LANDLORD
    if one.tenure is not Tenure.SOCIAL_TENANT:
        return _no(scheme, "Réservé au parc social.", "For social housing only.")
    refused = _outside_pension_fund(one, CARSAT_LANDLORD_AGE)
    if refused is not None:
        return _no(scheme, refused.fr, refused.en)
    ceiling = table.perhaps(f"carsat_dwelling_{one.region}")
    if ceiling is None:
        return _check(
            scheme,
            "Montant de cette région inconnu : le demander à la Carsat.",
            "Amount of this region not known: ask the Carsat.",
        )
    # It pays no more than that, whatever else is still to be found out.
    amount = ceiling.value if one.works_cost is None else min(ceiling.value, one.works_cost)
    if one.age is None or one.retired is None:
        unknown = Name("Âge à connaître.", "Age is to be known.")
        if one.age is not None:
            unknown = Name("Retraite à vérifier.", "The pension is to be checked.")
        return Verdict(scheme, Answer.TO_CHECK, unknown, amount, (ceiling,))
    why = Name(
        "Peut payer le bailleur, par logement, dans le cadre d’une convention.",
        "May pay the landlord, for each dwelling, under an agreement.",
    )
    return Verdict(scheme, Answer.MAY, why, amount, (ceiling,))


def _outside_pension_fund(one: Situation, age: int) -> Name | None:
    """Say why the pension fund does not act; it does for retired people in GIR 5 or 6, or none."""
    if one.retired is False:
        return Name("Réservé aux retraités.", "For retired people.")
    if one.receives_apa or (one.gir is not None and one.gir not in PENSION_FUND_GIR):
        return Name(
            "GIR 1 à 4 ou APA : voir le Département.", "GIR 1 to 4 or APA: see the Département."
        )
    if one.receives_pch:
        return Name("La PCH ne se cumule pas.", "Cannot be added to the PCH.")
    if one.age is not None and one.age < age:
        return Name(f"À partir de {age} ans.", f"From {age} years of age.")
    return None


def prevention_kit(one: Situation, table: _Table) -> Verdict:
    """Look at the prevention kit: three levels by what is bought; agevillage.com 8295."""
    scheme = Scheme.PREVENTION_KIT
    refused = _outside_pension_fund(one, PENSION_FUND_AGE)
    if refused is not None:
        return _no(scheme, refused.fr, refused.en)
    if not one.items:
        return _no(scheme, "Aucune aide technique prévue.", "No technical aid is planned.")
    level = table[f"prevention_kit_level_{kit_level(one.items)}"]
    if not one.evaluator_visited:
        why = Name(
            "Il faut d’abord la visite d’un évaluateur de la caisse.",
            "A visit by an evaluator of the fund has to come first.",
        )
        return Verdict(scheme, Answer.TO_CHECK, why, level.value, (level,))
    why = Name(
        "Peut payer la personne, sur factures à garder.",
        "May pay the person, on invoices to be kept.",
    )
    return Verdict(scheme, Answer.MAY, why, level.value, (level,))


def kit_level(items: tuple[Item, ...]) -> int:
    """Give the level of a prevention kit, 1 to 3, from what is bought."""
    if set(items) == set(Item):
        return 3
    if Item.HANDRAIL in items or len(items) > 1:
        return 2
    return 1


def oscar(one: Situation, table: _Table) -> Verdict:
    """Look at the pension fund's plan: 55 and over, GIR 5 or 6, no APA; seniors-univers.fr."""
    del table
    refused = _outside_pension_fund(one, PENSION_FUND_AGE)
    if refused is not None:
        return _no(Scheme.OSCAR, refused.fr, refused.en)
    return _check(
        Scheme.OSCAR,
        "Peut aider (aide à domicile, aides techniques, ateliers) ; montant à demander.",
        "May help (home help, technical aids, workshops); the amount is to be asked.",
    )


def apa(one: Situation, table: _Table) -> Verdict:
    """Look at the APA: 60 and over, GIR 1 to 4; betagouv/reno, apa."""
    del table
    if one.age is not None and one.age < APA_AGE:
        return _no(Scheme.APA, "À partir de 60 ans.", "From 60 years of age.")
    if one.gir is None:
        return _check(
            Scheme.APA,
            "GIR à connaître : seul le Département ou un médecin le prononce.",
            "GIR to be known: only the Département or a doctor pronounces it.",
        )
    if one.gir not in APA_GIR:
        return _no(
            Scheme.APA,
            "GIR 5 ou 6 : voir la caisse de retraite.",
            "GIR 5 or 6: see the pension fund.",
        )
    why = Name(
        "Le plan d’aide du Département peut comprendre aides techniques et travaux.",
        "The plan of the Département may include aids and works.",
    )
    return Verdict(Scheme.APA, Answer.MAY, why)


def pch(one: Situation, table: _Table) -> Verdict:
    """Look at the PCH: a disability that began before 60; the ceiling is from memory."""
    ceiling = table["pch_housing_ceiling"]
    if one.receives_pch:
        why = Name(
            "Déjà ouverte : demander l’aménagement du logement à la MDPH.",
            "Already open: ask the MDPH for the housing element.",
        )
        return Verdict(Scheme.PCH, Answer.MAY, why, ceiling.value, (ceiling,))
    if one.disability_rate is None or one.disability_rate > 0:
        return _check(
            Scheme.PCH,
            "Handicap apparu avant 60 ans ? À voir avec la MDPH.",
            "Did the disability begin before 60? See the MDPH.",
        )
    return _no(Scheme.PCH, "Aucun handicap reconnu signalé.", "No recognised disability told.")


def tfpb_relief(one: Situation, table: _Table) -> Verdict:
    """Look at the landlord's property tax relief: CGI art. 1391 C, BOI-IF-TFB-50-20-20-10."""
    del table
    scheme = Scheme.TFPB_RELIEF
    if one.tenure is not Tenure.SOCIAL_TENANT:
        return _no(scheme, "Réservé aux organismes HLM.", "For social housing bodies only.")
    if not one.serves_accessibility:
        return _check(
            scheme,
            "Dire si les travaux améliorent, même en partie, l’accessibilité ou l’adaptation.",
            "Say whether the works improve, even partly, accessibility or adaptation.",
        )
    if one.paid is None:
        return _check(
            scheme,
            "Déductible une fois la dépense payée en totalité ; les acomptes ne suffisent pas.",
            "Deductible once paid in full; advance payments are not enough.",
        )
    why = Name(
        "La dépense payée, aides déduites, se retranche de la taxe foncière, sur réclamation.",
        "What was paid, less subsidies, comes off the property tax, on a claim.",
    )
    return Verdict(scheme, Answer.MAY, why, max(0.0, one.paid - one.subsidies))


def tax_credit(one: Situation, table: _Table) -> Verdict:
    """Look at the tax credit of a person who pays: GIR 1 to 4 or 50 %; betagouv/reno, mpa."""
    scheme = Scheme.TAX_CREDIT
    if one.income not in (Income.INTERMEDIATE, Income.UNKNOWN):
        return _no(scheme, "Réservé aux revenus intermédiaires.", "For intermediate incomes.")
    if one.gir is None and one.disability_rate is None:
        return _check(scheme, "GIR ou incapacité à connaître.", "GIR or disability is to be known.")
    dependent = one.gir in APA_GIR or (one.disability_rate or 0) >= HALF_DISABLED
    if not dependent:
        return _no(
            scheme,
            "Il faut un GIR 1 à 4 ou un taux d’incapacité de 50 %.",
            "It takes a GIR from 1 to 4 or a disability rate of 50 %.",
        )
    rate = table["tax_credit_rate"]
    ceiling = table["tax_credit_ceiling_couple" if one.couple else "tax_credit_ceiling_single"]
    if rate.is_past(table.on) or one.income is Income.UNKNOWN:
        return _check(
            scheme,
            "Revenus et reconduction du crédit à vérifier.",
            "Income, and whether the credit goes on, are to be checked.",
        )
    why = Name(
        "Si la personne paie elle-même les travaux.", "If the person pays for the works herself."
    )
    amount = _share(one.works_cost, rate=rate, ceiling=ceiling)
    return Verdict(scheme, Answer.MAY, why, amount, (rate, ceiling))


def _share(cost: float | None, *, rate: Parameter, ceiling: Parameter) -> float:
    """Give the part of a cost that is paid, of the ceiling when the cost is not known."""
    return rate.value * min(ceiling.value if cost is None else cost, ceiling.value)


def _no(scheme: Scheme, fr: str, en: str) -> Verdict:
    return Verdict(scheme, Answer.MAY_NOT, Name(fr, en))


def _check(scheme: Scheme, fr: str, en: str) -> Verdict:
    return Verdict(scheme, Answer.TO_CHECK, Name(fr, en))


_LOOKS: tuple[Callable[[Situation, _Table], Verdict], ...] = (
    carsat_landlord,
    prevention_kit,
    oscar,
    apa,
    pch,
    tfpb_relief,
    tax_credit,
    ma_prime_adapt,
)
