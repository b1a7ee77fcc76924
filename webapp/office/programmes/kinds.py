"""How a field of a programme is typed, read, and said in words, by its kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from diagnostics.delays import DelayUnit, parse_delay
from visits.ground.numbers import typed_number
from visits.programmes.facts import kind_of
from webapp.frame.languages import day, pick

Typed = MultiDict[str, str]
Choices = Mapping[str, list[tuple[str, str]]]
# How a delay is typed: a number of these. A week is seven days.
WEEK = "w"
UNITS = ("d", WEEK, "wd", "m")


class Asked(Protocol):
    """What a kind needs to know of its field."""

    @property
    def choices(self) -> str:
        """Name the list it is chosen from."""


@dataclass(frozen=True)
class Kind:
    """`write` fills a form, `read` takes it back as TOML says it, `say` puts it in words."""

    write: Callable[[Any, str, Typed], None]
    read: Callable[[Typed, str], Any]
    say: Callable[[Any, Asked, Choices], str]


def _write_text(value: Any, name: str, typed: Typed) -> None:
    if value is not None:
        typed[name] = str(value)


def _read_text(typed: Typed, name: str) -> str | None:
    return typed.get(name, "").strip() or None


def _say_text(value: Any, asked: Asked, choices: Choices) -> str:
    return str(value)


def read_number(text: str | None) -> Any:
    """Read a number as it is typed here; what is none stays a text, which the schema refuses."""
    if not text:
        return None
    try:
        number = typed_number(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def _read_amount(typed: Typed, name: str) -> Any:
    return read_number(_read_text(typed, name))


def written_number(value: float) -> str:
    """Write a number as it is typed here, with the reader's decimal sign."""
    return str(format_decimal(value, "0.######"))


def _write_number(value: Any, name: str, typed: Typed) -> None:
    if value is not None:
        typed[name] = written_number(value)


def _say_number(value: Any, asked: Asked, choices: Choices) -> str:
    return str(format_decimal(value))


def _say_euros(value: Any, asked: Asked, choices: Choices) -> str:
    whole = float(value).is_integer()
    return f"{format_decimal(value, None if whole else '#,##0.00')}\u202f€"


def _write_share(value: Any, name: str, typed: Typed) -> None:
    if value is not None:
        typed[name] = written_number(round(value * 100, 6))


def _read_share(typed: Typed, name: str) -> Any:
    percent = _read_amount(typed, name)
    return percent / 100 if isinstance(percent, int | float) else percent


def _say_share(value: Any, asked: Asked, choices: Choices) -> str:
    return f"{format_decimal(value * 100)}\u202f%"


def _write_names(value: Any, name: str, typed: Typed) -> None:
    for language, said in (value or {}).items():
        typed[f"{name}.{language}"] = said


def _read_names(typed: Typed, name: str) -> Any:
    french = typed.get(f"{name}.fr", "").replace("\r\n", "\n").strip()
    english = typed.get(f"{name}.en", "").replace("\r\n", "\n").strip()
    return {"fr": french, "en": english or french} if french or english else None


def _say_names(value: Any, asked: Asked, choices: Choices) -> str:
    return pick(dict(value))


def _write_tick(value: Any, name: str, typed: Typed) -> None:
    typed[name] = "yes" if value else ""


def _say_tick(value: Any, asked: Asked, choices: Choices) -> str:
    return str(_("yes") if value else _("no"))


def _say_choice(value: Any, asked: Asked, choices: Choices) -> str:
    return dict(choices.get(asked.choices, ())).get(str(value), str(value))


def _write_ticks(value: Any, name: str, typed: Typed) -> None:
    typed.setlist(name, [str(one) for one in value or ()])


def _say_ticks(value: Any, asked: Asked, choices: Choices) -> str:
    return ", ".join(_say_choice(one, asked, choices) for one in value)


def _write_numbers(value: Any, name: str, typed: Typed) -> None:
    if value:
        typed[name] = ", ".join(map(str, value))


def _read_numbers(typed: Typed, name: str) -> Any:
    return [read_number(one) for one in typed.get(name, "").replace(",", " ").split()] or None


def _say_numbers(value: Any, asked: Asked, choices: Choices) -> str:
    return ", ".join(map(str, value))


