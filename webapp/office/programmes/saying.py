"""A programme in plain words: each part, its cadences as sentences, and what differs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from diagnostics.delays import DelayUnit, parse_delay
from visits.programmes.shape import OPENING
from webapp.frame.languages import pick
from webapp.office.programmes.kinds import KINDS, Choices, say_condition, say_delay
from webapp.office.programmes.parts import PARTS, Field, valued
from webapp.words import word

Said = Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """A field in words; of rows, each with its name and its own fields."""

    label: str
    text: str = ""
    rows: tuple[tuple[str, tuple["Told", ...]], ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Change:
    """What differs: `kind` is added, removed or changed; of `what`, from `before` to `after`."""

    kind: str
    what: str
    before: str = ""
    after: str = ""


def tell(fields: tuple[Field, ...], said: Said, choices: Choices) -> tuple[Told, ...]:
    """Say each field of which something is said."""
    return tuple(
        _tell(field, value, choices)
        for field, value in valued(fields, dict(said))
        if field.kind != "code" and value not in (None, [], "")
    )


def _tell(field: Field, value: Any, choices: Choices) -> Told:
    label, note = str(field.label), str(field.note)
    if field.kind == "rows":
        rows = tuple((row_name(field, row, choices), _row(field, row, choices)) for row in value)
        return Told(label, rows=rows, note=note)
    return Told(label, say(field, value, choices), note=note)


def _row(field: Field, row: Said, choices: Choices) -> tuple[Told, ...]:
    called = ("name", "label", "organisation")
    inner = tuple(one for one in field.fields if one.key not in called and not one.is_step)
    if field.key == "cadence":
        owner = tuple(one for one in inner if one.key == "owner")
        return (Told("", cadence_in_words(row, choices)), *tell(owner, row, choices))
    return tell(inner, row, choices)


def say(field: Field, value: Any, choices: Choices) -> str:
    """Say what a field holds."""
    if value is None:
        return ""
    if field.kind == "conditions":
        return " · ".join(say_condition(one, choices) for one in value)
    return KINDS[field.kind].say(value, field, choices)


def row_name(field: Field, row: Said, choices: Choices) -> str:
    """Call a row by its name."""
    names = row.get("name") or row.get("label")
    if names:
        return pick(dict(names))
    step = next((one for one in field.fields if one.is_step), None)
    if step is not None and row.get("step"):
        return say(step, row["step"], choices)
    return str(row.get("organisation") or row.get("code") or field.label)


def cadence_in_words(said: Said, choices: Choices) -> str:
    """Say when something comes: “Call, every week, in July and August, counted from …”."""
    task = word("task_kind", said.get("task", ""))
    kinds = dict(choices.get("visit_kind", ()))
    parts = [f"{task} ({kinds[said['visit_kind']]})" if said.get("visit_kind") in kinds else task]
    parts.append(_how_often(said.get("every")))
    months = [dict(choices["month"])[str(one)] for one in said.get("months", ())]
    if months:
        parts.append(_("in %(months)s", months=_joined(months)))
    days = [dict(choices["weekday"])[str(one)] for one in said.get("weekdays", ())]
    if days:
        parts.append(_("on %(days)s", days=_joined(days)))
    first = said.get("first_in")
    if first and first != said.get("every"):
        parts.append(_("the first time after %(delay)s", delay=say_delay(first)))
    after = said.get("after", OPENING)
    if after != OPENING:
        parts.append(_("counted from: %(after)s", after=dict(choices["after"]).get(after, after)))
    if said.get("grace"):
        parts.append(_("let go %(delay)s after it was due", delay=say_delay(said["grace"])))
    if said.get("until"):
        parts.append(str(ngettext("%(num)d time at most", "%(num)d times at most", said["until"])))
    return ", ".join(parts)


def _how_often(every: str | None) -> str:
    if not every:
        return str(_("once"))
    delay = parse_delay(every)
    if every == "7d":
        return str(_("every week"))
    if every == "1d":
        return str(_("every day"))
    if delay.unit is DelayUnit.MONTHS and delay.amount in (1, 12):
        return str(_("every month") if delay.amount == 1 else _("every year"))
    return str(_("every %(delay)s", delay=say_delay(every)))


def _joined(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return str(_("%(first)s and %(last)s", first=", ".join(words[:-1]), last=words[-1]))


def compare(before: Said, after: Said, choices: Choices) -> list[tuple[str, list[Change]]]:
    """Say what differs, part by part; parts in which nothing does are left out."""
    found = []
    for part in PARTS:
        changes = list(_compare(part.fields, before, after, choices, ""))
        if changes:
            found.append((str(part.title), changes))
    return found


def _compare(
    fields: tuple[Field, ...], before: Said, after: Said, choices: Choices, place: str
) -> Iterator[Change]:
    new = valued(fields, dict(after))
    for (field, old), (_same, now) in zip(valued(fields, dict(before)), new, strict=True):
        if field.kind == "code" or (old or None) == (now or None):
            continue
        what = f"{place}{field.label}"
        if field.kind == "rows":
            yield from _compare_rows(field, old or [], now or [], choices, place)
        elif not old and field.kind != "tick":
            yield Change("added", what, after=say(field, now, choices))
        elif not now and field.kind != "tick":
            yield Change("removed", what, before=say(field, old, choices))
        else:
            told = [say(field, one or False, choices) for one in (old, now)]
            if (
                field.kind in ("names", "sentences") and told[0] == told[1]
            ):  # the other language differs
                told = [" · ".join(one.values()) for one in (old, now)]
            yield Change("changed", what, *told)


def _compare_rows(
    field: Field, before: list[Said], after: list[Said], choices: Choices, place: str
) -> Iterator[Change]:
    old, new = {_key(one): one for one in before}, {_key(one): one for one in after}
    for key, row in new.items():
        called = place + _called(field, row, choices)
        if key not in old:
            yield Change("added", called, after=_in_words(field, row, choices))
        else:
            yield from _compare(field.fields, old[key], row, choices, f"{called} · ")
    for key, row in old.items():
        if key not in new:
            called = place + _called(field, row, choices)
            yield Change("removed", called, before=_in_words(field, row, choices))
    kept = [key for key in new if key in old]
    if kept != [key for key in old if key in new]:
        names = " · ".join(row_name(field, one, choices) for one in after)
        yield Change("changed", f"{place}{field.label} · {_('order')}", after=names)


def _called(field: Field, row: Said, choices: Choices) -> str:
    return str(_("%(what)s “%(name)s”", what=field.label, name=row_name(field, row, choices)))


def _in_words(field: Field, row: Said, choices: Choices) -> str:
    told = _row(field, row, choices)
    return " · ".join(f"{one.label}{_(':')} {one.text}" if one.label else one.text for one in told)


def _key(row: Said) -> str:
    return str(row.get("code") or row.get("organisation") or row.get("step"))


def months() -> list[tuple[str, str]]:
    """Name the months."""
    locale = get_locale()
    assert locale is not None  # within a request there is always one
    names = locale.months["format"]["wide"]
    return [(str(number), names[number]) for number in range(1, 13)]


def weekdays() -> list[tuple[str, str]]:
    """Name the days of the week, 1 is Monday."""
    locale = get_locale()
    assert locale is not None  # within a request there is always one
    names = locale.days["format"]["wide"]
    return [(str(number), names[number - 1]) for number in range(1, 8)]
