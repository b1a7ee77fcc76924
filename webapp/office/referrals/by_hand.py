"""A referral written down by hand: we ask somebody for a person, or somebody asks us."""

import uuid
from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from diagnostics.codes import RECIPIENTS
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Invalid
from visits.models.referrals import Basis, Direction
from visits.referrals.referrals import (
    NAME_LENGTH,
    WORDS_LENGTH,
    ReferralSaid,
    colleagues,
    label_of,
    open_by_hand,
    referrals_of,
)
from visits.sight import find_person
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.frame.codes import coded
from webapp.office.frame.moments import typed_day

referrals_by_hand = Blueprint("referrals_by_hand", __name__, url_prefix="/referrals")


@referrals_by_hand.get("/new/<uuid:person_id>")
@requires(Action.FOLLOW_REFERRALS)
def new(person_id: uuid.UUID) -> ResponseReturnValue:
    """Ask what is asked for somebody, of whom or by whom."""
    return page_to_open(person_id)


@referrals_by_hand.post("/new/<uuid:person_id>")
@requires(Action.FOLLOW_REFERRALS)
def open_referral(person_id: uuid.UUID) -> ResponseReturnValue:
    """Open a referral of somebody."""
    try:
        with transaction() as session:
            person = find_person(session, viewer(), person_id)
            one = open_by_hand(session, person, typed_referral(), viewer=viewer(), now=now())
    except Invalid as refused:
        return page_to_open(person_id, refused), 422
    flash(_("Referral %(reference)s is open.", reference=one.reference), "success")
    return redirect(url_for("referrals.show", referral_id=one.id))


def typed_referral() -> ReferralSaid:
    """Read what the form of a referral says; raises Invalid for what is no day and no account."""
    typed = request.form
    fields, agreed_on, decided_with = {}, None, None
    try:
        agreed_on = typed_day(typed["agreed_on"]) if typed.get("agreed_on") else None
    except ValueError:
        fields["agreed_on"] = "bad_date"
    try:
        decided_with = uuid.UUID(typed["decided_with"]) if typed.get("decided_with") else None
    except ValueError:
        fields["decided_with"] = "bad_choice"
    if fields:
        raise Invalid(fields)
    return ReferralSaid(
        direction=typed.get("direction", ""),
        code=typed.get("code", ""),
        asked=typed.get("asked", "").replace("\r\n", "\n"),
        basis=typed.get("basis", ""),
        partner=typed.get("partner", ""),
        agreed_on=agreed_on,
        because=typed.get("because", "").replace("\r\n", "\n"),
        decided_with=decided_with,
    )


def page_to_open(
    person_id: uuid.UUID,
    refused: Invalid | None = None,
    *,
    action: str = "",
    asked: Mapping[str, object] | None = None,
) -> str:
    """Render the form of a referral of somebody; `asked` is what stands in it before one types."""
    with showing("referral_new") as (session, shown):
        person = find_person(session, viewer(Action.FOLLOW_REFERRALS), person_id)
        shown.add(person.id)
        fields = refused.fields if refused else {}
        hers = referrals_of(session, viewer(Action.FOLLOW_REFERRALS), person)
        return render_template(
            "referrals/new.html",
            person=person,
            action=action or url_for("referrals_by_hand.open_referral", person_id=person.id),
            known=[(one, label_of(one)) for one in hers if one.is_open],
            codes=[(code, coded("referral", code)) for code in RECIPIENTS],
            directions=list(Direction),
            bases=list(Basis),
            colleagues=colleagues(session, viewer(Action.FOLLOW_REFERRALS)),
            typed=request.form or asked or {},
            latest=today_in_paris(now()),
            name_length=NAME_LENGTH,
            words_length=WORDS_LENGTH,
            errors={name: sentence(code) for name, code in fields.items()},
        )
