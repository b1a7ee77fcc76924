"""The page of one adaptation: its path, what is missing, what was said, decided and found."""

import uuid
from datetime import date
from typing import Any

from flask import render_template, request
from sqlalchemy.orm import Session

from diagnostics.codes import TRADES
from visits.adaptations.alternatives import alternatives_of
from visits.adaptations.asking import commission_of
from visits.adaptations.certifying import takes_certificate
from visits.adaptations.commissions import agenda_item_of, minutes_that_hold
from visits.adaptations.deciding import (
    EXPLANATION_LENGTH,
    decisions_of,
    outcomes_of,
    reasons_of,
    review_until,
    standing_decision,
)
from visits.adaptations.files import (
    files_of,
    find_file,
    findings_seen,
    label_of,
    may_be_asked,
    who_may_hold,
)
from visits.adaptations.following_up import (
    LEADS_TO,
    NEEDED_LENGTH,
    follow_ups_of,
    too_early_until,
)
from visits.adaptations.funding import plan_of
from visits.adaptations.funding_papers import missing_papers, papers_of
from visits.adaptations.missing import missing_in
from visits.adaptations.moving import SAID_LENGTH, latest_move
from visits.adaptations.on_site import OnSite, on_site
from visits.adaptations.path import (
    DECIDED,
    legal_delay_of,
    path_of,
    silence_is_over,
    ways_on,
    whose,
)
from visits.adaptations.photos import RECEIVED, photos_missing, photos_of
from visits.adaptations.to_do import TO_DO_AT, tasks_of_file
from visits.adaptations.works import orders_of, still_going
from visits.cases.cases import home_of
from visits.following.adaptation_works import ORDERED_AT
from visits.ground.deadlines import today_in_paris
from visits.ground.errors import Invalid
from visits.homes.traits import MEASURED_WITH, TRAITS, Kind
from visits.messages.making import messages_of_visit
from visits.models.adaptations import (
    WITH_HER,
    AdaptationFile,
    Holds,
    Instead,
    Step,
    Talked,
    Used,
)
from visits.models.messages import Message
from visits.works.by_hand import DESCRIPTION_LENGTH, IN_A_HOME
from webapp.access.auth import Action, may, viewer
from webapp.frame.errors import sentence
from webapp.frame.transaction import now
from webapp.office.frame.access import showing
from webapp.office.frame.moments import typed_day
from webapp.office.frame.paths import passed
from webapp.office.intake.answers import told_causes


def typed_turn() -> int:
    """Read which turn of the file the page was made of; nonsense is none that ever was."""
    return request.form.get("turn", -1, type=int)


def typed_day_of(name: str) -> date | None:
    """Read a day that was typed, none where nothing was; raises Invalid for what is no day."""
    try:
        return typed_day(request.form[name]) if request.form.get(name) else None
    except ValueError:
        raise Invalid({name: "bad_date"}) from None


def page_of_file(adaptation_id: uuid.UUID, refused: Invalid | None = None) -> str:
    """Render the page of an adaptation, with why a change of it was refused."""
    with showing("adaptation") as (session, shown):
        file = find_file(session, viewer(Action.FOLLOW_ADAPTATIONS), adaptation_id)
        shown.add(file.person_id)
        fields = refused.fields if refused else {}
        errors = {name: sentence(code) for name, code in fields.items()}
        if "said" in errors and request.form.get("step") == Step.WITHDRAWN:
            errors["why"] = errors.pop("said")  # it is asked for in a form of its own
        return render_template(
            "adaptations/show.html",
            file=file,
            label=label_of(file),
            left=home_of(session, file.person) != file.dwelling_id,
            errors=errors,
            typed=request.form,
            **_path_shown(session, file),
            **_seen_and_asked(session, file),
            **_decided(session, file),
            **_paid_and_built(session, file),
            **_beside(session, file),
        )


