"""Adaptations: the list and the same as a file; one on its path, to move on or to take back."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from visits.adaptations.alternatives import first_waiting
from visits.adaptations.certifying import note_certificate, withdraw_certificate
from visits.adaptations.file_list import (
    LISTS,
    AdaptationFilter,
    list_adaptations,
    steps_counted,
    territories_in_use,
)
from visits.adaptations.files import find_file, hand_to, label_of
from visits.adaptations.moving import Agreed, latest_move, move_file, take_move_back
from visits.adaptations.on_site import on_site
from visits.adaptations.path import DECIDED, legal_delay_of, near_until, whose
from visits.adaptations.works import cancelled_among
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Invalid
from visits.homes.traits import ENTRANCE_DOOR, INNER_DOOR
from visits.models.accounts import Role
from visits.models.adaptations import AdaptationFile, Step
from webapp.access.auth import Action, requires, viewer
from webapp.frame.languages import day, pick
from webapp.frame.transaction import now, transaction
from webapp.office.adaptations.page import page_of_file, typed_day_of, typed_turn
from webapp.office.frame.access import showing
from webapp.office.frame.landlords import landlord_cells, landlord_heads
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted_by
from webapp.words import word

DOORS = (ENTRANCE_DOOR, INNER_DOOR)
adaptations = Blueprint("adaptations", __name__, url_prefix="/adaptations")


@adaptations.get("/")
@requires(Action.FOLLOW_ADAPTATIONS)
def index() -> ResponseReturnValue:
    """List adaptations, what is due first at the top."""
    only, today = _only(), today_in_paris(now())
    with showing("adaptations") as (session, shown):
        listed = list_adaptations(
            session, viewer(), only=only, wanted=wanted_by("due"), today=today
        )
        shown.update(file.person_id for file in listed.rows)
        return render_template(
            "adaptations/index.html",
            listed=listed,
            only=only,
            lists=LISTS,
            counts=steps_counted(session, viewer()),
            territories=territories_in_use(session, viewer()),
            whose={one.id: whose(session, one) for one in listed.rows},
            instead=first_waiting(session, [one.id for one in listed.rows]),
            cancelled=cancelled_among(session, [one.id for one in listed.rows]),
            law=legal_delay_of,
            near_until=near_until(session, today=today),
            day_now=today,
        )


@adaptations.get("/adaptations.csv")
@requires(Action.FOLLOW_ADAPTATIONS)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike; of very many the first, and says so."""
    with showing("adaptations") as (session, shown):
        listed = list_adaptations(
            session,
            viewer(),
            only=_only(),
            wanted=whole(wanted_by("due")),
            today=today_in_paris(now()),
        )
        shown.update(file.person_id for file in listed.rows)
        hers = [(file, whose(session, file)) for file in listed.rows]
        instead = first_waiting(session, [one.id for one in listed.rows])
        return list_file("adaptations.csv", _lines(hers, instead), of=listed)


@adaptations.get("/<uuid:adaptation_id>")
@requires(Action.FOLLOW_ADAPTATIONS)
def show(adaptation_id: uuid.UUID) -> ResponseReturnValue:
    """Show one adaptation: where it stands, what is missing, what was said and decided."""
    return page_of_file(adaptation_id)


@adaptations.post("/<uuid:adaptation_id>")
@requires(Action.FOLLOW_ADAPTATIONS)
def move(adaptation_id: uuid.UUID) -> ResponseReturnValue:
    """Bring an adaptation to another step of its path."""
    try:
        with transaction() as session:
            file = find_file(session, viewer(), adaptation_id, to_change=True)
            sent = on_site(session, file).is_awaited
            move_file(
                session,
                file,
                _typed_step(),
                turn=typed_turn(),
                said=request.form.get("said", ""),
                priority=request.form.get("priority", ""),
                measured=_typed_measures(),
                agreed=_typed_agreement(),
                ended_on=typed_day_of("ended_on"),
                viewer=viewer(),
                now=now(),
            )
    except Invalid as refused:
        return page_of_file(adaptation_id, refused), 422
    return _up_to_date(file, sent=sent)


@adaptations.post("/<uuid:adaptation_id>/back")
@requires(Action.FOLLOW_ADAPTATIONS)
def back(adaptation_id: uuid.UUID) -> ResponseReturnValue:
    """Take the last move back; what was decided, by whoever may decide alone."""
    with transaction() as session:
        file = find_file(session, viewer(), adaptation_id, to_change=True)
        last = latest_move(session, file)
        decided = last is not None and last.step in DECIDED
        acting = viewer(Action.DECIDE_ADAPTATIONS) if decided else viewer()
        sent = on_site(session, file).is_awaited
        take_move_back(session, file, turn=typed_turn(), viewer=acting, now=now())
    return _up_to_date(file, sent=sent)


