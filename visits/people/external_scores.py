"""Scores somebody else established (FRAGIRE, Tinetti, SEGA, GIR…): kept as told, never computed."""

import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Invalid
from visits.models.accounts import User
from visits.models.people import AccessKind, ExternalScore, Person
from visits.sight.access_log import log_access

LONGEST = {"name": 60, "version": 60, "author": 100}
EARLIEST = date(1990, 1, 1)
LARGEST = 10_000
GIR = range(1, 7)


@dataclass(frozen=True)
class ToldScore:
    """A score as it was told; `maximum` is None when nobody said it."""

    name: str
    score: float
    author: str
    assessed_on: date
    version: str = ""
    maximum: float | None = None


def record_external_score(
    session: Session, person: Person, told: ToldScore, *, by: uuid.UUID, now: datetime
) -> ExternalScore:
    """Keep a score somebody else established; raises Invalid, field by field."""
    wrong = {
        field: "too_long" for field, most in LONGEST.items() if len(getattr(told, field)) > most
    }
    wrong |= {field: "required" for field in ("name", "author") if not getattr(told, field)}
    wrong |= _wrong_numbers(told) | _wrong_day(told, person, now)
    if wrong:
        raise Invalid(wrong)
    kept = ExternalScore(
        person_id=person.id,
        name=told.name,
        version=told.version,
        result={"score": told.score, "maximum": told.maximum},
        author=told.author,
        assessed_on=told.assessed_on,
        recorded_by_id=by,
        recorded_at=now,
    )
    session.add(kept)
    session.flush()
    log_access(
        session,
        user_id=by,
        persons=[person.id],
        kind=AccessKind.WRITE,
        what="external_score",
        now=now,
    )
    return kept


def _wrong_numbers(told: ToldScore) -> dict[str, str]:
    wrong = {}
    if not (math.isfinite(told.score) and 0 <= told.score <= LARGEST):
        wrong["score"] = "score_out_of_range"
    elif told.name.casefold() == "gir" and told.score not in GIR:
        wrong["score"] = "bad_gir"
    if told.maximum is None:
        return wrong
    if not (math.isfinite(told.maximum) and 0 < told.maximum <= LARGEST):
        wrong["maximum"] = "score_out_of_range"
    elif told.score > told.maximum:
        wrong.setdefault("score", "score_over_maximum")
    return wrong


def _wrong_day(told: ToldScore, person: Person, now: datetime) -> dict[str, str]:
    if told.assessed_on > today_in_paris(now):
        return {"assessed_on": "day_to_come"}
    if told.assessed_on < max(EARLIEST, person.born_on or EARLIEST):
        return {"assessed_on": "day_too_early"}
    return {}


LATEST_FIRST = (
    ExternalScore.assessed_on.desc(),
    ExternalScore.recorded_at.desc(),
    ExternalScore.id.desc(),
)


def external_scores(session: Session, person: Person) -> Sequence[Row[ExternalScore, str]]:
    """List a person's scores with who recorded each, the latest first."""
    statement = (
        select(ExternalScore, User.name)
        .join(User, User.id == ExternalScore.recorded_by_id)
        .where(ExternalScore.person_id == person.id)
        .order_by(*LATEST_FIRST)
    )
    return session.execute(statement).all()


def gir_on(session: Session, person: Person, day: date) -> int | None:
    """Give the latest GIR somebody told by a day; None when nobody did."""
    statement = (
        select(ExternalScore)
        .where(ExternalScore.person_id == person.id, ExternalScore.assessed_on <= day)
        .order_by(*LATEST_FIRST)
    )
    scores = session.scalars(statement)
    found = next((one for one in scores if one.name.lower() == "gir"), None)
    return int(found.result["score"]) if found is not None else None
