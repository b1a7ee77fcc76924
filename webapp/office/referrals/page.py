"""The page of one referral: what is asked, what allows it, where it stands, what was answered."""

import uuid

from flask import render_template, request
from sqlalchemy.orm import Session

from visits.admissions.requests import admissions_of
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Invalid
from visits.models.admissions import Admission
from visits.models.people import RefusedPart
from visits.models.referrals import Basis, Direction, Referral, ReferralStep
from visits.people.part_refusals import refused_parts
from visits.referrals.links import DAYS, standing_link
from visits.referrals.moving import latest_move
from visits.referrals.path import REASONS, ways_on
from visits.referrals.referrals import (
    NAME_LENGTH,
    WORDS_LENGTH,
    find_referral,
    findings_seen,
    label_of,
    referrals_of,
    who_may_hold,
)
from visits.referrals.requests import request_of
from webapp.access.auth import Action, may, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now
from webapp.office.frame.access import showing
from webapp.office.frame.listing import stands_at
from webapp.office.intake.answers import told_causes


def typed_turn() -> int:
    """Read which turn of the referral the page was made of; nonsense is none that ever was."""
    return request.form.get("turn", -1, type=int)


def page_of_referral(
    referral_id: uuid.UUID, refused: Invalid | None = None, *, made_link: str = ""
) -> str:
    """Render the page of a referral, with why a change was refused, or a link just made."""
    stands_at("referrals.show", referral_id=referral_id)
    with showing("referral") as (session, shown):
        one = find_referral(session, viewer(Action.FOLLOW_REFERRALS), referral_id)
        shown.add(one.person_id)
        fields = refused.fields if refused else {}
        ways = ways_on(one)
        return render_template(
            "referrals/show.html",
            one=one,
            label=label_of(one),
            came=request_of(session, viewer(Action.FOLLOW_REFERRALS), one),
            ways=[step for step in ways if step is not ReferralStep.WITHDRAWN],
            may_withdraw=ReferralStep.WITHDRAWN in ways,
            reasons=REASONS,
            may_send=one.step is ReferralStep.TO_SEND,
            sharing_refused=_sharing_refused(session, one),
            last=latest_move(session, one),
            moves=list(reversed(one.moves)),
            link=standing_link(session, one),
            days=DAYS,
            made_link=made_link,
            holders=who_may_hold(session, viewer(Action.FOLLOW_REFERRALS)),
            findings=_findings(session, one),
            others=_others(session, one),
            admissions=_admissions(session, one),
            may_ask_place=one.direction is Direction.IN and may(Action.SUPPORT),
            typed=request.form,
            name_length=NAME_LENGTH,
            words_length=WORDS_LENGTH,
            day_now=today_in_paris(now()),
            errors={name: sentence(code) for name, code in fields.items()},
        )


def _sharing_refused(session: Session, one: Referral) -> bool:
    refused = refused_parts(session, one.person_id)
    return one.is_open and one.basis is Basis.CONSENT and RefusedPart.SHARING in refused


def _findings(session: Session, one: Referral) -> list[tuple[object, object]]:
    """Read what calls for it, for those who may read answers."""
    sees = may(Action.SEE_ANSWERS)
    found = findings_seen(session, one, viewer(Action.SEE_ANSWERS)) if sees else []
    return [(finding, told_causes(session, finding)) for finding in found]


def _admissions(session: Session, one: Referral) -> list[Admission]:
    """List the requests for a place that answer it, of those the reader may see."""
    hers = admissions_of(session, viewer(Action.SUPPORT), one.person) if may(Action.SUPPORT) else ()
    return [admission for admission in hers if admission.referral_id == one.id]


def _others(session: Session, one: Referral) -> list[tuple[Referral, dict[str, str]]]:
    hers = referrals_of(session, viewer(Action.FOLLOW_REFERRALS), one.person)
    return [(other, label_of(other)) for other in hers if other.id != one.id]
