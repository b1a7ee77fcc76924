"""What is decided of an adaptation, and a refusal that is looked at again.

A refusal is never bare: it has a coded reason, an explanation in plain words and at least one
alternative, made with the tenant. What a commission decides stands on its agenda too.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from visits.adaptations.alternatives import offer_alternatives
from visits.adaptations.commissions import agenda_item_of
from visits.adaptations.moving import put, read_just_now, words_of_move, wrong_talk
from visits.adaptations.path import REACHED_FROM, REVIEWED_FROM, delay_of, silence_is_over
from visits.ground.db import new_id
from visits.ground.deadlines import months_after, today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.ground.saying import letters_in
from visits.models.adaptations import (
    AdaptationDecision,
    AdaptationFile,
    AdaptationMove,
    Instead,
    Outcome,
    RefusalReason,
    Step,
    Talked,
)
from visits.models.people import Person
from visits.sight import Viewer
from visits.sight.adaptations import visible_adaptations

EXPLANATION_LENGTH = 500
# So many letters at least say something: a full stop does not.
EXPLAINED, OFFERED = 10, 5
LEADS_TO = {
    Outcome.GRANTED: Step.AGREEMENT,
    Outcome.IN_PART: Step.AGREEMENT,
    Outcome.REFUSED: Step.REFUSED,
}
REVIEW = "adaptation_review"


@dataclass(frozen=True)
class Decided:
    """A decision as it was typed; `instead` says by alternative what exactly is offered.

    `built_how` and `built_on` are how and when it was made with the tenant, or `not_yet`. `silence`
    is what is said of a refusal after the law took the landlord's silence for a yes.
    """

    outcome: str
    reason: str = ""
    explanation: str = ""
    instead: Mapping[str, str] = field(default_factory=dict)
    built_how: str = ""
    built_on: date | None = None
    silence: str = ""


def outcomes_of(file: AdaptationFile) -> list[Outcome]:
    """List what may be decided of a file where it stands."""
    return [one for one, step in LEADS_TO.items() if file.step in REACHED_FROM[step]]


def reasons_of(file: AdaptationFile) -> list[RefusalReason]:
    """List why a file may be refused: what the tenant pays for costs the landlord nothing."""
    return [one for one in RefusalReason if one != RefusalReason.TOO_COSTLY or not file.own_cost]


def decide(
    session: Session,
    file: AdaptationFile,
    said: Decided,
    *,
    turn: int,
    viewer: Viewer,
    now: datetime,
) -> AdaptationDecision:
    """Grant an adaptation, grant a part of it, or refuse it; `turn` is the one that was read.

    Raises Conflict when somebody else decided or moved it meanwhile, Invalid field by field: what
    is refused, were it a part, needs a reason, an explanation and an alternative; after the delay
    of the law, a word that this is known, too.
    """
    read_just_now(file, turn)
    allowed = outcomes_of(file)
    if not allowed:
        raise Conflict("adaptation_not_to_decide")
    fields = _wrong(said, allowed, reasons_of(file), since=file.asked_on, now=now)
    late = said.outcome != Outcome.GRANTED and silence_is_over(file, today=today_in_paris(now))
    if late and letters_in(said.silence) < EXPLAINED:
        fields["silence"] = "say_silence_is_known"
    elif len(said.silence.strip()) > EXPLANATION_LENGTH:
        fields["silence"] = "too_long"
    if fields:
        raise Invalid(fields)
    outcome = Outcome(said.outcome)
    bare, known = outcome is Outcome.GRANTED, said.silence if late else ""
    move = put(session, file, LEADS_TO[outcome], said=known, viewer=viewer, now=now)
    decision = AdaptationDecision(
        id=new_id(),
        move_id=move.id,
        outcome=outcome,
        reason=None if bare else RefusalReason(said.reason),
        explanation=said.explanation.strip() or None,
        instead=None if bare else {kind: what.strip() for kind, what in said.instead.items()},
        built_how=None if bare else Talked(said.built_how),
        built_on=None if bare or said.built_how == Talked.NOT_YET else said.built_on,
    )
    session.add(decision)
    session.flush()
    offer_alternatives(session, decision, decided_at=now)
    item = agenda_item_of(session, file)
    if item is not None:
        item.decision = decision
        session.flush()
    return decision


def _wrong(
    said: Decided,
    allowed: Sequence[Outcome],
    reasons: Sequence[RefusalReason],
    *,
    since: date,
    now: datetime,
) -> dict[str, str]:
    """Say by field what is wrong with a decision on what was asked `since` a day."""
    fields = {}
    if said.outcome not in allowed:
        fields["outcome"] = "bad_choice" if said.outcome else "required"
    elif said.outcome == Outcome.GRANTED and (said.reason or said.instead):
        fields["outcome"] = "granted_refuses_nothing"
    if len(said.explanation.strip()) > EXPLANATION_LENGTH:
        fields["explanation"] = "too_long"
    if said.outcome in (Outcome.IN_PART, Outcome.REFUSED):
        fields |= wrong_refusal(said, reasons=reasons, alternatives=tuple(Instead))
        ways = tuple(Talked)
        fields |= wrong_talk(
            "built", said.built_how, said.built_on, ways=ways, since=since, now=now
        )
    return fields


def wrong_refusal(
    said: Decided, *, reasons: Sequence[str], alternatives: Sequence[str]
) -> dict[str, str]:
    """Say by field why a refusal is bare: without reason, explanation or alternative."""
    fields = {}
    if said.reason not in reasons:
        fields["reason"] = "bad_choice" if said.reason else "required"
    if letters_in(said.explanation) < EXPLAINED:
        fields["explanation"] = "explain_refusal"
    if not said.instead:
        fields["instead"] = "offer_instead"
    for kind, what in said.instead.items():
        if kind not in alternatives:
            fields["instead"] = "bad_choice"
        elif letters_in(what) < OFFERED:
            fields[f"instead_{kind}"] = "say_what_instead"
        elif len(what.strip()) > EXPLANATION_LENGTH:
            fields[f"instead_{kind}"] = "too_long"
    return fields


def decisions_of(session: Session, file: AdaptationFile) -> Sequence[AdaptationDecision]:
    """List what was decided of a file, taken back or not, the latest first."""
    made = (
        select(AdaptationDecision)
        .join(AdaptationDecision.move)
        .where(AdaptationMove.file_id == file.id)
        .options(contains_eager(AdaptationDecision.move).joinedload(AdaptationMove.by))
        .order_by(AdaptationMove.at.desc(), AdaptationDecision.id.desc())
    )
    return session.scalars(made).all()


def standing_decision(session: Session, file: AdaptationFile) -> AdaptationDecision | None:
    """Give what holds of a file now: the last decision that nobody took back."""
    return next((one for one in decisions_of(session, file) if one.move.stands), None)


def latest_told(
    session: Session, viewer: Viewer, landlord_id: uuid.UUID
) -> AdaptationDecision | None:
    """Give the latest decision on a tenant of a landlord that the viewer may read, if it holds."""
    told = (
        select(AdaptationDecision)
        .join(AdaptationDecision.move)
        .join(AdaptationMove.file)
        .join(AdaptationFile.person)
        .where(AdaptationMove.taken_back_at.is_(None), visible_adaptations(viewer))
        .where(Person.landlord_id == landlord_id, Person.died_on.is_(None))
        .options(contains_eager(AdaptationDecision.move))
        .order_by(AdaptationMove.at.desc(), AdaptationDecision.id.desc())
        .limit(1)
    )
    return session.scalars(told).one_or_none()


def review_until(session: Session, file: AdaptationFile) -> date | None:
    """Give the last day to ask for what was refused to be looked at again; None for nothing.

    What is refused of a grant in part may be until she agrees to the rest.
    """
    if file.step not in REVIEWED_FROM:
        return None
    decision = standing_decision(session, file)
    if decision is None or decision.outcome is Outcome.GRANTED:
        return None
    refused_on = today_in_paris(file.since)
    return months_after(refused_on, int(delay_of(session, REVIEW, on=refused_on).value))


def ask_review(
    session: Session,
    file: AdaptationFile,
    *,
    said: str,
    turn: int,
    viewer: Viewer,
    now: datetime,
) -> None:
    """Bring a refusal to whoever decides once more, with what the tenant says of it.

    Raises Conflict once it is too late, or when it is no refusal any more; Invalid without words.
    """
    read_just_now(file, turn)
    until = review_until(session, file)
    if until is None:
        raise Conflict("adaptation_not_refused")
    if today_in_paris(now) > until:
        raise Conflict("adaptation_review_too_late")
    fields = words_of_move(said, needed=True)
    if fields:
        raise Invalid(fields)
    put(session, file, Step.DECISION, said=said, viewer=viewer, now=now)
