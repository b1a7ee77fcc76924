"""What a visitor finds in a home: answers that fit the person, written as a tablet sends them."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any
from xml.sax.saxutils import escape

from diagnostics.delays import PARIS
from diagnostics.form import Form
from diagnostics.submission import check
from diagnostics.xpath import Node

Answers = dict[str, Any]

ROOMS = ("entrance", "living", "kitchen", "bedroom", "bathroom", "wc", "corridor")
HAZARDS = ("cable", "clutter", "threshold", "slippery", "furniture", "no_grab_bar")
LAST_VISITS = ("within_week", "within_two_weeks", "over_two_weeks")
COMMENTS = (
    "Souhaite une barre d’appui près de la baignoire.",
    "Volet du séjour difficile à manœuvrer.",
    "Logement bien tenu, passages dégagés.",
    "Demande où en est le changement des fenêtres.",
    "Préfère être appelée le matin.",
    "La lumière du palier s’éteint trop vite.",
    "Le voisin de palier passe chaque jour.",
    "Robinet de la cuisine qui goutte.",
)
DOUBTFUL = 0.025
COLD_MONTHS = (11, 12, 1, 2, 3)


@dataclass(frozen=True)
class Resident:
    """What the landlord knows of the person and her home before the visit."""

    age: int
    alone: bool
    floor: int
    has_lift: bool
    has_bath: bool
    built_year: int


@dataclass(frozen=True)
class Filled:
    """A filled form as the tablet sends it, and the names of its photos."""

    xml: bytes
    photos: tuple[str, ...] = field(default=())


def fill(
    rng: Random, form: Form, resident: Resident, *, start_at: datetime, end_at: datetime
) -> Filled:
    """Fill a home visit; two in a hundred come with something that does not fit."""
    answers = _answers(rng, resident, day=start_at.date())
    answers |= {
        "start": stamp(start_at),
        "end": stamp(end_at),
        "today": start_at.astimezone(PARIS).date().isoformat(),
        "instanceID": f"uuid:{uuid.UUID(int=rng.getrandbits(128), version=4)}",
    }
    photos = tuple(room["photo"] for room in answers["room"] if "photo" in room)
    # The tablet sends what its engine computed: our own check computes the same.
    xml = check(form, written(form, answers), now=end_at).xml
    return Filled(_doubtful(rng, xml) if rng.random() < DOUBTFUL else xml, photos)


def stamp(at: datetime) -> str:
    """Write a moment as a tablet in Paris does."""
    return at.astimezone(PARIS).isoformat(timespec="milliseconds")


def _answers(rng: Random, resident: Resident, *, day: date) -> Answers:
    return {
        "visit_agreed": "yes",
        "health_agreed": yes(rng, 0.94),
        **_falls(rng, resident.age),
        **_dwelling(rng, resident),
        "room": [_room(rng, kind) for kind in _visited_rooms(rng)],
        **_safety(rng, resident, day),
        **_people_around(rng, resident),
        "led_fitted": rng.choice((0, 0, 2, 3, 4, 5, 6, 8)),
        "aerators_fitted": rng.choice((0, 0, 1, 2, 2, 3)),
        "comment": rng.choice(COMMENTS) if rng.random() < 0.35 else "",
    }


def yes(rng: Random, chance: float) -> str:
    """Say yes as often as the chance, else no."""
    return "yes" if rng.random() < chance else "no"


def _falls(rng: Random, age: int) -> Answers:
    # About one person in three of 65 and over falls in a year, one in two of 80 and over.
    chance = 0.24 if age < 75 else 0.31 if age < 80 else 0.4 if age < 85 else 0.48
    fell = yes(rng, chance)
    unsteady = yes(rng, chance + (0.3 if fell == "yes" else 0.0))
    afraid = 0.7 if fell == "yes" else 0.25 + (0.2 if unsteady == "yes" else 0.0)
    return {
        "fell": fell,
        "falls_count": rng.choices((1, 2, 3, 4, 6), (58, 24, 11, 5, 2))[0],
        "fall_injury": yes(rng, 0.28),
        "unsteady": unsteady,
        "worried": yes(rng, afraid),
    }


def _dwelling(rng: Random, resident: Resident) -> Answers:
    broken = 0.035
    lift = ("broken" if rng.random() < broken else "working") if resident.has_lift else "none"
    return {
        "floor": max(0, resident.floor),
        "lift": lift,
        "washing": "bath" if resident.has_bath else "shower",
        "bath_edge": yes(rng, min(0.85, 0.3 + (resident.age - 70) * 0.025)),
    }


def _visited_rooms(rng: Random) -> list[str]:
    number = rng.choices((2, 3, 4, 5), (15, 40, 30, 15))[0]
    return sorted(rng.sample(ROOMS, number), key=ROOMS.index)


def _room(rng: Random, kind: str) -> Answers:
    found = rng.choices((0, 1, 2), (60, 30, 10))[0]
    room: Answers = {
        "room_kind": kind,
        "loose_rug": yes(rng, 0.3 if kind in ("living", "bedroom", "entrance") else 0.1),
        "hazards": " ".join(sorted(rng.sample(HAZARDS, found), key=HAZARDS.index)) or "none",
        "light": "dim" if rng.random() < 0.12 else "good",
    }
    if found and rng.random() < 0.18:
        room["photo"] = f"{uuid.UUID(int=rng.getrandbits(128), version=4)}.png"
    return room


def _safety(rng: Random, resident: Resident, day: date) -> Answers:
    cold = day.month in COLD_MONTHS and rng.random() < 0.03
    warmth = rng.uniform(13.2, 15.8) if cold else rng.gauss(20.4, 1.2)
    alarm = rng.choices(("working", "silent", "missing"), (72, 12, 16))[0]
    return {
        "gas_smell": yes(rng, 0.006),
        "bare_wires": yes(rng, 0.05 if resident.built_year < 1975 else 0.015),
        "smoke_alarm": alarm,
        "temperature": round(min(27.0, warmth) if cold else min(27.0, max(17.0, warmth)), 1),
    }


def _people_around(rng: Random, resident: Resident) -> Answers:
    chances = (46, 27, 27) if resident.alone else (68, 20, 12)
    return {
        "lives_alone": "yes" if resident.alone else "no",
        "someone_to_call": yes(rng, 0.78 if resident.alone else 0.93),
        "last_visit": rng.choices(LAST_VISITS, chances)[0],
        "share_ccas": yes(rng, 0.66),
    }


def written(form: Form, answers: Answers) -> bytes:
    """Write answers by name as a submission; repeats are lists of answers."""
    root = form.model.children[0]
    head = f' xmlns="{form.namespace}"' if form.namespace else ""
    body = "".join(_element(form, child, answers) for child in root.children)
    ident = f'id="{escape(form.form_id)}" version="{escape(form.version)}"'
    return f"<{root.name}{head} {ident}>{body}</{root.name}>".encode()


def _element(form: Form, node: Node, answers: Answers) -> str:
    if node.path in form.repeats:
        return "".join(_wrapped(form, node, turn) for turn in answers.get(node.name, ()))
    if node.children:
        return _wrapped(form, node, answers)
    return f"<{node.name}>{escape(str(answers.get(node.name, '')))}</{node.name}>"


def _wrapped(form: Form, node: Node, answers: Answers) -> str:
    inside = "".join(_element(form, child, answers) for child in node.children)
    return f"<{node.name}>{inside}</{node.name}>"


def _doubtful(rng: Random, xml: bytes) -> bytes:
    """Put a slip into a submission: a number out of range, or a score an old tablet got wrong."""
    slips = (
        (b"</temperature>", b"<temperature>", b"204"),
        (b"</hazards_seen>", b"<hazards_seen>", b"99"),
        (b"</smoke_alarm>", b"<smoke_alarm>", b""),
    )
    end, start, wrong = rng.choice(slips)
    before, opened, rest = xml.partition(start)
    _, closed, after = rest.partition(end)
    return before + opened + wrong + closed + after if opened and closed else xml
