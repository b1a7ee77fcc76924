"""The page of a link: one referral, for a partner who has no account here."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.cases.cases import home_of
from visits.ground.errors import Conflict, Invalid
from visits.models.portfolio import Dwelling
from visits.models.referrals import ReferralLink
from visits.referrals.links import LinkWorthless, answer_by_link, note_opened, open_link
from visits.referrals.moving import Answer
from visits.referrals.path import ANSWERS, REASONS, ways_on
from visits.referrals.referrals import WORDS_LENGTH, label_of
from webapp.access.auth import public
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, reading, transaction
from webapp.office.frame.signed_links import PRIVATE, secret_in
from webapp.office.referrals.page import typed_turn

referral_link = Blueprint("referral_link", __name__, url_prefix="/referral-link")


def _opened(session: Session, token: str, *, to_change: bool = False) -> ReferralLink:
    """Find the link of a token; raises LinkWorthless for one that shows nothing."""
    secret = secret_in("referral_link.show", token)
    if secret is None:
        raise LinkWorthless("link_tampered")
    return open_link(session, secret, now=now(), to_change=to_change)


@referral_link.get("/<token>")
@public
def show(token: str) -> ResponseReturnValue:
    """Show the referral of a link, and nothing else."""
    return _page(token)


@referral_link.post("/<token>")
@public
def act(token: str) -> ResponseReturnValue:
    """Note what the partner answers."""
    typed = request.form
    said = Answer(
        typed.get("step", ""), typed.get("reason", ""), typed.get("said", "").replace("\r\n", "\n")
    )
    try:
        with transaction() as session:
            link = _opened(session, token, to_change=True)
            answer_by_link(session, link, said, turn=typed_turn(), now=now())
    except LinkWorthless as ended:
        return _worthless(ended)
    except (Invalid, Conflict) as refused:
        return _page(token, refused)
    flash(_("Thank you, it is noted."), "success")
    return redirect(url_for(".show", token=token))


def _page(token: str, refused: Invalid | Conflict | None = None) -> ResponseReturnValue:
    """Show the referral; what was refused stands beside its field, and what was typed stays."""
    fields = refused.fields if isinstance(refused, Invalid) else {}
    try:
        with reading() as session:
            link = _opened(session, token)
            one = link.referral
            page = render_template(
                "referrals/by_link.html",
                token=token,
                link=link,
                one=one,
                label=label_of(one),
                home=_home(session, link),
                ways=[step for step in ANSWERS if step in ways_on(one)],
                reasons=REASONS,
                typed=request.form,
                words_length=WORDS_LENGTH,
                errors={name: sentence(code) for name, code in fields.items()},
                conflict=sentence(refused.code) if isinstance(refused, Conflict) else "",
            )
        with transaction() as session:
            note_opened(session, _opened(session, token, to_change=True), now=now())
    except LinkWorthless as ended:
        return _worthless(ended)
    status = 200 if refused is None else 409 if isinstance(refused, Conflict) else 422
    return page, status, PRIVATE


def _home(session: Session, link: ReferralLink) -> Dwelling | None:
    home = home_of(session, link.referral.person)
    return session.get(Dwelling, home) if home is not None else None


def _worthless(ended: LinkWorthless) -> ResponseReturnValue:
    page = render_template("order_link/worthless.html", why=sentence(ended.code))
    return page, 410, PRIVATE