@adaptations.post("/<uuid:adaptation_id>/certificate")
@requires(Action.FOLLOW_ADAPTATIONS)
def certify(adaptation_id: uuid.UUID) -> ResponseReturnValue:
    """Note that the tenant certified the works at her own cost, or take it back."""
    try:
        with transaction() as session:
            file = find_file(session, viewer(), adaptation_id, to_change=True)
            if request.form.get("what") == "withdraw":
                withdraw_certificate(session, file, viewer=viewer(), now=now())
            else:
                on = typed_day_of("certified_on")
                note_certificate(session, file, on, viewer=viewer(), now=now())
    except Invalid as refused:
        return page_of_file(adaptation_id, refused), 422
    return _up_to_date(file)


@adaptations.post("/<uuid:adaptation_id>/holder")
@requires(Action.FOLLOW_ADAPTATIONS)
def hold(adaptation_id: uuid.UUID) -> ResponseReturnValue:
    """Put an adaptation in somebody's hands."""
    try:
        with transaction() as session:
            file = find_file(session, viewer(), adaptation_id, to_change=True)
            hand_to(session, file, _typed_holder(), viewer=viewer(), now=now())
    except Invalid as refused:
        return page_of_file(adaptation_id, refused), 422
    return _up_to_date(file)


def _up_to_date(file: AdaptationFile, *, sent: bool = False) -> ResponseReturnValue:
    """Go back to a file; whoever is `sent` and not needed any more still goes until called off."""
    flash(_("File %(reference)s is up to date.", reference=file.reference), "success")
    if sent and file.step is not Step.VISIT:
        flash(_("Somebody is still sent there: call it off where nobody needs it."), "warning")
    return redirect(url_for("adaptations.show", adaptation_id=file.id))


def _typed_step() -> Step:
    try:
        return Step(request.form.get("step", ""))
    except ValueError:
        raise Invalid({"step": "bad_choice"}) from None


def _typed_measures() -> dict[str, int]:
    """Read what was measured, by trait; what is no number of millimetres can be none."""
    typed = {name: request.form.get(name, "").strip() for name in DOORS}
    return {
        name: int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
        for name, text in typed.items()
        if text
    }


def _typed_agreement() -> Agreed:
    """Read how and when the tenant agreed; what is no day is none."""
    return Agreed(request.form.get("agreed_how", ""), typed_day_of("agreed_on"))


def _typed_holder() -> uuid.UUID | None:
    try:
        return uuid.UUID(request.form["holder"]) if request.form.get("holder") else None
    except ValueError:
        raise Invalid({"holder": "bad_choice"}) from None


def _only() -> AdaptationFilter:
    return AdaptationFilter(
        step=request.args.get("step", "open"),
        priority=request.args.get("priority", ""),
        territory=request.args.get("territory", ""),
        text=request.args.get("q", ""),
    )


def _lines(
    found: Sequence[tuple[AdaptationFile, Role | None]],
    instead: Mapping[uuid.UUID, tuple[date, str | None]],
) -> Iterator[Sequence[str]]:
    heads = (_("Reference"), _("What"), _("Person"), _("Dwelling"), _("City"), *landlord_heads())
    more = (_("Asked on"), _("Where it stands"), _("Since"), _("Due"), _("Whose"), _("Priority"))
    yield *heads, *more, _("Legal delay"), _("What the law says"), _("Alternative to open by")
    for file, role in found:
        legal = legal_delay_of(file)
        opens_by, owner = instead.get(file.id, (None, None))
        yield (
            file.reference,
            pick(label_of(file)).replace("**", ""),
            file.person.name,
            file.dwelling.reference,
            file.dwelling.residence.city,
            *landlord_cells(file.person.landlord_id),
            day(file.asked_on),
            word("adaptation_step", file.step),
            day(file.since),
            day(file.due_on) if file.due_on else "",
            file.holder.name if file.holder else word("role", role) if role else owner or "",
            word("adaptation_priority", file.priority) if file.priority else "",
            day(file.legal_on) if file.legal_on else "",
            word("adaptation_legal", legal) if legal else "",
            day(opens_by) if opens_by else "",
        )
