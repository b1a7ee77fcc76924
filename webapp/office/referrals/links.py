"""The link by which a partner without an account sees one referral: made, revoked."""

import uuid

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.ground.errors import Invalid
from visits.referrals.links import DAYS, make_link, revoke_link
from visits.referrals.referrals import find_referral
from webapp.access.auth import Action, requires, viewer
from webapp.frame.transaction import now, transaction
from webapp.office.frame.signed_links import signed_address
from webapp.office.referrals.page import page_of_referral

referral_links = Blueprint("referral_links", __name__, url_prefix="/referrals")


@referral_links.post("/<uuid:referral_id>/link")
@requires(Action.FOLLOW_REFERRALS)
def make(referral_id: uuid.UUID) -> ResponseReturnValue:
    """Make a link to a referral; its address is shown this once."""
    days = {str(one): one for one in DAYS}.get(request.form.get("days", ""), 0)
    try:
        with transaction() as session:
            one = find_referral(session, viewer(), referral_id, to_change=True)
            secret = make_link(session, one, days, viewer=viewer(), now=now())
    except Invalid as refused:
        return page_of_referral(referral_id, refused), 422
    address = signed_address("referral_link.show", secret)
    return page_of_referral(referral_id, made_link=address)


@referral_links.post("/<uuid:referral_id>/link/revocation")
@requires(Action.FOLLOW_REFERRALS)
def revoke(referral_id: uuid.UUID) -> ResponseReturnValue:
    """Let the link of a referral open nothing any more."""
    with transaction() as session:
        one = find_referral(session, viewer(), referral_id, to_change=True)
        revoke_link(session, one, viewer=viewer(), now=now())
    flash(_("The link is revoked: it shows nothing any more."), "success")
    return redirect(url_for("referrals.show", referral_id=referral_id))
