"""The figures of the first page, of each role, each a link to its list."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from flask import g, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from diagnostics.delays import PARIS
from visits.accounts.listing import run_by
from visits.admissions.request_list import LATE as LATE_ADMISSIONS
from visits.admissions.request_list import AdmissionFilter, count_admissions
from visits.calls.call_list import (
    ALL,
    CALL_BACK_DUE,
    TO_CONTACT,
    ToCall,
    count_by_programme,
    count_to_call,
)
from visits.cases.task_list import LATE, TaskFilter, count_tasks
from visits.circles.listing import list_tasks
from visits.following.every_kind import KINDS
from visits.following.kinds import Kind, Waits
from visits.forms.parameters import parameters_in_force
from visits.intake.unclaimed import count_unclaimed
from visits.intake.visit_file import STANDING, VisitFilter, count_visits
from visits.messages.listing import LISTS, NOT_OUT, TO_PRINT, MessageFilter, count_messages
from visits.models.accounts import Role
from visits.programmes import Programme
from visits.referrals.requests import count_waiting
from visits.retention.jobs import job_states
from visits.sessions.session_list import TO_CONFIRM, SessionFilter, count_sessions
from visits.sight.listing import JUST_COUNT
from visits.stays.complaint_list import LATE as LATE_COMPLAINTS
from visits.stays.complaint_list import ComplaintFilter, count_complaints
from visits.stays.stay_list import DUE, OVER, SOON, StayFilter, count_stays
from visits.steering.outcomes import outcomes
from visits.steering.waiting import count_accounts, week_of
from visits.stock.central import count_low
from visits.support.listing import MISSED, RAISED, SupportFilter, count_supports
from visits.transfers.listing import awaited_homes
from webapp.access.auth import Action, landlord_bound, may, viewer
from webapp.frame.languages import moment, pick
from webapp.frame.transaction import now
from webapp.office.frame.figures import month
from webapp.office.frame.moments import day_of
from webapp.office.frame.opened import action_of
from webapp.office.frame.programmes import chosen_programme, programme_names, programmes_in_reach
from webapp.office.frame.small_counts import told, told_rate
from webapp.office.steering.tile import Tile, if_any, to_list
from webapp.words import word


def _coordinator(session: Session) -> list[Tile]:
    programme = chosen_programme(session, "")
    return [
        *_calls(session, programme),
        _week(session),
        _late(session),
        *_support(session, _RAISED),
        *_support(session, _FOLLOWED),
        _to_review(session),
        *_unclaimed(session),
        *_low_stock(session),
        *_awaited(session),
        *_stays(session),
        *_admissions(session),
        *_complaints(session),
        *_of_kinds(session),
        *_requests(session),
        *_past_sessions(session),
        *_circles(session),
        *_messages(session),
    ]


def _low_stock(session: Session) -> list[Tile]:
    """Count the articles of which there are too few; nothing while there are enough."""
    low = count_low(session, viewer(Action.HAND_OUT_KITS))
    return if_any(_("Articles to order"), low, to_list("kits.index"))


def _stays(session: Session) -> list[Tile]:
    """Count the stays whose contract is over soon, or is past; nothing while none."""
    seeing, today = viewer(Action.SEE_PERSONS), day_of(now())
    soon, over = (count_stays(session, seeing, only=StayFilter(one), today=today) for one in DUE)
    return [
        *if_any(_("Stays over soon"), soon, to_list("stays.index", state=SOON)),
        *if_any(_("Stays past their end"), over, to_list("stays.index", state=OVER), "bad"),
    ]


def _admissions(session: Session) -> list[Tile]:
    """Count the admissions whose step was due before today; nothing while none was."""
    if not may(Action.SUPPORT):
        return []
    only, today = AdmissionFilter(step=LATE_ADMISSIONS), day_of(now())
    late = count_admissions(session, viewer(Action.SUPPORT), only=only, today=today)
    link = to_list("admissions.index", step=LATE_ADMISSIONS)
    return if_any(_("Admissions that are late"), late, link, "bad")


def _complaints(session: Session) -> list[Tile]:
    """Count the complaints that were to be answered before today; nothing while none was."""
    if not may(Action.SUPPORT):
        return []
    only, seeing = ComplaintFilter(state=LATE_COMPLAINTS), viewer(Action.SUPPORT)
    late = count_complaints(session, seeing, only=only, today=day_of(now()))
    link = to_list("complaints.index", state=LATE_COMPLAINTS)
    return if_any(_("Complaints that are late"), late, link, "bad")


def _awaited(session: Session) -> list[Tile]:
    """Count the adapted homes that fall free and that somebody waits for; nothing while none."""
    seeing, homes = viewer(Action.FOLLOW_ADAPTATIONS), viewer(Action.SEE_HOMES)
    found = len(awaited_homes(session, seeing, homes=homes, today=day_of(now())))
    return if_any(_("Homes free for who waits"), found, to_list("transfers.awaited"))


def _late(session: Session) -> Tile:
    """Count what should have been done in cases before today."""
    only = TaskFilter(state=LATE)
    count = count_tasks(session, viewer(Action.SEE_CASES), only=only, today=day_of(now()))
    link = to_list("tasks.index", state=LATE)
    return Tile(_("Late things to do"), count, link, tone="bad" if count else "")


# What is told of visits missed: to the coordinator, and to whoever follows somebody.
_RAISED, _FOLLOWED = SupportFilter(which=RAISED), SupportFilter(which=MISSED, mine=True)


def _support(session: Session, only: SupportFilter) -> list[Tile]:
    """Count the accompaniments whose visits were missed; nothing while none were."""
    count = count_supports(session, viewer(Action.SUPPORT), only=only, today=day_of(now()))
    said = _("Visits missed, those I follow") if only.mine else _("Visits missed in a row")
    link = to_list("support.index", which=only.which, mine="1" if only.mine else None)
    return [Tile(said, count, link, tone="bad")] if count else []


def _unclaimed(session: Session) -> list[Tile]:
    """Tell of what came without a visit; there is no tile while nothing did."""
    waiting = count_unclaimed(session, viewer(Action.REVIEW_ANSWERS))
    return if_any(_("Without a visit"), waiting, to_list("unclaimed.index"), "bad")


def _requests(session: Session) -> list[Tile]:
    """Tell of what partners ask by their forms; there is no tile while nothing waits."""
    waiting = count_waiting(session, viewer(Action.FOLLOW_REFERRALS))
    return if_any(_("Requests by form"), waiting, to_list("referral_requests.index"))


def _past_sessions(session: Session) -> list[Tile]:
    """Count the group sessions of which nobody said whether they were held; nothing while none."""
    only = SessionFilter(state=TO_CONFIRM)
    count = count_sessions(session, viewer(Action.RUN_SESSIONS), only=only, now=now())
    link = to_list("group_sessions.index", state=TO_CONFIRM)
    return [Tile(_("Sessions to confirm"), count, link, tone="warn")] if count else []


def _messages(session: Session) -> list[Tile]:
    """Count the letters to print, and what did not go out; nothing while there is nothing."""
    seeing, at = viewer(Action.PLAN), now()
    print_, failed = (
        count_messages(session, seeing, only=MessageFilter(one), now=at) for one in LISTS
    )
    return [
        *if_any(_("Letters to print"), print_, to_list("messages.index", state=TO_PRINT)),
        *if_any(_("Messages not sent"), failed, to_list("messages.index", state=NOT_OUT), "bad"),
    ]


def _circles(session: Session) -> list[Tile]:
    """Count what circles gave one to do; nothing while there is nothing."""
    mine = list_tasks(session, viewer(Action.SEE_CIRCLES), mine=True, wanted=JUST_COUNT)
    return if_any(_("Tasks of circles"), mine.total, url_for("circles.index"))


def _partner(session: Session) -> list[Tile]:
    programme = chosen_programme(session, "", viewer(Action.SEE_CASES))
    return [
        *(_calls(session, programme, promised=False) if may(Action.CALL) else ()),
        _week(session),
        _late(session),
        *_support(session, _RAISED),
        *_support(session, _FOLLOWED),
        *_cases(session, programme),
        *_stays(session),
        *_admissions(session),
        *_complaints(session),
        *_of_kinds(session),
        *(_past_sessions(session) if may(Action.RUN_SESSIONS) else ()),
        *_circles(session),
    ]


def _cases(session: Session, first: Programme) -> list[Tile]:
    """Count the cases of each programme one works in, as the list of all its cases does."""
    counts = count_by_programme(session, viewer(Action.SEE_CASES)) or {first.code: 0}
    names = programme_names(session)
    return [
        Tile(
            _("Cases"),
            count,
            to_list("cases.index", programme=code, state=ALL),
            note=names.get(code, code),
        )
        for code, count in counts.items()
    ]


def _technician(session: Session) -> list[Tile]:
    return [*_of_kinds(session), *_circles(session)]


def _manager(session: Session) -> list[Tile]:
    programme = chosen_programme(session, "")
    counted = outcomes(session, programme.code, viewer=viewer(Action.SEE_OUTCOMES))
    rates = {rate.code: rate for rate in counted.rates}
    results = to_list("outcomes.index", programme=programme.code)
    return [
        Tile(_("Enrolled"), told(counted.enrolled), results),
        Tile(_("Visited at least once"), told_rate(rates["RR1"]), results),
        Tile(_("Refusals"), told_rate(rates["REF3"]), results),
        *_of_kinds(session),
        *_circles(session),
        Tile(_("Map"), _("Open the map"), to_list("map_page.index")),
    ]


def _social_worker(session: Session) -> list[Tile]:
    return [
        *_of_kinds(session),
        *_support(session, _FOLLOWED),
        *_requests(session),
        *_awaited(session),
        *_admissions(session),
        *_complaints(session),
        *_past_sessions(session),
        *_circles(session),
        _to_review(session),
        _week(session),
    ]


def _access_log(session: Session) -> Tile:
    """Say what the last nightly check of the access log found."""
    label = _("Access log")
    states = {job.name: job for job in job_states(session)}
    state = states.get("check_access_log")
    if state is None or state.result is None:
        return Tile(label, _("Not checked yet"), note=_("It is checked every night."))
    checked = _("Checked on %(when)s.", when=moment(state.last_run_at))
    broken = state.result["broken_month"]
    if broken is None:
        return Tile(label, _("Unbroken"), note=checked, tone="good")
    line = state.result["broken_line"]
    in_month = _("Broken in %(month)s", month=month(broken))
    return Tile(
        label,
        _("Broken at line %(line)d", line=line) if line else in_month,
        note=_("A line was changed or removed: tell the data protection officer."),
        tone="bad",
    )


def _past_parameters(session: Session) -> Tile:
    past = len(parameters_in_force(session).past_their_date(day_of(now())))
    link = to_list("parameters.index", state="past")
    return Tile(_("Numbers past their date"), past, link, tone="warn" if past else "good")


def _administrator(session: Session) -> list[Tile]:
    run = run_by(landlord_bound(), g.account.organisation_id)
    return [
        Tile(
            _("Open accounts"), count_accounts(session, run, active=True), to_list("accounts.index")
        ),
        Tile(
            _("Closed accounts"),
            count_accounts(session, run, active=False),
            to_list("accounts.index", state="closed"),
        ),
        _access_log(session),
        _past_parameters(session),
    ]


def _funder(session: Session) -> list[Tile]:
    if not may(Action.SEE_FIGURES):
        return []
    eyes = viewer(Action.SEE_FIGURES)
    return [
        Tile(
            pick(dict(one.name)), _("See the figures"), to_list("figures.index", programme=one.code)
        )
        for one in programmes_in_reach(session, eyes)
    ]


def _calls(session: Session, first: Programme, *, promised: bool = True) -> Iterator[Tile]:
    """Count whom to call in each programme where there is somebody, the first one always."""
    called = {first.code, *(one.code for one in programmes_in_reach(session, viewer(Action.CALL)))}
    seen = count_to_call(session, viewer(Action.SEE_CASES), now=now())
    counts = {first.code: ToCall()} | {code: one for code, one in seen.items() if code in called}
    names = programme_names(session)
    for code, one in counts.items():
        link = to_list("cases.index", programme=code, state=TO_CONTACT)
        yield Tile(_("To call today"), one.due, link, note=names.get(code, code))
    for code, one in counts.items():
        if promised and (one.promised or code == first.code):
            link = to_list("cases.index", programme=code, state=CALL_BACK_DUE)
            tone = "warn" if one.promised else ""
            yield Tile(
                _("Call-backs due"), one.promised, link, note=names.get(code, code), tone=tone
            )


def _week(session: Session) -> Tile:
    start, end = week_of(now().astimezone(PARIS))
    only = VisitFilter(start, end, state=STANDING)
    count = count_visits(session, viewer(Action.SEE_VISITS), only=only)
    last = end - timedelta(days=1)
    days: dict[str, Any] = {"from": start.date().isoformat(), "to": last.date().isoformat()}
    return Tile(_("Visits this week"), count, to_list("visits.index", state=STANDING, **days))


def _to_review(session: Session) -> Tile:
    only = VisitFilter(now(), now(), to_review=True)
    count = count_visits(session, viewer(Action.SEE_VISITS), only=only)
    link = to_list("visits.index", review="1")
    return Tile(_("To review"), count, link, tone="warn" if count else "")


def _of_kinds(session: Session) -> list[Tile]:
    """Count what waits of each kind of consequence, for this role."""
    return [
        _waiting(session, kind, one)
        for kind in KINDS
        for one in kind.waits
        if g.account.role in one.roles
    ]


def _waiting(session: Session, kind: Kind, one: Waits) -> Tile:
    page = f"{kind.code}s.index"
    count = one.count(session, viewer(action_of(page) or Action.SEE_VISITS), now())
    link = to_list(page, **one.only) if action_of(page) else ""
    return Tile(word("waits", one.name), count, link, tone=one.tone if count else "")


TILES: dict[Role, Callable[[Session], list[Tile]]] = {
    Role.COORDINATOR: _coordinator,
    Role.PARTNER_COORDINATOR: _partner,
    Role.TECHNICIAN: _technician,
    Role.MANAGER: _manager,
    Role.SOCIAL_WORKER: _social_worker,
    Role.ADMINISTRATOR: _administrator,
    Role.FUNDER: _funder,
    Role.CONTRACTOR: _of_kinds,
}
