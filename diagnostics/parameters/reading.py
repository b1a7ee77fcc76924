"""Read parameters from TOML: every number with its unit, source and dates."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from ..codes import Name
from ..delays import Delay, DelayUnit

UNITS = (
    "1",
    "EUR",
    "EUR/kWh",
    "EUR/m3",
    "K",
    "day",
    "h",
    "h/d",
    "kWh/(m3.K)",
    "kgCO2e/kWh",
    "l/d",
    "mm",
    "month",
    "paper",
    "photo",
    "stands",
    "working day",
)
_DELAYS = {
    "h": DelayUnit.HOURS,
    "day": DelayUnit.DAYS,
    "working day": DelayUnit.WORKING_DAYS,
    "month": DelayUnit.MONTHS,
}


class Evidence(StrEnum):
    """How well we know a number; one from memory is opened in its source before it is shown."""

    READ = "read"
    SECONDARY = "secondary"
    MEMORY = "memory"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of a rule book, for a time: both dates are included, no end means until replaced."""

    name: str
    label: Name
    value: float
    low: float
    high: float
    unit: str
    valid_from: date
    valid_until: date | None
    source: str
    evidence: Evidence
    note: str = ""

    def is_past(self, on: date) -> bool:
        """Tell whether its time is over on a day."""
        return self.valid_until is not None and self.valid_until < on

    @property
    def delay(self) -> Delay:
        """Give the number as a delay; raises KeyError when it counts something else."""
        return Delay(round(self.value), _DELAYS[self.unit])


class BadParameters(ValueError):
    """Parameters that cannot be read; `problems` says why by row, in French."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


Messages = dict[str, str | list[Any] | dict[Any, Any]]
_EMPTY = "Cette valeur est obligatoire."
_MISSING: Messages = {"required": _EMPTY, "null": _EMPTY, "invalid": "Un texte est attendu."}
_NUMBER: Messages = {
    **_MISSING,
    "invalid": "Un nombre est attendu.",
    "special": "Un nombre est attendu.",
}
_DAY: Messages = {**_MISSING, "invalid": "Une date est attendue : AAAA-MM-JJ."}
_ONE_OF: Messages = {**_MISSING, "unknown": "Choix inconnu."}
_FILLED = validate.Length(min=1, error=_EMPTY)
_POSITIVE = validate.Range(min=0, error="Un nombre négatif n’a pas de sens ici.")
_NAME = validate.Regexp(r"^[a-z][a-z0-9_]{0,79}$", error="Nom non valide.")


class _LabelSchema(Schema):
    fr = fields.String(required=True, validate=_FILLED, error_messages=_MISSING)
    en = fields.String(required=True, validate=_FILLED, error_messages=_MISSING)


class ParameterSchema(Schema):
    """The shape of one parameter, in a file or from an administrator."""

    class Meta:
        """Refuse what we do not know."""

        unknown = RAISE

    error_messages = {"unknown": "Champ inconnu."}

    name = fields.String(required=True, validate=_NAME, error_messages=_MISSING)
    label = fields.Nested(_LabelSchema, required=True, error_messages=_MISSING)
    value = fields.Float(required=True, validate=_POSITIVE, error_messages=_NUMBER)
    low = fields.Float(validate=_POSITIVE, error_messages=_NUMBER)
    high = fields.Float(validate=_POSITIVE, error_messages=_NUMBER)
    unit = fields.String(
        required=True,
        validate=validate.OneOf(UNITS, error="Unité inconnue."),
        error_messages=_MISSING,
    )
    valid_from = fields.Date(required=True, error_messages=_DAY)
    valid_until = fields.Date(load_default=None, allow_none=True, error_messages=_DAY)
    source = fields.String(required=True, validate=_FILLED, error_messages=_MISSING)
    evidence = fields.Enum(Evidence, by_value=True, required=True, error_messages=_ONE_OF)
    note = fields.String(load_default="")

    @validates_schema(skip_on_field_errors=True)
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        if not data.get("low", data["value"]) <= data["value"] <= data.get("high", data["value"]):
            raise ValidationError("La valeur doit être entre la basse et la haute.", "value")
        if data["valid_until"] is not None and data["valid_until"] < data["valid_from"]:
            raise ValidationError("La fin précède le début.", "valid_until")


def load_parameter(row: Mapping[str, Any]) -> Parameter:
    """Check one parameter; raises marshmallow's ValidationError, with French messages by field."""
    loaded = ParameterSchema().load(row)
    value = loaded["value"]
    bounds = {"low": loaded.get("low", value), "high": loaded.get("high", value)}
    return Parameter(**{**loaded, **bounds, "label": Name(**loaded["label"])})


def read_parameters(data: bytes) -> tuple[Parameter, ...]:
    """Read a TOML file of `[[parameter]]`; raises BadParameters with all there is to mend."""
    try:
        rows = tomllib.loads(data.decode()).get("parameter", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadParameters(("Le fichier TOML est illisible.",)) from error
    found, problems = [], []
    for number, row in enumerate(rows, start=1):
        try:
            found.append(load_parameter(_as_text(row)))
        except ValidationError as error:
            problems.append(
                f"Paramètre {number} ({row.get('name', '?')}) : {dict(error.messages_dict)}"
            )
    if problems:
        raise BadParameters(tuple(problems))
    return tuple(found)


def _as_text(row: Mapping[str, Any]) -> dict[str, Any]:
    """Write the dates TOML has read as the wire writes them."""
    return {key: one.isoformat() if isinstance(one, date) else one for key, one in row.items()}
