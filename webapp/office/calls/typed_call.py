"""What was typed in the form of a call."""

import uuid

from flask import flash, request
from flask_babel import gettext as _

from visits.calls.contacts import NOTE_LENGTH, PARTS_SAID, WITH_A_MOMENT, Attempt
from visits.calls.taking_back import ENDING, GRAVE, REFUSALS
from visits.ground.errors import Invalid
from visits.models.calls import ActsBy, Channel, Disposition, RefusalReason
from visits.models.people import RefusedPart
from webapp.office.frame.moments import NoSuchHour, typed_day, typed_moment, unusual

# Only these answers lead to another call at a time the person named.
CALLED_BACK = (*WITH_A_MOMENT, Disposition.IN_HOSPITAL)


def must_be_sure(disposition: Disposition, fields: dict[str, str]) -> None:
    """Ask once before an answer that ends the calls is kept."""
    if disposition in GRAVE and request.form.get("sure") != "yes":
        fields["sure"] = "sure_required"


def typed_attempt() -> Attempt:
    """Read what the caller noted; raises Invalid, field by field."""
    typed, fields = request.form, dict[str, str]()
    try:
        disposition = Disposition(typed.get("disposition", ""))
        channel = Channel(typed.get("channel", Channel.PHONE))
        reason = RefusalReason(typed["reason"]) if typed.get("reason") else None
        acts_by = ActsBy(typed["acts_by"]) if typed.get("acts_by") else None
    except ValueError:
        raise Invalid({"disposition": "disposition_required"}) from None
    call_back_at = None
    if disposition in CALLED_BACK:
        try:
            call_back_at = typed_moment(typed.get("day", ""), typed.get("time", ""))
        except NoSuchHour:
            fields["call_back_at"] = "no_such_hour"
        except ValueError:
            fields["call_back_at"] = "bad_moment"
    happened_on = None
    if disposition in ENDING and typed.get("happened_on"):
        try:
            happened_on = typed_day(typed["happened_on"])
        except ValueError:
            fields["happened_on"] = "bad_date"
    must_be_sure(disposition, fields)
    if disposition in REFUSALS and reason is None:
        fields["reason"] = "reason_required"
    note = typed.get("note", "").replace("\r\n", "\n").strip()
    if len(note) > NOTE_LENGTH:
        fields["note"] = "too_long"
    if fields:
        raise Invalid(fields)
    asked = typed.get("asked")
    wrong = disposition is Disposition.WRONG_NUMBER
    return Attempt(
        disposition,
        channel,
        reason=reason,
        acts_by=acts_by,
        call_back_at=call_back_at,
        happened_on=happened_on,
        note=note,
        seen=typed.get("attempts", type=int),
        dialled=typed.get("dialled") or None,
        right_number=typed.get("right_number", "").strip() if wrong else "",
        refused=_typed_parts() if disposition in PARTS_SAID else (),
        answers=_typed_answers() if typed.get("offered") else None,
        pauses=disposition is Disposition.IN_HOSPITAL and typed.get("pause") == "yes",
        called_off=typed_visits() if typed.get("day") and asked == typed["day"] else None,
        right_whose=typed.get("right_whose", "") if wrong else "",
    )


def remark_call_back(attempt: Attempt) -> None:
    """Tell of a call back on a day or at an hour at which nobody calls, taken for a slip."""
    if attempt.call_back_at and (when := unusual(attempt.call_back_at)):
        said = _("The call back is at an unusual time: %(when)s. If it is a slip, note it again.")
        flash(said % {"when": when}, "warning")


def typed_visits() -> tuple[uuid.UUID, ...]:
    """Read which visits were ticked as not to be."""
    try:
        return tuple(uuid.UUID(one) for one in request.form.getlist("called_off"))
    except ValueError:
        raise Invalid({"visits": "bad_choice"}) from None


def _typed_answers() -> tuple[uuid.UUID, ...]:
    """Read which of the calls that are due were ticked as made."""
    try:
        return tuple(uuid.UUID(one) for one in request.form.getlist("answers"))
    except ValueError:
        raise Invalid({"answers": "bad_choice"}) from None


def _typed_parts() -> tuple[RefusedPart, ...]:
    """Read which parts of a visit were ticked as refused."""
    ticked = request.form.getlist("refused")
    return tuple(part for part in RefusedPart if part in ticked)
