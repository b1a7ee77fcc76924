"""A part of a programme as a form: what it shows, what it comes back with, where a fault stands."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from visits.ground.folding import fold
from visits.programmes.drafts import Said, free_code
from visits.programmes.shape import COUNTED_FROM
from webapp.office.programmes.kinds import (
    KINDS,
    Typed,
    read_condition,
    write_condition,
)
from webapp.office.programmes.parts import Field, Part, valued

# What is typed by hand: a row in which all of it is empty is none.
BY_HAND = frozenset(
    {"names", "sentences", "text", "group", "number", "euros", "delay", "day", "numbers", "ticks"}
)
# Rows a form has at most: nobody writes a longer one by hand.
MOST_ROWS = 200


def fill(part: Part, said: dict[str, Any]) -> Typed:
    """Fill a part's form with what a draft says; an empty row stands at the end of each list."""
    typed: Typed = Typed()
    _fill(part.fields, said, "", typed)
    return typed


def _fill(fields: tuple[Field, ...], said: dict[str, Any], place: str, typed: Typed) -> None:
    for field, value in valued(fields, said):
        name = place + field.key
        if field.kind == "code":
            typed[name] = value or ""
        elif field.kind == "conditions":
            lines = [line for one in value or () for line in write_condition(one)]
            for index, line in enumerate(lines):
                for key, text in line.items():
                    typed[f"{name}.{index}.{key}"] = text
            typed[f"{name}.count"] = str(len(lines) + 1)
        elif field.kind == "rows":
            for index, row in enumerate(value or ()):
                _fill(field.fields, row, f"{name}.{index}.", typed)
            blank = len(value or ())
            _fill(field.fields, {"ask_first": True}, f"{name}.{blank}.", typed)
            typed[f"{name}.count"] = str(blank + 1)
        else:
            KINDS[field.kind].write(value, name, typed)


class Read:
    """What a part's form came back with: `said` as TOML says it.

    A new row that is called as one of `published` gets its code, as it is the same thing again.
    """

    def __init__(self, part: Part, typed: Typed, published: Said) -> None:
        self._part, self._typed, self._published = part, typed, published
        # Where a row of the TOML stands in the form: rows that are empty or removed are left out.
        self._rows: dict[str, str] = {}
        self.said = self._fields(part.fields, "", "")

    def _fields(self, fields: tuple[Field, ...], place: str, at: str) -> dict[str, Any]:
        said: dict[str, Any] = {}
        for field in fields:
            value = self._value(field, place + field.key, at + field.key)
            if value is None:
                continue
            *tables, key = field.key.split(".")
            table = said
            for one in tables:
                table = table.setdefault(one, {})
            table[key] = value
        return said

    def _value(self, field: Field, name: str, at: str) -> Any:
        if field.kind == "code":
            return self._typed.get(name, "") or None
        if field.kind == "conditions":
            return self._conditions(name, at) or None
        if field.kind == "rows":
            return self._list(field, name, at) or None
        return KINDS[field.kind].read(self._typed, name)

    def _conditions(self, name: str, at: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for index in range(count_of(self._typed, name)):
            fact, test, value = (
                self._typed.get(f"{name}.{index}.{key}", "").strip()
                for key in ("fact", "test", "value")
            )
            condition = read_condition(fact, test, value)
            if condition is not None:
                self._rows[f"{at}.{len(found)}"] = f"{name}.{index}"
                found.append(condition)
        return found

    def _list(self, field: Field, name: str, at: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for index in range(count_of(self._typed, name)):
            place = f"{name}.{index}."
            if self._typed.get(f"{place}remove") or self._is_empty(field.fields, place):
                continue
            self._rows[f"{at}.{len(found)}"] = place[:-1]
            found.append(self._fields(field.fields, place, f"{at}.{len(found)}."))
        lists = [one for one in at.split(".") if not one.isdigit()]
        _name_rows(field, found, _known_codes(self._published, lists))
        return found

    def _is_empty(self, fields: tuple[Field, ...], place: str) -> bool:
        if self._typed.get(f"{place}code"):
            return False
        return not any(
            KINDS[field.kind].read(self._typed, place + field.key)
            for field in fields
            if field.kind in BY_HAND or field.is_step
        )

    def placed(self, faults: Sequence[tuple[str, str]]) -> dict[str, str]:
        """Say what is wrong by the field of the form it stands at."""
        names = list(self._names(self._part.fields, ""))
        found: dict[str, str] = {}
        for at, said in faults:
            found.setdefault(_nearest(self._in_form(at), names), said)
        return found

    def _in_form(self, at: str) -> str:
        parts = at.split(".")
        for length in range(len(parts), 0, -1):
            row = self._rows.get(".".join(parts[:length]))
            if row is not None:
                return ".".join([row, *parts[length:]])
        return at

    def _names(self, fields: tuple[Field, ...], place: str) -> Iterator[str]:
        for field in fields:
            name = place + field.key
            if field.kind in ("rows", "conditions"):
                for index in range(count_of(self._typed, name)):
                    if field.kind == "rows":
                        yield from self._names(field.fields, f"{name}.{index}.")
                    else:
                        yield f"{name}.{index}"
            if field.kind != "code":
                yield name


def count_of(typed: Typed, name: str) -> int:
    """Tell how many rows a list of the form has."""
    return min(max(typed.get(f"{name}.count", 0, type=int), 0), MOST_ROWS)


def with_another(typed: Typed, name: str) -> Typed:
    """Give a form with one more empty row in a list."""
    more: Typed = Typed(typed)
    more[f"{name}.count"] = str(min(count_of(typed, name) + 1, MOST_ROWS))
    return more


def _nearest(at: str, names: Sequence[str]) -> str:
    """Find the field of the form where a fault stands: its own, the one around, one within."""
    if at in names:
        return at
    around = [name for name in names if at.startswith(f"{name}.")]
    if around:
        return max(around, key=len)
    return next((name for name in names if name.startswith(f"{at}.")), at)


def _known_codes(said: Said, lists: Sequence[str]) -> dict[str, str]:
    """Give the codes of a published list by what they are called."""
    first, *within = lists
    found: dict[str, str] = {}
    for row in said.get(first, ()):
        found |= _known_codes(row, within) if within else {_called(row): row.get("code", "")}
    return found


def _called(row: Said) -> str:
    return fold((row.get("name") or row.get("label") or {}).get("fr", ""))


def _name_rows(field: Field, rows: list[dict[str, Any]], known: Mapping[str, str]) -> None:
    """Give new rows a short name, which nobody types: that of before, or made of their name."""
    if not any(one.kind == "code" for one in field.fields):
        return
    taken = {row["code"] for row in rows if row.get("code")} | COUNTED_FROM
    for index, row in enumerate(rows):
        if not row.get("code"):
            code = known.get(_called(row), "")
            if not code or code in taken:
                # Nor is what something else was called by its name now.
                not_free = taken | set(known.values())
                said = (row.get("name") or row.get("label") or {}).get("fr", "")
                code = free_code(said, not_free, otherwise=field.key)
            taken.add(code)
            rows[index] = {"code": code, **row}
