"""The codes a consequence may carry, with their names in both languages.

Hazards and trades follow domain notes on home visits; the names are ours and quote no instrument.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a consequence opens."""

    HAZARD = "hazard"
    WORK_ORDER = "work_order"
    FOLLOW_UP = "follow_up"
    REFERRAL = "referral"
    ADAPTATION = "adaptation"
    ADVICE = "advice"
    KIT = "kit"


class Severity(StrEnum):
    """How fast someone has to act: U0 at once, U1 in hours, U2 in days, U3 in weeks, P planned."""

    U0 = "U0"
    U1 = "U1"
    U2 = "U2"
    U3 = "U3"
    P = "P"


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a code in French and English."""

    fr: str
    en: str

    def in_language(self, language: str) -> str:
        """Give the name in a language, French when we do not speak it."""
        return self.en if language == "en" else self.fr


Codes = Mapping[str, Name]

HAZARDS: Codes = {
    "gas_smell": Name("Odeur de gaz", "Smell of gas"),
    "carbon_monoxide": Name("Monoxyde de carbone", "Carbon monoxide"),
    "bare_wires": Name("Fils électriques à nu", "Bare electric wires"),
    "smoke_alarm_missing": Name("Détecteur de fumée absent", "Smoke alarm missing"),
    "water_leak": Name("Fuite d’eau", "Water leak"),
    "cold_dwelling": Name("Logement trop froid", "Dwelling too cold"),
    "loose_rug": Name("Tapis non fixé", "Loose rug"),
    "cable": Name("Câble dans le passage", "Cable across the path"),
    "clutter": Name("Passage encombré", "Cluttered path"),
    "dim_light": Name("Éclairage insuffisant", "Dim light"),
    "threshold": Name("Seuil ou ressaut", "Threshold or change of level"),
    "slippery_floor": Name("Sol glissant", "Slippery floor"),
    "unstable_furniture": Name("Meuble instable", "Unstable furniture"),
    "bath_edge": Name("Rebord de baignoire à enjamber", "Bath edge to step over"),
    "no_grab_bar": Name("Barre d’appui absente", "No grab bar"),
    "stairs": Name("Escalier dangereux", "Unsafe stairs"),
    "loose_handrail": Name("Main courante descellée", "Loose handrail"),
    "mould": Name("Moisissures", "Mould"),
    "lift_broken": Name("Ascenseur en panne", "Lift out of order"),
    "pests": Name("Nuisibles", "Pests"),
    "fall_risk": Name("Risque de chute", "Risk of falling"),
    "person_in_danger": Name("Personne en danger", "Person in danger"),
    "fire": Name("Incendie", "Fire"),
    "electric_shock": Name("Choc électrique", "Electric shock"),
    "smoke_alarm_care": Name("Entretien du détecteur de fumée", "Care of the smoke alarm"),
    "unflued_heater": Name("Appareil à gaz sans évacuation", "Unflued gas appliance"),
    "gas_hose": Name("Tuyau de gaz périmé", "Gas hose out of date"),
    "blocked_exit": Name("Sortie encombrée", "Blocked exit"),
    "blocked_ventilation": Name("Aération bouchée", "Blocked ventilation"),
    "loose_guard": Name("Garde-corps descellé", "Loose guard rail"),
    "indecent_dwelling": Name("Critère de décence non rempli", "Decency criterion not met"),
    "no_hot_water": Name("Pas d’eau chaude", "No hot water"),
    "hot_water_burn": Name("Eau trop chaude", "Water too hot"),
    "water_care": Name("Entretien de la robinetterie", "Care of taps"),
    "energy_use": Name("Consommation d’énergie", "Use of energy"),
    "low_wc": Name("WC trop bas", "WC too low"),
    "out_of_reach": Name("Objets hors de portée", "Things out of reach"),
    "bed_height": Name("Hauteur du lit", "Height of the bed"),
    "heavy_door": Name("Porte lourde ou étroite", "Heavy or narrow door"),
    "common_parts": Name("Parties communes", "Common parts"),
    "no_way_to_call": Name("Pas de moyen d’appeler", "No way to call for help"),
    "habits": Name("Gestes à risque", "Risky habits"),
    "neighbourhood": Name("Vie dans l’immeuble", "Life in the building"),
}
TRADES: Codes = {
    "gas": Name("Gaz", "Gas"),
    "electricity": Name("Électricité", "Electricity"),
    "plumbing": Name("Plomberie", "Plumbing"),
    "heating": Name("Chauffage", "Heating"),
    "locksmith": Name("Serrurerie", "Locksmith"),
    "carpentry": Name("Menuiserie", "Carpentry"),
    "lift": Name("Ascenseur", "Lift"),
    "ventilation": Name("Ventilation", "Ventilation"),
    "flooring": Name("Revêtements de sol", "Flooring"),
    "pest_control": Name("Désinsectisation et dératisation", "Pest control"),
    "cleaning": Name("Nettoyage", "Cleaning"),
    "roofing": Name("Toiture et façades", "Roof and walls"),
    "intercom": Name("Interphonie et accès", "Intercom and access"),
    "general": Name("Multiservice", "General maintenance"),
}
FOLLOW_UPS: Codes = {
    "call": Name("Appel de suivi", "Follow-up call"),
    "visit": Name("Visite de suivi", "Follow-up visit"),
    "fall_call": Name("Appel de suivi après repérage d’un risque de chute", "Call on falls"),
    "works_check": Name("Vérification après travaux", "Check after works"),
    "kit_check": Name("Vérification du kit", "Kit check"),
    "support_call": Name("Appel du référent", "Call from the person in charge"),
    "rights_check": Name("Point sur les droits", "Review of rights"),
}
RECIPIENTS: Codes = {
    "ccas": Name("CCAS", "Municipal social centre (CCAS)"),
    "department": Name("Département", "Département"),
    "pension_fund": Name("Caisse de retraite", "Pension fund"),
    "doctor": Name("Médecin traitant", "Family doctor"),
    "occupational_therapist": Name("Ergothérapeute", "Occupational therapist"),
    "social_worker": Name("Assistante sociale", "Social worker"),
    "dac": Name("Dispositif d’appui à la coordination", "Care coordination service (DAC)"),
    "association": Name("Association", "Charity or association"),
    "energy_adviser": Name("Conseil en énergie", "Energy adviser"),
    "budget_adviser": Name("Point conseil budget", "Budget advice office"),
    "health_insurance": Name("Assurance maladie", "Health insurance fund"),
    "caf": Name("Caisse d’allocations familiales", "Family allowances fund (CAF)"),
    "ars": Name("Cellule de signalement de l’ARS", "Health agency reporting unit (ARS)"),
}
ADAPTATIONS: Codes = {
    "shower": Name("Remplacement de la baignoire par une douche", "Bath replaced by a shower"),
    "grab_bars": Name("Barres d’appui", "Grab bars"),
    "raised_wc": Name("WC surélevé", "Raised WC"),
    "handrail": Name("Main courante", "Handrail"),
    "lighting": Name("Éclairage", "Lighting"),
    "motor_shutters": Name("Volets motorisés", "Motor shutters"),
    "threshold_ramp": Name("Suppression de ressaut", "Threshold ramp"),
    "widened_door": Name("Élargissement de porte", "Widened door"),
    "thermostatic_mixer": Name("Mitigeur thermostatique", "Thermostatic mixer tap"),
    "shower_seat": Name("Siège de douche", "Shower seat"),
    "tele_assistance": Name("Téléassistance", "Alarm service"),
    "non_slip_floor": Name("Sol antidérapant", "Non-slip floor"),
    "controls": Name("Commandes à portée de main", "Controls within reach"),
    "bathroom": Name("Aménagement de la salle de bain", "Bathroom made accessible"),
    "kitchen": Name("Aménagement de la cuisine", "Kitchen made accessible"),
    "lift_access": Name("Accès de plain-pied à l’immeuble", "Step-free access to the building"),
    "move": Name("Mutation vers un logement adapté", "Move to an adapted dwelling"),
}
KITS: Codes = {
    "led": Name("Ampoules LED", "LED bulbs"),
    "aerator": Name("Mousseurs", "Tap aerators"),
    "shower_head": Name("Douchettes économes", "Low-flow shower heads"),
    "pressure_reducer": Name("Réducteurs de pression", "Pressure reducers"),
    "night_light": Name("Veilleuses", "Night lights"),
    "rug_tape": Name("Antidérapants pour tapis", "Rug tapes"),
}
OWNERS: Codes = {
    "tenant": Name("Locataire", "Tenant"),
    "landlord": Name("Bailleur", "Landlord"),
    "partner": Name("Partenaire", "Partner"),
    "pension_fund": Name("Caisse de retraite", "Pension fund"),
    "department": Name("Département", "Département"),
    "municipality": Name("Commune", "Municipality"),
    "visitor": Name("Visiteur", "Visitor"),
}
KINDS: Mapping[Kind, Name] = {
    Kind.HAZARD: Name("Danger", "Hazard"),
    Kind.WORK_ORDER: Name("Bon de travaux", "Work order"),
    Kind.FOLLOW_UP: Name("Suivi", "Follow-up"),
    Kind.REFERRAL: Name("Orientation", "Referral"),
    Kind.ADAPTATION: Name("Adaptation du logement", "Adaptation"),
    Kind.ADVICE: Name("Conseil", "Advice"),
    Kind.KIT: Name("Kit", "Kit"),
}
SEVERITIES: Mapping[Severity, Name] = {
    Severity.U0: Name("Vital : agir tout de suite", "Vital: act now"),
    Severity.U1: Name("Urgent : quelques heures", "Urgent: within hours"),
    Severity.U2: Name("Rapide : quelques jours", "Soon: within days"),
    Severity.U3: Name("Courant : quelques semaines", "Ordinary: within weeks"),
    Severity.P: Name("Programmé", "Planned"),
}
CODES: Mapping[Kind, Codes] = {
    Kind.HAZARD: HAZARDS,
    Kind.WORK_ORDER: TRADES,
    Kind.FOLLOW_UP: FOLLOW_UPS,
    Kind.REFERRAL: RECIPIENTS,
    Kind.ADAPTATION: ADAPTATIONS,
    Kind.ADVICE: HAZARDS,
    Kind.KIT: KITS,
}


# Who mends a hazard, which names no trade; whatever is not here is for general maintenance.
TRADE_OF_HAZARD = {
    "gas_smell": "gas",
    "gas_hose": "gas",
    "unflued_heater": "gas",
    "carbon_monoxide": "heating",
    "cold_dwelling": "heating",
    "no_hot_water": "heating",
    "bare_wires": "electricity",
    "electric_shock": "electricity",
    "dim_light": "electricity",
    "water_leak": "plumbing",
    "lift_broken": "lift",
    "loose_guard": "carpentry",
    "loose_handrail": "carpentry",
    "blocked_ventilation": "ventilation",
    "pests": "pest_control",
}

# Of what works are: of the dwelling where something was found, or of what its residence has in
# common. By the nature of the trade where a form does not say, and then of the dwelling.
DWELLING, RESIDENCE = HOMES = ("dwelling", "residence")
HOME_OF_TRADE = {"lift": RESIDENCE}


def trade_of_hazard(code: str) -> str:
    """Name the trade that mends a hazard."""
    return TRADE_OF_HAZARD.get(code, "general")


def code_name(kind: str, code: str, language: str) -> str:
    """Give the name of a code in a language; the code itself when it is unknown."""
    try:
        return CODES[Kind(kind)][code].in_language(language)
    except (KeyError, ValueError):
        return code