def _path_shown(session: Session, file: AdaptationFile) -> dict[str, Any]:
    last = latest_move(session, file)
    decides = may(Action.DECIDE_ADAPTATIONS)
    held = minutes_that_hold(session, last) if last is not None else None
    back = last if last is not None and (decides or last.step not in DECIDED) else None
    return {
        "path": passed(path_of(session, file), file.step, file.moves),
        "whose": whose(session, file),
        "missing": missing_in(session, file),
        "ways": [step for step in ways_on(file) if step is not Step.WITHDRAWN],
        "to_measure": _to_measure(file),
        "may_withdraw": Step.WITHDRAWN in ways_on(file),
        "may_take_back": None if held else back,
        "held_by": held,
        "moves": list(reversed(file.moves)),
        "legal": legal_delay_of(file),
        "silence_over": silence_is_over(file, today=today_in_paris(now())),
        "takes_certificate": takes_certificate(file),
        "holders": who_may_hold(session, viewer(Action.FOLLOW_ADAPTATIONS)),
        "said_length": SAID_LENGTH,
        "day_now": today_in_paris(now()),
    }


def _seen_and_asked(session: Session, file: AdaptationFile) -> dict[str, Any]:
    """Read who goes to look on site, what is to do in the case, what came of asking after it."""
    seen = on_site(session, file)
    shown = file.step is Step.VISIT or seen.is_done or seen.is_awaited
    tasks = tasks_of_file(session, file)
    return {
        "on_site": seen if shown else None,
        "told": _told(session, seen),
        "asks": [tasks[step] for step in TO_DO_AT.get(file.step, ()) if step in tasks],
        "may_ask": may_be_asked(session, viewer(Action.FOLLOW_ADAPTATIONS), file),
        "follow_ups": follow_ups_of(session, file),
        "follows_up": file.step in LEADS_TO,
        "too_early_until": too_early_until(session, file, today=today_in_paris(now())),
        "uses": list(Used),
        "hold": list(Holds),
        "needed_length": NEEDED_LENGTH,
    }


def _told(session: Session, seen: OnSite) -> list[Message]:
    """List what was made to tell the tenant of the visit that is planned, or was made."""
    visit = seen.planned or seen.seen_by
    made = messages_of_visit(session, visit.id) if visit is not None else ()
    return [one for one in made if one.person_id is not None]


def _to_measure(file: AdaptationFile) -> dict[str, Kind]:
    """Give by trait what is measured of a home as an adaptation of it is received."""
    asked = MEASURED_WITH.get(file.code, ()) if file.step is Step.RECEPTION else ()
    return {one: TRAITS[one] for one in asked}


def _decided(session: Session, file: AdaptationFile) -> dict[str, Any]:
    until = review_until(session, file)
    decision = standing_decision(session, file)
    offered = alternatives_of(session, file, decision)
    return {
        "offered_instead": offered,
        "waiting_instead": any(one.waits for one in offered),
        "asked_by": commission_of(session, viewer(Action.FOLLOW_ADAPTATIONS), file),
        "agenda_item": agenda_item_of(session, file),
        "outcomes": outcomes_of(file) if may(Action.DECIDE_ADAPTATIONS) else [],
        "decision": decision,
        "decisions": decisions_of(session, file),
        "review_until": until,
        "may_ask_review": until is not None and today_in_paris(now()) <= until,
        "reasons": reasons_of(file),
        "alternatives": list(Instead),
        "explanation_length": EXPLANATION_LENGTH,
        "built_ways": list(Talked),
        "agreed_ways": WITH_HER,
    }


def _paid_and_built(session: Session, file: AdaptationFile) -> dict[str, Any]:
    """Read what it costs, who pays, and which works were ordered for it."""
    orders = may(Action.OPEN_WORKS) and file.step in ORDERED_AT
    plan = plan_of(session, file)
    return {
        "plan": plan,
        "papers_missing": missing_papers(papers_of(session, file, plan.lines)),
        "orders": orders_of(session, file),
        "still_going": still_going(session, file),
        "may_cancel": may(Action.OPEN_WORKS),
        "photos": photos_of(session, file),
        "photos_needed": photos_missing(session, file),
        "takes_photos": file.step in RECEIVED,
        "trades": list(TRADES) if orders else [],
        "places": IN_A_HOME,
        "description_length": DESCRIPTION_LENGTH,
    }


def _beside(session: Session, file: AdaptationFile) -> dict[str, Any]:
    """Read what calls for it, of those who may read answers, and what else is asked for her."""
    sees = may(Action.SEE_ANSWERS)
    found = findings_seen(session, file, viewer(Action.SEE_ANSWERS)) if sees else []
    hers = files_of(session, viewer(Action.FOLLOW_ADAPTATIONS), person=file.person)
    return {
        "findings": [(one, told_causes(session, one)) for one in found],
        "others": [(one, label_of(one)) for one in hers if one.id != file.id],
    }
