"""The numbers of rule books, each with its unit, source and dates; a new value is a new row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from .reading import (
    UNITS,
    BadParameters,
    Evidence,
    Parameter,
    ParameterSchema,
    load_parameter,
    read_parameters,
)

__all__ = [
    "UNITS",
    "BadParameters",
    "Evidence",
    "Parameter",
    "ParameterSchema",
    "Parameters",
    "load_parameter",
    "parameter",
    "past_their_date",
    "read_parameters",
    "shipped_parameters",
]


@dataclass(frozen=True)
class Parameters:
    """All values of all parameters, old ones too: an old result keeps the value of its day."""

    rows: tuple[Parameter, ...]

    def adding(self, rows: Iterable[Parameter]) -> Parameters:
        """Give these with newer values; of two that begin on the same day the added one counts."""
        return Parameters((*self.rows, *rows))

    def names(self) -> tuple[str, ...]:
        """List the names, in the order of the files."""
        return tuple(dict.fromkeys(row.name for row in self.rows))

    def history(self, name: str) -> tuple[Parameter, ...]:
        """List the values of a parameter, oldest first; raises KeyError when there is none."""
        found = [row for row in self.rows if row.name == name]
        if not found:
            raise KeyError(name)
        return tuple(sorted(found, key=lambda row: row.valid_from))

    def find(self, name: str, *, on: date) -> Parameter:
        """Give the value of a day, past its date when no newer one is known.

        Raises KeyError for an unknown name and LookupError before the first value.
        """
        begun = [row for row in self.history(name) if row.valid_from <= on]
        if not begun:
            raise LookupError(f"no value of {name} on {on}")
        return begun[-1]

    def current(self, on: date) -> tuple[Parameter, ...]:
        """List the value of each parameter on a day, leaving out those that have not begun."""
        return tuple(
            self.find(name, on=on)
            for name in self.names()
            if self.history(name)[0].valid_from <= on
        )

    def past_their_date(self, on: date) -> tuple[Parameter, ...]:
        """List the values in use on a day although their time is over."""
        return tuple(row for row in self.current(on) if row.is_past(on))


@cache
def shipped_parameters() -> Parameters:
    """Read the parameters that ship, once."""
    tables = sorted(one.name for one in files(__name__).iterdir() if one.name.endswith(".toml"))
    read = (read_parameters(files(__name__).joinpath(name).read_bytes()) for name in tables)
    return Parameters(tuple(row for rows in read for row in rows))


def parameter(name: str, on: date) -> Parameter:
    """Give the value that ships for a day; raises KeyError or LookupError as `Parameters.find`."""
    return shipped_parameters().find(name, on=on)


def past_their_date(on: date) -> tuple[Parameter, ...]:
    """List the values that ship and are past their date on a day."""
    return shipped_parameters().past_their_date(on)