def _write_delay(value: Any, name: str, typed: Typed) -> None:
    if value is None:
        return
    delay = parse_delay(value)
    weeks = delay.unit is DelayUnit.DAYS and delay.amount % 7 == 0 and delay.amount > 0
    typed[f"{name}.number"] = str(delay.amount // 7 if weeks else delay.amount)
    typed[f"{name}.unit"] = WEEK if weeks else str(delay.unit)


def _read_delay(typed: Typed, name: str) -> Any:
    number = read_number(_read_text(typed, f"{name}.number"))
    unit = typed.get(f"{name}.unit", "d")
    if number is None:
        return None
    if unit == WEEK and isinstance(number, int):
        return f"{number * 7}d"
    return f"{number}{unit if unit in UNITS else ''}"


def say_delay(value: str) -> str:
    """Say a delay in words."""
    delay = parse_delay(value)
    if delay.unit is DelayUnit.MONTHS:
        return str(ngettext("%(num)d month", "%(num)d months", delay.amount))
    if delay.unit is DelayUnit.WORKING_DAYS:
        return str(ngettext("%(num)d working day", "%(num)d working days", delay.amount))
    if delay.amount % 7 == 0:
        return str(ngettext("%(num)d week", "%(num)d weeks", delay.amount // 7))
    return str(ngettext("%(num)d day", "%(num)d days", delay.amount))


def _read_day(typed: Typed, name: str) -> Any:
    text = _read_text(typed, name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return text


def _say_day(value: Any, asked: Asked, choices: Choices) -> str:
    return day(value)


def write_condition(said: Mapping[str, Any]) -> list[dict[str, str]]:
    """Lay out a condition as lines of a form: a fact, how it is compared, with what."""
    lines = []
    for test in ("at_least", "at_most", "equals"):
        value = said.get(test)
        if value is None:
            continue
        if isinstance(value, bool):
            lines.append({"test": "yes" if value else "no", "value": ""})
        else:
            text = value if isinstance(value, str) else written_number(value)
            lines.append({"test": test, "value": text})
    return [{"fact": str(said.get("fact", "")), **line} for line in lines]


def read_condition(fact: str, test: str, value: str | None) -> dict[str, Any] | None:
    """Read a line of a form as a condition; None for an empty one."""
    if not fact and not value:
        return None
    said: dict[str, Any] = {"fact": fact}
    if test in ("yes", "no"):
        said["equals"] = test == "yes"
    elif value:
        text = kind_of(fact) is str and test == "equals"
        said[test if test in ("at_least", "at_most") else "equals"] = (
            value if text else read_number(value)
        )
    return said


def say_condition(said: Mapping[str, Any], choices: Choices) -> str:
    """Say a condition in words: “Floor: at least 3”."""
    fact = dict(choices.get("fact", ())).get(said["fact"], said["fact"])
    tests, values = dict(choices.get("test", ())), dict(choices.get(said["fact"], ()))
    told = []
    for line in write_condition(said):
        test = tests.get(line["test"], line["test"])
        told.append(f"{test} {values.get(line['value'], line['value'])}".strip())
    return f"{fact}{_(':')} {', '.join(told)}"


def _say_group(value: Any, asked: Asked, choices: Choices) -> str:
    return str(_("“%(group)s”, of which only the best criterion counts", group=value))


KINDS: dict[str, Kind] = {
    "group": Kind(_write_text, _read_text, _say_group),
    "text": Kind(_write_text, _read_text, _say_text),
    "number": Kind(_write_number, _read_amount, _say_number),
    "euros": Kind(_write_number, _read_amount, _say_euros),
    "share": Kind(_write_share, _read_share, _say_share),
    "names": Kind(_write_names, _read_names, _say_names),
    "sentences": Kind(_write_names, _read_names, _say_names),
    "tick": Kind(_write_tick, lambda typed, name: typed.get(name) == "yes", _say_tick),
    "choice": Kind(_write_text, _read_text, _say_choice),
    "ticks": Kind(_write_ticks, lambda typed, name: typed.getlist(name) or None, _say_ticks),
    "number_ticks": Kind(
        _write_ticks,
        lambda typed, name: [read_number(one) for one in typed.getlist(name)] or None,
        _say_ticks,
    ),
    "numbers": Kind(_write_numbers, _read_numbers, _say_numbers),
    "delay": Kind(_write_delay, _read_delay, lambda value, asked, choices: say_delay(value)),
    "day": Kind(_write_text, _read_day, _say_day),
}
