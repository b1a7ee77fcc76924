"""What may be chosen in a programme's fields, with its words."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from visits.forms.published import current_forms
from visits.models.cases import WayIn
from visits.models.mandates import Right
from visits.models.stays import StayKind
from visits.programmes.facts import MONEY
from visits.programmes.schema import (
    ADAPTATION_OWNERS,
    ADAPTATION_STEPS,
    COUNTERS,
    OWNERS,
    TASKS,
)
from visits.programmes.shape import ADMISSION_DELAYS, COMMISSION, INTERVIEW, PERSON
from webapp.frame.languages import pick
from webapp.office.programmes.facts import facts_known
from webapp.office.programmes.kinds import UNITS, Choices
from webapp.office.programmes.saying import months, weekdays
from webapp.words import named


def choices_of(session: Session, said: Mapping[str, Any]) -> Choices:
    """Give the lists to choose from, those of the programme's own kinds and cadences among them."""
    kinds, cadences = _rows(said, "visit_kind"), _rows(said, "cadence")
    return {
        "form": _forms(session, said),
        "visit_kind": kinds,
        "after": [*named("counted_from"), *cadences],
        "pace": [(code, name) for code, name in cadences if code in _of_visits(said)],
        "stay_kind": named("stay_kind", StayKind),
        "admission_decider": named("admission_decider", (COMMISSION, PERSON)),
        "admission_step": named("admission_step", (INTERVIEW, *ADMISSION_DELAYS)),
        "adaptation_step": named("adaptation_step", ADAPTATION_STEPS),
        "adaptation_owner": named("role", ADAPTATION_OWNERS),
        "task": named("task_kind", TASKS),
        "owner": named("task_owner", OWNERS),
        "way_in": named("way_in", WayIn),
        "counter": named("counter", COUNTERS),
        "paper": _rows(said.get("admission", {}), "document"),
        "right": named("right", Right),
        "money": named("money", MONEY),
        **facts_known(session),
        "test": named("fact_test"),
        "unit": named("delay_unit", UNITS),
        "month": months(),
        "weekday": weekdays(),
    }


def _rows(said: Mapping[str, Any], key: str) -> list[tuple[str, str]]:
    return [(one["code"], pick(dict(one["name"]))) for one in said.get(key, ())]


def _of_visits(said: Mapping[str, Any]) -> set[str]:
    """Name the cadences of visits that come back."""
    rows = said.get("cadence", ())
    return {one["code"] for one in rows if one.get("task") == "visit" and one.get("every")}


def _forms(session: Session, said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List the published forms, and those the programme names that are not published here."""
    known = {name: pick(form.title) for name, form in current_forms(session).items()}
    asked = [
        form
        for kind in said.get("visit_kind", ())
        for form in (*kind.get("forms", ()), *kind.get("optional_forms", ()))
    ]
    asked += [form] if (form := said.get("follow_up", {}).get("form")) else []
    return list(({form: form for form in asked} | known).items())
