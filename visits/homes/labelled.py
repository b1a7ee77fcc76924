"""Which home has a label: worked out of what is noted, true, false or not known, and since when."""

import enum
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, literal, not_, select
from sqlalchemy.orm import Session, selectinload

from visits.homes.access import Widths, demands, made_by, value_of, widths_on
from visits.homes.labels import MAY_ASK, rules_on
from visits.homes.traits import FITTED, STEPS
from visits.models.labels import HomeLabel, HomeLabelRules
from visits.models.portfolio import Dwelling, Residence
from visits.models.traits import HomeTrait
from visits.sight import Viewer
from visits.sight.homes import visible_homes


class LabelStanding(enum.StrEnum):
    """How far a home is from a label; it lacks one thing when all else is known to be there."""

    HAS = "has"
    LACKS_ONE = "lacks_one"
    LACKS_MORE = "lacks_more"
    UNKNOWN = "unknown"


# The score of a home sums these over what a label asks: what is met adds nothing.
NOT_KNOWN, MISSING = 1, 100
SCORES: Mapping[LabelStanding, tuple[int, int]] = {
    LabelStanding.HAS: (0, 0),
    LabelStanding.UNKNOWN: (NOT_KNOWN, MISSING - 1),
    LabelStanding.LACKS_ONE: (MISSING, MISSING),
    LabelStanding.LACKS_MORE: (MISSING + 1, MISSING * len(MAY_ASK)),
}


@dataclass(frozen=True)
class Labelled:
    """A home before a label: what it asks is met, missing (False) or not known (None).

    `since` is the day from which it has the label, None while it has not.
    """

    label: HomeLabel
    rules: HomeLabelRules
    standing: LabelStanding
    met: Mapping[str, bool | None]
    since: date | None

    @property
    def missing(self) -> list[str]:
        """What the home lacks."""
        return [name for name, met in self.met.items() if met is False]

    @property
    def unknown(self) -> list[str]:
        """Of what nobody knows whether it is there."""
        return [name for name, met in self.met.items() if met is None]


def asked(rules: HomeLabelRules, widths: Widths) -> Mapping[str, ColumnElement[Any]]:
    """Give what a label asks as conditions on `Dwelling` and `Residence` that may be not known."""
    known: dict[str, ColumnElement[Any]] = {one: value_of(one) > 0 for one in FITTED}
    known |= {one.value: met for one, met in demands(widths).items()}
    return {one: known[one] for one in rules.asks}


def _score(conditions: Iterable[ColumnElement[Any]]) -> ColumnElement[Any]:
    """Give the score of a home: one expression for what is filtered, counted and told."""
    parts = [case((one, 0), (not_(one), MISSING), else_=NOT_KNOWN) for one in conditions]
    return sum(parts, start=literal(0))


def standing_of(score: int) -> LabelStanding:
    """Read a score."""
    return next(one for one, (low, high) in SCORES.items() if low <= score <= high)


def has_standing(
    session: Session, label: HomeLabel, standing: str, *, today: date
) -> ColumnElement[bool]:
    """Give the condition on `Dwelling` and `Residence` for homes that stand so before a label.

    No standing asks for all homes of its landlord; before its first rules count there are none.
    """
    rules = rules_on(label, today)
    if rules is None or label.withdrawn_at is not None:
        return false()
    its = Residence.landlord_id == label.landlord_id
    if standing not in tuple(LabelStanding):
        return its
    low, high = SCORES[LabelStanding(standing)]
    score = _score(asked(rules, widths_on(session, today)).values())
    return and_(its, score.between(low, high))


def count_standings(
    session: Session, viewer: Viewer, label: HomeLabel, *, today: date
) -> Mapping[LabelStanding, int]:
    """Count the homes a viewer may see by how they stand before a label."""
    counts = dict.fromkeys(LabelStanding, 0)
    rules = rules_on(label, today)
    if rules is None or label.withdrawn_at is not None:
        return counts
    score = _score(asked(rules, widths_on(session, today)).values()).label("score")
    homes = select(score).select_from(Dwelling).join(Dwelling.residence)
    homes = homes.where(Residence.landlord_id == label.landlord_id, visible_homes(viewer))
    scored = homes.subquery()
    by_score = select(scored.c.score, func.count()).group_by(scored.c.score)
    for number, count in session.execute(by_score):
        counts[standing_of(number)] += count
    return counts


def labelled(
    session: Session, noted: Mapping[uuid.UUID, Mapping[str, HomeTrait]], *, today: date
) -> dict[uuid.UUID, list[Labelled]]:
    """Tell of homes, by id, how they stand before each label of their landlord that is in force.

    `noted` are the homes with the notes that count, by trait; whoever asks may see them.
    """
    found: dict[uuid.UUID, list[Labelled]] = {}
    ids = list(noted)
    whose = select(Dwelling.landlord_id).where(Dwelling.id.in_(ids))
    labels = select(HomeLabel).where(
        HomeLabel.withdrawn_at.is_(None), HomeLabel.landlord_id.in_(whose)
    )
    read = session.scalars(labels.options(selectinload(HomeLabel.versions))).all()
    for label in sorted(read, key=lambda one: (one.name.casefold(), one.id)):
        rules = rules_on(label, today)
        if rules is None:
            continue
        for home, (score, met) in stand(session, rules, ids, today=today).items():
            standing = standing_of(score)
            has = standing is LabelStanding.HAS
            since = _since(rules, noted[home]) if has else None
            found.setdefault(home, []).append(Labelled(label, rules, standing, met, since))
    return found


def stand(
    session: Session, rules: HomeLabelRules, ids: Sequence[uuid.UUID], *, today: date
) -> dict[uuid.UUID, tuple[int, Mapping[str, bool | None]]]:
    """Give, by home of the label's landlord, its score and what is met, missing or not known."""
    conditions = asked(rules, widths_on(session, today))
    rows = session.execute(
        select(Dwelling.id, _score(conditions.values()), *conditions.values())
        .join(Dwelling.residence)
        .where(Dwelling.id.in_(ids), Residence.landlord_id == rules.label.landlord_id)
    )
    return {
        home: (
            score,
            {
                name: None if met is None else bool(met)
                for name, met in zip(conditions, mets, strict=True)
            },
        )
        for home, score, *mets in rows
    }


def _since(rules: HomeLabelRules, notes: Mapping[str, HomeTrait]) -> date:
    """Give the latest day of the rules and of the notes by which a home has all that they ask."""
    days = [rules.counts_from]
    for name in rules.asks:
        ways = [
            max(notes[one].since for one in way)
            for way in made_by(name)
            if all(one in notes and _there(notes[one]) for one in way)
        ]
        days += [min(ways)] if ways else []
    return max(days)


def _there(note: HomeTrait) -> bool:
    return note.value == 0 if note.trait == STEPS else note.value > 0


def brought_by(name: str) -> frozenset[str]:
    """Give the adaptations each of which alone lets a home meet what a label asks."""
    return frozenset(way[0] for way in made_by(name) if len(way) == 1 and way[0] in FITTED)
