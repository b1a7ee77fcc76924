"""Two submissions of one home side by side, and the decision between two of one visit."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from visits.following.setting_aside import Hanging, hanging_on
from visits.ground.errors import Invalid, NotFound
from visits.intake.doubles import (
    keep_both,
    keep_one,
    waits_for_decision,
    was_decided,
    withdraw_decision,
)
from visits.intake.unfinished import find_seen_submission
from visits.models.visits import Submission
from webapp.access.auth import Action, may, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now, transaction
from webapp.office.frame.access import showing
from webapp.office.intake.answers import read_submissions
from webapp.office.intake.side_by_side import side_by_side

comparisons = Blueprint("comparisons", __name__, url_prefix="/comparisons")


@comparisons.get("/<uuid:left_id>/<uuid:right_id>")
@requires(Action.SEE_ANSWERS)
def show(left_id: uuid.UUID, right_id: uuid.UUID) -> ResponseReturnValue:
    """Show two submissions of one dwelling question by question."""
    with showing("submissions_compared") as (session, shown):
        both = _both(session, left_id, right_id)
        shown.update(_persons(*both))
        return _page(session, *both)


@comparisons.post("/<uuid:left_id>/<uuid:right_id>")
@requires(Action.REVIEW_ANSWERS)
def decide(left_id: uuid.UUID, right_id: uuid.UUID) -> ResponseReturnValue:
    """Keep both submissions of a visit, or one and set the other aside; or take that back."""
    keep = request.form.get("keep", "")
    try:
        with transaction() as session:
            left, right = _both(session, left_id, right_id, to_change=True)
            _decide(session, left, right, keep)
            visit_id = left.visit_id
    except Invalid as refused:
        errors = {name: sentence(code) for name, code in refused.fields.items()}
        with showing("submissions_compared") as (session, shown):
            both = _both(session, left_id, right_id)
            shown.update(_persons(*both))
            return _page(session, *both, errors), 422
    if keep == "neither":
        flash(_("The decision is taken back: both count again, with all they opened."), "success")
        return redirect(url_for(".show", left_id=left_id, right_id=right_id))
    flash(_("Your decision is kept. Nothing was deleted."), "success")
    return redirect(url_for("visits.show", visit_id=visit_id))


def _decide(session: Session, left: Submission, right: Submission, keep: str) -> None:
    if keep == "both":
        keep_both(session, left, right, viewer=viewer(), now=now())
        return
    if keep == "neither":
        withdraw_decision(session, left, right, viewer=viewer(), now=now())
        return
    order = {"left": (left, right, "right"), "right": (right, left, "left")}.get(keep)
    if order is None:
        raise Invalid({"keep": "bad_choice"})
    kept, other, aside = order
    reason, cancel = request.form.get("reason", ""), named_to_cancel(aside)
    keep_one(session, kept, other, reason=reason, cancel=cancel, viewer=viewer(), now=now())


def named_to_cancel(aside: str) -> set[uuid.UUID]:
    """Give what the page named as open and whose tick was taken away; nothing else is cancelled."""
    named = set(request.form.getlist(f"named-{aside}"))
    going = set(request.form.getlist(f"going-{aside}"))
    try:
        return {uuid.UUID(one) for one in named - going}
    except ValueError:
        raise Invalid({"keep": "bad_choice"}) from None


def _both(
    session: Session, left_id: uuid.UUID, right_id: uuid.UUID, *, to_change: bool = False
) -> tuple[Submission, Submission]:
    """Find both, of one form and one dwelling, else raise NotFound."""
    # In one order whoever asks, so that two who decide at once do not wait for each other.
    found = {
        each: find_seen_submission(session, viewer(), each, to_change=to_change)
        for each in sorted({left_id, right_id})
    }
    left, right = found[left_id], found[right_id]
    # Where she has no home here, what is compared is of one visit.
    visits = [one.visit for one in (left, right) if one.visit is not None]
    homes = {visit.home.id if visit.home else visit.id for visit in visits}
    forms = {one.form_version.form_id for one in (left, right)}
    if left_id == right_id or len(homes) != 1 or len(forms) != 1:
        raise NotFound("submission_not_found")
    return left, right


def _page(
    session: Session, left: Submission, right: Submission, errors: dict[str, str] | None = None
) -> str:
    readings = read_submissions(session, [left, right])
    of_one_visit = left.visit_id == right.visit_id
    may_decide = of_one_visit and may(Action.REVIEW_ANSWERS)
    return render_template(
        "comparisons/show.html",
        both=side_by_side(*readings),
        visit=left.visit,
        of_one_visit=of_one_visit,
        may_decide=may_decide and waits_for_decision(left, right),
        may_withdraw=may_decide and was_decided(left, right),
        hanging=_hanging(session, left, right) if may_decide else {},
        only_differences=request.args.get("only") == "differences",
        errors=errors or {},
        typed=request.form,
    )


def _persons(left: Submission, right: Submission) -> set[uuid.UUID]:
    return {one.visit.case.person_id for one in (left, right) if one.visit is not None}


def _hanging(session: Session, left: Submission, right: Submission) -> dict[str, Hanging]:
    """Give by side what is open and called for by that side alone."""
    return {
        "left": hanging_on(session, left, beside=right),
        "right": hanging_on(session, right, beside=left),
    }
