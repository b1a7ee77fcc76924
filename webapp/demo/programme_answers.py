"""What is filled at the visits of the other programmes: a week, a first month, a residence."""

import uuid
from datetime import datetime
from random import Random

from diagnostics.delays import PARIS
from diagnostics.form import Form
from diagnostics.submission import check
from webapp.demo.answers import Answers, stamp, written, yes

GOALS = (
    "Ressortir au marché le samedi.",
    "Revoir ma sœur à Clermont.",
    "Reprendre le club de lecture du quartier.",
    "Descendre seule chercher le courrier.",
    "Trier les papiers de la retraite.",
    "Inviter la voisine du dessous à prendre le café.",
    "Appeler mon fils une fois par semaine.",
)
WEEK_NOTES = (
    "Sortis ensemble jusqu’à la boulangerie.",
    "Courrier de la caisse de retraite lu et classé.",
    "A parlé de ses petits-enfants, rendez-vous pris pour samedi.",
    "Le voisin du premier a proposé de monter les courses.",
    "Semaine calme, a préféré rester chez elle à cause de la pluie.",
)
DEFECTS = ("heating", "plumbing", "electricity", "windows", "damp")
MONTH_NOTES = (
    "Cherche encore un lit ; adresse de la ressourcerie laissée.",
    "Compteur électrique ouvert à son nom.",
    "Demande comment régler le thermostat.",
    "Première facture comprise, prélèvement le 10.",
)
PARTS = (
    "path", "outdoor_light", "main_door", "intercom", "letter_boxes", "stairs", "handrail",
    "guards", "stairs_light", "exits", "smoke_vent", "fire_doors", "meters_room", "cleaning",
    "bins", "facade", "cellars",
)  # fmt: skip
RESIDENCE_NOTES = (
    "Locaux tenus ; le hall a été repeint au printemps.",
    "Encombrants dans le couloir des caves, signalés au gardien.",
    "La locataire demande un banc devant l’entrée.",
    "Éclairage du parking à revoir avant l’hiver.",
)


# What is around a residence: kind, name, minutes, what is on the way, when it is open.
AROUND = (
    ("bakery", "Boulangerie des Halles", 5, "bench flat", "Fermée le mercredi"),
    ("grocery", "Épicerie Chez Nadia", 7, "flat", "Tous les jours jusqu’à 21 h"),
    ("pharmacy", "Pharmacie du Centre", 14, "slope", "Du lundi au samedi"),
    ("stop", "Arrêt Les Tilleuls", 3, "bench", ""),
    ("doctor", "Cabinet du docteur Exemple", 16, "slope steps", "Sur rendez-vous"),
    ("bench", "Banc de la place", 4, "flat", ""),
)


def fill_programme(
    rng: Random, form: Form, story: Answers, *, start_at: datetime, end_at: datetime
) -> bytes:
    """Fill the form of a visit of another programme; `story` is what is known of the case."""
    answers = FILLED[form.form_id](rng, story) | {
        "start": stamp(start_at),
        "end": stamp(end_at),
        "today": start_at.astimezone(PARIS).date().isoformat(),
        "instanceID": f"uuid:{uuid.UUID(int=rng.getrandbits(128), version=4)}",
    }
    return check(form, written(form, answers), now=end_at).xml


def _week(rng: Random, story: Answers) -> Answers:
    """A week of somebody who, `story["weeks"]` weeks on, goes out a little more."""
    weeks = int(story.get("weeks", 0))
    outings = max(0, round(rng.gauss(min(3.0, 0.6 + weeks * 0.15), 1)))
    needs = rng.choices(("none", "company", "repair", "rights", "help"), (62, 22, 6, 6, 4))[0]
    better = ("less", "reached", "more") if weeks > 4 else ("much_less", "less", "reached")
    return {
        "support_agreed": "yes",
        "channel": rng.choices(("home", "outside", "phone"), (74, 18, 8))[0],
        "minutes": rng.choice((30, 40, 45, 45, 60)),
        "outings": outings,
        "visits_received": rng.choices((0, 1, 2, 3), (38, 36, 18, 8))[0],
        "week_felt": rng.choices(("well", "so_so", "badly", "unsaid"), (44, 38, 10, 8))[0],
        "done": " ".join(sorted(rng.sample(("talk", "papers", "errand", "home", "activity"), 2))),
        "needs": needs,
        "share_ccas": yes(rng, 0.3),
        "goal": [{"goal_name": story.get("goal", GOALS[0]), "goal_level": rng.choice(better)}],
        "next_contact": "week",
        "operational_note": rng.choice(WEEK_NOTES) if rng.random() < 0.5 else "",
        "supervisor_call": yes(rng, 0.03),
    }


def _first_month(rng: Random, _story: Answers) -> Answers:
    found = rng.sample(DEFECTS, 1) if rng.random() < 0.34 else []
    done = ("yes", "under_way", "no")
    return {
        "visit_agreed": "yes",
        "settled": rng.choices(("yes", "partly", "no"), (66, 28, 6))[0],
        "keys_ok": yes(rng, 0.94),
        "name_shown": yes(rng, 0.8),
        "knows_caretaker": yes(rng, 0.6),
        "knows_cut_off": yes(rng, 0.45),
        "defects": " ".join(found) or "none",
        "heating_understood": yes(rng, 0.7),
        "smoke_alarm": yes(rng, 0.9),
        "insured": rng.choices(done, (82, 12, 6))[0],
        "housing_benefit": rng.choices((*done, "not_concerned"), (46, 30, 14, 10))[0],
        "energy_contract": rng.choices(done, (84, 12, 4))[0],
        "address_changed": rng.choices(done, (60, 25, 15))[0],
        "rent_understood": yes(rng, 0.86),
        "neighbours": rng.choices(("well", "unknown", "trouble"), (56, 38, 6))[0],
        "share_caf": yes(rng, 0.8),
        "satisfaction": rng.choices(("very_happy", "happy", "unhappy"), (30, 60, 10))[0],
        "operational_note": rng.choice(MONTH_NOTES) if rng.random() < 0.5 else "",
    }


def _residence(rng: Random, story: Answers) -> Answers:
    states = {
        part: rng.choices(("good", "mend", "danger", "none"), (83, 12, 0.4, 4.6))[0]
        for part in PARTS
    }
    lift = rng.choices(("working", "broken"), (95, 5))[0] if story.get("has_lift") else "none"
    return {
        "storeys": story.get("storeys", 3),
        **states,
        "step_free": yes(rng, 0.45),
        "lift": lift,
        "lift_outages": rng.choices((0, 1, 2, 4, 7), (30, 30, 20, 15, 5))[0],
        "pests": rng.choices(("none", "some", "widespread"), (88, 10, 2))[0],
        "tension": yes(rng, 0.05),
        "comment": rng.choice(RESIDENCE_NOTES) if rng.random() < 0.5 else "",
    }


def _around(rng: Random, story: Answers) -> Answers:
    return {
        "walked_with": "tenant",
        "weather": rng.choices(("dry", "rain"), (80, 20))[0],
        "service": [
            {
                "service_kind": kind, "service_name": name, "service_minutes": minutes,
                "service_ways": ways, "service_open": opens,
            }
            for kind, name, minutes, ways, opens in AROUND
        ],
        "hard_to_reach": "La pharmacie : la rue monte, sans banc.",
    }  # fmt: skip


FILLED = {
    "surroundings": _around,
    "weekly_support": _week,
    "first_month_visit": _first_month,
    "annual_residence_check": _residence,
}
