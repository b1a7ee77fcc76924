"""Absences: noted with what becomes of the visits they hit, listed, taken back."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext, pgettext
from sqlalchemy.orm import Session

from maps.travel import Geodesic
from visits.agenda.absences import (
    LISTS,
    NOTE_LENGTH,
    TO_COME,
    WHY_LENGTH,
    AbsenceSaid,
    BackAgain,
    Doing,
    Hit,
    find_absence,
    hit_by,
    list_absences,
    note_absence,
    take_back,
)
from visits.agenda.proposals import propose
from visits.agenda.visitors import find_visitor
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Conflict, Invalid
from visits.models.agenda import Absence, AbsenceKind, ChangeKind
from visits.sight.listing import Listed
from webapp.access.auth import Action, requires, viewer
from webapp.frame.errors import sentence
from webapp.frame.languages import day
from webapp.frame.transaction import now, reading, transaction
from webapp.office.agenda.typed import asked_id, form_day, said_of
from webapp.office.frame.access import showing
from webapp.office.frame.list_file import list_file, whole
from webapp.office.frame.listing import wanted_by
from webapp.words import word

absences = Blueprint("absences", __name__, url_prefix="/absences")


@absences.get("/")
@requires(Action.PLAN)
def index() -> ResponseReturnValue:
    """List the absences of the visitors whose days one keeps."""
    state = request.args.get("state", TO_COME)
    with reading() as session:
        return render_template(
            "agenda/absences.html",
            listed=_listed(session, state),
            state=state,
            lists=LISTS,
        )


@absences.get("/absences.csv")
@requires(Action.PLAN)
def export() -> ResponseReturnValue:
    """Give the list as a file, filtered and sorted alike."""
    with reading() as session:
        listed = _listed(session, request.args.get("state", TO_COME), all_of_it=True)
        lines = list(_lines(listed.rows))
    return list_file("absences.csv", lines, of=listed)


def _listed(session: Session, state: str, *, all_of_it: bool = False) -> Listed[Absence]:
    wanted = wanted_by("first")
    return list_absences(
        session,
        viewer(),
        state=state,
        wanted=whole(wanted) if all_of_it else wanted,
        now=now(),
        visitor_id=asked_id("visitor"),
    )


@absences.get("/of/<uuid:visitor_id>/new")
@requires(Action.PLAN)
def new(visitor_id: uuid.UUID) -> ResponseReturnValue:
    """Ask when a visitor is away."""
    return _form(visitor_id)


@absences.post("/of/<uuid:visitor_id>/new")
@requires(Action.PLAN)
def note(visitor_id: uuid.UUID) -> ResponseReturnValue:
    """Note an absence; the visits it hits are shown first, and then done with in one go."""
    said = AbsenceSaid()
    try:
        said = _said()
        with transaction() as session:
            absence = note_absence(
                session,
                visitor_id,
                said,
                doing=_doing() if _was_asked(said) else None,
                viewer=viewer(),
                now=now(),
            )
            done = len(absence.changes)
            absence_id = absence.id
    except Invalid as refused:
        return _form(visitor_id, refused, said=said), 422
    flash(_("The absence is noted."), "success")
    if done:
        flash(
            ngettext("%(num)d visit was changed.", "%(num)d visits were changed.", done), "success"
        )
    return redirect(url_for("absences.show", absence_id=absence_id))


@absences.get("/<uuid:absence_id>")
@requires(Action.PLAN)
def show(absence_id: uuid.UUID) -> ResponseReturnValue:
    """Show an absence, and the visits it changed."""
    return _page(absence_id)


@absences.post("/<uuid:absence_id>/withdrawal")
@requires(Action.PLAN)
def withdraw(absence_id: uuid.UUID) -> ResponseReturnValue:
    """Take an absence back, and what it did to visits as far as that can be."""
    try:
        with transaction() as session:
            absence = find_absence(session, viewer(), absence_id, to_change=True)
            why = request.form.get("why", "")
            again = take_back(session, absence, why, viewer=viewer(), now=now())
            _tell(again)
    except Invalid as refused:
        return _page(absence_id, refused), 422
    except Conflict as refused:
        return _page(absence_id, said=refused.code), 409
    return redirect(url_for("absences.show", absence_id=absence_id))


def _tell(again: BackAgain) -> None:
    flash(_("The absence is taken back."), "success")
    if again.back:
        flash(
            ngettext(
                "%(num)d visit stands again as before.",
                "%(num)d visits stand again as before.",
                len(again.back),
            ),
            "success",
        )
    if again.lost:
        flash(
            ngettext(
                "%(num)d visit stays as it is now: it was changed since, or its hour is taken.",
                "%(num)d visits stay as they are now: changed since, or their hour is taken.",
                len(again.lost),
            ),
            "warning",
        )


def _said() -> AbsenceSaid:
    return AbsenceSaid(
        first_on=form_day("first_on"),
        last_on=form_day("last_on"),
        kind=request.form.get("kind", ""),
        note=request.form.get("note", "").replace("\r\n", "\n"),
    )


def _was_asked(said: AbsenceSaid) -> bool:
    """Tell whether the visits of these very days were shown."""
    return request.form.get("asked", "") == f"{said.first_on}/{said.last_on}"


def _doing() -> dict[uuid.UUID, Doing]:
    """Read what becomes of each visit: `given_back`, `handed_over:who`, `moved:when[/who]`."""
    found = {}
    for name, text in request.form.items():
        if not name.startswith("do-"):
            continue
        kind, _colon, more = text.partition(":")
        try:
            found[uuid.UUID(name.removeprefix("do-"))] = _done(ChangeKind(kind), more)
        except ValueError:
            raise Invalid({name: "bad_choice"}) from None
    return found


def _done(kind: ChangeKind, more: str) -> Doing:
    if kind is ChangeKind.HANDED_OVER:
        return Doing(kind, visitor_id=uuid.UUID(more))
    if kind is ChangeKind.GIVEN_BACK:
        return Doing(kind)
    when, _slash, who = more.partition("/")
    return Doing(kind, visitor_id=uuid.UUID(who) if who else None, start_at=_moment(when))


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("on no clock")
    return at


def _form(
    visitor_id: uuid.UUID, refused: Invalid | None = None, *, said: AbsenceSaid | None = None
) -> str:
    with showing("absence_visits") as (session, shown):
        visitor = find_visitor(session, viewer(), visitor_id, to_keep=True)
        hit, proposals = Hit(), {}
        days_known = said and said.first_on and said.last_on and said.first_on <= said.last_on
        if said and days_known and refused and not refused.fields.keys() & {"first_on", "last_on"}:
            assert said.first_on and said.last_on
            hit = hit_by(
                session, visitor_id, said.first_on, said.last_on, viewer=viewer(), now=now()
            )
            proposals = dict(
                propose(
                    session,
                    hit.visits,
                    visitor_id=visitor_id,
                    first=said.first_on,
                    last=said.last_on,
                    travel=Geodesic(),
                    viewer=viewer(),
                    now=now(),
                )
            )
        shown.update(one.case.person_id for one in hit.visits)
        return render_template(
            "agenda/absence_form.html",
            visitor=visitor,
            hit=hit,
            proposals=proposals,
            added=sum(one.added for one in proposals.values()),
            asked=f"{said.first_on}/{said.last_on}" if said else "",
            kinds=list(AbsenceKind),
            note_length=NOTE_LENGTH,
            typed=request.form,
            errors=said_of(refused) if refused else {},
        )


def _page(absence_id: uuid.UUID, refused: Invalid | None = None, *, said: str = "") -> str:
    with showing("absence_visits") as (session, shown):
        absence = find_absence(session, viewer(), absence_id)
        hit = Hit()
        if absence.withdrawn_at is None:
            first, last = absence.first_on, absence.last_on
            hit = hit_by(session, absence.visitor_id, first, last, viewer=viewer(), now=now())
        shown.update(one.case.person_id for one in hit.visits)
        return render_template(
            "agenda/absence.html",
            absence=absence,
            hit=hit,
            changed={kind: sum(one.kind is kind for one in absence.changes) for kind in ChangeKind},
            may_go_back=absence.withdrawn_at is None and absence.last_on >= today_in_paris(now()),
            why_length=WHY_LENGTH,
            typed=request.form,
            said=sentence(said) if said else "",
            errors=said_of(refused) if refused else {},
        )


def _lines(rows: Sequence[Absence]) -> Iterator[Sequence[object]]:
    yield (
        pgettext("who visits", "Visitor"),
        _("From"),
        _("To"),
        _("Reason"),
        _("Visits changed"),
        _("Withdrawn on"),
    )
    for one in rows:
        yield (
            one.visitor.name,
            day(one.first_on),
            day(one.last_on),
            word("absence", one.kind),
            len(one.changes),
            day(one.withdrawn_at) if one.withdrawn_at else "",
        )
